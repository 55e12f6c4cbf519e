-- id: Q22
-- title: 哪些连续公开的信息缺了期？ / Which issues of a series were not found?
-- means: 周报、月报、季报和按期编号的信息，同一年里见到了前后各期，中间缺的期次列在这里。
--    / Weekly, monthly and quarterly reports and numbered issues: those between the first and the last found in a year that
--   were not.
-- computed: 标题除期次外完全相同的归为一个系列（年份也相同），列出第一期与最后一期之间没有见到的期次。
--    / Titles that are the same but for the number of the issue, the year included, are one series; listed is what is missing
--   between its first and its last issue found.
-- caution: 标题换了写法就不再认作同一系列；停刊、合刊也会缺期。
--    / A title worded otherwise is no longer taken for the same series; issues may be combined or skipped.
-- parameter: least number 3, 至少见到几期 / issues found, at least
-- parameter: portal portal -, 门户 / portal
-- column: issue_unit, 按什么计 / counted in
-- column: found, 见到的期数 / issues found
-- column: first, 第一期 / first
-- column: last, 最后一期 / last
-- column: missing, 缺的期数 / missing
-- column: numbers, 缺的期次 / which
-- left out: 因标题存疑而未计的记录 / records left out for a doubtful title
WITH issues AS (
  SELECT portal, series_key, issue, issue_unit, max(record_id) AS record_id FROM derived
  WHERE series_key IS NOT NULL AND :portal IN ('', portal) GROUP BY portal, series_key, issue
), steps AS (
  SELECT *, lag(issue) OVER (PARTITION BY portal, series_key ORDER BY issue) AS before FROM issues
), series AS (
  SELECT portal, issue_unit, count(*) AS found, min(issue) AS first, max(issue) AS last,
         max(issue) - min(issue) + 1 - count(*) AS missing, max(record_id) AS record_id,
         group_concat(CASE WHEN issue - before = 2 THEN before + 1
                           WHEN issue - before > 2 THEN (before + 1) || '–' || (issue - 1) END, '、') AS numbers
  FROM steps GROUP BY portal, series_key HAVING count(*) >= :least AND max(issue) - min(issue) + 1 > count(*)
)
SELECT r.id AS record_id, r.title, r.publisher, s.portal, s.issue_unit, s.found, s.first, s.last, s.missing, s.numbers
FROM series s JOIN records r ON r.id = s.record_id
ORDER BY s.missing DESC, s.portal, r.title
-- left out
SELECT count(*) FROM derived WHERE doubtful & 2 AND :portal IN ('', portal)
