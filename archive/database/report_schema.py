"""The tables that annual reports are read into, and what notes that one must be read again."""

TABLES = """
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
INSERT INTO unread_reports SELECT id FROM records WHERE kind = 'annual_report';
"""

NOTING = (
    """
    CREATE TRIGGER report_added AFTER INSERT ON records WHEN new.kind = 'annual_report' BEGIN
        INSERT INTO unread_reports VALUES (new.id) ON CONFLICT DO NOTHING;
    END
    """,
    """
    CREATE TRIGGER report_changed AFTER UPDATE OF kind, portal, title, publisher, published_on, body ON records
    WHEN (new.kind = 'annual_report' OR old.kind = 'annual_report')
        AND (old.kind, old.portal, old.title, old.publisher, old.published_on, old.body)
        IS NOT (new.kind, new.portal, new.title, new.publisher, new.published_on, new.body) BEGIN
        INSERT INTO unread_reports VALUES (new.id) ON CONFLICT DO NOTHING;
    END
    """,
    """
    CREATE TRIGGER report_file_added AFTER INSERT ON attachments BEGIN
        INSERT INTO unread_reports
            SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report'
            ON CONFLICT DO NOTHING;
    END
    """,
    """
    CREATE TRIGGER report_file_changed AFTER UPDATE OF text, state ON attachments BEGIN
        INSERT INTO unread_reports
            SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report'
            ON CONFLICT DO NOTHING;
    END
    """,
    """
    CREATE TRIGGER report_file_deleted AFTER DELETE ON attachments BEGIN
        INSERT INTO unread_reports
            SELECT id FROM records WHERE id = old.record_id AND kind = 'annual_report'
            ON CONFLICT DO NOTHING;
    END
    """,
)
"""Triggers: whoever writes a report's record or file, it is noted. (Under an upsert, SQLite heeds no OR IGNORE in them.)"""
