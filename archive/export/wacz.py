"""Captures as WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/): a ZIP of a WARC, its index and list of pages."""

import gzip
import hashlib
import html
import json
import re
import struct
import zipfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from archive.evidence.evidence_reader import Originals
from archive.evidence.http_exchange import Exchange
from archive.evidence.text_encoding import text_of
from archive.export.warc import WrittenRecord, ascii_address, digest_of, record_uuid, warc_records
from archive.model import clock
from archive.model.addresses import DEFAULT_PORTS
from archive.model.atomic_file import atomic_file

_WARC, _INDEX = "data.warc.gz", "index.cdx.gz"

_EXTENDED_TIME = (0x5455, 5, 1)
"""Head of a ZIP entry's extra field that says when it was made (UTC).

Where the directory at the ZIP's end has no extra field for an entry, ReplayWeb.page takes it that none stands before
its data either. One stands before a WARC's, whose length is not known when it begins, so its records were looked for at
a wrong place.
"""

_LINES_OF_BLOCK = 1024
"""Lines of the index that are compressed together, and found by one line of `index.idx`."""

_LONGEST_QUERY = 4096
"""Characters of a request's body that go into the index."""

_TITLE = re.compile(r"<title(?:\s[^<>]{0,300})?>([^<]{1,2000})", re.IGNORECASE)


def write_wacz(
    evidence: Originals, capture_ids: Iterable[int], out: Path, *, made_at: str | None = None, title: str = ""
) -> int:
    """Write the captures as WACZ: the WARC, its index, and the list of pages with their titles;
    return how many were written.

    The same captures, `made_at` and `title` give the same bytes. Raises EvidenceError for a capture that is not intact.
    """
    ids, made_at = sorted(set(capture_ids)), made_at or clock.text(datetime.now(UTC))
    with atomic_file(out) as file, zipfile.ZipFile(file, "w") as package:
        parts = _Parts(package, made_at)
        pages: list[dict[str, str]] = [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}]
        index = parts.add_archive(warc_records(evidence, ids, made_at, title), pages)
        parts.add_index(sorted(index))
        parts.add("pages/pages.jsonl", "".join(f"{json.dumps(page)}\n" for page in pages).encode())
        parts.add_description(title)
    return len(ids)


def page_title(exchange: Exchange) -> str:
    """Return the title the page gives itself, in whatever charset; its address if it gives none."""
    element = _TITLE.search(text_of(exchange))
    title = " ".join(html.unescape(element.group(1)).split()) if element else ""
    return title or exchange.url


def index_key(url: str) -> str:
    """Return the key by which an index (CDXJ) is sorted: the host turned round, then path and query, in lower case."""
    try:
        parts = urlsplit(ascii_address(url).lower())
        port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    except ValueError:  # an address that is none
        return url
    host = ",".join(reversed(re.sub(r"^www\d*\.", "", parts.hostname or "").split(".")))
    path = re.sub("/{2,}", "/", parts.path)
    path = path.removesuffix("/") or "/"
    query = "&".join(sorted(parts.query.split("&"), key=lambda each: each.split("=", 1)))
    return f"{host}{port}){path}{'?' if query else ''}{query}"


