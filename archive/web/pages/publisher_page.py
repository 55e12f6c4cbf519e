"""A publisher's page: /-/publisher?portal=&name=; an empty name stands for the records that state no publisher."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datasette.utils.asgi import NotFound, Response

from archive.database.several import summed
from archive.labels.code_labels import KINDS, STATES
from archive.labels.label import Label, label_of
from archive.model.clock import today
from archive.model.records import is_cut, stem
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import PAGE, RequestContext, Row, pages
from archive.web.listings.selections import OF_PUBLISHER, OF_PUBLISHER_AND_KIND, selected_publisher
from archive.web.views.months import picture
from archive.web.views.record_lines import COLUMNS, lines

_COUNTS = f"""
SELECT coalesce(substr(r.published_on, 1, 7), '') AS month, r.kind, r.state, count(*) AS records,
       min(r.published_on) AS first, max(r.published_on) AS last, min(r.first_seen) AS first_seen, max(r.last_seen) AS last_seen
FROM records r WHERE {OF_PUBLISHER} GROUP BY 1, 2, 3
"""  # noqa: S608 - constant names
_RECORDS = f"""
SELECT {COLUMNS} FROM records r JOIN portals p ON p.id = r.portal WHERE {OF_PUBLISHER_AND_KIND}
ORDER BY r.published_on DESC, r.id DESC LIMIT :most OFFSET :offset
"""  # noqa: S608 - constant names
_NAMES = """
SELECT publisher, count(*) AS records FROM records
WHERE portal = :portal AND publisher IS NOT NULL GROUP BY publisher ORDER BY records DESC, publisher
"""
_ALIASES = """
SELECT o.name AS publisher, (SELECT count(*) FROM records r WHERE r.portal = o.portal AND r.publisher = o.name) AS records
FROM publisher_names n JOIN publisher_names o ON o.agency_id = n.agency_id AND o.id <> n.id
WHERE n.portal = :portal AND n.name = :name ORDER BY records DESC, o.name
"""


@dataclass(frozen=True, slots=True)
class Name:
    """Another name in the same portal that may be the same publisher's, and how many records state it."""

    name: str
    records: int
    url: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The records of one kind or state."""

    code: str
    label: Label
    records: int


async def page(context: RequestContext) -> Response:
    """The page."""
    row, name, kind = await selected_publisher(context)
    whose = {"portal": row["id"], "name": name}
    counts = (await context.db.execute(_COUNTS, whose)).rows
    if not counts:
        raise NotFound(NOTHING_HERE)
    total = sum(each["records"] for each in counts if kind in (None, each["kind"]))
    shown = pages(context, total)
    parameters = {**whose, "kind": kind, "most": PAGE, "offset": shown.offset}
    return await context.render(
        "publisher.html",
        portal=row,
        name=name,
        cut=is_cut(name),
        aliases=(aliases := await _aliases(context, row["id"], name)),
        likely=[each for each in await _others(context, row["id"], name) if each not in aliases],
        kind=kind,
        kinds=_counted(KINDS, "kind", counts),
        states=_counted(STATES, "state", counts),
        total=sum(each["records"] for each in counts),
        first=min((each["first"] for each in counts if each["first"]), default=None),
        last=max((each["last"] for each in counts if each["last"]), default=None),
        first_seen=min(each["first_seen"] for each in counts),
        last_seen=max(each["last_seen"] for each in counts),
        picture=picture(((each["month"], each["kind"], each["records"]) for each in counts), str(today())[:7]),
        records=total,
        pages=shown,
        lines=lines(context, await context.db.execute(_RECORDS, parameters), by_kind=True),
    )


async def _aliases(context: RequestContext, portal_id: str, name: str | None) -> list[Name]:
    """The other names under which the same agency has published (see `archive.model.agencies`)."""
    rows = await context.db.execute(_ALIASES, {"portal": portal_id, "name": name})
    return [_named(context, portal_id, row) for row in rows if row["records"]]


def _named(context: RequestContext, portal_id: str, row: Row) -> Name:
    address = context.address("publisher", portal=portal_id, name=row["publisher"])
    return Name(row["publisher"], row["records"], address)


async def _others(context: RequestContext, portal_id: str, name: str | None) -> list[Name]:
    """Of a cut name the whole ones that begin so, of a whole name its cut ones: perhaps the same publisher."""
    if name is None:
        return []
    begun = stem(name)
    rows = await context.db.execute(_NAMES, {"portal": portal_id})
    others = []
    for row in rows:
        other = row["publisher"]
        cut, whole = (name, other) if is_cut(name) else (other, name)
        if other != name and is_cut(cut) and stem(cut) and stem(whole).startswith(stem(cut)) and stem(other) != begun:
            others.append(_named(context, portal_id, row))
    return others


def _counted(labels: Mapping[str, Label], column: str, rows: Iterable[Row]) -> list[Counted]:
    """Count the records of each code of a column, in the order of its labels."""
    counts = summed(rows, column, "records")
    codes = [code for code in (*labels, *sorted(counts.keys() - labels.keys())) if counts[code]]
    return [Counted(code, label_of(labels, code), counts[code]) for code in codes]
