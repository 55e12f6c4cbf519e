"""The reader's guide, /-/guide, and the page about the site, /-/about: who runs it, its data licence, removal.

What an operator says of a site stands in the metadata (`plugins: disclosures:`) or else in the environment: `operator`,
`contact`, `licence` and `answer_days`, or DISCLOSURES_OPERATOR and so on.
"""

import mimetypes
import os
import re
from dataclasses import dataclass

from datasette.utils.asgi import Request, Response

from archive.export.dataset_description import LICENCE
from archive.labels.code_labels import EVENTS, STATES
from archive.model.addresses import is_web_address
from archive.web.http.datasette_class import Datasette, site_settings
from archive.web.http.request_context import render

VARIABLES = {
    "operator": "DISCLOSURES_OPERATOR",
    "contact": "DISCLOSURES_CONTACT",
    "licence": "DISCLOSURES_LICENCE",
    "answer_days": "DISCLOSURES_ANSWER_DAYS",
}
"""Settings of the plugin, and the environment variable that stands in for each."""

ANSWER_DAYS = 15
"""Working days within which a request is answered, where the operator sets nothing else."""

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)

# Python before 3.13 doesn't know it, and a picture sent as text is not shown.
mimetypes.add_type("image/webp", ".webp")


@dataclass(frozen=True, slots=True)
class Linked:
    """A text of the operator's. `link`: the address a browser can open; empty where there is none."""

    text: str
    link: str


async def page(datasette: Datasette, request: Request) -> Response:
    """The guide."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    return await render(
        datasette,
        request,
        "guide.html",
        contact=contact(datasette),
        variable=VARIABLES["contact"],
        states=STATES,
        events=EVENTS,
    )


async def about(datasette: Datasette, request: Request) -> Response:
    """The page about the site."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    return await render(
        datasette,
        request,
        "about.html",
        operator=operator(datasette),
        contact=contact(datasette),
        licence=licence(datasette),
        variables=VARIABLES,
    )


def answer_days(datasette: Datasette) -> int:
    """The working days within which requests are answered."""
    text = _setting(datasette, "answer_days")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else ANSWER_DAYS


def contact(datasette: Datasette) -> Linked | None:
    """The operator's address; None where none is set."""
    text = _setting(datasette, "contact")
    if not text:
        return None
    if _MAIL.fullmatch(text):
        return Linked(text, f"mailto:{text}")
    return Linked(text, text if is_web_address(text) else "")


def operator(datasette: Datasette) -> Linked | None:
    """The name of who runs the site, and the web address behind it, if any; None where none is set."""
    text = _setting(datasette, "operator")
    return _with_address(text) if text else None


def licence(datasette: Datasette) -> Linked:
    """The licence under which the archive's own data may be used: its name, and the web address behind it, if any."""
    return _with_address(_setting(datasette, "licence") or LICENCE)


def _with_address(text: str) -> Linked:
    name, _, address = text.rpartition(" ")
    return Linked(name.strip(), address) if name and is_web_address(address) else Linked(text, "")


def _setting(datasette: Datasette, name: str) -> str:
    """Return a setting of the plugin, or else the environment's; empty where there is none."""
    setting = site_settings(datasette).get(name) or os.environ.get(VARIABLES[name])
    return str(setting or "").strip()
