-- Captures that are pointed to and are not there, and where the pointers stand.
WITH pointers (place, capture) AS (
    SELECT 'record ' || id, capture_id FROM records
    UNION ALL SELECT 'record ' || record_id || ', reading of catalogue ' || catalog_id, capture_id FROM readings
    UNION ALL SELECT 'record ' || record_id || ', reading of catalogue ' || catalog_id, seen_capture_id FROM readings
    UNION ALL SELECT 'record ' || record_id || ', listing in catalogue ' || catalog_id, capture_id FROM listings
    UNION ALL SELECT 'record ' || record_id || ', version ' || number, capture_id FROM versions
    UNION ALL SELECT 'record ' || record_id || ', version ' || number, before_capture_id FROM versions
    UNION ALL SELECT 'record ' || record_id || ', file ' || url, capture_id FROM attachments
    UNION ALL SELECT 'crawl ' || crawl_id || ', walk of catalogue ' || catalog_id, capture_id FROM walks
    UNION ALL SELECT 'record ' || record_id || ', event ' || id, detail ->> '$.capture' FROM events WHERE json_valid(detail)
    UNION ALL SELECT 'record ' || record_id || ', event ' || id, detail ->> '$.page' FROM events WHERE json_valid(detail)
    UNION ALL SELECT 'record ' || record_id || ', event ' || id, before_capture_id FROM events
    UNION ALL SELECT 'record ' || record_id || ', event ' || id, after_capture_id FROM events
)
SELECT place, capture FROM pointers
WHERE capture IS NOT NULL AND NOT EXISTS (SELECT 1 FROM captures WHERE id = capture)
