"""Masks personal data before anything reaches the archive; the sealed original keeps it."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from archive.masking.redaction import redact, redact_fields, redact_json
from archive.masking.table_redaction import redact_pages, redact_tables
from archive.model.observations import AttachmentFile, ListPage, MissingPage, Observation, Problem, RecordPage, Row
from archive.model.printable import printable
from archive.model.records import AnyReading

LONG = 100_000
"""Characters from which on a text takes long enough to keep other portals waiting."""


class RedactPipeline:
    """Masks the texts of observations; adds how much, by kind."""

    async def process_item(self, observation: Observation) -> Observation:
        """Return `observation` without personal data; a long text is masked in a thread, beside the crawls of others."""
        match observation:
            case RecordPage(body=str(text)) | AttachmentFile(text=str(text)) if len(text) >= LONG:
                return await asyncio.to_thread(self.masked, observation)
        return self.masked(observation)

    def masked(self, observation: Observation) -> Observation:
        """Return `observation` without personal data."""
        counts: Counter[str] = Counter()
        match observation:
            case ListPage():
                return replace(
                    observation, breadcrumb=_path(observation.breadcrumb), rows=tuple(map(_row, observation.rows))
                )
            case RecordPage():
                page = _reading(observation, counts)
                tables, _ = redact_tables(page.tables)  # what the text repeats is not counted again
                body = page.body and _masked(page.body, counts)
                files = tuple(replace(file, name=_masked(file.name, counts)) for file in page.attachments)
                crumbs, read_at = _path(page.breadcrumb), redact_json(dict(page.read_at)).value
                page = replace(page, body=body, tables=tables, breadcrumb=crumbs, attachments=files)
                return replace(page, redacted=dict(counts), read_at=read_at)
            case AttachmentFile():
                name = _masked(observation.name, counts)
                text = observation.text and _masked(observation.text, counts)
                # The message names the members of an archive.
                message = observation.message and printable(redact(observation.message).text)
                tables, _ = redact_tables(observation.tables)
                pages = redact_pages(observation.pages)
                return replace(
                    observation,
                    name=name,
                    text=text,
                    tables=tables,
                    pages=pages,
                    message=message,
                    redacted=dict(counts),
                )
            case MissingPage():
                return replace(observation, reason=printable(redact(observation.reason).text))
            case Problem():
                return replace(observation, message=printable(redact(observation.message).text))


def _row(row: Row) -> Row:
    counts: Counter[str] = Counter()
    return replace(_reading(row, counts), redacted=dict(counts))


def _reading(reading: AnyReading, counts: Counter[str]) -> AnyReading:
    """Count what was masked in the values as printed; the same number in a field is not counted again."""
    masked = redact_fields(reading.source_fields, reading.fields.get("title", ""))
    counts.update(masked.counts)
    fields = {name: redact(value).text for name, value in reading.fields.items()}
    return replace(reading, fields=fields, source_fields=masked.value)


def _path(breadcrumb: Iterable[str]) -> tuple[str, ...]:
    return tuple(redact(name).text for name in breadcrumb)


def _masked(text: str, counts: Counter[str]) -> str:
    masked = redact(text)
    counts.update(masked.counts)
    return masked.text
