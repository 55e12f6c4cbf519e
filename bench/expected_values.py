"""The values of a page, as a person read them, compared with those that `disclosures probe` reads.

Pure. A page's expected values are one line of EXPECTED.jsonl; its keys are explained in docs/real-pages.md.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.model.observations import Row
from crawler.extract.field_labels import squash
from crawler.probe.page_reading import Probed
from pipelines.normalise import tidy_reading

Expected = Mapping[str, Any]

RIGHT, WRONG, MISSING = "right", "wrong", "missing"

KINDS = {
    "list": ("list",),
    "detail": ("detail",),
    "home": ("other",),
    "landing": ("other",),
    "not": ("other", "detail"),
}
"""The first word of a page's `kind` → the kinds of page that are right."""

FIELD_OF_LABEL = {
    "索引号": "index_number", "信息索引号": "index_number",
    "文号": "document_number", "发文字号": "document_number", "文件编号": "document_number",
    "标题": "title", "名称": "title",
    "发布机构": "publisher", "发文机关": "publisher", "发布单位": "publisher", "发文单位": "publisher",
    "发布日期": "published_on", "公开日期": "published_on", "发布时间": "published_on", "公开时间": "published_on",
    "生成日期": "created_on", "成文日期": "created_on", "发文日期": "created_on",
}  # fmt: skip
"""Labels of `meta` that are scored by the field they state; all others as printed."""

CELLS = {"title": "title", "date": "published_on", "publisher": "publisher", "index_no": "index_number"}
"""Keys of `first_row` and `last_row` → fields of a row."""

_COLUMNS = {"名称": "title", "索引号": "index_number", "发布机构": "publisher", "发布日期": "published_on"}
_DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_NO_VALUE = frozenset({"", "无", "暂无", "/", "-", "--"})
_MEDIUM = re.compile(
    r"(?:报|报社|新华社|通讯社|网|网站|门户|电视台|广播台|客户端|公众号|发布|融媒体中心?|杂志)$|^中国[一-鿿]{2,3}$"
)
_SOURCE_LABEL = re.compile(r"来源|稿源|出处")


@dataclass(frozen=True, slots=True)
class Score:
    """One value: what the page states (None: nothing), what was read, whether that is right, and how many rows it adds."""

    field: str
    expected: Any
    got: Any
    invented_rows: int = 0

    @property
    def result(self) -> str:
        """RIGHT, WRONG or MISSING."""
        if self.got == self.expected:
            return RIGHT
        return MISSING if self.got in {None, "", (), 0} else WRONG


def is_expected(line: Any) -> bool:
    """Whether a line of EXPECTED.jsonl says of a page which file it is and of what kind."""
    return isinstance(line, dict) and isinstance(line.get("file"), str) and _kind(line) in KINDS


def score(expected: Expected, page: Probed) -> Iterator[Score]:
    """Compare each value that is expected of a page with what was read."""
    yield Score("kind", *_either(KINDS[_kind(expected)], page.kind))
    yield from _record_scores(expected, page)
    yield from _list_scores(expected, page)
    if "breadcrumb" in expected:
        yield Score("breadcrumb", tuple(expected["breadcrumb"]), page.listed.breadcrumb or page.record.breadcrumb)
    yield from _column_scores(expected, page)


def _column_scores(expected: Expected, page: Probed) -> Iterator[Score]:
    """Compare the catalogues to which a home page or a landing page leads, by their addresses or by what they are called."""
    if _kind(expected) in {"home", "landing"}:
        titles = {squash(column.title) for column in page.columns}
        for title in map(squash, expected.get("columns", ())):
            yield Score("columns", title, title if title in titles else None)
    if "catalogue" in expected:
        linked = {column.url for column in page.columns} | set(page.leads)
        yield from (Score("columns", url, url if url in linked else None) for url in expected["catalogue"])


def stated_fields(expected: Expected) -> dict[str, str | None]:
    """The fields of `records` that a record's page states; None where it prints that there is no value.

    A label's value goes before `title`, `time` and `source`. A medium named as the source is no publisher.
    """
    fields = {"title": expected["title"]} if "title" in expected else {}
    if "time" in expected:
        fields["published_on"] = expected["time"][:10]
    if expected.get("source"):
        fields["publisher"] = None if _MEDIUM.search(expected["source"]) else expected["source"]
    for label, printed in expected.get("meta", {}).items():
        if name := FIELD_OF_LABEL.get(squash(label)):
            fields[name] = _understood(name, printed)
    if "publisher" in expected:
        fields["publisher"] = expected["publisher"]
    return fields


