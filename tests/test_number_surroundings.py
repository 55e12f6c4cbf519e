"""Surroundings that make a number a person's, or another's. The numbers are made up; ⟦ and ⟧ stand around the one in question."""

import pytest

from archive.masking import number_surroundings as surroundings
from archive.masking.personal_numbers import MaskedSpan
from archive.masking.redaction import redact
from tests.test_redaction import credit_code


def marked(text: str, kind: str = "phone") -> tuple[str, MaskedSpan]:
    """The text without its marks, and the span between them."""
    before, _, rest = text.partition("⟦")
    number, _, behind = rest.partition("⟧")
    return before + number + behind, MaskedSpan(kind, len(before), len(before) + len(number), 3)


@pytest.mark.parametrize(
    ("text", "is_beside"),
    [
        ("⟦13812345678⟧", False), ("样本⟦13812345678⟧样本", False), ("a⟦13812345678⟧", True), ("⟦13812345678⟧a", True),
        ("Ａ⟦13812345678⟧", True), ("Tel⟦13812345678⟧", False), ("TEL⟦13812345678⟧", False), ("hotel⟦13812345678⟧", True),
        ("Tel⟦13812345678⟧a", True), ("%2B⟦13812345678⟧", False), ("%2g⟦13812345678⟧", True), ("3⟦13812345678⟧", False),
        ("⟦13812345678⟧样a", False),
    ],
)  # fmt: skip
def test_a_letter_beside_makes_a_code_of_it(text: str, is_beside: bool) -> None:
    assert surroundings.letters_beside(*marked(text)) is is_beside


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("500", {"phone": ["13812345678"]}), ("N1", {"phone": ["13812345678"], "bank_card": ["6222600123456789013"]}),
        ("Name", {"phone": ["13812345678", "138-1234-5678"]}), ("A-", {"phone": ["138-1234-5678"]}),
        ("补助500元", {"phone": ["138 1234 5678"]}), ("样本村 ", {"phone": ["138 1234 5678"]}),
    ],
)  # fmt: skip
def test_the_line_above_makes_no_other_number_of_it(line: str, numbers: dict[str, list[str]]) -> None:
    for kind, printed in numbers.items():
        for number in printed:
            assert redact(f"{line}\n{number}\n").counts == {kind: 1}


@pytest.mark.parametrize(
    ("table", "is_amount"),
    [
        ("项目\t金额\n样本\t⟦13812345678⟧\n", True), ("项目\t决算数（元）\n样本\t500000000.12\n样本\t⟦13812345678⟧", True),
            ("项目\t决算数（元）\n样本\t500\n样本\t⟦13812345678⟧", False), ("项目\t决算数\n样本\t⟦13812345678⟧\n样本\t50000000000", True),
            ("项目\t决算数\n样本\t⟦13812345678⟧\n样本\t50,000", False), ("姓名\t金额\n样本\t⟦13812345678⟧\n", False),
            ("合计\t500\t样本\t⟦13812345678⟧\n", False),
            ("项目\t金额\n样本\t⟦13812345678⟧.0\n", True),
        ("金额\t项目\n⟦13812345678⟧\t样本", True), ("项目\t数字\n样本\t⟦13812345678⟧", False), ("姓名\t金额\t电话\n样本\t500\t⟦13812345678⟧", False),
        ("姓名\t金额\n样本\t样本⟦13812345678⟧", False), ("金额\n⟦13812345678⟧\n", False), ("样本\t⟦13812345678⟧", False),
        ("项目\t金额\n样本\t样本\t⟦13812345678⟧", False), ("项目\t2018年收入\n样本\t⟦13812345678⟧", True),
        ("金额（元）\t⟦13812345678⟧", True), ("合计\t500\t⟦13812345678⟧\n", True), ("项目\t电话\n合计\t⟦13812345678⟧\n", False),
    ],
)  # fmt: skip
def test_a_column_of_amounts_is_known_by_its_head(table: str, is_amount: bool) -> None:
    assert surroundings.in_column_of_amounts(*marked(table)) is is_amount


