"""A record is a function of what its pages say: own page first, the list's title unless it is cut, doubts flagged."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.records import FIELDS, Merged, Reading, fullest, is_cut, merge
from tests.hostile import texts


def reading(*doubts: str, **fields: str) -> Reading:
    return Reading(fields, dict(fields), doubts)


def flags(*listed: Reading, own: Reading | None = None, seen_on: str = "2018-01-01") -> list[str]:
    return merge(listed, own, seen_on).flags


# --- cut titles ---


@pytest.mark.parametrize("text", ["关于预算...", "关于预算…", "关于预算……", "关于预算....", "关于预算... "])
def test_dots_at_the_end_are_a_cut(text: str) -> None:
    assert is_cut(text)


@pytest.mark.parametrize("text", [None, "", "关于预算", "关于预算..", "关于...预算", "…预算"])
def test_other_text_is_not_cut(text: str | None) -> None:
    assert not is_cut(text)


def test_a_long_run_of_dots_is_read() -> None:
    """A pattern that tries the run from each of its dots would take hours here."""
    assert not is_cut("." * 500_000 + "甲")
    assert not is_cut("…" * 500_000 + "甲")


@pytest.mark.parametrize(
    ("candidates", "best"),
    [
        ([], None),
        (["甲"], "甲"),
        (["甲", "甲乙丙"], "甲"),
        (["甲...", "甲乙丙"], "甲乙丙"),
        (["甲…", "甲乙...", "甲乙丙"], "甲乙丙"),
        (["甲...", "甲乙..."], "甲乙..."),
        (["甲乙...", "甲..."], "甲乙..."),
        (["甲...", "乙丙丁"], "甲..."),
        (["甲 乙...", "甲乙　丙"], "甲乙　丙"),
        (["甲（2017）...", "甲(2017)年"], "甲(2017)年"),
        (["甲...", "甲"], "甲"),
        (["甲...", "甲...-某县人民政府"], "甲..."),
        (["甲...", "甲乙", "甲乙丙"], "甲乙丙"),
    ],
)
def test_the_fullest(candidates: list[str], best: str | None) -> None:
    assert fullest(candidates) == best


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_the_fullest_is_one_of_them_and_no_whole_one_is_replaced(candidates: list[str]) -> None:
    best = fullest(candidates)
    assert best in candidates
    assert is_cut(candidates[0]) or best == candidates[0]


@given(st.text("关于公布预算的通知", min_size=1, max_size=20), st.integers(1, 20), st.sampled_from(["...", "…", "……"]))
def test_a_cut_title_is_made_whole_by_the_whole_one(title: str, length: int, dots: str) -> None:
    assert fullest([title[:length] + dots, title]) == title


# --- merging ---


def test_its_own_page_is_believed_before_a_row_save_for_the_title() -> None:
    row = reading(title="甲", publisher="县", published_on="2017-01-01", index_number="A")
    own = reading(title="乙", publisher="县政府", published_on="2017-01-02", topic="教育")
    merged = merge([row], own, "2018-01-01")
    assert {name: value for name, value in merged.fields.items() if value} == {
        "title": "甲", "publisher": "县政府", "published_on": "2017-01-02", "index_number": "A", "topic": "教育",
    }  # fmt: skip
    assert set(merged.fields) == set(FIELDS)


def test_a_cut_title_comes_from_wherever_it_is_whole() -> None:
    cut, whole = reading(title="关于预..."), reading(title="关于预算的通知")
    for listed, own in (([cut], whole), ([cut, whole], None), ([whole, cut], None)):
        assert merge(listed, own, "2018-01-01").fields["title"] == "关于预算的通知"


def test_a_cut_publisher_comes_from_the_responsible_department_that_begins_so() -> None:
    assert (
        merge([reading(publisher="县人力...", responsible_department="县人力资源局")], None, "").fields["publisher"]
        == "县人力资源局"
    )
    assert (
        merge([reading(publisher="县人力...", responsible_department="县财政局")], None, "").fields["publisher"]
        == "县人力..."
    )
    assert merge([reading(responsible_department="县财政局")], None, "").fields["publisher"] is None


def test_everything_is_kept_as_printed_the_own_page_last_and_blanks_never_over_values() -> None:
    first, second = Reading({}, {"文号": "A", "来源": "甲"}), Reading({}, {"文号": "", "来源": "乙", "语种": ""})
    own = Reading({}, {"来源": "", "文号": "B"})
    assert merge([first, second], own, "").source_fields == {"文号": "B", "来源": "甲", "语种": ""}


def test_what_is_missing_cut_or_yet_to_come_is_flagged() -> None:
    whole = {"title": "甲", "published_on": "2017-12-19"}
    assert flags(reading(**whole)) == []
    assert flags(reading(published_on="2017-12-19")) == ["title_missing"]
    assert flags(reading(**{**whole, "title": "甲..."})) == ["title_truncated"]
    assert flags(reading(**whole, publisher="县…")) == ["publisher_truncated"]
    assert flags(reading(**whole), seen_on="2017-12-18") == ["date_in_future"]
    assert flags(reading(**whole), seen_on="2017-12-19") == []
    assert flags(reading("date_unreadable", title="甲"), own=reading("page_cut")) == ["date_unreadable", "page_cut"]
    assert flags(reading(**whole, index_number="A1"), own=reading(index_number="A2")) == ["index_number_differs"]
    assert flags(reading(**whole, index_number="A 1"), own=reading(index_number="Ａ1")) == []


@pytest.mark.parametrize(
    ("field", "row", "own", "flag"),
    [
        ("title", "关于样本的通知", "关于样本的公告", "title_differs"),
        ("title", "关于样本的通知", "关于样本的通知（试行）", None),
        ("title", "关于样本的...", "关于样本的通知", None),
        ("published_on", "2017-12-19", "2017-12-18", "date_differs"),
        ("published_on", "2017-12-19", "2017-12-19", None),
        ("publisher", "县财政局", "县教育局", "publisher_differs"),
        ("publisher", "县政府办", "同心县人民政府办公室", None),
    ],
)
def test_a_row_and_the_records_own_page_that_state_different_values(
    field: str, row: str, own: str, flag: str | None
) -> None:
    whole = {"title": "甲", "published_on": "2017-12-19"}
    assert flags(reading(**{**whole, field: row}), own=reading(**{**whole, field: own})) == ([flag] if flag else [])
    assert flags(reading(**{**whole, field: row}), own=reading()) == ([] if "..." not in row else ["title_truncated"])


@pytest.mark.parametrize(
    ("number", "differs"),
    [
        ("640324-101/2017-00123", False),
        ("640324-101/2016-00123", True),
        ("014742224A/201812-0043406", True),
        ("A-2018-1", True),
        ("15", False),
    ],
)
def test_the_year_in_an_index_number(number: str, differs: bool) -> None:
    assert (
        "index_year_differs" in flags(reading(title="甲", published_on="2017-12-19", index_number=number))
    ) is differs


READINGS = st.builds(
    lambda fields, source, doubts: Reading(fields, source, tuple(doubts)),
    st.dictionaries(st.sampled_from(FIELDS), st.text("甲乙丙A1…", min_size=1, max_size=5)),
    st.dictionaries(st.sampled_from(["文号", "来源"]), st.text("甲A", max_size=2)),
    st.lists(st.sampled_from(["date_unreadable", "page_cut"]), max_size=2),
)


@settings(deadline=None)
@given(st.lists(READINGS, max_size=3), st.one_of(st.none(), READINGS))
def test_nothing_is_lost_or_made_up(listed: list[Reading], own: Reading | None) -> None:
    merged = merge(listed, own, "2018-01-01")
    everything = [*listed, *([own] if own else [])]
    for name, value in merged.fields.items():
        stated = {reading.fields.get(name) for reading in everything}
        if name == "publisher":
            stated |= {reading.fields.get("responsible_department") for reading in everything}
        assert value in stated or (value is None and stated == set())
        assert (value is None) == (not any(reading.fields.get(name) for reading in everything))
    assert set(merged.source_fields) == {label for reading in everything for label in reading.source_fields}
    assert merged.flags == sorted(set(merged.flags))
    assert set(itertools.chain(*(reading.doubts for reading in everything))) <= set(merged.flags)
    assert isinstance(merged, Merged)
