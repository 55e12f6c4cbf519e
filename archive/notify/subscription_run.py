"""A run of all subscriptions: each receiver gets one message of what was observed since the last one.

Each event is in one message to a receiver at the most. What is being sent is noted before: a run that is killed meanwhile leaves a note by which
the next one passes over what may have arrived. What was not delivered is sent again, the same events under the same id.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from filelock import FileLock, Timeout

from archive.database.connection import ArchiveError
from archive.notify.event_report import event_report, last_event
from archive.notify.messages import DeliveryError
from archive.notify.subscription_messages import deliver, report_message
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import Subscription, Subscriptions, open_subscriptions
from archive.search.event_request import NoSuchSubjectError, parse_event_request


@dataclass(frozen=True, slots=True)
class SubscriptionReport:
    """The outcome for one subscription, by its number. `events`: how many were reported. `failure`: one line without the receiver, or empty."""

    number: int
    events: int = 0
    failure: str = ""


def send_subscriptions(connection: sqlite3.Connection, settings: SubscriptionSettings) -> Iterator[SubscriptionReport]:
    """Send each confirmed subscription what is new in the archive. Raises ArchiveError."""
    with alone(settings.file), open_subscriptions(settings.file) as subscriptions:
        latest = last_event(connection)
        for each in subscriptions.all():
            if each.confirmed_at:
                yield _send(connection, subscriptions, each, settings, latest)


def _send(
    connection: sqlite3.Connection,
    subscriptions: Subscriptions,
    subscription: Subscription,
    settings: SubscriptionSettings,
    latest: int,
) -> SubscriptionReport:
    number, after = (
        subscription.id,
        min(subscription.reported_through, latest),
    )  # an archive made anew counts from the start
    through = subscription.sending_through or latest
    if subscription.under_way:
        subscriptions.reported(number, through)
        return SubscriptionReport(
            number, failure="a run was killed while it sent a message, which may not have arrived"
        )
    try:
        report = event_report(
            connection,
            parse_event_request(parse_qs(subscription.topic)),
            after=after,
            through=through,
            site=settings.site,
            language=subscription.language,
        )
        if report.count:
            message = report_message(subscriptions, subscription, report, settings)
            subscriptions.begin(number, through)
            deliver(subscription, message, settings, f"subscription-{number}.{after}-{through}")
    except DeliveryError as error:
        subscriptions.failed(number)
        return SubscriptionReport(number, failure=str(error).replace(subscription.receiver, "the receiver"))
    except (NoSuchSubjectError, ValueError):
        return SubscriptionReport(number, failure="the archive knows nothing any more of what was subscribed to")
    subscriptions.reported(number, through)
    return SubscriptionReport(number, report.count)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While no other run is sending. Raises ArchiveError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=0):
            yield
    except Timeout as error:
        raise ArchiveError(f"{path} is in use: another `disclosures subscriptions send` is running") from error