@pytest.mark.parametrize(
    ("text", "kind", "is_code"),
    [
        ("⟦13812345678⟧", "phone", False), ("样本⟦13812345678⟧", "phone", False), ("tel⟦13812345678⟧", "phone", False),
        ("Tel⟦13812345678⟧", "phone", False), ("name⟦13812345678⟧", "phone", False), ("ab⟦13812345678⟧", "phone", False), ("Name⟦13812345678⟧", "phone", True),
        ("n⟦13812345678⟧", "phone", True), ("N⟦13812345678⟧", "phone", True), ("N⟦13812345678⟧", "bank_card", False),
        ("a1b⟦13812345678⟧", "phone", True), ("a1b⟦13812345678⟧", "bank_card", True), ("⟦13812345678⟧a", "phone", True),
        ("⟦13812345678⟧ab", "phone", False), ("⟦13812345678⟧a", "bank_card", False), ("⟦13812345678⟧a1", "phone", True),
        ("%2B⟦13812345678⟧", "phone", False), ("a%2B⟦13812345678⟧", "phone", False), ("tel⟦13812345678⟧a", "phone", False),
        ("1⟦13812345678⟧", "phone", False), ("tel1⟦13812345678⟧", "phone", False),
    ],
)  # fmt: skip
def test_a_word_beside_makes_no_code_of_it_and_a_series_does(text: str, kind: str, is_code: bool) -> None:
    assert surroundings.is_code_with_letters(*marked(text, kind)) is is_code


@pytest.mark.parametrize(
    ("text", "gaps", "is_whole"),
    [
        ("⟦138-1234-5678⟧", ("-", "-"), True), ("⟦138-1234-5678⟧-12", ("-", "-"), False), ("12-⟦138-1234-5678⟧", ("-", "-"), False),
        ("12-⟦138 1234 5678⟧-12", (" ", " "), True), ("86-⟦138-1234-5678⟧", ("-", "-"), True), ("0086-⟦138-1234-5678⟧", ("-", "-"), True),
        ("186-⟦138-1234-5678⟧", ("-", "-"), False), ("86-⟦138-1234-5678⟧-12", ("-", "-"), False), ("12 - ⟦138-1234-5678⟧", (" ", "-"), False),
        ("⟦138-1234-5678⟧ - a", ("-",), False), ("⟦138.1234.5678⟧.9", (".",), False), ("⟦138/1234/5678⟧/9", ("/",), False),
        ("⟦138_1234_5678⟧_9", ("_",), False), ("⟦138—1234—5678⟧—9", ("—",), False), ("⟦138-1234-5678⟧-样", ("-",), True),
    ],
)  # fmt: skip
def test_a_further_group_makes_another_number_of_it(text: str, gaps: tuple[str, ...], is_whole: bool) -> None:
    assert surroundings.is_whole(*marked(text), gaps) is is_whole


@pytest.mark.parametrize(
    ("text", "is_in_row"),
    [
        ("123 ⟦138 1234 5678⟧", True), ("12 ⟦138 1234 5678⟧", False), ("1234567 ⟦138 1234 5678⟧", False), ("1.5  ⟦138 1234 5678⟧", True),
        ("123   ⟦138 1234 5678⟧", False), ("a123 ⟦138 1234 5678⟧", False), ("⟦138 1234 5678⟧ 123", True), ("⟦138 1234 5678⟧ 12", False),
        ("⟦138 1234 5678⟧ 1,234.5", True), ("⟦138 1234 5678⟧ 139 1234 5678", False), ("⟦138 1234 5678⟧ 129 1234 5678", True),
        ("⟦138 1234 5678⟧ 139 1234 56789", True), ("样本⟦138 1234 5678⟧样本", False), ("⟦138 1234 5678⟧ 123a", False),
    ],
)  # fmt: skip
def test_short_numbers_beside_make_a_row_of_it(text: str, is_in_row: bool) -> None:
    assert surroundings.in_number_row(*marked(text)) is is_in_row


@pytest.mark.parametrize(
    ("text", "are_figures"),
    [
        ("⟦138 1234 5678⟧", False), ("123 ⟦138 1234 5678⟧", True), ("⟦138 1234 5678⟧户", True), ("⟦138 1234 5678⟧  万", True),
        ("⟦138 1234 5678⟧   万", False), ("元⟦138 1234 5678⟧", True), ("电话⟦138 1234 5678⟧", False), ("合计 ⟦138 1234 5678⟧", True),
        ("⟦138 1234 5678⟧ 合计", True), ("姓名 合计 ⟦138 1234 5678⟧", False), ("⟦138 1234 5678⟧\n合计", False),
        (f"⟦138 1234 5678⟧{'样' * 22}合计", True), (f"⟦138 1234 5678⟧{'样' * 23}合计", False), ("样本镇 ⟦138 1234 5678⟧", True),
        ("样本镇   ⟦138 1234 5678⟧", False), ("样本 12 34 56\n样⟦138 1234 5678⟧", True), ("⟦138 1234 5678⟧\n样本 12 34 56", True),
        ("⟦138 1234 5678⟧\n样本 1", False), ("⟦138 1234 5678⟧\n139 1234 5678", False), ("⟦138 1234 5678⟧\n样\n样本 12 34 56", False),
        ("样本 12 34 56\n样\n⟦138 1234 5678⟧", False), (f"合计{'样' * 118}⟦138 1234 5678⟧", True), (f"合计{'样' * 119}⟦138 1234 5678⟧", False),
    ],
)  # fmt: skip
def test_amounts_around_three_groups_make_figures_of_them(text: str, are_figures: bool) -> None:
    assert surroundings.is_among_figures(*marked(text)) is are_figures


