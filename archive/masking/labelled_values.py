"""Particulars of persons that a label announces: 身份证号, 账号, 护照, 车牌号, 邮箱, QQ, 微信, 家庭电话, 家庭住址.

A label is known however blanks stretch it (身 份 证 号). Behind it a number is masked whatever its check digit says;
further ones that follow with a comma or the like, too.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import groupby

from archive.masking import number_surroundings as surroundings
from archive.masking.personal_numbers import (
    BLANK,
    HYPHEN,
    LANDLINE,
    MAIL,
    OFFICE_MAIL,
    PLATE,
    PROVINCES,
    SEPARATOR,
    SHORT_NUMBER,
    STRETCH,
    TRACTOR,
    TRAVEL_DOCUMENT,
    UNREAD,
    MaskedSpan,
    ascii_digits,
    has_form_of_resident_id,
    is_birth_date,
    is_card,
    is_mobile,
    mobile_offset,
)
from archive.masking.written_figures import AS_READ, MISREAD_CARD, MISREAD_ID
from archive.model.index_numbers import is_credit_code
from archive.model.person_names import name_of
from archive.model.printable import any_of


def _words(*words: str) -> str:
    """The alternatives of a label, each with blanks between its characters allowed; longer ones first."""
    runs = groupby(sorted(words, key=len, reverse=True), key=lambda word: "(" in word)
    return "|".join("|".join(run) if are_patterns else any_of(run, STRETCH) for are_patterns, run in runs)


_OF_AN_END = r"(?:号码|号)?的?[（(]?(?:(?:[后末]|最后|尾号)[六七八6-8]位(?:数字|数|号码)?|尾号(?:后?[六七八6-8]位)?)"

LABELS = {
    "end_of_id": _words(rf"(?:身份证|身份证件|证件){_OF_AN_END}"),
    "end_of_phone": _words(rf"(?:手机|联系电话|电话|移动电话){_OF_AN_END}"),
    "resident_id": r"(?!身份证上?的?(?:登记|户籍)?(?:地址|住址|所在地))(?:" + _words(
        "身份证号码", "身份证号", "身份证件号码", "身份证件号", "身份证明号码", "身份证", "身份證", "身份証號碼", "身份証", "身份證號碼", "身分证号", "身分证", "身分證",
        r"(?i:id[\s_]?card)(?:\s?(?i:no|number)\.?)?", r"(?<![A-Za-z])(?i:i\s?d)(?:\s?(?:(?i:no|number)\.?|号码|号))", r"(?<![A-Za-z])(?i:sfzh?(?:[_\s]?(?:no|num|hm))?)(?![A-Za-z])", "公民身份号码", "公民身份证号码", "身份号码", "身份代码", "身份编号", r"(?i:identity\s?(?:card\s?)?(?:no|number)\.?)",
        "证件号码", "证件号", "残疾人证号码", "残疾人证号", "残疾人证", "残疾证号", "残疾证", "学籍号码", "学籍号", "学籍辅号", "学籍主号", "学籍副号", "二代证",
        "社会保障号码", "社会保障号", "社保号", "驾驶证号", "驾驶证号码", "驾驶证", "驾驶证档案编号", "驾照号码", "驾照号", "驾照", "居住证号码", "居住证号", "居住证",
        r"(?:身份[^号\s]{1,2}号码?)", r"(?:(?:身份证|证件)(?:号码?)?前(?:1\d|十[二三四五六七])位)", r"(?:(?:资格|操作)证书?(?:编?号)?|(?<![\u4e00-\u9fff])证号)(?=[:： ]?T?[1-8]\d{5}(?:19[2-9]|200)\d[01]\d[0-3]\d{4}[\dX](?![\dA-Za-z]))", "证照号码", "证照号", "证件编号", "证件编码", "公民身份号", r"(?:(?<![\u4e00-\u9fff])证号|证件|(?<![A-Za-z])(?i:id|(?:cert|credential)_?no|zjhm?|driver_?licen[cs]e))(?=[:：=]?\s?[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))",
    ) + ")",
    "bank_card": _words(
        "银行卡号", "银行卡", "银行账号", "银行帐号", "银行账户", "卡号", "账号", "帐号", "账户", "帐户", "一卡通账号", "一卡通卡号", "一卡通号码",
        "一卡通号", "一卡通", r"一卡[（(]折[）)]通(?:账?号)?", "一折通号", "一折通", r"(?:惠农|工资|直补|粮补|低保|补贴)[卡折]号?", "存折账号", "存折帐号", "存折号码", "存折号", "存折", "折号", "折子号", "帳號", "卡號", r"(?:[账帐卡折][（(/][账帐卡折][）)]?号)", "一本通", "折子", "户头", "结算户",
        r"[卡折](?=(?:[的号码为是系]|登记|[（(][^（()）\d\n]{1,8}[）)])?[^\w\n]{0,4}\d{4}[\d \-]{8})",
        r"(?<![A-Za-z])(?i:bank[\s_]?(?:card|account)|yh[kz]h|card(?=[\s_]?n)|account(?=[\s_]?n))(?:[\s_]?(?i:no|num|number)\.?)?(?![A-Za-z])",
    ),
    "number_plate": _words(
        "车牌号码", "车牌号", "车牌照", "车牌", "牌号", "车辆", r"(?:[轿货客汽]|出租|摩托|面包|越野|肇事|涉案|涉事|事故|违停|违章|违法)车辆?", "号牌号码", "号牌", "车号", "车号牌", r"车(?=[:：])", "车辆号牌", "机动车号牌", "驾驶", "车辆牌照", "牌照号", "牌照", "牌证号", r"(?<![A-Za-z])(?i:(?:licen[cs]e[\s_]?)?plate|car_?no|cphm?)(?:[\s_]?(?i:no|num|number)\.?)?(?![A-Za-z])",
    ),
    "travel_document": _words(
        "护照号码", "护照号", "护照", "通行证号码", "通行证号", "通行证", "台胞证号码", "台胞证号", "台胞证", "回乡证号码", "回乡证号", "回乡证",
        "军官证号", "军官证", "士官证号", "士官证", "警官证", "永久居留身份证号", "永久居留证号", "永久居留身份证", "居留证号", "居留证", "護照", "出生医学证明编号",
        r"(?:社会保障|社保|医保)卡(?=卡?号|[:：]| ?\d{12,19}(?!\d))卡?", r"(?i:passport)(?:\s?(?i:no|number)\.?)?",
        "居留许可", "签证", "医保号", "医保编号", "社保编号", "个人编号", "学号", "考号", "考生号", "学员编号", "学生编号", "考生编号", "患者编号", r"(?:准考|学生|海员|旅行|医疗|参合|退休|离休|失业|就业失业登记|失业登记|就业创业|边境通行)证", "就诊卡", "健康卡",
        r"(?:户口|医疗保险|养老保险|社会保险|合作医疗|新?农合|生育服务|独生子女|老年|(?:老年)?优待|士兵|残疾军人|伤残军人|伤残|优抚|抚恤|烈属|军属|献血|救助|特困|退伍|退役(?:军人)?|转业|复员|供养|低保|出生|文职(?:干部|人员))(?:证明|证|簿|本|手册)", r"(?:结|离)婚证字?", "收养登记证字", "收养登记证", "户口迁移证", "接种证", "出生医学证明", r"(?:饭|餐|就餐|公交|乘车|校园|借书|借阅|图书)卡", "烈士证明书", r"(?:社会|医疗|养老)保险号", r"(?:住院|门诊|病案|病历)号", r"报名(?:序|编)?号", r"(?<![用客账帐开])户编?号", r"(?<![\u4e00-\u9fff])人编号", "参保号", "报考号", "光荣证", r"军(?=字第\d)",
        r"证(?:件|书|明)?(?:字号|编号|编码|号码|档案号|号)", r"(?:[毕结肄]业|学[位历])证书?", r"(?:工作|上岗|健康)证", "结婚登记字号",
    ),
    "chat_account": _words(
        "微信号码", "微信号", r"微信\s?(?i:id)", "微信同号", "微信", "薇信号", "薇信", "威信号", r"(?<![A-Za-z])[VvＶｖ]信号?", r"(?<![A-Za-z0-9])[Vv](?=\s?[:：])", r"(?i:wechat|weixin)(?:\s?(?i:id))?", r"[加➕+＋]我?\s?[Vv](?:(?![A-Za-z])|(?=[a-z]{2,12}\d\d))", "Q号", r"[加➕+＋]我?\s?[Qq](?![A-Za-z群])", r"(?<![A-Za-z])(?i:[vw]\s?x)(?:(?![A-Za-z])|(?=id_))", r"(?<![A-Za-z])[QqＱｑ]\s?[QqＱｑ](?:号码|号|\s?(?i:no|number)\.?)?(?![A-Za-z群])", "扣扣号", "扣扣", "企鹅", "飞信", r"(?:企鹅|抖音|快手|钉钉|小红书|微博)(?:账号|帐号|号)",
    ),
    "home_phone": _words("宅电", "小灵通", r"(?<![\u4e00-\u9fff])宅(?=[:：])|(?:电[话話]|電話|固话|座机|号码)[（(](?:家庭|住?宅|家)[）)]|(?:家[庭里中属人长]|住[宅户址]|亲属|监护人|紧急联系人|[私个本]人|[父母]亲|配偶|子女|户主)的?(?:固定|联系)?(?:[电電][话話]|固话|座机|方式|号码)"),
    "home_address": _words(
        "住址", "现住地址", r"(?:现住|户籍|居所|住处)(?=[:：])", "家庭所在村组", r"(?:家[庭里中]|户籍|户口|身份证|[常暂现居]住|现居住?|常住户口)(?:详细|居住|常住|所在|登记|通[讯信])?(?:地址|住址|住所地?|住处|居所|地点|详址|所在地(?:地?址)?|[地址])", r"(?<![A-Za-z])(?i:home[\s_]?addr(?:ess)?|jtzz|jtdz)(?![A-Za-z])", r"通[讯信]地址[（(]家庭[）)]", r"(?:通[讯信]|联系)地址", r"(?:来信|写信|来访|信访|申请|申诉|投诉|举报|收[件货]|寄件|当事|本)人(?:通[讯信]|联系)?地址",
    ),
    "phone": _words(
        "联系电话", "电话号码", "电话", "手机号码", "手机号", "手机", "移动电话", "联系方式", "联系号码", "電話", "手機", r"(?<![A-Za-z])(?i:tel|mobile|mob|phone|cell|tel no)\.?",
    ),
    "email": _words("个人邮箱", "本人邮箱", "电子邮箱", "电子邮件", "邮箱地址", "邮箱", r"(?i:e-?mail)", "电邮"),
}  # fmt: skip
"""The label of each kind as a regular expression."""

_FIRST = "固座粮补抚特救资患献饭餐乘校借图➕+＋身公证残学二社驾居医银卡账帐帳一存折护護通台回军士警永出户车号机牌微QqＱｑ扣家住宅监现常电電手移联個个本邮私通居签海旅参病准考结离退老独iIpPwWvV加tTmMcCeE供低优就失亲父母配子薇威企门健新农合养出伤转复烈报人边生轿货客摩面越汽文sSＶｖ抖快钉飞小惠工直来写信申收寄当投举肇涉事违操接bBlLhHyYjJdDzZ毕肄上导紧暂光"
_SECOND = "我种pPkKlLiItTzZjJrR贴恤助格员者抚血救困餐交园书阅业中久手补资红音钉快抖乡亲人代件份伍休会住作保信偶兵养农分创动包卡历口号號合名员址境士女婚子宅官居属年庭康役待户托扣折护護胞机機案残民照牌生电留疗疾租箱籍系编老考职育行話话讯证證诊车辆邮里野长院驶鹅灵aAdDeEfFhHmMoOqQxXVvＶｖＱｑ访请诉报货事故停章法:：位岗游急有本所博荣字明码档头算通主"
"""The characters with which a label can begin, and those, blanks aside, that can stand second."""

_BEGINNING = re.compile(
    rf"[{_FIRST}](?=[{_SECOND}{BLANK}\s（(\-]|(?<=[账帐卡折])[的为是系登\d:：/{HYPHEN}])(?!疗(?<=医疗)[^保证{BLANK}\n])"
)
"""A place where a label may begin. Most that look so are the word for medical care, which begins one before two characters alone."""

_MOST_BETWEEN = 9
_TAIL = re.compile(
    rf"(?:[（(〔][^（）()〔〕\d\n镇乡村市县区]{{0,10}}(?:\d{{2}}位)?[^（）()〔〕\d\n镇乡村市县区]{{0,4}}[）)〕]"
    rf"|[\s{BLANK}:：=＝\"“”'‘’\[【「『〔（(/|＞>》）)\]】」』〕→⇒▶☞➕+＋~～{HYPHEN}、，,]"
    rf"|号{STRETCH}码|[号編编]{STRETCH}[号碼]|证{STRETCH}号|证书编?号码?|[号號]|码(?!头)|[为是系的写哈]|即(?!墨)|由(?=\d)|字号|字(?=[:：为])|[账帐]号|现(?=为)|联系(?:方式)?|档案(?=编?号)"
    r"|分别|依次|如下|登记|记载|填[写报]|变更(?:为|(?=[:：]))|信息|搜索?|[一两]本|[遗丢]失|(?i:is|are|no)(?![A-Za-z])[.:：]?|№"
    rf"){{0,{_MOST_BETWEEN}}}+"
)
"""All that may stand between a label and its value: a run of marks, of words that join them, of short remarks in brackets."""

_SURE = re.compile(rf"[:：\t\n=（(“「【〔]|[号码为是系]|如下|[{HYPHEN}]{{2}}")
"""Of that, what shows that a value follows where the label is a common word."""

_NEXT = re.compile(rf"[{BLANK}\r\n]{{0,2}}(?:[、，,;；/和及与\n|]|[变更改换]{{1,2}}[为成])[{BLANK}\r\n]{{0,2}}")
_YEAR_AND_MONTH = re.compile(r"(?:19|20)\d\d(?:$|(?:0[1-9]|1[0-2])(?:$|[0-2]\d|3[01]))")
_NAME = re.compile(rf"([\u4e00-\u9fff]{{2,4}})[\s{BLANK}，,：:、的]{{1,3}}")
_NUMBERS = frozenset(("resident_id", "bank_card", "travel_document"))
"""Kinds of which the holder's name may stand between label and value."""
_OF_MANY = re.compile("批次|号段")
_TOKEN_BEFORE = re.compile(
    rf"(?<![0-9A-Za-z_])(?P<value>[{PROVINCES}]?[0-9A-Za-z_][0-9A-Za-z_\-]{{4,30}})(?:(?P<bracket>[（(【\[])|[{BLANK}，,]?[为是系](?:本人|[其他她我])?的?)$"
)
_CLOSED = re.compile(r"(?:号码?|账?号)?[）)】\]]")
_LEADS_TO_A_LABEL = frozenset("（(【[为是系人其的")
_LONGEST_BEFORE = 40
_GAP = re.compile(rf"{SEPARATOR}{{1,4}}{UNREAD}(?=\d)|\*(?=\d)")
_DIGITS = re.compile(r"\d+")
_MASKED = re.compile(r"[0-9A-Za-z]{0,4}[*][\d*]{5,24}(?![0-9A-Za-z])")
_LONGEST = 24

