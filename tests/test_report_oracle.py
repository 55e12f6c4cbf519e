"""The 23 checks on the report of 2017, each by itself: what the archive makes of the sample's report, beside the oracle."""

import csv
from pathlib import Path

import pytest

from archive.database.connection import open_for_reading
from archive.questions.question_files import questions
from archive.questions.runner import parameter_values, run_question
from tests.conftest import rows

ORACLE = Path(__file__).parent / "report_2017" / "arithmetic_checks.csv"

CHECKS = {
    "S1": ("table", "1.2"),
    "S2": ("table", "1.1"),
    "S3": ("table", "3.1"),
    "S4": ("table", "3.2"),
    "S5": ("table", "3.3"),
    "S6": ("table", "3.3.4"),
    "S7": ("table", "8.3"),
    "S8": ("table", "4"),
    "S9": ("table", "5"),
    "N1": ("prose", "1.1"),
    "N2": ("beside", "1.2.3+1.2.4"),
    "N3": ("beside", "1.1.a"),
    "N4": ("beside", "2.2.3"),
    "N5": ("beside", "2.1"),
    "N7": ("difference", "95 = 40 + 55"),
    "N8": ("parts", "120 = 97 + 22 + 1"),
    "N9": ("parts", "52 = 9 + 38 + 5"),
    "N10": ("parts", "109 = 88 + 10 + 11"),
    "N11": ("parts", "88 = 73 + 10 + 5"),
    "N12": ("rate", "83% = 73 ÷ 88"),
    "N13": ("parts", "4 = 2 + 2"),
    "N14": ("series", "周报50期（全年52期）"),
}
"""The oracle's checks as the archive names them; N6 holds the report against the site, and is a question of its own."""


def oracle() -> list[dict[str, str]]:
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("check", [each for each in oracle() if each["id"] != "N6"], ids=lambda check: check["id"])
def test_each_check_of_the_report_is_made_and_comes_out_as_the_oracle_says(
    check: dict[str, str], sample_archive: Path
) -> None:
    kind, rule = CHECKS[check["id"]]
    sql = "SELECT * FROM report_checks WHERE kind = ? AND rule = ? AND relation <> '<=' OR kind = ? AND rule = ? AND rule = '1.1'"
    (found,) = rows(sample_archive, sql, kind, rule, kind, rule)
    if check["id"] != "N7":  # which the oracle writes the other way round: 95 - 40 = 55
        assert (found["left_value"], found["right_value"]) == (
            float(check["left"]),
            pytest.approx(float(check["right"])),
        )
    assert bool(found["holds"]) == (check["result"] == "pass")
    assert bool(found["hint"]) == (check["id"] == "N14")


def asked(db: Path, name: str) -> list[dict[str, object]]:
    connection = open_for_reading(db)
    try:
        question = questions()[name]
        return run_question(connection, question, parameter_values(question, {})).dicts()
    finally:
        connection.close()


def test_the_question_lists_n1_to_n4_and_as_a_hint_n14_and_nothing_else(sample_archive: Path) -> None:
    found = [(row["stated"], row["found"], row["weight"]) for row in asked(sample_archive, "report_arithmetic")]
    disagree, hint = "不一致 / disagree", "提示 / hint"
    assert sorted(found, key=str) == sorted(
        [(15087, 15077, disagree), (5340, 5350, disagree), (7, 8, disagree), (95, 0, disagree), (50, 52, hint)], key=str
    )


def test_n6_stands_among_what_the_catalogues_show_beside_the_report(sample_archive: Path) -> None:
    (check,) = (each for each in oracle() if each["id"] == "N6")
    found = {str(row["figure"])[:12]: (row["stated"], row["seen"]) for row in asked(sample_archive, "report_vs_site")}
    assert found["（一）回应公众关注热点或"] == (float(check["left"]), float(check["right"]))


def test_what_has_another_scope_is_held_against_nothing(sample_archive: Path) -> None:
    """Lawsuits about resettlement, and 12 townships where the code table has 11."""
    for said in ("行政诉讼8起", "行政复议20起", "12个乡镇"):
        (claim,) = rows(
            sample_archive,
            "SELECT * FROM report_claims WHERE sentence LIKE ? AND ? LIKE '%' || printed || '%'",
            f"%{said}%",
            said,
        )
        assert claim["indicator"] is None
    assert (
        rows(sample_archive, "SELECT * FROM report_checks WHERE sentence LIKE '%诉讼%' OR sentence LIKE '%乡镇%'") == []
    )
    assert rows(sample_archive, "SELECT * FROM report_checks WHERE kind = 'beside' AND rule IN ('4', '5')") == []
