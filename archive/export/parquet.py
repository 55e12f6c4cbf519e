"""Rows as a Parquet file, with the extra `parquet` (arro3) installed; a batch of rows is in memory at a time."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from archive.export.rows import Row
from archive.export.writers import PIECE, Pieces, WriterError

NOT_INSTALLED = "Parquet needs the extra `parquet`: pip install 'disclosures[parquet]'"

AT_A_TIME = 5_000
"""Rows in a batch; the first decides the types of the columns."""

GROUP = 50_000
"""Rows in a group: what a reader must hold to read one."""


def parquet_file(columns: Sequence[str], rows: Iterable[Row], kinds_of: Mapping[str, type] | None = None) -> Pieces:
    """Write a Parquet file, packed by zstd. A column is of whole numbers, numbers or text,
    as `kinds_of` or its first rows say.

    Until it is whole, pieces are empty. Raises WriterError where the library is missing,
    or a column's rows don't fit together.
    """
    try:
        from arro3 import core, io  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise WriterError(NOT_INSTALLED) from error
    remaining = iter(rows)
    first = list(islice(remaining, AT_A_TIME))
    if kinds_of:
        kinds = [kinds_of[name] for name in columns]
    else:
        kinds = [_kind(row[place] for row in first) for place in range(len(columns))]
    types = {int: core.DataType.int64(), float: core.DataType.float64(), str: core.DataType.utf8()}
    schema = core.Schema(
        [core.Field(name, types[kind], nullable=True) for name, kind in zip(columns, kinds, strict=True)]
    )

    def batches() -> Iterator[Any]:
        batch = first
        while batch:
            values = [[_fitting(row[place], kind, columns[place]) for row in batch] for place, kind in enumerate(kinds)]
            arrays = [core.Array(column, types[kind]) for column, kind in zip(values, kinds, strict=True)]
            yield core.RecordBatch.from_arrays(arrays, schema=schema)
            batch = list(islice(remaining, AT_A_TIME))

    with tempfile.NamedTemporaryFile(prefix="disclosures-", suffix=".parquet") as file:
        failed: list[Exception] = []
        reader = core.RecordBatchReader.from_batches(schema, _noting(batches(), failed))
        try:
            io.write_parquet(reader, file.name, compression="zstd(3)", max_row_group_size=GROUP)
        except Exception as error:
            raise (failed[0] if failed else WriterError(f"Parquet could not be written: {error}")) from error
        while piece := file.read(PIECE):
            yield piece


def _noting(batches: Iterator[Any], failed: list[Exception]) -> Iterator[Any]:
    """Yield the batches; what goes wrong among them is noted in `failed`, too."""
    try:
        yield from batches
    except Exception as error:
        failed.append(error)
        raise


def _kind(values: Iterable[object]) -> type:
    """Return the type of a column; text where no value decides."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return int
    return float if kinds and kinds <= {int, float} else str


def _fitting(value: object, kind: type, column: str) -> object:
    if value is None:
        return None
    if kind is str:
        return value.hex() if isinstance(value, bytes) else str(value)
    if isinstance(value, kind) or (kind is float and isinstance(value, int)):
        return kind(value)
    raise WriterError(f"column {column} holds numbers first and {str(value)[:40]!r} later: cast it in the SQL")
