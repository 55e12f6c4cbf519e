"""Every label that is known, on a page: the field it fills, its rank among others, and what it ends (labels as data)."""

from itertools import pairwise

import pytest

from crawler.extract.field_labels import ABSENT, COUNTERS, LABELS, SOURCES, UNMAPPED, value_of
from crawler.extract.pairs import read_pairs, understand
from crawler.extract.tree import parse_html


def _words(text: str) -> list[str]:
    return text.split()


EXPECTED = """
index_number: 索引号 索引码 信息索引号 信息索引 索引编号 索引号码 索引代码 目录索引号 索取号 案号 提案号 建议号 IndexNo. IndexNumber
title: 标题 名称 信息名称 文件名称 信息标题 文件标题 公文标题 文章标题 题名 案由 Title 信件标题 来信标题 信件主题 来信主题 留言标题 咨询标题
document_number: 文号 发文字号 文件编号 发布文号 公文文号 文件字号 信息文号 发文文号 公文编号 文件文号 文件号 发文号 发文编号 公文字号 DocumentNo. DocumentNumber
publisher: 发布机构 发布单位 发文机关 发文机构 发布机关 发文单位 公开主体 制发机关 发布部门 信息发布机构 公开部门 公开机构 公开机关 公开单位 报送单位 信息公开单位 信息发布单位 公开责任部门 发文部门 制定机关 制发单位 印发机关 印发单位 印发部门 制发部门 发布主体 制定单位 制定部门 信息公开机构 信息公开部门 供稿单位 信息来源 文章来源 稿件来源 新闻来源 内容来源 来源 来源于 文章出处 信息出处 出处 转载自 转自 供稿 稿源 发稿单位 信息提供 提供单位 来源单位 信息来源单位 投稿单位 摘自 发布者 承办单位 主办单位 来自 回复单位 答复单位 Issuedby IssuedBy Publisher Source
responsible_department: 责任部门 责任处室 责任科室 责任单位
published_on: 发布日期 公开日期 发布时间 公开时间 信息发布日期 信息公开日期 信息发布时间 信息公开时间 上网日期 发表日期 办结日期 办结时间 答复日期 时间发布 发布于 公布日期 公布时间 发稿时间 发稿日期 上传时间 上传日期 录入时间 录入日期 公开发布日期 公开发布时间 网上发布日期 网站发布日期 信息时间 发表时间 刊登时间 刊登日期 登载时间 登载日期 添加时间 添加日期 上网时间 文章时间 提交时间 回复时间 回复日期 答复时间 Published Updated 更新日期 更新时间 日期 时间 Date
created_on: 生成日期 成文日期 发文日期 产生日期 印发日期 形成日期 制发日期 成文时间 生成时间 发文时间 签发日期 产生时间 印发时间 签发时间 制发时间 签署日期 信息生成日期 信息生成时间 DateofIssue IssueDate
disclosure_mode: 公开方式 公开形式 公开属性 公开类别
disclosure_period: 公开时限 公开期限
topic: 主题分类 信息分类 主题类别 所属主题 分类 主题
validity: 有效性 时效性 时效 效力状态 效力状况 文件状态 是否有效 信息有效性
"""
"""Written down a second time, the surest label first: a label that is dropped or moved changes what old pages say."""

KEPT_ONLY_AS_PRINTED = _words("""
作者 关键词 主题词 内容概述 体裁分类 组配分类 公开范围 公开程序 语种 信息格式 生效日期 失效日期 有效期 废止日期 实施日期 服务对象 服务对象分类 序号 编辑 责任编辑 审核
相关信息 附件 联系电话 内容 统一编号 统一登记号 记者 撰稿 摄影 初审 复审 终审 签发 签发人 审核人 审签人 发布人 录入人 拟稿人 责任人 体裁 信息类别 信息类型
信息种类 信息状态 公文种类 文种 文件类型 文件类别 关键字 摘要 备注 有效期至 有效期限 保存期限 公开依据 获取方式 载体类型 所属栏目 责任单位负责人 来信时间 来信日期 信件编号 Author Editor
""")

