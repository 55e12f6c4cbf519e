"""Receivers by their addresses: a mailbox, a webhook, or a chat room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.notify.chat import check_room, is_room, post_to_room, service_of
from archive.notify.messages import DeliveryError, check_hook, check_mail, post, send_mail


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message as receivers take it: `subject` and `text` by mail, `content` as JSON, `brief` in a room."""

    subject: str
    text: str
    content: Mapping[str, Any]
    brief: str


def check_receiver(address: str) -> None:
    """Check that a message can be sent there, as far as that can be known before. Raises DeliveryError."""
    if is_room(address):
        check_room(address)
    elif "://" in address:
        check_hook(address)
    elif "@" in address:
        check_mail()
    else:
        raise DeliveryError(f"{address} is neither a mail address nor a webhook's address")


def send_to(address: str, message: OutgoingMessage, message_id: str) -> None:
    """Send a message. `message_id`: unique to it, of letters, digits, dots and hyphens. Raises DeliveryError."""
    if is_room(address):
        post_to_room(address, message.brief)
    elif "://" in address:
        post(address, message.content, message_id)
    else:
        send_mail(address, message.subject, message.text, message_id)


def named(address: str) -> str:
    """Return what is no secret of an address, in words."""
    if is_room(address):
        return f"the room at {service_of(address)}"
    return f"the webhook at {urlsplit(address).hostname}" if "://" in address else address
