"""The search page asked, and its answer read."""

from collections.abc import Callable

import httpx
from lxml import html
from lxml.html import HtmlElement

HERE = "/-/search"


def asking_page(get: Callable[..., httpx.Response]) -> Callable[..., HtmlElement]:
    """Return a function that asks the search page, or another one; its tree. A parameter's name may end in `_`."""

    def ask(path: str = HERE, **parameters: object) -> HtmlElement:
        answer = get(path, **{name.rstrip("_"): value for name, value in parameters.items()})
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    return ask


def titles(tree: HtmlElement) -> list[str]:
    """The titles of the hits shown."""
    return [link.text_content() for link in tree.cssselect(".hits .title")]


def total(tree: HtmlElement) -> int:
    """The number of records found."""
    return int(tree.cssselect(".result b")[0].text_content().replace(",", ""))
