"""Addresses as portals print them, without what is made anew for each visit."""

import pytest

from crawler.extract.place import place_of, without_visit

HOST = "http://p.example"
SESSION = "0123456789ABCDEF0123456789ABCDEF"


@pytest.mark.parametrize(
    ("printed", "lasting"),
    [
        (f"/d/1.html;jsessionid={SESSION}", "/d/1.html"),
        (f"/d/1.html;JSESSIONID={SESSION}?id=7", "/d/1.html?id=7"),
        (f"/index.jsp;jwpsession_id={SESSION}!-5", "/index.jsp"),
        (f"/d.php?PHPSESSID={SESSION}&id=7", "/d.php?id=7"),
        (f"/d.asp?id=7&ASPSESSIONIDCQBRTABC={SESSION}", "/d.asp?id=7"),
        (f"/d?sid={SESSION}", "/d"),
        ("/d/1.html?_=1511111111111", "/d/1.html"),
        ("/d/1.html?t=1511111111", "/d/1.html"),
        ("/d/notice.html?t=1511111111", "/d/notice.html"),
        ("/d/a.docx?rnd=0.8412345678", "/d/a.docx"),
        ("/show.jsp?rnd=0.8412345678", "/show.jsp"),
        ("/d/1.html?rnd=0.8412345678#top", "/d/1.html#top"),
        ("/show?id=7&random=.8412345678&lang=zh", "/show?id=7&lang=zh"),
    ],
)
def test_sessions_and_numbers_against_caches_are_left_out(printed: str, lasting: str) -> None:
    assert without_visit(HOST + printed) == HOST + lasting


@pytest.mark.parametrize(
    "printed",
    [
        "/d/1.html", "/d/1.html?", "/", "", "/show?t=1511111111111", "/show.jsp?t=1511111111111", "/show.do?type=a&t=1511111111111", "/show?type=a&t=1511111111111", "/d/1.html?t=15", "/d/1.html?id=1511111111111",
        "/d/1.html?r=0.84", "/d/1.html?sid=42", "/d/1.html?t=9511111111111", f"/list#/d?sid={SESSION}", "/d/1;a=b", "/d/1.html?a=1&a=1", "/d?&&",
    ],
)  # fmt: skip
def test_what_could_be_the_page_s_own_stays(printed: str) -> None:
    assert without_visit(HOST + printed) == HOST + printed


@pytest.mark.parametrize(
    "address", ["http://www.p.example:80/a/", "https://p.example:443/a/index.html", "https://p.example/a"]
)
def test_a_scheme_its_port_www_and_the_index_do_not_make_another_place(address: str) -> None:
    assert place_of(address) == place_of("http://p.example/a/")
    assert place_of(address.replace("/a", "/b")) != place_of("http://p.example/a/")
