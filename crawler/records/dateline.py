"""The line under a record's title that says when it was published and by whom, also where it says so without labels."""

from collections.abc import Sequence

from crawler.extract.dates import is_date, parse_date
from crawler.extract.field_labels import COUNTERS, LABEL_COLON, SOURCES, squash, tidy
from crawler.extract.text import Element

Cell = tuple[Element, str]

_SOURCE_LABELS = SOURCES | {"供稿单位", "作者", "发布机构", "发布单位", "编辑", "责任编辑"} | set(COUNTERS)
_NEAR = 2
"""So many cells away from the source, or from the title, a date is still the record's."""

_LONGEST = 200
_LONGEST_TITLE = 300


def find_dateline(cells: Sequence[Cell]) -> int | None:
    """The place among `cells` of the first that states a source or a date of publication; None where none does."""
    return next((at for at, (_, text) in enumerate(cells) if len(text) <= _LONGEST and _states_source(text)), None)


def bare_date(cells: Sequence[Cell], title: str | None) -> str | None:
    """A date without a label that stands beside the source, or right under the title, in ISO 8601."""
    at = find_dateline(cells)
    if at is not None:
        if date := parse_date(_unlabelled(cells[at][1])):
            return date
        around = [*cells[at + 1 : at + 1 + _NEAR], *reversed(cells[max(0, at - _NEAR) : at])]
        if date := _first_date(around):
            return date
    heading = next((at for at, (_, text) in enumerate(cells) if title and squash(text) == squash(title)), None)
    return _first_date(cells[heading + 1 : heading + 1 + _NEAR]) if heading is not None else None


def title_above(cells: Sequence[Cell]) -> str | None:
    """The line above the dateline, which is the title of a page that marks none."""
    at = find_dateline(cells)
    above = [tidy(text) for _, text in cells[max(0, at - _NEAR) : at]] if at else []
    return next((text for text in reversed(above) if text and len(text) <= _LONGEST_TITLE and not is_date(text)), None)


def _states_source(text: str) -> bool:
    return any(squash(label[1]) in _SOURCE_LABELS - set(COUNTERS) for label in LABEL_COLON.finditer(text))


def _first_date(cells: Sequence[Cell]) -> str | None:
    return next((parse_date(text) for _, text in cells if len(text) <= _LONGEST and is_date(tidy(text))), None)


def _unlabelled(text: str) -> str:
    """The parts of a dateline that no label but the source's, the author's or a counter's stands before."""
    labels = list(LABEL_COLON.finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)]
    parts = [text[: labels[0].start()] if labels else text]
    parts += [
        text[label.end() : end] for label, end in zip(labels, ends, strict=False) if squash(label[1]) in _SOURCE_LABELS
    ]
    return " ".join(parts)
