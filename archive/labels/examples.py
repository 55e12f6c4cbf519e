"""Queries to begin with: Datasette's canned queries of every archive, each with what it shows."""

from dataclasses import dataclass

from archive.labels.naming import Label


@dataclass(frozen=True, slots=True)
class Example:
    """A statement; its parameters are asked for on its page."""

    label: Label
    sql: str


EXAMPLES: dict[str, Example] = {
    "search_words": Example(
        Label("用检索索引找词", "search in SQL", "zh_match 把词变成检索式；在别处用法见数据表说明。", "zh_match makes words an index expression."),
        """select published_on, title, publisher, url
from search
where q match zh_match(:words)
order by rank
limit 100""",
    ),
    "records_by_year": Example(
        Label("每年每类多少条", "records by year and kind", "按所标发布日期；读计数表，很快。", "By the date stated; from the tallies, at once."),
        """select substr(month, 1, 4) as year, kind, sum(records) as records
from tally_months
where records > 0
group by year, kind
order by year desc, records desc""",
    ),
    "publishers_of_portal": Example(
        Label("某门户各发布机构多少条", "a portal's publishers", "最早与最晚的所标发布日期。", "With the first and last date stated."),
        """select publisher, count(*) as records, min(published_on) as first, max(published_on) as last
from records
where portal = :portal
group by publisher
order by records desc""",
    ),
    "no_longer_listed": Example(
        Label("不再列出的记录", "records no longer listed", "观察到的时间，不是撤下的时间；原因不明，也可能是期满依规撤下。", "When it was observed; the reason isn't known."),
        """select e.at, e.kind, r.title, r.publisher, r.published_on, r.url
from events e join records r on r.id = e.record_id
where e.kind in ('unlisted', 'withdrawn')
order by e.at desc
limit 500""",
    ),
    "what_changed": Example(
        Label("哪些内容变了，前后各是什么", "what changed, before and now", "cause 为 source 的是原页变动，parser 的只是本档案读法变了。", "source: the page changed; parser: only our reading of it."),
        """select v.seen_at, v.cause, r.title, c.key as field, c.value ->> 0 as before, c.value ->> 1 as now
from versions v join records r on r.id = v.record_id, json_each(v.changed) c
where v.number > 1
order by v.id desc
limit 500""",
    ),
    "printed_labels": Example(
        Label("某门户的页面印有哪些标签", "labels that a portal prints", "source_fields 存原页所印的标签与内容。", "source_fields holds labels and values as printed."),
        """select f.key as label, count(*) as records, max(f.value) as example
from (select source_fields from records where portal = :portal limit 2000), json_each(source_fields) f
group by label
order by records desc""",
    ),
    "attachments_by_type": Example(
        Label("附件的类型与大小", "attachments by type", "", ""),
        """select media_type, state, count(*) as files, sum(bytes) as bytes
from attachments
group by media_type, state
order by files desc""",
    ),
    "last_whole_walks": Example(
        Label("各目录最近何时完整走完", "when each catalogue was last walked wholly", "没有完整走完，就不能说什么不在了。", "Without a whole walk nothing is said to be gone."),
        """select c.portal, c.title, max(w.started_at) as walked_at, l.rows_read
from catalogs c left join ledger l on l.catalog_id = c.id and l.complete left join crawls w on w.id = l.crawl_id
group by c.id
order by walked_at""",
    ),
}  # fmt: skip
"""By the name that stands in the address."""


def queries() -> dict[str, dict[str, str]]:
    """The examples as Datasette's metadata has canned queries."""
    return {
        name: {
            "sql": example.sql,
            "title": f"{example.label.zh} / {example.label.en}",
            "description": f"{example.label.about} {example.label.about_en}".strip(),
        }
        for name, example in EXAMPLES.items()
    }
