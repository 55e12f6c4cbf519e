"""Surroundings of a number that say whether it is a person's: addresses, amounts, index numbers, labels, other figures.

Each looks at a bounded stretch of text. What stands right before a number stands on its line: such patterns end in \\Z,
for $ would look past a line break.
"""

import re
from collections.abc import Sequence

from archive.masking.personal_numbers import BLANK, HYPHEN, MaskedSpan, is_card
from archive.model.index_numbers import is_credit_code

_NEAR = 24
_LINE = 120
_WIDE = 80
_CONTEXT = 300
"""Characters before a number in which a web address is recognised."""

_ALNUM = r"\dA-Za-zＡ-Ｚａ-ｚ"
_LETTERS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
_LETTERS_BEFORE = re.compile(r"[0-9A-Za-zＡ-Ｚａ-ｚ]{1,40}\Z")
_LETTERS_BEHIND = re.compile(r"[0-9A-Za-zＡ-Ｚａ-ｚ]{1,40}")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}\Z")
_CONTACT_WORD = re.compile(
    r"(?:tel|phone|mobile|mob|cell|card|id|no|qq|wx|vx|wechat|sfz|call|sms|dh|sj|fax)\Z", re.IGNORECASE
)

# The shapes of index numbers in use; a number inside one of them is no personal number.
_INDEX_NUMBER = re.compile(
    r"(?<![0-9A-Za-z/\-])(?:"
    r"[0-9A-Z]{7,8}-?[0-9X]/\d{4}-\d{5}"
    r"|(?P<credit>[0-9A-HJ-NPQRTUWXY]{18})/\d{4}(?:\d\d)?-\d{5}"
    r"|[0-9A-Z]{8}[0-9X]-\d{4}-\d{1,40}"
    r"|\d{10}/\d{4}-\d{6}"
    r"|[A-Z]{1,2}[0-9A-Z]{3,4}-\d{1,40}-\d{4}-\d{1,40}"
    r"|\d{1,40}-\w{1,40}-\w{1,40}-\d{1,40}-\d{8}-\d{1,40}"
    r"|[A-Z]{3}\d{4,40}[0-9A-Za-z\-]{0,40}-\d{4}-\d{1,40}"
    r"|20\d\d-\d{6}-\d\d-\d\d-\d{6}"
    r")(?![0-9A-Za-z/\-])"
)

_UUID_BEFORE = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-\Z")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]{0,280}$", re.IGNORECASE)
_PATH = re.compile(r"/(?:[\w.\-]{1,80}/){1,20}")  # of an address on the page's own host
_FILE_BEHIND = re.compile(r"\.[A-Za-z]{2,4}(?![A-Za-z])")
_ADDRESS_ENDS = re.compile(r"""[\s"'<>,;|，；。、（）【】]""")
_KEY = re.compile(r"[?&;#]([\w%.\-]{1,40})=(?:%2B|%20|\+)?$", re.IGNORECASE)
_KEY_OF_A_PAGE = re.compile(
    r"(?:.*id|t|ts|_|v|r|time|timestamp|date|no|code|page|version|random|rand|key|hash|file|path|src|doc|n|num|index|seq)$",
    re.IGNORECASE,
)
_PERSONAL_KEY = re.compile(r"(?:userid|cardid|sfzid|phoneid|idcard|card_?no|card_?num|id_?no)$", re.IGNORECASE)
_PERSONAL_FOLDER = re.compile(r"(?:tel|phone|mobile|user|contact|wa\.me|sms|call)/(?:%2B|\+)?$", re.IGNORECASE)

