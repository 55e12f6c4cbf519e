"""The text of the files that records link to."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from time import monotonic
from typing import Any, Self

from archive.attachments.extraction import Limits, extract
from archive.model.observations import AttachmentFile, Observation

_OCR_SECONDS, _OCR_MEMORY_MB = 300.0, 2048
"""Recognising a scanned document takes seconds a page, and models."""

AT_ONCE = 2
"""Files of one crawl that are read at a time: all crawls of a process share its threads."""

MOST_SECONDS, USUAL_SECONDS, HURRIED_SECONDS = 1800.0, 2.0, 5.0
"""A crawl's files may take so long in all, and USUAL_SECONDS each besides; beyond that none is given longer than HURRIED_SECONDS."""


class FileReader:
    """Reads the texts of one crawl's files, each in so many MB of memory; in time, too, they are bounded: see MOST_SECONDS."""

    def __init__(self, *, ocr: bool, memory_mb: int) -> None:
        self._ocr = ocr
        self._limits = (
            Limits(seconds=_OCR_SECONDS, memory=max(memory_mb, _OCR_MEMORY_MB) << 20)
            if ocr
            else Limits(memory=memory_mb << 20)
        )
        self._seconds, self._files = 0.0, 0

    def read(self, file: AttachmentFile, data: bytes) -> AttachmentFile:
        """Return `file` with what its bytes `data` hold."""
        is_late = self._seconds > MOST_SECONDS + USUAL_SECONDS * self._files and not self._ocr
        limits = replace(self._limits, seconds=HURRIED_SECONDS) if is_late else self._limits
        begun = monotonic()
        result = extract(data, file.name, limits, ocr=self._ocr)
        self._seconds += monotonic() - begun
        self._files += 1
        return replace(
            file,
            data=None,
            sha256=sha256(data).hexdigest(),
            bytes=len(data),
            media_type=result.media_type,
            text=result.text,
            tables=result.tables,
            pages=result.pages,
            state=result.state,
            message=result.message,
        )


class AttachmentsPipeline:
    """Reads the text of files; passes everything else on."""

    def __init__(self, *, ocr: bool, memory_mb: int) -> None:
        self._reader = FileReader(ocr=ocr, memory_mb=memory_mb)
        self._turns = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `DISCLOSURES_OCR` turns the recognition of scanned documents on."""
        ocr = crawler.settings.getbool("DISCLOSURES_OCR")
        return cls(ocr=ocr, memory_mb=crawler.spidercls.portal.converter_memory_mb)

    async def process_item(self, item: Observation) -> Observation:
        """Return `item`, of a file with its text in place of its bytes; the converter is a process of its own."""
        if not isinstance(item, AttachmentFile) or item.data is None:
            return item
        async with self._turns:
            return await asyncio.to_thread(self._reader.read, item, item.data)
