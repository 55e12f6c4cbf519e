"""The sample portal crawled over HTTP: every row a record, as the transcription has it."""

import csv
import json
import os
from pathlib import Path

import pytest

from crawler.sample.portal_server import SampleServer
from crawler.sample.site import rows as sample_rows
from tests import warm
from tests.conftest import ROOT, crawl, disclosures, rows

REPORT = Path(__file__).parent / "report_2017"


def clean_rows() -> list[dict[str, str]]:
    tables = [csv.DictReader(path.open(encoding="utf-8")) for path in sorted(REPORT.glob("t[1-6]_*.csv"))]
    return [row for table in tables for row in table if row["row_status"] == "clean"]


def test_every_listed_row_is_a_record(sample_archive: Path) -> None:
    shown = [row for row in sample_rows() if row.from_day <= 1 and (row.to_day is None or row.to_day >= 1)]
    assert len(shown) == 68
    assert len(rows(sample_archive, "SELECT 1 FROM records")) == len(shown)
    assert rows(sample_archive, "SELECT 1 FROM problems") == []


@pytest.mark.parametrize("row", clean_rows(), ids=lambda row: f"{row['table_id']}-{row['row_no']}")
def test_clean_rows_equal_the_transcription(sample_archive: Path, row: dict[str, str]) -> None:
    if row["title_raw"] == "同心县十三五期间民族团结进步创建深化行动实施方案":
        pytest.skip("listed from day 2 on")
    found = rows(sample_archive, "SELECT * FROM records WHERE index_number = ?", row["index_no_raw"])
    assert len(found) == 1
    record = found[0]
    assert record["published_on"] == row["publish_date_raw"]
    if row["title_recovered"]:
        assert record["title"] == row["title_recovered"]
    else:
        assert record["title"] == row["title_raw"]
    flags = json.loads(str(record["flags"]))
    assert ("title_truncated" in flags) == ("title_truncated" in row["flags"] and not row["title_recovered"])
    if row["publisher_raw"].endswith("..."):
        assert str(record["publisher"]).startswith(row["publisher_raw"].removesuffix("..."))
        assert ("publisher_truncated" in flags) == str(record["publisher"]).endswith("...")
    else:
        assert record["publisher"] == row["publisher_raw"]


def test_titles_cut_in_the_list_are_whole_in_the_archive(sample_archive: Path) -> None:
    found = rows(sample_archive, "SELECT title, source_fields FROM records WHERE index_number = '640324011/2017-42685'")
    assert found[0]["title"] == "关于进一步引导和鼓励高校毕业生到基层工作的实施意见政策解读"
    assert json.loads(str(found[0]["source_fields"]))["标题"] == "关于进一步引导和鼓励高校毕业生到基层工作的实施..."


def test_one_index_number_on_two_records_flags_both(sample_archive: Path) -> None:
    found = rows(sample_archive, "SELECT url, flags FROM records WHERE index_number = '640324014/2017-58360'")
    assert len({row["url"] for row in found}) == 2
    assert all("index_number_repeated" in json.loads(str(row["flags"])) for row in found)
    others = rows(sample_archive, "SELECT 1 FROM records WHERE flags LIKE '%index_number_repeated%'")
    assert len(others) == 2


def test_rows_without_a_link_are_kept_under_a_key_of_their_own(sample_archive: Path) -> None:
    found = rows(
        sample_archive, "SELECT url, title, published_on FROM records WHERE url LIKE '%#row-%' ORDER BY published_on"
    )
    assert [row["published_on"] for row in found] == ["2017-03-07", "2017-04-05", "2017-04-05", "2017-07-07"]
    assert all(row["title"] is None for row in found)


def test_the_metadata_table_of_a_detail_page(sample_archive: Path) -> None:
    (record,) = rows(sample_archive, "SELECT * FROM records WHERE index_number = '640324001/2017-39146'")
    assert record["title"] == "城市管理综合执法体制改革工作方案"
    assert record["document_number"] == "同政发〔2017〕92号"
    assert record["disclosure_mode"] == "主动公开"
    assert record["publisher"] == "同心县政府办公室"
    assert record["created_on"] is None
    assert record["responsible_department"] is None
    assert str(record["body"]).startswith("为了认真贯彻落实《中共中央国务院关于深入推进城市执法体制改革")
    printed = json.loads(str(record["source_fields"]))
    assert printed["索 引 号"] == "640324001/2017-39146"
    assert printed["生成日期"] == ""


def test_the_news_template_has_no_index_number(sample_archive: Path) -> None:
    (record,) = rows(sample_archive, "SELECT * FROM records WHERE kind = 'notice'")
    assert record["title"] == "关于政务公开督查工作的紧急通知"
    assert (record["index_number"], record["published_on"]) == (None, "2017-08-17")
    assert json.loads(str(record["source_fields"]))["作者"] == "政务公开办"
    assert "同政办发〔2017〕91、〔2017〕92号" in str(record["body"])


