"""The progress of a walk of a catalogue."""

from array import array
from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass, field

from archive.model.observations import ListPage, Paging, Problem, Row
from crawler.families.detection import FAMILIES, detect
from crawler.families.family import Family
from crawler.services.answer import Answer


class Seen:
    """The things met before, as hashes in order, of eight bytes each: a large portal's rows take ten times as much in a set.

    Hashes of text are salted anew in each process, so that two that are equal by chance are not so in the next crawl.
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def __contains__(self, what: Hashable) -> bool:
        number = hash(what)
        place = bisect_left(self._hashes, number)
        return place < len(self._hashes) and self._hashes[place] == number

    def add(self, what: Hashable) -> bool:
        """Note it; whether it was not met before."""
        number = hash(what)
        place = bisect_left(self._hashes, number)
        new = place == len(self._hashes) or self._hashes[place] != number
        if new:
            self._hashes.insert(place, number)
        return new


@dataclass(slots=True)
class Walk:
    """One walk of a catalogue.

    The `family` of software that made it and the `reason` to think so, empty before the first page; `pages` requested, by
    address and form; how many pages and rows of the list were read; what each row `shown` printed, those of the `last` page that
    showed others than before, and how many such pages were `turned` to; pages that
    only `repeats` that, one after the other; `rows` met, by address; rows `expected`, for those pages showed them when last
    read; rows new to the archive; `quiet` pages one after the other. `left`: a row has left the list. `broken`: a page was
    not read wholly.
    """

    family: Family = FAMILIES["plain"]
    reason: str = ""
    pages: set[tuple[str, str | None]] = field(default_factory=set)
    pages_read: int = 0
    rows_read: int = 0
    shown: Seen = field(default_factory=Seen)
    last: list[tuple[object, ...]] = field(default_factory=list)
    turned: int = 0
    repeats: int = 0
    rows: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    new_rows: int = 0
    quiet: int = 0
    left: bool = False
    broken: bool = False

    def settle_family(self, answer: Answer, title: str, stated: str | None, before: str | None) -> Problem | None:
        """Settle which software made a list; return a problem where a page looks like another one's.

        `stated`: the family that the portal file names; `before`: the one of the list's last crawl; `title`: the catalogue's. What
        a redesign made must not be read by rules for what stood there before.
        """
        plain, settled = FAMILIES["plain"], bool(self.reason)
        if family := FAMILIES.get(stated or ""):
            self.family, self.reason = family, "the portal file says so"
            return None
        expected = self.family if settled else FAMILIES.get(before or "", plain)
        marks = expected.marks(answer)
        if settled and (marks or expected is plain):
            return None
        detected = detect(answer)
        if not marks and detected.family not in (expected, plain) and expected is not plain:
            changed = f"{title} was {expected.name}, and now looks like {detected.family.name} ({detected.reason})"
            return Problem(
                "layout_changed", answer.url, f"{changed}: not read, unless the portal file's family says so"
            )
        if not settled:
            unmarked = f"no product's marks on its first page; it was {expected.name} before"
            kept = detected.family is plain and expected is not plain
            self.family, self.reason = (expected, unmarked) if kept else (detected.family, detected.reason)
        return None

    def unseen(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """`rows` of the next page without those that a page before it shows in the same words, for these count once.

        Rows without a link are distinguished by nothing but their order: they all count, unless the whole page is repeated.
        """
        printed = _printed(rows)
        again = [each in self.shown for each in printed]
        for each in printed:
            self.shown.add(each)
        if all(again):
            return ()
        self.last, self.turned = printed, self.turned + 1
        return tuple(row for row, repeated in zip(rows, again, strict=True) if row.url is None or not repeated)

    def has_ended(self, page: ListPage) -> bool:
        """Whether a `page` that shows nothing new is the last one once more: the list heeds page numbers, and claims no more than was read."""
        claims_more = page.paging.rows_claimed is not None or (page.paging.pages_claimed or 0) > self.turned
        return not claims_more and self.turned > 1 and _printed(page.rows) == self.last

    def take(self, page: ListPage) -> None:
        """Count a page that was read."""
        self.pages_read += page.paging.pages_here
        self.rows_read += len(page.rows)

    def missing(self, claims: Paging) -> str | None:
        """Return what a walk to the end lacks of what the list claims, as part of a sentence; None where nothing."""
        if claims.pages_claimed and self.pages_read < claims.pages_claimed:
            return f"{claims.pages_claimed} pages, {self.pages_read}"
        if claims.rows_claimed and self.rows_read < claims.rows_claimed:
            return f"{claims.rows_claimed} rows, {self.rows_read}"
        return None


def _printed(rows: tuple[Row, ...]) -> list[tuple[object, ...]]:
    """Return what each row prints, with its address."""
    return [(row.url, *sorted(row.source_fields.items())) for row in rows]
