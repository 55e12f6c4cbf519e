"""Annual reports: their tables in every form that texts keep them in, the numbers of their prose, and what these mean."""

import csv
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.analysis.report_prose import read_claims, read_equations
from archive.analysis.report_reader import catch_up, read_report, report_year, reporter_of
from archive.analysis.report_templates import lines
from archive.analysis.statistics_table import number_of, read_table
from archive.attachments.extraction import extract
from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.masking import mask_again
from archive.search import index
from crawler.extract.text import lines_of
from crawler.extract.tree import parse_html
from tests.conftest import rows

REPORT = Path(__file__).parent / "report_2017"
HEADINGS = "自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计"


def statistics_of_2017() -> list[dict[str, str]]:
    with (REPORT / "s1_statistics_2017.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_of_2017() -> str:
    lines = [f"{row['label']}\t{row['unit']}\t{row['value_raw']}".rstrip("\t") for row in statistics_of_2017()]
    return "\n".join(["统计指标\t单位\t统计数", *lines])


def matrix(template: str, numbers: dict[str, list[int]]) -> str:
    """A table since 2019 as pages print it, labels as laid down; `numbers`: the rows that are not all noughts."""
    before = {
        "3.3.1": "三、本年度办理结果\t",
        "3.3.3.1": "（三）不予公开\t",
        "3.3.4.1": "（四）无法提供\t",
        "3.3.5.1": "（五）不予处理\t",
    }
    text = ["二、主动公开政府信息情况"]
    for line in lines(template):
        if line.indicator.startswith("4."):
            continue
        if line.indicator.startswith("2.") and (line.indicator.endswith(("a", "8", "9"))):
            text += [line.label.split()[0], "信息内容\t" + "\t".join(line.columns)]
        if line.indicator == "3.1":
            text += ["三、收到和处理政府信息公开申请情况", HEADINGS]
        values = numbers.get(line.indicator, [0] * len(line.columns))
        label = line.label.rpartition(" ")[2] if line.indicator.startswith("3.") else line.words
        text.append(before.get(line.indicator, "") + "\t".join([label, *map(str, values)]))
    text += [
        "四、行政复议、行政诉讼情况",
        "行政复议\t行政诉讼",
        "\t".join(["结果维持\t结果纠正\t其他结果\t尚未审结\t总计"] * 3),
    ]
    cells = [number for indicator in ("4.1", "4.2.1", "4.2.2") for number in numbers.get(indicator, [0] * 5)]
    return "\n".join([*text, "\t".join(map(str, cells)), "五、存在的主要问题及改进情况"])


def test_the_last_line_may_be_a_label_alone_with_which_the_text_ends() -> None:
    text = table_of_2017().removesuffix("\t人次\t64")
    assert text.endswith("接受培训人员数")
    table = read_table(text)
    assert table is not None
    assert [(each.indicator, each.printed, each.value) for each in table.statistics][-1] == ("9.3", "", None)


@pytest.mark.parametrize("apart", ["\t", "  ", "\n"], ids=["cells", "blanks", "lines"])
def test_the_report_of_2017_is_read_whole_however_its_cells_stand_apart(apart: str) -> None:
    table = read_table(f"一、概述。\n{table_of_2017().replace(chr(9), apart)}\n附件")
    assert table is not None
    assert table.template == "2014"
    expected = {
        row["indicator_code"]: float(row["value_num"]) if row["value_num"] else None for row in statistics_of_2017()
    }
    assert {s.indicator: s.value for s in table.statistics} == expected


def test_a_line_left_out_or_cut_in_two_puts_no_other_out_of_place() -> None:
    text = (
        table_of_2017()
        .replace("（二）被依法纠错数\t件\t0\n", "", 1)
        .replace("政务微博公开政府信息数", "政务微博公开\n政府信息数")
    )
    read = read_table(text)
    assert read is not None
    values = {s.indicator: s.value for s in read.statistics}
    assert "4.2" not in values
    assert (values["4.3"], values["5.1"], values["5.2"], values["1.2.3"]) == (0, 0, 0, 3)


def test_an_empty_cell_is_no_number_and_the_next_lines_number_is_not_taken_for_it() -> None:
    read = read_table(table_of_2017().replace("政府公报公开政府信息数\t条\t0", "政府公报公开政府信息数\t条"))
    assert read is not None
    values = {s.indicator: s.value for s in read.statistics}
    assert (values["1.2.1"], values["1.2.2"]) == (None, 5640)


@pytest.mark.parametrize("template", ["2019", "2021"])
@pytest.mark.parametrize("apart", ["\t", "\n"], ids=["cells", "lines"])
def test_the_tables_since_2019_are_read_by_row_and_heading(template: str, apart: str) -> None:
    given = {
        "3.1": [12, 3, 0, 0, 1, 0, 16],
        "3.3.3.7": [1, 0, 0, 0, 0, 0, 1],
        "4.2.1": [1, 2, 3, 4, 10],
        "2.20.1.b": [8, 7, 93],
    }
    read = read_table(matrix(template, given).replace("\t", apart))
    assert read is not None
    assert read.template == template
    values: dict[str, list[float | None]] = {}
    for s in read.statistics:
        values.setdefault(s.indicator, []).append(s.value)
    assert {name: values[name] for name in given} == given
    assert set(values) == {line.indicator for line in lines(template)}
    assert values["4.2.2"] == [0] * 5


def test_a_row_with_too_few_numbers_is_left_out_rather_than_guessed() -> None:
    text = matrix("2021", {}).replace(
        "一、本年新收政府信息公开申请数量" + "\t0" * 7, "一、本年新收政府信息公开申请数量\n0\n0\n0"
    )
    read = read_table(text)
    assert read is not None
    assert "3.1" not in {s.indicator for s in read.statistics}


def test_prose_alone_is_no_table() -> None:
    assert read_table("全年制发规范性文件总数8件，收到申请数2件。") is None


@pytest.mark.parametrize(("filled", "is_table"), [(7, False), (8, True)])
def test_labels_with_hardly_any_numbers_are_no_table(filled: int, is_table: bool) -> None:
    head, *rows = table_of_2017().split("\n")
    with_numbers = [row for row in rows if number_of(row.rpartition("\t")[2]) is not None]
    emptied = [row if row in with_numbers[:filled] else row.rpartition("\t")[0] for row in rows]
    assert (read_table("\n".join((head, *emptied))) is not None) is is_table


def test_numbers_far_below_the_heading_of_lawsuits_are_none_of_them() -> None:
    text = matrix("2021", {"4.1": [1, 2, 3, 4, 10]})
    read = read_table(text.replace("\n1\t2\t3", f"\n{'样本说明。' * 100}\n1\t2\t3"))
    assert read is not None
    assert not any(each.indicator.startswith("4.") for each in read.statistics)


def test_the_year_tells_forms_whose_headings_are_alike() -> None:
    text = matrix("2021", {}).replace("现行有效件数", "件数")
    read = [read_table(text, year) for year in (2021, 2020, None)]
    assert [each and each.template for each in read] == ["2021", "2019", "2019"]


def test_of_several_tables_of_a_report_the_fullest_is_read() -> None:
    quoted = "\n".join(table_of_2017().split("\n")[:20])
    texts = [("page", quoted), ("b", table_of_2017()), ("c", quoted)]
    assert read_report("样本县2017年政府信息公开工作年度报告", "", "样本县", "", texts).source == "b"


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("5,640", 5640),
        ("＋３", 3),
        ("-2", -2),
        ("12件", 12),
        ("0.5", 0.5),
        ("—", None),
        ("", None),
        ("/", None),
        ("2.", None),
    ],
)
def test_numbers_as_cells_print_them(printed: str, value: float | None) -> None:
    assert number_of(printed) == value


