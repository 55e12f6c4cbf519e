"""Portal files: one TOML for each portal, checked so that a slip is an error that names file and key."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.model.addresses import is_on_the_web
from archive.model.agencies import TYPES, Stated
from archive.model.divisions import divisions, named_in, province_of
from crawler.families.detection import FAMILIES
from crawler.portals.catalogue_kinds import KINDS, kind_of
from crawler.portals.toml_file import read_toml

PORTALS = Path(__file__).parent
SAMPLE = PORTALS / "sample.toml"
"""The sample portal, which only stands where somebody tries this project: nobody's timer should ask for it."""

_SCHEDULE_KEYS = ("every", "full_every", "hours", "budget")
_PORTAL_KEYS = (
    "id",
    "name",
    "division_code",
    "home",
    "family",
    "checked",
    "old_tls",
    *_SCHEDULE_KEYS,
    "catalogs",
    "agencies",
)
_CATALOG_KEYS = ("title", "url", "kind")
_AGENCY_KEYS = ("name", "aliases", "type", "prefix", "budget_unit", "successor")


class PortalFileError(ValueError):
    """A portal file that can't be used; the message is one line with file and key."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One catalogue: `kind` of KINDS, `title` as the portal prints it, `url` of its first list page, absolute."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to crawl, as far as a portal file says; None leaves it to `crawler.jobs.schedule`.

    `hours`: only from one whole hour of the day to another, Beijing time; `budget`: record pages asked again in a day.
    """

    every: timedelta | None = None
    full_every: timedelta | None = None
    hours: tuple[int, int] | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal: `division_code` is GB/T 2260, six digits; `checked` the day a person last saw it work on the live site.

    `old_tls`: its server speaks only TLS 1.0 or 1.1, or with keys too short for today.
    `agencies`: what the file says of publishers, where their records don't tell.
    `doubts`: what may be wrong with the file, each in one line that names file and key.
    """

    id: str
    name: str
    division_code: str
    home: str
    catalogs: tuple[Catalog, ...]
    family: str | None = None
    checked: date | None = None
    schedule: Schedule = Schedule()
    doubts: tuple[str, ...] = ()
    old_tls: bool = False
    agencies: tuple[Stated, ...] = ()


def load(path: Path) -> Portal:
    """The portal that the file at `path` describes. Raises PortalFileError."""
    return _portal(path, read_toml(path, PortalFileError))


def find(name: str) -> Path:
    """The file of the portal called `name`: the id of one of `known()`, or a file's path. Raises PortalFileError."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    files = known()
    if name not in files:
        raise PortalFileError(f"no portal {name!r}: give a portal file's path, or one of {', '.join(files)}")
    return files[name]


def known() -> dict[str, Path]:
    """The portal files by id: those that come with the project, and those in the folder $DISCLOSURES_PORTALS."""
    own = os.environ.get("DISCLOSURES_PORTALS")
    if own and not Path(own).is_dir():
        raise PortalFileError(f"DISCLOSURES_PORTALS = {own!r} is no folder")
    folders = [PORTALS, *([Path(own)] if own else [])]
    return {file.stem: file for folder in folders for file in sorted(folder.glob("*.toml"))}


def on_site(home: str, url: str) -> bool:
    """Whether `url` is on the site of the portal at `home`: its host, or one of the same domain."""
    here, host = urlsplit(home).hostname or "", urlsplit(url).hostname or ""
    domain = here.removeprefix("www.")
    return host in {here, domain} or (not domain.replace(".", "").isdigit() and host.endswith(f".{domain}"))


def _portal(path: Path, data: Mapping[str, Any]) -> Portal:
    _refuse_unknown(path, data, _PORTAL_KEYS, "")
    identity = _text(path, data, "id")
    if identity != path.stem:
        raise PortalFileError(f"{path}: id = {identity!r} must be the file's name without .toml, {path.stem!r}")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", identity):
        raise PortalFileError(f"{path}: id = {identity!r} must be lower-case letters, digits, - and _, a letter first")
    name, code = _text(path, data, "name"), _division_code(path, data)
    home = _address(path, data, "home", "")
    family = data.get("family")
    if family is not None and family not in FAMILIES:
        raise PortalFileError(f"{path}: family = {family!r} is not one of {', '.join(FAMILIES)}")
    checked = data.get("checked")
    if checked is not None and type(checked) is not date:
        raise PortalFileError(f"{path}: checked = {checked!r} must be a day without quotes, such as 2026-05-31")
    stated = f"division_code = {code!r}" if code else "division_code"
    doubts = tuple(f"{path}: {stated} {doubt}" for doubt in _doubts(code, name))
    old_tls = data.get("old_tls", False)
    if type(old_tls) is not bool:
        raise PortalFileError(f"{path}: old_tls = {old_tls!r} must be true or false")
    catalogs, schedule = _catalogs(path, data, home), _schedule(path, data)
    agencies = _agencies(path, data)
    return Portal(identity, name, code, home, catalogs, family, checked, schedule, doubts, old_tls, agencies)


def _schedule(path: Path, data: Mapping[str, Any]) -> Schedule:
    hours, budget = data.get("hours"), data.get("budget")
    span = re.fullmatch(r"([01]?\d|2[0-4])-([01]?\d|2[0-4])", hours) if isinstance(hours, str) else None
    if hours is not None and (span is None or int(span[1]) % 24 == int(span[2]) % 24):
        raise PortalFileError(f'{path}: hours = {hours!r} must be two hours of the day in Beijing, such as "22-6"')
    if budget is not None and (type(budget) is not int or budget < 0):
        raise PortalFileError(f"{path}: budget = {budget!r} must be a number of pages a day, such as 200")
    within = (int(span[1]) % 24, int(span[2]) % 24) if span else None
    return Schedule(_duration(path, data, "every"), _duration(path, data, "full_every"), within, budget)


