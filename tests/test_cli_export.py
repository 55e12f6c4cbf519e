"""`disclosures export` of records, tables and SQL: what it holds, in every form; what it refuses, in one line."""

import csv
import io
import json
import sqlite3
from contextlib import closing

import pytest
from arro3.io import read_parquet
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from archive.export import parquet
from archive.export.parquet import parquet_file
from archive.export.record_rows import COLUMNS
from archive.export.writers import WriterError
from crawler.cli.export import _statement
from crawler.cli.main import main
from tests.web.sample_archive import build


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build(tmp_path_factory.mktemp("export") / "disclosures.db")


@pytest.fixture(scope="module")
def run(archive):
    def ask(*arguments: object, status: int = 0):
        done = CliRunner().invoke(main, [*map(str, arguments), "--db", str(archive)])
        assert done.exit_code == status, done.output
        return done

    return ask


def lines(done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_form_holds_the_same_records(run, tmp_path):
    machine = lines(run("export", "jsonl"))
    assert len(machine) == 66
    assert tuple(machine[0]) == COLUMNS
    read = list(csv.DictReader(io.StringIO(run("export", "csv").stdout_bytes.decode("utf-8-sig"))))
    run("export", "xlsx", "--out", tmp_path / "r.xlsx")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_index(0).to_python()
    run("export", "parquet", "--out", tmp_path / "r.parquet")
    columns = read_parquet(tmp_path / "r.parquet").read_all()
    ids = [row["id"] for row in machine]
    assert ids == [int(row["id"]) for row in read] == [row[0] for row in sheet[1:]] == columns["id"].to_pylist()
    assert columns["title"].to_pylist() == [row["title"] for row in machine]
    assert sheet[0][:3] == ["编号", "发布日期", "信息名称"]


def test_words_and_filters_are_those_of_the_search(run):
    filters = (
        "预算",
        "-民政局",
        "--kind",
        "budget",
        "--since",
        2016,
        "--until",
        2017,
        "--publisher",
        "财政局",
        "--newest",
    )
    rows = lines(run("export", "jsonl", *filters))
    found = json.loads(run("search", *filters, "--json", "--limit", 100).stdout)
    assert [row["url"] for row in rows] == [hit["url"] for hit in found]
    assert len(rows) == int(run("search", *filters, "--count").stdout) == 20
    assert lines(run("export", "jsonl", "--state", "gone")) == []
    assert len(lines(run("export", "jsonl", "--portal", "checked"))) == 2
    assert len(lines(run("export", "jsonl", "预算", "--limit", 7))) == 7


@pytest.mark.parametrize("of", [(), ("--table", "records"), ("--sql", "select id from records order by id")])
@pytest.mark.parametrize(("limit", "count"), [(1, 1), (65, 65), (66, 66), (67, 66)])
def test_so_many_rows_at_the_most(run, of, limit, count):
    rows = lines(run("export", "jsonl", *of, "--limit", limit))
    assert len({row["id"] for row in rows}) == len(rows) == count


def test_texts_come_when_requested(run):
    assert "老旧小区改造" in lines(run("export", "jsonl", "老旧小区", "--body"))[0]["body"]


def test_a_table_is_written_whole(run, archive):
    with sqlite3.connect(archive) as connection:
        titles = [row[0] for row in connection.execute("SELECT title FROM catalogs")]
    assert [row["title"] for row in lines(run("export", "jsonl", "--table", "catalogs"))] == titles
    assert isinstance(lines(run("export", "jsonl", "--table", "events"))[0]["detail"], dict)


def test_sql_comes_from_the_line_an_example_a_question_or_a_file(run, tmp_path):
    assert run("export", "csv", "--sql", "select 1 as n, '=1' as f").stdout_bytes == b"\xef\xbb\xbfn,f\r\n1,'=1\r\n"
    found = lines(run("export", "jsonl", "--sql", "search_words", "--param", "words=棚户区"))
    assert found[0]["title"] == "样例：某棚户区土地征收公告"
    assert len(lines(run("export", "jsonl", "--sql", "number_on_several"))) == 2
    saved = tmp_path / "saved.sql"
    saved.write_text("select count(*) as n from records where publisher = :who", encoding="utf-8")
    assert lines(run("export", "jsonl", "--sql", saved, "--param", "who=样例县教育局")) == [{"n": 20}]


def test_a_file_is_there_whole_or_not_at_all(run, tmp_path):
    out = tmp_path / "broken.csv"
    out.write_text("what was there")
    run("export", "csv", "--sql", "select json(title) from records", "--out", out, status=2)
    assert out.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["broken.csv"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("csv", "--table", "settings"), "there is no table 'settings' to export; there are records,"),
        (("csv", "--table", "search"), "there is no table 'search' to export"),  # it finds nothing without words
        (("csv", "--table", "records", "--sql", "select 1"), "choose one of --table and --sql"),
        (("csv", "--table", "records", "--kind", "budget"), "--kind goes with records"),
        (("csv", "--table", "records", "--body"), "--body goes with records"),
        (("csv", "--sql", "delete from records"), "attempt to write a readonly database"),
        (("csv", "--sql", "selec"), "syntax error"),
        (("csv", "--sql", "select :x"), "binding parameter :x"),
        (("csv", "--sql", "select 1", "--param", "x"), "--param x must be a name and a value"),
        (("csv", "--sql", "number_on_several", "--param", "nope=1"), "has no parameter nope"),
        (("csv", "--tabel", "records"), "no such option: --tabel"),
        (("warc", "--record", "²"), "there is no record ² in the archive"),
        (("warc", "--record", "9" * 19), f"there is no record {'9' * 19} in the archive"),
        (("csv", "--record", "3"), "--record, --crawl and --as-received go with warc and wacz alone"),
        (("wacz", "--record", "3", "--newest"), "--newest goes with csv, xlsx, jsonl and parquet"),
        (("csv", "--out", "/nowhere/x.csv"), "cannot write /nowhere/x.csv"),
    ],
)
def test_what_cannot_be_written_is_stated_in_one_line(run, arguments, told):
    done = run("export", *arguments, status=2)
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_no_database_is_written_over(run, tmp_path):
    out = tmp_path / "kept.db"
    with closing(sqlite3.connect(out)) as kept:
        kept.execute("CREATE TABLE t (x)")
    before = out.read_bytes()
    for arguments in (("export", "csv"), ("export", "warc", "--record", "1"), ("prove", "1")):
        assert "is a database, and would be written over" in run(*arguments, "--out", out, status=2).stderr
    assert "would be written over" in run("status", "--prometheus", out, status=2).stderr
    assert out.read_bytes() == before


