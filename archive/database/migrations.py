"""The archive's schema, as sqlite-utils migrations: applied once each, in order, numbered without gaps, never edited.

The first makes the schema of the first release (schema.sql). An archive of an earlier version has its tables moved
aside by it, and their rows taken over by the second.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlite_utils import Database, Migrations

from archive.masking.personal_numbers import RULES_VERSION
from archive.model.addresses import is_on_the_web, one_spelling

migrations = Migrations("disclosures")

EARLIER = frozenset({
    "m001_catalogue", "m002_evidence_and_time", "m003_families", "m004_what_is_stated", "m005_neighbours", "m006_tallies",
    "m007_pairs", "m008_derived", "m009_annual_reports", "m009_cards", "m014_health",
})  # fmt: skip
"""Migrations of before the first release, which those below replace."""

_TAKEN_OVER = (
    "portals", "catalogs", "crawls", "captures", "records", "listings", "readings", "walks", "ledger", "versions",
    "attachments", "redactions", "events", "problems", "settings", "told",
    "agencies", "publisher_names", "withheld", "rosters",
)  # fmt: skip
"""The tables whose rows an earlier archive gives; the others are made of them by triggers, or anew."""

_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
_ASIDE = "earlier_"
_UNSEALED = """
    CREATE TABLE unsealed (
        kind TEXT NOT NULL, row_id INTEGER NOT NULL, number INTEGER NOT NULL, is_new INTEGER NOT NULL,
        PRIMARY KEY (kind, row_id, number)
    ) STRICT, WITHOUT ROWID
"""


@migrations()
def m001_schema(db: Database) -> None:
    """Tables, views, indexes and triggers; those of an earlier archive are moved aside."""
    for kind in ("trigger", "view", "index"):
        for name in _names(db, kind):
            db.execute(f"DROP {kind} {name}")
    db.execute("DROP TABLE IF EXISTS records_fts")
    for name in _names(db, "table"):
        db.execute(f"ALTER TABLE {name} RENAME TO {_ASIDE}{name}")
    for statement in statements(_SCHEMA):
        db.execute(statement)
    db.execute("INSERT INTO settings VALUES ('redaction_version', ?)", (str(RULES_VERSION),))


@migrations()
def m002_rows_of_earlier_archives(db: Database) -> None:
    """Take over the rows of the tables moved aside, and drop these."""
    aside = [name for name in _names(db, "table") if name.startswith(_ASIDE)]
    if not aside:
        return
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("DELETE FROM settings")
    for table in (name for name in _TAKEN_OVER if _ASIDE + name in aside):
        names = ", ".join(
            name for name in stored_columns(db.conn, table) if name in stored_columns(db.conn, _ASIDE + table)
        )
        db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {_ASIDE}{table}")  # noqa: S608 - names of our own
    for name in reversed(aside):
        db.execute(f"DROP TABLE {name}")
    # The search index and all that is read out of records are made anew. Without a version, the first rules masked it.
    db.execute("DELETE FROM settings WHERE name IN ('segment_version', 'derived_version', 'reports_read_by')")
    db.execute("INSERT OR IGNORE INTO settings VALUES ('redaction_version', '1')")
    for name in EARLIER:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (name,))


@migrations()
def m003_withheld_and_held_back(db: Database) -> None:
    """Tables of what is withheld and of texts that list persons, and the state of records that are withheld."""
    before, after = "'unlisted', 'withdrawn'))", "'unlisted', 'withdrawn', 'withheld'))"
    (definition,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'records'").fetchone()
    if before not in definition:  # made by m001 just now
        return
    for statement in statements(_SCHEMA):
        if re.search(r"CREATE (?:TABLE|INDEX) (?:withheld|rosters)", statement):
            db.execute(statement)
    _widen(db, "records", before, after)


@migrations()
def m004_unsealed(db: Database) -> None:
    """The table of events and versions that are not sealed in the evidence yet, at first all there are;
    and the archive's name there.
    """
    db.execute(_UNSEALED)
    db.execute("INSERT INTO unsealed SELECT 'event', id, 0, 1 FROM events")
    db.execute("INSERT INTO unsealed SELECT 'version', record_id, number, 1 FROM versions")
    db.execute("INSERT INTO settings VALUES ('archive', lower(hex(randomblob(4))))")


_WINDOW_COLUMNS = {
    "listings": ("capture_id INTEGER",),
    "readings": ("seen_capture_id INTEGER",),
    "events": ("not_before TEXT", "before_capture_id INTEGER", "after_capture_id INTEGER"),
    "versions": ("not_before TEXT", "before_capture_id INTEGER"),
}
EARLIER_WINDOWS = Path(__file__).with_name("windows_of_earlier_events.sql").read_text(encoding="utf-8")


@migrations()
def m005_windows(db: Database) -> None:
    """Columns for when things happened at the earliest; of what happened before, all that is surely known."""
    for table, columns in _WINDOW_COLUMNS.items():
        if columns[0].split()[0] not in stored_columns(db.conn, table):  # else made by m001 just now
            for column in columns:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
            _break_lines(db, table, columns)
    for statement in statements(EARLIER_WINDOWS):
        db.execute(statement)


def _break_lines(db: Database, table: str, columns: Sequence[str]) -> None:
    """Write a table's definition as schema.sql does, added columns on lines of their own.
    SQLite's documentation allows it this way.
    """
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    db.execute("PRAGMA writable_schema = ON")
    added = [(f", {column}", f",\n    {column}") for column in columns]
    for old, new in (*added, ("\n,\n", ",\n"), (f"{columns[-1]}) STRICT", f"{columns[-1]}\n) STRICT")):
        db.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?", (old, new, table)
        )
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = OFF")


@migrations()
def m006_deferred_and_retired(db: Database) -> None:
    """The table of what is kept aside while it is doubted, and when a catalogue was last named by its portal file."""
    if _names(db, "table").count("deferred"):  # made by m001 just now
        return
    for statement in statements(_SCHEMA):
        if re.search(r"CREATE (?:TABLE|INDEX) deferred", statement):
            db.execute(statement)
    db.execute("ALTER TABLE catalogs ADD COLUMN retired_at TEXT")
    _widen(db, "versions", "'source', 'parser'))", "'source', 'parser', 'layout'))")


def _widen(db: Database, table: str, before: str, after: str) -> None:
    """Change a condition of a table, and nothing of how a row is stored: SQLite's documentation allows it this way."""
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?", (before, after, table))
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = OFF")