_PAGE_BEHIND = re.compile(r"\.(?:s?html?|jspx?|aspx?|php|js|css)(?![A-Za-z])", re.IGNORECASE)
_FIGURE = re.compile(r"[\d,.\s\-]*")
_FIGURE_OR_PERIOD = re.compile(
    rf"{_FIGURE.pattern}|(?:(?:19|20)\d\d年?)?(?:\d{{1,2}}月|[上本当去同]年|第?[一二三四]季度|[期年月][初末])?(?:同期|度|数)?"
)
"""A figure, or the head of a column that says of what time its figures are."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_AMOUNT_HEAD = re.compile(
    r"GDP|税收|利润|[存贷]款|销售|零售|[进出]口|金额|[总合小]计|[预决概]算|执行|下达|拨付|收入|支出|资产|负债|余额|总额|投资|[产总]值|数[值量额]|量(?:$|[（(])|[万亿]?元[)）]?$"
)
_TOTAL = re.compile(rf"[总合][{BLANK}]{{0,4}}计[^\t]{{0,8}}\t")
_MOST_BEFORE = 4000
"""Characters before a cell in which the head of its column is looked for, and behind it in which others are."""
_GREAT = 9
"""Digits of the least figure that can be, with others, a hundredth of one of eleven digits."""
_OF_PERSONS = re.compile(r"姓\s{0,4}名|户主|身份证|领款人|受益人")
_LONE_ZERO = re.compile(r"(?<![\d*])[0*]\.$")  # 0.138…: the decimals of a ratio
_AS_IN_A_SHEET = re.compile(r"\.0(?!\d)")  # a whole number as programs print those of worksheets
_AMOUNT_BEHIND = re.compile(
    r"\.(?!0(?!\d))\d{1,2}(?!\d)|\s?m[23²³](?![\dA-Za-z])|\s?[万亿]?元(?![旦宵])|[万亿]|平方|立方|公[斤里顷]|千[克米瓦]|[吨亩粒株枚套册份型]"
)
_AMOUNT_BEFORE = re.compile(
    rf"[¥￥$]$|(?:[（(][万亿]?元[)）]|金额|总额|资产|投资|收入|支出|合计|产值)[{BLANK}]?[:：为][{BLANK}]?$"
)
_UNIT_OF_ALL = re.compile("单位[:：]?[百千万亿]{0,2}(?:元|平方|吨|公[斤里顷]|千[克瓦])")
_DEGREES = re.compile(
    rf"(?:[经纬][度]?|[EN°])[{BLANK}:：为]{{0,3}}\d{{2,3}}\.$|(?<![\d.])(?:7[3-9]|[89]\d|1[0-3]\d)\.$"
)
_NUMBER_BEFORE = re.compile(rf"(?<![\d*A-Za-z{HYPHEN}])(?:\d{{3,6}}|[\d,]{{1,12}}\.\d{{1,4}})[{BLANK}]{{1,2}}\Z")
_NUMBER_BEHIND = re.compile(rf"[{BLANK}]{{1,2}}(?:\d{{3,6}}|[\d,]{{1,12}}\.\d{{1,4}})(?![\d*A-Za-z])")
_MOBILE_BEHIND = re.compile(rf"[{BLANK}]{{1,2}}1[3-9]\d[{BLANK}]{{1,2}}\d{{4}}[{BLANK}]{{1,2}}\d{{4}}(?!\d)")
_HANGS_ON_BEFORE = re.compile(rf"[{_ALNUM}*][{BLANK}]?[{HYPHEN}/.·_][{BLANK}]?\Z")
_HANGS_ON_BEHIND = re.compile(rf"[{BLANK}]?[{HYPHEN}/.·_][{BLANK}]?[{_ALNUM}*]")
_COUNTRY = re.compile(rf"(?<![{_ALNUM}*{HYPHEN}])(?:00)?86[{HYPHEN}.]\Z")

_OTHERWISE = re.compile(
    r"(?:注册号|登记号|登记证号?|营业执照[\w]{0,3}|执照号?|税号|识别号|机构代码|信用代码|许可证[编]?号?|项目[代编]?[码号]?|"
    r"(?:合同|交易)[编]?号?|流水号|单号|发票号码?|票号|序列号|设备号?|备案号?|案号|凭证号?|条码|批次号?|批号|采购[编]?号?|招标[编]?号?|"
    r"执法证件?号?码?|耳标号?|(?<![证生])编号|(?<![份件])编码|文号|索引号|期刊号|ISBN|IMEI|SN|邮编|邮政编码)"
    rf"(?:为|是)?[{BLANK}:：\r\n（(）)]{{0,4}}(?:[0-9A-Za-z]{{1,10}}[{HYPHEN}/]){{0,3}}$"
)
_LICENCE = re.compile(r"(?:施工|规划|生产|经营|排污|采矿|取水)[^\n，。；]{0,10}许可证[^\n，。；\d]{0,8}$")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])")
_CREDIT = re.compile(rf"(?:信用|机构)代码(?:证?号?)[{BLANK}:：\t]{{0,4}}$")
_PERSON = re.compile(
    r"姓\s?名|身份证|公民|手\s?机|电\s?话|联系|微信|户主|申请人|卡号|账号|Tel|Mobile|Phone", re.IGNORECASE
)
_PHONE = re.compile(r"手\s?机|电\s?话|联系|Tel|Mobile|Phone", re.IGNORECASE)
_REGISTER = re.compile(r"注册号|登记证?号|营业执照|税号|识别号|机构代码|信用代码")
_FIGURES = re.compile(
    r"合计|小计|总计|共计|户数|人口|人数|面积|收入|支出|数量|金额|产量|单位[:：]|万元|亩|公顷|吨|粮食|年份|年度|头数|只数|比重|指标|完成|投资|资产|产值|邮编"
)
_ROW_OF_A_PLACE = re.compile(rf"(?:[镇乡村县区市社年月季计他均]|季度|\n[一二三四五六七八九十])[{BLANK}:：]{{1,2}}\Z")
_THREE_FIGURES = re.compile(rf"[\u4e00-\u9fff]{{0,10}}(?:[{BLANK}]*[\d,.]{{1,8}}){{2,4}}[{BLANK}]*")
_MOBILE_IN_GROUPS = re.compile(
    rf"(?<!\d)1[3-9]\d[{BLANK}]{{0,2}}(?:\d{{4}}|\*{{4}})[{BLANK}]{{0,2}}(?:\d{{4}}|\*{{4}})(?!\d)"
)
_UNIT_BEHIND = re.compile(
    rf"[{BLANK}]{{0,2}}(?:[户亩元吨头只辆台件项座处次%％‰]|万|亿|公[斤里顷]|千[克米瓦]|平方|立方)"
)
_UNIT_BEFORE = re.compile(r"[户亩元吨头只辆台件项座处次%％‰]\Z")


_LONGEST_OF_THINGS = 12
_OF_THINGS = re.compile(
    "许可|执照|登记|权|使用证|土地|房|合格证|资质|等级证|执法|鉴定|推广|采伐|运[输营]|检[疫定测验]|校准|[认凭保公论]证|信用|法人|单位|企业|商标|专利|税"
    "|机构|质量|生产|经营|车辆|行驶证|施工|批准|计量|考核|产品|设备|品种|[动植]物|种子|药品?|仪器|消防|预售|验收|评估|证券|著作|软件|备案|代码|船|渔|标|存款|危化|化学|食品|办学|卫生|取证|项目|合同"
)
"""Words in what firms, offices, things and those of public professions have documents of."""
_OF_PROFESSIONS = re.compile("(?<![\u4e00-\u9fff])证书|资格|执业|从业|教师|医师|记者|导游|检察|法官|律师")
"""Words in what those of professions have documents of, whose numbers stand in public registers."""
_RELATIVE = re.compile(r"(?:[母父]亲|配偶|妻子|丈夫|儿子|女儿|紧急联系人)[^，。；;\n]{0,6}\Z")
_PARTICULAR_BEFORE = re.compile(
    r"(?:(?:身份证|身份号|证件)[^\n*]{0,16}\d\*{13}|住[^，。；;\n*]{0,40}\*\*)[^\n]{0,80}(?:\n[^\n]{0,40})?\Z"
    r"|[，,]住(?![建房院宿户宅持])[^，。；;\n]{4,40}[，,；;]?[^，。；;\n]{0,4}\Z"
)
"""A person's particulars on the line, or on the one before."""
_OF_AN_OFFICE = re.compile(
    r"法定代表|法人|负责人|公司|企业|合作社|[局厅委]|政府|中心|医院|学校|监督|举报|咨询|受理|投诉|服务|办公"
)
_BOX_OF_AN_OFFICE = re.compile(
    rf"(?:监督|举报|投诉|咨询|受理|办公|公务|征集|反馈|单位)(?:电子)?(?:邮箱|邮件|信箱)(?:地址)?[{BLANK}:：为是]{{0,3}}\Z"
)
_LOST = re.compile("遗失|丢失|挂失|作废|补[办发]")
_OF_WORKS = re.compile(
    "批[复文]|农田|工程|建设|改造|整治|采购|中标|地块|宗地|图斑|流水|订单|交易|批次|条形?码|卷|票|文件|通知|方案|规划|设计|决定|编号|编码"
)

