-- id: Q21
-- title: 哪些附件打不开？ / Which attachments don't open?
-- means: 记录链接了文件，本档案去取时没有取到、是空文件，或者得到的是错误页面、验证码页面而不是文件。
--    / A record links to a file, and when this archive asked for it there was none, an empty one, or a page of error or a captcha
--   in its place.
-- computed: 以最近一次去取的结果为准；以前取到过的文件不因一次取不到而列入。
--    / As of the last time it was asked for; a file that was had before is not listed because one attempt failed.
-- caution: 可能只是当时网络不通，或网站拒绝自动访问；请自己再点开看看。
--    / The network may have failed, or the site may refuse automatic visits; open it yourself before you rely on it.
-- parameter: portal portal -, 门户 / portal
-- column: file, 附件 / attachment
-- column: file_url, 附件地址 / its address
-- column: found_instead, 所见 / what was there
-- column: asked_at, 去取的时间 / asked
-- known by: record_id, file_url
-- chart: publisher
SELECT r.id AS record_id, r.title, a.name AS file, a.url AS file_url,
       CASE a.state WHEN 'unavailable' THEN '没有取到 / not to be had' WHEN 'empty' THEN '空文件 / an empty file'
                    ELSE '不是文件 / no document' END AS found_instead,
       c.fetched_at AS asked_at, r.publisher, r.portal, r.published_on
FROM attachments a INDEXED BY attachments_by_state JOIN records r ON r.id = a.record_id
LEFT JOIN captures c ON c.id = a.capture_id
WHERE a.state IN ('unavailable', 'empty', 'not_a_document') AND :portal IN ('', r.portal)
ORDER BY r.published_on DESC, r.id DESC, a.id
