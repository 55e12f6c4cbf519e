"""Archives drawn for the questions about annual reports."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from tests.questions.drawn import Drawn
from tests.questions.drawn_topics import portals
from tests.questions.report_cases import since_2021, table

REPORTERS = ("同心县", "同心县教育局", "县教育局", "同心县国土资源局", "同心县水务局")
KINDS = ("notice", "annual_report", "hot_topic_response", "policy_interpretation", "normative_document")
PARTS = ("1_2_1", "1_2_2", "1_2_3", "1_2_4", "1_2_5")


GROWTH = (
    (True, "全年主动公开政府信息{total}条，同比增长{growth}%。"),
    (True, "全年主动公开政府信息{total}条，比上年增长{growth}%。"),
    (False, "全年主动公开政府信息{total}条。网站访问量同比增长{growth}%。"),
    (False, "全年主动公开政府信息{total}条，同比增长约{growth}%。"),
    (False, "全年主动公开政府信息{total}条，同比增长{growth}倍。"),
    (False, "网站访问量同比增长{growth}%，全年主动公开政府信息{total}条。"),
    (False, ""),
)
"""Sentences, and whether they state exactly how much more was disclosed than the year before."""


def due(reporter: str, year: int) -> date:
    """The day by which a report on a year is due: agencies' from 2019 on earlier than those of whole counties."""
    return date(year + 1, 3, 31) if reporter == "同心县" or year <= 2018 else date(year + 1, 1, 31)


def reports(made: Drawn) -> None:
    """Reports of several years, whose figures follow from each other, or not quite; records of the same years."""
    draw = made.draw
    for portal, catalogs in portals(made, KINDS).items():
        crawl = made.crawl(portal, "2018-01-01T00:00:00Z", "2018-01-01T00:00:00Z")
        wholly = draw.choice((0.4, 1, 1))
        for catalog in catalogs:
            made.walk(crawl, catalog, draw.random() < wholly)
        for catalog in catalogs:
            for _ in range(draw.randint(0, 4)):
                published = draw.choice(("2016-12-31", "2017-01-01", "2017-12-31", "2018-01-01", "2018-05-01", None))
                if catalog.kind != "annual_report":
                    made.record([catalog], {"report": None}, title="样本：一份", published_on=published)
        made.record(catalogs[:1], {"report": None}, publisher="同心县自然资源局")
        for reporter in draw.sample(REPORTERS, 4):
            for year in range(draw.randint(2015, 2018), 2023):
                for _ in range(draw.choice((0, 1, 1, 1, 1, 2))):
                    _report(made, catalogs[1], reporter, year)


def _report(made: Drawn, catalog: SimpleNamespace, reporter: str, year: int) -> None:
    draw = made.draw
    published = due(reporter, year) + timedelta(days=draw.choice((-60, -1, 0, 0, 1, 59, 60)))
    body, figures = _since_2021(made) if year >= 2021 else _until_2020(made)
    if draw.random() < 0.1:
        body, figures = "样本：见附件。", {}
    record = made.record(
        [catalog],
        {"report": {"reporter": reporter, "year": year, "region": reporter == "同心县", "figures": figures}},
        title=f"{reporter}{year}年政府信息公开工作年度报告",
        body=body,
        publisher=draw.choice((reporter, reporter, None)) if reporter != "同心县" else None,
        published_on=str(published) if draw.random() < 0.9 else None,
        flags=made.flags(0.04, ("page_cut", "row_not_read", "title_truncated")),
    )
    if draw.random() < 0.3:
        made.attachment(record, draw.choice(("ocr", "needs_ocr", "ocr_not_installed", "text")), None, None)


def _until_2020(made: Drawn) -> tuple[str, dict[str, Any]]:
    """A report with 2014's table, a growth on the year before and a number of the prose beside one of the table."""
    draw = made.draw
    values = {name: draw.randint(0, 3) for name in PARTS}
    total = sum(values.values())
    values["1_2"] = total + draw.choice((0, 0, 0, 1, -1) if total else (0,))
    values["1_1"] = draw.choice((0, 100, 101, 102, 110, 111, 112))
    values["1_1_a"] = draw.randint(0, 3)
    values["2_1"] = draw.randint(0, 3)
    values["3_1_1"], values["3_1_3"] = draw.randint(0, 2), draw.randint(0, 2)
    values["3_1"] = values["3_1_1"] + values["3_1_3"] + draw.choice((0, 0, 0, 1))
    growth = draw.choice((0, 1, 2, 8, 9, 9.5, 10, 11, 12))
    stated, sentence = draw.choice(GROWTH)
    weeks = draw.choice((None, 50, 52))
    documents = draw.choice((None, values["1_1_a"], values["1_1_a"] + 1))
    explained = draw.choice((None, 0, 1, 2))
    prose = sentence.format(total=values["1_1"], growth=growth) + ("" if weeks is None else f"空气质量周报{weeks}期。")
    if documents is not None:
        prose += f"主动公开规范性文件{documents}件。"
    hot = f"（一）回应公众关注热点或重大舆情数\t件\t{values['2_1']}"
    body = table(prose, **values)
    if explained is not None:
        body = body.replace(hot, f"{hot}\n3.政策解读稿件发布数\t篇\t{explained}")
    return body, {
        **values,
        "growth": growth if stated else None,
        "weeks": weeks,
        "documents": documents,
        "2_2_3": explained,
    }


def _since_2021(made: Drawn) -> tuple[str, dict[str, Any]]:
    """A report with 2021's table: requests carried over and forward, documents issued and in force."""
    draw = made.draw
    carried_over, carried_forward = draw.randint(0, 2), draw.randint(0, 2)
    documents = {kind: tuple(draw.randint(0, 2) for _ in range(3)) for kind in ("规章", "行政规范性文件")}
    lines = ["\t".join((kind, *map(str, counts))) for kind, counts in documents.items()]
    body = since_2021(carried_over, carried_forward, 0, 0).replace("行政规范性文件\t0\t0\t0", "\n".join(lines))
    return body, {"over": carried_over, "forward": carried_forward, "issued": documents}
