"""Attachments at the edges: each limit, each mark by which a kind is told, each state. All contents are samples."""

import asyncio
import base64
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from archive.attachments import converter_process, stand_in_font
from archive.attachments.extraction import SMALLEST, Extracted, Limits, extract
from archive.attachments.file_kinds import Kind, ole_streams, sniff
from archive.attachments.markup import read_html
from archive.attachments.reading import Order, read
from archive.model.observations import AttachmentFile
from crawler.spiders.pages import MOST_FILES, read_record
from pipelines import attachments
from tests.files import DOCX, NOTICE, PICTURE, PNG, SAMPLE, docx, ole, pdf, word, word_table, zipped

A_FILE = AttachmentFile(
    "http://p.example/1.html", "样本.txt", "http://p.example/1.txt", None, None, None, None, "pending"
)
FIXTURES = Path(__file__).parent / "attachments"
DOC = (FIXTURES / "sample.doc").read_bytes()


def inside(data: bytes, name: str = "a", **limits: int) -> Extracted:
    """The reading without a process of its own, for what is only a matter of content."""
    return read(data, Order(name, Limits(**limits), ocr=False))


# --- limits: the last that is let through, the first that isn't ---


@pytest.mark.parametrize(
    ("ocr", "of_portal", "given"), [(False, 512, 512), (False, 4096, 4096), (True, 512, 2048), (True, 4096, 4096)]
)
def test_a_file_may_take_what_its_portal_says_and_a_scan_no_less_than_models_need(
    monkeypatch: pytest.MonkeyPatch, ocr: bool, of_portal: int, given: int
) -> None:
    limits: list[Limits] = []

    def noted(_: bytes, __: str, limit: Limits, *, ocr: bool) -> Extracted:
        limits.append(limit)
        return Extracted("样本", "text/plain", "ocr" if ocr else "text")

    monkeypatch.setattr(attachments, "extract", noted)
    assert attachments.FileReader(ocr=ocr, memory_mb=of_portal).read(A_FILE, b"sample").text == "样本"
    assert [limit.memory >> 20 for limit in limits] == [given]


@pytest.mark.parametrize(
    ("taken", "ocr", "given"),
    [(60.0, False, [60.0] * 32 + [5.0] * 20), (2.0, False, [60.0] * 2000), (60.0, True, [300.0] * 50)],
)
def test_files_that_are_slow_leave_less_time_to_the_others(
    monkeypatch: pytest.MonkeyPatch, taken: float, ocr: bool, given: list[float]
) -> None:
    """A thousand files of a minute each would hold a crawl, and a processor, for a day."""
    seconds: list[float] = []
    clock = [0.0]

    def slow(_: bytes, __: str, limit: Limits, *, ocr: bool) -> Extracted:
        seconds.append(limit.seconds)
        clock[0] += min(taken, limit.seconds)
        return Extracted("样本", "text/plain", "ocr" if ocr else "text")

    monkeypatch.setattr(attachments, "extract", slow)
    monkeypatch.setattr(attachments, "monotonic", lambda: clock[0])
    reader = attachments.FileReader(ocr=ocr, memory_mb=512)
    for _ in given:
        reader.read(A_FILE, b"sample")
    assert seconds == given


def test_a_crawl_has_two_of_its_files_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All crawls of a process share its threads: one portal's slow files must leave some to the others."""
    running, most = [0], [0]

    def noted(file: AttachmentFile, _: bytes) -> AttachmentFile:
        running[0] += 1
        most[0] = max(most[0], running[0])
        sleep(0.02)
        running[0] -= 1
        return file

    pipeline = attachments.AttachmentsPipeline(ocr=False, memory_mb=512)
    monkeypatch.setattr(attachments.FileReader, "read", lambda _, file, data: noted(file, data))

    async def all_of_them() -> None:
        await asyncio.gather(*(pipeline.process_item(replace(A_FILE, data=b"sample")) for _ in range(8)))

    asyncio.run(all_of_them())
    assert most == [2]


