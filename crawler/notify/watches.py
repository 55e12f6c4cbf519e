"""The file of watches: what each looks for, and its receivers. Checked so that a slip is an error that names file and key."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.labels.code_labels import EVENTS, STATES
from archive.search.engine import Filters, Search
from archive.search.query import parse
from crawler.notify.messages import DeliveryError, check_hook
from crawler.portals.catalogue_kinds import KINDS
from crawler.portals.toml_file import read_toml

_TOP = ("site", "watch")
_KEYS = ("name", "query", "portal", "kind", "publisher", "from", "to", "state", "files", "events", "mail", "webhook")


class WatchFileError(ValueError):
    """A file of watches that can't be used; the message is one line with file and key."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch: records newly found by `search` or, with `events`, what was observed of the records it finds.

    `words`: the query as typed. `publisher`: a whole name, or words in one. `mail`: addresses; `hooks`: addresses on the web.
    """

    name: str
    words: str
    search: Search
    publisher: str
    events: tuple[str, ...]
    mail: tuple[str, ...]
    hooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchFile:
    """All watches. `site`: where the archive's own site stands, ending in a slash; empty: nowhere."""

    site: str
    watches: tuple[Watch, ...]


def load(path: Path) -> WatchFile:
    """The watches that the file at `path` describes. Raises WatchFileError."""
    data = read_toml(path, WatchFileError)
    _refuse_unknown(str(path), data, _TOP)
    tables = data.get("watch")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise WatchFileError(f"{path}: has no [[watch]]")
    watches = tuple(_watch(f"{path}: watch {number}", table) for number, table in enumerate(tables, 1))
    names = [watch.name for watch in watches]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WatchFileError(f"{path}: several watches are named {twice[0]!r}: names must differ")
    site = _text(str(path), data, "site")
    if site and not site.startswith(("http://", "https://")):
        raise WatchFileError(f"{path}: site = {site!r} must begin with https:// or http://")
    return WatchFile(f"{site.rstrip('/')}/" if site else "", watches)


def _watch(where: str, table: Mapping[str, Any]) -> Watch:
    _refuse_unknown(where, table, _KEYS)
    name, words = _text(where, table, "name"), _text(where, table, "query")
    if not name:
        raise WatchFileError(f"{where}: has no name")
    if words and not parse(words).match_wanted():
        raise WatchFileError(f"{where}: query = {words!r} has no words to look for")
    filters = Filters(
        portals=_texts(where, table, "portal"),
        kind=_text(where, table, "kind"),
        states=_texts(where, table, "state"),
        since=_year(where, table, "from"),
        until=_year(where, table, "to"),
        files=table.get("files") is True,
    )
    watch = Watch(
        name=name,
        words=words,
        search=Search(parse(words) if words else None, filters),
        publisher=_text(where, table, "publisher"),
        events=_texts(where, table, "events"),
        mail=_texts(where, table, "mail"),
        hooks=tuple(_hook(where, address) for address in _texts(where, table, "webhook")),
    )
    _require_known(where, "kind", (filters.kind,) if filters.kind else (), KINDS)
    _require_known(where, "state", filters.states, STATES)
    _require_known(where, "events", watch.events, EVENTS)
    if table.get("files") not in {None, True}:
        raise WatchFileError(f"{where}: files must be true, or left out")
    if wrong := [address for address in watch.mail if "@" not in address]:
        raise WatchFileError(f"{where}: mail = {wrong[0]!r} is no address")
    if not watch.mail and not watch.hooks:
        raise WatchFileError(f"{where}: says neither mail nor webhook: it has no receiver")
    return watch


def _refuse_unknown(where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise WatchFileError(f"{where}: unknown key {unknown[0]!r}: known are {', '.join(known)}")


def _require_known(where: str, key: str, values: tuple[str, ...], known: Collection[str]) -> None:
    if unknown := [value for value in values if value not in known]:
        raise WatchFileError(f"{where}: {key} = {unknown[0]!r}: known are {', '.join(known)}")


def _text(where: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise WatchFileError(f"{where}: {key} must be text in quotes")
    return value.strip()


def _texts(where: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """One text, or a list of them."""
    value = table.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
        raise WatchFileError(f"{where}: {key} must be text in quotes, or a list of such")
    return tuple(dict.fromkeys(each.strip() for each in values))


def _year(where: str, table: Mapping[str, Any], key: str) -> int | None:
    value = table.get(key)
    if value is not None and not (type(value) is int and 1900 <= value <= 2100):
        raise WatchFileError(f"{where}: {key} must be a year such as 2018")
    return value


def _hook(where: str, address: str) -> str:
    """The address of a webhook; `$NAME`: what this variable of the environment holds, for such addresses are often secret."""
    url = os.environ.get(address[1:], "") if address.startswith("$") else address
    try:
        check_hook(url)
    except DeliveryError as error:
        variable = f"the variable {address[1:]} holds no address: " if address.startswith("$") else ""
        raise WatchFileError(f"{where}: webhook: {variable}{error}") from error
    return url
