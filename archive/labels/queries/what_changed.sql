select v.seen_at, v.cause, r.title, c.key as field, c.value ->> 0 as before, c.value ->> 1 as now, v.not_before
from versions v join records r on r.id = v.record_id, json_each(v.changed) c
where v.number > 1
order by v.id desc
limit 500
