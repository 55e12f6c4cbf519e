"""Numbers that nothing but their digits tells: which groups of a run of digits are one number, and where it begins and ends."""

import tracemalloc

import pytest

from archive.masking.number_runs import number_spans
from tests.hostile import lines_run
from tests.test_redaction_rules import MOBILE, PHONE, card, resident_id

ID, BORN_LATER = resident_id(), resident_id(born="20120101")
OLD = "640324800101123"
CARD, SHORT_CARD, FOREIGN = card("62", 19), card("62", 16), card("4", 16)
KEPT = {"resident_id": 2, "phone": 3, "bank_card": 4}


def in_groups(number: str, *sizes: int, by: str = " ") -> str:
    """A number in groups of these sizes; `by`: what stands between them in turn, over and over."""
    parts, at = [], 0
    for place, size in enumerate(sizes):
        parts.append((by[(place - 1) % len(by)] if place else "") + number[at : at + size])
        at += size
    assert at == len(number)
    return "".join(parts)


def numbers(text: str) -> list[str]:
    """The numbers found in a text, as it prints them."""
    spans = number_spans(text)
    assert all(span.keep == KEPT[span.kind] for span in spans)
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("sizes", "by", "is_one"),
    [
        ((1,) * 19, " ", True), ((4, 4, 4, 4, 3), " ", True), ((4, 4, 4, 4, 3), " -", True), ((4, 4, 4, 7), " -", True),
        ((6, 13), " ", True), ((6, 13), "-", True), ((6, 6, 7), " ", True), ((6, 6, 7), "-", True), ((6, 6, 7), " -", False),
        ((4, 8, 7), " -", False), ((4, 4, 7, 4), " -", False), ((6, 13), "\n", True), ((4, 15), "\n", True), ((15, 4), "\n", True),
        ((3, 16), "\n", False), ((16, 3), "\n", False), ((4, 15), "\t", True), ((3, 16), "\t", False), ((4, 4, 11), "\n", False),
        ((4, 4, 11), " \n", False), ((4, 4, 11), "\t ", False), ((4, 4, 4, 4, 3), "\n", False),
    ],
)  # fmt: skip
def test_a_card_of_china_is_in_fours_in_two_or_in_groups_apart_alike(
    sizes: tuple[int, ...], by: str, is_one: bool
) -> None:
    printed = in_groups(CARD, *sizes, by=by)
    assert numbers(f"样本，{printed}，样本") == ([printed] if is_one else [])


@pytest.mark.parametrize(
    ("sizes", "by", "is_one"),
    [
        ((16,), "", True), ((4, 4, 4, 4), " ", True), ((4, 4, 4, 4), "-", True), ((1,) * 16, " ", False), ((4, 4, 8), " ", False),
        ((8, 8), " ", False), ((6, 5, 5), " ", False), ((8, 8), "\n", False), ((4, 12), "\t", False), ((4, 4, 4, 4), "\n", False),
    ],
)  # fmt: skip
def test_a_card_of_another_net_is_in_fours_alone(sizes: tuple[int, ...], by: str, is_one: bool) -> None:
    printed = in_groups(FOREIGN, *sizes, by=by)
    assert numbers(printed) == ([printed] if is_one else [])


def test_how_a_card_is_grouped_its_neighbours_do_not_tell() -> None:
    by_hyphens, other = in_groups(CARD, 6, 6, 7, by="-"), in_groups(card("955", 19), 6, 13)
    assert numbers(f"{PHONE}，{by_hyphens}，{MOBILE}") == [PHONE, by_hyphens, MOBILE]
    assert numbers(f"{PHONE}\n{other}\n{MOBILE}") == [PHONE, other, MOBILE]
    assert numbers(f"{PHONE} - {other} - {MOBILE}") == [PHONE, other, MOBILE]


