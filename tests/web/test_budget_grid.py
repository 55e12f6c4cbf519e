"""A county's budgets, unit by year: which documents there are, which were not found, and which no crawl could have shown."""

import re
from urllib.parse import unquote

import pytest

from tests.web.asking import asking, asking_copy, text, tree
from tests.web.budgets_archive import EDUCATION, WATER, build_budgets
from tests.web.test_budget_pages import GRID, UNIT, cells, heads, of_year


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_budgets(tmp_path_factory.mktemp("budgets") / "disclosures.db")


@pytest.fixture(scope="module")
def ask(archive):
    return asking(archive)


def test_the_grid_has_a_cell_for_each_unit_and_year(ask) -> None:
    page = tree(ask(f"{GRID}?lang=zh"))
    assert heads(page) == ["单位", "2024", "2025", "2026"]
    assert cells(page, EDUCATION) == ["2/9 三公", "2/9 三公", "2/9 三公"]
    assert cells(page, WATER) == ["2/9 三公", "未找到", "2/9 三公 ≠"]
    assert cells(page, "样例县财政局")[-1] == "未读出表"
    (document,) = [link for link in page.cssselect("td.tables a") if link.get("href") == "/-/record/6"]
    assert text(document) == "2/9"


def test_the_grid_of_accounts_is_another(ask) -> None:
    page = tree(ask(f"{GRID}?stage=accounts&lang=zh"))
    assert heads(page) == ["单位", "2024"]
    assert cells(page, EDUCATION) == ["2/9 三公"]


def test_a_portal_without_accounts_has_no_grid_of_them(archive, tmp_path) -> None:
    none = asking_copy(
        archive,
        tmp_path,
        "DELETE FROM budget_tables WHERE stage = 'accounts'",
        "DELETE FROM budgets WHERE type = 'accounts'",
    )
    page = tree(none(f"{GRID}?stage=accounts&lang=zh"))
    assert page.cssselect("table.grid") == []
    assert "本档案没有这个门户的决算文件。" in text(page)
    assert re.search(r"最近一次完整采集其预决算目录：\d{4}-\d\d-\d\d。", text(page))


def test_what_no_walk_could_have_shown_is_not_collected_rather_than_not_found(archive, tmp_path) -> None:
    early = asking_copy(archive, tmp_path, "UPDATE crawls SET started_at = '2025-04-30T01:00:00Z'")
    assert cells(tree(early(f"{GRID}?lang=zh")), WATER)[1] == "未找到"
    earlier = asking_copy(archive, tmp_path, "UPDATE crawls SET started_at = '2025-04-29T01:00:00Z'")
    assert cells(tree(earlier(f"{GRID}?lang=zh")), WATER)[1] == "未采集"
    partly = asking_copy(archive, tmp_path, "UPDATE ledger SET complete = 0")
    assert cells(tree(partly(f"{GRID}?lang=zh")), WATER)[1] == "未采集"
    elsewhere = asking_copy(archive, tmp_path, "UPDATE catalogs SET kind = 'notice'")
    assert cells(tree(elsewhere(f"{GRID}?lang=zh")), WATER)[1] == "未采集"


EXPECTED = "INSERT INTO agencies (portal, name, type, budget_unit, stated) VALUES ('budgets', '样例县档案局', 'department', 1, 1)"


def test_a_unit_that_the_portal_file_expects_has_a_row_without_documents(archive, tmp_path) -> None:
    assert cells(tree(asking_copy(archive, tmp_path, EXPECTED)(f"{GRID}?lang=zh")), "样例县档案局") == ["未找到"] * 3


@pytest.mark.parametrize("change", ["budget_unit = 0", "portal = 'other'"])
def test_one_that_has_no_budget_of_its_own_or_is_another_portal_s_has_none(archive, tmp_path, change: str) -> None:
    other = "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一县', '640399', '')"
    changed = f"UPDATE agencies SET {change} WHERE name = '样例县档案局'"
    page = tree(asking_copy(archive, tmp_path, other, EXPECTED, changed)(f"{GRID}?lang=zh"))
    assert "样例县档案局" not in [text(each) for each in page.cssselect("table.grid tbody th")]


