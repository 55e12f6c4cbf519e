"""Example queries: Datasette's canned queries of every archive."""

from dataclasses import dataclass

from archive.labels.label import Label, labels_under


@dataclass(frozen=True, slots=True)
class Example:
    """A statement; its parameters are entered on its page."""

    label: Label
    sql: str


_SQL = {
    "search_words": """select published_on, title, publisher, url
from search
where q match zh_match(:words)
order by rank
limit 100""",
    "records_by_year": """select substr(month, 1, 4) as year, kind, sum(records) as records
from tally_months
where records > 0
group by year, kind
order by year desc, records desc""",
    "publishers_of_portal": """select publisher, count(*) as records, min(published_on) as first, max(published_on) as last
from records
where portal = :portal
group by publisher
order by records desc""",
    "no_longer_listed": """select e.at, e.kind, r.title, r.publisher, r.published_on, r.url
from events e join records r on r.id = e.record_id
where e.kind in ('unlisted', 'withdrawn')
order by e.at desc
limit 500""",
    "what_changed": """select v.seen_at, v.cause, r.title, c.key as field, c.value ->> 0 as before, c.value ->> 1 as now
from versions v join records r on r.id = v.record_id, json_each(v.changed) c
where v.number > 1
order by v.id desc
limit 500""",
    "printed_labels": """select f.key as label, count(*) as records, max(f.value) as example
from (select source_fields from records where portal = :portal limit 2000), json_each(source_fields) f
group by label
order by records desc""",
    "attachments_by_type": """select media_type, state, count(*) as files, sum(bytes) as bytes
from attachments
group by media_type, state
order by files desc""",
    "last_whole_walks": """select c.portal, c.title, max(w.started_at) as walked_at, l.rows_read
from catalogs c left join ledger l on l.catalog_id = c.id and l.complete left join crawls w on w.id = l.crawl_id
group by c.id
order by walked_at""",
}

EXAMPLES = {name: Example(label, _SQL[name]) for name, label in labels_under("query").items()}
"""By the name that stands in the address."""


def queries() -> dict[str, dict[str, str]]:
    """Return the examples as Datasette's metadata has canned queries."""
    return {
        name: {
            "sql": example.sql,
            "title": f"{example.label.zh} / {example.label.en}",
            "description": f"{example.label.about} {example.label.about_en}".strip(),
        }
        for name, example in EXAMPLES.items()
    }
