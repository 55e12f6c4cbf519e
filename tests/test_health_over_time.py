"""States of a portal that follow from time and from earlier crawls: stale, slower than usual, more failures than usual, silent."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ingest.health import FAILING, LAYOUT, SILENT, SLOW, STALE, WELL, health
from tests.health_archive import HOME, LIST_1, NO_HOST, NOW, PAGE, REDESIGN, SECOND_LIST, Archive, Problem, opened

DAY = timedelta(days=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path) as archive:
        yield archive


@pytest.mark.parametrize(
    ("days", "rhythm", "state"),
    [(6, {}, WELL), (6.1, {}, STALE), (2.1, {"p": DAY}, STALE), (60, {"p": None}, WELL), (10, {"p": 5 * DAY, "q": DAY}, WELL)],
)  # fmt: skip
def test_a_portal_that_nobody_crawls_is_stale(
    archive: Archive, days: float, rhythm: dict[str, timedelta | None], state: str
) -> None:
    archive.crawl()
    (found,) = [each for each in health(archive.connection, NOW + days * DAY, rhythm) if each.portal == "p"]
    assert found.state == state
    if state == STALE:
        assert "nobody has crawled it since 2026-03-10" in found.reason
        assert "disclosures crawl --due" in found.next_step


def test_a_stale_portal_is_told_with_how_it_was(archive: Archive) -> None:
    archive.crawl("p", "incomplete", NO_HOST, pages=0)
    (found,) = [each for each in health(archive.connection, NOW + 376 * DAY) if each.portal == "p"]
    assert found.reason == (
        "nobody has crawled it since 2026-03-10, for 376 days, where every 3 days is its rhythm; "
        "it was down then: p.example: no such host"
    )


def test_a_crawl_dated_in_the_future(archive: Archive) -> None:
    archive.crawl(started=NOW + 365 * DAY)
    (found,) = [each for each in health(archive.connection, NOW) if each.portal == "p"]
    assert (found.state, "is dated 2027-03-10T04:00:00Z, which is still to come" in found.reason) == (FAILING, True)
    (found,) = [each for each in health(archive.connection, NOW + 365 * DAY) if each.portal == "p"]
    assert found.state == WELL


@pytest.mark.parametrize(
    ("before", "last", "state"), [(9, -20, WELL), (0, -20, STALE), (365, 0, STALE), (365, 9, WELL)]
)
def test_a_crawl_by_a_wrong_clock_makes_no_portal_stale_and_keeps_none_from_it(
    archive: Archive, before: float, last: float, state: str
) -> None:
    """On which days two crawls were dated, the later one last; it is the tenth, and three are the rhythm."""
    for days in (before, last):
        archive.crawl(started=NOW + days * DAY)
    (found,) = [each for each in health(archive.connection, NOW + 10 * DAY) if each.portal == "p"]
    assert found.state == state


@pytest.mark.parametrize(
    ("usual", "now", "state"),
    [
        ([1, 1, 1], 3.0, WELL),
        ([1, 1, 1], 3.1, SLOW),
        ([1, 1], 60, WELL),  # a past too short to say
        ([2, 2, 2], 6.0, WELL),
        ([2, 2, 2], 6.1, SLOW),
        ([0.1, 0.1, 0.1], 3.0, WELL),  # a second for an answer is never slow
        ([0.1, 0.1, 0.1], 3.1, SLOW),
        ([9, 9, 9, 1, 1, 1], 4, SLOW),  # the latest five: 1, 1, 1, 9, 9
        ([9, 9, 9, 1, 1], 20, WELL),  # 1, 1, 9, 9, 9
        ([1, 1, 9, 9, 9], 20, WELL),
        ([1, 30, 1], 3.1, SLOW),
    ],
)
@pytest.mark.parametrize("answers", [10, 20])
def test_seconds_for_an_answer_are_held_against_the_latest_five_crawls(
    archive: Archive, usual: list[float], now: float, state: str, answers: int
) -> None:
    for each in usual:
        archive.crawl(seconds=each * answers, answers=answers)
        archive.crawl("q", seconds=100 * answers, answers=answers)
        archive.crawl("p", "interrupted", seconds=100 * answers, answers=answers)
    archive.crawl(seconds=now * answers, answers=answers)
    assert archive.of().state == state
    if state == SLOW:
        assert archive.of().reason.startswith(f"{now:.0f} s for an answer, where ")


@pytest.mark.parametrize(("pages", "answers"), [(0, 10), (3, 0)])
def test_crawls_that_read_nothing_are_no_measure(archive: Archive, pages: int, answers: int) -> None:
    for _ in range(3):
        archive.crawl("p", "blocked", pages=pages, answers=answers, seconds=1)
    archive.crawl(seconds=600)
    assert archive.of().state == WELL
    archive.crawl("p", "incomplete", answers=0, seconds=600)
    assert archive.of().state == WELL


@pytest.mark.parametrize(
    ("usual", "failed", "state"),
    [
        ([0, 0, 0], 1, WELL),  # a page that fails is no death
        ([0, 0, 0], 2, WELL),
        ([0, 0, 0], 3, SLOW),
        ([0, 0], 10, WELL),
        ([2, 2, 2], 12, WELL),  # 2 of 20 are usual: three times that are 6 of 20, as 12 of 40
        ([2, 2, 2], 7, WELL),
        ([2, 2, 2], 8, SLOW),
        ([2, 0, 2], 7, WELL),
        ([6, 6, 6], 54, WELL),  # 54 of 72 are three times 6 of 24
        ([6, 6, 6], 55, SLOW),
    ],
)
@pytest.mark.parametrize("kind", ["unreachable", "cut", "http_error"])
def test_pages_that_fail_are_held_against_the_usual_share(
    archive: Archive, usual: list[int], failed: int, state: str, kind: str
) -> None:
    def fails(crawl_id: int, count: int) -> None:
        if count:
            archive.problem(crawl_id, kind, PAGE, "failed", count)

    for each in usual:
        fails(archive.crawl(answers=18), each)
        fails(archive.crawl("q", answers=1), 50)
        fails(archive.crawl("p", "interrupted", answers=1), 50)
    answers = 28 if failed == 12 else 18
    last = archive.crawl(answers=answers)
    fails(last, failed)
    archive.problem(last, "not_found", PAGE, "a page that is gone is no failure", 50)
    assert archive.of().state == state
    if state == SLOW:
        assert archive.of().reason.startswith(f"{failed} of {answers + failed} pages could not be had, where ")


# --- silence ---

SILENCE: Problem = ("nothing_new", LIST_1, "nothing new in 样本目录1 since 2026-01-01")


@pytest.mark.parametrize(
    ("portal", "catalog", "minutes", "state"),
    [
        ("p", 1, 1, WELL),
        ("p", 1, 0, SILENT),  # what was there when the silence was noticed
        ("p", 1, -1, SILENT),
        ("p", 2, 1, SILENT),  # another catalogue of the portal
        ("q", 1, 1, SILENT),  # another portal's catalogue of the same address
    ],
)
def test_a_silence_lasts_until_its_own_catalogue_has_something_new(
    archive: Archive, portal: str, catalog: int, minutes: int, state: str
) -> None:
    archive.crawl()
    archive.crawl("p", "finished", SILENCE)
    assert (archive.of().state, archive.of().reason, HOME in archive.of().next_step) == (SILENT, SILENCE[2], True)
    archive.list_record(portal, catalog, NOW + timedelta(minutes=minutes))
    archive.crawl()
    assert archive.of().state == state
    assert archive.of("q").state == WELL


def test_another_portals_silence_is_not_ones_own(archive: Archive) -> None:
    archive.crawl("q", "finished", SILENCE)
    archive.list_record("p", 1, NOW + timedelta(minutes=1))
    archive.crawl()
    assert (archive.of().state, archive.of("q").state) == (WELL, SILENT)


def test_the_latest_silence_is_the_reason(archive: Archive) -> None:
    archive.crawl("p", "finished", SILENCE)
    archive.crawl("p", "finished", ("nothing_new", SECOND_LIST, "nothing new in 样本目录2"))
    assert archive.of().reason == "nothing new in 样本目录2"
    archive.list_record("p", 2, NOW + timedelta(minutes=1))
    archive.crawl()
    assert archive.of().reason == SILENCE[2]


def test_a_graver_state_goes_before_silence(archive: Archive) -> None:
    for _ in range(3):
        archive.crawl()
    archive.crawl("p", "finished", SILENCE, failed=5)
    assert archive.of().state == SLOW
    archive.crawl("p", "incomplete", SILENCE, REDESIGN, failed=5)
    assert archive.of().state == LAYOUT
