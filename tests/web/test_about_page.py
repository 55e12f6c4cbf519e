"""The page about the site: who runs it, under what licence its data may be used, how and by when a removal is answered."""

import asyncio

import pytest
from datasette.app import Datasette
from lxml import html

from archive.web.pages.guide_page import VARIABLES
from tests.web.asking import text, tree


@pytest.fixture
def about(get):
    return lambda section: tree(get("/-/about")).get_element_by_id(section)


def links(section: html.HtmlElement) -> dict[str, str]:
    return {text(link): link.get("href") for link in section.cssselect("a")}


@pytest.mark.parametrize("path", ["/", "/-/search", "/-/record/1", "/disclosures", "/nope"])
def test_every_page_leads_to_it(get, path):
    assert "/-/about" in {link.get("href") for link in html.fromstring(get(path).text).cssselect("footer a")}


def test_who_runs_the_site(about, monkeypatch):
    monkeypatch.setenv(VARIABLES["operator"], "样例编辑部 https://desk.example/about")
    monkeypatch.setenv(VARIABLES["contact"], "desk@example.org")
    assert links(about("operator")) == {
        "样例编辑部": "https://desk.example/about",
        "desk@example.org": "mailto:desk@example.org",
    }


@pytest.mark.parametrize("given", ["样例编辑部", "样例 javascript:alert(1)", "https://desk.example/"])
def test_a_name_without_an_address_behind_it_is_no_link(about, monkeypatch, given):
    monkeypatch.setenv(VARIABLES["operator"], given)
    assert links(about("operator")) == {}
    assert given in text(about("operator"))


def test_without_settings_it_says_what_to_set(about, monkeypatch):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    assert VARIABLES["operator"] in text(about("operator"))
    assert VARIABLES["contact"] in text(about("operator"))
    assert links(about("licence"))["CC BY 4.0"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "15 个工作日" in text(about("removal"))


def test_the_licence_and_the_time_of_an_answer_are_the_operators(about, monkeypatch):
    monkeypatch.setenv(VARIABLES["licence"], "ODbL 1.0 https://opendatacommons.org/licenses/odbl/1-0/")
    monkeypatch.setenv(VARIABLES["answer_days"], "7")
    assert links(about("licence"))["ODbL 1.0"] == "https://opendatacommons.org/licenses/odbl/1-0/"
    assert "7 个工作日" in text(about("removal"))
    assert links(about("removal"))["怎样提出，怎样处理"] == "/-/guide#correct"


def test_an_operators_metadata_says_it_too():
    settings = {"operator": "样例编辑部", "licence": "CC0 1.0"}
    site = Datasette([], metadata={"plugins": {"disclosures": settings}})
    page = asyncio.run(site.client.get("/-/about")).text
    assert "样例编辑部" in page
    assert "CC0 1.0" in page
