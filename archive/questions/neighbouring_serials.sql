-- id: Q12
-- title: 哪些索引号相邻，日期却相差很远？ / Which index numbers are neighbours, though their dates are far apart?
-- means: 索引号的流水号是系统依次编的，相邻的号多半是同一次录入的。号码相邻而标注日期相差很远，常是一次补录多份旧文件留下的。
--    / Systems give the serials of index numbers one after the other, so neighbours were mostly entered in one sitting. Where
--   their dates are far apart, old documents were often entered together.
-- computed: 同一门户、同一前缀、同一年份（有的地方还分月份）里，与前一个流水号相差不超过所填数、日期相差超过所填天数的。
--    / Of one portal, prefix and year (in some places also month): serials no more than so many after the one before, with
--   dates more than so many days apart.
-- caution: 补录本身是公开，不是问题；有些系统的流水号不按时间编。索引号或日期存疑的不计。
--    / Entering documents late is disclosure, and no fault; some systems number in another order. Doubtful numbers and dates
--   are not counted.
-- parameter: step number 10, 流水号相差至多 / serials apart, at most
-- parameter: days number 7, 日期相差超过几天 / more days apart than
-- parameter: portal portal -, 门户 / portal
-- column: before_number, 前一个索引号 / number before
-- column: before_on, 前一个的日期 / its date
-- column: days_apart, 相差天数 / days apart
-- left out: 因索引号或日期存疑而未计的记录 / records left out for a doubtful number or date
WITH serials AS (
  SELECT record_id, portal, index_prefix, index_year, index_month, index_serial, published_on, lag(index_serial) OVER w AS before_serial,
         lag(published_on) OVER w AS before_on, lag(record_id) OVER w AS before_id
  FROM derived
  WHERE index_serial IS NOT NULL AND published_on IS NOT NULL AND NOT doubtful & 5 AND :portal IN ('', portal)
  WINDOW w AS (PARTITION BY portal, index_prefix, index_year, index_month ORDER BY index_serial, published_on)
)
SELECT r.index_number, r.id AS record_id, r.title, r.publisher, s.portal, s.published_on, b.index_number AS before_number,
       s.before_on, CAST(abs(julianday(s.published_on) - julianday(s.before_on)) AS INTEGER) AS days_apart
FROM serials s JOIN records r ON r.id = s.record_id JOIN records b ON b.id = s.before_id
WHERE s.index_serial - s.before_serial BETWEEN 1 AND :step
  AND abs(julianday(s.published_on) - julianday(s.before_on)) > :days
ORDER BY s.portal, s.index_prefix, s.index_year, s.index_month, s.index_serial
-- left out
SELECT count(*) FROM derived WHERE index_serial IS NOT NULL AND doubtful & 5 AND :portal IN ('', portal)
