"""Particulars that a sentence gives without a label before them: where one lives, the car driven, the passport held,
the private mail address."""

import re
from collections.abc import Iterator
from dataclasses import replace

from archive.masking.labelled_values import A_DOOR, value_span
from archive.masking.number_surroundings import is_a_box_of_an_office
from archive.masking.personal_numbers import AT, BLANK, DOT, LOCAL, TRACTOR, MaskedSpan
from archive.model.person_names import name_of

_LONGEST_SENTENCE, _NEAR = 80, 24
_END = re.compile(r"[。\n]")
_PERSON = re.compile(
    r"[，,、；;（(\s][男女](?=[，,、；;）)\s]|$)|[\u4e00-\u9fff]族(?=[，,、；;])|[\d年月日]出?生(?=[，,、；;])|身份证|居住证|身份号|被?执行人|申请(?:人|家庭)|[收寄][件货]人?|签收|被处罚人|受助人|住户|家庭(?!农场|医生)|购房人|本人|我们?家|[\u4e00-\u9fff]{2,3}(?<![办科局处股部会院司店校])收(?![\u4e00-\u9fff])|[户车房]主|(?:权利|产权|所有权|来电|来信|写信|来访|信访|举报|投诉|反映|捡拾|收养|承租|受害|拆迁|征收|失踪|死亡|赔偿)人|死者|业主(?!单位|大会|委员)|[原被]告|选民|我叫|网友"
)
_A_FIRM = re.compile(
    "公司|集团|企业|合作社|[农牧殖]场(?![一二三四五六七八九十0-9连分])|基地|协会|商行|厂|店|中心|学校|医院|局|委员会|政府|银行|[分支]行"
)
_FIRM = re.compile(rf"(?:{_A_FIRM.pattern})(?:（[^（）]{{0,20}}）)?[，,、；;：:\s]{{0,2}}$")
_ADDRESSEE = re.compile(rf"(?:{_A_FIRM.pattern})(?:[（(]|[^家院楼巷街路区]{{0,8}}收?$)")
"""A firm or an office that an address names, not a house of those who work there."""
_LIVES = re.compile(
    "|".join(
        f"{verb}[:：为是系\\t ]{{0,2}}(?=[\u4e00-\u9fff])"
        for verb in (
            "家(?:住|(?<![国大专]家)在)[于在]?",
            "住处位?[于在]?",
            "居住[于在]",
            "现居[于在]?",
            "现住(?!所)[于在]?",
            "户籍(?:所在)?地",
            "住所地?(?:[（(](?:个人|自然人)[）)])?",
            "租住[于在]?",
            "暂住[于在]?",
            "坐落[于在]?",
            "房屋位[于在]",
            "住(?![建房院宿户宅持])[于在址]?",
            "地址",
        )
    )
)

_INHABITANT = re.compile(
    r"(?:村民|居民|住户|租户)(?:(?=[\u4e00-\u9fff](?:某|先生|女士))|(?=(?P<name>[\u4e00-\u9fff]{2,3})(?![\u4e00-\u9fff])))"
)
"""A word behind the place where one lives, and before who is named there."""
_PLACE_BEFORE = re.compile(r"[^\s，,。；;|<>：:（）()\u3000*的在对给向]{4,40}\Z")
_LONGEST_PLACE = 40

_NAME_BEFORE = re.compile(
    rf"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{{2,8}}?(?<![点站处部])(?<!经营户))(?:家庭?|一家|的)?[，,、；;：:（(/{BLANK}\t|]{{0,2}}\Z"
)
_MAY_BE_A_DOOR = re.compile(r"[组社队号栋幢室元\-](?<=[0-9一二三四五六七八九十单].)")
_DOOR_WORD = re.compile("[组社队号栋幢室](?<=[0-9一二三四五六七八九十].)")
_NAME_BEHIND = re.compile(r"号的([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])")
_LONGEST_NAME_BEFORE = 12
_ROLE_ENDS = frozenset("人户主属者方民员告住址")
_NO_ROLE = re.compile("住[建房院宿户宅持]")
_RUN_BEFORE = re.compile(r"[^\s，,。；;|<>：:（）()\u3000*/]{4,40}\Z")
_OF_A_PLACE = re.compile("[镇乡村路街区苑园庄寨]")
_CONTACT = re.compile("联系人|负责人|法定代表|法人|经营者|经理|电话")

