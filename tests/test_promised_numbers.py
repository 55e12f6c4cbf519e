"""Numbers that the docs promise: each is the one that the program goes by, which other tests take as it is."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ingest import alarm, deferral, frontier, successors
from archive.notify import event_report, subscription_store
from archive.web.http import attempts
from crawler.jobs import remote_jobs, schedule
from crawler.spiders import list_pages, portal_site

DOCS = Path(__file__).parent.parent / "docs"
DAY, HOUR, YEAR = timedelta(days=1), timedelta(hours=1), timedelta(days=365)


@pytest.mark.parametrize(
    ("page", "words", "numbers", "promised"),
    [
        ("design", "more than a quarter of the pages asked for, ten at least", (deferral.SHARE, deferral.LEAST), (0.25, 10)),
        ("design", "for others, twenty in all", (deferral.WITNESSES,), (20,)),
        ("design", "three listed pages or more are newly gone", (deferral.ALIKE,), (3,)),
        ("design", "shows four fifths of what a retired one showed", (successors.TAKEN_OVER,), (0.8,)),
        ("design", "a list's first two pages", (alarm.HEAD_PAGES,), (2,)),
        ("design", "median of the five before", (alarm.COMPARED,), (5,)),
        ("design", "Between full crawls, one a week", (frontier.FULL_EVERY,), (7 * DAY,)),
        ("design", "until two pages in a row say nothing new", (list_pages.OVERLAP,), (2,)),
        ("design", "rest for a quarter of their age", (frontier.INTERVAL_SHARE,), (0.25,)),
        ("design", "a day at least and 60 days at most", (frontier.SHORTEST_INTERVAL, frontier.LONGEST_INTERVAL), (DAY - frontier.SLACK, 60 * DAY)),
        ("design", "1 % of the records a day (20 at least)", (frontier.DAILY_QUOTA_SHARE, frontier.LEAST_DAILY_QUOTA), (0.01, 20)),
        ("design", "once they were had 90 days ago, files after a year", (portal_site.PAGES_BELIEVED, portal_site.FILES_BELIEVED), (90 * DAY, YEAR)),
        ("commands", "show less than half of the usual rows", (alarm.SHORT,), (0.5,)),
        ("commands", "lack what nine of ten used to state", (alarm.USUAL,), (0.9,)),
        ("commands", "less than half of a list's rows, or of the records' own pages, state", (alarm.KEPT,), (0.5,)),
        ("commands", "twice as long as its second longest silence in three years", (alarm.FAR_LONGER, alarm.RHYTHM), (2, 3 * YEAR)),
        ("commands", "for two weeks at least; told by three crawls", (alarm.NEVER_LONG, alarm.MOST_REPORTED), (14 * DAY, 3)),
        ("commands", "In a past of less than two years", (alarm.SEASONS,), (2 * YEAR,)),
        ("portal-files", "after 15 minutes, then after three hours", schedule.RETRIES, (HOUR / 4, 3 * HOUR)),
        ("portal-files", "and so on up to 14 days", (schedule.LONGEST_WAIT,), (14 * DAY,)),
        ("many-machines", "it is tried five times, then given up", (remote_jobs.TRIES,), (5,)),
        ("deploy", "after five failures from one address", (attempts.BY_ADDRESS.free,), (5,)),
        ("deploy", "up to a quarter of an hour", (attempts.BY_ADDRESS.longest,), (15 * 60,)),
        ("deploy", "after twenty for one name from anywhere 2, up to 15 seconds", (attempts.BY_NAME.free, attempts.BY_NAME.longest), (20, 15)),
        ("deploy", "An hour later all is forgotten", (attempts.FORGOTTEN,), (3600,)),
        ("subscriptions", "the address is deleted after 24 hours", (subscription_store.CONFIRM_WITHIN,), (DAY,)),
        ("subscriptions", "At most 3 unconfirmed subscriptions of one mailbox", (subscription_store.MOST_WAITING_AT_RECEIVER,), (3,)),
        ("subscriptions", "and 500 in all", (subscription_store.MOST_WAITING,), (500,)),
        ("subscriptions", "5 times in a row, over 4 days or more", (subscription_store.DEAD_AFTER, subscription_store.DEAD_WITHIN), (5, 4 * DAY)),
        ("subscriptions", "days stay for 90 days", (subscription_store.ENDED_KEPT,), (90 * DAY,)),
        ("subscriptions", "the first 50 one by one", (event_report.MOST,), (50,)),
    ],
)  # fmt: skip
def test_a_number_that_the_docs_promise_is_the_program_s(
    page: str, words: str, numbers: Sequence[object], promised: Sequence[object]
) -> None:
    assert words in " ".join((DOCS / f"{page}.md").read_text(encoding="utf-8").split())
    assert tuple(numbers) == promised
