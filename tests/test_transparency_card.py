"""Figures of transparency cards: each from rows that belong to it and rows that don't."""

from contextlib import closing
from pathlib import Path

import pytest

from archive.analysis.transparency_card import Counts, count
from tests.questions.report_cases import report, table
from tests.questions.small import Small, archive_of

TEXT = "样本正文。" * 30


def year_2017(small: Small) -> None:
    stated = {
        "index_number": "640324001/2017-00001",
        "publisher": "样本县教育局",
        "responsible_department": "样本县教育局",
    }
    small.record(False, "样本：及时", published_on="2017-03-01", created_on="2017-02-20", body=TEXT, **stated)
    small.record(False, "样本：超过", published_on="2017-12-29", created_on="2017-02-20", body=TEXT, kind="plan")
    small.record(False, "样本：早于生成", published_on="2017-03-01", created_on="2017-03-20", body=TEXT, **stated)
    small.record(False, "样本：存疑", published_on="2017-03-01", created_on="2016-03-20", flags=["date_unreadable"])
    small.record(False, "样本：撤下", published_on="2017-01-01", state="withdrawn")
    small.record(False, "样本：前一年", published_on="2016-12-31")
    small.record(False, "样本：后一年", published_on="2018-01-01", state="unlisted")
    small.record(False, "样本：无日期")
    small.record(False, "样本：另一门户", published_on="2017-05-01", portal="other")
    for agency in ("教育局", "水务局", "民政局"):
        small.record(
            False,
            f"样本县{agency}2016年部门预算",
            publisher=f"样本县{agency}",
            published_on="2016-02-01",
            kind="budget",
        )
        if agency != "民政局":
            small.record(
                False,
                f"样本县{agency}2017年部门预算",
                publisher=f"样本县{agency}",
                published_on="2018-02-01",
                kind="budget",
            )
    small.record(
        False, "样本县统计局2017年部门预算", publisher="样本县统计局", published_on="2018-02-01", kind="budget"
    )
    small.record(
        False, "样本县档案局2017年部门预算", publisher="样本县档案局", published_on="2018-02-01", kind="budget",
        flags=["title_truncated"],
    )  # fmt: skip
    for name in ("同心县司法局", "县司法局"):  # one agency
        small.record(False, f"{name}2017年部门预算", publisher=name, published_on="2018-02-01", kind="budget")
    report(small, False, 2017, table("通过政府网站公开7条。空气质量月报11期。", **{"1_2": 9, "1_2_2": 8}))
    report(small, False, 2017, table(**{"1_2": 9}), published_on="2018-06-01")  # the same once more, later
    report(small, False, 2017, table(**{"1_2": 9}), published_on=None)
    report(small, False, 2017, table(**{"1_2": 9}), of="样本县教育局")
    report(small, False, 2017, table(**{"1_2": 9}), of="样本县水务局", flags=["page_cut"])


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counts]:
    connection, _ = archive_of(tmp_path_factory.mktemp("card") / "a.db", year_2017)
    with closing(connection):
        counted = count(connection, 2017)
        assert count(connection, 2017, "county") == {"county": counted["county"]}
        assert all(counts.is_empty for counts in count(connection, 1999).values())
    return counted


def test_records_of_the_year_by_kind_and_those_no_longer_listed(counted: dict[str, Counts]) -> None:
    assert counted["county"].kinds == {"notice": 4, "plan": 1}
    assert counted["county"].records == 5
    assert counted["county"].gone == {"withdrawn": 1}
    assert counted["other"].kinds == {"notice": 1}


def test_archived_catalogues_are_told_whatever_the_year(counted: dict[str, Counts]) -> None:
    assert counted["county"].catalogs == {"annual_report": 1, "notice": 1}
    assert not counted["county"].is_empty
    assert counted["county"].figures()["catalogs"] == 2


def test_no_catalogue_of_budgets_is_not_the_same_as_none_found() -> None:
    assert Counts(catalogs={"notice": 1}).found_and_missing("budget") is None
    assert Counts(catalogs={"budget": 1}).found_and_missing("budget") == (0, 0)
    assert Counts(budgets={"budget": (3, 1)}).found_and_missing("budget") == (3, 1)


def test_in_time_are_those_whose_dates_say_so_without_a_doubt(counted: dict[str, Counts]) -> None:
    counts = counted["county"]
    assert (counts.timely, counts.late, counts.undated) == (1, 1, 1)


def test_complete_is_counted_over_records_whose_page_was_read(counted: dict[str, Counts]) -> None:
    counts = counted["county"]
    assert counts.read == 3
    assert counts.lacking == {"index_number": 1, "created_on": 0, "publisher": 1, "responsible_department": 1}
    assert counts.complete == 75
    assert counted["other"].complete is None
    assert Counts(read=1000, lacking={"publisher": 1}).complete == 99, "cut: what is not all is never 100"


def test_budgets_are_those_of_the_fiscal_year_and_missed_as_the_question_misses_them(
    counted: dict[str, Counts],
) -> None:
    assert counted["county"].budgets == {"budget": (4, 1)}


def test_reports_on_the_year_with_what_disagrees_in_them_the_countys_first(counted: dict[str, Counts]) -> None:
    whole, again, undated, agency = counted["county"].reports
    assert counted["county"].whole == whole
    assert (whole.reporter, whole.disagree, whole.hints) == ("同心县", 2, 1)
    assert [each.published_on for each in (whole, again, undated)] == ["2018-01-20", "2018-06-01", None]
    assert (agency.reporter, agency.disagree) == ("样本县教育局", 1)
    assert counted["other"].whole is None


def test_the_year_of_the_sample(sample_archive: Path) -> None:
    from archive.database.connection import open_for_reading

    with closing(open_for_reading(sample_archive)) as connection:
        counts = count(connection, 2017)["sample"]
    assert (counts.records, counts.kinds["hot_topic_response"]) == (41, 11)
    assert counts.whole
    assert (counts.whole.disagree, counts.whole.hints, counts.whole.made) == (4, 1, 33)
