"""The log of a crawl, sealed beside its answers: what its session was asked for, in order, and when.

With the answers and the parser it is all that an archive consists of, so an archive can be made anew from its evidence alone
(`crawler.jobs.restore`). Each line is one JSON object, the note of a claim of kind `crawl`:

- `begin`: the portal as its file described it, the crawl's mode, and which line of the portal's earlier crawls the archive had come
  to (`had`: crawl and line): what was sealed after it, of a crawl that was killed, never came into the archive.
- `commit`: a batch. Its captures (`first` and the `outcomes` of each); what was written, in order (`written`: the place in the
  crawl of the answer that says it, from 1, a problem in full, or the record and address of a file that could not be had); requests
  without an answer (`failed`, each with the place of the answer before it); `flags` of answers, by place.
- `missing`, `second_pass`, `close`: what was missing was asked for, what must be walked again, and the crawl ended.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.database.kept_settings import keep_setting, setting
from archive.evidence import claims
from archive.evidence.claims import RowName
from archive.evidence.evidence_file import open_for_reading
from archive.evidence.evidence_store import ClaimNote
from archive.model.agencies import Stated
from archive.model.observations import AttachmentFile, CatalogOfPortal, Observation, PortalOfFile, Problem

BEGIN, COMMIT, MISSING, SECOND_PASS, CLOSE = "begin", "commit", "missing", "second_pass", "close"

Written = int | tuple[str, ...]
"""A thing written: the place of an answer, (record, address) of a file that could not be had, or (kind, address, message) of a problem."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A request without an answer: after how many of the crawl's answers, its address, body and method, and the error."""

    after: int
    method: str
    url: str
    body: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The facts that a batch's answers alone don't tell: requests without an answer, and Scrapy's flags of answers by their place."""

    failed: tuple[Failed, ...] = ()
    flags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A line, by its number among all claims: a call of the session `at` a time. Empty or 0 is what the call does not have."""

    number: int
    kind: str
    at: datetime
    first: int = 0
    outcomes: tuple[str, ...] = ()
    written: tuple[Written, ...] = ()
    marks: Marks = Marks()
    outcome: str = ""
    cause: str = ""


@dataclass(slots=True)
class LoggedCrawl:
    """A crawl as its log tells it. `number`: of its first line among all claims; `had`: crawl and line, see above."""

    number: int
    archive: str
    crawl_id: int
    portal: PortalOfFile
    mode: str
    began: datetime
    had: tuple[int, int]
    calls: list[Call] = field(default_factory=list)


class CrawlLog:
    """The log of the crawl `crawl_id` as it is written: each method gives the next line. `archive`: the archive's name.

    `lines`: how many there are.
    """

    def __init__(self, archive: str, crawl_id: int) -> None:
        self._archive, self._crawl_id = archive, crawl_id
        self.lines = 0

    def begin(self, portal: PortalOfFile, mode: str, had: tuple[int, int], now: datetime) -> ClaimNote:
        """The first line."""
        return self._line(BEGIN, now, portal=asdict(portal), mode=mode, had=had)

    def commit(
        self, first: int, outcomes: Sequence[str], observations: Iterable[Observation], marks: Marks, now: datetime
    ) -> ClaimNote:
        """The line of a batch whose captures are those from number `first` on."""
        fields: dict[str, Any] = {"first": first, "outcomes": outcomes, "written": [*map(_written, observations)]}
        if marks.failed:
            fields["failed"] = [list(asdict(each).values()) for each in marks.failed]
        if marks.flags:
            fields["flags"] = {str(place): flags for place, flags in marks.flags.items()}
        return self._line(COMMIT, now, **fields)

    def missing(self, now: datetime) -> ClaimNote:
        """The line of a question for what is missing."""
        return self._line(MISSING, now)

    def second_pass(self, now: datetime) -> ClaimNote:
        """The line of a question for the catalogues to be walked again."""
        return self._line(SECOND_PASS, now)

    def close(self, outcome: str, now: datetime, cause: str = "") -> ClaimNote:
        """The last line; `cause`: of an `archive_error`."""
        return self._line(CLOSE, now, outcome=outcome, **({"cause": cause} if cause else {}))

    def _line(self, kind: str, now: datetime, **fields: Any) -> ClaimNote:  # noqa: ANN401 - JSON
        text = json.dumps({"kind": kind, "at": now.isoformat(), **fields}, ensure_ascii=False, separators=(",", ":"))
        name = RowName(claims.CRAWL, self._crawl_id, self.lines)
        self.lines += 1
        return ClaimNote(self._archive, name, text, now.date().isoformat())


def line_of(connection: sqlite3.Connection, portal: str) -> tuple[int, int]:
    """The last line of the logs of a portal's crawls that came into the archive: crawl and line; two zeros where none did."""
    crawl_id, line = map(int, (setting(connection, f"log:{portal}") or "0 0").split())
    return crawl_id, line


