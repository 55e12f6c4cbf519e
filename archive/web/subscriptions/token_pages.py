"""The pages that links in messages lead to: one confirms a subscription, one ends it.
Opening one does nothing yet: mail scanners do that.

Mail programs end a subscription by a POST of their own (RFC 8058), without the page, cookies or a token of a form.
"""

import asyncio
import sqlite3
from collections.abc import Iterable

from datasette.utils.asgi import BadRequest, Request, Response

from archive.labels.language import READER, Language
from archive.notify.event_report import last_event
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import Purpose, Subscription, open_subscriptions
from archive.notify.topics import parse_topic, title
from archive.questions.answer_request import AnswerRequest, answer_rows
from archive.questions.runner import AnswerError
from archive.search.event_request import NoSuchSubjectError
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import RequestContext
from archive.web.subscriptions.forms import stage_page
from archive.web.subscriptions.offers import required_settings


async def confirm(context: RequestContext) -> Response:
    """Show what a link confirms, and a button; posted, begin to report what comes from now on."""
    settings, token, language = required_settings(context.datasette), context.request.url_vars["token"], READER.get()
    subscription = await asyncio.to_thread(_find, settings, token, "confirm")
    if subscription is None:
        return await stage_page(context.datasette, context.request, "unknown")
    if context.request.method == "POST":
        latest, rows = await context.db.execute_fn(lambda connection: _already_there(connection, subscription))
        await asyncio.to_thread(_confirm, settings, subscription, latest, rows)
        return await stage_page(context.datasette, context.request, "confirmed")
    topic = await context.db.execute_fn(lambda connection: _title(connection, subscription, language))
    return await stage_page(context.datasette, context.request, "confirm", topic=topic)


async def leave(datasette: Datasette, request: Request) -> Response:
    """Show a button that ends a subscription; posted, delete it and what it knew of its receiver."""
    settings = required_settings(datasette)
    subscription = await asyncio.to_thread(_find, settings, request.url_vars["token"], "leave")
    if subscription is None:
        return await stage_page(datasette, request, "unknown")
    if request.method == "POST":
        await asyncio.to_thread(_end, settings, subscription)
        return await stage_page(datasette, request, "left")
    return await stage_page(datasette, request, "leave")


def _title(connection: sqlite3.Connection, subscription: Subscription, language: Language) -> str:
    """Return what was subscribed to, in a reader's words; nothing where the archive knows it no more."""
    try:
        return title(connection, parse_topic(subscription.topic), language)
    except NoSuchSubjectError:
        return ""


def _already_there(connection: sqlite3.Connection, subscription: Subscription) -> tuple[int, list[str]]:
    """Return the last event, and the rows of the answer to the question that is subscribed to: of what comes after
    these is reported. Raises BadRequest.
    """
    topic = parse_topic(subscription.topic)
    try:
        rows = answer_rows(connection, topic) if isinstance(topic, AnswerRequest) else {}
    except AnswerError as error:
        raise BadRequest(str(error)) from error
    return last_event(connection), list(rows)


def _find(settings: SubscriptionSettings, token: str, purpose: Purpose) -> Subscription | None:
    with open_subscriptions(settings.file) as subscriptions:
        return subscriptions.find(token, purpose)


def _confirm(settings: SubscriptionSettings, subscription: Subscription, latest: int, rows: Iterable[str]) -> None:
    with open_subscriptions(settings.file) as subscriptions:
        subscriptions.confirm(subscription, latest, rows)


def _end(settings: SubscriptionSettings, subscription: Subscription) -> None:
    with open_subscriptions(settings.file) as subscriptions:
        subscriptions.end(subscription)
