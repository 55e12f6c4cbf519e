"""The right characters, whatever the portal says or forgets to say about them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.charset import encoding_of

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


def test_an_empty_page() -> None:
    assert encoding_of(b"") == "utf-8"


@settings(deadline=None)
@given(st.text(st.sampled_from("同心县预算公开关于二〇一七年的通知政府信息索引号"), min_size=6))
def test_undeclared_gbk_is_not_taken_for_another_script(text: str) -> None:
    assert decoded(text.encode("gbk")) == text
    assert decoded(text.encode()) == text


@settings(deadline=None)
@given(st.binary(), st.text())
def test_any_bytes_have_an_encoding(body: bytes, content_type: str) -> None:
    assert isinstance(body.decode(encoding_of(body, content_type), "replace"), str)