_LETTERS_BEFORE_DIGITS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{1,3}(?=\d)")
_CHECK_LETTER = re.compile(rf"[{BLANK}{HYPHEN}\r\n]{{0,2}}[XxＸｘ](?![A-Za-z])")
_CATEGORY = re.compile(rf"{STRETCH}\d{{2}}(?:[Bb]\d)?(?![\dA-Za-z])|[Bb]\d(?![\dA-Za-z])")
_CREDIT_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])")
_ID_SHAPE = re.compile(r"\d{17}[\dXxＸｘ](?![\dA-Za-z])")
_GLUED_ID = re.compile(r"\d{17}[\dXxＸｘ](?=\d{3})")
"""An ID number right before other figures, more than a disability certificate adds."""
_MACAO_ID = re.compile(r"\d{7}[（(]\d[）)]")
_NAMES_A_PERMIT = re.compile(r"(?:来往(?:大陆|内地)通行证|台胞证|回乡证)$")
_CODE = 18
"""Characters of a credit code."""
_BANK = re.compile(
    rf"[\u4e00-\u9fff（）()]{{2,24}}?(?:银行|信用社|联社|农商行|[分支]行|分社|储蓄所|营业部|分理处)[{BLANK}:：]{{0,3}}(?=\d)"
)
_QQ = re.compile(r"[1-9]\d{4,11}(?!\d)|[1-9]\d{2,5}(?:[ \-]\d{3,5}){1,2}(?![\d\-])")
_CHAT = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,19}(?![A-Za-z0-9_\-@*])")
_BEFORE_MOBILE = re.compile(r"[+＋（(]{0,2}[A-Za-z](?=1\d{10}(?!\d))|[+＋（(]{1,2}")
_END = re.compile(rf"(?:\d{{4}}[{BLANK}{HYPHEN}]\d{{4}}|\d{{6,8}}|\d{{5,7}}[Xx])(?![\dA-Za-z])")
_ADDRESS = re.compile(
    r"[^\s，,。；;|<>：:（）()\u3000*的\"”]{2,60}(?:[（(][^）)\n，,]{1,20}[）)])?[^\s，,。；;|<>：:（）()\u3000*的\"”]{0,30}"
    rf"(?:(?<=[省市县区镇乡村组社道街路巷园苑院里寨庄屯号楼栋幢元])(?:(?!\t)[{BLANK}\n]){{1,2}}[\u4e00-\u9fff\d\-]{{1,16}}"
    rf"(?:[镇乡村组社队路街巷区园苑楼室栋幢元]|(?<![医法学])院|[\d一二三四五六七八九十]号|(?<=\d)[{BLANK}][组社队号楼室栋幢]|[楼栋幢元\-]\d{{1,4}})(?![\w:：])){{0,8}}+"
)
"""A place, and places within it behind blanks or on the next lines of a cell."""
_TOWNSHIP = re.compile(r".{0,40}?(?:[镇乡]|街道(?:办事处)?|管委会)|.{0,30}?[县区旗市]")
_PLACE = re.compile(r"[省市县区旗镇乡村组路街巷号楼室幢栋队社园院庄寨]")
_IN_A_DISTRICT = re.compile(r"(?![迁搬变改由从])[\u4e00-\u9fff]{1,8}?[省市县区旗镇乡]")
A_DOOR = re.compile(r"[\d一二三四五六七八九十][组社队号栋幢室]|\d{1,3}-\d{1,3}-\d{1,4}")
_OFFICIAL = re.compile(r"(?:公众|官方|政务|服务|订阅)(?:[^，。\n]{0,4}|[^，。\n我你他她人]{0,24}[”」、])\Z")
_ANY_ADDRESS = frozenset(("通讯地址", "通信地址", "联系地址"))
_NAMED = re.compile(
    rf"姓{STRETCH}名[{BLANK}]?[:：{BLANK}\n](?![^。]{{0,60}}(?:职务|[局科处]长|主任|书记))|[写来]信人[{BLANK}:：]"
)