@pytest.mark.parametrize(
    ("text", "is_within"),
    [
        ("样本⟦13812345678⟧", True), ("⟦13812345678⟧", False), ("样本\n⟦13812345678⟧", False), ("样本 ⟦13812345678⟧", True),
        ("样本1 ⟦13812345678⟧", False), ("样本\t样⟦13812345678⟧", False), ("合计⟦13812345678⟧", False), ("样本⟦13812345678⟧户", False),
        ("合计\n样本⟦13812345678⟧", True),
    ],
)  # fmt: skip
def test_words_before_it_on_its_line_make_a_sentence(text: str, is_within: bool) -> None:
    assert surroundings.within_a_sentence(*marked(text)) is is_within


CODE = credit_code("91640324198001011")


@pytest.mark.parametrize(
    ("text", "kind", "is_other"),
    [
        ("0.⟦13812345678⟧", "phone", True), ("1.⟦13812345678⟧", "phone", False), ("10.⟦13812345678⟧", "phone", False),
        ("样本⟦13812345678⟧", "phone", False), ("⟦13812345678⟧.html", "phone", True), ("⟦13812345678⟧.html", "resident_id", False),
        ("⟦13812345678⟧.htmlx", "phone", False), ("⟦13812345678⟧.doc", "phone", False), ("http://a.cn/⟦13812345678⟧", "phone", True),
        ("http://a.cn/t_⟦13812345678⟧", "resident_id", True), ("www.a.cn/t-⟦13812345678⟧", "phone", True), ("http://a.cn/t⟦13812345678⟧", "phone", False),
        ("http://a.cn/tel/⟦13812345678⟧", "phone", False), ("http://wa.me/⟦13812345678⟧", "phone", False), ("http://a.cn/?id=⟦13812345678⟧", "phone", True),
        ("http://a.cn/?userid=⟦13812345678⟧", "phone", False), ("http://a.cn/?tel=⟦13812345678⟧", "phone", False),
        ("http://a.cn/?a=1&t=⟦13812345678⟧", "phone", True), ("http://a.cn/ ⟦13812345678⟧", "phone", False), ("http://a.cn/，t_⟦13812345678⟧", "phone", False),
        ("/uploads/2019/⟦13812345678⟧.pdf", "phone", True), ("/uploads/2019/⟦13812345678⟧", "phone", False), ("/tel/⟦13812345678⟧.pdf", "phone", False),
        (f"http://{'a' * 270}/⟦13812345678⟧", "phone", True), (f"http://{'a' * 300}/⟦13812345678⟧", "phone", False),
        (f"{CODE[:3]}⟦{CODE[3:14]}⟧{CODE[14:]}", "phone", True), (f"{CODE[:3]}⟦{CODE[3:14]}⟧{CODE[14:]}", "resident_id", False),
        (f"{CODE[:3]}⟦{CODE[3:14]}⟧{CODE[14:17]}Z", "phone", False), (f"⟦{CODE}⟧", "bank_card", True), (f"A{CODE[:3]}⟦{CODE[3:14]}⟧{CODE[14:]}", "phone", False),
    ],
)  # fmt: skip
def test_addresses_ratios_and_credit_codes_have_other_numbers(text: str, kind: str, is_other: bool) -> None:
    assert surroundings.is_other_number(*marked(text, kind)) is is_other


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("东经106.⟦13812345678⟧", True), ("经度：106.⟦13812345678⟧", True), ("N36.⟦13812345678⟧", True), ("36.⟦13812345678⟧", False),
        ("106.⟦13812345678⟧", True), ("72.⟦13812345678⟧", False), ("73.⟦13812345678⟧", True), ("139.⟦13812345678⟧", True),
        ("140.⟦13812345678⟧", False), ("106⟦13812345678⟧", False), ("1106.⟦13812345678⟧", False),
    ],
)  # fmt: skip
def test_decimals_of_a_degree_are_a_coordinate(text: str, is_one: bool) -> None:
    text, span = marked(text)
    assert surroundings.is_coordinate(text, span.start) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("⟦13812345678⟧.12", True), ("⟦13812345678⟧.123", False), ("⟦13812345678⟧元", True), ("⟦13812345678⟧万元", True),
        ("⟦13812345678⟧元旦", False), ("⟦13812345678⟧亿", True), ("￥⟦13812345678⟧", True), ("¥⟦13812345678⟧", True), ("$⟦13812345678⟧", True),
        ("$ ⟦13812345678⟧", False), ("⟦13812345678⟧", False), ("总资产（元）：⟦13812345678⟧", True),
        ("金额为⟦13812345678⟧", True), ("金额⟦13812345678⟧", False), ("支出单位：⟦13812345678⟧", False),
        *((f"⟦13812345678⟧{unit}", True) for unit in ("平方米", "立方米", "公斤", "公里", "公顷", "千克", "千米", "千瓦", "吨", "亩")),
        ("⟦13812345678⟧公开", False), ("⟦13812345678⟧千万", False),
    ],
)  # fmt: skip
def test_money_beside_it_makes_an_amount(text: str, is_one: bool) -> None:
    assert surroundings.is_amount(*marked(text)) is is_one