@pytest.mark.parametrize(
    ("title", "published_on", "year"),
    [
        ("同心县2017年政府信息公开工作年度报告", "2018-03-30", 2017),
        ("二〇一九年政府信息公开工作年度报告", "2020-01-20", 2019),
        ("政府信息公开工作年度报告", "2020-01-20", 2019),
        ("政府信息公开工作年度报告", "", None),
    ],
)
def test_the_year_reported_on(title: str, published_on: str, year: int | None) -> None:
    assert report_year(title, published_on) == year


@pytest.mark.parametrize(
    ("title", "publisher", "reporter", "region"),
    [
        ("同心县2017年政府信息公开工作年度报告", "", "同心县", True),
        ("2019年同心县人民政府信息公开工作年度报告", "", "同心县", True),
        ("同心县教育局2019年政府信息公开工作年度报告", "同心县人民政府", "同心县教育局", False),
        ("2019年政府信息公开工作年度报告", "同心县水务局", "同心县水务局", False),
        ("政府信息公开工作年度报告", "同心县政府办公室", "同心县", True),
        ("同心县人民政府办公室2020年政府信息公开工作年度报告", "", "同心县人民政府办公室", False),
        ("2019年政府信息公开工作年度报告", "", "样本县", True),
    ],
)
def test_whose_report_it_is(title: str, publisher: str, reporter: str, region: bool) -> None:
    assert reporter_of(title, publisher, "样本县（样本门户）") == (reporter, region)


