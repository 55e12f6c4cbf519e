"""Mistakes in addresses: the page says in the reader's language which parameter is wrong, and how."""

import pytest
from lxml import html

from tests.web.asking import text


@pytest.mark.parametrize(
    ("address", "zh", "en"),
    [
        ("-/browse?kind=%00", "参数 kind 的值无法识别： ‹U+0000›", "The value of kind can't be understood: ‹U+0000›"),
        ("-/browse/yangli/1?page=-1", "参数 page 的值无法识别： -1", "The value of page can't be understood: -1"),
        ("-/browse/yangli/1?year=x", "参数 year 的值无法识别： x", "The value of year can't be understood: x"),
        ("-/cards?year=1", "参数 year 的值无法识别： 1", "The value of year can't be understood: 1"),
        ("-/compare?after=x", "参数 after 的值无法识别： x", "The value of after can't be understood: x"),
        ("-/compare", "网址里缺少参数： before after", "The address lacks: before after"),
        ("-/publisher?name=x", "网址里缺少参数： portal name", "The address lacks: portal name"),
        ("-/budgets/yangli/unit", "网址里缺少参数： name", "The address lacks: name"),
        ("-/changes?from=2018-02-01&to=2018-01-01", "起始日期晚于截止日期。", "The first day is after the last one."),
        (
            "-/questions/removed_records?state=x",
            "参数 state 的值无法识别： x",
            "The value of state can't be understood: x",
        ),
        (
            "disclosures/records?_size=-1",
            "每页行数（_size）应为正整数。",
            "The number of rows (_size) must be a whole number above 0.",
        ),
        (
            "disclosures/records?_size=10000",
            "每页（_size）至多 1000 行。",
            "A page (_size) has 1000 rows at the most.",
        ),
        ("disclosures/records?_col=x", "没有名为 x 的列。", "There is no column x."),
        ("disclosures/records?_sort=x", "不能按 x 排序。", "The table can't be sorted by x."),
        (
            "disclosures/records?_sort=id&_sort_desc=id",
            "_sort 和 _sort_desc 不能同时使用。",
            "_sort and _sort_desc can't be used together.",
        ),
        ("-/cards?year=" + "9" * 500, f"参数 year 的值无法识别： {'9' * 100}", None),
    ],
)
def test_what_is_wrong_with_an_address_is_said_in_the_readers_language(get, address, zh, en):
    for language, said in (("zh", zh), ("en", en)):
        answer = get(f"/{address}{'&' if '?' in address else '?'}lang={language}")
        assert answer.status_code == 400
        (note,) = html.fromstring(answer.text).cssselect("main .note")
        assert said in {None, text(note)}


@pytest.mark.parametrize(
    ("address", "forms"),
    [("disclosures?sql=selec", 1), ("-/compare?sql=select+1", 0), ("nope?sql=select+1", 0), ("-/nope?sql=select+1", 0)],
)
def test_sql_is_offered_again_where_it_was_asked(get, address, forms):
    assert len(html.fromstring(get(f"/{address}").text).cssselect("main form.sql")) == forms
