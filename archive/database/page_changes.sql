-- Tables and text of a record's own page as it was before its portal changed it, until they are compared with those of now.
CREATE TABLE replaced_pages (
    record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE,
    before_capture_id INTEGER,
    after_capture_id INTEGER NOT NULL,
    tables TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- The event of the change, which is written before, says that this text became that one: a better reader and masking make none.
CREATE TRIGGER budget_page_replaced AFTER UPDATE OF tables ON records
WHEN old.body IS NOT new.body AND old.tables <> new.tables BEGIN
    INSERT INTO replaced_pages
    SELECT new.id, e.before_capture_id, e.after_capture_id, old.tables, coalesce(old.body, '') FROM events e
    WHERE e.id = (SELECT max(id) FROM events WHERE record_id = new.id AND kind = 'changed') AND e.after_capture_id IS NOT NULL
      AND e.detail ->> '$.changed.body[0]' IS old.body AND e.detail ->> '$.changed.body[1]' IS new.body
    ON CONFLICT DO UPDATE SET after_capture_id = excluded.after_capture_id;
END;

-- What is held back is said nothing of, nor of what it said before.
CREATE TRIGGER budget_page_hidden AFTER UPDATE OF body ON records WHEN old.body IS NOT NULL AND new.body IS NULL BEGIN
    DELETE FROM replaced_pages WHERE record_id = new.id;
    DELETE FROM budget_changes WHERE record_id = new.id AND url = new.url;
END;

CREATE TRIGGER budget_page_moved AFTER UPDATE OF url ON records WHEN old.url IS NOT new.url BEGIN
    UPDATE OR REPLACE budget_changes SET url = new.url WHERE record_id = new.id AND url = old.url;
END;