_Reader = Callable[[str, int], MaskedSpan | None]


@cache
def _label() -> re.Pattern[str]:
    """A label of each kind, by name. Made at first use: it takes a tenth of a second, and most processes mask nothing."""
    return re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in LABELS.items()))


def label_at(text: str, start: int) -> re.Match[str] | None:
    """The label that begins at `start` of `text`."""
    return _label().match(text, start) if _BEGINNING.match(text, start) else None


def find_labels(text: str) -> Iterator[re.Match[str]]:
    """Yield the labels in `text`, in order, none in another."""
    end = 0
    for beginning in _BEGINNING.finditer(text):
        if beginning.start() >= end and (label := _label().match(text, beginning.start())):
            end = label.end()
            if not (text[end - 1].isascii() and is_credit_code(text[max(0, end - _CODE) : end])):  # else its letters
                yield label


def is_a_label(value: object) -> bool:
    """Whether a value is a text that ends as a label does, and has no figures."""
    if not isinstance(value, str) or len(value) > _LONGEST or any(map(str.isdigit, value)):
        return False
    return any(_TAIL.sub("", value[label.end() :], count=1) == "" for label in find_labels(value))


@lru_cache(maxsize=1)
def labels_in(text: str) -> tuple[re.Match[str], ...]:
    """The labels in `text`. The last text's are remembered: whoever masks a text asks several times."""
    return tuple(find_labels(text))


