"""docs/tables.md, made from the labels: `python -m archive.labels.tables_page > docs/tables.md`."""

from collections.abc import Iterator, Mapping

from archive.labels import code_labels
from archive.labels.label import Label
from archive.labels.tables import TABLES, Table

INTRODUCTION = """\
# 数据表 / Tables

一个档案就是一个 SQLite 文件。下面是其中每个表、每一栏的含义。日期为 ISO 8601 文字，时间为 UTC；网页上按北京时间显示。
An archive is one SQLite file. This page says what each of its tables and columns means. Dates are ISO 8601 text, times UTC;
the site shows Beijing time.

所载均为本档案所见，不是官方文本。What is stated here is what was observed; nothing is an official copy.

This page is made from the same labels as the site: `python -m archive.labels.tables_page > docs/tables.md`.

## 检索 / Searching with SQL

On the site, and wherever Datasette runs with this package installed:

```sql
select published_on, title, publisher from search where q match zh_match('棚户区改造 2017') order by rank limit 20;
```

Everywhere else (the sqlite3 shell, pandas) one or two characters, or a number, are a word as they stand. The index holds
pairs of neighbouring characters, so a longer word is written as its pairs, in quotes; `AND`, `OR`, `NOT` join words:

```sql
select published_on, title, publisher from search where q match '预算 NOT 公开' order by rank limit 20;
select published_on, title, publisher from search where q match '"棚户 户区 区改 改造" AND 2017' order by rank limit 20;
select published_on, title, publisher from search where q match '"发2017 2017_92 92号"' order by rank limit 20;  -- 发〔2017〕92号
```

A longer word without its pairs finds nothing, and says nothing. `title : 预算` looks in titles only. What a search can be
narrowed by stands in the index too: `预算 AND kind_budget AND state_withdrawn AND files_yes AND portal_tongxin`.
`search` can't be read without a `match`; `records` can. `rank` weighs titles most; the site's own page weighs nothing: it
shows titles first, and of these the newest.
"""

CODES: tuple[tuple[str, str, Mapping[str, Label]], ...] = (
    ("类别 / Kinds", "`catalogs.kind`, `records.kind`", code_labels.KINDS),
    ("状态 / States", "`records.state`", code_labels.STATES),
    ("存疑标记 / Flags", "`records.flags`", code_labels.FLAGS),
    ("变动 / Events", "`events.kind`", code_labels.EVENTS),
    ("版本缘由 / Causes of versions", "`versions.cause`", code_labels.CAUSES),
    ("附件状态 / States of files", "`attachments.state`", code_labels.ATTACHMENTS),
    ("遮去的种类 / What is masked", "`redactions.kind`", code_labels.REDACTIONS),
    ("回应 / Outcomes of captures", "`captures.outcome`", code_labels.CAPTURES),
    ("采集方式 / Modes", "`crawls.mode`", code_labels.MODES),
    ("采集结果 / Outcomes of crawls", "`crawls.outcome`; Scrapy's other reasons as they are", code_labels.OUTCOMES),
    ("门户状况 / Health of portals", "`crawls.health`, the gravest last", code_labels.HEALTH),
    ("待查问题 / Problems", "`problems.kind`", code_labels.PROBLEMS),
)


def page() -> str:
    """Return the whole page, as Markdown."""
    shown = [name for name, table in TABLES.items() if not table.hidden]
    internal = [name for name, table in TABLES.items() if table.hidden]
    lines = [INTRODUCTION, "## 表 / Tables\n"]
    for name in shown:
        lines.extend(_table(name, TABLES[name]))
    lines.append("## 代码 / Codes\n")
    for title, where, named in CODES:
        lines.extend([f"### {title}\n", f"{where}\n", *_rows(named), ""])
    lines.append("## 内部表 / Internal tables\n")
    lines.append(
        "They may change at any time. `records_fts_data`, `records_fts_idx` and `records_fts_config` are FTS5's own.\n"
    )
    for name in internal:
        lines.extend(_table(name, TABLES[name]))
    return "\n".join(lines).rstrip() + "\n"


def _table(name: str, table: Table) -> Iterator[str]:
    yield f"### `{name}` {table.label.zh} / {table.label.en}\n"
    yield f"{table.label.about} {table.label.about_en}\n"
    yield from _rows(table.columns)
    yield ""


def _rows(labels: Mapping[str, Label]) -> Iterator[str]:
    yield "| | 中文 | English | 说明 | |"
    yield "|---|---|---|---|---|"
    for name, label in labels.items():
        yield f"| `{name}` | {label.zh} | {label.en} | {label.about} | {label.about_en} |"


if __name__ == "__main__":
    print(page(), end="")
