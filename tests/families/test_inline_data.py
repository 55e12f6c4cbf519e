"""Names and values in scripts and attributes, as portals write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.services.inline_data import pairs, stated, strings
from tests.hostile import lines_run


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{columnid:33718,unitid:'2'}", "33718"),
        ("var columnid = 33718;", "33718"),
        ('{"columnid" : "33718"}', "33718"),
        ('data-q="{&quot;columnid&quot;:&quot;33718&quot;}"', "33718"),
        ("f(\\'columnid\\':\\'a b\\')", "a b"),
        ("columnid:''", ""),
        ("columnid=-1.5;", "-1.5"),
        ("columnid:1, columnid:2", "1"),
        ("mycolumnid:1, columnid:2", "2"),
        ("columnid: other", None),
        ("columnid:12ab", None),
        ("columnid", None),
    ],
)
def test_a_value_that_is_stated(text: str, value: str | None) -> None:
    assert stated(text, "columnid") == value


def test_the_plain_values_of_an_object_are_read() -> None:
    said = "{col:1,appid:'1',path:'/',\"webname\":\"样本县\",'n':2.5,f:function(){},col:9}"
    assert pairs(said) == {"col": "1", "appid": "1", "path": "/", "webname": "样本县", "n": "2.5"}


def test_an_array_of_texts() -> None:
    text = r"""x = ['<a href=\'1\'>', "b\/\u6837\n",  'c' , ]; y = ['d']"""
    assert strings(text, text.index("[")) == ["<a href='1'>", "b/样\n", "c"]
    assert strings("[]", 0) == strings("['a", 0) == strings("[1,'a']", 0) == []


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab:='\"\\\\,[]{}&quot;u0 \n")))
def test_any_text_is_read(text: str) -> None:
    stated(text, "a")
    pairs(text)
    strings(text, 0)


@pytest.mark.parametrize("unit", ["a:'", "a:'b',", "&quot;a&quot;:&quot;", "'a\\\\',"])
def test_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    small, large = ("[" + unit * times for times in (100, 400))
    assert lines_run(lambda: (pairs(large), strings(large, 0))) < 5 * lines_run(
        lambda: (pairs(small), strings(small, 0))
    )
