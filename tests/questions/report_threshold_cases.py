"""Findings of the questions about annual reports just beyond a threshold, and none just before it."""

from tests.questions.cases import case
from tests.questions.report_cases import NOW, report, table
from tests.questions.small import Small


@case("report_deadline", now=NOW, columns=("reporter", "report_year"), expected=(("同心县国土资源局", 2017), ("同心县国土资源局", 2019)))  # fmt: skip
def two_regulations_of_when_an_agency_reports(small: Small) -> None:
    """An agency that became another: nothing is missing after its last report, and what is there may be late."""
    of = "同心县国土资源局"
    small.portal_file([{"name": of, "successor": "同心县自然资源局"}])
    for publisher in (of, "同心县自然资源局"):
        small.record(False, "样本", publisher=publisher)
    for year, day in (
        (2015, "2016-03-31"),
        (2017, "2018-04-01"),
        (2018, "2019-03-31"),
        (2019, "2020-02-01"),
        (2020, "2021-01-31"),
    ):
        report(small, False, year, published_on=day, of=of)


def undated_report(small: Small) -> None:
    """Reports of two years, and some whose title names no year, or nobody but the portal's own county, and that bear no date."""
    for year in (2016, 2017):
        report(small, False, year, table(**{"1_2_2": 5, "1_1": 100}), published_on=f"{year + 1}-03-31")
    for title in (
        "同心县政府信息公开工作年度报告",
        "政府信息公开工作年度报告",
        "2017年政府信息公开工作年度报告",
        "2017年政府信息公开工作年度报告",
    ):
        catalog = small.connection.execute("SELECT id FROM catalogs WHERE kind = 'annual_report'").fetchone()[0]
        body = table(**{"1_2_2": 7, "1_1": 300})
        small.record(False, title, kind="annual_report", catalog=catalog, body=body)


@case("report_vs_site", columns=("report_year", "stated"), expected=((2016, 5), (2017, 5), (2017, 7), (2017, 7)))
def a_report_of_no_year(small: Small) -> None:
    undated_report(small)


@case("report_deadline", now="2019-04-02T00:00:00Z", left_out=4, columns=("reporter", "report_year"), expected=(("同心县", 2018), ("样本县", 2018)))  # fmt: skip
def a_report_of_the_portal_itself(small: Small) -> None:
    undated_report(small)


@case("report_year_on_year", left_out=2)
def two_reports_of_the_portal_itself(small: Small) -> None:
    undated_report(small)


GROWTH = (
    "全年主动公开政府信息112条，同比增长10%。",
    "全年主动公开政府信息112条，同比增长11%。",
    "全年主动公开政府信息112条，同比增长13%。",
    "全年主动公开政府信息112条，比上年增长14%。",
    "全年主动公开政府信息112条，占全部信息的50%。",
    "全年主动公开政府信息112条，同比增长50条。",
    "全年主动公开政府信息112条，同比增长约50%。",
    "全年主动公开政府信息112条。网站访问量同比增长50%。",
    "通过政府网站公开80条，同比增长50%。",
)


@case("report_year_on_year", columns=("portal", "stated", "expected"), expected=(("one", 50, 100), ("p0", 10, 12), ("p3", 14, 12), ("same", 10, 12)))  # fmt: skip
def growth_by_one_percentage_point(small: Small) -> None:
    for number, sentence in enumerate((*GROWTH, GROWTH[0])):
        portal = f"p{number}" if number < len(GROWTH) else "same"
        report(small, False, 2016, table(**{"1_1": 100}), portal=portal)
        report(small, False, 2017, table(sentence, **{"1_1": 112, "1_2_2": 80}), portal=portal)
    report(small, False, 2016, table(**{"1_1": 1}), portal="one")
    report(small, False, 2017, table("全年主动公开政府信息2条，同比增长50%。", **{"1_1": 2}), portal="one")
    report(small, False, 2016, table(**{"1_1": 0}), portal="nothing")
    report(small, False, 2017, table(GROWTH[0], **{"1_1": 112}), portal="nothing")


@case("report_arithmetic", ordered=True, columns=("figure", "stated", "found"), expected=(
    ("83.5% = 9 ÷ 11", 83.5, 81.8), ("周报50期（全年52期）", 50, 52),
))  # fmt: skip
def what_the_prose_reckons(small: Small) -> None:
    report(small, True, 2014, "立案的11件中，办结9件、正在办理2件，办结率83.5%。空气质量周报50期。")
