"""The rows of a list page, by what its headers, labels and cells say; never by position alone or by class.

Shapes, the surest first: a table (or `ul` drawn as one) whose header names the columns; rows with a hidden hover box that
labels the values; plain rows of a link and a date; a `ul` a row with neither header nor hover box; boxes of a link and a
date.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, takewhile
from urllib.parse import urljoin

from lxml import etree

from archive.records import fullest
from crawler.extract.dates import is_date, parse_date
from crawler.extract.labels import FIELD_OF, LABEL_COLON, is_label, squash, tidy, value_of
from crawler.extract.pairs import DATES, read_pairs, understand
from crawler.extract.text import CONTROLS, Element, is_control, is_hidden_box, line_of, visible_texts
from crawler.items import Row

_PAGER = re.compile(r"上一?页|下一?页|首页|尾页|末页|共\s*\d+\s*页")
_NO_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|data:|about:|$)", re.IGNORECASE)
_INDEX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\u4e00-\u9fff-]{3,24}[/-](?:19|20)\d{2,4}-\d{3,8}")
_DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{0,20}\s?[〔﹝\[［【(（]\s?(?:19|20)\d{2}\s?[〕﹞\]］】)）]\s?第?\s?\d{1,5}\s?号"
)
_AGENCY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:政府|办|办公室|局|委|委员会|镇|乡|街道|院|中心|站|所|处|厅|部|公司|管委会|学校|…|\.{3,})"
)
_TITLE_ATTRIBUTE = "a[title]"
_SHORT_NAME = re.compile(r"[\u4e00-\u9fff]{2,6}")
_MOST_COLUMNS = 12
_LONGEST_HEADER = 20
_LARGEST_ROW = 5_000
_LARGEST_BOX = 1_000
_HIGHEST_BOX = 3

HOVER_BOX = 3
"""So many labelled values beside a row are its hover box."""

Header = tuple[tuple[str, str | None], ...]  # of each column its label ("" where none) and the field it stands for
Pairs = list[tuple[str, str]]
_RECORDS_OWN = frozenset({"published_on", "created_on", "index_number"})
_TITLE_AND_DATE = 2
_TABLE_CELLS = frozenset({"td", "th"})
_ROWS = ("li", "tr", "dd")

_TABLES = etree.XPath(".//table[tr or tbody/tr or thead/tr]")
_TABLE_ROWS = etree.XPath("./tr | ./thead/tr | ./tbody/tr")
_UL_ROWS = etree.XPath(".//*[li[2]][not(.//ul)]")  # a ul, or a box that a page takes for one
_LINKS = etree.XPath(".//a[@href]")
_PAGER_WORDS = etree.XPath(
    "(.//text()[contains(., '下一页') or contains(., '尾页') or contains(., '末页') or contains(., 'createPageHTML') or contains(., 'countPage')])"
    "[position() <= 20]"
)


def read_rows(root: Element, base_url: str) -> tuple[Row, ...]:
    """Every row of the list on this page in order, addresses made absolute with `base_url`; () where there is no list."""
    if rows := _from_tables(root, base_url):
        return tuple(rows)
    rows, bare = _from_ul_rows(root, base_url)
    if rows := rows or _from_flat_uls(root, base_url):
        return tuple(rows)
    dated = _from_dated_links(root, base_url, _item_of)
    if dated or bare:
        return tuple(dated if len(dated) >= len(bare) else bare)
    boxes = _from_dated_links(root, base_url, _box_of)
    return tuple(boxes) if len(boxes) > 1 else ()


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
        elif sum(any(is_page_link(link.get("href")) for link in cell.iter("a")) for cell in cells) > 1:
            continue  # a list whose rows are its li
        elif len(hover := _hover_pairs(ul)) >= HOVER_BOX:
            labelled.add(kind)
            rows.append((kind, _typed_row(cells, texts, hover, base_url)))
        elif _looks_like_row(cells, texts):
            rows.append((kind, _typed_row(cells, texts, hover, base_url)))
            bare.setdefault(kind, []).append(rows[-1][1])
    largest = max(bare.values(), key=len, default=[])
    return [row for kind, row in rows if kind in labelled], largest if len(largest) > 1 else []


def _from_flat_uls(root: Element, base_url: str) -> list[Row]:
    """Rows whose cells follow one another in one `ul`, under a header at its beginning or in a `ul` of its own."""
    header: Header = ()
    rows: list[Row] = []
    for ul in _UL_ROWS(root):
        cells = [cell for cell in ul if cell.tag == "li"]
        labels = list(takewhile(is_label, map(line_of, cells[: _MOST_COLUMNS + 1])))
        if found := _header_of(cells[: len(labels)], labels):
            header, cells = found, cells[len(labels) :]
        if header and cells and len(cells) % len(header) == 0:
            lines = [cells[start : start + len(header)] for start in range(0, len(cells), len(header))]
            told = [(line, _texts(line)) for line in lines]
            if all(_is_row(line, texts) and _fits(header, line, texts) for line, texts in told):
                rows += [_headed_row(header, line, texts, [], base_url) for line, texts in told]
    return rows


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
    if not 2 <= len(texts) <= _MOST_COLUMNS or max(map(len, texts)) > _LONGEST_HEADER or _in_turns(texts):
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
    """Whether labels and values stand in turns, or in one cell each, as beside a record, and not in rows under a header."""
    labels = sum(is_label(text) or (("：" in text or ":" in text) and bool(LABEL_COLON.match(text))) for text in texts)
    return labels > 0 and sum(map(bool, texts)) <= labels * 2 and _link_of(cells) is None


def _in_turns(texts: Sequence[str]) -> bool:
    """Whether every second text is a label and one between them no column's name, as where a record's labels stand in rows."""
    labels, values = map(is_label, texts[::2]), texts[1::2]
    named = any(map(is_label, values)) or all(map(_SHORT_NAME.fullmatch, values))
    return len(texts) > 3 and all(labels) and not named


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
        if sibling.tag == row.tag and not is_hidden_box(sibling):
            break
        if isinstance(sibling.tag, str):
            pairs += read_pairs(sibling)
    return pairs


def _looks_like_row(cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether cells without any label are a row: one of them a link, another a date or an index number."""
    links = [_link_of([cell]) is not None for cell in cells]
    known = (is_date(text) or _INDEX_NUMBER.fullmatch(text) for text in texts)
    return sum(links) == 1 and any(form for form, link in zip(known, links, strict=True) if not link)


