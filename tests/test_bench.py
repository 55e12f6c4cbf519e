"""The benchmarks run, with tiny numbers, so that they don't rot; what they measure is no test."""

import ast
import json
import os
import shutil
import sqlite3
import sys
import xml.etree.ElementTree as ET
from argparse import Namespace
from contextlib import closing, contextmanager
from importlib import import_module
from multiprocessing.connection import Pipe

import pytest

from archive.evidence.evidence_reader import beside
from archive.questions import question_files as asking
from archive.web.http import server
from bench import all as every
from bench import (
    budget_pages,
    budgets,
    coverage,
    curve,
    evidence,
    files,
    flipped_bytes,
    measure,
    memory,
    mutants,
    page,
    pages,
    questions,
    repeat,
    search,
    several,
    store,
)
from bench.large_archive import archive_of
from bench.measure import Cost, Curve, Figure, Ratio, Report
from bench.served import ServedSite
from tests import warm
from tests.changing_portal import LIST, Portal
from tests.conftest import ROOT, Site, portal_file, rows
from tests.ruled_pages import document, ruled


@contextmanager
def forked_site(*archives):
    """What `bench.served.ours` serves, from a process that has our modules loaded already."""
    read, told = Pipe(duplex=False)
    process = warm.processes.Process(target=_serve, args=(archives, told))
    process.start()
    told.close()
    try:
        yield ServedSite(read.recv(), process.pid)
    finally:
        process.terminate()
        process.join()


def _serve(archives, told):
    server.SETTINGS["num_sql_threads"] = 1
    server.run(server.site_of({path.stem: path for path in archives}).app(), "127.0.0.1", 0, announce=told.send)


def forked_command(*words):
    """What `bench.measure.command` runs, where it is the command `disclosures`, as `forked_site`; its cost is any."""
    if words[:2] != ("-m", "crawler.cli.main"):
        return measure.command(*words)
    done = warm.disclosures(*words[2:])
    assert done.returncode == 0, done.stderr
    return Cost(1, 1, 1)


def _forked_cost(words):
    """What `bench.country._cost` does."""
    done = warm.disclosures(*words)
    assert done.returncode in {0, 1}, done.stderr
    return Cost(1, 1, 1)


@pytest.fixture(autouse=True)
def _loaded_already(monkeypatch):
    """Sites and commands of ours are forked; those of `bench.measure`, `bench.served` and `bench.pages` start as they do for whom measures."""
    for each in (budget_pages, coverage, curve, search, several, import_module("bench.attack")):
        monkeypatch.setattr(each, "ours", forked_site)
    monkeypatch.setattr("bench.country._cost", _forked_cost)
    for name in ("checked_model", "crawl", "flipped_bytes", "portals"):
        monkeypatch.setattr(f"bench.{name}.command", forked_command)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return archive_of(tmp_path_factory.mktemp("bench"), 400)


def test_evidence_is_measured_against_warc():
    report = evidence.measured(40, 1)
    assert len(report.ratios) == 4
    assert all(ratio.wall > 0 for ratio in report.ratios)


def test_flipped_bits_are_found(monkeypatch):
    monkeypatch.setattr(flipped_bytes, "SUMMED_BYTES", 1_000_000)
    monkeypatch.setattr(flipped_bytes, "EVENTS", 100)
    report = flipped_bytes.measured(3)
    assert [figure.value for figure in report.figures if figure.target is not None] == [0, 0]


def test_a_file_of_each_kind_is_read():
    report = files.measured(1)
    assert {"docx", "pdf", "txt"} <= {figure.what for figure in report.figures}


def test_pages_of_budgets_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(budget_pages, "UNITS", 2)
    report = budget_pages.measured(budget_pages.archive_of(tmp_path, 1), 1)
    assert report.title.startswith("Pages of budgets over 360 tables and 33,480 lines")
    assert len(report.figures) == 3 + len(budget_pages.QUESTIONS) + len(budget_pages.COMPARISONS)


