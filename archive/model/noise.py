"""The essence of a text when two readings of it are compared, without noise: counters, clocks, weather, page tools.

Pure. Noise is taken out only where it surely is such a box: a whole line, or its label with a value directly behind at
the start or the end of a line. The same words inside a sentence stay.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

# The forms of one character that differ in width alone (U+FF01…U+FFEE), and no other: ① is not 1, and 〇 not 0.
_WIDTHS = {
    code: folded
    for code in range(0xFF01, 0xFFEF)
    if (folded := unicodedata.normalize("NFKC", chr(code))) != chr(code) and len(folded) == 1
}
_HANGUL_FILLERS = (0x115F, 0x1160, 0x3164, 0xFFA0)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u2800\ufe00-\ufe0f\ufeff\ufff9-\ufffc\U000e0001-\U000e007f\U000e0100-\U000e01ef"
    + "".join(map(chr, _HANGUL_FILLERS))
    + "]"
)

_COUNT = r"\d+(?:,\d{3})*+(?:\s*人?次)?+"
_NUMBER = rf"(?:{_COUNT}|[\[(]\s*{_COUNT}\s*[\])])"
_PAGE = "(?:本页|本文|本站|此页|该页|页面|文章|信息)?"
_COUNT_NOUN = "(?:总?次数|总?数量|总?量|总?数|人数|人次|率)"
_NAMED_COUNT = f"{_PAGE}(?:浏览|点击|阅读|点阅|人气|访问|查看|下载){_COUNT_NOUN}"
_SHORT_COUNT = f"{_PAGE}(?:浏览|点击|阅读|点阅|人气)"
_NO_UNIT = r"(?!\s*[万亿千百余多个条件篇%])"
_DATE = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_TIME = r"\d{1,2}(?:\s*:\s*\d{2}(?:\s*:\s*\d{2})?|\s*时\s*\d{1,2}\s*分(?:\s*\d{1,2}\s*秒)?)"
_DAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_LUNAR = r"农历[\u4e00-\u9fff]{2,12}"
_MOMENT = rf"{_DATE}(?:\s*{_DAY})?(?:\s*{_TIME})?(?:\s*{_DAY})?(?:\s*{_LUNAR})?"

_COUNTERS = (
    rf"(?:{_NAMED_COUNT}|{_SHORT_COUNT})\s*:\s*{_NUMBER}{_NO_UNIT}",
    rf"(?:{_NAMED_COUNT}|{_SHORT_COUNT})\s*[\[(]\s*{_COUNT}\s*[\])]",
    rf"{_NAMED_COUNT}[ \xa0\u3000]+{_COUNT}{_NO_UNIT}",  # blanks, but no tab: cells of a table are no counter
    rf"[(\[]?已(?:下载|浏览|阅读|点击|访问)\s*{_COUNT}(?<=次)[)\]]?",
)
_EMPTY_COUNTER = rf"{_NAMED_COUNT}\s*:(?:\s*次)?"  # filled in by script
_CLOCKS = (
    rf"(?:本?(?:页面|网页|页)(?:生成|打印)(?:时间|日期|于)|打印(?:时间|日期)|(?:当前|现在|系统|服务器)时间|现在是)\s*:?\s*{_MOMENT}",
    rf"(?:今天|今日)(?:是|:)\s*:?\s*{_DATE}\s*{_DAY}(?:\s*{_LUNAR})?",
)
_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}(?::[\da-f]{0,4}){2,7})"
_VISITORS = (
    rf"(?:您|你)(?:好,)?是{_PAGE}的?\s*第\s*\d+(?:,\d{{3}})*+\s*(?:位|个|名)(?:访客|访问者|来访者|来宾|浏览者)[!。]?",
    rf"(?:欢迎(?:您|你)?|您|你)[,\s]*来自\s*{_IP}\s*的(?:访客|网友|朋友|用户|游客)[!。]?",
    rf"(?:您|你)的\s*IP\s*(?:地址)?\s*(?:是|为)?\s*:?\s*{_IP}",
    rf"(?:当前|目前|现在)?在线(?:人数|用户|访客)\s*:\s*{_NUMBER}{_NO_UNIT}\s*(?:人|位)?",
    r"页面?(?:执行|处理|加载)(?:时间|耗时|用时)\s*:\s*\d+(?:\.\d+)?\s*(?:毫秒|秒|ms|s)",
)
"""Words of a page to whoever visits it, and about the visit."""

_SHARED = (
    "(?:微信好友|微信|朋友圈|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|人人网|豆瓣网|豆瓣|百度贴吧|百度空间|开心网|"
    "复制链接|复制网址|一键分享|更多)"
)
_SHARE = rf"(?:一键)?分享(?:到|至)?\s*(?::[\s|]*{_SHARED}|{_SHARED}[\s|/、,]*{_SHARED})(?:[\s|/、,]*{_SHARED})*"
_SIZE = r"(?:特大|超大|大|中|小|默认|标准|A\+|A-|\+|-)"
_SIZES = rf"[【\[(]?(?:字号大小|字号|字体大小|字体|文字大小)\s*:?\s*[\[(]?\s*{_SIZE}(?:[\s|/,]*{_SIZE})+\s*[】\])]?"
_TOOL = (
    "(?:打印本页|打印此页|打印本文|打印页面|打印正文|打印文章|我要打印|打印|关闭窗口|关闭本页|关闭此页|关闭页面|关闭|返回顶部|返回首页|收藏本页|加入收藏|"
    "收藏|我要纠错|纠错|TOP|下载本页)"
)
_TOOLS = (
    rf"(?:[【\[]\s*{_TOOL}(?:[\s|/]+{_TOOL})*\s*[】\]]\s*)+",
    r"\(?(?:打印本页|打印此页|打印本文|打印页面|关闭窗口|关闭本页|关闭此页|关闭页面)\)?",
)
_SCAN = (
    r"(?:微信)?扫一扫[,\s]*(?:用|在|使用|通过)?(?:手机|微信|移动端)(?:上|端)?(?:打开|查看|浏览|访问|阅读|分享)(?:当前|本|此|该)?"
    r"(?:页面?|网页|文章|内容)"
)

_FILES_ANNOUNCED = re.compile(
    r"[\[(【（]?(?:(?:相关|有关|本文|文件|点击)*+(?:附件|附表|附)(?:下载|列表|清单)?+|(?:相关|附件)(?:文件|资料)?下载)?+[\])】）]?[\d一二三四五六七八九十:.、;,\-]*+"
)
_AT_EDGES = "|".join((*_COUNTERS, *_CLOCKS, *_VISITORS, _SHARE, _SIZES, *_TOOLS, _SCAN))
_AT_START = re.compile(rf"\s*(?:{_AT_EDGES})(?=$|[\s|【\[(])")
_AT_END = re.compile(rf"(?:(?<=[\s|】\])])|(?=[【\[(])|^)(?:{_AT_EDGES}|{_EMPTY_COUNTER})\s*$")
_LONGEST = 200  # characters of noise at the end of a line
_MOST_BOXES = 50  # at the ends of a line
_MOST_PASSES = 10

_WEATHER_WORD = "(?:晴|多云|阴|雷阵雨|阵雨|小雨|中雨|大雨|暴雨|雨夹雪|小雪|中雪|大雪|雾|霾|浮尘|扬沙|转|到)"
_DEGREES = r"-?\d{1,2}\s*+(?:℃|°C|度)?\s*+[~-]?\s*+-?\d{1,2}\s*+(?:℃|°C)|-?\d{1,2}\s*+(?:℃|°C)"
_WEATHER = re.compile(
    rf"(?:(?:今日|今天|当前|实时|本地)?天气(?:预报)?\s*+:?\s*+|[\u4e00-\u9fff]{{2,8}}[县市区]\s*+)?(?:{_WEATHER_WORD}\s*+)++[,\s]*+(?:{_DEGREES})"
    r"(?:[,\s]*+(?:[东南西北]{1,2}风|微风|无持续风向|[<≤]?\d{1,2}(?:[-~]\d{1,2})?级))*+(?:[,\s]*+(?:空气质量\s*+:?\s*+)?(?:优|良|[轻中重]度污染))?"
)
_SHARE_LABEL = re.compile(r"(?:一键)?分享(?:到|至)?\s*:")
_TOOL_LINE = re.compile(rf"[\s|/]*{_TOOL}(?:[\s|/]+{_TOOL})+[\s|/]*|返回顶部|TOP")
_NOISE_WORDS = re.compile(
    "浏览|点击|阅读|访问|查看|下载|点阅|人气|时间|日期|生成于|打印|现在是|今[天日]|分享|字[号体]|文字大小|关闭|返回|收藏|纠错|TOP|扫一扫|℃|°C|[您你]|来自|在线|页面?(?:执行|处理|加载)"
)

_PLAIN = re.compile(r"[!-~\u4e00-\u9fff]+")

# Behind it may stand Chinese text or the end of a sentence, but no more of a host's name.
_ROTATING = re.compile(
    r"(?<=//)([\w.-]+?)\.?x[0-9a-f]{10,16}(xx)?\.ipv6best\.cn(?![a-z0-9_-]|\.[a-z0-9_-])", re.IGNORECASE
)


def essence(text: str | None) -> str:
    """`text` without noise, blanks and invisible characters, widths folded: equal for readings that say the same."""
    text = _essence_of_lines(text or "")
    # Joined, the lines make one line, whose ends may be noise in their turn.
    for _ in range(_MOST_PASSES):
        if not _may_be_noise(text) or (shorter := _essence_of_lines(text)) == text:
            break
        text = shorter
    return text


def _may_be_noise(line: str) -> bool:
    return _NOISE_WORDS.search(line) is not None or "ipv6best" in line.lower()


def _essence_of_lines(text: str) -> str:
    text = _INVISIBLE.sub("", stable_url(text)).translate(_WIDTHS)
    return "".join("".join(_without_noise(line).split()) for line in text.splitlines())


def same(one: str | None, other: str | None) -> bool:
    """Whether two readings of a field or body say the same."""
    if one and other:
        return one == other or essence(one) == essence(other)
    return _says_nothing(one or other or "")


def _says_nothing(text: str) -> bool:
    # Quick: no noise has a full stop, nor is anything noise without its words, where nothing has to be folded to find them.
    if "。" in text or (_PLAIN.fullmatch(text) and not _NOISE_WORDS.search(text)):
        return False
    return not essence(text)


def same_body(one: str | None, other: str | None, files: Iterable[str]) -> bool:
    """Whether two readings of a text say the same, the lines aside that do nothing but name its `files`."""
    if same(one, other):
        return True
    if not one or not other or not (names := list(files)):
        return False
    return "".join(lines_but_files(one, names)) == "".join(lines_but_files(other, names))


def lines_but_files(text: str | None, files: Iterable[str]) -> list[str]:
    """Return the essence of each line of a text, without those that do nothing but name `files`."""
    names = sorted(map(essence, files), key=len, reverse=True)  # one may hold another
    lines = filter(None, map(essence, (text or "").splitlines()))
    return [line for line in lines if not _names_files(line, names)]


def _names_files(line: str, names: Iterable[str]) -> bool:
    """Whether a line, without blanks, names one or more files, or announces them, and says nothing else."""
    for name in names:
        line = line.replace(name, "")
    return _FILES_ANNOUNCED.fullmatch(line) is not None


def same_pairs(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two readings of a page's labels and values say the same: a counter is noise as label and value, too."""
    return one == other or _pairs_essence(one) == _pairs_essence(other)


