"""Texts that list persons: which are, which are not, and that what is held back is nowhere until it is released. All are samples."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.maintenance import holding
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.job import begin
from archive.model.person_names import LEAST
from archive.model.rosters import RULES_VERSION, persons_listed
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.files import docx, word_table
from tests.test_withholding import answers, opened

FOLDER = Path(__file__).with_name("rosters")


def texts(name: str) -> list[tuple[str, str]]:
    """Titles and texts of files, in which a line of ===== divides one from the next."""
    files = [path.read_text(encoding="utf-8").strip("\n") for path in sorted(FOLDER.glob(f"{name}*.txt"))]
    entries = [entry for file in files for entry in file.split("\n=====\n")]
    return [(title, text) for title, _, text in (entry.partition("\n") for entry in entries)]


HELD, SHOWN = texts("held"), texts("shown")


def test_there_are_enough_of_each_and_all_say_that_they_are_samples() -> None:
    assert min(len(HELD), len(SHOWN)) >= 40
    assert [title for title, text in (*HELD, *SHOWN) if "样本" not in title + text] == []


def test_every_roster_is_known_with_about_as_many_persons() -> None:
    assert [title for title, text in HELD if persons_listed(title, text) < LEAST] == []


@pytest.mark.parametrize(
    "text",
    [
        "张伟、李娜、王芳、刘洋、陈静",
        "项目\t村\n3395\t胡平同志\n8683\t徐明磊\n4759\t刘 磊洋\n7941\t欧丽丽\n61\t吴 敏军",
    ],
    ids=["the shortest", "blanks within cells"],
)
def test_five_names_are_enough(text: str) -> None:
    assert (
        persons_listed("样本低保名单", text),
        persons_listed("样本低保名单", text.replace("静", "").replace("欧", "")),
    ) == (5, 0)


def test_what_is_no_roster_is_shown() -> None:
    assert [title for title, text in SHOWN if persons_listed(title, text)] == []


def test_the_name_of_one_person_again_and_again_is_no_roster() -> None:
    assert persons_listed(TITLE, "、".join(NAMES)) == len(NAMES)
    assert persons_listed(TITLE, "、".join(NAMES[:1] * len(NAMES))) == 0


@pytest.mark.parametrize(
    "text",
    [
        "张三、" * 60_000,
        "张" * 200_000,
        "（" * 100_000,
        "张三（" * 50_000,
        "张三\t" * 50_000,
        "张 三 " * 50_000,
        "姓名：张三" * 30_000,
        "古·" * 100_000,
        "1" * 200_000,
    ],
)
def test_twice_as_much_takes_about_twice_as_long(text: str) -> None:
    """No text makes the search for names run away; measured in time of the processor. What seems slow is measured thrice."""

    def seconds(part: str) -> float:
        begun = time.process_time()
        persons_listed("样本低保名单", part)
        return time.process_time() - begun

    halves, wholes = [], []
    for _ in range(3):
        halves.append(seconds(text[: len(text) // 2]))
        wholes.append(seconds(text))
        if min(wholes) < max(min(halves) * 3, 0.5):
            return
    pytest.fail(f"half of it takes {min(halves)} s, the whole {min(wholes)} s")


NAMES = ("马玉兰", "杨占山", "李建国", "王小花", "周生虎", "罗福明", "丁秀英")
XLSX_NAMES = ("何志强", "田万福", "锁成林", "苏桂芳", "陈思雨", "刘振宇")
TITLE = "样本镇低保对象花名册"


def page(title: str, main: str) -> str:
    return f'<html><body><h1>{title}</h1><div class="TRS_Editor">{main}</div></body></html>'


def served() -> dict[str, Answer | str]:
    rows_of = "".join(
        f"<tr><td>{i}</td><td>{name}</td><td>样本村</td><td>300</td></tr>" for i, name in enumerate(NAMES)
    )
    table = f"<table><tr><th>序号</th><th>户主姓名</th><th>村</th><th>金额</th></tr>{rows_of}</table>"
    listed = "".join(
        f'<tr><td>{i}</td><td><a href="d/{i}.html">{title}</a></td><td>样本局</td><td>2018-01-0{i}</td></tr>'
        for i, title in ((1, TITLE), (2, "样本镇救助公示"), (3, "样本镇通知"))
    )
    heads = "".join(f"<th>{name}</th>" for name in ("索引号", "标题", "发布机构", "发布日期"))
    summary = f"<table><tr><td>索引号：</td><td>640324001/2018-00001</td><td>内容概述：</td><td>{' '.join(NAMES)}</td></tr></table>"
    body = "".join(f"<w:p><w:r><w:t>{name}，男，救助500元</w:t></w:r></w:p>" for name in XLSX_NAMES)
    return {
        "/list.html": f"<html><body><table><tr>{heads}</tr>{listed}</table></body></html>",
        "/d/1.html": page(TITLE, table).replace("<div", f"{summary}<div", 1),
        "/d/2.html": page("样本镇救助公示", '<p>样本公示正文，名单见附件。</p><a href="../f/a.docx">样本附件.docx</a>'),
        "/d/3.html": page("样本镇通知", "<p>样本通知正文，可以示人。</p>"),
        "/f/a.docx": Answer(
            docx(body + word_table("姓名\t金额\n" + "\n".join(f"{n}\t500元" for n in XLSX_NAMES))),
            "application/octet-stream",
        ),
    }


class Held:
    """An archive of one crawl with a roster in a page and one in a file; its site still stands."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site, self.db = folder, site, folder / "a.db"
        self.portal = portal_file(folder, site.url, ("other", "样本目录", "/list.html"))
        self.crawl()

    def crawl(self) -> None:
        done = crawl(self.portal, self.db, "--mode", "full")
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments: object, status: int = 0) -> str:
        done = disclosures(*arguments, "--db", self.db)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.glob("a.db*"))

    def waiting(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = json.loads(self.run("review", "--json"))
        return listed


def named(data: bytes, names: tuple[str, ...] = (*NAMES, *XLSX_NAMES)) -> list[str]:
    return [name for name in names if name.encode() in data or name.encode("unicode_escape") in data]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Held]:
    with Site(served()) as site:  # type: ignore[arg-type]
        yield Held(tmp_path, site)


