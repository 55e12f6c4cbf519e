"""Numbers of persons that markup cuts up, masked in the text of a record's page and of a file; raised figures stay raised."""

import pytest

from archive.attachments.markup import read_html
from archive.masking.redaction import redact
from crawler.extract.text import lines_of
from crawler.extract.tree import parse_html

ID, PHONE = "11010519491231002X", "13800138000"


def texts(body: str) -> tuple[str, str]:
    """The text of a page, read as a record's and as a file."""
    page = f"<html><body>{body}</body></html>"
    return lines_of(parse_html(page).find("body")), read_html(page).text


@pytest.mark.parametrize(
    "between",
    [
        "<ruby>{}<rp>(</rp><rt>9</rt><rp>)</rp></ruby>", "<sup>1</sup>{}", "<sup>[12]</sup>{}", "<sub>3</sub>{}", "<i hidden>77</i>{}",
        '<i style="display: none">77</i>{}', '<i style="VISIBILITY:hidden">77</i>{}', '<i style="font-size:0px">77</i>{}',
        '<i style="opacity:0.0">77</i>{}', '<i style="color:transparent">77</i>{}', '<i style="position:absolute;left:-9999px">77</i>{}',
        '<i style="clip: rect(0 0 0 0)">77</i>{}', '<i style="display:inline-block;width:0">77</i>{}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", [ID, PHONE])
def test_a_number_is_masked_over_what_nobody_reads_within_it(between: str, number: str) -> None:
    for text in texts(f"<p>样本{number[:6]}{between.format(number[6:])}完</p>"):
        assert number[-4:] not in redact(text).text


@pytest.mark.parametrize(
    "turned",
    [
        '<bdo dir="rtl">{}</bdo>', '<bdo dir="RTL">{}</bdo>', '<b style="unicode-bidi:bidi-override;direction:rtl">{}</b>',
        '<b style="unicode-bidi: isolate-override; direction: rtl">{}</b>', "\u202e{}\u202c完",
        "样\u202e{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", [ID, PHONE])
def test_a_number_is_masked_in_the_order_in_which_it_is_read(turned: str, number: str) -> None:
    for text in texts(f"<p>样本{turned.format(number[::-1])}</p>")[: 1 if "\u202e" not in turned else 2]:
        masked = redact(text)
        assert sum(masked.counts.values()) == 1
        assert number[::-1][:4] not in masked.text


@pytest.mark.parametrize("number", [ID, PHONE])
def test_a_number_whose_figures_a_style_sets_in_order_is_masked(number: str) -> None:
    places = sorted(range(len(number)), key=lambda place: (place * 7) % len(number))
    one_by_one = "".join(f'<i style="color:red; ORDER : {place - 3}">{number[place]}</i>\n' for place in places)
    in_two = f'<b style="order:2">{number[3:]}</b><b style="order:1">{number[:3]}</b>'
    for figures in (one_by_one, in_two, f"<b style='order:1'>{number[3:]}</b><b>{number[:3]}</b>"):
        for text in texts(f'<p>样本</p><p style="display:flex">{figures}</p>'):
            assert sum(redact(text.replace("\n", "")).counts.values()) == 1


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<i style="order:2">12</i>3<i style="order:1">4</i>', "1234"), ('<i style="border:2">12</i><i>34</i>', "1234"),
        ('<i style="order:2">12月</i><i>34</i>', "12月34"), ('<i style="order:2">12<b>5</b></i><i>34</i>', "12534"),
        ("面积3m<sup>2</sup>，CO<sub>2</sub>", "面积3m²，CO₂"), ("<ruby>同心<rp>(</rp><rt>tóng xīn</rt><rp>)</rp></ruby>县", "同心县"),
        ("<ruby>同<rt>tóng</rt>心<rt>xīn</rt></ruby>县", "同心县"),
        ("2017<i hidden>A</i>年", "2017A年"), ('20<i style="font-size:0.5em">17</i>31', "201731"), ('20<i style="opacity:.9">17</i>31', "201731"),
        ('20<i style="width:07px">17</i>31', "201731"), ("<bdo>12</bdo>3", "123"), ('<bdo dir="rtl">12<b>3</b>4</bdo>', "1234"), ('<b dir="rtl">12</b>3', "123"),
    ],
)  # fmt: skip
def test_what_one_reads_stays(markup: str, text: str) -> None:
    assert lines_of(parse_html(f"<html><body><p>{markup}</p></body></html>").find("body")) == text
