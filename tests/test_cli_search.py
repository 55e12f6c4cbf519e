"""`disclosures search`: what it prints for people and for programs, its bounds, its filters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli.main import main
from tests.web.sample_archive import build, build_past

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    archive = build(tmp_path_factory.mktemp("cli") / "disclosures.db")

    def ask(*arguments: object, db: Path = archive, status: int = 0) -> Result:
        done = CliRunner().invoke(main, ["search", *map(str, arguments), "--db", str(db)])
        assert done.exit_code == status, done.output
        return done

    return ask


def test_a_hit_is_a_line_with_its_date_and_three_below(run: Run) -> None:
    lines = run("老旧小区").stdout.splitlines()
    assert lines[0] == "2017-05-02  样例：关于印发2017年棚户区改造工作方案的通知"
    assert [line.strip() for line in lines[1:3]] == [
        "样例县人民政府  640324001/2017-61737",
        "http://portal.example/housing/1.html",
    ]
    assert "到这里才说到老旧小区改造" in lines[3]
    assert len(lines) == 4


def test_a_hit_without_a_date_has_blanks_in_its_place_and_its_title_is_not_shown_twice(run: Run) -> None:
    lines = run("无链接的一行").stdout.splitlines()
    assert lines[0] == f"{' ' * 10}  样例：无链接的一行"
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("limit", "told"),
    [(60, "61 found, the best 60 shown"), (61, "61 found"), (62, "61 found"), (None, "61 found, the best 20 shown")],
)
def test_what_was_found_and_how_much_of_it_is_shown(run: Run, limit: int | None, told: str) -> None:
    options = ("--limit", limit) if limit else ()
    assert run("预算", *options).stderr.strip() == told
    assert len(json.loads(run("预算", "--json", *options).stdout)) == min(limit or 20, 61)


@pytest.mark.parametrize("words", [("绝无此词",), ("，",), ("-预算",), ("",), (" ",)])
def test_nothing_found(run: Run, words: tuple[str, ...]) -> None:
    assert (run(*words).stdout, run(*words).stderr.strip()) == ("", "0 found")
    assert json.loads(run(*words, "--json").stdout) == []
    assert run(*words, "--count").stdout == "0\n"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 61), (("--since", 2017), 41), (("--until", 2017), 40), (("--since", 2017, "--until", 2017), 20), (("--since", 2019), 0),
        (("--until", 2015), 0), (("--kind", "budget"), 60), (("--portal", "checked"), 0), (("--portal", "yangli"), 61), (("--portal", "人民政府"), 61),
        (("--place", "64"), 61), (("--place", "640399"), 61), (("--place", "640398"), 0), (("--place", "6403", "--portal", "checked"), 0),
        (("--publisher", "样例县教育局"), 20), (("--publisher", "教育"), 20), (("--state", "listed"), 61), (("--state", "gone"), 0), (("--files",), 0),
    ],
)  # fmt: skip
def test_filters_count_as_they_list(run: Run, options: tuple[object, ...], count: int) -> None:
    assert int(run("预算", *options, "--count").stdout) == count
    assert len(json.loads(run("预算", *options, "--json", "--limit", 100).stdout)) == count


@pytest.mark.parametrize("place", ["县", "6", "640", "6403240", "６４"])
def test_a_place_that_is_no_code_is_wrong_use(run: Run, place: str) -> None:
    assert "is no division code or its first digits" in run("预算", "--place", place, status=2).output


def test_the_newest_first_or_the_title_first(run: Run) -> None:
    days = [hit["published_on"] for hit in json.loads(run("预算", "--json", "--newest", "--limit", 100).stdout)]
    assert days == sorted(days, reverse=True)
    ranked = json.loads(run("改造", "--json").stdout)
    assert "改造" in ranked[0]["title"]


def test_a_snippet_comes_from_the_text_then_from_a_file_then_from_the_title(run: Run, tmp_path: Path) -> None:
    past = build_past(tmp_path / "past.db")
    (hit,) = json.loads(run("名单的文字", "--json", db=past).stdout)
    assert "样例名单的文字" in hit["snippet"]
    assert "九百元" in json.loads(run("九百元", "--json", db=past).stdout)[0]["snippet"]
    (hit,) = json.loads(run("无链接的一行", "--json").stdout)
    assert hit["snippet"] == hit["title"] == "样例：无链接的一行"