def _kind(expected: Expected) -> str:
    """The first word of a page's `kind`; "" where it has none."""
    return re.split(r"\W", str(expected.get("kind", "")))[0]


def _record_scores(expected: Expected, page: Probed) -> Iterator[Score]:
    read = tidy_reading(page.record)
    for name, value in stated_fields(expected).items():
        yield Score(name, value, read.fields.get(name))
    printed = {squash(label): value for label, value in read.source_fields.items()}
    if expected.get("source"):
        sources = [value for label, value in printed.items() if _SOURCE_LABEL.search(label)]
        yield Score("source", expected["source"], max(sources, key=expected["source"].__eq__, default=None))
    for label, value in expected.get("meta", {}).items():
        if squash(label) not in FIELD_OF_LABEL:
            yield Score("other labels", value, printed.get(squash(label)))
    for label in expected.get("only_in_html_comments", ()):
        yield Score("other labels", None, printed.get(squash(label)))
    yield from _text_scores(expected, page)


def _text_scores(expected: Expected, page: Probed) -> Iterator[Score]:
    """Compare a record's text, by its beginning and end, and its files."""
    text = squash(page.record.body or "")
    for key, end in (("body_begins", slice(0, None)), ("body_ends", slice(None, None, -1))):
        if key in expected:
            wanted = squash(expected[key])
            yield Score("body", wanted, wanted if text[end].startswith(wanted[end]) else text[end][: len(wanted)][end])
    names = tuple(file.name for file in page.record.attachments)
    if "attachment_names" in expected:
        ways = [tuple(expected[key]) for key in ("attachment_names", "attachment_names_also") if key in expected]
        yield Score("attachments", *_either(ways, names))
    elif "attachments" in expected:
        yield Score("attachments", expected["attachments"], len(names))


def _list_scores(expected: Expected, page: Probed) -> Iterator[Score]:
    rows, paging = page.listed.rows, page.listed.paging
    if _kind(expected) == "landing":  # its latest documents may be read as rows, or left
        most = expected.get("rows", 0)
        yield Score("rows", min(len(rows), most), len(rows), max(len(rows) - most, 0))
    else:
        most = expected.get("rows", 0)
        yield Score("rows", most, len(rows), max(len(rows) - most, 0))
        for key, place in (("first_row", 0), ("last_row", -1)):
            if key in expected:
                yield from _row_scores(key, expected[key], rows[place] if rows else Row({}, {}))
    for name in (_COLUMNS[label] for label in expected.get("columns", ()) if label in _COLUMNS):
        yield Score("columns of rows", True, all(row.fields.get(name) for row in rows) and bool(rows))
    for key, value in (("total_claimed", paging.rows_claimed), ("pages", paging.pages_claimed)):
        if key in expected:
            yield Score(key.removesuffix("_claimed"), expected[key], value)
    if "next" in expected:
        yield Score("next", *_ending(expected["next"], paging.next_url))


def _row_scores(field: str, expected: Expected, row: Row) -> Iterator[Score]:
    """Compare the cells of a row, and where it leads."""
    read = tidy_reading(row)
    for key, name in CELLS.items():
        if key in expected:
            yield Score(field, _understood(name, expected[key]), read.fields.get(name))
    if "href" in expected:
        yield Score(field, *_ending(expected["href"], row.url))
    if "doc_id" in expected:
        yield Score(field, True, f"_{expected['doc_id']}." in (row.url or ""))


def _understood(name: str, printed: str | None) -> str | None:
    """A printed value as `records` holds it: dates in ISO 8601, years of document numbers in 〔〕, None for 无 and for no value."""
    if printed is None or squash(printed) in _NO_VALUE:
        return None
    if name.endswith("_on") and (date := _DATE.search(printed)):
        return f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}"
    return printed.replace("[", "〔").replace("]", "〕") if name == "document_number" else printed


def _either(expected: Sequence[Any], got: Any) -> tuple[Any, Any]:
    """The value read, behind the one of several right values that it is, or else the first of them."""
    return (got if got in expected else expected[0]), got


def _ending(expected: str | None, url: str | None) -> tuple[str | None, str | None]:
    """An address of which only the end counts, as printed; None where there should be none."""
    if expected is None:
        return None, url
    end = expected.lstrip("./")
    return end, end if url and url.endswith(end) else url
