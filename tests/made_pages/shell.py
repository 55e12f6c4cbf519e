"""The shell around the contents of every page: head, menu, trail, share box, footer."""

from datetime import date, timedelta

from tests.made_pages.samples import COLUMNS, HOST, PLACE, SECTIONS, SITE, Draw

ARROWS = (
    " > ",
    "&gt;",
    "&nbsp;&gt;&nbsp;",
    " >> ",
    "&nbsp;&gt;&gt;&nbsp;",
    " → ",
    " » ",
    " / ",
    "-&gt;",
    " ＞ ",
    " › ",
)
POSITIONS = (
    "当前位置：",
    "您当前所在位置：",
    "您现在的位置:",
    "您的位置：",
    "当前位置是：",
    "你所在的位置：",
    "位置：",
)
PLACEHOLDERS = ("正文", "内容", "详情页", "浏览文章", "信息内容")


def page(head: str, *parts: str, draw: Draw) -> str:
    """A whole page. Some portals' pages have line breaks and blanks between all elements, some none."""
    html = f"<!DOCTYPE html>\n<html><head>{head}</head><body>{''.join(parts)}</body></html>"
    return html.replace("><", ">\n    <") if draw.often(0.5) else html


def head(draw: Draw, title: str, column: str, metas: dict[str, str]) -> str:
    """A head: the window's title as portals make it, and meta elements."""
    window = draw.pick(
        (
            title,
            f"{title}-{SITE}",
            f"{title}_{column}_{SITE}",
            f"{title} - {SITE}门户网站",
            f"【{title}】-{SITE}",
            f"{title} | {SITE}",
        )
    )
    form, spelt = (
        draw.pick(
            ('<meta name="{}" content="{}">', "<meta name='{}' content='{}' />", '<meta content="{1}" name="{0}"/>')
        ),
        draw.pick((str, str, str.lower)),
    )
    elements = "".join(form.format(spelt(name), content) for name, content in metas.items())
    return f'<meta charset="utf-8"><title>{window}</title>{elements}'


def declared(draw: Draw, column: str, title: str, day: date | None, source: str) -> dict[str, str]:
    """The meta elements that the state asks of portals; PubDate is often the day on which the page was generated anew."""
    if draw.often(0.4):
        return {}
    metas = {
        "SiteName": SITE,
        "SiteDomain": HOST.removeprefix("http://"),
        "SiteIDCode": "6403240001",
        "ColumnName": column,
    }
    metas |= {"ColumnType": draw.pick((column, "")), "ArticleTitle": title}
    if day:
        regenerated = day + timedelta(days=draw.pick((0, 0, 0, 1, 40, 400)))
        metas["PubDate"] = f"{regenerated} {draw.number(8, 18):02}:{draw.number(0, 59):02}"
    return metas | {"ContentSource": source, "Keywords": "样本", "Description": "样本", "Url": f"{HOST}/"}


def menu(draw: Draw) -> str:
    """The site's menu, with a search form now and then."""
    links = "".join(f'<li><a href="/c{number}/">{name}</a></li>' for number, name in enumerate((*SECTIONS, *COLUMNS)))
    search = (
        '<form action="/s"><table><tr><td>标题：</td><td><input type="text" name="t"></td><td>发布日期：</td>'
        '<td><input type="text" name="d"></td><td><input type="submit" value="搜索"></td></tr></table></form>'
    )
    top = draw.pick(
        ("", f'<h1 class="site"><a href="/">{SITE}</a></h1>', '<div class="logo"><img src="/logo.png"></div>')
    )
    welcome = draw.pick(
        ("", "<p>今天是：<script>document.write(new Date())</script></p>", f"<p>欢迎访问{SITE}门户网站</p>")
    )
    return f'<div class="header">{top}{welcome}{search if draw.often(0.3) else ""}<ul class="nav">{links}</ul></div>'


def trail(draw: Draw, steps: list[str], *, of_record: bool) -> str:
    """The trail of `steps`, by one of the forms in use; of a record's page with a placeholder behind it now and then."""
    links = [
        f'<a href="{"../" * (len(steps) - number)}" class="CurrChnlCls">{step}</a>' for number, step in enumerate(steps)
    ]
    if draw.often(0.2):
        links[-1] = steps[-1]
    if of_record and draw.often(0.25):
        links.append(draw.pick((draw.pick(PLACEHOLDERS), f"<span>{draw.pick(PLACEHOLDERS)}</span>")))
    form = draw.pick(
        (_in_a_line, _in_a_line, _in_a_line, _in_items, _behind_items, _in_a_nested_table, _of_spans, _of_pictures)
    )
    return form(draw, links)


def _position(draw: Draw, links: list[str]) -> str:
    """The words before a trail; none now and then, where its first step says that it is the home page."""
    return draw.pick((*POSITIONS, "", "")) if "首页" in links[0] else draw.pick(POSITIONS)


def _in_a_line(draw: Draw, links: list[str]) -> str:
    position = _position(draw, links)
    line = f"{position}{draw.pick(ARROWS).join(links)}"
    return draw.pick(
        (
            f'<div class="path">{line}</div>', f"<h2>{line}</h2>", f'<div class="dqwz"><span>{line}</span></div>',
            f'<table width="100%"><tr><td><img src="/i.gif"></td><td>{line}</td></tr></table>',
            f'<div class="wz"><i class="icon"></i>{line}</div>', f'<div class="wz">{line}<div class="bt">样本栏目</div></div>',
            f'<div class="top">您的位置：<a href="/">首页</a></div><div class="path">{line}</div>', f'<div class="wz">{line}<br>今天是样本日</div>',
        )
    )  # fmt: skip


