"""A captured page sanitised: nothing in it acts, loads or leads anywhere, and no private number is left. All pages are samples."""

import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from archive.copies import page_parts, sanitiser, style_sheets
from archive.copies.page_parts import Part, Parts
from archive.copies.sanitiser import LONGEST_PAGE, NotShown, SanitisedPage, cleaned, sanitise_page
from archive.copies.style_sheets import sanitise_declarations, sanitise_sheet
from archive.masking.redaction import redact
from tests.hostile import markup

URL = "http://portal.example/notices/1.html"
PNG = b"\x89PNG\r\n\x1a\nsample"
ID, ID_15, PHONE, CARD = "11010519491231002X", "110105491231002", "13800138000", "6222021234567890128"
ACTING = "//script | //iframe | //object | //embed | //svg | //form | //meta[@http-equiv] | //base | //link | //@href | //@srcset"


def sanitised(body: str, **captured: bytes | None) -> SanitisedPage:
    """A page with this body; `captured`: file name with _ for . → bytes, or None for one that may not be shown."""
    parts = {
        f"http://portal.example/notices/{name.replace('_', '.')}": Part(
            "text/css" if "css" in name else "image/png", data
        )
        for name, data in captured.items()
    }
    return sanitise_page(
        f"<!DOCTYPE html><html><head><title>样本</title></head><body>{body}</body></html>", URL, parts.get
    )


def tree(page: SanitisedPage):
    return html.document_fromstring(page.html)


# --- nothing acts ---


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>", "<ScRiPt src=//evil.example/x.js></sCrIpT>", "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>", "<iframe src='javascript:alert(1)'></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<object data=x.swf></object><embed src=x.swf>",
        "<form action=http://evil.example/><input name=q><button formaction='javascript:1'>去</button></form>",
        "<a href='javascript:alert(1)'>去</a>", "<a href='http://evil.example/' target=_top>去</a>", "<a href='data:text/html,x' ping=//evil.example>去</a>",
        "<meta http-equiv=refresh content='0;url=http://evil.example/'>", "<base href=http://evil.example/ target=_top>",
        "<link rel=stylesheet href=http://evil.example/x.css>", "<link rel=preload href=http://evil.example/x>",
        "<video src=x poster=x autoplay></video><audio src=x></audio>", "<img srcset='http://evil.example/1.png 2x'>",
        "<picture><source srcset=http://evil.example/1.png><img src=http://evil.example/2.png></picture>",
        "<div style='background:url(http://evil.example/1.png)'>样</div>", "<style>@import url(http://evil.example/x.css);</style>",
        "<style>p{background:\\75rl(http://evil.example/)}</style>", "<style>@font-face{font-family:x;src:url(http://evil.example/f)}</style>",
        "<table background=http://evil.example/1.png><tr><td background=http://evil.example/2.png>样</td></tr></table>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>", "<style></style><img src=x onerror=alert(1)></style>",
        "<xmp><img src=x onerror=alert(1)></xmp>", "<plaintext><script>alert(1)</script>", "<!--[if IE]><script>alert(1)</script><![endif]-->",
        "<p style=\"width:expression(alert(1));behavior:url(x.htc)\">样</p>", "<details ontoggle=alert(1) open>样</details>",
        "<input type=image src=http://evil.example/1.png>", "<map><area href=javascript:alert(1)></map>", "<portal src=http://evil.example/>",
    ],
)  # fmt: skip
def test_nothing_acts(body):
    shown = sanitised(body + "<p>样本结尾</p>")
    found = tree(shown)
    assert found.xpath(ACTING) == []
    assert [
        name
        for node in found.iter()
        for name in node.attrib
        if name.startswith(("on", "form")) or name in {"src", "srcdoc", "target", "ping"}
    ] == []
    assert "evil.example" not in shown.html.replace(' title="http://evil.example/"', "")
    assert "expression" not in shown.html
    if "plaintext" not in body and "<!--" not in body:
        assert "样本结尾" in found.text_content()


def test_text_and_looks_stay():
    shown = sanitised(
        '<div class="c" style="color: red"><h1 align=center>样本标题</h1>前<script>1</script>后<p>一<br>二</p></div>'
    )
    found = tree(shown)
    assert found.cssselect("h1")[0].get("align") == "center"
    assert found.cssselect(".c")[0].get("style") == "color: red"
    assert "前后" in found.text_content()
    assert shown.html.startswith("<!DOCTYPE html>")
    assert found.cssselect("title")[0].text == "样本"
    assert found.get("lang") == "zh-CN"


