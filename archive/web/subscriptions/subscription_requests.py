"""Requests to subscribe: what a reader posts, within limits, is noted,
and whoever reads there is asked to confirm it.
"""

import asyncio
import math
import re
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

from datasette.utils.asgi import BadRequest, Response

from archive.labels.language import READER, Language, say
from archive.notify.messages import DeliveryError
from archive.notify.subscription_messages import confirmation, deliver
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import RefusedError, Way, mailbox, open_subscriptions
from archive.notify.topics import Topic, parse_topic
from archive.search.event_request import EventRequest
from archive.web.http.attempts import Attempts, reader_of
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import MALFORMED
from archive.web.http.request_context import RequestContext
from archive.web.listings.observed_events import scope_of
from archive.web.subscriptions.forms import posted, stage_page
from archive.web.subscriptions.offers import Offers, offers, required_settings

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""A mail address as HTML's forms take it, at a host with a dot in its name."""

_LONGEST_ADDRESS = 254

_LATER = 3600.0
"""Seconds after which it may be worth to ask again where too many wait for a confirmation."""

_SENDING = ThreadPoolExecutor(4, thread_name_prefix="confirmation")
"""Threads that send confirmations: a slow mail server holds up nothing else."""

_ATTEMPTS: WeakKeyDictionary[Datasette, Attempts] = WeakKeyDictionary()
"""Requests to subscribe by each site's readers: whoever asks often has to wait, ever longer."""


async def subscribe(context: RequestContext) -> Response:
    """Note the request, and send a message that asks for its confirmation. Raises BadRequest."""
    settings, fields = required_settings(context.datasette), await posted(context.request)
    way, receiver = _receiver(fields, await offers(context))
    requested = requested_by(fields.get("topic", ""))
    if isinstance(requested, EventRequest):
        await scope_of(context, requested, {})
    if seconds := _wait(context, receiver):
        return await _busy(context, seconds)
    work = (settings, way, receiver, requested.address(), READER.get())
    try:
        await asyncio.get_running_loop().run_in_executor(_SENDING, _request, *work)
    except RefusedError:
        return await _busy(context, _LATER)
    except DeliveryError:
        return await stage_page(context.datasette, context.request, "unsent")
    return await stage_page(context.datasette, context.request, "asked")


async def _busy(context: RequestContext, seconds: float) -> Response:
    response = await stage_page(context.datasette, context.request, "busy")
    response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def requested_by(query: str) -> Topic:
    """Return the request that a query string makes. Raises BadRequest."""
    try:
        return parse_topic(query)
    except ValueError as error:
        raise BadRequest(MALFORMED) from error


def _receiver(fields: dict[str, str], offered: Offers) -> tuple[Way, str]:
    """Return where messages are to go. Raises BadRequest where the site does not offer that."""
    address, room = fields.get("mail", "").strip(), fields.get("room", "")
    if room and room in offered.rooms:
        return "chat", room
    if not offered.mail or room:
        raise BadRequest(say("本站不提供这种方式。", "This site does not offer that."))
    if len(address) > _LONGEST_ADDRESS or not _MAIL.fullmatch(address):
        raise BadRequest(say("邮箱地址有误，请检查。", "This is no mail address: check it."))
    return "mail", address


def _wait(context: RequestContext, receiver: str) -> float:
    """Return how long a reader has to wait before another request, in seconds; 0: this one was counted."""
    attempts = _ATTEMPTS.setdefault(context.datasette, Attempts())
    client = reader_of(context.request.scope)
    seconds = attempts.wait(client, mailbox(receiver))
    if not seconds:
        attempts.begin(client, mailbox(receiver))
    return seconds


def _request(settings: SubscriptionSettings, way: Way, receiver: str, topic: str, language: Language) -> None:
    """Note a subscription and send what asks for its confirmation, or neither. Raises RefusedError, DeliveryError."""
    with open_subscriptions(settings.file) as subscriptions:
        subscription = subscriptions.request(way, receiver, topic, language)
        try:
            message = confirmation(subscriptions, subscription, settings)
            deliver(subscription, message, settings, f"{subscription.mark}.confirm")
        except DeliveryError:
            subscriptions.end(subscription)
            raise
