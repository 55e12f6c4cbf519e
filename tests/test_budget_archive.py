"""Budgets in the archive, over a crawl: each figure leads to its cell, and goes where its file goes."""

import asyncio
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from archive.analysis import budget_reader
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.web.http.server import make_datasette
from tests.budget_forms import ACROSS, DOWN, GENERAL
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.files import docx, word, word_table

LIST = "/zwgk/list.html"


def cells(rows_of: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in rows_of.strip().split("\n")]


def workbook() -> bytes:
    """A workbook with two sheets, titles within, amounts as numbers with a format."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    money = book.add_format({"num_format": "#,##0.00"})
    for name, title, table in (
        ("表5", "一般公共预算支出表", GENERAL),
        ("表7", "“三公”经费、会议费、培训费支出预算表", ACROSS),
    ):
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, title)
        sheet.write(1, 0, "部门：样本局")
        sheet.write(1, 3, "单位：万元")
        lines = cells(table)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if "." in cell and cell[0].isdigit():
                    sheet.write_number(row + 2, column, float(cell), money)
                elif cell not in ("", "<", "^"):
                    sheet.write_string(row + 2, column, cell)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                wide = next((n for n, c in enumerate(line[column + 1 :]) if c != "<"), len(line) - column - 1)
                high = next(
                    (n for n, other in enumerate(lines[row + 1 :]) if other[column] != "^"), len(lines) - row - 1
                )
                if (wide or high) and cell not in ("<", "^"):
                    sheet.merge_range(row + 2, column, row + 2 + high, column + wide, cell)
    book.close()
    return stream.getvalue()


def page(main: str) -> str:
    return f'<html><head><title>样本</title></head><body><h1>样本局2026年部门预算</h1><div class="TRS_Editor">{main}</div></body></html>'


def listed(*names: str) -> str:
    rows_of = "".join(
        f'<tr><td>{n}</td><td><a href="d/{n}.html">{name}</a></td><td>样本局</td><td>2026-01-0{n}</td></tr>'
        for n, name in enumerate(names, 1)
    )
    heads = "".join(f"<th>{name}</th>" for name in ("序号", "标题", "发布机构", "发布日期"))
    return f"<html><body><table><tr>{heads}</tr>{rows_of}</table></body></html>"


def web_table(rows_of: str) -> str:
    return (
        "<table>"
        + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in line)}</tr>" for line in cells(rows_of))
        + "</table>"
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An archive of budgets in a workbook, in a page and in a Word file with a slip; the last is replaced in a second crawl."""
    folder = tmp_path_factory.mktemp("budgets")
    db = folder / "a.db"
    slipped = DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|30.00")
    file = "“三公”经费支出表\n单位：万元"

    def letter(table: str) -> Answer:
        data = docx("".join(map(word, file.split("\n"))) + word_table(table.strip().replace("|", "\t")))
        return Answer(data, "application/octet-stream")

    served: dict[str, Answer | str] = {
        LIST: listed("样本局2026年部门预算", "样本局2026年部门预算（正文）", "样本局2026年“三公”经费预算"),
        "/zwgk/d/1.html": page('<p>样本正文，仅供测试。</p><a href="../f/a.xlsx">样本附件.xlsx</a>'),
        "/zwgk/d/2.html": page(f"<p>“三公”经费支出表</p><p>单位：元</p>{web_table(DOWN)}<p>样本正文，仅供测试。</p>"),
        "/zwgk/d/3.html": page('<p>样本正文，仅供测试。</p><a href="../f/b.docx">样本附件.docx</a>'),
        "/zwgk/f/a.xlsx": Answer(workbook(), "application/octet-stream"),
        "/zwgk/f/b.docx": letter(DOWN),
    }
    with Site(served) as site:
        portal = portal_file(folder, site.url, ("budget", "预算", LIST))
        assert crawl(portal, db).returncode == 0
        site.answers["/zwgk/f/b.docx"] = letter(slipped)
        crawl(portal, db, "--mode", "full")
    return folder, db


def test_a_figure_leads_to_its_cell_and_the_checks_that_hold_it(archive: tuple[Path, Path]) -> None:
    (line,) = rows(
        archive[1],
        "SELECT l.*, t.kind, t.fiscal_year, t.stage, t.agency, a.cells, a.url FROM budget_lines l JOIN budget_tables t ON t.id = l.table_id "
        "JOIN attachment_tables a ON a.attachment_id = t.attachment_id AND a.number = l.number "
        "WHERE l.code = '2010301' AND l.column_name = '基本支出'",
    )
    assert (line["kind"], line["fiscal_year"], line["stage"], line["agency"]) == (
        "general_spending",
        2026,
        "budget",
        "样本局",
    )
    assert (line["printed"], line["value_yuan"]) == ("100.00", "1000000.00")
    assert json.loads(str(line["cells"]))[line["row"]][line["place"]] == "100.00"  # type: ignore[index]
    assert (line["held"], line["failed"]) == (2, 0)
    assert str(line["url"]).endswith("a.xlsx")


