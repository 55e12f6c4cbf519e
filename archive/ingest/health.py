"""Health of portals: a state, the reason, and what a person should do next, from the last crawl compared with earlier ones.

States, the gravest first: `down`, `blocked`, `changed_layout`, `slow`, `silent`, `well`; `never_checked` before any crawl came
to its end. A fault that was there in the very first crawl is how the portal is made, and no change.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from archive.database.portal_changes import retired
from archive.model.clock import BEIJING, moment

NEVER_CHECKED, DOWN, BLOCKED, LAYOUT, SLOW, SILENT, WELL = STATES = (
    "never_checked", "down", "blocked", "changed_layout", "slow", "silent", "well",
)  # fmt: skip

COMPARED = 5
"""So many earlier crawls say, by their median, what is usual; fewer than LEAST_PAST say nothing."""

LEAST_PAST = 3
MUCH = 3
"""A portal is slow at so many times its usual seconds for an answer, or its usual share of answers that fail."""

LEAST_FAILED = 3

_ENDED = "outcome IN ('finished', 'incomplete', 'blocked', 'unsure')"
"""A crawl that its operator, a kill or our own archive ended says nothing of the portal."""

# Silence is a problem only in the first crawls that notice it; it lasts until the catalogue has something new.
_CRAWLS = f"""
    SELECT c.id, c.started_at, c.outcome, unixepoch(c.finished_at) - unixepoch(c.started_at) AS seconds,
           (SELECT total(pages_read) FROM ledger WHERE crawl_id = c.id) AS pages,
           (SELECT count(*) FROM captures WHERE crawl_id = c.id) AS answers,
           (SELECT total(count) FROM problems WHERE crawl_id = c.id AND kind IN ('unreachable', 'cut', 'http_error')) AS failed,
           (SELECT p.message FROM crawls e JOIN problems p ON p.crawl_id = e.id AND p.kind = 'nothing_new'
            JOIN catalogs k ON k.portal = e.portal AND k.url = p.url
            WHERE e.portal = c.portal AND e.id <= c.id
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

_MISREAD = (
    "layout_changed",
    "list_without_rows",
    "fields_missing",
    "list_short",
    "pages_missing",
    "pages_repeat",
    "garbled",
)
_MOVED = ("off_site", "led_off_site", "redirected_home")
_GONE = ("not_found", "not_a_page")

_PROBE = "`disclosures probe {home}` shows where the catalogues are now and drafts a portal file"
_READ_AGAIN = "open the list beside `disclosures probe {url}`; if the portal is read wrongly, its family or our code needs mending"


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


@dataclass(frozen=True, slots=True)
class _Problem:
    kind: str
    url: str
    message: str
    catalog: str | None
    ever: bool


def health(connection: sqlite3.Connection) -> list[Health]:
    """Return the health of each portal that is watched, the gravest first. Raises sqlite3.Error."""
    portals = connection.execute("SELECT id, name FROM portals ORDER BY id").fetchall()
    unwatched = retired(connection)
    states = [_of_portal(connection, *portal) for portal in portals if portal[0] not in unwatched]
    return sorted(states, key=lambda each: (each.state == NEVER_CHECKED, STATES.index(each.state)))


def _of_portal(connection: sqlite3.Connection, portal: str, name: str) -> Health:
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
    return Health(portal, name, state, reason, next_step, crawl_id, started_at)


def note(connection: sqlite3.Connection, crawl_id: int) -> None:
    """Write the health of a crawl's portal at its end into the crawl's row; nothing where it tells nothing of the portal."""
    (portal,) = connection.execute("SELECT portal FROM crawls WHERE id = ?", (crawl_id,)).fetchone()
    if state := _state_of(connection, portal, crawl_id):
        connection.execute(
            "UPDATE crawls SET health = ?, health_reason = ?, next_step = ? WHERE id = ?", (*state, crawl_id)
        )


def _state_of(connection: sqlite3.Connection, portal: str, crawl_id: int) -> tuple[str, str, str] | None:
    """State, reason and next step."""
    crawls = [_named(row) for row in connection.execute(_CRAWLS, (portal, crawl_id, COMPARED + 1)).fetchall()]
    if not crawls or crawls[0]["id"] != crawl_id:
        return None
    last, *past = crawls
    problems = [_Problem(*row) for row in connection.execute(_PROBLEMS, (portal, crawl_id)).fetchall()]
    home = connection.execute("SELECT home FROM portals WHERE id = ?", (portal,)).fetchone()[0]
    causes = _nothing_read if not last["pages"] else _something_read
    for state, reason, step in causes(last, past, problems):
        return state, reason, step.format(home=home, url=next((each.url for each in problems if each.catalog), home))
    return WELL, _well(last, problems), ""


def _named(row: Sequence[Any]) -> Mapping[str, Any]:
    return dict(
        zip(("id", "started_at", "outcome", "seconds", "pages", "answers", "failed", "silent"), row, strict=True)
    )


States = Iterator[tuple[str, str, str]]


def _nothing_read(last: Mapping[str, Any], _: Sequence[Mapping[str, Any]], problems: Sequence[_Problem]) -> States:
    """Yield the causes that keep every list from being read."""
    by_kind = {problem.kind: problem for problem in reversed(problems)}
    robots = by_kind.get("robots")
    if problem := next((each for each in problems if "TLS" in each.message), None):
        yield DOWN, problem.message, "`old_tls = true` in its portal file speaks it, too"
    if robots and "forbids" in robots.message:
        step = "nothing is asked for while it does: ask the portal's operator, who knows you by DISCLOSURES_CONTACT"
        yield BLOCKED, robots.message, step
    if robots and "it answered" in robots.message:
        yield BLOCKED, robots.message, "RFC 9309 takes that for a no; it is asked again when the portal is next due"
    if last["outcome"] == "blocked" or "blocked" in by_kind:
        yield (
            BLOCKED,
            _refused(by_kind, last),
            "wait: it is asked ever more rarely. Then a longer --delay, or other hours in its file",
        )
    if problem := by_kind.get("over_budget"):
        yield DOWN, problem.message, "it is asked ever more rarely; open its home page in a browser: {home}"
    if problem := by_kind.get("unreachable", robots):
        host = "no such host" in problem.message
        step = (
            f"has it moved? {_PROBE}"
            if host
            else "it is asked ever more rarely; open its home page in a browser: {home}"
        )
        yield DOWN, problem.message, step
    if problem := next((by_kind[kind] for kind in _MOVED if kind in by_kind), None):
        yield LAYOUT, problem.message, f"the portal may have moved: {_PROBE}"
    if (problem := by_kind.get("http_error")) and "answered 5" in problem.message:
        yield DOWN, problem.message, "it is asked ever more rarely; open its home page in a browser: {home}"
    if problem := next((by_kind[kind] for kind in _GONE if kind in by_kind), None):
        yield LAYOUT, f"the lists are not where they were: {problem.message}", _PROBE
    if problem := next((by_kind[kind] for kind in _MISREAD if kind in by_kind), None):
        yield LAYOUT, problem.message, _READ_AGAIN
    yield (
        DOWN,
        problems[0].message if problems else "no list page could be read",
        "the log says more: crawl.log beside the archive",
    )


def _something_read(last: Mapping[str, Any], past: Sequence[Mapping[str, Any]], problems: Sequence[_Problem]) -> States:
    """Yield the changes for the worse, though lists were read."""
    by_kind = {problem.kind: problem for problem in reversed(problems)}
    if last["outcome"] == "blocked" or ("blocked" in by_kind and not by_kind["blocked"].ever):
        yield BLOCKED, _refused(by_kind, last), "a longer --delay, a smaller budget or other hours in its file"
    lists = [
        each for each in problems if each.catalog and each.kind in (*_GONE, *_MOVED, "http_error") and not each.ever
    ]
    if lists:
        yield LAYOUT, f"{_named_lists(lists)}: {lists[0].message}", _PROBE
    misread = [each for kind in _MISREAD for each in problems if each.kind == kind and not each.ever]
    if misread:
        more = f" (and {len(misread) - 1} more)" if len(misread) > 1 else ""
        yield LAYOUT, f"{misread[0].message}{more}", _READ_AGAIN
    if problem := by_kind.get("most_changed"):
        yield (
            LAYOUT,
            problem.message,
            "the next crawl settles it; if this stays, open the portal beside `disclosures probe {home}`",
        )
    if problem := by_kind.get("over_budget"):
        yield SLOW, problem.message, "is the portal so large, or endless? Its file can set other limits"
    if slow := _slow(last, past):
        yield SLOW, slow, "if it stays so: fewer pages (`budget`) or other hours in its file"
    if last["silent"]:
        yield SILENT, last["silent"], "look whether the portal publishes elsewhere now: {home}"


def _refused(by_kind: Mapping[str, _Problem], last: Mapping[str, Any]) -> str:
    message = by_kind["blocked"].message if "blocked" in by_kind else "the portal refuses this visitor"
    return f"{message} (after {last['answers']} answers)"


def _named_lists(lists: Sequence[_Problem]) -> str:
    titles = list(dict.fromkeys(str(each.catalog) for each in lists))
    return f"the list of {'、'.join(titles[:3])}{'…' if len(titles) > 3 else ''} can't be read"


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
    message = f"{last['pages']:.0f} list pages read on {moment(last['started_at']).astimezone(BEIJING).date()}"
    if ever:
        message += f"; {ever} problems are as old as the archive"
    return message + (f"; {len(problems) - ever} to look at in the table problems" if len(problems) > ever else "")
