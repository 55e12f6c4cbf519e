"""Datasette's class, for annotations: it can't be imported by a plugin, which it loads while it is itself being imported."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasette.app import Datasette
else:
    Datasette = Any

__all__ = ["Datasette"]
