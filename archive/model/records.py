"""A record put together from what each page said of it.

Every page that speaks of a record gives one reading: the rows of the catalogues that list it, and its own page. The
record is a function of these readings alone, so that pages may come in any order, twice, or not at all.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import TypeVar

from archive.model.noise import same, same_pairs
from archive.model.printable import normal_form

FIELDS = (
    "index_number",
    "title",
    "publisher",
    "published_on",
    "document_number",
    "created_on",
    "responsible_department",
    "disclosure_mode",
    "disclosure_period",
    "topic",
    "validity",
)
"""The columns of `records` that pages state, dates in ISO 8601."""

OWN_PAGE = 0
"""The `catalog_id` of readings of a record's own page."""

CUT_PAGE = "page_cut"
"""The doubt about a page that broke off in the middle."""

ROW_NOT_READ = "row_not_read"
"""The doubt about a row that an earlier parser read, and that today's does not find on the same page."""

EMPTY_READING = f'{{"doubts": ["{ROW_NOT_READ}"]}}'
"""The fields of a reading that says nothing, as JSON: the next one completes the record instead of changing it."""

TITLE_DIFFERS, DATE_DIFFERS, PUBLISHER_DIFFERS = "title_differs", "date_differs", "publisher_differs"
"""The doubts about a field of which pages, or parts of one, state different values."""

READ_IN_DOUBT = "read_in_doubt"
"""The doubt about a page that was first read on a day on which most of the portal was otherwise."""

REPEATED = "index_number_repeated"
"""The one flag that depends on other records; `archive.ingest.store` keeps it."""

_CUT = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+)\s*$")  # looks behind, or a long run of dots would be tried from each
_INDEX_YEAR = re.compile(r"[/-]((?:19|20)[0-9]{2})(?:[0-9]{2})?-")


@dataclass(frozen=True, slots=True)
class Reading:
    """One page's reading of a record: `fields` as understood,
    `source_fields` label → value as printed, `doubts` as flags.
    """

    fields: Mapping[str, str]
    source_fields: Mapping[str, str]
    doubts: tuple[str, ...] = ()


AnyReading = TypeVar("AnyReading", bound=Reading)


def same_reading(one: Reading, other: Reading) -> bool:
    """Whether two readings of one page say the same, noise aside."""
    return (
        one.doubts == other.doubts
        and one.fields.keys() == other.fields.keys()
        and all(same(value, other.fields[name]) for name, value in one.fields.items())
        and same_pairs(one.source_fields, other.source_fields)
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """A record's columns (None where no page states one), all labels as printed, and sorted flags."""

    fields: dict[str, str | None]
    source_fields: dict[str, str]
    flags: list[str]


def is_cut(text: str | None) -> bool:
    """Whether `text` ends in the dots that portals put where they cut it."""
    return bool(text and _CUT.search(text))


def fullest(candidates: Sequence[str]) -> str | None:
    """The first candidate, or where that is cut the longest other one with the same beginning."""
    if not candidates:
        return None
    best = candidates[0]
    if not is_cut(best):
        return best
    begun = stem(best)
    fuller = [text for text in candidates[1:] if _goes_on(stem(text), begun)]
    return max([best, *fuller], key=lambda text: (not is_cut(text), len(text)))


def stem(text: str) -> str:
    """`text` without blanks and the dots where it was cut, so that a cut text is the beginning of the whole one."""
    return _compact(_CUT.sub("", text))


def same_title(one: str, other: str) -> bool:
    """Whether two titles may be one: alike but for blanks, one cut, or one with more before or behind it."""
    first, second = stem(one), stem(other)
    return first in second or second in first


def same_agency(one: str, other: str) -> bool:
    """Whether two names may be one agency's: alike, cut, or one without its county or in a shorter form (县政府办)."""
    first, second = (stem(name).replace("人民政府", "政府") for name in (one, other))
    return first in second or second in first


def _goes_on(text: str, begun: str) -> bool:
    """Whether `text` is `begun` and more, and not the cut text with the site's name behind its dots."""
    return text.startswith(begun) and not text[len(begun) :].startswith("...")  # which NFKC makes of … as well


_COMPARED: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "title": (TITLE_DIFFERS, same_title),
    "published_on": (DATE_DIFFERS, eq),
    "publisher": (PUBLISHER_DIFFERS, same_agency),
}
"""Fields that a record's own page and its rows both state: the doubt where they differ, what makes two values one."""


def merge(listed: Sequence[Reading], own: Reading | None, seen_on: str) -> Merged:
    """The record that `listed` (rows, in the catalogues' order) and its `own` page describe.

    Its own page is believed before a row, except for the title: the row's stands unless it is cut. `seen_on` is the
    day in China (ISO) on which the archive first saw the record.
    """
    readings = [own, *listed] if own else list(listed)
    stated: dict[str, str] = {}
    source_fields: dict[str, str] = {}
    for reading in reversed(readings):
        stated |= {name: value for name, value in reading.fields.items() if value}
        source_fields |= {
            label: value for label, value in reading.source_fields.items() if value or label not in source_fields
        }
    fields: dict[str, str | None] = {name: stated.get(name) for name in FIELDS}
    titles = [*_stated(listed, "title"), *([own.fields["title"]] if own and own.fields.get("title") else [])]
    fields["title"] = fullest(titles)
    fields["publisher"] = fullest(
        [*_stated(readings, "publisher"), *_stated(readings, "responsible_department")] if fields["publisher"] else []
    )
    flags = {doubt for reading in readings for doubt in reading.doubts} | _doubts(fields, seen_on)
    numbers = set(_stated(readings, "index_number"))
    if len(numbers) > 1 and len(set(map(_compact, numbers))) > 1:
        flags.add("index_number_differs")
    flags |= _disagreements(own, listed) if own else set()
    return Merged(fields, source_fields, sorted(flags))


def _disagreements(own: Reading, listed: Sequence[Reading]) -> set[str]:
    """Flags of the fields that a record's own page and a row state differently."""
    return {
        flag
        for name, (flag, is_same) in _COMPARED.items()
        for value in _stated(listed, name)
        if own.fields.get(name) and own.fields[name] != value and not is_same(own.fields[name], value)
    }


def _doubts(fields: Mapping[str, str | None], seen_on: str) -> set[str]:
    """Flags that the merged values themselves give rise to."""
    flags = set()
    if not fields["title"]:
        flags.add("title_missing")
    if is_cut(fields["title"]):
        flags.add("title_truncated")
    if is_cut(fields["publisher"]):
        flags.add("publisher_truncated")
    published = fields["published_on"]
    if published and published > seen_on:
        flags.add("date_in_future")
    year = _INDEX_YEAR.search(fields["index_number"] or "")
    if year and published and year[1] != published[:4]:
        flags.add("index_year_differs")
    return flags


def _stated(readings: Iterable[Reading], name: str) -> list[str]:
    return [value for reading in readings if (value := reading.fields.get(name))]


def _compact(text: str) -> str:
    return "".join(normal_form(text).split())
