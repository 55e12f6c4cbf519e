"""The county template of TRS: rows that are a `ul` each with a hidden box, lists that go on in list_1.html (portals.md §2.1)."""

from pathlib import Path

from tests.conftest import Answer as Served
from tests.conftest import Site
from tests.families.whole import listed, trs_page

PLACE = "/xxgk_13518/zfxxgkml/yqhy/"
HEAD = '<div class="head"><ul><li class="w120">索 引 号</li><li class="w353">名　　称</li><li>发布机构</li><li class="w100">生成日期</li></ul></div>'
ROW = """<div class="xxgk_wrap"><ul><li class="w120"><span>640424-101/2017-{0:05}</span></li>
<li class="w353"><a href="{1}" {2} target="_blank">样本回应之{0}，题目...</a></li><li><span>样本县政府办</span></li><li class="w100"><span>{3}</span></li> </ul>
<div class="hover_box"><p>索 引 号：<span>640424-101/2017-{0:05}</span></p><p>名　　称：<span>样本回应之{0}，题目完整</span></p>
<p>文　　号：<span></span></p><p>公开时限：长期公开</p><p>生成日期：<span>2017-12-0{0}</span></p><p>责任部门：<span>样本科</span></p></div></div>"""
BOXLESS = '<div class="xxgk_wrap"><ul><li></li><li class="w353"><a href="./201712/t20171207_7.html">样本回应之七</a></li><li></li><li></li></ul></div>'
PAGER = '<div class="pages"><ul><li><a href="list.html">首页</a></li><li><a href="list_1.html">下一页</a></li><li>共3页</li><li></li></ul></div>'

ADDRESSES = {
    1: ("./201712/t20171201_1.html", 'title="样本回应之1，题目完整"'),
    2: ("./201712/t20171202_2.html", ""),
    3: ("../../zcjd/201712/t20171203_3.html", ""),
    4: ("http://other.example.org/201712/t20171204_4.html", ""),
    5: ("./201712/t20171205_5.html", ""),
    6: ("./201712/t20171206_6.html", ""),
}
DATES = {n: f"2017-12-0{n}" for n in ADDRESSES} | {5: "12-05"}


def list_page(number: int) -> str:
    rows = [ROW.format(n, *ADDRESSES[n], DATES[n]) for n in (number * 2 + 1, number * 2 + 2)]
    trail = '<div>当前位置：<a class="CurrChnlCls" href="../../../">首页</a> > <a class="CurrChnlCls">政务公开</a> > <a class="CurrChnlCls">热点回应</a></div>'
    call = f'<script>createPageHTML(3, {number}, "list", "html");</script>'
    return trs_page(
        f'{trail}<div class="boxcon">{HEAD}{"".join(rows)}{BOXLESS if number == 2 else ""}{PAGER}{call}</div>'
    )


def detail(n: int) -> str:
    return trs_page(
        f"<h1>样本回应之{n}，题目完整</h1><table><tr><td>索 引 号：640424-101/2017-{n:05}</td><td>文　　号：样发〔2017〕{n}号</td>"
        f"<td>生成日期：2017-12-0{n}</td></tr><tr><td>公开方式：主动公开</td><td>发布机构：样本县政府办</td><td>责任部门：样本科</td></tr></table>"
        '<div class="zz-xl-ct"><div class="TRS_Editor"><p>样本正文，仅供测试。</p></div></div>'
    )


def test_a_countys_list(tmp_path: Path) -> None:
    files: dict[str, Served | str] = {f"{PLACE}list{'_' + str(n) if n else ''}.html": list_page(n) for n in range(3)}
    for n in (1, 2, 5, 6):
        files[f"{PLACE}201712/t2017120{n}_{n}.html"] = detail(n)
    files["/xxgk_13518/zcjd/201712/t20171203_3.html"] = detail(3)
    files[f"{PLACE}201712/t20171207_7.html"] = trs_page(
        "<h1>样本回应之七</h1><div class=TRS_Editor><p>样本正文，仅供测试。</p></div>"
    )
    with Site(files) as site:
        done = listed(site, tmp_path, f"{PLACE}list.html")
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 3, 3, None, 7, 1)]
    ((family, reason),) = done.families.values()
    assert family == "trs_county"
    assert str(reason).startswith("addresses under /xxgk/zfxxgkml/; a hover box beside each row; records at")
    names = (
        "index_number",
        "publisher",
        "created_on",
        "published_on",
        "responsible_department",
        "disclosure_period",
        "document_number",
    )
    wanted = {
        f"样本回应之{n}，题目完整": [f"640424-101/2017-{n:05}", "样本县政府办", f"2017-12-0{n}", None, "样本科", "长期公开",
                            None if n == 4 else f"样发〔2017〕{n}号"]
        for n in ADDRESSES
    }  # fmt: skip
    assert {title: [row[name] for name in names] for title, row in done.records.items()} == {
        **wanted,
        "样本回应之七": [None] * 7,
    }
    assert "off_site" in str(done.records["样本回应之4，题目完整"]["flags"])
    assert done.records["样本回应之3，题目完整"]["url"] == f"{site.url}xxgk_13518/zcjd/201712/t20171203_3.html"
