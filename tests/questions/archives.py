"""The archives that are drawn for each topic, and all models of questions."""

import os
from collections.abc import Callable
from pathlib import Path

from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.questions import (  # noqa: F401 - their models join the others
    drawn_agencies,
    drawn_budgets,
    drawn_numbers,
    drawn_reports,
    drawn_sentences,
    drawn_topics,
    plain_agencies,
    plain_budgets,
    plain_dates,
    plain_numbers,
    plain_reports,
    plain_sentences,
)
from tests.questions.drawn import Drawn, drawn

SEEDS = int(os.environ.get("QUESTION_SEEDS", "12"))
"""The number of archives drawn for each topic."""


TOPICS: dict[str, Callable[[Drawn], None]] = {
    "dates": drawn_topics.dates,
    "quiet": drawn_topics.quiet,
    "numbers": drawn_numbers.numbers,
    "patterns": drawn_numbers.patterns,
    "budgets": drawn_agencies.budgets,
    "pages": drawn_agencies.pages,
    "copies": drawn_numbers.copies,
    "reports": drawn_reports.reports,
    "sentences": drawn_sentences.sentences,
    "statements": drawn_budgets.statements,
}
"""Functions that fill the archives of each topic."""


class Archives:
    """The drawn archives by topic, each made when it is first needed. `seeds`: how many of each topic."""

    def __init__(self, folder: Path, seeds: int = SEEDS) -> None:
        self._folder = folder
        self._seeds = seeds
        self._made: dict[str, list[Drawn]] = {}
        open_up_to_date(folder / "empty.db").close()

    def of(self, topic: str) -> list[Drawn]:
        """All archives of a topic."""
        if topic not in self._made:
            write = TOPICS[topic]
            paths = [(seed, self._folder / f"{topic}{seed}.db") for seed in range(self._seeds)]
            self._made[topic] = [drawn(self._folder / "empty.db", path, write, seed) for seed, path in paths]
        return self._made[topic]
