-- id: Q07
-- title: 年报所报的条数，与目录里见到的相差多少？ / How far are the numbers of the annual report from what the catalogues show?
-- means: 全县年报所报的“政府网站公开政府信息数”等，与本档案在该门户目录里见到的、标注日期在当年的条数并排。所见多于所报的排在前面。
--    / What the report of a whole county states as published on the government site, in kinds, beside how many records of
--   that year this archive saw in the portal's catalogues. Those with more seen than stated come first.
-- computed: 只取全县（市、区）的年报；按门户标注的发布日期计当年的记录，含后来撤下的。只对照已完整采集过的目录所属的类别。
--    / Reports of whole counties only; records by the date the portal states, those withdrawn since included. Kinds are
--   compared only where a catalogue of that kind was walked wholly.
-- caution: 两者口径不同：年报可能计入所采集目录以外的内容，同一事项几次公开可能只计一次，年报编写之后又补录的也会计入所见。所见少于所报时，也可能是本档案没有采集到全部栏目。这里只作提示。
--    / The two count differently: a report may count other columns than the catalogues, or one matter once however often
--   published, and what was filled in later counts as seen. Fewer seen may mean that not all columns are archived. A hint only.
-- parameter: portal portal -, 门户 / portal
-- column: report_year, 报告年度 / year reported on
-- column: figure, 年报指标 / figure of the report
-- column: stated, 年报所报 / stated
-- column: seen, 目录所见 / seen
-- column: difference, 所见减所报 / seen less stated
-- known by: record_id, figure
-- left out: 页面不完整的年报 / reports of which only half a page was read
WITH compared (indicator, kind) AS (
  VALUES ('1.2.2', ''), ('2.1', 'hot_topic_response'), ('2.2.3', 'policy_interpretation'), ('1.1.a', 'normative_document')
), stated AS (
  SELECT a.record_id, a.portal, a.year, s.label, c.kind, CAST(s.value AS INTEGER) AS stated
  FROM annual_reports a JOIN report_statistics s USING (record_id) JOIN compared c USING (indicator)
  WHERE a.region AND a.year IS NOT NULL AND a.template = '2014' AND s.value IS NOT NULL AND :portal IN ('', a.portal)
    AND EXISTS (SELECT 1 FROM catalogs g JOIN ledger l ON l.catalog_id = g.id AND l.complete
                WHERE g.portal = a.portal AND c.kind IN ('', g.kind))
), seen AS (
  SELECT s.*, (SELECT count(*) FROM records r WHERE r.portal = s.portal AND s.kind IN ('', r.kind)
               AND r.published_on BETWEEN s.year || '-01-01' AND s.year || '-12-31') AS seen
  FROM stated s
)
SELECT r.id AS record_id, r.title, s.portal, s.year AS report_year, s.label AS figure, s.stated, s.seen,
       s.seen - s.stated AS difference
FROM seen s JOIN records r ON r.id = s.record_id
WHERE s.seen <> s.stated AND NOT EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value IN ('page_cut', 'row_not_read'))
ORDER BY s.seen > s.stated DESC, s.year DESC, s.portal, figure
-- left out
SELECT count(*) FROM annual_reports a JOIN records r ON r.id = a.record_id
WHERE a.region AND :portal IN ('', a.portal)
  AND EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value IN ('page_cut', 'row_not_read'))
