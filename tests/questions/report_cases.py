"""Findings of the questions about annual reports, and what they must not find."""

from typing import Any

from tests.questions.cases import case
from tests.questions.small import FIRST, Small

KIND = "annual_report"
DISAGREE, HINT = "不一致 / disagree", "提示 / hint"
TODAY = "2026-04-02"
NOW = "2026-04-01T23:30:00Z"
"""The day, in Beijing, on which the deadlines are looked at."""
SINCE_2021 = range(2021, int(TODAY[:4]))


def report(small: Small, found: bool, year: int, body: str = "", *, of: str = "同心县", **columns: Any) -> int:
    """An annual report, in a catalogue of such reports that was walked wholly."""
    portal = columns.get("portal", "county")
    small.portal(portal)
    at = "SELECT id FROM catalogs WHERE portal = ? AND kind = ?"
    held = small.connection.execute(at, (portal, KIND)).fetchone()
    catalog = (
        held[0]
        if held
        else small.insert("catalogs", portal=portal, kind=KIND, title="年报", url=f"http://a.example/{portal}/nb/")
    )
    if not held:
        crawl = small.connection.execute("SELECT min(id) FROM crawls WHERE portal = ?", (portal,)).fetchone()[0]
        small.insert("ledger", crawl_id=crawl, catalog_id=catalog, pages_read=1, rows_read=1, complete=1)
    columns = {"published_on": f"{year + 1}-01-20", "first_seen": FIRST, **columns}
    return small.record(
        found, f"{of}{year}年政府信息公开工作年度报告", kind=KIND, catalog=catalog, body=body, **columns
    )


def table(prose: str = "", **values: int) -> str:
    """A table of 2014's template, all noughts but for `values`, whose names are indicators with _ for a point."""
    labels = {
        "1.1": "（一）主动公开政府信息数", "1.1.a": "其中：主动公开规范性文件数", "1.2": "（二）通过不同渠道和方式公开政府信息的情况",
        "1.2.1": "1.政府公报公开政府信息数", "1.2.2": "2.政府网站公开政府信息数", "1.2.3": "3.政务微博公开政府信息数",
        "1.2.4": "4.政务微信公开政府信息数", "1.2.5": "5.其他方式公开政府信息数",
        "2.1": "（一）回应公众关注热点或重大舆情数", "3.1": "（一）收到申请数", "3.1.1": "1.当面申请数", "3.1.2": "2.传真申请数",
        "3.1.3": "3.网络申请数", "3.1.4": "4.信函申请数", "4": "四、行政复议数量", "5": "五、行政诉讼数量",
    }  # fmt: skip
    given = {name.replace("_", "."): value for name, value in values.items()}
    return "\n".join([prose, *(f"{label}\t件\t{given.get(name, 0)}" for name, label in labels.items())])


def since_2021(carried_over: int, carried_forward: int, made: int, in_force: int) -> str:
    """The lines of 2021's template that follow from year to year, and enough others to be a table."""
    rows = ["行政规范性文件\t" + f"{made}\t0\t{in_force}", "一、本年新收政府信息公开申请数量" + "\t0" * 7]
    rows += ["二、上年结转政府信息公开申请数量" + "\t0" * 6 + f"\t{carried_over}"]
    names = (
        "（一）予以公开",
        "（二）部分公开",
        "1.属于国家秘密",
        "4.保护第三方合法权益",
        "2.重复申请",
        "3.要求提供公开出版物",
    )
    rows += [name + "\t0" * 7 for name in names]
    return "\n".join(
        [
            "信息内容\t本年制发件数\t本年废止件数\t现行有效件数",
            *rows,
            "四、结转下年度继续办理" + "\t0" * 6 + f"\t{carried_forward}",
        ]
    )


