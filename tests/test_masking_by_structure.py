"""Personal data told by how a text is built, not by a label that is listed. All numbers are made up."""

from typing import Any

import pytest

from archive.masking.redaction import redact, redact_json
from archive.masking.table_redaction import redact_tables
from archive.tables.printed_table import PrintedTable

WRONG_ID, WRONG_CARD, ACCOUNT = "640324198001011230", "6228480123456789010", "801234567890123"


def hidden(number: str, keep: int) -> str:
    return number[:keep] + "*" * (len(number) - keep)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"身份证登记为「{WRONG_ID}」", f"身份证登记为「{hidden(WRONG_ID, 2)}」"),
        (f"样本卡号依次为：{WRONG_CARD}", f"样本卡号依次为：{hidden(WRONG_CARD, 4)}"),
        (f"账号——填写如下：{ACCOUNT}", f"账号——填写如下：{hidden(ACCOUNT, 4)}"),
        (f"账号变更：由{ACCOUNT}变更为{ACCOUNT}", f"账号变更：由{hidden(ACCOUNT, 4)}变更为{hidden(ACCOUNT, 4)}"),
        (f"打款账户信息\n样某\n{ACCOUNT}\n样本信用社", f"打款账户信息\n样某\n{ACCOUNT}\n样本信用社"),
        (f"打款账户信息\n马玉兰\n{ACCOUNT}\n样本信用社", f"打款账户信息\n马玉兰\n{hidden(ACCOUNT, 4)}\n样本信用社"),
        (f"样本储蓄卡（农商）{ACCOUNT}", f"样本储蓄卡（农商）{hidden(ACCOUNT, 4)}"),
        ("电\n话\n138\n1234\n5678", "电\n话\n138\n****\n****"),
        (f"存款账号是马玉兰的{ACCOUNT}", f"存款账号是马玉兰的{hidden(ACCOUNT, 4)}"),
        ("样本卡：621785 9617819777863", "样本卡：6217** *************"),
        ("QQ：9345 67012", "QQ：**** *****"),
        ("母亲 联系电话：8012345", "母亲 联系电话：*******"),
        ("科室 联系电话：8012345", "科室 联系电话：8012345"),
        (f"缴款至样本局账户{ACCOUNT}", f"缴款至样本局账户{ACCOUNT}"),
        (f"缴款账号为{ACCOUNT}（样本非税专户）", f"缴款账号为{ACCOUNT}（样本非税专户）"),
        ("微信账号是：sample_88", "微信账号是：******_**"),
        ("户主家里固定电话：8012345", "户主家里固定电话：*******"),
        ("身份证住址系样本镇样本村3号", "身份证住址系样本镇*****"),
        ("学生手机号最后八位数字12345678", "学生手机号最后八位数字********"),
    ],
)
def test_a_run_of_marks_and_joining_words_leads_from_label_to_value(text: str, masked: str) -> None:
    assert redact(text).text == masked


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("样本光荣证编号", "a person's"),
        ("样本退役证号码", "a person's"),
        ("毕业证书编号", "a person's"),
        ("健康证号", "a person's"),
    ],
)
def test_a_label_that_ends_as_those_of_documents_do_is_one(label: str, why: str) -> None:
    assert redact(f"{label}：20123456789").text == f"{label}：***********", why
    assert redact(f"姓名\t{label}\n马玉兰\t20123456789").text == f"姓名\t{label}\n马玉兰\t***********", why


@pytest.mark.parametrize(
    "label",
    ["食品经营许可证号", "林权证号", "教师资格证号", "证书编号", "行政执法证号", "产品合格证编号", "税务登记证号"],
)
def test_documents_of_firms_things_and_professions_are_none(label: str) -> None:
    assert redact(f"{label}：20123456789").text == f"{label}：20123456789"
    assert redact(f"名称\t{label}\n样本\t20123456789").text == f"名称\t{label}\n样本\t20123456789"


def test_what_says_that_a_document_is_lost_makes_it_a_persons() -> None:
    assert redact("教师资格证号：20123456789，遗失").text == "教师资格证号：***********，遗失"
    assert redact("光荣证 0512345 遗失").text == "光荣证 ******* 遗失"
    assert redact("光荣证 0512345 发放").text == "光荣证 0512345 发放"


def test_the_form_of_an_id_number_or_a_card_suffices() -> None:
    assert redact(f"样本乙 {WRONG_ID}").text == f"样本乙 {hidden(WRONG_ID, 2)}"
    assert redact(f"样本乙 G{WRONG_ID}").text == f"样本乙 G{hidden(WRONG_ID, 2)}"
    assert redact(f"样本乙 {WRONG_CARD}").text == f"样本乙 {hidden(WRONG_CARD, 4)}"


