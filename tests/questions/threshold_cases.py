"""Cases one below a threshold, on it and one above it; near midnight in Beijing; and what another portal must not change."""

from datetime import date, timedelta

from tests.questions.cases import budget, case
from tests.questions.number_cases import counting
from tests.questions.small import Small

EVENING = "2018-03-01T23:30:00Z"
"""Half past seven on 2 March in Beijing."""


def walk(small: Small, at: str, catalog: int) -> None:
    """A crawl that reads a catalogue to its end."""
    small.insert("ledger", crawl_id=small.crawl(at), catalog_id=catalog, complete=1)


@case("removed_records", columns=("noticed_at",), expected=(("2018-07-01T23:30:00Z",), ("2018-08-03T00:00:00Z",)))
def noticed_with_the_last_event_of_its_kind(small: Small) -> None:
    gone = small.record(True, "样本：撤下的通知", state="withdrawn", last_seen="2018-06-30T00:00:00Z")
    for kind, at in (("added", "2018-06-01"), ("withdrawn", "2018-07-01"), ("changed", "2018-07-02")):
        small.event(gone, kind, f"{at}T23:30:00Z")
    again = small.record(True, "样本：撤下又回来的通知", state="withdrawn")
    for kind, day in (("withdrawn", "01"), ("returned", "02"), ("withdrawn", "03"), ("unlisted", "04")):
        small.event(again, kind, f"2018-08-{day}T00:00:00Z")


@case("changed_without_new_date", given={"portal": "county"})
def changes_of_one_portal(small: Small) -> None:
    for portal, flags in (("county", []), ("other", []), ("other", ["page_cut"])):
        edited = small.record(portal == "county", "样本：正文改过的通知", portal=portal, flags=flags)
        small.event(edited, "changed", changed={"body": ["前", "后"]})


@case("dated_before_it_appeared", given={"days": "30"}, left_out=2)
def dated_thirty_days_before_a_walk(small: Small) -> None:
    """The walk of 2 March, in Beijing, without what was first seen ten minutes later, and one of April."""
    catalog = small.portal()
    walk(small, EVENING, catalog)
    walk(small, "2018-04-09T00:00:00Z", catalog)
    seen = "2018-03-01T23:40:00Z"
    for day, found in (("2018-01-30", True), ("2018-01-31", True), ("2018-02-01", False)):
        small.record(found, f"样本：标在{day}", published_on=day, first_seen=seen)
        small.record(False, "样本：日期存疑", published_on=day, first_seen=seen, flags=["date_unreadable"])
    small.record(
        False, "样本：其后的一次走完不能说明什么", published_on="2018-02-02", first_seen="2018-04-01T00:00:00Z"
    )
    small.record(True, "样本：其间走完而未见", published_on="2018-01-31", first_seen="2018-04-01T00:00:00Z")
    walk(small, "2018-04-10T16:00:00Z", catalog)
    small.record(True, "样本：子夜走完，子夜过后见到", published_on="2018-03-12", first_seen="2018-04-10T16:20:00Z")
    other = small.portal("other")
    small.record(
        False, "样本：另一门户没有走完", published_on="2018-01-01", first_seen=seen, portal="other", catalog=other
    )


@case("later_than_20_working_days")
def twenty_working_days_and_one_more(small: Small) -> None:
    for day, found in (("2017-09-28", False), ("2017-09-29", False), ("2017-09-30", True)):
        small.record(found, "样本：九月一日写成", created_on="2017-09-01", published_on=day)


@case("later_than_20_working_days", given={"days": "21"})
def more_working_days_than_are_asked_for(small: Small) -> None:
    for day, found in (("2017-09-30", False), ("2017-10-09", True)):
        small.record(found, "样本：九月一日写成", created_on="2017-09-01", published_on=day)


@case("later_than_20_working_days", given={"days": "0"})
def never_fewer_than_twenty(small: Small) -> None:
    small.record(False, "样本：二十个工作日", created_on="2017-09-01", published_on="2017-09-29")


@case(
    "document_number_gaps",
    given={"share": "40"},
    columns=("issuer", "found"),
    expected=(("同政发", 26), ("同政发", 2 * 26)),
)
def per_cent_of_the_numbers(small: Small) -> None:
    """25 of 63 are fewer than 40 per cent, 26 of 65 and 52 of 130 are just as many."""
    for year, found, highest in ((2015, 25, 63), (2016, 26, 65), (2017, 52, 130), (2018, 51, 130)):
        for serial in (*range(1, found), highest):
            small.record(False, "样本：通知", document_number=f"同政发〔{year}〕{serial}号")