_ORGANISATION = re.compile(
    rf"专户[{BLANK}，,：:]{{0,2}}[账帐]|[费金款]专户|专户[）)]|(?:局|中心|公司|政府|委员会|医院|学校|[中小]学|办公室|合作社|红十字会|慈善会|厂)的?(?:专用|捐赠|收款|对公|指定)?[账帐][户号]|基本户|国库|非税收入|财政专户|零余额|保证金(?:专用|缴纳|托管)?[账帐][户号]|(?:户\s{{0,2}}名|账户名称|帐户名称|开户名称?|开户单位|单位名称|收款人|收款单位|账户名|账户|专户|基本户|一般户)[{BLANK}:：]{{0,3}}+(?!\d{{6}})[^\n，。；:：]{{2,30}}?"
    r"(?:局|中心|公司|政府|财政|委员会|银行|医院|学校|中学|小学|专户|办公室|合作社|所|站|院|厂|会|处)(?![\u4e00-\u9fff])"
)


def letters_beside(text: str, span: MaskedSpan) -> bool:
    """Whether a letter stands right before or right behind, which makes a code of it;
    a word such as Tel may stand before.
    """
    before = _before(text, span.start, 40)
    if _LETTERS.match(text, span.end):
        return True
    if not _LETTERS.match(text, span.start - 1) or span.start == 0 or _ESCAPE.search(before):
        return False
    return not (_CONTACT_WORD.search(before) and _is_word(before))


