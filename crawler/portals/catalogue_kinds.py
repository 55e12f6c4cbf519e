"""Kinds of catalogues, and the words by which portals call them.

Pure. A kind that is not sure is `other`, which says nothing wrong; a portal file's `kind` overrides it.
"""

import csv
import re
from pathlib import Path

from archive.model.printable import normal_form

KINDS = (
    "hot_topic_response", "policy_interpretation", "plan", "budget", "normative_document", "rule_of_law",
    "housing_expropriation", "proposal", "annual_report", "notice", "institution", "consultation", "other",
)  # fmt: skip
"""Kinds of catalogues; their Chinese names are in `archive/labels/labels.csv`."""

with Path(__file__).with_name("kind_words.csv").open(encoding="utf-8", newline="") as _file:
    _WORDS = list(csv.DictReader(_file))

WITHIN = {line["kind"]: line["words_within"].split() for line in _WORDS}
"""Kind → words that name it wherever they stand in a title, the surest kind first.

What a catalogue is about (征地拆迁) says more than the form of what it lists (公告, 制度), and what is done with a document
(征求意见, 解读) more than the document: 规范性文件解读 lists no normative documents.
"""

ALONE = {line["kind"]: line["words_alone"].split() for line in _WORDS if line["words_alone"]}
"""Words that say too little within a title (招标公告, 规划局, 企业年报), and enough where they are all of it."""

_QUOTES = re.compile(r"[\"'`“”‘’「」『』《》〈〉【】\[\]()<>]")
_JOINERS = re.compile(r"以及|[和与及、/·,;&+]")
_AGENCY = re.compile(r"(?:局|委员会|管委会|办公室|指挥部|小组|中心)$")
_AROUND = re.compile(r"^\d{4}年度?|(?:信息|公开|专栏|栏目|专区)$")


def kind_of(title: str) -> str:
    """Return the kind of KINDS that a catalogue's title names, `other` where it names none, two side by side, or an agency.

    Two that go together in one thing (棚户区改造公示公告) are the surer one. 解读 and 回应 are one: 解读回应 is the usual
    name of the column of interpretations.
    """
    printed = "".join(filter(str.isprintable, normal_form(title)))
    compact = _QUOTES.sub("", "".join(printed.split()))
    bare = _JOINERS.sub("", compact)
    whole = _AROUND.sub("", bare)
    for kind, words in ALONE.items():
        if whole in words or bare in words:
            return kind
    named = [kind for kind, words in WITHIN.items() if any(word in bare for word in words)]
    if "policy_interpretation" in named:
        named = [kind for kind in named if kind != "hot_topic_response"]
    side_by_side = len(named) > 1 and _JOINERS.search(compact)
    return named[0] if named and not side_by_side and not _AGENCY.search(bare) else "other"
