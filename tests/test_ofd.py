"""OFD files: their text and tables, and files that are not as they should be. All contents are samples written for this project."""

import re
from itertools import pairwise

import pytest

from archive.attachments.extraction import Extracted, Limits, extract
from tests.files import inside, zipped

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
ROOT = f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"


def text(x: float, y: float, characters: str, *, more: str = "", deltas: str = "") -> str:
    """Text whose first character begins at x and y, millimetres from the page's left upper corner."""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y - 4} 100 6" Font="1" Size="4" {more}>'
        f'<ofd:TextCode X="0" Y="4" {deltas}>{characters}</ofd:TextCode></ofd:TextObject>'
    )


def path(data: str, *, more: str = "") -> str:
    return f'<ofd:PathObject ID="1" Boundary="0 0 210 297" {more}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'


def page(*objects: str, before: str = "") -> str:
    return (
        f"<ofd:Page {NAMESPACE}>{before}<ofd:Content><ofd:Layer>{''.join(objects)}</ofd:Layer></ofd:Content></ofd:Page>"
    )


def ofd(
    *pages: str, place: str = "Pages/Page_{}/Content.xml", common: str = "", more: dict[str, str] | None = None
) -> bytes:
    """A file of these pages, named by `place`, with what its document has in common and other members."""
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="{place.format(n)}"/>' for n in range(len(pages)))
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    document = (
        f"<ofd:Document {NAMESPACE}><ofd:CommonData>{area}{common}</ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )
    contents = {f"Doc_0/Pages/Page_{n}/Content.xml": content for n, content in enumerate(pages)}
    members = {"OFD.xml": ROOT, "Doc_0/Document.xml": document, **contents, **(more or {})}
    return zipped({name: content.encode() for name, content in members.items()})


COLUMNS, ROWS = [20, 80, 130, 190], [40, 50, 60, 70]
BY_LINES = "".join(
    map(path, [f"M 20 {y} L 190 {y}" for y in ROWS] + [f"M {x} 40 L {x} 70" for x in COLUMNS]),
)
BY_BOXES = "".join(
    path(f"M {left} {top} L {right} {top} L {right} {bottom} L {left} {bottom} C")
    for left, right in pairwise(COLUMNS)
    for top, bottom in pairwise(ROWS)
)
BY_BARS = "".join(
    path(
        f"M {x} {y} L {x + width} {y} L {x + width} {y + height} L {x} {y + height} C",
        more='Stroke="false" Fill="true"',
    )
    for x, y, width, height in [*((20, y, 170, 0.2) for y in ROWS), *((x, 40, 0.2, 30) for x in COLUMNS)]
)
"""The lines of one table, as software draws them."""

AMOUNTS = (
    text(20, 30, "部门预算收支总表（样本）") + text(150, 38, "单位：万元")
    + text(22, 47, "项目") + text(82, 47, "2023年") + text(132, 47, "2024年")
    + text(22, 57, "公务接待费") + text(110, 57, "12.00") + text(170, 57, "8.00")
    + text(22, 67, "会议费") + text(110, 67, "3.50") + text(170, 67, "3.00")
)  # fmt: skip
BUDGET = BY_LINES + AMOUNTS


def read(*pages: str, **parts: object) -> Extracted:
    return inside(ofd(*pages, **parts), "a.ofd")  # type: ignore[arg-type]


def test_lines_of_text_are_read_as_they_are_drawn() -> None:
    line = text(20, 40, "第一条　样本内容，"), text(60, 40, "共12 项。"), text(56, 40, "“")
    first = page(text(20, 30, "样本通知"), *line)
    found = extract(ofd(first, page(text(20, 30, "第二页"))), "a.ofd")
    assert (found.state, found.message, found.media_type) == ("text", None, "application/ofd")
    assert found.text == "样本通知\n第一条 样本内容，“共12 项。\n\n第二页"
    assert [(each.number, each.start) for each in found.pages] == [(1, 0), (2, found.text.index("第二页"))]


@pytest.mark.parametrize(
    ("deltas", "read_as"),
    [
        ('DeltaX="g 2 4 4"', "合计数字"),
        ('DeltaX="4 12 4"', "合计 数字"),
        ('DeltaX="4"', "合计数字"),  # the rest follow each other
        ('DeltaX="g"', "合计数字"),
        ('DeltaX="g 99999999999 4"', "合计数字"),
        ('DeltaX="四 4 4"', "合计数字"),
        ('DeltaY="g 3 8"', "合\n计\n数\n字"),
    ],
)
def test_the_steps_between_characters_say_where_each_stands(deltas: str, read_as: str) -> None:
    assert read(page(text(20, 30, "合计数字", deltas=deltas))).text == read_as


def test_wide_letters_are_not_taken_apart() -> None:
    assert read(page(text(20, 30, "GDP增长5 %", deltas='DeltaX="2.9 2.9 2.6 4 4 2 2"'))).text == "GDP增长5 %"


@pytest.mark.parametrize("lines", [BY_LINES, BY_BOXES, BY_BARS])
def test_a_table_is_read_by_its_lines(lines: str) -> None:
    found = read(page(AMOUNTS, lines))
    (table,) = found.tables
    assert table.rows == (("项目", "2023年", "2024年"), ("公务接待费", "12.00", "8.00"), ("会议费", "3.50", "3.00"))
    assert (table.page, table.before) == (1, "部门预算收支总表（样本）\n单位：万元")


def test_a_page_turned_by_its_matrices_is_read_upright() -> None:
    def turn(boundary: re.Match[str]) -> str:
        x, y = map(float, boundary.groups())
        return f'CTM="0 1 -1 0 0 0" Boundary="{210 - y} {x} '

    found, upright = read(page(re.sub(r'Boundary="(\S+) (\S+) ', turn, BUDGET))), read(page(BUDGET))
    assert found.text == upright.text
    assert [table.rows for table in found.tables] == [table.rows for table in upright.tables]


def test_what_a_template_shows_comes_with_each_page_and_what_is_hidden_does_not() -> None:
    common = '<ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    template = {"Doc_0/Tpls/Tpl_0/Content.xml": page(text(20, 10, "样本抬头"))}
    under = '<ofd:Template TemplateID="9"/>'
    shown = page(text(20, 30, "正文"), text(20, 40, "不显示", more='Visible="false"'), before=under)
    assert read(shown, common=common, more=template).text == "样本抬头\n正文"


@pytest.mark.parametrize(
    "place", ["/Doc_0/Pages/Page_0/Content.xml", "./Pages/Page_0/Content.xml", "Pages/../Pages/Page_0/Content.xml"]
)
def test_pages_are_found_from_the_root_and_from_where_they_are_named(place: str) -> None:
    assert read(page(text(20, 30, "样本")), place=place).text == "样本"


def test_a_missing_or_damaged_page_leaves_the_others() -> None:
    found = read(page(text(20, 30, "第一页")), "<ofd:Page", page(text(20, 30, "第三页")))
    assert (found.text, found.message) == ("第一页\n\n第三页", "without text: 1 of 3 pages")


def test_a_file_of_pictures_says_that_they_are_not_read() -> None:
    found = read(page('<ofd:ImageObject ID="2" Boundary="0 0 210 297" ResourceID="3"/>'))
    assert (found.state, found.text) == ("unsupported", None)
    assert found.message == "without text, and pictures of OFD files are not read: 1 page"


@pytest.mark.parametrize("root", ["", "<ofd:OFD", ROOT.replace("Document", "Nothing"), f"<ofd:OFD {NAMESPACE}/>"])
def test_a_file_without_a_document_is_no_text(root: str) -> None:
    found = read(page(text(20, 30, "样本")), more={"OFD.xml": root})
    assert found.text is None
    assert found.state in {"failed", "unsupported"}


def test_hostile_drawings_are_bounded() -> None:
    many = path("M 0 0 L 200 0 " * 50_000)
    wild = path("M nan 1e999 L inf 5 Q B C L 1 Z 7 M 5") + path("M 1e9 1e9 L -1e9 1e9") + path("")
    found = read(page(BUDGET, many, wild, text(20, 30, "样本", more='CTM="nan 0 0 1 0 0"'), text(1e308, 40, "远处")))
    assert found.text
    assert "样本" in found.text
    assert not found.tables
    assert (
        inside(ofd(page(text(20, 30, "样" * 5_000))), "a.ofd", Limits(max_text=1000)).message
        == "the text is cut after 1000 characters"
    )
