-- What a document says of another year or stage, beside what the unit's own document of that says, as before; the other tables of the
-- unit are found by the names that they may print, along an index: of 18,000 tables of a county, not each is looked at for each figure.
DROP VIEW budget_comparisons;
CREATE VIEW budget_comparisons AS
SELECT f.table_id, o.table_id AS other_table_id, f.portal, f.unit_name, f.fiscal_year, f.stage,
       iif(t.fiscal_year > f.fiscal_year, 'last_year', 'budget_of_year') AS rule, f.role AS place,
       f.value_yuan AS left_value, o.value_yuan AS right_value,
       abs(CAST(f.value_yuan AS REAL) - CAST(o.value_yuan AS REAL)) <= 0.5001 * (f.step_yuan + o.step_yuan) AS holds,
       f.checked AND o.checked AS checked
FROM budget_figures f
JOIN budget_tables t ON t.id = f.table_id
CROSS JOIN budget_tables u ON u.portal = f.portal AND (u.fiscal_year, u.stage, u.kind) = (f.fiscal_year, f.stage, f.kind)
  AND u.unit_name IN (
    SELECT f.unit_name UNION ALL
    SELECT n.name FROM agencies a JOIN publisher_names n ON n.agency_id = a.id WHERE a.portal = f.portal AND a.name = f.unit_name)
CROSS JOIN budget_figures o ON o.table_id = u.id AND o.unit_name = f.unit_name AND o.role = f.role
WHERE NOT f.own AND o.own AND t.fiscal_year - f.fiscal_year IN (0, 1) AND f.value_yuan IS NOT NULL AND o.value_yuan IS NOT NULL
  AND (CAST(f.value_yuan AS REAL) <> 0 OR CAST(o.value_yuan AS REAL) <> 0)
  AND f.column_name NOT LIKE '%执行%' AND f.column_name NOT LIKE '%调整%';
