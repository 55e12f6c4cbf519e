"""For each question what it must find and what it must not: a few rows each, all of them made up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.questions.small import SEEN, Small


@dataclass(frozen=True)
class Case:
    """A question over the archive that `write` fills. `expected`: values of these columns in the answer, in any order,
    where the answer's rows are no records; `left_out`: how many rows it says it left out; `now`: the moment of asking;
    `ordered`: whether the order of `expected` is that of the answer.
    """

    question: str
    write: Callable[[Small], object]
    given: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    expected: tuple[tuple[Any, ...], ...] = ()
    left_out: int = 0
    now: str = ""
    ordered: bool = False


CASES: list[Case] = []


def case(question: str, **options: Any) -> Callable[[Callable[[Small], object]], Callable[[Small], object]]:
    """Note a function that fills an archive as a case of `question`."""

    def noted(write: Callable[[Small], object]) -> Callable[[Small], object]:
        CASES.append(Case(question, write, **options))
        return write

    return noted


@case("removed_records")
def withdrawn(small: Small) -> None:
    gone = small.record(True, "样本：撤下的通知", state="withdrawn")
    small.event(gone, "withdrawn", "2018-07-01T00:00:00Z")
    small.record(False, "样本：在列的通知")
    small.record(False, "样本：撤列的通知", state="unlisted")


@case("removed_records", given={"state": "", "portal": "county"})
def gone_in_any_way(small: Small) -> None:
    small.record(True, "样本：撤下的通知", state="withdrawn")
    small.record(True, "样本：撤列的通知", state="unlisted")
    small.record(False, "样本：另一门户撤下的通知", state="withdrawn", portal="other")


@case("removed_records", columns=("possible_reason",), expected=(("公示期满 / its time had run",), ("原页含个人信息 / it showed personal data",), ("不明 / not known",)))  # fmt: skip
def possible_reasons(small: Small) -> None:
    small.record(True, "样本：拟任职人员公示", state="withdrawn")
    named = small.record(True, "样本：补贴发放名单", state="withdrawn")
    small.insert("redactions", record_id=named, source="0", kind="resident_id", count=3, rules_version=1)
    small.record(True, "样本：通知", state="withdrawn")


@case("changed_without_new_date", left_out=1)
def silent_edit(small: Small) -> None:
    edited = small.record(True, "样本：正文改过的通知")
    small.event(edited, "changed", SEEN, changed={"body": ["前", "后"]})
    dated = small.record(False, "样本：改了日期的通知")
    small.event(dated, "changed", SEEN, changed={"body": ["前", "后"], "published_on": ["2018-01-01", "2018-02-01"]})
    half = small.record(False, "样本：页面不完整的通知", flags=["page_cut"])
    small.event(half, "changed", SEEN, changed={"title": ["前", "后"]})
    added = small.record(False, "样本：新通知")
    small.event(added, "added")
    withheld = small.record(False, "样本：不予公开的通知", state="withheld")
    small.event(withheld, "changed", SEEN, changed={"body": ["前", "后"]})


def budget(small: Small, found: bool, unit: str, year: int, **columns: Any) -> int:
    """A department's budget, published by itself."""
    values = {"kind": "budget", "publisher": unit, "published_on": f"{year}-02-20", **columns}
    return small.record(found, f"{unit}{year}年部门预算公开", **values)


@case(
    "missing_budgets",
    given={"least": "2"},
    columns=("agency", "year", "type"),
    expected=(("同心县教育局", 2018, "预算 / budget"),),
    left_out=1,
)
def a_budget_of_one_year(small: Small) -> None:
    for unit in ("同心县财政局", "同心县民政局"):
        for year in (2016, 2017, 2018):
            budget(small, False, unit, year)
    for year in (2016, 2017):
        budget(small, False, "县教育局" if year == 2017 else "同心县教育局", year)
    budget(small, False, "同心县水务局", 2018)  # its first year
    budget(small, False, "同心县审计局", 2015)  # nobody else's year, and none since
    small.record(
        False, "同心县司法局2018年部门预...", kind="budget", publisher="同心县司法局", flags=["title_truncated"]
    )
    small.record(
        False, "同心县司法局2018年部门预算...", kind="budget", publisher="同心县审计局", flags=["title_truncated"]
    )
    for year in (2016, 2017, 2018):
        budget(small, False, "同心县审计局", year)


