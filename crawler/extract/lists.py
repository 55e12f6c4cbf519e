"""The rows of a list page, by what its headers, labels and cells say; never by position alone or by class.

Four shapes, the surest first: a table (or `ul` drawn as one) whose header names the columns; rows with a hidden hover
box that labels the values; plain rows of a link and a date; a `ul` a row with neither header nor hover box.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin

from lxml import etree

from archive.records import fullest
from crawler.extract.dates import is_date
from crawler.extract.labels import FIELD_OF, is_label, squash, tidy, value_of
from crawler.extract.pairs import DATES, read_pairs, understand
from crawler.extract.text import CONTROLS, Element, is_control, line_of
from crawler.items import Row

_PAGER = re.compile(r"上一?页|下一?页|首页|尾页|末页|共\s*\d+\s*页")
_NO_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|data:|about:|$)", re.IGNORECASE)
_INDEX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\u4e00-\u9fff-]{3,24}[/-](?:19|20)\d{2,4}-\d{3,8}")
_AGENCY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:政府|办|办公室|局|委|委员会|镇|乡|街道|院|中心|站|所|处|厅|部|公司|管委会|学校|…|\.{3,})"
)
_DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,12}\s*[〔\[（(［【]\s*(?:19|20)\d{2}\s*[〕\])）］】]\s*第?\s*\d{1,5}\s*号"
)
_TITLE_ATTRIBUTE = "a[title]"
_MOST_COLUMNS = 12
_LONGEST_HEADER = 20

_LARGEST_ROW = 5_000

HOVER_BOX = 3
"""So many labelled values beside a row are its hover box."""

Header = tuple[tuple[str, str | None], ...]  # of each column its label ("" where none) and the field it stands for
Pairs = list[tuple[str, str]]
_TABLE_CELLS = frozenset({"td", "th"})
_ROWS = ("li", "tr", "dd")

_TABLES = etree.XPath(".//table[tr or tbody/tr or thead/tr]")
_TABLE_ROWS = etree.XPath("./tr | ./thead/tr | ./tbody/tr")
_UL_ROWS = etree.XPath(".//ul[count(li) > 1 and not(.//ul)]")
_LINKS = etree.XPath(".//a[@href]")


def read_rows(root: Element, base_url: str) -> tuple[Row, ...]:
    """Every row of the list on this page in order, addresses made absolute with `base_url`; () where there is no list."""
    if rows := _from_tables(root, base_url):
        return tuple(rows)
    rows, bare = _from_ul_rows(root, base_url)
    if rows:
        return tuple(rows)
    dated = _from_dated_links(root, base_url)
    return tuple(dated if len(dated) >= len(bare) else bare)


def read_row(element: Element, base_url: str, beside: Iterable[tuple[str, str]] = ()) -> Row | None:
    """The row that an element is, where it is known to be one: a record in a service's answer.

    `beside`: labels with values that stand elsewhere than in its text. None where it prints nothing and leads nowhere, or
    is a template that no script has filled in.
    """
    text = line_of(element)
    link = _link_of([element])
    if "{{" in text or not (text or link is not None):
        return None
    cells = [cell for cell in _innermost(element) if isinstance(cell.tag, str)]
    titles = [cell for cell in cells if next(cell.iter("a"), None) is not None] or _longest(cells)
    if len(cells) > 2 and len(titles) == 1:
        pairs = [*read_pairs(element), *beside]
        return _typed_row(cells, _texts(cells), pairs, base_url, title=titles[0])
    return _plain_row(element, link, base_url, beside)


def _longest(cells: Sequence[Element]) -> list[Element]:
    """The cell that is a row's title where none has a link, alone; none where no cell has text that could be one."""
    texts = ((line_of(cell), cell) for cell in cells)
    named = [(len(text), cell) for text, cell in texts if value_of(text) and not is_date(text)]
    return [max(named, key=lambda each: each[0])[1]] if named else []


