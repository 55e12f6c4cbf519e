"""Lists in the data of pages that scripts make."""

import json

import pytest

from crawler.extract.pairs import FROM_SOURCE
from crawler.families import plain
from crawler.services.answer import Answer
from tests.hostile import lines_run

URL = "http://www.county.gov.cn/xxgk/index.html"
RECORD = {"title": "样本通知", "pubDate": "2017-12-19", "url": "/xxgk/{}.html"}


def read(script: str, shown: str = "", url: str = URL) -> list[str | None]:
    page = f"<html><body><div id=app>{shown}</div><script>{script}</script></body></html>"
    return [row.url for row in plain.read(Answer(url, page)).rows]


def listed(**changed: object) -> str:
    """A list of two records as a script states it."""
    records = [{**RECORD, "url": RECORD["url"].format(number), **changed} for number in (1, 2)]
    return json.dumps(records, ensure_ascii=False)


def test_the_only_list_is_the_pages() -> None:
    found = ["http://www.county.gov.cn/xxgk/1.html", "http://www.county.gov.cn/xxgk/2.html"]
    assert read(f"var data={{'rows':{listed()}}};") == found
    assert read(f'state={{"menu":[{{"title":"公开","url":"/gk/"}}],"rows":{listed()}}}', shown="请稍候") == found


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        (f"a={listed()};b={listed()}", ""),  # which of them is the page's?
        (listed(), "（样本）" * 40),  # what is shown goes before
        (f'record={{"content":"{"样本" * 120}"}};related={listed()}', ""),  # a record's page
        (listed(pubDate="今天"), ""),
        (listed(url="javascript:show(1)"), ""),
        (listed(title=""), ""),
        (listed().replace("}, {", "}); f({"), ""),  # no list
    ],
)
def test_other_data_is_no_list(script: str, shown: str) -> None:
    assert read(script, shown) == []


@pytest.mark.parametrize("url", ["http://www.county.gov.cn/", "http://www.county.gov.cn/index.html"])
def test_data_of_a_home_page_is_no_list(url: str) -> None:
    assert read(f"data={listed()}", url=url) == []


TEXT = "样本正文，仅供测试，不是任何政府的文件。" * 3
ARTICLE = {"title": "样本通知", "pubDate": "2017-12-19", "content": TEXT}
RECORD_URL = "http://www.county.gov.cn/xxgk/1.html"


def read_article(data: object, shown: str = "", url: str = RECORD_URL) -> str | None:
    page = f"<html><body>{shown}<script>data={json.dumps(data, ensure_ascii=False)}</script></body></html>"
    record = plain.record(Answer(url, page))
    return record.fields["title"] if record else None


def test_an_object_with_title_day_and_text_is_the_pages_record() -> None:
    assert read_article({"code": 0, "data": ARTICLE}) == "样本通知"
    assert read_article([{"data": ARTICLE}, {"article": ARTICLE}]) is None


@pytest.mark.parametrize(
    "data",
    [
        [ARTICLE],  # rows of a list, if only of one
        {"rows": [ARTICLE]},
        {"notice": ARTICLE, "article": {**ARTICLE, "title": "样本公告"}},  # which of them is the page's?
        {**ARTICLE, "content": "样本"},
        {**ARTICLE, "pubDate": "今天"},
        {**ARTICLE, "title": ""},
    ],
)
def test_other_objects_are_no_record(data: object) -> None:
    assert read_article({"data": ARTICLE})
    assert read_article(data) is None


def test_a_page_that_shows_a_text_is_read_by_what_it_shows() -> None:
    assert read_article(ARTICLE, shown=f"<div><p>{TEXT}</p></div>") is None


def test_data_of_a_home_page_is_no_record() -> None:
    assert read_article(ARTICLE, url="http://www.county.gov.cn/index.html") is None


@pytest.mark.parametrize(("source", "publisher"), [("样本县财政局", "样本县财政局"), ("样本日报", None)])
def test_a_source_in_data_is_the_publisher_where_it_is_an_agency(source: str, publisher: str | None) -> None:
    page = f"<script>data={json.dumps({**ARTICLE, 'source': source}, ensure_ascii=False)}</script>"
    record = plain.record(Answer(RECORD_URL, page))
    assert record
    assert record.fields.get("publisher") == publisher
    assert (FROM_SOURCE in record.doubts) is (publisher is not None)


def test_what_the_page_shows_goes_before_its_data_and_the_page_is_no_file_of_its_own() -> None:
    files = [{"name": "本页", "url": "1.html"}, {"name": "样本表", "url": "/f/1.pdf"}]
    data = json.dumps({**ARTICLE, "source": "样本县财政局", "files": files}, ensure_ascii=False)
    record = plain.record(Answer(RECORD_URL, f"<p>发布机构：样本县教育局</p><script>data={data}</script>"))
    assert record
    assert (record.fields["publisher"], record.fields["title"]) == ("样本县教育局", "样本通知")
    assert [file.url for file in record.attachments] == ["http://www.county.gov.cn/f/1.pdf"]


def test_rows_by_name_are_no_list() -> None:
    by_name = listed()[1:-1].replace("}, {", '}, "y": {')
    assert read(f'a={{"x": {by_name}}}') == []


@pytest.mark.parametrize(
    "unit", ["f([", "['=[\"', ", "={a:", '={"content":"', "={a:`content:'", "={a:/*", "JSON.parse('{", "=[[", '="[1,']
)
def test_work_grows_with_the_script_and_no_faster(unit: str) -> None:
    pages = [f"<script>content:'x';x={unit * times}</script>" for times in (100, 400)]
    small, large = (Answer(RECORD_URL, page) for page in pages)
    assert small.root is not None
    assert large.root is not None
    assert lines_run(lambda: plain.record(large)) < 5 * lines_run(lambda: plain.record(small))
