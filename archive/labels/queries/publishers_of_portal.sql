select publisher, count(*) as records, min(published_on) as first, max(published_on) as last
from records
where portal = :portal
group by publisher
order by records desc
