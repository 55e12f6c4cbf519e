"""The sentences of a text whose figures can be worked out, with what is printed and what would fit. Pure."""

from dataclasses import dataclass
from itertools import chain, groupby, islice

from archive.sentences.comparisons import comparisons
from archive.sentences.equations import Equation
from archive.sentences.figures import PRINTED_FIGURE
from archive.sentences.known_sums import known_sums
from archive.sentences.passages import MOST_BETWEEN, Passages, read_passages
from archive.sentences.running_text import running_text
from archive.sentences.shares import shares
from archive.sentences.sums import sum_equation, sums, sums_behind


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose figures can be worked out, or two that belong together. `text`: without blanks.

    `place`: of its first character in the text that it was read from, from 0; `equations`: what it states, each with
    the place of the figure on its left.
    """

    place: int
    text: str
    equations: tuple[tuple[int, Equation], ...]


def may_state(text: str) -> bool:
    """Whether a text, as it was printed, has two figures at least: one alone states nothing of another. Quick."""
    return len(list(islice(PRINTED_FIGURE.finditer(text), 2))) == 2


def read_sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text that state sums, differences,
    rates or shares of figures that it prints; 0 = 0 states nothing.
    """
    running = running_text(text)
    passages = read_passages(running.text)
    equations = (each for each in read_equations(passages) if each.left or each.right)
    sentences: list[Sentence] = []
    for begin, group in groupby(sorted(equations, key=_begin), key=_begin):
        stated = list(group)
        end = max(each.printed.begin + len(each.printed.sentence) for each in stated)
        placed = tuple((running.places[each.printed.offset], each) for each in stated)
        sentences.append(Sentence(running.places[begin], running.text[begin:end], placed))
    return sentences


def read_equations(passages: Passages) -> list[Equation]:
    """Return what the sentences state of each other's figures, in the order of the figures on the left."""
    parted = list(sums(passages))
    whole_of = {part: whole for whole, parts in parted for part in parts}
    added = [each for whole, parts in parted if (each := sum_equation(passages, whole, parts))]
    wholes = {each.printed for each in added}
    # A sentence may count meetings in, too.
    known = (each for each in known_sums(passages) if each.printed not in wholes)
    stated = chain(comparisons(passages, whole_of), shares(passages, whole_of), added, known, sums_behind(passages))
    return sorted(stated, key=lambda each: each.printed.offset)


def _begin(equation: Equation) -> int:
    """Return where the sentence begins of the figure on the left, or one near before it with another of its figures."""
    own = equation.printed.begin
    return min(each.begin for each in equation.figures if own - MOST_BETWEEN <= each.begin <= own)
