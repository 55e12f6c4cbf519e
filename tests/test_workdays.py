"""Working days: counted day by day, up to the first and the last day that are covered, and unknown beyond."""

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.questions.workdays import FIRST, LAST, WEEKEND, rest_day, working_days

days = st.dates(FIRST, LAST)


@cache
def _worked(day: date) -> bool:
    return chinese_calendar.is_workday(day)


@settings(max_examples=40, deadline=None)
@given(days, st.integers(0, 30))
def test_working_days_are_those_after_the_first_day_up_to_the_last(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), LAST)
    after = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    expected = sum(map(_worked, after))
    assert working_days(str(start), str(end)) == expected
    assert working_days(str(end), str(start)) == -expected


@settings(max_examples=40, deadline=None)
@given(days)
def test_a_day_is_free_of_work_or_not(day: date) -> None:
    assert (rest_day(str(day)) == "") == _worked(day)


@pytest.mark.parametrize(("day", "known"), [(FIRST, True), (LAST, True), (FIRST - timedelta(days=1), False), (LAST + timedelta(days=1), False)])  # fmt: skip
def test_days_are_known_from_the_first_to_the_last(day: date, known: bool) -> None:
    assert (rest_day(str(day)) is not None) == known
    assert (working_days(str(day), "2017-09-04") is not None) == known
    assert (working_days("2017-09-04", str(day)) is not None) == known


@pytest.mark.parametrize(
    ("day", "rest"),
    [
        ("2018-02-11", ""),  # a Sunday that was worked
        ("2018-02-15", "春节"),
        ("2018-02-10", WEEKEND),
        ("2018-04-05", "清明"),
        ("2018-05-01", "劳动节"),
        ("2018-10-01", "国庆节"),
        ("2018-01-01", "元旦"),
        ("2018-06-18", "端午"),
        ("2018-09-24", "中秋"),
    ],
)
def test_a_holiday_has_its_name(day: str, rest: str) -> None:
    assert rest_day(day) == rest
