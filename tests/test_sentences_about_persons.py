"""Particulars without a label in sentences about persons: homes, cars, passports; and sentences about none."""

import pytest

from archive.masking.redaction import Redacted, redact

HOME = "样本县样本镇样本村3组57号"
FILLER = "，" + "样" * 80


@pytest.mark.parametrize(
    "before",
    [
        "样本甲，男，1961年2月5日生，住", "样本甲（女，回族，家住", "上诉人样本甲，汉族，现住", "被执行人样本甲，住", "样本甲，男，居住于", "样本甲，男，住所地：",
        "样本甲，身份证号已核，通讯地址：", "生于样本县，1961年出生，住在", "样本甲，男，现居", "被告人样本甲，男，户籍地", "户主样本甲，家住", "家住", "收件人：样本甲 地址：",
    ],
)  # fmt: skip
def test_a_person_s_home_is_masked_behind_its_township(before: str) -> None:
    masked = redact(f"{before}{HOME}。")
    assert (masked.text, masked.counts) == (f"{before}样本县样本镇********。", {"home_address": 1})


@pytest.mark.parametrize(
    "text",
    [
        f"样本公司，住所地：{HOME}", f"办公地址：{HOME}", f"申请人：样本公司，住所地{HOME}", f"被执行人：样本商店（普通合伙），住所{HOME}", "样本甲，男，住建局干部3号", "样本甲，男，住样本县样本镇", "样本甲，男，住样本县样本镇样本村",
        f"样本甲，男。样本公司地址：{HOME}", f"样本甲，男{FILLER}，住样本县样本镇样本村57号", "男女各138人，住样本县样本镇样本村57号",
        "样本甲，男，住样本县样本镇样本村，第3组",
    ],
)  # fmt: skip
def test_what_is_nobody_s_home_stays(text: str) -> None:
    assert redact(text).text == text


def test_a_person_may_be_named_behind_the_home() -> None:
    assert redact(f"住所：{HOME}，样本甲，男").text == "住所：样本县样本镇********，样本甲，男"
    assert redact("样本甲，男，住样本花园12-3-302。").text == "样本甲，男，住******-*-***。"
    for text in (
        f"样本公司的住所：{HOME}，负责人样本甲，男",
        f"住所：{HOME}，样本公司，男，",
        f"住所：{HOME}。样本甲，男",
    ):
        assert redact(text).text == text


@pytest.mark.parametrize(
    "behind",
    [
        "号小型轿车",
        "小型汽车",
        "号牌的面包车",
        "重型半挂车",
        " 轻型货车",
        "（新能源）小客车",
        "（黑色轿车）",
        "号样本牌轿车",
    ],
)
def test_a_car_s_plate_is_masked(behind: str) -> None:
    assert redact(f"样本甲驾驶的宁A98765{behind}").text == f"样本甲驾驶的宁A*****{behind}"
    assert redact(f"样本甲开着宁A·98765{behind}").text == f"样本甲开着宁A·*****{behind}"


@pytest.mark.parametrize(
    "text", ["渝B2-20120001号汽车", "样本宁A98765号文件", "川A级景区138处汽车", "执法证宁A03138001号"]
)
def test_what_is_no_car_s_plate_stays(text: str) -> None:
    assert redact(text).text == text


def test_a_passport_s_number_is_masked_before_the_word() -> None:
    assert redact("样本甲持EA3316597号护照") == Redacted("样本甲持E********号护照", {"travel_document": 1})
    assert redact("样本甲持G33165971号普通护照").text == "样本甲持G********号普通护照"
    assert redact("样本持EA3316597号文件办理护照").text == "样本持EA3316597号文件办理护照"
