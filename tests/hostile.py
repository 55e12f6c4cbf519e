"""Text and markup that no author would write, and a count of the work that reading it takes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import strategies as st

from crawler.extract.field_labels import COUNTERS, LABELS, UNMAPPED

BLANKS = "\t\n\r \u00a0\u1680\u2002\u2003\u2009\u200b\u200c\u200e\u2028\u202f\u205f\u2060\u3000\ufeff"
"""Blanks, narrow, wide and invisible, that stand in labels on real pages (portals.md §3 trap 10)."""

_LABELS = [label for labels in LABELS.values() for label in labels]
_WORDS = [*_LABELS[:12], *UNMAPPED[:3], *COUNTERS[:3], "当前位置：", "下一页", "共3页", "2017-12-19", "[12-19]", "关于预算的通知...",
          "640324-101/2017-00123", "县政府办", "无", "：", ":", ">", "…", "\x00", "\ud800", "&nbsp;", "&#x110000;"]  # fmt: skip
_TAGS = ["table", "thead", "tr", "th", "td", "ul", "ol", "li", "dl", "dt", "dd", "div", "p", "span", "a", "strong", "font", "h1",
         "form", "input", "select", "script", "style", "title", "meta", "br", "article", "iframe", "o:p", "html", "body"]  # fmt: skip
_ATTRIBUTES = ["", ' href="t20171219_1.html"', ' href="javascript:void(0)"', ' href="http://[1/"', " href", ' title="关于预算的通知全文"',
               ' class="title"', ' class="footer"', ' id="zoom"', ' style="display: none"', ' colspan="3"', f' colspan="{"9" * 5000}"',
               ' colspan="٣"', ' name="ArticleTitle" content="x"', ' type="hidden"', " <", ' "']  # fmt: skip

texts = st.one_of(st.text(), st.text(st.sampled_from("".join(_LABELS) + BLANKS + "0123456789-/.年月日…<>[]〔〕：:")))
"""Any text, and text that looks like what portals print."""

_tags = st.builds(
    lambda slash, tag, attribute: f"<{slash}{tag}{attribute}>",
    st.sampled_from(["", "", "", "/"]),
    st.sampled_from(_TAGS),
    st.sampled_from(_ATTRIBUTES),
)
markup = st.lists(
    st.one_of(_tags, _tags, st.sampled_from(_WORDS), st.just("<!-- 索引号：1 -->"), st.text(max_size=8)), max_size=60
).map("".join)
"""Tags opened and closed at random, around labels, values and noise."""


def lines_run(work: Callable[[], Any]) -> int:
    """The number of lines of this project's code (each turn of a loop again) that `work` runs."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        nonlocal count
        if "/site-packages/" in frame.f_code.co_filename or "/lib/python" in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