@pytest.mark.parametrize(
    "text",
    [
        f"样本批复 {WRONG_ID}",
        f"采购编号{WRONG_CARD}",
        f"样本工程 {WRONG_CARD}",
        f"IMEI：{WRONG_CARD}",
        f"A{WRONG_CARD}",
        "样本 6223012019081200138",  # a division and a day
        "行政许可决定书编号：350525201905060012",  # right as an ID number's, of a day on which permits were numbered
        "样本校园卡（NFC）2018010512345678批次",
        "单位：元，分子13812345678，分母27624691356",
        "产量为13812345678粒",
        "样本编码640324580101001",
        "样本\t数值\n用电量（千瓦时）\t13812345678\n用水量\t1381234000",
    ],
)
def test_numbers_of_works_permits_and_amounts_stay(text: str) -> None:
    assert redact(text).text == text


TABLE = "名单\t号\n马玉兰\t{0}\n李建国\t{1}"


@pytest.mark.parametrize(
    ("first", "second", "masked"),
    [
        ("801234567890123", "801234567890124", ("8012***********", "8012***********")),
        ("宁C12345", "宁C12346", ("宁C*****", "宁C*****")),
        ("样本镇样本村3组", "样本镇样本村4组8号", ("样本镇*****", "样本镇*******")),
    ],
)
def test_cells_beside_names_that_all_look_like_particulars_are_masked(
    first: str, second: str, masked: tuple[str, str]
) -> None:
    assert redact(TABLE.format(first, second)).text == TABLE.format(*masked)


@pytest.mark.parametrize(
    "text",
    [
        "合同编号\t名单\n801234567890123\t马玉兰\n801234567890124\t李建国",
        "名单\t号\n样本公司\t801234567890123\n样本厂\t801234567890124",
        "经办\t单位\t号\n马玉兰\t样本公司\t801234567890123\n李建国\t样本厂\t801234567890124",
        "名单\t号\n马玉兰\t801234567890123\n李建国\t无",
        "名单\t号\n马玉兰\t20190812135123\n李建国\t20190813135123",
        "名单\t号\n样本甲\t801234567890123\n样本乙\t801234567890124",
    ],
)
def test_cells_of_other_columns_stay(text: str) -> None:
    assert redact(text).text == text


def test_rows_of_a_table_are_masked_by_their_cells() -> None:
    table = PrintedTable((("名单", "号"), ("马玉兰", ACCOUNT), ("李建国", ACCOUNT[::-1])))
    (masked,), _ = redact_tables((table,))
    assert masked.rows[1:] == (("马玉兰", hidden(ACCOUNT, 4)), ("李建国", hidden(ACCOUNT[::-1], 4)))


def test_what_stands_in_the_row_below_a_header_of_accounts_is_none_for_that() -> None:
    masked = redact(
        f"农户编码\t户主证件号\t帐号\n640324001\t{WRONG_ID}\t{ACCOUNT}\n640324002\t{WRONG_ID}\t{ACCOUNT}"
    ).text
    assert [line.split("\t")[0] for line in masked.split("\n")[1:]] == ["640324001", "640324002"]


