"""Masking again: what older rules let in is gone from every byte of the file, and nothing else changes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.database import redaction_version
from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.lock import hold
from archive.database.redaction_version import count_outdated
from archive.maintenance import bring_up_to_date, masking, writing_session
from archive.maintenance.masking import Masked, mask_again
from archive.masking.personal_numbers import RULES_VERSION
from archive.model.observations import AttachmentFile, LinkedFile, Observation, Problem, RecordPage, Row
from archive.search import engine
from archive.tables.printed_table import PrintedTable, from_json_text, to_json_text
from tests.personal_numbers import bytes_of
from tests.tampering import renumber
from tests.test_crawl_privacy import CARD, KEPT, PHONE, RESIDENT_ID, luhn
from tests.test_store import PORTAL, crawl, listed, table

CARD_NUMBER = luhn(CARD[:-1])
SECRETS = (PHONE, RESIDENT_ID, CARD_NUMBER)
URL, FILE = "http://p.example/1.html", "http://p.example/1.pdf"
TABLES = (
    "records",
    "readings",
    "versions",
    "events",
    "attachments",
    "redactions",
    "problems",
    "catalogs",
    "portals",
    "settings",
)


def seen(body: str, *numbers: int) -> list[Observation]:
    """Records as they would be seen if nothing were masked on the way in."""
    batch: list[Observation] = []
    for number in numbers:
        url, title = f"http://p.example/{number}.html", f"样本补贴名单之{number} {PHONE}"
        fields = {"title": title, "index_number": KEPT[0], "topic": f"样本 {PHONE}"}
        batch += [
            listed(Row(fields, {"标题": title, f"电话{PHONE}": "样本", "索引号": KEPT[0]}, key=url)),
            RecordPage({"document_number": KEPT[4]}, {"卡号": CARD_NUMBER}, url=url, body=body),
        ]
    return batch


def archive(path: Path, *numbers: int) -> None:
    """Two crawls of unmasked pages; between them the text changes, so that history holds numbers, too."""
    file = AttachmentFile(URL, f"样本名单{PHONE}.pdf", FILE, "0" * 64, 9, None, f"样本附件 {CARD_NUMBER}", "text")
    crawl(path, seen(f"样本旧文，身份证号{RESIDENT_ID}", *numbers))
    linked = RecordPage(
        {},
        {"卡号": CARD_NUMBER},
        url=URL,
        body=f"样本新文，电话{PHONE}，{'，'.join(KEPT)}",
        cut=False,
        attachments=(LinkedFile("样本", FILE),),
    )
    problem = Problem("sample", URL, f"样本问题 {PHONE}")
    crawl(path, [*seen(f"样本新文，电话{PHONE}", *numbers), linked, file, problem], day=2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE portals SET name = ?", (f"样本县 {PHONE}",))
        connection.execute("UPDATE catalogs SET title = ?", (f"样本目录 {PHONE}",))
        connection.commit()


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: table(path, f"SELECT * FROM {name} ORDER BY 1, 2") for name in TABLES}


def found(path: Path, query: str) -> int:
    with closing(open_for_reading(path)) as connection:
        return engine.count(connection, engine.search(query))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_no_byte_of_it_is_left(path: Path) -> None:
    archive(path, 1, 2)
    assert all(secret.encode() in bytes_of(path) for secret in SECRETS)
    assert found(path, PHONE) == 2
    done = mask_again(path)
    assert (done.records, set(done.numbers)) == (2, {"phone", "bank_card"})
    for secret in SECRETS:
        assert secret.encode() not in bytes_of(path)
    with closing(open_for_reading(path)) as connection:
        terms = "CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'records_fts', 'row')"
        connection.execute(terms)
        held = {term for (term,) in connection.execute("SELECT term FROM temp.terms")}
    assert not [term for term in held for secret in SECRETS if secret in term]


def test_free_pages_that_older_changes_left_are_cleared(path: Path) -> None:
    archive(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute(
            "UPDATE readings SET fields = json_set(fields, '$.topic', ?)", ("样本" * 9000 + RESIDENT_ID,)
        )
        connection.commit()
        connection.execute("DELETE FROM readings")
        connection.commit()
    assert RESIDENT_ID.encode() in bytes_of(path)
    mask_again(path)
    assert RESIDENT_ID.encode() not in bytes_of(path)


def test_what_a_file_said_before_is_masked_too(path: Path) -> None:
    archive(path, 1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO budget_changes SELECT id, url, 1, 2, :said, 'spending', 2026, 'budget', 1, 1, 1, '', :said, :said, '万元', "
            "'1', '2', '1.00', '2.00', 1 FROM records",
            {"said": f"样本 {PHONE}"},
        )
    mask_again(path)
    assert table(path, "SELECT unit_name, name, column_name FROM budget_changes") == [("样本 138********",) * 3]
    assert PHONE.encode() not in bytes_of(path)


def test_what_is_kept_aside_until_a_layout_is_known_is_masked_too(path: Path) -> None:
    archive(path, 1)
    content = json.dumps({"body": f"样本 {PHONE}"}, ensure_ascii=False)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, at, content) VALUES (1, 1, 'page', 0, '', ?)",
            (content,),
        )
    mask_again(path)
    assert table(path, "SELECT content ->> '$.body' FROM deferred") == [("样本 138********",)]


def test_agencies_are_learned_again_from_what_a_portal_states_masked(path: Path) -> None:
    archive(path, 1)
    stated = json.dumps([{"name": f"样本局 {PHONE}"}], ensure_ascii=False)
    with closing(bring_up_to_date.open_up_to_date(path)) as connection, transaction(connection):
        connection.execute("UPDATE portals SET agencies = ?", (stated,))
        bring_up_to_date.bring_up_to_date(connection, PORTAL.id)
    assert table(path, "SELECT name FROM agencies WHERE name LIKE '样本局%'") == [(f"样本局 {PHONE}",)]
    mask_again(path)
    assert table(path, "SELECT name FROM agencies WHERE name LIKE '样本局%'") == [("样本局 138********",)]
    assert PHONE.encode() not in bytes_of(path)


def test_it_stands_masked_where_it_stood(path: Path) -> None:
    archive(path, 1)
    mask_again(path)
    ((title, topic, body, printed),) = table(path, "SELECT title, topic, body, source_fields FROM records")
    assert title == "样本补贴名单之1 138********"
    assert topic == "样本 138********"
    assert str(body).startswith("样本新文，电话138********")
    assert all(number in str(body) for number in KEPT)
    assert json.loads(str(printed))["电话138********"] == "样本"
    ((name, text),) = table(path, "SELECT name, text FROM attachments")
    assert (name, text) == ("样本名单138********.pdf", "样本附件 6222***************")
    (changed,) = table(path, "SELECT changed FROM versions WHERE changed LIKE '%旧文%'")
    assert json.loads(str(changed[0]))["body"][0] == "样本旧文，身份证号11****************"
    assert table(path, "SELECT message FROM problems WHERE kind = 'sample'") == [("样本问题 138********",)]
    assert table(path, "SELECT name FROM portals") == [("样本县 138********",)]
    assert set(table(path, "SELECT title FROM catalogs")) == {("样本目录 138********",)}


def test_the_index_keeps_up(path: Path) -> None:
    archive(path, 1, 2, 3)
    mask_again(path)
    assert [found(path, word) for word in ("样本补贴名单之2", "样本附件", "样本新文", "样本旧文", PHONE, "138")] == [
        1,
        1,
        3,
        0,
        0,
        3,
    ]


def test_what_was_masked_is_counted_and_added_to_what_was_counted_before(path: Path) -> None:
    archive(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO redactions VALUES (1, '0', 'phone', 5, 0)")
        connection.commit()
    done = mask_again(path)
    assert table(path, "SELECT source, kind, count, rules_version FROM redactions ORDER BY source, kind") == [
        ("0", "bank_card", 1, RULES_VERSION),
        ("0", "phone", 6, RULES_VERSION),
        ("1", "phone", 2, RULES_VERSION),
        (FILE, "bank_card", 1, RULES_VERSION),
        (FILE, "phone", 1, RULES_VERSION),
    ]
    assert done.numbers == {"bank_card": 2, "phone": 4}


def test_numbers_of_a_page_s_fields_and_of_its_text_are_added_up(path: Path) -> None:
    archive(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE readings SET fields = ?, source_fields = '{}'", (json.dumps({"topic": PHONE}),))
        connection.execute(
            "UPDATE readings SET source_fields = ? WHERE catalog_id = 0", (json.dumps({"甲": CARD_NUMBER}),)
        )
        connection.execute("UPDATE records SET body = ?", (f"样本 {PHONE}",))
        connection.execute("DELETE FROM attachments")
        connection.commit()
    mask_again(path)
    assert table(path, "SELECT source, kind, count FROM redactions ORDER BY source, kind") == [
        ("0", "bank_card", 1),
        ("0", "phone", 2),
        ("1", "phone", 1),
    ]


def test_tables_are_masked_cell_by_cell_and_counted_once_with_the_text_that_repeats_them(path: Path) -> None:
    archive(path, 1)
    cells = to_json_text((PrintedTable(rows=(("姓名", "电话"), ("样本甲", PHONE))),))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE attachments SET name = '样本', tables = ?, text = ?", (cells, f"电话 {PHONE} {CARD_NUMBER}")
        )
        connection.execute("UPDATE records SET tables = ?, body = ?", (cells, f"电话 {PHONE}"))
        connection.commit()
    mask_again(path)
    ((stored,),) = table(path, "SELECT tables FROM attachments")
    (masked,) = from_json_text(stored)
    assert masked.rows[0] == ("姓名", "电话")
    assert masked.rows[1][1] == "138********"
    counted = table(path, f"SELECT kind, count FROM redactions WHERE source = '{FILE}' ORDER BY kind")
    assert counted == [("bank_card", 1), ("phone", 1)]
    assert table(path, "SELECT count FROM redactions WHERE source = '0' AND kind = 'phone'") == [(1,)]


def test_it_tells_how_far_it_is_and_in_the_end_how_much_it_masked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "STRIDE", 2)
    archive(path, 1, 2, 3)
    before, told = everything(path), []
    done = mask_again(path, lambda *progress: told.append(progress))
    after = everything(path)
    assert [each for each in told if each[0] == "records masked again"] == [
        ("records masked again", 2, 3),
        ("records masked again", 3, 3),
    ]
    said = [name for name in TABLES if name not in {"redactions", "settings"}]
    rows = [(old, new) for name in said for old, new in zip(before[name], after[name], strict=True)]
    assert done.records == 3
    assert done.texts == sum(was != now for old, new in rows for was, now in zip(old, new, strict=True))


def test_a_second_run_changes_nothing(path: Path) -> None:
    archive(path, 1, 2)
    mask_again(path)
    before, rows = bytes_of(path), everything(path)
    assert mask_again(path) == Masked()
    assert everything(path) == rows
    assert bytes_of(path) == before


def test_a_killed_run_is_simply_run_again(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "STRIDE", 1)
    whole = tmp_path / "whole" / "a.db"
    for each in (path, whole):
        archive(each, 1, 2, 3)
    mask_again(whole)
    mask = masking._mask
    for strides in (1, 2, 3):
        left = [True] * strides

        def killed(*arguments: Any, left: list[bool] = left) -> None:
            if not left:
                raise KeyboardInterrupt
            left.pop()
            mask(*arguments)

        with monkeypatch.context() as patched:
            patched.setattr(masking, "_mask", killed)
            with pytest.raises(KeyboardInterrupt):
                mask_again(path)
        assert table(path, "SELECT value FROM settings WHERE name = 'redaction_version'") == [("0",)]
    mask_again(path)
    assert everything(path) == everything(whole)
    assert all(secret.encode() not in bytes_of(path) for secret in SECRETS)


def test_an_archive_of_older_rules_is_behind_until_they_are_applied(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older() -> int:
        with closing(open_for_reading(path)) as connection:
            return count_outdated(connection)

    archive(path, 1, 2)
    mask_again(path)
    assert older() == 0
    for module in (masking, redaction_version):
        monkeypatch.setattr(module, "RULES_VERSION", RULES_VERSION + 1)
    assert older() == 2
    counted = table(path, "SELECT record_id, source, kind, count FROM redactions")
    mask_again(path)
    assert older() == 0
    assert table(path, "SELECT record_id, source, kind, count FROM redactions") == counted
    assert table(path, "SELECT DISTINCT rules_version FROM redactions") == [(RULES_VERSION + 1,)]


def test_no_crawl_mixes_its_rules_with_older_ones(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer rules would make an edit of each text they mask: they are applied to the whole archive first."""
    archive(path, 1)
    mask_again(path)
    crawl(path, [], day=3)
    for module in (masking, redaction_version):
        monkeypatch.setattr(module, "RULES_VERSION", RULES_VERSION + 1)
    with pytest.raises(ArchiveError, match="run `disclosures redact` first"):
        crawl(path, [], day=4)
    assert table(path, "SELECT count(*) FROM crawls") == [(3,)]
    mask_again(path)
    crawl(path, [], day=4)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE redactions SET rules_version = ? WHERE source = '0'", (RULES_VERSION,))
        connection.commit()
    with pytest.raises(ArchiveError, match="run `disclosures redact` first"):
        crawl(path, [], day=5)


