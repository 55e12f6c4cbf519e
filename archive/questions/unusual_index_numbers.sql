-- id: Q17
-- title: 哪些索引号的写法不寻常？ / Which index numbers are written unusually?
-- means: 写法不合任何已知格式、校验码不对、年份与发布年份不同，或者与同一门户绝大多数号的格式不同的索引号。
--    / Index numbers that fit no known pattern, whose check digit is not right, whose year is not that of publication, or that
--   are written otherwise than nearly all others of the portal.
-- computed: 按各地通行的格式拆开，核对组织机构代码、统一社会信用代码的校验码和行政区划代码，再与发布日期的年份和本门户的多数相比。
--    / Taken apart by the patterns in use; check digits of organisation and credit codes and division codes are verified, then
--   the year and the portal's usual pattern are compared.
-- caution: 多为录入的笔误；跨年公开的文件年份本来就可能不同。不同页面标注不一致、来自扫描件的号不计。
--    / Mostly slips of typing; a document of December that is published in January has another year. Numbers that pages print
--   differently, or that come from scans, are not counted.
-- parameter: portal portal -, 门户 / portal
-- column: unusual, 不寻常之处 / what is unusual
-- chart: unusual
-- left out: 因索引号存疑而未计的记录 / records left out for a doubtful number
WITH patterns AS (
  SELECT portal, index_pattern, count(*) AS records, sum(count(*)) OVER (PARTITION BY portal) AS numbered
  FROM derived NOT INDEXED
  WHERE index_pattern IS NOT NULL AND :portal IN ('', portal) GROUP BY portal, index_pattern
), usual AS (
  SELECT portal, index_pattern FROM patterns WHERE records >= 10 AND records * 10 >= numbered * 9
)
SELECT r.index_number,
       CASE WHEN d.index_pattern IS NULL THEN '不合已知格式 / fits no known pattern'
            WHEN d.index_checks = 0 THEN '校验码或区划代码不对 / check digit or division code'
            WHEN u.index_pattern <> d.index_pattern THEN '与本门户多数不同 / unlike the portal''s others'
            ELSE '年份与发布年份不同 / year is not that of publication' END AS unusual,
       r.id AS record_id, r.title, r.publisher, r.portal, r.published_on
FROM derived d LEFT JOIN usual u ON u.portal = d.portal JOIN records r ON r.id = d.record_id
WHERE NOT d.lacks & 1 AND NOT d.doubtful & 1 AND :portal IN ('', d.portal)
  AND (d.index_pattern IS NULL OR d.index_checks = 0 OR u.index_pattern <> d.index_pattern
       OR (d.index_year <> substr(d.published_on, 1, 4) + 0 AND NOT d.doubtful & 4))
ORDER BY d.record_id DESC
-- left out
SELECT count(*) FROM derived WHERE doubtful & 1 AND NOT lacks & 1 AND :portal IN ('', portal)
