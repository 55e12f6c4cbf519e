"""A run of all subscriptions: each receiver gets one message of what was observed since the last one.

Each event is in one message to a receiver at the most. What is being sent is noted before: a run that is killed
meanwhile leaves a note by which the next one passes over what may have arrived. What was not delivered is sent again,
the same events under the same id.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from archive.database import lock
from archive.notify.answer_report import answer_report
from archive.notify.event_report import event_report, last_event
from archive.notify.messages import DeliveryError
from archive.notify.subscription_messages import NewsReport, deliver, report_message
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import Subscription, Subscriptions, Way, mailbox, open_subscriptions
from archive.notify.topics import parse_topic
from archive.questions.answer_request import AnswerRequest, Row, answer_rows
from archive.questions.runner import AnswerError
from archive.search.event_request import NoSuchSubjectError

MOST_IN_A_ROW = 3
CUT_OFF = "a run was killed while it sent a message, which may not have arrived"
NOT_TRIED = "not tried: others could not be reached"


@dataclass(frozen=True, slots=True)
class SubscriptionReport:
    """The outcome for one subscription, by its number. `events`: how many were reported. `failure` and `ended`, why it
    is over: one line without the receiver, or empty.
    """

    number: int
    events: int = 0
    failure: str = ""
    ended: str = ""


def send_subscriptions(connection: sqlite3.Connection, settings: SubscriptionSettings) -> Iterator[SubscriptionReport]:
    """Send each confirmed subscription what is new in the archive. Raises ArchiveError.

    Where a mail server or a chat service is out of reach MOST_IN_A_ROW times in a row,
    what else goes that way waits for the next run.
    """
    with alone(settings.file), open_subscriptions(settings.file) as subscriptions:
        sending, latest = Sending(connection, subscriptions, settings), last_event(connection)
        for each in subscriptions.all():
            if each.confirmed_at:
                yield sending.send(each, latest)
        yield from sending.end_dead()


@dataclass(slots=True)
class Sending:
    """One run. `out_of_reach`: way → attempts in a row that failed and might not have.

    `answers`: those that subscriptions of the run asked for already, by their topic. `refused`: mailboxes that the mail
    server refused; `is_mail_taken`: whether it took the mail of any other.
    """

    connection: sqlite3.Connection
    subscriptions: Subscriptions
    settings: SubscriptionSettings
    out_of_reach: Counter[Way] = field(default_factory=Counter)
    answers: dict[str, dict[str, Row]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    is_mail_taken: bool = False

    def send(self, subscription: Subscription, latest: int) -> SubscriptionReport:
        """Send one subscription what is new up to the event `latest`."""
        number, through = subscription.id, subscription.sending_through or latest
        if subscription.under_way:
            self.subscriptions.reported(number, through)
            return SubscriptionReport(number, failure=CUT_OFF)
        if self.out_of_reach[subscription.way] >= MOST_IN_A_ROW:
            return SubscriptionReport(number, failure=NOT_TRIED)
        try:
            count = self._report(subscription, through)
        except DeliveryError as error:
            self.subscriptions.failed(number)
            self.out_of_reach[subscription.way] += error.again
            if error.refused:
                self.refused[number] = mailbox(subscription.receiver)
            return SubscriptionReport(number, failure=str(error).replace(subscription.receiver, "the receiver"))
        except AnswerError as error:
            return SubscriptionReport(number, failure=str(error))
        except (NoSuchSubjectError, ValueError):
            return SubscriptionReport(number, failure="the archive knows nothing any more of what was subscribed to")
        self.subscriptions.reported(number, through)
        return SubscriptionReport(number, count)

    def _report(self, subscription: Subscription, through: int) -> int:
        """Send what is new, and return how much that is. Raises DeliveryError,
        NoSuchSubjectError, AnswerError, ValueError.
        """
        topic = parse_topic(subscription.topic)
        if isinstance(topic, AnswerRequest):
            return self._report_answer(subscription, topic, through)
        report = event_report(
            self.connection,
            topic,
            after=subscription.reported_through,
            through=through,
            site=self.settings.site,
            language=subscription.language,
        )
        if report.count:
            self._deliver(subscription, report, through, f"{subscription.reported_through}-{through}")
        return report.count

    def _report_answer(self, subscription: Subscription, requested: AnswerRequest, through: int) -> int:
        """Send the rows that are new in the answer to a question."""
        if subscription.topic not in self.answers:
            self.answers[subscription.topic] = answer_rows(self.connection, requested)
        rows = self.answers[subscription.topic]
        due = self.subscriptions.due_rows(subscription.id, rows)
        if due:
            new = [rows[row] for row in due]
            report = answer_report(self.connection, requested, new, self.settings.site, subscription.language)
            self._deliver(subscription, report, through, sha256("".join(sorted(due)).encode()).hexdigest()[:16])
        return len(due)

    def _deliver(self, subscription: Subscription, report: NewsReport, through: int, number: str) -> None:
        """Send a message of it. `number`: what is the same of it when it is sent again. Raises DeliveryError."""
        message = report_message(self.subscriptions, subscription, report, self.settings)
        self.subscriptions.begin(subscription.id, through)
        deliver(subscription, message, self.settings, f"{subscription.mark}.{number}")
        self.out_of_reach[subscription.way] = 0
        self.is_mail_taken |= subscription.way == "mail"

    def end_dead(self) -> Iterator[SubscriptionReport]:
        """Note who was refused, and end the subscriptions of dead mailboxes.

        A server that takes no mail at all, of several mailboxes, refuses whoever sends: then it says nothing of them.
        """
        if not self.is_mail_taken and len(set(self.refused.values())) > 1:
            return
        for number in self.refused:
            self.subscriptions.refused(number)
        for each in self.subscriptions.end_dead():
            yield SubscriptionReport(each.subscription, ended=str(each))


def alone(path: Path) -> AbstractContextManager[None]:
    """Keep other runs out for as long as the block lasts; `path`: of the subscriptions. Raises ArchiveError."""
    return lock.alone(Path(f"{path}.lock"), f"{path} is in use: another `disclosures subscriptions send` is running")
