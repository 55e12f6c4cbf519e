"""Datasette as a plugin sees it: its class, for annotations, and what its settings say of this site.

The class can't be imported by a plugin, which Datasette loads while it is itself being imported.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasette.app import Datasette
else:
    Datasette = Any

__all__ = ["Datasette", "below_base", "site_settings"]


def site_settings(datasette: Datasette, plugin: str = "disclosures") -> dict[str, Any]:
    """Return what the operator's metadata says of a plugin (`plugins: disclosures:`)."""
    return datasette.plugin_config(plugin) or {}


def below_base(datasette: Datasette, path: str) -> str:
    """Return a path without the base address of the site, with which it begins."""
    return path.removeprefix(datasette.setting("base_url").rstrip("/"))