@pytest.mark.parametrize(
    ("text", "kind", "is_one"),
    [
        ("640324001/2017-⟦00012⟧", "phone", True), ("⟦640324001⟧/2017-00012", "phone", True), ("⟦640324001⟧ 2017-00012", "phone", False),
        ("640324001/2017-00012 ⟦13812345678⟧-1", "phone", False), ("⟦13812345678⟧-1 640324001/2017-00012", "phone", False),
        (f"⟦{CODE}⟧/2017-00012", "resident_id", True), ("⟦640324198001011230⟧/2017-00012", "resident_id", False),
        ("⟦640324198001011230⟧/2017-00012", "bank_card", True), (f"{'样' * 200}⟦640324001⟧/2017-00012", "phone", True),
        (f"{'样' * 200}640324001/2017-⟦00012⟧", "phone", True), ("A640324001/2017-⟦00012⟧", "phone", False),
    ],
)  # fmt: skip
def test_a_part_of_an_index_number_is_no_number_of_a_person(text: str, kind: str, is_one: bool) -> None:
    assert surroundings.in_index_number(*marked(text, kind)) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("信用代码：⟦91640324MA75UXYZ12⟧", False), (f"信用代码：⟦{CODE}⟧", True), ("施工许可证⟦640324201501011230⟧", True),
        ("施工许可证⟦640324200901011230⟧", False), ("施工许可证⟦640324201001011230⟧", True), ("施工，许可⟦640324201501011230⟧", False), ("通知书编号⟦640324201501011230⟧", True), ("通知书编号⟦640324200901011230⟧", False),
        ("身份证⟦640324201501011230⟧", False),
    ],
)  # fmt: skip
def test_words_before_a_number_make_a_licence_s_of_it(text: str, is_one: bool) -> None:
    text, span = marked(text)
    assert surroundings.is_licence(text, span.start, text[span.start : span.end]) is is_one


@pytest.mark.parametrize(
    ("text", "is_named", "is_register"),
    [
        ("合同编号：⟦13812345678⟧", True, False), ("编号⟦13812345678⟧", True, False), ("残疾人证编号⟦13812345678⟧", False, False),
        ("税号为⟦13812345678⟧", True, True), ("注册号：⟦13812345678⟧", True, True), ("姓名 注册号：⟦13812345678⟧", True, False),
        ("注册号样本样本⟦13812345678⟧", False, True), ("电话⟦13812345678⟧", False, False),
        (f"注册号{'样' * 117}⟦13812345678⟧", False, True), (f"注册号{'样' * 118}⟦13812345678⟧", False, False),
        ("合同编号：TX-2018-⟦13812345678⟧", True, False), ("合同编号：TX-20-18-1-⟦13812345678⟧", False, False), ("交易编号 D13-⟦13812345678⟧", True, False),
        (f"税号{' ' * 4}⟦13812345678⟧", True, True), (f"税号{' ' * 5}⟦13812345678⟧", False, True),
    ],
)  # fmt: skip
def test_words_before_it_name_another_number(text: str, is_named: bool, is_register: bool) -> None:
    text, span = marked(text)
    assert surroundings.named_otherwise(text, span.start) is is_named
    assert surroundings.tells_of_a_register(text, span.start) is is_register
