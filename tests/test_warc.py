"""WARC and WACZ exports: sound by the packages' own checkers, and every byte and title in them."""

import gzip
import io
import json
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from cdxj_indexer.main import CDXJIndexer
from wacz.main import main as wacz
from warcio.archiveiterator import ArchiveIterator

from archive.evidence.evidence_store import Evidence, EvidenceError, Exchange
from archive.export.wacz import page_title, write_wacz
from archive.export.warc import write_warc
from tests.exchanges import exchange, numbers, page
from tests.waiting import answers, wait_until

HTML = ("Content-Type", "text/html")
GBK = page(1, "gbk").replace(b'<meta charset="gbk">', b"")
PDF = b"%PDF-1.4 sample"
SITE = "http://127.0.0.1:8000"
MADE_AT = "2026-11-24T00:00:00Z"


def captures() -> list[Exchange]:
    """One of each kind a crawl meets."""
    return [
        exchange(0),
        exchange(1, url=f"{SITE}/gbk.html", payload=GBK, response_headers=(HTML, ("Transfer-Encoding", "chunked"))),
        exchange(2, url=f"{SITE}/moved", status=302, payload=b"", response_headers=(("Location", "/gbk.html"),)),
        exchange(3, url=f"{SITE}/refused.html", status=403, payload="样本：拒绝".encode(), ip_address=None),
        exchange(
            4,
            url=f"{SITE}/%CE%C4%BC%FE.pdf?a=1&b=%20",
            payload=PDF,
            response_headers=(("Content-Type", "application/pdf"),),
        ),
        exchange(
            5, url=f"{SITE}/目录/查询.jsp", method="POST", request_body="词=样本".encode("gbk"), payload=b'{"rows":[]}'
        ),
        exchange(6, url=exchange(0).url, status=304, payload=b"", response_headers=(("ETag", '"sample-0"'),)),
        exchange(7, url=f"{SITE}/never-had", status=304, payload=b""),
        exchange(
            8,
            url=f"{SITE}/odd.html",
            response_headers=(HTML, ("X-Name", "\xce\xc4\xbc\xfe"), ("X-Fold", "a\r\n b")),
            protocol="h2",
        ),
        exchange(9, url=f"{SITE}/empty", payload=b"", response_headers=(), request_headers=()),
        exchange(10, url=f"{SITE}/vendor", status=521, payload=b"<script>sample</script>"),
    ]


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    made = Evidence(tmp_path / "evidence.db")
    made.add_many(captures())
    return made


def records(warc: Path) -> list[tuple[str, dict[str, str], str, list[tuple[str, str]], bytes]]:
    """Each record: kind, WARC headers, first HTTP line, HTTP headers, payload."""
    found = []
    with warc.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=False):
            http = record.http_headers
            line, headers = (f"{http.protocol} {http.statusline}", http.headers) if http else ("", [])
            found.append((record.rec_type, dict(record.rec_headers.headers), line, headers, record.raw_stream.read()))
    return found


