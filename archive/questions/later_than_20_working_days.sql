-- id: Q04
-- title: 哪些文件在形成20个工作日后才公开？ / Which documents were disclosed more than 20 working days after they were made?
-- means: 条例规定，应当主动公开的信息自形成或者变更之日起20个工作日内公开。这里列出标注的发布日期比标注的生成日期晚了更多工作日的文件。
--    / By the regulations, what is to be disclosed is disclosed within 20 working days of being made or changed. Listed are
--   documents whose stated date of publication is more working days than that after the stated date of creation.
-- computed: 只用门户标注的两个日期，按国务院历年放假通知计工作日，调休上班的周末也算工作日。历书涵盖{calendar}年。
--    / From the two dates the portal states, working days by the State Council's yearly notices, weekends that are worked in
--   exchange included. The calendar covers {calendar}.
-- caution: 门户开通时补录的旧文件会大量出现在这里；法律、法规另有期限的从其规定。两个日期都是门户填写的，未经核实。
--    / Old documents entered when a portal opened turn up here in numbers, and other laws may set other terms. Both dates are
--   as the portal states them.
-- parameter: days number 20, 超过几个工作日（不少于20） / more working days than (20 or more)
-- parameter: portal portal -, 门户 / portal
-- column: working_days, 工作日数 / working days
-- chart: published_on
-- left out: 因日期存疑、或不在历书涵盖的{calendar}年之内而未计的记录 / records left out: a date is doubtful, or outside the years {calendar} that the calendar covers
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.kind, r.created_on, r.published_on, d.working_days
FROM derived d JOIN records r ON r.id = d.record_id
WHERE d.working_days > 20 AND d.working_days > :days AND NOT d.doubtful & 4 AND :portal IN ('', d.portal)
ORDER BY r.published_on DESC, r.id DESC
-- left out
SELECT count(*) FROM derived
WHERE NOT lacks & 34 AND (working_days IS NULL OR doubtful & 4) AND :portal IN ('', portal)
