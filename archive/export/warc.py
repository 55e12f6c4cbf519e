"""Captures as WARC, for the tools of web archives (warcio, pywb, ReplayWeb.page).

Payloads are kept decoded, so the headers that spoke of their wire form stand under `X-Archive-Orig-…`, as in archives
of browser captures, and `Content-Length` is that of the record. Everything else is as kept
(`archive.evidence.http_exchange.Exchange`). Status lines carry the standard phrase: the one received is not kept.
Record ids come from the captures, so the same captures and `made_at` give the same bytes.
"""

import hashlib
import io
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import responses
from pathlib import Path
from urllib.parse import quote, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.evidence.evidence_reader import Originals
from archive.evidence.http_exchange import Exchange, Headers
from archive.model import clock
from archive.model.atomic_file import atomic_file

_WIRE_FORM = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_LINE_BREAK = re.compile(r"[\r\n]+")

_CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
    "request": "application/http; msgtype=request",
}

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """An answer written earlier, for a "not modified" to refer to."""

    date: str
    digest: str


_Version = tuple[str, str]
"""An address, and the ETag or Last-Modified of what it gave."""


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """A record of a WARC file. `data`: its bytes, gzipped by itself;
    `number`, `exchange`: its capture, None for the warcinfo's.
    """

    record: ArcWarcRecord
    number: int
    exchange: Exchange | None
    data: bytes


def write_warc(
    evidence: Originals,
    capture_ids: Iterable[int],
    out: Path,
    *,
    made_at: str | None = None,
    description: str = "",
) -> int:
    """Write the captures as WARC/1.1, each record gzipped by itself, in order of number; return how many were written.

    Its name should end in `.warc.gz`. An answer 304 becomes a `revisit` of the answer 200 for that address whose ETag
    or Last-Modified it or its request names, if it is among those written; else, as everything else, redirects and
    refusals too, a `response`. `made_at`: ISO 8601 in UTC with Z, now if absent. Raises EvidenceError for a capture
    that is not intact.
    """
    ids = sorted(set(capture_ids))
    records = warc_records(evidence, ids, made_at or clock.text(datetime.now(UTC)), description)
    with atomic_file(out) as part, part.open("wb") as file:
        file.writelines(written.data for written in records)
    return len(ids)


def warc_records(evidence: Originals, ids: list[int], made_at: str, description: str) -> Iterator[WrittenRecord]:
    """Yield the records of a WARC file, in its order."""
    info = _warcinfo(made_at, description, ids)
    yield WrittenRecord(info, 0, None, _gzipped(info))
    seen: dict[_Version, _Seen] = {}
    for number in ids:
        exchange = evidence.exchange(number)
        for record in _records(number, exchange, seen):
            yield WrittenRecord(record, number, exchange, _gzipped(record))


def _gzipped(record: ArcWarcRecord) -> bytes:
    buffer = io.BytesIO()
    WARCWriter(buffer, gzip=True, warc_version="WARC/1.1").write_record(record)
    return buffer.getvalue()


def _records(number: int, exchange: Exchange, seen: dict[_Version, _Seen]) -> Iterator[ArcWarcRecord]:
    """Yield the response (or revisit) record, then the request record that goes with it."""
    uri, digest = ascii_address(exchange.url), digest_of(exchange.payload)
    response_id, request_id = (f"<urn:uuid:{record_uuid(number, exchange, part)}>" for part in ("response", "request"))
    common = [("WARC-Target-URI", uri), ("WARC-Date", exchange.fetched_at)]
    if exchange.ip_address:
        common.append(("WARC-IP-Address", exchange.ip_address))
    response_fields = [*common, ("WARC-Concurrent-To", request_id)]
    if exchange.status == 304 and (confirmed := _confirmed(exchange, uri, seen)):
        yield _record("revisit", response_id, [*response_fields, *_revisit_fields(exchange, uri, confirmed)], b"")
    else:
        if exchange.status == 200:
            for version in (exchange.response_header("ETag"), exchange.response_header("Last-Modified"), ""):
                if version is not None:
                    seen[uri, version] = _Seen(exchange.fetched_at, digest)
        yield _record(
            "response", response_id, [*response_fields, ("WARC-Payload-Digest", digest)], _response_block(exchange)
        )
    request_fields = [
        *common,
        ("WARC-Concurrent-To", response_id),
        ("WARC-Payload-Digest", digest_of(exchange.request_body)),
    ]
    yield _record("request", request_id, request_fields, _request_block(exchange, uri))


