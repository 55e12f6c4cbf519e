"""Units of budgets: the tables of several in one document are told apart, and a file belongs to the unit and year that it names."""

import pytest

from archive.budgets.documents import read_document
from archive.budgets.headings import agency_in_title
from archive.tables.printed_table import PrintedTable
from tests.budget_forms import GENERAL, SUMMARY, table


def units(*before: str, title: str = "") -> list[tuple[str | None, int | None]]:
    """The agency and year of each table, of which every second is of 一般公共预算支出."""
    tables: list[PrintedTable] = [
        table((SUMMARY, GENERAL)[number % 2], f"{text}\n单位：万元", page=number + 1)
        for number, text in enumerate(before)
    ]
    return [(read.statement.heading.agency, read.statement.heading.year) for read in read_document(tables, title)]


def test_one_document_for_all_units_is_split_where_the_first_kind_of_table_comes_again() -> None:
    found = units(
        "样本甲局2026年部门预算\n部门收支总表", "一般公共预算支出表", "样本乙局2026年部门预算\n部门收支总表", "一般公共预算支出表"
    )  # fmt: skip
    assert found == [("样本甲局", 2026)] * 2 + [("样本乙局", 2026)] * 2


@pytest.mark.parametrize("named", ["样本{}局2026年部门预算\n", ""])
def test_identities_between_tables_stay_within_a_unit(named: str) -> None:
    other = GENERAL.replace("100.00", "90.00").replace("|20.00", "|30.00")
    tables = [
        table(rows, f"{named.format(unit)}{kind}\n单位：万元")
        for unit, rows in (("甲", GENERAL), ("乙", other))
        for kind in ("财政拨款支出表", "一般公共预算支出表")
    ]
    checks = [check for read in read_document(tables) for check in read.checks]
    assert {check.rule for check in checks} >= {"children", "same_amount"}
    assert all(check.holds for check in checks)


def test_a_name_that_some_tables_cut_or_run_into_the_unit_is_the_one_that_most_print() -> None:
    kinds = ("部门收入总表", "部门支出总表", "财政拨款支出表", "一般公共预算支出表")
    names = ("样本甲", "样本甲局元", "样本甲局", "样本甲局")
    tables = [table(GENERAL, f"{kind}\n部门：{name}\n单位：万元") for kind, name in zip(kinds, names, strict=True)]
    assert {read.statement.heading.agency for read in read_document(tables)} == {"样本甲局"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("样本县2026年部门预算公开\n样本乙局2026年部门预算.xlsx", ("样本乙局", 2026)),
        ("样本县财政局2025年部门预算\n样本乙局2026年部门预算.xlsx", ("样本乙局", 2026)),
        ("样本甲局2025年部门决算\n附件2.pdf", ("样本甲局", 2025)),
        ("样本县2026年部门预算公开\n部门预算.zip\n2024年样本丙镇部门决算.pdf", ("样本丙镇", 2024)),
        ("样本县2026年部门预算公开", (None, 2026)),
    ],
)
def test_a_file_belongs_to_the_unit_and_year_that_its_name_or_its_page_states(
    title: str, expected: tuple[str | None, int]
) -> None:
    assert units("部门收支总表", title=title) == [expected]


def test_the_documents_year_counts_before_one_that_columns_alone_name() -> None:
    rows = GENERAL.replace("本年支出合计", "2025年预算数")
    for title, year in (("2026年部门预算.xlsx", 2026), ("部门预算.xlsx", 2025)):
        (found,) = read_document([table(rows, "一般公共预算支出表\n单位：万元")], title)
        assert found.statement.heading.year == year


def test_what_the_table_states_itself_counts_before_the_files_name() -> None:
    found = units("2024年部门收支总表\n部门：样本丁局", title="样本乙局2026年部门预算.xlsx")
    assert found == [("样本丁局", 2024)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("第二部分 样本甲局2026年度部门预算表", "样本甲局"),
        ("九、2026 年度样本县人民法院部门一般公共预算基本支出预算表", "样本县人民法院"),
        ("样本县教育局（本级）2026年部门预算", "样本县教育局"),
        ("2026年样本街道单位决算", "样本街道"),
        ("2026年部门预算", None),
        ("2026年政府性基金预算支出表", None),
        ("2026年度会议费预算", None),
        ("根据县财政局2026年部门预算编制要求", None),
        ("样本县2026年部门预算", None),
        ("2026年样本镇部门预算", "样本镇"),
        ("2026年样本县乡镇部门预算汇总表", None),
    ],
)
def test_a_title_names_a_unit_or_none(title: str, name: str | None) -> None:
    assert agency_in_title(title) == name


@pytest.mark.parametrize(
    "sentence",
    [
        "2026年收入预算120.00万元，比2025年减少5.00万元。",
        "公务用车运行费3.00万元，与2025年持平；",
        "一般公共预算支出比2025年",
        "5.00万元用于2025年项目",
    ],
)
def test_sentences_above_a_table_do_not_say_its_year(sentence: str) -> None:
    assert units(f"{sentence}\n部门收支总表", title="样本局2026年部门预算") == [("样本局", 2026)]


def test_a_title_with_more_in_brackets_is_no_sentence() -> None:
    assert units("2027年部门预算（样本，非政府文件）\n部门收支总表", title="样本局2026年部门预算") == [("样本局", 2027)]
