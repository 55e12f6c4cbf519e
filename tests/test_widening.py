"""Widening of a search: which words are added to those typed, that nothing else is, and that it is said and left out on request."""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial, reduce
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.database.connection import open_for_reading
from archive.labels.code_labels import KINDS
from archive.search import engine
from archive.search.agency_names import is_short_form, without_place
from archive.search.engine import Search
from archive.search.query import parse
from archive.search.synonyms import SYNONYMS, VARIABLE, SynonymsError, thesaurus
from archive.search.widening import MOST_OF_A_SEARCH, MOST_OF_A_WORD, widened
from crawler.cli.main import main
from tests import reporters_archive
from tests.plain_scan import scan


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reporters_archive.build(tmp_path_factory.mktemp("reporters") / "disclosures.db")


@pytest.fixture(scope="module")
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_reading(path)) as opened:
        yield opened


def also(connection: sqlite3.Connection, text: str) -> tuple[str, ...]:
    return widened(connection, parse(text)).also


# --- which words ---


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("棚改", "棚户区改造"),
        ("拆迁", "征收"),
        ("卫计局", "卫健局"),
        ("卫生局", "卫生健康局"),
        ("市监局", "工商局"),
        ("文广局", "文旅局"),
        ("教体局预算", "教育体育局预算"),
        ("2018年医保", "2018年医疗保险"),
        ("河湾镇政府", "河湾镇人民政府"),
        ("河东县教体局", "河东县教育体育局"),
        ("公开 棚改", "棚户区改造"),
        ("预算|棚改", "棚户区改造"),
        ("棚改 -预算", "棚户区改造"),
        ("拆遷", "征收"),
        ("18年部门预算", "2018年部门预算"),
        ("2018年部门预算", "2018年度部门预算"),
        ("2018年度部门预算", "2018年部门预算"),
        ("二〇一八年医保", "2018年医疗保险"),
        ("二零一八年预算", "2018年预算"),
        ("泔水", "餐厨垃圾"),
        ("样政办发2018年第52号文件", "样政办发〔2018〕52号"),
        ("2018年58号文", "〔2018〕58号"),
        ("样政办发[18]52号", "样政办发〔2018〕52号"),
        ("第58号文", "58号"),
        ("第7次人口普查", "第七次人口普查"),
        ("第七次人口普查", "第7次人口普查"),
        ("13五规划", "十三五规划"),
        ("满六十岁", "满60岁"),
        ("十年禁渔", "10年禁渔"),
        ("第二十届", "第20届"),
        ("第20届", "第二十届"),
        ("农委", "农业农村局"),
        ("文体旅局", "文化广电旅游体育局"),
        ("budget", "预算"),
    ],
)
def test_words_that_mean_the_same_are_added(connection: sqlite3.Connection, text: str, added: str) -> None:
    assert added in also(connection, text)


@pytest.mark.parametrize(
    "text",
    [
        "预算",
        "绝无此词",
        '"棚改"',
        "“棚改”",
        "预算 -棚改",
        "2017",
        "640399001/2017-",
        "118年",
        "48年",
        "一百二十岁",
        "120亩",
        "餐厨垃圾",
        "abc def",
        "征收",
        "局",
        "",
        "改" * 300 + "棚改",
    ],
)
def test_nothing_is_added(connection: sqlite3.Connection, text: str) -> None:
    assert not any(group.also for group in widened(connection, parse(text)).groups)


def test_the_longest_known_word_is_a_part_of_a_word() -> None:
    assert {"政府办", "政府办公室"} <= thesaurus().same.keys()
    assert thesaurus().parts("政府办公室决算") == ["政府办公室", "决算"]


def test_nothing_is_added_that_a_typed_word_finds_anyway(connection: sqlite3.Connection) -> None:
    assert "三公经费" in thesaurus().same["三公"]
    assert "三公经费" not in also(connection, "三公")
    assert "棚户区" not in also(connection, "棚改|棚户区")


@pytest.mark.parametrize("text", ["58号楼", "第2号公告", "2018年52号令", "5·8", "样政办发〔2018〕52"])
def test_what_is_no_document_number_is_not_read_as_one(connection: sqlite3.Connection, text: str) -> None:
    assert not any("〔" in added for added in also(connection, text))