# --- Parquet ---


def test_parquet_holds_numbers_as_numbers_and_the_rest_as_text(tmp_path):
    rows = [(1, 1.5, "题", None, b"\x01"), (None, 2, None, None, b"\x02"), (3, None, "<b>", 7, None)]
    (tmp_path / "a.parquet").write_bytes(b"".join(parquet_file(["i", "f", "t", "n", "b"], rows)))
    table = read_parquet(tmp_path / "a.parquet").read_all()
    assert [table[name].to_pylist() for name in "iftnb"] == [
        [1, None, 3], [1.5, 2.0, None], ["题", None, "<b>"], [None, None, 7], ["01", "02", None],
    ]  # fmt: skip


def test_parquet_without_rows_has_its_columns(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"".join(parquet_file(["a", "b"], [])))
    table = read_parquet(tmp_path / "a.parquet").read_all()
    assert (table.num_rows, table.column_names) == (0, ["a", "b"])


def test_parquet_says_which_column_does_not_fit_together(monkeypatch):
    monkeypatch.setattr(parquet, "AT_A_TIME", 2)
    with pytest.raises(WriterError, match="column n holds numbers first and 'x' later"):
        b"".join(parquet_file(["n"], [(1,), (2,), ("x",)]))


def test_an_error_among_the_rows_is_reported_as_it_is(monkeypatch):
    monkeypatch.setattr(parquet, "AT_A_TIME", 2)

    def rows():
        yield from [(1,), (2,), (3,)]
        raise sqlite3.OperationalError("malformed JSON")

    with pytest.raises(sqlite3.OperationalError, match="malformed JSON"):
        b"".join(parquet_file(["n"], rows()))


def test_without_the_library_it_says_what_to_install(monkeypatch, run):
    monkeypatch.setitem(__import__("sys").modules, "arro3", None)
    done = run("export", "parquet", "--out", "-", status=2)
    assert done.stderr == "disclosures: Parquet needs the extra `parquet`: pip install 'disclosures[parquet]'\n"


@pytest.mark.parametrize(
    ("now", "day"), [("2026-03-10T15:59:00Z", "2026-03-10"), ("2026-03-10T16:00:00Z", "2026-03-11")]
)
def test_a_question_s_day_is_the_one_in_beijing(monkeypatch, now, day):
    monkeypatch.setenv("DISCLOSURES_NOW", now)
    _, values = _statement("odd_dates", {"weekends": "1"})
    assert (values["today"], values["weekends"]) == (day, 1)