@migrations()
def m007_lives_of_portals(db: Database) -> None:
    """Add what became of portals: moved, renamed, retired, resumed, removed."""
    db.execute("ALTER TABLE portals ADD COLUMN retired_at TEXT")
    db.execute("""
        CREATE TABLE portal_changes (
            id INTEGER PRIMARY KEY,
            portal TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('moved', 'renamed', 'retired', 'resumed', 'removed')),
            at TEXT NOT NULL,
            before TEXT,
            after TEXT
        ) STRICT
    """)


@migrations()
def m008_certificates_and_seals(db: Database) -> None:
    """The TLS certificates of the servers that gave captures; and the sealed days, as the evidence has them."""
    db.execute("ALTER TABLE captures ADD COLUMN certificate TEXT")
    db.execute("""
        CREATE TABLE certificates (
            sha256 TEXT PRIMARY KEY, subject TEXT NOT NULL, issuer TEXT NOT NULL, not_before TEXT NOT NULL, not_after TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE seals (
            day TEXT PRIMARY KEY, captures INTEGER NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, sealed_at TEXT NOT NULL,
            stamped_at TEXT
        ) STRICT, WITHOUT ROWID
    """)


@migrations()
def m009_pages_of_problems(db: Database) -> None:
    """The page that shows a problem, and the one beside which it is seen."""
    for column in ("capture_id", "before_capture_id"):
        db.execute(f"ALTER TABLE problems ADD COLUMN {column} INTEGER")


@migrations()
def m010_tables_of_files(db: Database) -> None:
    """The tables of files, as JSON beside their text; and a view that has one in each row."""
    db.execute("ALTER TABLE attachments ADD COLUMN tables TEXT")
    db.execute("""
        CREATE VIEW attachment_tables AS
        SELECT a.id AS attachment_id, a.record_id, a.url, a.state, t.key + 1 AS number, t.value ->> 'member' AS member,
               t.value ->> 'page' AS page, t.value ->> 'before' AS before, t.value -> 'rows' AS cells,
               t.value -> 'merged' AS merged, t.value -> 'x' AS x, t.value -> 'y' AS y
        FROM attachments a, json_each(a.tables) t
    """)


_BUDGETS, _BUDGET_CHANGES = (
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("budgets.sql", "budget_changes.sql")
)