@pytest.mark.parametrize(
    ("number", "stride", "said"),
    [
        (0, 200, "records is damaged after row 0: "),
        (0, 1, "records is damaged after row 1: "),
        (2, 200, "records is damaged after row 2: "),
        (2, 1, "records is damaged after row 2: "),
    ],
)
def test_rows_that_damage_put_out_of_order_are_named(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, stride: int, said: str
) -> None:
    """A request for the rows after the last gives some again, and would mask them for ever."""
    monkeypatch.setattr(masking, "STRIDE", stride)
    archive(path, 1, 2, 3)
    renumber(path, "phttp://p.example/3.html", 3, number)
    with pytest.raises(ArchiveError, match=said):
        mask_again(path)


def test_a_crawl_and_a_busy_file_are_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(path, 1)
    lock = hold(path, PORTAL.id)
    with pytest.raises(ArchiveError, match="p is being crawled"):
        mask_again(path)
    lock.release()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0.1}))
    monkeypatch.setattr(bring_up_to_date, "SWEEP_PATIENCE", 100)
    monkeypatch.setattr(writing_session, "PATIENCE", 100)
    with closing(connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="locked"):
            mask_again(path)
        other.execute("ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM records").fetchone()
        with pytest.raises(ArchiveError, match=r"locked|reading it"):
            mask_again(path)
    mask_again(path)
    assert PHONE.encode() not in bytes_of(path)


def test_who_takes_the_file_under_way_is_to_be_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(path, 1)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0.1}))
    with closing(connect(path, isolation_level=None)) as other:

        def taken(said: str, done: int, total: int) -> None:
            if said == "records masked again":
                other.execute("BEGIN IMMEDIATE")

        with pytest.raises(ArchiveError, match="locked; run this again when whatever holds it has ended"):
            mask_again(path, taken)


def test_where_there_is_no_archive_none_is_made(path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive"):
        mask_again(path)
    assert not path.exists()
