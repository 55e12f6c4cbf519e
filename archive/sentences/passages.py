"""Figures in their order, with the words between them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.sentences.figures import Figure, read_figures

MOST_FIGURES = 20_000
"""Figures of a text that are read."""

MOST_BETWEEN = 300
"""Characters between two figures that have anything to do with each other."""

_ACCOUNT = re.compile("一般公共预算|政府性基金预算|国有资本经营预算|公共预算|预算内|预算外")
_STAGE = re.compile("(?P<planned>预算|计划|任务|目标)|决算|执行|实际|完成")


@dataclass(frozen=True, slots=True)
class Passages:
    """The figures of a text, by their numbers from 0."""

    text: str
    figures: Sequence[Figure]

    def before(self, number: int) -> str:
        """Return the words between a figure and the one before it, at most as many as may belong together."""
        begin = self.figures[number - 1].end if number else 0
        figure = self.figures[number]
        return self.text[max(begin, figure.offset - MOST_BETWEEN, figure.begin if not number else 0) : figure.offset]

    def in_one_sentence(self, one: int, other: int) -> bool:
        """Whether two figures stand in one sentence."""
        return self.figures[one].begin == self.figures[other].begin

    def first_in_sentence(self, number: int) -> int:
        """Return the number of the first figure of the sentence in which a figure stands."""
        first = number
        while first and self.in_one_sentence(first - 1, number):
            first -= 1
        return first


def read_passages(text: str) -> Passages:
    """Return the figures of a running text, the first MOST_FIGURES of them, with the words between them."""
    return Passages(text, read_figures(text, MOST_FIGURES))


def is_planned(words: str) -> bool | None:
    """Return whether words call an amount one of a budget or a plan,
    as the last of them that tells says; None where none does.
    """
    stages = list(_STAGE.finditer(_ACCOUNT.sub("", words)))
    return bool(stages[-1]["planned"]) if stages else None
