"""Permissions to download what holds originals: originals as they were received, bundles that prove events,
files without personal data."""

from typing import Any

from datasette.utils import actor_matches_allow

from archive.web.http.datasette_class import Datasette, site_settings

ORIGINALS, PROOFS, FILES = "download-originals", "download-proofs", "download-files"
"""The permissions. Nobody has them unless an operator gives them: originals hold personal data and all, bundles those
captures whole that hold none, and files are given one by one where they are known to hold none."""

_SETTINGS = {ORIGINALS: "originals", PROOFS: "proofs", FILES: "files"}


async def allowed(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> bool | None:
    """Return whether an operator's setting (`plugins: disclosures:` `originals:`, `proofs:` or `files:`, an allow
    block) gives `actor` such a download.

    None where it doesn't say so: another plugin may, and without one the answer is no.
    """
    if action not in _SETTINGS:
        return None
    allow = site_settings(datasette).get(_SETTINGS[action])
    return True if allow is not None and actor_matches_allow(actor, allow) else None
