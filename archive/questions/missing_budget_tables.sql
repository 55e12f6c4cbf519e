-- id: Q31
-- title: 哪些单位的预决算缺规定的表？ / Whose budgets or accounts lack prescribed tables?
-- means: 部门预算、部门决算规定公开九张表。这里列出读出了几张、但没有见到其余各张的。
--    / A department's budget and its accounts are to have nine tables. Listed are those of which some were read and others not seen.
-- computed: 一个单位一年的预算（或决算）的全部文件合在一起，按标题与表头认出各表；至少读出几张的才算，免得把只摘登一两张的当作全文。空表也算有。
--    / All documents of a unit's year are taken together, tables known by title and head. At least so many must have been read, or
--   it may be an extract. An empty table is there, too.
-- caution: “没有见到”不等于没有公开：表可能是图片、没有框线，或另放一处；没有国有资本经营预算的单位可能不印那一张。
--    / Not seen is not the same as not disclosed: a table may be a picture, without lines, or stand elsewhere; and units without
--   state capital may not print that table.
-- parameter: least number 4, 至少读出几张 / tables read, at least
-- parameter: portal portal -, 门户 / portal
-- column: unit, 单位 / unit
-- column: fiscal_year, 年度 / year
-- column: stage, 预算或决算 / stage
-- column: tables_read, 读出 / read
-- column: tables_missing, 未见 / not seen
-- known by: portal, unit, fiscal_year, stage
-- chart: fiscal_year
-- left out: 读出的表太少而未计的 / left out, for too few tables were read
WITH nine AS (
  SELECT id, key AS kind, value AS label FROM json_each(
    '{"summary": "收支总表", "income": "收入总表", "spending": "支出总表", "fiscal_summary": "财政拨款收支总表",
      "general_spending": "一般公共预算支出表", "basic_spending": "基本支出表", "three_public": "三公经费表",
      "fund_spending": "政府性基金支出表", "capital_spending": "国有资本经营支出表"}')
), documents AS MATERIALIZED (
  SELECT t.portal, t.unit_name, t.fiscal_year, t.stage, min(iif(t.read_whole, t.record_id, NULL)) AS record_id,
         count(DISTINCT iif(t.read_whole, nine.kind, NULL)) AS tables_read, json_group_array(iif(t.read_whole, nine.kind, NULL)) AS kinds
  FROM unit_tables t LEFT JOIN nine USING (kind)
  WHERE t.unit_name IS NOT NULL AND t.fiscal_year IS NOT NULL AND t.stage IS NOT NULL AND :portal IN ('', t.portal)
  GROUP BY t.portal, t.unit_name, t.fiscal_year, t.stage
)
SELECT r.id AS record_id, r.title, d.unit_name AS unit, d.portal, d.fiscal_year, d.stage, d.tables_read,
       (SELECT group_concat(label, '、') FROM (
          SELECT label FROM nine WHERE NOT EXISTS (SELECT 1 FROM json_each(d.kinds) WHERE value = nine.kind) ORDER BY id)) AS tables_missing
FROM documents d JOIN records r ON r.id = d.record_id
WHERE d.tables_read >= :least AND d.tables_read < (SELECT count(*) FROM nine)
ORDER BY d.fiscal_year DESC, d.portal, d.unit_name, d.stage
-- left out
WITH nine AS (
  SELECT id, key AS kind, value AS label FROM json_each(
    '{"summary": "收支总表", "income": "收入总表", "spending": "支出总表", "fiscal_summary": "财政拨款收支总表",
      "general_spending": "一般公共预算支出表", "basic_spending": "基本支出表", "three_public": "三公经费表",
      "fund_spending": "政府性基金支出表", "capital_spending": "国有资本经营支出表"}')
), documents AS MATERIALIZED (
  SELECT t.portal, t.unit_name, t.fiscal_year, t.stage, min(iif(t.read_whole, t.record_id, NULL)) AS record_id,
         count(DISTINCT iif(t.read_whole, nine.kind, NULL)) AS tables_read, json_group_array(iif(t.read_whole, nine.kind, NULL)) AS kinds
  FROM unit_tables t LEFT JOIN nine USING (kind)
  WHERE t.unit_name IS NOT NULL AND t.fiscal_year IS NOT NULL AND t.stage IS NOT NULL AND :portal IN ('', t.portal)
  GROUP BY t.portal, t.unit_name, t.fiscal_year, t.stage
)
SELECT count(*) FROM documents WHERE tables_read < :least
