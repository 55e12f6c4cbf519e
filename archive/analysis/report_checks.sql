-- Each sum and comparison that one report (:record_id) allows by itself. A cell that is not filled in, or a number that is
-- not exact, allows none; where the prose states one thing twice and differently, sums of the prose are left alone.
WITH cells AS (
    SELECT indicator, heading, label, value FROM report_statistics WHERE record_id = :record_id
), rules AS (
    SELECT * FROM report_rules WHERE template = (SELECT template FROM annual_reports WHERE record_id = :record_id)
), inside AS ( -- sums inside the table
    SELECT r.rule, r.label, r.relation,
           sum(s.value) FILTER (WHERE r.side = 'left') AS left_value,
           sum(s.value) FILTER (WHERE r.side = 'right') AS right_value
    FROM rules r LEFT JOIN cells s USING (indicator, heading)
    GROUP BY r.rule HAVING count(s.value) = count(*)
), meant AS MATERIALIZED ( -- each indicator that a number of the prose means
    SELECT c.place, c.value, c.qualifier, c.sentence, c.indicator AS indicators, m.value AS indicator,
           json_array_length(m.json) AS terms
    FROM report_claims c, json_each('["' || replace(c.indicator, '+', '","') || '"]') m
    WHERE c.record_id = :record_id AND c.indicator IS NOT NULL AND c.qualifier <> 'about'
), beside AS ( -- prose beside the table
    SELECT m.place, m.indicators AS rule, group_concat(s.label, ' + ') AS label,
           iif(m.qualifier = 'exact', '=', '<=') AS relation, m.value AS left_value, sum(s.value) AS right_value, m.sentence
    FROM meant m JOIN cells s ON s.indicator = m.indicator AND s.heading IN ('统计数', '总计')
    GROUP BY m.place HAVING count(s.value) = m.terms
), stated AS MATERIALIZED ( -- what the prose states exactly, and whether always the same
    SELECT indicators, min(value) AS value, min(place) AS place, min(sentence) AS sentence, count(DISTINCT value) AS answers
    FROM meant WHERE qualifier = 'exact' GROUP BY indicators
), covered AS MATERIALIZED ( -- parts of each sum that the prose states
    SELECT DISTINCT r.rule, r.indicator, s.indicators, s.value, s.answers
    FROM rules r JOIN meant m ON m.indicator = r.indicator AND m.qualifier = 'exact' JOIN stated s USING (indicators)
    WHERE r.side = 'right'
), spoken AS ( -- sums of the prose; parts that it doesn't state are the table's
    SELECT t.place, r.rule, r.label, r.relation, t.value AS left_value, t.sentence,
           (SELECT sum(value) FROM (SELECT DISTINCT indicators, value FROM covered c WHERE c.rule = r.rule))
           + coalesce((SELECT sum(s.value) FROM rules q JOIN cells s USING (indicator, heading)
                       WHERE q.rule = r.rule AND q.side = 'right'
                         AND q.indicator NOT IN (SELECT indicator FROM covered c WHERE c.rule = r.rule)), 0) AS right_value
    FROM rules r JOIN stated t ON t.indicators = r.indicator
    WHERE r.side = 'left' AND r.rule = r.indicator AND t.answers = 1
      AND (SELECT count(DISTINCT indicators) > 1 AND count(*) = count(DISTINCT indicator) AND max(answers) = 1
           FROM covered c WHERE c.rule = r.rule)
), every AS (
    SELECT 'table' AS kind, rule, NULL AS place, label, relation, left_value, right_value, NULL AS sentence FROM inside
    UNION ALL SELECT 'prose', rule, place, label, relation, left_value, right_value, sentence FROM spoken
    UNION ALL SELECT 'beside', rule, place, label, relation, left_value, right_value, sentence FROM beside
    UNION ALL SELECT kind, shown, place, '', iif(kind = 'series', '>=', '='), left_value, right_value, sentence
    FROM report_equations WHERE record_id = :record_id
)
INSERT INTO report_checks
SELECT :record_id, kind, rule, place, label, relation, left_value, right_value, sentence,
       CASE relation WHEN '=' THEN abs(left_value - right_value) < 0.005
                     WHEN '<=' THEN left_value < right_value + 0.005
                     ELSE left_value > right_value - 0.005 END,
       kind = 'series' OR kind = 'parts' AND right_value > left_value -- 其中: what is counted may overlap
FROM every