def note_line(connection: sqlite3.Connection, portal: str, crawl_id: int, line: int) -> None:
    """Note how far the logs of a portal's crawls came into the archive."""
    keep_setting(connection, f"log:{portal}", f"{crawl_id} {line}")


def logged_crawls(evidence: Path) -> list[LoggedCrawl]:
    """The crawls that have a log in an evidence file, in order. Raises sqlite3.Error.

    A crawl that begins under the number of an earlier one, or a lower number, says that the archive had been put back to an
    earlier state: those before it with such numbers are no part of it.
    """
    with closing(open_for_reading(evidence)) as connection:
        return _without_unwritten(_read(connection))


def unlogged_crawls(evidence: Path) -> list[tuple[int, str, list[int]]]:
    """The crawls without a log, as earlier versions made them: number, portal and captures of each, in order. Raises sqlite3.Error."""
    with closing(open_for_reading(evidence)) as connection:
        logged = {note.name.row_id for note in claims.notes(connection, claims.CRAWL)}
        crawls: dict[tuple[int, str], list[int]] = {}
        for number, crawl_id, portal in connection.execute("SELECT id, crawl_id, portal FROM captures ORDER BY id"):
            if crawl_id not in logged:
                crawls.setdefault((crawl_id, portal), []).append(number)
    return [(crawl_id, portal, captures) for (crawl_id, portal), captures in crawls.items()]


def withheld_lists(evidence: Path) -> list[tuple[int, list[list[str]]]]:
    """The lists of what was withheld, each with the number of its line, in order."""
    with closing(open_for_reading(evidence)) as connection:
        return [(note.id, json.loads(note.text)) for note in claims.notes(connection, claims.WITHHELD)]


def _read(connection: sqlite3.Connection) -> list[LoggedCrawl]:
    crawls: dict[int, LoggedCrawl] = {}
    for note in claims.notes(connection, claims.CRAWL):
        fields = json.loads(note.text)
        crawl_id, at = note.name.row_id, datetime.fromisoformat(fields["at"])
        if fields["kind"] == BEGIN:
            crawls = {number: crawl for number, crawl in crawls.items() if number < crawl_id}
            portal = _portal(fields["portal"])
            crawls[crawl_id] = LoggedCrawl(
                note.id, note.archive, crawl_id, portal, fields["mode"], at, tuple(fields["had"])
            )
        elif crawl_id in crawls:
            crawls[crawl_id].calls.append(_call(note.id, fields, at))
    return list(crawls.values())


def _without_unwritten(crawls: list[LoggedCrawl]) -> list[LoggedCrawl]:
    """`crawls` without the calls that were sealed, and did not come into the archive any more."""
    had: dict[str, tuple[int, int]] = {}
    for crawl in reversed(crawls):
        last, line = had.get(crawl.portal.id, (0, 0))
        if crawl.portal.id in had and last <= crawl.crawl_id:
            del crawl.calls[line if last == crawl.crawl_id else 0 :]
        had[crawl.portal.id] = crawl.had
    return crawls


def _call(number: int, fields: Mapping[str, Any], at: datetime) -> Call:
    failed = tuple(Failed(*each) for each in fields.get("failed", ()))
    flags = {int(place): tuple(each) for place, each in fields.get("flags", {}).items()}
    written = tuple(each if isinstance(each, int) else tuple(each) for each in fields.get("written", ()))
    outcomes = tuple(fields.get("outcomes", ()))
    marks = Marks(failed, flags)
    end = fields.get("outcome", ""), fields.get("cause", "")
    return Call(number, fields["kind"], at, fields.get("first", 0), outcomes, written, marks, *end)


def _written(observation: Observation) -> Written:
    if isinstance(observation, Problem):
        return observation.kind, observation.url, observation.message
    if observation.capture is not None:
        return observation.capture
    return (observation.record_url, observation.url) if isinstance(observation, AttachmentFile) else 0


def _portal(fields: Mapping[str, Any]) -> PortalOfFile:
    catalogs = tuple(CatalogOfPortal(**each) for each in fields["catalogs"])
    agencies = tuple(Stated(**{**each, "aliases": tuple(each["aliases"])}) for each in fields["agencies"])
    return PortalOfFile(**{**fields, "catalogs": catalogs, "agencies": agencies})
