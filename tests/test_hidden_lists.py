"""Lists that a page hides: in tabs that are not open, and by its own style sheets."""

import pytest

from tests.list_pages import AROUND, HERE, rows

TABS = """<div>位置：<a href=/>首页</a> &gt; <a href=/gk/>公开</a> &gt; <a href=/gk/1/>公告</a></div><div class=tabs><a>公告</a><a>公示</a></div>
    <div{}><ul><li><a href=1.html>甲</a> 2017-12-19</li><li><a href=2.html>乙</a> 2017-12-18</li></ul></div>
    <div{}><ul><li><a href=3.html>丙</a> 2017-12-17</li><li><a href=4.html>丁</a> 2017-12-16</li><li><a href=5.html>戊</a> 2017-12-15</li></ul></div>{}"""


@pytest.mark.parametrize(
    ("html", "titles"),
    [
        (TABS.format("", " style='display: none'", ""), "甲乙"),
        (TABS.format("", " hidden", ""), "甲乙"),
        (TABS.format(" style=display:none", "", ""), "丙丁戊"),
        (TABS.format(" class=now", " class=other style=display:none", ""), "甲乙"),  # of two forms the shown one
        (TABS.format(" hidden", " hidden", ""), "甲乙丙丁戊"),  # a script shows them
        (TABS.format("", " hidden", "<p><a>1</a><a>2</a></p>"), "甲乙丙丁戊"),  # numbers switch pages, and not tabs
        (TABS.format("", " hidden", "<p><a>1</a><a>2</a><a>3</a></p>"), "甲乙"),  # pages of the tab that is open
    ],
)
def test_the_list_of_a_hidden_tab_is_left_out(html: str, titles: str) -> None:
    assert "".join(row.fields["title"] for row in rows(AROUND % html)) == titles


@pytest.mark.parametrize(
    ("sheet", "titles"),
    [
        (".tab{display:none}.tab.on{display:block}", "甲乙"),
        (".tab.on{display:block}\n/* tabs } */\ndiv.tab { DISPLAY: none }", "甲乙"),
        (".tabs{display:none;color:red}", "丙丁戊"),  # of another class
        (".off, #other { margin:0; display : none !important }", "甲乙"),
        ("@charset 'utf-8'; body .off{display:none}", "甲乙"),
        ("#list .off{display:none}", "丙丁戊"),  # of those in another box
        (".off{display:none}#second{display:block}", "丙丁戊"),  # the surer rule counts, be it before or behind
        ("#second{display:block}.off{display:none}", "丙丁戊"),
        (".off{display:none}.tab{display:block}", "丙丁戊"),  # of two alike the last
        ("@media (max-width:768px){.off{display:none}}", "丙丁戊"),  # on telephones
        (".off:before{display:none}.off>ul{display:none", "丙丁戊"),  # of what is no such box
        ("<!-- .off{display:none} -->", "甲乙"),
        ("}}}.off{display:none}", "丙丁戊"),
    ],
)
def test_a_style_sheet_of_the_page_hides_a_tab(sheet: str, titles: str) -> None:
    html = TABS.format(" class='tab on'", " class='tab off' id=second", f"<style>{sheet}</style>")
    assert "".join(row.fields["title"] for row in rows(AROUND % html)) == titles


def test_what_an_element_says_of_itself_goes_before_its_style_sheet() -> None:
    html = TABS.format("", " class=off style=display:block", "<style>.off{display:none}</style>")
    assert "".join(row.fields["title"] for row in rows(AROUND % html)) == "丙丁戊"


@pytest.mark.parametrize("sheet", ["#phone{display:none}", "#wide{display:none}"])
def test_a_copy_that_a_style_sheet_hides_is_no_tab(sheet: str) -> None:
    """Neither is a list that is hidden until a script shows it, on a page with nothing else."""
    lines = "".join(f"<li><a href=d/{number}.html>第{number}条</a> 2017-12-19</li>" for number in range(1, 4))
    html = f"<style>{sheet}</style><div id=wide><ul>{lines}</ul></div>"
    for page in (html, html + f"<div id=phone><ul>{lines}</ul></div>"):
        assert [row.url for row in rows(page)] == [f"{HERE}d/{number}.html" for number in range(1, 4)]
