"""The one page that documents what machines can ask, /-/api, with examples from the archive itself, each of which works."""

from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.export.record_rows import COLUMNS
from archive.labels.code_labels import EVENTS, KINDS
from archive.labels.label import LABELS, Label
from archive.labels.tables import HEADINGS, column_label
from archive.search.request import FILTERS
from archive.web.http.request_context import PAGE, RequestContext

_ADDRESSED = {"since": "from", "until": "to"}
"""Filter → its name in addresses, where that is another."""

_KNOWN = """
SELECT (SELECT min(id) FROM records WHERE state <> 'withheld') AS record, c.portal, c.id AS catalog, r.publisher, r.published_on
FROM catalogs c JOIN listings l ON l.catalog_id = c.id JOIN records r ON r.id = l.record_id
WHERE r.publisher IS NOT NULL AND r.published_on IS NOT NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the API. `path`: with capitals for what varies; `examples`: addresses that work."""

    label: Label
    path: str
    parameters: tuple[tuple[str, Label], ...]
    examples: tuple[str, ...]


async def page(context: RequestContext) -> Response:
    """The page."""
    known = (await context.db.execute(_KNOWN)).first()
    return await context.render(
        "api.html",
        endpoints=_endpoints(context, dict(known) if known else {}),
        columns=[(name, HEADINGS.get(name) or column_label("records", name)) for name in (*COLUMNS, "page", "body")],
        page_size=PAGE,
        mcp=any(plugin["name"] == "datasette-mcp" for plugin in context.datasette._plugins()),
    )


def _endpoints(context: RequestContext, known: dict[str, object]) -> list[Endpoint]:
    """All of them; those whose examples need a record only where there is one."""
    base = context.datasette.urls.database(context.database)
    words = (("q", LABELS["parameter.words"]),)
    filters = tuple((_ADDRESSED.get(name, name), label) for name, label in FILTERS.items())
    common = (
        ("page", LABELS["parameter.page"].format(size=PAGE)),
        ("body", LABELS["parameter.body"]),
    )
    kind = ("kind", LABELS["parameter.kind"].format(kinds="、".join(KINDS)))
    endpoints = [
        Endpoint(
            LABELS["api.search"],
            "/-/search.json | .jsonl | .csv | .xlsx | .atom",
            (*words, *filters, ("sort", LABELS["parameter.sort"]), *common),
            (
                context.address("search.json", q="预算"),
                context.address("search.csv", q="预算", sort="newest"),
                context.address("search.atom", q="预算"),
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
            (context.address("changes.json"), context.address("changes.atom", kind="withdrawn")),
        ),
    ]
    if known:
        endpoints += _of_one(context, known, kind, common)
    endpoints += [
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
        Endpoint(LABELS["api.download"], "/-/download", (), (context.address("download"),)),
        Endpoint(
            LABELS["api.robots"],
            "/robots.txt  /sitemap.xml  /llms.txt",
            (),
            tuple(str(context.datasette.urls.path(path)) for path in ("/robots.txt", "/sitemap.xml", "/llms.txt")),
        ),
    ]
    return endpoints


def _of_one(
    context: RequestContext, known: dict[str, object], kind: tuple[str, Label], common: tuple[tuple[str, Label], ...]
) -> list[Endpoint]:
    """Endpoints about one record, catalogue, publisher or day."""
    name = {"portal": known["portal"], "name": known["publisher"]}
    return [
        Endpoint(
            LABELS["api.record"], "/-/record/ID.json", (), (context.address("record", f"{known['record']}.json"),)
        ),
        Endpoint(
            LABELS["api.catalog"],
            "/-/browse/PORTAL/CATALOG.json | .jsonl | .csv | .xlsx | .atom",
            (("year", LABELS["parameter.year"]), *common),
            (
                context.address("browse", known["portal"], f"{known['catalog']}.json"),
                context.address("browse", known["portal"], f"{known['catalog']}.atom"),
            ),
        ),
        Endpoint(
            LABELS["api.publisher"],
            "/-/publisher.json | .jsonl | .csv | .xlsx | .atom",
            (("portal", HEADINGS["portal"]), ("name", LABELS["parameter.name"]), kind, *common),
            (context.address("publisher.json", **name), context.address("publisher.atom", **name)),
        ),
        Endpoint(
            LABELS["api.day"],
            "/-/day/YYYY-MM-DD.json | .jsonl | .csv | .xlsx",
            (kind, *common),
            (context.address("day", f"{known['published_on']}.json"),),
        ),
    ]
