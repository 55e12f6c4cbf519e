"""The reader's guide, /-/guide: searching, states and their proofs, citing, contact."""

import mimetypes
import os
import re
from dataclasses import dataclass

from datasette.utils.asgi import Request, Response

from archive.labels.code_labels import EVENTS, STATES
from archive.model.addresses import is_web_address
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import render

VARIABLE = "DISCLOSURES_CONTACT"

ANSWER_VARIABLE = "DISCLOSURES_ANSWER_DAYS"

ANSWER_DAYS = 15
"""Working days within which a request is answered, where the operator sets nothing else."""

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)

# Python before 3.13 doesn't know it, and a picture sent as text is not shown.
mimetypes.add_type("image/webp", ".webp")


@dataclass(frozen=True, slots=True)
class Contact:
    """The address to write to. `link`: the address a browser can open; empty where the text is none."""

    text: str
    link: str


async def page(datasette: Datasette, request: Request) -> Response:
    """The guide."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    return await render(
        datasette, request, "guide.html", contact=contact(datasette), variable=VARIABLE, states=STATES, events=EVENTS
    )


def answer_days(datasette: Datasette) -> int:
    """The working days within which requests are answered: `answer_days` of the plugin, or else DISCLOSURES_ANSWER_DAYS."""
    setting = (datasette.plugin_config("disclosures") or {}).get("answer_days") or os.environ.get(ANSWER_VARIABLE)
    text = str(setting or "").strip()
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else ANSWER_DAYS


def contact(datasette: Datasette) -> Contact | None:
    """The operator's address: `plugins: disclosures: contact:` of the metadata, or else DISCLOSURES_CONTACT; None without."""
    address = (datasette.plugin_config("disclosures") or {}).get("contact") or os.environ.get(VARIABLE)
    text = str(address or "").strip()
    if not text:
        return None
    link = f"mailto:{text}" if _MAIL.fullmatch(text) else text if is_web_address(text) else ""
    return Contact(text, link)
