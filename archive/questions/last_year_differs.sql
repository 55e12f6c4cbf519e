-- id: Q34
-- title: 哪些单位的“上年”数与上年文件里的不同？ / Whose figure of last year is not the one that last year's document gives?
-- means: 预算、决算常把上年的数字印在旁边。这里列出：印在今年文件里的上年数，与上年那份文件自己的数不一致的。
--    / Budgets and accounts often print last year's figures beside their own. Listed are those that differ from what last year's own
--   document says.
-- computed: 今年文件里“上年”一栏（或标明上年年度的一栏）的预算数、决算数，与同一单位上年文件的同一项相比，四舍五入之差不计；两个数字都须核对过。执行数、调整数不比较。
--    / The column of the year before in this year's document, budgeted or spent, is held against the same figure of that year's own;
--   both must be checked, and rounding is allowed for. Execution and adjusted budgets are not compared.
-- caution: 机构改革、口径调整、年中追加都会使两者不同；也可能有一方是笔误。不能说明哪一个是对的。
--    / Reforms, another way of counting, or additions in the year make them differ; either may be a slip. It doesn't say which is right.
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 所说的年度 / year it is of
-- column: stage, 预算或决算 / stage
-- column: part, 指标 / part
-- column: said_later, 次年文件（元） / in the next year's document (yuan)
-- column: said_then, 该年文件（元） / in that year's own (yuan)
-- known by: record_id, unit, fiscal_year, stage, part
-- chart: fiscal_year
-- left out: 有一个未核对而未比较的数字 / figures not compared, for one of the two is not checked
WITH said AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, kind, role, value_yuan, step_yuan, checked, own, record_id FROM budget_figures
  WHERE kind IN ('three_public', 'spending') AND :portal IN ('', portal)
    AND (own OR document_year = fiscal_year + 1 AND column_name NOT LIKE '%执行%' AND column_name NOT LIKE '%调整%')
), sure AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, kind, role, min(value_yuan) AS value_yuan, max(step_yuan) AS step_yuan
  FROM said WHERE own AND checked GROUP BY portal, unit_name, fiscal_year, stage, kind, role
  HAVING min(CAST(value_yuan AS REAL)) = max(CAST(value_yuan AS REAL))
)
SELECT r.id AS record_id, r.title, l.unit_name AS unit, l.portal, l.fiscal_year, l.stage, l.role AS part,
       l.value_yuan AS said_later, o.value_yuan AS said_then
FROM said l JOIN sure o USING (portal, unit_name, fiscal_year, stage, kind, role) JOIN records r ON r.id = l.record_id
WHERE NOT l.own AND l.checked
  AND abs(CAST(l.value_yuan AS REAL) - CAST(o.value_yuan AS REAL)) > 0.5001 * (l.step_yuan + o.step_yuan)
ORDER BY l.fiscal_year DESC, l.portal, l.unit_name, l.stage, l.role, l.record_id
-- left out
WITH said AS MATERIALIZED (
  SELECT portal, unit_name, fiscal_year, stage, kind, role, value_yuan, step_yuan, checked, own, record_id FROM budget_figures
  WHERE kind IN ('three_public', 'spending') AND :portal IN ('', portal)
    AND (own OR document_year = fiscal_year + 1 AND column_name NOT LIKE '%执行%' AND column_name NOT LIKE '%调整%')
)
SELECT count(*) FROM said l WHERE NOT own AND (NOT checked OR EXISTS (
  SELECT 1 FROM said o WHERE o.own AND NOT o.checked AND o.portal = l.portal AND o.unit_name = l.unit_name AND o.fiscal_year = l.fiscal_year
    AND o.stage = l.stage AND o.kind = l.kind AND o.role = l.role))
