"""Names that portals give to things: labels are known whatever blanks, colons and brackets stand in and around them."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.field_labels import (
    ABSENT,
    COUNTERS,
    FIELD_OF,
    KNOWN,
    LABEL_COLON,
    LABELS,
    RANK,
    UNMAPPED,
    is_label,
    squash,
    tidy,
    value_of,
)
from tests.hostile import BLANKS, texts

LABEL_NAMES = sorted(KNOWN)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("索引号", "index_number"),
        ("案号", "index_number"),
        ("名称", "title"),
        ("发文字号", "document_number"),
        ("发布单位", "publisher"),
        ("发文机关", "publisher"),
        ("公开主体", "publisher"),
        ("承办单位", "publisher"),
        ("责任部门", "responsible_department"),
        ("成文日期", "created_on"),
        ("发文日期", "created_on"),
        ("公开日期", "published_on"),
        ("办结日期", "published_on"),
        ("公开时间", "published_on"),
        ("公开时限", "disclosure_period"),
        ("公开方式", "disclosure_mode"),
        ("主题分类", "topic"),
        ("有效性", "validity"),
    ],
)
def test_synonyms_stand_for_one_field(label: str, field: str) -> None:
    assert FIELD_OF[label] == field


def test_no_label_stands_for_two_things() -> None:
    everything = Counter([label for labels in LABELS.values() for label in labels] + [*UNMAPPED, *COUNTERS])
    assert [label for label, times in everything.items() if times > 1] == []


def test_the_surest_label_of_a_field_ranks_first() -> None:
    assert RANK["发布机构"] < RANK["来源"] < RANK["承办单位"]
    assert RANK["发布日期"] < RANK["办结日期"] < RANK["时间"]


@given(st.sampled_from(LABEL_NAMES), st.lists(st.text(BLANKS, max_size=2), min_size=16, max_size=16))
def test_blanks_of_every_kind_may_stand_in_a_label(label: str, blanks: list[str]) -> None:
    printed = "".join(blank + character for blank, character in zip(blanks, label, strict=False)) + blanks[-1]
    assert squash(printed) == label
    assert squash(f"{printed}：") == label
    found = LABEL_COLON.search(f"{printed}：甲")
    assert found
    assert squash(found[1]) == label
    if len(printed) <= 24:
        assert is_label(printed)


@pytest.mark.parametrize("printed", ["【索引号】", "[索 引 号]", "索引号：", "索引号:", "（文号）", " 文　　号 "])
def test_brackets_and_colons_are_not_part_of_a_label(printed: str) -> None:
    assert is_label(printed)
    assert squash(printed) in {"索引号", "文号"}


@pytest.mark.parametrize("text", ["", "关于文号的说明", "索引号640324", "时间紧任务重", "a", "：", "索引" * 20])
def test_other_text_is_no_label(text: str) -> None:
    assert not is_label(text)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        " ",
        "\u00a0",
        "\u3000 \u200b",
        "无",
        " 无\u00a0",
        "-",
        "——",
        "暂无",
        "其它",
        "/",
        "〔〕号",
        "样政发〔 〕 第 号",
    ],
)
def test_what_says_that_there_is_none_is_absent(printed: str) -> None:
    assert value_of(printed) is None


def test_a_value_is_tidied_and_not_taken_for_absent() -> None:
    assert value_of("\u00a0主动\n 公开\u3000") == "主动 公开"
    assert value_of("无害化处理") == "无害化处理"
    assert value_of("样政发〔2017〕号") == "样政发〔2017〕号"
    assert "0" not in ABSENT


@settings(deadline=None)
@given(texts)
def test_any_text_can_be_asked(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert squash(squash(text)) == squash(text)
    assert is_label(text) in {True, False}
    assert value_of(text) not in ABSENT
