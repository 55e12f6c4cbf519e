-- id: Q13
-- title: 哪些索引号用在了几份不同的文件上？ / Which index numbers stand on several documents?
-- means: 索引号按规定一份信息一个，终身不变。这里列出同一门户里同一个索引号、标题却不同的记录。
--    / By the rules each piece of information has an index number of its own, for ever. Here are records of one portal that
--   bear the same number under different titles.
-- computed: 在同一门户内按索引号归并，标题不止一个的列出。
--    / Records of one portal with the same index number and more than one title.
-- caution: 多为录入时的笔误或系统自动编号的缺陷。标题被截断、页面不完整、不同页面标注的索引号不一致的记录不计。
--    / Mostly slips of typing or a fault of the software that numbers. Records with a cut title, half a page, or pages that
--   print different numbers are not counted.
-- parameter: portal portal -, 门户 / portal
-- column: records, 同号的记录 / records with this number
-- left out: 因标题、页面或索引号存疑而未计的同号记录 / records with such a number left out for a doubtful title, page or number
WITH repeated AS (
  SELECT portal, index_number FROM records
  WHERE index_number IS NOT NULL AND :portal IN ('', portal)
  GROUP BY portal, index_number HAVING count(*) > 1
), sound AS (
  SELECT r.* FROM repeated JOIN records r USING (portal, index_number)
  WHERE NOT EXISTS (SELECT 1 FROM json_each(r.flags)
                    WHERE value IN ('title_truncated', 'title_missing', 'page_cut', 'row_not_read', 'index_number_differs'))
), several AS (
  SELECT portal, index_number, count(*) AS records FROM sound
  GROUP BY portal, index_number HAVING count(DISTINCT title) > 1
)
SELECT index_number, records, r.id AS record_id, r.title, r.publisher, portal, r.published_on
FROM several JOIN sound r USING (portal, index_number)
ORDER BY portal, index_number, r.published_on, r.id
-- left out
SELECT count(*) FROM (
  SELECT portal, index_number FROM records
  WHERE index_number IS NOT NULL AND :portal IN ('', portal)
  GROUP BY portal, index_number HAVING count(*) > 1
) JOIN records r USING (portal, index_number)
WHERE EXISTS (SELECT 1 FROM json_each(r.flags)
              WHERE value IN ('title_truncated', 'title_missing', 'page_cut', 'row_not_read', 'index_number_differs'))
