"""The text of the files that records link to."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self

from archive.attachments.extraction import Limits, extract
from archive.model.observations import AttachmentFile, Observation

_OCR_SECONDS, _OCR_MEMORY_MB = 300.0, 2048
"""Recognising a scanned document takes seconds a page, and models."""


class AttachmentsPipeline:
    """Reads the text of files; passes everything else on."""

    def __init__(self, *, ocr: bool, memory_mb: int) -> None:
        self._ocr = ocr
        self._memory_mb = memory_mb

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `DISCLOSURES_OCR` turns the recognition of scanned documents on."""
        ocr = crawler.settings.getbool("DISCLOSURES_OCR")
        return cls(ocr=ocr, memory_mb=crawler.spidercls.portal.converter_memory_mb)

    async def process_item(self, item: Observation) -> Observation:
        """Return `item`, of a file with its text in place of its bytes; the converter is a process of its own."""
        if not isinstance(item, AttachmentFile) or item.data is None:
            return item
        return await asyncio.to_thread(read_file, item, item.data, ocr=self._ocr, memory_mb=self._memory_mb)


def read_file(file: AttachmentFile, data: bytes, *, ocr: bool, memory_mb: int) -> AttachmentFile:
    """Return `file` with what its bytes `data` hold, read in so many MB of memory."""
    if ocr:
        limits = Limits(seconds=_OCR_SECONDS, memory=max(memory_mb, _OCR_MEMORY_MB) << 20)
    else:
        limits = Limits(memory=memory_mb << 20)
    result = extract(data, file.name, limits, ocr=ocr)
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
