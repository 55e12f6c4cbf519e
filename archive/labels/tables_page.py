"""docs/tables.md, made from the labels: `python -m archive.labels.tables_page > docs/tables.md`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from archive.labels import code_labels
from archive.labels.label import Label
from archive.labels.tables import TABLES, Table

INTRODUCTION = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")

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
