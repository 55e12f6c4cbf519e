"""The one page that documents what machines can ask, /-/api, with examples from the archive itself, each of which works."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import Response

from archive.export.record_rows import COLUMNS
from archive.labels.code_labels import EVENTS, KINDS
from archive.labels.label import LABELS, Label
from archive.labels.tables import HEADINGS, column_label
from archive.search.request import FILTERS
from archive.web.http.request_context import PAGE, Visit, visited

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

_ADDRESSED = {"since": "from", "until": "to"}
"""How the address calls a filter, where it is another name."""

_KNOWN = """
SELECT (SELECT min(id) FROM records) AS record, c.portal, c.id AS catalog, r.publisher, r.published_on
FROM catalogs c JOIN listings l ON l.catalog_id = c.id JOIN records r ON r.id = l.record_id
WHERE r.publisher IS NOT NULL AND r.published_on IS NOT NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What can be asked for. `path`: with capitals for what varies; `examples`: addresses that work."""

    label: Label
    path: str
    parameters: tuple[tuple[str, Label], ...]
    examples: tuple[str, ...]


async def page(datasette: "Datasette", request: "Request") -> Response:
    """The page."""
    visit = await visited(datasette, request)
    known = (await visit.db.execute(_KNOWN)).first()
    context = {
        "visit": visit,
        "endpoints": _endpoints(visit, dict(known) if known else {}),
        "columns": [(name, HEADINGS.get(name) or column_label("records", name)) for name in (*COLUMNS, "page", "body")],
        "page_size": PAGE,
        "mcp": any(plugin["name"] == "datasette-mcp" for plugin in datasette._plugins()),
    }
    return Response.html(await datasette.render_template("api.html", context, request=request))


def _endpoints(visit: Visit, known: dict[str, object]) -> list[Endpoint]:
    """All of them; those whose examples need a record only where there is one."""
    base = visit.datasette.urls.database(visit.database)
    words = (("q", LABELS["parameter.words"]),)
    filters = tuple((_ADDRESSED.get(name, name), label) for name, label in FILTERS.items())
    common = (
        ("page", LABELS["parameter.page"].format(size=PAGE)),
        ("body", LABELS["parameter.body"]),
    )
    kind = ("kind", LABELS["parameter.kind"].format(kinds="、".join(KINDS)))
    found = [
        Endpoint(
            LABELS["api.search"],
            "/-/search.json | .jsonl | .csv | .xlsx | .atom",
            (*words, *filters, ("sort", LABELS["parameter.sort"]), *common),
            (
                visit.address("search.json", q="预算"),
                visit.address("search.csv", q="预算", sort="newest"),
                visit.address("search.atom", q="预算"),
            ),
        ),
        Endpoint(
            LABELS["api.changes"],
            "/-/changes.json | .jsonl | .csv | .xlsx | .atom",
            (
                ("kind", LABELS["parameter.event"].format(events="、".join(EVENTS))),
                ("portal", HEADINGS["portal"]),
                ("from", LABELS["parameter.from"]),
                ("to", LABELS["parameter.to"]),
            ),
            (visit.address("changes.json"), visit.address("changes.atom", kind="withdrawn")),
        ),
    ]
    if known:
        found += _of_one(visit, known, kind, common)
    found += [
        Endpoint(
            LABELS["api.tables"],
            f"{base}/TABLE.json | .jsonl | .csv | .xlsx",
            (
                ("COLUMN", LABELS["parameter.column"]),
                ("_sort", LABELS["parameter.order"]),
                ("_size", LABELS["parameter.size"]),
                ("_shape", LABELS["parameter.shape"]),
            ),
            (
                f"{base}/portals.json?_shape=array",
                f"{base}/catalogs.csv",
                f"{base}/records.json?_shape=array&_size=3&published_on__gte=2018-01-01",
            ),
        ),
        Endpoint(
            LABELS["api.sql"],
            f"{base}.json?sql=… | .jsonl | .csv | .xlsx",
            (("sql", LABELS["parameter.sql"]),),
            (f"{base}.json?sql=select+kind,+sum(records)+as+records+from+tally_portals+group+by+kind&_shape=array",),
        ),
        Endpoint(LABELS["api.download"], "/-/download", (), (visit.address("download"),)),
        Endpoint(
            LABELS["api.robots"],
            "/robots.txt  /sitemap.xml  /llms.txt",
            (),
            tuple(str(visit.datasette.urls.path(path)) for path in ("/robots.txt", "/sitemap.xml", "/llms.txt")),
        ),
    ]
    return found


def _of_one(
    visit: Visit, known: dict[str, object], kind: tuple[str, Label], common: tuple[tuple[str, Label], ...]
) -> list[Endpoint]:
    """What can be asked of one record, catalogue, publisher or day."""
    name = {"portal": known["portal"], "name": known["publisher"]}
    return [
        Endpoint(LABELS["api.record"], "/-/record/ID.json", (), (visit.address("record", f"{known['record']}.json"),)),
        Endpoint(
            LABELS["api.catalog"],
            "/-/browse/PORTAL/CATALOG.json | .jsonl | .csv | .xlsx | .atom",
            (("year", LABELS["parameter.year"]), *common),
            (
                visit.address("browse", known["portal"], f"{known['catalog']}.json"),
                visit.address("browse", known["portal"], f"{known['catalog']}.atom"),
            ),
        ),
        Endpoint(
            LABELS["api.publisher"],
            "/-/publisher.json | .jsonl | .csv | .xlsx | .atom",
            (("portal", HEADINGS["portal"]), ("name", LABELS["parameter.name"]), kind, *common),
            (visit.address("publisher.json", **name), visit.address("publisher.atom", **name)),
        ),
        Endpoint(
            LABELS["api.day"],
            "/-/day/YYYY-MM-DD.json | .jsonl | .csv | .xlsx",
            (kind, *common),
            (visit.address("day", f"{known['published_on']}.json"),),
        ),
    ]
