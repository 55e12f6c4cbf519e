"""The text of the files that records link to."""

import asyncio
from hashlib import sha256
from typing import Any, Self

from itemadapter import ItemAdapter

from archive.attachments.extraction import Limits, extract
from archive.ingest.record_writer import UNAVAILABLE
from archive.model.observations import AttachmentSeen

OCR_SECONDS = 300.0
"""Recognising a scanned document takes seconds a page."""


class AttachmentsPipeline:
    """Turns files into observations with their text; passes everything else on."""

    def __init__(self, *, ocr: bool) -> None:
        self._ocr = ocr

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `DISCLOSURES_OCR` turns the recognition of scanned documents on."""
        return cls(ocr=crawler.settings.getbool("DISCLOSURES_OCR"))

    async def process_item(self, item: object) -> object:
        """`item`, or the observation of the file that it is; the converter runs in a process of its own."""
        said = ItemAdapter(item)
        if said["page"] != "file":
            return item
        where = {"record_url": said["record_url"], "name": said["name"], "url": said["url"], "capture": said["capture"]}
        data: bytes | None = said["data"]
        if data is None:
            return AttachmentSeen(**where, sha256=None, bytes=None, media_type=None, text=None, state=UNAVAILABLE)
        return await asyncio.to_thread(file_seen, data, self._ocr, where)


def file_seen(data: bytes, ocr: bool, where: dict[str, Any]) -> AttachmentSeen:
    """What the file `data` holds. `where`: record_url, name, url and capture of the observation."""
    limits = Limits(seconds=OCR_SECONDS) if ocr else Limits()
    found = extract(data, where["name"], limits, ocr=ocr)
    return AttachmentSeen(
        **where,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type=found.media_type,
        text=found.text,
        state=found.state,
        message=found.message,
    )