def test_pages_of_a_whole_country_are_measured(tmp_path):
    report = coverage.measured(tmp_path, 2, 1_000_000, 1)
    assert report.title.startswith("Coverage of 2,854 counties, 8,562 crawls and 1,000,000 records")
    assert len(report.figures) == len(coverage.PAGES)


def test_budgets_of_a_folder_are_measured(tmp_path):
    content = ruled(
        [["科目编码", "科目名称", "金额"], ["", "合计", "1.00"], ["201", "样本", "2.00"]], above="一般公共预算支出表"
    )
    (tmp_path / "a.pdf").write_bytes(document([content], (300, 200)))
    report = budgets.measured(tmp_path)
    figures = {figure.what: figure.value for figure in report.figures}
    assert (figures["files"], figures["budget tables"], figures["identities that fail"]) == (1, 1, 1)
    assert "total 金额: 1.00 ≠ 2.00" in report.notes[0]


def test_pages_are_asked_of_ours_and_of_stock_datasette(archive):
    report = pages.measured(archive, 2)
    assert {"home", "a record"} <= {figure.what for figure in report.figures}
    assert len(report.ratios) == 2


def test_storing_is_measured_by_the_size_of_the_archive(archive):
    costs = store.measured(archive.parent, [400], 60, 1)
    report = store.report(costs, 60)
    assert report.ratios[0].what.startswith("into 400 records")
    assert report.ratios[-1].wall > 1


def test_a_crawl_without_evidence_writes_the_same_archive(tmp_path):
    with Site({}) as site:
        site.answers = Portal(site, tmp_path).answers()
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", LIST))
        measure.command("-m", "bench.unsealed", "crawl", str(county), "--delay", "0", "--db", str(tmp_path / "a.db"))
    assert rows(tmp_path / "a.db", "SELECT count(*) AS n FROM records WHERE body IS NOT NULL") == [{"n": 30}]
    assert rows(beside(tmp_path / "a.db"), "SELECT count(*) AS n FROM captures") == [{"n": 0}]


def test_memory_is_reported_by_tenths_of_a_crawl():
    seen = [(n, 100.0 + n) for n in range(0, 100, 5)]
    assert memory.peaks(iter(seen), 100) == [(10 * step, 95.0 + 10 * step) for step in range(1, 11)]


def test_costs_are_measured_size_by_size_and_not_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "queries", lambda _: [("words", {"q": "预算"})])
    kept = archive_of(tmp_path, 80)
    values = curve.measured(tmp_path, [40, 80], 20, 2)
    assert {path.name for path in tmp_path.iterdir()} == {
        kept.name,
        curve.NOTES,
    }  # what it made is removed, what was there is not
    monkeypatch.setattr(curve, "of_archive", None)
    assert curve.measured(tmp_path, [40, 80], 20, 2) == values
    curves = {each.name: each.points for each in curve.report(values).curves}
    assert len(curves) == len(curve.MEASURES)
    assert all(value > 0 for points in curves.values() for _, value in points)
    assert curves["the archive"][0][1] < curves["the archive"][1][1]


def test_a_report_of_curves_is_a_table_by_size(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "KEPT", tmp_path / "benchmarks.json")
    made = curve.report({10_000: [1.0] * 8, 3_000_000: [2.5] * 8})
    measure.tell(made, Namespace(keep=True, sizes="10000,3000000", folder=tmp_path))
    written = page.page(json.loads((tmp_path / "benchmarks.json").read_text("utf-8")))
    assert "| records | 10,000 | 3,000,000 |" in written
    assert "| home, 95th percentile, ms | 1.00 | 2.50 |" in written
    assert "`python -m bench.curve --sizes 10000,3000000`" in written


def test_searches_are_asked_of_each_way_to_search(archive, monkeypatch):
    monkeypatch.setattr(search, "queries", lambda _: [("words", {"q": "预算"}), ("words", {"q": "棚户区"})])
    report = search.report({400: search.of_size(archive)})
    assert len(report.ratios) == len(search.RATIOS)
    assert [curve.points[0][0] for curve in report.curves] == [400.0] * 5


