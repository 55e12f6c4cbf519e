"""Cases of the questions about what budgets and final accounts say."""

from tests.questions.budget_documents import NINE, budget_table, change, changed_event, check, figure, tables
from tests.questions.cases import case
from tests.questions.small import SEEN, Small

UNIT, OTHER = "同心县教育局", "同心县水务局"
HALF = ["page_cut"]


def three_public(  # noqa: PLR0917 - whose, of when, and how much
    small: Small, found: bool, unit: str, year: int, total: str, reception: str, stage: str = "budget", **sure: int
) -> int:
    """A record with a table of three public expenses; the table's id. `sure`: how many identities hold its figures, and do not."""
    record = small.record(found, f"样本：{unit}{year}年")
    table = budget_table(small, record, unit, year, "three_public", stage)
    figure(small, table, "total", total, **sure)
    figure(small, table, "reception", reception, **sure)
    return table


@case(
    "three_public_rise",
    columns=("unit", "fiscal_year", "part", "year_before", "this_year", "percent"),
    expected=(
        (UNIT, 2026, "total", "100000.00", "150000.00", 50.0),
        (UNIT, 2026, "reception", "20000.00", "60000.00", 200.0),
    ),
    left_out=2,
)
def a_rise_of_what_is_checked(small: Small) -> None:
    three_public(small, False, UNIT, 2024, "14.00", "2.00")
    three_public(small, False, UNIT, 2025, "10.00", "2.00")
    three_public(small, True, UNIT, 2026, "15.00", "6.00")
    three_public(small, False, OTHER, 2025, "10.00", "0.00")
    three_public(small, False, OTHER, 2026, "14.99", "9.00")  # under a half; and from nought
    three_public(small, False, "同心县财政局", 2025, "10.00", "2.00")
    three_public(small, False, "同心县财政局", 2026, "90.00", "9.00", held=1)


@case("three_public_rise", given={"percent": "10", "least": "2"})
def a_rise_by_so_much_between_two_documents_alike(small: Small) -> None:
    three_public(small, False, UNIT, 2025, "10.00", "1.00")
    three_public(small, False, UNIT, 2026, "11.9999", "1.50")
    three_public(small, False, OTHER, 2025, "10.00", "1.00")
    three_public(small, True, OTHER, 2026, "12.00", "1.50")
    three_public(small, False, "同心县财政局", 2025, "10.00", "1.00")
    three_public(small, False, "同心县财政局", 2026, "20.00", "1.00")
    three_public(small, False, "同心县财政局", 2026, "10.00", "1.00")  # which of them is it?
    three_public(small, False, "同心县档案局", 2025, "10.00", "1.00")
    three_public(small, False, "同心县档案局", 2026, "20.00", "1.00", stage="accounts")


@case("three_public_rise", given={"portal": "county"}, left_out=2)
def a_rise_of_an_agency_under_two_names(small: Small) -> None:
    small.portal_file([{"name": UNIT, "aliases": ["县教育局"]}])
    small.record(False, "样本", publisher="县教育局")
    small.record(False, "样本", publisher=UNIT)
    three_public(small, False, "县教育局", 2025, "10.00", "2.00")
    three_public(small, True, UNIT, 2026, "20.00", "2.50")
    half = small.record(False, "样本：读了一半", flags=HALF)
    table = budget_table(small, half, OTHER, 2026, "three_public")
    figure(small, table, "total", "20.00")
    figure(small, table, "reception", "20.00")
    three_public(small, False, OTHER, 2025, "10.00", "2.00")


@case(
    "reception_share", columns=("unit", "reception", "total", "percent"), expected=((UNIT, "60000.00", "100000.00", 60.0), ("同心县信访局", "10000.00", "10000.00", 100.0)), left_out=2,
)  # fmt: skip
def receptions_that_are_a_large_share(small: Small) -> None:
    three_public(small, True, UNIT, 2026, "10.00", "6.00")
    three_public(small, False, OTHER, 2026, "10.00", "5.99")
    three_public(small, False, "同心县财政局", 2026, "1.00", "0.9999")
    three_public(small, True, "同心县信访局", 2026, "1.00", "1.00")
    three_public(small, False, "同心县档案局", 2026, "10.00", "9.00", failed=1)
    three_public(small, False, "同心县审计局", 2026, "0.00", "0.00")
    three_public(small, False, "同心县司法局", 2026, "10.00", "9.00")
    three_public(small, False, "同心县司法局", 2026, "10.00", "8.00")


