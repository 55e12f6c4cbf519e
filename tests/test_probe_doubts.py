"""What looks wrong with a list or a record's page, as a probe says it: pure, from what was read."""

from dataclasses import replace

import pytest

from archive.model.observations import ListPage, Paging, Row
from crawler.probe.page_reading import Fetched, doubts_of_list, read_answer, read_page

URL = "http://www.p.example/zwgk/list.html"
DATED = {"title": "样本文件", "published_on": "2026-01-01"}


def row(number: int, url: str | None = "", **fields: str) -> Row:
    address = f"http://www.p.example/{number}.html" if url == "" else url
    return Row({**DATED, **fields}, {}, url=address, key=str(number))


def doubts(*rows: Row, pages: int | None = None, claimed: int | None = None, goes_on: bool = False) -> list[str]:
    paging = Paging(pages, claimed, next_url=f"{URL}?page=2" if goes_on else None)
    return list(doubts_of_list(ListPage(rows, paging), URL))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(1), row(2)], []),
        ([], ["no rows on this page itself: they come from a service"]),
        ([row(1), row(2, url=None)], ["1 of 2 rows with no link"]),
        ([row(1), row(2, url="http://www.other.example/2.html")], ["1 of 2 rows with a link to another site"]),
        ([row(1), row(1), row(1), row(2)], ["2 of 4 rows with the address of another row"]),
        ([row(1, url=None), row(2, url=None)], ["2 of 2 rows with no link"]),
        ([row(1), row(2, title="样本文件…")], ["1 of 2 rows with a cut title"]),
        ([row(1), Row({"title": "样本"}, {}, url="http://www.p.example/3.html")], ["1 of 2 rows with no date"]),
        ([row(1), Row({"title": "样本", "created_on": "2026-01-01"}, {}, url="http://www.p.example/3.html")], []),
        ([row(1), replace(row(2), doubts=("date_differs",))], ["1 of 2 rows with date differs"]),
    ],
)
def test_rows_that_lack_something_are_counted(rows: list[Row], said: list[str]) -> None:
    assert doubts(*rows) == said


@pytest.mark.parametrize(
    ("pages", "claimed", "goes_on", "said"),
    [
        (1, 2, False, []),
        (2, None, False, ["2 pages claimed, and no way to the next one found"]),
        (2, None, True, []),
        (None, 3, False, ["3 rows claimed, 2 on this page, and no way to the next one found"]),
        (None, 3, True, []),
        (None, 2, False, []),
    ],
)
def test_a_list_that_says_more_than_is_found_of_it(
    pages: int | None, claimed: int | None, goes_on: bool, said: list[str]
) -> None:
    assert doubts(row(1), row(2), pages=pages, claimed=claimed, goes_on=goes_on) == said


RECORD = "<html><body><h1>样本文件之1</h1>{}<div class='TRS_Editor'><p>{}</p></div></body></html>"  # with labels, and with a text
LABELS = "<ul><li>索引号：A1-2018-001</li><li>发文字号：样发[2018]3号</li><li>发布日期：2018-03-01</li></ul>"
TEXT = "样本正文，仅供测试。样本正文，仅供测试。样本正文，仅供测试。"


@pytest.mark.parametrize(
    ("labels", "text", "said"),
    [
        (LABELS, TEXT, ()),
        (LABELS.replace("发布日期：2018-03-01", "语种：中文"), TEXT, ("no date of publication",)),
        (LABELS, "", ("no text and no file",)),
        (LABELS + "<p><a href='f/1.pdf'>样本.pdf</a></p>", "", ()),
    ],
)
def test_a_record_s_page_that_lacks_something(labels: str, text: str, said: tuple[str, ...]) -> None:
    page = read_page(RECORD.format(labels, text), "http://www.p.example/1.html", status=200, cut=False)
    assert (page.kind, page.doubts) == ("detail", said)


@pytest.mark.parametrize(
    ("body", "requested", "cut", "said"),
    [
        (RECORD.format(LABELS, TEXT).encode(), "/1.html", False, []),
        (RECORD.format(LABELS, TEXT).encode(), "/a.html", False, ["sent on from http://www.p.example/a.html"]),
        (RECORD.format(LABELS, TEXT).encode(), "/1.html", True, ["larger than what was read of it"]),
        (b"%PDF-1.4 sample", "/1.html", False, ["no page, but a file: its bytes are no text"]),
        (bytes(range(32)) * 9, "/1.html", False, ["no page, but a file: its bytes are no text"]),
        (RECORD.format(LABELS, TEXT).encode("utf-16"), "/1.html", False, []),
    ],
)
def test_an_answer_that_is_another_or_no_page(body: bytes, requested: str, cut: bool, said: list[str]) -> None:
    fetched = Fetched("http://www.p.example/1.html", 200, body, "text/html", cut=cut)
    assert list(read_answer(fetched, f"http://www.p.example{requested}").doubts) == said