def _innermost(element: Element) -> Element:
    """The element that holds what `element` prints: itself, or the only one inside it, and so on."""
    while len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        element = element[0]
    return element


def is_page_link(href: str | None) -> bool:
    """Whether `href` leads to a page, and not to a script, a place on this page or nowhere."""
    return href is not None and not _NO_PAGE.match(href)


def absolute(base_url: str, href: str) -> str | None:
    """`href` made absolute, or None where it is no address of a page on the web."""
    try:
        url = urljoin(base_url, re.sub(r"[\t\r\n]", "", href.strip()))
    except ValueError:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None


# --- tables and ul-rows under a header ---


def _from_tables(root: Element, base_url: str) -> list[Row]:
    rows: list[Row] = []
    header: Header = ()
    inside: set[Element] = set()
    for table in _TABLES(root):
        own_header = False
        trs = _TABLE_ROWS(table)
        if next(table.iterancestors("tr"), None) in inside:
            inside.update(trs)  # a table inside a row belongs to that row
            continue
        for tr in trs:
            cells = _spread(cell for cell in tr if cell.tag in _TABLE_CELLS)
            texts = _texts(cells)
            if found := _header_of(cells, texts):
                header, own_header = found, True
            elif header and _is_row(cells, texts) and (own_header or _goes_on(header, cells, texts)):
                hover = _hover_pairs(tr) if tr.find(".//table") is not None else []
                rows.append(_headed_row(header, cells, texts, hover, base_url))
                inside.add(tr)
    return rows


def _from_ul_rows(root: Element, base_url: str) -> tuple[list[Row], list[Row]]:
    """Rows that are a `ul` each, its `li` the cells: under a header of the same form, or with a hover box beside them.

    Apart from them, where there are none, the rows of what looks most like such a list without any label.
    """
    header: Header = ()
    rows: list[tuple[str, Row]] = []
    bare: dict[str, list[Row]] = {}
    labelled: set[str] = set()
    for ul in _UL_ROWS(root):
        cells = [cell for cell in ul if cell.tag == "li"]
        if not 2 <= len(cells) <= _MOST_COLUMNS:
            continue
        texts = _texts(cells)
        kind = _signature(ul)
        if found := _header_of(cells, texts):
            header = found
        elif not _is_row(cells, texts):
            continue
        elif len(cells) == len(header) and _fits(header, cells, texts):
            labelled.add(kind)
            rows.append((kind, _headed_row(header, cells, texts, _hover_pairs(ul), base_url)))
        elif len(hover := _hover_pairs(ul)) >= HOVER_BOX:
            labelled.add(kind)
            rows.append((kind, _typed_row(cells, texts, hover, base_url)))
        elif _looks_like_row(cells, texts):
            rows.append((kind, _typed_row(cells, texts, hover, base_url)))
            bare.setdefault(kind, []).append(rows[-1][1])
    largest = max(bare.values(), key=len, default=[])
    return [row for kind, row in rows if kind in labelled], largest if len(largest) > 1 else []


def _texts(cells: Iterable[Element | None]) -> list[str]:
    return [line_of(cell) if cell is not None else "" for cell in cells]


def _spread(cells: Iterable[Element]) -> list[Element | None]:
    """`cells` by column: one that spans several stands in the first, and None in the others."""
    columns: list[Element | None] = []
    for cell in cells:
        span = cell.get("colspan") or "1"
        columns += [cell, *[None] * (min(int(span[:4]), _MOST_COLUMNS) - 1 if span.isdecimal() else 0)]
    return columns


def _header_of(cells: Sequence[Element | None], texts: Sequence[str]) -> Header:
    """The columns where cells are a header, and not the labels of a search form, else ()."""
    if not 2 <= len(texts) <= _MOST_COLUMNS or max(map(len, texts)) > _LONGEST_HEADER:
        return ()
    header = tuple((text, FIELD_OF.get(squash(text))) if not is_date(text) else ("", None) for text in texts)
    fields = {name for _, name in header} - {None}
    if len(fields) < 2 or not fields & {"title", "index_number"}:
        return ()
    controls = sum(is_control(node) for cell in cells if cell is not None for node in cell.iter(*CONTROLS))
    return header if controls * 2 < len(fields) else ()


