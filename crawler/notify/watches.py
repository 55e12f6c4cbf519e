"""The file of watches: what each looks for, and its receivers. Checked so that a slip is an error that names file and key."""

import os
from dataclasses import dataclass
from pathlib import Path

from archive.labels.code_labels import EVENTS, STATES
from archive.labels.language import DEFAULT, LANGUAGES, Language
from archive.notify.chat import check_room, is_room
from archive.notify.messages import DeliveryError, check_hook
from archive.search.engine import Filters, Search
from archive.search.query import parse
from crawler.portals.catalogue_kinds import KINDS
from crawler.portals.toml_file import TomlTable, read_toml

_TOP = ("site", "watch")
_KEYS = (
    "name",
    "query",
    "portal",
    "kind",
    "publisher",
    "from",
    "to",
    "state",
    "files",
    "events",
    "mail",
    "webhook",
    "language",
)


class WatchFileError(ValueError):
    """A file of watches that can't be used; the message is one line with file and key."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch: records newly found by `search` or, with `events`, what was observed of the records it finds.

    `words`: the query as typed. `publisher`: a whole name, or words in one. `mail`: addresses; `hooks`: addresses on the web, and of
    chat rooms. `language`: of the messages.
    """

    name: str
    words: str
    search: Search
    publisher: str
    events: tuple[str, ...]
    mail: tuple[str, ...]
    hooks: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class WatchFile:
    """All watches. `site`: where the archive's own site stands, ending in a slash; empty: nowhere."""

    site: str
    watches: tuple[Watch, ...]


def load(path: Path) -> WatchFile:
    """Return the watches that the file at `path` describes. Raises WatchFileError."""
    file = read_toml(path, WatchFileError)
    file.refuse_unknown(_TOP)
    tables = file.values.get("watch")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise file.wrong("has no [[watch]]")
    places = (f"{path}: watch {number}" for number in range(1, len(tables) + 1))
    watches = tuple(
        _watch(TomlTable(table, place, WatchFileError)) for table, place in zip(tables, places, strict=True)
    )
    names = [watch.name for watch in watches]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise file.wrong(f"several watches are named {twice[0]!r}: names must differ")
    site = file.text("site", "")
    if site and not site.startswith(("http://", "https://")):
        raise file.wrong(f"site = {site!r} must begin with https:// or http://")
    return WatchFile(f"{site.rstrip('/')}/" if site else "", watches)


def _watch(table: TomlTable) -> Watch:
    table.refuse_unknown(_KEYS)
    name, words, language = table.text("name", ""), table.text("query", ""), table.text("language", DEFAULT)
    if not name:
        raise table.wrong("has no name")
    if words and not parse(words).match_wanted():
        raise table.wrong(f"query = {words!r} has no words to look for")
    filters = Filters(
        portals=table.texts("portal"),
        kind=table.text("kind", ""),
        states=table.texts("state"),
        since=_year(table, "from"),
        until=_year(table, "to"),
        files=table.values.get("files") is True,
    )
    watch = Watch(
        name=name,
        words=words,
        search=Search(parse(words) if words else None, filters),
        publisher=table.text("publisher", ""),
        events=table.texts("events"),
        mail=table.texts("mail"),
        hooks=tuple(_hook(table, address) for address in table.texts("webhook")),
        language=LANGUAGES.get(language, DEFAULT),
    )
    table.require_known("language", [language], LANGUAGES)
    table.require_known("kind", filter(None, [filters.kind]), KINDS)
    table.require_known("state", filters.states, STATES)
    table.require_known("events", watch.events, EVENTS)
    if table.values.get("files", True) is not True:
        raise table.wrong("files must be true, or left out")
    if wrong := [address for address in watch.mail if "@" not in address]:
        raise table.wrong(f"mail = {wrong[0]!r} is no address")
    if not watch.mail and not watch.hooks:
        raise table.wrong("says neither mail nor webhook: it has no receiver")
    return watch


def _year(table: TomlTable, key: str) -> int | None:
    value = table.values.get(key)
    if value is not None and not (type(value) is int and 1900 <= value <= 2100):
        raise table.must_be(key, "a year such as 2018")
    return value


def _hook(table: TomlTable, address: str) -> str:
    """Return the address of a webhook or a room; `$NAME`: what this variable of the environment holds, for such addresses are often secret."""
    url = os.environ.get(address[1:], "") if address.startswith("$") else address
    try:
        (check_room if is_room(url) else check_hook)(url)
    except DeliveryError as error:
        variable = f"the variable {address[1:]} holds no address: " if address.startswith("$") else ""
        raise table.wrong(f"webhook: {variable}{error}") from error
    return url
