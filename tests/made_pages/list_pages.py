"""List pages: rows in the forms that templates have, beside other lists, with pagers of every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.made_pages.page import MadePage
from tests.made_pages.samples import AGENCIES, DATE_FORMS, HOST, Draw
from tests.made_pages.shell import above_or_below, head, menu, page, trail

BARE_DATES = (*DATE_FORMS, "{:%y-%m-%d}", "[{:%Y-%m-%d}]", "（{:%Y-%m-%d}）", "({:%Y-%m-%d})")


@dataclass(frozen=True, slots=True)
class Document:
    """A row's document. `address`: relative to the list's."""

    title: str
    day: date
    address: str
    index_number: str
    publisher: str

    def row(self) -> dict[str, str]:
        """The values that a person reads in a row of title and date."""
        return {"title": self.title, "date": str(self.day), "href": self.address}


Rows = Callable[[Draw, list[Document]], str]


def list_page(draw: Draw) -> MadePage:
    """One list page."""
    steps = draw.steps()
    documents = documents_of(draw, draw.number(6, 20))
    form = draw.pick(tuple(ROWS))
    expected: dict[str, Any] = {
        "kind": "list",
        "url": f"{HOST}/xxgk/zfxxgkml/list.html",
        "rows": len(documents),
        "breadcrumb": steps,
    }
    keys = ("title", "date", "publisher", "index_no", "href") if form in COLUMNED else ("title", "date", "href")
    for key, document in (("first_row", documents[0]), ("last_row", documents[-1])):
        row = document.row() | {"publisher": document.publisher, "index_no": document.index_number}
        expected[key] = {name: row[name] for name in keys}
    pager, paging = _pager(draw, len(documents))
    rows = ROWS[form](draw, documents)
    again = f'<div class="telephone">{rows}</div>' if draw.often(0.08) else ""
    contents = f'{trail(draw, steps, of_record=False)}<div class="list">{rows}{again}{pager}</div>'
    parts = above_or_below(draw, _beside(draw, contents))
    metas = draw.pick(({}, {"SiteName": "样本县人民政府", "ColumnName": steps[-1]}))
    html = page(head(draw, steps[-1], steps[-1], metas), menu(draw), *parts, draw=draw)
    return MadePage(f"list, {form}", html, expected | paging)


def documents_of(draw: Draw, count: int) -> list[Document]:
    """So many documents, the newest first."""
    documents, day = [], draw.day()
    for number in range(count):
        address = f"./{day:%Y%m}/t{day:%Y%m%d}_{1000 + number}.html"
        documents.append(
            Document(f"{draw.title()}之{number + 1}", day, address, f"640324-101/2017-{number:05}", draw.pick(AGENCIES))
        )
        day -= timedelta(days=draw.number(0, 40))
    return documents


# --- rows ---


def _link(draw: Draw, document: Document) -> str:
    """A link whose title is whole, or cut with the whole one in an attribute."""
    cut = (
        f"{document.title[:12]}{draw.pick(('...', '…'))}"
        if draw.often(0.2) and len(document.title) > 16
        else document.title
    )
    title = f' title="{document.title}"' if cut != document.title or draw.often(0.5) else ""
    mark = draw.pick(("",) * 12 + ("<i>NEW</i>", "<font color='red'>[新]</font>"))
    return f'<a href="{document.address}"{title} target="_blank">{cut}{mark}</a>'


def items(draw: Draw, documents: list[Document]) -> str:
    """Items with a link and a date in either order, with separators between groups of five."""
    form, between = draw.pick(BARE_DATES), draw.pick(("", '<li class="line"></li>', "<li><hr></li>"))
    item = draw.pick(("<li>{0}<span>{1}</span></li>", "<li><span>{1}</span>{0}</li>", "<li>{0} {1}</li>", "<li><i></i>{0}<em>{1}</em></li>",
                      "<li><p>{0}</p><p class='d'>{1}</p></li>", '<li><a href="../zcjd/">[政策解读]</a> {0}<span>{1}</span></li>',
                      "<li><span>发布时间：{1}</span>{0}</li>", "<li>·{0} <i>{1} 09:05</i></li>", "<li><b>[置顶]</b>{0}<img src='/new.gif'><span>{1}</span></li>", '<li>{0}<a href="{2}" class="d">{1}</a></li>'))  # fmt: skip
    rows = [item.format(_link(draw, each), form.format(each.day), each.address) for each in documents]
    groups = ["".join(rows[start : start + 5]) for start in range(0, len(rows), 5)]
    return f'<ul class="u-list">{between.join(groups)}</ul>'


def plain_table(draw: Draw, documents: list[Document]) -> str:
    """Rows of a layout table: a picture, a link, a date; empty rows between groups."""
    form = draw.pick(DATE_FORMS)
    row = draw.pick(("<tr><td><img src='/i.gif'></td><td>{0}</td><td>{1}</td></tr>", "<tr><td>&nbsp;{0}</td><td align='right'>{1}</td></tr>",
                     "<tr><td><table><tr><td>{0}</td><td>{1}</td></tr></table></td></tr>"))  # fmt: skip
    rows = [row.format(_link(draw, each), form.format(each.day)) for each in documents]
    between = draw.pick(("", '<tr height="1"><td colspan="3" class="blank"></td></tr>'))
    groups = ["".join(rows[start : start + 5]) for start in range(0, len(rows), 5)]
    return f'<table width="94%"><tbody>{between.join(groups)}</tbody></table>'


def cells_in_pairs(draw: Draw, documents: list[Document]) -> str:
    """A table with two or three documents in a row, each a cell with a link and a cell with its date."""
    form, wide = draw.pick(BARE_DATES), draw.number(2, 3)
    cells = [f"<td>{_link(draw, each)}</td><td>{form.format(each.day)}</td>" for each in documents]
    rows = ("".join(cells[start : start + wide]) for start in range(0, len(cells), wide))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def columns(draw: Draw, documents: list[Document]) -> str:
    """A table with a header, its columns in any order."""
    form, tag = draw.pick(DATE_FORMS), draw.pick(("th", "td"))
    order = draw.mixed(("index", "title", "publisher", "date", "number"))
    names = {
        "number": "文号",
        "index": "索引号",
        "title": draw.pick(("名称", "标题", "信息名称")),
        "publisher": draw.pick(("发布机构", "发文单位")),
        "date": draw.pick(("发布日期", "公开日期")),
    }
    header = "".join(f"<{tag}>{names[column]}</{tag}>" for column in order)
    counted = draw.often(0.3)
    header = f"<{tag}>序号</{tag}>{header}" if counted else header
    rows = []
    for place, each in enumerate(documents, 1):
        cells = {
            "number": draw.pick((draw.document_number(), "")),
            "index": each.index_number,
            "title": _link(draw, each),
            "publisher": each.publisher,
            "date": form.format(each.day),
        }
        first = f"<td>{place}</td>" if counted else ""
        rows.append(f"<tr>{first}{''.join(f'<td>{cells[column]}</td>' for column in order)}</tr>")
    return f"<table><tr>{header}</tr>{''.join(rows)}</table>"


def cells_of_fixed_width(draw: Draw, documents: list[Document]) -> str:
    """A list a row, its items as wide as those of the header."""
    names = (
        "索引号",
        draw.pick(("名称", "标题")),
        draw.pick(("发布机构", "发文单位")),
        draw.pick(("发布日期", "公开日期")),
    )
    header = "".join(f'<li class="w{number}">{name}</li>' for number, name in enumerate(names))
    form = draw.pick(DATE_FORMS)
    rows = "".join(
        f'<ul><li class="w0">{each.index_number}</li><li class="w1">{_link(draw, each)}</li><li class="w2">{each.publisher}</li>'
        f'<li class="w3"><span>{form.format(each.day)}</span></li></ul>'
        for each in documents
    )
    return f'<div class="gkml"><ul class="bt">{header}</ul>{rows}</div>'


def groups_of_years(_: Draw, documents: list[Document]) -> str:
    """Rows under their years, with day and month."""
    years: dict[int, str] = {}
    for each in documents:
        years[each.day.year] = (
            years.get(each.day.year, "")
            + f'<li><a href="{each.address}">{each.title}</a><span>{each.day:%m-%d}</span></li>'
        )
    return "".join(f"<h3>{year}年</h3><ul>{rows}</ul>" for year, rows in years.items())


def hover_boxes(draw: Draw, documents: list[Document]) -> str:
    """Rows of items with a hidden box of labels."""
    rows = "".join(
        f'<div class="xxgk_wrap"><ul><li class="w150"><span>{each.index_number}</span></li><li class="w353">{_link(draw, each)}</li>'
        f'<li><span>{each.publisher}</span></li><li class="w100"><span>{each.day}</span></li> </ul><div class="hover_box"><p>索 引 号：'
        f"<span>{each.index_number}</span></p><p>名　　称：<span>{each.title}</span></p><p>文　　号：<span></span></p><p>公开时限：长期公开</p>"
        f"<p>发布日期：<span>{each.day}</span></p><p>发布机构：<span>{each.publisher}</span></p></div></div>"
        for each in documents
    )
    return f'<div class="boxcon">{rows}</div>'


def definitions(draw: Draw, documents: list[Document]) -> str:
    """Definition lists: one a row, or one for all rows."""
    form = draw.pick(DATE_FORMS)
    row, frame = draw.pick(
        (
            ("<dl><dt>{0}</dt><dd>{1}</dd></dl>", "{}"),
            ("<dt>{0}</dt><dd>{1}</dd>", "<dl>{}</dl>"),
            ("<dd>{0}<span>{1}</span></dd>", "<dl>{}</dl>"),
        )
    )
    return frame.format("".join(row.format(_link(draw, each), form.format(each.day)) for each in documents))


def boxes(draw: Draw, documents: list[Document]) -> str:
    form = draw.pick(BARE_DATES)
    row = draw.pick(("<div class='item'><div class='t'>{0}</div><div class='d'>{1}</div></div>", "<div class='item'>{0}<span>{1}</span></div>",
                     "<p>{0}<span class='date'>{1}</span></p>", "<div class='item'><h4>{0}</h4><p>样本摘要，仅供测试。</p><span>{1}</span></div>"))  # fmt: skip
    return (
        f"<div class='news'>{''.join(row.format(_link(draw, each), form.format(each.day)) for each in documents)}</div>"
    )


def links_around_rows(draw: Draw, documents: list[Document]) -> str:
    """Rows that are links as a whole, the date in one piece or in two, with the beginning of the text now and then."""
    date_form = draw.pick(
        (
            "<em>{:%Y-%m-%d}</em>",
            "<div class='date'><b>{0:%d}</b><i>{0:%Y-%m}</i></div>",
            "<div class='date'><p>{0:%m-%d}</p><p>{0:%Y}</p></div>",
        )
    )
    summary = draw.pick(("", "<p>样本摘要，仅供测试。</p>"))
    item = draw.pick(
        ("<li><a href='{0}'>{1}<h3>{2}</h3>{3}</a></li>", "<li><a href='{0}'><span>{2}</span>{3}{1}</a></li>")
    )
    return f"<ul>{''.join(item.format(each.address, date_form.format(each.day), each.title, summary) for each in documents)}</ul>"


def rows_with_pop_ups(draw: Draw, documents: list[Document]) -> str:
    """Items with a hidden list of interpretations before their own date."""
    rows = []
    for number, each in enumerate(documents):
        inner = (
            f'<li><a href="../jd/t20180101_{number}.html" title="样本解读之{number}">样本解读之{number}</a></li>'
            if number % 3 == 0
            else ""
        )
        pop_up = f'<div class="popbox"><div class="close" title="关闭"></div><h3 title="相关解读">相关解读</h3><ul>{inner}</ul></div>'
        rows.append(f"<li>{_link(draw, each)}{pop_up}<span>{each.day:%Y/%m/%d}</span></li>")
    return f'<ul class="u-list">{"".join(rows)}<li class="empty"></li></ul>'


def without_year(draw: Draw, documents: list[Document]) -> str:
    """Dates of day and month; the year stands in the address."""
    form = draw.pick(("{:%m-%d}", "[{:%m-%d}]", "({:%m-%d})", "{:%m/%d}"))
    return (
        f"<ul>{''.join(f'<li>{_link(draw, each)}<span>{form.format(each.day)}</span></li>' for each in documents)}</ul>"
    )


ROWS: dict[str, Rows] = {
    "items": items, "layout table": plain_table, "table with a header": columns, "rows with hover boxes": hover_boxes, "definitions": definitions, "boxes": boxes,
    "links around rows": links_around_rows, "cells of fixed width": cells_of_fixed_width, "groups of years": groups_of_years,
    "rows with pop-ups": rows_with_pop_ups, "dates without a year": without_year,
    "cells in pairs": cells_in_pairs,
}  # fmt: skip
COLUMNED = frozenset({"table with a header", "rows with hover boxes", "cells of fixed width"})


# --- what leads on, and what stands beside ---


def _pager(draw: Draw, rows: int) -> tuple[str, dict[str, Any]]:
    """A pager, and what it states: none, a script, links, counts."""
    pages = draw.number(2, 30)
    total = rows * pages - draw.number(0, rows - 1)
    stated: dict[str, Any] = {"pages": pages}
    following = {"next": "list_1.html"}
    counts = stated | following | {"total_claimed": total}
    links = f'<a href="list.html">首页</a> <a href="list_1.html">下一页</a> <a href="list_{pages - 1}.html">尾页</a>'
    return draw.pick(
        (
            ("", {}), (f'<div class="page">共1页 共{rows}条</div>', {"pages": 1, "total_claimed": rows}), (f"<script>createPageHTML({pages}, 0, 'list', 'html');</script>", stated | following),
            (f'<div class="page"><script>var currentPage = 0;//第一页\nvar countPage = {pages}//共多少页\n</script>{links}</div>', stated | following),
            (f'<div class="page">共{pages}页 {links}</div>', stated | following),
            (f'<div class="page">共 {total} 条记录　第 1/{pages} 页 {links}</div>', counts),
            (f'<div class="page"><span>共<b>{total}</b>条</span> <span>共<b>{pages}</b>页</span>{links}</div>', counts),
            (f'<div class="page">总共{pages}页 <a href="list_1.html"><span>下一页</span>&gt;</a></div>', stated | following),
            (f'<div class="page">共有{total}条信息 分{pages}页 当前第1页 {links}</div>', counts),
            (f'<div class="page">共{total}条 1/{pages} {links}</div>', counts), (f'<div class="page">当前第 1 页，共 {pages} 页 {links}</div>', stated | following),
            (f'<div class="page">第<em>1</em>页/共<em>{pages}</em>页（{total}条记录） {links}</div>', counts),
            ('<ul class="pagination"><li>首页</li><li class="on"><a href="#">1</a></li><li><a href="list_1.html">2</a></li><li><a href="list_1.html">下页</a></li></ul>', following),
        )
    )  # fmt: skip


def _beside(draw: Draw, contents: str) -> str:
    """The list with a shorter list before or behind it: a ticker, the latest documents, those most read; or alone."""
    count = draw.number(3, 5)
    others = "".join(
        f'<li><a href="/zwyw/201801/t2018010{number}_9{number}.html">样本要闻之{number}</a><span>2018-01-0{number}</span></li>'
        for number in range(1, count + 1)
    )
    aside = draw.pick(
        (
            "", "", f'<div class="ticker"><ul>{others}</ul></div>', f'<div class="side"><h3>最新信息</h3><ul>{others}</ul></div>',
            f'<div class="side"><h3>样本排行</h3><ul>{others.replace("<span>", "<i>").replace("</span>", "</i>")}</ul></div>',
        )
    )  # fmt: skip
    return draw.pick((f"{aside}<div class='right'>{contents}</div>", f"<div class='left'>{contents}</div>{aside}"))
