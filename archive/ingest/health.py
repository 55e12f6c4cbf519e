"""Health of portals: a state, the reason, and what a person should do next, from the last crawl compared with earlier ones.

States, the gravest first: `failing` (our own errors), `down`, `blocked`, `changed_layout`, `stale` (nobody crawled), `slow`,
`silent`, `well`; `never_checked` before any crawl came to its end. A fault that was there in the very first crawl is how the
portal is made, and no change. docs/states.md shows what each fault is told as.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from archive.database import portal_rows
from archive.database.former_hosts import host_given_up
from archive.database.portal_changes import retired
from archive.ingest.alarm import pages_beside
from archive.model.clock import beijing_day, moment, text
from archive.model.printable import quantity

NEVER_CHECKED, FAILING, DOWN, BLOCKED, LAYOUT, STALE, SLOW, SILENT, WELL = STATES = (
    "never_checked", "failing", "down", "blocked", "changed_layout", "stale", "slow", "silent", "well",
)  # fmt: skip

USUAL_RHYTHM = timedelta(days=3)
"""The time between two crawls of a portal of which nobody says another."""

OVERDUE = 2
"""A portal is stale when nobody crawled it for so many times its rhythm."""

BROKEN_OFF = 3
"""So many crawls that broke off, one after the other, are no accident."""

WRONG_CLOCK = "the clock was wrong"
"""The beginning of the problem of a crawl whose own date is wrong."""

CLOCK_SLACK = timedelta(minutes=5)
"""A crawl dated later than this from now was begun by a wrong clock, or the clock is wrong now."""

COMPARED = 5
"""So many earlier crawls say, by their median, what is usual; fewer than LEAST_PAST say nothing."""

LEAST_PAST = 3
MUCH = 3
"""A portal is slow at so many times its usual seconds for an answer, or its usual share of answers that fail."""

LEAST_FAILED, LEAST_GONE = 3, 10
MOST = 0.5
"""A portal of whose pages a larger share than this can't be read, as they could before, is slow, though its lists can."""
FAILING_SHARE = 0.1
"""From this share of its answers on, pages on which our own code failed are more than odd ones."""

_ENDED = "outcome IN ('finished', 'incomplete', 'blocked', 'unsure')"
"""A crawl that its operator, a kill or our own archive ended says nothing of the portal."""

# Silence is a problem only in the first crawls that notice it; it lasts until the catalogue has something new. A crawl that a clock
# dated which stood ahead took it for longer than it was.
_CRAWLS = f"""
    SELECT c.id, c.started_at, c.outcome, unixepoch(c.finished_at) - unixepoch(c.started_at) AS seconds,
           (SELECT total(pages_read) FROM ledger WHERE crawl_id = c.id) AS pages,
           (SELECT count(*) FROM captures WHERE crawl_id = c.id) AS answers,
           (SELECT count(DISTINCT url) FROM captures WHERE crawl_id = c.id) AS addresses,
           (SELECT total(count) FROM problems WHERE crawl_id = c.id AND kind IN ('unreachable', 'cut', 'http_error')) AS failed,
           (SELECT p.message FROM crawls e JOIN problems p ON p.crawl_id = e.id AND p.kind = 'nothing_new'
            JOIN catalogs k ON k.portal = e.portal AND k.url = p.url
            WHERE e.portal = c.portal AND e.id <= c.id AND e.started_at <= c.started_at
              AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.catalog_id = k.id AND l.first_seen > p.last_at)
            ORDER BY p.id DESC LIMIT 1) AS silent
    FROM crawls c WHERE c.portal = ? AND c.id <= ? AND {_ENDED} ORDER BY c.id DESC LIMIT ?
"""  # noqa: S608 - constant
_PROBLEMS = f"""
    SELECT p.kind, p.url, p.message, (SELECT title FROM catalogs WHERE portal = ?1 AND url = p.url) AS catalog,
           EXISTS (SELECT 1 FROM problems f WHERE f.kind = p.kind AND f.url = p.url AND f.crawl_id = (
               SELECT min(id) FROM crawls WHERE portal = ?1 AND {_ENDED})) AS ever
    FROM problems p WHERE p.crawl_id = ?2 ORDER BY p.id
"""  # noqa: S608 - constant