def test_three_public_expenses_of_files_and_of_a_page(archive: tuple[Path, Path]) -> None:
    sql = (
        "SELECT r.title, p.* FROM three_public p JOIN records r ON r.id = p.record_id "
        "WHERE p.fiscal_year = 2026 ORDER BY r.published_on"
    )
    found = rows(archive[1], sql)
    assert [row["total"] for row in found] == ["120000.00", "12.00", "120000.00"]
    assert [row["reception"] for row in found] == ["30000.00", "3.00", "300000.00"]
    assert [row["failed"] for row in found] == [0, 0, 1]
    assert {row["agency"] for row in found} == {"样本局"}


def sheet_of(archive: tuple[Path, Path], table: str, *options: str) -> list[dict[str, object]]:
    """The rows of a table as a workbook has them, by their headings."""
    out = archive[0] / f"{table}.xlsx"
    assert disclosures("export", "xlsx", "--table", table, "--db", archive[1], "--out", out).returncode == 0
    headings, *cells = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, headings), row, strict=True)) for row in cells]


def test_figures_in_a_workbook_are_numbers_with_their_year_and_unit(archive: tuple[Path, Path]) -> None:
    (line,) = [
        row for row in sheet_of(archive, "budget_lines") if (row["科目编码"], row["栏"]) == ("2010301", "基本支出")
    ]
    assert (line["金额（元）"], line["年度"], line["单位"]) == (1_000_000, 2026, "万元")
    assert [row["三公经费合计（元）"] for row in sheet_of(archive, "three_public") if row["年度"] == 2026] == [
        120_000,
        12,
        120_000,
    ]


def test_figures_that_the_site_gives_have_their_year_and_unit(archive: tuple[Path, Path]) -> None:
    answer = asyncio.run(
        make_datasette(archive[1]).client.get("/a/budget_lines.jsonl?code=2010301&_col=table_id&_col=printed")
    )
    (first, *_) = map(json.loads, answer.text.splitlines())
    assert (first["fiscal_year"], first["unit"]) == (2026, "万元")


def test_a_replaced_file_is_read_again_and_its_slip_is_found(archive: tuple[Path, Path]) -> None:
    sql = "SELECT c.rule, c.left_value, c.right_value FROM budget_checks c JOIN budget_tables t ON t.id = c.table_id WHERE NOT c.holds"
    assert rows(archive[1], sql) == [{"rule": "three_public", "left_value": "12.00", "right_value": "39.00"}]


def test_a_replaced_file_tells_which_figure_is_another_now(archive: tuple[Path, Path]) -> None:
    (changed,) = rows(archive[1], "SELECT * FROM budget_changes")
    assert (changed["unit_name"], changed["kind"], changed["fiscal_year"], changed["stage"]) == (
        "样本局",
        "three_public",
        2026,
        "budget",
    )
    assert (changed["name"], changed["column_name"], changed["unit"]) == ("2.公务接待费", "2026年预算数", "万元")
    assert (changed["before_printed"], changed["after_printed"]) == ("3.00", "30.00")
    assert (changed["before_yuan"], changed["after_yuan"], changed["checked"]) == ("30000.00", "300000.00", 0)
    sql = (
        "SELECT e.not_before, e.at, b.fetched_at AS before, a.fetched_at AS after FROM budget_changes c "
        "JOIN events e ON e.record_id = c.record_id AND e.after_capture_id = c.after_capture_id "
        "JOIN captures b ON b.id = c.before_capture_id JOIN captures a ON a.id = c.after_capture_id"
    )
    (window,) = rows(archive[1], sql)
    moments = [str(window[name])[:19] for name in ("before", "not_before", "after", "at")]
    assert moments == sorted(moments)
    (cell,) = rows(
        archive[1],
        "SELECT t.cells ->> ('$[' || c.row || '][' || c.place || ']') AS printed FROM budget_changes c "
        "JOIN attachment_tables t ON t.record_id = c.record_id AND t.url = c.url AND t.number = c.number",
    )
    assert cell == {"printed": "30.00"}
    assert rows(archive[1], "SELECT * FROM replaced_tables") == []


def test_what_another_reader_finds_in_the_same_file_is_no_change(archive: tuple[Path, Path]) -> None:
    _, db = archive
    copy = db.with_name("read_otherwise.db")
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(
            "UPDATE attachments SET tables = replace(tables, '100.00', '100.01') WHERE url LIKE '%a.xlsx'"
        )
        connection.commit()
    open_up_to_date(copy).close()
    read = "SELECT count(*) AS n FROM budget_lines WHERE printed = '100.01'"
    assert rows(copy, read) != [{"n": 0}]
    assert rows(copy, "SELECT count(*) AS n FROM budget_changes") == [{"n": 1}]


