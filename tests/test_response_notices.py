"""Notices and data that come in the place of a page: of a host, that a site has moved, that a request is refused."""

import pytest

from tests.test_response_class import outcome, page, read


@pytest.mark.parametrize(
    "message",
    [
        "温馨提示：该网站暂时无法进行访问", "该域名已过期，请联系域名注册商续费。", "This domain has expired.", "网站暂时无法访问",
    ],
)  # fmt: skip
def test_a_notice_of_a_host_is_an_error(message: str) -> None:
    assert outcome(page(f"<p>{message}</p>")) == "error"


@pytest.mark.parametrize(
    "notice",
    [
        "样本县人民政府网站已迁移，新网址：", "本网站已关停", "本站自2026年3月1日起停止更新，", "我局网站现已迁移至样本市人民政府门户网站",
        "该网站域名已变更为www.new.example",
    ],
)  # fmt: skip
def test_a_notice_that_the_site_has_moved_is_no_page(notice: str) -> None:
    found = read(page(f"<p>{notice}<a href='http://new.example/'>http://new.example/</a></p>"))
    assert found.outcome == "error"
    assert found.reason.startswith("a notice that the site has moved: ")


@pytest.mark.parametrize(("links", "expected"), [(2, "error"), (3, "page")])
def test_a_page_with_a_notice_that_a_site_has_moved_leads_on_to_more(links: int, expected: str) -> None:
    more = "".join(f"<a href='/sample/{number}.html'>样本栏目{number}</a>" for number in range(links))
    assert outcome(page(f"<p>样本县统计局网站已迁移</p>{more}")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"code":403,"msg":"访问被拒绝"}', "blocked"),
        ('{"status": "429", "message": "too many"}', "blocked"),
        ('{"code":500,"msg":"系统异常","data":null}', "error"),
        ('{"code":200,"msg":"ok","data":[]}', "page"),
        ('{"code":403,"data":[{"title":"样本文件"}]}', "page"),
        ('{"code":403,"data":[]}', "blocked"),
        ('{"code":404,"msg":"没有记录"}', "page"),
        ('{"total":403,"rows":[]}', "page"),
        ('[403]', "page"),
        ('{"code":403,"msg":"访问被拒绝","text":"' + "样" * 1000 + '"}', "page"),
    ],
)  # fmt: skip
def test_data_that_say_that_they_are_refused_are_none(text: str, expected: str) -> None:
    assert outcome(text) == expected


def test_what_refused_data_say_is_one_line() -> None:
    assert read('{"code":403,"msg":"a\\r\\nb"}').reason == "data of refusal: 403 a b"
