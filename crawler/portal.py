"""Portal files: one TOML for each portal, checked so that a slip is an error that names file and key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.divisions import divisions, named_in, province_of
from crawler.families import FAMILIES
from crawler.kinds import KINDS, kind_of

PORTALS = Path(__file__).parent / "portals"

_PORTAL_KEYS = ("id", "name", "division_code", "home", "family", "checked", "catalogs")
_CATALOG_KEYS = ("title", "url", "kind")


class PortalFileError(ValueError):
    """A portal file that can't be used; the message is one line with file and key."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One catalogue: `kind` of KINDS, `title` as the portal prints it, `url` of its first list page, absolute."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal: `division_code` is GB/T 2260, six digits; `checked` the day a person last saw it work on the live site.

    `doubts`: what may be wrong with the file, each in one line that names file and key.
    """

    id: str
    name: str
    division_code: str
    home: str
    catalogs: tuple[Catalog, ...]
    family: str | None = None
    checked: date | None = None
    doubts: tuple[str, ...] = ()


def load(path: Path) -> Portal:
    """The portal that the file at `path` describes. Raises PortalFileError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PortalFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PortalFileError(f"{path}: is not valid TOML: {error}") from error
    return _portal(path, data)


def find(name: str) -> Path:
    """The file of the portal called `name`: an id of a packaged portal, or a file's path. Raises PortalFileError."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    packaged = PORTALS / f"{name}.toml"
    if not packaged.is_file():
        known = ", ".join(sorted(file.stem for file in PORTALS.glob("*.toml")))
        raise PortalFileError(f"no portal {name!r}: give a portal file's path, or one of {known}")
    return packaged


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
    return Portal(identity, name, code, home, _catalogs(path, data, home), family, checked, doubts)


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
    url = urljoin(base, _text(path, table, key, where))
    if not re.match(r"https?://[^/\s]+", url):
        raise PortalFileError(f"{path}: {where}{key} = {url!r} must be an http or https address")
    return url
