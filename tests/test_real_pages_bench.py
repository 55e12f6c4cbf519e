"""`python -m bench.real_pages`: what it counts as right, wrong, missing and invented, on made pages."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import real_pages

BODY = "<p>样本正文，仅供测试，不是任何机关的文件。</p>" * 8
RECORD = (
    "<html><head><title>样本通知</title></head><body><h1>样本通知</h1><table><tr><td>索引号：</td><td>A1/2017-1</td>"
    "<td>发布机构：</td><td>样本县样本局</td></tr><tr><td>文号：</td><td>无</td><td>发布日期：</td><td>2017年12月19日</td></tr>"
    f'</table><div class="TRS_Editor">{BODY}</div></body></html>'
)
ROWS = "".join(
    f'<li><a href="/a/t20180{n}01_{n}.html">样本文件之{n}</a><span>2018-0{n}-01</span></li>' for n in range(1, 7)
)
LIST = f"<html><body><div>当前位置：<a href='/'>首页</a> &gt; <a href='/a/'>样本目录</a></div><ul>{ROWS}</ul></body></html>"
META = {"索引号": "A1/2017-1", "发布机构": "样本县样本局", "文号": "无", "发布日期": "2017年12月19日"}


def folder(path: Path, *lines: dict[str, Any] | str) -> Path:
    for name, text in (("shape/record.html", RECORD), ("shape/list.html", LIST)):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, "utf-8")
    expected = "".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (path / "EXPECTED.jsonl").write_text(expected, "utf-8")
    return path


def record(**values: Any) -> dict[str, Any]:
    return {
        "file": "shape/record.html",
        "kind": "detail",
        "url": "http://www.county.example/a/t20171219_1.html",
    } | values


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run(*folders: Path, options: tuple[str, ...] = ()) -> str:
        monkeypatch.setenv("DISCLOSURES_PAGES", ":".join(map(str, folders)))
        monkeypatch.setattr(sys, "argv", ["real_pages", *options])
        real_pages.main()
        return capsys.readouterr().out

    return run


def counts(out: str, family: str, field: str) -> list[int]:
    (line,) = (line for line in out.splitlines() if line.startswith(f"{family:14}{field:22}"))
    return list(map(int, line.removeprefix(f"{family:14}{field:22}").split()))


def test_each_value_is_counted_by_field_and_family(tmp_path, printed):
    one = folder(tmp_path / "one", record(meta=META | {"主题分类": "样本"}, title="样本通告", cause={"title": "made"}))
    other = folder(tmp_path / "other", record(meta=META, breadcrumb=["首页"]))
    out = printed(one, other)
    assert counts(out, "shape", "index_number") == [2, 2, 0, 0, 0]
    assert counts(out, "shape", "document_number") == [2, 2, 0, 0, 0]  # 无 is no number
    assert counts(out, "shape", "published_on") == [2, 2, 0, 0, 0]
    assert counts(out, "shape", "title") == [1, 0, 1, 0, 0]
    assert counts(out, "shape", "other labels") == [1, 0, 0, 1, 0]
    assert counts(out, "all", "breadcrumb") == [1, 0, 0, 1, 0]
    assert "shape/record.html: title wrong: '样本通告' is read as '样本通知' [made]" in out
    assert "12 of 15 values on 2 pages are right (80.0%), 0 rows invented" in out


def test_rows_that_a_page_does_not_have_are_invented(tmp_path, printed):
    first = {"title": "样本文件之1", "date": "2018-01-01", "href": "./t20180101_1.html"}
    wanted = {
        "file": "shape/list.html",
        "kind": "list",
        "rows": 4,
        "first_row": first,
        "breadcrumb": ["首页", "样本目录"],
    }
    out = printed(folder(tmp_path, wanted, wanted | {"kind": "not government", "rows": 0, "first_row": {}}))
    assert counts(out, "all", "rows") == [2, 0, 2, 0, 8]
    assert counts(out, "all", "first_row") == [3, 3, 0, 0, 0]
    assert counts(out, "all", "kind") == [2, 1, 1, 0, 0]
    assert counts(out, "all", "breadcrumb") == [2, 2, 0, 0, 0]


def test_null_is_expected_where_a_page_has_no_value(tmp_path, printed):
    url = "http://www.county.example/a/"
    first = {"title": "样本文件之1", "publisher": None}
    page = {"file": "shape/list.html", "kind": "list", "url": url, "rows": 6, "first_row": first, "next": None}
    out = printed(folder(tmp_path, page, page | {"first_row": {"date": None}}))
    assert counts(out, "shape", "next") == [2, 2, 0, 0, 0]
    assert counts(out, "shape", "first_row") == [3, 2, 1, 0, 0]


def test_an_agency_named_as_the_source_is_the_publisher_and_a_medium_is_not(tmp_path, printed):
    page = RECORD.replace("发布机构", "来源")
    wanted = [
        record(file="shape/agency.html", source="样本县样本局"),
        record(file="shape/paper.html", source="样本日报"),
    ]
    path = folder(tmp_path, *wanted)
    (path / "shape/agency.html").write_text(page, "utf-8")
    (path / "shape/paper.html").write_text(page.replace("样本县样本局", "样本日报"), "utf-8")
    pages = [json.loads(line) for line in printed(path, options=("--json",)).splitlines()]
    expected = {page["file"]: {each["field"]: each["expected"] for each in page["scores"]} for page in pages}
    assert expected["shape/agency.html"]["publisher"] == "样本县样本局"
    assert expected["shape/paper.html"]["publisher"] is None
    assert all(each["result"] == "right" for page in pages for each in page["scores"] if each["field"] == "source")


def test_a_home_page_is_held_against_the_columns_it_leads_to(tmp_path, printed):
    links = "".join(
        f'<li><a href="/zwgk/{n}/">{name}</a></li>'
        for n, name in enumerate(("政策解读", "规划计划", "财政预决算", "人事信息"))
    )
    wanted = {
        "file": "shape/home.html",
        "kind": "home page",
        "url": "http://www.county.gov.cn/",
        "columns": ["规划计划", "样本栏目"],
    }
    path = folder(
        tmp_path, wanted | {"catalogue": ["http://www.county.gov.cn/zwgk/0/", "http://www.county.gov.cn/none/"]}
    )
    (path / "shape/home.html").write_text(f"<html><body><ul>{links}</ul></body></html>", "utf-8")
    out = printed(path)
    assert counts(out, "all", "columns") == [4, 2, 0, 2, 0]
    assert counts(out, "all", "kind") == [1, 1, 0, 0, 0]


def test_a_text_is_held_against_its_beginning_and_its_end(tmp_path, printed):
    wanted = record(body_begins="样本正文，仅供测试", body_ends="不是任何机关的文件。", attachments=0)
    out = printed(folder(tmp_path, wanted, wanted | {"body_ends": "打印 关闭"}))
    assert counts(out, "all", "body") == [4, 3, 1, 0, 0]
    assert counts(out, "all", "attachments") == [2, 2, 0, 0, 0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{no JSON}\n", "EXPECTED.jsonl:1: no JSON"),
        ('["a list"]\n', "EXPECTED.jsonl:1: states no file, or no kind"),
        ('{"file": "shape/list.html", "kind": "table"}\n', "1: states no file, or no kind of page"),
        ('{"file": "none.html", "kind": "list"}\n', "none.html: cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_plain_line(tmp_path, printed, line, words):
    with pytest.raises(SystemExit, match=f"^bench.real_pages: .*{words}"):
        printed(folder(tmp_path, line))


def test_a_folder_is_needed_and_must_hold_expected_values(tmp_path, printed):
    with pytest.raises(SystemExit, match="names no folder"):
        printed()
    with pytest.raises(SystemExit, match=r"has no EXPECTED\.jsonl"):
        printed(tmp_path)
