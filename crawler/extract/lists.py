"""The rows of a list page, by what its headers, labels and cells say; never by position alone or by class.

Three shapes, the surest first: a table (or `ul` drawn as one) whose header names the columns; rows with a hidden hover
box that labels the values; plain rows of a link and a date.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin

from lxml import etree

from archive.records import fullest
from crawler.extract.dates import is_date
from crawler.extract.labels import FIELD_OF, squash, tidy, value_of
from crawler.extract.pairs import DATES, read_pairs, understand
from crawler.extract.text import Element, line_of
from crawler.items import Row

_PAGER = re.compile(r"上一?页|下一?页|首页|尾页|末页|共\s*\d+\s*页")
_NO_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|data:|about:|$)", re.IGNORECASE)
_INDEX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\u4e00-\u9fff-]{3,24}[/-](?:19|20)\d{2,4}-\d{3,8}")
_AGENCY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:政府|办|办公室|局|委|委员会|镇|乡|街道|院|中心|站|所|处|厅|部|公司|管委会|学校|…|\.{3,})"
)
_TITLE_ATTRIBUTE = "a[title]"
_MOST_COLUMNS = 12
_LONGEST_HEADER = 20

HOVER_BOX = 3
"""So many labelled values beside a row are its hover box."""

Header = tuple[str | None, ...]
Pairs = list[tuple[str, str]]
_TABLE_CELLS = frozenset({"td", "th"})
_ROWS = ("li", "tr", "dd")

_TABLES = etree.XPath(".//table[tr or tbody/tr or thead/tr]")
_TABLE_ROWS = etree.XPath("./tr | ./thead/tr | ./tbody/tr")
_UL_ROWS = etree.XPath(".//ul[count(li) > 1 and not(.//ul)]")
_LINKS = etree.XPath(".//a[@href]")


def read_rows(root: Element, base_url: str) -> tuple[Row, ...]:
    """Every row of the list on this page in order, addresses made absolute with `base_url`; () where there is no list."""
    labelled = _from_tables(root, base_url) or _from_ul_rows(root, base_url)
    return tuple(labelled or _from_dated_links(root, base_url))


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
    for table in _TABLES(root):
        header: Header = ()
        for tr in _TABLE_ROWS(table):
            cells = _spread(cell for cell in tr if cell.tag in _TABLE_CELLS)
            texts = _texts(cells)
            if found := _header_of(texts):
                header = found
            elif header and len(cells) > 1 and any(map(value_of, texts)) and not _is_pager(texts):
                hover = _hover_pairs(tr) if tr.find(".//table") is not None else []
                rows.append(_headed_row(header, cells, texts, hover, base_url))
    return rows


def _from_ul_rows(root: Element, base_url: str) -> list[Row]:
    """Rows that are a `ul` each, its `li` the cells: under a header of the same form, or with a hover box beside them."""
    header: Header = ()
    rows: list[Row] = []
    for ul in _UL_ROWS(root):
        cells = [cell for cell in ul if cell.tag == "li"]
        if not 2 <= len(cells) <= _MOST_COLUMNS:
            continue
        texts = _texts(cells)
        if found := _header_of(texts):
            header = found
        elif not any(map(value_of, texts)) or _is_pager(texts):
            continue
        elif len(cells) == len(header) and _fits(header, cells, texts):
            rows.append(_headed_row(header, cells, texts, _hover_pairs(ul), base_url))
        elif len(hover := _hover_pairs(ul)) >= HOVER_BOX:
            rows.append(_typed_row(cells, texts, hover, base_url))
    return rows


def _texts(cells: Iterable[Element | None]) -> list[str]:
    return [line_of(cell) if cell is not None else "" for cell in cells]


def _spread(cells: Iterable[Element]) -> list[Element | None]:
    """`cells` by column: one that spans several stands in the first, and None in the others."""
    columns: list[Element | None] = []
    for cell in cells:
        span = cell.get("colspan") or "1"
        columns += [cell, *[None] * (min(int(span), _MOST_COLUMNS) - 1 if span.isdecimal() else 0)]
    return columns


def _header_of(texts: Sequence[str]) -> Header:
    """The columns' labels where `texts` are a header (None for a column we don't know), else ()."""
    if not 2 <= len(texts) <= _MOST_COLUMNS or max(map(len, texts)) > _LONGEST_HEADER:
        return ()
    fields = {FIELD_OF.get(squash(text)) for text in texts} - {None}
    if len(fields) < 2 or not fields & {"title", "index_number"}:
        return ()
    return tuple(text if text and not is_date(text) else None for text in texts)


def _fits(header: Header, cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether a `ul` of as many cells is a row of the list: links stand under the title only, dates under dates."""
    for label, cell, text in zip(header, cells, texts, strict=True):
        name = FIELD_OF.get(squash(label or ""))
        if name != "title" and next(cell.iter("a"), None) is not None:
            return False
        if name in DATES and value_of(text) and not is_date(text):
            return False
    return True


def _headed_row(
    header: Header, cells: Sequence[Element | None], texts: Sequence[str], hover: Pairs, base_url: str
) -> Row:
    printed = [(label, text) for label, text in zip(header, texts, strict=False) if label]
    titled = [cell for label, cell in zip(header, cells, strict=False) if FIELD_OF.get(squash(label or "")) == "title"]
    link = _link_of(titled)
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


def _typed_row(cells: Sequence[Element], texts: Sequence[str], hover: Pairs, base_url: str) -> Row:
    """A row without a header: each cell is known by its own form, the rest comes from the hover box."""
    printed: list[tuple[str, str]] = []
    for cell, text in zip(cells, texts, strict=True):
        if next(cell.iter("a"), None) is not None:
            printed.append(("标题", text))
        elif is_date(text):
            printed.append(("发布日期", text))
        elif _INDEX_NUMBER.fullmatch(text):
            printed.append(("索引号", text))
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
    link = max(links, key=lambda link: len(line_of(link)))
    if _is_pager([line_of(row)]) or not (line_of(link) or link.get("title")):
        return None
    # A date may stand beside the link or, in some templates, within it behind the title.
    dates = [text for text in map(tidy, row.itertext()) if text and is_date(text)]
    title = line_of(link)
    if dates and title.endswith(dates[-1]) and title != dates[-1]:
        title = title.removesuffix(dates[-1]).strip()
    printed = [("标题", title), *[("发布日期", text) for text in dates[:1]]]
    return _row(printed, link, read_pairs(row), base_url)


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
    return max(links, key=lambda link: len(line_of(link)), default=None)


def _is_pager(texts: Iterable[str]) -> bool:
    line = " ".join(texts)
    return len(line) < 200 and len(_PAGER.findall(line)) >= 2
