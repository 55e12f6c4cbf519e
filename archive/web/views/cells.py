"""Single values as HTML: hits marked, codes by their labels, addresses as links only where they lead to the web.

Everything that comes from a page is escaped here; nothing that comes from a page becomes markup.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from markupsafe import Markup, escape

from archive.labels.code_labels import EVENTS, FLAGS, code_label
from archive.labels.label import LABELS, Label, label_of, labels_under
from archive.labels.language import READER, say
from archive.labels.reasons import in_chinese
from archive.labels.tables import TABLES, holds_times
from archive.labels.when import beijing
from archive.labels.wording import dated, is_day_or_time, prose, quoted, quoting, shown
from archive.model.addresses import is_web_address
from archive.proof.differences import diff_lines, event_pairs, json_object
from archive.search.query import Query
from archive.search.snippet import marked, snippet
from archive.web.http.request_context import PORTAL_NAMES, QUERY


@dataclass(frozen=True, slots=True)
class Links:
    """Where cells of an archive's tables lead. `tables`: the address of the page of its tables; `address`: returns that
    of another of the site's pages, given its parts.
    """

    tables: str
    address: Callable[..., str]


UNTITLED = LABELS["word.untitled"]
SNIPPET_LENGTH = 90
LONGEST_CELL = 200
LONGEST_VALUE = 2_000
"""Characters of a field that its record's own page shows; files and JSON have all of it."""

_MARKED = {"publisher", "document_number", "index_number", "responsible_department"}
_ADDRESSES = {"url", "home", "link"}
_SENTENCES = {"health_reason", "next_step", "message", "family_reason"}
"""Columns that hold what a crawl said of itself."""

_COUNTED = {**TABLES["records"].columns, **EVENTS, **labels_under("count")}
"""Names of what a crawl counts, by their codes."""

_OF_COUNTS = {"counts", "stated"}
_JSON = {"source_fields", "fields", *_OF_COUNTS, "detail", "changed"}
REFERS = {
    "portal": "portals",
    "record_id": "records",
    "catalog_id": "catalogs",
    "crawl_id": "crawls",
    "capture_id": "captures",
}
"""Columns that hold another table's keys, and that table."""

_NAMED_BY_TIME = {"crawl_id", "capture_id"}


def mark(text: str, query: str | Query) -> Markup:
    """`text` as HTML, the words that `query` finds in <mark>."""
    pieces = (
        Markup("<mark>{}</mark>").format(shown(piece)) if hit else shown(piece) for piece, hit in marked(text, query)
    )
    return Markup("").join(pieces)


def cut(text: Label | str, length: int) -> str:
    """`text` on one line, at most `length` characters of it."""
    text = str(text)
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length and len(text) <= 4 * length else line[:length] + "…"


def short(text: Label | str) -> str:
    """`text` as it is, or the first LONGEST_VALUE characters of it and where the rest is."""
    text = str(text)
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}… {LABELS['word.cut'].format(length=f'{len(text):,}')}"


def body_snippet(body: str, query: str) -> Markup:
    """About SNIPPET_LENGTH characters of `body` around the first hit, or else its beginning."""
    return mark((query and snippet(body, query, SNIPPET_LENGTH)) or cut(body, SNIPPET_LENGTH), query)


def web_link(address: str, text: str | None = None) -> Markup:
    """A link to an http(s) address; anything else (javascript:, a key made of cells) as plain text."""
    if not is_web_address(address):
        return shown(text or cut(address, LONGEST_CELL))
    named = shown(text or cut(re.sub(r"^\w+://", "", address), 48))
    kept = Markup(' translate="no"') if text is None or text.startswith(address[:LONGEST_VALUE]) else Markup()
    return Markup('<a href="{}" rel="noopener noreferrer nofollow"{}>{}</a>').format(address, kept, named)


def server_time(stated: str) -> str:
    """A server's Last-Modified in Beijing's time, to the minute; empty where it is no date."""
    try:
        return beijing(parsedate_to_datetime(stated).isoformat())
    except (ValueError, OverflowError):
        return ""


def found_by_sql(value: object) -> Markup | None:
    """A value of a query's result; None leaves it to Datasette."""
    if not isinstance(value, str):
        return None
    if is_web_address(value):
        return web_link(value)
    return quoted(value if len(value) <= LONGEST_CELL else value[:LONGEST_CELL] + "…")


def size(count: int | None) -> str:
    """A number of bytes as people read it; empty where it isn't known."""
    if count is None:
        return ""
    if count < 1024:
        return f"{count} {say('字节', 'bytes')}"
    return f"{count / 1024:.1f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def flag_labels(flags: str) -> list[Label]:
    """The labels of a record's flags (JSON list)."""
    try:
        codes = json.loads(flags)
    except ValueError:
        return []
    return [label_of(FLAGS, str(code)) for code in codes] if isinstance(codes, list) else []


