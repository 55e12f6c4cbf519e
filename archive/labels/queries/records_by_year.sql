select substr(month, 1, 4) as year, kind, sum(records) as records
from tally_months
where records > 0
group by year, kind
order by year desc, records desc
