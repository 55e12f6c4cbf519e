-- id: Q18
-- title: 各机构的记录缺少哪些应有的项目？ / Which items that should be there do agencies' records lack?
-- means: 目录应当标明索引号、生成日期、发布机构、发布日期等。这里按机构列出各项空缺的百分比。
--    / A catalogue should state index number, date created, publisher, date published and so on. By agency: the share of records
--   in which each is empty.
-- computed: 只计读到过原页正文的记录；一条记录在目录、提示框或原页任何一处载有该项，就不算缺。文号只有公文才有，空缺不一定不对。
--    / Of records whose own page was read; whatever the catalogue, its tooltip or the page states counts. Only official documents
--   have a document number, so its absence is not by itself a lack.
-- caution: 有的门户整个模板没有某一项，那是网站的设计，不是某个机构的疏漏。
--    / Some portals' template lacks an item altogether: that is the site's design, not an agency's omission.
-- parameter: least number 5, 至少几条记录 / records, at least
-- parameter: portal portal -, 门户 / portal
-- column: agency, 机构 / agency
-- column: records, 记录 / records
-- column: no_index_number, 缺索引号％ / no index number %
-- column: no_created_on, 缺生成日期％ / no date created %
-- column: no_published_on, 缺发布日期％ / no date published %
-- column: no_department, 缺责任部门％ / no department %
-- column: no_document_number, 缺文号％ / no document number %
-- known by: portal, agency
-- left out: 因页面存疑而未计的记录 / records left out for a doubtful page
WITH counted AS (
  SELECT portal, publisher_id, count(*) AS records, sum(lacks & 1 > 0) AS number, sum(lacks & 2 > 0) AS created,
         sum(lacks & 32 > 0) AS published, sum(lacks & 8 > 0) AS department, sum(lacks & 16 > 0) AS document
  FROM derived WHERE NOT lacks & 64 AND NOT doubtful & 5 AND :portal IN ('', portal) GROUP BY portal, publisher_id
)
SELECT coalesce(a.name, n.name, '未载发布机构 / no publisher stated') AS agency, c.portal, sum(records) AS records,
       sum(number) * 100 / sum(records) AS no_index_number, sum(created) * 100 / sum(records) AS no_created_on,
       sum(published) * 100 / sum(records) AS no_published_on, sum(department) * 100 / sum(records) AS no_department,
       sum(document) * 100 / sum(records) AS no_document_number
FROM counted c LEFT JOIN publisher_names n ON n.id = c.publisher_id LEFT JOIN agencies a ON a.id = n.agency_id
GROUP BY c.portal, coalesce(a.id, -n.id) HAVING sum(records) >= :least
ORDER BY sum(number + created + published + department) * 1.0 / sum(records) DESC, records DESC, agency
-- left out
SELECT count(*) FROM derived WHERE NOT lacks & 64 AND doubtful & 5 AND :portal IN ('', portal)