@pytest.mark.parametrize(
    ("sentence", "indicators"),
    [
        ("主动公开政府信息共计1,508条。", ["1.1"]),
        ("主动公开政府信息约1,508条。", ["1.1"]),
        ("通过政府网站公开信息5640条，政务微博、微信公开5340余条。", ["1.2.2", "1.2.3+1.2.4"]),
        ("收到政府信息公开申请3件，均已办结3件，其中按时办结2件。", ["3.1", "3.2", None]),
        ("收到网络政府信息公开申请1件。", [None]),
        ("县教育局主动公开政府信息120条。", [None]),
        ("全县各部门主动公开政府信息120条。", ["1.1"]),
        ("上半年主动公开政府信息120条。", [None]),
        ("自治区政府网站公开12条。", [None]),
        ("2016年主动公开政府信息14233条。", [None]),
        ("截至目前，累计公开规范性文件90件。", [None]),
        ("清理规范性文件7件。", [None]),
        ("因政府信息公开提起的行政复议1件。", ["4"]),
        ("政府信息公开行政复议案件1件。", ["4"]),
        ("2015年10月以来，棚户区改造行政诉讼8起、行政复议20起。", [None, None]),
        ("全县12个乡镇。", [None]),
        ("政务公开办有专职人员3名。", [None]),
        ("同政办发〔2017〕92号，2017年8月16日。", []),
    ],
)
def test_a_number_means_an_indicator_only_where_its_words_say_so(sentence: str, indicators: list[str | None]) -> None:
    assert [claim.indicator for claim in read_claims(sentence, "2014", 2017)] == indicators


def test_a_claim_keeps_its_place_and_how_exact_it_is() -> None:
    assert [claim.figure.value for claim in read_claims("办理5，6条，1,508条", "2014", 2017)] == [6, 1508]
    text = "第一段。\n两微累计发布信息５350余条，约7.5万人次。"
    first, second = (claim.figure for claim in read_claims(text, "2014", 2017))
    assert (first.value, first.unit, first.qualifier, text[first.offset]) == (5350, "条", "at_least", "５")
    assert (second.value, second.unit, second.qualifier) == (75000, "人次", "about")
    assert first.sentence == "两微累计发布信息5350余条，约7.5万人次"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("建议52件，其中办结9件、正在办理38件、列入计划5件。", ["52 = 9 + 38 + 5"]),
        ("建议52件，其中办结9件、正在办理38件、列入计划6件。", ["52 = 9 + 38 + 6"]),
        ("公开信息120条，其中重点领域97条、公告10条。", []),  # some of the parts, not said to be all
        ("公开信息120条，其中重点领域97条、公告30条。", ["120 = 97 + 30"]),
        ("建议52件，其中办结9件、满意5件，满意率100%。", []),
        ("公开信息120条，分别为通知97条、公告10条。", ["120 = 97 + 10"]),
        ("稿件95篇，比上年增加40篇，多渠道发布55篇。", []),
        ("公开信息120条，公告30条、通知5条。", []),
        ("稿件95篇，比2016年的40篇增加55篇。", ["95 = 40 + 55"]),
        ("稿件40篇，较上年的95篇减少55篇。", ["40 = 95 − 55"]),
        ("立案的88件中，办结73件、正在办理15件，办结率83%。", ["88 = 73 + 15", "83% = 73 ÷ 88"]),
        ("投资增长8.1%，其中民间投资增长7.3%，占比77.1%。", []),
        ("余额比年初增加34元，其中住户112元，比年初增加15元。", []),
        ("空气质量周报50期，季报4期。", ["周报50期（全年52期）", "季报4期（全年4期）"]),
    ],
)
def test_what_sentences_say_of_each_others_numbers(text: str, shown: list[str]) -> None:
    assert [equation.shown for equation in read_equations(read_claims(text, "2014", 2017), text)] == shown


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="一二三（）、。\t\n 0123456789.,件条其中比增加率%政府信息公开申请数总计", max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    report = read_report(text, text, text, "2018-01-01", [("page", table_of_2017()[:600] + text), ("a.doc", text)])
    assert report.year


