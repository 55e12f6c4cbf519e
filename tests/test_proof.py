"""Proofs: each kind of event in a bundle that its own program checks, on a Python without packages; whatever is changed in it is found."""

import io
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.database.connection import open_for_writing
from archive.evidence.capture import SealedCapture
from archive.evidence.destruction import destroy
from archive.evidence.evidence_reader import Originals, beside
from archive.evidence.evidence_store import Evidence
from archive.model.clock import BEIJING, moment
from archive.proof import bundle, checker, checking
from archive.proof.checking import faults
from archive.proof.event_proof import LISTED, event_proof
from crawler.cli.main import main
from tests.changing_portal import LIST, Document, Portal
from tests.conftest import Answer, Site, rows

CARD, PHONE = "640324199001011230", "13812345678"
KINDS = ("added", "changed", "unlisted", "withdrawn", "returned", "moved")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Four days of a portal: 3 is changed, 5 unlisted, 7 withdrawn and back, 11 moved; 8 holds an identity number, a header of 2 a telephone's."""
    with Site({}) as site:
        portal = Portal(site, tmp_path_factory.mktemp("county"), {n: Document(n) for n in range(1, 13)})
        portal.edit(8, f"样本：身份证号{CARD}，并非真人。")
        assert portal.crawl(with_contact) == "finished"
        portal.edit(3, "样本正文，已改。")
        portal.edit(2, "样本正文，已改。")
        portal.edit(8, f"样本：身份证号{CARD}，并非真人，已改。")
        seventh = portal.documents.pop(7)
        assert portal.crawl(without_fifth) == "finished"
        portal.documents[7] = seventh
        portal.documents[11] = replace(portal.documents[11], folder="new/")
        for _ in range(2):
            assert portal.crawl(without_fifth) == "finished"
        yield portal


def without_fifth(path: str, answer: Any) -> Any:
    """The list without the row of 5, whose page stands."""
    if path != LIST:
        return with_contact(path, answer)
    return "".join(f"<tr>{row}" for row in str(answer).split("<tr>") if "/5.html" not in row).removeprefix("<tr>")


def with_contact(path: str, answer: Any) -> Any:
    """The page of 2, with the number of whoever made it in a header."""
    return Answer(answer, headers=(("X-Contact", PHONE),)) if path.endswith("/2.html") else answer


def event(county: Portal, kind: str, number: int = 0) -> int:
    """The last event of a kind, of the document with this number if one is given."""
    sql = "SELECT max(e.id) AS id FROM events e JOIN records r ON r.id = e.record_id WHERE e.kind = ? AND r.url LIKE ?"
    return int(str(rows(county.db, sql, kind, f"%/{number}.html" if number else "%")[0]["id"]))


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.output