def labelled_spans(text: str) -> list[MaskedSpan]:
    """Return what the labels in `text` announce, in order, none in another."""
    spans: list[MaskedSpan] = []
    done = 0
    for label in labels_in(text):
        if label.start() < done:
            continue
        before = _before(text, label)
        for value in (before,) if before else _values(text, label):
            spans.append(value)
            done = value.end
    return spans


def _before(text: str, label: re.Match[str]) -> MaskedSpan | None:
    """The value in front of its label: …（护照号）, …为本人账号."""
    if text[label.start() - 1 : label.start()] not in _LEADS_TO_A_LABEL:
        return None
    token = _TOKEN_BEFORE.search(text, max(0, label.start() - _LONGEST_BEFORE), label.start())
    if not token or (token["bracket"] and not _CLOSED.match(text, label.end())):
        return None
    value = _READERS[str(label.lastgroup)](text, token.start())
    is_official = _OFFICIAL.search(text[max(0, token.start() - _LONGEST_BEFORE) : token.start()])
    return value if value and value.end == token.end("value") and not is_official else None


def value_span(kind: str, text: str, start: int) -> MaskedSpan | None:
    """Return the value of a kind that begins at `start` of `text`, as it stands in a column of such."""
    return _READERS[kind](text, start)


def _values(text: str, label: re.Match[str]) -> Iterator[MaskedSpan]:
    kind = str(label.lastgroup)
    first = start = _behind(text, label)
    between = text[label.end() : start]
    if not _announces(text, label, kind, between) or surroundings.is_of_a_thing(text, label):
        return
    kind = "home_phone" if kind == "phone" and surroundings.is_a_persons_phone(text, label.start()) else kind
    if between in {"/", "、"} and (joined := label_at(text, start)):  # 微信号/手机号：…
        first = start = _behind(text, joined)
    if kind in _NUMBERS and (name := _NAME.match(text, start)) and name_of(name[1]):
        start = name.end()
    while value := _READERS[kind](text, start) or _masked_before(text, start):
        whole = MaskedSpan(kind, label.start(), value.end, 0)
        if (label[0].isascii() or start > first) and surroundings.in_index_number(text, whole):
            return  # letters of it: 0VX100000/1998-00000; or one that follows
        if not _OF_MANY.match(text, value.end):
            yield value
        if kind == "home_address" or not (after := _NEXT.match(text, value.end)):  # else anything is read as a place
            return
        start = after.end()


