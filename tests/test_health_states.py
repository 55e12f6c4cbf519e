"""The states of a portal, each with its reason and next step, from what its latest crawl met.

Every archive has a second portal, whose crawls stand between those of the first and must not change what is said of it.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ingest.health import BLOCKED, DOWN, FAILING, LAYOUT, NEVER_CHECKED, SLOW, WELL, health, note
from tests.health_archive import (
    HOME,
    LIST,
    LIST_1,
    NO_HOST,
    NOW,
    PAGE,
    REDESIGN,
    SECOND_LIST,
    Archive,
    Problem,
    opened,
    text,
)

UNDER_WAY = None
TELLS_NOTHING = (UNDER_WAY, "interrupted", "shutdown", "not_merged")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path) as archive:
        yield archive


TLS: Problem = ("unreachable", LIST_1, "p.example speaks only a TLS that was given up")
FORBIDS: Problem = ("robots", LIST_1, "robots.txt forbids it")
ROBOTS_503: Problem = ("robots", LIST_1, "robots.txt: it answered 503")
ROBOTS_LOST: Problem = ("robots", LIST_1, "robots.txt: connection refused")
REFUSED: Problem = ("blocked", LIST_1, "p.example answered 412")
NO_ANSWER: Problem = ("unreachable", LIST_1, "p.example: connection refused")
LED_OFF: Problem = ("led_off_site", LIST_1, "leads to other.example")
HOMEWARDS: Problem = ("redirected_home", LIST_1, "leads to the home page")
ERROR_500: Problem = ("http_error", LIST_1, "p.example answered 500")
ERROR_410: Problem = ("http_error", LIST_1, "p.example answered 410")
NOT_FOUND: Problem = ("not_found", LIST_1, "answered 404")
NO_PAGE: Problem = ("not_a_page", LIST_1, "is no page")
ROWLESS: Problem = ("list_without_rows", LIST_1, "the list has no rows")
FIELDLESS: Problem = ("fields_missing", LIST_1, "rows suddenly lack publisher")
DRIFTED: Problem = ("fields_drifted", LIST_1, "rows no longer state publisher")
SHORT: Problem = ("list_short", LIST_1, "shows 6 rows")
SHRUNK: Problem = ("list_shrunk", LIST_1, "is much shorter than it was")
PAGES: Problem = ("pages_missing", LIST_1, "reads 1 of 9 pages")
REPEAT: Problem = ("pages_repeat", LIST_1, "page 2 repeats page 1")
GARBLED: Problem = ("garbled", LIST_1, "the page's characters are garbled")
TOO_LARGE: Problem = ("too_large", LIST_1, "the answer is larger than 100 MB")
SPENT: Problem = ("over_budget", HOME, "the crawl ended after 2 hours (most_hours)")
PRIVATE: Problem = (
    "not_global",
    LIST_1,
    "not connected: p.example leads to 10.0.0.1, which is not an address of the public internet",
)
SENT_INTO_PRIVATE: Problem = ("not_global", LIST_1, f"{LIST_1} leads to new.example: not connected")
OTHER: Problem = ("reading_failed", PAGE, "could not be read")

SIGN_IN: Problem = ("blocked", LIST_1, "sent on to a page for signing in, /login")
WAY_ON: Problem = ("not_a_page", LIST_1, "the page holds nothing but a way on to /new/")
PLAIN_HTTP: Problem = ("robots", LIST_1, "robots.txt: it answers plain HTTP at its https address")
LOOP: Problem = ("redirect_loop", LIST_1, "is sent round in a circle")
DEAD_HOST: Problem = ("unreachable", LIST_1, f"{LIST_1} leads to new.example: no such host")
BROKE_OFF: Problem = ("cut", LIST_1, "the answer broke off in the middle")
HALF: Problem = ("page_cut", LIST_1, "the page ends in the middle")
EXPIRED: Problem = ("certificate", HOME, "the certificate of p.example expired on 2026-01-01")

NOTHING_READ: list[tuple[Sequence[Problem], str, str, str]] = [
    ([TLS], DOWN, TLS[2], "old_tls = true"),
    ([FORBIDS], BLOCKED, FORBIDS[2], "operator"),
    ([ROBOTS_503], DOWN, f"{ROBOTS_503[2]}, which RFC 9309 takes for a no", "its robots.txt"),
    ([ROBOTS_LOST], DOWN, ROBOTS_LOST[2], f"open its home page in a browser: {HOME}"),
    ([REFUSED], BLOCKED, f"{REFUSED[2]} (after 10 answers)", "`delay`"),
    ([SIGN_IN], BLOCKED, f"{SIGN_IN[2]} (after 10 answers)", f"open {LIST_1} in a browser: where it wants a login"),
    ([NO_HOST], DOWN, NO_HOST[2], f"disclosures probe {HOME}"),
    ([NO_ANSWER], DOWN, NO_ANSWER[2], f"open its home page in a browser: {HOME}"),
    ([LED_OFF], LAYOUT, LED_OFF[2], f"may have moved: `disclosures probe {HOME}"),
    ([HOMEWARDS], LAYOUT, HOMEWARDS[2], f"may have moved: `disclosures probe {HOME}"),
    ([ERROR_500], DOWN, ERROR_500[2], f"open its home page in a browser: {HOME}"),
    ([ERROR_410], DOWN, ERROR_410[2], "crawl.log"),
    ([NOT_FOUND], LAYOUT, f"the lists are not where they were: {NOT_FOUND[2]}", f"`disclosures probe {HOME}"),
    ([NO_PAGE], DOWN, NO_PAGE[2], f"open its home page in a browser: {HOME}"),
    ([WAY_ON], LAYOUT, f"the lists are not where they were: {WAY_ON[2]}", f"`disclosures probe {HOME}"),
    ([PLAIN_HTTP], DOWN, PLAIN_HTTP[2], "write http://"),
    ([LOOP], DOWN, LOOP[2], f"open {LIST_1} in a browser"),
    ([DEAD_HOST], DOWN, DEAD_HOST[2], f"where {HOME} leads"),
    ([BROKE_OFF], DOWN, BROKE_OFF[2], f"open its home page in a browser: {HOME}"),
    ([HALF], LAYOUT, HALF[2], f"`disclosures probe {LIST_1}`"),
    *[([each], LAYOUT, each[2], f"`disclosures probe {LIST_1}`") for each in (REDESIGN, ROWLESS, FIELDLESS, SHORT, PAGES, REPEAT, GARBLED)],
    ([SPENT], DOWN, SPENT[2], f"open its home page in a browser: {HOME}"),
    ([PRIVATE], DOWN, PRIVATE[2], "`intranet = true`"),
    ([SENT_INTO_PRIVATE], DOWN, SENT_INTO_PRIVATE[2], "once it answers there"),
    ([REFUSED, SPENT], BLOCKED, f"{REFUSED[2]} (after 10 answers)", "`delay`"),
    ([], DOWN, "no list page could be read", "crawl.log"),
    ([OTHER], FAILING, OTHER[2], "mending: crawl.log"),
    ([OTHER, BROKE_OFF], DOWN, BROKE_OFF[2], "home page"),
    ([NO_ANSWER, TLS], DOWN, TLS[2], "old_tls"),  # the gravest first, in whatever order they came
    ([REFUSED, FORBIDS], BLOCKED, FORBIDS[2], "operator"),
    ([REFUSED, ROBOTS_503], DOWN, f"{ROBOTS_503[2]}, which RFC 9309 takes for a no", "its robots.txt"),
    ([NO_ANSWER, REFUSED], BLOCKED, f"{REFUSED[2]} (after 10 answers)", "`delay`"),
    ([LED_OFF, NO_ANSWER], DOWN, NO_ANSWER[2], "home page"),
    ([ERROR_500, HOMEWARDS], LAYOUT, HOMEWARDS[2], "moved"),
    ([NOT_FOUND, ERROR_500], DOWN, ERROR_500[2], "home page"),
    ([REDESIGN, NOT_FOUND], LAYOUT, f"the lists are not where they were: {NOT_FOUND[2]}", "probe"),
    ([OTHER, REDESIGN], LAYOUT, REDESIGN[2], "probe"),
    ([("unreachable", LIST_1, "first"), ("unreachable", LIST.format(2), "second")], DOWN, "first", "home page"),
]  # fmt: skip


@pytest.mark.parametrize(("problems", "state", "reason", "step"), NOTHING_READ)
def test_a_crawl_that_read_no_list(
    archive: Archive, problems: Sequence[Problem], state: str, reason: str, step: str
) -> None:
    archive.crawl()
    archive.crawl("p", "incomplete", *_once_each(problems), pages=0)
    archive.crawl("q")
    found = archive.of()
    assert (found.state, found.reason, step in found.next_step) == (state, reason, True), found.next_step
    assert archive.of("q").state == WELL


def _once_each(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, those of one kind at addresses of their own, as the table of problems holds them."""
    kinds = [kind for kind, _, _ in problems]
    return [
        (kind, LIST.format(number) if kinds.count(kind) > 1 else url, message)
        for number, (kind, url, message) in enumerate(problems, 1)
    ]