@case("many_on_one_day", given={"least": "4", "times": "2"}, columns=("day", "records", "inspection_on"), expected=(
    ("2017-11-01", 4, "2017-11-15"), ("2017-12-01", 5, None),
))  # fmt: skip
def twice_the_mean_and_fourteen_days(small: Small) -> None:
    """In one portal 4 is twice the mean, in the other it is not; in a third 3 would be, and are too few."""

    def dated(portal: str, title: str, *counts: tuple[str, int]) -> None:
        for day, count in counts:
            for _ in range(count):
                small.record(False, title, portal=portal, published_on=day, first_seen="2018-01-01T00:00:00Z")

    dated("county", "样本", ("2017-11-01", 4), ("2017-10-01", 1))
    dated("county", "样本：政务公开督查", ("2017-11-15", 1))
    dated("other", "样本", ("2017-12-01", 5), ("2017-12-02", 4), ("2017-12-03", 1), ("2017-12-04", 1))
    dated("other", "样本：政务公开督查", ("2017-12-16", 1), ("2017-11-30", 1))
    dated("third", "样本", ("2017-01-01", 3), ("2017-01-02", 1), ("2017-01-03", 1), ("2017-01-04", 1))


@case("neighbouring_serials", given={"step": "2", "days": "7"})
def serials_of_two_portals_and_one_step_too_many(small: Small) -> None:
    def numbered(found: bool, serial: int, day: str, portal: str = "county") -> None:
        number = f"640324001/2017-{serial:05}"
        small.record(found, "样本：通知", index_number=number, published_on=day, portal=portal)

    numbered(False, 1, "2017-01-01")
    numbered(False, 2, "2017-01-08")  # seven days apart
    numbered(True, 4, "2017-01-16")  # eight days, two steps
    numbered(False, 7, "2017-12-01")  # three steps
    numbered(False, 3, "2016-01-01", "other")  # between serials of another portal, and alone in its own
    numbered(False, 8, "2016-01-01", "other")


@case("number_on_several", left_out=5)
def any_doubt_leaves_out(small: Small) -> None:
    for number, flag in enumerate(
        ("title_truncated", "title_missing", "page_cut", "row_not_read", "index_number_differs")
    ):
        of_one = {"index_number": f"640324001/2017-{number:05}"}
        small.record(False, "样本：一份", **of_one)
        small.record(False, "样本：另一份", flags=[flag], **of_one)
    small.record(True, "样本：一份", index_number="640324001/2017-00099")
    small.record(True, "样本：另一份", index_number="640324001/2017-00099", flags=["date_unreadable"])


@case("number_on_several", ordered=True, columns=("portal", "title", "records"), expected=tuple(
    (portal, title, 2) for portal in ("county", "other") for title in ("样本：一份", "样本：另一份")
))  # fmt: skip
def one_number_in_two_portals(small: Small) -> None:
    """Twice in each of two portals, once in a third."""
    for portal, title in (
        *[(p, t) for p in ("county", "other") for t in ("样本：一份", "样本：另一份")],
        ("third", "样本"),
    ):
        small.record(False, title, portal=portal, index_number="640324001/2017-00001")


@case("prefix_of_another", left_out=2)
def a_prefix_in_doubt(small: Small) -> None:
    for publisher, prefix in (("同心县财政局", "640324001"), ("同心县教育局", "640324002")):
        for serial in range(1, 9):
            number = f"{prefix}/2017-{serial:05}"
            small.record(False, "样本", publisher=publisher, index_number=number)
    for found, flag in ((True, "date_unreadable"), (False, "index_number_differs"), (False, "publisher_truncated")):
        number = "640324001/2017-00099"
        small.record(found, "样本", publisher="同心县教育局", index_number=number, flags=[flag])


@case("odd_dates", left_out=1)
def a_day_outside_the_calendar(small: Small) -> None:
    small.record(False, "样本", published_on="1998-10-01", flags=["index_number_differs"])
    small.record(True, "样本", published_on="1998-10-01", flags=["index_number_differs", "date_in_future"])


@case("silent_agencies")
def silent_in_a_portal_not_wholly_crawled_yet(small: Small) -> None:
    small.portals.add("county")
    small.insert("portals", id="county", name="样本", division_code="640324", home="http://a.example/")
    small.insert("crawls", portal="county", mode="full", started_at=EVENING)
    small.insert("catalogs", portal="county", kind="notice", title="样本", url="http://a.example/")
    small.portal_file([{"name": "同心县档案局"}])
    small.record(False, "样本", publisher="同心县教育局", published_on="2010-01-01")