# Lists that a full crawl left midway, and that an earlier one read to their end.
_LEFT_MIDWAY = """
    SELECT k.title FROM ledger l JOIN catalogs k ON k.id = l.catalog_id JOIN crawls w ON w.id = l.crawl_id
    WHERE w.id = ? AND w.mode = 'full' AND w.outcome = 'incomplete' AND l.pages_read AND NOT l.complete
      AND EXISTS (SELECT 1 FROM ledger e WHERE e.catalog_id = l.catalog_id AND e.complete AND e.crawl_id < l.crawl_id)
    ORDER BY k.id
"""

# Of crawls whose clock had fallen back the last one began before others by its date.
_LAST_BEGUN = "SELECT max(started_at) FROM crawls WHERE portal = ?1 AND (?2 IS NULL OR started_at <= ?2)"

_MISREAD = (
    "layout_changed", "list_without_rows", "fields_missing", "fields_drifted", "list_short", "list_shrunk", "pages_missing",
    "pages_repeat", "garbled",
)  # fmt: skip
_CUT = ("cut", "page_cut")
_MOVED = ("off_site", "led_off_site", "redirected_home")
_IN_TROUBLE = ("unreachable", "not_a_page", "http_error", "redirect_loop", "too_large", "robots")
"""Kinds of what a server answers, or doesn't, where a page would be: no redesign."""

_SENT_ELSEWHERE = "(?:way on to|sent on to another site|notice that the site has moved)"
"""Words of pages that are none, where the page may stand somewhere else."""

_PROBE = "`disclosures probe {home}` shows where the catalogues are now and drafts a portal file"
_READ_AGAIN = "open the list beside `disclosures probe {url}`; if the portal is read wrongly, its family or our code needs mending"
_LOOK_BESIDE = f"{_READ_AGAIN}; if the portal itself states no more, write the day into its file (`checked`)"
_ASKED_AGAIN = "it is asked again within hours, then ever more rarely; open its home page in a browser: {home}"
_MOVED_TO_NOBODY = "the portal may be moving: look in a browser where {home} leads; once it answers there, tell `disclosures portals move`"
_GIVEN_UP = "{} records stand at {}, where the portal stood before; nothing of them can be had there"
_ONE_OF_BOTH = "if the portal has moved for good, `disclosures portals move {portal} {home} --host {host}` makes one of what was crawled at both hosts"
_LOOP = "open {url} in a browser: where it opens there, the portal wants cookies, which a crawl does not keep; ask its operator"
_PRIVATE = "where it stands in a private network, `intranet = true` in its portal file says so; else look where {home} leads in a browser"
_SIGN_IN = "open {url} in a browser: where it wants a login there, too, take it out of the portal file, or ask the portal's operator"
_LOOK_AT_IT = (
    "if it stays so, open it in a browser: {url}; where the catalogues are now, shows `disclosures probe {home}`"
)
_FORBIDDEN = "nothing is asked for while it does: ask the portal's operator, who knows you by DISCLOSURES_CONTACT"
_OPEN_ONE = "if it stays so, open one of them in a browser: the table problems names them"
_DOCTOR = "`disclosures doctor` says what is wrong here; crawl.log beside the archive says more"
_OURS = "our own code needs mending: crawl.log beside the archive has the details"
_TIMER = "see that `disclosures crawl --due` is run: `systemctl list-timers 'disclosures-*'`, or cron; or take its portal file away"


@dataclass(frozen=True, slots=True)
class _Rule:
    """The meaning of a problem of one of these kinds (all, if none is named) whose message holds `words`, a pattern."""

    kinds: tuple[str, ...]
    words: str
    state: str
    step: str
    reason: str = "{}"


_NO_ANSWER = ("unreachable", "robots")
_BEFORE_REFUSALS = (
    _Rule((), "TLS that was given up", DOWN, "`old_tls = true` in its portal file speaks it, too"),
    _Rule((), "plain HTTP", DOWN, "where its pages open so in a browser, write http:// in its portal file in place of https://"),
    _Rule(("robots",), "forbids", BLOCKED, _FORBIDDEN),
    _Rule(
        ("robots",), "it answered", DOWN, f"{_ASKED_AGAIN}; if that opens, tell the portal's operator of its robots.txt",
        "{}, which RFC 9309 takes for a no",
    ),
)  # fmt: skip
"""Causes graver than a refusal, where no list could be read."""

