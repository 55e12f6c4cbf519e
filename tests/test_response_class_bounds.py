"""The words by which an answer is told from a page, and every bound: a page just inside, and one just outside."""

from itertools import product

import pytest

from crawler.extract.response_class import judge
from tests.test_response_class import LIST, home_page, outcome, page

THINGS = ["页面", "网页", "信息", "文章", "内容", "资源", "栏目", "链接", "地址", "网址", "稿件", "页"]
LOST = ["不存在", "已不存在", "不在了", "已删除", "已被删除", "已经被删除", "被移除", "已移除", "已下线", "被撤下", "找不到", "未找到", "没有找到", "无法找到",
        "不见了", "丢失", "失踪了", "可能已删除"]  # fmt: skip
GONE = [
    *(f"{thing}不存在" for thing in THINGS),
    *(f"该{thing}已被删除" for thing in THINGS),
    *(f"您访问的页面{lost}" for lost in LOST),
    *(f"{whose}页面不存在" for whose in ("该", "此", "本", "当前", "这个")),
    *(f"您{will}{does}的{this}页面不存在"
      for will, does, this in product(("", "所", "要", "想要", "需要", "正在"), ("访问", "查找", "浏览", "请求", "查看", "打开", "寻找", "搜索"), ("", "该"))),
    *(f"{sorry}您访问的页面不存在" for sorry in ("抱歉，", "很抱歉！", "非常抱歉,", "对不起 ", "真的遗憾：", "不好意思。", "Sorry, ", "Oops! ")),
    *(f"找不到{thing}" for thing in ("页面", "网页", "文章", "资源", "稿件", "地址", "网址", "该页", "文件或页面", "您要访问的页面")),
    *(f"{lost}页面" for lost in ("未找到", "没有找到", "无法找到", "系统找不到", "服务器未找到")),
    "404", "404错误", "404页面", "404 Error", "错误：404", "状态 404", "Error 404", "Not Found", "Page not found", "File not found",
    "The page could not be found", "The document was not found", "HTTP 404 Not Found",
    *(f"页面不存在，{tail}" for tail in ("请返回首页", "返回首页", "将在5秒后跳转", "即将跳转", "正在跳转", "系统自动跳转", "3 秒后跳转", "点击返回", "或已删除", "可能已移动")),
]  # fmt: skip

SHIELDS = [
    "云堤",
    "知道创宇",
    "创宇盾",
    "加速乐",
    "安全狗",
    "云锁",
    "云盾",
    "云防护",
    "防火墙",
    "安全防护",
    "防护系统",
    "WAF",
]
REFUSED = [
    *(f"请求被网站{shield}拦截" for shield in SHIELDS),
    *(f"{shield}拦截了本次操作" for shield in SHIELDS),
    *(f"您的{what}已被拦截" for what in ("访问", "请求", "操作", "浏览", "提交", "行为", "IP", "网络", "浏览器")),
    *(f"您的访问被{verb}" for verb in ("拦截", "阻断", "阻止", "拒绝", "限制", "禁止", "屏蔽")),
    *(f"您的请求存在{risk}" for risk in ("威胁", "安全风险", "异常", "潜在威胁")),
    "您的访问过于频繁", "您的操作过快", "你的访问异常", "访问已被拒绝", "请求被拦截", "当前访问受到限制", "抱歉，访问被禁止", "页面访问被终止",
    "检测到您的异常访问", "疑似异常流量", "发现异常请求", "异常访问", "拒绝访问", "禁止访问！", "请完成验证", "请输入验证码", "请先进行安全验证", "请拖动滑块",
    "为了您的安全，请完成验证", "人机验证", "安全验证中…", "滑块验证", "访问校验", "验证码：", "正在验证您的浏览器", "正在检查访问环境", "访问过于频繁",
    "403 Forbidden", "Forbidden", "403", "Access denied", "Access to this page is denied", "Your request has been blocked", "Access was rejected",
    "Just a moment...", "Checking your browser before accessing",
]  # fmt: skip

