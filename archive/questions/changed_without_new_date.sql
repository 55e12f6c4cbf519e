-- id: Q05
-- title: 哪些文件内容变了，日期没变？ / Which documents changed under an unchanged date?
-- means: 同一页面先后两次所载的标题、正文或其他内容不同，而标注的发布日期没有变。点开记录可以逐字对照改了什么。
--    / The same page said something else the second time, in its title, text or elsewhere, while the date it states stayed
--   the same. A record's page shows word by word what changed.
-- computed: 本档案每次读到页面都与上次对照，变动发生在上次见到原样（“不早于”，空白则无从得知）与发现之间；计数器、生成时间、分享按钮、排版之类不算变动。只换了附件的也列在内。
--    / Each reading is held against the one before; counters, generated times, share boxes and layout don't count. Replaced
--   files do. It changed after it was last seen as before (not before; empty: since when cannot be told), and by the time noticed.
-- caution: 更正错字、补充附件都是正常的维护，变动本身不说明任何问题。只下载到一半的页面不用来对照。
--    / Mending a slip or adding a file is ordinary upkeep; a change by itself says nothing. Pages that broke off in the
--   middle are not compared.
-- parameter: portal portal -, 门户 / portal
-- column: noticed_at, 发现时间 / noticed
-- column: not_before, 不早于 / not before
-- column: changed, 变动的内容 / what changed
-- known by: record_id, noticed_at
-- chart: noticed_at
-- left out: 页面不完整的记录，未列出 / changes of records whose page broke off in the middle
WITH changes AS (
  SELECT e.id, e.record_id, e.at, e.not_before, (SELECT json_group_array(key) FROM json_each(e.detail, '$.changed')) AS changed
  FROM events e
  WHERE e.kind = 'changed' AND json_type(e.detail, '$.changed.published_on') IS NULL
)
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.kind, r.published_on, c.at AS noticed_at, c.changed, c.not_before
FROM changes c JOIN records r ON r.id = c.record_id
WHERE r.state <> 'withheld' AND :portal IN ('', r.portal) AND NOT EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value = 'page_cut')
ORDER BY c.at DESC, c.id DESC
-- left out
SELECT count(*) FROM events e JOIN records r ON r.id = e.record_id
WHERE e.kind = 'changed' AND json_type(e.detail, '$.changed.published_on') IS NULL AND :portal IN ('', r.portal)
  AND EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value = 'page_cut')
