"""Finding the files a page links to. The snippets are written for this project after forms seen on real portals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extract.tree import parse_html
from crawler.records.linked_files import find_attachments
from tests.saved_pages import expected_values, needs_saved_pages, saved

BASE = "http://www.example.gov.cn/zwgk/201712/t20171219_1.html"


def found(body: str, *, body_id: str | None = None) -> list[tuple[str, str]]:
    root = html.document_fromstring(f"<html><body>{body}</body></html>")
    element = root.get_element_by_id(body_id) if body_id else None
    return [(a.name, a.url.removeprefix("http://www.example.gov.cn")) for a in find_attachments(root, BASE, element)]


def test_the_address_says_that_it_is_a_file() -> None:
    assert found('<p><a href="./P020171219.pdf">附件1：样本 表.pdf</a> <a href="../x.XLS?v=2#top">表二</a></p>') == [
        ("附件1：样本 表.pdf", "/zwgk/201712/P020171219.pdf"),
        ("表二", "/zwgk/x.XLS?v=2"),
    ]


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ('<a href="a.doc" title="样本通知.doc">下载</a>', "样本通知.doc"),
        ('<a href="a.doc" title="样本通知（全名很长）.doc">样本通知（全...</a>', "样本通知（全名很长）.doc"),
        ('<a href="a.doc" oldsrc="/x/样本通知.doc">点击下载</a>', "样本通知.doc"),
        ('<a href="a.doc" oldsrc="W020171219500303101.doc">附件1</a>', "附件1"),
        ('<a href="a.doc" title="样本通知.doc">附件1</a>', "样本通知.doc"),
        ('<a href="a.doc" download="样本通知.doc">附件下载</a>', "样本通知.doc"),
        ('<a href="a.doc"><img src="doc.gif"></a>', "a.doc"),
        ('<a href="%E6%A0%B7%E6%9C%AC.doc">下载</a>', "样本.doc"),
        ('<a href="a.doc">样本通知.doc（已下载146次）</a>', "样本通知.doc"),
        ('<a href="a.doc">样本\n   <b>通知</b>.doc</a>', "样本 通知.doc"),
        ('<a href="a.doc">样本</a><a href="a.doc">通知.doc</a>', "样本通知.doc"),
        ('<a href="a.doc">样本通知</a> <a href="a.doc">样本通知</a>', "样本通知"),
        ('<a href="a.doc"><img src="doc.gif"></a><a href="a.doc">样本通知.doc</a>', "样本通知.doc"),
        ('<a href="a.doc">下载</a><div><a href="a.doc">样本通知.doc</a></div>', "样本通知.doc"),
    ],
)
def test_the_name_is_what_the_page_calls_it(link: str, name: str) -> None:
    assert [found_name for found_name, _ in found(f"<div>{link}</div>")] == [name]


@pytest.mark.parametrize(
    "script",
    [
        "var hasFJ='<a href=\"./a.pdf\">样本表.pdf</a>';",
        "var fj = \"<p>附件：<a href='./a.pdf'>样本表.pdf<\\/a></p>\";",
        "document.write('<a href=\"a.pdf\">样本表.pdf</a>');",
        "var fj='<A HREF=\"a.pdf\">样本表.pdf</A>';",
    ],
)
def test_links_that_a_script_shows(script: str) -> None:
    assert found(f"<p>样本正文。</p><script>{script}</script>") == [("样本表.pdf", "/zwgk/201712/a.pdf")]


def test_scripts_show_each_file_once_and_no_pictures_or_pages() -> None:
    script = 'var a=\'<a href="a.pdf">下载</a><a href="b.html">样本</a><a href="c.jpg">样本封面</a>\';'
    assert found(f"<a href='a.pdf'>样本表.pdf</a><script>{script}</script>") == [("样本表.pdf", "/zwgk/201712/a.pdf")]


@pytest.mark.parametrize(
    ("attributes", "files"),
    [
        ("data-uitype='pdf' data-powerurl='/u/样本表.pdf' src='/u/样本表_new.png'", [("样本表.pdf", "/u/样本表.pdf")]),
        ("data-a='/u/a.pdf' data-b='/u/b.pdf' src='c.png'", []),
        ("data-original='c.png' data-name='样本 表' src='d.png'", []),
    ],
)
def test_a_picture_that_stands_for_a_document(attributes: str, files: list[tuple[str, str]]) -> None:
    assert found(f"<p>样本正文。<img {attributes}></p>") == files


@pytest.mark.parametrize(
    "href",
    [
        "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1&amp;wbfileid=2",
        "/module/download/downfile.jsp?classid=0&amp;filename=ab12.pdf",
        "/attachment/7/7387/7387273",
        "/file?id=77",
    ],
)
def test_downloads_without_extension(href: str) -> None:
    text = f'<li>附件【<a href="{href}">样本.xls</a>】已下载<span id="nattach1">146</span>次</li>'
    assert found(text) == [("样本.xls", href.replace("&amp;", "&"))]


@pytest.mark.parametrize(
    ("base", "href"),
    [
        ("http://www.example.gov.cn/files/1.pdf", "?v=2"),
        ("http://www.example.gov.cn/attachments/1.jsp", "2.jsp"),
        ("http://www.example.gov.cn/gk/1.html", "1.p&#10;df"),
        ("http://www.example.gov.cn/gk/1.html", "1%2Epdf"),
    ],
)
def test_a_file_by_the_place_of_its_page_or_by_characters_in_code(base: str, href: str) -> None:
    page = parse_html(f"<body><a href='{href}'>下载</a> <a href='/gk/'>公开</a></body>")
    assert len(find_attachments(page, base)) == 1


def test_marked_attachments_without_extension() -> None:
    assert found('<a href="/f/77" appendix="true">样本表</a><a href="/f/78" download>样本表二</a>') == [
        ("样本表", "/f/77"),
        ("样本表二", "/f/78"),
    ]


def test_icon_links_to_other_files_are_dropped_beside_a_name() -> None:
    icon = '<a href="{}"><img src="xls.gif"></a>'
    text = f'<p>{icon.format("b.doc")}<a href="a.xls">甲.xls</a></p><p>{icon.format("a.xls")}<a href="b.doc">乙.doc</a></p>'
    assert found(text) == [("甲.xls", "/zwgk/201712/a.xls"), ("乙.doc", "/zwgk/201712/b.doc")]
    assert found(f"<p>{icon.format('c.xls')}</p>") == [("c.xls", "/zwgk/201712/c.xls")]


def test_a_picture_of_the_text_is_no_file_and_a_link_that_names_one_is() -> None:
    picture = '<a href="scan.jpg"><img src="small.jpg"></a>'
    named = '<a href="plan.jpg">公示图.jpg</a><a href="b.png" title="样本图">&nbsp;</a>'
    text = f'<p>{picture}<a href="a.doc">甲.doc</a></p><p>{named}</p>'
    names = ["甲.doc", "公示图.jpg", "样本图"]
    assert (
        [name for name, _ in found(text)]
        == [name for name, _ in found(f"<div id=zoom>{text}</div>", body_id="zoom")]
        == names
    )


def test_a_viewer_leads_to_the_file_it_shows() -> None:
    viewer = '<iframe src="/generic/web/viewer.html?file={}"></iframe>'
    assert found(viewer.format("/zwgk/a.pdf")) == [("a.pdf", "/zwgk/a.pdf")]
    assert found(viewer.format("{{qzbFile}}")) == []
    assert found('<embed src="b.pdf"><object data="c.pdf"></object>') == [
        ("b.pdf", "/zwgk/201712/b.pdf"),
        ("c.pdf", "/zwgk/201712/c.pdf"),
    ]


def test_a_page_s_base_is_that_of_what_it_frames_too() -> None:
    page = parse_html('<base href="/files/"><p><iframe src="a.pdf"></iframe></p><p><a href="b.pdf">样本</a></p>')
    files = [file.url for file in find_attachments(page, BASE)]
    assert files == ["http://www.example.gov.cn/files/a.pdf", "http://www.example.gov.cn/files/b.pdf"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="t20171219_2.html">关于样本.doc的通知</a>',
        '<a href="../">下载中心</a>',
        '<a href="javascript:void(0)">样本.pdf</a>',
        '<a href="#">样本.pdf</a>',
        '<a href="mailto:a@example.org">样本.pdf</a>',
        '<a href="{{el.url}}">样本.pdf</a>',
        '<a href="http://[bad/样本.pdf">样本.pdf</a>',
        '<a ms-attr-href="el.url">样本.pdf</a>',
        '<a href="http://www.example.com/">www.example.com</a>',
        '<img src="a.jpg">',
        '<div class="footer"><a href="app.zip">客户端.zip</a></div>',
        '<nav><a href="guide.pdf">指南</a></nav>',
        '<div role="navigation"><a href="guide.pdf">指南</a></div>',
    ],
)
def test_what_is_no_attachment(link: str) -> None:
    assert found(link) == []


def test_in_the_text_and_in_the_list() -> None:
    text = (
        '<div class="header"><div id="zoom"><a href="a.doc">甲.doc</a><a href="b.jpg">图</a></div></div>'
        '<div class="article_attachment"><ul><li><a href="a.doc">甲</a></li><li><a href="c.doc">丙.doc</a></li></ul></div>'
        '<div><a href="code.png"><img src="code.png"></a></div>'
    )
    expected = [("甲.doc", "/zwgk/201712/a.doc"), ("图", "/zwgk/201712/b.jpg"), ("丙.doc", "/zwgk/201712/c.doc")]
    assert found(text, body_id="zoom") == expected


LINK = '<a href="a.doc">样本通知.doc</a>'
FRAME = ["nav", "navi", "navbar", "menu", "foot", "footer", "header", "breadcrumb", "breadcrumbs", "sidebar", "share", "relalinks",
         "related", "friendlink", "friendlinks", "yqlj", "copyright", "main-nav", "nav_top", "FOOTER", "box footer"]  # fmt: skip
NO_FRAME = [
    "",
    "content",
    "navigate",
    "shared",
    "footnote",
    "menus",
    "article_attachment nav",
    "header fujian",
    "footer files",
]


def test_files_in_the_pages_frame_are_passed_over_and_those_in_the_text_are_not() -> None:
    """A box named as a frame's part holds no file of the record, unless the text, or a list of files, is in it or is it."""
    for name in FRAME:
        assert found(f'<div class="{name}"><p>{LINK}</p></div>') == [], name
        assert found(f'<div id="{name}"><p>{LINK}</p></div><div id="zoom"></div>', body_id="zoom") == [], name
        assert found(f'<div class="{name}"><div id="zoom">{LINK}</div></div>', body_id="zoom") != [], name
        assert found(f'<div class="{name}" id="zoom"><p>{LINK}</p></div>', body_id="zoom") != [], name
        assert found(f'<div class="{name}"><div id="zoom"></div><p>{LINK}</p></div>', body_id="zoom") != [], name
        assert found(f'<div id="zoom"><div class="{name}">{LINK}</div></div>', body_id="zoom") == [], name
    for name in NO_FRAME:
        assert found(f'<div class="{name}"><p>{LINK}</p></div>') != [], name
    for tag in ("nav", "header", "footer"):
        assert found(f"<{tag}><p>{LINK}</p></{tag}>") == []
        assert found(f"<{tag}><div id=zoom><p>{LINK}</p></div></{tag}>", body_id="zoom") != []
    assert found(f"<table id=zoom role=navigation><tr><td>{LINK}</td></tr></table>", body_id="zoom") != []