def test_warcio_checks_it(evidence: Evidence, tmp_path: Path) -> None:
    warc = tmp_path / "all.warc.gz"
    assert write_warc(evidence, numbers(evidence), warc, made_at=MADE_AT) == len(captures())
    command = [sys.executable, "-m", "warcio.cli", "check", "--verbose", str(warc)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("digest pass") == 2 * len(captures())  # all but a revisit, and with the warcinfo
    assert checked.stdout.count("not checked (revisit)") == 1


def test_a_changed_byte_fails_the_check(evidence: Evidence, tmp_path: Path) -> None:
    """The check above can fail: the digests are those of the record."""
    warc = tmp_path / "plain.warc"
    write_warc(evidence, [4], warc)
    warc.write_bytes(gzip.decompress(warc.read_bytes()).replace("拒绝".encode(), "拒接".encode()))
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(warc)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1
    assert "payload digest failed" in checked.stdout


def test_records_say_what_was_captured(evidence: Evidence, tmp_path: Path) -> None:
    warc = tmp_path / "all.warc.gz"
    write_warc(evidence, numbers(evidence), warc, made_at=MADE_AT, description="样本")
    (info, *rest) = records(warc)
    assert info[0] == "warcinfo"
    assert "description: 样本".encode() in info[4]
    for put, response, request in zip(captures(), rest[::2], rest[1::2], strict=True):
        assert request[0] == "request"
        assert response[1]["WARC-Concurrent-To"] == request[1]["WARC-Record-ID"]
        assert request[1]["WARC-Concurrent-To"] == response[1]["WARC-Record-ID"]
        assert response[1]["WARC-Date"] == request[1]["WARC-Date"] == put.fetched_at
        assert response[1].get("WARC-IP-Address") == put.ip_address
        assert response[4] == put.payload
        assert request[4] == put.request_body
        assert request[2].startswith(f"{put.method} /")
        status_line = response[2] or response[1]["X-Archive-Orig-Status-Line"]
        assert status_line.split()[1] == str(put.status)
    assert len({record[1]["WARC-Record-ID"] for record in rest}) == len(rest)


def test_headers_as_received(evidence: Evidence, tmp_path: Path) -> None:
    warc = tmp_path / "all.warc.gz"
    write_warc(evidence, numbers(evidence), warc)
    responses = records(warc)[1::2]
    assert responses[0][3] == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X-Archive-Orig-Content-Length", "99"),
        ("ETag", '"sample-0"'),
        ("Content-Length", str(len(page(0)))),
    ]
    assert ("X-Archive-Orig-Transfer-Encoding", "chunked") in responses[1][3]
    assert ("Location", "/gbk.html") in responses[2][3]
    assert ("X-Name", "\xce\xc4\xbc\xfe") in responses[8][3]
    assert ("X-Fold", "a  b") in responses[8][3]
    assert responses[8][2] == "HTTP/1.1 200 OK"
    requests = records(warc)[2::2]
    assert ("Host", "127.0.0.1:8000") in requests[0][3]
    assert requests[4][2] == "GET /%CE%C4%BC%FE.pdf?a=1&b=%20 HTTP/1.1"
    assert requests[5][1]["WARC-Target-URI"] == f"{SITE}/%E7%9B%AE%E5%BD%95/%E6%9F%A5%E8%AF%A2.jsp"


def test_not_modified(evidence: Evidence, tmp_path: Path) -> None:
    warc = tmp_path / "all.warc.gz"
    write_warc(evidence, numbers(evidence), warc)
    responses = records(warc)[1::2]
    kind, told, line, _, _ = responses[6]
    assert (kind, line) == ("revisit", "")
    assert told["X-Archive-Orig-Status-Line"] == "HTTP/1.1 304 Not Modified"
    assert told["X-Archive-Orig-ETag"] == '"sample-0"'
    assert told["WARC-Refers-To-Date"] == exchange(0).fetched_at
    assert told["WARC-Payload-Digest"] == responses[0][1]["WARC-Payload-Digest"]
    assert (responses[7][0], responses[7][2]) == ("response", "HTTP/1.1 304 Not Modified")


TAG_1, TAG_2 = ("ETag", '"1"'), ("ETag", '"2"')
DATE_1, DATE_2 = (("Last-Modified", f"Mon, 0{day} Jan 2018 00:00:00 GMT") for day in (1, 2))


@pytest.mark.parametrize(
    ("versions", "asked", "answered", "confirmed"),
    [
        ((TAG_1, TAG_2), ("If-None-Match", '"1"'), (), 1),
        ((TAG_1, TAG_2), ("If-None-Match", '"2"'), (), 2),
        ((TAG_1, TAG_2), None, (TAG_1,), 1),
        ((TAG_1, TAG_2), ("If-None-Match", '"1"'), (TAG_2,), 1),  # what was asked about has not changed
        ((DATE_1, DATE_2), ("If-Modified-Since", DATE_1[1]), (), 1),
        ((DATE_1, DATE_2), None, (DATE_1,), 1),
        ((TAG_1, TAG_2), None, (), 2),  # neither names a version: the last
        ((TAG_1, TAG_2), ("If-None-Match", '"3"'), (), None),  # what it confirms is not here
    ],
)
def test_a_not_modified_confirms_the_version_it_names(
    tmp_path: Path,
    versions: tuple[tuple[str, str], ...],
    asked: tuple[str, str] | None,
    answered: tuple[tuple[str, str], ...],
    confirmed: int | None,
) -> None:
    """Another address with the same tags, and a refusal of this one, are not what is confirmed."""
    url = f"{SITE}/page.html"
    made = [exchange(n, url=url, response_headers=(version,)) for n, version in enumerate(versions, 1)]
    made.append(exchange(3, url=f"{SITE}/other.html", response_headers=(TAG_1, DATE_1)))
    made.append(exchange(4, url=url, status=403, response_headers=(versions[0],)))
    headers = (asked,) if asked else ()
    made.append(exchange(5, url=url, status=304, payload=b"", request_headers=headers, response_headers=answered))
    evidence = Evidence(tmp_path / "versions.db")
    evidence.add_many(made)
    write_warc(evidence, numbers(evidence), tmp_path / "versions.warc.gz")
    kind, told, *_ = records(tmp_path / "versions.warc.gz")[1::2][4]
    assert kind == ("revisit" if confirmed else "response")
    assert told.get("WARC-Refers-To-Date") == (exchange(confirmed).fetched_at if confirmed else None)
    assert told.get("WARC-Refers-To-Target-URI") == (url if confirmed else None)


