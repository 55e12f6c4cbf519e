"""Ways to be told of events that a site offers: feeds always; mail and chat rooms where its operator set them up."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from datasette.utils.asgi import NotFound

from archive.notify.subscription_settings import SubscriptionSettings, subscription_settings
from archive.notify.subscription_store import open_subscriptions
from archive.web.http.access_control import is_open_to_all
from archive.web.http.datasette_class import Datasette, site_settings
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext

_SETTINGS: WeakKeyDictionary[Datasette, SubscriptionSettings | None] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Offers:
    """Ways that are offered besides feeds. `rooms`: names of the chat rooms that readers may have messages sent to."""

    mail: bool = False
    rooms: tuple[str, ...] = ()


def settings_of(datasette: Datasette) -> SubscriptionSettings | None:
    """Return the settings of a site's subscriptions; None where it has none. Raises SubscriptionSettingsError."""
    if datasette not in _SETTINGS:
        _SETTINGS[datasette] = subscription_settings(site_settings(datasette).get("subscriptions"))
    return _SETTINGS[datasette]


def prepare(datasette: Datasette) -> None:
    """Check the settings of a site's subscriptions, and that its file can be used.
    Raises SubscriptionSettingsError, ArchiveError.
    """
    if settings := settings_of(datasette):
        with open_subscriptions(settings.file):
            pass


def required_settings(datasette: Datasette) -> SubscriptionSettings:
    """Return the settings of a site's subscriptions. Raises NotFound where it has none."""
    settings = settings_of(datasette)
    if settings is None:
        raise NotFound(NOTHING_HERE)
    return settings


async def offers(context: RequestContext) -> Offers:
    """Return what a site offers for an archive: nothing where not everybody may see it,
    for messages leave the circle of those who may.

    Nothing either where it is one of several, for messages are sent of one.
    """
    settings = settings_of(context.datasette)
    if settings is None or context.named or not await is_open_to_all(context.datasette, context.database):
        return Offers()
    return Offers(settings.offers_mail, tuple(settings.rooms))