DOCUMENTS = ["pdf", "doc", "docx", "docm", "wps", "wpt", "xls", "xlsx", "xlsm", "et", "csv", "ppt", "pptx", "dps", "ofd", "ods", "odt",
             "rtf", "txt", "zip", "rar", "7z", "gz", "tgz"]  # fmt: skip
IMAGES = ["jpg", "jpeg", "png", "tif", "tiff", "bmp"]


def test_each_kind_of_document_is_a_file_wherever_it_stands() -> None:
    for kind in [*DOCUMENTS, "PDF"]:
        expected = [("样本", f"/zwgk/201712/1.{kind}")]
        assert found(f'<div id="zoom"></div><a href="1.{kind}">样本</a>', body_id="zoom") == expected
        assert found(f'<a href="/down?id=7&amp;f=1.{kind}">样本</a>') == [("样本", f"/down?id=7&f=1.{kind}")]
        assert found(f'<a href="/down/7">样本.{kind}</a>') == [(f"样本.{kind}", "/down/7")]
        assert found(f'<a href="/down/">样本.{kind}</a>') == []
        assert found(f'<a href="/down/?id=1">样本.{kind}</a>') == [(f"样本.{kind}", "/down/?id=1")]
        assert found(f'<iframe src="/f/1.{kind}"></iframe>') == [(f"1.{kind}", f"/f/1.{kind}")]
    for kind in ("exe", "html", "shtml", "jspx", "docs"):
        assert found(f'<a href="1.{kind}">样本</a>') == []