def test_a_link_says_where_it_led():
    (link,) = tree(sanitised("<a href='../x.html'>样</a>")).cssselect("a")
    assert dict(link.attrib) == {"title": "../x.html"}


def test_what_could_act_is_counted():
    assert sanitised("<script>1</script><iframe src=x></iframe><form></form>").removed == 3


# --- parts ---


def test_captured_images_and_style_are_shown():
    shown = sanitised(
        "<link rel=stylesheet href=x.css><img src=a.png><img src=b.png alt=图><img src=c.png><p style='background:url(a.png)'>",
        a_png=PNG, c_png=None, x_css=b"p { color: red; background: url('a.png') } @import 'y.css';",
    )  # fmt: skip
    (image,) = tree(shown).cssselect("img")
    assert image.get("src").startswith("data:image/png;base64,")
    places = [(place.text, place.get("title")) for place in tree(shown).cssselect("span")]
    assert places == [("▨ 图", "图像未采集 image not captured"), ("▨", "图像未显示 image not shown")]
    assert "color: red" in shown.html
    assert shown.html.count("data:image/png") == 3
    assert (shown.shown, shown.missing, shown.withheld) == (4, 2, 1)


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"%PDF-1.7", b"<html>", b""]
)
def test_only_pictures_are_pictures(data):
    shown = sanitised("<img src=a.png>", a_png=data)
    assert tree(shown).cssselect("img") == []
    assert shown.missing == 1


def test_pictures_that_came_with_the_page_are_not_shown():
    shown = sanitised("<img src='data:image/png;base64,AAAA'><p style='background:url(data:image/png;base64,AAAA)'>")
    assert "base64" not in shown.html
    assert shown.withheld == 2


def test_the_base_of_addresses():
    page = "<html><head><base href='http://other.example/a/'></head><body><img src=b.png></body></html>"
    requested = []
    sanitise_page(page, URL, requested.append)
    assert requested == ["http://other.example/a/b.png"]


def test_style_that_is_kept():
    css = "@media print{p{color:red}} @keyframes k{from{top:0}} a>b{width:calc(1px + 2px) !important;--x:1;content:'→'}"
    kept = sanitise_sheet(css, URL, Parts(lambda _: None))
    for part in (
        "@media print{p{color:red}}",
        "@keyframes k{from{top:0}}",
        "calc(1px + 2px) !important",
        "--x:1",
        "'→'".replace("'", '"'),
    ):
        assert part in kept


@pytest.mark.parametrize(
    "css",
    ["{" * 5000, "(" * 5000, "[" * 5000 + "]" * 5000, "a{" * 5000, "@media x{" * 5000, "p{x:" + "f(" * 5000, "</style><script>", "p{content:'</style>'}",
     "\x00", "\\", "p{width:" + "9" * 5000 + "px}", "p{background:url(", "url(data:text/html,<script>)", "p{background:url(data:image/svg+xml,<svg>)}", "p{x:url(#a) url(//e.example)}"],
)  # fmt: skip
def test_any_style(css):
    for kept in (
        sanitise_sheet(css, URL, Parts(lambda _: None)),
        sanitise_declarations(css, URL, Parts(lambda _: None)),
    ):
        assert "<" not in kept
        assert "//e" not in kept
        assert "data:" not in kept


# --- personal data ---


