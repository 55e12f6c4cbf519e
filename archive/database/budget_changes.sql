-- Whose budget a table is, so that one unit's, or one county's, are found along an index; and figures that a new version of a
-- file changed, which no file shows any more.
ALTER TABLE budget_tables ADD COLUMN portal TEXT;
ALTER TABLE budget_tables ADD COLUMN unit_name TEXT;
ALTER TABLE budget_tables ADD COLUMN explained INTEGER;
CREATE INDEX budget_tables_by_unit ON budget_tables (portal, unit_name, fiscal_year, stage, kind, record_id, attachment_id, empty);

DROP VIEW three_public;
CREATE VIEW three_public AS
SELECT t.record_id, t.id AS table_id, coalesce(t.agency, r.publisher) AS agency, l.entry_year AS fiscal_year, l.entry_stage AS stage,
       max(iif(l.role = 'total', l.value_yuan, NULL)) AS total, max(iif(l.role = 'abroad', l.value_yuan, NULL)) AS abroad,
       max(iif(l.role = 'vehicles', l.value_yuan, NULL)) AS vehicles,
       max(iif(l.role = 'vehicle_purchase', l.value_yuan, NULL)) AS vehicle_purchase,
       max(iif(l.role = 'vehicle_running', l.value_yuan, NULL)) AS vehicle_running,
       max(iif(l.role = 'reception', l.value_yuan, NULL)) AS reception,
       min(l.held) AS held, max(l.failed) AS failed
FROM budget_lines l JOIN budget_tables t ON t.id = l.table_id JOIN records r ON r.id = t.record_id
WHERE l.role IS NOT NULL AND l.entry IS NOT NULL
GROUP BY t.id, l.entry;

-- Budget tables by unit, the names of one agency as one; `read_whole`: not of a page that was read in part.
CREATE VIEW unit_tables AS
SELECT t.id AS table_id, t.record_id, t.attachment_id, t.portal, coalesce(a.name, t.unit_name) AS unit_name, t.fiscal_year, t.stage,
       t.kind, t.unit, t.explained,
       NOT EXISTS (SELECT 1 FROM records r, json_each(r.flags) WHERE r.id = t.record_id AND value IN ('page_cut', 'row_not_read')) AS read_whole
FROM budget_tables t
LEFT JOIN publisher_names n ON n.portal = t.portal AND n.name = t.unit_name LEFT JOIN agencies a ON a.id = n.agency_id;

-- What documents say of a unit's year, their own and those that they are compared with, ready to be compared: `step_yuan` is the
-- least amount by which two figures printed so can differ.
CREATE VIEW budget_figures AS
SELECT t.portal, t.unit_name, l.entry_year AS fiscal_year, l.entry_stage AS stage, t.kind, l.role, l.value_yuan,
       CASE t.unit WHEN '元' THEN 1.0 WHEN '千元' THEN 1e3 WHEN '百万元' THEN 1e6 WHEN '亿元' THEN 1e8 ELSE 1e4 END
           / CAST('1' || substr('00000000', 1, iif(instr(l.printed, '.'), length(l.printed) - instr(l.printed, '.'), 0)) AS REAL) AS step_yuan,
       l.held >= 2 AND NOT l.failed AND l.value_yuan IS NOT NULL AND t.read_whole AS checked,
       l.entry_year IS t.fiscal_year AND l.entry_stage IS t.stage AS own,
       t.fiscal_year AS document_year, l.held, l.failed, l.column_name, t.record_id, t.attachment_id, t.table_id, l.number, l.row, l.place
FROM budget_lines l JOIN unit_tables t ON t.table_id = l.table_id
WHERE l.role IS NOT NULL AND l.code = '';

-- Where the figure stands is said of the later version.
CREATE TABLE budget_changes (
    record_id INTEGER NOT NULL REFERENCES records(id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    before_capture_id INTEGER,
    after_capture_id INTEGER NOT NULL,
    unit_name TEXT,
    kind TEXT NOT NULL,
    fiscal_year INTEGER,
    stage TEXT CHECK (stage IN ('budget', 'accounts')),
    number INTEGER NOT NULL,
    row INTEGER NOT NULL,
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    unit TEXT,
    before_printed TEXT NOT NULL,
    after_printed TEXT NOT NULL,
    before_yuan TEXT,
    after_yuan TEXT,
    checked INTEGER NOT NULL,
    PRIMARY KEY (record_id, url, after_capture_id, number, row, place)
) STRICT, WITHOUT ROWID;

-- Tables and text of a file's earlier version, from its replacement until they are compared with those of the later one.
CREATE TABLE replaced_tables (
    attachment_id INTEGER PRIMARY KEY REFERENCES attachments(id) ON DELETE CASCADE,
    capture_id INTEGER,
    tables TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE TRIGGER budget_file_replaced AFTER UPDATE OF tables ON attachments
WHEN old.sha256 IS NOT new.sha256 AND old.state = 'text' AND old.tables IS NOT NULL AND new.tables IS NOT NULL BEGIN
    INSERT INTO replaced_tables VALUES (old.id, old.capture_id, old.tables, coalesce(old.text, '')) ON CONFLICT DO NOTHING;
END;

-- What is withheld or held back is said nothing of, nor of what it said before.
CREATE TRIGGER budget_file_hidden AFTER UPDATE OF state ON attachments WHEN new.state IN ('withheld', 'roster') BEGIN
    DELETE FROM replaced_tables WHERE attachment_id = new.id;
    DELETE FROM budget_changes WHERE record_id = new.record_id AND url = new.url;
END;

CREATE TRIGGER budget_record_hidden AFTER UPDATE OF state ON records WHEN new.state = 'withheld' BEGIN
    DELETE FROM budget_changes WHERE record_id = new.id;
END;

CREATE TRIGGER budget_address_hidden AFTER INSERT ON withheld WHEN new.target = 'address' BEGIN
    DELETE FROM budget_changes WHERE url = new.key;
END;

-- A file that moves, by itself or with its record or its portal, takes along what it changed.
CREATE TRIGGER budget_file_moved AFTER UPDATE OF record_id, url ON attachments
WHEN (old.record_id, old.url) IS NOT (new.record_id, new.url) BEGIN
    UPDATE OR REPLACE budget_changes SET record_id = new.record_id, url = new.url WHERE record_id = old.record_id AND url = old.url;
END;

DROP TRIGGER budget_page_changed;
CREATE TRIGGER budget_page_changed AFTER UPDATE OF portal, title, publisher, tables, state ON records
WHEN (old.portal, old.title, old.publisher, old.tables, old.state) IS NOT (new.portal, new.title, new.publisher, new.tables, new.state) BEGIN
    INSERT INTO unread_budgets VALUES (new.id) ON CONFLICT DO NOTHING;
END;