def _duration(path: Path, data: Mapping[str, Any], key: str) -> timedelta | None:
    value = data.get(key)
    if value is None:
        return None
    said = re.fullmatch(r"([1-9]\d{0,2})\s?([hd])", value) if isinstance(value, str) else None
    if said is None:
        raise PortalFileError(f'{path}: {key} = {value!r} must be hours or days in quotes, such as "12h" or "7d"')
    return timedelta(hours=int(said[1])) if said[2] == "h" else timedelta(days=int(said[1]))


def _division_code(path: Path, data: Mapping[str, Any]) -> str:
    if "division_code" not in data:
        return ""
    code = _text(path, data, "division_code")
    if not re.fullmatch(r"[0-9]{6}", code):
        raise PortalFileError(f"{path}: division_code = {code!r} must be six digits in quotes (GB/T 2260)")
    if not province_of(code):
        raise PortalFileError(
            f"{path}: division_code = {code!r} is in no province: none has codes that begin {code[:2]}"
        )
    return code


def _doubts(code: str, name: str) -> Iterator[str]:
    """Why a code may not be the portal's. Names change, and codes come and go: none of it is an error."""
    division = divisions().get(code)
    if division and division.is_named_in(name):
        return
    named = [found.place for found in named_in(name, code)]
    perhaps = f"; by its name the portal may be {' or '.join(named)}" if named else ""
    if not code:
        yield f"is missing: the site can't say which county's portal this is{perhaps}"
    elif division:
        yield f"is {division.place}, which does not occur in name = {name!r}{perhaps}"
    else:
        yield f"is not among the codes of 2020 and 2021: right only if it is older or newer{perhaps}"


def _catalogs(path: Path, data: Mapping[str, Any], home: str) -> tuple[Catalog, ...]:
    entries = data.get("catalogs")
    if not isinstance(entries, list) or not entries:
        raise PortalFileError(f"{path}: needs at least one [[catalogs]] with title and url")
    catalogs: list[Catalog] = []
    for number, entry in enumerate(entries, 1):
        where = f"[[catalogs]] {number}: "
        if not isinstance(entry, dict):
            raise PortalFileError(f"{path}: {where}must be a table")
        _refuse_unknown(path, entry, _CATALOG_KEYS, where)
        title = _text(path, entry, "title", where)
        kind = _text(path, entry, "kind", where) if "kind" in entry else kind_of(title)
        if kind not in KINDS:
            raise PortalFileError(f"{path}: {where}kind = {kind!r} is not one of {', '.join(KINDS)}")
        url = _address(path, entry, "url", where, base=home)
        if any(url == catalog.url for catalog in catalogs):
            raise PortalFileError(f"{path}: {where}url = {url!r} is there twice")
        catalogs.append(Catalog(kind, title, url))
    return tuple(catalogs)


def _agencies(path: Path, data: Mapping[str, Any]) -> tuple[Stated, ...]:
    entries = data.get("agencies", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise PortalFileError(f"{path}: agencies must be tables: [[agencies]] with name")
    stated = tuple(_agency(path, entry, f"[[agencies]] {number}: ") for number, entry in enumerate(entries, 1))
    claimed: set[str] = set()
    for number, each in enumerate(stated, 1):
        where = f"{path}: [[agencies]] {number}: "
        for name in (each.name, *each.aliases):
            if name in claimed:
                raise PortalFileError(f"{where}{name!r} is already a name of an agency")
            claimed.add(name)
        if each.successor is not None and each.successor not in {other.name for other in stated if other is not each}:
            raise PortalFileError(f"{where}successor = {each.successor!r} is not the name of another [[agencies]] here")
    return stated


def _agency(path: Path, entry: Mapping[str, Any], where: str) -> Stated:
    _refuse_unknown(path, entry, _AGENCY_KEYS, where)
    aliases, budget_unit = entry.get("aliases", []), entry.get("budget_unit")
    if not isinstance(aliases, list) or not all(isinstance(name, str) and name.strip() for name in aliases):
        raise PortalFileError(f"{path}: {where}aliases = {aliases!r} must be a list of names in quotes")
    if budget_unit is not None and not isinstance(budget_unit, bool):
        raise PortalFileError(f"{path}: {where}budget_unit = {budget_unit!r} must be true or false")
    given = {key: _text(path, entry, key, where) for key in ("type", "prefix", "successor") if key in entry}
    if given.get("type", TYPES[0]) not in TYPES:
        raise PortalFileError(f"{path}: {where}type = {given['type']!r} is not one of {', '.join(TYPES)}")
    name = _text(path, entry, "name", where)
    return Stated(name, tuple(each.strip() for each in aliases), budget_unit=budget_unit, **given)


def _refuse_unknown(path: Path, table: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in allowed:
            raise PortalFileError(f"{path}: {where}unknown key {key!r}; allowed are {', '.join(allowed)}")


def _text(path: Path, table: Mapping[str, Any], key: str, where: str = "") -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        given = "is missing" if value is None else f"= {value!r} must be a text in quotes"
        raise PortalFileError(f"{path}: {where}{key} {given}")
    return value.strip()


def _address(path: Path, table: Mapping[str, Any], key: str, where: str, base: str = "") -> str:
    url = _text(path, table, key, where)
    with suppress(ValueError):  # a host that can't be one
        url = urljoin(base, url)
    if not is_on_the_web(url):
        raise PortalFileError(f"{path}: {where}{key} = {url!r} must be an http or https address")
    return url
