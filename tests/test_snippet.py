"""The words found, marked in titles, and the passages of long texts that show them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.query import parse
from archive.search.snippet import WIDTH, found_in, marked, passage, snippet, spans

FILLER = "样本文字，仅供测试。" * 60


def shown(text: str, query: str) -> list[str]:
    """The pieces of a text that are marked."""
    return [piece for piece, hit in marked(text, query) if hit]


@pytest.mark.parametrize(
    ("text", "query", "pieces"),
    [
        ("关于棚户区改造的通知", "棚户区", ["棚户区"]),
        ("關於棚戶區改造", "棚户区", ["棚戶區"]),
        ("２０１７年“三公”经费", "三公经费 2017", ["２０１７", "三公”经费"]),
        ("共5,640户", "5640", ["5,640"]),
        ("预算与决算", "预算|决算", ["预算", "决算"]),
        ("预算与决算", "预算 -决算", ["预算"]),
        ("第12017次", "2017", []),
        ("预算公开预算", "预算公开 公开预算", ["预算公开预算"]),
        ("ABC def", '"abc def"', ["ABC def"]),
        ("640324001/2017-61737", "640324001/2017-6", ["640324001/2017-61737"]),
        ("640324001", "64032", ["640324001"]),
        ("预算公开", "预算 公开", ["预算公开"]),  # what stands side by side is one
        ("预算，公开", "预算 公开", ["预算", "公开"]),
        ("2017年2017", "2017", ["2017", "2017"]),
        ("20171", "2017", []),
        ("6403年640399", "6403", ["6403", "640399"]),
        ("1,2345", "2345", ["2345"]),
        ("1,2345", "12345", []),
        ("一640399", "6403年", []),
    ],
)
def test_what_is_marked(text: str, query: str, pieces: list[str]) -> None:
    assert shown(text, query) == pieces
    assert "".join(piece for piece, _ in marked(text, query)) == text


@pytest.mark.parametrize(
    ("words", "query"),
    [("棚户区改造", "棚户区改造"), ("棚戶區改造", "棚户区改造"), ("“三公”经费", "三公经费"), ("共５,６40户", "5640"), ("同政发〔2017〕92号", "同政发 92"),
     ("同政发﹝２０１７﹞９２號", "同政发〔2017〕92号"), ("ABC  Def", '"abc def"'), ("640324001/2017-61737", "640324001/2017-61")],
)  # fmt: skip
def test_a_passage_is_where_the_words_are(words: str, query: str) -> None:
    found = passage(f"{FILLER}{words}{FILLER}", query)
    assert found
    assert words.replace("  ", " ") in found.text
    assert len(found.text) <= WIDTH + 2
    assert found.words == frozenset(parse(query).words)


def test_the_passage_with_most_words_is_taken() -> None:
    text = f"预算在此。{FILLER}决算在此。{FILLER}预算与决算都在此。{FILLER}"
    found = passage(text, "预算 决算")
    assert found
    assert "预算与决算都在此" in found.text
    assert len(found.words) == 2
    assert "预算在此" in str(snippet(text, "预算"))


def test_a_passage_begins_with_its_sentence() -> None:
    assert str(snippet(f"{FILLER}现将预算公开如下", "预算")).startswith("…现将预算公开如下")


@pytest.mark.parametrize("query", ["没有的词", "2017", "-样本", "", "测样"])
def test_no_passage_without_the_words(query: str) -> None:
    assert passage(f"{FILLER}第12017次", query) is None
    assert snippet(None, query) is None


@pytest.mark.parametrize(
    ("before", "after"), [(0, 0), (0, WIDTH - 2), (0, WIDTH - 1), (WIDTH // 3, 3), (WIDTH // 3 + 1, 3), (200, 200)]
)
def test_dots_stand_where_a_text_goes_on(before: int, after: int) -> None:
    text = f"{'甲' * before}预算{'乙' * after}"
    found = str(snippet(text, "预算"))
    assert found.startswith("…") is (before > WIDTH // 3)
    assert found.endswith("…") is not text.endswith(found.lstrip("…"))
    assert found.strip("…") in text
    assert len(found.strip("…")) == min(WIDTH, len(text) - max(0, before - WIDTH // 3))


def test_a_word_is_marked_in_the_passage_and_not_within_a_longer_number() -> None:
    found = str(snippet(f"共12017户。{FILLER}到2017年底。", "2017"))
    assert "到2017年底" in found
    assert "12017" not in found


def test_a_line_break_parts_words() -> None:
    assert passage("预\n算", "预算") is None
    assert spans("预\n算", "预算") == []


def test_words_in_short_texts() -> None:
    one, other = parse("预算 教育局").words
    assert found_in(["2018年預算", None], "预算 教育局") == {one}
    assert found_in(["2018年预算", "县教育局"], "预算 教育局") == {one, other}


def test_a_number_is_found_where_it_stands_by_itself():
    assert found_in(["（2018）"], "2018")
    assert found_in(["12018", "20187"], "2018") == frozenset()


@pytest.mark.parametrize("query", ["预" * 1000, " ".join("预算公开棚户区县样本测试文字" * 3), "|".join("预算公开" * 8)])
def test_long_texts_and_long_queries_come_to_an_end(query: str) -> None:
    snippet("预算公开，" * 200_000, query)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("预算公开县2017９,.、。〔〕/ab \n關"), max_size=300), st.integers(0, 290), st.integers(1, 6)
)
def test_any_run_of_characters_is_shown(text: str, start: int, length: int) -> None:
    query = text[start : start + length].replace("\n", "").replace(" ", "").strip("-|/.,、。〔〕")
    found = passage(text, query)
    if spans(text, query):
        assert found
        assert shown(found.text, query)
        assert len(found.text) <= WIDTH + 2
    else:
        assert found is None
