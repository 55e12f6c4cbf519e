"""The rows of a list page, by what its headers, labels and cells say; never by position alone or by class.

Shapes, the surest first: a table (or `ul` drawn as one) whose header names the columns; rows with a hidden hover box that
labels the values; plain rows of a link and a date; a `ul` a row with neither header nor hover box; boxes of a link and a
date.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice, takewhile

from lxml import etree

from archive.model.observations import Row
from crawler.extract.dated import dated_rows, pagers_of, signature
from crawler.extract.dates import is_date
from crawler.extract.field_labels import FIELD_OF, LABEL_COLON, bracketed_label, is_label, squash, value_of
from crawler.extract.old_markup import in_todays_markup
from crawler.extract.pairs import DATES, read_pairs
from crawler.extract.row import (
    INDEX_NUMBER,
    PrintedPairs,
    folder_of,
    is_page_link,
    is_pager,
    link_of,
    make_row,
    plain_row,
    texts_of,
    typed_row,
    without_column,
)
from crawler.extract.text import CONTROLS, TABLE_CELLS, Element, is_control, is_hidden, is_small, line_of
from crawler.extract.trail import read_breadcrumb

_SHORT_NAME = re.compile(r"[\u4e00-\u9fff]{2,6}")
_MOST_COLUMNS = 12
_LONGEST_HEADER = 20

_FEW = 2

_SHORTEST_TITLE = 7
_SHORTEST_UNLINKED, _LARGEST_UNLINKED = 6, 300
_MONTH_OR_DAY = re.compile(r"(?:19|20)\d\d[-./年]\d{1,2}(?:[-./月]\d{0,2}日?)?")
_HIGHEST_PAGER = 3

HOVER_BOX = 3
"""So many labelled values beside a row are its hover box."""

_RECORDS_OWN = frozenset({"title", "index_number", "document_number", "published_on", "created_on"})

Header = tuple[tuple[str, str | None], ...]  # of each column its label ("" where none) and the field it stands for

_TABLES = etree.XPath(".//table[tr or tbody/tr or thead/tr]")
_BOX = frozenset(("div", "li", "dl"))
_UL_ROWS = etree.XPath(".//*[li[2]][not(.//ul)]")  # a ul, or a box that a page takes for one
_LARGEST_UL = 100_000
"""Markup and text of one that is a row, with its hover box; of boxes that stand in one another each would be read whole."""


_LONGEST_TEXT = 4_000
"""Characters of one text in a list, as many as are kept of a value: what is longer is cut behind the next one, by which it is known as overlong."""

_NOT_IN_TREES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Signs that the parser of pages lets pass, and lxml lets nobody write."""

_LONG_TEXTS = etree.XPath(f".//text()[string-length(.) > {_LONGEST_TEXT}][not(parent::script or parent::style)]")


def read_rows(root: Element, base_url: str) -> tuple[Row, ...]:
    """Every row of the list on this page in order, addresses made absolute with `base_url`; () where there is no list."""
    return tuple(_without_copies(_rows(in_todays_markup(_with_cut_texts(root), base_url), base_url)))


def _with_cut_texts(root: Element) -> Element:
    """Return `root`, or a copy in which texts are cut that are longer than any value: else a row that holds one would be taken for a layout."""
    if not _LONG_TEXTS(root):
        return root
    root = deepcopy(root)
    for text in _LONG_TEXTS(root):
        setattr(text.getparent(), "tail" if text.is_tail else "text", _NOT_IN_TREES.sub("", text[: _LONGEST_TEXT + 1]))
    return root


def _rows(root: Element, base_url: str) -> list[Row]:
    if rows := _from_tables(root, base_url):
        return rows
    rows, bare = _from_ul_rows(root, base_url)
    if rows := rows or _from_flat_uls(root, base_url) or _from_boxes(root, base_url):
        return rows
    dated = [*_with_unlinked(dated_rows(root, base_url), base_url)]
    if dated or bare:
        return dated if len(dated) >= len(bare) else bare
    return _undated_rows(root, base_url)


