"""Two captures of a page side by side, /-/compare?before=ID&after=ID, and a calendar of all captures of that page."""

import re
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datasette.utils.asgi import BadRequest, NotFound, Response

from archive.labels.label import LABELS, Label, labels_under
from archive.labels.language import say
from archive.labels.when import beijing
from archive.web.evidence.comparison import compared
from archive.web.http.errors import NOTHING_HERE, missing
from archive.web.http.request_context import RequestContext, Row, number
from archive.web.views.capture_frame import Archived, holder_of, registered

MOST_CAPTURES = 1000
"""Captures of a page that its calendar shows, the last ones, …"""

MOST_MONTHS = 36
"""… in so many months."""

MOST_A_DAY = 4
"""Captures of one day that are shown one by one."""

_CAPTURE = re.compile(r"[0-9]{1,18}")

_WEEKS = Calendar()  # from Monday on, as in China


@dataclass(frozen=True, slots=True)
class CalendarCapture:
    """One capture in the calendar. `time`: of the day; `address`: of its comparison;
    `chosen`: it is one of those compared.
    """

    time: str
    outcome: Label
    code: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar (`number` 0: of another month), its captures, and how many more there are."""

    number: int
    captures: tuple[CalendarCapture, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month with captures, week by week. `name`: 2026-11."""

    name: str
    weeks: tuple[tuple[CalendarDay, ...], ...]


async def page(context: RequestContext) -> Response:
    """The page. Where one side is not named, it is the capture next to the other one."""
    chosen = await _chosen(context)
    if chosen is None:
        raise NotFound(NOTHING_HERE)
    whole, before, after = chosen
    sources = await context.db.execute_fn(lambda connection: [holder_of(connection, row) for row in (before, after)])
    comparison, why_not = await compared(context.db, *sources)
    return await context.render(
        "compare.html",
        database=context.database,
        whole=whole,
        sides=(before, after),
        comparison=comparison,
        why_not=why_not,
        months=calendar(context, whole.same, before, after),
        weekdays=[say(day.zh[-1:], day.en[:3]) for day in labels_under("weekday").values()],
        here=context.absolute(context.address("compare", before=before["id"], after=after["id"])),
    )


async def _chosen(context: RequestContext) -> tuple[Archived, Row, Row] | None:
    """Return what is known of the page, and the captures to be compared, the earlier one first;
    None where there is none.

    Raises BadRequest where they are no two captures of one page.
    """
    names = "before", "after"
    numbers = [number(context, name, _CAPTURE) for name in names]
    if numbers == [None, None]:
        raise missing(*names)
    named = next(each for each in reversed(numbers) if each is not None)
    whole = await context.db.execute_fn(lambda connection: registered(connection, named, MOST_CAPTURES))
    if whole is None:
        return None
    captures = {row["id"]: row for row, _ in whole.same} | {whole.row["id"]: whole.row}
    rows = [
        captures.get(each) if each is not None else _neighbour(captures, named, place)
        for place, each in enumerate(numbers)
    ]
    if None in rows:
        raise BadRequest(NOT_OF_ONE_PAGE)
    before, after = sorted(filter(None, rows), key=lambda row: (row["fetched_at"], row["id"]))
    return whole, before, after


NOT_OF_ONE_PAGE = LABELS["error.not_one_page"]


def _neighbour(captures: Mapping[int, Row], number: int, place: int) -> Row:
    """The last capture before the one of this number that shows something else (`place` 0), or the first after it."""
    ordered = sorted(captures.values(), key=lambda row: (row["fetched_at"], row["id"]))
    at = next(index for index, row in enumerate(ordered) if row["id"] == number)
    others = list(reversed(ordered[:at])) if place == 0 else ordered[at + 1 :]
    own = captures[number]
    return next((row for row in others if row["bytes"] and row["sha256"] != own["sha256"]), next(iter(others), own))


def calendar(
    context: RequestContext, captures: Iterable[tuple[Row, Label]], before: Row, after: Row
) -> tuple[Month, ...]:
    """Return the months with captures, the last first, each capture leading to its comparison with one of the two."""
    by_month: dict[str, dict[int, list[CalendarCapture]]] = defaultdict(lambda: defaultdict(list))
    for row, outcome in sorted(captures, key=lambda each: (each[0]["fetched_at"], each[0]["id"])):
        day, _, time = beijing(row["fetched_at"]).partition(" ")
        pair = (before["id"], row["id"]) if row["fetched_at"] > before["fetched_at"] else (row["id"], after["id"])
        address = context.address("compare", before=pair[0], after=pair[1])
        is_chosen = row["id"] in {before["id"], after["id"]}
        by_month[day[:7]][int(day[8:])].append(CalendarCapture(time, outcome, row["outcome"], address, is_chosen))
    names = sorted(by_month, reverse=True)[:MOST_MONTHS]
    return tuple(_month(name, by_month[name]) for name in names)


def _month(name: str, captures: Mapping[int, list[CalendarCapture]]) -> Month:
    weeks = _WEEKS.monthdayscalendar(int(name[:4]), int(name[5:]))
    return Month(name, tuple(tuple(_day(number, captures.get(number, [])) for number in week) for week in weeks))


def _day(number: int, captures: list[CalendarCapture]) -> CalendarDay:
    shown = [each for each in captures if each.chosen] + [each for each in captures if not each.chosen]
    shown = sorted(shown[:MOST_A_DAY], key=lambda each: each.time)
    return CalendarDay(number, tuple(shown), max(0, len(captures) - MOST_A_DAY))
