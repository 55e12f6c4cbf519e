"""What is read out of records, for questions to be answered from small tables; `archive.analysis.derived` fills them.

The triggers note whatever changes, whoever writes it: what is read out of a record goes in the moment in which the record
changes, so that nothing stale is ever there, and comes back with the next catch-up.
"""

TABLES = """
CREATE TABLE agencies (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    index_prefix TEXT,
    budget_unit INTEGER,
    successor_id INTEGER REFERENCES agencies(id),
    stated INTEGER NOT NULL,
    UNIQUE (portal, name)
) STRICT;

-- Names of publishers as printed; `agency_id` is NULL where it isn't known whose name it is.
CREATE TABLE publisher_names (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    name TEXT NOT NULL,
    agency_id INTEGER REFERENCES agencies(id),
    UNIQUE (portal, name)
) STRICT;
CREATE INDEX publisher_names_by_agency ON publisher_names (agency_id);

-- Records whose particulars are not read out yet.
CREATE TABLE underived (record_id INTEGER PRIMARY KEY REFERENCES records(id)) STRICT;
INSERT INTO underived SELECT id FROM records;

CREATE TABLE derived (
    record_id INTEGER PRIMARY KEY REFERENCES records(id),
    portal TEXT NOT NULL,
    kind TEXT NOT NULL,
    published_on TEXT,
    publisher_id INTEGER REFERENCES publisher_names(id),
    index_pattern TEXT,
    index_prefix TEXT,
    index_year INTEGER,
    index_month INTEGER,
    index_serial INTEGER,
    index_checks INTEGER,
    working_days INTEGER,
    rest_day TEXT,
    lacks INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    title_key INTEGER,
    text_key INTEGER,
    subject_key INTEGER,
    explains INTEGER NOT NULL,
    inspects INTEGER NOT NULL,
    series_key INTEGER,
    issue INTEGER,
    issue_unit TEXT
) STRICT;
CREATE INDEX derived_by_publisher ON derived (portal, publisher_id, published_on, lacks, doubtful);
CREATE INDEX derived_by_serial ON derived (portal, index_prefix, index_year, index_month, index_serial, published_on, publisher_id, doubtful);
CREATE INDEX derived_by_day ON derived (portal, published_on, rest_day, doubtful);
CREATE INDEX derived_by_title ON derived (portal, title_key) WHERE title_key IS NOT NULL;
CREATE INDEX derived_by_text ON derived (portal, text_key) WHERE text_key IS NOT NULL;
CREATE INDEX derived_by_subject ON derived (portal, subject_key) WHERE subject_key IS NOT NULL;
CREATE INDEX derived_by_series ON derived (portal, series_key, issue) WHERE series_key IS NOT NULL;
CREATE INDEX derived_by_working_days ON derived (working_days) WHERE working_days > 20;
CREATE INDEX derived_inspecting ON derived (portal, published_on) WHERE inspects;

-- Document numbers in full, each of several that stand together.
CREATE TABLE document_numbers (
    record_id INTEGER NOT NULL REFERENCES records(id),
    portal TEXT NOT NULL,
    issuer TEXT NOT NULL,
    year INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    PRIMARY KEY (record_id, issuer, year, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_numbers_by_serial ON document_numbers (portal, issuer, year, serial, doubtful);

-- Budgets and final accounts that titles announce. `unit_id`: whose, as the title says, or else its publisher's.
CREATE TABLE budgets (
    record_id INTEGER NOT NULL REFERENCES records(id),
    portal TEXT NOT NULL,
    year INTEGER NOT NULL,
    type TEXT NOT NULL,
    unit_id INTEGER REFERENCES publisher_names(id),
    named INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    PRIMARY KEY (record_id, year, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX budgets_by_unit ON budgets (portal, unit_id, year, type);

CREATE INDEX attachments_by_state ON attachments (state, record_id);
CREATE INDEX records_by_first_seen ON records (portal, first_seen, published_on);
ALTER TABLE portals ADD COLUMN agencies TEXT
"""

DERIVED = ("derived", "document_numbers", "budgets")
"""The tables that hold something of a record, under its `record_id`."""

READ_FROM = (
    "portal", "kind", "index_number", "title", "publisher", "published_on", "document_number", "created_on",
    "responsible_department", "flags", "body",
)  # fmt: skip
"""The columns of `records` that they are read from."""

_FORGET = " ".join(f"DELETE FROM {table} WHERE record_id = old.id;" for table in DERIVED)  # noqa: S608 - constant names
_DIFFERS = " OR ".join(f"old.{name} IS NOT new.{name}" for name in READ_FROM)

TRIGGERS = (
    "CREATE TRIGGER derived_added AFTER INSERT ON records BEGIN INSERT OR IGNORE INTO underived VALUES (new.id); END",
    f"""
    CREATE TRIGGER derived_changed AFTER UPDATE OF {", ".join(READ_FROM)} ON records WHEN {_DIFFERS} BEGIN
        {_FORGET}
        INSERT OR IGNORE INTO underived VALUES (new.id);
    END
    """,  # noqa: S608 - constant names
    f"""
    CREATE TRIGGER derived_deleted BEFORE DELETE ON records BEGIN
        {_FORGET}
        DELETE FROM underived WHERE record_id = old.id;
    END
    """,  # noqa: S608 - constant names
)
