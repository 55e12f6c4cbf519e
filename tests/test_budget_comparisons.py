"""Documents of one unit held against each other: last year's figures and last year's document, accounts and the budget they print."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.analysis import budget_reader
from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.tables.printed_table import PrintedTable, to_json_text
from tests.budget_forms import DOWN, INTERLEAVED, table
from tests.test_budget_columns import CENTRED

THREE_PUBLIC = "“三公”经费支出表\n单位：万元"
BUDGET_2025 = DOWN.replace("2025年", "2024年").replace("2026年", "2025年")
ROLES = {"total": "12.00", "abroad": "1.00", "vehicles": "8.00", "reception": "3.00"}
"""The figures of DOWN's own year, which INTERLEAVED prints as its budget."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640399', '')")
        yield connection


def document(archive: sqlite3.Connection, title: str, rows: str, publisher: str = "样本局") -> int:
    """A record with a table of three public expenses in a file; its id."""
    (record_id,) = archive.execute(
        "INSERT INTO records (portal, kind, title, url, publisher, first_seen, last_seen) VALUES ('a', 'budget', ?, ?, ?, '', '') RETURNING id",
        (title, f"{title}{publisher}", publisher),
    ).fetchone()
    archive.execute(
        "INSERT INTO attachments (record_id, name, url, text, state, tables) VALUES (?, '样本', ?, '', 'text', ?)",
        (record_id, f"{title}{publisher}", to_json_text([table(rows, THREE_PUBLIC)])),
    )
    return int(record_id)


def compared(archive: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str, int]]:
    """Both sides of each comparison, and whether they agree, by rule and role."""
    with transaction(archive):
        budget_reader.catch_up(archive)
    rows = archive.execute("SELECT rule, place, left_value, right_value, holds FROM budget_comparisons").fetchall()
    found = {(rule, place): (left, right, holds) for rule, place, left, right, holds in rows}
    assert len(found) == len(rows)
    return found