def test_proposals_are_read_by_their_own_column_names(sample_archive: Path) -> None:
    (record,) = rows(sample_archive, "SELECT * FROM records WHERE kind = 'proposal'")
    assert record["index_number"] == "440324052017-41866"
    assert (record["publisher"], record["published_on"]) == ("县国土资源局", "2017-11-24")
    assert set(json.loads(str(record["source_fields"]))) >= {"案号", "标题", "承办单位", "办结日期"}


def test_the_statistics_table_is_in_the_annual_report(sample_archive: Path) -> None:
    (record,) = rows(sample_archive, "SELECT body FROM records WHERE kind = 'annual_report'")
    lines = str(record["body"]).split("\n")
    assert "2.政府网站公开政府信息数\t条\t5640" in lines
    with (REPORT / "s1_statistics_2017.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert "\t".join([row["label"], row["unit"], row["value_raw"]]).strip() in lines


def test_the_ledger_says_what_was_claimed_and_read(sample_archive: Path) -> None:
    ledger = {
        row["title"]: row
        for row in rows(sample_archive, "SELECT c.title, l.* FROM ledger l JOIN catalogs c ON c.id = l.catalog_id")
    }
    assert all(row["complete"] for row in ledger.values())
    assert (ledger["热点回应"]["pages_claimed"], ledger["热点回应"]["pages_read"], ledger["热点回应"]["rows_read"]) == (
        3,
        3,
        11,
    )
    assert (ledger["棚户区改造"]["pages_claimed"], ledger["棚户区改造"]["rows_read"]) == (3, 15)


def test_the_breadcrumb_becomes_the_catalogues_path(sample_archive: Path) -> None:
    (catalog,) = rows(sample_archive, "SELECT path FROM catalogs WHERE title = '热点回应'")
    assert catalog["path"] == "首页 > 政务公开 > 政府信息公开目录 > 热点回应 > 热点回应"


def test_the_same_crawl_again_changes_nothing_but_last_seen(sample_portal: Path, tmp_path: Path) -> None:
    db = tmp_path / "twice.db"
    without_last_seen = "SELECT * FROM records ORDER BY id"
    states = []
    for _ in range(2):
        assert crawl(sample_portal, db).returncode == 0
        records = rows(db, without_last_seen)
        for record in records:
            del record["last_seen"]
        events = rows(db, "SELECT * FROM events ORDER BY id")
        readings = rows(db, "SELECT * FROM readings ORDER BY record_id, catalog_id")
        states.append((records, events, readings))
    assert states[0] == states[1]


def test_the_second_day_shows_what_was_edited_and_what_is_new(tmp_path: Path) -> None:
    from crawler.sample.site import portal_toml

    db, portal = tmp_path / "days.db", tmp_path / "sample.toml"
    with SampleServer() as server:
        portal.write_text(portal_toml(server.url), encoding="utf-8")
        for day in (1, 2):
            server.set_day(day)
            assert crawl(portal, db, "--mode", "full").returncode == 0
    second = rows(
        db, "SELECT e.kind, r.title, e.detail FROM events e JOIN records r ON r.id = e.record_id WHERE e.crawl_id = 2"
    )
    assert {(row["kind"], row["title"]) for row in second} == {
        ("changed", "精准扶贫进展情况"),
        ("added", "同心县十三五期间民族团结进步创建深化行动实施方案"),
        ("unlisted", "关于全县棚户区改造工作情况的审议意见"),
        ("withdrawn", "宁夏吴忠地区同心县第五小学2018年部门预算"),
    }
    (changed,) = [json.loads(str(row["detail"]))["changed"] for row in second if row["kind"] == "changed"]
    assert set(changed) == {"body"}


def test_demo_crawls_two_days_of_the_sample_portal(tmp_path: Path) -> None:
    with SampleServer() as server:
        port = server.port
    done = disclosures("demo", "--no-serve", "--db", tmp_path / "demo.db", "--sample-port", port)
    assert done.returncode == 0, done.stderr
    assert "11 of 11 catalogues walked wholly" in done.stdout
    assert len(rows(tmp_path / "demo.db", "SELECT 1 FROM records")) == 69
    events = rows(tmp_path / "demo.db", "SELECT DISTINCT kind FROM events")
    assert {row["kind"] for row in events} == {"added", "changed", "unlisted", "withdrawn"}


def test_scrapy_knows_the_portals() -> None:
    listed = warm.scrapy("list", env=os.environ, cwd=ROOT)
    assert listed.stdout.split() == ["sample", "tongxin"]
