"""For machines that walk the site: robots.txt, llms.txt, the sitemap.

An operator says in the metadata what robots may do (`plugins: disclosures: robots:`): `allow`, the default, lets them
read pages but not searches, files and copies; `block` keeps them out; anything else is the text of robots.txt itself.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from datasette.utils.asgi import NotFound, Request, Response

from archive.labels.label import SITE
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette, site_settings
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, context_for

RECORDS = 10_000
"""Ids in one file of the sitemap; the protocol allows 50,000 addresses (https://www.sitemaps.org/protocol.html)."""

XML = "application/xml; charset=utf-8"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

# What stands behind a question mark is without end: searches, facets, orders, SQL. The longest rule counts (RFC 9309).
ROBOTS = Path(__file__).with_name("robots.txt").read_text(encoding="utf-8")
BLOCKED = "User-agent: *\nDisallow: /\n"

LLMS = Path(__file__).with_name("llms.txt").read_text(encoding="utf-8")


async def robots(datasette: Datasette, request: Request) -> Response:
    """robots.txt (RFC 9309)."""
    setting = str(site_settings(datasette).get("robots") or "allow").strip()
    if setting == "block":
        return Response.text(BLOCKED)
    if setting != "allow":
        return Response.text(setting + "\n")
    sitemap = datasette.absolute_url(request, datasette.urls.path("/sitemap.xml"))
    root = datasette.urls.path("/")
    # Of several archives, pages whose addresses name an archive and nothing else are pages like any other.
    named = f"Allow: {root}*?db=\n" if len(archives(datasette)) > 1 else ""
    return Response.text(ROBOTS.format(root=root, named=named, sitemap=sitemap))


async def llms(context: RequestContext) -> Response:
    """llms.txt: facts about the site for language models (https://llmstxt.org/)."""
    first = (await context.each[0].db.execute("SELECT min(id) FROM records WHERE state <> 'withheld'")).first()[0]

    def at(*parts: object) -> str:
        return context.absolute(context.address(*parts))

    text = LLMS.format(
        zh=SITE.zh,
        en=SITE.en,
        about=SITE.about,
        about_en=SITE.about_en,
        api=at("api"),
        search=at("search"),
        record=context.absolute(context.each[0].address("record", f"{first or 1}.json")),
        changes=at("changes"),
        download=at("download"),
        sql=context.absolute(context.each[0].tables_of(first)),
        sitemap=context.absolute(context.datasette.urls.path("/sitemap.xml")),
    )
    return Response(text, content_type="text/markdown; charset=utf-8")


async def index(datasette: Datasette, request: Request) -> Response:
    """The sitemap's index: its files, for every archive."""
    if not archives(datasette):
        raise NotFound(NOTHING_HERE)
    files = []
    for name in archives(datasette):
        context = await context_for(datasette, request, name)
        files.append(context.address("sitemap", "pages.xml"))
        last = (await context.db.execute("SELECT max(id) FROM records")).first()[0] or 0
        some = "SELECT EXISTS (SELECT 1 FROM records WHERE id > :after AND id <= :upto AND state <> 'withheld')"
        for number in range(-(-last // RECORDS)):
            bounds = {"after": number * RECORDS, "upto": (number + 1) * RECORDS}
            if (await context.db.execute(some, bounds)).first()[0]:
                files.append(context.address("sitemap", f"records-{number}.xml"))
    entries = "".join(f"<sitemap><loc>{escape(context.absolute(file))}</loc></sitemap>\n" for file in files)
    return _xml(f"<sitemapindex {NAMESPACE}>\n{entries}</sitemapindex>\n")


async def pages(context: RequestContext) -> Response:
    """The pages other than those of records."""
    addresses = [
        str(context.datasette.urls.instance()),
        *(
            context.address(name)
            for name in ("browse", "changes", "cards", "budgets", "counties", "questions", "guide", "about", "api")
        ),
    ]
    for row in await context.db.execute(
        "SELECT id, NULL AS catalog FROM portals UNION ALL SELECT portal, id FROM catalogs"
    ):
        parts = [row["id"], *([row["catalog"]] if row["catalog"] else [])]
        addresses.append(context.address("browse", *parts))
    return _xml(_urls(context, [(page, None) for page in addresses]))


async def records(context: RequestContext) -> Response:
    """The pages of some records, by their ids. Raises NotFound where there are none."""
    number = int(context.part("number"))
    sql = "SELECT id, coalesce(changed_at, first_seen) AS at FROM records WHERE id > :after AND id <= :upto AND state <> 'withheld' ORDER BY id"
    bounds = {"after": number * RECORDS, "upto": (number + 1) * RECORDS}
    rows = await context.db.execute_fn(lambda connection: connection.execute(sql, bounds).fetchall())
    if not rows:
        raise NotFound(NOTHING_HERE)
    return _xml(_urls(context, [(context.record(row["id"]), row["at"]) for row in rows]))


def _urls(context: RequestContext, pages: list[tuple[str, str | None]]) -> str:
    """Addresses, each with when it was last changed."""
    root = context.absolute("/").rstrip("/")
    entries = (
        f"<url><loc>{escape(root + address)}</loc>{f'<lastmod>{escape(at)}</lastmod>' if at else ''}</url>\n"
        for address, at in pages
    )
    return f"<urlset {NAMESPACE}>\n{''.join(entries)}</urlset>\n"


def _xml(body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', content_type=XML)
