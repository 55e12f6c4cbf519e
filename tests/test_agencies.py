"""Publishers as an authority list: whose the printed names are."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.store import Store
from archive.model.agencies import Agency, NameEvidence, Stated, agency_of, key, learn, type_of
from archive.model.records import same_agency
from tests.conftest import rows
from tests.web.sample_archive import BUDGETS, PORTAL, budget_rows, page


def learned(names: dict[str, int], *stated: Stated, **evidence) -> dict[str, Agency]:
    return {agency.name: agency for agency in learn(NameEvidence(names, **evidence), stated, "同心县")}


def test_names_of_one_agency_are_its_aliases() -> None:
    names = (
        "同心县政府办公室",
        "同心县人民政府办公室",
        "县政府办",
        "同心县人民政府",
        "县政府",
        "王团镇",
        "同心县王团镇人民政府",
    )
    found = learned(dict.fromkeys(names, 1))
    assert {name: each.aliases for name, each in found.items()} == {
        "同心县人民政府办公室": ("县政府办", "同心县政府办公室"),
        "同心县人民政府": ("县政府",),
        "同心县王团镇人民政府": ("王团镇",),
    }
    assert [each.type for each in found.values()] == ["government", "office", "township"]


def test_a_cut_name_is_whole_where_one_agency_alone_begins_so() -> None:
    found = learned(
        {"同心县住房和城...": 3, "同心县住房和城乡建设局": 1, "同心县财政局": 1, "同心县...": 1, "同心县财政局文...": 1}
    )
    assert found["同心县住房和城乡建设局"].aliases == ("同心县住房和城...",)
    assert found["同心县财政局"].aliases == ()
    assert len(found) == 2


def test_a_prefix_is_an_agencys_if_it_is_nearly_all_its_own() -> None:
    prefixes = {
        "同心县教育局": {"640324008": 9, "640324001": 1},
        "县教育局": {"640324008": 1},
        "同心县财政局": {"640324001": 5, "640324002": 5},
        "同心县政府办公室": {"640324001": 50},
        "同心县民政局": {"640324003": 2},
    }
    found = learned(dict.fromkeys(prefixes, 1), prefixes=prefixes)
    assert {name: each.prefix for name, each in found.items()} == {
        "同心县教育局": "640324008",
        "同心县财政局": None,
        "同心县政府办公室": "640324001",
        "同心县民政局": None,
    }


def test_what_a_portal_file_states_prevails() -> None:
    found = learned(
        {"同心县卫生和计划生育局": 2, "县卫健局": 1, "同心县卫生健康局": 1, "县教育局": 1},
        Stated("同心县卫生和计划生育局", successor="同心县卫生健康局", budget_unit=False),
        Stated("同心县卫生健康局", aliases=("县卫健局",), prefix="640324019"),
        Stated("同心县教育体育局", aliases=("同心县教育局",), type="department"),
        budget_units=frozenset({"同心县卫生和计划生育局", "同心县第五小学"}),
    )
    assert found["同心县卫生健康局"] == Agency("同心县卫生健康局", ("县卫健局",), prefix="640324019", stated=True)
    assert found["同心县卫生和计划生育局"].successor == "同心县卫生健康局"
    assert found["同心县卫生和计划生育局"].budget_unit is False
    assert found["同心县教育体育局"].aliases == ("县教育局", "同心县教育局")
    assert (found["同心县第五小学"].type, found["同心县第五小学"].budget_unit) == ("institution", True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("同心县人民政府", "government"),
        ("同心县人民政府办公室", "office"),
        ("同心县教育局", "department"),
        ("同心县国有资产监督管理委员会", "department"),
        ("同心县王团镇人民政府", "township"),
        ("同心县石狮开发区管委会", "township"),
        ("同心县第五小学", "institution"),
        ("王团镇中心卫生院", "institution"),
    ],
)
def test_types_follow_from_names(name: str, expected: str) -> None:
    assert type_of(name) == expected


def test_different_agencies_have_different_keys() -> None:
    names = (
        "同心县教育局",
        "同心县财政局",
        "同心县人民政府",
        "同心县人民政府办公室",
        "县委办公室",
        "同心县王团镇人民政府",
        "同心县委宣传部",
    )
    assert len({key(name, "同心县") for name in names}) == len(names)


def test_a_crawl_takes_the_portal_files_word_and_gives_it_up_again(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    said = (
        Stated("样例县教育局", successor="样例县教育体育局"),
        Stated("样例县教育体育局", ("样例县民政局",), prefix="640399777"),
    )
    for agencies in (said, ()):
        store = Store(db)
        store.begin(replace(PORTAL, agencies=agencies), "full", "2026-11-20T01:00:00Z")
        store.write([page(BUDGETS, budget_rows(), "首页")], "2026-11-20T01:00:00Z")
        store.finish("finished", "2026-11-20T01:00:00Z")
        store.close()
        found = rows(
            db,
            "SELECT a.name, a.index_prefix, s.name AS successor, group_concat(n.name) AS names FROM agencies a "
            "LEFT JOIN agencies s ON s.id = a.successor_id LEFT JOIN publisher_names n ON n.agency_id = a.id GROUP BY a.id",
        )
        told = {row["name"]: (row["successor"], row["index_prefix"], row["names"]) for row in found}
        if agencies:
            assert told["样例县教育局"] == ("样例县教育体育局", "640399000", "样例县教育局")
            assert told["样例县教育体育局"] == (None, "640399777", "样例县民政局")
        else:
            assert set(told) == {"样例县教育局", "样例县财政局", "样例县民政局"}
            assert {successor for successor, _, _ in told.values()} == {None}


# --- sources ---


@pytest.mark.parametrize(
    "name",
    ["同心县财政局", "县发改委", "县政府办", "县政府办公室（县金融办）", "县委宣传部", "经贸司", "节能处", "河西镇", "河西镇人民政府", "城关街道办事处", "县纪委监委", "团县委",
     "县妇联", "国家税务总局同心县税务局", "县发改局、县财政局", "县发改局 县财政局", "同心县人民医院", "县人大工委", "县法院", "县政务服务中心", "工业园区管委会", "县图书馆",
     "市公安局交警支队", "县林草局(转发)", "县经济技术开发区", "县广播电视局",
     "Sample County Bureau of Finance", "General Office of Sample County People's Government"],
)  # fmt: skip
def test_an_agency_is_known_by_the_form_of_its_name(name: str) -> None:
    assert agency_of(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "局", "同心日报", "新华社", "新华网", "中国政府网", "县政府网站", "同心发布", "县融媒体中心", "县新闻中心", "县广播电视台", "同心新闻", "人民日报客户端", "同心微信公众号",
     "本站", "互联网", "原创", "同心", "县财政局、同心日报", "样" * 70 + "局", "《关于样本的通知》", "【来源】样本局", "Sample Government Daily", "Sample County", "Sample Government Network", "sample office"],
)  # fmt: skip
def test_a_medium_or_a_mere_word_is_no_agency(name: str) -> None:
    assert agency_of(name) is None


def test_an_agency_is_named_without_the_person_behind_it_and_by_what_the_portal_file_states() -> None:
    assert agency_of("县林草局 样本甲") == "县林草局"
    assert agency_of("样本之家") is None
    assert agency_of("样本之家", {"样本之家"}) == "样本之家"


def test_names_that_may_be_one_agencys() -> None:
    assert same_agency("县政府办", "同心县人民政府办公室")
    assert same_agency("同心县人力资源和社...", "同心县人力资源和社会保障局")
    assert not same_agency("县财政局", "县教育局")