SOMETHING_READ: list[tuple[Sequence[Problem], str, str, str]] = [
    ([REFUSED], BLOCKED, f"{REFUSED[2]} (after 10 answers)", "budget"),
    ([NOT_FOUND], LAYOUT, f"the list of 样本目录1 can't be read: {NOT_FOUND[2]}", f"probe {HOME}"),
    ([WAY_ON], LAYOUT, f"the list of 样本目录1 can't be read: {WAY_ON[2]}", f"probe {HOME}"),
    *[([each], SLOW, f"the list of 样本目录1 can't be read: {each[2]}", f"open it in a browser: {LIST_1}") for each in (NO_PAGE, ERROR_500, NO_ANSWER, LOOP, TOO_LARGE, FORBIDS)],
    ([SPENT], SLOW, SPENT[2], "Its file can set other limits"),
    ([SPENT, NO_PAGE], SLOW, f"the list of 样本目录1 can't be read: {NO_PAGE[2]}", LIST_1),
    *[([each], LAYOUT, each[2], f"probe {LIST_1}") for each in (BROKE_OFF, HALF)],
    ([("page_cut", PAGE, "half a page")], WELL, "3 list pages read on 2026-03-10; 1 to look at in the table problems", ""),
    ([("reading_failed", LIST_1, "our own code")], FAILING, "our own code", "mending"),
    ([OTHER], WELL, "3 list pages read on 2026-03-10; 1 to look at in the table problems", ""),
    ([("reading_failed", f"{PAGE}?{n}", "our own code") for n in range(3)], FAILING, "our own code (and 2 more)", "mending"),
    ([EXPIRED], WELL, f"3 list pages read on 2026-03-10; 1 to look at in the table problems; {EXPIRED[2]}", ""),
    ([LED_OFF], LAYOUT, f"the list of 样本目录1 can't be read: {LED_OFF[2]}", f"probe {HOME}"),
    ([HOMEWARDS], LAYOUT, f"the list of 样本目录1 can't be read: {HOMEWARDS[2]}", f"probe {HOME}"),
    ([("not_found", LIST.format(n), "gone") for n in (1, 2, 3)], LAYOUT, "the list of 样本目录1、样本目录2、样本目录3 can't be read: gone", HOME),
    ([("not_found", LIST.format(n), "gone") for n in (1, 2, 3, 4)], LAYOUT, "the list of 样本目录1、样本目录2、样本目录3… can't be read: gone", HOME),
    ([("not_found", PAGE, "answered 404")], WELL, "3 list pages read on 2026-03-10; 1 to look at in the table problems", ""),
    ([("http_error", PAGE, "p.example answered 500")], WELL, "3 list pages read on 2026-03-10; 1 to look at in the table problems", ""),
    ([DRIFTED], LAYOUT, DRIFTED[2], "if the portal itself states no more, write the day into its file (`checked`)"),
    *[([each], LAYOUT, each[2], f"probe {LIST_1}") for each in (DRIFTED, REDESIGN, ROWLESS, FIELDLESS, SHORT, SHRUNK, PAGES, REPEAT, GARBLED)],
    ([("list_short", SECOND_LIST, "short"), ("layout_changed", SECOND_LIST, "no row"), REPEAT], LAYOUT, "no row (and 2 more)", f"probe {SECOND_LIST}"),
    ([REDESIGN, REPEAT], LAYOUT, f"{REDESIGN[2]} (and 1 more)", f"probe {LIST_1}"),
    ([OTHER, REDESIGN], LAYOUT, REDESIGN[2], f"probe {LIST_1}"),
    ([("layout_changed", PAGE, "no field could be read")], LAYOUT, "no field could be read", f"probe {HOME}"),
    ([REDESIGN, NOT_FOUND], LAYOUT, f"the list of 样本目录1 can't be read: {NOT_FOUND[2]}", "probe"),
    ([NOT_FOUND, REFUSED], BLOCKED, f"{REFUSED[2]} (after 10 answers)", "budget"),
    ([], WELL, "3 list pages read on 2026-03-10", ""),
]  # fmt: skip


