"""The class of an answer, settled before anything is read from it: a page, half a page, a page that is gone, a refusal, or a fault.

Pure. A wrong `gone` would accuse a government of removing a document, and a wrong `blocked` would stop a crawl, so both
need proof: words count only as a message of their own on a page that says little else and shows no sign of a document.
In doubt an answer is a page.
"""

import codecs
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from lxml import etree

from archive.masking.redaction import redact
from crawler.extract.body import find_body
from crawler.extract.field_labels import tidy
from crawler.extract.place import Place, is_same_site, joined, place_of
from crawler.extract.text import BLOCKS, HIDDEN, Element, is_hidden, line_of
from crawler.extract.tree import nests_too_deep, parse_html

PAGE, CUT, GONE, BLOCKED, ERROR, HOME = "page", "cut", "gone", "blocked", "error", "home"
NOT_MODIFIED = "not_modified"

BLOCKING = frozenset({401, 403, 405, 412, 418, 429, 521})
"""Answers of firewalls and rate limits, not of catalogues (portals' challenges: 加速乐 521, 瑞数 412, 云堤 405)."""

GARBLED = "its text was encoded twice, and says nothing as it stands"

HEAD = 16_000
"""So many characters are looked through for suspicious words: about 20 KB of a Chinese page."""

_SHORTEST = 16  # bytes: dead pages of two bytes are real
_SMALL = 3_000  # characters: a page this small is always looked into
_STUB = 6_000  # characters: a page that only sends on is no longer
_FEW_WORDS = 60  # characters of text, links aside, that a stub may show ("正在跳转…")
_SHORT = 250  # characters of text, links and footer aside, on a page that only carries a message
_FEW_LINKS = 12  # a firewall's page has hardly any
_MOST_CODES = 2  # lines of digits alone beside a message: its code, and seconds until the visitor is sent on
_HOME_LINKS, _HOME_SECTIONS, _HOME_TEXT = 100, 15, 300

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _pattern(name: str) -> re.Pattern[str]:
    """Compile one of the long patterns, which stand in response_class.toml."""
    pattern: str = _DATA["patterns"][name]
    for part, meaning in _DATA["parts"].items():
        pattern = pattern.replace(f"%{part}%", meaning)
    return re.compile(pattern.replace("\n", ""))


_CODE_NAMES = ("code", "status", "errcode", "errorCode", "error_code", "statusCode")
_FAILURES = frozenset({"500", "502", "503", "504"})
_LONGEST_REFUSAL = 1_000  # characters

_TITLE = re.compile(r"<title[^<>]{0,300}>([^<]{0,300})", re.IGNORECASE)
_META_OF_PAGE = _pattern("meta_of_page")
_ALARM = _pattern("alarm")  # Chinese alone: with letters among the beginnings a search takes twice as long
_ASCII_ALARMS = ("$_ts", "__jsl", "acw_sc", "ot found", "ot Found", ">404")

_SCRIPTED = _pattern("scripted")
_SETS_COOKIE = re.compile(r"document\.cookie\s*=")

_GONE_LINE = _pattern("gone_line")
_REFUSED_LINE = _pattern("refused_line")
_FAULT_LINE = _pattern("fault_line")
_PROGRAM_FAULT = _pattern("program_fault")
_MOVED_LINE = _pattern("moved_line")
_LETTER = re.compile("反映|来信|咨询|答复|回复|举报|投诉|网友|留言")
_DOCUMENT_LINE = _pattern("document_line")
_FOOTER = re.compile("主办|承办|版权|ICP|标识码|地址：|电话|邮编|邮箱|技术支持|公安|浏览器|分辨率")

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<noscript\b.*?(?:</noscript>|\Z)", re.IGNORECASE | re.DOTALL)
_REFRESH = re.compile(r"<meta\b[^<>]{0,500}\brefresh\b[^<>]{0,500}>", re.IGNORECASE)
_REFRESH_TO = re.compile(r"url\s*=\s*+[\"']?\s*+([^\"'>\s;]+)", re.IGNORECASE)
_JUMP = _pattern("jump")
_ALERT = re.compile(r"\balert\(\s*[\"']([^\"']{2,80})[\"']")
_LEAVES = re.compile(r"history\.(?:back|go)\b|\blocation\b|window\.close")
_CONDITION = re.compile(r"\bif\s*\(|\?[^\"';]{0,300}:")