def test_the_same_captures_give_the_same_bytes(evidence: Evidence, tmp_path: Path) -> None:
    first, second = tmp_path / "first.warc.gz", tmp_path / "second.warc.gz"
    write_warc(evidence, [3, 1, 2], first, made_at=MADE_AT)
    write_warc(evidence, [1, 2, 3, 3], second, made_at=MADE_AT)
    assert first.read_bytes() == second.read_bytes()


def test_a_missing_capture(evidence: Evidence, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="capture 99"):
        write_warc(evidence, [1, 99], tmp_path / "some.warc.gz")
    assert [each.name for each in tmp_path.glob("*warc*")] == []


@pytest.mark.parametrize(
    ("payload", "declared", "title"),
    [
        (page(1), "text/html", "样本页面 1"),
        (GBK, "text/html", "样本页面 1"),
        (GBK, "text/html; charset=gb2312", "样本页面 1"),
        (page(1, "gbk"), "text/html", "样本页面 1"),
        (page(1), "text/html; charset=no-such", "样本页面 1"),
        (GBK, "text/html; charset=utf-8", "样本页面 1"),
        ("<TITLE >\n 样本&nbsp;&amp;\n 二</TITLE>".encode(), "", "样本 & 二"),
        (b"<title> </title>", "text/html", f"{SITE}/t"),
        (b"\xff\xfe\x00", "text/html; charset=idna", f"{SITE}/t"),
    ],
)
def test_page_title(payload: bytes, declared: str, title: str) -> None:
    assert (
        page_title(exchange(url=f"{SITE}/t", payload=payload, response_headers=(("content-type", declared),))) == title
    )


