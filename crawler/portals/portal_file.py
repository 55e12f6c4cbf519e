"""Portal files: one TOML file for each portal, checked so that a slip is an error that names file and key."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from archive.model.addresses import is_on_the_web
from archive.model.agencies import TYPES, Stated
from archive.model.clock import BEIJING
from archive.model.divisions import divisions, named_in, province_of
from archive.model.observations import CatalogOfPortal, is_portal_id
from archive.model.site import Site
from crawler.portals.catalogue_kinds import KINDS, kind_of
from crawler.portals.toml_file import TomlTable, read_toml

PORTALS = Path(__file__).parent

LEAST_CONVERTER_MEMORY = 512
"""MB for reading one file."""
_MOST_CONVERTER_MEMORY = 16_384

HEADERS = ("Accept", "Accept-Language", "Referer", "X-Requested-With")
"""Headers that a portal file may set: none that says who asks, logs in, or keeps a session."""

_LEAST_DELAY, _MOST_DELAY = 1, 600
_LONGEST_HEADER = 200
_MOST_NAMED = 3

_SCHEDULE_KEYS = ("every", "full_every", "hours", "budget")
_BUDGET_KEYS = {
    "most_pages": "pages",
    "most_megabytes": "megabytes",
    "most_hours": "hours",
    "most_timeouts": "timeouts",
}
_PORTAL_KEYS = (
    "id", "name", "division_code", "home", "family", "checked", "old_tls", "intranet", "converter_memory_mb", *_SCHEDULE_KEYS,
    *_BUDGET_KEYS, "delay", "headers", "catalogs", "agencies",
)  # fmt: skip
_CATALOG_KEYS = ("title", "url", "kind")
_AGENCY_KEYS = ("name", "aliases", "type", "prefix", "budget_unit", "successor")


class PortalFileError(ValueError):
    """A portal file that can't be used; the message is one line with file and key."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times to crawl at, as far as a portal file says; None leaves it to `crawler.jobs.schedule`.

    `hours`: only from one whole hour of the day to another, Beijing time; `budget`: record pages requested again in a day.
    """

    every: timedelta | None = None
    full_every: timedelta | None = None
    hours: tuple[int, int] | None = None
    budget: int | None = None

    def closes(self, now: datetime) -> datetime | None:
        """Return when the hours end in which `now` is; None where it is in none, or the file names none."""
        if self.hours is None:
            return None
        (begin, end), local = self.hours, now.astimezone(BEIJING)
        within = begin <= local.hour < end if begin < end else local.hour >= begin or local.hour < end
        closes = datetime.combine(local.date(), time(0), BEIJING) + timedelta(hours=end)
        return (closes if closes > local else closes + timedelta(days=1)) if within else None


@dataclass(frozen=True, slots=True)
class CrawlBudget:
    """The most that one crawl takes: answers, megabytes as sent, hours, time-outs one after the other.

    The defaults are several times what the largest county portals have.
    """

    pages: int = 100_000
    megabytes: int = 20_000
    hours: int = 48
    timeouts: int = 6


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal: `division_code` is GB/T 2260, six digits; `checked` the day a person last saw it work on the live site.

    `old_tls`: its server speaks only TLS 1.0 or 1.1, or with keys too short for today. `intranet`: its home stands in a
    private network, though its name is a public one.
    `converter_memory_mb`: the memory that reading one of its files may take, where that is more than LEAST_CONVERTER_MEMORY.
    `agencies`: facts on publishers that their records don't state. `delay`: seconds between two requests, None as ever; `headers`:
    of HEADERS, with their values, to be sent with each request.
    `doubts`: possible errors in the file, each in one line that names file and key.
    """

    id: str
    name: str
    division_code: str
    home: str
    catalogs: tuple[CatalogOfPortal, ...]
    family: str | None = None
    checked: date | None = None
    schedule: Schedule = Schedule()
    doubts: tuple[str, ...] = ()
    old_tls: bool = False
    agencies: tuple[Stated, ...] = ()
    intranet: bool = False
    budget: CrawlBudget = CrawlBudget()
    converter_memory_mb: int = LEAST_CONVERTER_MEMORY
    delay: float | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def site(self) -> Site:
        """Its own site, where its lists and records stand."""
        return Site.of(self.home, (catalog.url for catalog in self.catalogs), intranet=self.intranet)


def load(path: Path) -> Portal:
    """Return the portal that the file at `path` describes. Raises PortalFileError."""
    return _portal(path, read_toml(path, PortalFileError))


def find(name: str) -> Path:
    """Return the file of the portal called `name`: the id of one of `known()`, or a file's path. Raises PortalFileError."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    files = known()
    if name not in files:
        raise PortalFileError(f"no portal {name!r}: give a portal file's path, or one of {', '.join(files)}")
    return files[name]


def known() -> dict[str, Path]:
    """Return the portal files by id: those that come with the project, and those in the folder $DISCLOSURES_PORTALS."""
    return {file.stem: file for file in sorted(PORTALS.glob("*.toml"))} | own_files()


def own_files() -> dict[str, Path]:
    """Return the portal files of the operator's own by id: those in the folder $DISCLOSURES_PORTALS. Raises PortalFileError."""
    own = os.environ.get("DISCLOSURES_PORTALS")
    if own and not Path(own).is_dir():
        raise PortalFileError(f"DISCLOSURES_PORTALS = {own!r} is no folder")
    return {file.stem: file for file in sorted(Path(own).glob("*.toml"))} if own else {}


