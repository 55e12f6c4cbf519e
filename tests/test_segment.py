"""Segmentation: what the search index stores of a text, and where each unit stands in it."""

import importlib.util
import sys
import unicodedata
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import segment as segmenting
from archive.search.segment import BREAK, GAP, glue, located_units, marked, segment, segment_number, simplified, units

CHINESE = st.text(st.sampled_from("预算公开棚户区改造関於說ＡＢab１２3，、。 　\n,5〔〕㎡⺠"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预算", ["预", "算"]),
        ("預算", ["预", "算"]),
        ("２０１７年", ["2017", "年"]),
        ("共5,640条", ["共", "5640", "条"]),
        ("1,23", ["1", "23"]),
        ("1,234", ["1234"]),
        ("1,2345", ["1", "2345"]),
        ("1,234,5678", ["1234", "5678"]),
        ("1,234,567", ["1234567"]),
        ("1，234", ["1234"]),
        ("1、234", ["1", "234"]),
        ("甲,234", ["甲", "234"]),
        ("1,234\n567", ["1234", BREAK, "567"]),
        ("“三公”经费", ["三", "公", "经", "费"]),
        ("同政发〔2017〕92号", ["同", "政", "发", "2017", "92", "号"]),
        ("PPP项目", ["p", "p", "p", "项", "目"]),
        ("abc def", ["a", "b", "c", BREAK, "d", "e", "f"]),
        ("一\n二", ["一", BREAK, "二"]),
        ("⺠⽣", ["民", "生"]),
        ("五○", ["五", "〇"]),
        ("五◯", ["五", "〇"]),
        ("预\ue000算", ["预", "算"]),
        ("第 一", ["第", "一"]),
        ("a 预", ["a", "预"]),
        ("，。！", []),
        ("𠮷", ["𠮷"]),
        ("1_2", ["1", "2"]),
        ("ΟΔΟΣ", ["ο", "δ", "ο", "σ"]),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预", "预 _ 预"),
        ("预算公开", "预 算 公 开 _ 预算 算公 公开 开"),
        ("算预算", "算 预 _ 算预 预算 算"),
        ("2017年第92号", "2017 年 第 92 号 _ 2017年 年第 第92 92号 号"),
        ("〔2017〕92号", "2017 92 号 _ 2017_92 92号 号"),
        ("第1、2、3", "第 1 2 3 _ 第1 1_2 2_3 3"),
        ("1、2", "1 2 _ 1_2 2"),
        ("1、2\n3、4", "1 2 3 4 _ 1_2 2 _ 3_4 4"),
        ("一\n二三", "一 二 三 _ 一 _ 二三 三"),
        ("ab c", "a b c _ ab b _ c"),
        ("，。", ""),
        (None, ""),
    ],
)
def test_the_index_holds_units_once_and_pairs_line_by_line(text: str | None, expected: str) -> None:
    assert " ".join(segment(text).split()) == expected


def test_an_index_number_is_kept_in_parts_and_glued() -> None:
    held = "640324001 2017 61737 _ 640324001_2017 2017_61737 61737 _ 640324001201761737"
    assert segment_number("640324001/2017-61737") == held


@pytest.mark.parametrize("text", [None, "", "：、"])
def test_where_no_index_number_is_the_index_holds_none(text: str | None) -> None:
    assert segment_number(text).replace(GAP, "").split() == []


def test_nothing_is_stored_of_no_index_number() -> None:
    assert (segment_number(None), segment_number("")) == ("", "")