@case("report_arithmetic", columns=("held_against", "stated", "found", "weight"), left_out=2, expected=(
    ("表内合计与分项 / total and parts of the table", 10, 9, DISAGREE),
    ("文字与统计表 / prose and table", 7, 8, DISAGREE),
    ("文字与统计表 / prose and table", 15, 16, DISAGREE),
    ("文字里的总数与分项 / total and parts in the prose", 20, 19, DISAGREE),
    ("文字自述的算式 / a sum that the prose states", 83, 81.8, DISAGREE),
    ("文字自述的算式 / a sum that the prose states", 120, 127, HINT),
    ("期数与全年期数 / issues and those of a year", 50, 52, HINT),
))  # fmt: skip
def figures_that_disagree(small: Small) -> None:
    report(small, True, 2017, table(**{"1_2": 10, "1_2_2": 9}))
    report(small, True, 2016, table("主动公开规范性文件7件。", **{"1_1_a": 8}))
    said = "主动公开政府信息20条。通过政府网站公开15条，其他方式公开4条。"
    report(small, True, 2015, table(said, **{"1_1": 20, "1_2": 20, "1_2_2": 16, "1_2_5": 4}), published_on=None)
    report(small, True, 2014, "立案的11件中，办结9件、正在办理2件，办结率83.0%。空气质量周报50期，空气质量月报12期。")
    # Other scopes, other years and figures that are not exact are held against nothing.
    report(
        small,
        False,
        2013,
        table("2015年10月以来，棚户区改造行政诉讼8起、行政复议20起。全县12个乡镇。2016年收到政府信息公开申请9件。"),
    )
    report(
        small, False, 2012, table("通过政府网站公开约8条，政务微信公开9余条。", **{"1_2": 19, "1_2_2": 9, "1_2_4": 10})
    )
    report(small, False, 2011, table(**{"1_2": 10, "1_2_2": 9}), flags=["page_cut"])
    report(small, True, 2009, "公开信息120条，其中重点领域97条、公告30条。")  # one may be counted in both
    scanned = report(small, False, 2010, "见附件。")
    small.insert("attachments", record_id=scanned, name="年报.pdf", url="f", state="ocr", text=table(**{"1_2": 10}))


@case(
    "report_vs_site",
    left_out=1,
    columns=("report_year", "stated", "seen", "difference"),
    expected=((2017, 0, 1, 1), (2017, 5, 2, -3)),
)
def more_seen_than_stated(small: Small) -> None:
    report(small, True, 2017, table(**{"1_2_2": 5}))
    catalog = small.insert("catalogs", portal="county", kind="hot_topic_response", title="热点回应", url="h")
    small.insert("ledger", crawl_id=1, catalog_id=catalog, pages_read=1, rows_read=1, complete=1)
    small.record(False, "样本：回应", kind="hot_topic_response", published_on="2017-05-01", catalog=catalog)
    report(small, False, 2017, table(**{"1_2_2": 5}), of="同心县教育局")  # an agency's report is not the site's
    report(small, False, 2016, table(**{"1_2_2": 5}), flags=["page_cut"])


@case(
    "report_year_on_year",
    left_out=2,
    columns=("report_year", "stated", "expected"),
    expected=((2017, 6, 10), (2023, 2, 1), (2023, 12, 13)),
)
def years_that_do_not_follow(small: Small) -> None:
    report(small, False, 2016, table(**{"1_1": 100}))
    report(small, True, 2017, table("全年主动公开政府信息110条，同比增长6%。", **{"1_1": 110}))
    report(small, False, 2018, table("全年主动公开政府信息121条，同比增长10%。", **{"1_1": 121}))
    report(small, False, 2021, since_2021(0, 3, 1, 10))
    report(small, False, 2022, since_2021(3, 1, 2, 12))
    report(small, True, 2023, since_2021(2, 0, 1, 12))
    for _ in range(2):
        report(small, False, 2022, since_2021(9, 9, 9, 9), of="同心县教育局")


@case("report_deadline", now=NOW, left_out=1, given={"portal": "county"}, columns=("reporter", "report_year", "due_on"), expected=(
    ("同心县", 2017, "2018-03-31"), ("同心县", 2019, "2020-03-31"), ("同心县教育局", 2020, "2021-01-31"),
    *(("同心县", year, f"{year + 1}-03-31") for year in SINCE_2021 if f"{year + 1}-03-31" < TODAY),
    *(("同心县教育局", year, f"{year + 1}-01-31") for year in SINCE_2021 if f"{year + 1}-01-31" < TODAY),
))  # fmt: skip
def late_or_missing(small: Small) -> None:
    report(small, True, 2017, published_on="2018-04-02")
    report(small, False, 2018, published_on="2019-03-31")
    report(small, False, 2018, published_on="2019-06-01")  # put up once more, after one in time
    report(small, False, 2020, published_on=None)
    report(small, False, 2019, published_on="2020-01-31", of="同心县教育局")
    report(small, True, 2020, published_on="2021-02-01", of="同心县教育局")
    report(small, True, 2017, published_on="2018-04-02", portal="other")