def readable(files: Iterable[Path]) -> tuple[list[Portal], dict[Path, PortalFileError]]:
    """Return the portals of `files`, and the errors of those that can't be used."""
    portals, errors = [], {}
    for path in files:
        try:
            portals.append(load(path))
        except PortalFileError as error:
            errors[path] = error
    return portals, errors


def converter_memory_of(portal: str) -> int:
    """Return the memory in MB that files of the portal with this id may take: by its file, where that is known and sound."""
    try:
        return load(find(portal)).converter_memory_mb
    except PortalFileError:
        return LEAST_CONVERTER_MEMORY


def _portal(path: Path, table: TomlTable) -> Portal:
    table.refuse_unknown(_PORTAL_KEYS)
    identity = table.text("id")
    if identity != path.stem:
        raise table.must_be("id", f"the file's name without .toml, {path.stem!r}")
    if not is_portal_id(identity):
        raise table.must_be("id", "lower-case letters, digits, - and _, a letter first")
    name, code, home = table.text("name"), _division_code(table), _address(table, "home")
    key = f"division_code = {code!r}" if code else "division_code"
    doubts = tuple(f"{path}: {key} {doubt}" for doubt in _doubts(code, name))
    catalogs = _catalogs(table, home)
    return Portal(
        identity,
        name,
        code,
        home,
        catalogs,
        family=_family(table),
        checked=_checked(table),
        schedule=_schedule(table),
        doubts=doubts,
        old_tls=table.flag("old_tls") or False,
        agencies=_agencies(table),
        intranet=table.flag("intranet") or False,
        budget=_budget(table),
        converter_memory_mb=_converter_memory(table),
        delay=_delay(table),
        headers=_headers(table, Site.of(home, (catalog.url for catalog in catalogs))),
    )


def _family(table: TomlTable) -> str | None:
    family: str | None = table.values.get("family")
    if family is not None:
        from crawler.families.detection import FAMILIES  # noqa: PLC0415 - they take long to load, and few files name one

        table.require_known("family", [family], FAMILIES)
    return family


def _checked(table: TomlTable) -> date | None:
    checked = table.values.get("checked")
    if checked is not None and type(checked) is not date:
        raise table.must_be("checked", "a day without quotes, such as 2026-05-31")
    return checked


def _converter_memory(table: TomlTable) -> int:
    memory = table.values.get("converter_memory_mb", LEAST_CONVERTER_MEMORY)
    if type(memory) is not int or not LEAST_CONVERTER_MEMORY <= memory <= _MOST_CONVERTER_MEMORY:
        raise table.must_be(
            "converter_memory_mb", f"a number of MB from {LEAST_CONVERTER_MEMORY} to {_MOST_CONVERTER_MEMORY}"
        )
    return memory


def _delay(table: TomlTable) -> float | None:
    delay = table.values.get("delay")
    if delay is None:
        return None
    if type(delay) not in {int, float} or not _LEAST_DELAY <= delay <= _MOST_DELAY:
        raise table.must_be("delay", f"seconds from {_LEAST_DELAY} to {_MOST_DELAY}")
    return float(delay)


def _headers(table: TomlTable, site: Site) -> tuple[tuple[str, str], ...]:
    values = table.values.get("headers", {})
    if not isinstance(values, dict):
        raise table.must_be("headers", "a table: [headers]")
    entry = replace(table, values=values, where=f"{table.where}: [headers]")
    known = {name.lower(): name for name in HEADERS}
    for name, value in values.items():
        if name.lower() not in known:
            raise entry.wrong(f"{name!r} is not sent; allowed are {', '.join(HEADERS)}")
        if not isinstance(value, str) or not re.fullmatch(rf"[\x20-\x7e]{{1,{_LONGEST_HEADER}}}", value):
            raise entry.must_be(name, f"a text in quotes of ASCII characters, {_LONGEST_HEADER} at the most")
        if name.lower() == "referer" and not site.holds(value):
            raise entry.must_be(name, "an address of the portal's own")
    return tuple((known[name.lower()], value) for name, value in values.items())


def _budget(table: TomlTable) -> CrawlBudget:
    stated = {name: table.values[key] for key, name in _BUDGET_KEYS.items() if key in table.values}
    for key, name in _BUDGET_KEYS.items():
        if name in stated and (type(stated[name]) is not int or stated[name] < 1):
            raise table.must_be(key, "a whole number from 1 on")
    return CrawlBudget(**stated)


