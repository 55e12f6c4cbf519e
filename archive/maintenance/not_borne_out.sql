-- What events, which are sealed, do not bear out, nor crawls and walks: where it stands, and what it states.
WITH standing (id, state, first_seen, last, added) AS MATERIALIZED (
    SELECT r.id, r.state, r.first_seen,
           (SELECT kind FROM events WHERE record_id = r.id AND kind IN ('added', 'returned', 'unlisted', 'withdrawn') ORDER BY id DESC LIMIT 1),
           (SELECT min(at) FROM events WHERE record_id = r.id AND kind = 'added')
    FROM records r
)
SELECT 'record ' || id, 'is stated to be ' || state || ', and its last event is ' || coalesce(last, 'none') FROM standing
WHERE state <> 'withheld' AND coalesce(last, '') NOT IN (state, iif(state IN ('listed', 'unlisted'), 'returned', ''), iif(state = 'listed', 'added', state))
UNION ALL
SELECT 'record ' || id, 'is stated to be withheld, and nobody withheld it' FROM records r
WHERE state = 'withheld' AND NOT EXISTS (SELECT 1 FROM withheld WHERE record_id = r.id OR (target = 'record' AND key = r.portal || ' ' || r.url))
UNION ALL
SELECT 'record ' || id, 'is stated to be seen first at ' || first_seen || ', and was added at ' || coalesce(added, 'no time') FROM standing
WHERE first_seen IS NOT added
UNION ALL
SELECT 'record ' || record_id || ', listing in catalogue ' || catalog_id, 'is stated to be seen from ' || l.first_seen || ' to ' || l.last_seen || ', and the record is not'
FROM listings l JOIN records r ON r.id = l.record_id
WHERE NOT (r.first_seen <= l.first_seen AND l.first_seen <= l.last_seen AND l.last_seen <= r.last_seen)
AND EXISTS ( -- else a clock stood ahead
    SELECT 1 FROM (SELECT l.first_seen AS seen UNION SELECT r.last_seen)
    WHERE NOT EXISTS (SELECT 1 FROM crawls WHERE portal = r.portal AND started_at <= seen AND seen <= coalesce(finished_at, seen))
)
UNION ALL
SELECT 'record ' || record_id || ', listing in catalogue ' || catalog_id, 'is stated to be seen by a crawl that did not run at ' || last_seen
FROM listings l JOIN crawls c ON c.id = l.crawl_id
WHERE NOT (c.started_at <= last_seen AND last_seen <= coalesce(c.finished_at, last_seen))
AND c.started_at <= coalesce(c.finished_at, c.started_at) -- else the clock was set back meanwhile
UNION ALL
SELECT 'crawl ' || crawl_id || ', catalogue ' || catalog_id, 'is stated to have ' || rows_read || ' rows, and ' || sum(rows) || ' were read'
FROM walks JOIN ledger USING (crawl_id, catalog_id) WHERE look = 1
GROUP BY crawl_id, catalog_id HAVING rows_read <> sum(rows)
UNION ALL
SELECT 'crawl ' || crawl_id || ', catalogue ' || catalog_id, 'is stated to be walked wholly, and claims more pages than were read'
FROM ledger WHERE complete AND pages_claimed > pages_read
UNION ALL
SELECT 'crawl ' || w.id, 'is stated to have ended as ' || outcome || ', and most of what it read was doubted'
FROM crawls w JOIN problems p ON p.crawl_id = w.id WHERE p.kind = 'most_changed' AND outcome IN ('finished', 'incomplete')
