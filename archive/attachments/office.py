"""Text and tables of office files: PDF, OFD, docx, pptx, odt, doc. A file that cannot be read raises `Unreadable`."""

import ctypes
import io
import os
import posixpath
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice, pairwise
from operator import itemgetter
from pathlib import Path

from lxml import etree
from pypdfium2 import PdfDocument, PdfiumError, PdfTextPage, raw  # type: ignore[import-untyped]

from archive.attachments import word
from archive.attachments.extraction import Limits
from archive.attachments.file_contents import FileContents
from archive.attachments.file_kinds import ProgramNeeded, Unreadable
from archive.attachments.markup import local_name, parse_xml, read_xml, tidy
from archive.tables import opendocument
from archive.tables.file_pages import SLIDE, FilePage, joined
from archive.tables.ofd_pages import OfdPage
from archive.tables.pdf_characters import text_of_page
from archive.tables.pdf_tables import PrintedPdfPage, PrintedTables
from archive.tables.printed_table import CELLS_APART, MOST_TABLES, PrintedTable
from archive.tables.text_tables import tables_in_text

_PRESENTATION, _RELATIONS = "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels"
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,5})\.xml")
_TARGET_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PIECE = "“”‘’…—·()\"' "  # what may stand after a blank at the end of a line
# Whatever is wrong with the lines of a page, its text is kept.
_NO_TABLES = (PdfiumError, ArithmeticError, LookupError, ValueError, ctypes.ArgumentError)
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:,?\d{3}){0,4}\.\d\d(?![\d.])")
_SENTENCE, _FEWEST_ROWS = frozenset("，。；"), 5
_START_AGAIN, _MOST_STARTS = 81, 3  # the status with which LibreOffice ends when it has made its profile
_LINE_END = ord("\n")
_SCANNED_PAGE = 12  # a page with a picture and fewer characters than this is a scan with a page number


def _piece_at_end(text: str) -> bool:
    """Whether a line of `text` ends in punctuation that stands behind a blank."""
    lines = (line.rstrip(" \r") for line in text.split("\n"))
    return any(" " in line[len(line.rstrip(_PIECE)) :] for line in lines)


def check_unpacked(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a zip container whose contents, as declared, are beyond the limits. (zipfile reads no more.)"""
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_unpacked:
        raise Unreadable("too_large", f"it unpacks to {total} bytes, the limit is {limits.max_unpacked}")
    if len(entries) > 20 * limits.max_members:
        raise Unreadable("too_large", f"it holds {len(entries)} parts, the limit is {20 * limits.max_members}")


def open_pdf(data: bytes) -> PdfDocument:
    """Open a PDF. Raises Unreadable if it is encrypted or damaged."""
    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Unreadable("encrypted", "the PDF asks for a password") from error
        raise Unreadable("failed", "the PDF is damaged") from error


def pdf_pages(document: PdfDocument, limits: Limits) -> tuple[list[str | None], list[PrintedTable]]:
    """Return the text of each page, None for a page that is a scan (a picture and hardly any text,
    or nothing); and their tables.

    Rows of amounts without lines between them make no table where nothing says surely in which column they stand.
    """
    pages: list[str | None] = []
    tables = PrintedTables()
    size = 0
    for number in range(min(len(document), limits.max_pages)):
        try:
            page = document[number]
            text_page = page.get_textpage()
            text = _page_text(text_page)
        except PdfiumError:
            pages.append(None)
            continue
        weight = len("".join(text.split()))
        scan = weight < _SCANNED_PAGE and (
            not weight or any(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        )
        pages.append(None if scan else tidy(text.split("\n")))
        if not scan and len(tables.tables) < MOST_TABLES:
            with suppress(*_NO_TABLES):
                tables.read_page(PrintedPdfPage(page, text_page), number + 1)
        size += len(text)
        page.close()
        if size > limits.max_text:
            break
    return pages, tables.tables


def ofd_pages(data: bytes, limits: Limits) -> tuple[list[str | None], list[PrintedTable]]:
    """Return the text of each page of an OFD file, None for one without, and their tables."""
    pages: list[str | None] = []
    tables = PrintedTables()
    size = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked(archive, limits)
        for number, page in enumerate(islice(_drawn_pages(archive), limits.max_pages), 1):
            text = tidy(page.text().split("\n"))
            pages.append(text or None)
            if text and len(tables.tables) < MOST_TABLES:
                with suppress(*_NO_TABLES):
                    tables.read_page(page, number)
            size += len(text)
            if size > limits.max_text:
                break
    return pages, tables.tables


def _drawn_pages(archive: zipfile.ZipFile) -> Iterator[OfdPage]:
    """Yield the pages of an OFD file's documents, empty where they are missing or damaged."""
    for place in dict.fromkeys(node.text for node in parse_xml(archive.read("OFD.xml")).iter("{*}DocRoot")):
        name = _member("OFD.xml", place)
        document = parse_xml(archive.read(name))
        area = document.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox")
        templates = {node.get("ID"): _member(name, node.get("BaseLoc")) for node in document.iter("{*}TemplatePage")}
        for node in document.iterfind("{*}Pages/{*}Page"):
            content = _content(archive, _member(name, node.get("BaseLoc")))
            page = OfdPage(content.findtext("{*}Area/{*}PhysicalBox") or area)
            for under in content.iterfind("{*}Template"):
                page.draw(_content(archive, templates.get(under.get("TemplateID"), "")))
            page.draw(content)
            yield page


def _content(archive: zipfile.ZipFile, member: str) -> etree._Element:
    """Return what a member holds: nothing where it is missing or damaged."""
    try:
        return parse_xml(archive.read(member))
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error):
        return etree.Element("nothing")


