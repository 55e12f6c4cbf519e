"""The request that an address of the search page makes, addresses of other requests, and the search that it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from archive.database.several import Readable
from archive.labels.code_labels import KINDS, STATES
from archive.labels.label import LABELS, labels_under
from archive.model.divisions import divisions
from archive.search import engine
from archive.search.query import LONGEST_QUERY, Query, parse
from archive.search.widening import widened

PAGE_SIZE = 50
LAST_PAGE = 200
"""No further: whoever reads ten thousand hits wants filters, or an export."""

GONE = "gone"
STATE_CHOICES = STATES | {GONE: LABELS["choice.gone"]}
"""Choices of the filter by state: each state, or not being listed any more."""

FILTERS = labels_under("filter")
"""Filters that narrow a search, with their labels."""

EXACT = "yes"
"""Value of `exact` that leaves out other words than those typed."""

PLACE = re.compile(r"(?:[0-9]{2}){1,3}")
"""The code of a division, or its first digits: 64 is a province, 6403 a prefecture, 640324 a county."""

DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
"""A year, a month or a day: 2017, 2017-05, 2017-05-02."""

_WITHIN = "SELECT id FROM portals WHERE substr(division_code, 1, length(:place)) = :place"

_NAMES = {"words": "q", "since": "from", "until": "to", "database": "db"}
"""Names of parameters in the address, where they differ from those of fields."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A request to the search page; an empty field requests nothing.

    `facet`: the one to show all values of. `ignored`: what the address says that can't be understood.
    """

    words: str = ""
    portal: str = ""
    place: str = ""
    kind: str = ""
    publisher: str = ""
    since: str = ""
    until: str = ""
    state: str = ""
    files: str = ""
    exact: str = ""
    sort: str = ""
    page: int = 1
    database: str = ""
    facet: str = ""
    ignored: tuple[str, ...] = ()

    def filters(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def address(self, **changes: str | int) -> str:
        """Return the query string of this request, with some of it changed;
        of its first page, unless `changes` name another.
        """
        values = {name: getattr(self, name) for name in ("words", *FILTERS, "exact", "sort", "database")}
        values |= {"page": 1, **changes}
        return urlencode({_NAMES.get(name, name): value for name, value in values.items() if value not in {"", 1}})


def parse_request(arguments: Mapping[str, str], database: str = "") -> SearchRequest:
    """Return the request that the arguments of an address make. Whatever they are, there is one."""
    stated = {
        name: arguments.get(_NAMES.get(name, name), "").strip()[:200]
        for name in (*FILTERS, "exact", "sort", "facet", "page")
    }
    known = {
        "kind": KINDS.keys(),
        "state": STATE_CHOICES.keys(),
        "files": {"yes"},
        "exact": {EXACT},
        "sort": {"newest"},
        "facet": set(engine.FACETS),
    }
    ignored = [name for name, values in known.items() if stated[name] and stated[name] not in values]
    forms = {"since": DATE, "until": DATE, "place": PLACE}
    ignored += [name for name, form in forms.items() if stated[name] and not form.fullmatch(stated[name])]
    not_understood = tuple(f"{_NAMES.get(name, name)}={stated.pop(name)}" for name in ignored)
    page = stated.pop("page")
    number = int(page) if re.fullmatch(r"[0-9]{1,3}", page) and 1 <= int(page) <= LAST_PAGE else 1
    words = arguments.get("q", "").strip()[:LONGEST_QUERY]
    return SearchRequest(words=words, **stated, page=number, database=database, ignored=not_understood)


def resolved(connection: Readable, requested: SearchRequest, portals: Mapping[str, str]) -> engine.Search:
    """Return the requested search. A portal may be named by a part of its name, a publisher by words in its name."""
    chosen = [requested.portal] if requested.portal in portals else _named(requested.portal, portals)
    if requested.place:
        within = {row[0] for row in connection.execute(_WITHIN, {"place": requested.place})}
        chosen = [each for each in chosen if each in within]
    states = ("unlisted", "withdrawn") if requested.state == GONE else (requested.state,)
    filters = engine.Filters(
        portals=tuple(chosen or ["-"]) if requested.portal or requested.place else (),
        kind=requested.kind,
        since=requested.since or None,
        until=requested.until or None,
        states=tuple(filter(None, states)),
        files=bool(requested.files),
    )
    filters = engine.of_publisher(connection, filters, requested.publisher)
    return engine.Search(query_of(connection, requested), filters, newest=requested.sort == "newest")


def _named(part: str, portals: Mapping[str, str]) -> list[str]:
    """Return the portals in whose names `part` stands."""
    return [portal for portal, name in portals.items() if part in name]


def place_name(code: str) -> str:
    """Return the name of the division with a code or, of a part of one, of the division whose codes begin so;
    the code where none is known.
    """
    division = divisions().get(f"{code:0<6}")
    return division.name if division else code


def query_of(connection: Readable, requested: SearchRequest) -> Query | None:
    """Return the requested words, with other words for them unless these are not wanted; None where there are none."""
    if not requested.words:
        return None
    query = parse(requested.words)
    return query if requested.exact else widened(connection, query)
