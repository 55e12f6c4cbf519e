"""Administrative divisions: every code has its place, and names are found in what portals call themselves."""

import pytest

from archive.model.divisions import COUNTY, HEADING, PREFECTURE, PROVINCE, ZONE, divisions, named_in, province_of


def test_every_division_is_in_a_province_and_every_county_but_a_provinces_own_in_a_prefecture() -> None:
    known = divisions()
    assert list(known) == sorted(known)
    of_provinces = {
        code[:4] for code, division in known.items() if division.level == COUNTY and not division.prefecture
    }
    assert {"1101", "1201", "3101", "5001", "5002", "4190", "4290", "4690", "6590"} == of_provinces
    for code, division in known.items():
        assert division.province == (known[f"{code[:2]}0000"].name if division.level != PROVINCE else None)
        assert division.name.strip() == division.name != ""


@pytest.mark.parametrize(
    ("code", "name", "level", "prefecture", "province"),
    [
        ("640324", "同心县", COUNTY, "吴忠市", "宁夏回族自治区"),
        ("110101", "东城区", COUNTY, None, "北京市"),
        ("429004", "仙桃市", COUNTY, None, "湖北省"),
        ("640300", "吴忠市", PREFECTURE, None, "宁夏回族自治区"),
        ("640000", "宁夏回族自治区", PROVINCE, None, None),
        ("640301", "市辖区", HEADING, "吴忠市", "宁夏回族自治区"),
        ("620171", "兰州新区", ZONE, "兰州市", "甘肃省"),
    ],
)
def test_what_a_code_stands_for(code: str, name: str, level: str, prefecture: str | None, province: str | None) -> None:
    found = divisions()[code]
    assert (found.name, found.level, found.prefecture, found.province) == (name, level, prefecture, province)


def test_all_that_the_standard_counts_is_there() -> None:
    levels = [division.level for division in divisions().values()]
    assert (levels.count(PROVINCE), levels.count(PREFECTURE)) == (34, 333)
    assert levels.count(COUNTY) + levels.count(ZONE) + levels.count(HEADING) == 3285
    assert 2800 < levels.count(COUNTY) < 2900


def test_the_province_of_a_code_that_is_not_known() -> None:
    found = province_of("640399")
    assert found is not None
    assert found.name == "宁夏回族自治区"
    assert province_of("990101") is None


def test_names_are_found_whole_and_the_nearest_first() -> None:
    assert [found.code for found in named_in("吴忠市同心县人民政府", "640399")] == ["640324", "640300"]
    assert [found.code for found in named_in("朝阳区人民政府", "110000")] == ["110105", "220104"]
    assert named_in("测试县（样本）", "640324") == []
