"""The text of the files that records link to."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self

from archive.attachments.extraction import Limits, extract
from archive.model.observations import AttachmentFile, Observation

OCR_SECONDS = 300.0
"""Recognising a scanned document takes seconds a page."""


class AttachmentsPipeline:
    """Reads the text of files; passes everything else on."""

    def __init__(self, *, ocr: bool) -> None:
        self._ocr = ocr

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `DISCLOSURES_OCR` turns the recognition of scanned documents on."""
        return cls(ocr=crawler.settings.getbool("DISCLOSURES_OCR"))

    async def process_item(self, item: Observation) -> Observation:
        """Return `item`, of a file with its text in place of its bytes; the converter runs in a process of its own."""
        if not isinstance(item, AttachmentFile) or item.data is None:
            return item
        return await asyncio.to_thread(read_file, item, item.data, self._ocr)


def read_file(file: AttachmentFile, data: bytes, ocr: bool) -> AttachmentFile:
    """Return `file` with what its bytes `data` hold."""
    result = extract(data, file.name, Limits(seconds=OCR_SECONDS) if ocr else Limits(), ocr=ocr)
    return replace(
        file,
        data=None,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type=result.media_type,
        text=result.text,
        state=result.state,
        message=result.message,
    )
