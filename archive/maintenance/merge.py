"""Folding finished databases of jobs into one archive: idempotent, resumable, portals in any order.

A portal's crawls are one line. A database goes on with the line of the archive where it has all the archive's crawls of
the portal, as one does that began from the archive (`archive.maintenance.job`), or where the archive has none; what it
has more is carried. Where each has crawls that the other lacks, the line has forked: the archive's is kept, and of the
other the originals and the fact that they were not read, for no crawl can say what was missing from a line it did not
know.

A crawl is known by its beginning and its first answer. First the originals are folded, then one transaction carries all
that is said of them: killed at any moment, the archive is as it was, and the same command goes on.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.kept_settings import keep_setting, setting
from archive.database.lock import hold
from archive.database.portal_changes import (
    CHANGES,
    REMOVED,
    Change,
    changes,
    next_number,
    note_removed_crawls,
    removed_crawls,
)
from archive.database.redaction_version import require_current
from archive.directory import entries as directory
from archive.evidence.evidence_file import open_for_reading as open_evidence
from archive.evidence.evidence_import import Run, Source, fold, folded
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.fixity import Fault
from archive.evidence.http_exchange import EvidenceError
from archive.maintenance.backup import copy_database
from archive.maintenance.bring_up_to_date import leave_no_trace, open_up_to_date
from archive.maintenance.check import check_database, check_schema
from archive.maintenance.masking import TakenTexts, UnmaskableError
from archive.maintenance.portal_life import apply, concerns, is_from_before, missing
from archive.maintenance.transfer import NotAContinuationError, Transfer
from archive.maintenance.withholding import take_over

TAKEN, KNOWN, SET_ASIDE, WAITS, FAILED = "taken", "known", "set aside", "waits", "not merged"

_CRAWLS = """
    SELECT w.id, w.started_at, w.mode, (SELECT min(fetched_at) FROM {0}.captures c WHERE c.crawl_id = w.id)
    FROM {0}.crawls w WHERE w.portal = ? ORDER BY w.id
"""
_INHERITED = "SELECT 1 FROM theirs.captures WHERE crawl_id = ? AND id <= 0 LIMIT 1"
# The captures of a crawl that both know, in their order.
_SAME_CAPTURES = """
    SELECT t.id, o.id FROM
        (SELECT id, url, row_number() OVER (ORDER BY id) AS place FROM theirs.captures WHERE crawl_id = ?) t
    LEFT JOIN (SELECT id, url, row_number() OVER (ORDER BY id) AS place FROM main.captures WHERE crawl_id = ?) o USING (place, url)
