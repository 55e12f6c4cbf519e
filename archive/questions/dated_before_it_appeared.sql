-- id: Q03
-- title: 哪些文件标注的日期远早于它出现的日子？ / Which documents are dated well before they appeared?
-- means: 标注的发布日期之后很久，本档案完整采集过它所在的目录，目录里还没有它；后来它才出现，标的却是从前的日期。
--    / Long after the date it states, this archive read the whole catalogue and the document was not there; it appeared later,
--   under the earlier date.
-- computed: 在标注日期之后满所填天数、首次发现之前，它所在的目录至少完整采集过一次而未见它。服务器返回的修改时间和网址里的日期一并列出，供对照。
--    / Between the date stated, plus so many days, and the day it was first seen, its catalogue was read to its end at least
--   once without it. What the server says of the last modification, and the date in the address, stand beside it.
-- caution: 标注日期可能是文件写成或印发的日期，不一定指上网的日期；补录旧文件也是公开。换了网址且内容对得上的不算在内。
--    / The date may be that of signing, not of going online, and entering an old document late is disclosure too. What merely
--   moved to a new address is not counted.
-- parameter: days number 30, 相差天数至少 / days apart, at least
-- parameter: portal portal -, 门户 / portal
-- column: days_later, 晚了多少天 / days later
-- column: url_date, 网址里的日期 / date in the address
-- column: last_modified, 服务器返回的修改时间 / last modified, says the server
-- chart: first_seen
-- left out: 因日期存疑而未计的记录 / records left out for a doubtful date
WITH walked AS (
  SELECT c.portal, min(c.finished_at) AS since FROM crawls c JOIN ledger l ON l.crawl_id = c.id AND l.complete
  WHERE c.finished_at IS NOT NULL AND :portal IN ('', c.portal) GROUP BY c.portal
), late AS (
  SELECT r.id, r.portal, r.first_seen, r.published_on FROM walked w JOIN records r ON r.portal = w.portal
  WHERE r.first_seen > w.since AND r.published_on <= date(r.first_seen, '+8 hours', '-' || :days || ' days')
)
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.published_on, r.first_seen,
       CAST(julianday(date(r.first_seen, '+8 hours')) - julianday(r.published_on) AS INTEGER) AS days_later,
       CASE WHEN r.url GLOB '*/t20[0-9][0-9][01][0-9][0-3][0-9]_*'
            THEN substr(r.url, instr(r.url, '/t20') + 2, 4) || '-' || substr(r.url, instr(r.url, '/t20') + 6, 2)
                 || '-' || substr(r.url, instr(r.url, '/t20') + 8, 2) END AS url_date,
       c.last_modified
FROM late t JOIN records r ON r.id = t.id JOIN derived d ON d.record_id = r.id AND NOT d.doubtful & 4
LEFT JOIN captures c ON c.id = r.capture_id
WHERE EXISTS (
  SELECT 1 FROM listings s JOIN ledger l ON l.catalog_id = s.catalog_id AND l.complete JOIN crawls w ON w.id = l.crawl_id
  WHERE s.record_id = r.id AND w.finished_at < r.first_seen
    AND date(w.started_at, '+8 hours') >= date(r.published_on, '+' || :days || ' days')
)
ORDER BY r.first_seen DESC, r.id DESC
-- left out
SELECT count(*) FROM (
  SELECT c.portal, min(c.finished_at) AS since FROM crawls c JOIN ledger l ON l.crawl_id = c.id AND l.complete
  WHERE c.finished_at IS NOT NULL AND :portal IN ('', c.portal) GROUP BY c.portal
) w JOIN records r ON r.portal = w.portal AND r.first_seen > w.since
JOIN derived d ON d.record_id = r.id AND d.doubtful & 4
WHERE r.published_on <= date(r.first_seen, '+8 hours', '-' || :days || ' days')