def test_a_linked_picture_is_a_file_in_the_text_and_elsewhere_under_a_file_name_only() -> None:
    for kind in IMAGES:
        link = f'<a href="1.{kind}">样本</a>'
        assert found(f'<div id="zoom">{link}</div>', body_id="zoom") != []
        assert found(link) != []
        assert found(f'<div id="zoom"></div>{link}', body_id="zoom") == []
        assert found(f'<div id="zoom"></div><a href="1.{kind}">样本.{kind}</a>', body_id="zoom") != []
        assert found(f'<div id="zoom"></div><a href="1.{kind}" title="样本.{kind}">下载</a>', body_id="zoom") != []


@pytest.mark.parametrize(
    ("href", "is_file"),
    [(f"/x/download.{kind}?id=1", True) for kind in ("jsp", "do", "action", "asp", "aspx", "php")]
    + [("/x/downfile.jsp?id=1", True), ("/x/DownloadAttach?id=1", True), ("/attachment/1", True), ("/attachments/1", True),
       ("/x/downloadFile/1", True), ("/fileDownload?id=1", True), ("/x/down.jsp?id=1", False), ("/attachmentlist/1", False),
       ("/x/download.html?id=1", False), ("/x/list.html?file=1.pdf", False)],
)  # fmt: skip
def test_addresses_that_give_files_out(href: str, is_file: bool) -> None:
    assert bool(found(f'<a href="{href}">样本</a>')) == is_file
    assert found(f'<iframe src="{href}"></iframe>') == []


