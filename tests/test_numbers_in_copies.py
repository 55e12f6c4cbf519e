"""Numbers in copies of pages: masked over what markup sets within them, and in the order in which they are shown."""

import pytest

from archive.copies import page_masks, sanitiser
from archive.copies.sanitiser import NotShown, sanitise_page
from tests.test_sanitiser import sanitised


@pytest.mark.parametrize(
    "body",
    [
        "<bdo dir=rtl>80123456831</bdo>", "<span style='unicode-bidi: bidi-override'>80123456831</span>", "&#x202e;80123456831",
        "<style>i{order:2} p{flex-direction:row-reverse} u{unicode-bidi:bidi-override} b{flex-flow:row-reverse}</style>",
        "<i style='float: right'>432108</i><i style='float:right'>13865</i>", "<i style='position:absolute;left:0'>13865</i>",
    ],
)  # fmt: skip
def test_figures_stand_in_the_order_in_which_they_are_masked(body):
    shown = sanitised(f"<p>样本{body}</p>").html
    for turning in ("<bdo", "bidi", "\u202e", "order", "reverse", "float", "position"):
        assert turning not in shown
    assert "float" in sanitised("<p style='float:right'>样本</p>").html


@pytest.mark.parametrize(
    "between",
    [
        '<span style="display:none">9</span>', '<i class="decoy">9</i>', "<rt>9</rt>", "<rp>（</rp><rt>9</rt><rp>）</rp>", "<sup>9</sup>",
        "<sup><a>[9]</a></sup>", "<button>复制</button>", '<img alt="9" src="none.png">',
    ],
)  # fmt: skip
def test_a_number_is_masked_over_what_stands_within_it(between: str) -> None:
    page = sanitise_page(f"<ruby>110105{between}19491231{between}002X</ruby>", "http://p.example/", lambda _: None)
    assert page.masked == {"resident_id": 1}
    page = sanitise_page(f"<p>138{between}001<em>3</em>8000</p>", "http://p.example/", lambda _: None)
    assert page.masked == {"phone": 1}


@pytest.mark.parametrize(
    "body", ["2017<b>12</b>31", "共<i>9</i>页", "138<i>9</i>001", f"138<i>{'样' * 31}</i>00138000"]
)
def test_what_stands_beside_figures_that_are_no_number_stays(body: str) -> None:
    assert sanitised(f"<p>{body}</p>").masked == {}


def test_so_many_kinds_of_elements_within_numbers_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<p>1380013<i class=a>9</i>8000</p><p>1380013<i class=b>9</i>8000</p>"
    assert sanitised(page).masked == {"phone": 2}
    monkeypatch.setattr(page_masks, "_MOST_NOTES", 1)
    with pytest.raises(NotShown, match=sanitiser.UNSURE):
        sanitised(page)