@case(
    "three_public_prose", columns=("unit", "part", "in_table", "in_text"), expected=((UNIT, "reception", "60000.00", "90000.00"),), left_out=2,
)  # fmt: skip
def a_text_that_differs_from_its_table(small: Small) -> None:
    table = three_public(small, True, UNIT, 2026, "10.00", "6.00", held=1, failed=1)
    check(small, table, "prose", "reception", "60000.00", "90000.00")
    check(small, table, "prose", "total", "100000.00", "100000.00", holds=True)
    check(small, table, "three_public", "reception", "10.00", "12.00")
    alone = three_public(small, False, OTHER, 2026, "10.00", "6.00", held=0, failed=1)
    check(small, alone, "prose", "reception", "60000.00", "90000.00")
    half = small.record(False, "样本：读了一半", flags=HALF)
    cut = budget_table(small, half, OTHER, 2025, "three_public")
    figure(small, cut, "reception", "6.00", failed=1)
    check(small, cut, "prose", "reception", "60000.00", "90000.00")


@case(
    "missing_budget_tables", columns=("unit", "tables_read", "tables_missing"), expected=((UNIT, 7, "三公经费表、国有资本经营支出表"),), left_out=3,
)  # fmt: skip
def a_budget_that_lacks_tables(small: Small) -> None:
    record = small.record(True, "样本：缺表的")
    tables(small, record, UNIT, 2026, [kind for kind in NINE if kind not in ("three_public", "capital_spending")])
    whole, beside = small.record(False, "样本：全的"), small.record(False, "样本：另一份文件")
    tables(small, whole, OTHER, 2026, NINE[:5])
    tables(small, beside, OTHER, 2026, (*NINE[5:], "procurement"))
    tables(small, small.record(False, "样本：摘登"), OTHER, 2025, (*NINE[:3], "operating", "fiscal_spending"))
    tables(small, small.record(False, "样本：读了一半", flags=HALF), UNIT, 2025, NINE[:6])
    tables(small, small.record(False, "样本：只有采购"), UNIT, 2024, ("procurement",))
    for unknown in ("unit_name", "fiscal_year", "stage"):
        for kinds in (NINE[:3], NINE[:7]):  # neither left out nor found
            record = small.record(False, "样本：不知是谁的")
            tables(small, record, f"样本{len(kinds)}局", 2024 - len(kinds), kinds)
            small.connection.execute(f"UPDATE budget_tables SET {unknown} = NULL WHERE record_id = ?", (record,))


@case("unexplained_projects", columns=("unit", "project"), expected=((UNIT, "1000000.00"),), left_out=2)
def projects_without_a_word(small: Small) -> None:
    for found, unit, printed, explained, held in (
        (True, UNIT, "100.00", 0, 2), (False, OTHER, "99.99", 0, 2), (False, "同心县财政局", "900.00", 1, 2),
        (False, "同心县档案局", "900.00", 0, 1), (False, "同心县档案局", "900.00", 0, 0),
    ):  # fmt: skip
        table = budget_table(small, small.record(found, "样本"), unit, 2026, "spending", explained=explained)
        figure(small, table, "project", printed, held=held)
        figure(small, table, "spending", "5000.00")
    for explained in (0, 1):  # what one document leaves open another says
        table = budget_table(small, small.record(False, "样本"), "同心县司法局", 2026, "spending", explained=explained)
        figure(small, table, "project", "500.00")


@case(
    "changed_budget_figures", columns=("unit", "item", "before", "after", "not_before", "noticed_at"),
    expected=((UNIT, "公务接待费 预算数", "12.00", "8.00", "2018-05-01T00:00:00Z", SEEN),), left_out=1,
)  # fmt: skip
def a_figure_that_changed(small: Small) -> None:
    small.portal_file([{"name": UNIT, "aliases": ["县教育局"]}])
    for publisher in (UNIT, "县教育局"):
        small.record(False, "样本", publisher=publisher)
    record = small.record(True, "样本：换过文件的")
    change(small, record, "公务接待费", "12.00", "8.00", checked=True, unit_name="县教育局")
    change(small, record, "合计", "20.00", "16.00", checked=False)
    changed_event(small, record, SEEN, "2018-05-01T00:00:00Z")
    changed_event(small, record, "2018-06-30T00:00:00Z", SEEN, kind="returned")
    changed_event(small, record, "2018-07-01T00:00:00Z", SEEN, after_capture_id=3)
    small.record(False, "样本：没有换过的")