def _member(origin: str, place: str | None) -> str:
    """Return the name of the member of a container that stands at a place, as another one gives it."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(origin), (place or "").strip())).lstrip("/")


def has_rows_of_amounts(text: str) -> bool:
    """Whether lines of a page are rows of a table: several print two amounts or more, and are no sentences."""
    rows = (line for line in text.split("\n") if _SENTENCE.isdisjoint(line) and len(_AMOUNT.findall(line)) > 1)
    return sum(1 for _ in islice(rows, _FEWEST_ROWS)) == _FEWEST_ROWS


def _page_text(page: PdfTextPage) -> str:
    """Return the text of a page in the order of its drawing,
    but a line whose pieces are drawn out of order from left to right.

    LibreOffice draws what is in a second font (the quotation marks of a Chinese line) after the rest of the line.
    """
    text = text_of_page(page).translate({0xFFFE: None, 0xFFFF: None, 0: None})
    if not _piece_at_end(text):
        return text
    printed = text.split("\n")
    doubtful = list(map(_piece_at_end, printed))
    lines: list[list[tuple[str, float, float]]] = [[]]
    for index in range(page.count_chars()):
        if raw.FPDFText_GetUnicode(page.raw, index) == _LINE_END:
            lines.append([])
        elif len(lines) <= len(printed) and doubtful[len(lines) - 1]:
            left, _, right, _ = page.get_charbox(index)
            if right > left:
                lines[-1].append((page.get_text_range(index, 1), left, right))
    if len(printed) != len(lines):
        return text
    return "\n".join(_left_to_right(line, boxes) for line, boxes in zip(printed, lines, strict=True))


def _left_to_right(line: str, boxes: list[tuple[str, float, float]]) -> str:
    """Return a line made again of its characters, each with its left and right edge,
    if some stand left of what comes before.
    """
    ordered = sorted(boxes, key=itemgetter(1))
    if not boxes or ordered == boxes or sorted("".join(line.split())) != sorted(b[0] for b in boxes):
        return line
    width = sum(right - left for _, left, right in boxes) / len(boxes)
    parts = [ordered[0][0]]
    for (_, _, before), (character, left, _) in pairwise(ordered):
        parts += (" ", character) if left - before > 1.5 * width else (character,)
    return "".join(parts)


def read_docx(data: bytes, limits: Limits) -> FileContents:
    """Return paragraphs and tables in order, then foot- and endnotes.

    The XML is read directly: python-docx passes over content controls and text boxes, which forms are made of.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    lines: list[str] = []
    tables: list[PrintedTable] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked(archive, limits)
        names = set(archive.namelist())
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            if name in names:
                part = word.WordPart(etree.fromstring(archive.read(name), parser))
                lines += part.lines()
                tables += part.tables()
    return FileContents(tidy(lines), tables)


