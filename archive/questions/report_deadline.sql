-- id: Q09
-- title: 哪些年报没见到，哪些发布得晚？ / Which annual reports are missing or late?
-- means: 政府信息公开年报应按时公布。这里列出应有而没见到的年份，以及标注的发布日期晚于期限的年报。
--    / Annual reports on disclosure are due by a day. Here are the years for which one is due and none was seen, and reports
--   whose stated date is later than that day.
-- computed: 2018年度及以前的年报，期限为次年3月31日（2007年条例第31条）；2019年度起，机关为1月31日，全县（市、区）为3月31日（2019年条例第49、50条）。应有的年份，从本档案见到该单位的第一份年报算起；年报目录完整采集过才算。
--    / Due on 31 March of the next year up to the report for 2018 (Regulations of 2007, art. 31); from 2019 on agencies on 31
--   January, whole counties on 31 March (Regulations of 2019, arts. 49 and 50). Years are due from the first report of
--   an agency that this archive saw; only where the catalogue of reports was walked wholly.
-- caution: 没见到不等于没有编写：可能公布在别处，可能后来撤下，机构也可能已经合并更名。发布日期由门户标注。
--    / Not seen is not the same as not written: it may be published elsewhere or have been withdrawn, and the agency may have
--   been merged or renamed. The date is the one the portal states.
-- parameter: portal portal -, 门户 / portal
-- column: report_year, 报告年度 / year reported on
-- column: reporter, 报告单位 / reporter
-- column: due_on, 期限 / due on
-- column: observed, 所见 / what was observed
-- known by: portal, reporter, report_year
-- chart: report_year
-- left out: 未载发布日期的年报，无从判断早晚 / reports without a date, of which nobody can say whether they are late
WITH RECURSIVE whole AS (
  SELECT DISTINCT c.portal FROM catalogs c JOIN ledger l ON l.catalog_id = c.id AND l.complete
  WHERE c.kind = 'annual_report' AND :portal IN ('', c.portal)
), reported AS MATERIALIZED ( -- of several on one year the earliest
  SELECT a.record_id, a.portal, coalesce(g.name, a.reporter) AS reporter, a.region, g.successor_id AS succeeded, a.year,
         min(coalesce(r.published_on, '9999')) AS published_on -- the other columns are those of its row
  FROM annual_reports a JOIN whole USING (portal) JOIN records r ON r.id = a.record_id
  LEFT JOIN publisher_names n ON n.portal = a.portal AND n.name = a.reporter LEFT JOIN agencies g ON g.id = n.agency_id
  WHERE a.year IS NOT NULL AND a.reporter <> '' GROUP BY a.portal, coalesce(g.name, a.reporter), a.year
), due (portal, reporter, region, succeeded, year) AS (
  SELECT portal, reporter, max(region), max(succeeded), min(year) FROM reported GROUP BY portal, reporter
  UNION ALL
  SELECT portal, reporter, region, succeeded, year + 1 FROM due WHERE year < CAST(substr(:today, 1, 4) AS INTEGER) - 1
), dated AS (
  SELECT *, (year + 1) || iif(region OR year < 2019, '-03-31', '-01-31') AS due_on FROM due
)
SELECT r.id AS record_id, r.title, d.reporter, d.portal, d.year AS report_year, d.due_on, r.published_on,
       iif(r.id IS NULL, '没有见到 / not seen', '晚于期限 / later than due') AS observed
FROM dated d
LEFT JOIN reported a ON a.portal = d.portal AND a.reporter = d.reporter AND a.year = d.year
LEFT JOIN records r ON r.id = a.record_id
WHERE d.due_on < :today AND (r.id IS NULL AND d.succeeded IS NULL OR r.published_on > d.due_on)
ORDER BY d.year DESC, d.portal, d.reporter
-- left out
SELECT count(*) FROM annual_reports a JOIN records r ON r.id = a.record_id
WHERE r.published_on IS NULL AND :portal IN ('', a.portal)
