"""Segmentation: what the search index stores of a text, and where each token stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.segment import BREAK, glue, located_tokens, segment, segment_number, tokens

CHINESE = st.text(st.sampled_from("预算公开棚户区改造関於說ＡＢab１２3，、。 　\n,5〔〕㎡⺠"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预算", ["预", "算"]),
        ("預算", ["预", "算"]),
        ("２０１７年", ["2017", "年"]),
        ("共5,640条", ["共", "5640", "条"]),
        ("1,23", ["1", "23"]),
        ("“三公”经费", ["三", "公", "经", "费"]),
        ("同政发〔2017〕92号", ["同", "政", "发", "2017", "92", "号"]),
        ("PPP项目", ["p", "p", "p", "项", "目"]),
        ("abc def", ["a", "b", "c", BREAK, "d", "e", "f"]),
        ("一\n二", ["一", BREAK, "二"]),
        ("⺠⽣", ["民", "生"]),
        ("五○", ["五", "〇"]),
        ("，。！", []),
        ("𠮷", ["𠮷"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_an_index_number_is_kept_in_parts_and_glued() -> None:
    assert segment_number("640324001/2017-61737").split() == ["640324001", "2017", "61737", BREAK, "640324001201761737"]


@given(st.one_of(st.text(), CHINESE))
def test_every_token_is_located_in_the_text(text: str) -> None:
    located = located_tokens(text)
    for token, start, end in located:
        assert 0 <= start < end <= len(text)
        if token != BREAK:
            assert set(tokens(text[start:end])) & {token}
    places = [place for _, place, _ in located]
    assert places == sorted(places)


@given(st.text(st.sampled_from("预算公開，、。“” 〔〕-")), st.integers(0, 20), st.integers(1, 10))
def test_any_part_of_a_text_is_a_run_of_its_tokens(text: str, start: int, length: int) -> None:
    whole, part = tokens(text), tokens(text[start : start + length])
    assert any(whole[place : place + len(part)] == part for place in range(len(whole) + 1))


@given(st.text(), st.text())
def test_any_text_is_cut(text: str, number: str) -> None:
    assert all(token == BREAK or token.isalnum() for token in tokens(text))
    assert segment(text).split() == tokens(text)
    assert set(glue(number)) <= set(segment_number(number))


@given(CHINESE)
def test_located_tokens_are_the_tokens(text: str) -> None:
    kept = [token for token, _, _ in located_tokens(text.strip())]
    assert kept == tokens(text)
