"""Values that a label announces, one by one: the parts of a text that are masked, those that stay, and why. All numbers here are made up.

Numbers of persons have wrong check digits here, so that nothing but their label tells what they are.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.masking.labelled_values import LABELS, find_labels, label_at
from archive.masking.personal_numbers import STRETCH
from archive.masking.redaction import Redacted, names_a_person, redact, redact_json
from archive.model.index_numbers import is_credit_code
from archive.model.printable import any_of
from tests.personal_numbers import luhn_digit

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION, ACCOUNT = "户名：样本县第一中学", "账号：801234567890123"

TABLE, MASKED_TABLE = "护照号\t姓名\nE12345678\t样本甲", "护照号\t姓名\nE********\t样本甲"


def credit_code(first_17: str) -> str:
    """A unified social credit code, right in its check character."""
    return next(code for last in _CREDIT_ALPHABET if is_credit_code(code := first_17 + last))


OTHER_NET = "400048040256489" + luhn_digit("400048040256489")
MASKED = [
    # kind, text, masked, why
    ("resident_id", "身份证号：640324198001011230", "身份证号：64****************", "a wrong check digit"),
    ("resident_id", "学籍号：G640324198001011230", "学籍号：G64****************", "the letter of a pupil's number before it"),
    ("resident_id", "身份证号：640324198001", "身份证号：64**********", "cut off behind the twelfth digit"),
    ("resident_id", "身份证号：640324 19800101 123 X", "身份证号：64**** ******** *** *", "in groups, its X apart"),
    ("resident_id", "身份证号：640324 19800101 123X", "身份证号：64**** ******** ****", "in groups, its X at the last"),
    ("resident_id", "身份证号：640324 19800101 1230", "身份证号：64**** ******** ****", "in three groups"),
    ("resident_id", "身份证号：6403 2419 8001 011230", "身份证号：64** **** **** ******", "in four groups"),
    ("resident_id", "身份证号：640324198001 011230", "身份证号：64********** ******", "in two groups"),
    ("resident_id", "身份证号：6403 2419 8001 011230-43", "身份证号：64** **** **** ******-43", "whole with 18 digits"),
    ("resident_id", "身份证号：64032419801301 1230", "身份证号：64************ 1230", "14 digits at a stretch, and an amount"),
    ("resident_id", "身份证号：640324801301128 500", "身份证号：64************* 500", "15 digits at a stretch, and an amount"),
    ("resident_id", "证件号码：64032480130112X", "证件号码：64*************", "digits are missing before its X"),
    ("resident_id", "残疾人证号：640324198001 01123043", "残疾人证号：64********** ********", "20 digits with the category"),
    ("resident_id", "残疾人证号：64032419800101123043B1", "残疾人证号：64********************", "category and renewal behind it"),
    ("resident_id", "身份证号：640324198001011235、640324198001011236", "身份证号：64****************、64****************", "one after another"),
    ("resident_id", f"证件号码：{credit_code('64032419800131500')}", "证件号码：64****************", "has a birth date, which no credit code need have"),
    ("bank_card", "账号：801234567890", "账号：8012********", "twelve digits"),
    ("bank_card", "账号：801234567890123456789012", "账号：8012********************", "24 digits"),
    ("bank_card", "账号：801234567890 1234", "账号：8012******** ****", "in two groups"),
    ("bank_card", "账号：801234567890\n1234", "账号：8012********\n1234", "the next line is another number's"),
    ("bank_card", "样本\n账号：801234567890", "样本\n账号：8012********", "on the second line"),
    ("bank_card", "账号：8012345678901234 500", "账号：8012************ 500", "16 digits are whole, and an amount"),
    ("bank_card", f"银行卡号：{OTHER_NET[:8]} {OTHER_NET[8:]} 12", "银行卡号：4000**** ******** 12", "a card right by Luhn is whole"),
    ("bank_card", "户名：样本甲 账号：801234567890123", "户名：样本甲 账号：8012***********", "a person's account"),
    ("phone", "手机：A13812345678", "手机：A138********", "a letter before it"),
    ("phone", "手机：a13812345678", "手机：a138********", "a small letter before it"),
    ("phone", "手机：+8613812345678A", "手机：+86138********A", "the country's number before it"),
    ("phone", "手机：13812345678元", "手机：138********元", "an amount but for its label"),
    ("phone", "联系电话：138 1234 5678 1234", "联系电话：138 **** **** 1234", "a row of figures but for its label"),
    ("resident_id", "身份证号：641103198001310005", "身份证号：64****************", "right as a credit code too, of a day of birth"),
    ("travel_document", "来往大陆通行证12345678", "来往大陆通行证********", "a permit's name, with which the text begins"),
    ("email", "本人邮箱sample1@sample.cn", "本人邮箱*******@sample.cn", "one's own"),
    ("phone", "2008年 手机：13812345678A", "2008年 手机：138********A", "figures before its label"),
    ("phone", "手机：1381234567813912345678A", "手机：138*******************A", "two without a gap, and a letter"),
    ("phone", "手机：13812345678139123456", "手机：138********139123456", "the second of two numbers is cut off"),
    ("phone", "手机：1381234567812912345678A", "手机：138********12912345678A", "the second is no mobile"),
    ("phone", "手机：138123456782017年", "手机：138********2017年", "a year right behind"),
    ("phone", "手机：201713812345678元", "手机：2017138********元", "a year right before"),
    ("phone", "手机：199813812345678", "手机：199************", "a year right before that a number could begin with"),
    ("resident_id", "身份证号：6403241980010112303600元", "身份证号：64****************3600元", "a wrong check digit, and an amount"),
    ("phone", "家庭电话：13812345678A", "家庭电话：138********A", "a mobile at home"),
    ("home_phone", "家庭电话：0953-5012345", "家庭电话：****-*******", "with the town's number"),
    ("home_phone", "家庭电话：5012345", "家庭电话：*******", "a number within the town"),
    *(
        ("resident_id", f"{label}：640324198013011230", f"{label}：64****************", f"label {label}")
        for label in ("证照号码", "证件编号", "身份証", "身分证号", "ID No.", "ID Number", "I D 号码", "sfzh", "低保证号", "供养证号", "社保编号",
                      "个人编号", "优待证号", "就业创业证号", "学籍辅号", "身份证（或户口本）号")
    ),
    ("travel_document", "样本甲，E12345678（护照号）", "样本甲，E********（护照号）", "a label in brackets behind its value"),
    ("chat_account", "sample_12【微信号】", "******_**【微信号】", "behind it in other brackets"),
    ("number_plate", "样本（宁C12345(车牌)）", "样本（宁C*****(车牌)）", "a plate in front of its label"),
    ("bank_card", "801234567890为本人一卡通账号", "8012********为本人一卡通账号", "one's own, the label behind a verb"),
    ("bank_card", "801234567890 是他的惠农卡号", "8012******** 是他的惠农卡号", "somebody's, behind a verb"),
    ("resident_id", "准驾车型C1，证号640324198001011231", "准驾车型C1，证号64****************", "no more than 证号, and an ID number's form"),
    ("bank_card", "一折通：801234567890", "一折通：8012********", "a passbook for all payments"),
    ("travel_document", "优待证640001234567", "优待证************", "twelve digits right behind a document's name"),
    ("number_plate", "肇事车宁C12345逃逸", "肇事车宁C*****逃逸", "a car by what it did"),
    ("number_plate", "违停车辆：宁 C 12345", "违停车辆：宁 C *****", "blanks in a plate"),
    ("chat_account", "V：sample12", "V：********", "a letter for it"),
    ("chat_account", "➕V sample12", "➕V ********", "a sign for adding"),
    ("chat_account", "加我微信→sample_12", "加我微信→******_**", "an arrow in between"),
    ("chat_account", "vx➕sample12", "vx➕********", "a sign in between"),
    ("chat_account", "ＱＱ：１２３４５６７", "ＱＱ：*******", "full width"),
    ("chat_account", "微信：ｓａｍｐｌｅ＿１２", "微信：******＿**", "letters of full width"),
    ("travel_document", "护照：Ｅ１２３４５６７８", "护照：Ｅ********", "a document's of full width"),
    ("email", "邮箱：ｓａｍｐｌｅ＠１６３．ｃｏｍ", "邮箱：******＠１６３．ｃｏｍ", "mail of full width"),
    ("email", "sample (at) 163 (dot) com", "****** (at) 163 (dot) com", "a word for the dot"),
    ("email", "sample at 163 dot com", "****** at 163 dot com", "words alone"),
    ("email", "sample@163点com", "******@163点com", "a Chinese word for the dot"),
    ("home_address", "来信人地址：同心县样本镇样本村12号", "来信人地址：同心县样本镇******", "of who writes"),
    ("home_address", "姓名：样本甲\n通讯地址：同心县样本镇样本村12号", "姓名：样本甲\n通讯地址：同心县样本镇******", "any address below a name"),
    ("home_address", "家庭居住地 同心县样本镇样本村五组", "家庭居住地 同心县样本镇*****", "where a family lives"),
    ("chat_account", "微信ID：sample_12", "微信ID：******_**", "an account of another name"),
    ("chat_account", "薇信：sample_12", "薇信：******_**", "misspelt"),
    ("chat_account", "V信：sample_12", "V信：******_**", "in short"),
    ("home_phone", "家里座机：8012345", "家里座机：*******", "at home"),
    ("number_plate", "牌照宁C12345", "牌照宁C*****", "a plate"),
    ("travel_document", "护照号：E12345678", "护照号：E********", "the first letter stays"),
    ("travel_document", "护照号：EA1234567", "护照号：E********", "of two letters the first stays"),
    ("travel_document", "护照E12345678", "护照E********", "a letter shows that it is a number"),
    ("travel_document", "护照号：E1234A5", "护照号：E******", "five digits suffice"),
    ("travel_document", "护照号：1234567", "护照号：*******", "seven digits where the label is plain"),
    ("travel_document", "护照 12345678", "护照 ********", "eight digits suffice where the label is a word"),
    ("travel_document", "军官证：军字第12345678号", "军官证：军**********号", "an officer's"),
    ("travel_document", "证件号码：E12345678", "证件号码：E********", "no ID number behind a label of such"),
    ("travel_document", f"{ORGANISATION}\n护照号：E12345678", f"{ORGANISATION}\n护照号：E********", "only accounts are an organisation's"),
    *(
        ("travel_document", f"{label}：20190602015", f"{label}：***********", f"label {label}")
        for label in ("准考证号", "准考证编号", "考生号", "考号", "学号", "学生证号", "户口簿号", "户口本编号", "户号", "结婚证号", "退休证号", "老年证号", "独生子女证号",
                      "住院号", "就诊卡号", "优待证编号", "退伍证号", "参合证号", "个人社保编号", "医保编号", "居留许可号", "签证号码", "海员证号", "旅行证号",
                      "报名序号", "医疗保险证号", "退役军人证号", "转业证号", "失业证号", "户编号", "人编号", "门诊号", "病历号", "伤残证号", "出生证编号", "供养证号")
    ),
    ("resident_id", "准考证：640324198013011230", "准考证：64****************", "an ID number serves as another's"),
    ("travel_document", "士兵证号：宁军J012345", "士兵证号：宁********", "with the letters of a military district"),
    ("travel_document", "结婚证号：J640324-2015-001234", "结婚证号：J******-****-******", "in the three parts of a marriage's"),
    ("travel_document", "台湾居民来往大陆通行证12345678", "台湾居民来往大陆通行证********", "no blank behind a whole name"),
    ("resident_id", "澳门身份证号：1234567(8)", "澳门身份证号：12*****(*)", "Macao's, its check digit in brackets"),
    ("resident_id", "驾驶证档案编号：640300123456", "驾驶证档案编号：64**********", "a driver's file"),
    ("number_plate", "违停车辆：宁C12345、宁C23456", "违停车辆：宁C*****、宁C*****", "several cars"),
    ("home_phone", "父亲电话：8012345", "父亲电话：*******", "a parent's"),
    ("travel_document", "社保卡卡号：C12345678", "社保卡卡号：C********", "a card's number, said twice"),
    ("travel_document", "警官证：064123", "警官证：******", "six digits"),
    ("home_address", "住址为样本镇样本村12号的样本甲", "住址为样本镇******的样本甲", "a sentence goes on behind it"),
    ("home_address", "户籍：样本镇样本村12号", "户籍：样本镇******", "where somebody is registered"),
    ("home_phone", "监护人联系方式：8012345", "监护人联系方式：*******", "a guardian's"),
    ("home_address", "样本\n家庭住址 样本村12号\n样本", "样本\n家庭住址 ******\n样本", "alone with its label on a line"),
    ("home_address", "住址：样本镇样本村12号（样本甲，男）", "住址：样本镇******（样本甲，男）", "words behind it in brackets"),
    ("email", "邮箱：sample AT sample.cn", "邮箱：****** AT sample.cn", "with a word for its sign and no bracket"),
    ("email", "个人邮箱 sample@sample.cn", "个人邮箱 ******@sample.cn", "called somebody's own"),
    ("email", "邮箱：sample(at)sample.cn", "邮箱：******(at)sample.cn", "with a word for its sign"),
    ("email", "样本sample1 [at] qq.com", "样本******* [at] qq.com", "of a private service, with a word for its sign"),
    ("email", "样本sample1#qq.com", "样本*******#qq.com", "of a private service, with another sign"),
    ("home_phone", "本人电话：8012345", "本人电话：*******", "one's own"),
    ("home_address", "通讯地址（家庭）：样本村12号", "通讯地址（家庭）：******", "of a family, in brackets"),
    ("chat_account", "企鹅号：123456789", "企鹅号：*********", "by a nickname"),
    ("number_plate", "车牌号：宁C12345", "车牌号：宁C*****", "province and town stay"),
    ("chat_account", "QQ：123456789", "QQ：*********", "digits"),
    ("chat_account", "微信号：sample_12", "微信号：******_**", "a word"),
    ("home_address", "家庭住址：同心县样本镇样本村12号", "家庭住址：同心县样本镇******", "the township stays"),
    ("home_address", "家庭住址：样本村12号", "家庭住址：******", "none that names a township"),
    ("home_address", "住址：样本村1", "住址：****", "four characters suffice"),
    ("home_address", "住址：样本村1号，样本乡样本村2号", "住址：*****，样本乡样本村2号", "what follows need not be a home"),
    ("email", "邮箱：sample@sample.cn", "邮箱：******@sample.cn", "at any service where it is labelled"),
    ("email", "sample1@qq.com", "*******@qq.com", "of a private service, at the very beginning"),
    ("email", "样本sample1@163.com", "样本*******@163.com", "of a private service without a label"),
]  # fmt: skip
STAYS = [
    # text, why
    (f"证件号码：{credit_code('9164030012345678A')}", "a credit code has the label of a person's document"),
    ("身份证号：1234567", "seven digits are no ID number, and no passport's either"),
    ("账号：8012345", "nor are they an account"),
    ("账号：8012345678901234567890123", "25 digits are none either"),
    (f"{ORGANISATION} {ACCOUNT}", "an organisation's account"),
    *(
        (f"{payee} {ACCOUNT}", f"an account of an office: {payee}")
        for payee in (
            "账户名称：样本县财政局零余额账户",
            "投标保证金账户",
            "开户单位：样本县样本中心",
            "账户：样本县财政局",
            "保证金专户：样本县样本中心",
            "国库",
            "非税收入",
        )
    ),
    (f"{ACCOUNT}，{ORGANISATION}", "an organisation's that is named behind it"),
    ("手机：1281234567813912345678A", "the first is no mobile"),
    ("手机：1381234567 813912345678A", "two numbers without a gap have none within"),
    ("护照号：EA1bcdefg", "one digit is no passport"),
    (f"通行证：{credit_code('91640300MA76ABCD1')}", "a firm's pass"),
    ("法人编号：20190602015", "another that ends like a label"),
    ("开户号：20190602015", "a word that ends like a label"),
    ("学生证 20190602", "a day behind a mere word"),
    ("护照 1234567", "seven digits behind a mere word"),
    ("护照号   1234567", "blanks make of a label a mere word"),
    ("护照12345678", "a word that goes on in digits"),
    ("护照 19800101", "a day of the twentieth century"),
    ("护照 20010101", "a day of this century"),
    ("官方微信：sample_123", "an office's account"),
    ("样本政务服务的微信：sample_123", "an office's account, whatever stands before"),
    ("微信：sampleQRcode", "a picture's name"),
    ("微信：sampleWeChat", "a picture's name"),
    ("家庭住址同心县样本镇样本村", "no more than a word of a sentence"),
    ("样本家庭住址 同心县样本镇样本村", "a word of a sentence, and a blank behind it, before no door"),
    ("家庭住址：样本样本样本", "nothing of a place in it"),
    ("家庭住址：户籍所在地样本村", "the next label instead of a value"),
    ("sample_123（官方微信号）", "an office's account in front of its label"),
    ("官方账号sample_123（微信号）", "an office's account, and a label behind"),
    ("E12345678（护照号", "a bracket that does not end behind the label"),
    ("护照E123（护照号）", "too short for a document's"),
    ("许可证号640324201801011231", "a permit's number, though it has 证号 in it"),
    ("联系人：样本甲\n联系地址：同心县样本镇样本街12号", "an office's address"),
    (f"姓名：{'样' * 80}\n通讯地址：同心县样本镇样本街12号", "a name too far above"),
    ("电压V：220", "too short for an account"),
    ("招标人地址：同心县样本镇样本街12号", "an organisation's"),
    ("住址：1号楼", "three characters are no home"),
    ("住址：（空）", "an empty field"),
    ("住址：同心县样本镇", "a township, which would be left"),
    ("电子邮箱sample1@sample.cn", "no more than a word of a sentence"),
    ("邮箱：office@sample.cn", "an office's name"),
    ("邮箱：sample@sample.gov.cn", "a government's"),
]


@pytest.mark.parametrize(("kind", "text", "masked", "why"), MASKED, ids=[row[-1] for row in MASKED])
def test_what_a_label_announces_is_masked(kind: str, text: str, masked: str, why: str) -> None:
    values = 2 if "、" in text else 1
    assert redact(text) == Redacted(masked, {kind: values}), why


@pytest.mark.parametrize(("text", "why"), STAYS, ids=[why for _, why in STAYS])
def test_what_no_label_announces_stays(text: str, why: str) -> None:
    assert redact(text) == Redacted(text), why


def test_the_line_above_says_nothing_of_an_account_and_ends_no_address() -> None:
    assert redact("政务服务\n微信：sample_123").text == "政务服务\n微信：******_***"
    assert redact("sample\n\n@qq.com").text == "sample\n\n@qq.com"


def test_a_label_within_a_value_ends_nothing() -> None:
    text, masked = "微信号：my_wechat_12，车牌号：宁C12345，", "微信号：**_******_**，车牌号：宁C*****，"
    assert redact(6 * text) == Redacted(6 * masked, {"chat_account": 6, "number_plate": 6})


@pytest.mark.parametrize(("between", "stays"), [(80, True), (81, False)])
def test_an_organisation_is_looked_for_80_characters_around_the_label(between: int, stays: bool) -> None:
    before = f"{ORGANISATION}。{'样' * (between - len(ORGANISATION) - 1)}{ACCOUNT}"
    after = f"{ACCOUNT}。{'样' * (between - len(ACCOUNT) + 2 - len(ORGANISATION) - 1)}{ORGANISATION}"
    for text in (before, after):
        assert redact(text).counts == ({} if stays else {"bank_card": 1})


@pytest.mark.parametrize(
    ("kind", "value", "labels"),
    [
        ("resident_id", "640324198503120417", "证件编码 公民身份号 驾照号码 驾照号 驾照 sfz sfz_no sfzh id_card"),
        ("bank_card", "80312345678901", "一卡（折）通号 一卡（折）通 一卡(折)通账号 惠农卡号 惠农卡 工资卡号 直补卡"),
        ("travel_document", "6403240012345678", "电子社保卡 就业失业登记证号"),
        ("chat_account", "wx_abc12345", "微信同号 抖音号 快手号 钉钉号 飞信号 飞信 小红书号"),
    ],
)
def test_each_of_these_words_announces_a_value(kind: str, value: str, labels: str) -> None:
    for label in labels.split():
        assert redact(f"样本{label}：{value}。").counts == {kind: 1}, label


def test_columns_count_as_their_kind() -> None:
    text = "姓名\t护照号\t住址\n样本甲\tE12345678\t样本村12号\n"
    masked = "姓名\t护照号\t住址\n样本甲\tE********\t******\n"
    assert redact(text) == Redacted(masked, {"travel_document": 1, "home_address": 1})


def test_in_a_row_with_too_few_cells_the_address_is_beside_the_township() -> None:
    text = "姓名\t年龄\t住址\t备注\n样本甲\t样本村12号\t同心县样本镇\n"
    assert redact(text) == Redacted(text.replace("样本村12号", "******"), {"home_address": 1})


# --- JSON ---


@pytest.mark.parametrize(
    ("value", "masked", "why"),
    [
        ({"护照号": "E12345678"}, {"护照号": "E********"}, "a key is the label of its value"),
        ({"护照号": ["E12345678"]}, {"护照号": ["E********"]}, "and of each value of a list"),
        ({"护照号": {"样本": "E12345678"}}, {"护照号": {"样本": "E12345678"}}, "but not of what has keys of its own"),
        ({"样" * 21 + "护照号": "E12345678"}, {"样" * 21 + "护照号": "E********"}, "a key of 24 characters can be a label"),
        ({"样" * 22 + "护照号": "E12345678"}, {"样" * 22 + "护照号": "E12345678"}, "a longer one is a sentence"),
        ({1: "E12345678"}, {1: "E12345678"}, "a number is no label"),
        ({"账号": 801234567890}, {"账号": "8012********"}, "a number's label"),
        ({"账号": 10**20}, {"账号": 10**20}, "longer than any number of a person"),
        ({"姓名": "样本甲", "联系电话": "5012345"}, {"姓名": "样本甲", "联系电话": "*******"}, "persons' phones are at home"),
        ([TABLE], [MASKED_TABLE], "a text without a label begins with its own first character"),
        ({1: TABLE}, {1: MASKED_TABLE}, "behind a number, too"),
        ({"姓": "样", "名": "甲", "联系电话": "5012345"}, {"姓": "样", "名": "甲", "联系电话": "*******"}, "names in two keys"),
        ({"单位": "样本局", "联系电话": "5012345"}, {"单位": "样本局", "联系电话": "5012345"}, "offices' are not"),
    ],
)  # fmt: skip
def test_a_key_is_the_label_of_its_value(value: object, masked: object, why: str) -> None:
    assert redact_json(value).value == masked, why


@pytest.mark.parametrize("number", ["13812345678", "%313812345678"])
def test_an_address_names_a_person_however_it_is_written(number: str) -> None:
    assert names_a_person(f"http://p.example/?tel={number}")
    assert not names_a_person("http://p.example/?tel=09535012345")


def test_no_label_is_found_within_another() -> None:
    assert [label[0] for label in find_labels("家庭联系电话，身份证号码")] == ["家庭联系电话", "身份证号码"]


@pytest.mark.parametrize("kind", LABELS)
def test_no_label_is_passed_over_by_how_it_begins(kind: str):
    @given(st.from_regex(re.compile(LABELS[kind]), fullmatch=True))
    def each(label: str) -> None:
        assert label_at(label, 0)

    each()


@pytest.mark.parametrize("kind", LABELS)
def test_words_that_begin_alike_share_their_places_for_blanks(kind: str) -> None:
    """Each such place takes a tenth of a millisecond to compile, in every process that masks."""
    words = "电话", "电话号码", "电邮"
    assert any_of(words, " ?") == "(?:电 ?(?:话(?: ?(?:号 ?(?:码)))?|邮))"
    assert not re.search(rf"(?:^|\|)(.){re.escape(STRETCH)}[^|()]*\|\1{re.escape(STRETCH)}", LABELS[kind])