def is_code_with_letters(text: str, span: MaskedSpan) -> bool:
    """Whether letters around a number make a code of it: a digest, a name of a file, a number of a series.

    A word in small letters (a name, `tel`) or a known word beside it does not.
    """
    before = _before(text, span.start, 41)
    if _ESCAPE.search(before):
        before = ""
    left = match[0] if (match := _LETTERS_BEFORE.search(before)) and not before[-1].isdigit() else ""
    right = match[0] if _LETTERS.match(text, span.end) and (match := _LETTERS_BEHIND.match(text, span.end)) else ""
    if not left and not right:
        return False
    if any(character.isdigit() for character in left + right):
        return True
    if left and right and span.kind == "phone":
        return False
    if left and not (_CONTACT_WORD.fullmatch(left) or (len(left) > 1 and left.islower())):
        return span.kind != "bank_card"
    return bool(right) and len(right) < 2 and span.kind != "bank_card"


def is_whole(text: str, span: MaskedSpan, gaps: Sequence[str]) -> bool:
    """Whether no further group hangs on, as by a hyphen where hyphens stand between its groups (+86- does not count)."""
    marks = {mark for gap in gaps for mark in gap if not mark.isspace()}
    if not marks & set("-‐‑‒–—―−﹣－/.·_"):
        return True
    if _HANGS_ON_BEHIND.match(text, span.end):
        return False
    before = _before(text, span.start, 8)
    return bool(_COUNTRY.search(before)) or not _HANGS_ON_BEFORE.search(before)