@migrations()
def m011_budgets(db: Database) -> None:
    """Tables of budgets and final accounts, their lines and checks, and triggers that note what is to be read again."""
    for statement in statements(_BUDGETS):
        db.execute(statement)


_CLAIMS = Path(__file__).with_name("claims.sql").read_text(encoding="utf-8")


@migrations()
def m012_claims(db: Database) -> None:
    """Sentences whose figures can be worked out, their checks, and the triggers that note what is to be read again."""
    for statement in statements(_CLAIMS):
        db.execute(statement)


@migrations()
def m013_directory(db: Database) -> None:
    """The directory of portals: homes by division, and what surveys found of them."""
    db.execute("""
        CREATE TABLE directory (
            home TEXT PRIMARY KEY, name TEXT NOT NULL, division_code TEXT, source TEXT NOT NULL, as_of TEXT NOT NULL, state TEXT NOT NULL,
            reason TEXT, portal TEXT, family TEXT, columns INTEGER, rows INTEGER, surveyed_at TEXT
        ) STRICT, WITHOUT ROWID
    """)
    db.execute("CREATE INDEX directory_by_division ON directory (division_code)")


_PAGE_TABLES = Path(__file__).with_name("page_tables.sql").read_text(encoding="utf-8")


@migrations()
def m014_tables_of_pages(db: Database) -> None:
    """The tables of records' own pages, as JSON beside their text; budgets are read from them, not from the text."""
    db.execute("ALTER TABLE records ADD COLUMN tables TEXT")
    db.execute("DROP VIEW attachment_tables")
    for statement in statements(_PAGE_TABLES):
        db.execute(statement)


@migrations()
def m015_units_and_changes_of_budgets(db: Database) -> None:
    """Name the unit of each budget table, and keep the figures that a new version of a file changed."""
    for statement in statements(_BUDGET_CHANGES):
        db.execute(statement)


_BUDGET_COMPARISONS = Path(__file__).with_name("budget_comparisons.sql").read_text(encoding="utf-8")


@migrations()
def m016_budget_comparisons(db: Database) -> None:
    """The view that holds what a document says of another year or stage against that one's own."""
    for statement in statements(_BUDGET_COMPARISONS):
        db.execute(statement)


@migrations()
def m017_pages_of_files(db: Database) -> None:
    """Keep where the pages of files begin in their text, as JSON beside it."""
    db.execute("ALTER TABLE attachments ADD COLUMN pages TEXT")


_PAGE_CHANGES = Path(__file__).with_name("page_changes.sql").read_text(encoding="utf-8")


@migrations()
def m018_changes_of_pages(db: Database) -> None:
    """Keep the tables of a record's own page that was changed until they are compared, as those of files."""
    for statement in statements(_PAGE_CHANGES):
        db.execute(statement)


_COMPARISONS_BY_NAME = Path(__file__).with_name("comparisons_by_name.sql").read_text(encoding="utf-8")


@migrations()
def m019_comparisons_by_name(db: Database) -> None:
    """Find the tables that figures are compared with by the names that their unit may print."""
    for statement in statements(_COMPARISONS_BY_NAME):
        db.execute(statement)


_WORTH_LESS = """
    DELETE FROM directory WHERE home = :spelled AND (state = 'conflict' OR
        coalesce(surveyed_at, '') < (SELECT coalesce(surveyed_at, '') FROM directory WHERE home = :home))
"""


@migrations()
def m020_one_spelling_of_homes(db: Database) -> None:
    """Homes in the directory stand in the one spelling of all that lead to a page:
    in two, a home would contradict itself.
    """
    for (home,) in db.execute("SELECT home FROM directory").fetchall():
        if is_on_the_web(home) and (spelled := one_spelling(home)) != home:
            names = {"home": home, "spelled": spelled}
            db.execute(_WORTH_LESS, names)
            db.execute("UPDATE OR IGNORE directory SET home = :spelled WHERE home = :home", names)
            db.execute("DELETE FROM directory WHERE home = :home", names)


def _names(db: Database, kind: str) -> list[str]:
    """The names of all of a kind, in the order in which they were made,
    without what SQLite and the index keep for themselves.
    """
    sql = (
        "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL AND name NOT GLOB 'records_fts*' "
        "AND name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_sqlite_*' ORDER BY rowid"
    )
    return [row[0] for row in db.execute(sql, (kind,))]


def stored_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table that are stored."""
    return [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: executed together they would end the migration's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
