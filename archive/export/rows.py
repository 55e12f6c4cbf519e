"""Rows to export: one value for records, events, tables and answers, whatever file they become."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Any

from archive.labels.code_labels import codes_of
from archive.labels.label import LABELS, Label
from archive.labels.language import say
from archive.labels.tables import TABLES, StatedBeside, heading, holds_times
from archive.model.clock import BEIJING, moment

Row = Sequence[object]
Change = Callable[[object], object]

_JSON = {"flags", "detail", "source_fields", "fields", "changed", "counts", "stated"}
"""Columns of the archive's tables that hold JSON."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", re.ASCII)
_LOOKED_AT = 200
"""Rows from which it is told which columns hold times."""
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_EXACT_DIGITS = 15
"""Digits that a number in a spreadsheet keeps."""

_REMEMBERED = 10_000
"""Rows of the other table; those of one table of figures mostly follow one another."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that can be read once. `title`: what they are;
    `table`: the table whose columns they have, None for columns of any name.

    `labels`: what columns are called that the table has not.
    `words`: what turns values of columns into what people read, besides codes.
    """

    title: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    table: str | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    words: Mapping[str, Change] = field(default_factory=dict)

    def parsed(self) -> "Rows":
        """Return the rows for machines: what is JSON in a table's columns as lists and objects."""
        return replace(self, rows=_parsed(self.columns, self.rows)) if self.table else self

    def in_beijing_time(self) -> "Rows":
        """The rows with the archive's times as the clocks of Beijing show them, and columns whose names say so."""
        times, rows = self._times()
        changes = dict.fromkeys(times, _beijing)
        return replace(self, columns=_noted(self.columns, times), rows=_changed(rows, changes))

    def labelled(self) -> "Rows":
        """Return the rows for people, in the reader's language: headings and codes in words, times in Beijing's,
        decimals as numbers; a list of codes (JSON) as names in a row.
        """
        times, rows = self._times()
        changes = {**self._words(), **dict.fromkeys(times, _beijing)}
        headings = [str(self.labels.get(column) or heading(self.table, column)) for column in self.columns]
        return replace(self, columns=_noted(headings, times), rows=_changed(rows, changes))

    def _words(self) -> dict[int, Change]:
        """Return what turns codes, decimals and the columns of `words` into what people read, by the columns' places."""
        codes, decimals = codes_of(self.table), TABLES[self.table].decimals if self.table in TABLES else ()
        changes: dict[int, Change] = {}
        for place, name in enumerate(self.columns):
            if name in self.words:
                changes[place] = self.words[name]
            elif name in codes:
                changes[place] = partial(_named, codes[name])
            elif name in decimals:
                changes[place] = _number
        return changes

    def _times(self) -> tuple[frozenset[int], Iterable[Row]]:
        """The places of the columns that hold times, as the first rows have it, or else their names; and all rows."""
        remaining = iter(self.rows)
        first = list(islice(remaining, _LOOKED_AT))
        places = frozenset(
            place
            for place, name in enumerate(self.columns)
            if _are_times([row[place] for row in first if row[place] is not None], name)
        )
        return places, chain(first, remaining)

    def dicts(self) -> list[dict[str, Any]]:
        """Read the rows, each by its columns' names."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def _parsed(names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    places = [place for place, name in enumerate(names) if name in _JSON]
    for row in rows:
        values = list(row)
        for place in places:
            with suppress(ValueError, TypeError):
                values[place] = json.loads(values[place])  # type: ignore[arg-type]  # a TypeError is meant
        yield values


def _are_times(values: Sequence[object], name: str) -> bool:
    return all(map(_is_time, values)) if values else holds_times(name)


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _noted(headings: Sequence[str], times: Set[int]) -> tuple[str, ...]:
    """Return the headings, those of times with the note whose times they are."""
    note = LABELS["word.in_beijing_time"]
    return tuple(
        str(note.format(heading=heading)) if place in times else heading for place, heading in enumerate(headings)
    )


def _changed(rows: Iterable[Row], changes: Mapping[int, Change]) -> Iterator[Row]:
    """Yield the rows, their values at some places changed."""
    for row in rows:
        yield [changes[place](value) if place in changes else value for place, value in enumerate(row)]


def _beijing(value: object) -> object:
    """Return a time as a moment of Beijing's clocks; what is no time stays as it is."""
    if isinstance(value, str) and _is_time(value):
        with suppress(ValueError, OverflowError):
            return moment(value).astimezone(BEIJING).replace(tzinfo=None)
    return value


def _number(value: object) -> object:
    """Return a decimal as a number, if that is exact to all its digits."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value) and sum(map(str.isdigit, value)) <= _EXACT_DIGITS:
        return Decimal(value)
    return value


def _named(code: Mapping[str, Label], value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return say("、", ", ").join(str(code.get(str(each), each)) for each in json.loads(value))
    return str(code.get(value, value))


def with_what_is_stated(connection: sqlite3.Connection, rows: Rows) -> Rows:
    """Return rows of a table with what the row that they belong to states of their figures,
    as far as the rows have its key.
    """
    stated = TABLES[rows.table].stated if rows.table in TABLES else None
    if stated is None or stated.key not in rows.columns:
        return rows
    place = rows.columns.index(stated.key)
    return replace(
        rows,
        columns=(*rows.columns, *stated.columns),
        rows=_extended(connection, stated, place, rows.rows),
        labels={**rows.labels, **{name: TABLES[stated.table].columns[name] for name in stated.columns}},
    )


def _extended(connection: sqlite3.Connection, stated: StatedBeside, place: int, rows: Iterable[Row]) -> Iterator[Row]:
    columns, key = ", ".join(stated.columns), "id" if "id" in TABLES[stated.table].columns else stated.key
    sql = f"SELECT {columns} FROM {stated.table} WHERE {key} = ?"  # noqa: S608 - constant names

    @lru_cache(_REMEMBERED)
    def of(value: object) -> Row:
        return connection.execute(sql, (value,)).fetchone() or (None,) * len(stated.columns)

    for row in rows:
        yield (*row, *of(row[place]))