def printed(source_fields: str) -> dict[str, str]:
    """A JSON object of labels and values as strings; empty where it is something else."""
    return {
        label: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for label, value in json_object(source_fields).items()
    }


def cell(value: object, row: sqlite3.Row, column: str, table: str, links: Links) -> Markup | None:
    """One table cell; None leaves it to Datasette."""
    if column == "title" and table in ("records", "search"):
        return _record_link(value, row, links)
    if column == "id" and table == "search":
        return Markup('<a href="{}">{}</a>').format(links.address("record", value), value)
    if isinstance(value, dict):
        return _reference(value, column, links)
    if column == "portal" and isinstance(value, str):
        return quoted(PORTAL_NAMES.get().get(value, value))
    if column == "complete":
        return escape(say("是", "yes") if value else say("否", "no"))
    return _text(value, column, table) if isinstance(value, str) else _capture_link(value, column, links)


def _capture_link(value: object, column: str, links: Links) -> Markup | None:
    """A link to a capture that stands there by its number alone; None for any other value."""
    if not isinstance(value, int) or not column.endswith("capture_id"):
        return None
    return Markup('<a href="{}/captures/{}">{}</a>').format(links.tables, value, value)


def _text(value: str, column: str, table: str) -> Markup:
    html: Markup
    if column in _MARKED:
        html = quoted(mark(cut(value, LONGEST_CELL), QUERY.get()))
    elif column == "body":
        html = quoted(body_snippet(value, QUERY.get()))
    elif column in _ADDRESSES:
        html = web_link(value)
    elif holds_times(column) and is_day_or_time(beijing(value)):
        html = Markup('<time datetime="{}">{}</time>').format(value, shown(beijing(value)))
    elif column == "flags":
        html = Markup(" ").join(
            Markup('<span class="flag" title="{}">{}</span>').format(label.meaning, label)
            for label in flag_labels(value)
        )
    elif column in _JSON and (pairs := _pairs(value, column, table)):
        lines = (Markup("<b>{}</b> {}").format(label, quoted(cut(text, 90))) for label, text in pairs[:12])
        html = Markup('<span class="pairs">{}</span>').format(escape(say("；", "; ")).join(lines))
    elif (table, column) == ("versions", "changed"):
        html = escape(say("首次所见", "first seen"))
    elif column in _SENTENCES:
        html = crawl_reason(value)
    elif (label := code_label(table, column, value)) != value:
        html = shown(label)
    else:
        html = quoted(cut(value, LONGEST_CELL)) if value else Markup()
    # Datasette takes an empty cell for one that no plugin wants, and would show the value itself.
    return html or Markup("&nbsp;")


def crawl_reason(text: str) -> Markup:
    """Return a reason that a crawl gave, in the reader's language;
    in English, and marked as such, where it has no Chinese words.
    """
    phrases = in_chinese(text) if READER.get() == "zh" else None
    if phrases is None:
        return Markup('<span lang="en">{}</span>').format(dated(cut(text, LONGEST_CELL)))
    return Markup("").join(
        prose(phrase.text) if phrase.is_ours else Markup('<span translate="no">{}</span>').format(dated(phrase.text))
        for phrase in phrases
    )


def _pairs(value: str, column: str, table: str) -> list[tuple[Markup, str]]:
    """A JSON object as labels and texts; the labels of what isn't ours are its own."""
    if (table, column) == ("events", "detail"):
        return [(quoting(label), text) for label, text in event_pairs(json_object(value))]
    if (table, column) == ("versions", "changed"):
        return [(quoting(label), text) for label, text in diff_lines(json_object(value))]
    if column in _OF_COUNTS:
        return [(shown(label_of(_COUNTED, code)), text) for code, text in printed(value).items()]
    return [(quoted(label), text) for label, text in printed(value).items()]


def _record_link(title: object, row: sqlite3.Row, links: Links) -> Markup:
    named = isinstance(title, str) and title.strip()
    text = quoted(mark(cut(str(title), LONGEST_CELL), QUERY.get())) if named else escape(UNTITLED)
    if "id" not in row.keys():  # noqa: SIM118 - a database row, not a dict
        return text
    return Markup('<a href="{}">{}</a>').format(links.address("record", row["id"]), text)


def _reference(value: Mapping[str, object], column: str, links: Links) -> Markup | None:
    if column not in REFERS:
        return None
    label = value["label"]
    if column in _NAMED_BY_TIME:
        label = beijing(str(label))
    elif label is None:
        label = str(UNTITLED)
    row = value["value"]
    target = links.address("record", row) if REFERS[column] == "records" else f"{links.tables}/{REFERS[column]}/{row}"
    return Markup('<a href="{}">{}</a>').format(target, quoted(cut(str(label), LONGEST_CELL)))