def test_spending_is_told_by_whole_basic_and_project_part(archive: tuple[Path, Path]) -> None:
    sql = (
        "SELECT l.code, l.role, l.value_yuan, l.entry_year, l.entry_stage FROM budget_lines l JOIN budget_tables t ON t.id = l.table_id "
        "WHERE t.kind = 'general_spending' AND l.role IS NOT NULL ORDER BY l.row, l.place"
    )
    figures = [
        (code, role, value)
        for code in ("", "201")
        for role, value in (("spending", "1200000.00"), ("basic", "1000000.00"), ("project", "200000.00"))
    ]
    assert [(row["code"], row["role"], row["value_yuan"]) for row in rows(archive[1], sql)] == figures
    assert {(row["entry_year"], row["entry_stage"]) for row in rows(archive[1], sql)} == {(2026, "budget")}
    assert rows(archive[1], "SELECT count(*) AS n FROM three_public WHERE agency = '样本局' AND total IS NULL") == [
        {"n": 0}
    ]


def test_another_version_reads_everything_again_to_the_same(
    archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything() -> list[list[dict[str, object]]]:
        return [
            [{name: value for name, value in row.items() if name not in ("id", "table_id")} for row in rows(archive[1], f"SELECT * FROM {name}")]
            for name in ("budget_tables", "budget_lines", "budget_checks")
        ]  # fmt: skip

    before = everything()
    with closing(sqlite3.connect(archive[1])) as connection:
        connection.execute("DELETE FROM budget_tables")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM budget_lines")
        connection.execute("DELETE FROM budget_checks")
        connection.commit()
    monkeypatch.setattr(budget_reader, "VERSION", "another")
    open_up_to_date(archive[1]).close()
    assert everything() == before


def test_what_is_withheld_is_in_no_budget_table(archive: tuple[Path, Path]) -> None:
    folder, db = archive
    copy = folder / "copy.db"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    (file,) = rows(copy, "SELECT id FROM attachments WHERE url LIKE '%a.xlsx'")
    done = disclosures("withhold", "--attachment", file["id"], "--reason", "样本", "--db", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(copy, "SELECT count(*) AS n FROM budget_tables WHERE attachment_id = ?", file["id"]) == [{"n": 0}]
    assert rows(copy, "SELECT tables FROM attachments WHERE id = ?", file["id"]) == [{"tables": None}]
    assert b"2010301" not in copy.read_bytes()


def test_what_was_recognised_in_a_picture_is_in_no_budget_table(archive: tuple[Path, Path]) -> None:
    copy = archive[0] / "recognised.db"
    with closing(sqlite3.connect(archive[1])) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE attachments SET state = 'ocr' WHERE url LIKE '%a.xlsx'")
        connection.commit()
    open_up_to_date(copy).close()
    sql = (
        "SELECT count(*) AS n FROM budget_tables t JOIN attachments a ON a.id = t.attachment_id WHERE a.url LIKE '%{}'"
    )
    assert rows(copy, sql.format("a.xlsx")) == [{"n": 0}]
    assert rows(copy, sql.format("b.docx")) == [{"n": 1}]


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("UPDATE records SET state = 'withheld' WHERE id = (SELECT record_id FROM budget_changes)", 0),
        ("INSERT INTO withheld (target, key, reason, at) SELECT 'address', url, '', '' FROM budget_changes", 0),
        ("UPDATE attachments SET state = 'roster' WHERE url LIKE '%b.docx'", 0),
        ("UPDATE attachments SET state = 'roster' WHERE url LIKE '%a.xlsx'", 1),
        ("UPDATE attachments SET url = 'http://moved.example/b.docx' WHERE url LIKE '%b.docx'", 1),
        ("UPDATE attachments SET record_id = 1 WHERE url LIKE '%b.docx'", 1),
    ],
)
def test_what_a_file_changed_goes_and_moves_with_it(
    archive: tuple[Path, Path], tmp_path: Path, statement: str, left: int
) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(archive[1])) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(statement)
    assert rows(copy, "SELECT count(*) AS n FROM budget_changes") == [{"n": left}]
    with_their_files = "SELECT count(*) AS n FROM budget_changes JOIN attachments USING (record_id, url)"
    assert rows(copy, with_their_files) == [{"n": left}]


def test_what_a_withheld_file_said_before_is_withheld_with_it(archive: tuple[Path, Path]) -> None:
    folder, db = archive
    copy = folder / "withheld.db"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    (file,) = rows(copy, "SELECT id FROM attachments WHERE url LIKE '%b.docx'")
    assert disclosures("withhold", "--attachment", file["id"], "--reason", "样本", "--db", copy).returncode == 0
    assert rows(copy, "SELECT count(*) AS n FROM budget_changes") == [{"n": 0}]
