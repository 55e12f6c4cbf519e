"""The addresses of the site, each with what answers it. Of two that match, the first one does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette.utils.asgi import asgi_static

from archive.proof.sheet import STYLE
from archive.web.budgets import grid_page, table_page, unit_page, year_page
from archive.web.budgets.where_read import where_read
from archive.web.coverage import country_page, province_page
from archive.web.evidence import archived_copy, compare_page, file_page, proof_page, seal_page
from archive.web.formats import file_tables, page_files, record_json, table_files
from archive.web.http.request_context import in_context, over_all
from archive.web.listings import selections
from archive.web.pages import (
    api_page,
    browse_pages,
    card_pages,
    changes_page,
    day_page,
    download_page,
    guide_page,
    home_page,
    list_page,
    publisher_page,
    question_pages,
    record_page,
    search_page,
    site_files,
    sql_page,
)
from archive.web.subscriptions import subscribe_page, token_pages

STATIC = Path(__file__).parent / "static"

Routes = tuple[tuple[str, Callable[..., Any]], ...]
"""Patterns of addresses below the site's own, without the `$` at their ends, and views as Datasette calls them."""

_STATIC = "/-/static-plugins/disclosures/"
_PORTAL = "(?P<portal>[^/]+)"
_RECORD = "/-/record/(?P<id>[0-9]{1,18})"
_FILE = "/-/file/(?P<id>[0-9]{1,18})"
_PROOF = "/-/proof/(?P<id>[0-9]{1,18})"
_COPY = r"/-/copy/(?P<capture>\d{1,18})"
_FORMER_COPY = r"/-/archived/(?:(?P<database>[^/]+)/)?(?P<capture>\d{1,18})"
"""Where copies stood before they had addresses that hold whatever an archive is called: pages redirect, files stay."""
_SNAPSHOT = r"/-/download/(?P<name>[\w-]+\.db)"
_TOKEN = r"(?P<token>[\w-]{20,60})"  # noqa: S105 - a pattern

_JSON = r"(\.(?P<format>json))?"
_TABLE = r"(\.(?P<format>csv|xlsx|jsonl|json))?"
_LIST = r"\.(?P<format>csv|xlsx|jsonl|json|atom)"
_CITATION = r"/citation\.(?P<format>bib|ris|json)"
_RAW = "/raw"
_ORIGINALS = r"/originals\.(?P<format>warc\.gz|wacz)"
"""Ends of addresses that ask for a file, or may ask for one in place of the page."""