def in_number_row(text: str, span: MaskedSpan) -> bool:
    """Whether short numbers stand beside it with only blanks between, as in a table of amounts."""
    if _NUMBER_BEFORE.search(_before(text, span.start, _NEAR)):
        return True
    return bool(_NUMBER_BEHIND.match(text, span.end)) and not _MOBILE_BEHIND.match(text, span.end)


def is_among_figures(text: str, span: MaskedSpan) -> bool:
    """Whether three figures, apart by blanks, are amounts that look like a mobile's number."""
    before = _before(text, span.start, _LINE)
    if in_number_row(text, span):
        return True
    if _UNIT_BEHIND.match(text, span.end) or _UNIT_BEFORE.search(before):
        return True
    behind = text[span.end : span.end + _LINE]
    words = before + behind.partition("\n")[0][:_NEAR]
    if _PERSON.search(words):
        return False
    if _FIGURES.search(words) or _ROW_OF_A_PLACE.search(before):
        return True
    beside = [before.split("\n")[-2]] if "\n" in before else []
    beside += behind.split("\n")[1:2]
    return any(_THREE_FIGURES.fullmatch(line) and not _MOBILE_IN_GROUPS.search(line) for line in beside)


def within_a_sentence(text: str, span: MaskedSpan) -> bool:
    """Whether words stand on its line before it, and no figures: a number in two lines of a column stands alone."""
    before = _before(text, span.start, _LINE).rpartition("\n")[2].rstrip()
    if not before or before[-1].isdigit() or "\t" in before:
        return False
    return not _FIGURES.search(before) and not _UNIT_BEHIND.match(text, span.end)


def is_other_number(text: str, span: MaskedSpan) -> bool:
    """Whether it is a part of a right credit code, of a UUID, or of a web address that names a page or file,
    or the decimals of a ratio.
    """
    before = text[span.start - 1 : span.start]
    if (span.kind != "resident_id" and in_credit_code(text, span)) or (
        before == "-" and _UUID_BEFORE.search(_before(text, span.start, _NEAR))
    ):
        return True
    if before == ".":
        return bool(_LONE_ZERO.search(_before(text, span.start, 3)))
    token = _token_before(text, span.start)
    if _PATH.fullmatch(token) and _FILE_BEHIND.match(text, span.end):
        return not _PERSONAL_FOLDER.search(token)
    if not _ADDRESS.search(token):
        return span.kind != "resident_id" and bool(_PAGE_BEHIND.match(text, span.end))
    if key := _KEY.search(token):
        return bool(_KEY_OF_A_PAGE.match(key[1])) and not _PERSONAL_KEY.search(key[1])
    return token.endswith(("/", "_", "-")) and not _PERSONAL_FOLDER.search(token)


def in_an_address(text: str, start: int) -> bool:
    """Whether a web address, or a path of folders, stands right before it."""
    token = _token_before(text, start)
    return bool(_ADDRESS.search(token) or _PATH.fullmatch(token))


def _token_before(text: str, start: int) -> str:
    """Return what stands before a place, back to where no web address goes on."""
    return _ADDRESS_ENDS.split(_before(text, start, _CONTEXT))[-1]


def is_coordinate(text: str, start: int) -> bool:
    """Whether it is the decimals of a degree of longitude or latitude."""
    before = _before(text, start, 16)
    return before.endswith(".") and bool(_DEGREES.search(before))


