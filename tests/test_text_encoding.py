"""The right characters, whatever the portal says or forgets to say about them."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archive.evidence.text_encoding import encoding_of, text_of
from tests.exchanges import exchange

TEXT = "同心县2017年部门预算公开"
HTML = f"<html><head><title>{TEXT}</title></head><body>{TEXT}</body></html>"
META = "<html><head><meta charset={0}></head><body>" + TEXT + "</body></html>"


def decoded(body: bytes, content_type: str = "") -> str:
    return body.decode(encoding_of(body, content_type), "replace")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "gb2312"])
def test_without_a_declaration(encoding: str) -> None:
    assert TEXT in decoded(HTML.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5"])
def test_as_the_header_declares(encoding: str) -> None:
    text = HTML if encoding != "big5" else HTML.replace(TEXT, "預算")
    assert text in decoded(text.encode(encoding), f"text/html; charset={encoding}")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb2312"])
def test_as_the_page_declares(encoding: str) -> None:
    assert TEXT in decoded(META.format(encoding).encode(encoding))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "gbk"), ("gb2312", "gb18030"), ("iso-8859-1", "gbk"), ("iso-8859-1", "utf-8"), ("x-unknown", "utf-8")],
)
def test_a_declaration_that_cant_be_true_is_passed_over(declared: str, encoding: str) -> None:
    # 镕 and 〇 are in GBK and not in GB2312; portals declare gb2312 all the same
    text = META.format(declared).replace("部门", "朱镕〇")
    assert "朱镕〇预算" in decoded(text.encode(encoding))
    assert "朱镕〇预算" in decoded(text.encode(encoding), f"text/html;charset={declared}")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_believed_first(encoding: str) -> None:
    assert TEXT in decoded(HTML.encode(encoding), "text/html; charset=gbk")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_page_that_broke_off_within_a_character(encoding: str, missing: int) -> None:
    body = (HTML[: HTML.index("</body>")]).encode(encoding)[:-missing]
    assert TEXT[:-2] in decoded(body)


def test_an_empty_page_is_utf_8() -> None:
    assert encoding_of(b"") == "utf-8"


@settings(deadline=None)
@given(st.text(st.sampled_from("同心县预算公开关于二〇一七年的通知政府信息索引号"), min_size=6))
def test_undeclared_gbk_is_not_taken_for_another_script(text: str) -> None:
    assert decoded(text.encode("gbk")) == text
    assert decoded(text.encode()) == text


UNTRUE = st.sampled_from(
    [
        "",
        "text/html",
        "charset=",
        *(f"text/html; charset={name}" for name in ("iso-8859-1", "ascii", "x-unknown", "\0")),
    ]
)
"""Declarations that say nothing of a Chinese page's encoding."""


@settings(deadline=None)
@given(st.text("样本同心县预算公开abc 123", min_size=2), st.sampled_from(["utf-8", "gb18030"]), UNTRUE)
def test_chinese_text_is_read_whatever_a_header_says(text: str, encoding: str, declared: str) -> None:
    body = text.encode(encoding)
    assume(encoding == "utf-8" or not is_text(body, "utf-8"))
    assert decoded(body, declared) == text
    assert decoded(body, f"text/html; charset={encoding}") == text
    assert text_of(exchange(payload=body, response_headers=(("Content-Type", declared),))) == text


@example(b"\xc2\x80\xe0\xa0", "")
@settings(deadline=None)
@given(st.binary(max_size=60), UNTRUE | st.text(max_size=20))
def test_any_bytes_have_an_encoding_that_loses_nothing_where_one_does(body: bytes, content_type: str) -> None:
    """A byte order mark's; else UTF-8 where the bytes are that; else GB 18030; where they are neither, what is lost is marked."""
    assume(b"charset" not in body)
    assume("charset" not in content_type or "iso" in content_type or "x-unknown" in content_type)
    found = encoding_of(body, content_type)
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"} or body.startswith(b"\xef\xbb\xbf"):
        assert found != "gb18030"
    elif is_text(body, "utf-8"):
        assert decoded(body, content_type) == body.decode()
    elif is_text(body, "gb18030") and not any(
        is_text(body[:-cut], "utf-8") for cut in (1, 2, 3)
    ):  # a page in UTF-8 may break off within a character
        assert decoded(body, content_type) == body.decode("gb18030")


def is_text(body: bytes, encoding: str) -> bool:
    """Whether these bytes are whole characters in that encoding."""
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
