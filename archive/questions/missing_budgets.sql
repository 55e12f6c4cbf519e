-- id: Q02
-- title: 哪些单位哪一年的预算或决算没有找到？ / Whose budget or final accounts of which year were not found?
-- means: 每个部门每年应当公开一份预算和一份决算。这里列出：同一门户里别的单位公开了某一年的，而这个单位那一年的在本档案里没有。
--    / Each department discloses a budget and final accounts every year. Listed is what this archive doesn't have of a unit,
--   though other units of the same portal have disclosed theirs for that year.
-- computed: 从标题认出单位、年度和预算或决算。一个单位从最早公开过的年度起，凡有足够多的单位公开了的年度，都应有它的一份。
--    / Unit, year and type are read from titles. From the first year a unit disclosed anything, one is expected of it for
--   every year for which enough units have disclosed theirs.
-- caution: “没有找到”不等于没有公开：可能在别的网站或目录，可能标题没有写明单位或年度，也可能机构已经更名合并（可在门户文件里写明）。涉密的依法不公开。
--    / Not found is not the same as not disclosed: it may stand on another site, under a title that names neither unit nor year,
--   or the agency was renamed or merged (a portal file can say so). Secret ones are lawfully withheld.
-- parameter: least number 3, 至少有几个单位公开了该年度 / units that disclosed that year, at least
-- parameter: portal portal -, 门户 / portal
-- column: agency, 单位 / unit
-- column: year, 年度 / year
-- column: type, 种类 / type
-- column: others, 公开了该年度的单位 / units that disclosed it
-- known by: portal, agency, year, type
-- chart: year
-- left out: 因标题被截断或存疑而未计的预决算 / budgets left out, for their titles are cut or doubtful
WITH found AS MATERIALIZED (
  SELECT DISTINCT b.portal, coalesce(a.id, -n.id) AS unit, coalesce(a.name, n.name) AS agency, a.successor_id, b.year, b.type
  FROM budgets b JOIN publisher_names n ON n.id = b.unit_id LEFT JOIN agencies a ON a.id = n.agency_id
  WHERE NOT b.doubtful AND :portal IN ('', b.portal)
), years AS (
  SELECT portal, year, type, count(DISTINCT unit) AS others FROM found GROUP BY portal, year, type
  HAVING count(DISTINCT unit) >= :least
), units AS (
  SELECT f.portal, f.unit, f.agency, f.successor_id, min(f.year) AS since
  FROM found f LEFT JOIN agencies a ON a.id = f.unit
  WHERE coalesce(a.budget_unit, 1) AND coalesce(a.type, '') <> 'government'
  GROUP BY f.portal, f.unit
  UNION ALL
  SELECT portal, id, name, successor_id, 0 FROM agencies
  WHERE budget_unit AND stated AND :portal IN ('', portal) AND id NOT IN (SELECT unit FROM found)
)
SELECT u.agency, u.portal, y.year,
       CASE y.type WHEN 'budget' THEN '预算 / budget' ELSE '决算 / final accounts' END AS type, y.others
FROM units u JOIN years y ON y.portal = u.portal AND y.year >= u.since
WHERE NOT EXISTS (
  SELECT 1 FROM found f
  WHERE f.portal = u.portal AND f.year = y.year AND f.type = y.type AND f.unit IN (u.unit, u.successor_id)
)
ORDER BY y.year DESC, u.portal, u.agency, y.type
-- left out
SELECT count(*) FROM budgets WHERE doubtful AND :portal IN ('', portal)
