"""A record's own page: its metadata wherever the labels stand, its title, its body."""

from collections.abc import Collection, Iterable, Sequence

from archive.attachments.html_tables import html_tables
from archive.model.agencies import agency_of
from archive.model.observations import RecordPage
from archive.model.records import (
    CUT_PAGE,
    DATE_DIFFERS,
    PUBLISHER_DIFFERS,
    TITLE_DIFFERS,
    is_cut,
    same_agency,
    same_title,
    stem,
)
from archive.tables.printed_table import within_limits
from crawler.extract.body import densest, find_body, read_body, table_of_text
from crawler.extract.dates import parse_date
from crawler.extract.field_labels import SOURCES, squash
from crawler.extract.footer import find_footers, outside
from crawler.extract.pairs import BESIDE_DATE, FROM_SOURCE, Pairs, pairs_in, understand
from crawler.extract.text import Element, cells, in_hidden_boxes
from crawler.extract.trail import read_breadcrumb
from crawler.records.dateline import (
    Cell,
    above_text,
    bare_agency,
    bare_date,
    bare_number,
    heads_of,
    number_above,
    title_above_text,
    under_title,
)
from crawler.records.declared import PUBLISHED, SITE, SOURCE, TITLE, Statement, read_declared
from crawler.records.title import ABOVE_TEXT, find_title

DATE_FROM_META = "date_from_meta"
"""The doubt about a date of publication that the page states to machines alone."""


def read_detail(
    root: Element, url: str, body: Element | None = None, *, cut: bool = False, agencies: Collection[str] = ()
) -> RecordPage:
    """Return what the record's page at `url` says; `cut` where it broke off in the middle.

    `body`: its text, where found already. `agencies`: names that are known to be agencies' whatever their form.
    """
    body = find_body(root) if body is None else body
    blocks = list(cells(root, () if body is None else (body,)))
    footers = find_footers(blocks, body)
    texts = outside(blocks, footers)
    if body is None:
        body = densest(root, footers, heads_of(texts))
        body = table_of_text(root, footers) if body is None else body
        texts = above_text(texts, body)
    hidden = in_hidden_boxes(root)
    pairs = understand(pairs_in(sorted(texts, key=lambda cell: cell[0] in hidden) if hidden else texts), url, agencies)
    page = _Fields(pairs, agencies)
    page.complete(root, texts, read_declared(root), body)
    if "title" not in page.fields and body is not None and (line := title_above_text(list(cells(body)))):
        page.set("title", line, ABOVE_TEXT)
    text = read_body(body, page.fields.get("title"), footers)
    if "document_number" not in page.fields and text and (number := number_above(text)):
        page.set("document_number", number, "line above the text")
    return RecordPage(
        url=url,
        fields=page.fields,
        source_fields=pairs.source_fields,
        doubts=tuple(sorted({*page.doubts, *([CUT_PAGE] if cut else [])})),
        body=text,
        tables=() if body is None else tuple(within_limits(html_tables(body, footers))[0]),
        breadcrumb=_to_column(read_breadcrumb(root, url), page.fields.get("title")),
        cut=cut,
        read_at=page.read_at,
    )


def _to_column(steps: tuple[str, ...], title: str | None) -> tuple[str, ...]:
    """The breadcrumb without the record's own title at its end."""
    if title is None or len(steps) < 3:
        return steps
    step, whole = stem(steps[-1]), stem(title)
    return steps[:-1] if step == whole or (is_cut(steps[-1]) and whole.startswith(step)) else steps


class _Fields:
    """The fields of a page as its labels state them, completed from elsewhere, and doubted where the page states others."""

    def __init__(self, pairs: Pairs, agencies: Collection[str]) -> None:
        """Begin with what labels state."""
        self.fields, self.doubts = dict(pairs.fields), set(pairs.doubts)
        self.read_at = {name: f"label {label}" for name, label in pairs.labels.items()}
        self._agencies = agencies
        self._source = next((value for label, value in pairs.source_fields.items() if squash(label) in SOURCES), None)

    def complete(
        self, root: Element, texts: Sequence[Cell], declared: Sequence[Statement], body: Element | None
    ) -> None:
        """Add what is missing: the title, a date or a number without a label, what the page `declared`; compare what is there twice."""
        self._title(root, texts, declared, body)
        below = under_title(texts, self.fields.get("title"))
        self._date(texts, below, [each for each in declared if each.name == PUBLISHED])
        self._publisher(texts, below, [each for each in declared if each.name == SOURCE])
        if "document_number" not in self.fields and (number := bare_number(texts, below)):
            self.set("document_number", number, "text under the title")

    def set(self, name: str, value: str, place: str) -> None:
        """State a field, and where it was read."""
        self.fields[name], self.read_at[name] = value, place

    def _title(self, root: Element, texts: Sequence[Cell], declared: Iterable[Statement], body: Element | None) -> None:
        site = next((each.value for each in declared if each.name == SITE), "")
        stated = [(each.value, each.place) for each in declared if each.name == TITLE]
        labelled = [(self.fields["title"], self.read_at["title"])] if "title" in self.fields else []
        if found := find_title(root, [*labelled, *stated], site, texts, body):
            self.set("title", *found)
            if not all(same_title(found[0], text) for text, _ in stated):
                self.doubts.add(TITLE_DIFFERS)

    def _date(self, texts: Sequence[Cell], below: range, declared: Iterable[Statement]) -> None:
        if "published_on" not in self.fields and (date := bare_date(texts, self.fields.get("title"), below)):
            self.set("published_on", date, "text beside the source or under the title")
        for each in declared:
            date = parse_date(each.value)
            if date is None:
                continue
            if "published_on" not in self.fields:
                self.set("published_on", date, each.place)
                self.doubts.add(DATE_FROM_META)
            elif self.fields["published_on"] != date:
                self.doubts.add(DATE_DIFFERS)

    def _publisher(self, texts: Sequence[Cell], below: range, declared: Iterable[Statement]) -> None:
        if "publisher" not in self.fields and (agency := bare_agency(texts, below)):
            self.set("publisher", agency, BESIDE_DATE)
            self.doubts.add(FROM_SOURCE)
        printed = agency_of(self._source, self._agencies) if self._source else None
        for each in declared:
            agency = agency_of(each.value, self._agencies)
            if "publisher" not in self.fields and self._source is None and agency:
                self.set("publisher", agency, each.place)
                self.doubts.add(FROM_SOURCE)
            elif printed and not same_agency(printed, each.value):
                self.doubts.add(PUBLISHER_DIFFERS)
