"""Reading again of the records that triggers have noted as changed, in a process of its own, a batch at a time."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from archive.analysis.derivation_problems import note_failure
from archive.analysis.derivation_process import Failure, derive

BATCH = 20


class RecordInput(Protocol):
    """The texts of one record that something is read from."""

    @property
    def record_id(self) -> int: ...
    @property
    def portal(self) -> str: ...


Input = TypeVar("Input", bound=RecordInput)
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class Rereading(Generic[Input, Output]):
    """A way to read something of records again. `noted`: the table of those that changed; `kept`: that of what was read, by `record_id`.

    `collect` returns the input of a record, None where there is nothing to read; `read` makes the output of it, within `seconds` of
    processor time (None: the usual); `write` keeps it.
    """

    noted: str
    kept: str
    collect: Callable[[sqlite3.Connection, int], Input | None]
    read: Callable[[Input], Output]
    write: Callable[[sqlite3.Connection, Input, Output], None]
    seconds: float | None = None

    def catch_up(self, connection: sqlite3.Connection) -> None:
        """Read all that is noted; a record that fails is a problem. The caller's transaction."""
        waiting = f"SELECT record_id FROM {self.noted} ORDER BY record_id LIMIT {BATCH}"  # noqa: S608 - constant names
        while ids := [row[0] for row in connection.execute(waiting)]:
            records = [(record_id,) for record_id in ids]
            connection.executemany(f"DELETE FROM {self.kept} WHERE record_id = ?", records)  # noqa: S608
            inputs = [each for record_id in ids if (each := self.collect(connection, record_id)) is not None]
            outputs = derive(self.read, [(each.portal, each) for each in inputs], self.seconds)
            for each, output in zip(inputs, outputs, strict=True):
                if isinstance(output, Failure):
                    note_failure(connection, each.record_id, output)
                else:
                    self.write(connection, each, output)
            connection.executemany(f"DELETE FROM {self.noted} WHERE record_id = ?", records)  # noqa: S608


def is_read_by(connection: sqlite3.Connection, setting: str, version: str) -> bool:
    """Whether this version read all records before; from now on it counts as having done so."""
    known = connection.execute("SELECT value FROM settings WHERE name = ?", (setting,)).fetchone()
    if known == (version,):
        return True
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (setting, version))
    return False
