"""Share of single flipped bits of an archive's two files that `verify` finds, and the cost of its safeguards.

python -m bench.flipped_bytes [--trials 100]

One bit at a random place of the sample archive of `disclosures demo` is flipped at a time. Of what is not found it is said
whether anybody could read anything else: all rows of all tables are compared, save for the notes of when the schema was changed.
"""

import hashlib
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.database.connection import transaction
from archive.evidence import block_sums
from archive.evidence.evidence_reader import beside
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check
from bench.measure import Figure, Report, arguments, command, tell, work
from tests.ports import free_port

SEED = 8
MOST_MISSED = 1.0
"""Per cent of the flips that may go unfound, and do harm."""

SUMMED_BYTES = 256_000_000
EVENTS = 100_000


def contents(path: Path) -> str:
    """A digest over all rows of a database; "" where they can't all be read."""
    digest = hashlib.sha256()
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            tables = (
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
                "AND name NOT GLOB '_sqlite_*' ORDER BY 1"
            )
            for (table,) in connection.execute(tables).fetchall():
                for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
                    digest.update(repr(row).encode("utf-8", "surrogatepass"))
    except (sqlite3.Error, UnicodeDecodeError, OverflowError):
        return ""
    return digest.hexdigest()


def flips(db: Path, path: Path, trials: int) -> tuple[int, int]:
    """Count, of so many flips in `path`, one of the archive's files, those not found, and of these those that do harm."""
    chance, whole, before = random.Random(SEED), path.read_bytes(), contents(path)
    missed = harmful = 0
    try:
        for _ in range(trials):
            raw = bytearray(whole)
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            path.write_bytes(raw)
            if next(check(db, beside(db)), None) is None:
                missed += 1
                harmful += contents(path) != before
    finally:
        path.write_bytes(whole)
    return missed, harmful


def costs(db: Path, folder: Path) -> list[Figure]:
    """The time of sums of a large file, and of comparing many events and versions."""
    large = folder / "large"
    with large.open("wb") as file:
        for _ in range(SUMMED_BYTES // 1_000_000):
            file.write(os.urandom(1_000_000))
    summed = work(lambda: block_sums.sums_of("", large))
    large.unlink()
    connection = open_up_to_date(db)
    with transaction(connection):
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO events "
            "(record_id, kind, at, crawl_id, detail) SELECT record_id, kind, at, crawl_id, detail FROM n, (SELECT * FROM events LIMIT 1)",
            (EVENTS,),
        )
    closed = work(connection.close)
    compared = work(lambda: list(check(db, beside(db))))
    gigabyte = SUMMED_BYTES / 1e9
    return [
        Figure(
            "check sums of a gigabyte, read from memory", summed.wall / gigabyte, "s", None, summed.processor / gigabyte
        ),
        Figure(f"sealing {EVENTS:,} events at the end of a session", closed.wall, "s", None, closed.processor),
        Figure(f"verify with {EVENTS:,} events more", compared.wall, "s", None, compared.processor),
    ]


def measured(trials: int) -> Report:
    """Make the sample archive, flip bits of both files."""
    figures = []
    with TemporaryDirectory() as name:
        db = Path(name, "disclosures.db")
        command("-m", "crawler.cli.main", "demo", "--no-serve", "--sample-port", str(free_port()), "--db", str(db))
        for path in (db, beside(db)):
            missed, harmful = flips(db, path, trials)
            size = path.stat().st_size / 1e6
            figures += [
                Figure(f"{path.name} of {size:.1f} MB: not found, of 100 flipped bits", 100 * missed / trials, "bits"),
                Figure(f"{path.name}: of these, some row reads otherwise", 100 * harmful / trials, "bits", MOST_MISSED),
            ]
        figures += costs(db, Path(name))
    return Report(
        "flipped_bytes",
        "Flipped bits that `verify` finds",
        [],
        figures,
        notes=["The archive is that of `disclosures demo`; places and bits are the same in each run."],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--trials", type=int, default=100)
    options = parser.parse_args()
    tell(measured(options.trials), options)


if __name__ == "__main__":
    main()
