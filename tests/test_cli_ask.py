"""`disclosures ask`: lists the questions, or answers one."""

import csv
import json
from pathlib import Path

from tests.conftest import disclosures
from tests.questions.number_cases import numbers_left_out, one_number
from tests.questions.small import archive_of


def test_ask_lists_and_answers(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    archive_of(db, one_number)[0].close()
    listed = json.loads(disclosures("ask", "--json").stdout)
    assert listed[0]["question"] == "removed_records"
    assert listed[0]["parameters"] == {"state": "withdrawn", "portal": ""}
    shown = disclosures("ask", "number_on_several", "--db", db)
    assert (shown.returncode, "样本：学校建设" in shown.stdout) == (0, True)
    assert "2 rows" in shown.stderr
    assert "not counted, records with such a number left out" in shown.stderr
    narrowed = disclosures("ask", "number_on_several", "--db", db, "--json", "--set", "portal=other")
    assert json.loads(narrowed.stdout) == []
    as_csv = disclosures("ask", "number_on_several", "--db", db, "--csv").stdout
    assert as_csv.startswith("\ufeff")
    assert [row["title"] for row in csv.DictReader(as_csv.lstrip("\ufeff").splitlines())] == [
        "样本：学校建设",
        "样本：道路建设",
    ]


def test_one_row_is_said_to_be_one(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    archive_of(db, numbers_left_out)[0].close()
    assert disclosures("ask", "document_number_gaps", "--db", db, "--set", "least=3").stderr.startswith("1 row\n")


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    archive_of(db, one_number)[0].close()
    for arguments, said in (
        (("nope",), "no question 'nope': `disclosures ask` lists them"),
        (("removed_records", "--set", "state"), "--set 'state' must be NAME=VALUE"),
        (("removed_records", "--set", "state=x"), "state = 'x' must be one of"),
        (("removed_records", "--db", tmp_path / "none.db"), "there is no archive at"),
    ):
        done = disclosures("ask", "--db", db, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