def read_slides(data: bytes, limits: Limits) -> FileContents:
    """Return the text of each slide: paragraphs as lines, rows of tables as lines with tabs.
    Notes of the speaker are left out.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked(archive, limits)
        slides = [etree.fromstring(archive.read(name), parser) for name in _in_order(archive, parser)]
    numbered = (
        (FilePage(0, SLIDE, number), tidy(word.WordPart(slide).lines())) for number, slide in enumerate(slides, 1)
    )
    text, pages = joined(numbered, "\n\n")
    return FileContents(text, list(tables_in_text(text)), pages=pages)


def _in_order(archive: zipfile.ZipFile, parser: etree.XMLParser) -> list[str]:
    """Return the names of the slides as they are shown, those that the presentation doesn't list last."""
    names = archive.namelist()
    slides = sorted(filter(_SLIDE.fullmatch, names), key=lambda name: int(_SLIDE.fullmatch(name)[1]))  # type: ignore[index]
    if {_PRESENTATION, _RELATIONS} - set(names):
        return slides
    targets = dict(_targets(etree.fromstring(archive.read(_RELATIONS), parser)))
    listed = (
        node for node in etree.fromstring(archive.read(_PRESENTATION), parser).iter() if local_name(node) == "sldId"
    )
    shown = [targets[node.get(_TARGET_ID)] for node in listed if targets.get(node.get(_TARGET_ID)) in slides]
    return list(dict.fromkeys([*shown, *slides]))


def _targets(relations: etree._Element) -> Iterator[tuple[str | None, str]]:
    """Yield the id of each relation, and the name of the member it leads to."""
    for node in relations:
        target = node.get("Target") or ""
        yield node.get("Id"), posixpath.normpath(posixpath.join("ppt", target)).lstrip("/")


def read_odt(data: bytes, limits: Limits) -> FileContents:
    """Return the text of an OpenDocument letter, and its tables."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked(archive, limits)
        content = archive.read("content.xml")
    return FileContents(read_xml(content), list(opendocument.tables(parse_xml(content))))


def read_doc(data: bytes, limits: Limits, programs: Mapping[str, str] | None) -> FileContents:
    """Return the contents of a Word 97 file: by antiword,
    or by LibreOffice where it has tables or antiword finds no text.

    Antiword prints rows, but not which of their cells are merged: of its text no table is made. LibreOffice may lose a
    table and run its cells together: without one, its text is not taken. `programs`: those
    installed. The current folder must be one for this file alone. Raises ProgramNeeded where no program can be started.
    """
    if programs is None:
        raise ProgramNeeded
    if not programs:
        raise Unreadable("no_converter", "a .doc file needs antiword or LibreOffice, and neither is installed")
    path = Path.cwd() / "file.doc"
    path.write_bytes(data)
    text = _run_antiword(programs["antiword"], path) if "antiword" in programs else ""
    if text and CELLS_APART not in text:
        return FileContents(text)
    if "soffice" in programs:
        try:
            contents = _run_soffice(programs["soffice"], path, limits)
        except Unreadable:
            if not text:
                raise
        else:
            if contents.tables or not text:
                return contents
    if not text:
        raise Unreadable("failed", "antiword finds no text in this .doc file; LibreOffice might")
    might = "" if "soffice" in programs else "; LibreOffice might"
    return FileContents(text, (), f"the tables of this .doc file are not read{might}")


def _run_antiword(program: str, path: Path) -> str:
    process = _run(program, "-m", "UTF-8.txt", "-w", "0", str(path))
    return _antiword_text(process.stdout.decode("utf-8", "replace")) if process.returncode == 0 else ""


def _run_soffice(program: str, path: Path, limits: Limits) -> FileContents:
    """Return what LibreOffice makes of a Word file.

    Its launcher needs a /tmp that can be written to, and there is none here: the program behind it is started directly.
    Raises Unreadable where nothing comes of it.
    """
    (converted := path.with_suffix(".docx")).unlink(missing_ok=True)
    folder, office = path.parent, Path(program).resolve().with_name("soffice.bin")
    command = (
        str(office if office.exists() else program),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}", f"-env:OSL_SOCKET_PATH={folder}",
        "--headless", "--convert-to", "docx", "--outdir", str(folder), str(path),
    )  # fmt: skip
    for _ in range(_MOST_STARTS):
        if _run(*command, home=folder).returncode != _START_AGAIN:
            break
    if not converted.exists():
        raise Unreadable("failed", "LibreOffice cannot read this .doc file")
    return read_docx(converted.read_bytes(), limits)


def _run(*command: str, home: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "HOME": str(home), "TMPDIR": str(home)} if home else None
    return subprocess.run(command, capture_output=True, check=False, env=env)  # noqa: S603 - no shell, paths of our own


def _antiword_text(printed: str) -> str:
    """Return the text that antiword printed: `|a   |b   |` for a table row, `[pic]` for a picture."""
    lines = []
    for line in printed.split("\n"):
        if line.startswith("|") and line.rstrip().endswith("|"):
            lines.append("\t".join(cell.strip() for cell in line.strip().strip("|").split("|")))
        else:
            lines.append("" if line.strip() == "[pic]" else line.replace("[pic]", ""))
    return tidy(lines)
