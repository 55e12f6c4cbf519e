-- How many numbers are masked in the records that captures show, the captures' numbers being a JSON list.
WITH shown AS MATERIALIZED (
    SELECT o.id FROM captures o WHERE o.url IN
        (SELECT c.url FROM captures c WHERE c.id IN (SELECT value FROM json_each(?)))
)
SELECT coalesce(sum(count), 0) FROM redactions WHERE record_id IN (
    SELECT record_id FROM readings WHERE capture_id IN (SELECT id FROM shown)
    UNION SELECT record_id FROM versions WHERE capture_id IN (SELECT id FROM shown)
    UNION SELECT record_id FROM attachments WHERE capture_id IN (SELECT id FROM shown)
)