@case("changed_budget_figures", columns=("unit", "noticed_at"), expected=(("样本局", None),))
def a_change_of_a_unit_that_publishes_nothing(small: Small) -> None:
    record = small.record(True, "样本：换过文件的")
    change(small, record, "公务接待费", "12.00", "8.00", checked=True, unit_name="样本局")


@case(
    "last_year_differs", columns=("unit", "fiscal_year", "part", "said_later", "said_then"),
    expected=((UNIT, 2025, "total", "110000.00", "100000.00"),), left_out=2,
)  # fmt: skip
def a_year_before_that_is_another(small: Small) -> None:
    three_public(small, False, UNIT, 2025, "10.00", "2.00")
    later = three_public(small, True, UNIT, 2026, "12.00", "2.00")
    figure(small, later, "total", "11.00", of=(2025, "budget"))
    figure(small, later, "reception", "2", of=(2025, "budget"))
    figure(small, later, "total", "99.00", of=(2025, "budget"), column_name="2025年执行数")
    figure(small, later, "total", "88.00", of=(2024, "budget"))
    figure(small, later, "total", "77.00", of=(2025, "accounts"))
    three_public(small, False, OTHER, 2025, "10.00", "2.00", held=1)
    other = three_public(small, False, OTHER, 2026, "12.00", "2.00")
    figure(small, other, "total", "11.00", of=(2025, "budget"))
    figure(small, other, "reception", "9.00", of=(2025, "budget"), held=1)


@case("last_year_differs")
def a_year_before_that_is_rounded(small: Small) -> None:
    three_public(small, False, UNIT, 2025, "10.46", "2.44")
    rounded = three_public(small, False, UNIT, 2026, "12.00", "2.00")
    figure(small, rounded, "total", "10.5", of=(2025, "budget"))
    figure(small, rounded, "reception", "2.4", of=(2025, "budget"))
    three_public(small, False, OTHER, 2025, "10.46", "2.44")
    for printed in ("10.5", "10.50"):
        three_public(small, False, "同心县财政局", 2025, printed, "2.00")
    nearly = three_public(small, False, "同心县财政局", 2026, "12.00", "2.00")
    figure(small, nearly, "total", "10.46", of=(2025, "budget"))
    wrong = three_public(small, True, OTHER, 2026, "12.00", "2.00")
    figure(small, wrong, "total", "10.4", of=(2025, "budget"))


@case(
    "accounts_far_from_budget", columns=("unit", "part", "budget", "accounts", "percent"),
    expected=((UNIT, "total", "100000.00", "70000.00", -30.0), (OTHER, "spending", "1000000.00", "2000000.00", 100.0)), left_out=1,
)  # fmt: skip
def accounts_beside_the_budget(small: Small) -> None:
    three_public(small, False, UNIT, 2026, "10.00", "2.00")
    three_public(small, True, UNIT, 2026, "7.00", "9.00", stage="accounts")
    three_public(small, False, UNIT, 2025, "10.00", "2.00")
    three_public(small, False, UNIT, 2025, "7.01", "2.00", stage="accounts")
    three_public(small, False, UNIT, 2024, "10.00", "2.00")
    three_public(small, False, UNIT, 2024, "1.00", "2.00", stage="accounts", held=1)
    three_public(small, False, UNIT, 2023, "0.00", "2.00")
    three_public(small, False, UNIT, 2023, "1.00", "2.00", stage="accounts")
    for found, stage, printed in ((False, "budget", "100.00"), (True, "accounts", "200.00")):
        table = budget_table(small, small.record(found, "样本"), OTHER, 2026, "spending", stage)
        figure(small, table, "spending", printed)
        figure(small, table, "project", "1.00" if stage == "budget" else "9.00")


@case(
    "budget_arithmetic",
    columns=("unit", "rule", "stated", "expected"),
    expected=((UNIT, "three_public", "12.00", "13.00"),),
    left_out=1,
)
def figures_of_a_table_that_disagree(small: Small) -> None:
    table = three_public(small, True, UNIT, 2026, "12.00", "2.00")
    check(small, table, "three_public", "2026 budget", "12.00", "13.00")
    check(small, table, "vehicles", "2026 budget", "8.00", "8.00", holds=True)
    check(small, table, "prose", "total", "12.00", "13.00")
    half = small.record(False, "样本：读了一半", flags=HALF)
    check(small, budget_table(small, half, OTHER, 2026, "spending"), "total", "合计", "1.00", "2.00")
