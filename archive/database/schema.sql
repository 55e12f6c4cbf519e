-- The archive's tables, views and triggers. Tables and columns are a contract (docs/tables.md describes each): scripts
-- elsewhere query them. A later change is a migration of its own (archive/database/migrations.py).

CREATE TABLE portals (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    division_code TEXT NOT NULL,
    home TEXT NOT NULL,
    family TEXT,
    checked_on TEXT,
    agencies TEXT
) STRICT;

CREATE TABLE catalogs (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    path TEXT,
    url TEXT NOT NULL,
    family TEXT,
    family_reason TEXT,
    retired_at TEXT,
    UNIQUE (portal, url)
) STRICT;

CREATE TABLE crawls (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL REFERENCES portals(id),
    mode TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    counts TEXT NOT NULL DEFAULT '{}',
    stated TEXT,
    health TEXT,
    health_reason TEXT,
    next_step TEXT
) STRICT;

-- body stands behind what lists show: a row's other columns are then read without its overflow pages.
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
    state TEXT NOT NULL DEFAULT 'listed' CHECK (state IN ('listed', 'unlisted', 'withdrawn', 'withheld')),
    year TEXT GENERATED ALWAYS AS (substr(published_on, 1, 4)) VIRTUAL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    changed_at TEXT,
    flags TEXT NOT NULL DEFAULT '[]',
    source_fields TEXT NOT NULL DEFAULT '{}',
    body TEXT,
    capture_id INTEGER REFERENCES captures(id),
    UNIQUE (portal, url)
) STRICT;
CREATE INDEX records_by_index_number ON records (portal, index_number);
CREATE INDEX records_by_published_on ON records (published_on);
CREATE INDEX records_by_kind ON records (kind);
CREATE INDEX records_by_publisher ON records (publisher);
CREATE INDEX records_by_year ON records (year);
CREATE INDEX records_by_state ON records (state);
CREATE INDEX records_by_document_number ON records (document_number) WHERE document_number IS NOT NULL;
CREATE INDEX records_by_title ON records (title);

-- capture_id: the list page on which the catalogue last showed the record, a "not modified" included.
CREATE TABLE listings (
    record_id INTEGER NOT NULL REFERENCES records(id),
    catalog_id INTEGER NOT NULL REFERENCES catalogs(id),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    crawl_id INTEGER REFERENCES crawls(id),
    link TEXT,
    capture_id INTEGER,
    PRIMARY KEY (record_id, catalog_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listings_by_catalog ON listings (catalog_id);

-- What each page said of a record: one row for each catalogue that lists it, and catalog_id 0 for its own page.
-- A record is put together from these alone, so the order in which pages arrive never matters. capture_id: the first answer
-- that said it so; seen_capture_id, of own pages: the last one that was read so, text included.
CREATE TABLE readings (
    record_id INTEGER NOT NULL REFERENCES records(id),
    catalog_id INTEGER NOT NULL,
    fields TEXT NOT NULL,
    source_fields TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    seen_capture_id INTEGER,
    PRIMARY KEY (record_id, catalog_id)
) STRICT, WITHOUT ROWID;

-- What happened, happened after not_before, when the earlier state was last seen, and by `at`. The captures are those that show
-- the earlier state last and the new one first; all three are NULL where that isn't known.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'unlisted', 'withdrawn', 'returned', 'moved')),
    at TEXT NOT NULL,
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    detail TEXT NOT NULL DEFAULT '{}',
    not_before TEXT,
    before_capture_id INTEGER,
    after_capture_id INTEGER
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
    stated TEXT,
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

-- What a crawl read that looks like a change, kept aside until its end, or until a later crawl reads the same. `content`: of a
-- row, page or file what was read, masked; of a record that is back or missing what is to be said.
CREATE TABLE deferred (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    kind TEXT NOT NULL CHECK (kind IN ('row', 'page', 'file', 'returned', 'missing')),
    catalog_id INTEGER NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    at TEXT NOT NULL,
    content TEXT NOT NULL,
    by_layout INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX deferred_by_record ON deferred (record_id);
CREATE INDEX deferred_by_crawl ON deferred (crawl_id);
CREATE INDEX deferred_by_capture ON deferred (capture_id);

-- Records whose index entries are behind: `indexed` holds the searched values as the index knows them (JSON list),
-- NULL where it doesn't know the record yet. Filled with each change, emptied in larger strides.
CREATE TABLE unindexed (record_id INTEGER PRIMARY KEY REFERENCES records(id), indexed TEXT) STRICT;

-- How each portal was when messages last reported it.
CREATE TABLE told (portal TEXT PRIMARY KEY REFERENCES portals(id), health TEXT NOT NULL, at TEXT NOT NULL) STRICT;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

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
    cause TEXT NOT NULL CHECK (cause IN ('source', 'parser', 'layout')),
    not_before TEXT,
    before_capture_id INTEGER,
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

-- What is shown to nobody. record: a portal's id and a record's key, with a blank between; address: of captures; file and page:
-- the sha256 of a payload, page: of a list page that shows a withheld record's row. `reason` is the operator's alone.
CREATE TABLE withheld (
    target TEXT NOT NULL CHECK (target IN ('record', 'address', 'file', 'page')),
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    record_id INTEGER NOT NULL DEFAULT 0,
    UNIQUE (target, key, record_id)
) STRICT;

-- Texts that list persons. source: '' for the record's own text, else a file's address; key: its portal and key, or the sha256
-- of the file. A text that waits or is kept is in no other table.
CREATE TABLE rosters (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id),
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    persons INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'kept')),
    at TEXT NOT NULL,
    UNIQUE (record_id, source)
) STRICT;
CREATE INDEX rosters_by_state ON rosters (state);
CREATE INDEX rosters_by_key ON rosters (key);

