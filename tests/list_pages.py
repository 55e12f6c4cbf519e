"""Lists as portals print them, for the tests of small ones; every page here is written for the tests after portals.md."""

from archive.model.observations import Row
from crawler.extract.lists import read_rows
from crawler.extract.tree import parse_html

HERE = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/"
BASE = HERE + "list.html"

# What stands around a list on real pages, all of it tempting: menus, a ticker, a side column, a footer, a search form.
AROUND = """
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bs/">办事服务</a></li></ul></div>
<ul class="menu"><li><a href="/a/">组织机构</a><ul><li><a href="/a/1/">县委</a></li><li><a href="/a/2/">县政府</a></li></ul></li></ul>
<form action="/s"><table><tr><td>索引号</td><td><input></td><td>标题</td><td><input></td></tr>
<tr><td>发布日期</td><td><input></td><td><a href="/gj/">高级检索</a></td><td></td></tr></table></form>
<div class="side"><ul><li><a href="/rd/1.html">热点一</a><span>2020-01-01</span></li></ul></div>
%s
<div class="footer"><ul><li>主办：县政府办</li><li>联系电话：0000</li><li><a href="/map.html">网站地图</a></li><li>2020-01-01</li></ul>
<table><tr><td><a href="/jb/">举报</a></td><td>县政府</td><td>备案</td><td>2020-01-01</td></tr></table></div>
"""

HEAD = "<tr><th>索引号</th><th>标题</th><th>发布单位</th><th>发布日期</th></tr>"
LINE = '<tr><td>A{0}</td><td><a href="t20171219_{0}.html">第{0}条</a></td><td>县政府办</td><td>2017-12-19</td></tr>'
UL_HEAD = '<div class="head"><ul><li>索 引 号</li><li>名　　称</li><li>发布机构</li><li>生成日期</li></ul></div>'


def rows(html: str) -> tuple[Row, ...]:
    return read_rows(parse_html(html), BASE)


def titles(html: str) -> list[str | None]:
    return [row.fields.get("title") for row in rows(html)]
