"""Reasons that crawls give, in Chinese: those of portals' states and of pages that are gone, as the code makes them."""

import json
import re
from pathlib import Path

import pytest

from archive.ingest.alarm import Lack
from archive.labels.language import reading
from archive.labels.reasons import Phrase, forms, in_chinese, in_words
from crawler.extract.response_class import judge

STATES = Path("docs/states.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")] for line in STATES.splitlines() if re.search(r"\| `\w+` \| .+ \|", line)
]
OF_PORTALS = [row[3] for row in ROWS if len(row) == 6 and row[2] not in {"`failing`", "`well`"}]
STEPS = [row[4] for row in ROWS if row[3] in OF_PORTALS and row[4]]
HOME = "http://portal.example/"


def words(phrases: tuple[Phrase, ...] | None) -> str:
    return "".join(phrase.text for phrase in phrases or ())


@pytest.mark.parametrize("reason", sorted({*OF_PORTALS, *STEPS}))
def test_each_reason_of_a_portals_state_and_what_to_do_is_wholly_in_chinese(reason: str) -> None:
    phrases = in_chinese(reason)
    assert phrases
    observed = [phrase.text for phrase in phrases if not phrase.is_ours]
    assert all(text in reason for text in observed)
    assert not [
        text for text in observed if re.search(r"[a-z]{2} [a-z]{2}", text)
    ]  # nothing left in English is a sentence
    assert not re.search("[a-z]{3}", re.sub("`[^`]+`", "", "".join(each.text for each in phrases if each.is_ours)))


@pytest.mark.parametrize(
    ("status", "text", "url", "expected"),
    [
        (404, "", "a.html", "网站答复 404：没有这个页面"),
        (403, "", "a.html", "网站答复 403：拒绝本项目访问"),
        (500, "", "a.html", "网站答复 500"),
        (200, "<html><body>页面不存在</body></html>", "a.html", "页面写明没有此页：页面不存在"),
        (200, "<html><body>样本</body></html>", "", "转到了网站首页"),
        (200, "<html><body>样本</body></html>", "404.html", "转到了“找不到页面”的页面 /404.html"),
    ],
)
def test_the_class_of_an_answer_is_said_in_chinese(status: int, text: str, url: str, expected: str) -> None:
    verdict = judge(status, text, f"{HOME}{url}", f"{HOME}a.html", HOME)
    assert words(in_chinese(verdict.reason)) == expected


def test_fields_are_called_by_their_names() -> None:
    lacks = ", ".join(map(str, (Lack("index_number", 0, 20, 0.95), Lack("title", 1, 20, 1.0, "on 2026-01-02"))))
    assert words(in_chinese(f"rows of 样本规划 suddenly lack {lacks}")) == (
        "目录“样本规划”的条目忽然缺少：索引号（现在 20 条中有 0 条，以前 95%）、信息名称（现在 20 条中有 1 条，2026-01-02 时 100%）"
    )


GOLDEN = Path("tests/golden")
READ = [json.loads(file.read_text(encoding="utf-8")) for file in GOLDEN.glob("*/*.json")]
MARKS = sorted({page["read"]["reason"] for page in READ if "read" in page})


@pytest.mark.parametrize("reason", MARKS)
def test_what_a_product_is_known_by_is_said_in_chinese(reason: str) -> None:
    said = words(in_chinese(reason))
    assert said
    assert said.count("；") == reason.count("; ")
    assert not re.search("[a-z]{2} [a-z]{2}", re.sub("`[^`]+`", "", said)), said


def test_several_reasons_are_said_one_behind_another() -> None:
    assert words(in_chinese("19 list pages read on 2026-11-29; 3 problems are as old as the archive")) == (
        "2026-11-29 读了 19 个列表页；3 处问题自建档起一直存在"
    )
    assert in_chinese("no such host; something else") is None


def test_what_was_observed_is_marked_and_what_has_no_form_stays_as_it_is() -> None:
    assert in_chinese("a page of error: 系统 x") == (
        Phrase("报错页面：", is_ours=True),
        Phrase("系统 x", is_ours=False),
    )
    assert in_chinese("something else") is None
    assert in_chinese("no such host" + " " * 2000) is None
    with reading("zh"):
        assert (
            in_words("not asked for: robots.txt of a.example forbids it") == "没有请求：a.example 的 robots.txt 不允许"
        )
        assert in_words("something else") == "something else"
    with reading("en"):
        assert in_words("no such host") == "no such host"


def test_both_languages_of_a_form_hold_the_same() -> None:
    for pattern, chinese in forms():
        assert set(pattern.groupindex) == set(re.findall(r"\{(\w+)\}", chinese)), chinese
