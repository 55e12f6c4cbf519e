"""Budgets on the site: a county's grid, a year's table, a unit's money by year, and the cell of each figure with its proof."""

import csv
import io
import re
from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from archive.web.budgets import unit_page
from archive.web.budgets.figure_bars import figure_bars
from archive.web.budgets.shown_figures import ShownFigure, chosen, in_ten_thousands
from tests.web.asking import asking, asking_copy, text, tree
from tests.web.budgets_archive import EDUCATION, WATER, build_budgets

GRID = "/-/budgets/budgets"
UNIT = f"{GRID}/unit?name={EDUCATION}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_budgets(tmp_path_factory.mktemp("budgets") / "disclosures.db")


@pytest.fixture(scope="module")
def ask(archive):
    return asking(archive)


def cells(page, row: str) -> list[str]:
    """The cells of the row under a heading."""
    (found,) = [each for each in page.cssselect("table.grid tbody tr") if text(each.cssselect("th")[0]) == row]
    return [text(cell) for cell in found.cssselect("td")]


def heads(page) -> list[str]:
    return [text(head) for head in page.cssselect("table.grid thead th")]


# --- a unit ---


def test_a_units_money_stands_by_year_and_each_figure_leads_to_its_cell(ask) -> None:
    page = tree(ask(f"{UNIT}&lang=zh"))
    assert cells(page, "公务接待费") == ["5.00", "3.00", "4.00", "—", "8.00", "—"]
    assert cells(page, "三公经费合计") == ["14.00", "12.00", "13.00", "—", "17.00", "—"]
    assert cells(page, "因公出国（境）费")[:2] == ["1.00△", "1.00△"]
    assert cells(page, "项目支出")[0] == "20.00"
    assert cells(page, "201 一般公共服务支出")[0] == "120.00"
    assert "共 40 个数字，其中 12 个未核对" in text(page)
    links = page.cssselect("td a.amount")
    assert len(links) == 40 + 8  # in pictures, too
    for link in links[:12]:
        cell = tree(ask(link.get("href")))
        assert text(cell.cssselect("#cell mark")[0]) == text(link)


def test_earlier_years_are_a_click_away(ask, monkeypatch) -> None:
    monkeypatch.setattr(unit_page, "MOST_YEARS", 2)
    page = tree(ask(UNIT))
    assert [head for head in heads(page) if head.isdigit()][:2] == ["2025", "2026"]
    (earlier,) = page.cssselect(".turn a")
    shown = tree(ask(earlier.get("href")))
    assert {head for head in heads(shown) if head.isdigit()} == {"2024"}
    last_two = tree(ask(f"{UNIT}&lang=zh"))
    assert f"共 {len(last_two.cssselect('table.grid a.amount'))} 个数字" in text(last_two)
    assert shown.cssselect(".turn a") == []
    assert ask(f"{UNIT}&until=x").status_code == 400
    assert tree(ask(f"{UNIT}&until=2020")).cssselect("table.grid tbody td") == []
    assert heads(tree(ask(f"{UNIT}&until=2090"))) == heads(page)


def test_pictures_draw_what_is_checked_and_leave_gaps(archive, ask, tmp_path) -> None:
    def drawn(page) -> dict[str, list[tuple[str, str]]]:
        return {
            text(figure.cssselect("caption")[0]): [
                (text(row.cssselect("th")[0]), "".join(path.get("d") for path in row.cssselect("path")))
                for row in figure.cssselect("tbody tr")
            ]
            for figure in page.cssselect("figure.compare")
        }

    reception = drawn(tree(ask(f"{UNIT}&lang=zh")))["公务接待费（万元）"]
    assert reception[0] == ("2024 预算", "M0 0h62v10h-62z")
    assert reception[3] == ("2025 决算", "")
    assert reception[4] == ("2026 预算", "M0 0h100v10h-100z")
    doubted = asking_copy(
        archive, tmp_path, "UPDATE budget_lines SET held = 1 WHERE role = 'reception' AND printed = '8.00'"
    )
    page = tree(doubted(f"{UNIT}&lang=zh"))
    assert drawn(page)["公务接待费（万元）"][4] == ("2026 预算", "")
    assert "1 个未核对的数字没有画出" in text(page)


