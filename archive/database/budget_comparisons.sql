-- What a document says of another year or stage, beside what the unit's own document of that says: made of the figures as they
-- are, so that it follows whatever changes. Executed and adjusted budgets are other figures than those that were budgeted.
CREATE VIEW budget_comparisons AS
SELECT f.table_id, o.table_id AS other_table_id, f.portal, f.unit_name, f.fiscal_year, f.stage,
       iif(t.fiscal_year > f.fiscal_year, 'last_year', 'budget_of_year') AS rule, f.role AS place,
       f.value_yuan AS left_value, o.value_yuan AS right_value,
       abs(CAST(f.value_yuan AS REAL) - CAST(o.value_yuan AS REAL)) <= 0.5001 * (f.step_yuan + o.step_yuan) AS holds,
       f.checked AND o.checked AS checked
FROM budget_figures f
JOIN unit_tables t ON t.table_id = f.table_id
CROSS JOIN unit_tables u ON (u.portal, u.unit_name, u.fiscal_year, u.stage, u.kind) = (f.portal, f.unit_name, f.fiscal_year, f.stage, f.kind)
CROSS JOIN budget_figures o ON o.table_id = u.table_id AND o.role = f.role
WHERE NOT f.own AND o.own AND t.fiscal_year - f.fiscal_year IN (0, 1) AND f.value_yuan IS NOT NULL AND o.value_yuan IS NOT NULL
  AND (CAST(f.value_yuan AS REAL) <> 0 OR CAST(o.value_yuan AS REAL) <> 0)
  AND f.column_name NOT LIKE '%执行%' AND f.column_name NOT LIKE '%调整%';
