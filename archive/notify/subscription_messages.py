"""Messages of subscriptions: the one that asks for a confirmation, and those that report events;
as mail, and shorter for chat rooms.

What asks for a confirmation holds no words of whoever asked for it: it may go to a stranger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.labels.label import LABELS, SITE, Label
from archive.labels.language import Language
from archive.notify import hit_text
from archive.notify.chat import post_to_room
from archive.notify.messages import DeliveryError, send_mail
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import Subscription, Subscriptions


class NewsReport(Protocol):
    """Contents of a message: its title, how many things are new, and some of them."""

    @property
    def title(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def hits(self) -> Sequence[hit_text.Hit]: ...
    @property
    def subject(self) -> Label: ...
    def summary(self, language: Language) -> str: ...


@dataclass(frozen=True, slots=True)
class SubscriptionMessage:
    """A message to one subscriber. `leave`: the address that ends the subscription. `brief`: for a chat room."""

    subject: str
    text: str
    brief: str
    leave: str


def confirmation(
    subscriptions: Subscriptions, subscription: Subscription, settings: SubscriptionSettings
) -> SubscriptionMessage:
    """Return the message that asks whether a subscription is wanted."""
    language = subscription.language
    confirm = f"{settings.site}-/subscriptions/confirm/{subscriptions.token(subscription, 'confirm')}"
    leave = _leave(subscriptions, subscription, settings)
    question = LABELS["message.confirm"].name(language).format(site=settings.site, confirm=confirm)
    text = f"{question}\n\n{_foot(leave, language)}"
    return SubscriptionMessage(LABELS["message.confirm_subject"].name(language), text, text, leave)


def report_message(
    subscriptions: Subscriptions, subscription: Subscription, report: NewsReport, settings: SubscriptionSettings
) -> SubscriptionMessage:
    """Return the message that reports what is new."""
    language = subscription.language
    leave = _leave(subscriptions, subscription, settings)
    title = hit_text.cut(hit_text.one_line(report.title))
    subject = report.subject.format(title=title, count=report.count).name(language)
    every = f"{LABELS['message.every'].name(language)} {settings.site}-/subscribe?{subscription.topic}"
    foot = _foot(leave, language)
    text = f"{report.summary(language)}\n\n{hit_text.text(report.hits, report.count, language)}{every}\n\n{foot}"
    link = [every] if len(every) <= hit_text.LONGEST_LINK else []
    brief = "\n".join([subject, hit_text.brief(report.hits, report.count, language), *link, foot])
    return SubscriptionMessage(subject, text, brief, leave)


def deliver(
    subscription: Subscription, message: SubscriptionMessage, settings: SubscriptionSettings, message_id: str
) -> None:
    """Send a message where the subscription says. Raises DeliveryError."""
    if subscription.way == "mail":
        # RFC 8058: a mail program ends it by one click, without a page.
        headers = {"List-Unsubscribe": f"<{message.leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        send_mail(
            subscription.receiver,
            f"{message.subject} · {SITE.name(subscription.language)}",
            message.text,
            message_id,
            headers,
        )
    elif address := settings.rooms.get(subscription.receiver):
        post_to_room(address, message.brief)
    else:
        raise DeliveryError(f"the operator's settings name no room {subscription.receiver!r} any more")


def _leave(subscriptions: Subscriptions, subscription: Subscription, settings: SubscriptionSettings) -> str:
    return f"{settings.site}-/subscriptions/leave/{subscriptions.token(subscription, 'leave')}"


def _foot(leave: str, language: Language) -> str:
    return f"{LABELS['message.leave'].name(language)} {leave}\n"
