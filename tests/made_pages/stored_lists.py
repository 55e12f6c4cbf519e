"""List pages whose rows stand in a script as records, for a pager of the page's own to show."""

from tests.made_pages.list_pages import DATE_FORMS, Document, documents_of
from tests.made_pages.page import MadePage
from tests.made_pages.samples import HOST, Draw
from tests.made_pages.shell import above_or_below, head, menu, page, trail


def stored_list_page(draw: Draw) -> MadePage:
    """A list of records in a script, of one unit or of two: for screens and for telephones."""
    steps, size = draw.steps(), draw.number(5, 8)
    documents = documents_of(draw, 3 * size)
    total = draw.number(3 * size, 900)
    form = draw.pick(DATE_FORMS)
    units = "".join(
        _unit(draw, number, documents, form, (total, size)) for number in draw.pick(((423656,), (423656, 427101)))
    )
    contents = f'{trail(draw, steps, of_record=False)}<div class="list">{units}</div>'
    html = page(head(draw, steps[-1], steps[-1], {}), menu(draw), *above_or_below(draw, contents), draw=draw)
    expected = {
        "kind": "list", "url": f"{HOST}/col/col284/index.html", "rows": len(documents), "breadcrumb": steps, "total_claimed": total,
        "pages": -(-total // size), "first_row": documents[0].row(), "last_row": documents[-1].row(),
    }  # fmt: skip
    return MadePage("list, records in a script", html, expected)


def _unit(draw: Draw, number: int, documents: list[Document], form: str, counts: tuple[int, int]) -> str:
    """One unit: its records, and the calls that show them; a call for searches states another total."""
    row = '<li class="clearfix"><a title=\'{1}\' target="_blank" href="{0}">{1}</a><span>{2}</span></li>'
    records = "".join(
        f"<record><![CDATA[\n{row.format(each.address, each.title, form.format(each.day))}]]></record>\n"
        for each in documents
    )
    service = f"/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=3&path=/&columnid=284&unitid={number}&webname=x&permissiontype=0"
    store = f'<datastore>\n<nextgroup><![CDATA[<a href="{service}"></a>]]></nextgroup>\n<recordset>\n{records}</recordset>\n</datastore>'
    total, size = counts
    searched = (
        f"function jpage_{number}(){{$('#{number}').jpage({{themeName:'default',totalRecord:1000,openCookies:false,dataBefore:'<ul>',dataAfter:'</ul>',"
        f"groupSize:3,proxyUrl:'/module/web/jpage/dataproxy.jsp',perPage:{size},ajaxParam:param_{number}}});}};"
    )
    shown = (
        f"$(function(){{$('#{number}').jpage({{themeName:'default',totalRecord:{total},openCookies:false,dataBefore:'<ul>',"
        f"dataStore:$('#{number}').children('script').html(),dataAfter:'</ul>',groupSize:3,proxyUrl:'/module/web/jpage/dataproxy.jsp',"
        f"perPage:{size},ajaxParam:param_{number}}});}});"
    )
    calls = f"var param_{number} = {{col:1,webid:3,columnid:284,unitid:'{number}'}}; {searched if draw.often(0.6) else ''}{shown}"
    return f'<div id="{number}"><script type="text/xml">{store}</script></div><script>{calls}</script>'
