"""Every page in Chinese and in English, and in that language alone."""

from collections.abc import Callable

import httpx
import pytest
from lxml import etree, html

from archive.labels.code_labels import EVENTS, FLAGS, HEALTH, STATES
from tests.web.asking import asking
from tests.web.every_page import CLOSED, METADATA, PAGES, SEALED, SEVERAL, numbers
from tests.web.other_language import marked_as_chinese, other_language
from tests.web.sealed import build_sealed

LANGUAGES = {"zh": "zh-CN", "en": "en"}

OWN_WORDS = {label.zh for labels in (STATES, EVENTS, FLAGS, HEALTH) for label in labels.values()}


@pytest.fixture(scope="module")
def ask(two_days, tmp_path_factory):
    """Ask for a path of `every_page`, in a language; the page."""
    known = numbers(two_days)
    sealed = build_sealed(tmp_path_factory.mktemp("sealed"))
    sites = dict.fromkeys(SEALED, asking(sealed)) | dict.fromkeys(SEVERAL, asking(two_days, others=[sealed]))
    own = asking(two_days, headers={"sec-fetch-dest": "document"})  # as browsers ask
    closed = asking(two_days, METADATA)
    sites |= dict.fromkeys(CLOSED, closed)

    def page(path: str, language: str) -> html.HtmlElement:
        site = sites.get(path, own)
        address = f"/{path.format(**known)}"
        return html.fromstring(in_language(site, address, language).text)

    return page


def in_language(site: Callable[[str], httpx.Response], address: str, language: str) -> httpx.Response:
    """Ask for an address in a language, and for where it leads: the page of budgets leads on where there is one portal."""
    answer = site(f"{address}{'&' if '?' in address else '?'}lang={language}")
    while answer.has_redirect_location:
        answer = site(f"{answer.headers['location']}?lang={language}")
    return answer


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *SEALED, *CLOSED, *SEVERAL], ids=lambda path: path or "home")
def test_a_page_speaks_one_language(ask, path: str, language: str) -> None:
    page = ask(path, language)
    assert page.get("lang") == LANGUAGES[language]
    assert other_language(page) == []
    assert language == "zh" or not OWN_WORDS & set(marked_as_chinese(page)), "what is ours is not quoted"


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_does_every_page_of_the_sitemap(two_days, language: str) -> None:
    site = asking(two_days)
    pages = [page for file in locations(site("/sitemap.xml")) for page in locations(site(file))]
    assert len(pages) > 70
    answers = {page: in_language(site, page, language) for page in pages}
    assert [page for page, answer in answers.items() if answer.status_code != 200] == []
    others = {page: other_language(html.fromstring(answer.text)) for page, answer in answers.items()}
    assert {page: texts for page, texts in others.items() if texts} == {}


def locations(answer: httpx.Response) -> list[str]:
    """The paths of the addresses in a file of the sitemap."""
    return [
        httpx.URL(address).path for address in etree.fromstring(answer.content).xpath("//*[local-name()='loc']/text()")
    ]
