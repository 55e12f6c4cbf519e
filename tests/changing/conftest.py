"""The archive of a portal's first two days, for each test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.changing_portal import Portal, two_days


@pytest.fixture(scope="session")
def first_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal, and an archive of its first two days."""
    with two_days(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture
def portal(first_days: Portal, tmp_path: Path) -> Portal:
    """One's own, as it was after these days."""
    return first_days.copy(tmp_path)