_NOTHING_READ = (
    _Rule(("over_budget",), "", DOWN, _ASKED_AGAIN),
    _Rule((*_NO_ANSWER, "not_global"), " leads to [^ ,]+: ", DOWN, _MOVED_TO_NOBODY),
    _Rule(("redirect_loop", "robots"), "is sent (round|on) ", DOWN, _LOOP),
    _Rule(_NO_ANSWER, "no such host", DOWN, f"has it moved? {_PROBE}"),
    _Rule((*_NO_ANSWER, "cut"), "", DOWN, _ASKED_AGAIN),
    _Rule(("not_global",), "", DOWN, _PRIVATE),
    _Rule(_MOVED, "", LAYOUT, f"the portal may have moved: {_PROBE}"),
    _Rule(("http_error",), "answered 5", DOWN, _ASKED_AGAIN),
    _Rule(("not_a_page",), f"^(?!.*{_SENT_ELSEWHERE})", DOWN, _ASKED_AGAIN),
    _Rule(("not_found", "not_a_page"), "", LAYOUT, _PROBE, "the lists are not where they were: {}"),
    _Rule((*_MISREAD, "page_cut"), "", LAYOUT, _READ_AGAIN),
    _Rule(("reading_failed",), "", FAILING, _OURS),
)
"""The other causes, the gravest first."""


@dataclass(frozen=True, slots=True)
class Health:
    """`reason` and `next_step`: one plain line each, the latter empty where nothing is to be done. `crawled_at`: of the crawl it is derived from."""

    portal: str
    name: str
    state: str
    reason: str
    next_step: str = ""
    crawl_id: int | None = None
    crawled_at: str | None = None

    @property
    def label(self) -> str:
        """The portal and its name; the name alone where it is the archive itself."""
        return f"{self.portal} {self.name}" if self.portal else self.name


@dataclass(frozen=True, slots=True)
class _Problem:
    kind: str
    url: str
    message: str
    catalog: str | None
    ever: bool


def health(
    connection: sqlite3.Connection, now: datetime | None = None, rhythms: Mapping[str, timedelta | None] | None = None
) -> list[Health]:
    """Return the health of each portal that is watched, the gravest first. Raises sqlite3.Error.

    `now`: with it, portals that nobody crawls are stale. `rhythms`: how often each is to be crawled, None: not at all;
    USUAL_RHYTHM for one that is not among them.
    """
    portals = connection.execute("SELECT id, name FROM portals ORDER BY id").fetchall()
    waits, unwatched = rhythms or {}, retired(connection)
    return in_order(
        _of_portal(connection, portal, name, now, waits.get(portal, USUAL_RHYTHM))
        for portal, name in portals
        if portal not in unwatched
    )


def in_order(states: Iterable[Health]) -> list[Health]:
    """The gravest first, portals that were never checked last."""
    return sorted(states, key=lambda each: (each.state == NEVER_CHECKED, STATES.index(each.state)))


def _of_portal(
    connection: sqlite3.Connection, portal: str, name: str, now: datetime | None, rhythm: timedelta | None
) -> Health:
    last = connection.execute(
        "SELECT id, started_at, outcome FROM crawls WHERE portal = ? ORDER BY id DESC LIMIT 1", (portal,)
    ).fetchone()
    if last is None:
        return Health(portal, name, NEVER_CHECKED, "no crawl has come to its end yet", "run `disclosures crawl --due`")
    crawl_id, started_at, _ = last
    if now and moment(started_at) > now + CLOCK_SLACK:
        ahead = f"its last crawl is dated {started_at}, which is still to come: the clock was wrong then, or is now"
        return Health(portal, name, FAILING, ahead, _DOCTOR, crawl_id, started_at)
    known = _failing(connection, portal, name, *last)
    known = known or _by_last_end(connection, portal, name)
    begun = connection.execute(_LAST_BEGUN, (portal, text(now + CLOCK_SLACK) if now else None)).fetchone()[0]
    since = now - moment(begun) if now else timedelta(0)
    if rhythm is None or since <= OVERDUE * rhythm:
        return known
    was = "" if known.state == WELL else f"; it was {known.state.replace('_', ' ')} then: {known.reason}"
    overdue = f"nobody has crawled it since {beijing_day(begun)}, for {_in_words(since)}, where every {_in_words(rhythm)} is its rhythm"
    return replace(known, state=STALE, reason=f"{overdue}{was}", next_step=_TIMER)


