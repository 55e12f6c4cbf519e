select published_on, title, publisher, url
from search
where q match zh_match(:words)
order by rank
limit 100
