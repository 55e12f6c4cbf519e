-- id: Q19
-- title: 哪些目录很久没有更新？ / Which catalogues have had nothing new for long?
-- means: 最近一次完整采集时，最新一条记录标注的日期已在所填天数之前的目录。
--    / Catalogues whose newest record, when they were last read to their end, was dated more than so many days before.
-- computed: 以最近一次完整采集的当天为准，而不是今天；标在将来的日期不算。国家的网站检查以通知公告和政策文件6个月为限。
--    / As of the day the catalogue was last read to its end, not of today; dates in the future don't count. National inspections
--   of sites allow notices and policy documents six months.
-- caution: 有些目录本来就很少变动，如机构职能、工作制度、多年规划。
--    / Some columns change seldom by nature, such as functions, working rules, plans of several years.
-- parameter: days number 180, 超过多少天 / more days than
-- parameter: portal portal -, 门户 / portal
-- column: catalog, 目录 / catalogue
-- column: records, 记录 / records
-- column: newest_on, 最新一条的日期 / newest is dated
-- column: walked_on, 最近一次完整采集 / last read wholly
-- column: days, 相隔天数 / days between
-- known by: portal, catalog
-- left out: 没有带日期的记录、或从未完整采集而未计的目录 / catalogues left out: no dated records, or never read to their end
WITH walked AS (
  SELECT c.id, c.portal, c.title, c.kind, date(max(w.finished_at), '+8 hours') AS walked_on
  FROM catalogs c JOIN ledger l ON l.catalog_id = c.id AND l.complete JOIN crawls w ON w.id = l.crawl_id
  WHERE w.finished_at IS NOT NULL AND :portal IN ('', c.portal) GROUP BY c.id
), newest AS (
  SELECT w.*, count(*) AS records, max(d.published_on) AS newest_on
  FROM walked w CROSS JOIN listings l ON l.catalog_id = w.id CROSS JOIN derived d ON d.record_id = l.record_id
  WHERE NOT d.doubtful & 20 AND d.published_on IS NOT NULL GROUP BY w.id
)
SELECT title AS catalog, portal, kind, records, newest_on, walked_on,
       CAST(julianday(walked_on) - julianday(newest_on) AS INTEGER) AS days
FROM newest WHERE julianday(walked_on) - julianday(newest_on) > :days
ORDER BY days DESC, portal, catalog
-- left out
SELECT count(*) FROM catalogs c WHERE :portal IN ('', c.portal) AND NOT (
  EXISTS (SELECT 1 FROM ledger l JOIN crawls w ON w.id = l.crawl_id
          WHERE l.catalog_id = c.id AND l.complete AND w.finished_at IS NOT NULL)
  AND EXISTS (SELECT 1 FROM listings l JOIN derived d ON d.record_id = l.record_id
              WHERE l.catalog_id = c.id AND d.published_on IS NOT NULL AND NOT d.doubtful & 20)
)
