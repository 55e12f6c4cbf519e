"""A reader's own list, /-/list?record=…&record=…: its address holds it, and nothing is kept here."""

import json
import re
from collections.abc import Sequence

from datasette.utils.asgi import Response

from archive.model.addresses import spellings
from archive.web.http.errors import not_understood
from archive.web.http.request_context import RequestContext
from archive.web.listings.selections import MOST_ON_LIST, listed_records
from archive.web.views.record_lines import COLUMNS, lines

_NAMED = re.compile(r"(?:\S*/-/record/)?(?P<id>[1-9][0-9]{0,17})(?:[?#]\S*)?")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_AT = """
SELECT id FROM records WHERE state <> 'withheld' AND (id = :id OR url IN (SELECT value FROM json_each(:urls))) ORDER BY id LIMIT 1
"""
_RECORDS = f"""
SELECT {COLUMNS} FROM json_each(:ids) listed JOIN records r ON r.id = listed.value AND r.state <> 'withheld'
JOIN portals p ON p.id = r.portal ORDER BY listed.key
"""  # noqa: S608 - constant names


async def page(context: RequestContext) -> Response:
    """The page. With `add=`, a record's number or address, or several numbers, lead to the list with these."""
    records = listed_records(context)
    if typed := context.parameter("add").strip():
        parts = _BETWEEN.split(typed)
        several = parts if len(parts) <= MOST_ON_LIST and all(map(_NAMED.fullmatch, parts)) else [typed]
        together = dict.fromkeys((*records, *[await _record(context, each) for each in several]))
        if len(together) > MOST_ON_LIST:
            raise not_understood("add", typed)
        return Response.redirect(_address(context, [*together]))
    rows = (await context.db.execute(_RECORDS, {"ids": json.dumps(records)})).rows
    shown = [row["id"] for row in rows]
    return await context.render(
        "list.html",
        records=records,
        here=_address(context, records),
        lines=lines(context, rows),
        without=[_address(context, [each for each in records if each != record]) for record in shown],
        gone=len(records) - len(shown),
        is_full=len(records) == MOST_ON_LIST,
    )


def _address(context: RequestContext, records: Sequence[int]) -> str:
    """Return the address of the list of some records."""
    return context.address("list", record=tuple(records))


async def _record(context: RequestContext, typed: str) -> int:
    """Return the record of a number, or of the address of its page here or on its portal. Raises BadRequest."""
    named = _NAMED.fullmatch(typed)
    values = {"id": int(named["id"]) if named else None, "urls": json.dumps(spellings(typed))}
    row = (await context.db.execute(_AT, values)).first()
    if row is None:
        raise not_understood("add", typed)
    return int(row["id"])
