-- id: Q16
-- title: 哪些索引号的前缀属于别的机构？ / Which index numbers bear another agency's prefix?
-- means: 索引号的前缀标明机构。这里列出前缀通常属于甲机构，发布机构却写乙机构的记录。
--    / The prefix of an index number stands for an agency. Listed are records whose prefix is usually one agency's while another
--   is named as publisher.
-- computed: 一个机构的索引号几乎都用某个前缀、这个前缀又几乎只由它用，才认为前缀属于它；门户文件写明的以其为准。同一机构的不同写法、前后继机构不算不符。
--    / A prefix is an agency's if nearly all its numbers bear it and hardly any others do, or if the portal file says so. Other
--   names of one agency, and what it became, don't count as others.
-- caution: 多为代为发布、机构更名合并或选错目录；牵头单位与发布单位本来就可以不同。
--    / Mostly published on another's behalf, renamed and merged agencies, or the wrong column chosen.
-- parameter: portal portal -, 门户 / portal
-- column: prefix_of, 前缀通常属于 / the prefix is usually that of
-- chart: prefix_of
-- left out: 因索引号或发布机构存疑而未计的记录 / records left out for a doubtful number or publisher
SELECT r.index_number, o.name AS prefix_of, r.id AS record_id, r.title, r.publisher, r.portal, r.published_on
FROM agencies o CROSS JOIN derived d ON d.portal = o.portal AND d.index_prefix = o.index_prefix
CROSS JOIN publisher_names n ON n.id = d.publisher_id CROSS JOIN agencies a ON a.id = n.agency_id
CROSS JOIN records r ON r.id = d.record_id
WHERE a.id <> o.id AND o.successor_id IS NOT a.id AND a.successor_id IS NOT o.id AND NOT d.doubtful & 9
  AND :portal IN ('', o.portal)
ORDER BY o.portal, o.name, r.published_on DESC, r.id
-- left out
SELECT count(*) FROM derived d LEFT JOIN publisher_names n ON n.id = d.publisher_id
WHERE d.index_prefix IS NOT NULL AND d.publisher_id IS NOT NULL AND (d.doubtful & 9 OR n.agency_id IS NULL) AND :portal IN ('', d.portal)
