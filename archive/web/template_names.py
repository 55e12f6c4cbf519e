"""Names that templates may use besides the variables of their page:
functions, filters, and names of what the whole site shares.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from archive.labels import tables, when, wording
from archive.labels.code_labels import code_label
from archive.labels.example_queries import EXAMPLES
from archive.labels.label import LABELS, SITE
from archive.labels.language import READER, TAGS, say
from archive.model.addresses import is_web_address
from archive.proof.sheet import STYLE, qr_code
from archive.web.budgets import shown_figures
from archive.web.formats import page_files, saved_query
from archive.web.http import errors, request_context
from archive.web.routes import STATIC
from archive.web.views import cells, history, portal_status

_STYLE_FILES = (STYLE, *sorted((*STATIC.glob("*.css"), *STATIC.glob("*.js"))))

STYLE_VERSION = sha256(b"".join(path.read_bytes() for path in _STYLE_FILES)).hexdigest()[:8]
"""Mark that tells the style sheets and scripts of this version from others': browsers keep them by their addresses."""


@pass_context
def style_sheets(context: Context, *names: str) -> Markup:
    """Return links to style sheets of this site."""
    link = Markup('<link rel="stylesheet" href="{}?{}">')
    path = context["urls"].path
    return Markup("").join(
        link.format(path(f"/-/static-plugins/disclosures/{name}.css"), STYLE_VERSION) for name in names
    )


FILTERS: Mapping[str, Callable[..., object]] = {
    "dated": wording.dated,
    "prose": wording.prose,
    "quoting": wording.quoting,
}

NAMES: Mapping[str, object] = {
    # the reader's language
    "labels": LABELS,
    "language_tag": lambda: TAGS[READER.get()],
    "say": say,
    "site": SITE,
    "zh": lambda: READER.get() == "zh",
    # words, numbers, days
    "beijing": when.beijing,
    "calendar_day": wording.calendar_day,
    "clause": wording.clause,
    "counted": wording.counted,
    "county": wording.county,
    "grouped": wording.grouped,
    "noun": wording.noun,
    "quoted": wording.quoted,
    "shown": wording.shown,
    "utc": when.utc,
    # tables, their columns and values
    "arranged": tables.arranged,
    "code_label": code_label,
    "column_label": tables.column_label,
    "crawl_reason": cells.crawl_reason,
    "cut": cells.cut,
    "displayed": tables.displayed,
    "documented": tables.TABLES,
    "is_internal": tables.is_internal,
    "lookups": tables.LOOKUPS,
    "refers": cells.REFERS,
    "server_time": cells.server_time,
    "short": cells.short,
    "size": cells.size,
    "table_label": tables.table_label,
    # addresses
    "cell_address": shown_figures.cell_address,
    "export_address": page_files.address,
    "in_language": request_context.in_language,
    "is_web_address": is_web_address,
    "query_address": saved_query.address,
    "web_link": cells.web_link,
    # for single pages
    "linked_walks": history.LINKED,
    "qr_code": qr_code,
    "sql_examples": EXAMPLES,
    "sql_message": errors.sql_message,
    "style_sheets": style_sheets,
    "style_version": STYLE_VERSION,
    "walked": portal_status.walked,
}