@pytest.mark.parametrize("number", [CARD, PHONE, OLD])
def test_single_digits_are_a_number_where_no_more_stand_beside(number: str) -> None:
    boxes = in_groups(number, *(1,) * len(number))
    assert numbers(boxes) == [boxes]
    assert numbers(f"9 {boxes}") == numbers(f"{boxes} 9") == []
    assert numbers(f"99 {boxes}") == numbers(f"{boxes} 99") == [boxes]


def test_what_stands_in_boxes_is_apart_alike() -> None:
    for by, is_one in ((" ", True), ("-", True), (".", True), (" -", False), ("./", False)):
        printed = in_groups(PHONE, *(1,) * 11, by=by)
        assert numbers(printed) == ([printed] if is_one else []), by


@pytest.mark.parametrize(
    ("sizes", "by", "is_one"),
    [
        ((3, 8), "\n", True), ((7, 4), "\n", True), ((5, 6), "\n", False), ((3, 4, 4), "\n", False), ((3, 8), "\t", True),
        ((3, 4, 4), " \n", False),
    ],
)  # fmt: skip
def test_a_mobile_goes_on_in_the_next_line_of_a_sentence(sizes: tuple[int, ...], by: str, is_one: bool) -> None:
    printed = in_groups(PHONE, *sizes, by=by)
    assert numbers(f"样本甲 {printed}") == ([printed] if is_one else [])
    assert numbers(printed) == []


def test_a_mark_at_the_end_of_the_line_parts_two_numbers() -> None:
    assert numbers("样本甲138-\n12345678") == []


@pytest.mark.parametrize("mark", "。…,，、;；:：~～+＋=＝#|｜")
def test_what_parts_items_of_a_list_groups_no_mobile(mark: str) -> None:
    assert numbers(in_groups(PHONE, 3, 4, 4, by=mark)) == []
    assert numbers(in_groups(PHONE, 3, 4, 4, by=f"-{mark}")) == []


@pytest.mark.parametrize(
    ("printed", "is_one"),
    [
        ("138.12345678", False), ("138/12345678", False), ("138-12345678", True), ("138.1234.5678", True), ("138/1234/5678", True),
        ("138.123.45.678", False), ("138-123-45-678", True), ("1381.23.456.78", True), ("138.12.34.56.78", True), ("138/123/45/678", True),
        ("1381-2010-678", False), ("1381-1910-678", False), ("1381-2110-678", True), ("138-2010-5678", True), ("13812-2010-67", False),
        ("13812-1910-67", False), ("13812-2110-67", True), ("13812-20-1067", True), ("13812-20105-6", True), ("13812-34-2067", False), ("13812-34_567-8", False),
        ("(13812)34-5678", True), ("[13812]34-5678", True), ("13812（34）5678", True), ("13812【34-5678", True), ("138（1234-5678", True),
        ("13812 34-5678", False), ("138 1234-5678", True), ("13812-34－5678", True),
    ],
)  # fmt: skip
def test_a_mobile_in_groups_by_marks_is_no_list_no_date_and_no_address(printed: str, is_one: bool) -> None:
    digits = printed.lstrip("([")
    assert numbers(printed) == ([digits] if is_one else [])


@pytest.mark.parametrize(
    ("before", "sizes", "behind", "is_one"),
    [
        ("9", (6, 8, 4), "", True), ("", (6, 8, 4), "9", True), ("9", (6, 8, 4), "9", False), ("9", (18,), "9", True),
        ("9", (5, 6, 7), "", False), ("9", (5, 9, 4), "", False), ("", (5, 6, 7), "9", False), ("", (5, 6, 7), "", True), ("9", (9, 9), "", True),
        ("9", (9, 9), "9", False), ("9", (1,) * 18, "", True), ("9", (3, 3, 3, 9), "", True), ("9", (5, 13), "", True),
    ],
)  # fmt: skip
def test_an_id_number_in_the_usual_groups_may_have_a_digit_right_beside_it(
    before: str, sizes: tuple[int, ...], behind: str, is_one: bool
) -> None:
    printed = in_groups(ID, *sizes)
    assert numbers(f"样本{before}{printed}{behind}样本") == ([printed] if is_one else [])


