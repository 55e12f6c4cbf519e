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

-- Each sum and comparison that a report allows by itself. A cell that is not filled in, or a number that is not exact,
-- allows none; where the prose states one thing twice and differently, sums of the prose are left alone.
CREATE VIEW report_checks AS
WITH inside AS (
    SELECT a.record_id, r.rule, r.label, r.relation,
           sum(s.value) FILTER (WHERE r.side = 'left') AS left_value,
           sum(s.value) FILTER (WHERE r.side = 'right') AS right_value
    FROM annual_reports a JOIN report_rules r ON r.template = a.template
    LEFT JOIN report_statistics s
        ON s.record_id = a.record_id AND s.indicator = r.indicator AND s.heading = r.heading
    GROUP BY a.record_id, r.rule HAVING count(s.value) = count(*)
), meant AS (
    SELECT c.record_id, c.place, c.value, c.qualifier, c.sentence, c.indicator AS indicators, m.value AS indicator,
           json_array_length(m.json) AS terms
    FROM report_claims c, json_each('["' || replace(c.indicator, '+', '","') || '"]') m
    WHERE c.indicator IS NOT NULL AND c.qualifier <> 'about'
), beside AS (
    SELECT m.record_id, m.place, m.indicators AS rule, group_concat(s.label, ' + ') AS label,
           iif(m.qualifier = 'exact', '=', '<=') AS relation, m.value AS left_value, sum(s.value) AS right_value, m.sentence
    FROM meant m JOIN report_statistics s
        ON s.record_id = m.record_id AND s.indicator = m.indicator AND s.heading IN ('统计数', '总计')
    GROUP BY m.record_id, m.place HAVING count(s.value) = m.terms
), stated AS (
    SELECT record_id, indicators, min(indicator) AS indicator, min(value) AS value, min(place) AS place,
           min(sentence) AS sentence, min(terms) AS terms, count(DISTINCT value) AS answers
    FROM meant WHERE qualifier = 'exact' GROUP BY record_id, indicators
), totals AS (
    SELECT t.record_id, t.place, t.value, t.sentence, r.template, r.rule, r.label, r.relation
    FROM stated t JOIN annual_reports a USING (record_id)
    JOIN report_rules r ON r.template = a.template AND r.side = 'left' AND r.indicator = t.indicators AND r.rule = r.indicator
    WHERE t.answers = 1
), covered AS (
    SELECT t.record_id, t.rule, r.indicator, s.indicators, s.value, s.answers
    FROM totals t JOIN report_rules r ON r.template = t.template AND r.rule = t.rule AND r.side = 'right'
    JOIN meant m ON m.record_id = t.record_id AND m.indicator = r.indicator AND m.qualifier = 'exact'
    JOIN stated s ON s.record_id = m.record_id AND s.indicators = m.indicators
    GROUP BY t.record_id, t.rule, r.indicator, s.indicators
), spoken AS (
    SELECT t.record_id, t.place, t.rule, t.label, t.relation, t.value AS left_value, t.sentence,
           (SELECT sum(value) FROM (SELECT DISTINCT indicators, value FROM covered c
                                    WHERE c.record_id = t.record_id AND c.rule = t.rule))
           + coalesce((SELECT sum(s.value) FROM report_rules r JOIN report_statistics s
                           ON s.record_id = t.record_id AND s.indicator = r.indicator AND s.heading = r.heading
                       WHERE r.template = t.template AND r.rule = t.rule AND r.side = 'right' AND NOT EXISTS (
                           SELECT 1 FROM covered c
                           WHERE c.record_id = t.record_id AND c.rule = t.rule AND c.indicator = r.indicator)), 0)
           AS right_value
    FROM totals t
    WHERE (SELECT count(DISTINCT indicators) > 1 AND count(*) = count(DISTINCT indicator) AND max(answers) = 1
           FROM covered c WHERE c.record_id = t.record_id AND c.rule = t.rule)
), every AS (
    SELECT record_id, 'table' AS kind, rule, label, relation, left_value, right_value, NULL AS place, NULL AS sentence
    FROM inside
    UNION ALL SELECT record_id, 'prose', rule, label, relation, left_value, right_value, place, sentence FROM spoken
    UNION ALL SELECT record_id, 'beside', rule, label, relation, left_value, right_value, place, sentence FROM beside
    UNION ALL SELECT record_id, kind, shown, '', iif(kind = 'series', '>=', '='), left_value, right_value, place, sentence
    FROM report_equations
)
SELECT record_id, kind, rule, label, relation, left_value, right_value, place, sentence,
       CASE relation WHEN '=' THEN abs(left_value - right_value) < 0.005
                     WHEN '<=' THEN left_value < right_value + 0.005
                     ELSE left_value > right_value - 0.005 END AS holds,
       iif(kind = 'series', 'hint', 'contradiction') AS weight
FROM every;

CREATE TABLE unread_reports (record_id INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE) STRICT;
INSERT INTO unread_reports SELECT id FROM records WHERE kind = 'annual_report';
"""

NOTING = (
    """
    CREATE TRIGGER report_added AFTER INSERT ON records WHEN new.kind = 'annual_report' BEGIN
        INSERT OR IGNORE INTO unread_reports VALUES (new.id);
    END
    """,
    """
    CREATE TRIGGER report_changed AFTER UPDATE OF kind, portal, title, publisher, published_on, body ON records
    WHEN (new.kind = 'annual_report' OR old.kind = 'annual_report')
        AND (old.kind, old.portal, old.title, old.publisher, old.published_on, old.body)
        IS NOT (new.kind, new.portal, new.title, new.publisher, new.published_on, new.body) BEGIN
        INSERT OR IGNORE INTO unread_reports VALUES (new.id);
    END
    """,
    """
    CREATE TRIGGER report_file_added AFTER INSERT ON attachments BEGIN
        INSERT OR IGNORE INTO unread_reports
            SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report';
    END
    """,
    """
    CREATE TRIGGER report_file_changed AFTER UPDATE OF text, state ON attachments BEGIN
        INSERT OR IGNORE INTO unread_reports
            SELECT id FROM records WHERE id = new.record_id AND kind = 'annual_report';
    END
    """,
    """
    CREATE TRIGGER report_file_deleted AFTER DELETE ON attachments BEGIN
        INSERT OR IGNORE INTO unread_reports
            SELECT id FROM records WHERE id = old.record_id AND kind = 'annual_report';
    END
    """,
)
"""Triggers: whoever writes a report's record or file, it is noted."""
