"""The preview of a page where its address is shared: a description, one address, a picture that is there."""

import struct

import pytest

from tests.web.asking import asking, asking_copy, tree

MARKS = ("og:title", "og:description", "og:url", "og:image", "og:site_name", "og:locale", "og:type")


def head(page) -> dict[str, str]:
    """The head's `meta` elements, by name or property, and its canonical link."""
    marks = {meta.get("name") or meta.get("property"): meta.get("content") for meta in page.cssselect("head meta")}
    return marks | {"canonical": page.xpath("//link[@rel='canonical']/@href")[0]}


@pytest.mark.parametrize("path", ["/", "/-/search", "/-/browse", "/-/questions/removed_records", "/-/record/1", "/-/about", "/disclosures"])  # fmt: skip
def test_every_page_has_them(get, path):
    page = tree(get(path))
    shared = head(page)
    assert [mark for mark in (*MARKS, "description") if not shared.get(mark)] == []
    assert shared["og:title"] == page.cssselect("title")[0].text
    assert shared["og:description"] == shared["description"]
    assert shared["og:url"] == shared["canonical"] == f"http://localhost{path}"


def test_the_picture_is_a_picture_of_the_size_it_says(get):
    shared = head(tree(get("/")))
    picture = get(shared["og:image"])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture.content[16:24])
    assert (str(width), str(height)) == (shared["og:image:width"], shared["og:image:height"])
    assert len(picture.content) < 60_000


def test_the_one_address_of_a_page_says_no_language_and_keeps_what_is_asked(get):
    assert head(tree(get("/-/search?lang=en&q=预算&kind=budget")))["canonical"] == (
        "http://localhost/-/search?q=%E9%A2%84%E7%AE%97&kind=budget"
    )


def test_a_record_is_described_by_itself(past):
    described = head(tree(asking(past)("/-/record/2")))
    assert described["og:title"].startswith("样例公告之2")
    assert described["description"].startswith("样例县民政局 · 已撤下 · 样例正文")


def test_a_withheld_record_is_not_described(past, tmp_path):
    ask = asking_copy(past, tmp_path, "UPDATE records SET state = 'withheld' WHERE id = 2")
    assert "样例正文" not in head(tree(ask("/-/record/2")))["description"]


def test_an_error_is_nothing_to_share(get):
    assert "og:url" not in get("/-/nope").text
