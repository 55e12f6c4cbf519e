"""One language at a time: which one an answer has, and what says so."""

import asyncio
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from datasette.app import Datasette
from lxml import etree, html

from archive.labels.code_labels import KINDS, STATES
from archive.labels.label import LABELS, SITE
from archive.labels.language import LANGUAGES, preferred
from archive.labels.tables import column_label
from tests import waiting
from tests.web.asking import text, tree
from tests.web.browsing import served

CHINESE, ENGLISH = "zh-CN", "en"


@pytest.fixture
def ask(site: Datasette):
    """Ask for a path with headers; the answer."""
    return lambda path, **headers: asyncio.run(site.client.get(path, headers=headers))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.2", "en"),
        ("fr, de", "zh"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("en ; Q=0.9 , ZH;q=0.1", "en"),
        ("en;q=0", "zh"),
        ("en;q=x, *;q=0.1,;;", "zh"),
        ("en;q=nan, en;q=2, english-very-long;q=1", "zh"),
        ("EN-us", "en"),
    ],
)
def test_the_browser_ranks_languages(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/", {}, CHINESE),
        ("/", {"accept-language": "en-US"}, ENGLISH),
        ("/", {"accept-language": "en-US", "cookie": "a=b; disclosures_lang=zh"}, CHINESE),
        ("/", {"cookie": "disclosures_lang=xx"}, CHINESE),
        ("/?lang=en", {"cookie": "disclosures_lang=zh"}, ENGLISH),
        ("/?lang=zh", {"accept-language": "en-US"}, CHINESE),
        ("/?lang=xx", {}, CHINESE),
        ("/-/nothing-here", {"accept-language": "en-US"}, ENGLISH),
        ("/disclosures/records?lang=en", {}, ENGLISH),
    ],
)
def test_address_cookie_and_browser_choose_in_this_order(ask, path, headers, language) -> None:
    answer = ask(path, **headers)
    assert html.fromstring(answer.text).get("lang") == language
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"].endswith("Accept-Language")
    chosen = "lang=en" in path or "lang=zh" in path
    assert answer.headers.get("set-cookie", "").startswith(f"disclosures_lang={language[:2]}; Path=/; ") == chosen


def test_the_cookie_of_the_language_makes_nobody_somebody(ask) -> None:
    assert "private" not in ask("/", cookie="disclosures_lang=en").headers.get("cache-control", "")
    assert "private" in ask("/", cookie="disclosures_lang=en; ds_actor=x").headers["cache-control"]


def test_what_is_the_same_for_all_has_no_language(ask) -> None:
    answer = ask("/-/static-plugins/disclosures/disclosures.css")
    assert not {"content-language", "vary"} & answer.headers.keys()


def test_the_switch_keeps_the_address(ask) -> None:
    answer = ask("/-/search?q=%E9%A2%84%E7%AE%97&kind=budget&lang=zh")
    (switch,) = tree(answer).cssselect(".language")
    assert (text(switch), switch.get("hreflang")) == ("English", "en")
    assert httpx.URL(switch.get("href")).params.multi_items() == [("q", "预算"), ("kind", "budget"), ("lang", "en")]
    (back,) = tree(ask("/-/search" + switch.get("href"))).cssselect(".language")
    assert (text(back), back.get("hreflang")) == ("中文", "zh")


def test_a_feed_stays_in_the_language_in_which_it_was_found(ask) -> None:
    page = tree(ask("/-/changes?lang=en"))
    address, *_ = [link.get("href") for link in page.cssselect("link[type='application/atom+xml']")]
    feed = etree.fromstring(ask(address, **{"accept-language": "zh-CN"}).content)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == ENGLISH
    assert feed.findtext("{*}title") == f"{LABELS['word.changes'].en} · {SITE.en}"
    own = feed.xpath("*[@rel='self']/@href")[0]
    assert "lang=en" in own


def test_what_threads_read_is_in_the_language_too(ask) -> None:
    kinds = {text(link) for link in tree(ask("/-/search?q=预算&lang=en")).cssselect(".facet a")}
    assert KINDS["budget"].en in kinds


def test_headings_and_codes_of_workbooks_are_in_the_language(ask) -> None:
    for language in LANGUAGES.values():
        with ZipFile(BytesIO(ask(f"/-/search.xlsx?q=预算&lang={language}").content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        for label in (column_label("records", "title"), STATES["listed"], KINDS["budget"]):
            assert f">{label.name(language)}<" in sheet


def test_errors_are_in_the_language(ask) -> None:
    for language in LANGUAGES.values():
        address = f"/disclosures.json?sql=delete+from+records&lang={language}"
        assert ask(address).json()["error"] == LABELS["sql_error.select"].name(language)
        note = html.fromstring(ask(f"/-/day/x?lang={language}").text).cssselect(".note")[0]
        assert text(note) == LABELS["error.not_a_day"].name(language)


def test_an_answer_to_a_method_that_there_is_not_says_its_language(site: Datasette) -> None:
    for language, tag in ((LANGUAGES["zh"], CHINESE), (LANGUAGES["en"], ENGLISH)):
        answer = asyncio.run(site.client.post("/-/search", headers={"accept-language": language}))
        assert (answer.status_code, answer.text) == (405, LABELS["error.method"].name(language))
        assert (answer.headers["content-language"], answer.headers["vary"]) == (tag, "Accept-Language")


def test_other_processes_answer_in_the_language_too(archive) -> None:
    with served(archive) as address:
        cookie = {"cookie": "disclosures_lang=en"}
        answer = httpx.get(f"{address}disclosures/records?_size=1", headers=cookie, timeout=waiting.SECONDS)
    assert tree(answer).get("lang") == ENGLISH
