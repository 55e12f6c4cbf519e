"""Changes that a portal's layout makes: most pages print a field, or a line of their text, that they did not print before, or no more.

Where most of a portal says something else at once and goes on doing so, this tells the new frame around the documents from
an edit of the documents.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from archive.ingest.deferral import PAGE, ROW, Deferral, Deferred
from archive.ingest.record_writer import Writer
from archive.model.noise import essence, lines_but_files, same
from archive.model.observations import RecordPage
from archive.model.records import FIELDS, Reading

LEAST_ALIKE = 0.5
"""Gains and losses that at least so large a share of the changed pages have in common are the layout's."""

_VOID = re.compile("废止|失效|作废|撤销|撤回|停止执行|停止使用|无效")
"""Words by which a line says of a document that it holds no more, though it says so of many at once."""

LEAST_CHANGED = 10
"""Fewer changed pages say nothing of a layout."""

Changed = Mapping[str, Sequence[str | None]]
"""Old and new values by name, as in `versions.changed`."""


_BY_LAYOUT = """
    SELECT c.crawl_id, v.changed FROM versions v JOIN captures c ON c.id = v.capture_id JOIN crawls w ON w.id = c.crawl_id
    WHERE w.portal = ? AND v.cause = 'layout' AND v.capture_id > ?
"""

Part = tuple[str, str, bool]
"""A part of a change: a field, or "body" and a line of it, and whether it was gained."""


class Layout:
    """The changes that a crawl kept aside and that the portal's layout made; works in the caller's transaction."""

    def __init__(self, writer: Writer, deferral: Deferral) -> None:
        self._writer = writer
        self._deferral = deferral
        self._of_moves = frozenset[Part]()

    def mark_common(self) -> None:
        """Mark, of what a doubted portal's crawl kept aside, the changes that most rows, or pages, have in common: those that changed, and
        those of a list that the crawl asked for.
        """
        for kind, asked in ((ROW, self._deferral.rows_by_list()), (PAGE, self._deferral.pages_by_list())):
            changes = [
                (deferred, changed, self._but_files(deferred, changed)) for deferred, changed in self._changes(kind)
            ]
            of_portal = common(but_files for *_, but_files in changes)
            lists = {deferred.id: self._lists(deferred) for deferred, *_ in changes}
            counts = Counter(
                (each, part)
                for deferred, _, but_files in changes
                for part in set(_parts(but_files)) & of_portal
                for each in lists[deferred.id]
            )
            many = asked | Counter(each for of_one in lists.values() for each in of_one)
            for deferred, changed, but_files in changes:
                parts = {
                    part
                    for each in lists[deferred.id]
                    for part in of_portal
                    if counts[each, part] >= LEAST_ALIKE * many[each]
                }
                if is_layout(but_files, parts) and not self._restates(deferred, changed):
                    self._deferral.set_by_layout(deferred)

    def mark_known(self) -> None:
        """Mark changes of pages that others took on before: these were gone then, or failed, or were not asked for."""
        for deferred in self._deferral.own(PAGE):
            parts = self._taken_on_since(deferred.record_id)
            changed = self._changed_by(deferred) if parts else None
            if changed and is_layout(self._but_files(deferred, changed), parts):
                self._deferral.set_by_layout(deferred)

    def changes_of_records(self) -> Iterator[tuple[int, Changed]]:
        """Yield what this crawl kept aside would change of each record."""
        for kind in (ROW, PAGE):
            yield from ((deferred.record_id, changed) for deferred, changed in self._changes(kind))

    def explains(self, record_id: int, before: str, after: str, files: Collection[str]) -> bool:
        """Whether nothing else tells two texts of a record apart than what pages took on since it was last read, or as they moved, and lines that
        name its `files`.
        """
        parts = self._taken_on_since(record_id) | self._of_moves
        return bool(parts) and is_layout(_but_files({"body": [before, after]}, files), parts)

    def compare(self, moved: Iterable[tuple[str, str, Collection[str]]]) -> None:
        """Take in the texts, before and after, of records that may have moved, with the names of their files: as the portal took on a layout."""
        changes = (_but_files({"body": [before, after]}, files) for before, after, files in moved)
        self._of_moves = common(changed for changed in changes if any(_parts(changed)))

    def _taken_on_since(self, record_id: int) -> frozenset[Part]:
        """Return what the portal's layouts made alike of most pages since a record's own page was last read."""
        changes: dict[int, list[Changed]] = {}
        shown = self._writer.last_shown(record_id, whole=False)
        for row in self._writer.connection.execute(_BY_LAYOUT, (self._writer.portal, shown)):
            changes.setdefault(row["crawl_id"], []).append(json.loads(row["changed"]))
        return frozenset[Part]().union(*map(common, changes.values()))

    def _lists(self, deferred: Deferred) -> list[int]:
        """The list whose row was kept aside, or those that show the record whose page was."""
        if deferred.kind == ROW:
            return [deferred.catalog_id]
        sql = "SELECT catalog_id FROM listings WHERE record_id = ?"
        return [row["catalog_id"] for row in self._writer.connection.execute(sql, (deferred.record_id,))]

    def _changes(self, kind: str) -> Iterator[tuple[Deferred, Changed]]:
        """Yield what this crawl kept aside of rows, or of pages, and what it would change."""
        for deferred in self._deferral.own(kind):
            if changed := self._changed_by(deferred):
                yield deferred, changed

    def _changed_by(self, deferred: Deferred) -> Changed | None:
        """Return what a row or page that was kept aside would change."""
        reading = deferred.observation()
        if not isinstance(reading, Reading):
            return None
        effect = self._writer.compared(deferred.record_id, deferred.catalog_id, reading, deferred.at)
        return effect.changed if effect else None

    def _restates(self, deferred: Deferred, changed: Changed) -> bool:
        """Whether a row or page prints another value under the label of the former one: the same of many records, as where an agency is renamed."""
        reading, before = deferred.observation(), self._writer.readings(deferred.record_id).get(deferred.catalog_id)
        if not isinstance(reading, Reading) or before is None:
            return False
        printed = [
            (value, reading.source_fields[label])
            for label, value in before.source_fields.items()
            if label in reading.source_fields
        ]
        values = [changed[name] for name in FIELDS if name in changed]
        return any(same(old, was) and same(new, now) for was, now in values for old, new in printed)

    def _but_files(self, deferred: Deferred, changed: Mapping[str, Any]) -> Changed:
        """`changed`, its texts without the lines that do nothing but name files."""
        reading = deferred.observation()
        if "body" not in changed or not isinstance(reading, RecordPage):
            return changed
        return _but_files(changed, list(self._writer.names_of_files(deferred.record_id, reading)))


