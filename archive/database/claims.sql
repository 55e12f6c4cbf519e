-- What sentences state of their figures is made of records and their files alone: it is thrown away and read again with each change.
CREATE TABLE claims (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records(id) ON DELETE CASCADE,
    attachment_id INTEGER,
    capture_id INTEGER,
    place INTEGER NOT NULL,
    sentence TEXT NOT NULL
) STRICT;
CREATE INDEX claims_by_record ON claims (record_id);

CREATE TABLE claim_checks (
    claim_id INTEGER NOT NULL REFERENCES claims(id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    place INTEGER NOT NULL,
    printed TEXT NOT NULL,
    fitting TEXT NOT NULL,
    unit TEXT NOT NULL,
    left_value TEXT NOT NULL,
    right_value TEXT NOT NULL,
    equation TEXT NOT NULL,
    holds INTEGER NOT NULL,
    hint INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_checks_by_claim ON claim_checks (claim_id);
CREATE INDEX claim_checks_failing ON claim_checks (claim_id) WHERE NOT holds;

CREATE TABLE unread_claims (record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE) STRICT;

-- Whoever writes a record's or a file's text, it is noted. (Under an upsert, SQLite heeds no OR IGNORE in triggers.)
CREATE TRIGGER claim_page_added AFTER INSERT ON records WHEN new.body IS NOT NULL BEGIN
    INSERT INTO unread_claims VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER claim_page_changed AFTER UPDATE OF body, state, flags ON records
WHEN (old.body, old.state, old.flags) IS NOT (new.body, new.state, new.flags) BEGIN
    INSERT INTO unread_claims VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER claim_file_added AFTER INSERT ON attachments WHEN new.text IS NOT NULL BEGIN
    INSERT INTO unread_claims VALUES (new.record_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER claim_file_changed AFTER UPDATE OF record_id, text, state ON attachments
WHEN (old.record_id, old.text, old.state) IS NOT (new.record_id, new.text, new.state) BEGIN
    INSERT INTO unread_claims VALUES (new.record_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER claim_file_deleted AFTER DELETE ON attachments WHEN old.text IS NOT NULL BEGIN
    INSERT INTO unread_claims SELECT id FROM records WHERE id = old.record_id ON CONFLICT DO NOTHING;
END;