def test_what_does_not_hold_in_another_portal_or_stage_marks_no_cell(archive, ask, tmp_path) -> None:
    def failing(page) -> int:
        return sum("≠" in text(each) for each in page.cssselect("table.grid td"))

    assert failing(tree(ask(f"{GRID}?lang=zh"))) == 1
    other = "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一县', '640399', '')"
    columns = "record_id, member, kind, title_printed, pages, fiscal_year, unit_name, empty"
    for portal, stage in (("other", "budget"), ("budgets", "accounts")):
        table = (
            f"INSERT INTO budget_tables (portal, stage, {columns}) SELECT '{portal}', '{stage}', {columns} "
            f"FROM budget_tables WHERE unit_name = '{EDUCATION}' AND fiscal_year = 2026 LIMIT 1"
        )
        check = "INSERT INTO budget_checks SELECT max(id), 'total', '', '1', '2', 0 FROM budget_tables"
        page = tree(asking_copy(archive, tmp_path, other, table, check)(f"{GRID}?lang=zh"))
        assert failing(page) == 1, (portal, stage)


@pytest.mark.parametrize(
    ("walked_at", "day", "said"),
    [("2025-10-30T15:59:59Z", "2025-10-30", "未采集"), ("2025-10-30T16:00:00Z", "2025-10-31", "未找到")],
)
def test_accounts_are_awaited_until_the_autumn_after_their_year(
    archive, tmp_path, walked_at: str, day: str, said: str
) -> None:
    """The day is one in Beijing."""
    walked = asking_copy(archive, tmp_path, EXPECTED, f"UPDATE crawls SET started_at = '{walked_at}'")
    page = tree(walked(f"{GRID}?stage=accounts&lang=zh"))
    assert cells(page, "样例县档案局") == [said]
    assert f"最近一次完整采集：{day}。" in text(page)


def test_a_cell_leads_to_its_document_and_of_several_to_all_of_the_unit(archive, ask, tmp_path) -> None:
    def leads_to(page) -> str:
        (row,) = [each for each in page.cssselect("table.grid tbody tr") if text(each.cssselect("th")[0]) == EDUCATION]
        return unquote(row.cssselect("td")[-1].cssselect("a")[0].get("href"))

    assert re.fullmatch(r"/-/record/\d+", leads_to(tree(ask(GRID))))
    both = asking_copy(archive, tmp_path, "UPDATE budget_tables SET fiscal_year = 2026 WHERE fiscal_year = 2025")
    assert leads_to(tree(both(GRID))) == f"{UNIT}#documents"


def test_names_of_one_agency_are_one_row(archive, tmp_path) -> None:
    renamed = asking_copy(
        archive,
        tmp_path,
        "UPDATE budget_tables SET unit_name = '样例县教体局' WHERE fiscal_year = 2025",
        f"INSERT INTO publisher_names (portal, name, agency_id) SELECT 'budgets', '样例县教体局', id FROM agencies WHERE name = '{EDUCATION}'",
    )
    assert cells(tree(renamed(f"{GRID}?lang=zh")), EDUCATION) == ["2/9 三公"] * 3
    assert text(tree(renamed(f"{GRID}/unit?name=样例县教体局&lang=zh")).cssselect("h1")[0]) == f"{EDUCATION} 预决算"
    assert list(of_year(renamed, 2025)) == [EDUCATION]


def test_what_a_title_announces_adds_nothing_to_what_was_read_and_counts_only_without_a_doubt(
    archive, tmp_path
) -> None:
    again = "UPDATE budgets SET unit_id = (SELECT unit_id FROM budgets WHERE record_id = 3) WHERE record_id = 7"
    page = tree(asking_copy(archive, tmp_path, again)(f"{GRID}?lang=zh"))
    assert "/-/record/3" in {link.get("href") for link in page.cssselect("td.tables a")}
    doubted = asking_copy(archive, tmp_path, "UPDATE budgets SET doubtful = 1 WHERE record_id = 7")
    assert cells(tree(doubted(f"{GRID}?lang=zh")), "样例县财政局") == ["未找到"] * 3


def test_counties_are_listed_unless_there_is_one_alone(ask, archive, tmp_path) -> None:
    assert ask("/-/budgets").headers["location"] == GRID
    two = asking_copy(
        archive,
        tmp_path,
        "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一样例县', '640395', 'http://other.example/')",
        f"UPDATE budget_tables SET portal = 'other' WHERE unit_name = '{WATER}'",
    )
    page = tree(two("/-/budgets"))
    assert [link.get("href") for link in page.cssselect("table a")] == ["/-/budgets/other", GRID]


def test_several_documents_without_tables_lead_to_the_search_that_finds_them(two_days) -> None:
    site = asking(two_days)
    cells_unread = tree(site("/-/budgets/sample")).cssselect("td.unread a")
    searches = [link.get("href") for link in cells_unread if not link.get("href").startswith("/-/record/")]
    assert searches, "a school's budget is there twice"
    for address in searches:
        hits = {link.get("href").partition("?")[0] for link in tree(site(address)).cssselect("a[href^='/-/record/']")}
        assert len(hits) >= 2, address
