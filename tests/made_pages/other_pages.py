"""Pages that are no lists: home pages, landing pages with blocks of latest documents, pages of nobody's government."""

from tests.made_pages.list_pages import documents_of
from tests.made_pages.page import MadePage
from tests.made_pages.samples import COLUMNS, HOST, SENTENCES, SITE, Draw
from tests.made_pages.shell import footer, head, menu, page, trail


def home_page(draw: Draw) -> MadePage:
    """A portal's home page: news, and the way to the disclosure catalogue, on the same host or another one of the site."""
    home = draw.pick((HOST, HOST, HOST.replace("www", "xxgk")))
    catalogue = draw.pick(
        (f"{HOST}/zwgk/zfxxgkml/", HOST.replace("www", "xxgk") + "/zgyb/zfxxgk_1/", f"{HOST}/xxgk/fdzdgknr/")
    )
    label = draw.pick(("政府信息公开目录", "信息公开目录", "法定主动公开内容"))
    link = draw.pick(
        (
            '<a href="{}">{}</a>',
            '<a href="{0}" title="{1}"><img src="/ml.png"><span>{1}</span></a>',
            '<a href="{0}">{1}</a><a href="{0}">更多&gt;&gt;</a>',
        )
    )
    tabs = "".join(
        block(draw, name, draw.number(4, 8))
        for name in draw.some(("样本要闻", "公示公告", "部门动态", "乡镇动态"), 2, 4)
    )
    ways = f'<div class="gk"><ul><li>{link.format(catalogue, label)}</li><li><a href="/xxgk/zn/">政府信息公开指南</a></li></ul></div>'
    html = page(
        head(draw, SITE, "首页", {}),
        _without_catalogue(menu(draw)),
        f'<div class="main">{"".join(draw.mixed((tabs, ways)))}</div>',
        footer(draw),
        draw=draw,
    )
    return MadePage("home page", html, {"kind": "home page", "url": f"{home}/", "rows": 0, "catalogue": [catalogue]})


def landing_page(draw: Draw) -> MadePage:
    """A disclosure catalogue's landing page: its columns, and blocks of their latest documents."""
    names = draw.some(COLUMNS, 5, 10)
    columns = "".join(
        f'<li><a href="/zwgk/{number}/" title="{name}">{name}</a></li>' for number, name in enumerate(names)
    )
    shown = {name: draw.number(5, 8) for name in draw.some(names, 1, 3)}
    blocks = "".join(block(draw, name, count) for name, count in shown.items())
    contents = f'{trail(draw, ["首页", "政务公开"], of_record=False)}<ul class="ml">{columns}</ul>{blocks}'
    html = page(head(draw, "政务公开", "政务公开", {}), f'<div class="main">{contents}</div>', footer(draw), draw=draw)
    return MadePage(
        "landing page",
        html,
        {
            "kind": "landing page",
            "url": f"{HOST}/zwgk/",
            "rows": sum(shown.values()),
            "catalogue": [f"{HOST}/zwgk/{number}/" for number in range(len(names))],
        },
    )


def foreign_page(draw: Draw) -> MadePage:
    """An article of a blog or a society, with dated links to others below."""
    documents = documents_of(draw, draw.number(3, 7))
    row = draw.pick(
        ("<div>{0}<span>{1}</span></div>", "<li>{0} <small>{1}</small></li>", "<li><time>{1}</time>{0}</li>")
    )
    others = "".join(
        row.format(f'<a href="/post/{number}.html">{each.title}</a>', f"{each.day:%Y年%m月%d日}")
        for number, each in enumerate(documents)
    )
    references = "".join(
        f'<li><a href="{each.address}">{each.title}</a>. 样本网 [引用日期{each.day}]</li>' for each in documents
    )
    behind = draw.pick(
        (
            f'<div class="relate"><span>相关文章</span>{others}</div>',
            f'<h3>参考资料</h3><ol class="references">{references}</ol>',
        )
    )
    title = draw.title()
    text = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    contents = (
        f'<div class="here"><a href="/">首页</a>&nbsp;&gt;<a href="/category-2.html">样本栏目</a></div><h2>{title}</h2><h6><a>{draw.day():%Y年%m月%d日}</a> '
        f'<i></i>样本传媒 <i></i>1665</h6><div class="post-body">{text}</div>{behind}'
    )
    html = page(
        f"<title>{title} - 样本博客</title>", f'<div class="main">{contents}</div>', "<p>Powered by 样本</p>", draw=draw
    )
    return MadePage(
        "page of no government",
        html,
        {"kind": "not government", "url": "http://blog.yangben.example/post/27.html", "rows": 0},
    )


def block(draw: Draw, name: str, count: int) -> str:
    """A block of a column's latest documents, with a link to more of them."""
    form, column = draw.pick(("{:%m-%d}", "{:%Y-%m-%d}", "[{:%m-%d}]")), draw.number(100, 999)
    rows = "".join(
        f'<li><a href="/{column}/{each.address[2:]}">{each.title}</a><span>{form.format(each.day)}</span></li>'
        for each in documents_of(draw, count)
    )
    return f'<div class="block"><h3>{name}</h3><a class="more" href="/{column}/">更多&gt;&gt;</a><ul>{rows}</ul></div>'


def _without_catalogue(menu_of_site: str) -> str:
    """A menu that names no catalogue, so that the way to it is the one in the page."""
    return menu_of_site.replace("信息公开目录", "样本栏目").replace("法定主动公开内容", "样本内容")
