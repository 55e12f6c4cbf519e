"""Counts kept with each write: the tables, and the triggers that keep them."""

TALLIES = """
-- Counts that the home page shows at once, however large the archive is; the triggers below keep them, whoever writes.
-- month: of the date stated, '' where none is; day: in Beijing.
CREATE TABLE tally_months (
    month TEXT NOT NULL,
    kind TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (month, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO tally_months
    SELECT coalesce(substr(published_on, 1, 7), ''), kind, count(*) FROM records GROUP BY 1, 2;

CREATE TABLE tally_portals (
    portal TEXT NOT NULL,
    kind TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (portal, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO tally_portals SELECT portal, kind, count(*) FROM records GROUP BY 1, 2;

CREATE TABLE tally_events (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO tally_events SELECT coalesce(date(at, '+8 hours'), ''), kind, count(*) FROM events GROUP BY 1, 2;

CREATE INDEX IF NOT EXISTS records_by_portal_and_publisher ON records (portal, publisher, published_on);
CREATE INDEX records_by_portal_and_date ON records (portal, published_on, kind);
CREATE INDEX events_by_kind ON events (kind, at);
CREATE INDEX crawls_by_portal ON crawls (portal);
"""

KEEPING = (
    """
    CREATE TRIGGER tally_added AFTER INSERT ON records BEGIN
        INSERT INTO tally_months VALUES (coalesce(substr(new.published_on, 1, 7), ''), new.kind, 1)
            ON CONFLICT DO UPDATE SET records = records + 1;
        INSERT INTO tally_portals VALUES (new.portal, new.kind, 1) ON CONFLICT DO UPDATE SET records = records + 1;
    END
    """,
    """
    CREATE TRIGGER tally_deleted AFTER DELETE ON records BEGIN
        UPDATE tally_months SET records = records - 1
            WHERE month = coalesce(substr(old.published_on, 1, 7), '') AND kind = old.kind;
        UPDATE tally_portals SET records = records - 1 WHERE portal = old.portal AND kind = old.kind;
    END
    """,
    """
    CREATE TRIGGER tally_dated AFTER UPDATE OF kind, published_on ON records
    WHEN old.published_on IS NOT new.published_on OR old.kind <> new.kind BEGIN
        UPDATE tally_months SET records = records - 1
            WHERE month = coalesce(substr(old.published_on, 1, 7), '') AND kind = old.kind;
        INSERT INTO tally_months VALUES (coalesce(substr(new.published_on, 1, 7), ''), new.kind, 1)
            ON CONFLICT DO UPDATE SET records = records + 1;
    END
    """,
    """
    CREATE TRIGGER tally_placed AFTER UPDATE OF portal, kind ON records
    WHEN old.portal <> new.portal OR old.kind <> new.kind BEGIN
        UPDATE tally_portals SET records = records - 1 WHERE portal = old.portal AND kind = old.kind;
        INSERT INTO tally_portals VALUES (new.portal, new.kind, 1) ON CONFLICT DO UPDATE SET records = records + 1;
    END
    """,
    """
    CREATE TRIGGER tally_event_added AFTER INSERT ON events BEGIN
        INSERT INTO tally_events VALUES (coalesce(date(new.at, '+8 hours'), ''), new.kind, 1)
            ON CONFLICT DO UPDATE SET events = events + 1;
    END
    """,
    """
    CREATE TRIGGER tally_event_deleted AFTER DELETE ON events BEGIN
        UPDATE tally_events SET events = events - 1
            WHERE day = coalesce(date(old.at, '+8 hours'), '') AND kind = old.kind;
    END
    """,
)