@pytest.mark.parametrize(
    ("behind", "of_it"),
    [("43", "43"), ("43B1", "43B1"), ("43b1", "43b1"), ("4", ""), ("435", ""), ("43A", ""), ("43B1a", ""), ("43B", "")],
)
def test_the_category_of_a_disability_certificate_belongs_to_its_number(behind: str, of_it: str) -> None:
    assert numbers(f"{ID}{behind}，样本") == [f"{ID}{of_it}"]


def test_a_licence_numbered_like_a_person_is_none() -> None:
    assert numbers(f"建设工程施工许可证：{BORN_LATER}") == []
    assert numbers(f"建设工程施工许可证：{ID}") == [ID]


@pytest.mark.parametrize(
    ("sizes", "is_one"),
    [
        ((15,), True), ((6, 6, 3), True), ((6, 2, 2, 2, 3), True), ((6, 9), True), ((5, 10), False), ((6, 5, 4), False), ((12, 3), False),
        ((3, 12), False), ((5, 5, 5), False),
    ],
)  # fmt: skip
def test_old_id_numbers_are_in_these_groups(sizes: tuple[int, ...], is_one: bool) -> None:
    printed = in_groups(OLD, *sizes)
    assert numbers(printed) == ([printed] if is_one else [])


@pytest.mark.parametrize(
    "around",
    ["a{}", "{}a", "http://www.example.gov.cn/{}.html", "编号：{}", "工商注册号 样本 {}", "GA001-{}-2008-0012"],
)
def test_an_old_id_number_has_no_check_digit_and_so_its_surroundings_tell(around: str) -> None:
    assert numbers(around.format(OLD)) == []
    assert numbers(f"样本{OLD}样本") == [OLD]


ROW = (PHONE, ID, MOBILE, CARD, resident_id(serial="321"), PHONE)


@pytest.mark.parametrize("by", [" ", "，", "\t", "\n", "/"])
def test_numbers_of_one_run_are_each_found_in_their_order(by: str) -> None:
    assert numbers(by.join(ROW)) == list(ROW)


@pytest.mark.parametrize(
    "row",
    [
        (PHONE, ID), (ID, PHONE), (PHONE, ID, MOBILE), (ID, ID, PHONE), (CARD, ID, PHONE), (PHONE, ID, ID, CARD), (ID, SHORT_CARD, ID),
        (PHONE, MOBILE, ID, PHONE, MOBILE),
    ],
)  # fmt: skip
def test_what_stands_right_before_and_behind_an_id_number_is_found_too(row: tuple[str, ...]) -> None:
    found = numbers("".join(row))
    assert [number for number in found if number in row] == [number for number in found if len(number) <= 19]
    assert "".join(found) == "".join(row)


def test_groups_on_both_sides_of_an_id_number_are_not_one() -> None:
    assert numbers(f"138 1234 {ID} 5678") == [ID]
    assert numbers(f"138 1234 5678 {ID} 139 1234 5678") == ["138 1234 5678", ID, "139 1234 5678"]
    assert numbers(f"{ID[:6]} {ID[6:]} {PHONE}") == [f"{ID[:6]} {ID[6:]}", PHONE]
    assert numbers(f"{PHONE} {ID[:6]} {ID[6:14]} {ID[14:]}") == [PHONE, f"{ID[:6]} {ID[6:14]} {ID[14:]}"]


@pytest.mark.parametrize(("count", "are_found"), [(2, True), (13, True), (14, False)])
def test_a_row_of_mobiles_without_gaps_is_looked_through_up_to_152_digits(count: int, are_found: bool) -> None:
    assert numbers(PHONE * count) == ([PHONE] * count if are_found else [])
    assert numbers(f"{MOBILE}，{PHONE * count}") == [MOBILE, *([PHONE] * count if are_found else [])]
    assert numbers(f"a{PHONE * count}") == []