@pytest.mark.parametrize(("size", "state"), [(SMALLEST - 1, "empty"), (SMALLEST, "text"), (SMALLEST + 1, "text")])
def test_fewer_than_16_bytes_are_no_file(size: int, state: str) -> None:
    assert SMALLEST == 16
    assert inside(b"a" * size).state == state
    assert extract(b"a" * size, "a.txt").state == state


@pytest.mark.parametrize(("over", "state"), [(-1, "text"), (0, "text"), (1, "too_large")])
def test_a_file_may_have_just_so_many_bytes(over: int, state: str) -> None:
    found = extract(b"a" * (1000 + over), "a.txt", Limits(max_bytes=1000))
    assert found.state == state
    assert (found.message == "the file has 1001 bytes, the limit is 1000") == (state == "too_large")


@pytest.mark.parametrize(("over", "state"), [(-1, "text"), (0, "text"), (1, "too_large")])
def test_what_is_packed_may_unpack_to_just_so_many_bytes(over: int, state: str) -> None:
    size = 1000
    assert inside(gzip.compress(b"a" * (size + over)), max_unpacked=size).state == state
    assert inside(zipped({"a.txt": b"a" * (size + over)}), max_unpacked=size).state == state
    halves = zipped({"a.txt": b"a" * 500, "b.txt": b"b" * (size - 500 + over)})
    assert inside(halves, max_unpacked=size).state == state
    with zipfile.ZipFile(io.BytesIO(DOCX)) as archive:
        whole = sum(entry.file_size for entry in archive.infolist())
    assert inside(DOCX, max_unpacked=whole - over).state == state


@pytest.mark.parametrize(("count", "state"), [(4, "text"), (5, "text"), (6, "too_large")])
def test_an_archive_may_hold_just_so_many_files(count: int, state: str) -> None:
    skipped = {"folder/": b"", "__MACOSX/x": b"x", "Thumbs.db": b"x", "a/.DS_Store": b"x", "desktop.ini": b"x"}
    found = inside(zipped({**skipped, **{f"{n}.txt": SAMPLE.encode() for n in range(count)}}), max_members=5)
    assert found.state == state
    assert len(found.members) == min(count, 5)
    assert found.members[0] == "0.txt"


@pytest.mark.parametrize(("over", "state"), [(0, "text"), (1, "too_large")])
def test_an_office_file_may_have_just_so_many_parts(over: int, state: str) -> None:
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": zipfile.ZipFile(io.BytesIO(DOCX)).read("word/document.xml"),
    }
    parts |= {f"word/{n}.xml": b"" for n in range(40 - 2 + over)}
    assert inside(zipped(parts), max_members=2).state == state


@pytest.mark.parametrize(("over", "message"), [(-1, None), (0, None), (1, "the text is cut after 1000 characters")])
def test_a_text_may_have_just_so_many_characters(over: int, message: str | None) -> None:
    found = inside(("样" * (1000 + over)).encode(), max_text=1000)
    assert (len(found.text or ""), found.message) == (min(1000 + over, 1000), message)
    name = len("a.txt\n")
    packed = inside(zipped({"a.txt": ("样" * (1000 - name + over)).encode()}), max_text=1000)
    assert (len(packed.text or ""), packed.message) == (min(1000 + over, 1000), message)


def test_a_pdf_is_read_up_to_so_many_pages_and_says_how_many_are_left() -> None:
    data = pages(b"BT /F1 12 Tf 20 100 Td (A sample of the project.) Tj ET", 3)
    for most, message in ((2, "not read: 1 page"), (3, None), (4, None)):
        found = inside(data, max_pages=most)
        assert (found.text, found.message) == ("\n\n".join(["A sample of the project."] * min(most, 3)), message)
    assert inside(data, max_text=24).message == "the text is cut after 24 characters"


def pages(content: bytes, count: int) -> bytes:
    """A PDF of so many pages, each the same."""
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)]
    for n in range(count):
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %d 0 R/Resources<<"
            b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>" % (4 + 2 * n),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