-- What was masked, counted by kind; never a value. `source`: a catalogue's id, 0 for the record's page, or a file's address.
CREATE TABLE redactions (
    record_id INTEGER NOT NULL REFERENCES records(id),
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    rules_version INTEGER NOT NULL,
    PRIMARY KEY (record_id, source, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX records_by_capture ON records (capture_id);
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX listings_by_crawl ON listings (crawl_id);

-- Contentless, and cut into pairs (archive/search/segment.py): the records hold the original. `ascii` takes every other
-- character than ASCII for part of a word, in all versions of SQLite alike; columnsize=0 keeps bm25 from favouring records
-- without a body. An entry's number holds its record's id below, its month above. The weights are kept in the file, so
-- that ORDER BY rank is weighted for everybody. The view `matches` is to Datasette the full-text table of `records`: it
-- looks for the words in its comment.
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

-- Counts that the home page shows at once, however large the archive is; the triggers below keep them, whoever writes.
-- month: of the date stated, '' where none is; day: in Beijing.
CREATE TABLE tally_months (
    month TEXT NOT NULL,
    kind TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (month, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally_portals (
    portal TEXT NOT NULL,
    kind TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (portal, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally_events (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX records_by_portal_and_publisher ON records (portal, publisher, published_on);
CREATE INDEX records_by_portal_and_date ON records (portal, published_on, kind);
CREATE INDEX events_by_kind ON events (kind, at);
CREATE INDEX crawls_by_portal ON crawls (portal);

CREATE TRIGGER tally_added AFTER INSERT ON records BEGIN
    INSERT INTO tally_months VALUES (coalesce(substr(new.published_on, 1, 7), ''), new.kind, 1)
        ON CONFLICT DO UPDATE SET records = records + 1;
    INSERT INTO tally_portals VALUES (new.portal, new.kind, 1) ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER tally_deleted AFTER DELETE ON records BEGIN
    UPDATE tally_months SET records = records - 1
        WHERE month = coalesce(substr(old.published_on, 1, 7), '') AND kind = old.kind;
    UPDATE tally_portals SET records = records - 1 WHERE portal = old.portal AND kind = old.kind;
END;

CREATE TRIGGER tally_dated AFTER UPDATE OF kind, published_on ON records
WHEN old.published_on IS NOT new.published_on OR old.kind <> new.kind BEGIN
    UPDATE tally_months SET records = records - 1
        WHERE month = coalesce(substr(old.published_on, 1, 7), '') AND kind = old.kind;
    INSERT INTO tally_months VALUES (coalesce(substr(new.published_on, 1, 7), ''), new.kind, 1)
        ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER tally_placed AFTER UPDATE OF portal, kind ON records
WHEN old.portal <> new.portal OR old.kind <> new.kind BEGIN
    UPDATE tally_portals SET records = records - 1 WHERE portal = old.portal AND kind = old.kind;
    INSERT INTO tally_portals VALUES (new.portal, new.kind, 1) ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER tally_event_added AFTER INSERT ON events BEGIN
    INSERT INTO tally_events VALUES (coalesce(date(new.at, '+8 hours'), ''), new.kind, 1)
        ON CONFLICT DO UPDATE SET events = events + 1;
END;

CREATE TRIGGER tally_event_deleted AFTER DELETE ON events BEGIN
    UPDATE tally_events SET events = events - 1
        WHERE day = coalesce(date(old.at, '+8 hours'), '') AND kind = old.kind;
END;

-- What is read from a report is made of the record and its files alone: it is thrown away and read again with each change.
CREATE TABLE annual_reports (
    record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE,
    portal TEXT NOT NULL,
    reporter TEXT NOT NULL,
    region INTEGER NOT NULL,
    year INTEGER,
    template TEXT,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX annual_reports_by_reporter ON annual_reports (portal, reporter, year);
CREATE INDEX annual_reports_by_year ON annual_reports (year);

CREATE TABLE report_statistics (
    record_id INTEGER NOT NULL REFERENCES annual_reports(record_id) ON DELETE CASCADE,
    indicator TEXT NOT NULL,
    heading TEXT NOT NULL,
    label TEXT NOT NULL,
    unit TEXT NOT NULL,
    printed TEXT NOT NULL,
    value REAL,
    PRIMARY KEY (record_id, indicator, heading)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_claims (
    record_id INTEGER NOT NULL REFERENCES annual_reports(record_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    source TEXT NOT NULL,
    printed TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT NOT NULL,
    qualifier TEXT NOT NULL CHECK (qualifier IN ('exact', 'at_least', 'about')),
    subject TEXT NOT NULL,
    sentence TEXT NOT NULL,
    indicator TEXT,
    PRIMARY KEY (record_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_equations (
    record_id INTEGER NOT NULL REFERENCES annual_reports(record_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('parts', 'difference', 'rate', 'series')),
    left_value REAL NOT NULL,
    right_value REAL NOT NULL,
    shown TEXT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (record_id, place, kind)
) STRICT, WITHOUT ROWID;

-- Which cells must add up, as rules.csv says: written anew with each version of it.
CREATE TABLE report_rules (
    template TEXT NOT NULL,
    rule TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('left', 'right')),
    indicator TEXT NOT NULL,
    heading TEXT NOT NULL,
    relation TEXT NOT NULL CHECK (relation IN ('=', '<=')),
    label TEXT NOT NULL,
    PRIMARY KEY (template, rule, side, indicator, heading)
) STRICT, WITHOUT ROWID;

-- Each sum and comparison that a report allows by itself: what checks.sql finds for it.
CREATE TABLE report_checks (
    record_id INTEGER NOT NULL REFERENCES annual_reports(record_id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('table', 'prose', 'beside', 'parts', 'difference', 'rate', 'series')),
    rule TEXT NOT NULL,
    place INTEGER,
    label TEXT NOT NULL,
    relation TEXT NOT NULL CHECK (relation IN ('=', '<=', '>=')),
    left_value REAL NOT NULL,
    right_value REAL NOT NULL,
    sentence TEXT,
    holds INTEGER NOT NULL,
    hint INTEGER NOT NULL
) STRICT;
CREATE INDEX report_checks_by_record ON report_checks (record_id);
CREATE INDEX report_checks_failing ON report_checks (record_id) WHERE NOT holds;

CREATE TABLE unread_reports (record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE) STRICT;

-- Whoever writes a report's record or file, it is noted. (Under an upsert, SQLite heeds no OR IGNORE in triggers.)
CREATE TRIGGER report_added AFTER INSERT ON records WHEN new.kind = 'annual_report' BEGIN
    INSERT INTO unread_reports VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER report_changed AFTER UPDATE OF kind, portal, title, publisher, published_on, body ON records
WHEN (new.kind = 'annual_report' OR old.kind = 'annual_report')
    AND (old.kind, old.portal, old.title, old.publisher, old.published_on, old.body)
    IS NOT (new.kind, new.portal, new.title, new.publisher, new.published_on, new.body) BEGIN
    INSERT INTO unread_reports VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER report_file_added AFTER INSERT ON attachments BEGIN
    INSERT INTO unread_reports
        SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report'
        ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER report_file_changed AFTER UPDATE OF text, state ON attachments BEGIN
    INSERT INTO unread_reports
        SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report'
        ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER report_file_deleted AFTER DELETE ON attachments BEGIN
    INSERT INTO unread_reports
        SELECT id FROM records WHERE id = old.record_id AND kind = 'annual_report'
        ON CONFLICT DO NOTHING;
END;

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
CREATE INDEX derived_by_year ON derived (portal, published_on, working_days, lacks, doubtful);

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

-- What is read out of a record goes in the moment in which the record changes, whoever writes it: nothing stale is ever
-- there. It comes back when the archive is next brought up to date.
CREATE TRIGGER derived_added AFTER INSERT ON records BEGIN INSERT OR IGNORE INTO underived VALUES (new.id); END;

CREATE TRIGGER derived_changed AFTER UPDATE OF
    portal, kind, index_number, title, publisher, published_on, document_number, created_on, responsible_department, flags, body
ON records WHEN old.portal IS NOT new.portal OR old.kind IS NOT new.kind OR old.index_number IS NOT new.index_number
    OR old.title IS NOT new.title OR old.publisher IS NOT new.publisher OR old.published_on IS NOT new.published_on
    OR old.document_number IS NOT new.document_number OR old.created_on IS NOT new.created_on
    OR old.responsible_department IS NOT new.responsible_department OR old.flags IS NOT new.flags
    OR old.body IS NOT new.body BEGIN
    DELETE FROM derived WHERE record_id = old.id;
    DELETE FROM document_numbers WHERE record_id = old.id;
    DELETE FROM budgets WHERE record_id = old.id;
    INSERT OR IGNORE INTO underived VALUES (new.id);
END;

CREATE TRIGGER derived_deleted BEFORE DELETE ON records BEGIN
    DELETE FROM derived WHERE record_id = old.id;
    DELETE FROM document_numbers WHERE record_id = old.id;
    DELETE FROM budgets WHERE record_id = old.id;
    DELETE FROM underived WHERE record_id = old.id;
END;