def test_the_samples_report_is_read_while_it_is_crawled(sample_archive: Path) -> None:
    (report,) = rows(sample_archive, "SELECT * FROM annual_reports")
    assert {name: report[name] for name in ("reporter", "region", "year", "template", "source")} == {
        "reporter": "同心县", "region": 1, "year": 2017, "template": "2014", "source": "page",
    }  # fmt: skip
    statistics = rows(sample_archive, "SELECT indicator, label, unit, printed FROM report_statistics")
    printed = {row["indicator_code"]: row["value_raw"] for row in statistics_of_2017()}
    assert {row["indicator"]: row["printed"] for row in statistics} == printed
    with (REPORT / "narrative_claims.csv").open(encoding="utf-8", newline="") as file:
        claims = {
            (float(c["value"]), c["unit"], c["indicator_code"].split(";")[0] or None)
            for c in csv.DictReader(file)
            if c["claim_id"] != "C04"
        }
    read = {
        (row["value"], row["unit"], row["indicator"]) for row in rows(sample_archive, "SELECT * FROM report_claims")
    }
    assert claims <= read
    assert rows(sample_archive, "SELECT * FROM unread_reports") == []
    for claim in rows(sample_archive, "SELECT c.*, r.body FROM report_claims c JOIN records r ON r.id = c.record_id"):
        assert str(claim["body"])[int(str(claim["place"])) :].startswith(
            str(claim["printed"]).lstrip("约近逾超过不少于")
        )


@pytest.fixture
def archive(tmp_path: Path) -> sqlite3.Connection:
    connection = open_up_to_date(tmp_path / "a.db")
    connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('county', '样本县', '640399', '')")
    connection.execute(
        "INSERT INTO records (portal, url, title, kind, body, first_seen, last_seen) "
        "VALUES ('county', 'a', '同心县2017年政府信息公开工作年度报告', 'annual_report', ?, '', '')",
        (table_of_2017(),),
    )
    return connection


def read_again(archive: sqlite3.Connection) -> dict[str, float]:
    with transaction(archive):
        catch_up(archive)
    return dict(archive.execute("SELECT indicator, value FROM report_statistics").fetchall())


def test_whatever_changes_a_report_it_is_read_again(archive: sqlite3.Connection) -> None:
    assert read_again(archive)["1.2.3"] == 3
    archive.execute("UPDATE records SET body = replace(body, '微博公开政府信息数\t条\t3', '微博公开政府信息数\t条\t4')")
    assert read_again(archive)["1.2.3"] == 4
    archive.execute("UPDATE records SET body = '见附件。'")
    assert read_again(archive) == {}
    archive.execute(
        "INSERT INTO attachments (record_id, name, url, text, state) VALUES (1, '年报.doc', 'b', ?, 'text')",
        (table_of_2017(),),
    )
    assert read_again(archive)["1.2.3"] == 3
    assert archive.execute("SELECT source FROM annual_reports").fetchone()[0] == "b"
    archive.execute("UPDATE attachments SET state = 'ocr'")  # what was recognised may be wrong: it accuses nobody
    assert read_again(archive) == {}
    archive.execute("UPDATE records SET kind = 'notice'")
    read_again(archive)
    assert archive.execute("SELECT count(*) FROM annual_reports").fetchone()[0] == 0


def test_about_so_many_are_not_held_against_the_table(archive: sqlite3.Connection) -> None:
    def beside(number: str) -> list[tuple[float]]:
        archive.execute("UPDATE records SET body = ? || ?", (f"主动公开政府信息{number}条。\n", table_of_2017()))
        read_again(archive)
        made = "SELECT left_value FROM report_checks WHERE kind = 'beside' AND rule = '1.1'"
        return archive.execute(made).fetchall()

    assert (beside("99"), beside("约99")) == ([(99,)], [])


def test_reports_that_another_version_read_are_read_again(archive: sqlite3.Connection) -> None:
    read_again(archive)
    archive.execute("DELETE FROM report_statistics")
    assert read_again(archive) == {}
    archive.execute("UPDATE settings SET value = 'earlier' WHERE name = 'reports_read_by'")
    assert len(read_again(archive)) == 65


