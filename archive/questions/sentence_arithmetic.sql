-- id: Q37
-- title: 哪些文句里的数字自己对不上？ / In which sentences do the printed figures disagree?
-- means: 正文或附件里的一句话，自己说了增减多少、占多少、合计多少，而原文的几个数字合不起来。
--    / A sentence of a text or a file states a change, a share or a sum, and the figures that it prints don't fit together.
-- computed: 由句中其余的数字算出其中一个，相差超过原文末位的不算相合；“约”“余”、区间、指代不明的不核对，识别所得、存疑、未公开的文字不读。年报自述的合计与办结率另成一问。
--    / One figure is worked out of the others; it fits where it differs by its last printed digit at most. "About", "more than", ranges,
--   and what leaves open which figures belong together are left alone; texts that were recognised in pictures, are doubted or held back
--   are not read. Sums and rates that annual reports state are a question of their own.
-- caution: 多为笔误、换算或四舍五入的疏漏，不能说明哪个数字是对的；“相合之数”只是与其余数字相合的那一个。也可能是本档案误解了句子：请点开记录看原文。
--    / Mostly slips of typing, units or rounding: it doesn't say which figure is right. The one that would fit merely agrees with the others.
--   This archive may also have misunderstood the sentence: see the original.
-- parameter: portal portal -, 门户 / portal
-- column: stated_of, 自述 / it states
-- column: stated, 原文 / printed
-- column: fits, 相合之数 / would fit
-- column: equation, 算式 / equation
-- column: sentence, 文句 / sentence
-- known by: record_id, equation
-- chart: stated_of
SELECT r.id AS record_id, r.title, r.publisher, r.portal, r.published_on,
       CASE k.rule
         WHEN 'parts' THEN '合计 / sum'
         WHEN 'difference' THEN '增减额 / difference'
         WHEN 'growth' THEN '增减率 / rate of change'
         WHEN 'share' THEN '比重 / share'
         WHEN 'rate' THEN '办结率 / rate of what is done'
         WHEN 'same' THEN '持平 / the same'
         ELSE '翻番 / doubled'
       END AS stated_of, k.printed AS stated, k.fitting AS fits, k.equation, c.sentence
FROM claim_checks k JOIN claims c ON c.id = k.claim_id JOIN records r ON r.id = c.record_id
WHERE NOT k.holds AND NOT k.hint AND :portal IN ('', r.portal) AND NOT (r.kind = 'annual_report' AND k.rule IN ('parts', 'difference', 'rate'))
ORDER BY r.published_on DESC, r.portal, c.id, k.place
