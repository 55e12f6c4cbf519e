"""The query language: what a person types, the words it asks for, and the expression that finds them."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.query import LONGEST_QUERY, MOST_WORDS, NOTHING, Group, Query, in_heads, parse, to_match, word_of


def shape(text: str) -> list[list[str]]:
    """The groups of a query: the words of each as written, an excluded group with a - before the first."""
    return [
        ["-" * group.exclude + word.written if not place else word.written for place, word in enumerate(group.words)]
        for group in parse(text).groups
    ]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("预算", [["预算"]]),
        ("预算 小学", [["预算"], ["小学"]]),
        ("预算　小学", [["预算"], ["小学"]]),
        ("预算 -小学", [["预算"], ["-小学"]]),
        ("预算 －小学", [["预算"], ["-小学"]]),
        ("预算|决算", [["预算", "决算"]]),
        ("预算 | 决算", [["预算", "决算"]]),
        ("预算｜决算 公开", [["预算", "决算"], ["公开"]]),
        ("预算 或 决算", [["预算", "决算"]]),
        ("预算 OR 决算 OR 三公", [["预算", "决算", "三公"]]),
        ("预算 ＯＲ 决算", [["预算", "决算"]]),
        ("公开 预算 或 决算 -小学", [["公开"], ["预算", "决算"], ["-小学"]]),
        ("预算 -小学|中学", [["预算"], ["-小学", "中学"]]),
        ("预算 | -小学", [["预算"], ["-小学"]]),
        ('"部门 预算" 2018', [["部门 预算"], ["2018"]]),
        ("“部门预算”", [["部门预算"]]),
        ('-"部门预算" 公开', [["-部门预算"], ["公开"]]),
        ('"没有合上', [["没有合上"]]),
        ('"部门"|"预算"', [["部门", "预算"]]),
        # Operators without a word on both sides are words, or nothing.
        ("或", [["或"]]),
        ("OR", [["OR"]]),
        ("或 预算", [["或"], ["预算"]]),
        ("预算 OR", [["预算"], ["OR"]]),
        ("预算 或 或 决算", [["预算", "或"], ["决算"]]),
        ('预算 "或" 决算', [["预算"], ["或"], ["决算"]]),
        ("| 预算 |", [["预算"]]),
        ("预算 || 决算", [["预算", "决算"]]),
        ("预算 | 。 | 决算", [["预算", "决算"]]),
        ("or", [["or"]]),
        ("", []),
        (" , 。 -- | - \"\" ", []),
    ],
)  # fmt: skip
def test_what_is_asked_for(text: str, groups: list[list[str]]) -> None:
    assert shape(text) == groups


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("县", '"县"'),
        ("预算", '"预算"'),
        ("預算", '"预算"'),
        ("部门预算", '"部门 门预 预算"'),
        ("2017", '"2017"'),
        ("2017年", '"2017年"'),
        ("64032", '"64032"*'),
        # Four digits may go on unless they are a year; fewer never do.
        ("640", '"640"'),
        ("6403", '"6403"*'),
        ("1899", '"1899"*'),
        ("1900", '"1900"'),
        ("1999", '"1999"'),
        ("2099", '"2099"'),
        ("2100", '"2100"*'),
        ("19001", '"19001"*'),
        ("6403年", '"6403年"'),
        # What looks like an index number, six and more letters and digits, may go on too.
        ("1234/5", '"1234_5"'),
        ("1234/56", '("1234_56" OR "123456"*)'),
        ("ABC-123", '("ab bc c123" OR "abc123"*)'),
        ("ABC-DEF", '"ab bc cd de ef"'),
        ("1234567", '"1234567"*'),
        ("同1234/56", '"同1234 1234_56"'),
        ("〔2017〕92号", '"2017_92 92号"'),
        ("640324001/2017-6", '("640324001_2017 2017_6" OR "64032400120176"*)'),
        ("６４０３２４００１／２０１７－6", '("640324001_2017 2017_6" OR "64032400120176"*)'),
        ("预算 小学", '("预算" AND "小学")'),
        ("预算|决算 公开", '(("预算" OR "决算") AND "公开")'),
        ("预算 -小学 -中学", '"预算" NOT ("小学" OR "中学")'),
        ('"ab cd"', '"ab b _ cd"'),
        ('"ab c"', '"ab b _ c"*'),
        ('"abc de"', '"ab bc c _ de"'),
        ("-小学", NOTHING),
        ("", NOTHING),
        (None, NOTHING),
    ],
)
def test_what_is_typed_becomes_an_expression(text: str | None, expression: str) -> None:
    assert to_match(text) == expression


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("预算　小学", "预算 小学"),
        ("预算 或 决算  －小学 | 中学", "预算|决算 -小学|中学"),
        ('"部门 预算" “2018”', '"部门 预算" "2018"'),
        ("--预算", '-"-预算"'),
        ("。 预算", "预算"),
        ("", ""),
    ],
)
def test_a_query_is_written_as_it_can_be_typed(text: str, written: str) -> None:
    assert parse(text).written() == written


def test_a_query_is_written_with_other_words_in_the_place_of_some() -> None:
    query = parse("预算|决算 小学 -中学")
    assert query.written({query.groups[0]: "概算", query.groups[2]: ""}) == "概算 小学"


def test_words_that_nobody_typed_can_be_left_out() -> None:
    typed, same, besides = map(word_of, ("预算", "财政预算", "决算"))
    assert typed
    assert same
    assert besides
    groups = [Group((typed,), exclude, also=(same, replace(besides, besides=True))) for exclude in (False, True)]
    query = Query(tuple(groups))
    assert query.closely() == Query(tuple(replace(group, also=(same,)) for group in groups))
    assert query.as_typed() == Query(tuple(replace(group, also=()) for group in groups))


@pytest.mark.parametrize("quoted", [True, False])
def test_a_word_is_quoted_where_it_is_said_to_be(quoted: bool) -> None:
    words = word_of("预算"), word_of("预算", quoted=quoted)
    assert [word.quoted for word in words if word] == [False, quoted]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"预算"', '"-预算"'),
        ('"6403"*', '"-6403"*'),
        ('("部门 门预 预算" AND ("县" OR "ab b _ c"*))', '("-部门 -门预 -预算" AND ("-县" OR "-ab -b -_ -c"*))'),
        ("", ""),
    ],
)
def test_its_expression_for_heads_alone(expression: str, expected: str) -> None:
    assert in_heads(expression) == expected


def test_a_query_has_an_end() -> None:
    for words in (MOST_WORDS - 1, MOST_WORDS, MOST_WORDS + 1, 500):
        assert len(parse(" ".join("预" for _ in range(words))).words) == min(words, MOST_WORDS)
        assert len(parse(" -".join("预" for _ in range(words))).groups) == min(words, MOST_WORDS)
    assert sum(len(word.units) for word in parse("预" * 5000).words) == LONGEST_QUERY


TYPED = st.one_of(st.text(max_size=60), st.text(st.sampled_from('预算县公a2 |-"“”或OR(){}*^:　_\n\0'), max_size=40))


@given(TYPED)
def test_a_query_that_is_written_asks_for_the_same(text: str) -> None:
    assert shape(parse(text).written()) == shape(text)


@given(TYPED)
def test_no_query_is_an_error(text: str) -> None:
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE t USING fts5 (a, b, content='', tokenize=\"ascii tokenchars '_-'\")")
    index.execute("SELECT count(*) FROM t WHERE t MATCH ?", (to_match(text),)).fetchone()
    index.execute("SELECT count(*) FROM t WHERE a MATCH ?", (to_match(text),)).fetchone()
    index.close()
