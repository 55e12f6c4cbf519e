-- What is read from budgets is made of records and their files alone: it is thrown away and read again with each change.
CREATE TABLE budget_tables (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id) ON DELETE CASCADE,
    attachment_id INTEGER,
    capture_id INTEGER,
    member TEXT NOT NULL,
    kind TEXT NOT NULL,
    title_printed TEXT NOT NULL,
    pages TEXT NOT NULL,
    unit TEXT,
    fiscal_year INTEGER,
    stage TEXT CHECK (stage IN ('budget', 'accounts')),
    agency TEXT,
    empty INTEGER NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX budget_tables_by_record ON budget_tables (record_id);
CREATE INDEX budget_tables_by_year ON budget_tables (fiscal_year, kind, stage);

CREATE TABLE budget_lines (
    table_id INTEGER NOT NULL REFERENCES budget_tables(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    page INTEGER NOT NULL,
    row INTEGER NOT NULL,
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    printed TEXT NOT NULL,
    value_yuan TEXT,
    held INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    role TEXT,
    entry INTEGER,
    entry_stage TEXT,
    entry_year INTEGER,
    PRIMARY KEY (table_id, number, row, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_lines_by_role ON budget_lines (role, table_id) WHERE role IS NOT NULL;

CREATE TABLE budget_checks (
    table_id INTEGER NOT NULL REFERENCES budget_tables(id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    place TEXT NOT NULL,
    left_value TEXT NOT NULL,
    right_value TEXT NOT NULL,
    holds INTEGER NOT NULL
) STRICT;
CREATE INDEX budget_checks_by_table ON budget_checks (table_id);
CREATE INDEX budget_checks_failing ON budget_checks (table_id) WHERE NOT holds;

CREATE VIEW three_public AS
SELECT t.record_id, t.id AS table_id, coalesce(t.agency, r.publisher) AS agency, l.entry_year AS fiscal_year, l.entry_stage AS stage,
       max(iif(l.role = 'total', l.value_yuan, NULL)) AS total, max(iif(l.role = 'abroad', l.value_yuan, NULL)) AS abroad,
       max(iif(l.role = 'vehicles', l.value_yuan, NULL)) AS vehicles,
       max(iif(l.role = 'vehicle_purchase', l.value_yuan, NULL)) AS vehicle_purchase,
       max(iif(l.role = 'vehicle_running', l.value_yuan, NULL)) AS vehicle_running,
       max(iif(l.role = 'reception', l.value_yuan, NULL)) AS reception,
       min(l.held) AS held, max(l.failed) AS failed
FROM budget_lines l JOIN budget_tables t ON t.id = l.table_id JOIN records r ON r.id = t.record_id
WHERE l.role IS NOT NULL
GROUP BY t.id, l.entry;

CREATE TABLE unread_budgets (record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE) STRICT;

-- Whoever writes a record's text or a file's tables, it is noted. (Under an upsert, SQLite heeds no OR IGNORE in triggers.)
CREATE TRIGGER budget_page_added AFTER INSERT ON records WHEN instr(new.body, char(9)) BEGIN
    INSERT INTO unread_budgets VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER budget_page_changed AFTER UPDATE OF title, body, state ON records
WHEN (old.title, old.body, old.state) IS NOT (new.title, new.body, new.state) BEGIN
    INSERT INTO unread_budgets VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER budget_file_added AFTER INSERT ON attachments WHEN new.tables IS NOT NULL BEGIN
    INSERT INTO unread_budgets VALUES (new.record_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER budget_file_changed AFTER UPDATE OF record_id, name, tables, state ON attachments
WHEN (old.record_id, old.name, old.tables, old.state) IS NOT (new.record_id, new.name, new.tables, new.state) BEGIN
    INSERT INTO unread_budgets VALUES (new.record_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER budget_file_deleted AFTER DELETE ON attachments WHEN old.tables IS NOT NULL BEGIN
    INSERT INTO unread_budgets SELECT id FROM records WHERE id = old.record_id ON CONFLICT DO NOTHING;
END;
