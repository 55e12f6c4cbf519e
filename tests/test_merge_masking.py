"""What is merged from another archive is masked here, whatever that says of its own masking."""

import json
import random
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from archive.database.redaction_version import count_outdated
from archive.export.public_database import snapshot
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.merge import TAKEN
from archive.masking.personal_numbers import RULES_VERSION
from archive.search import engine
from archive.tables.printed_table import PrintedTable, to_json_text
from tests.conftest import empty_archive, rows
from tests.jobs import County, Crawl, merged

PERSONS = "".join(
    f"{name}，男，样本村{place}组，因病致贫\n"
    for place, name in enumerate(("马玉兰", "杨占山", "李建国", "王小花", "周生虎"))
)


@pytest.fixture(autouse=True)
def rows_of_any_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forges an archive forges its seals as well."""
    monkeypatch.setattr("archive.maintenance.merge.check_database", lambda *_: iter(()))


class Forger:
    """Writes mobiles into an archive, another each time."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self.planted: list[str] = []
        self._numbers = count(13900010001, 20011)

    def mobile(self) -> str:
        self.planted.append(str(next(self._numbers)))
        return f"样本张某，电话：{self.planted[-1]}"

    def table(self) -> str:
        self.planted.append(str(next(self._numbers)))
        return to_json_text((PrintedTable((("姓名", "电话"), ("张某", self.planted[-1]))),)) or ""

    def forge(self, version: int) -> None:
        said, both = {"样本": self.mobile()}, [self.mobile(), self.mobile()]
        texts = (
            ("records", {"title": self.mobile(), "publisher": self.mobile(), "body": self.mobile(), "topic": self.mobile()}),
            ("records", {"tables": self.table(), "source_fields": json.dumps(said)}),
            ("readings", {"fields": json.dumps({"title": self.mobile()}), "source_fields": json.dumps({"备注": self.mobile()})}),
            ("attachments", {"name": self.mobile(), "text": self.mobile(), "tables": self.table(), "media_type": self.mobile()}),
            ("versions", {"changed": json.dumps({"body": both, "title": [None, self.mobile()]})}),
            ("events", {"detail": json.dumps({"changed": {"body": [PERSONS, self.mobile()]}})}),
            ("problems", {"message": self.mobile(), "kind": self.mobile()}),
            ("catalogs", {"title": self.mobile(), "path": self.mobile(), "family_reason": self.mobile()}),
            ("portals", {"name": self.mobile(), "agencies": json.dumps([{"name": self.mobile()}])}),
            ("crawls", {"health_reason": self.mobile(), "next_step": self.mobile(), "stated": json.dumps([self.mobile()])}),
            ("captures", {"etag": self.mobile()}),
        )  # fmt: skip
        with closing(sqlite3.connect(self.db)) as c, c:
            c.execute(
                "INSERT INTO versions (record_id, number, seen_at, changed, cause) SELECT max(id), 9, '', '{}', 'source' FROM records"
            )
            for table, values in texts:
                c.execute(f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)}", tuple(values.values()))
            c.execute(
                "INSERT INTO budget_changes (record_id, url, after_capture_id, kind, number, row, place, code, name, column_name, "
                "before_printed, after_printed, checked) SELECT max(id), '', 1, 'three_public', 1, 1, 1, '', ?, ?, '', '', 0 FROM records",
                (self.mobile(), self.mobile()),
            )
            c.execute(
                "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, at, content) SELECT max(id), 1, 'row', 0, '', ? FROM records",
                (json.dumps({"fields": {"title": self.mobile()}}),),
            )
            c.execute("INSERT INTO certificates VALUES ('f', ?, ?, '', '')", (self.mobile(), self.mobile()))
            c.execute(
                "INSERT INTO directory (home, name, source, as_of, state, reason) VALUES ('http://f.example/', ?, ?, '', 'dead', ?)",
                (self.mobile(), self.mobile(), self.mobile()),
            )
            c.execute("INSERT INTO withheld VALUES ('address', 'http://f.example/1', ?, '', 0)", (self.mobile(),))
            c.execute(
                "INSERT OR REPLACE INTO settings VALUES ('redaction_version', ?), ('parser:a', ?)",
                (str(version), self.mobile()),
            )
            c.execute("INSERT INTO redactions VALUES (2, '0', 'resident_id', 1, ?)", (version,))
            c.execute("UPDATE records SET body = ?, title = '样本村建档立卡贫困户名单' WHERE id = 1", (PERSONS,))


@pytest.mark.parametrize("version", [1, RULES_VERSION, 99])
def test_no_byte_of_what_a_stranger_put_into_an_archive_is_left(tmp_path: Path, version: int) -> None:
    source, db, public = (tmp_path / name for name in ("source.db", "a.db", "public.db"))
    county = County("a")
    county.live(random.Random(1))
    Crawl(source, county, 0)
    forger = Forger(source)
    forger.forge(version)
    assert [each.what for each in merged(empty_archive(db), source)] == [TAKEN]
    snapshot(db, public)
    for path in (db, public):
        data = path.read_bytes()
        assert [number for number in forger.planted if number.encode() in data] == []
        assert "李建国".encode() not in data
    assert rows(db, "SELECT persons, state FROM rosters") == [{"persons": 5, "state": "waiting"}]
    assert rows(db, "SELECT 1 FROM redactions WHERE rules_version <> ?", RULES_VERSION) == []
    assert rows(db, "SELECT count FROM redactions WHERE record_id = 2 AND source = '0' AND kind = 'phone'")
    with closing(open_up_to_date(db)) as connection:
        assert count_outdated(connection) == 0
        assert engine.count(connection, engine.search(forger.planted[2])) == 0
        assert engine.count(connection, engine.search("样本张某")) > 0


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("statement", "is_taken"),
    [
        ("UPDATE records SET tables = '[1]'", False),
        ("UPDATE records SET tables = 'x'", False),
        (f"UPDATE records SET tables = '{'[' * 5000}13900010001{']' * 5000}'", False),
        ("UPDATE records SET source_fields = '[13900010001'", True),
        (f"UPDATE versions SET changed = '{'[' * 5000}13900010001{']' * 5000}'", True),
        (f"INSERT INTO settings VALUES ('parser:a', '{'[' * 5000}13900010001{']' * 5000}')", True),
    ],
)
def test_rows_that_no_crawl_writes_are_masked_or_refused_plainly(
    tmp_path: Path, statement: str, *, is_taken: bool
) -> None:
    source, db = tmp_path / "source.db", empty_archive(tmp_path / "a.db")
    county = County("a")
    county.live(random.Random(1))
    Crawl(source, county, 0)
    with closing(sqlite3.connect(source)) as c, c:
        c.execute(
            "INSERT INTO versions (record_id, number, seen_at, changed, cause) SELECT max(id), 9, '', '{}', 'source' FROM records"
        )
        c.execute(statement)
    sqlite3.enable_callback_tracebacks(True)  # as wherever Datasette is loaded: what SQLite is raised is printed
    (outcome,) = merged(db, source)
    refused = f"cannot merge {source} into {db}: a value of `tables` is not as this program writes it: "
    assert (outcome.what == TAKEN, outcome.why.startswith(refused)) == (is_taken, not is_taken)
    assert b"13900010001" not in db.read_bytes()
