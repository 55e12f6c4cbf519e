"""Chat rooms: of WeCom, DingTalk, Feishu, Slack and whatever else the library `apprise` knows, which is an optional extra.

A room's address is one of apprise's, such as `wecombot://KEY`, `dingtalk://TOKEN`, `feishu://TOKEN`, `slack://A/B/C`; it is secret.
"""

import logging
from typing import Any

from archive.model.addresses import is_on_the_web
from archive.notify.messages import DeliveryError, persistently

logging.getLogger("apprise").addHandler(logging.NullHandler())  # failures are reported by DeliveryError


def is_room(address: str) -> bool:
    """Return whether this is the address of a room rather than of a webhook or a mailbox."""
    return "://" in address and not is_on_the_web(address) and not address.startswith(("http:", "https:"))


def check_room(address: str) -> None:
    """Check that this is an address that can be posted to. Raises DeliveryError."""
    _room(address)


def post_to_room(address: str, text: str) -> None:
    """Post a text to a room. Raises DeliveryError, where it may not have got there."""
    room = _room(address)

    def send() -> None:
        if not room.notify(body=text):
            raise DeliveryError(f"the room at {service_of(address)} did not take it", again=True)

    persistently(send)


def service_of(address: str) -> str:
    """Return the part of a room's address that is no secret."""
    return address.partition("://")[0]


def _room(address: str) -> Any:  # noqa: ANN401 - apprise has a class for each service
    try:
        from apprise import Apprise  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DeliveryError("chat rooms need the extra `chat`: pip install 'disclosures[chat]'") from error
    room = Apprise.instantiate(address)
    if room is None:
        raise DeliveryError(f"{service_of(address)}://… is no address of a chat room that apprise knows")
    return room
