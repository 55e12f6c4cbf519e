-- id: Q25
-- title: 哪些机构的页面印有个人号码？ / Whose pages print personal numbers?
-- means: 原页面或附件里印有居民身份证号、手机号或银行卡号的记录，按机构和种类计数。号码在本档案里都已隐去，这里只有数目。
--    / Records whose page or files print resident ID numbers, mobile phone numbers or bank cards, counted by agency and kind. In
--   this archive they are masked; here are counts only.
-- computed: 按校验码和号段辨认，在存入档案以前隐去，同时记下数目。
--    / Known by check digits and ranges, masked before anything is stored, and counted then.
-- caution: 手机号多半是机构自己公布的联系电话，不是泄露；有的名单依法应当公示，但通常应当隐去号码。
--    / Most mobile numbers are contacts that agencies publish themselves; some lists must be published by law, though with
--   numbers masked as a rule.
-- parameter: portal portal -, 门户 / portal
-- column: agency, 机构 / agency
-- column: masked_kind, 种类 / kind
-- column: records, 记录 / records
-- column: numbers, 号码个数 / numbers
-- known by: portal, agency, masked_kind
-- chart: masked_kind, records
SELECT coalesce(a.name, n.name, '未载发布机构 / no publisher stated') AS agency, d.portal, x.kind AS masked_kind,
       count(DISTINCT x.record_id) AS records, sum(x.count) AS numbers
FROM redactions x JOIN derived d ON d.record_id = x.record_id
LEFT JOIN publisher_names n ON n.id = d.publisher_id LEFT JOIN agencies a ON a.id = n.agency_id
WHERE x.count > 0 AND :portal IN ('', d.portal)
GROUP BY d.portal, coalesce(a.id, -n.id), x.kind
ORDER BY records DESC, numbers DESC, agency