def test_what_a_replaced_file_changed_is_told_with_its_window_and_its_sheet(ask) -> None:
    (change,) = [each for each in tree(ask(f"{UNIT}&lang=zh")).cssselect(".changed li") if "公务接待费" in text(each)]
    assert "12.00 → 8.00 万元 在 2026-11-20 09:00 与 2026-11-22 09:00 之间" in text(change)
    cell, sheet, before = [link.get("href") for link in change.cssselect("a")]
    assert text(tree(ask(cell)).cssselect("#cell")[0]) == "8.00"
    assert ask(sheet).status_code == 200
    assert before == "/-/copy/12"


def changes_of_reception(page) -> list[list[str]]:
    """Where each change of it leads."""
    changed = [each for each in page.cssselect(".changed li") if "公务接待费" in text(each)]
    return [[link.get("href") for link in each.cssselect("a")] for each in changed]


def test_another_event_at_the_same_capture_tells_of_a_change_no_second_time(archive, ask, tmp_path) -> None:
    returned = (
        "INSERT INTO events (record_id, kind, at, crawl_id, after_capture_id) "
        "SELECT record_id, 'returned', at, crawl_id, after_capture_id FROM events WHERE kind = 'changed'"
    )
    shown = changes_of_reception(tree(asking_copy(archive, tmp_path, returned)(f"{UNIT}&lang=zh")))
    assert shown == changes_of_reception(tree(ask(f"{UNIT}&lang=zh")))


def test_a_change_in_a_version_that_was_replaced_since_leads_to_no_cell(archive, ask, tmp_path) -> None:
    replaced = asking_copy(archive, tmp_path, "UPDATE attachments SET capture_id = 1")
    (links,) = changes_of_reception(tree(replaced(f"{UNIT}&lang=zh")))
    (before,) = changes_of_reception(tree(ask(f"{UNIT}&lang=zh")))
    assert [link for link in before if link not in links] == [link for link in before if "/tables?" in link] != []


@pytest.mark.parametrize(("capture", "is_shown"), [("after_capture_id", True), ("1", False)])
def test_a_change_of_a_record_s_own_page_leads_to_its_cell_while_that_version_stands(
    archive, tmp_path, capture: str, is_shown: bool
) -> None:
    own = "UPDATE budget_changes SET url = (SELECT url FROM records WHERE id = record_id)"
    read = f"INSERT OR REPLACE INTO readings (record_id, catalog_id, fields, source_fields, capture_id) SELECT DISTINCT record_id, 0, '{{}}', '{{}}', {capture} FROM budget_changes"
    (links,) = changes_of_reception(tree(asking_copy(archive, tmp_path, own, read)(f"{UNIT}&lang=zh")))
    assert any("/tables?" in link for link in links) is is_shown


def test_documents_say_what_was_read_what_is_missing_and_which_identities_do_not_hold(ask) -> None:
    page = tree(ask(f"{GRID}/unit?name={WATER}&lang=zh"))
    documents = [each.get("id") for each in page.cssselect("[id^=y20]")]
    assert documents == sorted(documents, reverse=True)
    assert len(documents) > 1
    said = text(page.cssselect("#y2026budget")[0])
    assert "读出：支出总表、三公经费表。" in said
    assert "规定九张中未见：收支总表、收入总表" in said
    assert re.search(r"16 个算式相符，2 个不符。 .*三公合计 2026 budget：19.00 ≠ 16.00", said)
    assert cells(page, "三公经费合计") == ["11.00", "—", "19.00≠"]


def test_several_documents_of_a_year_are_told_where_they_differ(archive, tmp_path) -> None:
    both = asking_copy(archive, tmp_path, "UPDATE budget_tables SET fiscal_year = 2026 WHERE fiscal_year = 2025", "UPDATE budget_lines SET entry_year = 2026")  # fmt: skip
    assert cells(tree(both(f"{UNIT}&lang=zh")), "公务接待费")[-2] == "4.00±"


def figure(yuan: str | None, held: int = 2, record: int = 1, failed: int = 0) -> ShownFigure:
    return ShownFigure("1.00", yuan and Decimal(yuan), held, failed, record, None, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("figures", "record", "others"),
    [
        ([figure("1"), figure("2", record=2), figure("2", record=3)], 1, 2),
        ([figure("1"), figure("1", record=2), figure("2", record=3)], 1, 1),
        ([figure("1"), figure("2")], 1, 0),  # of one document
        ([figure("1", held=0), figure("2", record=2)], 2, 1),  # what is checked first
        ([figure("1", failed=1), figure("2", record=2)], 2, 1),
        ([figure(None), figure("1", record=2)], 2, 1),
    ],
)
def test_of_several_figures_the_first_that_is_checked_is_shown(figures, record: int, others: int) -> None:
    shown = chosen(reversed(figures))
    assert (shown.record_id, shown.others) == (record, others)


