"""The search page: words and filters, what is found line by line with the words marked, and how it divides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice

from datasette.utils.asgi import Request, Response

from archive.database.portal_rows import portal_names
from archive.database.several import Readable
from archive.database.time_limit import within
from archive.labels.code_labels import KINDS, STATES
from archive.labels.label import LABELS, Label
from archive.labels.tables import HEADINGS, column_label
from archive.model.clock import today
from archive.search import engine
from archive.search.completion import completions
from archive.search.index import is_current
from archive.search.meant import FEW
from archive.search.query import Query
from archive.search.request import (
    EXACT,
    FILTERS,
    LAST_PAGE,
    PAGE_SIZE,
    STATE_CHOICES,
    SearchRequest,
    parse_request,
    place_name,
    resolved,
)
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import RequestContext, context_of_all
from archive.web.views.cells import cut
from archive.web.views.example_searches import RECORDS, example_searches
from archive.web.views.histogram import Histogram, histogram, recent
from archive.web.views.hit_lines import Hit, folded, hit_lines
from archive.web.views.suggestions import Suggestion, hints, in_words, suggestions

TIME_LIMIT_MS = 2000
"""For finding, counting and dividing each; what takes longer is reported as too slow."""

HELP_LIMIT_MS = 500
"""For finding what to try where few or nothing is found, and for its first hits."""

COMPLETION_LIMIT_MS = 200
"""For finding ways to go on from what is typed."""

LONGEST_LABEL = 30
"""Characters of a facet's value that are shown."""

HAS = LABELS["narrowed.name_has"]

INSTEAD = 10
"""Hits of the first suggestion that are shown where nothing is found."""

MOST_SUGGESTIONS, MOST_HINTS = 8, 3
"""Suggestions where few or nothing is found, and filters named by words, that are shown."""

MOST_VALUES, MOST_ON_REQUEST = 60, 2000
"""Values of a facet that are shown, and of the one of which all are asked for."""

MOST_PORTALS = 120
"""With more portals than these, a county's name is typed and not chosen."""


