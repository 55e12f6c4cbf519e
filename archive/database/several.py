"""Several archives read through one connection: each answers by itself, and its rows come one archive after the other.

SQLite could attach the files and show UNION ALL of their tables as views, but plans do not survive that: a number made
unique by arithmetic is found along no index, and views that are joined are copied first. Asked by itself, each archive
goes by its own indexes.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Self

Parameters = Mapping[str, Any] | Sequence[Any]


_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN}


def is_unreadable(error: BaseException) -> bool:
    """Return whether SQLite says that it can't read a file: it is damaged, gone, or no database any more."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNREADABLE


class UnreadableArchiveError(sqlite3.DatabaseError):
    """One of several archives can't be read. `archive`: its name."""

    def __init__(self, archive: str, reason: object) -> None:
        super().__init__(str(reason))
        self.archive = archive


@contextmanager
def naming(archive: str) -> Iterator[None]:
    """Raise UnreadableArchiveError within the block where the archive of this name can't be read."""
    try:
        yield
    except sqlite3.Error as error:
        if is_unreadable(error):
            raise UnreadableArchiveError(archive, error) from error
        raise


class ArchiveNumber(int):
    """The number of a row of one archive, which another's row may have too. `archive`: the name of its own."""

    archive: str

    def __new__(cls, number: int, archive: str) -> Self:
        """Return the number, of the archive of this name."""
        made = super().__new__(cls, number)
        made.archive = archive
        return made

    def __eq__(self, other: object) -> bool:
        """Two numbers of two archives differ; a plain number is equal to both."""
        return int(self) == other and getattr(other, "archive", self.archive) == self.archive

    __hash__ = int.__hash__


class ArchiveText(str):
    """The id of a portal, which one archive holds. `archive`: its name."""

    __slots__ = ("archive",)
    archive: str

    def __new__(cls, text: str, archive: str) -> Self:
        """Return the id, of the archive of this name."""
        made = super().__new__(cls, text)
        made.archive = archive
        return made


_IDS = {"id", "portal", "state_event"}
"""Columns, besides those that end in `_id`, that hold numbers of rows or ids of portals."""


def archive_of(values: Iterable[object]) -> str | None:
    """Return the name of the archive of which one of `values` is a number or a portal's id; None where none is."""
    return next((value.archive for value in values if isinstance(value, (ArchiveNumber, ArchiveText))), None)


class Numbers(tuple[Any, ...]):
    """Numbers of rows as one parameter of SQL: a list in JSON,
    in which each archive finds null in the place of the others' numbers.
    """

    __slots__ = ()

    def of(self, archive: str) -> str:
        """Return the list for the archive of this name."""
        return json.dumps([each if archive_of(_flat(each)) in {None, archive} else None for each in self])


def numbers(rows: Iterable[object]) -> str | Numbers:
    """Return numbers of rows, or lists that begin with one, as a parameter of SQL that `json_each` reads."""
    listed = Numbers(rows)
    return json.dumps(listed) if archive_of(chain.from_iterable(map(_flat, listed))) is None else listed


