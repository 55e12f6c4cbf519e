"""Text from attachments: every kind exact, every bad file a state. All contents are samples written for this project."""

import gzip
import io
import os
import re
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.attachments.extraction import STATES, Extracted, Limits, extract
from archive.attachments.file_kinds import Kind, ole_streams, sniff
from archive.tables.file_pages import FilePage
from tests.files import (
    DOCX,
    HTML,
    MHTML,
    NOTICE,
    PICTURE,
    PNG,
    SAMPLE,
    SPREADSHEET_ML,
    TABLE,
    WHOLE,
    docx,
    inside,
    ole,
    pdf,
    rtf,
    text_cell,
    word,
    xlsx,
    zipped,
)
from tests.waiting import wait_until

FIXTURES = Path(__file__).parent / "attachments"


def without_blank_lines(text: str | None) -> str:
    return re.sub(r"\n+", "\n", text or "")


READABLE = {
    "docx": (DOCX, Kind.DOCX, WHOLE),
    "html": (HTML.encode(), Kind.HTML, WHOLE),
    "html in GBK": (HTML.replace("utf-8", "gb2312").encode("gb18030"), Kind.HTML, WHOLE),
    "web archive": (MHTML.encode(), Kind.MHTML, WHOLE),
    "text": (WHOLE.encode(), Kind.TEXT, WHOLE),
    "text in GB 18030": (WHOLE.encode("gb18030"), Kind.TEXT, WHOLE),
    "text with mark": (WHOLE.encode("utf-8-sig"), Kind.TEXT, WHOLE),
    "text in UTF-16": (WHOLE.encode("utf-16"), Kind.TEXT, WHOLE),
    "rtf": (rtf(WHOLE.replace("\n", "\\par\n").replace("\t", "\\tab ")), Kind.RTF, WHOLE),
    "rtf in Unicode": (rb"{\rtf1\uc1 \u26679?\u26412?\u-10176?\u-9216?.}", Kind.RTF, "样本𠀀."),
    "excel xml": (SPREADSHEET_ML.encode(), Kind.XML, TABLE),
    "gzip": (gzip.compress(WHOLE.encode()), Kind.GZIP, WHOLE),
    "pdf": (pdf(b"BT /F1 12 Tf 20 100 Td (A sample of the project.) Tj ET"), Kind.PDF, "A sample of the project."),
    "xls": ((FIXTURES / "sample.xls").read_bytes(), Kind.XLS, f"名称\t金额（万元）\t日期\n样本甲\t1234.56\t2017-12-19\n样本乙\t78\t2018-01-02\n{SAMPLE}"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "text"), READABLE.values(), ids=READABLE)
def test_chinese_text_comes_out_exact(data: bytes, kind: Kind, text: str) -> None:
    assert replace(extract(data, "misleading.exe"), tables=(), pages=()) == Extracted(text, kind.value, "text", None)


def test_an_old_word_file_is_read() -> None:
    if not (shutil.which("antiword") or shutil.which("soffice")):
        pytest.skip("neither antiword nor LibreOffice is installed")
    found = extract((FIXTURES / "sample.doc").read_bytes(), "a.doc")
    assert (without_blank_lines(found.text), found.media_type, found.state) == (WHOLE, "application/msword", "text")