def test_the_least_amount_still_has_a_bar_and_nothing_has_none() -> None:
    amounts = {(2025, "budget"): figure("1"), (2026, "budget"): figure("1000000"), (2027, "budget"): figure("0")}
    drawn = figure_bars(range(2025, 2028), amounts)
    assert drawn
    assert [bar.width for bar in drawn.bars] == [1, 100, 0]


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [("50000", "5.00"), ("123450000", "12,345.00"), ("12345.67", "1.234567"), ("100", "0.01"), ("0", "0.00"), ("-1500", "-0.15")],
)  # fmt: skip
def test_an_amount_loses_no_digit(yuan: str, shown: str) -> None:
    assert in_ten_thousands(Decimal(yuan)) == shown


# --- a year ---


def of_year(ask, year: int, stage: str = "budget") -> dict[str, dict[str, object]]:
    return {unit["unit"]: unit for unit in ask(f"{GRID}/{year}.json?stage={stage}").json()["units"]}


def test_a_year_has_the_figures_of_its_stage(ask) -> None:
    assert of_year(ask, 2024)[EDUCATION]["reception"] == "50000.00"
    assert of_year(ask, 2024, "accounts")[EDUCATION]["reception"] == "30000.00"


@pytest.mark.parametrize("change", ["entry_year = 2025", "entry_stage = 'accounts'"])
def test_what_a_document_says_of_another_year_or_stage_is_none_of_its_figures(archive, tmp_path, change: str) -> None:
    compared = asking_copy(
        archive, tmp_path, f"UPDATE budget_lines SET {change} WHERE role = 'reception' AND printed = '8.00'"
    )
    assert of_year(compared, 2026)[EDUCATION]["reception"] is None
    assert cells(tree(compared(f"{UNIT}&lang=zh")), "公务接待费")[4] == "—"


def test_a_class_of_spending_does_not_stand_for_the_whole(archive, tmp_path) -> None:
    doubted = asking_copy(archive, tmp_path, "UPDATE budget_lines SET held = 0 WHERE role = 'spending' AND code = ''")
    units = of_year(doubted, 2026)
    assert "spending" in units[EDUCATION]["unchecked"]


def test_a_year_of_all_units_is_sorted_by_what_is_checked(archive, ask, tmp_path) -> None:
    def units(answer) -> list[str]:
        return [text(row) for row in tree(answer).cssselect("tbody th")]

    assert units(ask(f"{GRID}/2026?sort=reception")) == [EDUCATION, WATER]
    assert units(ask(f"{GRID}/2026?sort=unit")) == [EDUCATION, WATER]
    page = tree(ask(f"{GRID}/2026?sort=reception&lang=zh"))
    assert [text(head) for head in page.cssselect("th[aria-sort]")] == ["公务接待费"]
    assert cells(page, WATER)[5] == "7.00≠"
    # 7 is no more than 8, and were more than 5; but only what is checked is ranked.
    less = "UPDATE budget_lines SET value_yuan = '50000.00' WHERE role = 'reception' AND printed = '8.00'"
    assert units(asking_copy(archive, tmp_path, less)(f"{GRID}/2026?sort=reception")) == [EDUCATION, WATER]
    sound = asking_copy(
        archive, tmp_path, less, "UPDATE budget_lines SET failed = 0, held = 2 WHERE role = 'reception'"
    )
    assert units(sound(f"{GRID}/2026?sort=reception")) == [WATER, EDUCATION]
    # 19 is more than 17: units stand by their totals where nothing else is asked for.
    totals = asking_copy(archive, tmp_path, "UPDATE budget_lines SET failed = 0, held = 2 WHERE role = 'total'")
    assert units(totals(f"{GRID}/2026")) == [WATER, EDUCATION]
    # What is not checked stands before what is not there.
    none = asking_copy(
        archive,
        tmp_path,
        "DELETE FROM budget_lines WHERE role = 'reception' AND printed = '8.00' AND entry_year = 2026",
    )
    assert units(none(f"{GRID}/2026?sort=reception")) == [WATER, EDUCATION]


