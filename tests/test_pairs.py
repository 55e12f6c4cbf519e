"""Label–value pairs in every layout that portals.md §2 describes; every page here is written for the test."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.extract.pairs import read_pairs, understand
from crawler.extract.tree import parse_html
from tests.hostile import lines_run, markup, texts

Pairs = list[tuple[str, str]]


def pairs(html: str) -> Pairs:
    return read_pairs(parse_html(html))


# §2.1 (county template), §2.2 (Handan, Wuhan, Pingtan, CSRC), §2.5 (Deya), §2.6 (UCAP)
@pytest.mark.parametrize(
    ("html", "read"),
    [
        pytest.param("<table><tr><td>索 引 号：A/2017-1</td><td>文　　号：</td><td>生成日期：2017-12-19</td></tr></table>",
                     [("索 引 号", "A/2017-1"), ("文 号", ""), ("生成日期", "2017-12-19")], id="one cell"),
        pytest.param("<table><tr><td>索引号</td><td>A</td><th>文号：</th><td>B</td></tr></table>",
                     [("索引号", "A"), ("文号", "B")], id="next cell"),
        pytest.param("<table><tr><td>\n                                索引号\n              </td>\n   <td>\n      A\n </td></tr></table>",
                     [("索引号", "A")], id="indented source"),
        pytest.param("<TABLE><TR><TD><STRONG>索&nbsp;引&ensp;号</STRONG></TD><TD>&nbsp;A</TD></TR></TABLE>",
                     [("索 引 号", "A")], id="strong in a cell"),
        pytest.param("<div class=top><p><strong>索引号</strong>：A</p><p><strong>文号：</strong>B</p></div>",
                     [("索引号", "A"), ("文号", "B")], id="strong beside text"),
        pytest.param("<ul><li>索引号：<font>A</font></li><li>有 效 性：有效</li></ul>",
                     [("索引号", "A"), ("有 效 性", "有效")], id="font"),
        pytest.param("<dl><dt>索引号</dt><dd>A</dd><dt>时间</dt><dd>2017-12-19</dd></dl>",
                     [("索引号", "A"), ("时间", "2017-12-19")], id="term and definition"),
        pytest.param("<dl><dd><label><font>索 引 号</font>：</label><div class=display-block>A</div></dd></dl>",
                     [("索 引 号", "A")], id="label and block"),
        pytest.param("<div>公开方式</div><div>主动公开</div>", [("公开方式", "主动公开")], id="boxes"),
        pytest.param("<div id=attribute><span>索引号：A</span><span>文号：B</span><span>-</span></div>",
                     [("索引号", "A"), ("文号", "B-")], id="spans in a line"),
        pytest.param("<p><span>索引号</span><span>A</span><span>文号</span><span>B</span></p>",
                     [("索引号", "A"), ("文号", "B")], id="spans without a colon"),
        pytest.param("<p>发布日期：<i>2017-12-19</i>来源：<i>县政府办</i>　作者：张某</p>",
                     [("发布日期", "2017-12-19"), ("来源", "县政府办"), ("作者", "张某")], id="several in a line"),
        pytest.param("<table><tr><td><table><tr><td>索引号：</td><td>A</td></tr></table></td><td>文号:B</td></tr></table>",
                     [("索引号", "A"), ("文号", "B")], id="nested tables"),
        pytest.param("<table><tr><td>索引号<td>：<td>A<td>文号<td>:<td>B</tr></table>", [("索引号", "A"), ("文号", "B")], id="colons in cells"),
        pytest.param("<p>[索引号]：A　[文号]：B</p>", [("索引号", "A"), ("文号", "B")], id="brackets"),
        pytest.param("<ul><li>[索引号] A</li><li>【文号】B</li></ul>", [("索引号", "A"), ("文号", "B")], id="one in brackets"),
        pytest.param("<p>\n  【文&ensp;号】 B<br>\n  【成文日期】 2021-07-28<br></p>", [("文 号", "B"), ("成文日期", "2021-07-28")], id="in brackets behind blanks"),
        pytest.param("<table><tr><td>[索引号]</td><td>A</td></tr></table>", [("[索引号]", "A")], id="a cell in brackets"),
        pytest.param("<ul><li>索引号</li><!-- x --><li>A</li><li>文号</li><li>B</li></ul>", [("索引号", "A"), ("文号", "B")], id="items by turns"),
        pytest.param("<table><tr><th>索引号</th><!-- x --><th>文号</th></tr><tr><td>A</td><td>B</td></tr></table>",
                     [("索引号", "A"), ("文号", "B")], id="values below"),
        pytest.param("<table><thead><tr><td>索引号<td>文号</tr></thead><tbody><tr><td>A<td>B</tr></tbody></table>",
                     [("索引号", "A"), ("文号", "B")], id="values below the head"),
        pytest.param("<table><tr><th>索引号<th>文号</tr><tr><td>A<td>B</tr><tr><th>发布机构<th>有效性</tr><tr><td>C<td>D</tr></table>",
                     [("索引号", "A"), ("文号", "B"), ("发布机构", "C"), ("有效性", "D")], id="values below by turns"),
        pytest.param("<fieldset><legend>样本</legend><label>索引号</label><i>A</i></fieldset>", [("索引号", "A")], id="below a legend"),
        pytest.param("<table><tr><td>索引号：A<br>文号：B</td></tr></table>", [("索引号", "A"), ("文号", "B")], id="line break"),
        # portals.md §3 trap 16: one number in seven spans
        pytest.param("<td>文　号：<span>岚</span><span>金管备〔</span><span>20</span><b>23</b><span>〕</span><span>3</span><o:p>号</o:p></td>",
                     [("文 号", "岚金管备〔2023〕3号")], id="value in Word's markup"),
        pytest.param("<p><span>文</span><span>&emsp;</span><span>号</span><span>：</span><b>B</b></p>", [("文号", "B")], id="label in Word's markup"),
        # trap 20: counters end the value before them
        pytest.param("<p>来源：县政府办 浏览次数：<span id=hits>33</span>次 【字号：大 中 小】</p><p>点击量：12</p>", [("来源", "县政府办")],
                     id="view counters and font sizes"),
        # trap 13 (Handan: 成文日期 only in a comment)
        pytest.param("<!-- <td>成文日期：2019-01-01</td> --><p>发布日期：<!-- 2018-01-01 -->2017-12-19</p><style>索引号：Y</style>",
                     [("发布日期", "2017-12-19")], id="comments and styles"),
        pytest.param("<script>document.write('文号：X')</script><template><p>名称：Z</p></template><p>发布日期：2017-12-19</p>",
                     [("发布日期", "2017-12-19")], id="scripts and templates"),
        pytest.param("<form><table><tr><td>索引号：</td><td><input name=syh></td><td>标题</td><td><input type=text></td></tr></table></form>",
                     [], id="search form in a table"),
        pytest.param("<form><table><tr><td>发布日期：</td><td><input> 至 <input></td></tr></table>文号：<input> "
                     "公开方式：<select><option>主动公开</select> 发布日期：<textarea></textarea></form>", [], id="search form in a line"),
        pytest.param("<form><p>索引号：A<input type=hidden value=1></p><p>名称：<input type=hidden>甲 <input type=button value=复制></p></form>",
                     [("索引号", "A"), ("名称", "甲")], id="page in a form"),
    ],
)  # fmt: skip
def test_every_layout(html: str, read: Pairs) -> None:
    assert pairs(html) == read


@pytest.mark.parametrize("empty", ["", "&nbsp;", "<span></span>", "\u3000\u200b"])
def test_a_label_without_a_value_takes_no_other_labels(empty: str) -> None:
    html = f"<table><tr><td>文号：{empty}</td><td>主题分类：</td><td>教育</td></tr><tr><td>索引号</td><td>发布机构：甲</td></tr></table>"
    assert pairs(html) == [("文号", ""), ("主题分类", "教育"), ("发布机构", "甲")]


@pytest.mark.parametrize(
    "html", ["<p>时间紧任务重：大家努力</p>", "<p>会议内容：略</p>", "<p>标题党</p>", "<p>索引号</p><p>A</p>", "<p>" + "索引号：A " * 200 + "</p>",
             "<ul><li>主题</li><li>分类</li></ul>", "<p>[标题] 甲</p>", "<p>文件见 [索引号] A</p>", "<ul><li>索引号</li><li>A</li></ul>", "<ul><li>索引号</li><li>A</li><li>甲</li><li>B</li></ul>",
             "<table><tr><td>索引号</td><td>文号</td></tr>" + "<tr><td>A</td><td>B</td></tr>" * 2 + "</table>",
             "<table><tr><td>索引号</td><td>文号</td></tr><tr><td>A</td></tr></table>"]
)  # fmt: skip
def test_running_text_and_bare_words_are_no_pairs(html: str) -> None:
    assert pairs(html) == []


def test_nothing_is_read_from_inside_what_is_skipped_but_from_behind_it() -> None:
    root = parse_html("<div><div id=body>文号：X</div>索引号：A</div>")
    assert read_pairs(root, skip=[root.find(".//div[@id='body']")]) == [("索引号", "A")]


# --- what pairs mean ---


def test_the_surest_label_counts_and_all_are_kept_as_printed() -> None:
    read = understand(
        [("来源", "中国平潭"), ("发布机构", "县政府办"), ("发布单位", "别的局"), ("发布 时间", "2017年1月2日")]
    )
    assert read.fields == {"publisher": "县政府办", "published_on": "2017-01-02"}
    assert read.source_fields == {
        "来源": "中国平潭",
        "发布机构": "县政府办",
        "发布单位": "别的局",
        "发布 时间": "2017年1月2日",
    }
    assert read.doubts == set()


@pytest.mark.parametrize("empty", ["", "\u00a0", "无", "-"])
def test_a_surer_label_without_a_value_gives_way(empty: str) -> None:
    read = understand([("发布机构", empty), ("来源", "县政府办"), ("文号", empty)])
    assert read.fields == {"publisher": "县政府办"}
    assert read.source_fields["文号"] == empty


def test_a_label_printed_twice_keeps_the_value_it_has() -> None:
    assert understand([("文号", "A"), ("文号", "")]).source_fields == {"文号": "A"}
    assert understand([("文号", ""), ("文号", "B")]).source_fields == {"文号": "B"}
    first = understand([("文号", "A"), ("文号", "B")])
    assert (first.fields, first.source_fields) == ({"document_number": "A"}, {"文号": "A"})
    absent = understand([("发布日期", "昨天"), ("发布日期", "2017-01-02")])
    assert (absent.fields, absent.doubts) == ({"published_on": "2017-01-02"}, set())
    assert absent.source_fields == {"发布日期": "2017-01-02"}
    assert understand([("文号", "无"), ("文号", "B"), ("文号", "C")]).source_fields == {"文号": "B"}
    assert understand([("语种", "中文"), ("语种", "英文")]).source_fields == {"语种": "中文"}


def test_a_label_that_a_page_prints_twice_counts_where_it_stands_first() -> None:
    html = "<p>文号：样发〔2017〕1号</p><p>索引号：A1</p><h3>相关文件</h3><p>文号：样发〔2016〕9号</p><p>索引号：A2</p>"
    read = understand(pairs(html))
    assert read.fields == {"document_number": "样发〔2017〕1号", "index_number": "A1"}
    assert read.source_fields == {"文号": "样发〔2017〕1号", "索引号": "A1"}


def test_a_date_that_cant_be_read_is_a_doubt_unless_another_can() -> None:
    assert understand([("发布日期", "昨天")]).doubts == {"date_unreadable"}
    assert understand([("发布日期", "昨天"), ("公开日期", "2017-01-02")]).doubts == set()
    assert understand([("发布日期", "昨天"), ("成文日期", "2017-01-02")]).doubts == {"date_unreadable"}
    assert understand([("发布日期", "无")]).doubts == set()
    assert "published_on" not in understand([("发布日期", "昨天")]).fields


def test_a_date_without_a_year_asks_the_address() -> None:
    assert understand([("发布日期", "12-19")], "/t20171219_1.html").fields == {"published_on": "2017-12-19"}
    assert understand([("发布日期", "12-19")], "/t20171220_1.html").doubts == {"date_unreadable"}


def test_labels_that_stand_for_no_field_are_kept_as_printed_only() -> None:
    read = understand([("语种", "中文")])
    assert (read.fields, read.source_fields) == ({}, {"语种": "中文"})


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["文号", "文 号", "发文字号", "发布日期", "公开日期", "生成日期", "来源", "语种"]),
            st.sampled_from(["", "无", "甲", "乙", "昨天", "2017-01-02", "2018年3月4日"]),
        ),
        max_size=8,
    )
)
@example([("文 号", ""), ("文号", "甲"), ("文 号", "乙")])
def test_what_is_kept_as_printed_says_the_same_when_it_is_read_again(printed: Pairs) -> None:
    read = understand(printed)
    again = understand(read.source_fields.items())
    assert again.fields == read.fields
    assert read.source_fields.keys() == {label for label, _ in printed}


# --- whatever the page ---


@settings(deadline=None, max_examples=150)
@given(markup)
def test_any_markup_is_read(html: str) -> None:
    read = understand(pairs(html), "http://www.county.gov.cn/t20171219_1.html")
    assert set(read.fields.values()) <= {value for value in read.fields.values() if value}


@settings(deadline=None)
@given(texts, texts)
def test_any_text_is_understood(label: str, value: str) -> None:
    assert understand([(label, value)]).source_fields == {label: value}


@pytest.mark.parametrize(
    "unit",
    [
        "<div>索引号：",
        "<p>索引号：A 文号：B</p>",
        "<dl><dt>索引号<dd>",
        "<table><tr><td>文号<td>",
        "<div>索引号<b>",
        "<td>文号</td>",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (150, 600))
    assert lines_run(lambda: read_pairs(large)) < 5 * lines_run(lambda: read_pairs(small))
