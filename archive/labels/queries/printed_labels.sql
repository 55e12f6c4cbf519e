select f.key as label, count(*) as records, max(f.value) as example
from (select source_fields from records where portal = :portal limit 2000), json_each(source_fields) f
group by label
order by records desc
