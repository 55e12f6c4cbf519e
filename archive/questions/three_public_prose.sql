-- id: Q30
-- title: 哪些文件的文字所述三公经费与表中不同？ / In which documents do text and table state the three public expenses differently?
-- means: 同一份预算或决算，文字说的三公经费（或其中一项）与三公经费表里印的不是同一个数。
--    / In one budget, or accounts, the text states another amount of the three public expenses, or of a part, than the table prints.
-- computed: 文字里紧跟在名称后面的金额与表中同一项相比，换算成元，四舍五入相符的不列。表中的数字至少另有一个等式支持，才说明读得不错。
--    / The amount right behind the name in the text is held against that part of the table, in yuan; rounding is allowed for.
--   Another identity at least holds the table's figure, so that it was read right.
-- caution: 文字可能说的是别的年度、别的口径或全系统的数；也可能有一方是笔误。不能说明哪一个是对的。
--    / The text may speak of another year, another scope or of units below; either may be a slip. It doesn't say which is right.
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: part, 指标 / part
-- column: in_table, 表中（元） / in the table (yuan)
-- column: in_text, 文字（元） / in the text (yuan)
-- known by: record_id, unit, fiscal_year, stage, part
-- chart: fiscal_year
-- left out: 表中的数字别无等式支持而未计的 / left out, for no other identity holds the table's figure
SELECT r.id AS record_id, r.title, t.unit_name AS unit, t.portal, t.fiscal_year, t.stage, c.place AS part, c.left_value AS in_table,
       c.right_value AS in_text
FROM budget_checks c JOIN unit_tables t USING (table_id) JOIN records r ON r.id = t.record_id
WHERE NOT c.holds AND c.rule = 'prose' AND :portal IN ('', t.portal) AND t.read_whole
  AND EXISTS (SELECT 1 FROM budget_figures f WHERE f.table_id = c.table_id AND f.role = c.place AND f.own AND f.held)
ORDER BY t.fiscal_year DESC, t.portal, t.unit_name, r.id
-- left out
SELECT count(*) FROM budget_checks c JOIN unit_tables t USING (table_id)
WHERE NOT c.holds AND c.rule = 'prose' AND :portal IN ('', t.portal) AND NOT (t.read_whole
  AND EXISTS (SELECT 1 FROM budget_figures f WHERE f.table_id = c.table_id AND f.role = c.place AND f.own AND f.held))