class Reader:
    """Stands for the package that recognises text, which reads the same on each page."""

    def read_page(self, _page: object) -> str:
        return SAMPLE

    read = read_page


def test_a_picture_s_text_is_said_to_be_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.attachments.reading.recogniser", Reader)
    found = read(PNG, Order("a.png", Limits(), ocr=True))
    assert (found.state, found.text, found.message) == ("ocr", SAMPLE, "the text was recognised and may be wrong")


@pytest.mark.parametrize(("most", "missing"), [(2, "; without text: 1 of 3 pages"), (3, "")])
def test_so_many_pages_are_recognised_and_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch, most: int, missing: str
) -> None:
    monkeypatch.setattr("archive.attachments.reading.recogniser", Reader)
    found = read(pages(b"", 3), Order("a.pdf", Limits(max_ocr_pages=most), ocr=True))
    assert (found.state, (found.text or "").split()) == ("ocr", [SAMPLE] * most)
    assert found.message == f"recognised, and may be wrong: {most} of 3 pages{missing}"


@pytest.mark.parametrize(("characters", "state"), [(11, "needs_ocr"), (12, "text"), (13, "text")])
def test_a_picture_with_hardly_any_text_is_a_scan(characters: int, state: str) -> None:
    text = b"BT /F1 9 Tf 9 9 Td (%s) Tj ET" % (b"a" * characters)
    assert inside(pdf(PICTURE + text)).state == state
    assert inside(pdf(text)).state == "text", "short, and no picture"


def test_only_the_first_twenty_members_without_text_are_named() -> None:
    for count, notes in ((19, 19), (20, 20), (21, 21), (30, 21)):
        members = {f"{n}.exe": b"MZ\x90\0" + bytes(200) for n in range(count)}
        found = (inside(zipped({"a.txt": SAMPLE.encode(), **members})).message or "").split("; ")
        assert len(found) == notes
        assert (found[-1] == f"and {count - 20} more") == (count > 20)


@pytest.mark.parametrize(("count", "kept"), [(49, 49), (50, 50), (51, 50)])
def test_a_record_has_so_many_files_at_the_most(count: int, kept: int) -> None:
    links = "".join(f'<p><a href="f/{n}.doc">样本附件{n}.doc</a></p>' for n in range(count))
    page = f'<html><body><h1>样本</h1><div class="TRS_Editor"><p>样本正文</p>{links}</div></body></html>'
    found = read_record(page, "http://p.example/1.html", "http://p.example/1.html", cut=False)
    assert MOST_FILES == 50
    assert len(found.attachments) == kept
    assert found.attachments[0].name == "样本附件0.doc"