@pytest.mark.parametrize(("tokens", "expected"), [("", ""), ("预", "-预"), ("预 预算  2017_92", "-预 -预算 -2017_92")])
def test_each_token_of_a_head_is_marked(tokens: str, expected: str) -> None:
    assert marked(tokens) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("预，算", [("预", 0, 1), ("算", 2, 3)]),
        (" Ａ預 ", [("a", 1, 2), ("预", 2, 3)]),
        ("共5,640条", [("共", 0, 1), ("5640", 1, 6), ("条", 6, 7)]),
        ("1,234,567", [("1234567", 0, 9)]),
        ("1,234、5,678", [("1234", 0, 5), ("5678", 6, 11)]),
        ("一\n\n二", [("一", 0, 1), (BREAK, 1, 2), (BREAK, 2, 3), ("二", 3, 4)]),
        ("ab  c", [("a", 0, 1), ("b", 1, 2), (BREAK, 2, 3), ("c", 4, 5)]),
        ("㎡内", [("m", 0, 1), ("2", 0, 1), ("内", 1, 2)]),
    ],
)
def test_a_unit_is_located_where_it_is_printed(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert located_units(text) == expected


def test_the_tables_of_characters_are_made_when_the_module_is_loaded() -> None:
    spec = importlib.util.find_spec("archive.search.segment")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    traditional, simple = "預區關說發後乾○◯⺁⺠⻳", "预区关说发后干〇〇厂民龟"
    assert [loaded.simplified(character) for character in traditional] == list(simple)
    assert loaded.units("預\ue000算\n⻳") == ["预", "算", BREAK, "龟"]
    assert loaded.located_units("○⺠") == [("〇", 0, 1), ("民", 1, 2)]
    unchanged = "预算公开ABab12，、。\n"
    assert [loaded.simplified(character) for character in unchanged] == list(unchanged)


@pytest.mark.parametrize("character", ["预", "a", "１", "，", "\n", "𠮷"])
def test_what_has_no_simpler_form_stands_for_itself(character: str) -> None:
    assert simplified(character) == character


@given(st.one_of(st.text(), CHINESE, st.text(st.sampled_from("예산算́̂eé１，０㎡²½ｶﾞか゛ﬁ：（!\u0fb2\u0f71 "))))
def test_a_text_is_cut_as_what_nfkc_makes_of_all_of_it(text: str) -> None:
    normal = unicodedata.normalize("NFKC", text.replace(BREAK, ""))
    assert segment(text).split() == segment(normal).split()


@given(st.one_of(st.text(), CHINESE))
def test_every_unit_is_located_in_the_text(text: str) -> None:
    located = located_units(text)
    for unit, start, end in located:
        assert 0 <= start < end <= len(text)
        if unit != BREAK:
            assert set(units(text[start:end])) & {unit}
    places = [place for _, place, _ in located]
    assert places == sorted(places)


@given(st.text(st.sampled_from("预算公開，、。“” 〔〕-")), st.integers(0, 20), st.integers(1, 10))
def test_any_part_of_a_text_is_a_run_of_its_units(text: str, start: int, length: int) -> None:
    whole, part = units(text), units(text[start : start + length])
    assert any(whole[place : place + len(part)] == part for place in range(len(whole) + 1))


@given(st.text(), st.text())
def test_any_text_is_cut(text: str, number: str) -> None:
    assert all(unit == BREAK or unit.isalnum() for unit in units(text))
    assert all(unit.replace(GAP, "").isalnum() or unit == GAP for unit in segment(text).split())
    assert set(units(text)) - {BREAK} <= set(segment(text).split())
    assert set(glue(number)) <= set(segment_number(number))


@given(CHINESE)
def test_located_units_are_the_units(text: str) -> None:
    kept = [unit for unit, _, _ in located_units(text.strip())]
    assert kept == units(text)


@given(CHINESE, st.integers(1, 9))
def test_a_text_is_indexed_alike_in_parts(text: str, size: int) -> None:
    whole = segment(text).split()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmenting, "_PART", size)
        assert segment(text).split() == whole


PEAK = """
import resource, sys
from archive.search.segment import segment
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
text, before = eval(sys.argv[1]), peak()
segment(text)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("text", "most"), [("'预算公开'*250_000", 60), ("'\ufdfa'*200_000", 90), ("'7\\n'*500_000", 60)]
)
def test_indexing_takes_little_more_memory_than_the_entry(text: str, most: int) -> None:
    """In MiB: 1,000,000 characters, 200,000 of which each becomes 15, and 500,000 lines."""
    assert int(run([sys.executable, "-c", PEAK, text], capture_output=True, check=True).stdout) < most