def _by_last_end(connection: sqlite3.Connection, portal: str, name: str) -> Health:
    """The health by the last crawl that came to an end of which the portal has a say."""
    row = connection.execute(
        f"SELECT id, started_at, health, health_reason, next_step FROM crawls "  # noqa: S608 - constant
        f"WHERE portal = ? AND {_ENDED} ORDER BY id DESC LIMIT 1",
        (portal,),
    ).fetchone()
    if row is None:
        return Health(portal, name, NEVER_CHECKED, "no crawl has come to its end yet", "run `disclosures crawl --due`")
    crawl_id, started_at, *noted = row
    if noted[0] is None:  # a crawl of before this was noted
        noted = _state_of(connection, portal, crawl_id)
    state, reason, next_step = noted
    next_step = "; ".join(filter(None, (next_step, pages_beside(connection, crawl_id, reason))))
    return Health(portal, name, state, reason, next_step, crawl_id, started_at)


def _failing(  # noqa: PLR0913, PLR0917 - the last crawl
    connection: sqlite3.Connection, portal: str, name: str, crawl_id: int, started_at: str, outcome: str | None
) -> Health | None:
    """The health where our own errors ended the last crawls; None where they didn't."""
    clock = connection.execute(
        "SELECT message FROM problems WHERE crawl_id = ? AND kind = 'clock' AND message GLOB ?",
        (crawl_id, f"{WRONG_CLOCK}*"),
    ).fetchone()
    if clock:
        return Health(portal, name, FAILING, clock[0], _DOCTOR, crawl_id, started_at)
    if outcome == "archive_error":
        reason, next_step = _archive_error(connection, crawl_id)
        return Health(portal, name, FAILING, reason, next_step, crawl_id, started_at)
    last = connection.execute(
        "SELECT outcome FROM crawls WHERE portal = ? AND id <= ? ORDER BY id DESC LIMIT ?",
        (portal, crawl_id, BROKEN_OFF + 1),
    ).fetchall()
    past = [each for (each,) in last][outcome is None :]  # the last one may be under way
    if len(past) < BROKEN_OFF or any(each != "interrupted" for each in past[:BROKEN_OFF]):
        return None
    killed = f"its last {BROKEN_OFF} crawls broke off: something kills them, such as too little memory (`MemoryMax=`), or time"
    return Health(portal, name, FAILING, killed, _DOCTOR, crawl_id, started_at)


def _archive_error(connection: sqlite3.Connection, crawl_id: int) -> tuple[str, str]:
    """The reason and next step of a crawl that could not begin, or was given up, for the archive could not be written."""
    row = connection.execute(
        "SELECT message FROM problems WHERE crawl_id = ? AND kind = 'archive_error' ORDER BY id DESC LIMIT 1",
        (crawl_id,),
    ).fetchone()
    return row[0] if row else "the archive could not be written", _DOCTOR


def note(connection: sqlite3.Connection, crawl_id: int) -> None:
    """Write the health of a crawl's portal at its end into the crawl's row; nothing where it tells nothing of the portal."""
    portal, outcome = connection.execute("SELECT portal, outcome FROM crawls WHERE id = ?", (crawl_id,)).fetchone()
    ours = (FAILING, *_archive_error(connection, crawl_id)) if outcome == "archive_error" else None
    if state := ours or _state_of(connection, portal, crawl_id):
        connection.execute(
            "UPDATE crawls SET health = ?, health_reason = ?, next_step = ? WHERE id = ?", (*state, crawl_id)
        )


