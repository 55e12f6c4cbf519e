-- id: Q23
-- title: 哪些规范性文件没有找到解读，或者解读来得晚？ / For which normative documents was no interpretation found, or only a late one?
-- means: 规范性文件公布时应当同步解读。这里列出在同一门户没有找到解读的，和解读在所填天数之后才有的。
--    / A normative document should be published together with its interpretation. Listed are those for which none was found in
--   the portal, or none within so many days.
-- computed: 取文件标题的核心（书名号里的，或“印发”与“的通知”之间的），与解读标题的核心相同就算有解读。没有任何解读的门户不计。
--    / The core of a title (what stands in 《》, or between “印发” and “的通知”) is compared with that of interpretations. Portals
--   without any interpretation are not counted.
-- caution: 解读可能换了说法、放在别的网站，或者写在文件正文后面；只有面向公众的规范性文件才需要解读。
--    / An interpretation may be worded otherwise, stand on another site or at the end of the document itself; only documents
--   that concern the public need one.
-- parameter: days number 5, 晚于几天 / days later than
-- parameter: portal portal -, 门户 / portal
-- column: interpreted_on, 最早的解读 / earliest interpretation
-- column: days_later, 晚了几天 / days later
-- chart: published_on
-- left out: 因标题或日期存疑、或门户没有解读而未计的规范性文件 / normative documents left out: doubtful title or date, or a portal without interpretations
WITH explained AS MATERIALIZED (
  SELECT portal, subject_key, min(published_on) AS at FROM derived
  WHERE subject_key IS NOT NULL AND explains AND :portal IN ('', portal) GROUP BY portal, subject_key
), interpreting AS MATERIALIZED (SELECT DISTINCT portal FROM derived WHERE subject_key IS NOT NULL AND explains)
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.document_number, r.published_on, e.at AS interpreted_on,
       CAST(julianday(e.at) - julianday(r.published_on) AS INTEGER) AS days_later
FROM derived d JOIN records r ON r.id = d.record_id
LEFT JOIN explained e ON e.portal = d.portal AND e.subject_key = d.subject_key
WHERE d.subject_key IS NOT NULL AND d.kind = 'normative_document' AND NOT d.explains AND NOT d.doubtful & 6
  AND :portal IN ('', d.portal) AND d.portal IN (SELECT portal FROM interpreting)
  AND (e.subject_key IS NULL OR julianday(e.at) - julianday(d.published_on) > :days)
ORDER BY r.published_on DESC, r.id DESC
-- left out
SELECT count(*) FROM derived d
WHERE d.kind = 'normative_document' AND NOT d.explains AND :portal IN ('', d.portal)
  AND (d.doubtful & 6 OR NOT EXISTS (SELECT 1 FROM derived e WHERE e.portal = d.portal AND e.subject_key IS NOT NULL AND e.explains))
