"""The rows of portals and their catalogues, as the portal files say."""

import json
import sqlite3
from dataclasses import asdict

from archive.database.several import Readable
from archive.model.observations import PortalOfFile


def note(connection: sqlite3.Connection, portal: PortalOfFile, now: str) -> None:
    """Write down what the portal file says now; catalogues that it no longer names are walked no more,
    so that their rows prove nothing.
    """
    stated = asdict(portal)
    agencies, catalogs = stated["agencies"], stated.pop("catalogs")
    connection.execute(
        "INSERT INTO portals (id, name, division_code, home, family, checked_on, agencies) "
        "VALUES (:id, :name, :division_code, :home, :family, :checked_on, :agencies) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, division_code = excluded.division_code, "
        "home = excluded.home, family = excluded.family, checked_on = excluded.checked_on, agencies = excluded.agencies",
        {**stated, "agencies": json.dumps(agencies, ensure_ascii=False) if agencies else None},
    )
    connection.executemany(
        "INSERT INTO catalogs (portal, kind, title, url) VALUES (:portal, :kind, :title, :url) "
        "ON CONFLICT (portal, url) DO UPDATE SET kind = excluded.kind, title = excluded.title",
        [{**catalog, "portal": portal.id} for catalog in catalogs],
    )
    connection.execute(
        "UPDATE catalogs SET retired_at = CASE WHEN url IN (SELECT value FROM json_each(?)) THEN NULL "
        "ELSE coalesce(retired_at, ?) END WHERE portal = ?",
        (json.dumps([catalog.url for catalog in portal.catalogs]), now, portal.id),
    )


def home(connection: sqlite3.Connection, portal: str) -> str:
    """The address of a portal's home page."""
    return str(connection.execute("SELECT home FROM portals WHERE id = ?", (portal,)).fetchone()[0])


def portal_names(connection: Readable) -> dict[str, str]:
    """Return portal id → name, of an archive or of several, in the order of their divisions' codes."""
    rows = connection.execute("SELECT division_code, id, name FROM portals")
    return {portal: name for _, portal, name in sorted(map(tuple, rows))}
