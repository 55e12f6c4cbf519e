"""Derivation from records takes a bounded time: a record that takes longer is left, and stops nobody."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.analysis import derivation_process, derived, report_reader, titles
from archive.analysis.derivation_process import Failure, derive, forked
from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import bring_up_to_date, open_up_to_date
from archive.model import index_numbers
from archive.model.divisions import divisions
from archive.questions import workdays

HOSTILE = " " * 400_000
RECORD = (
    "INSERT INTO records (portal, kind, title, url, body, first_seen, last_seen) VALUES ('a', ?, ?, ?, '样本', '', '')"
)


def search_for_minutes(text: str) -> bool:
    """A search that is quadratic, and during which Python handles no signal."""
    return re.search(r"\s*x", text) is not None


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640324', '')")
        for begun in ("2017-01-01", "2018-01-01"):
            connection.execute("INSERT INTO crawls (portal, mode, started_at) VALUES ('a', 'full', ?)", (begun,))
        yield connection


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation_process, "forked", forked)


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation_process, "MOST_SECONDS", 0.2)


def column(connection: sqlite3.Connection, sql: str) -> list[object]:
    return [row[0] for row in connection.execute(sql)]


def problems(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return list(map(tuple, connection.execute("SELECT crawl_id, kind, url, count FROM problems")))


@pytest.mark.usefixtures("short_limit")
def test_a_record_that_takes_too_long_is_a_problem_and_the_others_are_read(archive, monkeypatch) -> None:
    real = titles.budgets
    monkeypatch.setattr(titles, "budgets", lambda title: search_for_minutes(HOSTILE) if "毒" in title else real(title))
    for title in ("县教育局2018年部门预算", "毒样本", "县财政局2018年部门预算"):
        archive.execute(RECORD, ("budget", title, title))
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM derived ORDER BY 1") == [1, 3]
    assert column(archive, "SELECT record_id FROM budgets ORDER BY 1") == [1, 3]
    assert problems(archive) == [(2, "not_derived", "毒样本", 1)]
    assert "took more than 0.2 s" in str(column(archive, "SELECT message FROM problems")[0])

    with transaction(archive):
        bring_up_to_date(archive)
    assert problems(archive) == [(2, "not_derived", "毒样本", 1)], "it is left"

    monkeypatch.setattr(titles, "budgets", real)
    monkeypatch.setattr(derived, "VERSION", "another")
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM derived ORDER BY 1") == [1, 2, 3], "until it is read otherwise"


@pytest.mark.usefixtures("short_limit")
def test_a_report_that_takes_too_long_is_a_problem_and_the_others_are_read(archive, monkeypatch) -> None:
    real = report_reader.read_claims
    monkeypatch.setattr(report_reader, "read_claims", lambda *_: search_for_minutes(HOSTILE))
    archive.execute(RECORD, ("annual_report", "样本县2017年政府信息公开工作年度报告", "1"))
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM annual_reports") == []
    assert problems(archive) == [(2, "not_derived", "1", 1)]
    assert column(archive, "SELECT record_id FROM derived") == [1]

    monkeypatch.setattr(report_reader, "read_claims", real)
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM annual_reports") == [], "it is left"
    monkeypatch.setattr(report_reader, "VERSION", "another")
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM annual_reports") == [1], "until it is read otherwise"


def test_a_record_on_which_our_own_code_fails_stops_no_other(archive, monkeypatch) -> None:
    real = titles.budgets
    monkeypatch.setattr(titles, "budgets", lambda title: 1 / 0 if "毒" in title else real(title))
    for title in ("毒样本", "县财政局2018年部门预算"):
        archive.execute(RECORD, ("budget", title, title))
    with transaction(archive):
        bring_up_to_date(archive)
    assert column(archive, "SELECT record_id FROM derived") == [2]
    assert "our own code failed: ZeroDivisionError" in str(column(archive, "SELECT message FROM problems")[0])


def test_files_that_facts_are_derived_with_are_read_once_and_not_by_each_process(archive) -> None:
    read = (divisions, index_numbers.patterns, workdays.day_counts)
    for each in read:
        each.cache_clear()
    archive.execute(RECORD, ("budget", "样本", "1"))
    with transaction(archive):
        derived.catch_up(archive)
    assert [each.cache_info().currsize for each in read] == [1, 1, 1]


def work(each: str) -> str:
    if each == "slow":
        search_for_minutes(HOSTILE)
    if each == "ended":
        os._exit(1)
    return each.upper()


def test_each_failure_of_a_portal_halves_the_time_of_its_next_records_and_of_no_other_portal() -> None:
    inputs = [*[("bad", "slow")] * 4, ("good", "slow"), ("bad", "a"), ("good", "b"), ("good", "ended"), ("good", "c")]
    results = derive(work, inputs, 0.4)
    assert [each for each in results if isinstance(each, str)] == ["A", "B", "C"]
    reasons = [each.reason.split(",")[0] for each in results if isinstance(each, Failure)]
    assert reasons == [f"took more than {seconds:g} s" for seconds in (0.4, 0.2, 0.1, 0.1, 0.4, 0.2)]


def test_a_process_that_derives_holds_none_of_its_parents_files(tmp_path: Path) -> None:
    with (tmp_path / "held").open("w") as held:
        (result,) = derive(lambda number: Path(f"/proc/self/fd/{number}").exists(), [("a", held.fileno())])
    assert result is False
