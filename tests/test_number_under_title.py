"""A document number without a label right under the title, in pages that are written for the test."""

import pytest

from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail

URL = "http://www.sample.gov.cn/zwgk/tzgg/202403/t20240305_123456.html"
DAY, AGENCY = "2024-03-05", "样本县财政局"
TEXT = "<p>样本正文第一段，为测试而写，并非政府文件，请勿引用。</p><p>样本正文第二段，为测试而写，并非政府文件，请勿引用。</p>"


def read(line: str) -> dict[str, str]:
    """The fields of a page with the line under its title."""
    page = f"<div class=content><h1>关于样本事项的通知</h1>{line}<div id=zoom>{TEXT}</div></div>"
    return dict(read_detail(parse_html(f"<html><body>{page}</body></html>"), URL).fields)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("<div>样政发〔2017〕9号</div>", "样政发〔2017〕9号"),
        (f"<div><span>样政发〔2017〕9号</span><span>{AGENCY}</span><span>{DAY}</span></div>", "样政发〔2017〕9号"),
        (f"<div>{DAY}</div><p>样政发［2017］9号</p>", "样政发［2017］9号"),
        ("<p>一</p><p>二</p><p>样政发〔2017〕9号</p>", None),
        ("<div>（参见样政发〔2017〕9号）</div>", None),
        ("<div>文号：样政发〔2017〕8号</div><div>样政发〔2017〕9号</div>", "样政发〔2017〕8号"),
    ],
)
def test_a_number_in_an_element_of_its_own_under_the_title(line: str, number: str | None) -> None:
    assert read(line).get("document_number") == number


def test_an_unknown_label_before_an_agency_is_no_part_of_its_name() -> None:
    fields = read(f"<div>样本发布：{AGENCY}　　{DAY}</div>")
    assert (fields["published_on"], fields.get("publisher")) == (DAY, None)


def test_a_number_between_an_agency_and_a_day_is_beside_both() -> None:
    fields = read(f"<div><span>样政发〔2017〕9号</span><span>{AGENCY}</span><span>{DAY}</span></div>")
    assert (fields["publisher"], fields["published_on"]) == (AGENCY, DAY)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("样政发〔2017〕9号",), "样政发〔2017〕9号"),
        (("关于样本事项的通知", "样政发〔2017〕9号", "各乡镇："), "样政发〔2017〕9号"),
        (("〔2017〕9号",), None),
        (("各乡镇：", "样政发〔2017〕9号"), None),
        (("现将样本事项通知如下。", "样政发〔2017〕9号"), None),
        (("甲", "乙", "丙", "丁", "样政发〔2017〕9号"), None),
        (("参见样政发〔2017〕9号文件",), None),
    ],
)
def test_a_number_in_a_line_of_its_own_at_the_top_of_the_text(lines: tuple[str, ...], number: str | None) -> None:
    top = "".join(f"<p>{line}</p>" for line in lines)
    page = (
        f"<div><h1>关于样本事项的通知</h1><div>来源：{AGENCY} 发布时间：{DAY}</div><div id=zoom>{top}{TEXT}</div></div>"
    )
    fields = read_detail(parse_html(f"<html><body>{page}</body></html>"), URL).fields
    assert fields.get("document_number") == number


def test_a_number_with_a_label_goes_before_one_above_the_text() -> None:
    assert read("<div>文号：样政发〔2017〕8号</div>")["document_number"] == "样政发〔2017〕8号"
