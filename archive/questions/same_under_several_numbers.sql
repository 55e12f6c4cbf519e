-- id: Q14
-- title: 哪些内容用几个索引号公开了几次？ / What was disclosed several times, under several index numbers?
-- means: 正文完全相同的记录，或同一天标注、标题完全相同的记录，各有各的索引号。按条数统计公开量时，它们会重复计数。
--    / Records with exactly the same text, or with the same title and date, each with an index number of its own. Whoever
--   counts records counts them more than once.
-- computed: 同一门户里，标点空白之外逐字相同的正文（100字以上），或同一天的同一标题（10字以上），索引号不止一个的；未载发布日期的不计。
--    / In one portal: texts of 100 characters and more that are the same but for blanks and punctuation, or titles of 10 and
--   more on one date, with more than one index number. Records without a date of publication don't count.
-- caution: 一份文件放进几个目录、由几个单位各自公开，都会这样，不一定是有意重复。
--    / A document placed in several columns, or published by several agencies, looks the same; none of it need be on purpose.
-- parameter: portal portal -, 门户 / portal
-- column: same, 相同之处 / what is the same
-- column: records, 相同的记录 / records alike
-- left out: 因索引号或标题存疑而未计的记录 / records left out for a doubtful number or title
WITH alike AS (
  SELECT portal, 'text' AS same, text_key AS key, NULL AS published_on FROM derived
  WHERE text_key IS NOT NULL AND :portal IN ('', portal) GROUP BY portal, text_key HAVING count(*) > 1
  UNION ALL
  SELECT portal, 'title', title_key, NULL FROM derived
  WHERE title_key IS NOT NULL AND :portal IN ('', portal) GROUP BY portal, title_key HAVING count(*) > 1
), members AS (
  SELECT a.same, a.key, d.portal, d.published_on, d.record_id FROM alike a
  JOIN derived d ON d.portal = a.portal AND d.text_key = a.key AND a.same = 'text' WHERE NOT d.doubtful & 1
  UNION ALL
  SELECT a.same, a.key, d.portal, d.published_on, d.record_id FROM alike a
  JOIN derived d ON d.portal = a.portal AND d.title_key = a.key AND a.same = 'title' WHERE NOT d.doubtful & 3
), groups AS (
  SELECT m.same, m.portal, m.key, iif(m.same = 'title', m.published_on, '') AS day, count(*) AS records
  FROM members m JOIN records r ON r.id = m.record_id
  WHERE r.index_number IS NOT NULL AND m.published_on IS NOT NULL
  GROUP BY m.same, m.portal, m.key, iif(m.same = 'title', m.published_on, '')
  HAVING count(DISTINCT r.index_number) > 1
)
SELECT CASE g.same WHEN 'text' THEN '正文 / text' ELSE '标题和日期 / title and date' END AS same, g.records,
       r.id AS record_id, r.title, r.index_number, r.publisher, r.portal, r.published_on
FROM groups g JOIN members m ON m.same = g.same AND m.portal = g.portal AND m.key = g.key
  AND m.published_on IS NOT NULL AND g.day IN ('', m.published_on)
JOIN records r ON r.id = m.record_id AND r.index_number IS NOT NULL
ORDER BY g.portal, g.same DESC, g.key, r.index_number, r.id
-- left out
SELECT count(*) FROM derived WHERE doubtful & 3 AND :portal IN ('', portal)