@case("same_under_several_numbers", columns=("index_number", "records"), expected=(("640324001/2017-00001", 2), ("640324001/2017-00002", 2)))  # fmt: skip
def undated_copies_are_not_counted(small: Small) -> None:
    for serial, day in ((1, "2017-01-01"), (2, "2017-01-02"), (3, None)):
        small.record(
            False, f"样本{serial}", body="样" * 100, index_number=f"640324001/2017-{serial:05}", published_on=day
        )
    for serial, day in ((4, "2017-01-01"), (5, None)):
        number = f"640324001/2017-{serial:05}"
        small.record(False, f"样本{serial}", body="本" * 100, index_number=number, published_on=day)
    for serial in (6, 7):
        number = f"640324001/2017-{serial:05}"
        small.record(False, "样本通知一二三四五六七", body="见附件", index_number=number)
        small.record(False, "样本通知一二三四五六七", index_number=number, published_on=f"2017-01-0{serial}")


def numbered(small: Small, portal: str, usual: int, others: int, found: bool) -> None:
    """Numbers of the usual pattern and of another one."""
    for serial in range(1, usual + others + 1):
        prefix = "640324001" if serial <= usual else "000014349"
        number = f"{prefix}/2017-{serial:05}"
        unusual = found and serial > usual
        small.record(unusual, "样本", portal=portal, index_number=number, published_on="2017-01-01")


@case("unusual_index_numbers")
def nine_tenths_are_usual(small: Small) -> None:
    numbered(small, "half", 10, 10, found=False)
    numbered(small, "fewer", 17, 2, found=False)
    numbered(small, "exactly", 18, 2, found=True)
    numbered(small, "more", 19, 2, found=True)
    numbered(small, "nine", 9, 1, found=False)
    numbered(small, "ten", 10, 1, found=True)
    for flag, found in (("date_unreadable", False), ("publisher_truncated", True)):
        columns = {"index_number": "640324001/2016-00001", "published_on": "2017-01-01", "flags": [flag]}
        small.record(found, "样本：另一年", portal="ten", **columns)


@case("stale_columns", columns=("catalog", "walked_on", "days"), expected=(("样本181", "2018-03-02", 181),))
def stale_since_one_day(small: Small) -> None:
    for portal in ("county", "other"):
        small.portal(portal)
    for days in (179, 180, 181):
        catalog = small.insert(
            "catalogs", portal="county", kind="plan", title=f"样本{days}", url=f"http://a.example/{days}/"
        )
        walk(small, EVENING, catalog)
        day = str(date(2018, 3, 2) - timedelta(days=days))
        small.record(False, "样本：从前", published_on=day, catalog=catalog)
        small.record(False, "样本：日期存疑", published_on="2018-03-01", catalog=catalog, flags=["date_unreadable"])
    numbered = small.insert("catalogs", portal="county", kind="plan", title="样本：编号存疑", url="http://a.example/n/")
    walk(small, EVENING, numbered)
    small.record(False, "样本", published_on="2018-01-01", catalog=numbered, flags=["index_number_differs"])
    for portal in ("county", "other"):
        small.record(False, "样本：新近", portal=portal, published_on="2018-01-01")


@case("silent_agencies", given={"portal": "county"}, columns=("agency", "newest_on", "records"), expected=(("同心县水务局", "2017-03-01", 1), ("同心县档案局", None, 0)))  # fmt: skip
def silent_since_twelve_months(small: Small) -> None:
    small.portal()
    small.crawl(EVENING)
    small.record(False, "样本", publisher="同心县水务局", published_on="2017-03-01")
    small.record(False, "样本", publisher="同心县教育局", published_on="2017-03-02")
    small.record(False, "样本", publisher="同心县民政局", published_on="2017-03-03")
    small.record(False, "样本", publisher="同心县审计局", published_on=None)
    small.record(False, "样本", publisher="同心县信访局", published_on="2016-01-01", flags=["date_unreadable"])
    small.record(False, "样本", publisher="同心县档案局", published_on="2018-01-01", portal="other")
    small.portal_file([{"name": "同心县档案局"}, {"name": "同心县信访局"}])


@case("no_interpretation")
def interpreted_in_another_portal(small: Small) -> None:
    named = {"kind": "normative_document", "published_on": "2018-03-01"}
    small.record(True, "关于印发《样本县养老办法》的通知", **named)
    small.record(
        False, "《样本县养老办法》解读", kind="policy_interpretation", published_on="2018-03-01", portal="other"
    )
    for subject, day, found in (("供水", "05", False), ("用地", "06", False), ("林地", "07", True)):
        small.record(found, f"关于印发《样本县{subject}办法》的通知", **named)
        title = f"《样本县{subject}办法》解读"
        small.record(False, title, kind="policy_interpretation", published_on=f"2018-03-{day}")
        small.record(False, title, kind="policy_interpretation", published_on="2018-03-09")


