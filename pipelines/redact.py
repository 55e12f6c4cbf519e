"""Masks personal data before anything reaches the archive, its search index or an export."""

from collections.abc import Mapping
from dataclasses import replace

from archive.observations import ListPageSeen, Observation, ProblemSeen, RecordPageSeen
from archive.records import Reading
from archive.redact import redact


class RedactPipeline:
    """Masks what observations say: titles, values as understood and as printed, bodies."""

    def process_item(self, observation: Observation) -> Observation:
        """`observation` without personal data."""
        match observation:
            case ListPageSeen():
                rows = tuple(replace(row, reading=_reading(row.reading)) for row in observation.rows)
                return replace(observation, rows=rows)
            case RecordPageSeen():
                body = redact(observation.body).text if observation.body else None
                return replace(observation, reading=_reading(observation.reading), body=body)
            case ProblemSeen():
                return replace(observation, message=redact(observation.message).text)


def _reading(reading: Reading) -> Reading:
    fields, source_fields = _masked(reading.fields), _masked(reading.source_fields)
    return replace(reading, fields=fields, source_fields=source_fields)


def _masked(values: Mapping[str, str]) -> dict[str, str]:
    return {redact(name).text: redact(value).text for name, value in values.items()}
