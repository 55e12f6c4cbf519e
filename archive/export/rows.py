"""Rows to export: one value for records, events, tables and answers, whatever file they become."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from archive.labels.code_labels import codes_of
from archive.labels.label import Label
from archive.labels.language import say
from archive.labels.tables import heading

Row = Sequence[object]

_JSON = {"flags", "detail", "source_fields", "fields", "changed", "counts", "stated"}
"""Columns of the archive's tables that hold JSON."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that can be read once. `title`: what they are; `table`: the table whose columns they have, None for columns of any name."""

    title: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    table: str | None = None

    def parsed(self) -> "Rows":
        """Return the rows for machines: what is JSON in a table's columns as lists and objects."""
        return replace(self, rows=_parsed(self.columns, self.rows)) if self.table else self

    def labelled(self) -> "Rows":
        """Return the rows for people, in the reader's language: headings and codes in words; a list of codes (JSON) as names in a row."""
        headings = tuple(str(heading(self.table, column)) for column in self.columns)
        codes = codes_of(self.table)
        return replace(self, columns=headings, rows=_labelled([codes.get(name) for name in self.columns], self.rows))

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


def _labelled(codes: Sequence[Mapping[str, Label] | None], rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield [_named(value, code) if code else value for value, code in zip(row, codes, strict=True)]


def _named(value: object, code: Mapping[str, Label]) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return say("、", ", ").join(str(code.get(str(each), each)) for each in json.loads(value))
    return str(code.get(value, value))