"""
_FORKED = "another crawl of this portal was merged first: the originals of this one are kept, what they say is not read"

Crawls = dict[tuple[str, ...], int]
"""Identifying values of a crawl → its id."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The outcome for one portal of one database, or of the whole database, `portal` being None, where it FAILED.

    `what`: TAKEN, KNOWN, SET_ASIDE, WAITS or FAILED; `why`, in a plain line, where it is not TAKEN.
    """

    source: Path
    portal: str | None
    what: str
    crawls: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """One portal in both: the crawls known here (theirs → ours), and theirs alone (their ids)."""

    portal: str
    known: dict[int, int]
    new: list[int]
    forked: bool


def merge(db: Path, evidence: Path, sources: Sequence[Path], now: str) -> Iterator[MergeResult]:
    """Fold `sources`, each with its originals beside it, into the archive `db`; what became of each portal.

    They are taken in the order in which they go on from one another, whatever the order given; where one can't be
    merged, the others are. `now`: UTC, ISO 8601. Raises ArchiveError, before anything is done, where one is `db` itself
    or none can be read.
    """
    for source in sources:
        if source.exists() and db.exists() and source.samefile(db):
            raise ArchiveError(f"{source} is the archive itself: name the databases to be merged into it")
    begun: dict[Path, str] = {}
    unreadable: dict[Path, ArchiveError] = {}
    for source in dict.fromkeys(sources):
        try:
            begun[source] = _begun(source)
        except ArchiveError as error:
            unreadable[source] = error
    if unreadable and not begun:
        raise next(iter(unreadable.values()))
    yield from (MergeResult(source, None, FAILED, why=str(error)) for source, error in unreadable.items())
    waiting = sorted(begun, key=begun.__getitem__)
    while waiting:
        left = []
        for source in waiting:
            try:
                done = _merge_one(db, evidence, source, now)
            except (ArchiveError, EvidenceError) as error:
                done = [MergeResult(source, None, FAILED, why=str(error))]
            if any(portal.what == WAITS for portal in done):
                left.append((source, done))
            else:
                yield from done
        if len(left) == len(waiting):
            yield from (portal for _, done in left for portal in done)
            return
        waiting = [source for source, _ in left]


def _begun(source: Path) -> str:
    """Return when the last crawl of a database began. Raises ArchiveError where it is no archive, or damaged."""
    if beside(source).exists() and not beside(source).is_file():
        raise ArchiveError(f"{beside(source)} is no file")  # a pipe would be waited for
    _require_sound(source, check_schema(source, beside(source)))
    with closing(open_for_reading(source)) as connection:
        try:
            return str(connection.execute("SELECT max(started_at) FROM crawls").fetchone()[0])
        except sqlite3.Error as error:
            raise ArchiveError(f"cannot read the archive {source}: {error}") from error


def _merge_one(db: Path, evidence: Path, source: Path, now: str) -> list[MergeResult]:
    with ExitStack() as stack:
        with closing(
            open_up_to_date(source, beside(source))
        ) as theirs:  # brought up to date, where an earlier version wrote it
            _require_sound(source, check_database(source, beside(source)))
            portals = [row[0] for row in theirs.execute("SELECT id FROM portals ORDER BY id")]
        connection = stack.enter_context(closing(open_up_to_date(db, evidence)))
        connection.execute("PRAGMA synchronous = FULL")  # what is merged may be deleted where it came from
        _require_masked(connection, db)
        for portal in portals:
            for held in (source, db):
                stack.callback(hold(held, portal).release)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=".merge-", dir=db.parent)))
        theirs_now, removed, portals = _taken_through(connection, source, folder, portals)
        connection.execute("ATTACH ? AS theirs", (str(theirs_now),))
        try:
            with transaction(connection):
                _take_through(connection)
                texts = TakenTexts(connection)
                directory.take_over(connection, texts.expression)
                done = [*removed, *_Merge(connection, source, now, texts).run(evidence, portals)]
                take_over(connection, evidence, texts.expression("withheld", "reason"))
        except (sqlite3.Error, UnmaskableError) as error:
            raise ArchiveError(f"cannot merge {source} into {db}: {error}") from error
        except NotAContinuationError as error:
            raise ArchiveError(f"cannot merge {source} into {db}, from which it does not go on: {error}") from error
        leave_no_trace(connection)
        return done


def _taken_through(
    connection: sqlite3.Connection, source: Path, folder: Path, portals: list[str]
) -> tuple[Path, list[MergeResult], list[str]]:
    """Take a copy of `source` through what became of portals here; the copy, or `source` itself where there is nothing.

    Also returned: what was removed here, and is not taken; the portals that the copy has.
    """
    with closing(open_for_reading(source)) as theirs:
        to_come = missing(theirs, connection)
        if not concerns(theirs, to_come):
            return source, [], portals
    copy, removed = folder / source.name, []
    copy_database(source, copy)
    with closing(open_up_to_date(copy, beside(copy))) as theirs, transaction(theirs):
        for change in to_come:
            if change.kind != REMOVED:
                apply(theirs, change)
            elif change.portal in portals and is_from_before(theirs, change):
                apply(theirs, change)
                why = f"it was removed from this archive, {change.at}: nothing of it is taken"
                removed.append(MergeResult(source, change.portal, KNOWN, why=why))
        portals = [row[0] for row in theirs.execute("SELECT id FROM portals ORDER BY id")]
    return copy, removed, portals


def _take_through(connection: sqlite3.Connection) -> None:
    """Take the archive through what became of portals in the one attached as `theirs`; what it removed stays."""
    theirs = [Change(*row) for row in connection.execute(f"{CHANGES.format('theirs')}")]
    known = set(changes(connection))
    for change in theirs:
        if change not in known and change.kind != REMOVED:
            apply(connection, change)


def _require_masked(connection: sqlite3.Connection, path: Path) -> None:
    try:
        require_current(connection)
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error} --db {path}") from error


def _require_sound(source: Path, faults: Iterable[Fault]) -> None:
    """Refuse what is not as this program writes it: the archive would be no better for ever. Raises ArchiveError."""
    if damage := next((fault for fault in faults if fault.is_damage), None):
        raise ArchiveError(f"{damage.where}: {damage.what}; `disclosures verify --db {source}` names all that is wrong")


class _Merge:
    """One database into the archive; in the caller's transaction, which nobody else can write beside."""

    def __init__(self, connection: sqlite3.Connection, source: Path, now: str, texts: TakenTexts) -> None:
        self._c = connection
        self._texts = texts
        self._source = source
        self._now = now

    def run(self, evidence: Path, portals: Iterable[str]) -> list[MergeResult]:
        """Take what is new of each portal; nothing at all where one of them must wait."""
        lines = [self._line(portal) for portal in portals]
        waits = {line.portal: why for line in lines if (why := self._waits(line))}
        if waits:
            return [MergeResult(self._source, portal, WAITS, why=why) for portal, why in waits.items()]
        if not any(line.new for line in lines):
            return [MergeResult(self._source, line.portal, KNOWN, why="all its crawls are here") for line in lines]
        crawls, captures = self._originals(evidence, lines)
        return [self._take(line, crawls, captures) for line in lines]

    def _line(self, portal: str) -> _Line:
        ours, theirs = self._crawls("main", portal), self._crawls("theirs", portal)
        known = {crawl: ours[key] for key, crawl in theirs.items() if key in ours}
        new = [crawl for key, crawl in theirs.items() if key not in ours]
        return _Line(portal, known, new, forked=bool(ours.keys() - theirs.keys()))

    def _crawls(self, schema: str, portal: str) -> Crawls:
        rows = self._c.execute(_CRAWLS.format(schema), (portal,))
        return {(started, mode, first or ""): crawl for crawl, started, mode, first in rows}

    def _waits(self, line: _Line) -> str | None:
        """The reason why a portal can't be taken yet: nothing is changed then."""
        for crawl in line.new:
            if self._c.execute(_INHERITED, (crawl,)).fetchone():
                return "it goes on from crawls that are not here: merge these first, or into the archive that it began from"
        if line.new and line.known and not line.forked:
            ours, theirs = (setting(self._c, f"parser:{line.portal}", schema) for schema in ("main", "theirs"))
            if ours != theirs:
                return "its pages were read by another version of this program than the archive's: crawl it again"
        return None

    def _originals(self, evidence: Path, lines: Sequence[_Line]) -> tuple[dict[int, int], list[Run]]:
        """Fold the originals. What each new crawl is called here, and where its captures are."""
        new = [crawl for line in lines for crawl in line.new]
        known = {theirs: ours for line in lines for theirs, ours in line.known.items()}
        path = beside(self._source)
        (held,) = self._c.execute("SELECT count(*) FROM theirs.captures WHERE id > 0").fetchone()
        if not path.is_file():
            if held:
                raise ArchiveError(f"the originals of {self._source} should be at {path}, and are not")
            return dict(zip(new, self._free(0), strict=False)), []
        with closing(Source(path)) as source, closing(Evidence(evidence)) as target:
            with closing(open_evidence(evidence)) as there:
                folds = folded(there, source.key)
                (used,) = there.execute("SELECT coalesce(max(crawl_id), 0) FROM captures").fetchone()
            runs = next((runs for runs in reversed(folds) if self._goes_on(source, runs, known)), [])
            called = {run.crawl_there: run.crawl for run in runs}
            free = self._free(used)
            crawls = {crawl: called.get(crawl) or next(free) for crawl in new}
            gone = sorted(source.crawls() & removed_crawls(self._c, "theirs") - crawls.keys() - known.keys())
            crawls |= {crawl: called.get(crawl) or next(free) for crawl in gone}
            note_removed_crawls(self._c, [crawls[crawl] for crawl in gone])
            if strangers := source.crawls() - crawls.keys() - known.keys():
                raise ArchiveError(
                    f"{path} has originals of crawl {min(strangers)}, which {self._source} does not know"
                )
            runs = fold(target, source, {**known, **crawls}, runs) if source.key else []
        return crawls, runs

    def _goes_on(self, source: Source, runs: Sequence[Run], known: dict[int, int]) -> bool:
        """Whether what was folded before can be gone on with, or all must be folded anew."""
        if any(source.digest(run.last_there) != run.last_digest for run in runs):
            return False  # a copy of the same file that went on otherwise
        for run in runs:
            taken = self._c.execute("SELECT 1 FROM main.crawls WHERE id = ?", (run.crawl,)).fetchone()
            if known.get(run.crawl_there, run.crawl) != run.crawl or (run.crawl_there not in known and taken):
                return False  # a merge was killed, and meanwhile another crawl got the number
        return True

    def _free(self, used: int) -> Iterator[int]:
        """Numbers for crawls that neither the archive nor its originals know."""
        number = max(next_number(self._c, "main.crawls") - 1, used)
        while True:
            number += 1
            yield number

    def _take(self, line: _Line, crawls: dict[int, int], runs: Sequence[Run]) -> MergeResult:
        if not line.new:
            return MergeResult(self._source, line.portal, KNOWN, why="all its crawls are here")
        captures = self._captures(line, runs)
        new = {crawl: crawls[crawl] for crawl in line.new}
        transfer = Transfer(self._c, line.portal, new, line.known, captures, self._texts)
        if line.forked:
            transfer.originals_only(_FORKED, self._now)
            return MergeResult(self._source, line.portal, SET_ASIDE, len(new), _FORKED)
        transfer.everything()
        if read_by := setting(self._c, f"parser:{line.portal}", "theirs"):
            keep_setting(self._c, f"parser:{line.portal}", self._texts.text("value", read_by))
        return MergeResult(self._source, line.portal, TAKEN, len(new))

    def _captures(self, line: _Line, runs: Sequence[Run]) -> list[tuple[int, int]]:
        """Return pairs of captures, theirs and ours."""
        pairs = []
        for theirs, ours in line.known.items():
            same = self._c.execute(_SAME_CAPTURES, (theirs, ours)).fetchall()
            if any(number is None for _, number in same):
                raise NotAContinuationError(f"crawl {ours} of {line.portal} has other captures here")
            pairs += same
        new = set(line.new)
        for run in runs:
            if run.crawl_there in new:
                pairs += [(run.there + place, run.first + place) for place in range(run.last - run.first + 1)]
        return pairs