@pytest.mark.parametrize(
    "body",
    [
        ID, f"<b>{ID[:6]}</b>{ID[6:]}", f"{ID[:6]}\n      <i>{ID[6:14]}</i>\n      {ID[14:]}", f"<td>{'</td> <td>'.join(ID)}</td>",
        f"<table><tr><td><p>{'</p> </td> <td> <p>'.join(ID)}</p></td></tr></table>", "".join(f"<span>{digit}</span>" for digit in ID),
        f"{ID[:6]}<br>{ID[6:]}", f"<p>{ID[:6]}</p>\n<p>{ID[6:]}</p>", f"{ID[:6]}<!-- x -->{ID[6:]}", f"{ID[:6]}<script>1</script>{ID[6:]}",
        f"{ID[:6]}<span style='display: none'>样</span>{ID[6:]}", f"{ID[:6]}&#8203;{ID[6:]}", f"{ID[:6]}&#x202e;{ID[6:]}", f"{ID[:6]}&shy;{ID[6:]}",
        "".join(f"<input value={digit}>" for digit in ID), f"<input value={ID}>", f"<textarea>{ID}</textarea>", f"<select><option>{ID}</option></select>",
        f"<p title='{ID}'>样</p>", f"<img src=a.png alt='{ID}'>", f"<a href='/x?id={ID}'>样</a>", f"<a href='tel:{PHONE}'>样</a>", f"<div id=r{ID} class='x {ID}'>样</div>",
        f"<style>p::after{{content:'{ID}'}}</style><p>样</p>", f"<style>.r{PHONE}-x{{}} p::after{{content:'{PHONE}'}}</style>", f"<p style=\"--x:'{ID}'\">样</p>",
        f"<p><span>序号1</span><span>{PHONE}</span></p>", f"<b>{PHONE[:3]}</b>{PHONE[3:7]}<b>{PHONE[7:]}</b>", f"{CARD[:4]}<b>{CARD[4:]}</b>", f"<u>{ID_15}</u>",
        f"<option label={ID}>样", f"<table summary={ID}></table>", f"<time datetime={ID}>样</time>", f"<title>{ID}</title>", f"<noscript>{ID}</noscript>",
        f"<script>var x='{ID}'</script>", f"<!-- {ID} -->", f"<input type=hidden value={ID}>", f"<svg><text>{ID}</text></svg>", f"<p data-x={ID}>样</p>",
        f"<p hidden>{ID}</p>", f"<details><summary>样</summary>{ID}</details>", ID.replace("1", "&#49;"), "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in ID),
    ],
)  # fmt: skip
def test_no_private_number_is_left(body):
    shown = sanitised(f"样本：{body} 样本结尾")
    plain = "".join(shown.html.split())
    for number in (ID, ID_15, PHONE, CARD):
        assert number not in plain
        assert number[6:] not in plain
    text = "".join(tree(shown).itertext())
    assert not redact(text).counts
    assert not redact("".join(text.split())).counts


def test_what_is_no_private_number_stays():
    kept = (
        "640324001/2017-61737",
        "同政发〔2017〕92号",
        "0953-8022222",
        "91640300MA75X2QA1K",
        "2017年12月19日",
        "1,234,567.89",
    )
    shown = sanitised("".join(f"<p><b>{text[:5]}</b>{text[5:]}</p>" for text in kept))
    assert shown.masked == {}
    for text in kept:
        assert text in "".join(tree(shown).itertext())


def test_masked_numbers_are_counted():
    assert sanitised(f"<p>{ID}</p><p><b>{PHONE[:3]}</b>{PHONE[3:]}</p><p title={PHONE}>样</p>").masked == {
        "resident_id": 1,
        "phone": 2,
    }


def test_a_title_and_style_are_masked_and_counted_too():
    head = f"<head><title>样本 {ID}</title><style>p{{font-family:'138 0013 8000'}}</style></head>"
    shown = sanitise_page(f"<html>{head}<body><p>样</p></body></html>", URL, lambda _: None)
    assert "<title>样本 11****************</title>" in shown.html
    assert "138 **** ****" in shown.html
    assert shown.masked == {"resident_id": 1, "phone": 1}


def test_what_masking_misses_is_not_shown(monkeypatch):
    """The result is read again: whatever is wrong with the masking, the page is then held back."""
    monkeypatch.setattr(sanitiser, "mask", lambda _: Counter())
    assert "样本" in sanitised("样本").html
    with pytest.raises(NotShown) as found:
        sanitised(f"样本 {ID[:6]}<b>{ID[6:]}</b>")
    assert str(found.value) == sanitiser.UNSURE


def test_a_page_too_large_is_not_shown():
    with pytest.raises(NotShown, match=sanitiser.TOO_LARGE):
        sanitised("样" * LONGEST_PAGE)


