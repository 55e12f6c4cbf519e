"""A question's answer as a file or a feed: its address with .csv, .xlsx, .jsonl, .json or .atom behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasette.utils.asgi import Response

from archive.database.portal_rows import portal_names
from archive.database.several import Readable, archive_of
from archive.export.rows import Rows
from archive.labels.tables import HEADINGS, TABLES
from archive.questions.answer_words import in_words, named, row_in_words
from archive.questions.question_files import Question
from archive.questions.runner import QuestionAnswer
from archive.web.formats import feeds
from archive.web.formats.responses import json_response, whole_file
from archive.web.http.request_context import RequestContext, Row
from archive.web.listings.observed_events import noticed
from archive.web.views.cells import UNTITLED, cut

_LABELS = {
    **TABLES["records"].columns,
    "record_id": TABLES["events"].columns["record_id"],
    "portal": HEADINGS["portal"],
    "archive": HEADINGS["archive"],
    "page": HEADINGS["page"],
}
"""Names of columns that questions don't name themselves."""

_RECORDS = "SELECT id, portal, url, max(first_seen, coalesce(changed_at, '')) AS seen FROM records WHERE id = ?"


async def answer_file(
    context: RequestContext, question: Question, values: Mapping[str, str | int], answer: QuestionAnswer, form: str
) -> Response:
    """Return the answer in the form `form`, one of FORMS."""
    if form == "atom":
        entries, crawled = await answer_entries(context, question, answer)
        page = context.address("questions", question.name)
        feed = feeds.Feed(str(question.title), page, entries, crawled, feeds.MOST_EVENTS)
        return await feeds.feed_response(context, feed)
    if form == "json":
        return json_response(_document(question, values, _with_archives(context, answer)))
    answer = _with_archives(context, answer)
    columns, rows = (answer.columns, answer.rows) if form != "xlsx" else _for_people(context, answer)
    labels = {**_LABELS, **question.columns}
    return whole_file(Rows(str(question.title), columns, rows, labels=labels), form)


def _for_people(
    context: RequestContext, answer: QuestionAnswer
) -> tuple[tuple[str, ...], Iterator[tuple[object, ...]]]:
    """Return the columns and rows with codes and words of both languages in the reader's, and with the address of each row's record."""
    rows = (
        tuple(named(column, value) for column, value in zip(answer.columns, row, strict=True)) for row in answer.rows
    )
    if "record_id" not in answer.columns:
        return answer.columns, rows
    place = answer.columns.index("record_id")
    pages = (context.absolute(context.record(row[place])) if row[place] is not None else None for row in answer.rows)
    return (*answer.columns, "page"), ((*row, page) for row, page in zip(rows, pages, strict=True))


def _with_archives(context: RequestContext, answer: QuestionAnswer) -> QuestionAnswer:
    """Return the answer with the name of each row's archive, where there are several."""
    if not context.named:
        return answer
    rows = tuple((*row, archive_of(row) or context.database) for row in answer.rows)
    return replace(answer, columns=(*answer.columns, "archive"), rows=rows)


def _document(question: Question, values: Mapping[str, str | int], answer: QuestionAnswer) -> dict[str, Any]:
    """Return the answer for machines."""
    return {
        "question": question.name,
        "title": str(question.title),
        "caution": str(question.caution),
        "parameters": dict(values),
        "rows": answer.dicts(),
        "more": answer.more,
        "left_out": answer.left_out,
        "behind": answer.behind,
    }


async def answer_entries(
    context: RequestContext, question: Question, answer: QuestionAnswer
) -> tuple[list[feeds.Entry], str]:
    """Return the first rows as entries of a feed, and when the last crawl ended.

    Their ids are made of records, which keep them when the archive moves,
    and of what else makes a row the same in a later answer.
    """
    rows = answer.dicts()[: feeds.MOST_EVENTS]

    known = await context.db.execute_fn(lambda connection: _known(connection, rows))
    return [_entry(context, question, row, known) for row in rows], known.crawled


@dataclass(frozen=True, slots=True)
class _Known:
    """Knowledge of the archive of an answer's rows: their records, the events that they tell of, portals' names,
    when the last crawl ended.
    """

    records: Mapping[int, Row]
    events: Mapping[tuple[int, str], int]
    portals: Mapping[str, str]
    crawled: str


def _known(connection: Readable, rows: Sequence[Row]) -> _Known:
    ids = [row["record_id"] for row in rows if row.get("record_id") is not None]
    records = {each: dict(connection.execute(_RECORDS, (each,)).fetchone()) for each in ids}
    return _Known(records, noticed(connection, rows), portal_names(connection), feeds.last_crawl(connection))


def _page(context: RequestContext, question: Question, row: Row, events: Mapping[tuple[int, str], int]) -> str:
    """The sheet of the event that a row tells of, or else the page of its record;
    that of the question where it is of neither.
    """
    record = row.get("record_id")
    if event := events.get((record or 0, row.get("noticed_at") or "")):
        return context.proof(event)
    return context.address("questions", question.name) if record is None else context.record(record)


def _known_by(question: Question, row: Row, record: Row | None) -> tuple[str, ...]:
    """Return what makes a row the same in a later answer, a record by its portal and address."""
    of_record = (record["portal"], record["url"]) if record else ()
    return (*of_record, *(str(row[name]) for name in question.known_by if name != "record_id"))


def _entry(context: RequestContext, question: Question, row: Row, known: _Known) -> feeds.Entry:
    record = known.records.get(row.get("record_id") or 0)
    lines = row_in_words(question, row, known.portals, {"record_id", "title"})
    texts = [in_words(name, value, known.portals) for name, value in row.items() if isinstance(value, str)]
    title = row.get("title") or " · ".join(texts)
    return feeds.Entry(
        key=("question", question.name, *_known_by(question, row, record)),
        title=cut(title, feeds.SUMMARY) or str(UNTITLED),
        page=context.absolute(_page(context, question, row, known.events)),
        updated=row.get("noticed_at") or (record["seen"] if record else known.crawled),
        published=row.get("published_on"),
        author=row.get("publisher") or str(question.title),
        summary="\n".join([str(question.caution), *lines]),
        category=question.name,
    )