def _typed_row(cells: Sequence[Element], texts: Sequence[str], hover: Pairs, base_url: str) -> Row:
    """A row without a header: each cell is known by its own form, the rest comes from the hover box."""
    printed: list[tuple[str, str]] = []
    for cell, text in zip(cells, texts, strict=True):
        if next(cell.iter("a"), None) is not None:
            printed.append(("标题", text))
        elif label := _known_by_form(text):
            printed.append((label, text))
        elif _AGENCY.fullmatch(text):
            printed.append(("发布单位", text))
    return _row(printed, _link_of(cells), hover, base_url)


def _known_by_form(text: str) -> str | None:
    """The label under which a text without any is known by its form alone."""
    if is_date(text):
        return "发布日期"
    if _INDEX_NUMBER.fullmatch(text):
        return "索引号"
    return "文号" if _DOCUMENT_NUMBER.fullmatch(text) else None


def _item_of(link: Element) -> Element | None:
    """The item of a list that a link stands in."""
    return next(link.iterancestors(*_ROWS), None)


def _box_of(link: Element) -> Element | None:
    """The smallest box around a link in which a date stands too."""
    boxes = islice(link.iterancestors("div", "p"), _HIGHEST_BOX)
    small = takewhile(lambda box: _is_small(box, _LARGEST_BOX), boxes)
    return next((box for box in small if any(map(is_date, visible_texts(box)))), None)


def _from_dated_links(root: Element, base_url: str, row_of: Callable[[Element], Element | None]) -> list[Row]:
    """Rows of a link and a date.

    Of several such lists on the page (navigation, news in a margin) the one whose rows say more than that, or the one that
    the pager stands with, for a list's last page may have a row or two; else the longest.
    """
    lists: dict[str, dict[Element, list[Element]]] = {}
    for link in _LINKS(root):
        row = row_of(link)
        if row is not None and is_page_link(link.get("href")):
            lists.setdefault(_signature(row), {}).setdefault(row, []).append(link)
    found: list[tuple[Element, list[Row]]] = []
    for candidates in lists.values():
        rows = [row for element, links in candidates.items() if (row := _dated_row(element, links, base_url))]
        if 0 < len(rows) <= sum(map(_says_what_it_is, rows)) * 2:
            found.append((next(reversed(candidates)), rows))
    pagers = [text.getparent() for text in _PAGER_WORDS(root)] if len(found) > 1 else []

    def rank(candidate: tuple[Element, list[Row]]) -> tuple[bool, int, int, int]:
        last, rows = candidate
        labelled = any(len(row.fields) > _TITLE_AND_DATE for row in rows)
        return labelled, _nearness(last, pagers), sum(map(_says_what_it_is, rows)), len(rows)

    return max(found, key=rank)[1] if found else []


def _nearness(row: Element, pagers: Iterable[Element]) -> int:
    """How deep in the page the smallest element lies that holds a row and a pager; 0 where there is none."""
    holders = list(row.iterancestors())
    depths = {holder: len(holders) - place for place, holder in enumerate(holders)}
    common = (next((up for up in pager.iterancestors() if up in depths), None) for pager in pagers)
    return max((depths[holder] for holder in common if holder is not None), default=0)


def _says_what_it_is(row: Row) -> bool:
    """Whether a row has more than a link: a date, or the number under which a record is known."""
    return not _RECORDS_OWN.isdisjoint(row.fields)


def _dated_row(row: Element, links: Sequence[Element], base_url: str) -> Row | None:
    if not _is_small(row):
        return None
    link = max(links, key=_how_like_a_title)
    if _is_pager([line_of(row)]) or not (line_of(link) or link.get("title")):
        return None
    # A date may stand beside the link or, in some templates, within it behind the title; of several forms the fullest counts.
    known = [(label, text) for text in map(tidy, visible_texts(row)) if text and (label := _known_by_form(text))]
    dates = [text for label, text in known if label == "发布日期"]
    dates.sort(key=lambda date: parse_date(date) is None)
    title = line_of(link)
    if dates and title.endswith(dates[-1]) and title != dates[-1]:
        title = title.removesuffix(dates[-1]).strip()
    numbers = [(label, text) for label, text in known if label != "发布日期"]
    printed = [("标题", title), *[("发布日期", text) for text in dates[:1]], *numbers]
    hidden = takewhile(is_hidden_box, row.itersiblings("*"))
    return _row(printed, link, [pair for box in (row, *hidden) for pair in read_pairs(box)], base_url)


def _is_small(row: Element, most: int = _LARGEST_ROW) -> bool:
    """Whether a row is of a row's size: of rows inside rows only the inner ones are read then."""
    size = 0
    for element in row.iter():
        size += 10 + len(element.text or "") + len(element.tail or "")
        if size > most:
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
