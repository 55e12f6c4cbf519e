"""Made-up exchanges for the tests of evidence; the texts say themselves that they are samples."""

import hashlib
import os
import random
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.evidence import block_sums, claims, evidence_file
from archive.evidence.block_sums import BlockSums
from archive.evidence.claims import RowName
from archive.evidence.destruction import destroy
from archive.evidence.evidence_reader import Originals
from archive.evidence.evidence_store import ClaimNote, Evidence, Exchange, verify_file

DAYS = ("2026-11-20", "2026-11-21", "2026-11-23")
_WORDS = (
    "样本",
    "文字",
    "目录",
    "公开",
    "预算",
    "通知",
    "工作",
    "方案",
    "标题",
    "页面",
    "日期",
    "索引",
    "单位",
    "信息",
)
_MENU = "".join(
    f'<li class="nav n{i}"><a href="/zwgk/column_{i * 37 % 101}/list.html">样本栏目 {i}</a></li>\n' for i in range(40)
)


def text(seed: int, words: int) -> str:
    """Some words in an order of their own."""
    return "".join(random.Random(seed).choices(_WORDS, k=words))


def page(number: int, charset: str = "utf-8") -> bytes:
    """A page of the one template, about 5 KB, with a text and title of its own."""
    title, body = f"样本页面 {number}", text(number, 120)
    return (
        f'<html><head><meta charset="{charset}"><title>{title}</title></head>\n<ul>{_MENU}</ul>\n<h1>{title}</h1><p>{body}</p></html>'
    ).encode(charset)


def exchange(number: int = 1, **changes: object) -> Exchange:
    """The capture of `page(number)`, with any field changed."""
    made = Exchange(
        crawl_id=1,
        portal="sample",
        url=f"http://127.0.0.1:8000/zwgk/t20261123_{number}.html",
        method="GET",
        request_headers=(("User-Agent", "test"), ("Accept", "text/html")),
        request_body=b"",
        fetched_at=f"2026-11-23T01:{number // 60 % 60:02d}:{number % 60:02d}.000001Z",
        status=200,
        response_headers=(
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "99"),
            ("ETag", f'"sample-{number}"'),
        ),
        payload=page(number),
        wire_bytes=99,
        protocol="HTTP/1.1",
        ip_address="127.0.0.1",
        software="test/0",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def numbers(evidence: Originals) -> list[int]:
    """The numbers of all captures."""
    return [row[0] for row in evidence._con.execute("SELECT id FROM captures ORDER BY id")]


def archive_of_three_days(path: Path, each: int = 30) -> tuple[str, str]:
    """Three days of captures, two of them sealed, more than one dictionary; the head."""
    content, head = _three_days(each)
    path.write_bytes(content)
    return head


@cache
def _three_days(each: int) -> tuple[bytes, tuple[str, str]]:
    """The file of `archive_of_three_days`, made once, and its head."""
    with TemporaryDirectory() as folder:
        evidence = Evidence(path := Path(folder) / "evidence.db")
        for nth, day in enumerate(DAYS):
            numbers = range(nth * each, nth * each + each)
            evidence.add_many(exchange(n, fetched_at=f"{day}T01:02:03.000004Z") for n in numbers)
        evidence.add_many([exchange(0, url="http://127.0.0.1:8000/a.pdf", payload=b"%PDF-1.4 " + os.urandom(3000))])
        evidence.seal("2026-11-23")
        evidence.attach_token("2026-11-21", b"a token of some server")
        head = evidence.head()
        evidence.close()
        assert head is not None
        return path.read_bytes(), head


CERTIFICATE = b"a certificate of some server"


def archive_with_claims(path: Path) -> None:
    """Two captures of one day, the payload of one destroyed; four claims, one with a note; a certificate, an archive's check sums."""
    path.write_bytes(_with_claims())


@cache
def _with_claims() -> bytes:
    """The file of `archive_with_claims`, made once."""
    sha256, day = hashlib.sha256(CERTIFICATE).hexdigest(), DAYS[0]
    with TemporaryDirectory() as folder:
        with closing(Evidence(path := Path(folder) / "evidence.db")) as evidence:
            evidence.add_many(
                exchange(n, fetched_at=f"{day}T01:02:03.000004Z", certificate=sha256, certificate_der=CERTIFICATE)
                for n in (1, 2)
            )
            rows = [(RowName(claims.EVENT, n, 0), hashlib.sha256(b"event %d" % n).digest()) for n in (1, 2, 3)]
            evidence.add_claims("sample", rows, day)
            evidence.add_note(ClaimNote("sample", RowName(claims.CRAWL, 1, 0), "样本记录", day))
            evidence.seal(DAYS[1])
        with closing(evidence_file.open_for_writing(path)) as con:
            block_sums.put(con, BlockSums("sample", 3, b"some sums"))
        destroy(path, [exchange(2).url], f"{DAYS[1]}T00:00:00Z")
        return path.read_bytes()


def faults(path: Path, expected: tuple[str | int, str] | None = None) -> list[str]:
    return [str(fault) for fault in verify_file(path, expected)]