@pytest.mark.parametrize(
    "generic", ["下载", "点击下载", "请点击这里下载", "附件", "附件下载", "附件1", "附件 二：", "附１", "查看全文", "预览", "pdf", "Word版", "下载附件",
                "download", "VIEW", "open"]
)  # fmt: skip
def test_words_that_name_no_file_give_way_to_its_title(generic: str) -> None:
    assert found(f'<a href="a.doc" title="样本通知.doc">{generic}</a>') == [("样本通知.doc", "/zwgk/201712/a.doc")]
    assert found(f'<a href="a.doc">{generic}</a><p><a href="a.doc">样本通知</a></p>') == [
        ("样本通知", "/zwgk/201712/a.doc")
    ]


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ('<a href="a.doc" title="另一个名字.doc">样本通知</a>', "样本通知"),
        ('<a href="a.doc" title="别的开头">样本通知（全…</a>', "样本通知（全…"),
        ('<a href="a.doc" oldsrc="/x/P020171219500303101.doc">下载</a>', "a.doc"),
        ('<a href="a.doc" oldsrc="/x/P0样本.doc">下载</a>', "P0样本.doc"),
        ('<a href="a.doc" title="附件" download="样本通知.doc">下载</a>', "样本通知.doc"),
        ('<a href="/f?name=%E6%A0%B7%E6%9C%AC.doc&amp;id=3" appendix="true"><img></a>', "样本.doc"),
        ('<a href="a.doc">样本通知\u200b.doc 【下载次数：12次】</a>', "样本通知.doc"),
        ('<a href="a.doc">样本通知.doc(浏览 3)</a>', "样本通知.doc"),
        ('<a href="a.doc">样本下载次数统计</a>', "样本下载次数统计"),
        ('<p><a href="a.doc">样本</a></p><p><a href="a.doc">通知.doc</a></p>', "样本"),
        ('<li>样本通知.doc <a href="a.doc">点击下载</a></li>', "样本通知.doc"),
        ('<li>附件1：<b>样本通知.doc</b>（<!-- x --><a href="a.doc">下载</a>）</li>', "样本通知.doc"),
        ('<li>样本通知.doc 见 <a href="a.doc">下载</a></li>', "a.doc"),
        ('<li>样本通知 <a href="a.doc">下载</a></li>', "a.doc"),
        ('<li>样本通知.doc <a href="a.doc">样本</a></li>', "样本"),
    ],
)  # fmt: skip
def test_names_from_beside_the_text_are_taken_only_where_they_say_more(link: str, name: str) -> None:
    assert [found_name for found_name, _ in found(link)] == [name]


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_page_in_no_crash(text: str, href: str) -> None:
    root = html.document_fromstring("<html><body><a>x.pdf</a><p></p></body></html>")
    usable = "".join(c for c in text + href if c.isprintable())
    root.body[0].set("href", usable)
    root.body[1].text = usable
    for attachment in find_attachments(root, BASE):
        assert attachment.url.startswith("http")
        assert attachment.name