def _in_items(draw: Draw, links: list[str]) -> str:
    """Items of a list, the arrows drawn by the style."""
    items = "".join(f"<li>{link}</li>" for link in links)
    return draw.pick(
        (
            f'<div class="breadcrumb"><span>{draw.pick(POSITIONS)}</span><ul>{items}</ul></div>',
            f'<div class="breadcrumb">{draw.pick(POSITIONS)}<ol>{items}</ol></div>',
        )
    )


def _behind_items(draw: Draw, links: list[str]) -> str:
    """Items of a list, all but the first behind an arrow of its own."""
    arrow = draw.pick(("<span>&gt;</span> ", "&gt; ", "<i>/</i>", "<em>&gt;&gt;</em>"))
    items = "".join(f"<li>{arrow if number else ''}{link}</li>" for number, link in enumerate(links))
    tag, position = draw.pick(("ul", "ol")), "" if "首页" in links[0] else draw.pick(POSITIONS)
    return f'{position}<{tag} class="breadcrumb">{items}</{tag}>'


def _in_a_nested_table(draw: Draw, links: list[str]) -> str:
    """The home page in one cell, all other steps in the cells of a table in the next one."""
    position = f"<td>{label}</td>" if (label := _position(draw, links)) else ""
    cells = "".join(f"<td> &gt; {link}</td>" for link in links[1:])
    return (
        f'<div class="position"><table><tr>{position}<td>{links[0]}</td><td><table width="100%"><tr>{cells}</tr></table></td></tr>'
        "</table></div>"
    )


def _of_spans(draw: Draw, links: list[str]) -> str:
    arrow = f"<span>{draw.pick(('&gt;', '&gt;&gt;', '/', '→', '>'))}</span>"
    return f'<div class="crumb"><span>{_position(draw, links)}</span>{arrow.join(links)}</div>'


def _of_pictures(draw: Draw, links: list[str]) -> str:
    """Links with pictures of arrows, or nothing, between them."""
    links = [link if link.startswith("<") else f"<span>{link}</span>" for link in links]
    return f'<div class="crumb">{draw.pick(POSITIONS)}{draw.pick(("<img src=/arrow.gif>", " ", "<i></i>")).join(links)}</div>'


def footer(draw: Draw) -> str:
    """The foot of a page: who runs the site, its registrations, its address; some pages have none."""
    office = f"{PLACE}人民政府办公室"
    host = draw.pick(
        (
            f"主办：{SITE}",
            f"主办单位：{office}",
            f"主办单位： {SITE}",
            f"版权所有：{SITE}",
            f"Copyright © 2018 {SITE} 版权所有",
        )
    )
    builder = draw.pick(
        (f"承办：{PLACE}信息中心", f"承办单位：{office}", "技术支持：样本公司", f"维护单位：{PLACE}大数据中心")
    )
    marks = draw.some(("样ICP备00000001号-1", "网站标识码：6403240001", "样公网安备 64032400000001号"), 1, 3)
    contact = draw.some(
        (f"地址：{PLACE}样本路1号", "邮编：000000", "联系电话：0000-0000000", "E-mail：yangben@example.org"), 1, 4
    )
    lines = [f"{host} {builder}", " ".join(marks), draw.pick((" ", "&nbsp;&nbsp;", "  ")).join(contact)]
    links = "".join(
        f'<a href="/f{number}/">{name}</a> | ' for number, name in enumerate(("网站声明", "联系我们", "网站地图"))
    )
    return draw.pick(
        (
            "", f'<div class="footer"><p>{links}</p>{"".join(f"<p>{line}</p>" for line in lines)}</div>',
            f'<div id="foot">{links}<br>{"<br>".join(lines)}</div>',
            f'<table width="100%" align="center"><tr><td>{links}</td></tr><tr><td>{"<br/>".join(lines)}</td></tr></table>',
            f'<div class="bottom"><ul>{"".join(f"<li>{line}</li>" for line in (host, builder, *marks, *contact))}</ul></div>',
            f'<footer><span>{host}</span><span>{builder}</span><span>{"</span><span>".join((*marks, *contact))}</span></footer>',
        )
    )  # fmt: skip


def above_or_below(draw: Draw, contents: str) -> tuple[str, str]:
    """`contents` and the footer, which a few templates put into a box above."""
    return (footer(draw), contents) if draw.often(0.15) else (contents, footer(draw))


def residue(draw: Draw) -> str:
    """Elements below a text that are none of it: share box, printing, QR code, the documents before and behind."""
    pieces = (
        '<div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a></div>',
        '<div class="tool"><span onclick="window.print()">【打印】</span><span onclick="window.close()">【关闭】</span></div>',
        "<dl><dt>扫一扫在手机打开当前页面</dt><dd><canvas></canvas></dd></dl>",
        '<p align="right"><a href="javascript:window.print()">打印本页</a> | <a href="javascript:window.close()">关闭窗口</a></p>',
        '<div class="bdsharebuttonbox"><a href="#" class="bds_more">分享</a></div>',
        '<div class="page"><p>上一篇：<a href="./t20170102_1.html">样本上一篇</a></p><p>下一篇：<a href="./t20170103_2.html">样本下一篇</a></p></div>',
    )
    return "".join(draw.some(pieces, 0, 3))
