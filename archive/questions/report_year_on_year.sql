-- id: Q26
-- title: 今年的年报与去年的接得上吗？ / Does each annual report follow from the one before?
-- means: 同一单位相邻两年的年报：所说的同比增长、上年结转的申请、现行有效的文件件数，与上一年的年报推算不一致的，列在这里。
--    / Of one agency's reports for two years running: a stated growth, requests carried over, or documents in force that do
--   not follow from the report of the year before.
-- computed: 同比增长按两年的主动公开数重算，相差1个百分点以内不列；上年结转应等于上年的结转下年度；现行有效应等于上年的现行有效加本年制发减本年废止。
--    / Growth is worked out again from both years' totals, and told if it is more than one percentage point off; carried
--   over must be what the year before carried forward; in force must be those of the year before plus issued less repealed.
-- caution: 机构改革、统计口径调整、文件清理都会使两年接不上；也可能有一方是笔误。不能说明哪一年的数字是对的。
--    / Reforms of agencies, another way of counting, or a clean-up of documents break the series; either may be a slip. It
--   doesn't say which year is right.
-- parameter: portal portal -, 门户 / portal
-- column: report_year, 报告年度 / year reported on
-- column: reporter, 报告单位 / reporter
-- column: figure, 指标 / figure
-- column: stated, 报告所载 / stated
-- column: expected, 由上年推算 / from the year before
-- known by: record_id, figure
-- left out: 同一单位同一年有几份年报，未对照 / reports not compared: several of one agency for one year
WITH single AS (
  SELECT min(a.record_id) AS record_id, a.portal, a.reporter, a.year FROM annual_reports a JOIN records r ON r.id = a.record_id
  WHERE a.template IS NOT NULL AND a.year IS NOT NULL AND a.reporter <> '' AND :portal IN ('', a.portal)
    AND NOT EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value IN ('page_cut', 'row_not_read'))
  GROUP BY a.portal, a.reporter, a.year HAVING count(*) = 1
), pair AS (
  SELECT now.*, before.record_id AS earlier
  FROM single now JOIN single before ON before.portal = now.portal AND before.reporter = now.reporter AND before.year = now.year - 1
), follows AS (
  SELECT p.*, '同比增长（%） / growth on the year before (%)' AS figure, c.value AS stated,
         round(100.0 * (s.value - b.value) / b.value, 1) AS expected, 1.0 AS tolerance
  FROM pair p JOIN report_claims c ON c.record_id = p.record_id AND c.unit = '%' AND c.qualifier = 'exact'
    AND (c.subject LIKE '%同比增长' OR c.subject LIKE '%比上年增长')
  JOIN report_claims t ON t.record_id = c.record_id AND t.sentence = c.sentence AND t.indicator = '1.1' AND t.place < c.place
  JOIN report_statistics s ON s.record_id = p.record_id AND s.indicator = '1.1'
  JOIN report_statistics b ON b.record_id = p.earlier AND b.indicator = '1.1' AND b.value > 0
  UNION ALL
  SELECT p.*, '上年结转的申请 / requests carried over', s.value, b.value, 0
  FROM pair p JOIN report_statistics s ON s.record_id = p.record_id AND s.indicator = '3.2' AND s.heading = '总计'
  JOIN report_statistics b ON b.record_id = p.earlier AND b.indicator = '3.4' AND b.heading = '总计'
  UNION ALL
  SELECT p.*, s.label || ' 现行有效件数 / documents in force', s.value, b.value + made.value - ended.value, 0
  FROM pair p
  JOIN report_statistics s ON s.record_id = p.record_id AND s.heading = '现行有效件数'
  JOIN report_statistics b ON b.record_id = p.earlier AND b.indicator = s.indicator AND b.heading = s.heading
  JOIN report_statistics made ON made.record_id = s.record_id AND made.indicator = s.indicator AND made.heading = '本年制发件数'
  JOIN report_statistics ended ON ended.record_id = s.record_id AND ended.indicator = s.indicator AND ended.heading = '本年废止件数'
)
SELECT r.id AS record_id, r.title, f.reporter, f.portal, f.year AS report_year, f.figure,
       iif(f.stated = CAST(f.stated AS INTEGER), CAST(f.stated AS INTEGER), f.stated) AS stated,
       iif(f.expected = CAST(f.expected AS INTEGER), CAST(f.expected AS INTEGER), f.expected) AS expected
FROM follows f JOIN records r ON r.id = f.record_id
WHERE abs(f.stated - f.expected) > f.tolerance
ORDER BY f.year DESC, f.portal, f.reporter, f.figure
-- left out
SELECT coalesce(sum(reports), 0) FROM (
  SELECT count(*) AS reports FROM annual_reports
  WHERE template IS NOT NULL AND year IS NOT NULL AND reporter <> '' AND :portal IN ('', portal)
  GROUP BY portal, reporter, year HAVING count(*) > 1)