def _behind(text: str, label: re.Match[str]) -> int:
    """Where the value of a label can begin."""
    tail = _TAIL.match(text, label.end())
    return tail.end() if tail else label.end()


def _masked_before(text: str, start: int) -> MaskedSpan | None:
    """A number that another rule has masked: further ones can follow it."""
    return MaskedSpan("", *number.span(), _LONGEST) if (number := _MASKED.match(text, start)) else None


def _announces(text: str, label: re.Match[str], kind: str, between: str) -> bool:
    if kind == "resident_id" and label[0].isascii() and not between.strip("-"):  # SFZ0-0-2017-000001
        return not surroundings.in_index_number(text, MaskedSpan(kind, label.start(), label.end() + 2, 0))
    if kind == "chat_account":
        return not _OFFICIAL.search(text[max(0, label.start() - _LONGEST_BEFORE) : label.start()])
    if label[0] in _ANY_ADDRESS and not _NAMED.search(text, max(0, label.start() - 80), label.start()):
        return False
    if kind == "home_address" and not between.strip() and _announces_a_home(text, label, len(between)):
        return True
    if kind in {"home_address", "email"} and not label[0].startswith(("个人", "本人")):
        return bool(_SURE.search(between))
    return kind != "bank_card" or not surroundings.is_an_organisations(text, label.start(), label.end())