def _is_row(cells: Sequence[Element | None], texts: Sequence[str]) -> bool:
    return len(cells) > 1 and any(map(value_of, texts)) and not _is_pager(texts) and not _is_metadata(cells, texts)


def _is_metadata(cells: Sequence[Element | None], texts: Sequence[str]) -> bool:
    """Whether labels and values stand in turns, as beside a record, and not in rows under a header."""
    labels = sum(map(is_label, texts))
    return labels > 0 and 2 <= sum(map(bool, texts)) <= labels * 2 and _link_of(cells) is None


def _goes_on(header: Header, cells: Sequence[Element | None], texts: Sequence[str]) -> bool:
    """Whether a row of another table than the header's stands under it all the same: its form fits, and it has a link."""
    whole = [cell for cell in cells if cell is not None]
    return len(whole) == len(header) and _fits(header, whole, texts) and _link_of(whole) is not None


def _fits(header: Header, cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether as many cells are a row of the list: links stand under the title only, dates under dates."""
    for (_, name), cell, text in zip(header, cells, texts, strict=True):
        if name != "title" and next(cell.iter("a"), None) is not None:
            return False
        if name in DATES and value_of(text) and not is_date(text):
            return False
    return True


def _headed_row(
    header: Header, cells: Sequence[Element | None], texts: Sequence[str], hover: Pairs, base_url: str
) -> Row:
    place = next((place for place, (_, name) in enumerate(header) if name == "title"), len(cells))
    if place < len(cells) and cells[place] is None:  # a cell that spans into the title's column is the title
        start = max(before for before in range(place) if cells[before] is not None)
        cells = [*cells[:start], None, *cells[start + 1 : place], cells[start], *cells[place + 1 :]]
        texts = [*texts[:start], "", *texts[start + 1 : place], texts[start], *texts[place + 1 :]]
    printed = [(label, text) for (label, _), text in zip(header, texts, strict=False) if label]
    link = _link_of(cells[place : place + 1])
    return _row(printed, _link_of(cells) if link is None else link, hover, base_url)


# --- rows known by a hover box, or by a link and a date ---


def _hover_pairs(row: Element) -> Pairs:
    """The labelled values beside a row: inside it, or in what follows it up to the next row of its kind."""
    pairs = read_pairs(row)
    for sibling in row.itersiblings():
        if sibling.tag == row.tag:
            break
        if isinstance(sibling.tag, str):
            pairs += read_pairs(sibling)
    return pairs


def _looks_like_row(cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether cells without any label are a row: one of them a link, another a date or an index number."""
    links = [_link_of([cell]) is not None for cell in cells]
    known = (is_date(text) or _INDEX_NUMBER.fullmatch(text) for text in texts)
    return sum(links) == 1 and any(form for form, link in zip(known, links, strict=True) if not link)


def _typed_row(
    cells: Sequence[Element], texts: Sequence[str], hover: Pairs, base_url: str, title: Element | None = None
) -> Row:
    """A row without a header: each cell is known by its own form, the rest comes from the hover box."""
    printed: list[tuple[str, str]] = []
    for cell, text in zip(cells, texts, strict=True):
        if cell is title or next(cell.iter("a"), None) is not None:
            printed.append(("标题", text))
        elif is_date(text):
            printed.append(("发布日期", text))
        elif _INDEX_NUMBER.fullmatch(text):
            printed.append(("索引号", text))
        elif _DOCUMENT_NUMBER.fullmatch(text):
            printed.append(("文号", text))
        elif _AGENCY.fullmatch(text):
            printed.append(("发布单位", text))
    return _row(printed, _link_of(cells), hover, base_url)


def _from_dated_links(root: Element, base_url: str) -> list[Row]:
    """Rows of a link and a date; of several such lists on the page (navigation, news in a margin) the longest."""
    lists: dict[str, dict[Element, list[Element]]] = {}
    for link in _LINKS(root):
        row = next((up for up in link.iterancestors(*_ROWS)), None)
        if row is not None and is_page_link(link.get("href")):
            lists.setdefault(_signature(row), {}).setdefault(row, []).append(link)
    best: list[Row] = []
    for candidates in lists.values():
        rows = [row for element, links in candidates.items() if (row := _dated_row(element, links, base_url))]
        dated = sum(1 for row in rows if row.fields.get("published_on"))
        if dated * 2 >= max(len(rows), 1) and dated > sum(1 for row in best if row.fields.get("published_on")):
            best = rows
    return best


def _dated_row(row: Element, links: Sequence[Element], base_url: str) -> Row | None:
    if not _is_small(row):
        return None
    link = max(links, key=_how_like_a_title)
    if _is_pager([line_of(row)]) or not (line_of(link) or link.get("title")):
        return None
    return _plain_row(row, link, base_url)


def _plain_row(row: Element, link: Element | None, base_url: str, beside: Iterable[tuple[str, str]] = ()) -> Row:
    """A row of a link and a date, of a title and a date, or of less."""
    # A date may stand beside the link or, in some templates, within it behind the title.
    dates = [text for text in map(tidy, row.itertext()) if text and is_date(text)]
    title = line_of(row if link is None else link)
    if dates and title.endswith(dates[-1]) and title != dates[-1]:
        title = title.removesuffix(dates[-1]).strip()
    printed = [("标题", title), *[("发布日期", text) for text in dates[:1]]]
    return _row(printed, link, [*read_pairs(row), *beside], base_url)


def _is_small(row: Element) -> bool:
    """Whether a row is of a row's size: of rows inside rows only the inner ones are read then."""
    size = 0
    for element in row.iter():
        size += 10 + len(element.text or "") + len(element.tail or "")
        if size > _LARGEST_ROW:
            return False
    return True


def _signature(row: Element) -> str:
    """What rows of one list have in common: their tag and the tags and classes of what holds them."""
    holders = [up for up, _ in zip(row.iterancestors(), range(3), strict=False)]
    return f"{row.tag}|" + "|".join(f"{up.tag}.{up.get('class', '')}" for up in holders)


# --- what all shapes share ---


def _row(printed: Pairs, link: Element | None, hover: Pairs, base_url: str) -> Row:
    """A row from its cells under their labels, its link, and what its hover box says."""
    attribute = tidy(link.get("title") or "") if link is not None else ""
    url = absolute(base_url, link.get("href")) if link is not None else None
    cells, beside = understand(printed, url), understand(hover, url)
    fields = {**beside.fields, **cells.fields}
    titles = [cells.fields.get("title"), value_of(attribute), beside.fields.get("title")]
    if title := fullest([title for title in titles if title]):
        fields["title"] = title
    source_fields = {**beside.source_fields, **cells.source_fields}
    if attribute and attribute not in source_fields.values():
        source_fields[_TITLE_ATTRIBUTE] = attribute
    return Row(url, fields, source_fields, tuple(sorted(cells.doubts | beside.doubts)))


def _link_of(cells: Iterable[Element | None]) -> Element | None:
    links = [link for cell in cells if cell is not None for link in _LINKS(cell) if is_page_link(link.get("href"))]
    return max(links, key=_how_like_a_title, default=None) if len(links) != 1 else links[0]


def _how_like_a_title(link: Element) -> tuple[bool, int]:
    """Long, and not a column's name in brackets before the title."""
    text = line_of(link)
    return text[:1] not in "[【" or text[-1:] not in "]】", len(text)


def _is_pager(texts: Iterable[str]) -> bool:
    line = " ".join(texts)
    return len(line) < 200 and len(_PAGER.findall(line)) >= 2
