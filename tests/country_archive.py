"""A made-up archive that knows all counties: most in its directory, in every state, and some archived, with counts but no records."""

import sqlite3
from contextlib import closing
from itertools import cycle
from pathlib import Path

from archive.directory.coverage import county_divisions
from archive.directory.entries import STATES
from tests.conftest import empty_archive

REASON = "sample: 3 of 12 lists are read, and no record's own page"


def country_archive(db: Path, archived_of: int = 3) -> Path:
    """Write the archive: one of `archived_of` counties is archived, each other one is in the next state, or in no list."""
    empty_archive(db)
    states = cycle((*STATES, None))
    with closing(sqlite3.connect(db)) as connection, connection:
        for number, division in enumerate(county_divisions()):
            portal, home = f"c{division.code}", f"http://www.c{division.code}.sample.invalid/"
            if number % archived_of == 0:
                connection.execute(
                    "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, ?)",
                    (portal, f"{division.name}人民政府", division.code, home),
                )
                connection.execute("INSERT INTO tally_portals VALUES (?, 'notice', ?)", (portal, 1 + number % 900))
                connection.execute(
                    "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) VALUES (?, 'full', ?, ?, 'finished')",
                    (portal, "2026-11-20T01:00:00.000Z", "2026-11-21T03:00:00.000Z"),
                )
            elif state := next(states):
                connection.execute(
                    "INSERT INTO directory (home, name, division_code, source, as_of, state, reason) VALUES (?, ?, ?, 's.csv', '2026-11-01', ?, ?)",
                    (home, division.name, division.code, state, REASON),
                )
    return db
