-- id: Q27
-- title: 哪些预算、决算不是由本单位公开的？ / Which budgets and final accounts were not published by their own unit?
-- means: 标题写的是某个单位的预算或决算，发布机构却是另一个机构。预算法要求部门自己公开，单位的由单位自己公开。
--    / The title names one unit's budget or final accounts, and another agency is stated as publisher. By the Budget Law each
--   department, and since 2020 each unit, publishes its own.
-- computed: 从标题认出单位，与发布机构相比；同一机构的不同写法、前后继机构算作相同，政府整体的预算不计。
--    / The unit that the title names is held against the publisher; other names of one agency, and what it became, are the same.
--   Budgets of the government as a whole don't count.
-- caution: 由财政部门在统一平台集中公开也是规定的做法，这里只说明标注的发布机构是谁。
--    / Publishing all of them on one platform run by the finance office is provided for, too; this only says who is stated as
--   publisher.
-- parameter: portal portal -, 门户 / portal
-- column: unit, 标题所称单位 / unit in the title
-- column: year, 年度 / year
-- known by: record_id, unit, year
-- chart: publisher
-- left out: 因标题或发布机构存疑而未计的预决算 / budgets left out for a doubtful title or publisher
SELECT r.id AS record_id, r.title, un.name AS unit, r.publisher, r.portal, b.year, r.published_on
FROM budgets b JOIN derived d ON d.record_id = b.record_id
JOIN publisher_names un ON un.id = b.unit_id JOIN agencies u ON u.id = un.agency_id
JOIN publisher_names pn ON pn.id = d.publisher_id JOIN agencies p ON p.id = pn.agency_id
JOIN records r ON r.id = b.record_id
WHERE b.named AND NOT b.doubtful AND NOT d.doubtful & 8 AND u.id <> p.id AND u.type <> 'government'
  AND u.successor_id IS NOT p.id AND p.successor_id IS NOT u.id AND :portal IN ('', b.portal)
  AND NOT (un.name LIKE '%县' OR un.name LIKE '%区' OR un.name LIKE '%市' OR un.name LIKE '%级')
GROUP BY b.record_id
ORDER BY r.published_on DESC, r.id DESC
-- left out
SELECT count(*) FROM budgets b JOIN derived d ON d.record_id = b.record_id LEFT JOIN publisher_names n ON n.id = d.publisher_id
WHERE b.named AND (b.doubtful OR d.doubtful & 8 OR (d.publisher_id IS NOT NULL AND n.agency_id IS NULL)) AND :portal IN ('', b.portal)