@pytest.mark.parametrize(("problems", "state", "reason", "step"), SOMETHING_READ)
def test_a_crawl_that_read_lists(
    archive: Archive, problems: Sequence[Problem], state: str, reason: str, step: str
) -> None:
    archive.crawl()
    crawl_id = archive.crawl("p", "incomplete", *problems)
    archive.crawl("q")
    found = archive.of()
    assert (found.state, found.reason, step in found.next_step) == (state, reason, True), found.next_step
    assert (found.next_step == "", found.crawl_id, found.crawled_at) == (state == WELL, crawl_id, text(NOW))
    assert (archive.of("q").state, archive.of("q").name) == (WELL, "样本县q")


@pytest.mark.parametrize(
    ("addresses", "lost", "state"), [(6, 3, WELL), (5, 3, SLOW), (8, 4, WELL), (7, 4, SLOW), (2, 2, WELL)]
)
def test_three_pages_at_least_that_are_most_of_those_asked_for_are_told(
    archive: Archive, addresses: int, lost: int, state: str
) -> None:
    """However often each was asked for again."""
    archive.crawl()
    problems = [("http_error", f"{PAGE}?{n}", "p.example answered 500") for n in range(lost)]
    crawl_id = archive.crawl("p", "incomplete", *problems, answers=24)
    spread = "UPDATE captures SET url = url || '?' || (id % ?) WHERE crawl_id = ?"
    archive.connection.execute(spread, (addresses, crawl_id))
    assert archive.of().state == state
    assert (f"{lost} pages can't be read, most of those asked for" in archive.of().reason) == (state == SLOW)