def test_a_roster_is_nowhere_and_its_title_and_number_of_persons_are_shown(archive: Held, tmp_path: Path) -> None:
    (one,) = rows(archive.db, "SELECT * FROM records WHERE url LIKE '%/d/1.html'")
    assert (one["title"], one["publisher"], one["published_on"], one["body"]) == (TITLE, "样本局", "2018-01-01", None)
    assert json.loads(str(one["source_fields"]))["内容概述"] == f"（列有约 {len(NAMES)} 人，不予公开）"
    (file,) = rows(archive.db, "SELECT state, text, sha256 IS NOT NULL AS sealed FROM attachments")
    assert file == {"state": "roster", "text": None, "sealed": 1}
    assert named(archive.bytes()) == []
    got = answers(archive.db)
    assert {path: named(data) for path, (_, data) in got.items() if named(data)} == {}
    shown = got[f"/-/record/{one['id']}"][1].decode()
    assert f"约 {len(NAMES)} 人的名单" in shown
    assert TITLE in shown
    assert f"约 {len(XLSX_NAMES)} 人的名单" in got["/-/record/2"][1].decode()
    assert "可以示人" in got["/-/record/3"][1].decode()
    for form in ("csv", "jsonl", "xlsx"):
        archive.run("export", form, "--body", "--out", tmp_path / f"x.{form}")
    for form in ("warc", "wacz"):
        archive.run("export", form, "--portal", "county", "--out", tmp_path / f"x.{form}")
    archive.run("publish", tmp_path / "public")
    files = [*tmp_path.glob("x.*"), *(path for path in (tmp_path / "public").rglob("*") if path.is_file())]
    assert len(files) >= 8
    assert [path.name for path in files for part in opened(path.read_bytes()) if named(part)] == []
    assert archive.run("verify").startswith("all well")