def _flat(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else (value,)


class ArchiveRow:
    """One row, with its values by place and by name as `sqlite3.Row` has them; its numbers know their archive."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places, self._values = places, values

    def keys(self) -> list[str]:
        """Return the columns' names."""
        return list(self._places)

    def __getitem__(self, key: str | int | slice) -> Any:  # noqa: ANN401 - as `sqlite3.Row` has it
        """Return the value of a column."""
        return self._values[self._places[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._values)


class Answers:
    """A cursor over the rows of several archives, the first one's first; each is asked when the one before ends."""

    def __init__(self, archives: "SeveralArchives") -> None:
        self._archives = archives
        self._rows: Iterator[Any] = iter(())
        self.description: tuple[Any, ...] = ()

    def execute(self, sql: str, parameters: Parameters = ()) -> Self:
        """Ask; where a parameter is a number of one archive's rows, that archive alone."""
        only = archive_of(parameters.values() if isinstance(parameters, Mapping) else parameters)
        requested = [pair for pair in self._archives.connections.items() if only in {None, pair[0]}]
        first = _ask(*requested[0], sql, parameters)
        self.description = first.description or ()
        others = (_tagged(name, _ask(name, connection, sql, parameters)) for name, connection in requested[1:])
        self._rows = chain(_tagged(requested[0][0], first), chain.from_iterable(others))
        return self

    def fetchone(self) -> Any:  # noqa: ANN401 - a row, as SQLite's cursor has it
        """Return the next row; None after the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int) -> list[Any]:
        """Return the next `size` rows, or as many as there are."""
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the rows."""
        return self._rows

    def close(self) -> None:
        """Leave the rows that are left."""
        self._rows = iter(())


def _ask(name: str, connection: sqlite3.Connection, sql: str, parameters: Parameters) -> sqlite3.Cursor:
    with naming(name):
        return connection.execute(sql, _own(name, parameters))


def _read(name: str, cursor: sqlite3.Cursor) -> Iterator[Any]:
    with naming(name):
        yield from cursor


def _own(name: str, parameters: Parameters) -> Parameters:
    """Return the parameters as the archive of this name gets them."""
    if isinstance(parameters, Mapping):
        return {key: value.of(name) if isinstance(value, Numbers) else value for key, value in parameters.items()}
    return [value.of(name) if isinstance(value, Numbers) else value for value in parameters]


def _tagged(archive: str, cursor: sqlite3.Cursor) -> Iterator[Any]:
    """Return the rows of an archive, those of their values that are numbers of rows or ids of portals with its name."""
    names = [column[0] for column in cursor.description or ()]
    are_ids = [name in _IDS or name.endswith("_id") for name in names]
    if not any(are_ids):
        return _read(archive, cursor)
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    pairs = (zip(row, are_ids, strict=True) for row in _read(archive, cursor))
    return (
        ArchiveRow(places, tuple(_named(value, archive) if is_id else value for value, is_id in row)) for row in pairs
    )


def _named(value: object, archive: str) -> object:
    if isinstance(value, int):
        return ArchiveNumber(value, archive)
    return ArchiveText(value, archive) if isinstance(value, str) else value


DESCENDING = " DESC"
"""The end of a term of an order by which the highest comes first."""


def ordered(rows: Iterable[Any], *terms: str) -> list[Any]:
    """Return rows of several archives in one order: by columns, as ORDER BY has them; the first column counts most."""
    rows = list(rows)
    for term in reversed(terms):
        name = term.removesuffix(DESCENDING)
        rows.sort(key=lambda row: (row[name] is not None, row[name]), reverse=term.endswith(DESCENDING))
    return rows


def summed(rows: Iterable[Any], by: str, of: str) -> Counter[str]:
    """Return the sums of the column `of`, of all archives together, by the values of the column `by`."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[by]] += row[of]
    return sums


def merged(in_each: Iterable[Iterable[tuple[Any, ...]]]) -> Iterator[Any]:
    """Yield the last values of what is found in each archive, the highest first, as it is in each;
    looked up as they are taken.
    """
    return map(itemgetter(-1), merge(*in_each, reverse=True))


class SeveralArchives:
    """Connections to several archives, by their names, read as one."""

    def __init__(self, connections: Mapping[str, sqlite3.Connection]) -> None:
        self.connections = connections

    def cursor(self) -> Answers:
        """Return a cursor."""
        return Answers(self)

    def execute(self, sql: str, parameters: Parameters = ()) -> Answers:
        """Ask each archive; see `Answers`."""
        return self.cursor().execute(sql, parameters)

    def each(self) -> list["SeveralArchives"]:
        """Return the archives one by one."""
        return [SeveralArchives({name: connection}) for name, connection in self.connections.items()]

    def set_progress_handler(self, handler: Callable[[], int | None] | None, steps: int) -> None:
        """Have `handler` called while any of them works."""
        for connection in self.connections.values():
            connection.set_progress_handler(handler, steps)

    def close(self) -> None:
        """Close all."""
        for connection in self.connections.values():
            connection.close()


Readable = sqlite3.Connection | SeveralArchives
"""A connection to one archive, or to several."""


def each(connection: Readable) -> Sequence[Readable]:
    """Return the archives of a connection one by one; of one archive, the connection itself."""
    return connection.each() if isinstance(connection, SeveralArchives) else (connection,)