def test_names_of_agencies_are_learned_from_the_archive(tmp_path: Path) -> None:
    path = reporters_archive.build(tmp_path / "disclosures.db")
    with closing(sqlite3.connect(path)) as connection:
        assert "蜂蜜果业局" not in also(connection, "蜂果局")
        connection.execute("INSERT INTO publisher_names (portal, name) VALUES ('hexi', '河西县蜂蜜果业局')")
        assert also(connection, "蜂果局") == ("蜂蜜果业局",)
        assert also(connection, "蜂蜜果业局") == ()
        assert also(connection, "河西县蜂果局决算") == ("河西县蜂蜜果业局决算",)
        connection.execute("INSERT INTO publisher_names (portal, name) VALUES ('hexi', '蜂果局')")
        assert also(connection, "蜂蜜果业局") == ("蜂果局",)


def test_other_names_of_an_agency_and_of_its_successor_are_added(tmp_path: Path) -> None:
    path = reporters_archive.build(tmp_path / "disclosures.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            INSERT INTO agencies (id, portal, name, type, stated) VALUES (901, 'hexi', '甜品署中心', 'department', 0);
            INSERT INTO agencies (id, portal, name, type, stated, successor_id) VALUES (902, 'hexi', '糖业处理局', 'department', 0, 901);
            INSERT INTO publisher_names (portal, name, agency_id) VALUES
                ('hexi', '河西县糖业处理局', 902), ('hexi', '河西县甜品署中心', 901), ('hexi', '县糖业管理局', 902);
        """)
        assert set(also(connection, "糖业处理局")) == {"甜品署中心", "糖业管理局"}
        assert set(also(connection, "甜品署中心")) == {"糖业处理局", "糖业管理局"}


@pytest.mark.parametrize(
    ("short", "name", "is_one"),
    [
        ("教体局", "教育体育局", True),
        ("发改局", "发展和改革局", True),
        ("人社局", "人力资源和社会保障局", True),
        ("育体局", "教育体育局", False),  # without the first
        ("教体", "教育体育局", False),  # without the last
        ("体教局", "教育体育局", False),
        ("教局", "教育局", False),
        ("教育局", "教育局", False),
    ],
)
def test_a_short_form_takes_characters_in_their_order(short: str, name: str, is_one: bool) -> None:
    assert is_short_form(short, name) is is_one


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("河东县教育局", "教育局"),
        ("样例市河东区教育局", "教育局"),
        ("县教育局", "教育局"),
        ("市场监督管理局", "市场监督管理局"),
        ("城市管理局", "城市管理局"),
        ("河东县政府", "河东县政府"),
    ],
)
def test_names_of_places_are_taken_off(name: str, bare: str) -> None:
    assert without_place(name) == bare


def test_no_more_are_added_than_so_many(connection: sqlite3.Connection) -> None:
    assert len(also(connection, "住建局")) == MOST_OF_A_WORD
    assert len(also(connection, "住建局 市监局 卫生局 发改局 教育局 文旅局")) == MOST_OF_A_SEARCH


def test_the_project_knows_many_words_and_agencies() -> None:
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 250
    assert {row["kind"] for row in rows} <= {"", *KINDS}
    assert all(set(row["words"].split()).isdisjoint(row["also"].split()) for row in rows)
    short = (
        "发改局",
        "人社局",
        "住建局",
        "卫健局",
        "市监局",
        "卫计局",
        "文广局",
        "教体局",
        "自规局",
        "农业农村局",
        "应急局",
        "医保局",
        "审批局",
        "林草局",
    )
    assert all(name in thesaurus().same for name in short)


# --- what is found ---

TYPED = st.lists(
    st.sampled_from(("棚改", "拆迁", "三公", "医保", "教体局", "教育局", "卫生局", "市监局", "预算", "公开", "样本", "河东县", "2018", "“棚改”", "-预算", "-棚改",
                     "公车|低保", "教体局预算", "绝无此词")),
    min_size=1, max_size=3,
).map(" ".join)  # fmt: skip


@pytest.fixture(scope="module")
def scanned(connection: sqlite3.Connection) -> Callable[[str], set[int]]:
    return cache(partial(scan, connection))


@given(TYPED)
def test_a_widened_search_finds_what_a_scan_for_any_of_the_words_does(
    connection: sqlite3.Connection, scanned: Callable[[str], set[int]], text: str
) -> None:
    query = widened(connection, parse(text))
    each = [
        reduce(set.union, (scanned(word.written) for word in (*group.words, *group.also))) for group in query.wanted
    ]
    expected = reduce(set.intersection, each) if each else set()
    for group in query.unwanted:
        expected = expected - reduce(set.union, (scanned(word.written) for word in group.words))
    found = engine.first(connection, Search(query), 10_000)
    assert found == list(engine.every(connection, Search(query)))
    assert set(found) == expected
    assert len(found) == engine.count(connection, Search(query)) == len(expected)


@pytest.mark.parametrize("word", ["棚改", "拆迁", "教育局", "教体局", "三公", "社保"])
def test_the_words_alone_are_found_on_request(path: Path, connection: sqlite3.Connection, word: str) -> None:
    done = CliRunner().invoke(main, ["search", word, "--exact", "--count", "--db", str(path)])
    assert (int(done.stdout), done.stderr) == (len(scan(connection, word)), "")


# --- the command ---


def test_the_command_tells_what_else_it_searched_for(path: Path) -> None:
    done = CliRunner().invoke(main, ["search", "教体局", "预算", "--json", "--db", str(path)])
    hits = json.loads(done.stdout)
    assert any(hit["publisher"] == "河东县教育体育局" for hit in hits)
    assert all("教育体育局" in hit["also_searched"] for hit in hits)
    typed = json.loads(CliRunner().invoke(main, ["search", "三公经费", "--json", "--db", str(path)]).stdout)
    assert {("“三公”经费" in hit["title"], "also_searched" in hit) for hit in typed} == {(True, False), (False, True)}
    assert "also searched for: 教育体育局" in done.stderr
    exported = CliRunner().invoke(main, ["export", "csv", "教体局", "预算", "--db", str(path)])
    assert "教育体育局" in exported.stdout
    assert "also searched for" in exported.stderr


@pytest.mark.parametrize(
    ("words", "number", "meant"),
    [
        ("政府工作报告", 2, ("政府工作报告",)),
        ("三公", 5, ("“三公”经费",)),
        ("社保", 1, ("社会保险",)),
        ("专精特新", 1, ("专精特新",)),
        ("十三五 规划", 2, ("第十三个五年规划", "“十三五”规划")),
        ("新农合", 1, ("新型农村合作医疗",)),
        ("招标", 1, ("招标",)),
    ],
)
def test_titles_with_what_was_typed_come_before_those_with_what_is_meant_besides(
    connection: sqlite3.Connection, words: str, number: int, meant: tuple[str, ...]
) -> None:
    wanted = Search(widened(connection, parse(words)))
    ids = list(engine.first(connection, wanted, 100))
    first = [connection.execute("SELECT title FROM records WHERE id = ?", (id_,)).fetchone()[0] for id_ in ids[:number]]
    assert all(any(word in title for word in meant) for title in first), first
    assert len(ids) > number, "nothing but what was typed is found: the order shows nothing"


def test_snippets_show_words_that_were_added(path: Path) -> None:
    done = CliRunner().invoke(main, ["search", "教体局", "--json", "--db", str(path)])
    snippets = [hit["snippet"] for hit in json.loads(done.stdout)]
    assert any("教育体育局" in snippet for snippet in snippets)
    assert all("教育体育局" in snippet or "教育局" in snippet for snippet in snippets)


# --- an operator's own words ---


def test_an_operators_file_adds_words(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    own.write_text("\ufeffwords,also,kind\n黑话 行话,暗语,plan\n棚改,黑话,\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(own))
    with closing(open_for_reading(path)) as connection:
        assert also(connection, "黑话") == ("行话", "暗语")
        assert also(connection, "暗语") == ()
        assert {"棚户区改造", "黑话"} <= set(also(connection, "棚改"))
    assert thesaurus().kinds["行话"] == "plan"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"words,also,kind\n\xff\xfe,,\n", "can't be read as CSV in UTF-8"),
        (b"a,b\n1,2\n", "row 2 has no `words`"),
        (b"words,also,kind\na b,c,nonsense\n", "row 2: kind = 'nonsense' must be one of hot_topic_response"),
        (b'words,also,kind\n"a b,c,\n', "can't be read as CSV"),
        (None, "can't be read as CSV in UTF-8: [Errno 2]"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_line(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    own = tmp_path / "own.csv"
    if content is not None:
        own.write_bytes(content)
    monkeypatch.setenv(VARIABLE, str(own))
    with pytest.raises(SynonymsError):
        thesaurus()
    for command in (["search", "棚改"], ["serve"]):
        done = CliRunner().invoke(main, [*command, "--db", str(path)])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr
