-- id: Q35
-- title: 哪些单位的决算与预算相差很大？ / Whose final accounts are far from the budget?
-- means: 同一单位同一年的决算与预算相比，三公经费合计或支出合计相差达到一定幅度的，列在这里。
--    / Of one unit's year: the three public expenses as a whole, or spending as a whole, of which accounts and budget are so far apart.
-- computed: 决算减预算，除以预算。两个数字都核对过才比较；同一年有几份文件而数字不同的不比较。
--    / Accounts less budget, divided by the budget. Both must be checked; where several documents of a year differ nothing is compared.
-- caution: 年中追加、上级专款、机构变动都会使决算偏离年初预算；两者的口径也可能不同。
--    / Additions in the year, funds from above and reforms move accounts away from the first budget; the two may also count differently.
-- parameter: percent number 30, 至少相差（%） / difference in per cent, at least
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: part, 指标 / part
-- column: budget, 预算（元） / budget (yuan)
-- column: accounts, 决算（元） / accounts (yuan)
-- column: percent, 相差（%） / difference (%)
-- known by: record_id, unit, fiscal_year, part
-- chart: fiscal_year
-- left out: 未核对而未比较的数字 / figures not compared, for they are not checked
WITH own AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, role, min(record_id) AS record_id, min(value_yuan) AS value_yuan,
         CAST(min(value_yuan) AS REAL) AS yuan
  FROM budget_figures
  WHERE (kind, role) IN (VALUES ('three_public', 'total'), ('spending', 'spending')) AND own AND checked AND :portal IN ('', portal)
  GROUP BY portal, unit_name, fiscal_year, stage, role
  HAVING min(CAST(value_yuan AS REAL)) = max(CAST(value_yuan AS REAL))
)
SELECT r.id AS record_id, r.title, a.unit_name AS unit, a.portal, a.fiscal_year, a.role AS part, b.value_yuan AS budget,
       a.value_yuan AS accounts, round(100 * (a.yuan - b.yuan) / b.yuan, 1) AS percent
FROM own a JOIN own b USING (portal, unit_name, fiscal_year, role) JOIN records r ON r.id = a.record_id
WHERE a.stage = 'accounts' AND b.stage = 'budget' AND b.yuan > 0 AND 100 * abs(a.yuan - b.yuan) >= :percent * b.yuan
ORDER BY a.fiscal_year DESC, a.portal, a.unit_name, a.role
-- left out
SELECT count(*) FROM budget_figures
WHERE (kind, role) IN (VALUES ('three_public', 'total'), ('spending', 'spending')) AND own AND NOT checked AND :portal IN ('', portal)