READ: Routes = (
    (_STATIC + r"(?P<path>sheet\.css)", asgi_static(STYLE.parent)),
    (_STATIC + r"(?P<path>[a-z-]{1,40}\.(?:css|js|png|webp))", asgi_static(STATIC)),
    (r"/(\.(?P<format>jsono?))?", home_page.page),
    ("/-/guide", guide_page.page),
    ("/-/about", guide_page.about),
    ("/-/api", over_all(api_page.page)),
    ("/-/sql" + _TABLE, over_all(sql_page.page)),
    (r"/robots\.txt", site_files.robots),
    (r"/llms\.txt", over_all(site_files.llms)),
    (r"/sitemap\.xml", site_files.index),
    (r"/-/sitemap/pages\.xml", in_context(site_files.pages)),
    (r"/-/sitemap/records-(?P<number>[0-9]{1,9})\.xml", in_context(site_files.records)),
    ("/-/counties" + _TABLE, country_page.country),
    ("/-/counties/(?P<province>[0-9]{2})" + _TABLE, province_page.province),
    # lists as files, before the pages of the same addresses
    ("/-/search" + _LIST, over_all(page_files.files_of(selections.of_search))),
    (f"/-/browse/{_PORTAL}/(?P<catalog>[0-9]+){_LIST}", in_context(page_files.files_of(selections.of_catalog))),
    ("/-/publisher" + _LIST, in_context(page_files.files_of(selections.of_publisher))),
    ("/-/day/(?P<day>[0-9-]+)" + _LIST, over_all(page_files.files_of(selections.of_day))),
    ("/-/list" + _LIST, in_context(page_files.files_of(selections.of_list))),
    (r"/-/record/(?P<id>[0-9]{1,18})\.json", in_context(record_json.record)),
    (_RECORD + _LIST, in_context(page_files.files_of(selections.of_record))),
    ("/-/changes" + _LIST, over_all(page_files.changes)),
    # lists
    ("/-/search", search_page.answer),
    ("/-/search/completions", over_all(search_page.complete)),
    ("/-/browse", over_all(browse_pages.overview)),
    (r"/-/browse\.json", over_all(browse_pages.portals_json)),
    (rf"/-/browse/{_PORTAL}\.json", in_context(browse_pages.portal_json)),
    (f"/-/browse/{_PORTAL}", in_context(browse_pages.of_portal)),
    (f"/-/browse/{_PORTAL}/(?P<catalog>[^/]+)", in_context(browse_pages.of_catalog)),
    ("/-/publisher", in_context(publisher_page.page)),
    ("/-/day", over_all(day_page.find)),
    ("/-/day/(?P<day>[^/]+)", over_all(day_page.page)),
    ("/-/changes", over_all(changes_page.changes)),
    ("/-/list", in_context(list_page.page)),
    # answers
    ("/-/cards" + _TABLE, over_all(card_pages.comparison)),
    (f"/-/cards/{_PORTAL}", in_context(card_pages.of_portal)),
    (f"/-/cards/{_PORTAL}/(?P<year>[^/.]+){_TABLE}", in_context(card_pages.page)),
    ("/-/questions" + _JSON, over_all(question_pages.overview)),
    (rf"/-/questions/(?P<name>[a-z0-9_]+)({_LIST})?", over_all(question_pages.page)),
    ("/-/budgets", over_all(where_read(grid_page.overview))),
    (f"/-/budgets/{_PORTAL}", in_context(where_read(grid_page.page))),
    (f"/-/budgets/{_PORTAL}/unit", in_context(where_read(unit_page.page))),
    (f"/-/budgets/{_PORTAL}/(?P<year>[0-9]{{4}}){_TABLE}", in_context(where_read(year_page.page))),
    (_RECORD + "/tables", in_context(where_read(table_page.page))),
    # a record, and what it stands on
    (_RECORD, in_context(record_page.page)),
    (_RECORD + _CITATION, in_context(record_page.citation_file)),
    (_COPY, archived_copy.around),
    (_COPY + r"/screenshot\.(?P<format>png|pdf)", archived_copy.screenshot),
    (_COPY + _RAW, archived_copy.raw),
    (_COPY + _ORIGINALS, archived_copy.originals),
    (_FORMER_COPY, archived_copy.moved),
    (_FORMER_COPY + _RAW, archived_copy.raw),
    (_FORMER_COPY + _ORIGINALS, archived_copy.originals),
    ("/-/compare", in_context(compare_page.page)),
    (_FILE, in_context(file_page.page)),
    (_FILE + "/original", in_context(file_page.original)),
    (_FILE + r"/tables\.xlsx", in_context(file_tables.workbook_of_tables)),
    (_FILE + r"/tables/(?P<number>[0-9]{1,5})\.(?P<format>csv|xlsx)", in_context(file_tables.table_file)),
    (_PROOF, in_context(proof_page.page)),
    (_PROOF + "/walks", in_context(proof_page.walks)),
    (_PROOF + r"/bundle\.zip", in_context(proof_page.bundle)),
    (_PROOF + _CITATION, in_context(proof_page.citation_file)),
    ("/-/seal", in_context(seal_page.page)),
    (r"/-/seal\.json", in_context(seal_page.as_json)),
    (r"/-/seal\.atom", in_context(seal_page.as_feed)),
    ("/-/download", in_context(download_page.page)),
    (_SNAPSHOT, in_context(download_page.file)),
    (_SNAPSHOT + r"\.sha256", in_context(download_page.digest)),
    # any table or query of Datasette's, as a file
    (
        r"/(?P<database>[^\/\.]+)(?:/(?P<table>[^\/\.]+))?\.(?P<format>csv|xlsx|jsonl)",
        table_files.table_file,
    ),
)
"""Addresses that are only read."""

SENT_TO: Routes = (
    (r"/-/subscribe(\.(?P<format>atom))?", over_all(subscribe_page.page)),
    ("/-/subscriptions/confirm/" + _TOKEN, in_context(token_pages.confirm)),
    ("/-/subscriptions/leave/" + _TOKEN, token_pages.leave),
)
"""Addresses to which readers send forms, too."""