def test_a_years_table_is_a_file_in_yuan_that_says_what_is_not_checked(ask) -> None:
    page = tree(ask(f"{GRID}/2026?lang=zh"))
    files = {text(link): link.get("href") for link in page.cssselect(".export a")}
    rows = list(csv.DictReader(io.StringIO(ask(files["CSV"]).content.decode("utf-8-sig"))))
    assert [row["单位"] for row in rows] == [EDUCATION, WATER]
    assert (rows[0]["公务接待费"], rows[0]["支出合计"]) == ("80000.00", "1200000.00")
    assert rows[0]["未核对"] == "因公出国（境）费、公务用车购置费、公务用车运行费"
    assert ask(files["JSON"]).json()["units"][1]["unchecked"] == ["total", "abroad", "vehicles", "vehicle_purchase", "vehicle_running", "reception"]  # fmt: skip
    assert ask(files["Excel"]).content[:2] == b"PK"
    assert ask(f"{GRID}/2031").status_code == 404


# --- the cell and its proof ---

CELL = "/-/record/3/tables?file=3&table=2&row=3&column=6&lang=zh"


def test_a_cell_is_marked_in_its_table_with_its_page_and_its_proof(ask) -> None:
    page = tree(ask(CELL))
    assert "第 2 张表，按原文读出，在第 2 页" in text(page)
    (marked,) = page.cssselect("table.printed td.marked")
    assert (text(marked), marked.get("id")) == ("8.00", "cell")
    assert "8.00 万元" in text(page.cssselect(".what")[0])
    assert "已核对：2 个算式相符。" in text(page)
    proof = page.cssselect("#proof")[0]
    assert [link.get("href") for link in proof.cssselect("a")] == [
        "/-/copy/30",
        "http://budgets.example/f/2.pdf",
        "/-/proof/8",
    ]
    assert re.fullmatch("[0-9a-f]{64}", text(proof.cssselect("code")[0]))
    in_one_line = {text(cell) for cell in page.cssselect("table.printed td.amount")}
    assert {"8.00", "5.00"} <= in_one_line
    assert "会议费" not in in_one_line
    spans = {text(cell): (cell.get("rowspan"), cell.get("colspan")) for cell in page.cssselect("table.printed td")}
    assert spans["“三公”经费"] == (None, "6")
    assert spans["会议费"] == ("3", None)


def test_the_day_that_seals_the_original_is_told(archive, tmp_path) -> None:
    sealed = "INSERT INTO seals (day, captures, previous_hash, hash, sealed_at) VALUES ('2026-11-22', 1, '', 'abcdef', '2026-11-23T00:00:00Z')"
    proof = tree(asking_copy(archive, tmp_path, sealed)(CELL)).cssselect("#proof")[0]
    assert "2026-11-22 abcdef" in text(proof)


def test_a_table_of_the_records_own_page_is_shown_alike(archive, tmp_path) -> None:
    page_tables = "UPDATE records SET tables = (SELECT tables FROM attachments WHERE record_id = 3) WHERE id = 7"
    page = tree(asking_copy(archive, tmp_path, page_tables)("/-/record/7/tables?table=2&row=3&column=6"))
    assert text(page.cssselect("#cell")[0]) == "8.00"


def test_a_cell_of_the_records_own_page_is_no_figure_of_its_file(archive, tmp_path) -> None:
    page_tables = "UPDATE records SET tables = (SELECT tables FROM attachments WHERE record_id = 3) WHERE id = 3"
    page = tree(asking_copy(archive, tmp_path, page_tables)("/-/record/3/tables?table=2&row=3&column=6&lang=zh"))
    assert text(page.cssselect("#cell")[0]) == "8.00"
    assert "个算式相符" not in text(page)


