"""The archive of many records after its first crawl, for each test its own."""

from pathlib import Path
from shutil import copy

import pytest

from tests.many_records.records import all_pages, all_rows
from tests.test_presence import Crawls


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    """The archive after its first crawl."""
    made = Crawls(tmp_path_factory.mktemp("portal") / "a.db")
    made.run(all_rows(), pages=all_pages())
    return made


@pytest.fixture
def crawls(first_day: Crawls, tmp_path: Path) -> Crawls:
    """One's own, as it was after that day."""
    made = Crawls(Path(copy(first_day.path, tmp_path)))
    made.day, made.captures = first_day.day, first_day.captures
    return made
