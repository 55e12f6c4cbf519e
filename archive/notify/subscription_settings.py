"""Settings of subscriptions: `plugins: disclosures: subscriptions:` in the operator's metadata.
Without them, readers have feeds alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.model.addresses import is_on_the_web
from archive.notify.chat import check_room
from archive.notify.messages import DeliveryError, check_mail

_KEYS = ("site", "file", "rooms")


class SubscriptionSettingsError(ValueError):
    """Settings that can't be used; the message is one line that names the key."""


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """Settings of subscriptions. `site`: where the site stands, ending in a slash, for links in messages.
    `file`: where subscriptions are kept.

    `rooms`: chat rooms that the operator opened to readers, by name; their addresses are secret.
    """

    site: str
    file: Path
    rooms: Mapping[str, str]

    @property
    def offers_mail(self) -> bool:
        """Whether the environment says how mail is sent."""
        try:
            check_mail()
        except DeliveryError:
            return False
        return True


def subscription_settings(values: object) -> SubscriptionSettings | None:
    """Return what the operator's settings say; None where there are none. Raises SubscriptionSettingsError."""
    if values is None:
        return None
    if not isinstance(values, Mapping):
        raise SubscriptionSettingsError("subscriptions must be keys and values, such as site: and file:")
    if unknown := [key for key in values if key not in _KEYS]:
        raise SubscriptionSettingsError(f"subscriptions: unknown key {unknown[0]!r}; allowed are {', '.join(_KEYS)}")
    site, file, rooms = values.get("site"), values.get("file"), values.get("rooms") or {}
    if not isinstance(site, str) or not is_on_the_web(site):
        raise SubscriptionSettingsError(
            "subscriptions: site must be where the site stands, such as https://archive.example.org/"
        )
    if not isinstance(file, str) or not Path(file).is_absolute():
        raise SubscriptionSettingsError("subscriptions: file must be an absolute path, outside what is served")
    if not isinstance(rooms, Mapping):
        raise SubscriptionSettingsError("subscriptions: rooms must be names, each with the address of a chat room")
    return SubscriptionSettings(
        f"{site.rstrip('/')}/", Path(file), {str(name): _room(name, rooms[name]) for name in rooms}
    )


def _room(name: object, address: object) -> str:
    try:
        check_room(str(address))
    except DeliveryError as error:
        raise SubscriptionSettingsError(f"subscriptions: rooms: {name}: {error}") from error
    return str(address)
