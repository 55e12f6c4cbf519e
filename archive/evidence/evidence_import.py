"""Folding the originals of one evidence file into another: each capture once, in its order, verified on the way.

What a capture was in its own file (number, crawl, day) is kept beside it, so that its digest there, and that file's whole
chain of manifests, can be computed again: a tip or head noted when that file was closed stays provable in the one it was
folded into.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from archive.evidence.capture import hash_up_to, read_capture
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import open_for_reading
from archive.evidence.evidence_reader import Originals
from archive.evidence.evidence_store import Evidence, Origin
from archive.evidence.http_exchange import GENESIS, capture_digest, manifest_hash

MOST_CAPTURES, MOST_BYTES = 200, 8 * 1024 * 1024
"""One transaction: so many captures at the most, or payloads of so many bytes."""

_CAPTURES = """
    SELECT c.id, c.crawl_id, c.day, c.digest, p.bytes FROM captures c JOIN payloads p ON p.id = c.payload_id
    WHERE c.id > ? ORDER BY c.id
"""
_RUNS = """
    SELECT f.first_id, f.last_id, f.source_first, f.source_crawl_id, f.source_day, f.last_digest, c.crawl_id
    FROM folded f JOIN captures c ON c.id = f.first_id WHERE f.source = ? ORDER BY f.first_id
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Captures `first` to `last` here, `there` and on in their own file; and what their crawl is called, there and here."""

    first: int
    last: int
    there: int
    crawl_there: int
    day_there: str
    last_digest: bytes
    crawl: int

    @property
    def last_there(self) -> int:
        """The number that the last one has in its own file."""
        return self.there + self.last - self.first


class Source:
    """An evidence file to be folded. Raises EvidenceError where there is none."""

    def __init__(self, path: Path) -> None:
        self.originals = Originals(path)
        self._con = open_for_reading(path)
        first = self._con.execute("SELECT digest FROM captures WHERE id = 1").fetchone()
        self.key = bytes(first[0]) if first else b""

    def close(self) -> None:
        """Close the file."""
        self._con.close()
        self.originals.close()

    def crawls(self) -> set[int]:
        """The crawls that have captures."""
        return {row[0] for row in self._con.execute("SELECT DISTINCT crawl_id FROM captures")}

    def digest(self, number: int) -> bytes | None:
        """The digest of a capture, as stored."""
        row = self._con.execute("SELECT digest FROM captures WHERE id = ?", (number,)).fetchone()
        return bytes(row[0]) if row else None

    def tip(self) -> tuple[int, str]:
        """The number of the last capture, and the hash over all of them."""
        (last,) = self._con.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
        return last, hash_up_to(self._con, last)

    def runs(self, after: int) -> Iterator[list[tuple[int, int, str, bytes]]]:
        """(number, crawl, day, digest) of the captures after `after`, those of one crawl and day together, in strides."""
        rows = self._con.execute(_CAPTURES, (after,))
        for _, alike in groupby(rows, key=lambda row: row[1:3]):
            stride: list[tuple[int, int, str, bytes]] = []
            size = 0
            for number, crawl, day, digest, length in alike:
                if stride and (len(stride) == MOST_CAPTURES or size + length > MOST_BYTES):
                    yield stride
                    stride, size = [], 0
                stride.append((number, crawl, day, bytes(digest)))
                size += length
            yield stride


def folded(evidence: sqlite3.Connection, key: bytes) -> list[list[Run]]:
    """The runs of the source `key` that are there, from its first capture on; those of a fold begun again by themselves."""
    folds: list[list[Run]] = []
    for row in evidence.execute(_RUNS, (key,)):
        run = Run(*row)
        if run.there == 1 or not folds:
            folds.append([])
        folds[-1].append(run)
    return folds


def fold(target: Evidence, source: Source, crawls: Mapping[int, int], done: list[Run]) -> list[Run]:
    """Fold what is not `done` yet; all runs then. `crawls`: what each crawl there is called here.

    Killed, it goes on from the last run committed. Raises EvidenceError where a capture is no longer what it was.
    """
    runs = list(done)
    for stride in source.runs(runs[-1].last_there if runs else 0):
        first, crawl, day, _ = stride[0]
        last_digest = stride[-1][3]
        exchanges, destroyed = [], {}
        for place, (number, *_) in enumerate(stride):
            exchange, sha256 = source.originals.without_payload(number)
            if exchange.certificate:
                exchange = replace(exchange, certificate_der=source.originals.certificate(exchange.certificate))
            if gone := source.originals.destroyed(sha256):
                destroyed[place] = gone
            else:
                exchange = replace(exchange, payload=source.originals.payload(sha256))
            exchanges.append(replace(exchange, crawl_id=crawls[crawl]))
        stored = target.add_many(exchanges, Origin(source.key, first, crawl, day, last_digest), destroyed)
        runs.append(Run(stored[0].id, stored[-1].id, first, crawl, day, last_digest, crawls[crawl]))
    target.keep_tip(runs[0].first, *source.tip())
    return runs


def tips(path: Path) -> Iterator[tuple[int, int, str, str]]:
    """(first capture here, captures, tip as noted, tip computed again) of all that was folded. Raises what damage raises."""
    with closing(open_for_reading(path)) as con:
        if not con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'folded_tips'").fetchone():
            return
        dictionaries = Dictionaries(con)
        noted = "SELECT f.source, t.first_id, t.captures, t.tip FROM folded_tips t LEFT JOIN folded f USING (first_id) ORDER BY 2, 3"
        for key, first, captures, tip in con.execute(noted).fetchall():
            runs = next((runs for runs in folded(con, key) if runs[0].first == first), [])
            yield first, captures, tip, _tip(con, dictionaries, runs, captures)


def _tip(con: sqlite3.Connection, dictionaries: Dictionaries, runs: list[Run], captures: int) -> str:
    """The hash over a source's first captures, as in its own file; "" where the notes on them contradict one another."""
    days: dict[str, list[bytes]] = {}
    counted = 0
    for run in runs:
        if run.there > captures:
            continue  # folded after this tip was noted
        if run.last_there > captures:
            return ""
        digests = [_digest_there(con, dictionaries, run, number) for number in range(run.first, run.last + 1)]
        if digests[-1:] != [run.last_digest]:
            return ""
        days.setdefault(run.day_there, []).extend(digests)
        counted += len(digests)
    previous = GENESIS
    for day in sorted(days):
        previous = manifest_hash(previous, days[day], day)
    return previous if counted == captures else ""


def _digest_there(con: sqlite3.Connection, dictionaries: Dictionaries, run: Run, number: int) -> bytes:
    """The digest that capture `number` had in its own file, computed again."""
    kept = read_capture(con, dictionaries, number)
    exchange = replace(kept.exchange, crawl_id=run.crawl_there)
    return capture_digest(exchange, run.there + number - run.first, run.day_there, kept.sha256)
