-- When what earlier versions noted happened at the earliest, as far as captures, walks and versions surely tell. What they leave
-- open stays NULL. Each statement fills what those before it left.

-- Where each record was last seen: on the only page of its catalogue's walk, or else where its row was read.
UPDATE listings SET capture_id = coalesce(
    (SELECT iif(count(*) = 1, min(w.capture_id), NULL) FROM walks w
     WHERE w.crawl_id = listings.crawl_id AND w.catalog_id = listings.catalog_id),
    (SELECT t.capture_id FROM readings t WHERE t.record_id = listings.record_id AND t.catalog_id = listings.catalog_id)
) WHERE capture_id IS NULL;

UPDATE readings SET seen_capture_id = capture_id
WHERE catalog_id = 0 AND seen_capture_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM captures c JOIN records r ON r.id = readings.record_id
    JOIN problems p ON p.crawl_id = c.crawl_id AND p.kind = 'body_missing' AND p.url IN (r.url, c.url)
    WHERE c.id = readings.capture_id
);

-- What shows the new state.
UPDATE events SET after_capture_id = (SELECT c.id FROM captures c WHERE c.id = events.detail ->> '$.capture')
WHERE after_capture_id IS NULL AND kind IN ('added', 'changed', 'returned') AND json_valid(detail);

UPDATE events SET after_capture_id =
    (SELECT c.id FROM captures c WHERE c.id = events.detail ->> '$.page' AND c.outcome = 'gone')
WHERE after_capture_id IS NULL AND kind = 'withdrawn' AND json_valid(detail);

UPDATE events SET after_capture_id = (
    SELECT min(w.capture_id) FROM walks w WHERE w.crawl_id = events.detail ->> '$.walk'
    AND w.catalog_id IN (SELECT value FROM json_each(events.detail, '$.catalogs'))
) WHERE after_capture_id IS NULL AND kind = 'unlisted' AND json_valid(detail);

UPDATE events SET after_capture_id = (
    SELECT min(c.id) FROM captures c JOIN crawls w ON w.id = c.crawl_id
    WHERE c.url = events.detail ->> '$.to' AND c.outcome = 'page'
      AND w.portal = (SELECT portal FROM crawls WHERE id = events.crawl_id)
) WHERE after_capture_id IS NULL AND kind = 'moved' AND json_valid(detail);

-- Appeared: after the last whole walk, before this crawl, of the catalogue whose page shows it.
UPDATE events SET (not_before, before_capture_id) = (
    SELECT substr(c.fetched_at, 1, 19) || 'Z', iif(c.outcome = 'page', c.id, NULL)
    FROM walks a JOIN catalogs k ON k.id = a.catalog_id
    JOIN ledger l ON l.catalog_id = a.catalog_id AND l.crawl_id < events.crawl_id AND l.complete
    JOIN crawls w ON w.id = l.crawl_id AND w.outcome IN ('finished', 'incomplete')
    JOIN walks f ON f.crawl_id = l.crawl_id AND f.catalog_id = l.catalog_id AND f.look = 1
    JOIN captures c ON c.id = f.capture_id
    WHERE a.capture_id = events.after_capture_id
      AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.crawl_id = l.crawl_id AND p.url = k.url
                      AND p.kind IN ('list_shrunk', 'list_short', 'fields_missing'))
    ORDER BY l.crawl_id DESC, c.fetched_at, c.id LIMIT 1
)
WHERE not_before IS NULL AND (kind = 'returned' OR kind = 'added' AND NOT EXISTS (
    SELECT 1 FROM versions v WHERE v.record_id = events.record_id AND v.number = 1 AND v.cause = 'parser'));

-- A row changed: after the last version that was read from a list page of the same catalogue.
UPDATE events SET (not_before, before_capture_id) = (
    SELECT substr(c.fetched_at, 1, 19) || 'Z', c.id FROM versions v JOIN captures c ON c.id = v.capture_id
    JOIN walks b ON b.capture_id = c.id JOIN walks a ON a.catalog_id = b.catalog_id AND a.capture_id = events.after_capture_id
    WHERE v.record_id = events.record_id AND v.capture_id < events.after_capture_id ORDER BY v.capture_id DESC LIMIT 1
) WHERE not_before IS NULL AND kind = 'changed';

