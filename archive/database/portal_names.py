"""The names of an archive's portals, or of several archives'."""

from archive.database.several import Readable


def portal_names(connection: Readable) -> dict[str, str]:
    """Return portal id → name, in the order of their divisions' codes."""
    rows = connection.execute("SELECT division_code, id, name FROM portals")
    return {portal: name for _, portal, name in sorted(map(tuple, rows))}