@case("missing_budgets", given={"least": "2"})
def a_budget_under_a_new_name(small: Small) -> None:
    for unit in ("同心县财政局", "同心县民政局"):
        for year in (2017, 2018):
            budget(small, False, unit, year)
    budget(small, False, "同心县卫生和计划生育局", 2017)
    budget(small, False, "同心县卫生健康局", 2018)
    small.portal_file([{"name": "同心县卫生和计划生育局", "successor": "同心县卫生健康局"}])


@case("dated_before_it_appeared", left_out=1)
def dated_long_before(small: Small) -> None:
    """Whole walks on the first of January and of May; what appears in June under earlier dates."""
    catalog = small.portal()
    walk = small.crawl("2018-05-01T00:00:00Z")
    small.insert("ledger", crawl_id=walk, catalog_id=catalog, complete=1)
    small.record(True, "样本：三月的通知六月才见", published_on="2018-03-01")
    small.record(False, "样本：五月的通知", published_on="2018-05-20")
    small.record(False, "样本：上次走完以后的通知", published_on="2018-04-20")
    small.record(False, "样本：第一次走完时就有", published_on="2016-03-01", first_seen="2018-01-01T00:00:00Z")
    small.record(False, "样本：日期存疑", published_on="2018-03-01", flags=["page_cut"])
    later = small.insert("catalogs", portal="county", kind="plan", title="规划", url="http://a.example/later/")
    small.record(False, "样本：所在目录从未走完", published_on="2018-03-01", catalog=later)


@case("later_than_20_working_days", left_out=2)
def late(small: Small) -> None:
    small.record(True, "样本：二十一个工作日", created_on="2017-09-01", published_on="2017-09-30")
    small.record(False, "样本：十九个工作日", created_on="2017-09-01", published_on="2017-09-28")
    small.record(False, "样本：先公开", created_on="2017-12-01", published_on="2017-09-28")
    small.record(False, "样本：历书以外", created_on="1998-09-01", published_on="2017-09-28")
    small.record(False, "样本：存疑", created_on="2017-01-01", published_on="2017-09-28", flags=["date_unreadable"])
    small.record(False, "样本：无生成日期", published_on="2017-09-28")


@case("late_budgets", left_out=1)
def budgets_after_may(small: Small) -> None:
    budget(small, True, "同心县教育局", 2018, published_on="2018-06-01")
    budget(small, False, "同心县财政局", 2018, published_on="2018-05-10")
    budget(small, False, "同心县民政局", 2018, published_on="2018-02-01")
    budget(small, False, "县民政局", 2018, published_on="2018-09-01")  # once more
    budget(small, False, "同心县水务局", 2012, published_on="2018-09-01")  # before the law of 2015
    budget(small, False, "同心县审计局", 2018, published_on="2018-09-01", flags=["date_unreadable"])
    small.record(
        True, "同心县教育局2017年部门决算公开", publisher="同心县教育局", published_on="2018-12-01", kind="budget"
    )
    small.record(
        False, "同心县财政局2017年部门决算公开", publisher="同心县财政局", published_on="2018-09-01", kind="budget"
    )


@case(
    "many_on_one_day",
    columns=("day", "basis", "records", "inspection_on"),
    expected=(("2017-11-21", "标注日期 / date stated", 40, "2017-11-30"),),
)
def a_burst(small: Small) -> None:
    for number in range(1, 30):
        for _ in range(40 if number == 21 else 1):
            small.record(False, "样本：通知", published_on=f"2017-11-{number:02}", first_seen="2018-01-01T00:00:00Z")
    small.record(False, "关于开展政务公开督查的通知", published_on="2017-11-30", first_seen="2018-01-01T00:00:00Z")
    for _ in range(7):
        small.record(
            False, "样本：另一门户", portal="other", published_on="2017-11-21", first_seen="2018-01-01T00:00:00Z"
        )


