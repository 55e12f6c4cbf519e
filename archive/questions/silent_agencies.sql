-- id: Q20
-- title: 哪些部门和乡镇一年以上没有公开信息？ / Which departments and townships have disclosed nothing for a year?
-- means: 在本档案里，最近一条记录标注日期已在门户最近一次采集的12个月以前，或者门户文件写明却一条记录也没有的政府办公室、部门、乡镇和街道。
--    / Government offices, departments, townships and street offices whose newest record here is dated more than twelve months
--   before the portal's last crawl, or that the portal file names and that have none.
-- computed: 机构名录由发布机构的名称归纳，并按门户文件更正；一个机构的各种写法合在一起。已有后继机构的不列，学校、医院等不列，只在预决算标题里出现过的单位也不列。
--    / Agencies are known by publishers' names and the portal file, all names of one together. Those that became another, and
--   schools, hospitals and the like, and units known from titles of budgets alone, are not listed.
-- caution: 可能由政府办公室代为发布，或者公开在本档案没有采集的目录。机构改革也会使旧名称不再出现。
--    / Another office may publish for it, or in columns that this archive does not crawl. Old names end with reforms, too.
-- parameter: portal portal -, 门户 / portal
-- column: agency, 机构 / agency
-- column: type, 类型 / type
-- column: records, 记录 / records
-- column: newest_on, 最近一条的日期 / newest is dated
-- column: crawled_on, 门户最近采集 / portal last crawled
-- known by: portal, agency
-- chart: type
-- left out: 不能确定属于哪个机构、因而未计的名称 / names left out, for whose they are isn't sure
WITH crawled AS (
  SELECT portal, date(max(finished_at), '+8 hours') AS crawled_on FROM crawls WHERE finished_at IS NOT NULL GROUP BY portal
), published AS (
  SELECT publisher_id, count(*) AS records, max(published_on) FILTER (WHERE NOT doubtful & 20) AS newest_on FROM derived
  WHERE publisher_id IS NOT NULL AND :portal IN ('', portal) GROUP BY portal, publisher_id
), agency AS (
  SELECT a.id, a.name, a.portal, a.type, a.stated, c.crawled_on, coalesce(sum(p.records), 0) AS records, max(p.newest_on) AS newest_on
  FROM agencies a JOIN crawled c ON c.portal = a.portal
  LEFT JOIN publisher_names n ON n.agency_id = a.id LEFT JOIN published p ON p.publisher_id = n.id
  WHERE a.type <> 'institution' AND a.successor_id IS NULL AND :portal IN ('', a.portal) GROUP BY a.id
)
SELECT name AS agency, portal,
       CASE type WHEN 'office' THEN '政府办公室 / government office' WHEN 'township' THEN '乡镇、街道 / township'
                 WHEN 'government' THEN '政府 / government' ELSE '部门 / department' END AS type,
       records, newest_on, crawled_on
FROM agency WHERE newest_on < date(crawled_on, '-12 months') OR (stated AND NOT records)
ORDER BY coalesce(newest_on, ''), portal, agency
-- left out
SELECT count(*) FROM publisher_names WHERE agency_id IS NULL AND :portal IN ('', portal)
