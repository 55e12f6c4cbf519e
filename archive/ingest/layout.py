"""Changes that a portal's layout makes: most pages print a field, or a line of their text, that they did not print before, or no more.

Where most of a portal says something else at once and goes on doing so, this tells the new frame around the documents from
an edit of the documents.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from archive.ingest.deferral import PAGE, ROW, Deferral, Deferred
from archive.ingest.record_writer import Writer
from archive.model.noise import essence, lines_but_files, same
from archive.model.observations import RecordPage
from archive.model.records import FIELDS, Reading

LEAST_ALIKE = 0.5
"""Gains and losses that at least so large a share of the changed pages have in common are the layout's."""

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

    def mark_common(self) -> None:
        """Mark, of what a doubted portal's crawl kept aside, the changes that most rows, or pages, have in common."""
        for kind in (ROW, PAGE):
            parts = common(self._but_files(*each) for each in self._changes(kind))
            for deferred, changed in self._changes(kind):
                if is_layout(self._but_files(deferred, changed), parts) and not self._restates(deferred, changed):
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
        """Whether nothing else tells two texts of a record apart than what pages took on since it was last read, and lines that name its `files`."""
        parts = self._taken_on_since(record_id)
        return bool(parts) and is_layout(_but_files({"body": [before, after]}, files), parts)

    def _taken_on_since(self, record_id: int) -> frozenset[Part]:
        """Return what the portal's layouts made alike of most pages since a record's own page was last read."""
        changes: dict[int, list[Changed]] = {}
        shown = self._writer.last_shown(record_id, whole=False)
        for row in self._writer.connection.execute(_BY_LAYOUT, (self._writer.portal, shown)):
            changes.setdefault(row["crawl_id"], []).append(json.loads(row["changed"]))
        return frozenset[Part]().union(*map(common, changes.values()))

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
    return frozenset(part for part, count in counts.items() if many >= LEAST_CHANGED and count >= LEAST_ALIKE * many)


def is_layout(changed: Changed, common_parts: frozenset[Part]) -> bool:
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