def test_a_day_below_the_word_for_an_id_number_is_none() -> None:
    text = "身份证\n样本\n2018-01-01\n样本\n2018-01-02\n样本\n2018-01-03"
    assert redact(text).text == text


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"sfzjh": WRONG_ID.replace("6403", "6499")}, {"sfzjh": hidden(WRONG_ID.replace("6403", "6499"), 2)}),
        ({"payAccount": ACCOUNT}, {"payAccount": hidden(ACCOUNT, 4)}),
        ({"payAccount": ACCOUNT, "payee": "样本局"}, None),
        ({"bankAccount": ACCOUNT, "orgName": "样本县样本局"}, None),
        ({"homeTel": "0953-8012345"}, {"homeTel": "****-*******"}),
        ({"studentNo": "2019081234567"}, {"studentNo": "*************"}),
        ({"officeTel": "0953-8012345"}, None),
        ({"vehicleNo": "宁C12345"}, {"vehicleNo": "宁C*****"}),
        ({"hphm": "宁C12345"}, {"hphm": "宁C*****"}),
        ({"residence": "样本镇样本村3组"}, {"residence": "样本镇*****"}),
        ({"address": "样本镇样本村3组", "xm": "马玉兰"}, {"address": "样本镇*****", "xm": "马玉兰"}),
        ({"address": "样本镇样本村3组", "name": "马玉兰"}, {"address": "样本镇*****", "name": "马玉兰"}),
        ({"address": "样本镇样本村3组", "name": "样本站"}, None),
        ([{"label": "家庭电话", "value": "8012345"}], [{"label": "家庭电话", "value": "*******"}]),
        ([{"label": "办公电话", "value": "8012345"}], None),
        (
            {"head": ["姓名", "卡号"], "body": [["马玉兰", ACCOUNT]]},
            {"head": ["姓名", "卡号"], "body": [["马玉兰", hidden(ACCOUNT, 4)]]},
        ),
        ([["姓名", "卡号"], ["马玉兰", ACCOUNT]], [["姓名", "卡号"], ["马玉兰", hidden(ACCOUNT, 4)]]),
        ([["名称", "文号"], ["样本", ACCOUNT]], None),
        ({"docId": "19071200123", "id": 15071200123, "title": "样本通知"}, None),
        ({"id": "13812345678", "name": "马玉兰"}, {"id": "138********", "name": "马玉兰"}),
        ({"userId": "13812345678"}, {"userId": "138********"}),
        ([["姓名\n", "卡\t号"], ["马玉兰", ACCOUNT]], [["姓名 ", "卡 号"], ["马玉兰", hidden(ACCOUNT, 4)]]),
    ],
)
def test_keys_pairs_and_rows_of_json_are_labels(value: Any, masked: Any) -> None:
    assert redact_json(value).value == (value if masked is None else masked)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请寄到样本镇样本小区3号楼2单元301室", "请寄到样本镇**************"),
        ("样本对象居住的样本小区12-3-502", "样本对象居住的样本小区**-*-***"),
        ("送达：样本镇样本村3组12号", "送达：样本镇********"),
        ("马玉兰（样本镇样本村3组）", "马玉兰（样本镇*****）"),
        ("受助人马玉兰，样本镇样本村3组", "受助人马玉兰，样本镇*****"),
        ("马玉兰，住样本镇样本街3号", "马玉兰，住样本镇*****"),
        ("申请人样某，样本农场三队12号", "申请人样某，*********"),
        ("患者，女，样本小区3号楼2单元301", "患者，女，样本小区*********"),
        ("孤儿某某，样本村3组12号", "孤儿某某，********"),
        ("姓名：样某\n性别：女\n地址：样本小区3号楼2单元301室", "姓名：样某\n性别：女\n地址：样本小区**********"),
        ("寄往样本镇样本村3组12号样某收", "寄往样本镇***********"),
    ],
)
def test_homes_are_told_by_their_form_or_the_name_before(text: str, masked: str) -> None:
    assert redact(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "样本县文化馆：样本镇样本街15号2单元301室",
        "样本镇样本村3组12号机井",
        "施工范围：样本小区3号楼2单元301室",
        "联系人：马玉兰，地址：样本镇样本街3号",
        "样本站（样本镇样本村3组）",
        "法定代表人马玉兰，住所：样本镇样本街3号",
        "样本药房（样本小区3号楼2单元102室）销售过期药品案",
        "供应商地址：样本区样本路235号2栋1单元1608室",
        "报名地点：样本区会展城B2栋1单元1205号",
        "核酸采样点：样本小区5号楼1单元101",
        "样本村五组18号墙体彩绘",
        "房源表：样本小区1号楼1单元101室 50.2㎡",
        "申请人：样本公司\n地址：样本小区3号楼2单元301室",
        "申请人：样本农场，地址：样本村3组12号",
        "邮寄地址：样本区样本街2号楼4单元401室（样本县样本办收）",
        "老人助浴点：样本小区8号楼3单元101",
        "代办点 样本小区8号楼3单元101",
        "民宿经营户：样本村四组18号",
        "居民反映样本村三组12号路段积水",
        "我社区5号楼2单元101室设为议事厅",
        "老人日间照料室：样本小区8号楼3单元101",
        "宗地坐落：样本镇样本村3组12号，批准面积200平方米",
    ],
)
def test_places_of_offices_and_works_stay(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("text", ["139 2019-2020学年样本安排", "附件138 2018—2019年样本", "150 2016-2020年样本规划"])
def test_years_behind_a_number_in_a_list_are_no_phone(text: str) -> None:
    assert redact(text).text == text
    assert redact("样某 139 2019-2019").text == "样某 139 ****-****"


def test_the_last_figures_of_an_id_are_announced_in_brackets_too() -> None:
    assert redact("姓名\t身份证号（后6位）\n马玉兰\t01123X\n马玉梅\t011235").text.count("******") == 2


def test_a_plate_that_stands_alone_where_cars_are_spoken_of_is_masked() -> None:
    assert redact("职工的私家车（宁C12345）").text == "职工的私家车（宁C*****）"
    assert redact("占道的车宁C12345请驶离").text == "占道的车宁C*****请驶离"
    assert redact("停车登记：宁C12345/样本").text == "停车登记：宁C*****/样本"
    assert redact("公务用车（宁C12345）").text == "公务用车（宁C12345）"
    assert redact("公交车 宁C12345").text == "公交车 宁C12345"
    assert redact("文件（宁C12345）").text == "文件（宁C12345）"