def test_what_waits_is_listed_and_what_is_released_is_shown(archive: Held) -> None:
    (text, file) = archive.waiting()
    assert (text["title"], text["persons"], text["source"]) == (TITLE, len(NAMES), "")
    assert (file["name"], file["persons"]) == ("样本附件.docx", len(XLSX_NAMES))
    assert TITLE in archive.run("review")
    assert named(archive.run("review", "--show", text["number"]).encode(), NAMES) == list(NAMES)
    assert named(archive.run("review", "--show", file["number"]).encode(), XLSX_NAMES) == list(XLSX_NAMES)
    assert named(archive.bytes()) == []
    archive.run("review", "--release", text["number"])
    assert named(archive.bytes(), NAMES) == list(NAMES)
    assert named(archive.bytes(), XLSX_NAMES) == []
    shown = answers(archive.db)[f"/-/record/{text['record']}"][1]
    assert named(shown, NAMES) == list(NAMES)
    assert TITLE in archive.run("search", NAMES[0])
    archive.run("review", "--release", file["number"])
    assert named(archive.bytes(), XLSX_NAMES) == list(XLSX_NAMES)
    assert archive.waiting() == []
    archive.run("review", "--keep", text["number"])
    assert named(archive.bytes(), NAMES) == []
    assert "no text 99" in archive.run("review", "--keep", "99", status=2)


def test_a_decision_outlives_crawls_reparse_and_merge(archive: Held, tmp_path: Path) -> None:
    text, file = archive.waiting()
    copy = tmp_path / "other" / "b.db"
    copy.parent.mkdir()
    assert disclosures("merge", archive.db, "--db", copy).returncode == 0
    archive.run("review", "--release", text["number"], "--keep", file["number"])
    archive.site.answers["/d/1.html"] = str(archive.site.answers["/d/1.html"]).replace("样本村", "样本新村")
    archive.site.answers["/d/4.html"] = page(
        "样本镇又一公示", '<p>样本正文。</p><a href="../f/b.docx">样本附件之二.docx</a>'
    )
    archive.site.answers["/f/b.docx"] = archive.site.answers["/f/a.docx"]
    row = '<tr><td>4</td><td><a href="d/4.html">样本镇又一公示</a></td><td>样本局</td><td>2018-01-04</td></tr></table>'
    archive.site.answers["/list.html"] = str(archive.site.answers["/list.html"]).replace("</table>", row)
    for step in (archive.crawl, lambda: archive.run("reparse"), lambda: archive.run("redact")):
        step()
        states = rows(archive.db, "SELECT DISTINCT source = '' AS own, state FROM rosters ORDER BY own")
        assert states == [{"own": 0, "state": "kept"}, {"own": 1, "state": "released"}]
        assert named(archive.bytes(), NAMES) == list(NAMES)
        assert named(archive.bytes(), XLSX_NAMES) == []
    assert "样本新村" in str(rows(archive.db, "SELECT body FROM records WHERE url LIKE '%/d/1.html'"))
    assert disclosures("merge", archive.db, "--db", copy).returncode == 0
    data = b"".join(path.read_bytes() for path in copy.parent.glob("b.db*"))
    assert named(data, NAMES) == list(NAMES)
    assert named(data, XLSX_NAMES) == []


def test_a_decision_here_stands_against_a_merge_that_does_not_know_it(archive: Held, tmp_path: Path) -> None:
    job = tmp_path / "job" / "j.db"
    job.parent.mkdir()

    begin(archive.db, "county", job)
    assert crawl(archive.portal, job, "--mode", "full").returncode == 0
    archive.run("review", "--release", archive.waiting()[0]["number"])
    archive.run("merge", job)
    assert named(archive.bytes(), NAMES) == list(NAMES)
    assert [row["state"] for row in rows(archive.db, "SELECT state FROM rosters WHERE source = ''")] == ["released"]


