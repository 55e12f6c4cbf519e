-- id: Q24
-- title: 哪些文件标在节假日或将来？ / Which documents are dated on a holiday or in the future?
-- means: 标注的发布日期是国家法定节假日，或者首次见到时还没有到的日子；也可以连周末一起看。
--    / The stated date of publication is a public holiday, or was still to come when the record was first seen; weekends too, if
--   you like.
-- computed: 按国务院历年放假通知，调休上班的周末不算。历书涵盖{calendar}年。
--    / By the State Council's yearly notices; weekends that are worked in exchange don't count. The calendar covers {calendar}.
-- caution: 假日也有人值班，网站也可能定时发布，所以只是一个线索。
--    / Somebody is on duty on holidays, and sites may publish by a timer: it is a hint at most.
-- parameter: weekends number 0, 连周末一起看填1 / 1: weekends too
-- parameter: portal portal -, 门户 / portal
-- column: day, 是什么日子 / what day it is
-- chart: day
-- left out: 因日期存疑、或不在{calendar}年之内而未计的记录 / records left out: a doubtful date, or outside {calendar}
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.kind, r.published_on,
       CASE WHEN d.doubtful & 16 THEN '将来 / in the future' WHEN d.rest_day = '周末' THEN '周末 / weekend'
            ELSE d.rest_day || ' / holiday' END AS day
FROM derived d JOIN records r ON r.id = d.record_id
WHERE (d.doubtful & 16 OR (d.rest_day <> '' AND (d.rest_day <> '周末' OR :weekends))) AND NOT d.doubtful & 4
  AND :portal IN ('', d.portal)
ORDER BY d.portal, d.published_on DESC
-- left out
SELECT count(*) FROM derived
WHERE published_on IS NOT NULL AND (doubtful & 4 OR (rest_day IS NULL AND NOT doubtful & 16)) AND :portal IN ('', portal)
