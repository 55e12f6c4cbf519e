"""The one page that documents what machines can ask, /-/api, with examples from the archive itself that work."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from datasette.utils.asgi import Response

from archive.export.record_rows import COLUMNS
from archive.labels.code_labels import EVENTS, KINDS
from archive.labels.label import LABELS
from archive.labels.language import say
from archive.labels.tables import HEADINGS, column_label
from archive.web.http.request_context import PAGE, RequestContext
from archive.web.views.example_searches import RECORDS, WORDS, example_searches

_ENDPOINTS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("api.toml").read_text(encoding="utf-8"))[
    "endpoints"
]

_KNOWN = """
SELECT (SELECT min(id) FROM records WHERE state <> 'withheld') AS record,
       (SELECT min(id) FROM attachments WHERE tables IS NOT NULL) AS file, c.portal, c.id AS catalog, r.publisher, r.published_on
FROM catalogs c JOIN listings l ON l.catalog_id = c.id JOIN records r ON r.id = l.record_id
WHERE r.publisher IS NOT NULL AND r.published_on IS NOT NULL LIMIT 1
"""


async def page(context: RequestContext) -> Response:
    """The page; of several archives, its examples are of the first."""
    context = context.each[0]
    known = (await context.db.execute(_KNOWN)).first()
    words = example_searches((await context.db.execute(RECORDS)).rows)
    return await context.render(
        "api.html",
        endpoints=list(_endpoints(context, {**(known or {}), "word": next(iter(words), WORDS[0])})),
        columns=[(name, HEADINGS.get(name) or column_label("records", name)) for name in (*COLUMNS, "page", "body")],
        page_size=PAGE,
        readable=unquote,
        mcp=any(plugin["name"] == "datasette-mcp" for plugin in context.datasette._plugins()),
    )


def _listed(codes: Iterable[str]) -> str:
    return say("、", ", ").join(f"`{code}`" for code in codes)


def _endpoints(context: RequestContext, known: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    """Yield the endpoints; those whose examples need a record, or a file with tables, only where there is one."""
    base = str(context.datasette.urls.database(context.database))
    codes = {"size": PAGE, "kinds": _listed(KINDS), "events": _listed(EVENTS)}
    for each in _ENDPOINTS:
        if "needs" not in each or known.get(each["needs"]):
            yield {
                "label": LABELS[each["label"]],
                "path": each["path"].format(base=base),
                "parameters": [(name, LABELS[key].format(**codes)) for name, key in each.get("parameters", {}).items()],
                "examples": [_example(context, base, example, known) for example in each["examples"]],
            }


def _example(context: RequestContext, base: str, example: str, known: Mapping[str, object]) -> str:
    """Return the address that an example of api.toml stands for."""
    if example.startswith("{base}"):
        return example.format(base=base)
    if example.startswith("/"):
        return str(context.datasette.urls.path(example))
    path, _, query = example.partition("?")
    parameters = {name: value.format(**known) for name, value in parse_qsl(query)}
    return context.address(*(part.format(**known) for part in path.split("/")), **parameters)
