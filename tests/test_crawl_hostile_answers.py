"""Whatever an answer says of itself, it is sealed before anybody reads it, and costs no more than its size."""

import bz2
import encodings.aliases
import gzip
import re
import ssl
import zipfile
import zlib
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.copies.redacted_copies import ELSEWHERE, redacted_copy
from archive.copies.sanitiser import NotShown
from archive.evidence.evidence_reader import Originals
from archive.evidence.text_encoding import decode_page
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from crawler.middlewares.charset import LARGEST_PAGE
from crawler.middlewares.evidence import MOST_ELEMENTS, MOST_OBJECTS
from tests.certificates import self_signed
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows

LIST = "/list.html"
SAMPLE = "样本正文，这是一个样本，不是政府文件。" * 8
LABELS = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "idna", "punycode", "undefined", "unicode_escape",
                 "raw_unicode_escape", "utf_8_sig", "utf-16", "mbcs", "oem", "x-user-defined", "\u6837\u672c", "\0", "'", "a" * 5000})  # fmt: skip
"""Every name of a codec in Python's registry, and what is no name of one."""


def listing(paths: list[str]) -> str:
    items = "".join(
        f'<li><a href="{path}">样本文件之{number}的标题</a><span>2017-05-02</span></li>'
        for number, path in enumerate(paths)
    )
    return f"<html><body><ul>{items}</ul></body></html>"


def record(head: str = "") -> str:
    return f"<html><head>{head}<title>样本</title></head><body><h1>样本文件</h1><div class='content'><p>{SAMPLE}</p></div></body></html>"


