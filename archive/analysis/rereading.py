"""Reading again of the records that triggers have noted as changed, in a process of its own, a batch at a time."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from archive.analysis.derivation_problems import note_failure
from archive.analysis.derivation_process import Failure, derive
from archive.database.kept_settings import keep_setting, setting
from archive.search.index import OWN_PAGE_READ

BATCH = 500
"""Records of a batch at the most …"""
MOST_CHARACTERS = 5_000_000
"""… and characters of their texts after which no further one is taken into it."""


class RecordInput(Protocol):
    """The texts of one record that something is read from."""

    @property
    def record_id(self) -> int: ...
    @property
    def portal(self) -> str: ...
    @property
    def characters(self) -> int: ...


Input = TypeVar("Input", bound=RecordInput)
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class Rereading(Generic[Input, Output]):
    """A way to read something of records again. `name`: what is read; `kept`: the table of it, by `record_id`.

    `unread_NAME` is the table of the records that changed. `version`: of the reader; where another one read last, all
    that `every`, a SELECT of ids, yields are read again. `collect` returns the input of a record, None where there is
    nothing to read; `read` makes the output of it, within `seconds` of processor time (None: the usual); `write` keeps
    it.
    """

    name: str
    kept: str
    version: str
    every: str
    collect: Callable[[sqlite3.Connection, int], Input | None]
    read: Callable[[Input], Output]
    write: Callable[[sqlite3.Connection, Input, Output], None]
    seconds: float | None = None

    @property
    def _setting(self) -> str:
        return f"{self.name}_read_by"

    def is_current(self, connection: sqlite3.Connection) -> bool:
        """Whether this version of the reader read last."""
        return setting(connection, self._setting) == self.version

    def catch_up(self, connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
        """Read all that is noted, and every record where another version read last; a record that fails is a problem.
        The caller's transaction.

        `own_page_read`: only the records whose own page was read, the others are likely to change again soon.
        """
        noted = f"unread_{self.name}"
        if not self.is_current(connection):
            connection.execute(f"INSERT OR IGNORE INTO {noted} {self.every}")
            keep_setting(connection, self._setting, self.version)
        chosen = OWN_PAGE_READ if own_page_read else "1"
        waiting = f"SELECT record_id FROM {noted} u WHERE {chosen} ORDER BY record_id LIMIT {BATCH}"  # noqa: S608 - constants
        while ids := [row[0] for row in connection.execute(waiting)]:
            records, inputs = self._batch(connection, ids)
            connection.executemany(f"DELETE FROM {self.kept} WHERE record_id = ?", records)  # noqa: S608
            outputs = derive(self.read, [(each.portal, each) for each in inputs], self.seconds)
            for each, output in zip(inputs, outputs, strict=True):
                if isinstance(output, Failure):
                    note_failure(connection, each.record_id, output)
                else:
                    self.write(connection, each, output)
            connection.executemany(f"DELETE FROM {noted} WHERE record_id = ?", records)  # noqa: S608

    def _batch(self, connection: sqlite3.Connection, ids: Iterable[int]) -> tuple[list[tuple[int]], list[Input]]:
        """The first of the records `ids`, as rows of theirs, and what is read of them."""
        records: list[tuple[int]] = []
        inputs: list[Input] = []
        characters = 0
        for record_id in ids:
            records.append((record_id,))
            if each := self.collect(connection, record_id):
                inputs.append(each)
                characters += each.characters
            if characters > MOST_CHARACTERS:
                break
        return records, inputs