def _schedule(table: TomlTable) -> Schedule:
    hours, budget = table.values.get("hours"), table.values.get("budget")
    span = re.fullmatch(r"([01]?\d|2[0-4])-([01]?\d|2[0-4])", hours) if isinstance(hours, str) else None
    if hours is not None and (span is None or int(span[1]) % 24 == int(span[2]) % 24):
        raise table.must_be("hours", 'two hours of the day in Beijing, such as "22-6"')
    if budget is not None and (type(budget) is not int or budget < 0):
        raise table.must_be("budget", "a number of pages a day, such as 200")
    within = (int(span[1]) % 24, int(span[2]) % 24) if span else None
    return Schedule(_duration(table, "every"), _duration(table, "full_every"), within, budget)


def _duration(table: TomlTable, key: str) -> timedelta | None:
    value = table.values.get(key)
    if value is None:
        return None
    duration = re.fullmatch(r"([1-9]\d{0,2})\s?([hd])", value) if isinstance(value, str) else None
    if duration is None:
        raise table.must_be(key, 'hours or days in quotes, such as "12h" or "7d"')
    return timedelta(hours=int(duration[1])) if duration[2] == "h" else timedelta(days=int(duration[1]))


def _division_code(table: TomlTable) -> str:
    if "division_code" not in table.values:
        return ""
    code = table.text("division_code")
    if not re.fullmatch(r"[0-9]{6}", code):
        raise table.must_be("division_code", "six digits in quotes (GB/T 2260)")
    if not province_of(code):
        raise table.wrong(f"division_code = {code!r} is in no province: none has codes that begin {code[:2]}")
    return code


def _doubts(code: str, name: str) -> Iterator[str]:
    """Yield why a code may not be the portal's. Names change, and codes come and go: none of it is an error."""
    division = divisions().get(code)
    if division and division.is_named_in(name):
        return
    named = [other.place for other in named_in(name, code)[:_MOST_NAMED]]
    perhaps = f"; by its name the portal may be {' or '.join(named)}" if named else ""
    if not code:
        yield f"is missing: the site can't say which county's portal this is{perhaps}"
    elif division:
        yield f"is {division.place}, which does not occur in name = {name!r}{perhaps}"
    else:
        yield f"is not among the codes of 2020 and 2021: right only if it is older or newer{perhaps}"


def _catalogs(table: TomlTable, home: str) -> tuple[CatalogOfPortal, ...]:
    entries = table.values.get("catalogs")
    if not isinstance(entries, list) or not entries:
        raise table.wrong("needs at least one [[catalogs]] with title and url")
    catalogs: list[CatalogOfPortal] = []
    for entry in _entries(table, "catalogs", entries):
        if not isinstance(entry.values, dict):
            raise entry.wrong("must be a table")
        entry.refuse_unknown(_CATALOG_KEYS)
        title = entry.text("title")
        kind = entry.text("kind") if "kind" in entry.values else kind_of(title)
        entry.require_known("kind", [kind], KINDS)
        url = _address(entry, "url", base=home)
        if any(url == catalog.url for catalog in catalogs):
            raise entry.wrong(f"url = {url!r} is there twice")
        catalogs.append(CatalogOfPortal(kind, title, url))
    return tuple(catalogs)


def _entries(table: TomlTable, key: str, entries: Iterable[Any]) -> list[TomlTable]:
    return [replace(table, values=entry, where=f"{table.where}: [[{key}]] {n}") for n, entry in enumerate(entries, 1)]


def _agencies(table: TomlTable) -> tuple[Stated, ...]:
    values = table.values.get("agencies", [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise table.wrong("agencies must be tables: [[agencies]] with name")
    entries = _entries(table, "agencies", values)
    stated = tuple(map(_agency, entries))
    claimed: set[str] = set()
    for entry, agency in zip(entries, stated, strict=True):
        for name in (agency.name, *agency.aliases):
            if name in claimed:
                raise entry.wrong(f"{name!r} is already a name of an agency")
            claimed.add(name)
        others = {other.name for other in stated if other is not agency}
        if agency.successor is not None and agency.successor not in others:
            raise entry.wrong(f"successor = {agency.successor!r} is not the name of another [[agencies]] here")
    return stated


def _agency(entry: TomlTable) -> Stated:
    entry.refuse_unknown(_AGENCY_KEYS)
    aliases = entry.values.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(name, str) and name.strip() for name in aliases):
        raise entry.must_be("aliases", "a list of names in quotes")
    budget_unit = entry.flag("budget_unit")
    texts = {key: entry.text(key) for key in ("type", "prefix", "successor") if key in entry.values}
    entry.require_known("type", [texts.get("type", TYPES[0])], TYPES)
    return Stated(entry.text("name"), tuple(alias.strip() for alias in aliases), budget_unit=budget_unit, **texts)


def _address(table: TomlTable, key: str, base: str = "") -> str:
    url = table.text(key)
    with suppress(ValueError):  # a host that can't be one
        url = urljoin(base, url)
    if not is_on_the_web(url):
        raise table.wrong(f"{key} = {url!r} must be an http or https address")
    return url