@case(
    "many_on_one_day",
    columns=("day", "basis", "records"),
    expected=(("2018-06-02", "首次发现 / first seen", 20),),
)
def a_burst_of_what_is_new(small: Small) -> None:
    for number in range(1, 20):
        for copy in range(20 if number == 2 else 1):
            moment = f"2018-06-{number:02}T01:00:00Z"
            small.record(
                False, "样本：通知", published_on=f"2017-{number % 12 + 1:02}-{copy + 1:02}", first_seen=moment
            )
    for day in range(1, 29):
        for _ in range(30):
            small.record(False, "样本：首次采集", published_on=f"2016-01-{day:02}", first_seen="2018-01-01T00:00:00Z")


@case(
    "missing_metadata",
    given={"least": "2"},
    columns=("agency", "records", "no_index_number", "no_created_on", "no_department"),
    expected=(("同心县教育局", 4, 25, 50, 100), ("同心县财政局", 2, 0, 0, 100)),
    left_out=1,
)
def lacking(small: Small) -> None:
    numbered = {"index_number": "640324001/2017-00001", "body": "样本", "published_on": "2017-01-01"}
    whole = {**numbered, "created_on": "2017-01-01"}
    for publisher, columns in (
        ("同心县教育局", whole),
        ("县教育局", whole),
        ("同心县教育局", numbered),
        ("同心县教育局", {"body": "样本", "published_on": "2017-01-01"}),
        ("同心县教育局", {}),  # its page was not read
        ("同心县财政局", whole),
        ("同心县财政局", whole),
        ("同心县财政局", {"body": "样本", "flags": ["page_cut"]}),
        ("同心县民政局", whole),
    ):
        small.record(False, "样本：通知", publisher=publisher, **columns)


@case("stale_columns", columns=("catalog", "newest_on", "walked_on", "days"), expected=(("旧栏目", "2017-01-01", "2018-01-01", 365),), left_out=2)  # fmt: skip
def stale(small: Small) -> None:
    small.record(False, "样本：新近", published_on="2017-12-01")
    for title, day in (("旧栏目", "2017-01-01"), ("空栏目", None)):
        catalog = small.insert("catalogs", portal="county", kind="plan", title=title, url=f"http://a.example/{title}/")
        small.insert("ledger", crawl_id=1, catalog_id=catalog, complete=1)
        if day:
            small.record(False, "样本：从前", published_on=day, catalog=catalog)
            small.record(False, "样本：将来", published_on="2071-01-01", catalog=catalog, flags=["date_in_future"])
    never = small.insert("catalogs", portal="county", kind="plan", title="未走完", url="http://a.example/never/")
    small.record(False, "样本：从前", published_on="2010-01-01", catalog=never)


@case(
    "silent_agencies",
    columns=("agency", "type", "newest_on"),
    expected=(
        ("同心县水务局", "部门 / department", "2016-05-01"),
        ("同心县王团镇人民政府", "乡镇、街道 / township", None),
    ),
    left_out=1,
)
def silent(small: Small) -> None:
    small.record(False, "样本", publisher="同心县教育局", published_on="2016-05-01")
    small.record(False, "样本", publisher="教育局", published_on="2017-05-01")
    small.record(False, "样本", publisher="同心县水务局", published_on="2016-05-01")
    small.record(False, "样本", publisher="同心县第五小学", published_on="2016-05-01")
    small.record(False, "同心县广播局2016年部门预算公开", publisher="教育局", published_on="2017-05-01")
    small.record(False, "样本", publisher="同心县国土资源局", published_on="2016-05-01")
    small.record(False, "样本", publisher="同心县自然资源局", published_on="2017-12-01")
    small.record(False, "样本", publisher="同心...", published_on="2016-05-01", flags=["publisher_truncated"])
    small.portal_file([{"name": "同心县王团镇人民政府"}, {"name": "同心县国土资源局", "successor": "同心县自然资源局"}])


