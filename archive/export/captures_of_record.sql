-- The captures that show a record or prove what the archive states of it.
SELECT id FROM captures WHERE url IN (
    SELECT url FROM records WHERE id = :record
    UNION SELECT link FROM listings WHERE record_id = :record AND link IS NOT NULL
    UNION SELECT url FROM attachments WHERE record_id = :record
    UNION SELECT json_extract(detail, '$.from') FROM events WHERE record_id = :record AND kind = 'moved'
    UNION SELECT json_extract(detail, '$.to') FROM events WHERE record_id = :record AND kind = 'moved'
) OR url IN (
    SELECT value FROM json_each(:former)  -- where it stood before its portal moved
) OR id IN (
    SELECT capture_id FROM records WHERE id = :record
    UNION SELECT capture_id FROM readings WHERE record_id = :record
    UNION SELECT capture_id FROM versions WHERE record_id = :record
    UNION SELECT capture_id FROM attachments WHERE record_id = :record
    UNION SELECT before_capture_id FROM events WHERE record_id = :record
    UNION SELECT after_capture_id FROM events WHERE record_id = :record
    UNION SELECT detail ->> '$.capture' FROM events WHERE record_id = :record
    UNION SELECT detail ->> '$.page' FROM events WHERE record_id = :record
    UNION SELECT w.capture_id FROM events e JOIN json_each(e.detail, '$.catalogs') c
        JOIN walks w ON w.crawl_id = e.detail ->> '$.walk' AND w.catalog_id = c.value WHERE e.record_id = :record
) ORDER BY id
