"""Work that the store leaves undone: columns that don't change, questions whose answers are known."""

from itertools import groupby
from pathlib import Path

from tests.test_record_writing import path, record
from tests.test_store import DAY, crawl, listed, page, row

__all__ = ["path"]  # the fixture


def test_of_a_record_the_columns_that_change_are_written_alone(path: Path) -> None:
    store = crawl(path, [listed(row(1, published_on="2026-01-01"))], finish=False)
    written: list[str] = []
    store._connection.set_trace_callback(written.append)
    store.write([page(1, title="样本文件之1")], DAY.format(1))
    store.finish("finished", DAY.format(1))
    store.close()
    update = next(sql for sql in written if sql.startswith("UPDATE records") and "body = " in sql)
    assert [name for name in record(path) if f" {name} = " in update] == [
        "id",
        "document_number",
        "source_fields",
        "body",
    ]


def test_few_statements_write_a_record(path: Path) -> None:
    store = crawl(path, finish=False)
    written: list[str] = []
    store._connection.set_trace_callback(written.append)
    store.write([listed(*map(row, range(1, 11))), *map(page, range(1, 11))], DAY.format(1))
    store.finish("finished", DAY.format(1))
    store.close()
    begin, end = written.index("BEGIN IMMEDIATE"), written.index("COMMIT")
    assert len(list(groupby(written[begin:end]))) <= 10 * 25, "a statement is told again for each of its triggers"
