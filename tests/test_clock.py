"""The clock: the moment given, from which time runs on; days in Beijing; moments as the archive writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from archive.model import clock


@pytest.fixture(autouse=True)
def _asked_for_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock._ahead.cache_clear()
    monkeypatch.delenv(clock.VARIABLE, raising=False)


@pytest.mark.parametrize("given", ["2018-04-03T01:00:00Z", "2018-04-03T09:00:00+08:00", "2018-04-03T01:00:00"])
def test_time_runs_on_from_the_moment_given(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(clock.VARIABLE, given)
    moments = [clock.now() for _ in range(3)]
    begin = datetime(2018, 4, 3, 1, tzinfo=UTC)
    assert begin <= moments[0] <= moments[1] <= moments[2] < begin + timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2018-04-02T15:59:00Z", date(2018, 4, 2)),
        ("2018-04-02T16:00:00Z", date(2018, 4, 3)),
        ("2028-02-29T23:30:00+08:00", date(2028, 2, 29)),
    ],
)
def test_today_is_the_day_in_beijing(monkeypatch: pytest.MonkeyPatch, given: str, day: date) -> None:
    monkeypatch.setenv(clock.VARIABLE, given)
    assert clock.today() == day


def test_without_a_moment_it_is_the_machines_time() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


def test_a_moment_that_is_none_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, "yesterday")
    with pytest.raises(clock.ClockError, match="DISCLOSURES_NOW='yesterday' must be a moment such as"):
        clock.now()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2018-04-03T01:00:00Z", "2018-04-03T01:00:00Z"),
        ("2018-04-03T07:30:00+08:00", "2018-04-02T23:30:00Z"),
        ("2018-04-03", "2018-04-03T00:00:00Z"),
        ("2018-04-03T01:00:00.999999Z", "2018-04-03T01:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_to_the_second(text: str, written: str) -> None:
    assert clock.text(clock.moment(text)) == written


@pytest.mark.parametrize(
    ("header", "time"),
    [
        ("Tue, 03 Apr 2018 01:00:00 GMT", "2018-04-03T01:00:00Z"),
        ("Tue, 03 Apr 2018 09:00:00 +0800", "2018-04-03T01:00:00Z"),
        ("Tue, 03 Apr 2018 01:00:00 -0000", "2018-04-03T01:00:00Z"),  # no zone is stated
        ("Tue, 03 Apr 2018", None),
        ("样本", None),
        ("", None),
        (None, None),
    ],
)
def test_the_time_that_an_answer_states_is_in_utc(header: str | None, time: str | None) -> None:
    stated = clock.time_of(header)
    assert (clock.text(stated) if stated else None) == time