FAULTS = ["网站正在维护", "系统升级中", "本网站正在升级改造", "站点目前改版", "系统繁忙", "系统繁忙，请稍后再试", "服务器内部错误", "服务器错误", "页面无法访问", "服务不可用",
          "网站处于建设", "暂停访问", "停止服务", "500 Internal Server Error", "HTTP 503", "Error 502", "Bad Gateway", "502 Bad Gateway",
          "Service Unavailable", "Service Temporarily Unavailable", "Internal Server Error", "数据库连接失败", "连接数据库错误", "对不起，系统出错"]  # fmt: skip


@pytest.mark.parametrize(("phrases", "expected"), [(GONE, "gone"), (REFUSED, "blocked"), (FAULTS, "error")])
def test_what_a_message_says(phrases: list[str], expected: str) -> None:
    told = {phrase: outcome(page(f"<div><p>{phrase}</p></div>", "")) for phrase in phrases}
    assert {phrase: said for phrase, said in told.items() if said != expected} == {}


# A document's text speaks of such things within a sentence.
@pytest.mark.parametrize("phrases", [GONE, REFUSED, FAULTS])
def test_the_same_words_in_a_document_are_its_text(phrases: list[str]) -> None:
    told = {phrase: outcome(page(f"<p>发布日期：2017-12-19</p><p>{phrase}</p>", "")) for phrase in phrases}
    assert set(told.values()) == {"page"}


@pytest.mark.parametrize(("code", "expected"), [("404", "gone"), ("403", "blocked"), ("500", "error")])
@pytest.mark.parametrize(("others", "is_message"), [(1, True), (2, False)])
def test_a_number_among_numbers_is_no_code(code: str, expected: str, others: int, is_message: bool) -> None:
    cells = "".join(f"<tr><td>样本</td><td>{number}</td></tr>" for number in (code, *range(1, others + 1)))
    assert outcome(page(f"<table>{cells}</table>", "")) == (expected if is_message else "page")


# --- bounds ---

GONE_LINE, REFUSED_LINE, FAULT_LINE = "页面不存在", "您的访问被拒绝", "系统繁忙"
MESSAGES = {GONE_LINE: "gone", REFUSED_LINE: "blocked", FAULT_LINE: "error"}


def padded(body: str, length: int) -> str:
    """A page of just so many characters, most of them of style."""
    bare = page(body, "", "<style></style>")
    return page(body, "", f"<style>{' ' * (length - len(bare))}</style>")


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize(("beside", "is_message"), [(250, True), (251, False)])
def test_a_message_stands_on_a_page_of_250_characters_at_most(message: str, beside: int, is_message: bool) -> None:
    text = page(f"<p>{message}</p><p>{'样' * (beside - len(message))}</p>", "")
    assert outcome(text) == (MESSAGES[message] if is_message else "page")
    assert outcome(page(f"<p>{message}</p><p>{'样 ' * (beside - len(message))}</p>", "")) == outcome(text), (
        "blanks do not count"
    )


@pytest.mark.parametrize("message", [REFUSED_LINE, FAULT_LINE])
@pytest.mark.parametrize(("links", "is_message"), [(12, True), (13, False)])
def test_a_refusal_or_fault_has_a_dozen_links_at_most(message: str, links: int, is_message: bool) -> None:
    text = page(f"<p>{message}</p>" + "<a href='/a/'>样本</a>" * links, "")
    assert outcome(text) == (MESSAGES[message] if is_message else "page")
    hidden = page(
        f"<p>{message}</p>" + "<a href='/a/'>样本</a>" * 12 + "<a href='/a/' style='display: none'>样本</a>" * 9, ""
    )
    assert outcome(hidden) == MESSAGES[message]


