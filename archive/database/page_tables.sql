-- The tables of files and of records' own pages, one a row: of a page, attachment_id is NULL.
CREATE VIEW attachment_tables AS
SELECT f.attachment_id, f.record_id, f.url, f.state, t.key + 1 AS number, t.value ->> 'member' AS member,
       t.value ->> 'page' AS page, t.value ->> 'before' AS before, t.value -> 'rows' AS cells,
       t.value -> 'merged' AS merged, t.value -> 'x' AS x, t.value -> 'y' AS y
FROM (
    SELECT id AS attachment_id, record_id, url, state, tables FROM attachments
    UNION ALL
    SELECT NULL, id, url, 'text', tables FROM records
) f, json_each(f.tables) t;

DROP TRIGGER budget_page_added;
DROP TRIGGER budget_page_changed;

CREATE TRIGGER budget_page_added AFTER INSERT ON records WHEN new.tables IS NOT NULL BEGIN
    INSERT INTO unread_budgets VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER budget_page_changed AFTER UPDATE OF title, tables, state ON records
WHEN (old.title, old.tables, old.state) IS NOT (new.title, new.tables, new.state) BEGIN
    INSERT INTO unread_budgets VALUES (new.id) ON CONFLICT DO NOTHING;
END;
