"""The archive's schema, as sqlite-utils migrations: applied once each, in order, never edited after a release.

The tables and columns are a contract (docs/tables.md describes each); scripts elsewhere query them.
"""

from sqlite_utils import Database, Migrations

from archive.database import derived_schema
from archive.database import report_schema as reports
from archive.database.tallies import KEEPING, TALLIES
from archive.model.redaction import RULES_VERSION

migrations = Migrations("disclosures")

TABLES = """
CREATE TABLE portals (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    division_code TEXT NOT NULL,
    home TEXT NOT NULL,
    family TEXT,
    checked_on TEXT
) STRICT;

CREATE TABLE catalogs (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    path TEXT,
    url TEXT NOT NULL,
    UNIQUE (portal, url)
) STRICT;

CREATE TABLE crawls (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    mode TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    counts TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- body stands last: a row's other columns are then read without its overflow pages.
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    url TEXT NOT NULL,
    index_number TEXT,
    title TEXT,
    publisher TEXT,
    published_on TEXT,
    document_number TEXT,
    created_on TEXT,
    responsible_department TEXT,
    disclosure_mode TEXT,
    disclosure_period TEXT,
    topic TEXT,
    validity TEXT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'listed' CHECK (state IN ('listed', 'unlisted', 'withdrawn')),
    year TEXT GENERATED ALWAYS AS (substr(published_on, 1, 4)) VIRTUAL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    changed_at TEXT,
    flags TEXT NOT NULL DEFAULT '[]',
    source_fields TEXT NOT NULL DEFAULT '{}',
    body TEXT,
    UNIQUE (portal, url)
) STRICT;
CREATE INDEX records_by_index_number ON records (portal, index_number);
CREATE INDEX records_by_published_on ON records (published_on);
CREATE INDEX records_by_kind ON records (kind);
CREATE INDEX records_by_publisher ON records (publisher);
CREATE INDEX records_by_year ON records (year);
CREATE INDEX records_by_state ON records (state);

CREATE TABLE listings (
    record_id INTEGER NOT NULL REFERENCES records(id),
    catalog_id INTEGER NOT NULL REFERENCES catalogs(id),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (record_id, catalog_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listings_by_catalog ON listings (catalog_id);

-- What each page said of a record: one row for each catalogue that lists it, and catalog_id 0 for its own page.
-- A record is put together from these alone, so the order in which pages arrive never matters.
CREATE TABLE readings (
    record_id INTEGER NOT NULL REFERENCES records(id),
    catalog_id INTEGER NOT NULL,
    fields TEXT NOT NULL,
    source_fields TEXT NOT NULL,
    PRIMARY KEY (record_id, catalog_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'unlisted', 'withdrawn', 'returned', 'moved')),
    at TEXT NOT NULL,
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX events_by_record ON events (record_id);
CREATE INDEX events_by_at ON events (at);
CREATE INDEX events_by_crawl ON events (crawl_id);

CREATE TABLE ledger (
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    catalog_id INTEGER NOT NULL REFERENCES catalogs(id),
    pages_claimed INTEGER,
    pages_read INTEGER NOT NULL DEFAULT 0,
    rows_claimed INTEGER,
    rows_read INTEGER NOT NULL DEFAULT 0,
    complete INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (crawl_id, catalog_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_by_catalog ON ledger (catalog_id);

CREATE TABLE problems (
    id INTEGER PRIMARY KEY,
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    message TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    UNIQUE (crawl_id, kind, url)
) STRICT;

-- Records whose index entries are behind: `indexed` holds the searched values as the index knows them (JSON list),
-- NULL where it doesn't know the record yet. Filled with each change, emptied in larger strides.
CREATE TABLE unindexed (record_id INTEGER PRIMARY KEY REFERENCES records(id), indexed TEXT) STRICT;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

# Contentless: the index holds segmented text only, the records hold the original. The comment lets Datasette's
# detect_fts() find the table. columnsize=0 keeps bm25 from favouring records without a body. The weights are
# kept in the file, so ORDER BY rank is weighted for everybody.
SEARCH = """
CREATE VIRTUAL TABLE records_fts /* VIRTUAL TABLE USING FTS content="records" */ USING fts5(
    title, document_number, index_number, publisher, responsible_department, body, attachments,
    content='', columnsize=0, detail=full, tokenize='unicode61 remove_diacritics 0'
);
INSERT INTO records_fts (records_fts, rank) VALUES ('rank', 'bm25(50.0, 10.0, 0.5, 2.0, 2.0, 1.0, 1.0)');
CREATE VIEW search AS
    SELECT r.id, r.portal, r.url, r.index_number, r.title, r.publisher, r.published_on, r.year, r.document_number,
           r.created_on, r.responsible_department, r.kind, r.state,
           (SELECT b.body FROM records b WHERE b.id = r.id) AS body, f.rank AS rank, f.records_fts AS q
    FROM records_fts f CROSS JOIN records r ON r.id = f.rowid;
