"""Masks personal data before anything reaches the archive; the sealed original keeps it."""

from collections import Counter
from dataclasses import replace

from archive.model.observations import (
    AttachmentSeen,
    ListedRow,
    ListPageSeen,
    Observation,
    PageAsked,
    ProblemSeen,
    RecordPageSeen,
)
from archive.model.records import Reading
from archive.model.redaction import redact, redact_json


class RedactPipeline:
    """Masks what observations say; adds how much, by kind."""

    def process_item(self, observation: Observation) -> Observation:
        """`observation` without personal data."""
        match observation:
            case ListPageSeen():
                path = _masked(observation.path, Counter())
                return replace(observation, path=path, rows=tuple(_row(row) for row in observation.rows))
            case RecordPageSeen():
                counts: Counter[str] = Counter()
                reading, body = _reading(observation.reading, counts), _masked(observation.body, counts)
                files = tuple(replace(file, name=_masked(file.name, counts) or "") for file in observation.attachments)
                return replace(observation, reading=reading, body=body, attachments=files, redacted=dict(counts))
            case AttachmentSeen():
                counts = Counter()
                name, text = _masked(observation.name, counts) or "", _masked(observation.text, counts)
                message = _masked(observation.message, Counter())  # it names the members of an archive
                return replace(observation, name=name, text=text, message=message, redacted=dict(counts))
            case PageAsked():
                return replace(observation, reason=_masked(observation.reason, Counter()) or "")
            case ProblemSeen():
                return replace(observation, message=_masked(observation.message, Counter()) or "")


def _row(row: ListedRow) -> ListedRow:
    counts: Counter[str] = Counter()
    return replace(row, reading=_reading(row.reading, counts), redacted=dict(counts))


def _reading(reading: Reading, counts: Counter[str]) -> Reading:
    """Counts what was masked in the values as printed; the same number in a field is not counted again."""
    masked = redact_json(dict(reading.source_fields))
    counts.update(masked.counts)
    fields = {name: _masked(value, Counter()) or "" for name, value in reading.fields.items()}
    return replace(reading, fields=fields, source_fields=masked.value)


def _masked(text: str | None, counts: Counter[str]) -> str | None:
    if not text:
        return text
    masked = redact(text)
    counts.update(masked.counts)
    return masked.text
