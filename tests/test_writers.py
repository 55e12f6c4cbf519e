"""Exported text files: exact bytes of CSV, inert cells, numbers that stay what they are, memory that stays flat."""

import io
import itertools
import json
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from archive.export.excel import xlsx
from archive.export.file_formats import STREAMED
from archive.export.writers import csv_file, json_lines


def sheets(columns, rows) -> list[list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(xlsx(columns, rows))))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_csv_to_the_byte():
    rows = [(1, "样例，标题", None), (2.5, 'a "b", c', "第一行\n第二行")]
    assert b"".join(csv_file(["id", "标题", "空"], rows)) == (
        b"\xef\xbb\xbf" + 'id,标题,空\r\n1,样例，标题,\r\n2.5,"a ""b"", c","第一行\n第二行"\r\n'.encode()
    )


@pytest.mark.parametrize("begins", "=+-@\t\r\n＝＋－＠")
def test_a_formula_does_not_run(begins):
    text = f"{begins}HYPERLINK(A1)"
    (_, line) = b"".join(csv_file(["x"], [[text]])).decode("utf-8-sig").split("\r\n", 1)
    assert line.strip('"\r\n').startswith("'")
    assert sheets(["x"], [[text]])[0][1] == [text]
    book = zipfile.ZipFile(io.BytesIO(b"".join(xlsx(["x"], [[text]]))))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_heading_is_as_inert_as_a_cell():
    assert b"".join(csv_file(["=1+1"], [])) == b"\xef\xbb\xbf'=1+1\r\n"
    assert sheets(["=1+1"], [])[0] == [["=1+1"]]


@pytest.mark.parametrize(
    "number", ["123456789012", "640324001201761737", "064032", "01", "2017E5", "1-2017", "3/2017", "2017-05", "1-12345"]
)
def test_what_excel_would_take_for_another_number_or_a_day_stays_text(number):
    assert b"".join(csv_file(["n"], [[number]])) == f"\ufeffn\r\n{number}\t\r\n".encode()
    assert sheets(["n"], [[number]])[0][1] == [number]


def test_plain_numbers_and_days_are_left_alone():
    plain = ["2018-03-01", "640324", "12345678901", "640324001/2017-61737", "12345-1", "1-123456", "0", "1.5"]
    assert b"".join(csv_file(["n"], [[-5], *([each] for each in plain)])) == (
        "\r\n".join(["\ufeffn", "-5", *plain, ""]).encode()
    )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_half_a_character_breaks_no_file(form):
    """Half a character, as a broken page left it."""
    assert b"".join(STREAMED[form].write(["x"], [["样本\ud800"], ["样例"]])).decode("utf-8").count("样例") == 1


def test_bytes_are_told_as_digits():
    assert b"".join(csv_file(["x"], [[b"\x00\xff"]])).endswith(b"x\r\n00ff\r\n")
    assert sheets(["x"], [[b"\x00\xff"], [""], [0]])[0][1:] == [["00ff"], [""], [0]]


def test_json_lines_is_json_a_line():
    rows = [("题\n目", 1, None), ("<b>", float("inf"), b"\x00")]
    lines = b"".join(json_lines(["t", "n", "x"], rows)).decode().splitlines()
    assert lines[0] == '{"t": "题\\n目", "n": 1, "x": null}'
    assert json.loads(lines[1]) == {"t": "<b>", "n": None, "x": "AA=="}


@pytest.mark.parametrize("form", STREAMED)
def test_rows_are_read_as_pieces_are_taken(form):
    read = itertools.count()
    pieces = STREAMED[form].write(["n", "x"], ([next(read), "字" * 100] for _ in itertools.repeat(None)))
    for _ in range(3):
        next(pieces)
    pieces.close()
    assert next(read) < 2_000