def _without_copies(rows: list[Row]) -> list[Row]:
    """`rows` once, where a page shows the whole list again, as for telephones: all of its addresses in the same order."""
    urls = [row.url for row in rows]
    size = next((place for place in range(2, len(urls)) if urls[place] == urls[0]), 0)
    if not size or None in urls or urls != urls[:size] * (len(urls) // size):
        return rows
    return rows[:size] if len(set(urls[:size])) == size else rows


# --- tables and ul-rows under a header ---


def _from_tables(root: Element, base_url: str) -> list[Row]:
    rows: list[Row] = []
    header: Header = ()
    wide: list[int] = []
    inside: set[Element] = set()
    for table in _TABLES(root):
        own_header = False
        begin = len(rows)
        trs = list(_rows_of_table(table))
        if next(table.iterancestors("tr"), None) in inside:
            inside.update(trs)  # a table inside a row belongs to that row
            continue
        for tr, cells in _grid(trs):
            texts = texts_of(cells)
            if columns := _header_of(cells, texts):
                header, own_header, wide = columns, True, _wide_columns(cells)
            elif wide and len(texts) == len(wide) and all(map(is_label, texts)):
                header = _divided(header, wide, texts)
            elif header and _is_row(cells, texts) and (own_header or _goes_on(header, cells, texts)):
                hover = _hover_pairs(tr) if _holds_hidden(tr) else []
                rows.append(_headed_row(header, cells, texts, hover, base_url))
                inside.add(tr)
        if own_header and _is_of_one_record(header, rows[begin:]):
            del rows[begin:]
    return rows


def _wide_columns(cells: Sequence[Element | None]) -> list[int]:
    """The columns that cells of a header span together with others."""
    return [at for at in range(len(cells)) if None in cells[at : at + 1] or None in cells[at + 1 : at + 2]]


def _divided(header: Header, wide: Sequence[int], labels: Sequence[str]) -> Header:
    """A header whose cells over several columns have the labels of these in a row below."""
    below = {at: (label, FIELD_OF.get(squash(label))) for at, label in zip(wide, labels, strict=True)}
    return tuple(below.get(at, column) for at, column in enumerate(header))


def _is_of_one_record(header: Header, rows: Sequence[Row]) -> bool:
    """Whether the rows of a table are what a record's page says of it: few, and neither a title nor a link is there."""
    bare = all(name != "title" for _, name in header) and not any(row.url for row in rows)
    return bare and len(rows) <= _FEW


def _rows_of_table(table: Element) -> Iterator[Element]:
    """The rows of a table, those in its head and its bodies among them."""
    for part in table.iterchildren("tr", "thead", "tbody"):
        yield from (part,) if part.tag == "tr" else part.iterchildren("tr")


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
        if not 2 <= len(cells) <= _MOST_COLUMNS or not is_small(ul, _LARGEST_UL):
            continue
        texts = texts_of(cells)
        kind = signature(ul)
        if columns := _header_of(cells, texts):
            header = columns
        elif not _is_row(cells, texts):
            continue
        elif len(cells) == len(header) and _fits(header, cells, texts):
            labelled.add(kind)
            rows.append((kind, _headed_row(header, cells, texts, _hover_pairs(ul), base_url)))
        elif sum(any(is_page_link(link.get("href")) for link in cell.iter("a")) for cell in cells) > 1:
            continue  # a list whose rows are its li
        elif _is_of_record(hover := _hover_pairs(ul)):
            labelled.add(kind)
            rows.append((kind, typed_row(cells, texts, hover, base_url)))
        elif _looks_like_row(cells, texts):
            rows.append((kind, typed_row(cells, texts, hover, base_url)))
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
        if columns := _header_of(cells[: len(labels)], labels):
            header, cells = columns, cells[len(labels) :]
        if header and cells and len(cells) % len(header) == 0:
            lines = [cells[start : start + len(header)] for start in range(0, len(cells), len(header))]
            printed = [(line, texts_of(line)) for line in lines]
            if all(_is_row(line, texts) and _fits(header, line, texts) for line, texts in printed):
                rows += [_headed_row(header, line, texts, [], base_url) for line, texts in printed]
    return rows


def _from_boxes(root: Element, base_url: str) -> list[Row]:
    """Rows of boxes drawn as a table: those behind a box whose own boxes are a header, or in the box behind the one that it stands in."""
    for head in _boxes(root):
        cells = _parts(head)
        if not is_label(line_of(cells[0], _LONGEST_HEADER)) or not (header := _header_of(cells, texts_of(cells))):
            continue
        following = list(head.itersiblings("*")) or list(islice(head.getparent().itersiblings("*"), 1))
        lines = [_parts(box) for each in following for box in (each, *each.iterchildren(etree.Element))]
        printed = [(line, texts_of(line)) for line in lines if len(line) == len(header)]
        rows = [
            _headed_row(header, line, texts, [], base_url) for line, texts in printed if _goes_on(header, line, texts)
        ]
        if rows:
            return rows
    return []


def _boxes(root: Element) -> list[Element]:
    """The boxes of two and more boxes that hold no such themselves, found in one pass: XPath would take time by their square."""
    boxes: list[Element] = []
    broad: set[Element] = set()  # that hold two and more, or within which something does
    for node in reversed(list(root.iter(etree.Element))):
        has_two = len(list(islice(node.iterchildren(etree.Element), 2))) > 1
        is_above = has_two and not broad.isdisjoint(node)
        if has_two and not is_above and node.tag in _BOX:
            boxes.append(node)
        if has_two or (len(node) and not broad.isdisjoint(node)):
            broad.add(node)
    return boxes[::-1]


def _parts(box: Element) -> list[Element]:
    return list(islice(box.iterchildren(etree.Element), _MOST_COLUMNS + 1))


def _grid(trs: Iterable[Element]) -> Iterator[tuple[Element, list[Element | None]]]:
    """The rows of a table with their cells by column, among them those that span down from a record's row above.

    A row without a link, beside a cell that has one and spans into it, goes on with that cell's record, and is left out.
    """
    held: dict[int, tuple[Element, int]] = {}  # column → the cell that spans into the next row, and into how many
    for tr in trs:
        own = _spread(cell for cell in tr if cell.tag in TABLE_CELLS)
        cells, above = list(own), [cell for cell, _ in held.values()]
        for column, (cell, _) in sorted(held.items()):
            cells.insert(column, cell)
        if link_of(above) is None or link_of(own) is not None:
            yield tr, cells
        held = {column: (cell, rows - 1) for column, (cell, rows) in held.items() if rows > 1}
        here = set(own)
        begun = [(column, cell, _span(cell, "rowspan") - 1) for column, cell in enumerate(cells) if cell in here]
        if any(rows > 0 for _, _, rows in begun) and link_of(own) is not None:
            held |= {column: (cell, rows) for column, cell, rows in begun if rows > 0}


def _span(cell: Element | None, attribute: str) -> int:
    """The number of rows or columns that a cell spans."""
    span = "1" if cell is None else cell.get(attribute) or "1"
    return int(span[:4]) if span.isdecimal() else 1


def _spread(cells: Iterable[Element]) -> list[Element | None]:
    """`cells` by column: one that spans several stands in the first, and None in the others."""
    columns: list[Element | None] = []
    for cell in cells:
        columns += [cell, *[None] * (min(_span(cell, "colspan"), _MOST_COLUMNS) - 1)]
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
    return len(cells) > 1 and any(map(value_of, texts)) and not is_pager(texts) and not _is_metadata(cells, texts)


def _is_metadata(cells: Sequence[Element | None], texts: Sequence[str]) -> bool:
    """Whether labels and values stand in turns, or in one cell each, as beside a record, and not in rows under a header."""
    labels = sum(is_label(text) or _begins_with_label(text) for text in texts) or sum(map(_has_label, cells))
    return labels > 0 and sum(map(bool, texts)) <= labels * 2 and link_of(cells) is None


def _begins_with_label(text: str) -> bool:
    """Whether a label stands at the beginning of a text, by its colon or its brackets."""
    marked = any(mark in text for mark in "：:】]")
    return marked and bool(LABEL_COLON.match(text) or bracketed_label().match(text))


def _has_label(cell: Element | None) -> bool:
    """Whether a label stands at the beginning of a cell in an element of its own."""
    first = None if cell is None else next(cell.iterchildren(etree.Element), None)
    return first is not None and is_label(line_of(first, _LONGEST_HEADER))


def _in_turns(texts: Sequence[str]) -> bool:
    """Whether every second text is a label and one between them no column's name, as where a record's labels stand in rows."""
    labels, values = map(is_label, texts[::2]), texts[1::2]
    named = any(map(is_label, values)) or all(map(_SHORT_NAME.fullmatch, values))
    are_spaced = len(texts) % 2 == 1 and not any(values)  # columns that narrow ones part
    return len(texts) > 3 and all(labels) and not named and not are_spaced


def _goes_on(header: Header, cells: Sequence[Element | None], texts: Sequence[str]) -> bool:
    """Whether a row of another table than the header's stands under it all the same: its form fits, and it has a link."""
    whole = [cell for cell in cells if cell is not None]
    return len(whole) == len(header) and _fits(header, whole, texts) and link_of(whole) is not None


def _fits(header: Header, cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether as many cells are a row of the list: links stand under the title only, dates under dates."""
    for (_, name), cell, text in zip(header, cells, texts, strict=True):
        if name != "title" and next(cell.iter("a"), None) is not None:
            return False
        if name in DATES and value_of(text) and not is_date(text):
            return False
    return True


def _headed_row(
    header: Header, cells: Sequence[Element | None], texts: Sequence[str], hover: PrintedPairs, base_url: str
) -> Row:
    place = next((place for place, (_, name) in enumerate(header) if name == "title"), len(cells))
    if place < len(cells) and cells[place] is None:  # a cell that spans into the title's column is the title
        start = max(before for before in range(place) if cells[before] is not None)
        cells = [*cells[:start], None, *cells[start + 1 : place], cells[start], *cells[place + 1 :]]
        texts = [*texts[:start], "", *texts[start + 1 : place], texts[start], *texts[place + 1 :]]
    columns = zip(header, cells, texts, strict=False)
    printed = [
        (label, without_column(cell, text) if name == "title" and cell is not None else text)
        for (label, name), cell, text in columns
        if label
    ]
    link = link_of(cells[place : place + 1])
    return make_row(printed, link_of(cells) if link is None else link, hover, base_url)


# --- rows known by a hover box, or by a link and a date ---


def _hover_pairs(row: Element) -> PrintedPairs:
    """The labelled values beside a row: inside it, or in what follows it up to the next row of its kind."""
    pairs = read_pairs(row)
    for sibling in row.itersiblings():
        if sibling.tag == row.tag and not is_hidden(sibling):
            break
        if isinstance(sibling.tag, str):
            pairs += read_pairs(sibling)
    return pairs


def _holds_hidden(tr: Element) -> bool:
    """Whether a row of a table holds a box that is not shown with it: hidden, or a table."""
    return any(node.tag == "table" or is_hidden(node) for node in tr.iterdescendants(etree.Element))


def _is_of_record(hover: PrintedPairs) -> bool:
    """Whether labelled values beside a row are those of a record, and not the telephone and the address in a footer."""
    return len(hover) >= HOVER_BOX and any(FIELD_OF.get(squash(label)) in _RECORDS_OWN for label, _ in hover)


def _looks_like_row(cells: Sequence[Element], texts: Sequence[str]) -> bool:
    """Whether cells without any label are a row: one of them a link, another a date or an index number."""
    links = [link_of([cell]) is not None for cell in cells]
    known = (is_date(text) or INDEX_NUMBER.fullmatch(text) for text in texts)
    return sum(links) == 1 and any(form for form, link in zip(known, links, strict=True) if not link)


# --- rows of a link alone ---


def _with_unlinked(rows: Mapping[Element, Row], base_url: str) -> Iterator[Row]:
    """Yield rows of links and dates and, between them, those of the same form that lead nowhere and have a title and a day."""
    forms = {signature(item) for item in rows}
    for holder, linked in Counter(item.getparent() for item in rows).items():
        for item in holder.iterchildren(etree.Element):
            row = rows.get(item)
            if row is None and linked > 1 and signature(item) in forms:
                row = _unlinked_row(item, base_url)
            if row is not None:
                yield row


def _unlinked_row(item: Element, base_url: str) -> Row | None:
    """The row that an item without a link to a page is, if it prints a title and a day."""
    links = list(islice(item.iter("a"), _FEW))
    text = line_of(item, _LARGEST_UNLINKED)
    if len(links) == _FEW or any(is_page_link(link.get("href")) for link in links) or is_hidden(item):
        return None
    if is_pager([text]) or len(text) >= _LARGEST_UNLINKED or not is_small(item, _LARGEST_UL):
        return None
    row = plain_row(item, next(iter(links), None), base_url)
    words = _MONTH_OR_DAY.sub("", row.fields.get("title", "")).rstrip()
    is_named = len(words) >= _SHORTEST_UNLINKED and not words.endswith(("：", ":"))
    return row if is_named and "published_on" in row.fields else None


def _undated_rows(root: Element, base_url: str) -> list[Row]:
    """Rows of a link and nothing else: those of the box right before the pager, below a trail, that all lead into the page's own folder."""
    if not read_breadcrumb(root):
        return []
    for pager in pagers_of(root):
        for up in (pager, *islice(pager.iterancestors(), _HIGHEST_PAGER)):
            box = next(up.itersiblings("*", preceding=True), None)
            if box is not None and (rows := _rows_of_links(box, base_url)):
                return rows
    return []


def _rows_of_links(box: Element, base_url: str) -> list[Row]:
    """The rows that all items of a box are; none where one of them is more than the link to a record, or less."""
    while len(box) == 1:
        box = box[0]
    rows = []
    for item in box.iterchildren(etree.Element):
        if not (text := line_of(item)):
            continue  # a rule between rows
        link = link_of([item])
        row = None if link is None else plain_row(item, link, base_url)
        title = "" if row is None else row.fields.get("title", "")
        if row is None or len(title) < _SHORTEST_TITLE or len(text) > len(title) + _SHORTEST_TITLE:
            return []
        if not (row.url or "").startswith(folder_of(base_url)):
            return []
        rows.append(row)
    return rows if len({row.url for row in rows}) == len(rows) > _FEW else []