NEVER_KEPT = _words("""
浏览次数 浏览量 浏览 点击数 点击量 点击 阅读次数 阅读量 阅读 访问量 下载次数 字号 字体 打印 分享 分享到 点击率 点击次数 浏览数 浏览人数 阅读数 访问次数 访问人数 人气
字体大小 字号大小 文字大小 字体显示 背景颜色 视力保护色 保护视力色 Views
""")

SOURCES_OF_TEXTS = _words("""
供稿单位 信息来源 文章来源 稿件来源 新闻来源 内容来源 来源 来源于 文章出处 信息出处 出处 转载自 转自 供稿 稿源 发稿单位 信息提供 提供单位 来源单位 信息来源单位 投稿单位 摘自 发布者 来自 Source
""")

FIELD_OF = {
    label: name
    for name, _, labels in (line.partition(": ") for line in EXPECTED.split("\n") if line)
    for label in labels.split()
}
DATES = {"published_on", "created_on"}


def read(html: str) -> tuple[dict[str, str], dict[str, str]]:
    pairs = understand(read_pairs(parse_html(html)))
    return pairs.fields, pairs.source_fields


def value(label: str, number: int = 1) -> str:
    return f"2017-01-0{number}" if FIELD_OF[label] in DATES else f"样本{number}局"


def test_the_table_of_labels_is_this_one() -> None:
    told = {label: name for name, labels in LABELS.items() for label in labels}
    assert told == FIELD_OF
    assert set(UNMAPPED) == set(KEPT_ONLY_AS_PRINTED)
    assert set(COUNTERS) == set(NEVER_KEPT)
    assert set(SOURCES_OF_TEXTS) == SOURCES


@pytest.mark.parametrize(
    "layout",
    ["<table><tr><td>{0}</td><td>{1}</td></tr></table>", "<p>{0}：{1}</p>", "<p>{0}:{1}</p>", "<dl><dt>{0}</dt><dd>{1}</dd></dl>"],
    ids=["cells", "wide colon", "colon", "term"],
)  # fmt: skip
def test_each_label_fills_its_field(layout: str) -> None:
    told = {label: read(layout.format(label, value(label))) for label in FIELD_OF}
    assert told == {label: ({name: value(label)}, {label: value(label)}) for label, name in FIELD_OF.items()}


def test_the_surer_of_two_labels_counts_wherever_it_stands() -> None:
    for line in filter(None, EXPECTED.split("\n")):
        for surer, other in pairwise(line.split(": ")[1].split()):
            printed = {surer: value(surer, 1), other: value(other, 2)}
            for labels in ((surer, other), (other, surer)):
                html = "".join(f"<p>{label}：{printed[label]}</p>" for label in labels)
                assert read(html) == ({FIELD_OF[surer]: value(surer, 1)}, printed)


def test_labels_without_a_field_are_kept_as_printed_and_end_the_value_before_them() -> None:
    told = {label: read(f"<p>索引号：A1 {label}：样本</p>") for label in KEPT_ONLY_AS_PRINTED}
    expected = {"index_number": "A1"}
    assert told == {label: (expected, {"索引号": "A1", label: "样本"}) for label in KEPT_ONLY_AS_PRINTED}


def test_counters_are_not_kept_and_end_the_value_before_them() -> None:
    expected = {"index_number": "A1", "document_number": "B1"}, {"索引号": "A1", "文号": "B1"}
    told = {label: read(f"<p>索引号：A1 {label}：12 文号：B1</p>") for label in NEVER_KEPT}
    assert told == dict.fromkeys(NEVER_KEPT, expected)


NOTHING = ["", "无", "空", "暂无", "其它", "其他", "-", "--", "—", "——", "/", "null", "None", "undefined"]


def test_values_that_say_that_there_is_none() -> None:
    assert set(NOTHING) == ABSENT
    for printed in NOTHING:
        assert value_of(f" {printed}\u3000") is None
        assert value_of(f"{printed}样本") == f"{printed}样本"
        assert read(f"<table><tr><td>文号</td><td>{printed}</td></tr></table>") == ({}, {"文号": printed})
