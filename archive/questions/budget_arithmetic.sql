-- id: Q36
-- title: 哪些预决算表里的数字对不上？ / In which tables of budgets and accounts do the figures disagree?
-- means: 表里的合计应等于各项之和，收入应等于支出，两张表的同一个数应当相同。这里列出原文数字之间不一致之处。
--    / A total is the sum of its parts, income equals spending, and two tables print the same figure alike. Listed is where printed
--   figures disagree.
-- computed: 逐张表核对类款项、合计、基本与项目、收支平衡、三公经费等算式；按原文小数位数留出四舍五入之差。文字与表的另成一问。
--    / Each table is tried for the sums of its codes, totals, basic and project spending, balance, three public expenses; rounding
--   is allowed for as far as decimals are printed. Text beside table is a question of its own.
-- caution: 多为录入、排版的疏漏，或表中另有未印出的项目；也可能是本档案读错了格。只说不一致，不说哪一个不对：点开记录看原件。
--    / Mostly slips of typing or layout, or items that are not printed; this archive may also have read a cell wrongly. It says that
--   figures disagree, never which is wrong: see the original.
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: rule, 核对 / check
-- column: place, 何处 / place
-- column: stated, 表中数字 / printed
-- column: expected, 核对值 / held against it
-- known by: record_id, unit, fiscal_year, stage, rule, place
-- chart: rule
-- left out: 原页没有读完整而未计的 / left out, for the page was not read whole
SELECT r.id AS record_id, r.title, t.unit_name AS unit, t.portal, t.fiscal_year, t.stage, c.rule, c.place, c.left_value AS stated,
       c.right_value AS expected
FROM budget_checks c JOIN unit_tables t USING (table_id) JOIN records r ON r.id = t.record_id
WHERE NOT c.holds AND c.rule <> 'prose' AND t.read_whole AND :portal IN ('', t.portal)
ORDER BY t.fiscal_year DESC, t.portal, t.unit_name, r.id, c.rule
-- left out
SELECT count(*) FROM budget_checks c JOIN unit_tables t USING (table_id)
WHERE NOT c.holds AND c.rule <> 'prose' AND NOT t.read_whole AND :portal IN ('', t.portal)