@pytest.mark.parametrize(("start", "expected"), [("页面不存在，请", "gone"), ("系统繁忙，", "error")])
@pytest.mark.parametrize(("length", "is_message"), [(120, True), (121, False)])
def test_a_message_is_a_line_of_120_characters_at_most(
    start: str, expected: str, length: int, is_message: bool
) -> None:
    line = start + "样" * (length - len(start))
    if expected == "error":  # what may follow a fault is shorter
        line = start + "样" * (60 if is_message else 61)
    assert outcome(page(f"<p>{line}</p>", "")) == (expected if is_message else "page")


@pytest.mark.parametrize(("length", "looked_at"), [(2999, True), (3000, False)])
def test_a_page_without_the_words_of_messages_is_looked_at_where_it_is_small(length: int, looked_at: bool) -> None:
    text = padded("<p>抱歉，404错误</p>", length)
    assert len(text) == length
    assert outcome(text) == ("gone" if looked_at else "page")


ALARMS = ["Page not found", "Not Found", "404错误", "页面已下线", "页面已移除", "页面被移除", "页面已撤下", "页面被撤下", "页面不见了",
          "页面不存在", "页面不在了", "页面已删除", "页面被删除", "找不到页面", "未找到页面", "您的请求被网站云锁拦截", "您的访问被阻断", "访问受到限制", "您的IP已被限制",
          "您的请求被拒绝", "拒绝访问", "请输入验证码", "安全验证", "人机验证", "发现异常请求", "您的异常访问", "您的请求异常", "您的操作存在异常", "您的访问过于频繁",
          "网站正在升级维护", "网站维护中", "系统繁忙", "暂停访问"]  # fmt: skip


def test_a_larger_page_is_looked_at_for_each_of_the_words_of_such_messages() -> None:
    told = {alarm: outcome(padded(f"<p>{alarm}</p>", 9_000)) for alarm in ALARMS}
    assert {alarm for alarm, said in told.items() if said == "page"} == {"您的异常访问"}, "the last is no message"
    declared = "<meta name='ArticleTitle' content='样本标题'>"
    for alarm in ALARMS:
        assert outcome(page(f"<p>{alarm}</p>", "", f"{declared}<style>{' ' * 4000}</style>")) == "page"


def test_in_a_larger_page_words_parted_by_markup_are_none() -> None:
    assert outcome(padded("<p>页面不存在</p>", 9_000)) == "gone"
    assert outcome(padded("<p>页面不<!-- -->存在</p>", 9_000)) == "page"


@pytest.mark.parametrize(("end", "looked_at"), [(16_000, True), (16_001, False)])
def test_the_first_16_000_characters_of_a_page_are_looked_through(end: int, looked_at: bool) -> None:
    text = page(f"<style></style><p>{GONE_LINE}</p>", "")
    missing = end - text.index(GONE_LINE) - len(GONE_LINE)
    text = text.replace("<style>", "<style>" + " " * missing)
    assert text.index(GONE_LINE) + len(GONE_LINE) == end
    assert outcome(text) == ("gone" if looked_at else "page")


@pytest.mark.parametrize(("text", "expected"), [("样" * 5, "error"), ("样" * 5 + "a", "page"), ("a" * 15, "error"), ("a" * 16, "page"),
                                                ("\ufeff \n" + "a" * 15 + "\r\n", "error"), ("[]", "page"), ("{}", "page")])  # fmt: skip
def test_an_answer_below_16_bytes_is_empty(text: str, expected: str) -> None:
    assert outcome(text) == expected


# --- stubs and challenges ---

REFRESH = "<meta http-equiv='refresh' content='0;url=/'>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>{}</p>".format("样" * 60), "gone"),
        ("<p>{}</p>".format("样" * 61), "page"),
        ("<p>正在跳转</p>" + "<a href='/'>样本</a>" * 2, "gone"),
        ("<p>正在跳转</p>" + "<a href='/'>样本</a>" * 3, "page"),
        ("<p>正在跳转</p>" + "<div></div>" * 3, "gone"),
        ("<p>正在跳转</p>" + "<div></div>" * 4, "page"),
        ("<p>正在跳转</p><p>发布日期：2017-12-19</p>", "page"),
    ],
)
def test_a_page_that_sends_on_shows_hardly_anything(body: str, expected: str) -> None:
    assert outcome(page(body, "", REFRESH)) == expected


