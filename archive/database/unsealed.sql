-- Triggers of a connection that writes: they note the events and versions whose seals are behind. is_new: 0 where a row was
-- changed or deleted, 1 where it was made, 2 where it was made in the place of one that was noted as deleted.
CREATE TEMP TRIGGER IF NOT EXISTS note_new_event AFTER INSERT ON main.events BEGIN
    INSERT INTO unsealed VALUES ('event', NEW.id, 0, 1) ON CONFLICT DO UPDATE SET is_new = iif(is_new = 1, 1, 2);
END;
CREATE TEMP TRIGGER IF NOT EXISTS note_changed_event AFTER UPDATE ON main.events BEGIN
    INSERT INTO unsealed VALUES ('event', OLD.id, 0, 0) ON CONFLICT DO NOTHING;
    INSERT INTO unsealed VALUES ('event', NEW.id, 0, NEW.id <> OLD.id)
        ON CONFLICT DO UPDATE SET is_new = iif(is_new = 0 AND excluded.is_new = 1, 2, max(is_new, excluded.is_new));
END;
CREATE TEMP TRIGGER IF NOT EXISTS note_deleted_event AFTER DELETE ON main.events BEGIN
    INSERT INTO unsealed VALUES ('event', OLD.id, 0, 0) ON CONFLICT DO NOTHING;
END;
CREATE TEMP TRIGGER IF NOT EXISTS note_new_version AFTER INSERT ON main.versions BEGIN
    INSERT INTO unsealed VALUES ('version', NEW.record_id, NEW.number, 1) ON CONFLICT DO UPDATE SET is_new = iif(is_new = 1, 1, 2);
END;
CREATE TEMP TRIGGER IF NOT EXISTS note_changed_version AFTER UPDATE ON main.versions BEGIN
    INSERT INTO unsealed VALUES ('version', OLD.record_id, OLD.number, 0) ON CONFLICT DO NOTHING;
    INSERT INTO unsealed
        VALUES ('version', NEW.record_id, NEW.number, (NEW.record_id, NEW.number) <> (OLD.record_id, OLD.number))
        ON CONFLICT DO UPDATE SET is_new = iif(is_new = 0 AND excluded.is_new = 1, 2, max(is_new, excluded.is_new));
END;
CREATE TEMP TRIGGER IF NOT EXISTS note_deleted_version AFTER DELETE ON main.versions BEGIN
    INSERT INTO unsealed VALUES ('version', OLD.record_id, OLD.number, 0) ON CONFLICT DO NOTHING;
END;