@pytest.mark.parametrize("kind", ["not_found", "redirected_home"])
@pytest.mark.parametrize(("addresses", "gone", "state"), [(20, 10, WELL), (19, 10, SLOW), (12, 9, WELL)])
def test_ten_pages_gone_that_are_most_of_those_asked_for_are_told(
    archive: Archive, kind: str, addresses: int, gone: int, state: str
) -> None:
    archive.crawl()
    problems = [(kind, f"{PAGE}?{n}", "the portal answered 404: no such page") for n in range(gone)]
    crawl_id = archive.crawl("p", "finished", *problems, answers=24)
    archive.connection.execute(
        "UPDATE captures SET url = url || '?' || (id % ?) WHERE crawl_id = ?", (addresses, crawl_id)
    )
    assert archive.of().state == state
    assert (f"{gone} pages can't be read, most of those asked for" in archive.of().reason) == (state == SLOW)


@pytest.mark.parametrize("pages", [0, 3])
def test_a_crawl_that_was_refused_without_a_word_of_why(archive: Archive, pages: int) -> None:
    archive.crawl()
    archive.crawl("p", "blocked", pages=pages, answers=4)
    assert (archive.of().state, archive.of().reason) == (BLOCKED, "the portal refuses this visitor (after 4 answers)")


@pytest.mark.parametrize(
    "problem", [REFUSED, NOT_FOUND, LED_OFF, ERROR_500, REDESIGN, ROWLESS, FIELDLESS, SHORT, PAGES]
)
def test_what_was_so_in_the_portals_first_crawl_is_no_change(archive: Archive, problem: Problem) -> None:
    archive.crawl("p", "incomplete", problem)
    archive.crawl("p", "incomplete", problem, OTHER)
    said = "3 list pages read on 2026-03-10; 1 problem as old as the archive; 1 to look at in the table problems"
    assert (archive.of().state, archive.of().reason) == (WELL, said)
    archive.crawl("p", "incomplete", (problem[0], SECOND_LIST, problem[2]))  # at another address it is
    assert archive.of().state != WELL