_WAITING = "SELECT count(*) FROM unindexed"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: how many hits have it, and the address that narrows to it, or no longer does."""

    label: Label | str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """Hits divided by one thing. `left_out`: values that are not shown; `address`: the query string that shows all.
    `whole`: all were asked for.
    """

    label: Label
    values: tuple[Value, ...]
    left_out: int
    address: str
    whole: bool


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Contents of the page.

    `found`: how many hits it has, those folded counted. `total` and `facets`: None where counting took too long.
    `step`: see `engine.HitCounts`. `narrowed`: the filters that are set, each with its value and the address without
    it. `also`: words that were searched for besides those typed. `suggestions`: what finds more, where few or nothing
    is found; `instead`: hits of the first of them. `hints`: filters that words name. `completions`: ways to go on from
    the words. `examples`: searches to begin with, where there are no words or nothing helps those there are.
    `waiting`: records that a crawl under way has read and that no search finds yet. `slow`: nothing could be found in
    time. `outdated`: the index is of another version.
    """

    portals: Mapping[str, str]
    in_words: Label | None = None
    total: int | None = None
    found: int = 0
    hits: tuple[Hit, ...] = ()
    histogram: Histogram | None = None
    recent: tuple[tuple[Label, str], ...] = ()
    facets: tuple[Facet, ...] | None = None
    step: int = 1
    narrowed: tuple[tuple[Label, Label | str, str], ...] = ()
    also: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    instead: tuple[Hit, ...] = ()
    hints: tuple[Suggestion, ...] = ()
    completions: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    waiting: int = 0
    slow: bool = False
    outdated: bool = False

    @property
    def pages(self) -> int:
        """Number of pages that can be turned to."""
        return LAST_PAGE if self.total is None else min(-(-self.total // PAGE_SIZE), LAST_PAGE)

    @property
    def are_cut(self) -> bool:
        """Whether there are more hits than can be turned to."""
        return (self.total or 0) > LAST_PAGE * PAGE_SIZE

    def go_on_after(self, page: int) -> bool:
        """Return whether there is a page after this one, which is the page of `found`."""
        return self.found == PAGE_SIZE and page < self.pages

    @property
    def is_hurried(self) -> bool:
        """Whether something took too long: it may be found in time at the next request,
        so nobody should keep this answer.
        """
        return self.total is None or (self.total > 0 and self.facets is None)


async def answer(datasette: Datasette, request: Request) -> Response:
    """The answer to a request for the search page."""
    name = request.args.get("db")
    context = await context_of_all(datasette, request, name if name in archives(datasette) else "")
    requested = parse_request(request.args, context.database if context.named else "")
    results = await context.db.execute_fn(partial(find, requested=requested))
    response = await context.render(
        "search.html",
        results=results,
        requested=requested,
        address=context.address,
        here=datasette.urls.path("/-/search"),
        kinds=KINDS,
        states=STATE_CHOICES,
        filters=FILTERS,
        choose_portal=len(results.portals) <= MOST_PORTALS,
        last_page=LAST_PAGE,
        page_size=PAGE_SIZE,
        exact=EXACT,
    )
    if results.is_hurried:
        response.headers["Cache-Control"] = "no-store"
    return response


async def complete(context: RequestContext) -> Response:
    """Answer with ways to go on from what is typed so far, as a list of JSON; none where they aren't found in time."""
    typed = context.request.args.get("q") or ""
    texts = await context.db.execute_fn(partial(_completions, typed=typed))
    return Response.json(texts or [])


def _completions(connection: Readable, typed: str) -> list[str] | None:
    if not is_current(connection):
        return None
    return within(connection, COMPLETION_LIMIT_MS, lambda: completions(connection, typed))


def find(connection: Readable, requested: SearchRequest) -> SearchResults:
    """Return the contents of the page, read through `connection`."""
    portals = portal_names(connection)
    if not is_current(connection):
        return SearchResults(portals, outdated=True)
    search = resolved(connection, requested, portals)
    limited = partial(within, connection, TIME_LIMIT_MS)
    ids = limited(lambda: engine.first(connection, search, PAGE_SIZE, (requested.page - 1) * PAGE_SIZE))
    months = limited(lambda: engine.by_month(connection, search)) if ids is not None else None
    total = months.total() if months is not None else None
    division = limited(lambda: engine.divide(connection, search, total)) if total else None
    tries = []
    if total is not None and total <= FEW:
        tries = _in_time(connection, suggestions(connection, requested, search, portals, total), MOST_SUGGESTIONS)
    begins = not requested.words or (total == 0 and not tries)
    named = _in_time(connection, hints(connection, requested, search.query or Query(), portals), MOST_HINTS)
    return SearchResults(
        portals,
        in_words=in_words(search.query),
        histogram=histogram(months or {}, requested),
        recent=tuple(recent(requested, today())),
        total=total,
        found=len(ids or ()),
        hits=folded(hit_lines(connection, ids or [], search.query or Query())),
        facets=tuple(_facets(division, requested, portals)) if division else None,
        step=division.step if division else 1,
        narrowed=tuple(_narrowed(requested, search, portals)),
        also=search.query.also if search.query else (),
        suggestions=tuple(tries),
        hints=tuple(named),
        completions=tuple(_completions(connection, requested.words) or ()),
        examples=example_searches(connection.execute(RECORDS).fetchall()) if begins else (),
        waiting=sum(waiting for (waiting,) in connection.execute(_WAITING)),
        instead=_instead(connection, tries[0], portals) if tries and not total else (),
        slow=ids is None,
    )


def _in_time(connection: Readable, suggested: Iterator[Suggestion], most: int) -> list[Suggestion]:
    """Return the first suggestions, as many of them as are found in time."""
    taken: list[Suggestion] = []

    def take() -> None:
        for each in islice(suggested, most):
            taken.append(each)  # noqa: PERF402 - when the time is over, those found stay

    within(connection, HELP_LIMIT_MS, take)
    return taken


def _instead(connection: Readable, suggestion: Suggestion, portals: Mapping[str, str]) -> tuple[Hit, ...]:
    """Return the first hits of a suggestion."""
    search = resolved(connection, suggestion.request, portals)
    ids = within(connection, HELP_LIMIT_MS, lambda: engine.first(connection, search, INSTEAD))
    return hit_lines(connection, ids or [], search.query or Query())


def _narrowed(
    requested: SearchRequest, search: engine.Search, portals: Mapping[str, str]
) -> Iterator[tuple[Label, Label | str, str]]:
    """The filters that are set, and the archive where one of several is searched:
    label, value in words, the address without it.
    """
    if requested.database:
        yield HEADINGS["archive"], requested.database, requested.address(database="")
    for name, value in requested.filters().items():
        shown: Label | str = value
        if name == "portal":
            shown = portals.get(value, HAS.format(value=value))
        elif name == "place":
            shown = place_name(value)
        elif name == "publisher" and search.filters.publisher_has:
            shown = HAS.format(value=value)
        elif name in {"kind", "state"}:
            shown = {**KINDS, **STATE_CHOICES}[value]
        elif name == "files":
            shown = LABELS["narrowed.has_files"]
        yield FILTERS[name], shown, requested.address(**{name: ""})


# --- how the hits divide ---


def _facets(division: engine.HitCounts, requested: SearchRequest, portals: Mapping[str, str]) -> Iterator[Facet]:
    """The facets by which the hits differ, or are narrowed."""
    labels = {"kind": KINDS, "state": STATES}
    for name, counts in division.counts.items():
        most = MOST_ON_REQUEST if requested.facet == name else MOST_VALUES
        common = sorted(counts.items(), reverse=True)[:most] if name == "year" else counts.most_common(most)
        values = []
        for value, count in common:
            label = labels[name][value] if name in labels else cut(portals.get(value, value), LONGEST_LABEL)
            values.append(_value(name, value, label, count * division.step, requested))
        if len(values) > 1 or any(value.chosen for value in values):
            left_out = len(counts) - len(values)
            whole = requested.facet == name
            yield Facet(column_label("records", name), tuple(values), left_out, requested.address(facet=name), whole)


def _value(name: str, value: str, label: Label | str, count: int, requested: SearchRequest) -> Value:
    if name == "year":
        chosen = requested.since == requested.until == value
        changes = dict.fromkeys(("since", "until"), "" if chosen else value)
    else:
        chosen = getattr(requested, name) == value
        changes = {name: "" if chosen else value}
    return Value(label, count, requested.address(**changes), chosen)