class _Parts:
    """The files of a package as they are added to it, with the digests that its description states."""

    def __init__(self, package: zipfile.ZipFile, made_at: str) -> None:
        self._package, self._made_at = package, made_at
        self._resources: list[dict[str, str | int]] = []

    def add(self, path: str, data: bytes, *, compress: bool = False) -> None:
        """Add a file that is in memory."""
        self._package.writestr(self._entry(path, compress=compress), data)
        self._note(path, digest_of(data), len(data))

    def add_archive(self, records: Iterable[WrittenRecord], pages: list[dict[str, str]]) -> list[str]:
        """Add the WARC; return the lines of its index, and append the pages in it to `pages`."""
        path, digest, offset = f"archive/{_WARC}", hashlib.sha256(), 0
        lines: list[str] = []
        with self._package.open(self._entry(path), "w", force_zip64=True) as file:
            for written in records:
                file.write(written.data)
                digest.update(written.data)
                if written.exchange and written.record.rec_type != "request":
                    lines.append(_index_line(written, written.exchange, offset))
                    if _is_page(written.exchange):
                        pages.append(_page(written.number, written.exchange))
                offset += len(written.data)
        self._note(path, f"sha256:{digest.hexdigest()}", offset)
        return lines

    def add_index(self, lines: list[str]) -> None:
        """Add the index in compressed blocks, and the index of the blocks (ZipNum)."""
        blocks, index = b"", [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': _INDEX})}\n"]
        for start in range(0, len(lines), _LINES_OF_BLOCK):
            part = lines[start : start + _LINES_OF_BLOCK]
            block = gzip.compress("".join(part).encode(), mtime=0)
            place = {"offset": len(blocks), "length": len(block), "digest": digest_of(block)}
            index.append(f"{part[0].partition(' {')[0]} {json.dumps(place)}\n")
            blocks += block
        self.add(f"indexes/{_INDEX}", blocks)
        self.add("indexes/index.idx", "".join(index).encode(), compress=True)

    def add_description(self, title: str) -> None:
        """Add `datapackage.json`, which names the other files with their digests, and its own digest."""
        package = {
            "profile": "data-package",
            "resources": self._resources,
            **({"title": title} if title else {}),
            "created": self._made_at,
            "wacz_version": "1.1.1",
            "software": "disclosures",
        }
        data = json.dumps(package, indent=2).encode()
        digest = json.dumps({"path": "datapackage.json", "hash": digest_of(data)}, indent=2).encode()
        for path, text in (("datapackage.json", data), ("datapackage-digest.json", digest)):
            self._package.writestr(self._entry(path, compress=True), text)

    def _entry(self, path: str, *, compress: bool = False) -> zipfile.ZipInfo:
        made_at = datetime.fromisoformat(self._made_at)
        entry = zipfile.ZipInfo(path, made_at.timetuple()[:6])
        entry.extra = struct.pack("<HHBL", *_EXTENDED_TIME, int(made_at.timestamp()))
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        return entry

    def _note(self, path: str, digest: str, size: int) -> None:
        self._resources.append({"name": path.rpartition("/")[2], "path": path, "hash": digest, "bytes": size})


def _is_page(exchange: Exchange) -> bool:
    if exchange.status != 200 or exchange.method != "GET":
        return False
    declared = exchange.response_header("Content-Type")
    return "html" in declared.lower() if declared else exchange.payload[:256].lstrip()[:1] == b"<"


def _page(number: int, exchange: Exchange) -> dict[str, str]:
    page_id, url = record_uuid(number, exchange, "page").hex, ascii_address(exchange.url)
    return {"id": page_id, "url": url, "ts": exchange.fetched_at, "title": page_title(exchange)}


def _index_line(written: WrittenRecord, exchange: Exchange, offset: int) -> str:
    """Return a record's line of the index (CDXJ), with the fields that the package cdxj-indexer writes."""
    url, revisit = ascii_address(exchange.url), written.record.rec_type == "revisit"
    media_type = re.split(r"[;\s]", exchange.response_header("Content-Type") or "", maxsplit=1)[0]
    fields: dict[str, str | None] = {
        "url": url,
        "mime": "warc/revisit" if revisit else media_type,
        "status": None if revisit else str(exchange.status),
        "digest": written.record.rec_headers.get_header("WARC-Payload-Digest"),
        "length": str(len(written.data)),
        "offset": str(offset),
        "filename": _WARC,
        "recordDigest": digest_of(written.data),
        "referrer": exchange.request_header("Referer"),
        "req.http:cookie": exchange.request_header("Cookie"),
    }
    fields = {name: value for name, value in fields.items() if value}
    if exchange.method in {"POST", "PUT"}:
        body = _body_as_query(exchange)
        fields |= {"requestBody": body, "method": exchange.method}
        url += f"{'&' if '?' in url else '?'}__wb_method={exchange.method}{'&' if body else ''}{body}"
    moment = re.sub(r"\D", "", exchange.fetched_at)[:14]
    return f"{index_key(url)} {moment} {json.dumps(fields)}\n"


def _body_as_query(exchange: Exchange) -> str:
    """Return what a request sent as a query (https://specs.webrecorder.net/request-body-canonicalization/latest/)."""
    media_type = (exchange.request_header("Content-Type") or "").partition(";")[0].strip().lower()
    with suppress(ValueError):
        if media_type == "application/x-www-form-urlencoded":
            return unquote_plus(exchange.request_body.decode())[:_LONGEST_QUERY]
        if media_type in {"application/json", "text/plain"}:
            return urlencode(_flat(json.loads(exchange.request_body)))[:_LONGEST_QUERY]
    encoded = b64encode(exchange.request_body).decode()
    return f"__wb_post_data={encoded}"[:_LONGEST_QUERY] if media_type != "application/json" else ""


def _flat(value: object) -> dict[str, str]:
    """Return the values inside JSON by their names; a name that comes again is numbered."""
    values: dict[str, str] = {}
    times: Counter[str] = Counter()
    for name, each in _leaves(value, ""):
        times[name] += 1
        values[name if times[name] == 1 else f"{name}.{times[name]}_"] = str(each)
    return values


def _leaves(value: Any, name: str) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif name:
        yield name, value