_FLAT = re.compile(
    r"[单组社队区园苑村寓栋幢楼](?:(?<=\d[栋幢])\d{3,4}(?!\d)|(?<=\d号楼)\d{3,4}(?!\d)|(?<=\d单)元\d|(?<=[\d一二三四五六七八九十][组社队])\d{1,4}号|(?<=[区园苑村寓])\d{1,3}-\d{1,2}-\d{3,4}(?![\d\-]))"
)
_LEADS_TO_A_PLACE = re.compile(r".{0,30}(?:[住址寄](?:[于在到])?|位于|[在为是于的])(?=.{2})")
_OF_A_HOME = re.compile(
    r"住(?![建房院宿户宅持])|寄|送[达到货]|收[件货]|患者|病[例人]|密接|学生(?![公宿食])|老人|孤儿|五保|(?:低保|贫困|帮扶)(?:户|对象)|(?<![国大专])家位于|先生(?![产活态])|女士|租客|户[籍口]|居民(?![楼委区用健])|村民(?![委小自])|我(?![省市县区镇乡村社街局院校公单队])|(?i:resident(?!i)|lives|patient|complainant)|[\u4e00-\u9fff]某(?![\u4e00-\u9fff])|某[某甲乙丙丁]"
)
"""Words, beside those for persons, in sentences that say where somebody lives or is written to."""
_PERSON_ABOVE = re.compile(
    r"(?:姓\s?名|性\s?别|身份证|户\s?主|(?:申请|当事|权利|[收寄]件)人)[^\n]{0,24}(?:\n[^\n]{0,24}){0,3}\n[^\n]*\Z"
)
"""A line about a person, right above or some lines before."""
_OF_NO_HOME = re.compile(
    "\t|公司|企业|厂|店|经营|场所|注册|办公|机构|单位|学校|中心|[车服工]站|站点|卫生|派出所|项目|工程|建设|改造|维修|施工|停[水电气]|范围|招标|采购|出让|拍卖|面积|消防|电梯|安置点|起于|止于|至|农家乐|餐|超市|会议|法定代表|法人|负责人|[井馆厅厕闸渠桥杆坝池林棚舍田]|变压器|活动|[局所院队](?=[，。：:]|$)|(?<!\\d)[点站部](?=[，。：:（( ]|$)|路段|[局处科办会]收|[农牧殖]场(?![一二三四五六七八九十0-9连分])|基地|协会|商[行铺]|门[面市]|经销|诊所|药房|公示栏|设[于在立]|前往|规划|地块|宗地|[\u4e00-\u9fff](?<![一二三四五六七八九十卧居浴下])室"
)
"""Words in sentences about places that are no homes, or are not spoken of as such; of a cell of a table the headers tell."""

_LETTER_OF_PLATE = re.compile(r"[A-ZＡ-Ｚ](?<=[\u4e00-\u9fff].)(?=[ \-]?[A-Z0-9Ａ-Ｚ０-９·•.])")
_VEHICLE = re.compile(
    rf"[{BLANK}]?等?(?:[\d一二两三四五六七八九十]{{1,3}}[辆台])?(?:号牌?|牌)?(?:[（(](?:[^（()）\n]{{0,10}}[)）])?)?(?:[黑白红蓝灰银黄绿]色|[\u4e00-\u9fff]{{2,4}}牌)?的?(?:出租|网约|[大中小](?:型|客车|货车|轿车)|微型|重型|轻型|普通|两轮|二轮|三轮|摩托|电动|轿车|货车|客车|面包|越野|汽车|车辆|牌照)"
)
_LISTED = re.compile(r"[、，,和及与\s]{1,2}")
_ABOUT_VEHICLES = re.compile("报废|车主|网约车|司机|[酒醉]驾|[酒醉]后驾驶|超速|超员|违停|闯红灯|肇事|逃逸")
_STANDS_ALONE = re.compile(r"(?:^|[\s（(：:，,、；;|/])\Z")
_CAR_BEFORE = re.compile(r"车[辆主]?\Z")
_NOTHING_BEHIND = re.compile(r"$|[\s）)，,。；;、|/]")
_OF_VEHICLES = re.compile("[车驾牌]")
_OF_AN_OFFICE = re.compile("公务|公车|公交|环卫|校车|[救警]护?车|消防车|执法车|拍卖")
_OF_A_DOCUMENT = re.compile(r"号(?=[\u4e00-\u9fff])(?![牌车])")
_TRACTOR_BEHIND = re.compile(r"号?(?:牌|[^，。；\n]{0,6}(?:拖拉机|收割机|农机|三轮))")
_PASSPORT = re.compile(rf"(?<![A-Za-z0-9])[A-Z]{{1,2}}\d{{7,8}}(?=号?[{BLANK}]?(?:普通|公务|因私|因公)?护照)")