def test_as_long_as_eight_cards_it_still_is() -> None:
    assert numbers(CARD * 8) == [CARD] * 8


def test_of_two_readings_of_one_row_the_longer_is_taken() -> None:
    assert numbers("+86 138 1234 5678") == ["138 1234 5678"]
    assert numbers("+86138 1234 5678") == ["138 1234 5678"]
    assert numbers(f"{SHORT_CARD[:8]} {SHORT_CARD[8:]} {PHONE}") == [f"{SHORT_CARD[:8]} {SHORT_CARD[8:]}", PHONE]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"http://www.example.gov.cn/{PHONE}.html", False), (f"GA001-{PHONE}-2008-0012", False), (f"{PHONE}元", False),
        (f"编号：{PHONE}", False), (f"项目\t金额\n样本\t{PHONE}\n", False), (f"N{PHONE}", False), (f"东经105.{PHONE}", False),
        ("138-1234-5678-9", False), ("a138-1234-5678", False), ("编号：8613812345678", False), ("N8613812345678", False),
    ],
)  # fmt: skip
def test_what_stands_around_makes_another_number_of_a_mobile(text: str, is_one: bool) -> None:
    assert bool(numbers(text)) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"http://www.example.gov.cn/{CARD}.html", False), (f"GA001-{CARD}-2008-0012", False), (f"a1b{CARD}", False), (f"name{CARD}", True),
        (f"a{in_groups(CARD, 6, 13)}", False), (f"1-{in_groups(CARD, 6, 13, by='-')}", False), (f"1 {in_groups(CARD, 6, 13)}", True),
        (f"1234 {in_groups(FOREIGN, 4, 4, 4, 4)}", False),
    ],
)  # fmt: skip
def test_what_stands_around_makes_another_number_of_a_card(text: str, is_one: bool) -> None:
    assert bool(numbers(text)) is is_one


@pytest.mark.parametrize(
    ("printed", "masked"),
    [
        (ID[::-1], 18), (" ".join(ID[::-1]), 35), ("X20013219491501011", 18), ("X 2 0 0 1 3 2 1 9 4 9 1 5 0 1 0 1 1", 35),
        ("x20013219491501011", 18), (f"{ID[::-1]}9", 0), (f"9{ID[::-1]}", 0), (in_groups(ID[::-1], 9, 9), 0),
        (f"{int(ID[-1] == '0')}{ID[-2::-1]}", 0), ("第20013219491501011", 0), (ID[-2::-1], 0),
    ],
)  # fmt: skip
def test_an_id_number_in_the_other_direction_is_one_as_a_whole_or_digit_by_digit(printed: str, masked: int) -> None:
    spans = [span for span in number_spans(f"样本：{printed}，样本") if span.kind == "resident_id"]
    assert [(span.start, span.end - span.start, span.keep) for span in spans] == ([(3, masked, 0)] if masked else [])


def test_id_numbers_in_both_directions_stand_side_by_side() -> None:
    text = f"{ID}，{ID[::-1]}，{CARD}"
    assert [(span.kind, span.start) for span in sorted(number_spans(text), key=lambda span: span.start)] == [
        ("resident_id", 0), ("resident_id", 19), ("bank_card", 38),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["7 ", "1\n", "6 2 ", "77 "])
def test_figures_that_begin_no_number_are_passed_by(text: str) -> None:
    assert lines_run(lambda: number_spans(text * 2000)) < 30 * 2000 * len(text.split())


def test_numbers_in_a_long_run_are_found_wherever_it_is_cut() -> None:
    printed = [ID, MOBILE, CARD, " ".join(MOBILE), in_groups(CARD, 4, 4, 4, 4, 3)]
    row = "，".join(printed) + "，"
    assert numbers(row * 3000) == printed * 3000


def test_a_long_run_takes_little_memory() -> None:
    text = "1 " * 250_000
    tracemalloc.start()
    try:
        number_spans(text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 40 * len(text)