# --- kinds, told by their bytes ---

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
MAGIC: list[tuple[bytes, Kind]] = [
    (b"{\\rtf1 a}", Kind.RTF), (b"\x1f\x8b\x08", Kind.GZIP), (b"\x1f\x8b\x07", Kind.UNKNOWN), (b"Rar!\x1a\x07\x00", Kind.RAR),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP), (PNG_MAGIC, Kind.PNG), (b"\xff\xd8\xff\xe0", Kind.JPEG), (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF), (b"II*\0", Kind.TIFF), (b"MM\0*", Kind.TIFF), (b"\x7fELF", Kind.EXECUTABLE), (b"\xcf\xfa\xed\xfe", Kind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", Kind.EXECUTABLE), (b"L\0\0\0\x01\x14\x02\0", Kind.EXECUTABLE), (b"MZ\x90\0", Kind.EXECUTABLE),
    (b"MZ" + b"a" * 61 + b"\0", Kind.EXECUTABLE), (b"MZ" + b"a" * 62 + b"\0", Kind.UNKNOWN), ("MZ样本文字".encode(), Kind.TEXT),
    (b"BM" + b"\1\1\1\1" + b"\0\0\0\0", Kind.BMP), (b"BMW sample text", Kind.TEXT), (b"RIFF\1\1\1\1WEBP", Kind.WEBP), (b"RIFF\1\1\1\1WAVE", Kind.UNKNOWN),
    (b"a" * 1019 + b"%PDF-1.4", Kind.PDF), (b"a" * 1020 + b"%PDF-1.4", Kind.TEXT), (b"PK\x03\x04cut", Kind.DAMAGED), (b"PK\x05\x06", Kind.DAMAGED),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), Kind.DAMAGED), (ole("Workbook"), Kind.XLS), (ole("Book"), Kind.XLS),
    (ole("PowerPoint Document"), Kind.PPT), (ole("EncryptedPackage"), Kind.ENCRYPTED_OFFICE), (ole("Other"), Kind.OLE), (DOC, Kind.DOC),
    (zipped({"a": b""}), Kind.ZIP), (zipped({}), Kind.ZIP), (zipped({"OFD.xml": b""}), Kind.OFD), (zipped({"word/document.xml": b""}), Kind.ZIP),
    *((zipped({"[Content_Types].xml": b"", f"{folder}/a.xml": b""}), kind) for folder, kind in (("word", Kind.DOCX), ("xl", Kind.XLSX), ("ppt", Kind.PPTX), ("x", Kind.ZIP))),
    *((zipped({"mimetype": kind.encode()}), kind) for kind in (Kind.ODT, Kind.ODS)),
    (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b", Kind.MHTML), (b"MIME-Version: 1.0\nContent-Type: text/plain", Kind.TEXT),
    (b"<?xml version='1.0'?><a/>", Kind.XML), (b"<?mso-application progid='x'?><a/>", Kind.XML), (b"<?xml version='1.0'?><html/>", Kind.HTML),
    *((tag + b">a", Kind.HTML) for tag in (b"<!DOCTYPE html", b"<HTML", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<div", b"<title", b"<p", b"<style")),
    (b"<a>b", Kind.TEXT), (b"text, then <html>", Kind.TEXT), (b"\xef\xbb\xbf  \n<html>", Kind.HTML), ("\ufeff<html>".encode("utf-16-le"), Kind.HTML),
    (b"a" * 49 + b"\x01", Kind.TEXT), (b"a" * 48 + b"\x01", Kind.UNKNOWN), (b"a\0b", Kind.UNKNOWN), (b"a\tb\r\nc\fd\x1a", Kind.TEXT), (b"\xff\xff\xff", Kind.UNKNOWN),
    ("样本".encode("utf-16"), Kind.TEXT), ("样本".encode("gb18030"), Kind.TEXT),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(MAGIC)))
def test_each_kind_is_told_by_its_bytes(place: int) -> None:
    data, kind = MAGIC[place]
    assert (sniff(data), data[:40]) == (kind, data[:40])


@pytest.mark.parametrize("bit", range(16))
def test_of_a_word_file_s_flags_one_says_that_it_is_encrypted(bit: int) -> None:
    """fEncrypted, bit 8 of the flags at byte 10 of the file information block ([MS-DOC] 2.5.2)."""
    data = bytearray(DOC)
    place = ole_streams(DOC)["WordDocument"] + 10
    (flags,) = struct.unpack_from("<H", data, place)
    struct.pack_into("<H", data, place, flags & ~0x0100 | 1 << bit)
    assert sniff(bytes(data)) == (Kind.ENCRYPTED_OFFICE if bit == 8 else Kind.DOC)


def test_an_encrypted_word_file_has_a_state() -> None:
    data = bytearray(DOC)
    data[ole_streams(DOC)["WordDocument"] + 11] |= 1
    found = extract(bytes(data), "a.doc")
    assert (found.state, found.text, found.message) == ("encrypted", None, "the office file asks for a password")


# --- pages in place of files ---


@pytest.mark.parametrize(
    ("body", "name", "state"),
    [
        ("验证码" + "样" * 596, "附件", "not_a_document"), ("验证码" + "样" * 597, "附件", "text"),
        ("样" * 29, "附件", "not_a_document"), ("样" * 30, "附件", "text"), ("样" * 199, "a.doc", "not_a_document"), ("样" * 200, "a.doc", "text"),
        ("样" * 900, "a.pdf", "not_a_document"), ("样" * 900, "a.ofd", "not_a_document"), ("样", "a.shtml", "text"), ("验证码", "a.jsp", "text"),
        ("样" * 100 + "<a>" + "样" * 100 + "</a>", "a.xls", "text"), ("样" * 99 + "<a>" + "样" * 101 + "</a>", "a.xls", "not_a_document"),
        ("<table><tr><td>样<td>本</tr></table>", "a.xls", "text"), ("<table><tr><td>样<td></tr></table>", "a.xls", "not_a_document"),
        ("验证码<table>" + "<tr><td>样<td>本</tr>" * 2 + "</table>", "a.xls", "not_a_document"), ("验证码<table>" + "<tr><td>样<td>本</tr>" * 3 + "</table>", "a.xls", "text"),
    ],
)  # fmt: skip
def test_when_a_page_is_taken_for_a_file(body: str, name: str, state: str) -> None:
    assert inside(f"<html><body>{body}</body></html>".encode(), name).state == state


def test_what_a_page_hides_is_no_text() -> None:
    hidden = "".join(f"<{tag}>隐藏</{tag}>" for tag in ("script", "style", "noscript", "template", "object", "iframe"))
    assert (
        read_html(f"<html><body>前{hidden}<p style='DISPLAY : none'>隐藏<b>隐</b></p>后</body></html>").text == "前后"
    )


# --- archives in archives, members in states ---


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"a.exe": b"MZ\x90\0" + bytes(200), "b.pdf": pdf(b"")}, "needs_ocr"), ({"a.exe": b"MZ\x90\0" + bytes(200), "b": b"x"}, "executable"),
        ({"a": b"x", "b.rar": b"Rar!\x1a\x07\x00" + bytes(50)}, "unsupported"), ({"a.txt": SAMPLE.encode(), "b.pdf": pdf(b"")}, "text"),
        ({"a.docx": DOCX[:300], "b.xlsx": ole("EncryptedPackage")}, "encrypted"), ({"a.docx": DOCX[:300], "b.exe": b"MZ\x90\0" + bytes(200)}, "failed"),
        ({"a.zip": zipped({"b.txt": SAMPLE.encode()})}, "unsupported"), ({"a.gz": gzip.compress(SAMPLE.encode())}, "unsupported"), ({"a": b"x"}, "empty"),
    ],
)  # fmt: skip
def test_the_best_state_of_its_members_is_an_archive_s(members: dict[str, bytes], state: str) -> None:
    assert inside(zipped(members)).state == state


