"""The calendar of a page's captures, and the capture that stands beside one where only one side is named."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html

from archive.web.evidence import compare_page
from tests.web.asking import asking_copy, text, tree
from tests.web.sealed import PAGE, build_sealed, number

FIRST, SECOND = number(PAGE), number(PAGE, 2)
"""The captures of the page that the archive has: of 20 and 21 November 2026."""

Ask = Callable[[str], httpx.Response]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sealed(tmp_path_factory.mktemp("calendar"))


def capture(capture_id: int, at: str, of: int = SECOND, size: str = "bytes") -> str:
    """The SQL that adds a further capture of the page, which shows what another one does."""
    return (
        "INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) "
        f"SELECT {capture_id}, crawl_id, url, '{at}', status, outcome, sha256, {size} FROM captures WHERE id = {of}"
    )


def compared(ask: Ask, query: str) -> html.HtmlElement:
    answer = ask(f"/-/compare?{query}")
    assert answer.status_code == 200
    return tree(answer)


def sides(page: html.HtmlElement) -> tuple[int, ...]:
    """The captures that a page compares."""
    (here,) = page.xpath("//link[@rel='canonical']/@href")
    return pair(here)


def pair(address: str) -> tuple[int, ...]:
    before, after = (int(part.partition("=")[2]) for part in address.partition("?")[2].split("&"))
    return before, after


def test_of_a_full_day_those_compared_and_the_first_others_are_shown_and_the_rest_is_a_number(
    sealed: Path, tmp_path: Path
) -> None:
    day = [capture(100 + hour, f"2026-11-25T0{hour}:00:00Z") for hour in range(6)]
    page = compared(asking_copy(sealed, tmp_path, *day), f"before={FIRST}&after=105")
    (cell,) = [seen for seen in page.cssselect(".month .seen") if seen.cssselect(".number")[0].text == "25"]
    assert [text(link).split()[0] for link in cell.cssselect("a")] == ["08:00", "09:00", "10:00", "13:00"]
    assert [link.get("aria-current") for link in cell.cssselect("a")] == [None, None, None, "page"]
    assert text(cell.cssselect(".by")[0]) == "+2"


def test_each_capture_leads_to_its_comparison_with_the_side_that_it_stands_behind_or_before(
    sealed: Path, tmp_path: Path
) -> None:
    around = (capture(100, "2026-11-01T01:00:00Z"), capture(101, "2026-11-20T09:00:00Z"), capture(102, "2026-11-28T01:00:00Z"))  # fmt: skip
    page = compared(asking_copy(sealed, tmp_path, *around), f"before={FIRST}&after={SECOND}")
    assert [pair(link.get("href")) for link in page.cssselect(".month .seen a")] == [
        (100, SECOND), (FIRST, SECOND), (FIRST, 101), (FIRST, SECOND), (FIRST, 102),
    ]  # fmt: skip


def test_only_the_last_months_are_drawn_the_newest_first(
    sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_page, "MOST_MONTHS", 2)
    months = [capture(100 + place, f"2026-0{month}-15T01:00:00Z") for place, month in enumerate((3, 5))]
    page = compared(asking_copy(sealed, tmp_path, *months), f"before={FIRST}&after={SECOND}")
    assert [text(caption) for caption in page.cssselect(".month caption")] == ["2026-11", "2026-05"]


def test_the_day_of_a_capture_is_that_in_beijing(sealed: Path, tmp_path: Path) -> None:
    page = compared(asking_copy(sealed, tmp_path, capture(100, "2026-10-31T16:30:00Z")), f"before={FIRST}")
    assert [text(caption) for caption in page.cssselect(".month caption")] == ["2026-11"]
    assert text(page.cssselect(".month .seen")[0]).startswith("100:30 "), "the first, at 0:30"


def test_a_side_that_is_not_named_is_the_next_capture_that_shows_something_else(sealed: Path, tmp_path: Path) -> None:
    """Nothing was received at 100; 101 shows the same as the second capture, and 102 the same as the first."""
    days = [date(2026, 11, 22) + timedelta(days=place) for place in range(3)]
    ask = asking_copy(
        sealed,
        tmp_path,
        capture(100, f"{days[0]}T01:00:00Z", FIRST, size="0"),
        capture(101, f"{days[1]}T01:00:00Z"),
        capture(102, f"{days[2]}T01:00:00Z", FIRST),
    )
    assert sides(compared(ask, f"before={SECOND}")) == (SECOND, 102)
    assert sides(compared(ask, "after=102")) == (101, 102)
    assert sides(compared(ask, "after=101")) == (FIRST, 101)
    assert sides(compared(ask, "before=102")) == (102, 102), "the last one has none behind it"