def test_doc_by_libreoffice_when_antiword_fails(
    only_on_path: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("LibreOffice is not installed")
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{only_on_path(antiword='exit 1')}{os.pathsep}{path}")
    found = extract((FIXTURES / "sample.doc").read_bytes(), "a.doc")
    assert (found.text, found.state) == (WHOLE, "text")
    assert [table.rows for table in found.tables] == [tuple(tuple(line.split("\t")) for line in TABLE.split("\n"))]


def test_doc_without_a_converter(only_on_path: Callable[..., Path]) -> None:
    only_on_path()
    found = extract((FIXTURES / "sample.doc").read_bytes(), "a.doc")
    assert (found.text, found.state) == (None, "no_converter")
    assert "antiword" in (found.message or "")


def test_a_program_that_hangs_is_ended(only_on_path: Callable[..., Path]) -> None:
    script = only_on_path(antiword="while :; do /bin/sleep 0.1; done") / "antiword"
    found = extract((FIXTURES / "sample.doc").read_bytes(), "a.doc", Limits(seconds=2))
    assert (found.state, found.message) == ("failed", "the converter was stopped after 2 s")
    wait_until(lambda: not processes_of(script))


def processes_of(script: Path) -> list[Path]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if str(script).encode() in path.read_bytes():
                found.append(path)
    return found


def test_docx_made_by_a_library() -> None:
    library = pytest.importorskip("docx", reason="python-docx is not installed")
    document = library.Document()
    document.add_paragraph(SAMPLE)
    document.add_paragraph(NOTICE)
    table = document.add_table(3, 2)
    for row, line in enumerate(TABLE.split("\n")):
        for column, text in enumerate(line.split("\t")):
            table.cell(row, column).text = text
    document.add_paragraph("结束。")
    stream = io.BytesIO()
    document.save(stream)
    assert extract(stream.getvalue(), "a.doc").text == WHOLE


def test_docx_keeps_forms_and_boxes_and_leaves_out_what_is_deleted_or_moved_away() -> None:
    form = f"<w:sdt><w:sdtContent>{word('控件')}</w:sdtContent></w:sdt>"
    box = f"<w:p><w:r><w:t>前</w:t><w:pict><w:txbxContent>{word('框')}</w:txbxContent></w:pict></w:r></w:p>"
    edited = "<w:p><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:t>删</w:t></w:r></w:del><w:r><w:tab/><w:t>后</w:t></w:r></w:p>"
    moved = "<w:p><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移</w:t></w:r></w:moveTo></w:p>"
    assert inside(docx(form + box + edited + moved)).text == "控件\n前\n框\n增\t后\n移"


def test_every_sheet_with_its_name() -> None:
    first = (
        f'<row r="1">{text_cell("A1", "名称")}{text_cell("C1", "金额")}</row>'
        '<row r="3"><c r="A3"><v>1234.5600000000001</v></c><c r="B3"><v>78</v></c><c r="C3" t="b"><v>1</v></c></row>'
    )
    data = xlsx(first, f'<row r="1">{text_cell("A1", "乙")}</row>', "")
    assert extract(data, "a.xlsx").text == "表1\n名称\t\t金额\n1234.56\t78\tTRUE\n\n表2\n乙"
    assert inside(xlsx(f'<row r="1">{text_cell("A1", "乙")}</row>')).text == "乙"


def test_pdf_of_a_line_drawn_out_of_order() -> None:
    found = extract((FIXTURES / "sample.pdf").read_bytes(), "a.pdf")
    assert (found.text, found.state) == (WHOLE.replace("\t", " "), "text")


def test_pdf_made_by_a_browser(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("Chromium is not installed")
    (tmp_path / "a.html").write_text(HTML, "utf-8")
    out = tmp_path / "a.pdf"
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
         "--no-pdf-header-footer", f"--print-to-pdf={out}", (tmp_path / "a.html").as_uri()],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    if not out.exists():
        pytest.skip("Chromium could not print here")
    found = extract(out.read_bytes(), "a.pdf")
    assert found.state == "text"
    lines = without_blank_lines(found.text).split("\n")
    assert lines[:2] == [SAMPLE, NOTICE]
    assert "".join(lines[2:]).replace(" ", "") == (TABLE + "结束。").replace("\t", "").replace("\n", "")


REFUSED = {
    "nothing": (b"", "a.pdf", "empty"),
    "two bytes": (b"\r\n", "a.pdf", "empty"),
    "blanks": (b" \r\n\0" * 50, "a.txt", "empty"),
    "a sheet without cells": (xlsx("", ""), "a.xlsx", "empty"),
    "an empty zip": (zipped({}), "a.zip", "empty"),
    "a program": (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(200), "a.doc", "executable"),
    "another program": (b"\x7fELF\2\1\1" + bytes(200), "a.pdf", "executable"),
    "a program in a zip": (zipped({"a.exe": b"MZ\x90\0" + bytes(200)}), "a.zip", "executable"),
    "an encrypted pdf": ((FIXTURES / "encrypted.pdf").read_bytes(), "a.pdf", "encrypted"),
    "an encrypted office file": (ole("EncryptedPackage"), "a.xlsx", "encrypted"),
    "a cut pdf": (b"%PDF-1.4\n1 0 obj<</Type/Catalog", "a.pdf", "failed"),
    "a cut docx": (DOCX[: len(DOCX) // 2], "a.docx", "failed"),
    "a cut xls": ((FIXTURES / "sample.xls").read_bytes()[:1200], "a.xls", "failed"),
    "a docx of broken xml": (docx("<w:p>"), "a.docx", "failed"),
    "a cut gzip": (gzip.compress(bytes(range(256)) * 20)[:-12], "a.gz", "failed"),
    "an image": (PNG, "a.pdf", "needs_ocr"),
    "a scanned pdf": (pdf(PICTURE + b"BT /F1 9 Tf 9 9 Td (- 1 -) Tj ET"), "a.pdf", "needs_ocr"),
    "a pdf of nothing": (pdf(b""), "a.pdf", "needs_ocr"),
    "a rar": (b"Rar!\x1a\x07\x00" + bytes(50), "a.zip", "unsupported"),
    "control characters": (b"\x01 not text\n" * 50, "a.txt", "unsupported"),
    "an unknown ole file": (ole("SomethingElse"), "a.doc", "unsupported"),
    "noise": (bytes(range(1, 256)), "a.doc", "unsupported"),
    "a zip in a zip": (zipped({"b.zip": zipped({"c.txt": SAMPLE.encode()})}), "a.zip", "unsupported"),
}


@pytest.mark.parametrize(("data", "name", "state"), REFUSED.values(), ids=REFUSED)
def test_each_bad_file_has_a_state(data: bytes, name: str, state: str) -> None:
    found = extract(data, name)
    assert (found.state, found.text) == (state, None)
    assert found.message
    assert "\n" not in found.message


def test_rtf_that_counts_below_nothing_loses_no_text() -> None:
    assert inside(rb"{\rtf1\uc-1 \u26679 sample text}").text == "样sample text"


def test_encrypted_members(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": SAMPLE.encode()}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1  # the flag that says so
    assert inside(bytes(data)).state == "encrypted"


def test_a_page_of_text_and_a_page_of_picture_say_what_is_missing() -> None:
    data = pdf(PICTURE + b"BT /F1 9 Tf 9 9 Td (More text than a page number) Tj ET")
    assert inside(data).text == "More text than a page number"


BLOCK = "<html><body><p>请输入验证码</p><form><table><tr><td>验证码</td><td>输入</td></tr></table></form></body></html>"
ERROR = "<html><head><title>404</title></head><body><h1>404 Not Found</h1>nginx</body></html>"
HOME = (
    "<html><body>"
    + "<a href='x'>同心县人民政府门户网站栏目</a>" * 60
    + "<table><tr><td>a</td><td>b</td></tr></table></body></html>"
)


@pytest.mark.parametrize(
    ("page", "name", "state"),
    [
        (BLOCK, "样本.xls", "not_a_document"),
        (BLOCK, "download.jsp", "text"),  # asked for as a page
        (BLOCK, "附件", "not_a_document"),
        (ERROR, "a.pdf", "not_a_document"),
        (HOME, "a.xls", "not_a_document"),
        (HTML, "a.pdf", "not_a_document"),
        ("<script>location='/'</script><html></html>", "a.doc", "not_a_document"),
        (HTML, "a.xls", "text"),
        ("<table>" + "<tr><td>防火墙</td><td>500</td></tr>" * 3 + "</table>", "a.xls", "text"),
        ("<table><tr><td>名称</td><td>404</td></tr></table>", "a.xls", "text"),
        (f"<html xmlns:o='urn:schemas-microsoft-com:office:office'><body>{SAMPLE}</body></html>", "a.doc", "text"),
        (f"<html><body>{NOTICE * 10}</body></html>", "a.doc", "text"),
        (HTML, "附件", "text"),
        (ERROR, "a.html", "text"),
    ],
)
def test_a_web_page_in_place_of_a_file(page: str, name: str, state: str) -> None:
    assert inside(page.encode(), name).state == state


def gbk_zip(name: str, content: bytes) -> bytes:
    """A zip as Chinese Windows writes it: the name in GBK, without the flag for UTF-8."""
    stand_in = "x" * len(name.encode("gbk"))
    return zipped({stand_in: content}).replace(stand_in.encode(), name.encode("gbk"))


def test_members_of_a_zip_with_names_in_gbk() -> None:
    found = extract(gbk_zip("样本说明.txt", SAMPLE.encode("gb18030")), "a.zip")
    pages = (FilePage(0, "file", 1, member="样本说明.txt"),)
    text = f"样本说明.txt\n{SAMPLE}"
    assert found == Extracted(text, "application/zip", "text", None, ("样本说明.txt",), pages=pages)


def test_members_of_a_zip_are_read_each_by_its_kind() -> None:
    members = {
        "folder/": b"", "__MACOSX/x": b"x" * 40, "folder/表.docx": DOCX, "b.zip": zipped({"c.txt": b"x" * 40}),
        "程序.exe": b"MZ\x90\0" + bytes(200), "d.txt": NOTICE.encode(),
    }  # fmt: skip
    found = extract(zipped(members), "a.zip")
    assert found.state == "text"
    assert found.members == ("folder/表.docx", "b.zip", "程序.exe", "d.txt")
    assert found.text == f"folder/表.docx\n{WHOLE}\n\nd.txt\n{NOTICE}"
    assert found.message == "b.zip: an archive within an archive is not opened; 程序.exe: the file is a program"


def test_a_damaged_member_does_not_spoil_the_others() -> None:
    data = zipped({"a.txt": SAMPLE.encode(), "b.txt": NOTICE.encode()}, zipfile.ZIP_STORED)
    found = inside(data.replace(SAMPLE.encode(), SAMPLE.replace("样", "洋").encode()))
    assert (found.state, found.text) == ("text", f"b.txt\n{NOTICE}")


SMALL = Limits(max_bytes=200_000, max_unpacked=1_000_000, max_members=5, max_text=1000)
TOO_LARGE = {
    "the file": os.urandom(200_001),
    "gzip": gzip.compress(bytes(5_000_000)),
    "zip": zipped({"a.txt": bytes(5_000_000)}),
    "many small parts of a zip": zipped({f"{n}.txt": b"x" * 300_000 for n in range(4)}),
    "docx": zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * 5_000_000}),
    "xlsx": zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b" " * 5_000_000}),
    "members": zipped({f"{n}.txt": SAMPLE.encode() for n in range(6)}),
}


