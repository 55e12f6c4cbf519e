-- id: Q29
-- title: 哪些单位的三公经费大半是公务接待费？ / Of whose three public expenses are receptions a large share?
-- means: 公务接待费占“三公”经费合计达到一定比例的单位与年度。
--    / Units and years of which receptions are so large a share of the three public expenses.
-- computed: 公务接待费除以同一单位、同一年、同为预算或决算的“三公”经费合计。两个数字都核对过才计算。
--    / Receptions, divided by the three public expenses of the same unit, year and stage. Both must be checked.
-- caution: 没有公车、没有出国任务的小单位，接待费自然占得多；比例高不等于数额大。
--    / Small units without cars and travel spend most on receptions; a large share need not be a large amount.
-- parameter: percent number 60, 至少占（%） / share in per cent, at least
-- parameter: least number 1, 公务接待费至少（万元） / receptions in 10,000 yuan, at least
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: reception, 公务接待费（元） / receptions (yuan)
-- column: total, 三公经费合计（元） / three public expenses (yuan)
-- column: percent, 占（%） / share (%)
-- known by: record_id, unit, fiscal_year, stage
-- chart: fiscal_year
-- left out: 未核对而未计算的公务接待费 / receptions left out, for they or their totals are not checked
WITH pairs AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, min(record_id) AS record_id,
         min(iif(role = 'reception', value_yuan, NULL)) AS reception, min(iif(role = 'total', value_yuan, NULL)) AS total,
         min(checked) AND count(DISTINCT iif(role = 'reception', CAST(value_yuan AS REAL), NULL)) = 1
           AND count(DISTINCT iif(role = 'total', CAST(value_yuan AS REAL), NULL)) = 1 AS is_sure
  FROM budget_figures WHERE role IN ('total', 'reception') AND own AND :portal IN ('', portal)
  GROUP BY portal, unit_name, fiscal_year, stage
)
SELECT r.id AS record_id, r.title, p.unit_name AS unit, p.portal, p.fiscal_year, p.stage, p.reception, p.total,
       round(100 * CAST(p.reception AS REAL) / CAST(p.total AS REAL), 1) AS percent
FROM pairs p JOIN records r ON r.id = p.record_id
WHERE p.is_sure AND CAST(p.total AS REAL) > 0 AND CAST(p.reception AS REAL) >= 10000.0 * :least
  AND 100 * CAST(p.reception AS REAL) >= :percent * CAST(p.total AS REAL)
ORDER BY p.fiscal_year DESC, p.portal, p.unit_name, p.stage
-- left out
SELECT count(*) FROM (
  SELECT min(checked) AND count(DISTINCT iif(role = 'reception', CAST(value_yuan AS REAL), NULL)) = 1
           AND count(DISTINCT iif(role = 'total', CAST(value_yuan AS REAL), NULL)) = 1 AS is_sure,
         sum(role = 'reception') AS receptions
  FROM budget_figures WHERE role IN ('total', 'reception') AND own AND :portal IN ('', portal)
  GROUP BY portal, unit_name, fiscal_year, stage
) WHERE receptions AND NOT is_sure
