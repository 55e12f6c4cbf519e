"""Masking on cases made up for it: nearly all that is a person's is gone, nearly all that is none stays."""

import re
from collections import Counter
from itertools import cycle

import pytest

from archive.masking.labelled_values import LABELS, label_at
from archive.masking.redaction import LABELS_OF_RECORDS, redact, redact_json
from tests.masking_cases import Case, cases

CASES = tuple(cases())
LEAST_RECALL, LEAST_PRECISION = 0.98, 0.99
UNTOUCHED = {"index_number", "credit_code", "project_code", "document_number", "office_phone"}


def wrong(secret: bool) -> list[Case]:
    return [case for case in CASES if bool(case.secret) == secret and not case.is_right()]


def test_there_are_enough_of_each_kind() -> None:
    sizes = Counter((case.group, bool(case.secret)) for case in CASES)
    assert len(CASES) >= 400
    assert min(sizes.values()) >= 4
    assert sum(number for (_, secret), number in sizes.items() if not secret) > 200


def test_nearly_every_number_of_a_person_is_masked_and_hardly_another() -> None:
    of_persons = sum(bool(case.secret) for case in CASES)
    missed, touched = wrong(secret=True), wrong(secret=False)
    hits = of_persons - len(missed)
    assert hits / of_persons >= LEAST_RECALL, missed
    assert hits / (hits + len(touched)) >= LEAST_PRECISION, touched


@pytest.mark.parametrize("group", sorted({case.group for case in CASES}))
def test_no_class_is_left_to_the_others(group: str) -> None:
    of_class = [case for case in CASES if case.group == group]
    bad = [case for case in of_class if not case.is_right()]
    assert len(bad) <= len(of_class) / 10, bad


@pytest.mark.parametrize("group", sorted(UNTOUCHED))
def test_numbers_of_files_firms_and_offices_stay(group: str) -> None:
    assert [case for case in wrong(secret=False) if case.group == group] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.form == "text"][::7], ids=lambda case: case.group)
def test_masked_again_a_case_stays_as_it_is(case: Case) -> None:
    once = redact(case.text)
    assert len(once.text) == len(case.text)
    assert redact(once.text).text == once.text


def test_no_label_is_passed_over_for_its_first_character() -> None:
    for case in CASES:
        for kind, words in LABELS.items():
            match = re.search(words, case.text)
            assert match is None or label_at(case.text, match.start()), (kind, match)


def test_an_empty_cell_moves_no_column() -> None:
    head, row = ("姓名", "备注", "存折账号", "金额", "备注"), ("样甲", "", "801234567890123", "500", "")
    page = f"<table><tr><th>{'</th><th>'.join(head)}</th></tr><tr><td>{'</td><td>'.join(row)}</td></tr></table>"
    assert "8012***********" in Case("column_page", "page", row[2], page).masked()


def test_behind_a_label_of_every_record_nothing_more_is_masked() -> None:
    texts = [case.text for case in CASES if case.form == "text" and case.text.isprintable() and case.text[0] != "/"]
    texts += [text.partition("：")[2] for text in texts]
    labels = cycle(sorted(LABELS_OF_RECORDS))
    as_they_are = [(next(labels), text) for text in texts if not redact(text).counts]
    assert len(as_they_are) > 100 * len(LABELS_OF_RECORDS)
    assert [(label, text) for label, text in as_they_are if redact(f"{label}：{text}").counts] == []


def test_behind_a_label_of_every_record_a_number_is_masked_as_ever() -> None:
    mobile = "13912345678"
    masked = redact_json({"标 题": f"样本 {mobile}", "文号": "样本1号", "索引号": mobile}).value
    assert masked == {"标 题": "样本 139********", "文号": "样本1号", "索引号": redact(f"索引号：{mobile}").text[4:]}