def _state_of(connection: sqlite3.Connection, portal: str, crawl_id: int) -> tuple[str, str, str] | None:
    """State, reason and next step."""
    names = ("id", "started_at", "outcome", "seconds", "pages", "answers", "addresses", "failed", "silent")
    rows = connection.execute(_CRAWLS, (portal, crawl_id, COMPARED + 1)).fetchall()
    crawls = [dict(zip(names, row, strict=True)) for row in rows]
    if not crawls or crawls[0]["id"] != crawl_id:
        return None
    last, *past = crawls
    last = {**last, "midway": [title for (title,) in connection.execute(_LEFT_MIDWAY, (crawl_id,))]}
    problems = [_Problem(*row) for row in connection.execute(_PROBLEMS, (portal, crawl_id)).fetchall()]
    given_up = last["given_up"] = host_given_up(connection, portal, crawl_id, (each.url for each in problems))
    home = portal_rows.home(connection, portal)
    url = next((each.url for each in problems if each.catalog), home)
    causes = _nothing_read if not last["pages"] else _something_read
    for state, reason, step in causes(last, past, problems):
        return state, reason, step.format(portal=portal, home=home, url=url, host=given_up and given_up[1])
    return WELL, _well(last, problems), ""


States = Iterator[tuple[str, str, str]]


def _nothing_read(last: Mapping[str, Any], _: Sequence[Mapping[str, Any]], problems: Sequence[_Problem]) -> States:
    """Yield the causes that keep every list from being read."""
    by_kind = {problem.kind: problem for problem in reversed(problems)}
    yield from _by_rules(problems, _BEFORE_REFUSALS)
    if last["outcome"] == "blocked" or "blocked" in by_kind:
        yield BLOCKED, _refused(by_kind, last), _blocked_step(by_kind, "wait: it is asked ever more rarely. Then a")
    yield from _by_rules(problems, _NOTHING_READ)
    yield (
        DOWN,
        problems[0].message if problems else "no list page could be read",
        "the log says more: crawl.log beside the archive",
    )


def _by_rules(problems: Sequence[_Problem], rules: Iterable[_Rule]) -> States:
    for rule in rules:
        kinds = rule.kinds or dict.fromkeys(each.kind for each in problems)
        found = (
            each for kind in kinds for each in problems if each.kind == kind and re.search(rule.words, each.message)
        )
        if problem := next(found, None):
            yield rule.state, rule.reason.format(problem.message), rule.step


def _something_read(last: Mapping[str, Any], past: Sequence[Mapping[str, Any]], problems: Sequence[_Problem]) -> States:
    """Yield the changes for the worse, though lists were read."""
    by_kind = {problem.kind: problem for problem in reversed(problems)}
    new = [each for each in problems if not each.ever]
    if last["outcome"] == "blocked" or ("blocked" in by_kind and not by_kind["blocked"].ever):
        yield BLOCKED, _refused(by_kind, last), _blocked_step(by_kind, "a smaller `budget`, a")
    failed = [each for each in new if each.kind == "reading_failed"]
    if failed and (
        any(each.catalog for each in failed) or len(failed) >= max(LEAST_FAILED, FAILING_SHARE * last["answers"])
    ):
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        yield FAILING, f"{failed[0].message}{more}", _OURS
    yield from _read_otherwise(by_kind, new)
    if given_up := last["given_up"]:
        yield LAYOUT, _GIVEN_UP.format(*given_up), _ONE_OF_BOTH
    yield from _unreachable(last, new)
    if problem := by_kind.get("over_budget"):
        yield SLOW, problem.message, "is the portal so large, or endless? Its file can set other limits"
    if last["midway"]:
        why = next((f": {each.message}" for each in new if each.kind in {"not_found", *_IN_TROUBLE, *_CUT}), "")
        yield SLOW, f"{_named_lists(last['midway'])} was not read to its end{why}", _LOOK_AT_IT
    if slow := _slow(last, past):
        yield SLOW, slow, "if it stays so: fewer pages (`budget`) or other `hours` in its file"
    if last["silent"]:
        yield SILENT, last["silent"], "look whether the portal publishes elsewhere now: {home}"


