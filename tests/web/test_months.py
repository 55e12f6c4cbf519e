"""The picture of months: nothing counted is lost or drawn twice, and every bar stays in its row."""

import re

from hypothesis import given
from hypothesis import strategies as st

from archive.labels.code_labels import KINDS
from archive.web.views.months import HEIGHT, LEAST_YEARS, MOST_YEARS, Picture, picture

PRESENT = "2026-11"

months = st.one_of(st.just(""), st.builds("{:04}-{:02}".format, st.integers(1995, 2035), st.integers(1, 12)))
counts = st.dictionaries(
    st.tuples(months, st.sampled_from((*KINDS, "unheard_of"))), st.integers(0, 100_000), max_size=60
).map(lambda found: [(*key, number) for key, number in found.items()])


def drawn(shown: Picture) -> int:
    return shown.all.total + shown.earlier + shown.later + shown.undated


@given(counts)
def test_all_records_are_drawn_or_counted_beside(found: list[tuple[str, str, int]]) -> None:
    shown = picture(found, PRESENT)
    if shown is None:
        assert all(number == 0 or not month or month > PRESENT for month, _, number in found)
        return
    assert drawn(shown) == sum(number for _, _, number in found)
    assert sum(row.total for row in shown.kinds) == shown.all.total
    assert sum(bar.records for bar in shown.bars) == shown.all.total
    assert sum(number for _, number, _ in shown.table) == shown.all.total
    assert [month for month, *_ in shown.table] == sorted((month for month, *_ in shown.table), reverse=True)
    for month, number, each in shown.table:
        assert number == sum(each) > 0
        assert int(month[:4]) in shown.years
    for row, column in zip(shown.kinds, zip(*(each for _, _, each in shown.table), strict=True), strict=True):
        assert row.total == sum(column)
        assert row.most == max(column)


@given(counts)
def test_bars_stay_in_their_row(found: list[tuple[str, str, int]]) -> None:
    shown = picture(found, PRESENT)
    for row in (shown.all, *shown.kinds) if shown else ():
        bars = re.findall(r"M(\d+) (\d+)v-(\d+)h(\d+)V(\d+)z", row.path)
        assert "".join("M{} {}v-{}h{}V{}z".format(*bar) for bar in bars) == row.path
        for left, bottom, height, width, _ in bars:
            assert int(left) + int(width) <= shown.width
            assert 0 < int(height) <= int(bottom) == HEIGHT
        assert max(int(bar[2]) for bar in bars) == HEIGHT


def test_whole_years_up_to_the_newest() -> None:
    few = picture([("2017-05", "budget", 3)], PRESENT)
    assert few
    assert few.years == (2015, 2016, 2017)
    assert len(few.years) == LEAST_YEARS
    many = picture([("1999-01", "budget", 1), ("2026-11", "notice", 2), ("2026-12", "notice", 4)], PRESENT)
    assert many
    assert (many.years[0], len(many.years)) == (2017, MOST_YEARS)
    assert (many.earlier, many.later, many.all.total) == (1, 4, 2)
    assert [row.kind for row in many.kinds] == ["notice"]


def test_a_picture_of_nothing() -> None:
    assert picture([], PRESENT) is None
    assert picture([("", "budget", 5), ("2018-01", "budget", 0)], PRESENT) is None