def _confirmed(exchange: Exchange, uri: str, seen: dict[_Version, _Seen]) -> _Seen | None:
    """Return what a 304 confirms: the answer of the version it or its request names; where they name none, the last."""
    named = [
        version
        for version in (
            exchange.request_header("If-None-Match"),
            exchange.response_header("ETag"),
            exchange.request_header("If-Modified-Since"),
            exchange.response_header("Last-Modified"),
        )
        if version
    ]
    return next((seen[uri, version] for version in named or [""] if (uri, version) in seen), None)


def _revisit_fields(exchange: Exchange, uri: str, earlier: _Seen) -> Fields:
    """Return a "not modified" as a pointer to the page it confirms. Its headers stand in the record's own.

    As the record's block, where WARC would also have them, they make pywb replay an empty page.
    """
    received = [(f"X-Archive-Orig-{_one_line(name)}", _one_line(value)) for name, value in exchange.response_headers]
    return [
        ("WARC-Payload-Digest", earlier.digest),
        ("WARC-Profile", _NOT_MODIFIED),
        ("WARC-Refers-To-Target-URI", uri),
        ("WARC-Refers-To-Date", earlier.date),
        ("X-Archive-Orig-Status-Line", _status_line(exchange)),
        *received,
    ]


def _record(kind: str, record_id: str, fields: Fields, block: bytes) -> ArcWarcRecord:
    """Return a record with its block as it stands: warcio would rewrite header bytes that are not ASCII."""
    content_type = _CONTENT_TYPES[kind]
    headers = [("WARC-Type", kind), ("WARC-Record-ID", record_id), *fields]
    headers += [("WARC-Block-Digest", digest_of(block)), ("Content-Type", content_type)]
    warc_headers = StatusAndHeaders("", headers, protocol="WARC/1.1")
    return ArcWarcRecord("warc", kind, warc_headers, io.BytesIO(block), None, content_type, len(block))


def digest_of(block: bytes) -> str:
    """Return a digest as records state it."""
    return f"sha256:{hashlib.sha256(block).hexdigest()}"


def _status_line(exchange: Exchange) -> str:
    return f"{_protocol(exchange)} {exchange.status} {responses.get(exchange.status, '')}"


def _warcinfo(made_at: str, description: str, ids: list[int]) -> ArcWarcRecord:
    fields = {
        "software": "disclosures",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": _one_line(description),
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value).encode()
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{made_at} {ids}")
    return _record("warcinfo", f"<urn:uuid:{record_id}>", [("WARC-Date", made_at)], block)


def _response_block(exchange: Exchange) -> bytes:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _WIRE_FORM else name, value)
        for name, value in exchange.response_headers
    ]
    if exchange.status != 304:
        headers.append(("Content-Length", str(len(exchange.payload))))
    return _http(_status_line(exchange), headers) + exchange.payload


def _request_block(exchange: Exchange, uri: str) -> bytes:
    parts = urlsplit(uri)
    headers = list(exchange.request_headers)
    if not any(name.lower() == "host" for name, _ in headers):
        # HTTP/1.1 cannot do without, but clients add it after the request can be seen.
        headers.insert(0, ("Host", parts.netloc.rpartition("@")[2]))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _http(f"{exchange.method} {target} {_protocol(exchange)}", headers) + exchange.request_body


def _protocol(exchange: Exchange) -> str:
    """The protocol as a WARC can state it: HTTP/2 has no text form, and its exchanges are written as HTTP/1.1."""
    return exchange.protocol if exchange.protocol in {"HTTP/1.0", "HTTP/1.1"} else "HTTP/1.1"


def _http(first_line: str, headers: Headers | Fields) -> bytes:
    lines = [first_line, *(f"{_one_line(name)}: {_one_line(value)}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _one_line(text: str) -> str:
    return _LINE_BREAK.sub(" ", text)


def ascii_address(url: str) -> str:
    """Return the address in ASCII: escapes stay as they are, Chinese and blanks are escaped as UTF-8."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def record_uuid(number: int, exchange: Exchange, part: str) -> uuid.UUID:
    """Return the same id for the same part of the same capture."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{exchange.url}#{exchange.fetched_at}#{number}#{part}")
