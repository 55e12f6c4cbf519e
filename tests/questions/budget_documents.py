"""Budget tables as rows, for the questions' tests: their reading is tested by itself (`tests/test_budget_archive.py`)."""

import json
from collections.abc import Sequence
from typing import Any

from tests.questions.small import Small

NINE = (
    "summary", "income", "spending", "fiscal_summary", "general_spending", "basic_spending", "three_public", "fund_spending",
    "capital_spending",
)  # fmt: skip


def budget_table(  # noqa: PLR0917 - whose table it is, and of what
    small: Small, record_id: int, unit_name: str, year: int, kind: str, stage: str = "budget", **columns: Any
) -> int:
    """A table of a record; its id."""
    (portal,) = small.connection.execute("SELECT portal FROM records WHERE id = ?", (record_id,)).fetchone()
    values = {
        "member": "",
        "title_printed": "样本",
        "pages": "[1]",
        "unit": "万元",
        "empty": 0,
        "portal": portal,
        **columns,
    }
    return small.insert(
        "budget_tables", record_id=record_id, unit_name=unit_name, fiscal_year=year, kind=kind, stage=stage, **values
    )


def figure(  # noqa: PLR0917 - what it is, and how far it is checked
    small: Small,
    table_id: int,
    role: str,
    printed: str,
    held: int = 2,
    failed: int = 0,
    of: tuple[int, str] | None = None,
    column_name: str = "预算数",
) -> None:
    """A figure in 万元. `of`: its year and stage, where these are not the table's own."""
    sql = "SELECT fiscal_year, stage FROM budget_tables WHERE id = ?"
    year, stage = of or small.connection.execute(sql, (table_id,)).fetchone()
    place = small.connection.execute("SELECT count(*) FROM budget_lines WHERE table_id = ?", (table_id,)).fetchone()[0]
    whole, _, decimals = printed.partition(".")
    yuan = f"{int(f'{whole}{decimals:0<4}')}.00"
    small.insert(
        "budget_lines", table_id=table_id, number=1, page=1, row=place, place=1, code="", name="样本", column_name=column_name,
        printed=printed, value_yuan=yuan, held=held, failed=failed, role=role, entry=1, entry_stage=stage, entry_year=year,
    )  # fmt: skip


def check(  # noqa: PLR0917 - both its sides
    small: Small, table_id: int, rule: str, place: str, left: str, right: str, holds: bool = False
) -> None:
    """An identity of a table."""
    small.insert(
        "budget_checks", table_id=table_id, rule=rule, place=place, left_value=left, right_value=right, holds=holds
    )


def tables(small: Small, record_id: int, unit_name: str, year: int, kinds: Sequence[str], **columns: Any) -> list[int]:
    """Tables of a record, one of each kind."""
    return [budget_table(small, record_id, unit_name, year, kind, **columns) for kind in kinds]


def change(  # noqa: PLR0917 - both its sides
    small: Small, record_id: int, item: str, before: str, after: str, checked: bool, **columns: Any
) -> None:
    """A figure that a new version of a file changed, with its event."""
    number = small.connection.execute("SELECT count(*) FROM budget_changes").fetchone()[0]
    values = {
        "url": "http://a.example/f.pdf", "before_capture_id": 1, "after_capture_id": 2, "unit_name": "同心县教育局", "kind": "three_public",
        "fiscal_year": 2026, "stage": "budget", "number": 1, "row": number, "place": 1, "code": "", "name": item, "column_name": "预算数",
        "unit": "万元", "before_printed": before, "after_printed": after, "checked": checked, **columns,
    }  # fmt: skip
    small.insert("budget_changes", record_id=record_id, **values)


def changed_event(  # noqa: PLR0917 - its window, its capture and its crawl
    small: Small,
    record_id: int,
    at: str,
    not_before: str,
    after_capture_id: int = 2,
    crawl_id: int = 1,
    kind: str = "changed",
) -> None:
    """The event of a file that was replaced, or another of these moments and this capture."""
    small.insert(
        "events", record_id=record_id, kind=kind, at=at, crawl_id=crawl_id, detail=json.dumps({}), not_before=not_before,
        after_capture_id=after_capture_id,
    )  # fmt: skip
