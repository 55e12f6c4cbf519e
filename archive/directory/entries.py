"""Entries of the directory: a portal's home each, its division, where it was named, and what a survey found of it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace

from archive.database.connection import transaction
from archive.directory.joining import ConflictError, join
from archive.model.addresses import is_on_the_web, one_spelling
from archive.model.printable import printable
from archive.model.site import is_public_name

STATES = (
    NOT_TRIED, CONFLICT, SURVEYED, MISREAD, NO_CATALOGUE, SCRIPT_MADE, LOGIN, BLOCKED, MOVED, DEAD, NOT_A_PORTAL,
) = (
    "not_tried", "conflict", "surveyed", "misread", "no_catalogue", "script_made", "login", "blocked", "moved", "dead", "not_a_portal",
)  # fmt: skip
"""States of a home. `surveyed`: its list, rows and a record's page were read well, and its portal file was written."""

MOST_NAME = 200
MOST_ADDRESS = 2_000
MOST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of somebody's list of portals: a division's code or full name (either may be ""),
    and the address of a home page.
    """

    code: str
    name: str
    home: str


@dataclass(frozen=True, slots=True)
class PortalHome:
    """A row of `directory`. `division_code`: None where it leads to none; `as_of`: the day its source had it."""

    home: str
    name: str
    division_code: str | None
    source: str
    as_of: str
    state: str = NOT_TRIED
    reason: str | None = None
    portal: str | None = None
    family: str | None = None
    columns: int | None = None
    rows: int | None = None
    surveyed_at: str | None = None


_COLUMNS = [each.name for each in fields(PortalHome)]
_FOUND = ("state", "reason", "portal", "family", "columns", "rows", "surveyed_at")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM directory"  # noqa: S608 - our own names


def homes(connection: sqlite3.Connection) -> list[PortalHome]:
    """Return all entries, by their divisions. Raises sqlite3.Error."""
    return [PortalHome(*row) for row in connection.execute(f"{_SELECT} ORDER BY division_code, home")]


def add(  # noqa: PLR0913 - what is to be known of a list
    connection: sqlite3.Connection,
    listed: Iterable[Listed],
    source: str,
    as_of: str,
    *,
    settle: bool = False,
    is_anybodys: bool = False,
) -> tuple[int, list[str]]:
    """Add what is not there yet; return how many were added, and what contradicts what, a plain line each.

    A row that leads to no division, and a home of a division that has another, are conflicts: kept, and left alone
    until they are settled. With `settle` the rows of this list hold against what other lists say of their divisions.
    `is_anybodys`: everybody may write in this list, so that a home in a network of one's own is a conflict, too. Raises
    ArchiveError.
    """
    added, complaints = 0, []
    with transaction(connection) as c:
        for entry in _joined(listed, source, as_of, is_anybodys):
            if settle and entry.state != CONFLICT:
                c.execute(
                    "DELETE FROM directory WHERE division_code = ? AND home <> ?", (entry.division_code, entry.home)
                )
                c.execute("DELETE FROM directory WHERE home = ? AND state = ?", (entry.home, CONFLICT))
            checked = _against_others(c, entry)
            if checked.state == CONFLICT:
                complaints.append(f"{checked.home}: {checked.reason}")
            added += c.execute(
                f"INSERT INTO directory ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - our own names
                "ON CONFLICT (home) DO NOTHING",
                [getattr(checked, name) for name in _COLUMNS],
            ).rowcount
    return added, complaints


def note_found(connection: sqlite3.Connection, entry: PortalHome) -> None:
    """Note what a survey found of an entry. Raises ArchiveError."""
    with transaction(connection) as c:
        c.execute(
            f"UPDATE directory SET {', '.join(f'{name} = ?' for name in _FOUND)} WHERE home = ?",  # noqa: S608 - our own names
            [*(getattr(entry, name) for name in _FOUND), entry.home],
        )


def take_over(connection: sqlite3.Connection, expression: Callable[[str, str], str]) -> None:
    """Take over the directory of the attached database `theirs`: homes that are new here,
    and what was found of the others later. `expression`: the SQL of a table's column as it is taken, of a row `m`.
    """
    taken = ", ".join(expression("directory", name) for name in _COLUMNS)
    connection.execute(
        f"INSERT INTO main.directory ({', '.join(_COLUMNS)}) SELECT {taken} FROM theirs.directory m WHERE true "  # noqa: S608
        f"ON CONFLICT (home) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _FOUND)} "
        "WHERE excluded.surveyed_at > coalesce(directory.surveyed_at, '')"
    )


def _joined(listed: Iterable[Listed], source: str, as_of: str, is_anybodys: bool) -> Iterator[PortalHome]:
    for row in listed:
        home, name = printable(row.home.strip()), printable(row.name.strip())[:MOST_NAME]
        if not is_on_the_web(home):
            yield PortalHome(
                home[:MOST_ADDRESS], name, None, source, as_of, CONFLICT, "its home is no http or https address"
            )
            continue
        home = one_spelling(home)
        if len(home) > MOST_ADDRESS:
            reason = f"its home is longer than {MOST_ADDRESS:,} characters"
            yield PortalHome(home[:MOST_ADDRESS], name, None, source, as_of, CONFLICT, reason)
            continue
        if is_anybodys and not is_public_name(home):
            reason = "its host is no name of the public internet"
            yield PortalHome(home, name, None, source, as_of, CONFLICT, reason)
            continue
        try:
            joined = join(row.code.strip(), name)
        except ConflictError as error:
            yield PortalHome(home, name, None, source, as_of, CONFLICT, str(error))
        else:
            name = name or joined.division.name
            yield PortalHome(home, name, joined.division.code, source, as_of, reason=joined.note or None)


def _against_others(connection: sqlite3.Connection, entry: PortalHome) -> PortalHome:
    """The entry, as a conflict where its home is another division's, or its division has another home."""
    if entry.state == CONFLICT:
        return entry
    same_home = connection.execute(
        "SELECT division_code, source FROM directory WHERE home = ? AND division_code <> ?",
        (entry.home, entry.division_code),
    ).fetchone()
    other_home = connection.execute(
        "SELECT home, source FROM directory WHERE division_code = ? AND home <> ? AND state <> ?",
        (entry.division_code, entry.home, CONFLICT),
    ).fetchone()
    if same_home:
        reason = f"{same_home[1]} has it for {same_home[0]}, {entry.source} for {entry.division_code}"
    elif other_home:
        reason = f"{entry.division_code} {entry.name} has another home in {other_home[1]}: {other_home[0]}"
    else:
        return entry
    return replace(entry, state=CONFLICT, reason=reason)