def test_queries_are_drawn_from_the_archive(archive):
    with closing(sqlite3.connect(archive)) as connection:
        drawn = search.queries(connection)
    assert len(drawn) > 180
    assert all(text for kind, parameters in drawn for text in parameters.values() if kind != "filters")


def test_every_question_is_asked(archive):
    report = questions.measured(archive, 1)
    assert len(report.figures) == len(asking.questions())
    assert report.figures[0].what.startswith("Q01 removed_records")


def test_a_report_is_kept_printed_and_drawn(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "KEPT", tmp_path / "benchmarks.json")
    for name in ("KEPT", "PAGE", "PLOT"):
        monkeypatch.setattr(
            page, name, tmp_path / f"benchmarks.{ {'KEPT': 'json', 'PAGE': 'md', 'PLOT': 'svg'}[name] }"
        )
    report = Report(
        "sample", "A sample", [measure.ratio("a & b", [Cost(2, 1)], [Cost(1, 2)], 1.5), Ratio("size", 0.25)],
        [Figure("of one", 12.5, "ms", 20, 3)], [Curve("Growth", "records", "ms", "a <b>", [(10, 1), (1000, 20)])],
    )  # fmt: skip
    measure.tell(report, Namespace(keep=True, records=5, folder=tmp_path))
    page.main()
    assert "2.00 (processor: 0.50) [at most 1.5]  a & b" in capsys.readouterr().out
    written = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert "| a & b | 2.00 | 0.50 | 1.50 |" in written
    assert "`python -m bench.sample --records 5`" in written
    drawn = ET.parse(tmp_path / "benchmarks.svg").getroot()
    assert "a <b>: 20.0" in [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_all_runs_benchmarks_that_there_are():
    assert {*every.BY_THEMSELVES, *every.ON_ARCHIVES} <= {*page.ORDER}


def test_several_archives_are_measured_beside_one(archive, monkeypatch):
    monkeypatch.setattr(several, "queries", lambda connection: search.queries(connection)[::30])
    monkeypatch.setattr(several, "ROUNDS", 1)
    report = several.report(archive)
    assert [ratio.target for ratio in report.ratios[:2]] == [several.MOST] * 2
    assert len(report.ratios) == 2 + len(several._OVER_ALL)
    assert len(several.divided(archive)) == several.PARTS


SMALLEST = {
    "attack": "--folder {folder} --records 40",
    "crawl": "--records 20 --runs 1",
    "masking": "--size 500",
    "memory": "--records 200",
    "checked_model": "--portals 2 --records 20",
    "country": "--portals 8",
    "portals": "--portals 2 --records 5",
    "reading": "--runs 1",
    "simulated_country": "--portals 2 --days 8 --sample 1",
    "repeat": "--times 1 --busy 1 -- tests/test_clock.py",
    "sql_mutants": "removed_records",
}
"""The command lines of benchmarks that no other test runs, with their smallest numbers."""

WANT_NGINX = {"checked_model", "country", "crawl", "memory", "portals"}
BY_ANOTHER = {"all", "bare_spider", "unsealed"}
"""Commands that run, or are run by, benchmarks that are tested."""


@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_runs_to_its_end(name, tmp_path, monkeypatch):
    if name in WANT_NGINX and not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    for constant, least in (
        ("attack.ROUNDS", 1),
        ("attack.EACH", 2),
        ("attack.REST", 0),
        ("reading.HOSTILE", {"nothing": b""}),
        ("reading.TIMES", 1),
        ("masking.PROSE_LENGTH", 1_000),
    ):
        monkeypatch.setattr(f"bench.{constant}", least)
    monkeypatch.setattr(sys, "argv", [f"bench.{name}", *SMALLEST[name].format(folder=tmp_path).split()])
    try:
        status = import_module(f"bench.{name}").main()
    except SystemExit as ended:
        status = ended.code
    assert not status


def test_every_benchmark_is_run_by_a_test():
    commands = {path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text("utf-8")}
    imported = {name for path in (ROOT / "tests").rglob("*.py") for name in _imported_of_bench(path.read_text("utf-8"))}
    assert commands - imported - SMALLEST.keys() - BY_ANOTHER == set()


def _imported_of_bench(text):
    """The modules of `bench` that a test module imports."""
    for node in ast.walk(ast.parse(text if "bench" in text else "")):
        if isinstance(node, ast.ImportFrom) and node.module == "bench":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bench."):
            yield node.module.removeprefix("bench.")


def test_mutated_modules_and_their_tests_are_there():
    known = mutants.settings()
    named = [*known["modules"], *(test.split("::")[0] for tests in known["modules"].values() for test in tests)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_scores_of_mutants_are_kept_module_by_module(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "KEPT", tmp_path / "benchmarks.json")
    monkeypatch.setattr(mutants, "SURVIVORS", tmp_path / "survivors.toml")
    (tmp_path / "benchmarks.json").write_text("{}")
    (tmp_path / "survivors.toml").write_text(
        '[[survivor]]\nmodule = "archive/a.py"\nfunction = "f"\nchange = "-x < 1\\n+x <= 1"\nreason = "the same for whole numbers"\n'
    )
    survivors = tuple(mutants.Survivor(f"archive.a.x_f__mutmut_{n}", "f", f"-x < {n}\n+x <= {n}") for n in (1, 2))
    mutants.keep(found := mutants.Result("archive/a.py", 10, 8, survivors), len(mutants.explained(found)))
    assert mutants.outdated(mutants.Result("archive/a.py", 10, 8, survivors)) == []
    assert mutants.outdated(mutants.Result("archive/a.py", 10, 9, survivors[1:])) == [("f", "-x < 1\n+x <= 1")]
    mutants.keep(mutants.Result("archive/b.py", 10, 10, ()), 0)
    written = page.page(json.loads((tmp_path / "benchmarks.json").read_text("utf-8")))
    assert "| `archive/a.py` | 10 | 8 | 2 | 1 | 80 % |" in written
    assert "| all | 20 | 18 | 2 | | 90 % | |" in written


@pytest.mark.parametrize("code", [None, 255])  # interrupted; pytest found no such test
def test_a_mutant_that_was_not_tried_is_not_counted_as_noticed(tmp_path, code):
    meta = tmp_path / "mutants" / "archive" / "a.py.meta"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"exit_code_by_key": {"archive.a.x_f__mutmut_1": 1}}))
    assert mutants.result("archive/a.py", tmp_path) == mutants.Result("archive/a.py", 1, 1, ())
    meta.write_text(json.dumps({"exit_code_by_key": {"archive.a.x_f__mutmut_1": 1, "archive.a.x_f__mutmut_2": code}}))
    with pytest.raises(mutants.MutmutFailedError, match=r"1 of 2 mutants of archive/a\.py were not tried"):
        mutants.result("archive/a.py", tmp_path)


def test_sql_in_other_case_is_no_fault():
    same = mutants.Survivor("", "f", '-"SELECT 1 FROM a"\n+"select 1 from a"')
    other = mutants.Survivor("", "f", '-"SELECT 1 FROM a"\n+"SELECT 2 FROM a"')
    name = mutants.Survivor("", "f", '-record["url"]\n+record["URL"]')
    column = mutants.Survivor("", "f", '-return row["url"]\n+return row["URL"]')
    assert [each.same_sql for each in (same, other, name, column)] == [True, False, False, True]


def test_what_a_test_that_failed_said_is_kept(tmp_path):
    (tmp_path / "test_sample.py").write_text("def test_good(): pass\ndef test_bad(): assert 1 == 2, 'sample'\n")
    ends, failed = repeat.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)], dict(os.environ)
    )
    assert ends == {"passed": 1, "failed": 1}
    assert [(name.rpartition("::")[2], said) for name, said in failed.items()] == [
        ("test_bad", "AssertionError: sample")
    ]