def test_an_archive_in_a_packed_file_is_not_opened() -> None:
    found = inside(gzip.compress(zipped({"a.txt": SAMPLE.encode()})))
    assert (found.state, found.message, found.media_type) == (
        "unsupported",
        "an archive within an archive is not opened",
        "application/gzip",
    )
    page = gzip.compress("<html><body>样本验证码</body></html>".encode())
    assert inside(page, "a.pdf.gz").state == "not_a_document", "known by its name without .gz"


def test_texts_can_be_stored_whatever_they_hold() -> None:
    found = inside("样本\0文字\0的样本，样本".encode("utf-16"))
    assert found.text == "样本文字的样本，样本"
    json.dumps(found.text).encode()


# --- programs that read a kind ---


@pytest.mark.parametrize(
    ("script", "state", "message"),
    [
        ("exit 1", "failed", "antiword finds no text in this .doc file; LibreOffice might"), ("echo 样本; exit 1", "failed", "antiword finds no text in this .doc file; LibreOffice might"),
        ("echo ' '", "failed", "antiword finds no text in this .doc file; LibreOffice might"), ("echo 样本", "text", None),
    ],
)  # fmt: skip
def test_what_becomes_of_a_program_is_a_state(
    only_on_path: Callable[..., Path], script: str, state: str, message: str | None
) -> None:
    only_on_path(antiword=script)
    found = extract(DOC, "a.doc", Limits(seconds=30))
    assert (found.state, found.message) == (state, message)