def test_wacz(evidence: Evidence, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "all.wacz"
    assert write_wacz(evidence, numbers(evidence), out, made_at=MADE_AT, title="样本存档") == len(captures())
    assert capsys.readouterr().out == ""
    assert wacz(["validate", "-f", str(out)]) == 0
    with zipfile.ZipFile(out) as file:
        header, *pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
        assert header["format"] == "json-pages-1.0"
        assert [(each["title"], each["url"]) for each in pages] == [
            ("样本页面 0", exchange(0).url),
            ("样本页面 1", f"{SITE}/gbk.html"),
            ("样本页面 8", f"{SITE}/odd.html"),
        ]
        assert json.loads(file.read("datapackage.json"))["title"] == "样本存档"
        warc = tmp_path / "again.warc.gz"
        warc.write_bytes(file.read("archive/data.warc.gz"))
    assert records(warc)[3][4] == GBK


def test_wacz_tells_of_what_stands_before_each_files_data(evidence: Evidence, tmp_path: Path) -> None:
    """A reader may go by the directory at the end alone (ReplayWeb.page does) where that has no extra field for a file."""
    write_wacz(evidence, numbers(evidence), tmp_path / "all.wacz", made_at=MADE_AT)
    data = (tmp_path / "all.wacz").read_bytes()
    with zipfile.ZipFile(tmp_path / "all.wacz") as file:
        entries = file.infolist()
    before_data = {each.filename: data[each.header_offset + 28 : each.header_offset + 30] for each in entries}
    assert [name for name, length in before_data.items() if any(length)]
    assert [each.filename for each in entries if any(before_data[each.filename]) and not each.extra] == []


FORM, JSON = (
    ("Content-Type", kind) for kind in ("application/x-www-form-urlencoded", "application/json;charset=UTF-8")
)


def test_the_index_is_that_of_cdxj_indexer(tmp_path: Path) -> None:
    """Line by line, in blocks that each line of `index.idx` finds."""
    made = [
        exchange(20, url="https://www.Sample.gov.cn:443//A/b.HTML/?b=2&a=1&A=0", request_headers=(("Referer", SITE),)),
        exchange(21, url=f"{SITE}?", request_headers=(("Cookie", "a=1"),), response_headers=(("Content-Type", "a/b c"),)),
        exchange(22, url=f"{SITE}/f", method="POST", request_headers=(FORM,), request_body=b"page=1&word=%E8%AF%8D+1"),
        exchange(23, url=f"{SITE}/f?x", method="POST", request_headers=(FORM,), request_body=b"word=\xb4\xca"),
        exchange(24, url=f"{SITE}/j", method="POST", request_headers=(JSON,), request_body=b'{"a":[1,{"a":"x"}],"b":{"c":null,"a":true}}'),
        exchange(25, url=f"{SITE}/j", method="POST", request_headers=(JSON,), request_body=b"{"),
        exchange(26, url=f"{SITE}/long", method="PUT", request_body=b"x" * 8000),
        *(exchange(n, url=f"{SITE}/{n % 7}/{n}.html") for n in range(30, 1100)),
    ]  # fmt: skip
    evidence = Evidence(tmp_path / "many.db")
    evidence.add_many([*captures(), *made])
    write_wacz(evidence, numbers(evidence), tmp_path / "many.wacz")
    with zipfile.ZipFile(tmp_path / "many.wacz") as file:
        blocks, index = file.read("indexes/index.cdx.gz"), file.read("indexes/index.idx").decode().splitlines()
        (tmp_path / "data.warc.gz").write_bytes(file.read("archive/data.warc.gz"))
    expected = io.StringIO()
    fields = {
        "fields": "referrer,req.http:cookie",
        "digest_records": True,
        "post_append": True,
        "sort": True,
        "records": "response,revisit",
    }
    CDXJIndexer(expected, [str(tmp_path / "data.warc.gz")], **fields).process_all()
    lines = gzip.decompress(blocks).decode().splitlines()
    assert lines == expected.getvalue().splitlines()
    places = [json.loads(line[line.index("{") :]) for line in index[1:]]
    assert len(places) == 2
    for line, place in zip(index[1:], places, strict=True):
        block = gzip.decompress(blocks[place["offset"] : place["offset"] + place["length"]]).decode()
        assert block.startswith(line.partition(" {")[0])


def test_wacz_gives_the_same_bytes(evidence: Evidence, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_wacz(evidence, numbers(evidence), tmp_path / name, made_at=MADE_AT)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_wacz_without_pages(evidence: Evidence, tmp_path: Path) -> None:
    write_wacz(evidence, [5], tmp_path / "pdf.wacz")
    assert wacz(["validate", "-f", str(tmp_path / "pdf.wacz")]) == 0


def test_the_validator_can_refuse(evidence: Evidence, tmp_path: Path) -> None:
    write_wacz(evidence, [1], tmp_path / "good.wacz")
    with zipfile.ZipFile(tmp_path / "good.wacz") as good, zipfile.ZipFile(tmp_path / "bad.wacz", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name) + (b"\n" if name == "pages/pages.jsonl" else b""))
    assert wacz(["validate", "-f", str(tmp_path / "bad.wacz")]) == 1


def _get(address: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(
        type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
    )
    try:
        with opener.open(address, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.skipif(not shutil.which("wb-manager"), reason="pywb is not installed (wb-manager is not on the path)")
def test_pywb_replays_it(evidence: Evidence, tmp_path: Path) -> None:
    write_warc(evidence, numbers(evidence), tmp_path / "all.warc.gz")
    for command in (["init", "sample"], ["add", "sample", str(tmp_path / "all.warc.gz")]):
        subprocess.run(["wb-manager", *command], cwd=tmp_path, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["wayback", "-p", str(port), "-b", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}/sample/20261123id_"
        wait_until(lambda: answers(lambda: _get(base)))
        assert _get(f"{base}/{exchange(0).url}") == (200, page(0))
        assert _get(f"{base}/{SITE}/gbk.html") == (200, GBK)
        assert _get(f"{base}/{SITE}/%CE%C4%BC%FE.pdf?a=1&b=%20") == (200, PDF)
        assert _get(f"{base}/{SITE}/moved")[0] == 302
        assert _get(f"{base}/{SITE}/refused.html") == (403, "样本：拒绝".encode())
    finally:
        server.terminate()
        server.wait()
