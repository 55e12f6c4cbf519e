"""The pages that links in messages lead to: one confirms a subscription, one ends it. Opening one does nothing yet: mail scanners do that.

Mail programs end a subscription by a POST of their own (RFC 8058), without the page, cookies or a token of a form.
"""

import asyncio

from datasette.utils.asgi import Request, Response

from archive.labels.language import say
from archive.notify.event_report import last_event
from archive.notify.subscription_settings import SubscriptionSettings
from archive.notify.subscription_store import Purpose, Subscription, open_subscriptions
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import RequestContext
from archive.web.subscriptions.forms import note
from archive.web.subscriptions.offers import required_settings

CONFIRM = r"/-/subscriptions/confirm/(?P<token>[\w-]{20,60})$"
LEAVE = r"/-/subscriptions/leave/(?P<token>[\w-]{20,60})$"


async def confirm(context: RequestContext) -> Response:
    """Show what a link confirms, and a button; posted, begin to report what comes from now on."""
    settings, token = required_settings(context.datasette), context.request.url_vars["token"]
    if context.request.method == "POST":
        latest = await context.db.execute_fn(last_event)
        begun = await asyncio.to_thread(_begin, settings, token, latest)
        heading = say("订阅已生效", "You are subscribed")
        text = say(
            "从现在起的变动会发给您。每条消息里都有退订链接。",
            "What is observed from now on is sent to you. Each message has a link to unsubscribe.",
        )
        return await _said(context.datasette, context.request, heading, text, found=begun)
    found = await asyncio.to_thread(_find, settings, token, "confirm")
    heading = say("确认订阅", "Confirm your subscription")
    text = say(
        "按下按钮，变动通知就会发到收到这个链接的地方。",
        "Press the button, and messages of changes go to where this link came.",
    )
    return await _said(
        context.datasette, context.request, heading, text, found=found is not None, button=say("确认", "Confirm")
    )


async def leave(datasette: Datasette, request: Request) -> Response:
    """Show a button that ends a subscription; posted, delete it and all that is known of its receiver."""
    settings, token = required_settings(datasette), request.url_vars["token"]
    if request.method == "POST":
        ended = await asyncio.to_thread(_end, settings, token)
        heading, text = (
            say("已退订", "Unsubscribed"),
            say(
                "不会再有消息发来，本站也不再保留您的地址。",
                "No further message comes, and this site has kept nothing of your address.",
            ),
        )
        return await _said(datasette, request, heading, text, found=ended)
    found = await asyncio.to_thread(_find, settings, token, "leave")
    heading = say("退订", "Unsubscribe")
    text = say(
        "按下按钮，这项订阅就结束，地址随即删除。",
        "Press the button to end this subscription; the address is deleted at once.",
    )
    return await _said(datasette, request, heading, text, found=found is not None, button=say("退订", "Unsubscribe"))


async def _said(  # noqa: PLR0913 - the parts of the page
    datasette: Datasette, request: Request, heading: str, text: str, *, found: bool, button: str = ""
) -> Response:
    if found:
        return await note(datasette, request, 200, heading=heading, text=text, button=button)
    text = say(
        "这个链接已用过，或已超过 24 小时，或不完整。",
        "This link was used already, is more than 24 hours old, or is not complete.",
    )
    return await note(datasette, request, 404, heading=say("链接无效", "No such link"), text=text)


def _find(settings: SubscriptionSettings, token: str, purpose: Purpose) -> Subscription | None:
    with open_subscriptions(settings.file) as subscriptions:
        return subscriptions.find(token, purpose)


def _begin(settings: SubscriptionSettings, token: str, latest: int) -> bool:
    with open_subscriptions(settings.file) as subscriptions:
        found = subscriptions.find(token, "confirm")
        if found:
            subscriptions.confirm(found, latest)
        return found is not None


def _end(settings: SubscriptionSettings, token: str) -> bool:
    with open_subscriptions(settings.file) as subscriptions:
        found = subscriptions.find(token, "leave")
        if found:
            subscriptions.end(found)
        return found is not None
