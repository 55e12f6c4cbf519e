"""The process that has loaded the readers and forks a child for each file:
`python -m archive.attachments.converter_process`.

Started by `archive.attachments.converter`, which describes what goes in and out. It reads no file itself but those it
makes: only its children meet what strangers wrote, shut in by `archive.attachments.sandbox`, and none lives longer than
its file.
"""

import codecs
import encodings
import gc
import io
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from archive.attachments import sandbox, stand_in_font
from archive.attachments.extraction import NEEDS_PROGRAM, Extracted, Limits
from archive.attachments.file_kinds import ProgramNeeded, Unreadable
from archive.attachments.ocr import recogniser
from archive.attachments.reading import Order, read
from archive.tables import file_pages

READY = b"r"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/{}/2006/relationships"
_LONGEST_ORDER = 1 << 16  # bytes


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._empty = sandbox.empty_folder()
        self._own_processes = sandbox.own_processes()
        self._reports: dict[int, int] = {}  # of each child, where its end is reported
        self._poll = select.poll()

    def run(self) -> None:
        """Fork a child for each file that comes, until the owner is gone."""
        child_ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(child_ended, select.POLLIN)
        self._control.send(READY)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == child_ended:
                    os.read(child_ended, 1 << 16)
                elif descriptor != self._control.fileno():
                    self._kill(next(pid for pid, report in self._reports.items() if report == descriptor))
                elif not self._take_file():
                    return
            self._reap()

    def close(self) -> None:
        for pid in self._reports:
            self._kill(pid)

    def _take_file(self) -> bool:
        order, descriptors, *_ = socket.recv_fds(self._control, _LONGEST_ORDER, 2)
        if not descriptors:
            return False
        connection, report = descriptors
        with suppress(OSError):  # too many processes: the report ends without a word
            self._own_processes()
            if not (pid := sandbox.fork()):
                self._in_child(order, connection)
            self._reports[pid] = report
            self._poll.register(report, 0)  # only whether its reader is gone
        os.close(connection)
        if report not in self._reports.values():
            os.close(report)
        return True

    def _in_child(self, order: bytes, connection: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            os.setsid()
            for first, last in _between({connection, self._empty}):
                os.closerange(first, last)
            serve_file(json.loads(order.decode()), connection, self._empty)
        finally:
            os._exit(1)

    def _kill(self, pid: int) -> None:
        for kill in (os.kill, os.killpg):  # it may not lead a group yet; where it has a namespace, all in it ends
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if (report := self._reports.pop(ended[0], None)) is not None:  # else it was left behind by a child
                    self._poll.unregister(report)
                    with suppress(BrokenPipeError):
                        os.write(report, struct.pack("i", os.waitstatus_to_exitcode(ended[1])))
                    os.close(report)


def _between(kept: set[int]) -> list[tuple[int, int]]:
    """Return ranges of all descriptors but the first three and those `kept`,
    each up to but not including its second number.
    """
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    return [(low + 1, high) for low, high in pairwise(edges)]


def serve_file(order: Mapping[str, Any], connection: int, empty: int) -> NoReturn:
    """Read the one file that comes over `connection`, shut in, answer, and end."""
    limits, programs = Limits(**order["limits"]), order.get("programs")
    workshop = Path(order["workshop"]) if programs else None
    sandbox.shut_in(limits, empty, workshop, programs.values() if programs else ())
    if order.get("try_walls"):
        answer = Extracted(" ".join(sandbox.open_walls()), "", "text")
    else:
        with open(connection, "rb", buffering=0, closefd=False) as stream:
            data = stream.read()
        answer = _read(data, Order(order["name"], limits, order["ocr"], programs=programs))
    with open(connection, "wb") as stream:
        _write_answer(stream, answer, limits)
    os._exit(0)


def _write_answer(stream: BinaryIO, answer: Extracted, limits: Limits) -> None:
    tables = json.dumps([table.to_json() for table in answer.tables], ensure_ascii=False).encode("utf-8", "replace")
    if len(tables) > limits.max_table_bytes:
        tables = b"[]"
    head = {"media_type": answer.media_type, "state": answer.state, "message": answer.message}
    stream.write(json.dumps(head | {"members": answer.members}).encode() + b"\n")
    stream.write(tables + b"\n")
    stream.write((file_pages.to_json_text(answer.pages) or "[]").encode("utf-8", "replace") + b"\n")
    stream.write((answer.text or "").encode("utf-8", "replace"))


def _read(data: bytes, order: Order) -> Extracted:
    try:
        return read(data, order)
    except ProgramNeeded:
        return Extracted(None, "", NEEDS_PROGRAM)


def load(*, ocr: bool) -> None:
    """Load what is loaded at its first use otherwise: a process that is shut in finds no file of Python's."""
    stand_in_font.install()
    for module in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):
            codecs.lookup(module.name)
    if ocr:
        with suppress(Unreadable):
            recogniser()
    for name, data in made_files().items():
        _write_answer(io.BytesIO(), read(data, Order(name, Limits(), ocr=False)), Limits())
    gc.collect()
    gc.freeze()


def made_files() -> dict[str, bytes]:
    """Return a small file of each of the kinds that portals attach most, by its name.

    Code that has run is faster: each child would begin with code that has not, at a tenth of what a small file costs.
    """
    rows = [("名称", "金额"), *((f"项目{number}", f"{number}.50") for number in range(40))]
    text = "\n".join(f"{name}\t{amount}" for name, amount in rows)
    page = "".join(f"<tr><td>{name}<td>{amount}" for name, amount in rows)
    drawn = "".join(f"BT /F 9 Tf 9 {9 * n} Td ({n}.50) Tj ET 9 {9 * n} 99 9 re S " for n in range(20))
    return {
        "a.txt": text.encode("gb18030"),
        "a.html": f"<table>{page}</table>".encode(),
        "a.docx": _zipped(_letter(rows)),
        "a.xlsx": _zipped(_workbook(rows)),
        "a.pdf": (
            "%PDF-1.4\n1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]/Count 1>>endobj "
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F "
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj "
            f"4 0 obj<</Length {len(drawn)}>>stream\n{drawn}\nendstream endobj trailer<</Root 1 0 R>>"
        ).encode(),
    }


def _letter(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the members of a letter (docx) that is a table of `rows`."""
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    table = "".join(f"<w:tr>{cell.format(name)}{cell.format(amount)}</w:tr>" for name, amount in rows)
    return {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body><w:p/><w:tbl>{table}</w:tbl></w:body></w:document>',
    }


def _workbook(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the members of a workbook (xlsx) with a sheet of `rows`."""
    sheet = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>{name}</v></c><c r="B{n}" t="str"><v>{amount}</v></c></row>'
        for n, (name, amount) in enumerate(rows, 1)
    )
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_R.format("package")}"><Relationship Id="a" '
        f'Type="{_R.format("officeDocument")}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_X}" xmlns:r="{_R.format("officeDocument")}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_R.format("package")}"><Relationship Id="a" '
        f'Type="{_R.format("officeDocument")}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_X}"><sheetData>{sheet}</sheetData></worksheet>',
    }


def _zipped(members: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def main() -> None:
    """Serve the owner at the other end of the socket whose number is the first argument;
    the second says whether to load OCR.
    """
    load(ocr=sys.argv[2] == "ocr")
    server = _Server(socket.socket(fileno=int(sys.argv[1])))
    try:
        server.run()
    finally:
        server.close()


if __name__ == "__main__":
    main()