def test_an_update_reads_no_list_to_its_end_and_leaves_none_midway(archive: Archive) -> None:
    archive.crawl()
    archive.connection.execute("UPDATE ledger SET complete = 1")
    crawl_id = archive.crawl("p", "incomplete")
    assert (archive.of().state, archive.of().reason) == (SLOW, "the list of 样本目录1 was not read to its end")
    archive.connection.execute("UPDATE crawls SET mode = 'update' WHERE id = ?", (crawl_id,))
    assert archive.of().state == WELL


def test_a_page_of_this_portal_is_no_list_though_another_portal_lists_by_it(archive: Archive) -> None:
    archive.crawl()
    archive.connection.execute("DELETE FROM catalogs WHERE portal = 'p' AND url = ?", (SECOND_LIST,))
    archive.crawl("p", "incomplete", ("not_found", SECOND_LIST, "it answered 404"))
    assert archive.of().state == WELL


@pytest.mark.parametrize("outcome", TELLS_NOTHING)
def test_what_was_so_in_another_crawl_than_the_first_is_a_change(archive: Archive, outcome: str | None) -> None:
    archive.crawl("q", "incomplete", REDESIGN)
    archive.crawl("p", outcome, REDESIGN)  # of which nothing is told: not the first
    archive.crawl()
    archive.crawl("p", "incomplete", REDESIGN)
    archive.crawl("p", "incomplete", REDESIGN)
    assert (archive.of().state, archive.of().reason) == (LAYOUT, REDESIGN[2])


@pytest.mark.parametrize("outcome", TELLS_NOTHING)
def test_a_crawl_that_came_to_no_end_tells_nothing_of_its_portal(archive: Archive, outcome: str | None) -> None:
    archive.crawl("p", outcome, NO_ANSWER, pages=0)
    found = archive.of()
    assert (found.state, found.next_step, found.crawl_id) == (NEVER_CHECKED, "run `disclosures crawl --due`", None)
    assert (found.name, found.reason) == ("样本县p", "no crawl has come to its end yet")
    crawl_id = archive.crawl()
    archive.crawl("p", outcome, REFUSED, pages=0, seconds=9_000)
    assert (archive.of().state, archive.of().crawl_id) == (WELL, crawl_id)


