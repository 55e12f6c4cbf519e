select media_type, state, count(*) as files, sum(bytes) as bytes
from attachments
group by media_type, state
order by files desc
