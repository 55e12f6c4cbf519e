"""Lists in the data of pages that scripts make."""

import json

import pytest

from crawler.families import plain
from crawler.services.answer import Answer

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
