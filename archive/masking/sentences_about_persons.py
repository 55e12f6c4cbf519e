"""Particulars that a sentence gives without a label before them: where one lives, the car driven, the passport held."""

import re
from collections.abc import Iterator
from dataclasses import replace

from archive.masking.labelled_values import A_DOOR, TRACTOR, value_span
from archive.masking.personal_numbers import BLANK, MaskedSpan
from archive.model.person_names import name_of

_LONGEST_SENTENCE, _NEAR = 80, 24
_END = re.compile(r"[。\n]")
_PERSON = re.compile(
    r"[，,、；;（(\s][男女](?=[，,、；;）)\s]|$)|[\u4e00-\u9fff]族(?=[，,、；;])|[\d年月日]出?生(?=[，,、；;])|身份证|身份号|被?执行人|申请(?:人|家庭)|收[件货]人|[户车房]主|(?:权利|产权|所有权|来电|来信|写信|来访|信访|举报|投诉|反映|捡拾|收养|承租|受害|拆迁|征收|失踪|死亡|赔偿)人|死者|业主(?!单位|大会|委员)|[原被]告|选民|我叫|网友"
)
_A_FIRM = re.compile("公司|集团|企业|合作社|厂|店|中心|学校|医院|局|委员会|政府|银行|[分支]行")
_FIRM = re.compile(rf"(?:{_A_FIRM.pattern})(?:（[^（）]{{0,20}}）)?[，,、；;：:\s]{{0,2}}$")
_LIVES = re.compile(
    "|".join(
        f"{verb}[:：为是]{{0,2}}(?=[\u4e00-\u9fff])"
        for verb in (
            "家住[于在]?",
            "居住[于在]",
            "现居[于在]?",
            "现住(?!所)[于在]?",
            "户籍(?:所在)?地",
            "住所地?",
            "租住[于在]?",
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

_LETTER_OF_PLATE = re.compile(r"[A-ZＡ-Ｚ](?<=[\u4e00-\u9fff].)(?=[A-Z0-9Ａ-Ｚ０-９·•.])")
_VEHICLE = re.compile(
    rf"[{BLANK}]?(?:号牌?|牌)?(?:[（(](?:[^（()）\n]{{0,10}}[)）])?)?(?:[黑白红蓝灰银黄绿]色|[\u4e00-\u9fff]{{2,4}}牌)?的?(?:[大中小](?:型|客车|货车|轿车)|微型|重型|轻型|普通|两轮|二轮|三轮|摩托|电动|轿车|货车|客车|面包|越野|汽车|车辆|牌照)"
)
_ABOUT_VEHICLES = re.compile("报废|车主|网约车|司机|[酒醉]驾|[酒醉]后驾驶|超速|超员|违停|闯红灯|肇事|逃逸")
_OF_AN_OFFICE = re.compile("公务|公车")
_OF_A_DOCUMENT = re.compile(r"号(?=[\u4e00-\u9fff])(?![牌车])")
_TRACTOR_BEHIND = re.compile(r"号?(?:牌|[^，。；\n]{0,6}(?:拖拉机|收割机|农机|三轮))")
_PASSPORT = re.compile(rf"(?<![A-Za-z0-9])[A-Z]{{1,2}}\d{{7,8}}(?=号?[{BLANK}]?(?:普通|公务|因私|因公)?护照)")


def sentence_spans(text: str) -> list[MaskedSpan]:
    """Return what sentences about persons tell, in the order of its kinds."""
    return [*_homes(text), *_homes_before_names(text), *_plates(text), *_passports(text)]


def _homes(text: str) -> Iterator[MaskedSpan]:
    for verb in _LIVES.finditer(text):
        address = value_span("home_address", text, verb.end()) if _is_a_persons(text, verb) else None
        if address and A_DOOR.search(text, address.start, address.end):
            yield address


def _is_a_persons(text: str, verb: re.Match[str]) -> bool:
    """Whether the sentence says of a person who lives somewhere, before or behind the place, not where a firm is."""
    before = _END.split(text[max(0, verb.start() - _LONGEST_SENTENCE) : verb.start()])[-1]
    if verb[0].startswith(("家住", "现住", "现居")):
        return True
    if _PERSON.search(before):
        return not _FIRM.search(before)
    behind = _END.split(text[verb.end() : verb.end() + _LONGEST_SENTENCE])[0]
    return bool(_PERSON.search(behind)) and not _A_FIRM.search(before + behind)


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
    for letter in _LETTER_OF_PLATE.finditer(text):
        plate = value_span("number_plate", text, letter.start() - 1)
        if plate and (_VEHICLE.match(text, plate.end) or _is_of_a_vehicle(text, plate)):
            yield plate
    for number in TRACTOR.finditer(text):
        if _TRACTOR_BEHIND.match(text, number.end()):
            yield MaskedSpan("number_plate", *number.span(), 2)


def _is_of_a_vehicle(text: str, plate: MaskedSpan) -> bool:
    """Whether the sentence speaks of a vehicle before a plate or right behind, and the plate is not a document's number: 陕B19023号文."""
    before = text[max(0, plate.start - _LONGEST_SENTENCE) : plate.start]
    near = _END.split(before)[-1] + _END.split(text[plate.end : plate.end + _NEAR])[0]
    return bool(_ABOUT_VEHICLES.search(near) and not _OF_AN_OFFICE.search(near)) and not _OF_A_DOCUMENT.match(
        text, plate.end
    )


def _passports(text: str) -> Iterator[MaskedSpan]:
    for number in _PASSPORT.finditer(text) if "护照" in text else ():
        yield MaskedSpan("travel_document", *number.span(), 1)
