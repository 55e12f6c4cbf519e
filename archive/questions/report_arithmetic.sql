-- id: Q08
-- title: 年报自己的数字对得上吗？ / Do the figures of an annual report agree with each other?
-- means: 一份政府信息公开年报里，统计表的合计与分项、文字里的数字与统计表、文字自述的加减与比率，有对不上的，列在这里。期刊少于全年期数、“其中”各项合起来多于总数的也列出，只作提示。
--    / In one annual report, totals and parts of the table, numbers of the prose and of the table, or sums that the prose
--   itself states do not agree. Series with fewer issues than a year has, and parts that
--   add up to more than their total (they may overlap), are listed too, as a mere hint.
-- computed: 每种统计表格式有一份合计清单，逐条相加；文字里的数字，只有紧挨着它的词明说是哪项指标时才与统计表对照，说的是别的年份、别的范围的不对照；“余”“多”按不少于计，“约”“近”不计；没填的格子不计。
--    / For each template there is a list of sums, which are added up one by one. A number of the prose is held against the
--   table only where the words right before it name the indicator, and never where they speak of another year or scope;
--   "more than" counts as at least, "about" doesn't count, nor does a cell that is not filled in.
-- caution: 对不上多为笔误或统计口径不同，不能说明哪个数字是对的，更不能说明原因。请点开年报核对原文。
--    / Mostly slips or different ways of counting: it doesn't say which figure is right, let alone why. Check the report itself.
-- parameter: portal portal -, 门户 / portal
-- column: report_year, 报告年度 / year reported on
-- column: reporter, 报告单位 / reporter
-- column: held_against, 对照 / held against
-- column: figure, 指标 / figure
-- column: stated, 报告所载 / stated
-- column: found, 核对值 / held against it
-- column: weight, 级别 / weight
-- column: sentence, 所在句 / sentence
-- known by: record_id, figure, held_against
-- chart: report_year
-- left out: 页面不完整，或统计表只见于扫描附件的年报，未对照 / reports not checked: half a page, or a table only in a scanned file
SELECT r.id AS record_id, r.title, a.reporter, a.portal, a.year AS report_year,
       CASE c.kind
         WHEN 'table' THEN '表内合计与分项 / total and parts of the table'
         WHEN 'prose' THEN '文字里的总数与分项 / total and parts in the prose'
         WHEN 'beside' THEN '文字与统计表 / prose and table'
         WHEN 'series' THEN '期数与全年期数 / issues and those of a year'
         ELSE '文字自述的算式 / a sum that the prose states'
       END AS held_against,
       CASE c.kind WHEN 'table' THEN c.label || '（' || c.rule || '）' ELSE coalesce(nullif(c.label, ''), c.rule) END AS figure,
       iif(c.left_value = CAST(c.left_value AS INTEGER), CAST(c.left_value AS INTEGER), c.left_value) AS stated,
       iif(c.right_value = CAST(c.right_value AS INTEGER), CAST(c.right_value AS INTEGER), c.right_value) AS found,
       iif(c.hint, '提示 / hint', '不一致 / disagree') AS weight, c.sentence
FROM report_checks c JOIN annual_reports a USING (record_id) JOIN records r ON r.id = a.record_id
WHERE NOT c.holds AND :portal IN ('', a.portal)
  AND NOT EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value IN ('page_cut', 'row_not_read'))
ORDER BY c.hint, a.year DESC, a.portal, r.id, c.place, c.rule
-- left out
SELECT count(*) FROM annual_reports a JOIN records r ON r.id = a.record_id
WHERE :portal IN ('', a.portal)
  AND (EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value IN ('page_cut', 'row_not_read'))
       OR a.template IS NULL AND EXISTS (SELECT 1 FROM attachments f
                                         WHERE f.record_id = r.id AND f.state IN ('ocr', 'needs_ocr', 'ocr_not_installed')))