def test_last_years_figures_are_held_against_last_years_document(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门预算", DOWN)
    assert compared(archive) == {}
    earlier = document(archive, "样本局2025年部门预算", BUDGET_2025)
    found = compared(archive)
    assert {rule for rule, _ in found} == {"last_year"}
    assert found["last_year", "total"] == ("110000.00", "120000.00", 0)
    assert found["last_year", "vehicles"] == ("80000.00", "80000.00", 1)
    assert len(found) == 6
    archive.execute("DELETE FROM attachments WHERE record_id = ?", (earlier,))
    assert compared(archive) == {}


@pytest.mark.parametrize(("printed", "holds"), [("3.40", 1), ("3.60", 0), ("2.60", 1), ("2.40", 0)])
def test_a_figure_that_one_document_rounds_agrees_with_what_it_may_be_rounded_of(
    archive: sqlite3.Connection, printed: str, holds: int
) -> None:
    document(archive, "样本局2026年部门预算", DOWN.replace("公务接待费|2.00", f"公务接待费|{printed}"))
    document(archive, "样本局2025年部门预算", BUDGET_2025.replace("公务接待费|2.00|3.00", "公务接待费|2.00|3"))
    left, right, agrees = compared(archive)["last_year", "reception"]
    assert (float(left), float(right), agrees) == (float(printed) * 10_000, 30_000, holds)


@pytest.mark.parametrize(("last_year", "own"), [(True, True), (True, False), (False, True)])
def test_a_comparison_is_checked_where_both_figures_are(
    archive: sqlite3.Connection, last_year: bool, own: bool
) -> None:
    document(archive, "样本局2026年部门预算", DOWN)
    document(archive, "样本局2025年部门预算", BUDGET_2025)
    compared(archive)
    for year, is_checked in ((2026, last_year), (2025, own)):
        archive.execute(
            "UPDATE budget_lines SET held = ?, failed = 0 WHERE table_id IN (SELECT id FROM budget_tables WHERE fiscal_year = ?)",
            (2 if is_checked else 0, year),
        )
    checked = archive.execute("SELECT DISTINCT checked FROM budget_comparisons").fetchall()
    assert [bool(each) for (each,) in checked] == [last_year and own]


def test_accounts_are_held_against_the_budget_that_they_print(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门决算", INTERLEAVED)
    document(archive, "样本局2026年部门预算", DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|3.50"))
    found = compared(archive)
    assert {place: left for (_, place), (left, _, _) in found.items()} == {
        role: f"{float(value) * 10_000:.2f}" for role, value in ROLES.items()
    }
    assert {place for (rule, place), (_, _, holds) in found.items() if not holds} == {"reception"}
    assert {rule for rule, _ in found} == {"budget_of_year"}


@pytest.mark.parametrize(
    ("title", "rows", "publisher"),
    [
        ("样本局2024年部门预算", BUDGET_2025.replace("2025年", "2023年"), "样本局"),
        ("样本乙局2025年部门预算", BUDGET_2025, "样本乙局"),
        ("样本局2025年部门预算", BUDGET_2025.replace("1.00", "0.00"), "样本局"),
    ],
    ids=["two years before", "another unit", "0 and 0"],
)
def test_what_does_not_belong_together_is_not_compared(
    archive: sqlite3.Connection, title: str, rows: str, publisher: str
) -> None:
    document(archive, "样本局2026年部门预算", DOWN.replace("费|1.00|1.00", "费|0.00|1.00"))
    document(archive, title, rows, publisher)
    assert ("last_year", "abroad") not in compared(archive)


def test_figures_of_two_years_ago_are_not_held_against_that_year_s_document(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门预算", DOWN.replace("2025年", "2024年"))
    document(archive, "样本局2024年部门预算", BUDGET_2025.replace("2024年", "2023年").replace("2025年", "2024年"))
    assert compared(archive) == {}
    printed = archive.execute("SELECT DISTINCT fiscal_year, document_year FROM budget_figures ORDER BY 2, 1").fetchall()
    assert [tuple(each) for each in printed] == [(2023, 2024), (2024, 2024), (2024, 2026), (2026, 2026)]


STATES = "样本局2026年公务接待费支出{}万元。"


@pytest.mark.parametrize(("stated", "files", "holds"), [("3.00", 1, [1]), ("30.00", 1, [0]), ("30.00", 2, [])])
def test_a_page_is_held_against_the_table_of_its_only_file(
    archive: sqlite3.Connection, stated: str, files: int, holds: list[int]
) -> None:
    record_id = document(archive, "样本局2026年部门预算", DOWN)
    archive.execute("UPDATE records SET body = ? WHERE id = ?", (STATES.format(stated), record_id))
    if files == 2:
        archive.execute(
            "INSERT INTO attachments (record_id, name, url, text, state, tables) VALUES (?, '样本', 'b', '', 'text', ?)",
            (record_id, to_json_text([table(DOWN, THREE_PUBLIC)])),
        )
    compared(archive)
    prose = archive.execute("SELECT holds FROM budget_checks WHERE rule = 'prose' AND place = 'reception'").fetchall()
    assert [row[0] for row in prose] == holds


def test_three_public_expenses_are_checked_as_far_as_the_least_of_their_figures_is(archive: sqlite3.Connection) -> None:
    record_id = document(archive, "样本局2026年部门预算", DOWN)
    archive.execute("UPDATE records SET body = ? WHERE id = ?", (STATES.format("30.00"), record_id))
    compared(archive)
    figures = archive.execute("SELECT held, failed FROM budget_lines WHERE role IS NOT NULL AND entry_year = 2026")
    held, failed = zip(*figures, strict=True)
    assert (min(held), min(failed)) < (max(held), max(failed))
    (expenses,) = archive.execute("SELECT held, failed FROM three_public WHERE fiscal_year = 2026")
    assert tuple(expenses) == (min(held), max(failed))


def test_a_file_within_another_is_held_against_no_text_of_all(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门预算", DOWN)
    within = replace(table(DOWN, THREE_PUBLIC), member="样本.docx")
    changes = (to_json_text([within]), STATES.format("30.00"))
    archive.execute("UPDATE attachments SET tables = ?, text = ?", changes)
    compared(archive)
    rules = {row[0] for row in archive.execute("SELECT rule FROM budget_checks")}
    assert rules
    assert "prose" not in rules


def changed_page(archive: sqlite3.Connection, before: tuple[PrintedTable, str], now: tuple[PrintedTable, str]) -> None:
    """A record whose own page had another table and another text before; its budgets are read."""
    (record_id,) = archive.execute(
        "INSERT INTO records (portal, kind, title, url, publisher, tables, body, first_seen, last_seen) "
        "VALUES ('a', 'budget', '样本局2026年部门预算', 'p', '样本局', ?, ?, '', '') RETURNING id",
        (to_json_text([now[0]]), now[1]),
    ).fetchone()
    earlier = (record_id, to_json_text([before[0]]), before[1])
    archive.execute("INSERT INTO replaced_pages VALUES (?1, NULL, 1, ?2, ?3)", earlier)
    compared(archive)


@pytest.mark.parametrize(("stated", "checked"), [("3.00", 1), ("30.00", 0)])
def test_an_earlier_page_is_held_against_its_own_text_alone(
    archive: sqlite3.Connection, stated: str, checked: int
) -> None:
    later = DOWN.replace("|12.00", "|14.00").replace("|2.00|3.00", "|2.00|5.00")
    of_both = STATES.format("3.00") + STATES.format("5.00")
    changed_page(archive, (table(DOWN, THREE_PUBLIC), STATES.format(stated)), (table(later, THREE_PUBLIC), of_both))
    changes = archive.execute("SELECT before_printed, after_printed, checked FROM budget_changes WHERE name LIKE '2.%'")
    assert [tuple(row) for row in changes] == [("3.00", "5.00", checked)]


def test_a_figure_of_a_table_beside_another_leads_to_its_cell(archive: sqlite3.Connection) -> None:
    later = table(CENTRED.replace("支出|5.00|5.00", "支出|9.00|9.00").replace("|12.00|12.00", "|16.00|16.00"))
    changed_page(archive, (table(CENTRED), ""), (later, ""))
    for rows in (
        "SELECT row, place, printed FROM budget_lines",
        "SELECT row, place, after_printed FROM budget_changes",
    ):
        cells = archive.execute(rows).fetchall()
        assert cells
        assert [later.rows[row][place] for row, place, _ in cells] == [printed for *_, printed in cells]


def test_executed_amounts_are_not_held_against_budgeted_ones(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门预算", DOWN.replace("2025年预算数", "2025年预算执行数"))
    document(archive, "样本局2025年部门预算", BUDGET_2025)
    assert compared(archive) == {}


def test_documents_that_print_other_names_of_one_agency_are_compared(archive: sqlite3.Connection) -> None:
    document(archive, "样本局2026年部门预算", DOWN)
    document(archive, "样本改革局2025年部门预算", BUDGET_2025, publisher="样本改革局")
    assert compared(archive) == {}
    archive.execute(
        "INSERT INTO agencies (id, portal, name, type, stated) VALUES (1, 'a', '样本发展和改革局', 'department', 1)"
    )
    archive.executemany(
        "INSERT INTO publisher_names (portal, name, agency_id) VALUES ('a', ?, 1)", [("样本局",), ("样本改革局",)]
    )
    assert len(compared(archive)) == 6


def test_a_units_other_tables_are_found_along_an_index(archive: sqlite3.Connection) -> None:
    plan = [row[3] for row in archive.execute("EXPLAIN QUERY PLAN SELECT count(*), sum(holds) FROM budget_comparisons")]
    by_name = "budget_tables_by_unit (portal=? AND unit_name=? AND fiscal_year=? AND stage=? AND kind=?)"
    assert [step for step in plan if by_name in step]
    assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step and "CONSTANT" not in step]