-- A page or a file changed: after the last answer at its address that is, to the byte or by the portal's word, the one of
-- the version before, or where no version is of that address, the first that it ever gave.
WITH changes AS MATERIALIZED (
    SELECT e.id AS event, c.id AS after, c.url, w.portal, coalesce(
        (SELECT max(s.id) FROM versions v JOIN captures s ON s.id = v.capture_id
         WHERE v.record_id = e.record_id AND s.id < c.id AND s.url = c.url AND s.outcome = 'page'),
        (SELECT min(s.id) FROM captures s JOIN crawls x ON x.id = s.crawl_id AND x.portal = w.portal
         WHERE s.url = c.url AND s.id < c.id AND s.outcome = 'page'
           AND x.outcome NOT IN ('interrupted', 'archive_error', 'not_merged'))
    ) AS shown
    FROM events e JOIN captures c ON c.id = e.after_capture_id JOIN crawls w ON w.id = c.crawl_id
    WHERE e.kind = 'changed' AND e.not_before IS NULL AND NOT EXISTS (SELECT 1 FROM walks WHERE capture_id = c.id)
), seen AS MATERIALIZED (
    SELECT change.event, max(n.id) AS id FROM changes change JOIN captures s ON s.id = change.shown
    JOIN captures n ON n.url = change.url AND n.id >= change.shown AND n.id < change.after
    JOIN crawls w ON w.id = n.crawl_id AND w.portal = change.portal
    WHERE n.outcome = 'page' AND n.sha256 = s.sha256 OR n.outcome = 'not_modified' AND s.sha256 = (
        SELECT k.sha256 FROM captures k JOIN crawls x ON x.id = k.crawl_id AND x.portal = change.portal
        WHERE k.url = n.url AND k.id >= change.shown AND k.id < n.id AND k.crawl_id < n.crawl_id AND k.outcome = 'page'
          AND k.status = 200 AND x.outcome NOT IN ('interrupted', 'archive_error', 'not_merged') ORDER BY k.id DESC LIMIT 1)
    GROUP BY change.event
)
UPDATE events SET
    not_before = (SELECT substr(c.fetched_at, 1, 19) || 'Z' FROM captures c WHERE c.id = seen.id),
    before_capture_id = (SELECT max(c.id) FROM captures c, changes s WHERE s.event = events.id AND c.url = s.url
                         AND c.id BETWEEN s.shown AND seen.id AND c.outcome = 'page')
FROM seen WHERE events.id = seen.event;

-- Withdrawn, moved: after the old page was last seen standing.
UPDATE events SET (not_before, before_capture_id) = (
    SELECT substr(c.fetched_at, 1, 19) || 'Z', iif(c.outcome = 'page', c.id, NULL)
    FROM captures gone JOIN captures c ON c.id < gone.id AND c.outcome IN ('page', 'not_modified') AND c.url = coalesce(
        events.detail ->> '$.from', (SELECT r.url FROM records r WHERE r.id = events.record_id))
    JOIN crawls w ON w.id = c.crawl_id AND w.portal = (SELECT portal FROM crawls WHERE id = events.crawl_id)
    WHERE gone.id = events.detail ->> '$.page' AND gone.outcome = 'gone' ORDER BY c.id DESC LIMIT 1
) WHERE not_before IS NULL AND kind IN ('withdrawn', 'moved') AND json_valid(detail);

-- No longer listed, and not seen since: after the walk that saw it last had begun.
UPDATE events SET not_before = (
    SELECT max(first) FROM (
        SELECT substr(min(c.fetched_at), 1, 19) || 'Z' AS first
        FROM listings l JOIN walks w ON w.crawl_id = l.crawl_id AND w.catalog_id = l.catalog_id AND w.look = 1
        JOIN captures c ON c.id = w.capture_id
        WHERE l.record_id = events.record_id AND l.crawl_id < events.crawl_id GROUP BY l.catalog_id
    )
) WHERE not_before IS NULL AND kind IN ('unlisted', 'withdrawn')
    AND id = (SELECT max(x.id) FROM events x WHERE x.record_id = events.record_id AND x.kind <> 'changed');

-- A window that ends before it begins was told by a clock that was wrong.
UPDATE events SET not_before = NULL, before_capture_id = NULL
WHERE not_before > at OR before_capture_id >= after_capture_id;

UPDATE versions SET (not_before, before_capture_id) = (
    SELECT e.not_before, e.before_capture_id FROM events e
    WHERE e.record_id = versions.record_id AND e.at = versions.seen_at AND e.after_capture_id = versions.capture_id
      AND e.kind IN ('added', 'changed') LIMIT 1
) WHERE cause = 'source' AND not_before IS NULL;