def test_a_long_table_is_shown_by_the_part_that_holds_the_cell(archive, tmp_path) -> None:
    rows = "json_group_array(json_array(value || '', 'b', 'c'))"
    series = "WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 1999)"
    table = f"json_object('page', 1, 'before', '', 'rows', (SELECT {rows} FROM n), 'merged', json_array(json_array(600, 1, 200, 1)), 'x', json_array(), 'y', json_array(), 'member', '')"
    ask_long = asking_copy(
        archive, tmp_path, f"{series} UPDATE attachments SET tables = json_array({table}) WHERE id = 3"
    )
    page = tree(ask_long("/-/record/3/tables?file=3&row=700&column=0&lang=zh"))
    assert "第 2 段，共 4 段、2000 行" in text(page)
    first = page.cssselect("table.printed tr")[0].cssselect("td")
    assert [text(cell) for cell in first] == ["666", "b", "c"]
    assert first[1].get("rowspan") == "134"
    assert text(page.cssselect("#cell")[0]) == "700"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/-/record/3/tables?file=3&table=9", 404), ("/-/record/3/tables?file=4", 404), ("/-/record/99/tables", 404),
        ("/-/record/3/tables?file=x", 400), ("/-/record/3/tables?file=3&row=" + "9" * 30, 400),
        ("/-/record/3/tables?file=3&row=999&column=999", 200), (f"{GRID}/unit?name=nobody", 404), (f"{GRID}/unit", 400),
        ("/-/budgets/nobody", 404), (f"{GRID}?stage=x", 400), (f"{GRID}/2026?sort=x", 400), (f"{GRID}?page=9", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_so(path: str, status: int, ask) -> None:
    assert ask(path).status_code == status


def test_records_and_portals_lead_to_their_budgets(ask) -> None:
    def links(path: str) -> list[str]:
        return [unquote(link.get("href")) for link in tree(ask(path)).cssselect("main a")]

    assert UNIT in links("/-/record/3")
    assert not any("/budgets/" in link and "unit" in link for link in links("/-/record/7"))
    assert GRID in links("/-/browse/budgets")


def test_nothing_of_what_is_withheld_is_shown(archive, tmp_path) -> None:
    withheld = asking_copy(
        archive, tmp_path, "UPDATE records SET state = 'withheld' WHERE id = 3",
        "UPDATE attachments SET state = 'withheld', tables = NULL WHERE record_id = 3", "DELETE FROM budget_tables WHERE record_id = 3",
    )  # fmt: skip
    assert withheld(CELL).status_code == 404
    page = tree(withheld(UNIT))
    assert "12.00 →" not in text(page)
    state_alone = asking_copy(archive, tmp_path, "UPDATE records SET state = 'withheld' WHERE id = 3")
    assert state_alone(CELL).status_code == 404
    hidden = asking_copy(
        archive, tmp_path, "INSERT INTO withheld VALUES ('address', 'http://budgets.example/f/2.pdf', '', '', 0)"
    )
    assert "/-/copy/30" not in hidden(CELL).text


def test_an_archive_that_has_read_no_budgets_has_no_such_pages(archive, tmp_path) -> None:
    views = [f"DROP VIEW {name}" for name in ("three_public", "budget_figures", "unit_tables")]
    dropped = [f"DROP TABLE {name}" for name in ("budget_checks", "budget_lines", "budget_tables")]
    earlier = asking_copy(archive, tmp_path, *views, *dropped)
    assert [earlier(path).status_code for path in ("/-/budgets", GRID, UNIT, f"{GRID}/2026")] == [404] * 4


def test_pages_speak_one_language(ask) -> None:
    for path in (GRID, UNIT, f"{GRID}/2026", CELL.replace("&lang=zh", "")):
        english = tree(ask(f"{path}{'&' if '?' in path else '?'}lang=en"))
        for named in english.xpath("//*[@translate='no' or @lang='zh']"):
            named.drop_tree()
        assert re.findall("[\u4e00-\u9fff]+", text(english.cssselect("main")[0])) == []


def test_from_home_to_a_figures_proof_in_four_clicks(ask) -> None:
    clicks = [
        lambda href: href == "/-/budgets",
        lambda href: href.startswith(f"{GRID}/unit"),
        lambda href: "column=6" in href and "/record/3/" in href,
    ]
    address = "/"
    for wanted in clicks:
        answer = ask(address)
        while answer.is_redirect:
            answer = ask(answer.headers["location"])
        address = next(link.get("href") for link in tree(answer).cssselect("a") if wanted(link.get("href")))
    page = tree(ask(address))
    assert parse_qs(urlsplit(address).query)["row"] == ["3"]
    assert page.cssselect("#cell")
    assert ask(page.cssselect("#proof a[href*='/proof/']")[0].get("href")).status_code == 200


@pytest.mark.parametrize("column", ["fiscal_year", "unit_name"])
def test_a_check_that_fails_in_a_table_of_no_known_year_or_unit_is_in_no_cell(archive, ask, tmp_path, column) -> None:
    unknown = asking_copy(
        archive,
        tmp_path,
        f"UPDATE budget_tables SET {column} = NULL WHERE id = (SELECT min(table_id) FROM budget_checks)",
        "UPDATE budget_checks SET holds = 0",
    )
    assert heads(tree(unknown(GRID))) == heads(tree(ask(GRID)))