_PRIVATE_HOST = re.compile(
    rf"{AT}(?:vip\.)?(?:qq|163|126|139|188|189|263|foxmail|sina|sohu|yeah|tom|21cn|hotmail|outlook|live|gmail|yahoo|icloud|msn|aliyun|wo)"
    rf"{DOT}(?:com|net|cn)(?:\.cn|\.hk)?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MAY_HOLD_MAIL = re.compile("[@＠#＃Aa](?:(?<![Aa])|(?=[Tt]))")
_LOCAL_BEFORE = re.compile(rf"{LOCAL}\Z")


def sentence_spans(text: str) -> list[MaskedSpan]:
    """Return what sentences about persons tell, in the order of its kinds."""
    homes = (_homes, _homes_by_form, _homes_before_names, _homes_behind_names) if _MAY_BE_A_DOOR.search(text) else ()
    return [*(home for find in homes for home in find(text)), *_plates(text), *_passports(text)]


def _homes(text: str) -> Iterator[MaskedSpan]:
    for verb in _LIVES.finditer(text):
        address = value_span("home_address", text, verb.end()) if _is_a_persons(text, verb) else None
        if not address or not A_DOOR.search(text, address.start, address.end):
            continue
        if not verb[0].startswith("地址") or not _ADDRESSEE.search(text[verb.end() : address.end]):
            yield address


def _is_a_persons(text: str, verb: re.Match[str]) -> bool:
    """Whether the sentence says of a person who lives somewhere, before or behind the place, not where a firm is."""
    before = _END.split(text[max(0, verb.start() - _LONGEST_SENTENCE) : verb.start()])[-1]
    if verb[0].startswith(("家", "现住", "现居")) or "人）" in verb[0] or verb[0][:-1] in {"租住", "暂住"}:
        return True
    glued = verb[0].startswith("坐落") and before[-1:].isalpha()  # what lies there is a thing: 宗地
    if (
        not glued
        and _ends_with_a_name(before)
        and not (verb[0].startswith(("地址", "住所")) and _CONTACT.search(before))
    ):
        return True
    if _PERSON.search(before):
        return not _FIRM.search(before)
    behind = _END.split(text[verb.end() : verb.end() + _LONGEST_SENTENCE])[0]
    name = _NAME_BEHIND.search(behind)
    is_named = _PERSON.search(behind) or (name and name_of(name[1]))
    return bool(is_named) and not _A_FIRM.search(before + behind)


def _homes_by_form(text: str) -> Iterator[MaskedSpan]:
    """Yield places with the number of a flat, or of a house in a village's group, where the sentence speaks of a person, of no firm
    and of no works: shops, sites and flats for sale have such places, too.
    """
    for flat in _FLAT.finditer(text):
        run = _RUN_BEFORE.search(text, max(0, flat.start() - _LONGEST_PLACE), flat.start())
        if not run or not _speaks_of_a_home(text, flat):
            continue
        lead = _LEADS_TO_A_PLACE.match(run[0])
        address = value_span("home_address", text, run.start() + (lead.end() if lead else 0))
        if address and address.start < flat.end() <= address.end:
            yield address


def _speaks_of_a_home(text: str, flat: re.Match[str]) -> bool:
    before = text[max(0, flat.start() - _LONGEST_SENTENCE) : flat.start()]
    sentence = _END.split(before)[-1] + _END.split(text[flat.end() : flat.end() + _LONGEST_SENTENCE])[0]
    if _OF_NO_HOME.search(sentence):
        return False
    above = _PERSON_ABOVE.search(before)
    return bool(_PERSON.search(sentence) or _OF_A_HOME.search(sentence) or (above and not _A_FIRM.search(above[0])))


def _ends_with_a_name(before: str) -> bool:
    """Whether words end with a person's name, which may follow the word for what the person is."""
    name = _NAME_BEFORE.search(before)
    return bool(name and any(name_of(name[1][at:]) for at in (0, *_behind_a_role(name[1]))))


def _behind_a_role(words: str) -> list[int]:
    ends = (at for at, character in enumerate(words) if character in _ROLE_ENDS and not _NO_ROLE.match(words, at))
    return [at + 1 for at in ends if len(words) - at > 2]


def _homes_behind_names(text: str) -> Iterator[MaskedSpan]:
    """Yield where one lives who is named right before it: 张某某（样本镇样本村3组）."""
    for door in _DOOR_WORD.finditer(text):
        place = _RUN_BEFORE.search(text, max(0, door.start() - _LONGEST_PLACE), door.start())
        if not place or not _OF_A_PLACE.search(place[0]):
            continue
        before = text[max(0, place.start() - _LONGEST_NAME_BEFORE) : place.start()]
        if _ends_with_a_name(before) and not _CONTACT.search(text, max(0, place.start() - _NEAR), place.start()):
            address = value_span("home_address", text, place.start())
            if address and address.start < door.end() <= address.end:
                yield address


def _homes_before_names(text: str) -> Iterator[MaskedSpan]:
    """Yield where one lives who is named behind it: 样本村3组村民张某."""
    for word in _INHABITANT.finditer(text):
        if word["name"] and not name_of(word["name"]):
            continue
        place = _PLACE_BEFORE.search(text, max(0, word.start() - _LONGEST_PLACE), word.start())
        address = value_span("home_address", place[0], 0) if place else None
        if place and address and A_DOOR.search(place[0], address.start):
            yield replace(address, start=place.start() + address.start, end=word.start())


def _plates(text: str) -> Iterator[MaskedSpan]:
    others: list[MaskedSpan] = []  # right before, with nothing about a vehicle behind them
    for letter in _LETTER_OF_PLATE.finditer(text):
        plate = value_span("number_plate", text, letter.start() - 1)
        if not plate:
            continue
        others = others if others and _LISTED.fullmatch(text, others[-1].end, plate.start) else []
        others.append(plate)
        if _VEHICLE.match(text, plate.end) or _is_of_a_vehicle(text, plate):
            yield from others
            others = []
    for number in TRACTOR.finditer(text):
        if _TRACTOR_BEHIND.match(text, number.end()):
            yield MaskedSpan("number_plate", *number.span(), 2)


def _is_of_a_vehicle(text: str, plate: MaskedSpan) -> bool:
    """Whether the sentence speaks of a vehicle before a plate or right behind, and the plate is not a document's number: 陕B19023号文."""
    before = text[max(0, plate.start - _LONGEST_SENTENCE) : plate.start]
    near = _END.split(before)[-1] + _END.split(text[plate.end : plate.end + _NEAR])[0]
    alone = _STANDS_ALONE.search(before) and _NOTHING_BEHIND.match(text, plate.end) and _OF_VEHICLES.search(before)
    return bool(
        (alone or _CAR_BEFORE.search(before) or _ABOUT_VEHICLES.search(near)) and not _OF_AN_OFFICE.search(near)
    ) and not _OF_A_DOCUMENT.match(text, plate.end)


def _passports(text: str) -> Iterator[MaskedSpan]:
    for number in _PASSPORT.finditer(text) if "护照" in text else ():
        yield MaskedSpan("travel_document", *number.span(), 1)


def mail_spans(text: str) -> list[MaskedSpan]:
    """Return the names in addresses of private mail services, wherever they stand."""
    spans: list[MaskedSpan] = []
    if not _MAY_HOLD_MAIL.search(text):
        return spans
    for host in _PRIVATE_HOST.finditer(text):
        before = text[max(0, host.start() - 64) : host.start()]
        name = _LOCAL_BEFORE.search(before)
        if name and not is_a_box_of_an_office(text, host.start() - len(name["local"])):
            spans.append(MaskedSpan("email", host.start() - len(name["local"]), host.start(), 0))
    return spans
