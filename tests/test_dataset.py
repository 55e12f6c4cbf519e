"""`disclosures export dataset`: what is for everybody as Parquet by province and year, described, summed, the same each time."""

import csv
import json
import os
import re
import shutil
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from frictionless import Package

from archive.database.connection import ArchiveError, open_for_writing
from archive.database.lock import alone
from archive.export import dataset
from archive.export.dataset import release as release_of
from crawler.cli.main import main
from tests.conftest import ROOT, copied, rows
from tests.test_store import DAY, crawl, listed, row


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.output


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def release(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset") / "release"
    assert run("export", "dataset", folder, "--db", sample_archive)[0] == 0
    return folder


def read(release: Path, table: str) -> duckdb.DuckDBPyRelation:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{release}/{table}/**/*.parquet', hive_partitioning = true)")
    assert found is not None
    return found


def test_every_public_record_is_in_it_below_its_province_and_year(release: Path, sample_archive: Path) -> None:
    found = read(release, "records")
    of_archive = rows(sample_archive, "SELECT id, title, body FROM records ORDER BY id")
    assert found.order("id").project("id, title, body").fetchall() == [tuple(row.values()) for row in of_archive]
    assert {str(each) for (each,) in found.project("province").distinct().fetchall()} == {"64"}
    assert found.filter("published_on IS NOT NULL AND year <> substr(published_on, 1, 4)").fetchall() == []


def test_each_query_of_the_guide_is_answered(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sample has rows of a table, so has the answer; a table without rows has its columns."""
    monkeypatch.chdir(release.parent)
    queries = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "research.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 10
    for query in queries:
        tables = set(re.findall(r"release/(\w+)/", query))
        has_rows = all(read(release, table).limit(1).fetchall() for table in tables)
        nothing_is_gone_yet = "withdrawn" in query
        assert bool(duckdb.execute(query).fetchall()) is (has_rows and not nothing_is_gone_yet), query


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    crawl(tmp_path / "a.db", [listed(row(1))], day=1)
    assert run("export", "dataset", tmp_path / "release", "--db", tmp_path / "a.db")[0] == 0
    found = read(tmp_path / "release", "three_public")
    assert {"record_id", "reception", "province", "year"} <= set(found.columns)
    assert found.fetchall() == []
    package = json.loads((tmp_path / "release" / "datapackage.json").read_text(encoding="utf-8"))
    assert "three_public" in {resource["name"] for resource in package["resources"]}


def test_its_descriptions_are_valid_and_name_every_file(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert len(Package.from_descriptor(package).resources) == len(package["resources"])  # raises where it is none
    named = {path for resource in package["resources"] for path in resource["path"]}
    assert named == {str(path.relative_to(release)) for path in release.rglob("*.parquet")}
    for resource in package["resources"]:
        columns = read(release, resource["name"]).columns
        assert [field["name"] for field in resource["schema"]["fields"]] == [
            name for name in columns if name not in {"province", "year"}
        ]
    croissant = json.loads((release / "croissant.json").read_text(encoding="utf-8"))
    assert {each["name"] for each in croissant["recordSet"]} == {each["name"] for each in package["resources"]}
    book = list(csv.DictReader((release / "codebook.csv").open(encoding="utf-8")))
    assert all(row["zh"] and row["en"] for row in book)
    assert {row["code"] for row in book if (row["table"], row["column"]) == ("records", "state")} >= {
        "listed",
        "withdrawn",
    }


def test_its_sums_are_those_of_its_files(release: Path) -> None:
    sums = dict(reversed(line.split("  ")) for line in (release / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: sha256(data).hexdigest() for name, data in contents(release).items() if name != "SHA256SUMS"}


def test_a_second_release_writes_only_what_differs(release: Path, sample_archive: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(release, again)
    db = copied(sample_archive, tmp_path)
    assert " 0 written, 0 of an earlier release removed" in run("export", "dataset", again, "--db", db)[1]
    assert contents(again) == contents(release)
    with closing(open_for_writing(db)) as archive:
        archive.execute(
            "UPDATE records SET last_seen = '2030-01-01T00:00:00Z' WHERE id = (SELECT min(id) FROM records)"
        )
    assert re.search(r" [1-4] written, 0 of", run("export", "dataset", again, "--db", db)[1])


def test_what_is_withheld_is_not_in_it(sample_archive: Path, tmp_path: Path) -> None:
    db = copied(sample_archive, tmp_path)
    (first,) = rows(db, "SELECT min(id) AS id, title FROM records")
    assert run("withhold", first["id"], "--reason", "样本", "--db", db)[0] == 0
    assert run("export", "dataset", tmp_path / "release", "--db", db)[0] == 0
    assert (
        read(tmp_path / "release", "records").filter(f"title = '{first['title']}' AND id = {first['id']}").fetchall()
        == []
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the folder of the release"),
        (("a", "b"), "name the folder of the release"),
        (("folder", "--limit", "3"), "--limit does not go with dataset"),
        (("other",), "neither empty nor a release"),
    ],
)
def test_wrong_use_is_one_line(
    sample_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other").mkdir()
    Path("other/file").touch()
    status, output = run("export", "dataset", *arguments, "--db", sample_archive)
    assert (status, said in output, output.count("\n")) == (2, True, 1)


def test_a_release_mends_and_removes_files_of_its_own_and_no_others(tmp_path: Path) -> None:
    """A file of the first release is damaged, a year has no record any more, and its sums name files outside."""
    db, folder, outside = tmp_path / "a.db", tmp_path / "release", tmp_path / "outside.txt"
    two_years = [listed(row(1, published_on="2024-01-02"), row(2, published_on="2025-01-02"))]
    for day in (1, 2):
        crawl(db, two_years, day=day)
    release_of(db, folder, licence="CC0-1.0")
    (gone,), (damaged,) = (sorted(folder.glob(f"records/*/year={year}/*")) for year in (2024, 2025))
    damaged.write_bytes(b"damaged")
    assert (release_of(db, folder, licence="CC0-1.0").written, damaged.read_bytes()[:4]) == (1, b"PAR1")
    outside.write_text("样本", encoding="utf-8")
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.writelines(f"{'0' * 64}  {path}\n" for path in ("../outside.txt", outside))
    crawl(db, [listed(row(1, published_on="2025-01-03"), row(2, published_on="2025-01-02"))], day=3)
    again = release_of(db, folder, licence="CC0-1.0")
    assert (gone.exists(), outside.exists()) == (False, True)
    assert (again.removed, again.rows["records"]) == (1, 2)


@pytest.mark.parametrize("after", [0, 1, 6])
def test_a_release_that_was_killed_is_completed_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """A year that it wrote has no record any more: it must not stay, nor a copy of the archive."""
    db, folder, written = tmp_path / "a.db", tmp_path / "release", dataset._Writing.write

    def killed(writing: dataset._Writing, path: str, pieces: Iterable[bytes]) -> None:
        if len(writing.sums) == after:
            written(writing, path, (os._exit(9) if place else piece for place, piece in enumerate([b"", *pieces])))
        written(writing, path, pieces)

    for day in (1, 2):
        crawl(db, [listed(row(1, published_on="2024-01-02"), row(2, published_on="2025-01-02"))], day=day)
    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(dataset._Writing, "write", killed)
            release_of(db, folder, licence="CC0-1.0")
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    crawl(db, [listed(row(1, published_on="2025-01-03"), row(2, published_on="2025-01-02"))], day=3)
    release_of(db, folder, licence="CC0-1.0")
    release_of(db, tmp_path / "anew", licence="CC0-1.0")
    assert contents(folder) == contents(tmp_path / "anew")


def test_two_releases_into_one_folder_at_a_time_are_refused(sample_archive: Path, tmp_path: Path) -> None:
    with alone(tmp_path / ".lock", "sample"), pytest.raises(ArchiveError, match="is being written to"):
        release_of(sample_archive, tmp_path, licence="CC0-1.0")


def test_a_release_states_the_last_sealed_day_and_the_last_crawl(tmp_path: Path) -> None:
    db, folder = tmp_path / "a.db", tmp_path / "release"
    for day in (1, 2):
        crawl(db, [listed(row(1))], day=day)
    with closing(open_for_writing(db)) as archive:
        sql = "INSERT INTO seals (day, hash, previous_hash, captures, sealed_at) VALUES (?, ?, '', 1, ?)"
        archive.executemany(sql, [(f"2026-01-0{day}", str(day) * 64, DAY.format(day)) for day in (1, 2)])
    release_of(db, folder, licence="CC0-1.0")
    stated = b"".join(data for name, data in contents(folder).items() if name.endswith(".json")).decode()
    assert ("2" * 64 in stated, "1" * 64 in stated) == (True, False)
    assert (DAY.format(2) in stated, DAY.format(1) in stated) == (True, False)
