"""A reader's own list: its address holds it."""

import re
from urllib.parse import quote

import pytest

from tests.web.asking import asking, asking_copy, text, tree
from tests.web.sealed import build_sealed


@pytest.fixture(scope="module")
def ask(two_days):
    return asking(two_days)


def titles(page) -> list[str]:
    return [link.get("href") for link in page.cssselect("ol.lines .title > a:first-child")]


def test_a_list_has_the_records_that_its_address_names_in_its_order(ask) -> None:
    assert titles(tree(ask("/-/list?record=7&record=3&record=7"))) == ["/-/record/7", "/-/record/3"]


def test_a_list_without_records_says_so_and_how_one_is_added(ask) -> None:
    page = tree(ask("/-/list?lang=zh"))
    assert "清单里还没有记录" in text(page)
    assert [field.get("name") for field in page.cssselect("form.jump input")] == ["add"]


def test_a_record_is_taken_off_by_a_link(ask) -> None:
    page = tree(ask("/-/list?record=7&record=3&record=5&lang=en"))
    without = [link.get("href") for link in page.cssselect("ol.lines a.without")]
    assert without == ["/-/list?record=3&record=5", "/-/list?record=7&record=5", "/-/list?record=7&record=3"]


@pytest.mark.parametrize(
    "typed", ["5", " 5 ", "http://localhost/-/record/5", "/-/record/5?lang=en#history", "URL", "UPPER"]
)
def test_a_record_is_added_by_its_number_or_its_address_here_or_on_its_portal(ask, typed: str) -> None:
    url = ask("/-/record/5.json").json()["record"]["url"]
    typed = {"URL": url, "UPPER": url.replace("http://", "HTTP://")}.get(typed, typed)
    typed = quote(typed, safe="")
    answer = ask(f"/-/list?record=7&record=3&add={typed}")
    assert answer.headers["location"] == "/-/list?record=7&record=3&record=5"
    again = ask(f"/-/list?record=7&record=5&add={typed}")
    assert again.headers["location"] == "/-/list?record=7&record=5"


@pytest.mark.parametrize("typed", ["5 3 9", "5,3，9", "5、 3; /-/record/9"])
def test_several_are_added_by_their_numbers(ask, typed: str) -> None:
    answer = ask(f"/-/list?record=7&record=3&add={quote(typed, safe='')}")
    assert answer.headers["location"] == "/-/list?record=7&record=3&record=5&record=9"


@pytest.mark.parametrize(
    "parameters", ["record=x", "record=0", "record=-1", "record=" + "9" * 19, "add=nothing", "add=99999", "record=1&add=/-/record/99999", "add=5+99999", "add=5+x", "add=" + "+".join(["5"] * 201),
                   "&".join(f"record={number}" for number in range(1, 202))],
)  # fmt: skip
def test_what_names_no_record_is_a_mistake(ask, parameters: str) -> None:
    assert ask(f"/-/list?{parameters}").status_code == 400


def test_a_full_list_takes_no_more(ask) -> None:
    full = "&".join(f"record={number}" for number in range(1001, 1201))
    page = tree(ask(f"/-/list?{full}&lang=zh"))
    assert not page.cssselect("form.jump")
    assert "其中 200 条不在本档案中" in text(page)
    assert ask(f"/-/list?{full}&add=5").status_code == 400
    almost = full.removesuffix("&record=1200")
    assert ask(f"/-/list?{almost}&add=5").headers["location"].endswith("&record=1199&record=5")


def test_a_withheld_record_is_on_no_list(two_days, tmp_path) -> None:
    withheld = asking_copy(two_days, tmp_path, "UPDATE records SET state = 'withheld', title = NULL WHERE id = 3")
    page = tree(withheld("/-/list?record=7&record=3&lang=zh"))
    assert titles(page) == ["/-/record/7"]
    assert "其中 1 条不在本档案中，或已应要求撤下" in text(page)
    assert [each["id"] for each in withheld("/-/list.json?record=7&record=3").json()["records"]] == [7]
    assert withheld("/-/list?add=3").status_code == 400


def test_a_list_can_be_taken_away_and_followed(ask) -> None:
    assert {each["id"] for each in ask("/-/list.json?record=7&record=3").json()["records"]} == {3, 7}
    for form in ("csv", "xlsx", "jsonl", "atom"):
        assert ask(f"/-/list.{form}?record=7&record=3").status_code == 200
    page = tree(ask("/-/list?record=7&record=3"))
    (feed,) = page.cssselect("link[type='application/atom+xml']")
    assert re.search(r"/-/list\.atom\?record=7&record=3", feed.get("href"))


def test_each_record_s_page_leads_to_a_list_with_it(ask) -> None:
    assert tree(ask("/-/record/7")).cssselect("nav.ways a[href='/-/list?record=7']")


def test_on_a_site_of_several_archives_a_list_is_of_one(two_days, tmp_path) -> None:
    several = asking(two_days, others=[build_sealed(tmp_path)])
    assert titles(tree(several("/-/list?record=7&db=sample"))) == ["/-/record/7?db=sample"]
    answer = several("/-/list?record=7&add=5&db=sample")
    assert answer.headers["location"] == "/-/list?record=7&record=5&db=sample"
    assert several("/-/list?record=7").status_code == 300