def is_amount(text: str, span: MaskedSpan) -> bool:
    """Whether a sign or unit of money, of a measure, stands beside it."""
    before = _before(text, span.start, _LINE).rpartition("\n")[2]
    if _AMOUNT_BEHIND.match(text, span.end) or _AMOUNT_BEFORE.search(before[-_NEAR:]):
        return True
    line = before + text[span.end : span.end + _LINE].partition("\n")[0]
    return bool(_UNIT_OF_ALL.search(line)) and not _PERSON.search(line)


def in_column_of_amounts(text: str, span: MaskedSpan) -> bool:
    """Whether it fills a cell whose column, or its row in a table without such heads, is headed by a word about money, or has a total.

    In a table of persons, among words, or where all other figures of the column are far smaller, it is no amount.
    """
    end = span.end + 2 * bool(_AS_IN_A_SHEET.match(text, span.end))
    beside = text[span.start - 1 : span.start] + text[end : end + 1]
    if "\t" not in beside or beside.strip("\t\n"):
        return False
    *above, row = _before(text, span.start, _MOST_BEFORE).split("\n")
    place = row.count("\t")
    line = f"{row}{text[span.start : span.end + _LINE].partition(chr(10))[0]}"
    cells = line.count("\t")
    rows = [line for line in reversed(above) if line.count("\t") == cells]
    heading = next((line for line in rows if not _FIGURE_OR_PERIOD.fullmatch(line.split("\t")[place])), None)
    head, *between = row.split("\t") if heading is None else [heading.split("\t")[place]]
    if not all(map(_FIGURE.fullmatch, between)) or (heading and _OF_PERSONS.search(heading)):
        return False
    is_headed = bool(_AMOUNT_HEAD.search(head))
    if heading is not None:
        is_headed = is_headed or (not _PERSON.search(head) and _has_great_amount(heading, line))
    elif not is_headed and any(not _FIGURE.fullmatch(other.split("\t")[place]) for other in rows):  # below a year
        others = (*rows, *_rows_behind(text, span.end, cells))
        is_headed = any(_AMOUNT_HEAD.search(other.partition("\t")[0]) for other in others)
    may_have_total = (
        heading is None and text.find("计", max(0, span.start - _MOST_BEFORE), span.end + _MOST_BEFORE) >= 0
    )
    if not is_headed and not may_have_total:
        return False
    rows += _rows_behind(text, span.end, cells)
    totals = (line.split("\t")[place] for line in rows if _TOTAL.match(line))
    if not is_headed and not any(sum(map(str.isdigit, total)) >= _GREAT for total in totals):
        return False
    column = (line.split("\t")[place] for line in rows)
    figures = [
        cell.partition(".")[0]
        for cell in column
        if cell.strip() and _FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell.strip())
    ]
    return not figures or any(sum(map(str.isdigit, figure)) >= _GREAT for figure in figures)


def _rows_behind(text: str, end: int, cells: int) -> list[str]:
    """Return the next lines with as many marks between cells."""
    return [line for line in text[end : end + _MOST_BEFORE].split("\n")[1:] if line.count("\t") == cells]


def _has_great_amount(heading: str, line: str) -> bool:
    """Whether a word about money heads another great figure of the line."""
    return any(
        sum(map(str.isdigit, cell)) >= _GREAT and _FIGURE.fullmatch(cell) and _AMOUNT_HEAD.search(head)
        for head, cell in zip(heading.split("\t"), line.split("\t"), strict=False)
    )


def in_index_number(text: str, span: MaskedSpan) -> bool:
    """Whether it stands in an index number 索引号 or a project's code."""
    beside = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1] + text[span.start : span.end]
    if "-" not in beside and "/" not in beside:
        return False
    left = max(0, span.start - 150)
    window = text[left : span.end + 150]
    for match in _INDEX_NUMBER.finditer(window):
        if match.start() + left < span.end and span.start < match.end() + left:
            # An ID number before a slash is still one, unless it is a right credit code as well.
            return match["credit"] is None or span.kind != "resident_id" or is_credit_code(match["credit"])
    return False


