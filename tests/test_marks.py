"""Tests are marked by what they reach."""

import pytest

from tests.conftest import disclosures
from tests.marks import LONG, takes_none


def asks_for_help() -> object:
    return disclosures("--help")


class Asking:
    def help(self) -> object:
        return asks_for_help()


@pytest.fixture
def helped() -> object:
    """A fixture that would start a process, had it not been told not to."""
    return Asking if pytest else asks_for_help()


def marked(request: pytest.FixtureRequest, name: str) -> bool:
    return request.node.get_closest_marker(name) is not None


def test_what_calls_a_command_is_marked(request: pytest.FixtureRequest) -> None:
    assert callable(asks_for_help)
    assert marked(request, "crawl")
    assert not marked(request, "browser")


def test_what_uses_a_class_whose_method_calls_one_is_marked(request: pytest.FixtureRequest) -> None:
    assert Asking
    assert marked(request, "crawl")


def test_what_uses_a_fixture_that_calls_one_is_marked(request: pytest.FixtureRequest, helped: object) -> None:
    assert marked(request, "crawl")


def test_what_calls_none_is_not_marked(request: pytest.FixtureRequest) -> None:
    assert not marked(request, "crawl")


def test_files_of_which_a_run_takes_no_test_are_told_by_their_names() -> None:
    whole, part, short = "tests/test_backup.py", "tests/test_alarm.py", "tests/test_marks.py"
    assert whole in LONG
    assert any(name.startswith(f"{part}::") for name in LONG)
    assert [takes_none(file, "long") for file in (whole, part, short)] == [False, False, True]
    assert [takes_none(file, "not long") for file in (whole, part, short)] == [True, False, False]
    assert [takes_none(file, expression) for file in (whole, short) for expression in ("", "not slow")] == [False] * 4
    assert not takes_none("tests/properties/test_faults_of_a_portal.py", "long")  # of a folder