def _announces_a_home(text: str, label: re.Match[str], blanks: int) -> bool:
    """Whether a label stands alone in front of its value on a line, or before a place with a door."""
    address = _ADDRESS.match(text, label.end() + blanks)
    alone = blanks and not text[label.start() - 1 : label.start()].strip()
    return bool(alone or (address and A_DOOR.search(address[0]) and (blanks or _IN_A_DISTRICT.match(address[0]))))


# --- numbers ---


def _ends(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield where each group of a number from `start` on ends, and the digits up to there."""
    at, digits = start, ""
    while group := _DIGITS.match(text, at):
        digits += ascii_digits(group[0])
        if len(digits) > _LONGEST:
            return
        yield group.end(), digits
        gap = _GAP.match(text, group.end())
        if not gap:
            return
        at = gap.end()


def _resident_id(text: str, start: int) -> MaskedSpan | None:
    misread = MISREAD_ID.match(text, start)
    if misread and has_form_of_resident_id("".join(misread[0].translate(AS_READ).split())):
        return MaskedSpan("resident_id", *misread.span(), 2)
    return _id_in_figures(text, start)


def _id_in_figures(text: str, start: int) -> MaskedSpan | None:
    credit = _CREDIT_SHAPE.match(text, start)
    if credit and is_credit_code(credit[0]) and not is_birth_date(credit[0][6:14]):
        return None
    letters = _LETTERS_BEFORE_DIGITS.match(text, start)
    first = letters.end() if letters else start
    if (glued := _GLUED_ID.match(text, first)) and has_form_of_resident_id(ascii_digits(glued[0])):
        return MaskedSpan("resident_id", first, glued.end(), 2)
    best: tuple[int, str] | None = None
    for end, digits in _ends(text, first):
        size = len(digits)
        if size == 17 and (check := _CHECK_LETTER.match(text, end)):
            return MaskedSpan("resident_id", first, check.end(), 2)
        if size >= 12 and (best is None or size in {18, 20}):
            best = end, digits
        if size >= 18 or (size >= 14 and best and len(best[1]) == size and end - first == size):
            break
    if best is None:
        if macao := _MACAO_ID.match(text, start):
            return MaskedSpan("resident_id", *macao.span(), 2)
        return _travel_document(text, start) if letters or _short(text, start) else None
    end = best[0]
    if check := _CHECK_LETTER.match(text, end):
        end = check.end()
    elif category := _CATEGORY.match(text, end):
        end = category.end()
    return MaskedSpan("resident_id", first, end, 2)


def _bank_card(text: str, start: int) -> MaskedSpan | None:
    if bank := _BANK.match(text, start):
        start = bank.end()
    if (misread := MISREAD_CARD.match(text, start)) and not is_credit_code(misread[0]):
        return MaskedSpan("bank_card", *misread.span(), 4)
    best: int | None = None
    for end, digits in _ends(text, start):
        if is_card(digits):
            best = end
            break
        if len(digits) >= 12 and (best is None or "\n" not in text[best:end]):
            first, best = best, end
            if first is not None and len(ascii_digits(text[start:first])) >= 16:
                best = first
                break
    if best is None and (short := _short(text, start)):
        best = short.end()
    return MaskedSpan("bank_card", start, best, 4) if best is not None else None


def _short(text: str, start: int) -> re.Match[str] | None:
    """A number shorter than its label says; not in the row below a header."""
    before = text[max(0, start - 3) : start]
    return SHORT_NUMBER.match(text, start) if "\n" not in before and _SURE.search(before) else None


def _phone(text: str, start: int) -> MaskedSpan | None:
    if before := _BEFORE_MOBILE.match(text, start):
        start = before.end()
    for end, digits in _ends(text, start):
        if (offset := mobile_offset(digits)) is not None:
            places = [at for at in range(start, end) if text[at].isdecimal()]
            return MaskedSpan("phone", places[offset], end, 3)
        if end - start == len(digits) > 11:  # in one group, with other figures right behind or before
            if is_mobile(digits[:11]):
                return MaskedSpan("phone", start, end if is_mobile(digits[-11:]) else start + 11, 3)
            if is_mobile(digits[-11:]) and digits.startswith(("19", "20")):
                return MaskedSpan("phone", end - 11, end, 3)
    return None


def _end_of(kind: str) -> _Reader:
    """Read the last six to eight figures of a number, which tell the others; the last four don't."""
    return lambda text, start: MaskedSpan(kind, *end.span(), 0) if (end := _END.match(text, start)) else None


def _home_phone(text: str, start: int) -> MaskedSpan | None:
    if number := LANDLINE.match(text, start):
        return MaskedSpan("home_phone", *number.span(), 0)
    return _phone(text, start)


# --- the rest ---


def _travel_document(text: str, start: int) -> MaskedSpan | None:
    if resident := _ID_SHAPE.match(text, start):
        return MaskedSpan("resident_id", *resident.span(), 2)
    number = TRAVEL_DOCUMENT.match(text, start)
    if not number or sum(map(str.isdigit, number[0])) < 5 or is_credit_code(number[0]):
        return None
    lost = surroundings.is_lost(text, start)
    if number[0].isdigit() and not lost and not _SURE.search(text[max(0, start - 3) : start]):
        dated = bool(_YEAR_AND_MONTH.match(number[0])) and len(number[0]) < 12
        glued = text[start - 1].isalnum() and not _NAMES_A_PERMIT.search(text[max(0, start - 7) : start])
        if len(number[0]) < 8 or dated or (glued and len(number[0]) < 12):
            return None
    keep = 1 if not number[0][0].isdigit() else 0
    return MaskedSpan("travel_document", *number.span(), keep)


def _number_plate(text: str, start: int) -> MaskedSpan | None:
    plate = PLATE.match(text, start) or TRACTOR.match(text, start)
    if not plate or not any(map(str.isdigit, plate["rest"])):
        return None
    return MaskedSpan("number_plate", *plate.span(), 2)


def _chat_account(text: str, start: int) -> MaskedSpan | None:
    if surroundings.in_credit_code(text, MaskedSpan("chat_account", start, start + 1, 0)):
        return None
    if (account := _QQ.match(text, start)) or (account := _CHAT.match(text, start)):
        if account[0].lower().endswith(("qrcode", "wechat")):
            return None
        return MaskedSpan("chat_account", *account.span(), 0)
    return None


def _home_address(text: str, start: int) -> MaskedSpan | None:
    address = _ADDRESS.match(text, start)
    if not address or len(address[0]) < 4 or not _PLACE.search(address[0]) or label_at(text, start):
        return None
    township = _TOWNSHIP.match(address[0])
    keep = township.end() if township else 0
    if keep >= len(address[0]):
        return None
    return MaskedSpan("home_address", start + keep, address.end(), 0)


def _email(text: str, start: int) -> MaskedSpan | None:
    address = MAIL.match(text, start)
    if not address or OFFICE_MAIL.match(address[0]) or surroundings.is_a_box_of_an_office(text, start):
        return None
    return MaskedSpan("email", start, start + len(address["local"]), 0)


_READERS: dict[str, _Reader] = {
    "end_of_id": _end_of("resident_id"), "end_of_phone": _end_of("phone"), "resident_id": _resident_id, "bank_card": _bank_card,
    "travel_document": _travel_document, "number_plate": _number_plate, "chat_account": _chat_account, "home_phone": _home_phone,
    "home_address": _home_address, "phone": _phone, "email": _email,
}  # fmt: skip
