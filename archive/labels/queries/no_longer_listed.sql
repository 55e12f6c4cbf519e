select e.at, e.kind, r.title, r.publisher, r.published_on, r.url, e.not_before
from events e join records r on r.id = e.record_id
where e.kind in ('unlisted', 'withdrawn')
order by e.at desc
limit 500