def crawled(tmp_path: Path, answers: dict[str, Answer | str]) -> tuple[Path, list[dict[str, object]]]:
    """Crawl a list that leads to all `answers`: the archive, and the captures of the records' pages in order."""
    with Site({LIST: listing(list(answers)), **answers}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert "Traceback" not in done.stdout + done.stderr
    db = tmp_path / "a.db"
    return db, rows(
        db, "SELECT * FROM captures WHERE url NOT LIKE '%list.html' AND url NOT LIKE '%robots.txt' ORDER BY url"
    )


def test_pages_in_every_encoding_that_python_knows_are_sealed_and_read(tmp_path: Path) -> None:
    in_header = {
        f"/h{number:03}.html": Answer(
            record().encode("gb18030"),
            f"text/html; charset={label}".encode("latin-1", "replace").decode("latin-1").replace("\0", ""),
        )
        for number, label in enumerate(LABELS)
    }
    in_page = {
        f"/m{number:03}.html": Answer(record(f'<meta charset="{label}">').encode("gb18030", "replace"), "text/html")
        for number, label in enumerate(LABELS)
    }
    db, captures = crawled(tmp_path, {**in_header, **in_page})
    assert len({capture["url"] for capture in captures}) == 2 * len(
        LABELS
    )  # a page that a label garbles is asked for again
    assert rows(db, "SELECT kind, message FROM problems WHERE kind IN ('failed', 'reading_failed')") == []
    read = rows(db, "SELECT count(*) AS n FROM records WHERE body LIKE '%样本正文%'")[0]["n"]
    assert isinstance(read, int)
    assert read > 2 * len(LABELS) * 0.8  # a label of the web that fits the bytes by chance is believed


@given(label=st.sampled_from(LABELS), body=st.binary(max_size=200))
def test_a_decoded_page_has_at_most_a_character_for_each_byte(label: str, body: bytes) -> None:
    assert len(decode_page(body, f"text/html; charset={label}")) <= len(body)
    page = b"<meta charset=" + label.encode() + b">" + body
    assert len(decode_page(page)) <= len(page)


@pytest.mark.parametrize("label", LABELS)
def test_every_label_decodes_every_byte(label: str) -> None:
    body = bytes(range(256))
    assert 0 < len(decode_page(body, f"text/html; charset={label}")) <= len(body)


def test_a_compressed_payload_under_a_codec_s_name_is_not_unpacked() -> None:
    assert len(decode_page(bz2.compress(bytes(1 << 20)), "text/html; charset=bz2")) < 1000


BROKEN = {
    "gzip that is none": (b"<html>no gzip</html>", "gzip"),
    "gzip cut in its head": (gzip.compress(b"x")[:5], "gzip"),
    "brotli that is none": (b"\xff" * 50, "br"),
    "zstd that is none": (b"<html>no zstd</html>", "zstd"),
    "deflate that is none": (b"<html>no deflate</html>", "deflate"),
    "an unknown coding": (b"<html>sample</html>", "snappy"),
    "forty codings": (gzip.compress(b"x"), ", ".join(["gzip"] * 40)),
    "gzip bomb": (gzip.compress(bytes(60 << 20), 1), "gzip"),
    "deflate bomb": (zlib.compress(bytes(60 << 20), 1), "deflate"),
    "brotli bomb": (brotli.compress(bytes(60 << 20), quality=1), "br"),
    "zstd bomb": (zstandard.compress(bytes(60 << 20)), "zstd"),
}


def test_answers_that_cannot_be_unpacked_are_sealed_as_they_came(tmp_path: Path) -> None:
    answers: dict[str, Answer | str] = {
        f"/{number:02}.html": Answer(body, headers=(("Content-Encoding", coding),))
        for number, (body, coding) in enumerate(BROKEN.values())
    }
    db, captures = crawled(tmp_path, answers)
    last = {str(row["url"]).rpartition("/")[2]: row["sha256"] for row in captures}
    assert last == {f"{number:02}.html": sha256(body).hexdigest() for number, (body, _) in enumerate(BROKEN.values())}
    kinds = rows(db, "SELECT substr(url, -7, 2) AS page, kind FROM problems ORDER BY page")
    assert [row["kind"] for row in kinds] == ["not_a_page"] * 7 + ["too_large"] * 4


DEEP = f"<html><body>{'<div>' * 3000}<h1>样本</h1><p>{SAMPLE}</p>{'</div>' * 3000}</body></html>"
ODD: dict[str, Answer | str] = {
    "/304.html": Answer("", status=304),
    "/302.html": Answer(record(), status=302),
    "/deep.html": DEEP,
    "/header.html": Answer(record(), headers=(("X-\xe6\xa0\xb7", "sample"),)),
    "/coding.html": Answer(record(), headers=(("Transfer-Encoding", "gzip, chunked"),)),
}


def test_of_answers_that_say_nothing_it_is_told_why_in_plain_words(tmp_path: Path) -> None:
    db, captures = crawled(tmp_path, ODD)
    told = rows(
        db, "SELECT replace(url, rtrim(url, replace(url, '/', '')), '') AS page, kind, message FROM problems ORDER BY 1"
    )
    assert [tuple(problem.values()) for problem in told] == [
        ("302.html", "http_error", "the portal answered 302 without saying where it leads"),
        ("304.html", "http_error", "the portal answered 304, that nothing changed, though nothing was known"),
        ("coding.html", "unreachable", "its answer is no HTTP: a header can't be read"),
        ("deep.html", "page_cut", "the page's elements stand in one another too deep to be read"),
        ("header.html", "unreachable", "its answer is no HTTP: a header can't be read"),
    ]
    assert {capture["outcome"] for capture in captures if "304" in str(capture["url"])} == {"error"}
    assert rows(db, "SELECT count(*) AS n FROM records") == [{"n": len(ODD)}]


HEADERS = (
    ("Date", "Fri, 31 Dec 9999 23:59:59 -0800"), ("Date", "昨天"),
    ("Last-Modified", "Fri, 31 Dec 9999 23:59:59 -2359"), ("Last-Modified", "0"), ("ETag", '"' * 5000), ("Expires", "-1"),
    ("Retry-After", "9" * 400), ("Age", "-9"), ("Content-Disposition", "attachment; filename*=utf-8''%ff%00../../样本"), ("Content-Language", "\x80"),
    ("Set-Cookie", "a=\x01; expires=Fri, 31 Dec 9999 23:59:59 -0800; max-age=1e99"), ("Content-Range", "bytes 9-1/0"), ("Link", "<http://[>; rel=next"),
    ("Refresh", "0;url=http://["), ("Content-Location", "http://[::1"), ("Content-Security-Policy", "\xff" * 900), ("Vary", "*" * 900), ("ETag", "e" * 60_000),
)  # fmt: skip
"""Headers that no server should send, or that nobody can make sense of; the first is that of all pages."""


def test_records_are_archived_whatever_headers_their_pages_have(tmp_path: Path) -> None:
    answers: dict[str, Answer | str] = {
        f"/{n:02}.html": Answer(record(), headers=(HEADERS[0], (name, value.encode().decode("latin-1"))))
        for n, (name, value) in enumerate(HEADERS)
    }
    db, captures = crawled(tmp_path, answers)
    assert [each["outcome"] for each in captures] == ["page"] * len(HEADERS)
    assert rows(db, "SELECT count(*) AS n FROM records WHERE body IS NOT NULL") == [{"n": len(HEADERS)}]
    doctor = disclosures("doctor", "--db", db, env={"DISCLOSURES_NOW": "2020-01-01T00:00:00Z"})  # asks what clocks said
    assert ("stands behind" in doctor.stdout, "Traceback" in doctor.stderr) == (True, False), doctor.stdout


NO_HTTP = (
    Answer(record(), status=int("9" * 30)),
    Answer(record(), status=-200),
    Answer(record(), headers=tuple((f"X-{n}", "a" * 1000) for n in range(300))),
    Answer(record(), headers=(("X", "a" * 300_000),)),
)


@pytest.mark.parametrize("answer", NO_HTTP)
def test_an_answer_without_a_status_or_an_end_of_its_headers_is_none(tmp_path: Path, answer: Answer) -> None:
    """Nothing of it reaches the archive, which could not keep it, or the memory, which could not hold it."""
    db, captures = crawled(tmp_path, {"/1.html": answer, "/2.html": record()})
    assert [str(capture["url"])[-7:] for capture in captures] == ["/2.html"]
    told = rows(db, "SELECT kind, message FROM problems")
    assert told == [{"kind": "unreachable", "message": "its answer is no HTTP: a header can't be read"}]
    assert rows(db, "SELECT outcome FROM crawls") == [{"outcome": "finished"}]


def test_a_page_on_which_a_pipeline_fails_is_a_problem_and_not_quoted_in_the_log(tmp_path: Path) -> None:
    fault = "import pipelines.normalise as it\ndef fail(page): raise RecursionError('样本')\nit.record_page = fail\n"
    with Site({LIST: listing(["/1.html"]), "/1.html": record()}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db", first=fault)
    told = rows(tmp_path / "a.db", "SELECT kind, message FROM problems")
    assert told == [
        {"kind": "reading_failed", "message": "reading the page failed (RecursionError: 样本); see the log"}
    ]
    log = (tmp_path / "crawl.log").read_text("utf-8")
    assert ("item=RecordPage" in log, "RecursionError" in log, SAMPLE[:10] in log) == (True, True, False)


def test_a_page_on_which_judging_fails_is_sealed(tmp_path: Path) -> None:
    """Our own fault while an answer is judged costs its reading, not its evidence."""
    fault = (
        "import crawler.middlewares.evidence as evidence\nreal = evidence.judge\n"
        "def judge(status, text, url, *rest, **named):\n"
        "    if url.endswith('bad.html'): raise RecursionError('样本')\n"
        "    return real(status, text, url, *rest, **named)\nevidence.judge = judge\n"
    )
    answers = {"/bad.html": record(), "/good.html": record()}
    with Site({LIST: listing(list(answers)), **answers}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        crawl(portal, tmp_path / "a.db", first=fault)
    sealed = rows(tmp_path / "a.db", "SELECT DISTINCT outcome FROM captures WHERE url LIKE '%bad.html'")
    assert [row["outcome"] for row in sealed] == ["error"]
    told = rows(tmp_path / "a.db", "SELECT message FROM problems WHERE url LIKE '%bad.html' AND kind = 'failed'")
    assert {row["message"] for row in told} == {"RecursionError: 样本"}
    bodies = rows(tmp_path / "a.db", "SELECT url, body IS NOT NULL AS read FROM records ORDER BY url")
    assert [row["read"] for row in bodies] == [0, 1]


@pytest.mark.parametrize(
    ("body", "coding"), [BROKEN["brotli bomb"], BROKEN["zstd bomb"], BROKEN["gzip bomb"], BROKEN["gzip that is none"]]
)
def test_a_probe_unpacks_no_more_than_a_crawl(body: bytes, coding: str) -> None:
    with Site({"/": Answer(body, headers=(("Content-Encoding", coding),))}) as site:
        done = disclosures("probe", site.url, "--delay", 0)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "unpacks to more than" in done.stderr or "could not be undone" in done.stderr


@pytest.mark.parametrize("label", ["idna", "bz2", "undefined", "punycode"])
def test_a_probe_reads_pages_under_any_label(label: str) -> None:
    fields = "<table><tr><td>索引号：640324001/2017-00001</td><td>发布日期：2017-05-02</td></tr></table>"
    page = record().replace("<h1>样本文件</h1>", f"<h1>样本文件</h1>{fields}").encode("gb18030")
    with Site({"/": Answer(page, f"text/html; charset={label}")}) as site:
        done = disclosures("probe", site.url, "--delay", 0, "--json")
    assert done.returncode == 0, done.stderr
    assert "640324001/2017-00001" in done.stdout
    assert "样本正文" in done.stdout


# --- certificates ---


def served_by_tls(site: Site, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site._http.socket = context.wrap_socket(site._http.socket, server_side=True)
    site.url = site.url.replace("http://", "https://")


@pytest.mark.parametrize(
    ("address", "days", "faults"),
    [
        ("127.0.0.1", 1, "is signed by itself"),
        ("127.0.0.9", 1, "is signed by itself; is another host's"),
        ("127.0.0.1", -3, "expired on 20..-..-..; is signed by itself"),
    ],
)
@pytest.mark.parametrize("old_tls", [False, True])
def test_a_faulty_certificate_is_a_problem_and_each_capture_keeps_its_fingerprint(
    tmp_path: Path, address: str, days: int, faults: str, old_tls: bool
) -> None:
    certificate = self_signed(tmp_path / "server.pem", address=address, days=days)
    site = Site({LIST: listing(["/1.html"]), "/1.html": record()})
    served_by_tls(site, certificate)
    with site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        portal.write_text(("old_tls = true\n" if old_tls else "") + portal.read_text("utf-8"), "utf-8")
        done = crawl(portal, tmp_path / "a.db")
    messages = [
        row["message"] for row in rows(tmp_path / "a.db", "SELECT message FROM problems WHERE kind = 'certificate'")
    ]
    assert len(messages) == 1, done.stdout
    assert re.fullmatch(f"the certificate of 127.0.0.1 {faults}", str(messages[0]))
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text()[certificate.read_text().index("-----BEGIN CERT") :])
    with closing(Originals(tmp_path / "a.evidence.db")) as originals:
        numbers = [int(str(row["id"])) for row in rows(tmp_path / "a.db", "SELECT id FROM captures")]
        kept = [originals.exchange(number).certificate for number in numbers]
    assert kept
    assert set(kept) == {sha256(der).hexdigest()}
    with closing(Originals(tmp_path / "a.evidence.db")) as originals:
        assert originals.certificate(sha256(der).hexdigest()) == der
    assert rows(tmp_path / "a.db", "SELECT DISTINCT certificate FROM captures") == [
        {"certificate": sha256(der).hexdigest()}
    ]
    assert disclosures("prove", "event:1", "--db", tmp_path / "a.db", "--out", tmp_path / "proof.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "proof.zip") as proof:
        assert proof.read(f"certificates/{sha256(der).hexdigest()}.der") == der
    (told,) = rows(tmp_path / "a.db", "SELECT * FROM certificates")
    assert (told["sha256"], told["subject"], told["issuer"]) == (
        sha256(der).hexdigest(),
        "CN=localhost",
        "CN=localhost",
    )
    assert (str(told["not_after"]) > clock.text(clock.now())) is (days > 0)


# --- captures of other sites ---


def test_a_capture_of_another_site_is_not_shown(tmp_path: Path) -> None:
    """As an archive has them that was crawled before redirects were kept on the site."""
    db, captures = crawled(tmp_path, {"/1.html": record()})
    number, digest = captures[0]["id"], str(captures[0]["sha256"])
    assert redacted_copy(db, tmp_path / "a.evidence.db", int(str(number)), digest).media_type.startswith("text/html")
    with closing(open_up_to_date(db)) as connection:
        connection.execute("UPDATE portals SET home = 'http://127.0.0.2/'")
        connection.execute("UPDATE catalogs SET url = 'http://127.0.0.2/list.html'")
        connection.commit()
    with pytest.raises(NotShown, match=ELSEWHERE):
        redacted_copy(db, tmp_path / "a.evidence.db", int(str(number)), digest)


def test_pages_of_more_elements_or_bytes_than_any_are_sealed_and_not_read(tmp_path: Path) -> None:
    file = "/long.txt"
    large = f"<!-- {'x' * LARGEST_PAGE} -->"
    answers: dict[str, Answer | str] = {
        "/elements.html": record() + "<b>" * (MOST_ELEMENTS + 1),
        "/lists.json": Answer(f"[{'[],' * MOST_OBJECTS}[]]", "application/json"),
        "/long.html": record() + large[2000:],
        "/longer.html": record() + large,
        "/objects.json": Answer(f"[{'{},' * MOST_OBJECTS}{{}}]", "application/json"),
        "/with_file.html": record().replace("</p>", f'<a href="{file}">附件</a></p>'),
    }
    with Site(
        {LIST: listing([*answers]), **answers, file: Answer(SAMPLE + large, "text/plain; charset=utf-8")}
    ) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    db = tmp_path / "a.db"
    told = rows(db, "SELECT replace(url, rtrim(url, replace(url, '/', '')), '') AS page, kind FROM problems ORDER BY 1")
    assert [tuple(problem.values()) for problem in told] == [
        (page, "too_large") for page in ("elements.html", "lists.json", "longer.html", "objects.json")
    ]
    sealed = rows(
        db,
        "SELECT count(DISTINCT url) AS n FROM captures WHERE url NOT LIKE '%list.html' AND url NOT LIKE '%robots.txt'",
    )
    assert sealed == [{"n": len(answers) + 1}]
    assert rows(db, "SELECT count(*) AS n FROM records WHERE body LIKE '%样本正文%'") == [{"n": 2}]
    assert rows(db, "SELECT state, text LIKE '%样本正文%' AS has_text FROM attachments") == [
        {"state": "text", "has_text": 1}
    ]
    assert rows(db, "SELECT outcome FROM captures WHERE url LIKE '%.txt' AND url NOT LIKE '%robots.txt'") == [
        {"outcome": "page"}
    ]