_GONE_NAME = re.compile(r"(?:^|/)(?:err(?:or)?[-_]?)?404(?:[-_/.]|$)|not_?found", re.IGNORECASE)
_REFUSAL_NAME = re.compile(r"captcha|forbid|denied|(?:^|/)(?:waf|verify|block(?:ed)?|403)(?:[/.]|$)", re.IGNORECASE)
_SIGN_IN_NAME = re.compile(r"(?:^|/)(?:log_?in|sign_?in|sso|cas)(?:[/.]|$)", re.IGNORECASE)
_FAULT_NAME = re.compile(r"/(?:error|err|50\d|maintenance|weihu)(?:_?page)?(?:[/.]|$)", re.IGNORECASE)

# Spelt out, for IGNORECASE costs the fast search for a literal beginning.
_BODY_END = re.compile(r"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])\b")
_BODY_BEGIN = re.compile(r"<(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])\b")
_CALLBACK = re.compile(r"[\w.$?]+\(\s*[\[{]")
_ASSIGNED = re.compile(r"(?:var\s+)?(?:totalRecord|totalPage|dataStore)\s*=")  # Hanweb's older jpage answers in script
_HOME_WORDS = re.compile(r"当前.{0,6}位置|您.{0,6}位置|索\s*引\s*号|createPage|下一页|尾页|末页|共\s*\d+\s*页")
_HOME_TITLE = _pattern("home_title")
_SITE_NAME = re.compile(r"<meta\s+name\s*=\s*[\"']?SiteName[\"']?\s+content\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_HOME_CATEGORY = _pattern("home_category")
# A Chinese character in UTF-8 whose three bytes were taken for three letters of Latin-1 or Windows-1252.
_CONTINUATION = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_WESTERN_GARBLE = re.compile(f"[ä-é]{_CONTINUATION}{{2}}")
# The two bytes with which such a character begins, taken for one of GBK: a rare one.
_GBK_GARBLE = re.compile(
    f"[{''.join(bytes(pair).decode('gbk', 'ignore') for pair in product(range(0xE4, 0xEA), range(0x80, 0xC0)))}]"
)
_ASCII = bytes(range(128))
_HAN_RUN = re.compile("[\u4e00-\u9fff]{6,40}")
_LEAST_GARBLED, _RUNS_TRIED = 5, 40
_LINK = re.compile(r"<a\s[^<>]*?href\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` is one of "page", "cut", "gone", "blocked", "error" and "home"; `reason` says why in one plain line."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """The visible parts of a page: its lines without the words of links and the numbers of tables, the length of all but the footer,
    and how many links and boxes.
    """

    title: str
    lines: tuple[str, ...]
    length: int
    links: int
    boxes: int

    @property
    def is_document(self) -> bool:
        """Whether it shows a sign of a document: metadata, a document's title or number, the date below a text."""
        return any(_DOCUMENT_LINE.search(line.replace(" ", "")) for line in (self.title, *self.lines))


def judge(status: int, text: str, url: str, requested: str, home: str, *, whole: bool = False) -> Verdict:  # noqa: PLR0913
    """Return the class of the answer with `status` and body `text`.

    `url` answered in place of `requested`, or is the same; `home` is the portal's home page.

    `whole`: the same bytes came before, so a missing end is the page's own way and no accident.
    """
    if status in BLOCKING:
        return Verdict(BLOCKED, f"the portal answered {status}: it refuses this visitor")
    head = text[:HEAD]
    letters = _beyond_ascii(head)
    suspicious = status != 200 or len(text) < _SMALL or _alarms(head, letters)
    seen = _look(text) if suspicious and head.strip() else None
    if seen is not None and (refusal := _refusal(status, text, seen)):
        return Verdict(BLOCKED, refusal)
    if status in {404, 410}:
        elsewhere = _missing_elsewhere(requested, url, home, status)
        return elsewhere or Verdict(GONE, f"the portal answered {status}: no such page")
    if status != 200:
        return Verdict(ERROR, f"the portal answered {status}")
    doubts = _doubts(text, url, requested, home, seen, letters=letters, whole=whole)
    return next(filter(None, doubts), Verdict(PAGE, "a page"))


def _beyond_ascii(head: str) -> str:
    """Return what `head` holds beside ASCII: of a page a few thousand characters, in which Chinese is found ten times as fast."""
    return head.encode("utf-8", "ignore").translate(None, _ASCII).decode()


def _doubts(  # noqa: PLR0913
    text: str, url: str, requested: str, home: str, seen: _Seen | None, *, letters: str, whole: bool
) -> Iterator[Verdict | None]:
    """Yield what an answer with status 200 may be: the first verdict holds, None is no verdict.

    `letters`: what its head holds beside ASCII; `seen` is given where a cheap look gave reason to doubt.
    """
    bare = text.strip("\ufeff \t\r\n")
    if len(bare) < _SHORTEST and len(bare.encode("utf-8", "replace")) < _SHORTEST and _data(text) is not False:
        yield Verdict(ERROR, "the answer is empty")
    yield _sent_on(requested, url, home) if url != requested else None
    if (broken := _data(text)) is not None and not (broken and whole):
        yield (
            Verdict(CUT, "the answer broke off in the middle")
            if broken
            else _refused_in_data(text) or Verdict(PAGE, "data")
        )
    if seen is not None:
        yield _failed_program(seen)
        yield _stub(text, seen, requested, home)
    if breaks_off(text) and not whole:
        yield Verdict(CUT, "the page ends in the middle")
    if nests_too_deep(text):
        yield Verdict(CUT, "the page's elements stand in one another too deep to be read")
    if seen is not None:
        yield _message(seen)
    if _is_garbled(text[:HEAD], letters):
        yield Verdict(ERROR, GARBLED)
    if len(text) > HEAD and place_of(requested) != place_of(home) and is_home(text, url):
        yield Verdict(HOME, "a home page came in place of the page asked for")


def _refused_in_data(text: str) -> Verdict | None:
    """The refusal or error that a short object of JSON states by its code, and holds no data beside; None if it is none."""
    if len(text) > _LONGEST_REFUSAL:
        return None
    with suppress(ValueError, RecursionError):
        stated = json.loads(text.strip("\ufeff"))
        if isinstance(stated, dict) and not any(isinstance(each, list | dict) and each for each in stated.values()):
            codes = {str(stated.get(name)) for name in _CODE_NAMES}
            said = next((each for each in stated.values() if isinstance(each, str) and not each.isdecimal()), "")
            message = " ".join(said.split())
            if refused := codes.intersection(map(str, BLOCKING)):
                return Verdict(BLOCKED, f"data of refusal: {min(refused)} {_excerpt(message)}")
            if failed := codes.intersection(_FAILURES):
                return Verdict(ERROR, f"data of error: {min(failed)} {_excerpt(message)}")
    return None


def _is_garbled(text: str, letters: str) -> bool:
    """Whether Chinese `text` was encoded twice: its UTF-8 was taken for Western letters, or for GBK, and encoded once more."""
    if _WESTERN_GARBLE.search(letters) and len(_WESTERN_GARBLE.findall(text)) >= _LEAST_GARBLED:
        return True
    if len(list(islice(_GBK_GARBLE.finditer(letters), _LEAST_GARBLED))) < _LEAST_GARBLED:
        return False
    runs = [run[0] for run in islice(_HAN_RUN.finditer(text), _RUNS_TRIED)]
    garbled = sum(map(_is_taken_for_gbk, runs))
    return garbled >= _LEAST_GARBLED and 2 * garbled > len(runs)


def _is_taken_for_gbk(run: str) -> bool:
    """Whether characters are UTF-8 that was decoded as GBK; what is cut off at their end is forgiven."""
    try:
        codecs.utf_8_decode(run.encode("gb18030"), "strict", False)
    except UnicodeError:
        return False
    return True


def is_home(text: str, url: str) -> bool:
    """Whether the page at `url` is surely a portal's home page: its title says so, links into many sections, no list, no document."""
    head = text[:HEAD]
    if text.count("<a ") < _HOME_LINKS or _names_itself(head) or _HOME_WORDS.search(text):
        return False
    title, site = _TITLE.search(head), _SITE_NAME.search(head)
    name = tidy(title[1]) if title else ""
    if not (site and name == tidy(site[1])) and not _HOME_CATEGORY.search(head) and not _HOME_TITLE.fullmatch(name):
        return False
    here = place_of(url)
    targets = [place_of(joined(url, link)) for link in _LINK.findall(text)]
    own = [place for place in targets if place and here and place.host == here.host]
    beside = [place for place in own if here and here.folder != "/" and place.folder.startswith(here.folder)]
    sections = {"/".join(place.folder.split("/")[:4]) for place in own}
    if len(sections) < _HOME_SECTIONS or len(beside) > len(own) // 4:
        return False
    body = find_body(parse_html(text))
    return body is None or len(line_of(body)) < _HOME_TEXT


def _refusal(status: int, text: str, seen: _Seen) -> str | None:
    """Return the refusal or challenge that the answer is, in words; None if it is none."""
    if seen.length <= _FEW_WORDS and seen.boxes <= 2 and seen.links <= 2:
        if scripted := _SCRIPTED.search(text[:HEAD]):
            return f"a challenge of {scripted.lastgroup} in place of the page"
        if status in {202, 503} and "<script" in text.lower():
            return f"the portal answered {status} with nothing but script: a challenge"
        if len(text) <= HEAD and "location" in text and _SETS_COOKIE.search(text):
            return "a page of script that sets a cookie and loads again: a challenge"
    if seen.length > _SHORT or seen.links > _FEW_LINKS or seen.is_document:
        return None
    for line in (seen.title, *seen.lines):
        if (refusal_match := _REFUSED_LINE.search(line)) and not _LETTER.search(line):
            return f"a page of refusal: {_excerpt(line, refusal_match.start())}"
    return None


def _failed_program(seen: _Seen) -> Verdict | None:
    """The error that a program shows in place of its page, often with all its calls, but first of all; None if it is no such page."""
    fault = next(filter(_PROGRAM_FAULT.match, (seen.title, *seen.lines[:1])), None)
    return Verdict(ERROR, f"a page of error: {_excerpt(fault)}") if fault and not seen.is_document else None


def _message(seen: _Seen) -> Verdict | None:
    """A page that is gone or out of order, by the one message it carries. None if it carries anything else."""
    if seen.length > _SHORT or seen.is_document:
        return None
    for line in (*map(str.strip, re.split("[-_|—–]+", seen.title)), seen.title, *seen.lines):
        if len(line) <= 120 and _GONE_LINE.fullmatch(line):
            return Verdict(GONE, f"a page that says that there is none: {_excerpt(line)}")
        if len(line) <= 120 and seen.links <= _FEW_LINKS and _FAULT_LINE.search(line):
            return Verdict(ERROR, f"a page of error: {_excerpt(line)}")
        if len(line) <= 120 and seen.links <= 2 and _MOVED_LINE.search(line):
            return Verdict(ERROR, f"a notice that the site has moved: {_excerpt(line)}")
    return None


def _stub(text: str, seen: _Seen, requested: str, home: str) -> Verdict | None:
    """The verdict on a page that shows nothing and sends the visitor on; None if it is no such page."""
    if len(text) > _STUB or seen.length > _FEW_WORDS or seen.links > 2 or seen.boxes > 3 or seen.is_document:
        return None
    live = _COMMENT.sub("", text)
    alert = _ALERT.search(live)
    if alert and _LEAVES.search(live) and _GONE_LINE.fullmatch(alert[1].strip()):
        return Verdict(GONE, f"a page that says that there is none: {_excerpt(alert[1])}")
    target, sure = _target(live)
    if target is None:
        return None
    absolute = joined(requested, target)
    elsewhere = Verdict(ERROR, f"the page holds nothing but a way on to {_excerpt(target)}")
    if absolute is None or not sure:
        return elsewhere
    return _sent_on(requested, absolute, home) or elsewhere


def _target(live: str) -> tuple[str | None, bool]:
    """The address that a stub sends the visitor to, None where it names none; and whether it always does."""
    for refresh in _REFRESH.findall(live):
        if to := _REFRESH_TO.search(refresh):
            return to[1], True
    jumps = {first or second for first, second in _JUMP.findall(live)}
    return (next(iter(jumps)), not _CONDITION.search(live)) if len(jumps) == 1 else (None, False)


def _sent_on(requested: str, target: str, home: str) -> Verdict | None:
    """Return the verdict on a redirect from `requested` to `target`; None where that may well be the page under another address."""
    start, end, top = place_of(requested), place_of(target), place_of(home)
    if start is None or end is None or start == end:
        return None
    if named := _named(start, end):
        return named
    if start == top:
        return None
    if end == top or end.is_index or (end.is_folder and start.folder.startswith(end.folder)):
        return _led_away(start, end, top)
    return None


def _missing_elsewhere(requested: str, url: str, home: str, status: int) -> Verdict | None:
    """The verdict on a redirect whose end is missing, where that says nothing of the requested page: a sign-in, another site."""
    start, end, top = place_of(requested), place_of(url), place_of(home)
    if start is None or end is None or start == end:
        return None
    named = _named(start, end)
    if named and named.outcome == BLOCKED:
        return named
    if not is_same_site(end.host, start.host) and (top is None or end.host != top.host):
        return Verdict(ERROR, f"sent on to another site, {end.host}, which answered {status}")
    return None


def _led_away(start: Place, end: Place, top: Place | None) -> Verdict | None:
    """Return the verdict on a page or catalogue at `start` that now leads to the index or home page `end`; None where that proves nothing."""
    if not is_same_site(end.host, start.host) and (top is None or end.host != top.host):
        return Verdict(ERROR, f"sent on to another site, {end.host}")
    if end == top or end.folder == "/":
        return Verdict(GONE, "sent on to the portal's home page")
    deeper = end.folder.startswith(start.folder)
    rearranged = end.folder.split("/")[-2] == start.folder.split("/")[-2]
    if start.is_index and (deeper or rearranged):
        return None
    return Verdict(GONE, f"sent on to the index of {_excerpt(end.folder)}")


def _named(start: Place, end: Place) -> Verdict | None:
    """Return the verdict that the name of the page at the end of a redirect gives, where the start had no such name."""
    first, last = f"{start.folder}{start.name}", f"{end.folder}{end.name}"
    for name, outcome, words in (
        (_GONE_NAME, GONE, "a page for what is not found"),
        (_REFUSAL_NAME, BLOCKED, "a page of refusal"),
        (_SIGN_IN_NAME, BLOCKED, "a page for signing in"),
        (_FAULT_NAME, ERROR, "a page of error"),
    ):
        if name.search(last) and not name.search(first):
            return Verdict(outcome, f"sent on to {words}, {_excerpt(last)}")
    return None


def _alarms(head: str, letters: str) -> bool:
    """Whether a page that does not say what it is holds words of refusals or of pages that are gone."""
    if _names_itself(head):
        return False
    has_word = _ALARM.search(letters) and _ALARM.search(head)  # markup may part what stands side by side in `letters`
    return bool(has_word) or any(word in head for word in _ASCII_ALARMS)


def _names_itself(head: str) -> bool:
    """Whether a page's meta elements name its document or catalogue, as the rules for government sites want it."""
    return ("ArticleTitle" in head or "ColumnName" in head) and _META_OF_PAGE.search(head) is not None


def _data(text: str) -> bool | None:
    """Whether JSON, JSONP or a data store of XML or script broke off; None where `text` is none of these."""
    start = text[:300].lstrip("\ufeff\r\n\t ")
    if start.startswith(("{", "[")):
        return not text.rstrip().endswith(("}", "]"))
    if _CALLBACK.match(start):
        return not text.rstrip().endswith((")", ";", "}"))
    if start.startswith("<datastore") or (start.startswith("<?xml") and "<datastore" in start):
        return "</datastore" not in text[-200:]
    if _ASSIGNED.match(start):
        return not text.rstrip("; \t\r\n").endswith("]")
    return None


def ends(text: str) -> bool:
    """Whether a page has its end tag."""
    return "</body>" in text[-2000:] or "</html>" in text[-2000:] or _BODY_END.search(text) is not None


def breaks_off(text: str) -> bool:
    """Whether a page that begins as a whole one has no end. Fragments, which services answer, never had one."""
    return not ends(text) and _BODY_BEGIN.search(text) is not None


def _look(text: str) -> _Seen:
    """Return the visible parts of a page. The HTML is parsed here: only for pages that gave reason to."""
    root = parse_html(text)
    lines = tuple(filter(None, _lines(root)))
    shown = [node for node in root.iter("a", "div", "table", "ul", "img", "form") if not is_hidden(node)]
    links = sum(node.tag == "a" for node in shown)
    title = tidy(root.findtext(".//title") or "")
    length = sum(len(line.replace(" ", "")) for line in lines if not _FOOTER.search(line))
    words = tuple(line for line in lines if not line.isdecimal())
    if len(lines) - len(words) > _MOST_CODES:  # else 500 in a table would be an error's
        lines = words
    return _Seen(title, lines, length, links, len(shown) - links)


def _lines(root: Element) -> Iterator[str]:
    """The lines of a page as shown, without what is hidden and without the words of links."""
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        if event == "start" and (node.tag == "a" or node.tag in HIDDEN or is_hidden(node)):
            walk.skip_subtree()
            continue
        if event != "comment" and node.tag in BLOCKS:
            yield tidy("".join(parts))
            parts.clear()
        if text := node.text if event == "start" else node.tail:
            parts.append(text)
    yield tidy("".join(parts))


def _excerpt(text: str, start: int = 0) -> str:
    """At most 60 characters of `text` for a message, from `start` on where that would be cut off.

    Masked before it is cut: half of a person's number is no longer known as one.
    """
    begin = start if start > 40 else 0
    return redact(text).text[begin : begin + 60].replace("\n", " ")
