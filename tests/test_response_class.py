"""The class of an answer: a page, gone, blocked, an error or a home page. All pages here are samples written for the tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import response_class
from crawler.extract.response_class import Verdict, is_home, judge
from tests.saved_pages import needs_saved_pages, saved_pages

HOME = "http://www.sample.gov.cn/"
ASKED = "http://www.sample.gov.cn/xxgk/zfxxgkml/yqhy/201712/t20171219_661234.html"
LIST = "http://www.sample.gov.cn/xxgk/zfxxgkml/yqhy/list.html"
FOOTER = "主办单位：样本县人民政府办公室 承办单位：样本县政务服务中心 网站标识码：0000000000 样本ICP备00000000号 地址：样本县样本路1号"


def page(body: str, title: str = "样本县人民政府", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}</body></html>"


def framed(body: str, title: str = "样本县人民政府") -> str:
    """`body` within the frame of a portal: forty links above, a footer below."""
    links = "".join(f"<li><a href='/zwgk/lm{number}/'>样本栏目{number}</a></li>" for number in range(40))
    return page(f"<div class='nav'><ul>{links}</ul></div>{body}<div class='footer'><p>{FOOTER}</p></div>", title)


def read(text: str, status: int = 200, url: str = ASKED, asked: str = ASKED, home: str = HOME) -> Verdict:
    found = judge(status, text, url, asked, home)
    assert found.reason
    assert "\n" not in found.reason
    return found


def outcome(text: str, status: int = 200, url: str = ASKED, asked: str = ASKED, home: str = HOME) -> str:
    return read(text, status, url, asked, home).outcome


DOCUMENT = page(
    "<h1>样本县2017年工作要点</h1><p>各乡镇人民政府：</p><p>现将样本要点印发给你们。</p><p>2017年12月19日</p>"
)


@pytest.mark.parametrize(("depth", "outcome_there"), [(2040, "page"), (2050, "cut")])
@pytest.mark.parametrize("end", ["</div>", ""])
def test_a_page_whose_elements_stand_too_deep_is_not_whole(depth: int, outcome_there: str, end: str) -> None:
    assert outcome(page(f"{'<div>' * depth}{DOCUMENT}{end * depth}")) == outcome_there


def test_many_elements_side_by_side_make_a_page_no_deeper() -> None:
    assert outcome(page(f"{'<p>样本<br>' * 3000}{'<div>样本</div>' * 3000}")) == "page"


@pytest.mark.parametrize("status", [404, 410])
def test_no_such_page(status: int) -> None:
    assert outcome("", status) == "gone"
    assert outcome(page("<h1>404</h1>"), status) == "gone"


@pytest.mark.parametrize("status", [401, 403, 405, 412, 418, 429, 521])
def test_refused_by_status(status: int) -> None:
    assert outcome(DOCUMENT, status) == "blocked"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 400, 301, 202, 206])
def test_other_statuses_are_errors(status: int) -> None:
    assert outcome(DOCUMENT, status) == "error"


MESSAGES = [
    "页面不存在",
    "页面不存在！",
    "您访问的页面不存在或已删除（404）。",
    "抱歉，您访问的页面不存在",
    "很抱歉，您要访问的页面不存在！3秒后自动返回首页",
    "对不起，您所访问的信息已删除",
    "您查看的文章已被删除。",
    "该信息不存在或已被删除！",
    "信息不存在",
    "该文章已删除",
    "没有找到您要查看的内容",
    "对不起，您访问的文章未审核或已删除",
    "您访问的信息已过期或已删除",
    "您查看的内容未通过审核",
    "您访问的信息已过期",
    "您访问的链接已失效",
    "您查看的文章未审核",
    "您浏览的信息尚未发布",
    "找不到页面",
    "对不起，找不到您访问的页面",
    "404 Not Found",
    "404 - 页面不存在",
    "404错误",
    "HTTP Status 404 – Not Found",
    "Page not found",
    "The requested URL /sample.html was not found on this server.",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_page_that_says_that_there_is_none_is_gone(message: str) -> None:
    assert outcome(page(f"<div><p>{message}</p></div>")) == "gone"
    box = f"<div class='box'><img src='/404.png'><p>{message}</p></div>"
    assert outcome(framed(box)) == "gone"
    assert outcome(framed(f"{box}{'<!-- -->' * 500}")) == "gone"
    assert outcome(page("<img src='/images/404.png'>", title=message)) == "gone"
    assert outcome(page("<img src='/images/404.png'>", title=f"{message} - 样本县人民政府")) == "gone"


@pytest.mark.parametrize(
    "title",
    [
        "关于删除样本县权力清单部分事项的通知",
        "关于拦截非法营运车辆的通告",
        "样本县教育局关于找不到学籍页面问题的答复",
        "关于网站访问被拒绝问题的回复",
        "关于404号提案的答复",
        "关于启用短信验证码登录政务服务网的公告",
        "关于样本县人民政府网站升级维护的公告",
        "政府信息不存在告知书",
        "404国道样本段改建工程公示",
        "关于页面不存在等网站差错整改情况的报告",
        "页面不存在问题整改说明",
    ],
)
@pytest.mark.parametrize("layout", [page, framed], ids=["bare", "framed"])
def test_a_document_whose_title_speaks_of_such_things_stays_a_page(layout: object, title: str) -> None:
    text = f"<h1>{title}</h1><p>各乡镇人民政府，县直各部门：</p><p>现将有关事项通知如下。</p>"
    assert callable(layout)
    assert outcome(layout(text)) == "page"
    assert outcome(layout(text, title)) == "page"
    assert outcome(layout("<p>（正文见附件）</p>", f"{title}_样本县人民政府")) == "page"


@pytest.mark.parametrize(
    "line",
    [
        "该文件已废止",
        "附件已删除",
        "此信息已过期",
        "您反映的网站页面不存在的问题已处理。",
        "网友：您好！您的访问请求被拒绝是因为网络故障。",
        "1.申请信息不存在数",
        "相关信息：没有找到相关信息",
        "没有找到相关信息",
        "暂无内容",
        "本页面内容已整合至样本栏目",
        "防火墙拦截记录",
        "安全检查",
        "网站维护服务采购项目",
        "系统升级改造项目",
        "验证码短信服务",
        "禁止访问保护区核心区的人员名单",
        "样本县教育局已搬迁至新办公楼",
        "网站迁移服务采购项目",
        "网址变更登记表",
        "网站停止更新栏目清单",
        "关停网站名单",
    ],
)
def test_a_line_that_is_not_surely_such_a_message_leaves_a_page(line: str) -> None:
    assert outcome(page(f"<h1>样本标题</h1><p>{line}</p>")) == "page"
    assert outcome(page(f"<h1>{line}</h1>", title=line)) == "page"


def test_a_long_text_that_speaks_of_such_things_stays_a_page() -> None:
    words = "系统提示您访问的页面不存在，或者要求输入验证码，或者显示访问被拒绝、请求已被防火墙拦截的，可以拨打热线。"
    for layout in (page, framed):
        assert outcome(layout(f"<p>{words * 12}</p>")) == "page"
        assert outcome(layout(f"<p>{words * 12}</p><p>您访问的页面不存在</p>")) == "page"


@pytest.mark.parametrize("sign", ["<td>索 引 号：</td><td>640000-101/2017-00123</td>", "<p>索 引 号：640000-101</p>", "<p>2017年12月19日</p>",
                                  "<p>发文字号：样政发〔2017〕3号</p>", "<p>来源：样本县教育局</p>"])  # fmt: skip
def test_a_sign_of_a_document_outweighs_a_message(sign: str) -> None:
    expected = "page"
    if sign.startswith("<td>"):
        sign = f"<table><tr>{sign}</tr></table><p>样政发〔2017〕3号</p>"
    for message in ("您访问的页面不存在", "您的请求存在异常，已被拦截", "系统维护中"):
        assert outcome(page(f"{sign}<p>{message}</p>")) == expected


def test_what_a_page_hides_or_links_is_not_its_message() -> None:
    for hidden in (
        "<div style='display: none'>您访问的页面不存在</div>",
        "<p hidden>您访问的页面不存在</p>",
        "<script>var message = '您访问的页面不存在';</script>",
        "<!-- 您访问的页面不存在 -->",
        "<ul><li><a href='/a.html'>页面不存在</a></li></ul>",
    ):
        assert outcome(page(f"<p>样本县工作要点（见附件）</p>{hidden}")) == "page"


def test_a_page_that_names_its_document_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    head = "<meta name='ArticleTitle' content='样本文件'>"
    long = page(f"<p>{'样本正文。' * 1000}</p><p>拦截</p>", head=head)
    monkeypatch.setattr(response_class, "parse_html", None)
    assert outcome(long) == "page"
    assert outcome(page(f"<p>{'样本正文。' * 1000}</p>")) == "page"
    with pytest.raises(TypeError):
        outcome(page(f"<p>{'样本正文。' * 1000}</p><p>拦截</p>"))


REFUSALS = [
    "您的请求可能存在威胁，已被拦截！",
    "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。",
    "该网站已接入样本安全防护服务，由于您的请求存在潜在安全风险，被网站安全防护拦截。",
    "访问被拒绝",
    "访问已被拦截",
    "异常请求",
    "检测到异常访问行为",
    "请输入验证码继续访问",
    "请完成安全验证",
    "安全验证",
    "您的访问过于频繁，请稍后再试",
    "当前访问疑似黑客攻击，已被创宇盾拦截，知道创宇云防护拦截了您的请求",
    "Access Denied",
    "403 Forbidden",
    "The request has been blocked",
]


@pytest.mark.parametrize("message", REFUSALS)
@pytest.mark.parametrize("status", [200, 202, 503, 404])
def test_a_page_of_refusal_is_blocked(message: str, status: int) -> None:
    assert outcome(page(f"<div><h2>{message}</h2><p>事件编号：0123456789</p></div>"), status) == "blocked"
    assert outcome(message + " " * 20, status) == "blocked"
    assert outcome(page("<img src='/waf.png'>", title=message), status) == "blocked"


JSL_FIRST = "<script>document.cookie=('_')+('_')+('jsl_clearance_s=')+'1';location.href=location.pathname</script>"
JSL_SECOND = '<script>var a=function(){};go({"bts":["1","2"],"chars":"x","ct":"y","ha":"md5","tn":"__jsl_clearance_s","vt":"3600"})</script>'
RUISHU = "<html><head><meta id='a1' content='x' r='m'><script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>"


@pytest.mark.parametrize("status", [200, 202, 503])
@pytest.mark.parametrize("text", [JSL_FIRST, JSL_SECOND, RUISHU, RUISHU.replace("r='m'>$", "r='m'>" + "x" * 90_000 + ";$")],
                         ids=["jsl1", "jsl2", "ruishu", "ruishu_long"])  # fmt: skip
def test_a_challenge_is_blocked(text: str, status: int) -> None:
    if len(text) > 16_000 and status == 200:
        text = text.replace("<head>", "<head><script>$_ts=window['$_ts'];</script>")
    assert outcome(text, status) == "blocked"


def test_a_page_behind_a_firewall_that_shows_its_text_is_a_page() -> None:
    script = "<script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script>"
    body = "<h1>样本县2017年工作要点</h1><p>" + "现将样本要点印发给你们，请认真贯彻执行。" * 10 + "</p>"
    assert outcome(page(body, head=script)) == "page"


def test_a_page_drawn_by_script_is_a_page() -> None:
    boxes = "".join(f"<div id='box{number}'></div>" for number in range(5))
    assert outcome(page(f"{boxes}<script src='/app.js'></script>")) == "page"


@pytest.mark.parametrize(
    "target", ["../", "./", "/", "index.html", "../../../../../", HOME, "../list.html", "/index.shtml"]
)
def test_a_stub_that_leads_up_or_home_is_gone(target: str) -> None:
    assert outcome(f'<meta http-equiv="refresh" content="0;URL={target}">') == "gone"
    assert outcome(page("", head=f"<meta content='0; url={target}' http-equiv='Refresh'>")) == "gone"
    assert outcome(f"<html><head><meta http-equiv='refresh' content='0;url={target}'></head>") == "gone"
    assert outcome(f"<script>window.location.href = '{target}';</script>") == "gone"
    assert outcome(page(f"<p>正在跳转…</p><script>location.replace('{target}')</script>")) == "gone"


def test_a_stub_that_may_lead_elsewhere_is_an_error() -> None:
    assert outcome("<meta http-equiv='refresh' content='0;url=./t20171219_661235.html'>") == "error"
    assert outcome("<meta http-equiv='refresh' content='0;url=http://www.elsewhere.example/'>") == "error"
    assert outcome("<script>if (navigator.userAgent.match(/Mobile/)) location.href = '/';</script>") == "error"
    assert outcome("<meta http-equiv='refresh' content='0;url=../'>", asked=HOME, url=HOME) == "error"
    deeper = "<meta http-equiv='refresh' content='0;url=./zfwj/'>"
    assert outcome(deeper, asked="http://www.sample.gov.cn/xxgk/", url="http://www.sample.gov.cn/xxgk/") == "error"


def test_a_box_that_says_that_there_is_none_is_gone() -> None:
    assert outcome("<script>alert('该信息不存在或已删除！');history.back();</script>") == "gone"
    assert outcome("<script>alert('请先登录！');history.back();</script>") != "gone"


def test_a_full_page_with_a_refresh_or_a_jump_is_a_page() -> None:
    text = "<p>" + "样本正文。" * 40 + "</p><script>function back(){location.href='/';}</script>"
    assert outcome(page(text, head="<meta http-equiv='refresh' content='600;url=/'>")) == "page"


@pytest.mark.parametrize(
    ("asked", "url", "expected"),
    [
        (ASKED, HOME, "gone"),
        (ASKED, "https://www.sample.gov.cn/index.html", "gone"),
        (ASKED, "http://sample.gov.cn", "gone"),
        (ASKED, LIST, "gone"),
        (ASKED, "http://www.sample.gov.cn/zwgk/", "gone"),
        (ASKED, "http://www.sample.gov.cn/404.html", "gone"),
        (ASKED, "http://www.sample.gov.cn/common/error404.jsp", "gone"),
        (LIST, HOME, "gone"),
        (LIST, "http://www.sample.gov.cn/xxgk/", "gone"),
        (LIST, "http://www.sample.gov.cn/xxgk/zfxxgkml/ghjh/list.html", "gone"),
        (LIST.replace("list", "list_50"), LIST, "gone"),
        (ASKED, ASKED.replace("http:", "https:"), "page"),
        (ASKED, ASKED.replace("www.", ""), "page"),
        (ASKED, ASKED.replace("/xxgk/", "/zwgk/"), "page"),
        (ASKED, ASKED.replace("t20171219_661234", "t20171219_404"), "page"),
        (ASKED, "http://www.sample.gov.cn/zwgk/article/661234/", "page"),
        (ASKED, "http://xxgk.sample.gov.cn/index.jsp?id=661234", "page"),
        (LIST, "http://www.sample.gov.cn/zwgk/zfxxgkml/yqhy/", "page"),
        (LIST, "http://www.sample.gov.cn/xxgk/zfxxgkml/yqhy/", "page"),
        (LIST, "http://www.sample.gov.cn/xxgk/zfxxgkml/yqhy/hygq/list.html", "page"),
        ("http://www.sample.gov.cn/xxgk", "http://www.sample.gov.cn/xxgk/", "page"),
        (HOME, "http://www.sample.gov.cn/zwgk/index.html", "page"),
        (HOME, "https://www.sample.gov.cn/index.html", "page"),
        (ASKED, "http://10.1.1.1/", "error"),
        (ASKED, "http://www.elsewhere.example/", "error"),
        (ASKED, "http://www.sample.gov.cn/error.html", "error"),
        (ASKED, "http://www.sample.gov.cn/sso/login", "blocked"),
        (ASKED, "http://www.sample.gov.cn/waf/captcha.html", "blocked"),
    ],
)
def test_where_a_redirect_ended(asked: str, url: str, expected: str) -> None:
    assert outcome(DOCUMENT, url=url, asked=asked) == expected
    assert outcome(framed("<p>样本正文</p>" * 300), url=url, asked=asked) == expected


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ASKED, "gone"),
        ("http://www.sample.gov.cn/xxgk/zfxxgkml/201712/t20171219_661234.html", "gone"),
        ("http://xxgk.sample.gov.cn/t20171219_661234.html", "gone"),
        ("http://www.sample.gov.cn/error/404.html", "gone"),
        ("http://www.sample.gov.cn/sso/login?back=1", "blocked"),
        ("http://www.sample.gov.cn/waf/captcha.html", "blocked"),
        ("http://www.elsewhere.example/sample.html", "error"),
    ],
)
def test_where_a_redirect_ended_that_is_missing(status: int, url: str, expected: str) -> None:
    """A page for signing in that is itself missing says nothing of the page asked for, nor does another site."""
    assert outcome("", status, url=url) == expected


def test_a_refusal_at_the_end_of_a_redirect_home_is_no_absence() -> None:
    assert outcome(page("<p>您的请求可能存在威胁，已被拦截！</p>"), url=HOME) == "blocked"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "ok", "\ufeff", "   \r\n" * 50, "<html></html>"])
def test_an_empty_answer_is_an_error(text: str) -> None:
    assert outcome(text) == "error"


@pytest.mark.parametrize("layout", [page, framed], ids=["bare", "framed"])
@pytest.mark.parametrize("upper", [False, True])
def test_a_page_that_broke_off_is_an_error(layout: object, upper: bool) -> None:
    assert callable(layout)
    text = str(layout("<div><p>" + "样本正文。" * 800 + "</p></div>"))
    if upper:
        text = text.replace("<body", "<BODY").replace("</body", "</BODY").replace("html>", "HTML>")
    assert outcome(text) == "page"
    assert outcome(text[: text.lower().index("</body")]) == "cut"
    assert outcome(text[: len(text) // 2]) == "cut"
    assert outcome(text + "<!-- generated --><script>var a = 1;</script>") == "page"


def test_fragments_and_data_have_no_end_of_a_page() -> None:
    assert (
        outcome("<ul><li><a href='t20171219_1.html' title='样本文件'>样本文件</a><span>2017-12-19</span></li></ul>")
        == "page"
    )
    assert outcome('{"total": "1", "rows": [{"title": "您访问的页面不存在"}]}') == "page"
    assert outcome('{"total": "1", "rows": [{"title": "样本文件"') == "cut"
    assert outcome('\ufeff\r\nresult({"data": [{"title": "样本文件"}]});') == "page"
    assert outcome('\ufeff\r\nresult({"data": [{"title": "样本') == "cut"
    assert outcome("<datastore><recordset><record>样本</record></recordset></datastore>") == "page"
    assert outcome("<datastore><recordset><record>样本") == "cut"
    assert outcome("\r\n\r\ntotalRecord=2.0;totalPage = 1;dataStore = ['<li>样本</li>','<li>样本</li>'];") == "page"
    assert outcome("totalRecord=2.0;totalPage = 1;dataStore = ['<li>样本</li>','<li>样") == "cut"
    assert outcome('{"articles":[]}') == outcome("[]") == "page"
    assert outcome('{"articles":[') == "error"


def test_a_page_out_of_order_is_an_error() -> None:
    for message in ("系统维护中，请稍后访问", "网站正在升级维护", "服务器内部错误", "502 Bad Gateway"):
        assert outcome(page(f"<p>{message}</p>")) == "error"


def home_page(title: str = "样本县人民政府", extra: str = "") -> str:
    links = [f"/zw{number}/{part}/t2017_{part}.html" for number in range(20) for part in range(8)]
    rows = "".join(f"<li><a href='{link}'>样本要闻</a></li>" for link in links)
    return page(
        f"<ul>{rows}</ul>{extra}<p>{FOOTER * 20}</p>",
        title,
        f"<meta name='SiteName' content='样本县人民政府'>{'<style></style>' * 900}",
    )


def test_a_home_page_in_place_of_a_list_is_home() -> None:
    assert outcome(home_page(), url=LIST, asked=LIST) == "home"
    assert outcome(home_page("首页 "), url=ASKED, asked=ASKED) == "home"
    assert outcome(home_page(), url=HOME, asked=HOME) == "page"
    assert outcome(home_page(), url=HOME, asked="http://www.sample.gov.cn/index.html") == "page"
    assert outcome(home_page(), url=HOME, asked=LIST) == "gone"


@pytest.mark.parametrize(
    "extra",
    [
        "<p>当前位置：首页 > 政务公开</p>",
        "<table><tr><th>索 引 号</th><th>名称</th></tr></table>",
        "<script>createPageHTML(21, 0, 'list', 'html');</script>",
        "<a href='list_1.html'>下一页</a>",
        "<div id='zoom'><p>" + "样本正文。" * 100 + "</p></div>",
        "".join(f"<a href='./201712/t20171219_{number}.html'>样本文件</a>" for number in range(80)),
    ],
)
def test_a_page_with_a_list_or_a_document_is_no_home_page(extra: str) -> None:
    assert not is_home(home_page(extra=extra), LIST)
    assert outcome(home_page(extra=extra), url=LIST, asked=LIST) == "page"


def test_a_page_with_a_title_of_its_own_is_no_home_page() -> None:
    for title in ("热点回应_样本县人民政府", "热点回应", "政务公开 - 首页栏目 - 样本县人民政府"):
        assert is_home(home_page(), LIST)
        assert not is_home(home_page(title), LIST)


@given(st.integers(100, 599), st.text(max_size=300), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_comes_there_is_a_verdict(status: int, text: str, url: str, asked: str, home: str) -> None:
    assert read(text, status, url, asked, home).outcome in {"page", "cut", "gone", "blocked", "error", "home"}


@given(
    st.text("样本县政府关于印发工作要点的通知删除拦截验证码异常访问找不到已被，。 \n1234", min_size=300, max_size=900)
)
def test_no_long_text_is_gone_or_blocked(text: str) -> None:
    if len("".join(text.split())) > 250:
        assert outcome(page(f"<p>{text}</p>")) == "page"


@needs_saved_pages
def test_real_pages() -> None:
    for path in saved_pages(".html", ".xml", ".json"):
        text = path.read_text(encoding="utf-8", errors="replace")
        expected = {"waf": "blocked", "ucap": "page"}.get(path.parent.name, "page")
        expected = "home" if path.name == "yichun_home_2023.html" else expected
        for address in (LIST, ASKED):
            assert outcome(text, url=address, asked=address) == expected, path
        if path.parent.name != "waf":
            assert outcome(text, url=HOME, asked=HOME) == "page", path
        if "</html>" in text:
            assert outcome(text[: text.rindex("</body>")].replace("</html>", ""), url=LIST, asked=LIST) == "cut", path
