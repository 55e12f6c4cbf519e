"""Unicode's normal form: like the standard library's for all text that somebody writes, and never long in coming."""

import re
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archive.model.printable import normal_form
from tests.doubling import slow_growth

ROOT = Path(__file__).parent.parent


@given(st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("a\u0301\u0316\u0338=预。 ")))
def test_ordinary_text_has_the_form_of_the_standard(text: str) -> None:
    assert normal_form(text) == unicodedata.normalize("NFKC", text)


def test_marks_that_crowd_on_a_letter_are_put_in_order_30_by_30() -> None:
    assert normal_form("a" + "\u0316" * 20 + "\u0301" * 8) == "á" + "\u0316" * 20 + "\u0301" * 7
    assert normal_form("预" + "\u0301\u0316" * 16) == "预" + "\u0316" * 15 + "\u0301" * 15 + "\u0316\u0301"
    assert slow_growth(normal_form, ("a", "\u0301\u0316", "")) is None
    assert slow_growth(normal_form, ("", "\u0301", "\u0316")) is None
    assert slow_growth(normal_form, ("\u0316", "\u0301", "")) is None


def test_nothing_puts_a_whole_text_in_normal_form_by_itself() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {call}"
        for room in ("archive", "crawler", "pipelines")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "printable.py"
        for call in re.findall(r"unicodedata\.normalize\((.*?)\)", path.read_text(encoding="utf-8"))
    }
    one_character = {'"NFKC", chr(code', '"NFKC", character', '"NFKC", c'}
    one_cell = {'"NFKC", cell', '"NFKC", self.text'}  # of a table, which is bounded
    assert {each.partition(": ")[2] for each in found} == one_character | one_cell