@pytest.mark.parametrize("data", TOO_LARGE.values(), ids=TOO_LARGE)
def test_bombs_are_refused(data: bytes) -> None:
    found = extract(data, "a", SMALL)
    assert (found.state, found.text) == ("too_large", None)


def test_a_zip_that_lies_about_its_sizes() -> None:
    data = bytearray(zipped({"a.txt": bytes(5_000_000)}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + place, 100)
    assert extract(bytes(data), "a.zip", SMALL).state in ("failed", "too_large")


def test_long_text_is_cut_and_says_so() -> None:
    found = extract(("样本" * 1000).encode(), "a.txt", SMALL)
    assert (len(found.text or ""), found.state) == (1000, "text")
    assert found.message == "the text is cut after 1000 characters"


def test_too_little_memory_is_a_state() -> None:
    data = docx(word(SAMPLE) * 50_000)
    assert extract(data, "a.docx", Limits(memory=80 << 20)).state == "too_large"
    assert extract(data, "a.docx").state == "text"


def test_recognition_without_its_package() -> None:
    try:
        import rapidocr_onnxruntime  # noqa: F401
    except ImportError:
        found = extract(PNG, "a.png", ocr=True)
        assert (found.state, found.text) == ("ocr_not_installed", None)
        assert "rapidocr-onnxruntime is not installed" in (found.message or "")
    else:
        pytest.skip("rapidocr-onnxruntime is installed")


def test_a_scan_is_recognised_and_marked(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr_onnxruntime", reason="rapidocr-onnxruntime is not installed")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("Chromium is not installed")
    page, out = tmp_path / "a.html", tmp_path / "a.png"
    page.write_text(f"<meta charset=utf-8><body style='font-size:32px'><p>{SAMPLE}</p>", "utf-8")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}/profile", f"--screenshot={out}",
         "--window-size=1000,300", page.as_uri()],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    if not out.exists():
        pytest.skip("Chromium could not draw here")
    found = extract(out.read_bytes(), "a.png", Limits(seconds=120, memory=8 << 30), ocr=True)
    assert found.state == "ocr"
    assert "样本文件" in (found.text or "")
    assert "recognised" in (found.message or "")


def test_embedded_files_do_not_decide_the_kind() -> None:
    assert "WordDocument" in ole_streams((FIXTURES / "sample.doc").read_bytes())
    assert "Workbook" in ole_streams((FIXTURES / "sample.xls").read_bytes())
    assert sniff((FIXTURES / "sample.doc").read_bytes() + "Workbook".encode("utf-16-le")) == Kind.DOC


STARTS = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"{\\rtf1",
    b"<html>",
    b"<?xml version='1.0'?>",
    b"\x1f\x8b\x08",
    ole("Book"),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), st.binary(min_size=16, max_size=300) | st.text(max_size=99).map(str.encode))
def test_any_bytes_in_a_state_out(start: bytes, rest: bytes) -> None:
    found = inside(start + rest, "a.doc")
    assert found.state in STATES
    assert (found.text is not None) == (found.state == "text")
