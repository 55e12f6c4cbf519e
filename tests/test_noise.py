"""The parts of a text that count when two readings are compared. All texts here are samples written for the tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.noise import essence, lines_but_files, same, same_body, same_pairs, stable_url
from crawler.extract.text import lines_of
from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail
from tests.saved_pages import needs_saved_pages, saved_pages

AT_EDGES = [
    "浏览次数：123",
    "浏览次数:1,234 次",
    "浏览量（12）",
    "阅读量 123",
    "阅读：5",
    "点击数[12]",
    "点击数：[ 12 ]",
    "访问量：１２３次",
    "本页访问量：33",
    "下载次数：7次",
    "页面生成时间：2023-10-11 11:36:07",
    "页面生成时间 2023-10-11 11:36",
    "打印时间：2026年11月23日 10时20分",
    "今天是2026年11月23日 星期一",
    "今天是：2026年11月23日 星期一 农历十月十四",
    "分享到：微信 微博 QQ空间",
    "分享到 新浪微博、QQ空间、更多",
    "【打印本页】【关闭窗口】",
    "【打印】 【关闭】",
    "[ 打印 | 关闭 ]",
    "打印本页",
    "字号：大 中 小",
    "【字体：大 中 小】",
    "字体大小：[大] ".replace("[大]", "特大 大 中 小").strip(),
    "扫一扫在手机打开当前页",
    "扫一扫在手机上查看当前页面",
    "扫一扫，用手机打开当前页面",
    "您是第 12,345 位访客",
    "您好，您是本站第17位访问者！".removeprefix("您好，"),
    "欢迎您，来自10.0.3.17的访客",
    "欢迎来自 2001:db8::17 的网友！",
    "您的IP地址：10.0.3.17",
    "您的IP是 10.0.3.17",
    "当前在线人数：12",
    "在线用户：12人",
    "页面执行时间：0.032秒",
    "页面加载用时：17 ms",
]
"""Boxes that are noise alone on a line, and at the start or end of one."""

AT_ENDS = ["浏览次数：", "浏览次数： 次", "【已下载146次】".strip("【】")]
LINES = [
    "分享到：",
    "打印 关闭",
    "返回顶部",
    "天气：晴 12℃~20℃",
    "今日天气：多云转晴 5~17℃ 微风 空气质量：优",
    "样本县 小雨 3℃-8℃ 东北风3-4级",
]

PROSE = [
    "下载次数达到{}次",
    "样本应用下载次数达到{}次，比上年增加。",
    "网站总访问量：{}次",
    "访问量：{}万次",
    "访问量：{} 万次",
    "访问量：{}次，同比增长。",
    "访问量：{} 次，同比增长。",
    "全年浏览次数{}次",
    "全年浏览次数 {} 次。",
    "浏览次数统计见表{}",
    "访问量\t{}",
    "点击率提高{}%",
    "今天是2026年11月{}日，我们在此集会。",
    "打印时间不超过{}分钟",
    "生成日期：2017-12-{}",
    "发布时间：2017-12-{}",
    "明天：多云 12~{}℃",
    "气温{}℃左右",
    "样本公园（关闭）{}",
    "请{}日前扫一扫在手机打开当前页的二维码",
    "分享到微信群{}个",
    "文件字号：样政发〔2017〕{}号",
    "招收{}个",
    "招收{}人次",
    "阅读{}篇",
    "样本文件已下载{}次",
    "（已下载{}）",
    "已阅读{}",
    "今天是2026年11月{}日",
    "今日：2026年11月{}日",
    "更新时间：2026年11月{}日",
    "生成时间：2026-11-{} 10:20",
    "样本时间：10:{}",
    "本页共{}条",
    "扫一扫{}",
    "样本县小雨{}℃起",
    "您是第{}位代表",
    "您是第{}位访客中的幸运者",
    "欢迎来自{}个县的访客",
    "在线人数{}人",
    "在线人数：{}万人",
    "您的IP地址有{}个",
    "页面执行时间不超过{}秒",
]
"""Sentences and values that hold the same words, with a place for a number."""

KEPT = [
    "浏览次数",
    "本网站浏览次数",
    "打印",
    "关闭",
    "收藏",
    "关于打印本页的说明",
    "样本公园（关闭）",
    "分享",
    "时间",
    "第一次",
    "①",
    "公告（二）",
]

# Each phrase a page may be built of, so that any put together of them is noise too.
PAGES = ["", "本页", "本文", "本站", "此页", "该页", "页面", "文章", "信息"]
VISITS = ["浏览", "点击", "阅读", "点阅", "人气", "访问", "查看", "下载"]
COUNTED = ["次数", "总次数", "数量", "总数量", "量", "总量", "数", "总数", "人数", "人次", "率"]
UNCOUNTED = ["浏览", "点击", "阅读", "点阅", "人气"]
NUMBERS = ["0", "7", "12", "1,234", "1,234,567", "１２３", "8次", "8 次", "8人次", "8 人次", "[12]", "（ 12 ）"]
UNITS = "万亿千百余多个条件篇%％"

counters = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(PAGES),
    st.builds("{}{}".format, st.sampled_from(VISITS), st.sampled_from(COUNTED)) | st.sampled_from(UNCOUNTED),
    st.sampled_from(["：", ":", " : ", "：　"]),
    st.sampled_from(NUMBERS),
)
moments = st.builds(
    "{}{}{}".format,
    st.sampled_from(["2026-11-28", "2026/3/1", "2026.11.28", "2026年11月28日", "2026 年 11 月 28 日"]),
    st.sampled_from(["", " 星期六", " 周日", " 礼拜一"]),
    st.sampled_from(["", " 10:20", " 10:20:30", " 10时20分", " 10时20分30秒", " 10:20 星期六", " 10:20 农历十月二十"]),
)  # fmt: skip
CLOCKS = ["页面生成时间", "本页面打印时间：", "网页生成日期：", "本页生成于", "打印日期：", "打印时间", "当前时间：", "现在时间 ", "系统时间：", "服务器时间：", "现在是"]  # fmt: skip
clocks = st.builds("{}{}".format, st.sampled_from(CLOCKS), moments)
SHARED = ["微信好友", "微信", "朋友圈", "新浪微博", "腾讯微博", "微博", "QQ空间", "QQ好友", "QQ", "人人网", "豆瓣网", "豆瓣", "百度贴吧", "百度空间",
          "开心网", "复制链接", "复制网址", "一键分享", "更多"]  # fmt: skip
LONG = [
    f"分享到：{' '.join(SHARED)}",
    f"一键分享到 {'、'.join(SHARED)}",
    "字号大小：特大 超大 大 中 小 默认 标准 A+ A- | 大 | 中 | 小 | 大 | 中 | 小 | 大 | 中 | 小",
    "【打印本页】【关闭窗口】【我要纠错】【加入收藏】【返回顶部】【返回首页】【打印正文】【关闭页面】【收藏本页】",
    f"页面生成时间：{' ' * 150}2026-11-28 10:20:30",
]
"""Boxes of more than forty characters."""

real = st.lists(
    st.text("样本县政府关于工作要点的通知各乡镇现印发给你们请认真贯彻执行0123456789，。〔〕号《》abcXYZ ", min_size=1, max_size=12)
    | st.builds(str.format, st.sampled_from(PROSE), st.integers(10, 28)),
    min_size=1,
    max_size=5,
)  # fmt: skip
pieces = [*AT_EDGES, *AT_ENDS, *LINES, *PROSE, *KEPT, "\n", "\n", " ", "\t", "　", "\u200b", "|", "】", "（", "）", "：", "12", "次", "样本", "今天是",
          "http://www.a.cnx7a72968303868.ipv6best.cn/", "//"]  # fmt: skip


@pytest.mark.parametrize("noise", [*AT_EDGES, *LINES, *AT_ENDS])
def test_a_line_of_noise_is_nothing(noise: str) -> None:
    assert essence(noise) == ""
    assert essence(f" \u3000{noise}\u200b ") == ""
    assert essence(f"样本正文\n{noise}\n样本落款") == "样本正文样本落款"


@pytest.mark.parametrize("noise", [*AT_EDGES, *AT_ENDS])
def test_noise_at_the_end_of_a_line_is_nothing(noise: str) -> None:
    assert essence(f"来源：样本县政府办 {noise}") == essence("来源：样本县政府办")
    assert essence(f"附件【样本.xls】{noise}") == essence("附件【样本.xls】")
    assert essence(f"来源：样本县政府办 {noise} 字号：大 中 小 【打印】") == essence("来源：样本县政府办")


@pytest.mark.parametrize("noise", AT_EDGES)
def test_noise_at_the_start_of_a_line_is_nothing(noise: str) -> None:
    assert essence(f"{noise} 来源：样本县政府办") == essence("来源：样本县政府办")
    assert essence(f"{noise}　阅读：3 样本") == "样本"


@pytest.mark.parametrize("noise", LONG)
@pytest.mark.parametrize("behind", ["", "　", " " * 300])
def test_a_long_box_at_the_end_of_a_line_is_nothing(noise: str, behind: str) -> None:
    assert len(noise) > 40
    assert essence(f"来源：样本县政府办 {noise}{behind}") == "来源:样本县政府办"
    assert essence(f"{behind}{noise} 来源：样本县政府办") == "来源:样本县政府办"


@pytest.mark.parametrize(("length", "is_found"), [(40, True), (41, True), (199, True), (200, True), (201, False)])
def test_a_box_of_up_to_two_hundred_characters_is_found(length: int, is_found: bool) -> None:
    label, number = "浏览次数：", "12"
    box = f"{label}{' ' * (length - len(label) - len(number))}{number}"
    assert len(box) == length
    assert essence(f"来源：样本县政府办 {box}") == f"来源:样本县政府办{'' if is_found else '浏览次数:12'}"


@pytest.mark.parametrize(("length", "is_box"), [(200, True), (201, False)])
def test_a_line_of_up_to_two_hundred_characters_is_a_box(length: int, is_box: bool) -> None:
    label = f"分享到{' ' * (length - 4)}："
    assert len(label) == length
    assert essence(f"样本正文\n{label}") == ("样本正文" if is_box else "样本正文分享到:")


def test_noise_that_is_broken_over_lines_is_nothing() -> None:
    assert essence("浏览次数\n：12") == ""
    assert essence("见http://www.sample.cnx7a72968303868\n.ipv6best.cn") == "见http://www.sample.cn"


@given(counters | clocks)
def test_counters_and_clocks_are_nothing_in_any_phrase(noise: str) -> None:
    assert essence(noise) == ""
    assert essence(f"来源：样本县政府办 {noise}") == "来源:样本县政府办"
    assert essence(f"{noise} 来源：样本县政府办") == "来源:样本县政府办"


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("blank", ["", " ", "　"])
@pytest.mark.parametrize("name", ["下载量：", "本站访问总量：", "浏览：", "访问人数 "])
def test_a_figure_with_a_unit_of_its_own_is_a_statement_and_no_counter(name: str, blank: str, unit: str) -> None:
    for text in ("{}", "样本数据 {}", "{} 样本数据", "样本正文\n{}\n样本落款"):
        one, other = (text.format(f"{name}{number}{blank}{unit}") for number in (12, 13))
        assert len(essence(one)) == len("".join(one.split()))
        assert not same(one, other)


def test_labels_and_values_are_compared_without_counters() -> None:
    pairs = {"索引号": "640324001/2026-00001", "招收人数": "12", "浏览次数": "7"}
    assert same_pairs(pairs, {**pairs, "浏览次数": "1,234"})
    assert same_pairs(pairs, {label: value for label, value in pairs.items() if label != "浏览次数"})
    assert same_pairs(pairs, dict(reversed(pairs.items())))
    assert same_pairs(pairs, {**pairs, "招收人数": " １２ "})
    assert not same_pairs(pairs, {**pairs, "招收人数": "13"})
    assert not same_pairs(pairs, {**pairs, "下载量": "12 个"})
    assert not same_pairs(pairs, {label: value for label, value in pairs.items() if label != "招收人数"})
    assert not same_pairs({"甲": "样本", "乙": "12"}, {"乙": "样本", "甲": "12"})


@pytest.mark.parametrize("line", [*KEPT, *(sentence.format(12) for sentence in PROSE)])
def test_the_same_words_in_a_sentence_stay(line: str) -> None:
    kept = essence(line)
    assert kept
    assert len(kept) == len("".join(line.split()))
    assert len(essence(f"样本正文\n{line}\n样本落款")) == len(kept) + 8


@pytest.mark.parametrize("sentence", PROSE)
def test_a_number_in_a_sentence_counts(sentence: str) -> None:
    assert not same(sentence.format(12), sentence.format(13))
    assert same(sentence.format(12), sentence.format("１２"))


def test_blanks_invisible_characters_and_widths_do_not_count() -> None:
    assert same("同 意（ＡＢＣ）：１００％", "同\u3000意\u200b(ABC):\u00a0100%\ufeff\n")
    assert same("岚 金管备〔 2023 〕 3 号", "岚金管备〔2023〕3号")
    assert same(None, "")
    assert same(None, " \n浏览次数：12\n")
    assert essence(None) == ""


@pytest.mark.parametrize("invisible", ["\x00", "\x1b", "\x7f", "\xad", "\u115f", "\u3164", "\uffa0", "\u180e", "\u200b", "\u200f", "\u202a", "\u2066",
                                       "\u2800", "\ufe0f", "\ufeff", "\ufffc", "\U000e0041", "\U000e0100"])  # fmt: skip
def test_an_invisible_character_does_not_count(invisible: str) -> None:
    assert same(f"样{invisible}本{invisible}", "样本")
    assert essence(f"浏览{invisible}次数：{invisible}12") == ""


@pytest.mark.parametrize(("wide", "narrow"), list(zip("！，．０９：？ＡＺａｚ～￥ｱ", "!,.09:?AZaz~¥ア", strict=True)))
def test_the_width_of_a_character_does_not_count(wide: str, narrow: str) -> None:
    assert same(wide, narrow)


@pytest.mark.parametrize(("one", "other"), [("①", "1"), ("㎡", "m2"), ("〇", "0"), ("x²", "x2"), ("Ⅳ", "IV"), ("a", "A"), ("一", "—"),
                                            ("12", "21"), ("〔3〕", "(3)"), ("县", "縣"), (None, "无")])  # fmt: skip
def test_other_forms_of_a_character_count(one: str | None, other: str) -> None:
    assert not same(one, other)


@given(st.lists(st.sampled_from(pieces) | st.text(max_size=3)).map("".join))
def test_essence_of_an_essence_is_itself(text: str) -> None:
    found = essence(text)
    assert essence(found) == found
    assert found == "".join(found.split())
    assert same(text, found)


@given(real, st.data())
def test_noise_put_in_changes_nothing(lines: list[str], data: st.DataObject) -> None:
    expected = essence("\n".join(lines))
    noisy = list(lines)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(noisy) - 1))
        blank = data.draw(st.sampled_from([" ", "　", "\u00a0 ", "\n", "\t"]))
        if data.draw(st.booleans()):
            noisy[place] = f"{data.draw(st.sampled_from([*AT_EDGES, *LONG]) | counters | clocks)}{blank}{noisy[place]}"
        else:
            noise = data.draw(st.sampled_from([*AT_EDGES, *AT_ENDS, *LONG]) | counters | clocks)
            noisy[place] = f"{noisy[place]}{blank}{noise}"
        noisy.insert(data.draw(st.integers(0, len(noisy))), data.draw(st.sampled_from([*AT_EDGES, *LINES, *LONG, ""])))
    assert essence("\n".join(noisy)) == expected


@given(real, st.data())
def test_any_other_digit_or_character_counts(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    places = [
        place
        for place, character in enumerate(text)
        if character in "0123456789样本县政府关于工作要点的通知各乡镇现印发给你们请认真贯彻执行"
    ]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    others = "0123456789" if text[place].isdigit() else "样本丙丁戊己庚辛"
    changed = (
        text[:place] + data.draw(st.sampled_from([one for one in others if one != text[place]])) + text[place + 1 :]
    )
    noise = data.draw(st.sampled_from([*AT_EDGES, *LINES]))
    assert not same(text, changed)
    assert not same(f"{text}\n{noise}", f"{noise}\n{changed}")


@given(st.lists(st.sampled_from([*pieces, "。", "\n"])).map("".join))
def test_what_says_nothing_is_the_same_as_no_text(text: str) -> None:
    assert same(None, text) == same(text, "") == (essence(text) == "")


@given(st.text())
def test_any_text_in_no_crash_out(text: str) -> None:
    assert essence(essence(text)) == essence(text)
    assert stable_url(stable_url(text)) == stable_url(text)


FILES = ["样本附件1.docx", "样本 附件.xls"]


@pytest.mark.parametrize(
    "line",
    ["样本附件.xls", "附件：样本附件1.docx", "1、样本附件.xls；样本附件1.docx", "附件下载", "【相关附件】", "附件1：样本附件1.docx；", "样本附件1.docx 阅读：5"],
)  # fmt: skip
def test_a_line_that_does_nothing_but_name_files_does_not_count(line: str) -> None:
    one, other = "样本正文\n样本落款", f"样本正文\n{line}\n样本落款"
    assert same_body(one, other, iter(FILES))
    assert same_body(other, one, iter(FILES))
    assert not same_body(one, other, []), "of a page without files it says something"


@pytest.mark.parametrize("line", ["样本附件.xls已作废", "另见样本附件.xls", "样本附件2.docx", "附件另发"])
def test_a_line_that_says_more_of_a_file_counts(line: str) -> None:
    assert not same_body("样本正文", f"样本正文\n{line}", FILES)
    assert lines_but_files(f"样本正文\n\n{line}\n样本附件.xls", FILES) == ["样本正文", line]


def test_a_page_without_a_text_says_something_else_than_one_that_names_its_files() -> None:
    assert same_body(None, "浏览次数：12", FILES)
    assert not same_body(None, "样本附件.xls", FILES)
    assert not same_body("样本附件.xls", None, FILES)
    assert lines_but_files(None, FILES) == []


def test_files_are_known_whose_names_hold_another_s() -> None:
    names = ["丁样本表", *(f"样本{'表' * length}" for length in range(1, 9))]
    assert lines_but_files("\n".join(names), names) == []


GATEWAYS = ["7a72968303868", "7a72968723868", "7a72966df3868"]


@pytest.mark.parametrize(
    ("address", "stable"),
    [
        ("http://www.sample.org.cnx{}.ipv6best.cn/a/b.html?c=1", "http://www.sample.org.cn/a/b.html?c=1"),
        ("http://pt.sample.org.cnx{}.ipv6best.cn:8060/", "http://pt.sample.org.cn:8060/"),
        ("https://i-sample-comx{}xx.ipv6best.cn?c=code&id=26", "https://i.sample.com?c=code&id=26"),
        ("http://www.sample.cn.x{}.ipv6best.cn/", "http://www.sample.cn/"),
        ("http://my-sample.cnx{}.ipv6best.cn/", "http://my-sample.cn/"),
        ("HTTP://www.sample.cnX{}.IPV6BEST.CN/", "HTTP://www.sample.cn/"),
        ("http://www.sample.cnx{}.ipv6best.cn", "http://www.sample.cn"),
        ("http://www.sample.cnx{}.ipv6best.cn查询", "http://www.sample.cn查询"),
        ("http://www.sample.cnx{}.ipv6best.cn. Sample", "http://www.sample.cn. Sample"),
    ],
)
def test_rotating_hosts_give_one_address(address: str, stable: str) -> None:
    for gateway in GATEWAYS:
        assert stable_url(address.format(gateway)) == stable
        assert stable_url(f"见{address.format(gateway)}，{address.format(gateway)}。") == f"见{stable}，{stable}。"
        assert same(f"见 {address.format(gateway)} 样本", f"见 {address.format(GATEWAYS[1])} 样本")


@pytest.mark.parametrize(
    "address",
    ["http://www.sample.gov.cn/x7a72968303868.html", "http://x.sample.cn/?u=ipv6best.cn", "http://ipv6best.cn/", "/a/b.html", "", "http://[bad",
     "http://www.ipv6best.cn/", "http://www.sample.cnx7a72968303.sample.cn/", "http://www.sample.cnx7a7296830g868.ipv6best.cn/",
     "http://www.sample.cnx123456789.ipv6best.cn/", "http://www.sample.cnx12345678901234567.ipv6best.cn/", "http://www.sample.cn1234567890.ipv6best.cn/",
     "http://www.sample.cnx7a72968303868.ipv6best.cn.sample.org/", "http://www.sample.cnx7a72968303868.ipv6best.cnn/",
     "http://www.sample.cnx7a72968303868.ipv6best.cn-sample.org/", "http://www.sample.cnx7a72968303868xipv6best.cn/",
     "www.sample.cnx7a72968303868.ipv6best.cn", "http://x7a72968303868.ipv6best.cn/"],
)  # fmt: skip
def test_other_addresses_stay(address: str) -> None:
    assert stable_url(address) == address


@pytest.mark.parametrize(("digits", "rotates"), [(9, False), (10, True), (16, True), (17, False)])
def test_the_part_that_rotates_has_ten_to_sixteen_digits(digits: int, rotates: bool) -> None:
    address = f"http://www.sample.cnx{'a1' * 9:.{digits}}.ipv6best.cn/"
    assert (stable_url(address) == "http://www.sample.cn/") == rotates


def test_addresses_that_differ_are_not_one() -> None:
    assert stable_url("http://a.cnx7a72968303868.ipv6best.cn/1") != stable_url(
        "http://a.cnx7a72968303868.ipv6best.cn/2"
    )
    assert stable_url("http://a.cnx7a72968303868.ipv6best.cn/1") != stable_url(
        "http://b.cnx7a72968303868.ipv6best.cn/1"
    )


@needs_saved_pages
def test_real_pages_keep_their_text() -> None:
    removed: list[str] = []
    for path in saved_pages(".html"):
        root = parse_html(path.read_text(encoding="utf-8", errors="replace"))
        body = read_detail(root, "http://www.sample.gov.cn/a.html").body
        assert not body or len(essence(body)) >= 0.98 * len("".join(body.split())), path
        lines = lines_of(root).splitlines()
        removed += [line for line in lines if len(essence(line)) < len("".join(line.replace("\u200b", "").split()))]
    assert "扫一扫在手机打开当前页" in removed
    assert all(len(line) < 200 for line in removed)