"""


def run_script(db: Database, script: str, triggers: tuple[str, ...] = ()) -> None:
    """Execute the statements of `script`, then `triggers`, one by one, inside the migration's own transaction."""
    for statement in (*script.split(";\n"), *triggers):
        if statement.strip():
            db.execute(statement)


@migrations()
def m001_catalogue(db: Database) -> None:
    """Portals, catalogues, records and what a crawl says of itself."""
    run_script(db, TABLES)
    run_script(db, SEARCH)


EVIDENCE = """
-- Every answer the crawler got; the answer itself is in evidence.db, under the same id.
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT,
    last_modified TEXT
) STRICT;
CREATE INDEX captures_by_url ON captures (url, id);
CREATE INDEX captures_by_crawl ON captures (crawl_id);

-- The list pages of each walk: what proves that a record was listed, or was not.
CREATE TABLE walks (
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    catalog_id INTEGER NOT NULL REFERENCES catalogs(id),
    look INTEGER NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    rows INTEGER NOT NULL,
    PRIMARY KEY (crawl_id, catalog_id, look, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX walks_by_catalog ON walks (catalog_id);
CREATE INDEX walks_by_capture ON walks (capture_id);

CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    number INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    changed TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('source', 'parser')),
    UNIQUE (record_id, number)
) STRICT;
CREATE INDEX versions_by_capture ON versions (capture_id);

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    sha256 TEXT,
    bytes INTEGER,
    media_type TEXT,
    text TEXT,
    state TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    UNIQUE (record_id, url)
) STRICT;
CREATE INDEX attachments_by_capture ON attachments (capture_id);

-- What was masked, counted by kind; never a value. `source`: a catalogue's id, 0 for the record's page, or a file's address.
CREATE TABLE redactions (
    record_id INTEGER NOT NULL REFERENCES records(id),
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    rules_version INTEGER NOT NULL,
    PRIMARY KEY (record_id, source, kind)
) STRICT, WITHOUT ROWID;

ALTER TABLE records ADD COLUMN capture_id INTEGER REFERENCES captures(id);
ALTER TABLE listings ADD COLUMN crawl_id INTEGER REFERENCES crawls(id);
ALTER TABLE listings ADD COLUMN link TEXT;
ALTER TABLE readings ADD COLUMN capture_id INTEGER REFERENCES captures(id);
CREATE INDEX records_by_capture ON records (capture_id);
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX listings_by_crawl ON listings (crawl_id);
"""


@migrations()
def m002_evidence_and_time(db: Database) -> None:
    """Captures, versions, attachments, what was masked, and which pages prove a claim."""
    run_script(db, EVIDENCE)
    # What older archives hold was masked by the first rules; a new one holds nothing.
    held = db.execute("SELECT count(*) FROM portals").fetchone()[0]
    db.execute("INSERT INTO settings VALUES ('redaction_version', ?)", (str(1 if held else RULES_VERSION),))


@migrations()
def m003_families(db: Database) -> None:
    """Which family of portal software made a catalogue's lists, and what showed it."""
    run_script(
        db, "ALTER TABLE catalogs ADD COLUMN family TEXT;\nALTER TABLE catalogs ADD COLUMN family_reason TEXT;\n"
    )