@needs_saved_pages
def test_a_real_page_with_wrong_icon_links() -> None:
    name = "trs_fj/pingtan_detail_2450_attachments.html"
    expected = next(page for page in expected_values() if page["file"] == name)
    root = html.document_fromstring(saved(name).read_bytes())
    attachments = find_attachments(root, expected["url"], root.get_element_by_id("zoom"))
    assert [a.name for a in attachments] == expected["attachment_names"]
    assert len({a.url for a in attachments}) == expected["attachments"] == 7
    assert attachments[1].url.endswith("20151110153332678.doc")
    assert find_attachments(root, expected["url"]) == attachments


@needs_saved_pages
def test_real_download_links_without_extension() -> None:
    root = html.document_fromstring(saved("vsb/attachment_li_fragments.html").read_bytes().decode())
    names = [a.name for a in find_attachments(root, "http://www.example.edu.cn/info/1/2.htm")]
    assert names == [
        "2025-2026-2经济管理学院期末考试安排 17周 .xls",
        "小学期计划安排表.xls",
        "2501高等数学A（下）期末考-12.7上午.xlsx",
    ]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("showVsbpdfIframe('/__local/a.pdf', '100%', '600', '1')", [("a.pdf", "/__local/a.pdf")]),
        ("var pdfurl = '/down.jsp?filename=a1.pdf&classid=0';", [("a1.pdf", "/down.jsp?filename=a1.pdf&classid=0")]),
        ("show('a.pdf')", []),  # a name, and no address
        ("show('/b/a.pdf', '/b/c.pdf')", []),
        ("show('/b/' + id + '/x/a.pdf')", []),
    ],
)
def test_a_document_that_a_script_in_the_text_shows(script: str, files: list[tuple[str, str]]) -> None:
    assert found(f"<div id=zoom><p><script>{script}</script></p></div>", body_id="zoom") == files
    assert found(f"<p><script>{script}</script></p><div id=zoom>样本</div>", body_id="zoom") == []
    assert found(f"<script>{script}</script>") == []


PLAYER = """<div id=zoom><p><span class="wp_pdf_player" pdfsrc="/_upload/a1-b2.pdf"%s></span></p></div>"""


@pytest.mark.parametrize(
    ("noted", "name"),
    [
        (""" sudyfile-attr="{'title':'样本标准的公示.pdf'}\"""", "样本标准的公示.pdf"),
        (""" sudyfile-attr="{'title':'样本标准'}\"""", "a1-b2.pdf"),
        ("", "a1-b2.pdf"),
    ],
)
def test_a_document_that_a_player_shows(noted: str, name: str) -> None:
    assert found(PLAYER % noted, body_id="zoom") == [(name, "/_upload/a1-b2.pdf")]


def test_a_link_by_the_name_its_file_is_stored_under() -> None:
    assert found("""<p><a href="/a1-b2.xls" sudyfile-attr="{'title':'样本表.xls'}">下载</a></p>""") == [
        ("样本表.xls", "/a1-b2.xls")
    ]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("show('/b/downloadztbattach?id=1-2', '1', '1')", [("样本.pdf", "/b/downloadztbattach?id=1-2")]),
        ("show('/b/get?id=1&name=x')", [("样本.pdf", "/b/get?id=1&name=x")]),
        ("show('12', '34')", []),
        ("show('/b/get?id=1', '/c/get?id=1')", []),
        ("show('/b/get?id=' + id)", []),
        ("show('/b/1.html')", []),
    ],
)
def test_a_download_that_the_script_of_a_link_under_a_files_name_holds(
    script: str, files: list[tuple[str, str]]
) -> None:
    assert found(f'<p><a onclick="{script}">样本.pdf</a></p>') == files
    assert found(f'<p><a onclick="{script}">样本</a></p>') == []
