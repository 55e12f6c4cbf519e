"""Chat rooms: of WeCom, DingTalk, Feishu, Slack and whatever else the library `apprise` knows,
which is an optional extra.

A room's address is one of apprise's, such as `wecombot://KEY`, `dingtalk://TOKEN`, `feishu://TOKEN`, `slack://A/B/C`;
it is secret. WeCom, DingTalk and Feishu answer 200 to what they refuse, and say so in the answer's JSON, which apprise
reads of Feishu alone: to these the text is posted here, and apprise only says where and as whom.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import httpx

from archive.model.addresses import is_on_the_web
from archive.notify.messages import DeliveryError, persistently, post_json

logging.getLogger("apprise").addHandler(logging.NullHandler())  # failures are reported by DeliveryError

_BUSY = {-1, 45009, 130101, 9499, 11232}
"""Codes by which a service asks to be posted to later: WeCom's and DingTalk's busy (-1),
their limits of messages a minute, Feishu's.
"""

_BRACKETS = str.maketrans("<>", "＜＞")
_MENTION = re.compile(r"(?<![A-Za-z0-9/._=-])@(?=[A-Za-z])")
_LINK = re.compile(r"\](?=\()")

_LONGEST_WORDS = 120
"""Characters of a service's own words that an error repeats."""


def is_room(address: str) -> bool:
    """Return whether this is the address of a room rather than of a webhook or a mailbox."""
    return "://" in address and not is_on_the_web(address) and not address.startswith(("http:", "https:"))


def check_room(address: str) -> None:
    """Check that this is an address that can be posted to. Raises DeliveryError."""
    _room(address)


def post_to_room(address: str, text: str) -> None:
    """Post a text to a room. Raises DeliveryError, where it may not have got there."""
    room, service, text = _room(address), service_of(address), _without_commands(text)

    def send() -> None:
        if posted := _posted(service, room, text):
            _check_answer(service, post_json(*posted))
        elif not room.notify(body=text):
            raise DeliveryError(f"the room at {service} did not take it", again=True)

    persistently(send)


def service_of(address: str) -> str:
    """Return the part of a room's address that is no secret."""
    return address.partition("://")[0].lower()


def _without_commands(text: str) -> str:
    """`text` without what services take for more than text, for titles are a portal's words: <!channel>, <at user_id="all">,
    @everyone call people, <address|words> and [words](address) hide where a link leads.
    """
    return _LINK.sub("] ", _MENTION.sub("＠", text.translate(_BRACKETS)))


def _posted(service: str, room: Any, text: str) -> tuple[str, Mapping[str, Any]] | None:  # noqa: ANN401 - as below
    """Return the address and the JSON that a text is posted as; None of a service whose answers apprise reads."""
    match service:
        case "wecombot":
            return room.api_url, {"msgtype": "text", "text": {"content": text}}
        case "dingtalk":
            signed = "&timestamp={}&sign={}".format(*room.get_signature()) if room.secret else ""
            mentioned = {"atMobiles": room.targets, "isAtAll": False}
            content = {"msgtype": "text", "text": {"content": text}, "at": mentioned}
            return room.notify_url.format(token=room.token) + signed, content
        case "feishu":
            return room.notify_url.format(token=room.token), {"msg_type": "text", "content": {"text": text}}
    return None


def _check_answer(service: str, answer: httpx.Response) -> None:
    """Check that the JSON of an answer states no error; an answer without any has said by its status that it took
    the message. Raises DeliveryError.
    """
    try:
        stated = answer.json()
    except ValueError:
        return
    if not isinstance(stated, Mapping):
        return
    if code := stated.get("errcode") or stated.get("code"):
        words = str(stated.get("errmsg") or stated.get("msg") or "")[:_LONGEST_WORDS]
        raise DeliveryError(f"the room at {service} refused it ({code} {words})", again=code in _BUSY)


def _room(address: str) -> Any:  # noqa: ANN401 - apprise has a class for each service
    try:
        from apprise import Apprise  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DeliveryError("chat rooms need the extra `chat`: pip install 'disclosures[chat]'") from error
    room = Apprise.instantiate(address)
    if room is None:
        raise DeliveryError(f"{service_of(address)}://… is no address of a chat room that apprise knows")
    return room
