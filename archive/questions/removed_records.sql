-- id: Q01
-- title: 哪些公开过的文件不见了？ / Which disclosed documents are no longer there?
-- means: 目录里曾经列出、本档案也曾见到，后来不再列出，原页面也打不开的记录（已撤下）；也可以查不再列出但原页面仍可访问的（已移出目录）。
--    / Records that a catalogue once listed and this archive saw, that are listed no longer, and whose own page doesn't
--   open any more (withdrawn); or those that are no longer listed though their page still opens (unlisted).
-- computed: 只有在该记录所在的目录都已完整采集、条数正常、却都没有它，并且再去打开原页面之后，才这样记。“发现时间”是本档案发现的时间；变动发生在“不早于”所列的最后所见之后，空白则从何时起无从得知。
--    / Counted only after every catalogue that had listed it was read to its end, at a plausible length, without it, and its
--   own page was then asked for. It happened after it was last seen to be there (not before;
--   empty: since when cannot be told) and by the time at which this archive noticed.
-- caution: 撤下不等于隐瞒：公示期满、内容含个人信息、目录改版都可能是依规撤下。“可能的缘由”只是从标题和公开时限看出的线索。移到新地址的不算在内。
--    / Withdrawal is not concealment: a notice may have run its time, a page may have shown personal data, a site may have
--   been rebuilt. The possible reason is a hint from title and period. What moved to a new address is not counted.
-- parameter: state state withdrawn, 状态 / state
-- parameter: portal portal -, 门户 / portal
-- column: noticed_at, 发现时间 / noticed
-- column: not_before, 不早于 / not before
-- column: possible_reason, 可能的缘由 / possible reason
-- known by: record_id, state, noticed_at
-- chart: noticed_at
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.kind, r.published_on, r.state,
       coalesce(e.at, r.last_seen) AS noticed_at,
       CASE
         WHEN r.disclosure_period LIKE '%限时%' OR r.title LIKE '%公示%' THEN '公示期满 / its time had run'
         WHEN EXISTS (SELECT 1 FROM redactions x WHERE x.record_id = r.id) THEN '原页含个人信息 / it showed personal data'
         ELSE '不明 / not known'
       END AS possible_reason,
       e.not_before
FROM records r
LEFT JOIN events e ON e.id = (SELECT max(id) FROM events WHERE record_id = r.id AND kind = r.state)
WHERE r.state IN ('unlisted', 'withdrawn') AND :state IN ('', r.state) AND :portal IN ('', r.portal)
ORDER BY noticed_at DESC, r.id DESC
