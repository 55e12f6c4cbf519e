"""Records as rows to export, read a few at a time, in the order of their ids."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter

from archive.database.several import Readable, numbers
from archive.export.rows import Row

COLUMNS = (
    "id", "published_on", "title", "publisher", "document_number", "index_number", "kind", "state", "portal", "portal_name",
    "responsible_department", "created_on", "first_seen", "last_seen", "changed_at", "flags", "url",
)  # fmt: skip
"""The columns of an exported record: the columns of `records` by these names, and the name of its portal."""

BODY = "body"
"""The column that is added where texts are requested too."""

EVENT_COLUMNS = ("at", "event", "detail")
"""The columns of an exported event, before those of its record."""

WINDOW_COLUMNS = ("not_before", "before_capture_id", "after_capture_id")
"""The columns of an exported event, after those of its record,
that say when it happened at the earliest, and what shows it.
"""

AT_A_TIME = 200


def columns(*, body: bool = False) -> tuple[str, ...]:
    """Return the names of the columns of `rows`."""
    return (*COLUMNS, BODY) if body else COLUMNS


def selected(names: Sequence[str]) -> str:
    """Return the columns of these names as SQL, of `records r` and its `portals p`."""
    return ", ".join("p.name AS portal_name" if name == "portal_name" else f"r.{name}" for name in names)


def rows(connection: Readable, ids: Iterable[int], *, body: bool = False) -> Iterator[Row]:
    """Yield the records of these ids; one that went meanwhile is left out."""
    sql = (
        f"SELECT wanted.key, {selected(columns(body=body))} FROM json_each(?) wanted "  # noqa: S608 - constant names
        "JOIN records r ON r.id = wanted.value JOIN portals p ON p.id = r.portal"
    )
    remaining = iter(ids)
    while batch := list(islice(remaining, AT_A_TIME)):
        yield from (row[1:] for row in sorted(connection.execute(sql, (numbers(batch),)), key=itemgetter(0)))