def test_nothing_of_a_report_stays_when_its_record_is_deleted(archive: sqlite3.Connection) -> None:
    read_again(archive)
    archive.execute("DELETE FROM unindexed")
    archive.execute("DELETE FROM records")
    assert read_again(archive) == {}


FORM = Path(__file__).parent / "report_2021.html"
"""The tables of 2021 with their joined cells, as a page prints them; the numbers are made up."""


def form(change: Callable[[str], str] = str) -> str:
    """The text of the form's page, as a record keeps it."""
    return lines_of(parse_html(change(FORM.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "change",
    [
        str,
        lambda page: page.replace("<td>", "<td><p><span>").replace("</td>", "</span></p></td>"),
        lambda page: page.replace("<td>", "<td><div><p>").replace("</td>", "</p></div></td>"),
    ],
    ids=["as it is", "paragraphs in cells", "boxes in cells"],
)
def test_the_form_of_2021_is_read_with_its_joined_cells(change: Callable[[str], str]) -> None:
    table = read_table(form(change), 2022)
    assert table is not None
    values = {(s.indicator, s.column): s.value for s in table.statistics}
    assert len(values) == sum(len(line.columns) for line in lines("2021"))
    assert (values["2.20.1.b", "现行有效件数"], values["2.20.8", "本年收费金额（单位：万元）"]) == (41, 55.5)
    assert (values["3.3.4.1", "自然人"], values["3.3.7", "总计"], values["3.4", "自然人"]) == (3, 15, 1)
    assert (values["4.1", "总计"], values["4.2.1", "其他结果"], values["4.2.2", "总计"]) == (1, 2, 0)


def test_sums_of_the_form_hold_and_one_changed_cell_breaks_those_it_is_in(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE records SET title = '同心县2022年政府信息公开工作年度报告', body = ?", (form(),))
    read_again(archive)
    (made, held) = archive.execute("SELECT count(*), sum(holds) FROM report_checks").fetchone()
    assert made == held == 7 + 7 + 25 + 3
    archive.execute("UPDATE records SET body = replace(body, '总计\t12\t1', '总计\t13\t1')")
    read_again(archive)
    broken = archive.execute(
        "SELECT rule, left_value, right_value FROM report_checks WHERE NOT holds ORDER BY rule"
    ).fetchall()
    assert broken == [("3.1+3.2@自然人", 13, 14), ("3.3.7@row", 15, 16), ("3.3.7@自然人", 13, 12)]


def test_a_report_is_read_from_files_as_their_converters_give_them() -> None:
    document = Document()
    table = document.add_table(rows=0, cols=3)
    for row in statistics_of_2017():
        for cell, text in zip(table.add_row().cells, (row["label"], row["unit"], row["value_raw"]), strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    for data, name, template in (
        (file.getvalue(), "年报.docx", "2014"),
        (FORM.read_bytes(), "年报.xls", "2021"),
    ):
        read = read_table(extract(data, name).text or "", 2022)
        assert read is not None, name
        assert (read.template, len(read.statistics)) == (
            template,
            sum(len(line.columns) for line in lines(template)),
        ), name


def test_a_report_is_read_from_the_text_of_a_pdf() -> None:
    """As the form's page comes out of a PDF that Chromium printed: cells apart by blanks, labels broken over lines."""
    read = read_table(FORM.with_name("report_2021_pdf.txt").read_text(encoding="utf-8"), 2022)
    table = read_table(form(), 2022)
    assert read is not None
    assert table is not None
    assert read.statistics == table.statistics


def test_masking_a_report_masks_what_was_read_of_it(archive: sqlite3.Connection) -> None:
    archive.execute(
        "UPDATE records SET body = '联系人手机13800138000，共收到政府信息公开申请2件。' || char(10) || body"
    )
    archive.execute("UPDATE settings SET value = '1' WHERE name = 'redaction_version'")
    read_again(archive)
    assert archive.execute("SELECT count(*) FROM report_claims WHERE sentence LIKE '%13800138000%'").fetchone()[0]
    with transaction(archive):
        index.build(archive)
    path = Path(archive.execute("PRAGMA database_list").fetchone()[2])
    archive.close()
    mask_again(path)
    assert b"13800138000" not in path.read_bytes()
