-- id: Q06
-- title: 哪些文号没有找到？ / Which document numbers were not found?
-- means: 一个机关一年的文件从1号起连续编号。某年见到了92号，却没有见到其间的一些号，那些号就列在这里。
--    / An agency numbers the documents of a year from 1 on. Where number 92 of a year was found and some before it were not,
--   these are listed.
-- computed: 把文号拆成代字、年份和序号，同一门户、代字、年份的归在一起，列出1号到所见最大号之间没有见到的号。见到太少的不列，那多半是上级机关的文件。
--    / Numbers are taken apart into the issuer's code, year and serial; of one portal, issuer and year those from 1 to the
--   highest that were not seen. Issuers of whom little was found are left out: mostly agencies of a higher level.
-- caution: 这是上限，不是未公开的件数：涉密的、依申请公开的、人事任免和函件等依法可以不公开；也可能公开时没有标文号。
--    / An upper bound, not a count of what should have been there: secret documents, those for request only, personnel matters
--   and letters need not be published, and some are published without their number.
-- parameter: least number 5, 至少见到几个文号 / numbers found, at least
-- parameter: share number 20, 至少见到百分之几 / per cent found, at least
-- parameter: portal portal -, 门户 / portal
-- column: issuer, 发文机关代字 / issuer code
-- column: year, 年份 / year
-- column: found, 见到的文号 / numbers found
-- column: highest, 最大号 / highest
-- column: missing, 没有见到的 / not found
-- column: numbers, 没有见到的号 / which
-- known by: portal, issuer, year
-- chart: year, missing
-- left out: 因所在页面存疑而未计的文号 / document numbers left out for a doubtful page
WITH seen AS (
  SELECT DISTINCT portal, issuer, year, serial FROM document_numbers WHERE NOT doubtful AND :portal IN ('', portal)
), steps AS (
  SELECT *, lag(serial, 1, 0) OVER (PARTITION BY portal, issuer, year ORDER BY serial) AS before FROM seen
)
SELECT issuer, year, portal, count(*) AS found, max(serial) AS highest, max(serial) - count(*) AS missing,
       group_concat(CASE serial - before WHEN 1 THEN NULL WHEN 2 THEN before + 1
                    ELSE (before + 1) || '–' || (serial - 1) END, '、') AS numbers
FROM steps GROUP BY portal, issuer, year
HAVING count(*) >= :least AND max(serial) > count(*) AND count(*) * 100 >= max(serial) * :share
ORDER BY year DESC, missing DESC, portal, issuer
-- left out
SELECT count(*) FROM document_numbers WHERE doubtful AND :portal IN ('', portal)
