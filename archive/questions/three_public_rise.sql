-- id: Q28
-- title: 哪些单位的三公经费或公务接待费比上年涨得多？ / Whose three public expenses, or receptions, rose much on the year before?
-- means: 同一单位相邻两年的预算（或决算）相比，三公经费合计、公务接待费增加到一定幅度的，列在这里。
--    / Of one unit's budgets (or accounts) for two years running: the three public expenses as a whole, or receptions, that rose
--   by so much.
-- computed: 只比较两年都核对过的数字：至少两个等式支持，无一不符。同一年有几份文件而数字不同的不比较；上年为0的没有增幅，不列。
--    / Only figures that are checked in both years are compared: two identities or more hold them, none fails. Where several
--   documents of a year differ nothing is compared; from nought there is no rate.
-- caution: 机构合并、职能划转、一次性购车、口径调整都会使数字上涨；预算数也不是实际花费。
--    / Mergers, tasks taken over, a car bought once, or another way of counting raise figures; and a budget is not what was spent.
-- parameter: percent number 50, 至少上涨（%） / rise in per cent, at least
-- parameter: least number 1, 至少增加（万元） / rise in 10,000 yuan, at least
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: part, 指标 / part
-- column: year_before, 上年（元） / year before (yuan)
-- column: this_year, 本年（元） / this year (yuan)
-- column: percent, 上涨（%） / rise (%)
-- known by: record_id, unit, fiscal_year, stage, part
-- chart: fiscal_year
-- left out: 未核对而未比较的数字 / figures not compared, for they are not checked
WITH own AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, role, min(record_id) AS record_id, min(value_yuan) AS value_yuan,
         CAST(min(value_yuan) AS REAL) AS yuan
  FROM budget_figures
  WHERE role IN ('total', 'reception') AND own AND checked AND :portal IN ('', portal)
  GROUP BY portal, unit_name, fiscal_year, stage, role
  HAVING min(CAST(value_yuan AS REAL)) = max(CAST(value_yuan AS REAL))
)
SELECT r.id AS record_id, r.title, n.unit_name AS unit, n.portal, n.fiscal_year, n.stage, n.role AS part,
       b.value_yuan AS year_before, n.value_yuan AS this_year, round(100 * (n.yuan - b.yuan) / b.yuan, 1) AS percent
FROM own n JOIN own b USING (portal, unit_name, stage, role)
JOIN records r ON r.id = n.record_id
WHERE b.fiscal_year = n.fiscal_year - 1 AND b.yuan > 0
  AND 100 * (n.yuan - b.yuan) >= :percent * b.yuan AND n.yuan - b.yuan >= 10000.0 * :least
ORDER BY n.fiscal_year DESC, n.portal, n.unit_name, n.stage, n.role
-- left out
SELECT count(*) FROM budget_figures
WHERE role IN ('total', 'reception') AND own AND NOT checked AND :portal IN ('', portal)
