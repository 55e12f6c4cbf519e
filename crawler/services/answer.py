"""One answer of a portal, as text, as a tree and as data."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crawler.extract.text import Element
from crawler.extract.tree import parse_html
from crawler.services.json_data import parse_data


@dataclass(frozen=True)
class Answer:
    """An answer of a portal: `form` is the body of its request, None for a plain GET."""

    url: str
    text: str
    form: str | None = None

    @cached_property
    def root(self) -> Element:
        """The page as a tree; for data (JSON, XML) one without sense."""
        return parse_html(self.text)

    @cached_property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """The value that JSON or JSONP holds; None for anything else."""
        return parse_data(self.text)


def form_headers(form: str) -> dict[str, str]:
    """Return the headers of a request that sends `form`, JSON or a form's fields, as a page's script does."""
    kind = "json" if form.startswith("{") else "x-www-form-urlencoded"
    return {"Content-Type": f"application/{kind}; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
