-- id: Q32
-- title: 哪些单位有大额项目支出而没有说明用途？ / Whose large project spending is not explained?
-- means: 预算、决算应当说明项目支出用在哪里。这里列出项目支出达到一定数额、而文件的文字里没有见到说明的。
--    / A budget, and accounts, are to say what project spending is for. Listed are those with so much of it of which no text
--   was seen that explains it.
-- computed: 支出总表里核对过的项目支出，而这个单位这一年的记录与附件的文字里，没有一处在“项目支出”之后说用于什么、主要是什么，也没有绩效目标。
--    / Checked project spending of the table of spending, where no text of that unit's year says, behind its name, what it is for or
--   mainly is, nor names goals of performance.
-- caution: 说明可能是图片，或用别的词语写成，或另放一处；涉密的依法不公开。
--    / An explanation may be a picture, in other words, or elsewhere; what is secret is lawfully withheld.
-- parameter: least number 100, 项目支出至少（万元） / project spending in 10,000 yuan, at least
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: project, 项目支出（元） / project spending (yuan)
-- known by: record_id, unit, fiscal_year, stage
-- chart: fiscal_year
-- left out: 未核对而未计的项目支出 / project spending left out, for it is not checked
WITH projects AS MATERIALIZED (
  SELECT f.portal, f.unit_name AS unit, f.fiscal_year, f.stage, min(f.record_id) AS record_id, min(f.value_yuan) AS project,
         max(t.explained) AS explained
  FROM budget_figures f JOIN budget_tables t ON t.id = f.table_id
  WHERE f.kind = 'spending' AND f.role = 'project' AND f.own AND f.checked AND :portal IN ('', f.portal)
  GROUP BY f.portal, f.unit_name, f.fiscal_year, f.stage
  HAVING min(CAST(f.value_yuan AS REAL)) = max(CAST(f.value_yuan AS REAL))
)
SELECT r.id AS record_id, r.title, p.unit, p.portal, p.fiscal_year, p.stage, p.project
FROM projects p JOIN records r ON r.id = p.record_id
WHERE NOT p.explained AND CAST(p.project AS REAL) >= 10000.0 * :least
ORDER BY p.fiscal_year DESC, p.portal, p.unit, p.stage
-- left out
SELECT count(*) FROM budget_figures
WHERE kind = 'spending' AND role = 'project' AND own AND NOT checked AND :portal IN ('', portal)
