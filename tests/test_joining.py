"""Rows of lists of portals joined to the country's divisions, renamed and merged ones known."""

import re
from collections import defaultdict

import pytest

from archive.directory.coverage import county_divisions
from archive.directory.joining import ConflictError, current_code, join, merged
from archive.model.divisions import HEADING, divisions


@pytest.mark.parametrize(
    ("code", "name", "division", "note"),
    [
        ("640324", "", "640324", ""),
        ("640324000000", "同心县", "640324", ""),
        ("640324", "同心市", "640324", "renamed"),
        ("640399", "同心市", "640324", "renamed: 640399 同心市"),
        ("310108", "闸北区", "310106", "310108 闸北区 was merged into it"),
        ("410322", "孟津县", "410308", "410322 孟津县 was merged into it"),
        ("", "河南省洛阳市孟津县", "410308", "410322 孟津县 was merged into it"),
        ("", "福建省三明市三元区", "350404", ""),
        ("", "福建省三明市沙县区", "350405", ""),
        ("", "宁夏回族自治区吴忠市同心县", "640324", ""),
        ("640324", "宁夏回族自治区吴忠市同心县", "640324", ""),
        ("", "江苏省南京市鼓楼区", "320106", ""),  # of two in one province
        ("", "江苏省徐州市鼓楼区", "320302", ""),
        ("", "北京市朝阳区", "110105", ""),
        ("", "广东省河源市源城区", "441602", ""),  # and not 城区 of 汕尾市
        ("", "甘肃省庆阳市宁县", "621026", ""),
        ("", "甘肃省庆阳市正宁县", "621025", ""),
        ("", "吴忠市", "640300", ""),
    ],
)
def test_a_row_leads_to_its_division(code: str, name: str, division: str, note: str) -> None:
    joined = join(code, name)
    assert joined.division.code == division
    assert joined.note.startswith(note) if note else not joined.note


def test_the_full_name_of_each_division_leads_to_it() -> None:
    for each in divisions().values():
        if each.level != HEADING:
            full_name = f"{each.province or ''}{each.prefecture or ''}{each.name}"
            assert join("", full_name).division.code == current_code(each.code), full_name


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("", "", "neither a code nor a name"),
        ("64032", "", "six digits"),
        ("640324", "盐池县", "640324 is 同心县, not 盐池县"),
        ("", "鼓楼区", "several divisions"),
        ("", "江苏省鼓楼区", "several divisions"),
        ("622999", "临夏县", "no division has this code"),  # 临夏市 is beside it
        ("", "无此样本县", "no known division"),
    ],
)
def test_a_row_that_leads_to_none_says_why(code: str, name: str, said: str) -> None:
    with pytest.raises(ConflictError, match=said):
        join(code, name)


def test_what_was_merged_leads_to_what_is_there() -> None:
    assert set(merged().values()) <= divisions().keys() - merged().keys()


TWO_OF_ONE_NAME = {("622901", "622921"), ("653201", "653221"), ("654002", "654021")}
"""Cities that stand beside the county of their name, and always did: 临夏, 和田, 伊宁."""


def test_no_county_stands_there_by_its_code_of_before_and_that_of_since() -> None:
    alike = defaultdict(list)
    for each in county_divisions():
        alike[each.code[:4], re.sub("(?<=..)[县市区]$", "", each.name)].append(each.code)
    assert {tuple(codes) for codes in alike.values() if len(codes) > 1} == TWO_OF_ONE_NAME