@case("dead_attachments")
def files(small: Small) -> None:
    for state in ("unavailable", "empty", "not_a_document", "text", "pending", "unlinked"):
        record_id = small.record(state in {"unavailable", "empty", "not_a_document"}, f"样本：{state}")
        small.insert("attachments", record_id=record_id, name="样本.pdf", url="http://a.example/1.pdf", state=state)


@case(
    "series_gaps",
    columns=("issue_unit", "found", "first", "last", "missing", "numbers"),
    expected=(("期", 4, 1, 7, 3, "3、5–6"),),
    left_out=1,
)
def issues(small: Small) -> None:
    for number in (1, 2, 4, 7):
        small.record(False, f"样本价格周报2018年第{number}期")
    for number in (1, 2, 3):
        small.record(False, f"样本公示2018年{number}月份名单")
    for number in (1, 4):
        small.record(False, f"样本季报2018年第{number}季度")
    small.record(False, "样本价格周报2018年第5期...", flags=["title_truncated"])


@case("no_interpretation", left_out=2)
def without_interpretation(small: Small) -> None:
    def normative(found: bool, title: str, **columns: Any) -> None:
        small.record(found, title, kind="normative_document", published_on="2018-03-01", **columns)

    normative(True, "关于印发《样本县养老办法》的通知")
    normative(True, "关于印发《样本县供水办法》的通知")
    normative(False, "同心县人民政府关于印发样本县用地办法的通知")
    small.record(False, "《样本县供水办法》解读", kind="policy_interpretation", published_on="2018-04-01")
    small.record(False, "样本县用地办法政策解读", kind="policy_interpretation", published_on="2018-03-02")
    normative(False, "关于印发《样本县林地办法》的...", flags=["title_truncated"])
    normative(False, "关于印发《样本县草地办法》的通知", portal="other")


@case("odd_dates", left_out=1)
def odd(small: Small) -> None:
    small.record(True, "样本：国庆节", published_on="2017-10-02")
    small.record(True, "样本：将来", published_on="2071-10-02", flags=["date_in_future"])
    small.record(False, "样本：调休上班的星期六", published_on="2017-09-30")
    small.record(False, "样本：星期六", published_on="2017-09-02")
    small.record(False, "样本：星期一", published_on="2017-09-04")
    small.record(False, "样本：历书以外", published_on="1998-10-01")


@case("odd_dates", given={"weekends": "1"})
def weekends(small: Small) -> None:
    small.record(True, "样本：星期六", published_on="2017-09-02")
    small.record(False, "样本：调休上班的星期六", published_on="2017-09-30")


@case(
    "personal_data",
    columns=("agency", "masked_kind", "records", "numbers"),
    expected=(("同心县民政局", "resident_id", 2, 5), ("同心县民政局", "phone", 1, 1)),
)
def masked(small: Small) -> None:
    one = small.record(False, "样本：名单一", publisher="同心县民政局")
    other = small.record(False, "样本：名单二", publisher="县民政局")
    small.record(False, "样本：无号码", publisher="同心县民政局")
    for record_id, kind, count in ((one, "resident_id", 3), (other, "resident_id", 2), (one, "phone", 1)):
        small.insert("redactions", record_id=record_id, source="0", kind=kind, count=count, rules_version=1)


@case("budget_by_another", left_out=1)
def by_another(small: Small) -> None:
    budget(small, True, "同心县第五小学", 2018, publisher="同心县财政局")
    budget(small, False, "同心县财政局", 2018)
    budget(small, False, "同心县教育局", 2018, publisher="县教育局")
    small.record(False, "2018年部门预算公开", kind="budget", publisher="同心县财政局")
    small.record(False, "同心县人民政府2018年政府预算", kind="budget", publisher="同心县财政局")
    budget(small, False, "同心县民政局", 2018, publisher="同心...", flags=["publisher_truncated"])