def test_a_program_sees_neither_the_environment_nor_the_folder_of_the_crawl(
    only_on_path: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_SECRET", "样本秘密")
    only_on_path(antiword='echo "样本[$SAMPLE_SECRET] $HOME"; pwd')
    text = extract(DOC, "a.doc").text or ""
    assert "样本[]" in text
    assert str(Path.home()) not in text.split()
    assert str(Path.cwd()) not in text.split()


def test_tables_and_pictures_of_word_files_as_antiword_prints_them(only_on_path: Callable[..., Path]) -> None:
    only_on_path(antiword="echo 样本; echo '[pic]'; echo '|甲   |乙 |'; echo '图[pic]文'")
    assert extract(DOC, "a.doc").text == "样本\n\n甲\t乙\n图文"


def test_of_word_files_with_tables_antiword_gives_the_text_and_no_table(only_on_path: Callable[..., Path]) -> None:
    only_on_path(antiword="echo '|甲   |乙 |'; echo '|1   |2 |'")
    found = extract(DOC, "a.doc")
    assert (found.text, found.tables) == ("甲\t乙\n1\t2", ())
    assert found.message == "the tables of this .doc file are not read; LibreOffice might"


def test_word_files_with_tables_are_read_by_libreoffice_where_it_is_installed(
    only_on_path: Callable[..., Path],
) -> None:
    converted = base64.b64encode(docx(word("样本") + word_table("甲\t乙\n1\t2"))).decode()
    soffice = f"echo {converted} | /usr/bin/base64 -d > file.docx"
    only_on_path(antiword="echo '|甲   |乙 |'", soffice=soffice)
    assert [table.rows for table in extract(DOC, "a.doc").tables] == [(("甲", "乙"), ("1", "2"))]
    only_on_path(antiword="echo '|甲   |乙 |'", soffice="exit 1")
    assert extract(DOC, "a.doc").text == "甲\t乙"
    only_on_path(antiword="echo 样本", soffice=soffice)
    assert extract(DOC, "a.doc").text == "样本"
    run_together = base64.b64encode(docx(word("甲乙12"))).decode()
    only_on_path(antiword="echo '|甲   |乙 |'", soffice=f"echo {run_together} | /usr/bin/base64 -d > file.docx")
    found = extract(DOC, "a.doc")
    assert (found.text, found.message) == ("甲\t乙", "the tables of this .doc file are not read")


def test_notes_at_the_foot_of_a_word_file_come_after_its_text() -> None:
    notes = word("样本脚注").join(
        ('<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">', "</w:footnotes>")
    )
    with zipfile.ZipFile(io.BytesIO(docx(word(NOTICE)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert inside(zipped({"word/footnotes.xml": notes.encode(), **parts})).text == f"{NOTICE}\n样本脚注"


# --- a name, and what is read before any file ---


def test_a_name_of_any_length_is_taken() -> None:
    assert extract(SAMPLE.encode(), "a" * 1_000_000 + ".txt").text == SAMPLE


def test_the_files_read_before_the_first_are_read_whole() -> None:
    """They stand for what portals attach: text, and a table in each."""
    for name, data in converter_process.made_files().items():
        found = extract(data, name)
        assert (found.state, found.message, len(found.tables)) == ("text", None, 1), name


def test_a_loaded_process_has_read_a_file_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none of its children is the first to."""
    names: list[str] = []

    def noted(data: bytes, order: Order) -> Extracted:
        names.append(order.name)
        return read(data, order)

    monkeypatch.setattr(converter_process, "read", noted)
    monkeypatch.setattr("gc.freeze", lambda: names.append("kept"))
    monkeypatch.setattr(stand_in_font, "install", lambda: None)  # it would stay
    converter_process.load(ocr=False)
    assert names == [*converter_process.made_files(), "kept"]