@pytest.mark.parametrize(("length", "is_stub"), [(6000, True), (6001, False)])
def test_a_page_that_sends_on_is_short(length: int, is_stub: bool) -> None:
    bare = page("<p>正在跳转</p>", "", f"{REFRESH}<script>/*不存在*/</script>")
    text = bare.replace("/*", "/*" + " " * (length - len(bare)))
    assert len(text) == length
    assert outcome(text) == ("gone" if is_stub else "page")


@pytest.mark.parametrize(
    "script",
    ["document.cookie='__jsl_clearance=1'", "var a = '__jsluid_s'", "go({ 'bts': 1 })", "$_ts = window", "FSSBBIl1UgzbN7N", "acw_sc__v2", "acw_sc__v3",
     "_cf_chl_opt", "cf-browser-verification", "security_session_verify", "yunsuo_session", "wzwsquestion", "WZWS-CONFIRM",
     "document.cookie = 'a=1'; location.reload()"],
)  # fmt: skip
def test_a_page_of_nothing_but_a_firewalls_script_is_a_challenge(script: str) -> None:
    challenge = f"<script>{script}</script>"
    assert outcome(page(challenge, "")) == "blocked"
    assert outcome(page(f"{challenge}<p>{'样' * 60}</p>", "")) == "blocked"
    assert outcome(page(f"{challenge}<p>{'样' * 61}</p>", "")) == "page"
    for beside, most in (("<div></div>", 2), ("<a href='/'>样本</a>", 2)):
        assert outcome(page(challenge + beside * most, "")) == "blocked"
        assert outcome(page(challenge + beside * (most + 1), "")) == "page"


@pytest.mark.parametrize(("status", "expected"), [(202, "blocked"), (503, "blocked"), (500, "error"), (200, "page")])
def test_a_status_with_nothing_but_script_may_be_a_challenge(status: int, expected: str) -> None:
    assert outcome(page("<SCRIPT>var a = 1</SCRIPT>", ""), status) == expected
    assert outcome(page("<p>样本</p>", ""), 503) == "error"


# --- home pages ---


def home_of(
    links: int, sections: int, text: str = "", *, title: str = "样本县人民政府", head: str = "", folder: str = "/lm"
) -> str:
    """A home page of so many links, into so many sections, with a text where documents have theirs."""
    anchors = "".join(
        f"<li><a href='{folder}{number % sections}/'>样本栏目{number}</a></li>" for number in range(links)
    )
    body = f"<ul>{anchors}</ul><div id='zoom'>{text}</div><style>{' ' * 16_000}</style>"
    return page(body, title, head)


def came(text: str) -> str:
    """The class of a page that came where a list was asked for."""
    return outcome(text, url=LIST, asked=LIST)


@pytest.mark.parametrize(
    ("links", "sections", "text", "is_home"),
    [(100, 15, 299, True), (99, 15, 0, False), (100, 14, 0, False), (100, 15, 300, False), (300, 100, 0, True)],
)
def test_a_home_page_has_a_hundred_links_into_fifteen_sections_and_no_text(
    links: int, sections: int, text: int, is_home: bool
) -> None:
    assert came(home_of(links, sections, "样" * text)) == ("home" if is_home else "page")


