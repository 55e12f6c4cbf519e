"""Searches to begin with, made of what an archive holds; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from archive.model.records import is_cut

WORDS = ("预算", "棚户区改造", "工作方案", "年度报告", "规划", "征收", "通知", "公告")
"""Everyday words, those that say most first."""

NEWEST = 200
"""Records that are looked at: the last that came in."""

RECORDS = f"""
SELECT id, title, publisher, document_number, published_on FROM records WHERE state <> 'withheld' ORDER BY id DESC LIMIT {NEWEST}
"""  # noqa: S608 - constant

_SERIES = re.compile(r".+?〔\d{4}〕")


def example_searches(records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return searches of several kinds, each of which finds one of the last `records`: a word,
    with a year, an agency, numbers.
    """
    records = sorted(records, key=itemgetter("id"), reverse=True)[:NEWEST]
    titles = [(record["title"] or "", (record["published_on"] or "")[:4]) for record in records]
    words = [(word, year) for word in WORDS for title, year in titles if word in title]
    dated = [f"{word} {year}" for word, year in words if year and word != words[0][0]]
    numbers = filter(None, (_SERIES.match(record["document_number"] or "") for record in records))
    searches = (
        [word for word, _ in words],
        dated or [f"{word} {year}" for word, year in words if year],
        [publisher for publisher, _ in _publishers(records).most_common(1)],
        [number[0] for number in numbers],
    )
    return tuple(each[0] for each in searches if each)


def _publishers(records: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Count the publishers whose names aren't cut."""
    return Counter(record["publisher"] for record in records if record["publisher"] and not is_cut(record["publisher"]))
