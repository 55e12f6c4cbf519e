-- id: Q10
-- title: 哪些预算、决算公开得晚？ / Which budgets and final accounts were disclosed late?
-- means: 预算法规定，部门预算、决算在财政部门批复后20日内由各部门公开；批复应在人民代表大会批准后20日内。合起来是批准后40天。
--    / By the Budget Law departments disclose theirs within 20 days of the finance office's approval, and that is due within
--   20 days of the congress: 40 days in all.
-- computed: 批准的日子多不在网上，这里取一个宽的界限：预算按当年3月31日、决算按次年9月30日起算，加上所填天数。同一单位同一年度只看最早的一份。
--    / When the congress met is seldom online, so a generous bound is taken: 31 March of the year for budgets, 30 September of
--   the next for final accounts, plus so many days. Of one unit and year only the earliest counts.
-- caution: 各地批准的日子不同，准确的期限须查当地的公报；重新上传、门户改版都会使标注日期变晚。
--    / The day of approval differs from place to place and must be looked up; uploading anew or rebuilding a site makes stated
--   dates later.
-- parameter: days number 40, 批准后多少天 / days after approval
-- parameter: portal portal -, 门户 / portal
-- column: agency, 单位 / unit
-- column: year, 年度 / year
-- column: type, 种类 / type
-- column: due_on, 最晚应在 / due by
-- column: days_later, 晚了多少天 / days later
-- chart: year
-- left out: 因标题或日期存疑而未计的预决算 / budgets left out for a doubtful title or date
WITH earliest AS (
  SELECT b.portal, coalesce(a.id, -n.id) AS unit, coalesce(a.name, n.name) AS agency, b.year, b.type, b.record_id,
         min(d.published_on) AS published_on,
         date(CASE b.type WHEN 'budget' THEN b.year || '-03-31' ELSE (b.year + 1) || '-09-30' END, '+' || :days || ' days') AS due_on
  FROM budgets b JOIN derived d ON d.record_id = b.record_id
  LEFT JOIN publisher_names n ON n.id = b.unit_id LEFT JOIN agencies a ON a.id = n.agency_id
  WHERE NOT b.doubtful AND NOT d.doubtful & 4 AND d.published_on IS NOT NULL AND b.year >= 2015 AND :portal IN ('', b.portal)
  GROUP BY b.portal, coalesce(a.id, -n.id, -b.record_id - 1000000000), b.year, b.type
)
SELECT r.id AS record_id, r.title, e.agency, e.portal, e.year,
       CASE e.type WHEN 'budget' THEN '预算 / budget' ELSE '决算 / final accounts' END AS type, e.published_on, e.due_on,
       CAST(julianday(e.published_on) - julianday(e.due_on) AS INTEGER) AS days_later
FROM earliest e JOIN records r ON r.id = e.record_id
WHERE e.published_on > e.due_on
ORDER BY e.year DESC, days_later DESC, r.id
-- left out
SELECT count(*) FROM budgets b JOIN derived d ON d.record_id = b.record_id
WHERE (b.doubtful OR d.doubtful & 4) AND b.year >= 2015 AND :portal IN ('', b.portal)
