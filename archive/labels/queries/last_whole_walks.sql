select c.portal, c.title, max(w.started_at) as walked_at, l.rows_read
from catalogs c left join ledger l on l.catalog_id = c.id and l.complete left join crawls w on w.id = l.crawl_id
group by c.id
order by walked_at