@case("budget_by_another")
def a_budget_by_its_successor_or_predecessor(small: Small) -> None:
    small.portal_file([{"name": "同心县国土资源局", "successor": "同心县自然资源局"}])
    budget(small, False, "同心县国土资源局", 2018, publisher="同心县自然资源局")
    budget(small, False, "同心县自然资源局", 2018, publisher="同心县国土资源局")
    budget(small, True, "同心县自然资源局", 2019, publisher="同心县财政局")


@case("late_budgets", given={"days": "40"})
def forty_days_and_one_more(small: Small) -> None:
    for unit, day, found in (("教育局", "09", False), ("民政局", "10", False), ("水务局", "11", True)):
        budget(small, found, f"同心县{unit}", 2018, published_on=f"2018-05-{day}")
    budget(small, True, "同心县审计局", 2015, published_on="2015-05-11")
    budget(small, False, "同心县财政局", 2014, published_on="2014-05-11")


@case("stale_columns", ordered=True, columns=("portal", "catalog"), expected=(("county", "样本一"), ("county", "样本二"), ("other", "样本一")))  # fmt: skip
def stale_for_the_same_time(small: Small) -> None:
    """Walked half an hour before midnight in Beijing: 181 days after what is in three catalogues, 180 after the rest."""
    for portal in ("other", "county"):
        small.portal(portal)
        small.record(False, "样本：新近", portal=portal, published_on="2018-01-01")
    for portal, title, day in (
        ("other", "样本一", "2017-09-01"),
        ("county", "样本二", "2017-09-01"),
        ("county", "样本一", "2017-09-01"),
        ("county", "样本三", "2017-09-02"),
    ):
        catalog = small.insert("catalogs", portal=portal, kind="plan", title=title, url=f"http://a.example/{title}/")
        crawl = small.crawl("2018-03-01T15:30:00Z", portal)
        small.insert("ledger", crawl_id=crawl, catalog_id=catalog, complete=1)
        small.record(False, "样本：从前", portal=portal, published_on=day, catalog=catalog)


@case("index_number_gaps", ordered=True, columns=("portal", "index_prefix", "numbers"), expected=(("county", "640324001", "3"), ("other", "640324001", "2")))  # fmt: skip
def two_portals_that_count_alike(small: Small) -> None:
    """Beside two with gaps of their own, one with a number in doubt and one with a number 0: four are no group."""
    counting(small, "other", "640324001", 1, 3, 4, 5, 6)
    counting(small, "county", "640324001", 1, 2, 4, 5, 6)
    for portal in ("other", "county"):
        counting(small, portal, "640324002", 1, 2, 3, 4, 5)
    for portal, serials in (("doubt", (1, 2, 3, 4)), ("nought", (0, 1, 2, 3, 4))):
        counting(small, portal, "640324001", *serials)
    number = "640324001/2017-00005"
    small.record(False, "样本", portal="doubt", index_number=number, flags=["index_number_differs"])


@case("number_on_several", left_out=2)
def a_doubtful_number_that_is_single_in_its_portal(small: Small) -> None:
    cut = ["page_cut"]
    for portal, flags in (("county", []), ("county", cut), ("other", []), ("other", cut), ("third", cut)):
        small.record(False, "样本", portal=portal, index_number="640324001/2017-00001", flags=flags)


@case("late_budgets")
def late_budgets_of_unknown_units(small: Small) -> None:
    for publisher in (None, None, "同心..."):
        small.record(True, "2018年部门预算公开", kind="budget", publisher=publisher, published_on="2018-12-01")
    budget(small, False, "同心县教育局", 2018)
    budget(small, False, "同心县财政局", 2018)


@case("no_interpretation", left_out=1)
def an_interpretation_of_nothing_known(small: Small) -> None:
    """A portal whose only interpretation is of too short a title to be compared counts as one without any."""
    small.record(False, "关于印发《样本县养老办法》的通知", kind="normative_document", published_on="2018-03-01")
    small.record(False, "《样本》解读", kind="policy_interpretation", published_on="2018-03-01")


@case("same_under_several_numbers")
def two_titles_of_one_day(small: Small) -> None:
    for serial, day, found in ((1, "2017-01-01", True), (2, "2017-01-01", True)):
        number = f"640324001/2017-{serial:05}"
        small.record(found, "样本通知一二三四五六", index_number=number, published_on=day)