# --- the last word on tags and attributes, by itself ---


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<img src=http://evil.example/1.png>", "<img>"), ("<img src=https://evil.example/1.png alt=样>", '<img alt="样">'), ("<img src=//evil.example/1.png>", "<img>"),
        ("<img src=/1.png>", "<img>"), ("<img src=1.png>", "<img>"), ("<img src='?1'>", "<img>"), ("<img src=javascript:alert(1)>", "<img>"), ("<img src=blob:x>", "<img>"),
        ("<img src=data:image/png;base64,AA>", '<img src="data:image/png;base64,AA">'), ("<img srcset='data:image/png;base64,AA 2x'>", "<img>"),
        ("<img onerror=alert(1)>", "<img>"), ("<a href=http://evil.example/ target=_top ping=x>样</a>", "<a>样</a>"), ("<a href='data:text/html,x'>样</a>", "<a>样</a>"),
        ("<script>alert(1)</script>样", "样"), ("<style>p{color:red}</style>样", "样"), ("<iframe src=x></iframe>样", "样"), ("<svg onload=a()></svg>样", "样"),
        ("<form action=x>样</form>", "样"), ("<object data=x>样</object>", "样"), ("<base href=x>样", "样"), ("<meta http-equiv=refresh content=0>样", "样"), ("<link href=x>样", "样"),
        ("<video src=x>样</video>", "样"), ("<p background=x data-x=1 onclick=a()>样</p>", "<p>样</p>"), ("<!-- 样 -->本", "本"),
        ("<input type=image src=http://evil.example/1.png>", '<input type="image" disabled="">'), ("<button formaction=x>样</button>", '<button disabled="">样</button>'),
        ("<select><option>样</option></select>", '<select disabled=""><option>样</option></select>'), ("<textarea>样</textarea>", '<textarea disabled="">样</textarea>'),
    ],
)  # fmt: skip
def test_what_only_the_last_word_on_a_page_would_stop(markup, left):
    """Whatever slips through what comes before: nothing is loaded from elsewhere, led to, run or sent."""
    assert cleaned(markup) == left


# --- limits ---


def test_each_limit_of_a_page_and_its_parts(monkeypatch):
    whole = "<html><body>样本</body></html>"
    monkeypatch.setattr(sanitiser, "LONGEST_PAGE", len(whole))
    assert "样本" in sanitise_page(whole, URL, lambda _: None).html
    with pytest.raises(NotShown):
        sanitise_page(f"{whole} ", URL, lambda _: None)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_so_many_parts_of_a_page_are_asked_for(monkeypatch, count):
    monkeypatch.setattr(page_parts, "MOST_PARTS", 3)
    shown = sanitised("<img src=a.png>" * count, a_png=PNG)
    assert (shown.shown, shown.missing) == (min(count, 3), max(0, count - 3))


def test_so_many_bytes_of_parts_are_shown(monkeypatch):
    """The part that goes beyond the bound is the last."""
    for most, shown in ((len(PNG) - 1, 1), (len(PNG), 2), (2 * len(PNG) - 1, 2), (2 * len(PNG), 3)):
        monkeypatch.setattr(page_parts, "MOST_BYTES", most)
        assert sanitised("<img src=a.png>" * 4, a_png=PNG).shown == shown


def test_so_much_style_of_a_page_is_read(monkeypatch):
    monkeypatch.setattr(style_sheets, "LONGEST", 30)
    monkeypatch.setattr(sanitiser, "LONGEST", 30)
    first, second = "p{color:red}", "b{color:blue}"
    both = sanitised(f"<style>{first}</style><style>{second}</style>")
    assert (f"{first}</style>" in both.html, "blue" in both.html, both.missing) == (True, True, 0)
    room = 30 - len(first)
    for size, kept in ((room, True), (room + 1, False)):
        sheet = second + " " * (size - len(second))
        shown = sanitised(f"<style>{first}</style><style>{sheet}</style>")
        assert ("blue" in shown.html, shown.missing) == (kept, 0 if kept else 1)


@pytest.mark.parametrize(("depth", "kept"), [(49, True), (50, True), (51, False)])
def test_style_nested_deeper_than_any_needs_is_left_out(depth, kept):
    value = "calc(" * (depth - 1) + "1px" + ")" * (depth - 1)
    assert ("calc" in sanitise_sheet(f"p{{width:{value}}}", URL, Parts(lambda _: None))) == kept


@pytest.mark.parametrize(("digits", "kept"), [(10, True), (11, False)])
def test_a_rule_or_a_name_with_a_long_number_is_left_out(digits, kept):
    number = "1" * digits
    shown = sanitised(f"<style>.r{number}{{color:red}}</style><p id=r{number} class='a{number}'>样</p>")
    assert (f".r{number}" in shown.html, f'id="r{number}"' in shown.html, f'class="a{number}"' in shown.html) == (
        kept,
    ) * 3