def test_an_older_archive_is_judged_when_it_is_opened(archive: Held) -> None:
    body = "\n".join(f"{name}，男，样本村，低保300元" for name in NAMES)
    with closing(sqlite3.connect(archive.db)) as connection, connection:
        connection.execute("DELETE FROM rosters")
        connection.execute("DELETE FROM settings WHERE name IN ('roster_version', 'segment_version')")
        connection.execute("UPDATE records SET body = ? WHERE id = 1", (body,))
        connection.execute("UPDATE attachments SET text = ?, state = 'text'", (body,))
        connection.execute(
            "UPDATE versions SET changed = ? WHERE record_id = 1",
            (json.dumps({"body": ["", body]}, ensure_ascii=False),),
        )
        change = json.dumps({"changed": {"body": [body, ""], "title": ["样本", "样本二"]}}, ensure_ascii=False)
        connection.execute("UPDATE events SET detail = ? WHERE record_id = 1", (change,))
        summary = json.dumps({"标题": TITLE, "内容概述": " ".join(NAMES)}, ensure_ascii=False)
        for table, owner in (("records", "id"), ("readings", "catalog_id <> 0 AND record_id")):
            connection.execute(f"UPDATE {table} SET source_fields = ? WHERE {owner} = 1", (summary,))
        connection.execute("UPDATE settings SET value = '1' WHERE name = 'redaction_version'")
    archive.run("redact")
    assert named(archive.bytes()) == []
    assert [row["persons"] for row in rows(archive.db, "SELECT persons FROM rosters")] == [len(NAMES), len(NAMES)]
    assert "样本二" in str(rows(archive.db, "SELECT detail FROM events WHERE record_id = 1"))
    assert rows(archive.db, "SELECT value FROM settings WHERE name = 'roster_version'") == [
        {"value": str(RULES_VERSION)}
    ]
    assert holding.TRACES not in str(rows(archive.db, "SELECT name FROM settings"))


# --- judged without a crawl ---

FIRST, LATER = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
ROSTER = "\n".join(f"{name}，男，样本村，低保300元" for name in NAMES)


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive of an earlier version with a record of two files, which are one roster at two addresses, judged anew."""
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('p', '样本县', '640399', '')")
        connection.execute(
            "INSERT INTO records (portal, url, title, kind, first_seen, last_seen) VALUES ('p', 'r', ?, 'other', '', '')",
            (TITLE,),
        )
        for url in ("a", "b"):
            connection.execute(
                "INSERT INTO attachments (record_id, url, name, text, tables, pages, state, sha256) "
                "VALUES (1, ?, '样本.xlsx', ?, '[]', '[]', 'text', 'same')",
                (url, ROSTER),
            )
        connection.execute("DELETE FROM settings WHERE name = 'roster_version'")
        holding.refresh(connection)
        yield connection


def states(connection: sqlite3.Connection) -> list[str]:
    return [state for (state,) in connection.execute("SELECT state FROM rosters ORDER BY source")]


def shown(connection: sqlite3.Connection, url: str, sha256: str, text: str = ROSTER) -> bool:
    """Whether a file's text is shown when it is read again."""
    return holding.shown_text(connection, 1, url, sha256, TITLE, text, LATER) is not None


def test_nothing_of_a_file_that_lists_persons_stays(judged: sqlite3.Connection) -> None:
    kept = judged.execute("SELECT DISTINCT text, tables, pages, state FROM attachments").fetchall()
    assert kept == [(None, None, None, "roster")]


def test_a_decision_is_for_all_files_of_the_same_content_and_for_no_other(judged: sqlite3.Connection) -> None:
    assert states(judged) == ["waiting", "waiting"]
    assert holding.settle(judged, 1, "released", FIRST)
    assert states(judged) == ["released", "released"]
    assert shown(judged, "a", "same")
    assert not shown(judged, "a", "another")
    assert states(judged) == ["waiting", "released"]


def test_of_two_decisions_the_later_one_counts(judged: sqlite3.Connection) -> None:
    judged.execute("UPDATE rosters SET state = 'kept', at = ? WHERE source = 'a'", (FIRST,))
    judged.execute("UPDATE rosters SET state = 'released', at = ? WHERE source = 'b'", (LATER,))
    assert shown(judged, "c", "same")


def test_what_was_released_and_is_withheld_since_is_not_read_again(judged: sqlite3.Connection) -> None:
    holding.settle(judged, 1, "released", FIRST)
    assert holding.unread(judged) == [("p", 1)]
    judged.execute("UPDATE records SET state = 'withheld'")
    assert holding.unread(judged) == []


def test_what_lists_nobody_any_more_waits_for_nothing_and_what_was_kept_stays_so(judged: sqlite3.Connection) -> None:
    assert shown(judged, "a", "another", "样本通知正文")
    assert judged.execute("SELECT source FROM rosters").fetchall() == [("b",)]
    holding.settle(judged, 2, "kept", FIRST)
    assert not shown(judged, "b", "same", "样本通知正文"), "the same file, of which another version reads less"