def proved(county: Portal, out: Path, what: object) -> Path:
    status, said = run("prove", what, "--db", county.db, "--out", out, "--site", "https://archive.example")
    assert status == 0, said
    return out


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def withdrawn(county: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return proved(county, tmp_path_factory.mktemp("proof") / "proof.zip", f"event:{event(county, 'withdrawn')}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_proof_of_each_kind_of_event_checks_with_python_alone(county: Portal, tmp_path: Path, kind: str) -> None:
    path = proved(county, tmp_path / "proof.zip", f"https://archive.example/-/proof/{event(county, kind)}")
    files = files_of(path)
    (tmp_path / "check.py").write_bytes(files["check.py"])
    bare = [sys.executable, "-I", "-S", tmp_path / "check.py", path]
    done = subprocess.run(bare, capture_output=True, text=True, env={}, check=False)
    assert (done.returncode, done.stdout) == (0, "all well: everything is as it was sealed\n")
    assert len(files["check.py"].splitlines()) <= 60
    assert run("check-proof", path)[0] == 0
    row = json.loads(files[f"events/{event(county, kind)}.json"])
    assert row["kind"] == kind
    named = {row.get("before_capture_id"), row["after_capture_id"]} - {None}
    assert {f"captures/{number}.json" for number in named} <= files.keys()
    sheet = files["sheet.html"].decode()
    assert "<script" not in sheet
    assert f"https://archive.example/-/proof/{row['id']}" in sheet
    assert "<svg" in sheet


def test_of_what_is_gone_it_holds_the_last_list_page_with_the_row_and_the_walk_without(withdrawn: Path) -> None:
    files = files_of(withdrawn)
    sent = {name: data.decode() for name, data in files.items() if name.endswith(".payload")}
    lists = {name for name, text in sent.items() if text.count("<tr>") > 5}
    assert sorted("样本规划第7号" in sent[name] for name in lists) == [False, False, True]  # the walk was made twice
    texts = [
        json.loads(data) for name, data in files.items() if name.startswith("captures/") and name.endswith(".json")
    ]
    assert sorted(text["status"] for text in texts if text["url"].endswith("/7.html")) == [200, 404]
    sheet = files["sheet.html"].decode()
    assert "载有须隐去的个人信息" not in sheet, "all is given as it was sent"
    assert "已从" in sheet
    fetched = {text["fetched_at"] for text in texts}
    shown = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', sheet)
    of_captures = [(at, printed) for at, printed in shown if at in fetched]
    assert of_captures
    assert all(printed == f"{moment(at).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" for at, printed in of_captures)
    assert "left the catalogues of" in files["sheet.en.html"].decode()
    for name in lists:
        assert f'href="{name.replace("captures", "copies").replace("payload", "html")}"' in sheet


def test_days_chain_from_the_first_capture_to_the_head_and_each_hash_is_that_of_a_file(
    county: Portal, withdrawn: Path
) -> None:
    files = files_of(withdrawn)
    with closing(Evidence(beside(county.db))) as evidence:
        sealed = {manifest.day: manifest.hash for manifest in evidence.manifests()}
    days = sorted(name for name in files if name.startswith("days/"))
    assert len(days) == 4
    hashes = {name[5:15]: sha256(files[name]).hexdigest() for name in days}
    assert {day: hashes[day] for day in sealed} == sealed
    for before, day in pairwise(days):
        assert files[day].startswith(sha256(files[before]).hexdigest().encode())


def test_personal_data_is_in_no_file_and_the_original_s_digest_is(county: Portal, tmp_path: Path) -> None:
    number = event(county, "changed", 8)
    files = files_of(proved(county, tmp_path / "proof.zip", f"event:{number}"))
    packed = b"".join(files.values())
    with zipfile.ZipFile(io.BytesIO(files["captures.wacz"])) as replay:
        packed += b"".join(map(replay.read, replay.namelist()))
    assert CARD.encode() not in packed
    own = [name for name, data in files.items() if name.startswith("captures/") and b"/8.html" in data]
    assert len(own) == 2
    for name in own:
        assert name.replace("json", "payload") not in files
        copy = name.replace("captures", "copies").replace("json", "html")
        assert "并非真人" in files[copy].decode()
        assert json.loads(files[name])["sha256"] in files["sheet.html"].decode()
    assert "载有须隐去的个人信息" in files["sheet.html"].decode()


def test_of_an_answer_whose_headers_name_a_person_only_the_digest_is_given(county: Portal, tmp_path: Path) -> None:
    number = event(county, "changed", 2)
    files = files_of(proved(county, tmp_path / "proof.zip", f"event:{number}"))
    assert [name for name, data in files.items() if PHONE.encode() in data] == []
    assert not [name for name in files if name.startswith(("captures/", "copies/"))]
    (row,) = rows(
        county.db, "SELECT c.sha256 FROM events e JOIN captures c ON c.id = e.after_capture_id WHERE e.id = ?", number
    )
    assert str(row["sha256"]) in files["sheet.html"].decode()
    assert run("check-proof", tmp_path / "proof.zip")[0] == 0


def test_of_a_request_whose_form_names_a_person_only_the_digest_is_given(
    county: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Originals.sealed_capture

    def with_form(originals: Originals, number: int) -> SealedCapture:
        capture = whole(originals, number)
        return replace(capture, exchange=replace(capture.exchange, request_body=f"page=2&tel={PHONE}".encode()))

    monkeypatch.setattr(Originals, "sealed_capture", with_form)
    files = files_of(proved(county, tmp_path / "proof.zip", f"event:{event(county, 'changed', 3)}"))
    assert [name for name, data in files.items() if PHONE.encode() in data] == []
    assert not [name for name in files if name.startswith(("captures/", "copies/"))]


def test_of_a_page_that_is_withheld_only_the_digest_is_given(county: Portal, tmp_path: Path) -> None:
    for path in county.folder.iterdir():
        shutil.copy(path, tmp_path)
    own, number = Portal(county.site, tmp_path), event(county, "withdrawn")
    (page,) = rows(
        own.db,
        "SELECT detail ->> '$.listed' AS id, sha256 FROM events e JOIN captures c ON c.id = detail ->> '$.listed' WHERE e.id = ?",
        number,
    )
    with closing(open_for_writing(own.db)) as archive:
        archive.execute("INSERT INTO withheld (target, key, reason, at) VALUES ('page', ?, '', '')", (page["sha256"],))
    files = files_of(proved(own, tmp_path / "proof.zip", f"event:{number}"))
    assert not [name for name in files if f"/{page['id']}." in name]
    assert str(page["sha256"]) in files["sheet.html"].decode()


def test_of_a_page_that_was_destroyed_its_seal_is_given_and_checks(county: Portal, tmp_path: Path) -> None:
    for path in county.folder.iterdir():
        shutil.copy(path, tmp_path)
    own, number = Portal(county.site, tmp_path), event(county, "changed", 3)
    (page,) = rows(own.db, "SELECT r.url FROM events e JOIN records r ON r.id = e.record_id WHERE e.id = ?", number)
    assert destroy(beside(own.db), [str(page["url"])], "2026-04-01T00:00:00Z").payloads == 2
    files = files_of(proved(own, tmp_path / "proof.zip", f"event:{number}"))
    sealed = [name for name, data in files.items() if name.startswith("captures/") and b"/3.html" in data]
    assert len(sealed) == 2
    assert [name for name in sealed if name.replace("json", "payload") in files] == []
    assert files["sheet.en.html"].decode().count("The content of the original is not given here") == 2
    assert run("check-proof", tmp_path / "proof.zip")[0] == 0


def test_any_change_is_found(withdrawn: Path, tmp_path: Path) -> None:
    """Two hundred: a byte, a file left out, two swapped, as they are and with the sums made anew for what is sealed."""
    drawn, whole, kept = random.Random(11), withdrawn.read_bytes(), files_of(withdrawn)
    sealed = [
        name for name in sorted(kept) if name.startswith(("days/", "captures/", "events/")) or name == "proof.json"
    ]
    for place in range(200):
        path, files, kind = tmp_path / f"{place}.zip", dict(kept), place % 5
        name = drawn.choice(sealed if kind > 2 else sorted(kept))
        if kind == 0:
            damaged = bytearray(whole)
            damaged[drawn.randrange(len(whole))] ^= 1 << drawn.randrange(8)
            path.write_bytes(damaged)
        elif kind in {1, 3}:
            damaged = bytearray(files[name])
            damaged[drawn.randrange(len(damaged))] ^= 1 << drawn.randrange(8)
            files[name] = bytes(damaged)
        elif kind == 2:
            other = drawn.choice([each for each in sorted(kept) if each != name])
            files[name], files[other] = files[other], files[name]
        else:
            del files[name]
        if kind:
            written_anew(files, path, sums=kind > 2)
        assert list(faults(path, {})), (kind, name)


def written_anew(files: dict[str, bytes], path: Path, *, sums: bool) -> None:
    """Write a bundle as whoever changed it would; with the sums made anew where they are to fit."""
    if sums:
        bundle._write({name: data for name, data in files.items() if name != "SHA256SUMS"}, path)
    else:
        with zipfile.ZipFile(path, "w") as package:
            for name, data in sorted(files.items()):
                package.writestr(name, data)


def test_a_change_is_named(withdrawn: Path, tmp_path: Path) -> None:
    files = files_of(withdrawn)
    name = next(name for name in sorted(files) if name.endswith(".payload"))
    changed = {**files, name: files[name].replace(b"\xe6\xa0\xb7", b"\xe6\xa0\xb8", 1)}
    written_anew(changed, tmp_path / "sums.zip", sums=True)
    number = name.removeprefix("captures/").removesuffix(".payload")
    assert next(faults(tmp_path / "sums.zip", {})).startswith(f"capture {number}: is not what was sealed on ")
    written_anew({key: data for key, data in files.items() if key != name}, tmp_path / "gone.zip", sums=False)
    assert f"{name}: is missing" in list(faults(tmp_path / "gone.zip", {}))
    (tmp_path / "none.zip").write_text("这不是压缩包")
    assert [fault.partition(":")[0] for fault in faults(tmp_path / "none.zip", {})][-1] == "this is no whole proof"
    status, said = run("check-proof", tmp_path / "nothing.zip")
    assert (status, said) == (2, f"disclosures: cannot read {tmp_path / 'nothing.zip'}: No such file or directory\n")


@pytest.mark.parametrize("what", ["before_capture_id", "pages"])
def test_a_capture_left_out_together_with_its_mention_is_missed(withdrawn: Path, tmp_path: Path, what: str) -> None:
    """A capture that the sealed event names is missed by that, a list page of the walk by how many the event says there are."""
    files = files_of(withdrawn)
    proof = json.loads(files["proof.json"])
    ((event, shown),) = proof["events"].items()
    row = json.loads(files[proof["sealed"][event]["content"]])
    number = row[what] if what in row else shown["pages"][0]
    del proof["sealed"][f"capture {number}"]
    for named in shown.values():
        named[:] = [each for each in named if each != number]
    less = {name: data for name, data in files.items() if not name.startswith(f"captures/{number}.")}
    written_anew({**less, "proof.json": json.dumps(proof).encode()}, tmp_path / "less.zip", sums=True)
    missed = [number] if what in row else "list pages"
    assert list(faults(tmp_path / "less.zip", {})) == [f"{event}: captures that show it are missing: {missed}"]


def test_a_past_written_anew_fails_against_a_hash_kept_before_and_the_day_is_told(
    county: Portal, tmp_path: Path
) -> None:
    """The owner changes what a page said on the second day, and makes all sums and the chain anew."""
    kept = tmp_path / "seal.json"
    with closing(Evidence(beside(county.db))) as evidence:
        days = [{"day": manifest.day, "hash": manifest.hash} for manifest in evidence.manifests()]
    kept.write_text(json.dumps({"days": days}))
    for path in county.folder.iterdir():
        shutil.copy(path, tmp_path)
    forged = Portal(county.site, tmp_path)
    second = days[1]["day"]
    with closing(Evidence(beside(forged.db))) as evidence:
        con = evidence._con
        con.execute(
            "UPDATE claims SET digest = randomblob(32) WHERE id = (SELECT max(id) FROM claims WHERE day = ?)", (second,)
        )
        con.execute("DELETE FROM manifests WHERE day >= ?", (second,))
        con.commit()
        assert evidence.seal("2026-12-01")[0].day == second
    path = proved(forged, tmp_path / "forged.zip", f"event:{event(county, 'moved')}")
    assert run("check-proof", path)[0] == 0
    status, said = run("check-proof", path, "--kept", kept)
    assert status == 1
    assert f"wrong: days/{second}.txt: its hash is " in said
    assert f"the past was written anew from {second} on, or before" in said
    assert run("check-proof", path, "--head", f"{days[0]['day']} {days[0]['hash']}")[0] == 0
    assert run("check-proof", path, "--head", f"{days[1]['day']} {days[1]['hash']}")[0] == 1
    assert run("check-proof", path, "--head", "yesterday")[0] == 2


def test_an_event_that_is_not_sealed_as_it_stands_is_not_proved(county: Portal, tmp_path: Path) -> None:
    for path in county.folder.iterdir():
        shutil.copy(path, tmp_path)
    forged, number = Portal(county.site, tmp_path), event(county, "withdrawn")
    with closing(open_for_writing(forged.db)) as archive:
        archive.execute("UPDATE events SET not_before = '2020-01-01T00:00:00Z' WHERE id = ?", (number,))
        archive.commit()
    status, said = run("prove", f"event:{number}", "--db", forged.db, "--out", tmp_path / "proof.zip")
    assert status == 2
    assert said.startswith(f"disclosures: event {number} is not sealed as it stands")
    assert not (tmp_path / "proof.zip").exists()


def test_a_record_s_proof_has_all_its_events_and_what_is_not_there_is_told_in_a_line(
    county: Portal, tmp_path: Path
) -> None:
    sql = "SELECT record_id AS id, count(*) AS n FROM events GROUP BY record_id ORDER BY n DESC LIMIT 1"
    (most,) = rows(county.db, sql)
    files = files_of(proved(county, tmp_path / "proof.zip", most["id"]))
    assert len([name for name in files if name.endswith(".claim.json")]) == most["n"] > 1
    assert run("prove", "event:99999", "--db", county.db) == (
        2,
        "disclosures: there is no event 99999 in the archive\n",
    )
    assert run("prove", "99999", "--db", county.db) == (2, "disclosures: there is no record 99999 in the archive\n")


def test_the_same_proof_makes_the_same_bytes(county: Portal, withdrawn: Path, tmp_path: Path) -> None:
    again = proved(county, tmp_path / "again.zip", f"event:{event(county, 'withdrawn')}")
    assert again.read_bytes() == withdrawn.read_bytes()


@pytest.mark.parametrize(("kind", "number", "is_known"), [("unlisted", 5, True), ("withdrawn", 7, False)])
def test_where_an_event_does_not_name_the_last_list_page_it_is_known_until_the_record_is_back(
    county: Portal, tmp_path: Path, kind: str, number: int, is_known: bool
) -> None:
    db, event_id = Path(shutil.copy(county.db, tmp_path)), event(county, kind, number)
    with closing(open_for_writing(db)) as connection, connection:
        connection.row_factory = sqlite3.Row
        named = event_proof(connection, event_id)
        connection.execute("UPDATE events SET detail = json_remove(detail, '$.listed') WHERE id = ?", (event_id,))
        found = event_proof(connection, event_id)
    lists = [[capture for capture, whats in each.shown.items() if LISTED in whats] for each in (named, found)]
    assert lists[0]
    assert lists[1] == (lists[0] if is_known else [])


def test_a_withheld_record_is_not_proved(county: Portal, tmp_path: Path) -> None:
    for path in county.folder.iterdir():
        shutil.copy(path, tmp_path)
    own = Portal(county.site, tmp_path)
    (record,) = rows(own.db, "SELECT id FROM records WHERE url LIKE '%/3.html'")
    number = event(county, "changed", 3)
    assert run("withhold", record["id"], "--reason", "样本", "--db", own.db)[0] == 0
    assert run("prove", f"event:{number}", "--db", own.db)[0] == 2


def test_the_program_says_what_is_wrong_when_run_alone(withdrawn: Path, tmp_path: Path) -> None:
    (tmp_path / "damaged.zip").write_bytes(withdrawn.read_bytes()[:-300])
    done = subprocess.run(
        [sys.executable, "-I", "-S", checker.__file__, tmp_path / "damaged.zip"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("this is no whole proof: ")


def test_a_proof_that_unpacks_to_more_than_any_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs come from others: one of a megabyte took three gigabytes."""
    monkeypatch.setattr(checking, "LARGEST_BUNDLE", 1000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with zipfile.ZipFile(tmp_path / "proof.zip", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("pages/1.html", b" " * 500)
        package.writestr("pages/2.html", b" " * 501)
    assert any("unpacks to 1001 bytes" in fault for fault in faults(tmp_path / "proof.zip", {}))
