"""Elements have few attributes when they are parsed, wherever a parser sees them: it compares each with all before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.masking.attributes import MOST_ATTRIBUTES, with_few_attributes
from crawler.extract.tree import parse_html

CROWD = " ".join(f"a{number}={{0}}" for number in range(5_000))


@pytest.mark.parametrize(
    "markup",
    ["<p a='1' b=\"2\" c=3 d>x</p>", "<a href=/x/y/z>", "<p a=\"", "<p a='>'>x", "a < b <c", "<img/src=x/alt=y>", "</p><p>", "<p = a>",
     "<!-- <p>", "<!-->", "<script>a<b '</script>", "<?x >", "</ x>"],
)  # fmt: skip
def test_markup_with_few_attributes_stays_as_it_is(markup: str) -> None:
    assert with_few_attributes(markup) == markup


def test_attributes_beyond_are_cut_wherever_values_hold_brackets_or_have_no_end() -> None:
    few = " ".join("a" * MOST_ATTRIBUTES)
    for page, cut in (
        ("<p {} c d>x", "<p {}>x"),
        ("<p {} b=\"<p\" c='>' d>x", "<p {}>x"),
        ("<p {} a = 1 b =2 c= 3>x", "<p {}>x"),
        ("<p {}/a/b/c>x<b {} b c>y", "<p {}>x<b {}>y"),
        ("<p {} c='no end", "<p {}"),
        ("<p {}>x", "<p {}>x"),
    ):
        assert with_few_attributes(page.replace("{}", few)) == cut.replace("{}", few)


@pytest.mark.parametrize("value", ["b", '"<"', '">"', "'>'", "'<p>'"])
@pytest.mark.parametrize(
    "before", ["", "<script>\"<b x='\"</script>", "<script/>", "<!-- <b x=' -->", "<!-->", "<title><b x='</title>", "</<b x='>", "<b x=\u3000'>",
               "<\x00b x='>"],
)  # fmt: skip
def test_a_page_is_parsed_with_few_attributes_whatever_stands_before(value: str, before: str) -> None:
    root = parse_html(f"<html><body>{before}<p {CROWD.replace('{0}', value)}>样本</p></body></html>")
    assert max(len(node.attrib) for node in root.iter(etree.Element)) <= MOST_ATTRIBUTES


PIECES = ["<", ">", '"', "'", "=", " ", "/", "a", "<!--", "-->", "--!>", "<script>", "</script>", "<script/>", "<p ", "<q", "</", "<title>",
          "</title>", "!", "\n", "\x0c", "\u3000", "\x85", "\x1c", "\x0b", "&gt;", CROWD.replace("{0}", "'>' ")]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), min_size=3, max_size=25))
def test_it_sees_the_elements_that_the_parser_sees(pieces: list[str]) -> None:
    root = parse_html(f"<html><body>样本{''.join(pieces)}</body></html>")
    assert max(len(node.attrib) for node in root.iter(etree.Element)) <= MOST_ATTRIBUTES
