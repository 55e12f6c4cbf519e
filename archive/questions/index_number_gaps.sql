-- id: Q15
-- title: 哪些索引号没有找到？ / Which index numbers were not found?
-- means: 在流水号按机构逐年（或逐月）从1编起的门户，所见最大号之前没有见到的号。
--    / Where each agency counts its index numbers from 1 every year (or month): those before the highest that were not seen.
-- computed: 先从已有的号判断一个门户怎样编号：各机构各年的号大多从头编起、密集相连的，才列出缺少的号；全站统一编号的，缺号不说明什么，不列。
--    / The archive first tells from the numbers how a portal counts: only where most agencies' years begin at the start and are
--   dense are gaps listed. Where one counter serves the whole site, gaps mean nothing, and aren't.
-- caution: 这是上限：作废、不予公开、尚未采集到的都会缺号。
--    / An upper bound: numbers that were cancelled, lawfully withheld or not yet crawled are missing as well.
-- parameter: portal portal -, 门户 / portal
-- column: index_prefix, 前缀 / prefix
-- column: year, 年份 / year
-- column: month, 月份 / month
-- column: found, 见到的号 / numbers found
-- column: highest, 最大号 / highest
-- column: missing, 没有见到的 / not found
-- column: numbers, 没有见到的号 / which
-- known by: portal, index_prefix, year, month
-- left out: 不能判断怎样编号、因而未列的门户 / portals left out, for how they count isn't known
WITH serials AS MATERIALIZED (
  SELECT DISTINCT portal, index_prefix, index_year, index_month, index_serial FROM derived
  WHERE index_serial > 0 AND NOT doubtful & 1 AND :portal IN ('', portal)
), groups AS (
  SELECT portal, index_prefix, index_year, index_month, count(*) AS found, min(index_serial) AS lowest, max(index_serial) AS highest
  FROM serials GROUP BY portal, index_prefix, index_year, index_month HAVING count(*) >= 5
), counted AS (
  SELECT portal FROM groups GROUP BY portal
  HAVING count(*) >= 2 AND sum(lowest <= 3 AND highest <= 3 * found) * 10 >= count(*) * 8
), steps AS (
  SELECT s.*, lag(index_serial, 1, 0) OVER (PARTITION BY portal, index_prefix, index_year, index_month ORDER BY index_serial) AS before
  FROM serials s WHERE portal IN (SELECT portal FROM counted)
)
SELECT index_prefix, portal, index_year AS year, index_month AS month, count(*) AS found, max(index_serial) AS highest,
       max(index_serial) - count(*) AS missing,
       group_concat(CASE index_serial - before WHEN 1 THEN NULL WHEN 2 THEN before + 1
                    ELSE (before + 1) || '–' || (index_serial - 1) END, '、') AS numbers
FROM steps GROUP BY portal, index_prefix, index_year, index_month
HAVING count(*) >= 5 AND max(index_serial) > count(*)
ORDER BY year DESC, month DESC, missing DESC, portal, index_prefix
-- left out
WITH groups AS (
  SELECT portal, count(DISTINCT index_serial) AS found, min(index_serial) AS lowest, max(index_serial) AS highest FROM derived
  WHERE index_serial > 0 AND NOT doubtful & 1 AND :portal IN ('', portal)
  GROUP BY portal, index_prefix, index_year, index_month HAVING count(DISTINCT index_serial) >= 5
)
SELECT count(*) FROM (
  SELECT portal FROM groups GROUP BY portal
  HAVING NOT (count(*) >= 2 AND sum(lowest <= 3 AND highest <= 3 * found) * 10 >= count(*) * 8)
)