@migrations()
def m004_what_is_stated(db: Database) -> None:
    """How many rows, and record pages, of each crawl state each field: readings are overwritten by the next ones."""
    run_script(db, "ALTER TABLE ledger ADD COLUMN stated TEXT;\nALTER TABLE crawls ADD COLUMN stated TEXT;\n")


@migrations()
def m005_neighbours(db: Database) -> None:
    """Ways to what stands next to a record: its publisher's days, its document's number, its title."""
    run_script(
        db,
        "CREATE INDEX records_by_portal_and_publisher ON records (portal, publisher, published_on);\n"
        "CREATE INDEX records_by_document_number ON records (document_number) WHERE document_number IS NOT NULL;\n"
        "CREATE INDEX records_by_title ON records (title);\n",
    )


@migrations()
def m006_tallies(db: Database) -> None:
    """Records by month, kind and portal and events by day, counted as they are written; and indexes for browsing."""
    run_script(db, TALLIES, KEEPING)


# Contentless as before, and cut into pairs (archive/search/segment.py). `ascii` takes every other character than ASCII for part
# of a word, in all versions of SQLite alike. An entry's number holds its record's id below, its month above.
# The view `matches` is to Datasette the full-text table of `records`: it looks for the words in its comment.
PAIRS = """
DROP VIEW search;
DROP TABLE records_fts;
CREATE VIRTUAL TABLE records_fts USING fts5(
    body, attachments, title, document_number, index_number, publisher, responsible_department, filters,
    content='', columnsize=0, detail=full, tokenize="ascii tokenchars '_-'"
);
INSERT INTO records_fts (records_fts, rank) VALUES ('rank', 'bm25(1.0, 1.0, 50.0, 10.0, 0.5, 2.0, 2.0, 0.0)');
CREATE VIEW matches AS /* VIRTUAL TABLE USING FTS content="records" */
    SELECT rowid & 4294967295 AS rowid, body, attachments, title, document_number, index_number, publisher,
           responsible_department, filters, records_fts AS matches
    FROM records_fts;
CREATE VIEW search AS
    SELECT r.id, r.portal, r.url, r.index_number, r.title, r.publisher, r.published_on, r.year, r.document_number,
           r.created_on, r.responsible_department, r.kind, r.state,
           (SELECT b.body FROM records b WHERE b.id = r.id) AS body, f.rank AS rank, f.records_fts AS q
    FROM records_fts f CROSS JOIN records r ON r.id = f.rowid & 4294967295;
"""


@migrations()
def m007_pairs(db: Database) -> None:
    """A search index of pairs of characters, newest entries first, that knows what a search can be narrowed by."""
    run_script(db, PAIRS)
    db.execute("DELETE FROM settings WHERE name = 'segment_version'")


@migrations()
def m009_annual_reports(db: Database) -> None:
    """What annual reports say: their statistics by indicator, the numbers of their prose."""
    run_script(db, reports.TABLES, reports.NOTING)


@migrations()
def m008_derived(db: Database) -> None:
    """What questions are answered from: numbers taken apart, budgets, working days, and whose names the publishers' are."""
    run_script(db, derived_schema.TABLES)
    for trigger in derived_schema.TRIGGERS:
        db.execute(trigger)


@migrations()
def m009_cards(db: Database) -> None:
    """A portal's year of what is read out of records, as transparency cards count it."""
    db.execute("CREATE INDEX derived_by_year ON derived (portal, published_on, working_days, lacks, doubtful)")


@migrations()
def m014_health(db: Database) -> None:
    """How the portal was at the end of each crawl, and what of it has been told in messages."""
    for column in ("health", "health_reason", "next_step"):
        db.execute(f"ALTER TABLE crawls ADD COLUMN {column} TEXT")
    db.execute(
        "CREATE TABLE told (portal TEXT PRIMARY KEY REFERENCES portals(id), health TEXT NOT NULL, at TEXT NOT NULL) STRICT"
    )
