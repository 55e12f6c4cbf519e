"""Kinds from catalogues' titles: what portals call them, and what must not be taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.labels.code_labels import KINDS as LABELS
from crawler.portals import portal_file
from crawler.portals.catalogue_kinds import ALONE, KINDS, WITHIN, kind_of

TITLES = {
    "hot_topic_response": "热点回应 舆情回应 回应关切 回应社会关切 政务舆情回应 舆情",
    "policy_interpretation": "政策解读 图解政策 解读回应 政策解读与回应关切 上级政策解读 规范性文件解读 一图读懂 征地拆迁政策解读",
    "plan": "规划计划 发展规划 总结计划 规划 计划与总结 国民经济和社会发展规划 2018年工作计划 规划信息",
    "budget": "财政资金 预算公开 预决算 部门决算 部门预算 “三公”经费 ｢三公｣经费 预决算和“三公”经费 部门预算公示公告",
    "normative_document": "规范性文件 行政规范性文件 【规范性文件】 县政府规范性文件",
    "rule_of_law": "法治政府建设 依法行政 法治政府建设年度报告",
    "housing_expropriation": "棚户区改造 征地拆迁 房屋征收 国有土地上房屋征收与补偿 棚户区改造/征地拆迁 征地公告",
    "proposal": "议案及建议提案 建议提案办理 建议提案 人大代表建议 政协提案 提案办理结果公示公告",
    "annual_report": "政府信息公开年报 年度报告 信息公开年度报告 政府信息公开工作年度报告 年报 2018年年报",
    "notice": "通知公告 公示公告 公告 公示信息 通知、公告 政务公告",
    "institution": "工作制度 公开制度 政府信息公开指南 政府信息公开制度",
    "consultation": "民意征集 意见征集 决策预公开 规范性文件征求意见 征集调查",
    "other": "其他 政府信息公开目录 机构职能 领导之窗 财政专项 政府工作报告",
}


@pytest.mark.parametrize(("kind", "title"), [(kind, title) for kind, all_ in TITLES.items() for title in all_.split()])
def test_what_portals_call_their_catalogues(kind: str, title: str) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize("title", ["规 范　性\u00a0文\u200b件", "\ufeff规范性文件\n", "“规范性”文件", "［规范性文件］"])
def test_blanks_quotes_and_wide_forms_say_nothing(title: str) -> None:
    assert kind_of(title) == "normative_document"


@pytest.mark.parametrize(
    "title",
    [
        "规范性文件及政策解读",
        "通知公告与规划计划",
        "招标公告",
        "任前公示",
        "规划公示",
        "行政执法公示",
        "自然资源和规划局",
        "城市规划管理局",
        "房屋征收办公室",
        "提案委员会",
        "企业年报",
        "社会保险制度",
        "税费征收",
        "热点",
        "意见建议",
        "",
        "　",
    ],
)
def test_a_doubtful_title_is_other_rather_than_wrong(title: str) -> None:
    assert kind_of(title) == "other"


def test_the_kinds_own_names_name_them() -> None:
    assert {kind: kind_of(LABELS[kind].zh) for kind in KINDS} == dict(zip(KINDS, KINDS, strict=True))
    assert {*WITHIN, *ALONE, "other"} == set(KINDS)


def test_the_packaged_portals_titles_say_their_kinds_or_nothing() -> None:
    described = [portal_file.load(path) for path in portal_file.PORTALS.glob("*.toml")]
    kinds = [(catalog, kind_of(catalog.title)) for each in described for catalog in each.catalogs]
    assert {(catalog.title, catalog.kind) for catalog, kind in kinds if kind not in {catalog.kind, "other"}} == set()
    assert sum(kind == catalog.kind for catalog, kind in kinds) > len(kinds) / 2


@given(st.text())
def test_any_title_has_a_kind(title: str) -> None:
    assert kind_of(title) in KINDS


WORDS_WITHIN = """
consultation: 民意征集 意见征集 征求意见 征集意见 建议征集 调查征集 征集调查 网上征集 公开征集 网上调查 民意调查 问卷调查 意见收集 预公开
policy_interpretation: 解读 图解 一图读懂 政策问答 政策释义
hot_topic_response: 热点回应 热点问题 热点关切 热点舆情 社会热点 舆情回应 舆情关切 舆情热点 政务舆情 网络舆情 回应关切 回应社会关切 关切回应 社会关切 公众关切
proposal: 提案 议案 代表建议 人大建议 建议办理 两会建议
housing_expropriation: 棚户区 棚改 拆迁 征地 土地征收 房屋征收 征收补偿 征收安置
rule_of_law: 法治政府 法治建设 依法行政
budget: 预算 决算 三公经费 财政资金 财政信息 财政收支 财政公开
normative_document: 规范性文件 规范性公文
plan: 规划计划 计划规划 规划总结 规划纲要 发展规划 发展计划 专项规划 总体规划 区域规划 空间规划 城乡规划 城市规划 五年规划 十三五规划 十四五规划 十五五规划 中长期规划 年度计划 工作计划 工作总结 计划总结 总结计划
annual_report: 公开年报 公开年度报告 公开年度工作报告 公开工作年报 公开工作年度报告 公开工作报告
institution: 工作制度 规章制度 公开制度 公开指南 公开规定 制度建设
notice: 通知公告 公告通知 公示公告 公告公示 通告公告 公告通告 通知公示 通知通告 政府公告 政务公告
"""
"""Every word that names a kind wherever it stands, written down a second time: a word that is dropped or moved is a change."""

WORDS_ALONE = """
hot_topic_response: 舆情
plan: 规划 计划 总结
annual_report: 年报 年度报告
institution: 制度
notice: 通知 公告 公示 通告
"""


def _kinds(text: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in text.split("\n") if line)
    return {word: kind for kind, _, words in lines for word in words.split()}


def test_every_word_names_its_kind_by_itself_and_within_a_title() -> None:
    words = _kinds(WORDS_WITHIN)
    assert words.keys() == {word for named in WITHIN.values() for word in named}
    assert {word: kind_of(word) for word in words} == words
    assert {word: kind_of(f"样本{word}") for word in words} == words
    assert {word: kind_of(f"{word}专栏") for word in words} == words


def test_words_that_say_too_little_name_their_kind_only_alone() -> None:
    words = _kinds(WORDS_ALONE)
    assert words.keys() == {word for named in ALONE.values() for word in named}
    assert {word: kind_of(word) for word in words} == words
    assert {word: kind_of(f"2017年度{word}") for word in words} == words
    assert {kind_of(f"样本{word}") for word in words} == {"other"}