def in_credit_code(text: str, span: MaskedSpan) -> bool:
    """Whether it stands, alone among letters and figures, in a right credit code that is no right card of 18 digits."""
    left = max(0, span.start - 18)
    codes = _CREDIT_CODE.finditer(text, left, span.end + 19)
    around = (code[0] for code in codes if code.start() <= span.start and span.end <= code.end())
    return any(is_credit_code(code) and not is_card(code) for code in around)


def is_licence(text: str, start: int, digits: str) -> bool:
    """Whether an ID number is a licence's or a right credit code, for the words before it say so."""
    before = _before(text, start, 40)
    if _CREDIT.search(before):
        return is_credit_code(digits)
    return digits[6:10] >= "2010" and bool(_LICENCE.search(before) or _OTHERWISE.search(before))


def named_otherwise(text: str, start: int) -> bool:
    """Whether the words before it call it a number of something else: a register, a licence, a contract."""
    return bool(_OTHERWISE.search(_before(text, start, 2 * _NEAR)))


def is_of_a_thing(text: str, label: re.Match[str]) -> bool:
    """Whether a label that ends as those of persons' documents do is one of a firm's or a thing's: 许可证号."""
    if label.lastgroup != "travel_document" or label[0][0] != "证":
        return False
    start = max(0, label.start() - _LONGEST_OF_THINGS)
    if _OF_THINGS.search(text, start, label.end()):
        return True
    return bool(_OF_PROFESSIONS.search(text, start, label.end())) and not is_lost(text, label.end())


def is_a_persons_phone(text: str, start: int) -> bool:
    """Whether the words before a phone's label name a relative, or a person's ID number or home stands there, masked."""
    before = text[max(0, start - _LINE) : start]
    if _RELATIVE.search(before, max(0, len(before) - _NEAR)):
        return True
    if "*" not in before and "住" not in before:
        return False
    before = before.rpartition("。")[2]
    return bool(_PARTICULAR_BEFORE.search(before)) and not _OF_AN_OFFICE.search(before)


def is_a_box_of_an_office(text: str, start: int) -> bool:
    """Whether the words before a mail address call it one for complaints, questions and the like."""
    return bool(_BOX_OF_AN_OFFICE.search(_before(text, start, _NEAR)))


def is_lost(text: str, place: int) -> bool:
    """Whether the words around a document's number say that it was lost: nothing but a person's is looked for so."""
    return bool(_LOST.search(text, max(0, place - _WIDE // 2), place + _WIDE // 2))


def tells_of_things(text: str, start: int) -> bool:
    """Whether the words before, on the same line, speak of land, works, permits or the like."""
    before = _before(text, start, _NEAR).rpartition("\n")[2]
    return bool(_OF_THINGS.search(before) or _OF_WORKS.search(before))


def is_an_organisations(text: str, start: int, end: int) -> bool:
    """Whether the words around an account's label name an organisation as its holder."""
    return bool(_ORGANISATION.search(text[max(0, start - _WIDE) : end + _WIDE]))


def tells_of_a_phone(text: str, start: int) -> bool:
    """Whether the words before, a header's perhaps, speak of phones."""
    return bool(_PHONE.search(_before(text, start, _LINE)))


def tells_of_a_register(text: str, start: int) -> bool:
    """Whether the words before, a header's perhaps, speak of firms' numbers, and of no person's."""
    before = _before(text, start, _LINE)
    return bool(_REGISTER.search(before)) and not _PERSON.search(before)


def _before(text: str, start: int, length: int) -> str:
    return text[max(0, start - length) : start]


def _is_word(before: str) -> bool:
    """Whether the known word at the end is a word of its own: not the end of VOID."""
    word = _LETTERS_BEFORE.search(before)
    return word is None or _CONTACT_WORD.fullmatch(word[0]) is not None