def test_style_prints_no_digits():
    """A number could be cut up between what a page says and what its style adds."""
    kept = sanitise_sheet(
        "a::after{content:'样1'} b::after{content:'样';font-family:'Song 3'} i{color:red;quotes:'1' '2'} u{--x:'4'}"
        "li{counter-reset:n 5;list-style:'6'} ol{counter-increment:n var(--y);--y:7} h1{counter-increment:n}"
        "em::before{content:attr(title)}",
        URL,
        Parts(lambda _: None),
    )
    assert kept == (
        "a::after{}\nb::after{content:'样'; font-family:'Song 3'}\ni{color:red}\nu{}\nli{}\nol{--y:7}\nh1{counter-increment:n}\nem::before{}"
    ).replace("'", '"')


@pytest.mark.parametrize("kind", ["hidden", "password", "HIDDEN"])
def test_what_a_form_hides_is_not_shown(kind):
    assert "样本值" not in sanitised(f"<input type={kind} value=样本值>").html
    assert "样本值" in sanitised("<input type=text value=样本值>").html


def test_style_for_other_media_keeps_its_condition():
    shown = sanitised(
        "<link rel='alternate StyleSheet' href=x.css media=print><link rel=icon href=x.css>", x_css=b"p{color:red}"
    )
    assert "@media print{p{color:red}}" in shown.html
    assert shown.shown == 1


def test_what_is_no_style_sheet_is_no_style():
    page = "<html><head><link rel=stylesheet href=x></head><body>样</body></html>"
    shown = sanitise_page(page, URL, lambda _: Part("text/plain", b"p{color:red}"))
    assert ("color" in shown.html, shown.missing) == (False, 1)
    shown = sanitise_page(page, URL, lambda _: Part("text/css", None))
    assert ("color" in shown.html, shown.withheld) == (False, 1)


def test_relative_addresses_in_a_sheet_are_its_own():
    requested = []

    def find(address: str) -> Part | None:
        requested.append(address)
        return Part("text/css", b"p{background:url(b.png)}") if address.endswith(".css") else None

    sanitise_page(
        "<html><head><link rel=stylesheet href=/css/x.css></head><body><img src=a.png></body></html>", URL, find
    )
    assert requested == [
        "http://portal.example/css/x.css",
        "http://portal.example/css/b.png",
        "http://portal.example/notices/a.png",
    ]


# --- any page ---


@given(markup)
@example("<p>" * 3000 + ID)
@example("")
@example("\x00\ud800<b>")
@example("\x1f<script></script>索引号")
@example("<p>&#31;<script></script>样本&#31;<i></i>&#x1e;</p>")
@settings(max_examples=200, deadline=None)
def test_any_page(page):
    shown = sanitise_page(page, URL, lambda _: None)
    assert html.document_fromstring(shown.html).xpath(ACTING) == []


_DIGITS = st.lists(
    st.sampled_from(["<b>", "</b>", "<span>", "</span>", "<i>", "</i>", "&#8203;", "<!-- -->", "<wbr>", " "]),
    min_size=18,
    max_size=18,
)


@given(_DIGITS)
@settings(deadline=None)
def test_a_number_cut_up_anyhow(between):
    body = "".join(digit + tag for digit, tag in zip(ID, between, strict=True))
    text = "".join(tree(sanitised(f"<p>样本 {body}</p>")).itertext())
    if between.count(" ") <= 1:  # a number in many groups is one only in the shapes in use
        assert ID[6:] not in "".join(text.split()).replace("\u200b", "")


def test_an_element_has_so_many_attributes_and_no_more() -> None:
    """The parser compares each with all before it: eighty thousand on one element took it half a minute."""
    many = " ".join(f'data-{number}="{number}<>"' for number in range(80_000))
    page = sanitiser.sanitise_page(
        f"<p title=first {many} class=last>样本甲</p><p class=next>样本乙</p>", "http://a.example/", lambda _: None
    )
    assert '<p title="first">样本甲</p><p class="next">样本乙</p>' in page.html


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td"])
def test_of_a_page_that_nests_too_deep_the_whole_text_is_shown(tag):
    deep = f"<{tag}>" * 2500
    page = f"<title>样本</title><p>甲</p>{deep}<b>138</b><i>1234</i>5678<script>x</script></div>\n<div>乙<table><tr><td>丙<td><img src=x>丁"
    shown = sanitise_page(page, "http://p.example/1.html", lambda _: None)
    text = re.sub(r"<[^>]*>", "", shown.html.partition("<body>")[2])
    assert re.sub(r"\s", "", text) == "甲138********乙丙▨丁"
    assert (len(shown.html) < 1000, shown.masked, shown.removed) == (True, {"phone": 1}, 1)