def _read_otherwise(by_kind: Mapping[str, _Problem], new: Sequence[_Problem]) -> States:
    """Yield what looks otherwise than it did: lists gone, pages misread, most of a portal changed."""
    if gone := [each for each in new if each.catalog and (each.kind in (*_MOVED, "not_found") or _is_elsewhere(each))]:
        yield LAYOUT, f"{_named_lists(each.catalog for each in gone)} can't be read: {gone[0].message}", _PROBE
    misread = [
        each for kind in (*_MISREAD, *_CUT) for each in new if each.kind == kind and (each.catalog or kind in _MISREAD)
    ]
    if misread:
        more = f" (and {len(misread) - 1} more)" if len(misread) > 1 else ""
        step = _LOOK_BESIDE if misread[0].kind == "fields_drifted" else _READ_AGAIN
        yield LAYOUT, f"{misread[0].message}{more}", step
    if problem := by_kind.get("most_changed"):
        yield (
            LAYOUT,
            problem.message,
            "the next crawl settles it; if this stays, open the portal beside `disclosures probe {home}`",
        )


def _unreachable(last: Mapping[str, Any], new: Sequence[_Problem]) -> States:
    """Yield lists, or most of all pages, of which the portal gave none."""
    lost = [each for each in new if each.kind in _IN_TROUBLE]
    if troubled := [each for each in lost if each.catalog]:
        lists = _named_lists(each.catalog for each in troubled)
        yield SLOW, f"{lists} can't be read: {troubled[0].message}", _LOOK_AT_IT
    gone = [each for each in new if each.kind in {"not_found", "redirected_home"} and not each.catalog]
    lost += gone if len(gone) >= LEAST_GONE else []
    if len(lost) >= LEAST_FAILED and len(lost) > MOST * last["addresses"]:
        step = _FORBIDDEN if lost[0].kind == "robots" and "forbids" in lost[0].message else _OPEN_ONE
        yield SLOW, f"{len(lost)} pages can't be read, most of those asked for: {lost[0].message}", step


def _is_elsewhere(problem: _Problem) -> bool:
    """Whether what came in place of a page leads on to where the page may be now."""
    return problem.kind == "not_a_page" and re.search(_SENT_ELSEWHERE, problem.message) is not None


def _blocked_step(by_kind: Mapping[str, _Problem], begin: str) -> str:
    """Return the next step where the portal refuses."""
    if "blocked" in by_kind and "signing in" in by_kind["blocked"].message:
        return _SIGN_IN
    return f"{begin} longer `delay`, or other `hours`, in its portal file"


def _refused(by_kind: Mapping[str, _Problem], last: Mapping[str, Any]) -> str:
    message = by_kind["blocked"].message if "blocked" in by_kind else "the portal refuses this visitor"
    return f"{message} (after {last['answers']} answers)"


def _named_lists(titles: Iterable[str | None]) -> str:
    named = list(dict.fromkeys(map(str, titles)))
    return f"the list of {'、'.join(named[:3])}{'…' if len(named) > 3 else ''}"


def _slow(last: Mapping[str, Any], past: Sequence[Mapping[str, Any]]) -> str | None:
    """Describe in what the portal is slower than in its own past."""
    past = [crawl for crawl in past if crawl["pages"] and crawl["answers"]]
    if len(past) < LEAST_PAST or not last["answers"]:
        return None
    seconds, usual = last["seconds"] / last["answers"], median(crawl["seconds"] / crawl["answers"] for crawl in past)
    if seconds > MUCH * max(usual, 1):
        return f"{seconds:.0f} s for an answer, where {usual:.1f} s are usual"
    failed, of_all = last["failed"], last["answers"] + last["failed"]
    share = median(crawl["failed"] / (crawl["answers"] + crawl["failed"]) for crawl in past)
    if failed >= LEAST_FAILED and failed / of_all > MUCH * share:
        return f"{failed:.0f} of {of_all:.0f} pages could not be had, where {share:.0%} are usual"
    return None


def _well(last: Mapping[str, Any], problems: Sequence[_Problem]) -> str:
    ever = sum(problem.ever for problem in problems)
    message = f"{quantity(int(last['pages']), 'list page')} read on {beijing_day(last['started_at'])}"
    if ever:
        message += f"; {quantity(ever, 'problem')} as old as the archive"
    if len(problems) > ever:
        message += f"; {len(problems) - ever} to look at in the table problems"
    return "; ".join([message, *(each.message for each in problems if each.kind in {"certificate", "clock"})])


def _in_words(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
