"""Lists as older pages write them, put into the markup of today's: rows in no element of their own, links that a script opens,
days in a column beside their titles, years in headings.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import groupby, islice, pairwise, takewhile

from lxml import etree

from archive.masking.attributes import elements_with
from crawler.extract.dates import is_date
from crawler.extract.field_labels import squash, tidy
from crawler.extract.row import date_in, is_page_link, target
from crawler.extract.text import BLOCKS, Element, line_of, visible_texts

_LEAST = 2
"""Lines with a link and a date from which on they are the rows of a list."""

_MAY_HOLD = etree.XPath(
    "br or ((a[2] or (a and */a) or */a[2] or *[a][2]) and not(li or tr or td or dt))"  # two links among what is in it
)
_LINKS = etree.XPath(".//a[@href]")
_SCRIPTED = etree.XPath(".//a[starts-with(@href, 'javascript:')]")

_LINK, _DAY, _NEITHER, _END = "LD-|"
_TURNS = ("LD", "DL", "LLD", "DLL")
"""The marks of a row of one link or of two, a day behind or before."""

_LEAST_DAYS = 3
_HAS_YEAR = etree.XPath("boolean(.//text()[contains(., '年')])")
_SHORT_WITH_YEAR = etree.XPath(
    ".//*[not(*)][((self::h2 or self::h3 or self::h4) and string-length(normalize-space(.)) < 8)"
    " or (contains(., '年') and string-length(.) < 20 and not(self::a or self::option or self::script))]"
)
_YEAR = re.compile(r"((?:19|20)\d{2})(?:年度|[年./-](?:(\d{1,2})(?:月份?)?)?)?")
_YEARLESS = re.compile(r"(\d{1,2})[-/月](\d{1,2})日?")

_DAY_OF_MONTH = re.compile(r"(\d{2}|\d(?=日))(日)?")
_NO_ROW = re.compile(r"首\s?页|[上下]一?页|[尾末]页")
_LONGEST_DAY = 40
_MOST_YEARS = 200

Line = list[Element]
"""The elements of a row: those between two line breaks, and the break before them, whose tail begins the line; or a link and its day."""


def in_todays_markup(root: Element, url: str) -> Element:
    """Return `root`, or a copy in which lines that are rows are items with their whole day, and links lead where their script does."""
    if not any(
        any(found) for found in (_opened(root, url), map(_rows_of, _holders(root)), _columns(root), _in_years(root))
    ):
        return root
    root = deepcopy(root)
    for item, day in list(_columns(root)):
        item.append(day)
    for node, place, day in list(_in_years(root)):
        setattr(node, place, day)
    for clicked, address in list(_opened(root, url)):
        (clicked if clicked.tag == "a" else _link_around(clicked)).set("href", address)
    for holder in list(_holders(root)):
        for line in _rows_of(holder):
            _make_item(line)
    return root


def _opened(root: Element, url: str) -> Iterator[tuple[Element, str]]:
    """The links, and the rows without any, whose address a script alone names, each with that address."""
    with_address = elements_with(root, "onclick", "data-href", "data-url", "data-link")
    for clicked in dict.fromkeys((*with_address, *_SCRIPTED(root))):
        may_lead = clicked.tag == "a" or (clicked.tag != "input" and clicked.find(".//a") is None)
        if may_lead and not is_page_link(clicked.get("href")) and (address := target(clicked, url)):
            yield clicked, address


def _link_around(row: Element) -> Element:
    """Put a link around the contents of a row, or of the longest of its cells, and return it."""
    cell = max(row.iterchildren("td"), key=lambda each: len(line_of(each)), default=row)
    link = etree.Element("a")
    link.text, cell.text = cell.text, None
    link.extend(list(cell))
    cell.append(link)
    return link


def _holders(root: Element) -> Iterator[Element]:
    """The elements that may hold rows in none of their own, and two links or more."""
    once: set[Element] = set()
    several: set[Element] = set()
    for link in _LINKS(root):
        for holder in link.iterancestors():
            if holder in several:
                break
            (several if holder in once else once).add(holder)
    return (holder for holder in root.iterdescendants(etree.Element) if holder in several and _MAY_HOLD(holder))


def _rows_of(holder: Element) -> list[Line]:
    """The rows that an element holds in no element of their own: its lines, or links and days in turns."""
    return _rows_in_lines(holder) or _rows_in_turns(holder)


def _rows_in_turns(holder: Element) -> list[Line]:
    """The rows of a box in which links and days take turns, and nothing else is linked between them."""
    marked = [(mark, child) for child in holder if isinstance(child.tag, str) for mark in _marks(child)]
    runs = (list(run) for ends, run in groupby(marked, lambda each: each[0] == _END) if not ends)
    return [row for run in runs for row in _in_turns(run)]


def _in_turns(run: Sequence[tuple[str, Element]]) -> Iterator[Line]:
    """Yield the rows that marked elements are, each with what stands before it; none where the marks are not those of rows from end to end."""
    places = [place for place, (mark, _) in enumerate(run) if mark != _NEITHER]
    marks = "".join(run[place][0] for place in places)
    form = next((form for form in _TURNS if marks == form * (len(marks) // len(form))), "")
    if not form or len(marks) < _LEAST * len(form):
        return
    ends = [place + 1 for place in places[len(form) - 1 :: len(form)]]
    for start, end in pairwise((0, *ends)):
        yield list(dict.fromkeys(child for _, child in run[start:end]))


def _marks(child: Element) -> Iterator[str]:
    """A mark for what an element is to a row, its link or its day, and one for a day in the text behind it; _END where no row goes on."""
    links = sum(is_page_link(link.get("href")) for link in child.iter("a"))
    if links > 1 or (links and _NO_ROW.search(line_of(child, _LONGEST_DAY))):
        yield _END
    elif links:
        yield _LINK
    else:
        yield _DAY if is_date(line_of(child, _LONGEST_DAY)) else _NEITHER
    if is_date(child.tail or ""):
        yield _DAY


def _rows_in_lines(holder: Element) -> list[Line]:
    """The lines with a link from the first that has a date, too, to the last such, where at least half of them, and two, have one; else none."""
    lines = [(line, link) for line in _lines(holder) if (link := _link_in(line)) is not None]
    if any(_holds_several(line) for line, _ in lines):
        return []
    dated = [at for at, (line, link) in enumerate(lines) if date_in(_texts(line), link)]
    rows = [line for line, _ in lines[dated[0] : dated[-1] + 1]] if dated else []
    return rows if len(dated) >= max(_LEAST, len(rows) / 2) else []


def _holds_several(line: Line) -> bool:
    """Whether a line holds several rows, which nothing but their order parts."""
    marks = [mark for child in line if isinstance(child.tag, str) for mark in _marks(child)]
    return min(marks.count(_LINK), marks.count(_DAY)) > 1


def _lines(holder: Element) -> list[Line]:
    """The lines between the breaks and blocks of an element; a date alone on a line belongs to the line before."""
    lines: list[Line] = []
    line: Line = []
    for child in (*holder, None):
        if child is None or child.tag in BLOCKS:
            if lines and _link_in(line) is None and is_date("".join(_texts(line))):
                lines[-1] += line
            elif line:
                lines.append(line)
            line = []
        if child is not None and (child.tag == "br" or child.tag not in BLOCKS):
            line.append(child)
    return lines


def _link_in(line: Line) -> Element | None:
    links = (link for part in line for link in part.iter("a") if is_page_link(link.get("href")))
    return next(links, None)


def _texts(line: Line) -> list[str]:
    """The pieces of text of a line, those without any left out."""
    pieces = [_before(line)]
    for part in line:
        pieces += [*(visible_texts(part) if isinstance(part.tag, str) else ()), part.tail or ""]
    return [text for text in map(tidy, pieces) if text]


def _before(line: Line) -> str:
    """The text before the first element of a line that begins behind no break."""
    if not line or line[0].tag == "br":
        return ""
    block = line[0].getprevious()
    return (line[0].getparent().text if block is None else block.tail) or ""


def _make_item(line: Line) -> None:
    """Put a line, with the text before it, into an item of its own."""
    item = etree.Element("li")
    first, block = line[0], line[0].getprevious()
    item.text = _before(line)
    first.addprevious(item)
    if item.text and block is None:
        item.getparent().text = None
    elif item.text:
        block.tail = None
    item.extend(line)


# --- days that stand apart from their rows ---


def _columns(root: Element) -> Iterator[tuple[Element, Element]]:
    """Items of a list of titles, each with its day in a list beside that, which has as many items and nothing but days in them."""
    for days in root.iterdescendants("ul", "ol"):
        items = list(days.iterchildren("li"))
        if len(items) < _LEAST_DAYS or days.find(".//a") is not None:
            continue
        if not all(is_date(line_of(item, _LONGEST_DAY)) for item in items):
            continue
        titles = next((each for each in _lists_beside(days) if len(each) == len(items)), ())
        if all(_leads_to_one(item) and not date_in(_texts([item])) for item in titles):
            yield from zip(titles, items, strict=False)


def _leads_to_one(item: Element) -> bool:
    return len({link.get("href") for link in item.iter("a") if is_page_link(link.get("href"))}) == 1


def _lists_beside(days: Element) -> Iterator[list[Element]]:
    """The items of the lists that stand right before and behind one, or in the boxes beside the box that it has for itself."""
    holder = days.getparent()
    column = days if len(holder) > 1 else holder
    for before in (True, False):
        beside = next(column.itersiblings("*", preceding=before), None)
        if beside is not None:
            lists = [beside] if beside.tag in {"ul", "ol"} else list(beside.iterchildren("ul", "ol"))
            yield [item for each in lists for item in each.iterchildren("li")]


def _in_years(root: Element) -> Iterator[tuple[Element, str, str]]:
    """Elements with a month and a day alone, as their text or tail, below a heading that is a year, or a month of one, each with its whole day.

    Years that stand one beside another are a choice of lists, and head none.
    """
    if not _HAS_YEAR(root) and next(root.iter("h2", "h3", "h4"), None) is None:
        return
    for heading in islice(_SHORT_WITH_YEAR(root), _MOST_YEARS):
        head = _only_in(heading)
        if (stated := _year_in(heading)) and not any(map(_year_in, _neighbours(head))):
            for block in takewhile(lambda each: not _year_in(each), head.itersiblings("*")):
                yield from _whole_days(block, *stated)


def _only_in(element: Element) -> Element:
    """The box that an element has for itself, or the element."""
    holder = element.getparent()
    return element if len(holder) > 1 or holder.tag == "body" or tidy(holder.text or "") else holder


def _neighbours(element: Element) -> Iterator[Element]:
    for before in (True, False):
        yield from islice(element.itersiblings("*", preceding=before), 1)


def _year_in(element: Element) -> tuple[str, str | None] | None:
    """The year, and the month if there is one, that an element prints and nothing else."""
    printed = _YEAR.fullmatch(squash(line_of(element, _LONGEST_DAY)))
    return (printed[1], printed[2]) if printed else None


def _whole_days(block: Element, year: str, month: str | None) -> Iterator[tuple[Element, str, str]]:
    """The elements of a block with a month and a day alone, those of another `month` left out, each with its day in `year`.

    Below a `month` a day alone will do. Bare numbers that go up from row to row count the rows.
    """
    nodes = list(block.iter(etree.Element))
    printed = [(node, squash(node.text or "")) for node in nodes if len(node) == 0]
    begun = ((node, "text", squash(node.text)) for node in nodes if len(node) and node.text)
    tails = ((node, "tail", squash(node.tail)) for node in nodes if node.tail and node is not block)
    for node, place, text in (*((node, "text", text) for node, text in printed), *begun, *tails):
        day = _YEARLESS.fullmatch(text)
        if day and (month is None or int(month) == int(day[1])):
            yield node, place, f"{year}-{day[1]}-{day[2]}"
    days = [(node, day) for node, text in printed if month and (day := _DAY_OF_MONTH.fullmatch(text))]
    numbers = [int(day[1]) for _, day in days if not day[2]]
    is_count = numbers != sorted(numbers, reverse=True)
    yield from ((node, "text", f"{year}-{month}-{day[1]}") for node, day in days if day[2] or not is_count)
