-- id: Q33
-- title: 哪些预决算数字在公开之后被改动？ / Which figures of budgets and accounts changed after they were disclosed?
-- means: 同一地址的预算、决算文件被另一份替换，或页面上的表格被改动，其中有的数字与原来那份不同。
--    / A file of a budget or of accounts was replaced at its address, or a page with one was changed, and figures in it are not those of the one before.
-- computed: 前后两份用同一种办法逐格读出，同一张表、同一科目、同一栏的数字相比；只列前后两份里都核对过的。
--    / Both versions are read cell by cell in the same way; the same table, item and column are compared. Only figures that are
--   checked in both are listed.
-- caution: 多为更正笔误，也可能是按批复调整；不说明原因。改动发生在两次采集之间，确切时间不知道。
--    / Mostly a slip put right, or an adjustment as approved; why is not known. It happened between two crawls; when exactly is not known.
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: item, 项目与栏 / item and column
-- column: before, 此前 / printed before
-- column: after, 此后 / printed after
-- column: printed_in, 表上的单位 / unit in the table
-- column: not_before, 此前最后见于 / as before last seen
-- column: noticed_at, 发现于 / noticed
-- known by: record_id, item, noticed_at
-- chart: fiscal_year
-- left out: 前后有一份未核对而未列的改动 / changes left out, for a figure is not checked in one of the versions
SELECT r.id AS record_id, r.title, coalesce(a.name, c.unit_name) AS unit, r.portal, c.fiscal_year, c.stage,
       ltrim(c.code || ' ' || c.name || ' ' || c.column_name) AS item, c.before_printed AS before, c.after_printed AS after,
       c.unit AS printed_in, e.not_before, e.at AS noticed_at
FROM budget_changes c JOIN records r ON r.id = c.record_id
LEFT JOIN publisher_names n ON n.portal = r.portal AND n.name = c.unit_name LEFT JOIN agencies a ON a.id = n.agency_id
LEFT JOIN events e ON e.record_id = c.record_id AND e.kind = 'changed' AND e.after_capture_id = c.after_capture_id
WHERE c.checked AND :portal IN ('', r.portal)
ORDER BY e.at DESC, r.id, item
-- left out
SELECT count(*) FROM budget_changes c JOIN records r ON r.id = c.record_id WHERE NOT c.checked AND :portal IN ('', r.portal)