def common(changes: Iterable[Changed]) -> frozenset[Part]:
    """Return what most of `changes` have in common: a field, or "body" and a line of it, and whether it was gained."""
    counts = Counter[Part]()
    many = 0
    for changed in changes:
        many += 1
        counts.update(set(_parts(changed)))
    return frozenset(
        part
        for part, count in counts.items()
        if many >= LEAST_CHANGED and count >= LEAST_ALIKE * many and not _VOID.search(part[1])
    )


def is_layout(changed: Changed, common_parts: Set[Part]) -> bool:
    """Whether a change is nothing else than what most have in common."""
    return set(_parts(changed)) <= common_parts


def _but_files(changed: Changed, files: Collection[str]) -> Changed:
    """`changed`, its texts without the lines that do nothing but name `files`."""
    return {**changed, "body": ["\n".join(lines_but_files(text, files)) for text in changed["body"]]}


def _parts(changed: Changed) -> Iterable[Part]:
    """Yield what a change consists of; a value in place of another is neither gained nor lost, and stands for itself."""
    for name, (before, after) in changed.items():
        if name == "body":
            lines, now = Counter(_lines(before)), Counter(_lines(after))
            yield from ((name, line, True) for line in now - lines)
            yield from ((name, line, False) for line in lines - now)
        elif isinstance(before, str) and isinstance(after, str):
            yield name, f"{before}\n{after}", True
        else:
            yield name, "", before is None


def _lines(text: str | None) -> Iterable[str]:
    return filter(None, map(essence, (text or "").splitlines()))