def _pairs_essence(pairs: Mapping[str, str]) -> set[str]:
    return {said for label, value in pairs.items() if (said := essence(f"{label}：{value}"))}


def stable_url(url: str) -> str:
    """`url` with the host that a rotating IPv6 gateway stands for:
    http://www.a.cnx7a72968303868.ipv6best.cn → http://www.a.cn.

    Gateways to https sites write "-" for "." and end in "xx". Any text may be given; all addresses in it are folded.
    """
    return _ROTATING.sub(_host, url) if "ipv6best" in url.lower() else url


def _host(match: re.Match[str]) -> str:
    return match[1].replace("-", ".") if match[2] else match[1]


def _without_noise(line: str) -> str:
    """The line without the boxes at its ends; "" if it is nothing else."""
    if not _NOISE_WORDS.search(line):
        return line
    for _ in range(_MOST_BOXES):
        line = line.strip()  # blanks at the end would push the box out of sight
        if _is_box(line):
            return ""
        noise = _AT_START.match(line) or _AT_END.search(line, max(0, len(line) - _LONGEST))
        if noise is None:
            return line
        line = line[: noise.start()] + line[noise.end() :]
    return line


def _is_box(line: str) -> bool:
    return len(line) <= _LONGEST and any(form.fullmatch(line) for form in (_WEATHER, _SHARE_LABEL, _TOOL_LINE))
