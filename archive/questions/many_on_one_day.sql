-- id: Q11
-- title: 哪些日子一次公开了特别多？ / On which days was unusually much disclosed at once?
-- means: 某一天标注或首次发现的记录远多于这个门户平常的日子；如果其后14天内有政务公开的检查、评估，也标出来。
--    / Days on which far more records are dated, or were first seen, than is usual for the portal; with the inspection or
--   assessment of disclosure that followed within 14 days, where one is known.
-- computed: 分别按标注的发布日期、按本档案首次发现的日子计数（首次完整采集的那些不算），与该门户有记录的日子的平均数相比。检查的日子由标题认出。
--    / Counted by the date stated, and by the day first seen (the first whole crawl aside), against the mean of the portal's
--   days with records. Inspections are known by the titles of records.
-- caution: 网站开通、改版、迁移的日子必然很多；集中公示一批事项也很平常。先后相近不等于有因果。
--    / A site that opens, is rebuilt or moves has such days; publishing a batch is ordinary. One after the other is not one
--   because of the other.
-- parameter: least number 8, 一天至少几条 / records a day, at least
-- parameter: times number 5, 至少为平均的几倍 / times the mean, at least
-- parameter: portal portal -, 门户 / portal
-- column: day, 日期 / day
-- column: basis, 按什么计 / counted by
-- column: records, 条数 / records
-- column: usual, 平均每天 / mean of a day
-- column: inspection_on, 其后14天内的检查 / inspection within 14 days
-- known by: portal, day, basis
-- chart: day, records
-- left out: 因日期存疑而未计的记录 / records left out for a doubtful date
WITH first_walk AS (
  SELECT c.portal, min(c.finished_at) AS at FROM crawls c JOIN ledger l ON l.crawl_id = c.id AND l.complete
  WHERE c.finished_at IS NOT NULL GROUP BY c.portal
), days AS (
  SELECT portal, published_on AS day, '标注日期 / date stated' AS basis, count(*) AS records FROM derived
  WHERE published_on IS NOT NULL AND NOT doubtful & 4 AND :portal IN ('', portal) GROUP BY portal, published_on
  UNION ALL
  SELECT r.portal, date(r.first_seen, '+8 hours'), '首次发现 / first seen', count(*)
  FROM first_walk w JOIN records r ON r.portal = w.portal AND r.first_seen > w.at
  WHERE :portal IN ('', r.portal) GROUP BY r.portal, date(r.first_seen, '+8 hours')
), usual AS (
  SELECT portal, basis, avg(records) AS mean FROM days GROUP BY portal, basis
)
SELECT d.day, d.portal, d.basis, d.records, round(u.mean, 1) AS usual,
       (SELECT min(i.published_on) FROM derived i WHERE i.inspects AND i.portal = d.portal AND NOT i.doubtful & 4
        AND i.published_on BETWEEN d.day AND date(d.day, '+14 days')) AS inspection_on
FROM days d JOIN usual u ON u.portal = d.portal AND u.basis = d.basis
WHERE d.records >= :least AND d.records >= :times * u.mean
ORDER BY d.day DESC, d.portal, d.basis
-- left out
SELECT count(*) FROM derived WHERE doubtful & 4 AND :portal IN ('', portal)
