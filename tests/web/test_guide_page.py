"""The reader's guide: reached from every page, says whom to write to, and names states as the site does."""

import asyncio

import pytest
from datasette.app import Datasette
from lxml import html

from archive.labels.code_labels import EVENTS, STATES
from archive.web.pages.guide_page import VARIABLES, contact

VARIABLE = VARIABLES["contact"]


@pytest.fixture
def guide(get):
    return lambda: html.fromstring(get("/-/guide").text)


def test_it_names_every_state_and_what_proves_it(guide):
    rows = guide().cssselect(".meaning tbody tr")
    told = {" ".join(row[0].text_content().split()): row for row in rows}
    wanted = [*STATES.values(), EVENTS["returned"], EVENTS["moved"], EVENTS["changed"]]
    assert list(told) == [label.zh for label in wanted]
    for label in wanted:
        _, meaning, proof = told[label.zh]
        assert label.about in meaning.text_content()
        assert len(proof.text_content()) > 8


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_says_the_way_to_a_figures_proof_in_four_clicks(get, language):
    tree = html.fromstring(get(f"/-/guide?lang={language}").text)
    (budgets,) = tree.cssselect("section#budgets")
    assert len(budgets.cssselect("ol li")) == 4
    assert "/-/budgets" in [link.get("href") for link in budgets.cssselect("ol a")]
    assert {"△", "≠"} <= set(budgets.text_content())
    assert "#budgets" in [link.get("href") for link in tree.cssselect("nav.ways a")]


@pytest.mark.parametrize(
    "path", ["/", "/-/search", "/-/record/1", "/disclosures/records", "/disclosures?sql=select+1", "/nope"]
)
def test_every_page_leads_to_it(get, path):
    links = [link.get("href") for link in html.fromstring(get(path).text).cssselect("footer a")]
    assert {"/-/guide", "/-/guide#correct"} <= set(links)


def test_its_links_lead_somewhere(guide, get):
    tree = guide()
    places = {element.get("id") for element in tree.cssselect("[id]")}
    for link in tree.cssselect("main a[href]"):
        address = link.get("href")
        if address.startswith("#"):
            assert address[1:] in places
        else:
            assert get(address).status_code in {200, 302}, address


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("desk@example.org", "mailto:desk@example.org"),
        ("https://example.org/contact", "https://example.org/contact"),
        ("电话 0953-0000000", None),
        ("javascript:alert(1)", None),
        ("<b>desk@example.org", None),
        ("a@b.org?bcc=c@d.org", None),
    ],
)
def test_whom_to_write_to(guide, monkeypatch, given, link):
    monkeypatch.setenv(VARIABLE, given)
    (told,) = guide().cssselect("#correct .contact")
    assert given in told.text_content()
    assert [each.get("href") for each in told.cssselect("a")] == ([link] if link else [])


def test_without_an_address_it_says_what_to_do(guide, monkeypatch):
    monkeypatch.setenv(VARIABLE, " ")
    (told,) = guide().cssselect("#correct .contact")
    assert "没有在此写明联系方式" in told.text_content()
    assert VARIABLE in told.text_content()


def test_an_operators_metadata_says_it_too(monkeypatch):
    monkeypatch.setenv(VARIABLE, "other@example.org")
    site = Datasette([], metadata={"plugins": {"disclosures": {"contact": "desk@example.org"}}})
    assert contact(site).link == "mailto:desk@example.org"
    assert "desk@example.org" in asyncio.run(site.client.get("/-/guide")).text
