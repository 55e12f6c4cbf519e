"""docs/tables.md, made from the labels: `python -m archive.labels.tables_page > docs/tables.md`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from archive.labels.label import Label, labels_under
from archive.labels.tables import TABLES, Table

INTRODUCTION = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")


def page() -> str:
    """Return the whole page, as Markdown."""
    shown = [name for name, table in TABLES.items() if not table.hidden]
    internal = [name for name, table in TABLES.items() if table.hidden]
    lines = [INTRODUCTION, "## 表 / Tables\n"]
    for name in shown:
        lines.extend(_table(name, TABLES[name]))
    lines.append("## 代码 / Codes\n")
    for prefix, codes in labels_under("codes").items():
        lines.extend([f"### {codes.zh} / {codes.en}\n", f"{codes.about_en}\n", *_rows(labels_under(prefix)), ""])
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
