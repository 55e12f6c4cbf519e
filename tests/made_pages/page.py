"""A made page, and how it is read."""

from dataclasses import dataclass
from typing import Any

from bench.expected_values import Score, score
from crawler.probe.page_reading import Fetched, read_answer


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page and what a person reads there, by the keys of EXPECTED.jsonl. `family`: the form by which it was made."""

    family: str
    html: str
    expected: dict[str, Any]

    def scores(self) -> list[Score]:
        """The page read as `disclosures probe` reads it, each value compared."""
        url = self.expected["url"]
        return list(score(self.expected, read_answer(Fetched(url, 200, self.html.encode(), "", cut=False), url)))