def test_an_archive_that_could_not_be_written_is_our_own_failure(archive: Archive) -> None:
    archive.crawl()
    crawl_id = archive.crawl("p", "archive_error", NO_ANSWER, ("archive_error", HOME, "the disk is full"), pages=0)
    found = archive.of()
    assert (found.state, found.reason, found.crawl_id) == (FAILING, "the disk is full", crawl_id)
    assert "disclosures doctor" in found.next_step
    archive.crawl()
    assert archive.of().state == WELL
    archive.crawl("p", "archive_error")
    assert (archive.of().state, archive.of().reason) == (FAILING, "the archive could not be written")


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["interrupted"] * 3, FAILING),
        (["interrupted"] * 3 + [UNDER_WAY], FAILING),
        (["interrupted"] * 2 + [UNDER_WAY], WELL),
        (["interrupted", "shutdown", "interrupted", "interrupted"], WELL),
        (["interrupted"] * 3 + ["finished"], WELL),
    ],
)
def test_crawls_that_break_off_again_and_again(archive: Archive, outcomes: list[str | None], state: str) -> None:
    archive.crawl()
    for outcome in outcomes:
        archive.crawl("p", outcome)
        archive.crawl("q")
    found = archive.of()
    assert (found.state, "its last 3 crawls broke off" in found.reason) == (state, state == FAILING)


@pytest.mark.parametrize("state", ["listed", "withheld"])
def test_the_pages_to_be_compared_are_named_unless_they_are_of_a_withheld_record(archive: Archive, state: str) -> None:
    archive.crawl(started=NOW - timedelta(days=2))
    read_well = archive.captures
    crawl_id = archive.crawl("p", "incomplete", FIELDLESS)
    archive.list_record("p", 1, NOW)
    archive.connection.execute("UPDATE records SET url = ?, state = ?", (PAGE, state))
    pages = "UPDATE problems SET capture_id = ?, before_capture_id = ? WHERE crawl_id = ?"
    archive.connection.execute(pages, (archive.captures, read_well, crawl_id))
    compared = f"compare {PAGE} of 2026-03-10 12:00 with {PAGE} of 2026-03-08 12:00, which was read well"
    assert (compared in archive.of().next_step) == (state == "listed")


# --- all of them ---


def test_the_gravest_stands_first_and_what_was_never_checked_last(archive: Archive) -> None:
    states = ["well", "silent", "never", "slow", "changed_layout", "blocked", "down", "also_well"]
    for name in states:
        archive.add_portal(name, "样本县")
        if name != "never":
            crawl_id = archive.crawl(name)
            archive.connection.execute(
                "UPDATE crawls SET health = ?, health_reason = 'sample', next_step = '' WHERE id = ?",
                (name.removeprefix("also_"), crawl_id),
            )
    found = [each.portal for each in health(archive.connection) if each.portal in states]
    assert found == ["down", "blocked", "changed_layout", "slow", "silent", "also_well", "well", "never"]


@pytest.mark.parametrize(("hour", "day"), [(15, "2026-03-10"), (16, "2026-03-11"), (23, "2026-03-11")])
def test_the_day_of_a_crawl_is_that_in_beijing(archive: Archive, hour: int, day: str) -> None:
    archive.crawl(started=NOW.replace(hour=hour, minute=59 if hour == 15 else 0))
    assert archive.of().reason == f"3 list pages read on {day}"


def test_a_state_that_was_noted_is_not_judged_again_by_what_came_later(archive: Archive) -> None:
    archive.crawl()
    noted = archive.crawl()
    note(archive.connection, noted)
    archive.problem(noted, *REDESIGN)
    assert [each.state for each in health(archive.connection) if each.portal == "p"] == [WELL]


def test_what_a_later_crawl_found_is_not_noted_of_an_earlier_one(archive: Archive) -> None:
    """Neither that a list can be read to its end nor, by a clock that went back, that a catalogue is silent."""
    noted = archive.crawl("p", "incomplete")
    silent = ("nothing_new", LIST_1, "nothing new for 90 days")
    later = archive.crawl("p", "finished", silent, started=NOW - timedelta(days=1))
    archive.connection.execute("UPDATE ledger SET complete = 1 WHERE crawl_id = ?", (later,))
    note(archive.connection, noted)
    (told,) = archive.connection.execute("SELECT health FROM crawls WHERE id = ?", (noted,)).fetchone()
    assert told == WELL