@pytest.mark.parametrize(
    ("title", "head", "is_home"),
    [
        ("首页", "", True),
        ("网站首页-样本县", "", True),
        ("样本县政府网", "", True),
        ("样本县管委会门户网站", "", True),
        ("样本县人民政府_首页", "", True),
        ("样本公开目录", "", False),
        ("", "", False),
        ("样本公开目录", "<meta name='SiteName' content='样本公开目录'>", True),
        ("样本公开目录", "<meta name='SiteName' content='另一'>", False),
        ("样本公开目录", "<meta name='PageCategory' content='首页'>", True),
        ("样本公开目录", "<meta name='PageCategory' content='list'>", False),
        ("首页", "<meta name='ColumnName' content='样本栏目'>", False),
        ("首页", "<meta name='ColumnName' content=' '>", True),
    ],
)
def test_a_home_page_says_that_it_is_one(title: str, head: str, is_home: bool) -> None:
    assert came(home_of(120, 30, title=title, head=head)) == ("home" if is_home else "page")


@pytest.mark.parametrize(
    "sign", ["当前位置", "您的位置", "索 引 号", "createPage", "下一页", "尾页", "末页", "共 3 页"]
)
def test_a_page_with_a_sign_of_a_list_or_record_is_no_home_page(sign: str) -> None:
    assert came(home_of(120, 30)) == "home"
    assert came(home_of(120, 30).replace("</body>", f"<p>{sign}</p></body>")) == "page"


def test_links_to_other_sites_and_to_places_beside_make_no_home_page() -> None:
    assert came(home_of(120, 30, folder="http://www.example.com/lm")) == "page"
    assert came(home_of(120, 30, folder="/xxgk/zfxxgkml/yqhy/lm")) == "page"
    assert came(home_of(120, 30).replace(" " * 16_000, "")) == "page", "a small page is judged by its words"


def test_a_portals_home_page_is_one_where_it_is_asked_for() -> None:
    home = "http://www.sample.gov.cn/"
    assert outcome(home_page(), url=home, asked=home) == "page"


def test_a_home_page_that_wants_a_login_is_a_refusal_but_may_lead_on() -> None:
    home = "http://www.sample.gov.cn/"
    text = page("<form>密码 <input type=password></form>", "")
    assert judge(200, text, f"{home}sso/login?service=x", home, home).outcome == "blocked"
    assert judge(200, text, f"{home}portal/", home, home).outcome == "page"


# --- programs' own errors ---

FAILED_PROGRAMS = [
    "<p>Microsoft OLE DB Provider for SQL Server</font> <font size=2>错误 '80004005'</font><p>SQL Server 不存在或访问被拒绝。<p>/conn.asp，行 12",
    "<p>ADODB.Connection 错误 '800a0e7a'</p><p>未找到提供程序。该程序可能未正确安装。</p><p>/inc/conn.asp，行 5</p>",
    "<h1>HTTP Status 500 - </h1><p>java.lang.NullPointerException</p>" + "<p>com.sample.web.Servlet.doGet(Servlet.java:55)</p>" * 20,
    "<h1>“/”应用程序中的服务器错误。</h1><h2><i>运行时错误</i></h2><p>说明: 服务器上出现应用程序错误。</p>" + "<p>堆栈跟踪信息</p>" * 60,
    "<h1>Whitelabel Error Page</h1><p>There was an unexpected error (type=Internal Server Error, status=500).</p>",
    "<b>Fatal error</b>: Uncaught PDOException in /www/inc/db.php:12",
    "java.sql.SQLException: ORA-12541: TNS:no listener",
    "Error establishing a database connection",
]  # fmt: skip


@pytest.mark.parametrize("shown", FAILED_PROGRAMS)
def test_a_program_that_failed_is_no_page_whatever_its_status(shown: str) -> None:
    assert outcome(page(shown, "")) == "error"


@pytest.mark.parametrize("shown", FAILED_PROGRAMS)
def test_a_document_that_speaks_of_such_an_error_is_one(shown: str) -> None:
    assert outcome(page(f"<h1>关于网站故障的通报</h1><p>发布日期：2017-12-19</p>{shown}", "")) == "page"
