"""Everything the archive holds has its name in Chinese and English, on the site and in the docs."""

import asyncio
import csv
import re
import sqlite3
from pathlib import Path

import pytest
from datasette.app import Datasette

from archive.attachments.extraction import STATES
from archive.database.withheld import HELD, WITHHELD
from archive.ingest import health
from archive.ingest.record_writer import PENDING, UNLINKED
from archive.labels import code_labels, tables, tables_page
from archive.labels.example_queries import FOLDER
from archive.labels.label import LABELS, LABELS_FILE, Label, label_of, labels_under, read_labels
from archive.labels.language import reading
from archive.labels.wording import names_of_changed
from archive.masking.redaction import redact
from archive.model.observations import UNAVAILABLE
from crawler.extract import response_class
from crawler.portals import catalogue_kinds

ROOT = Path(__file__).parents[2]


def schema(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Tables and views → columns, without what FTS5 keeps for itself."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    own = [name for name in names if not name.startswith("records_fts_")]
    columns = {name: {row[1] for row in database.execute(f"PRAGMA table_xinfo([{name}])")} for name in own}
    columns["records_fts"] -= {"records_fts", "rank"}
    return columns


def test_numbers_stand_with_nouns_that_agree():
    table_size, subject = LABELS["file_page.table_size"], LABELS["message.changes"]
    assert table_size.format(rows=1, columns=2) == Label("1 行 × 2 列", "1 row × 2 columns")
    assert table_size.format(rows="1,000", columns=1).en == "1,000 rows × 1 column"
    assert subject.format(title="样例", count=1).en == "样例: 1 change"
    assert LABELS["message.other_portals"].format(count=1).en == "and 1 more portal"
    assert LABELS["word.beijing"].format(time="09:00").en.startswith("09:00")


def test_no_label_prints_a_number_before_a_noun_of_its_own():
    written = re.compile(r"\{(?:count|number|total|days|pages|rows|columns|seconds|length|before)\} [a-z]+s\b")
    assert [key for key, label in LABELS.items() if written.search(label.en) and not key.startswith("detail")] == []


def test_every_table_and_column_has_a_label(database):
    assert {name: set(table.columns) for name, table in tables.TABLES.items()} == schema(database)


def test_every_state_event_kind_health_and_flag_has_a_label(database):
    def checked(table: str, column: str) -> set[str]:
        (sql,) = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return set(re.findall(r"'(\w+)'", re.search(rf"{column} IN \(([^)]*)\)", sql)[1]))

    assert checked("records", "state") == set(code_labels.STATES)
    assert checked("events", "kind") == set(code_labels.EVENTS)
    assert checked("versions", "cause") == set(code_labels.CAUSES)
    assert set(catalogue_kinds.KINDS) == set(code_labels.KINDS)
    assert {*health.STATES} - {health.NEVER_CHECKED} == set(code_labels.HEALTH)
    flags = set(re.findall(r'(?:flags|doubts)\.add\("(\w+)"\)', sources()))
    assert "title_truncated" in flags
    assert flags <= set(code_labels.FLAGS)


def sources() -> str:
    """Everything that may name a label or a code."""
    paths = [path for room in ("archive", "crawler", "pipelines") for path in (ROOT / room).rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix in {".py", ".sql", ".html", ".toml"}]
    return "\n".join(texts)


def test_every_label_is_used(database):
    text = sources()
    named = set(re.findall(r"""(?:LABELS|labels)\[["']([\w.]+)["']""", text))
    named |= set(re.findall(r"""= "((?:api|parameter|heading|filter)\.\w+)\"""", text))
    seen = {row["zh"].removeprefix("see ") for row in rows() if row["zh"].startswith("see ")}
    assert named <= LABELS.keys()
    assert seen <= LABELS.keys()
    whole = set(re.findall(r'labels_under\("([\w.]+)"\)', text)) | {"column"}
    loose = {key for key in LABELS if key.partition(".")[0] not in whole} - named - seen
    assert loose == set(), "labels that nothing shows"
    coded = {"kind", "state", "event", "flag", "mode", "health", "problem", "capture", "cause", "file", "redaction"}
    coded |= {"outcome", "heading", "filter", "detail", "detail_capture"}
    codes = {key for key in LABELS if key.partition(".")[0] in coded and not key.endswith("_overlong")}
    unknown = {key for key in codes if not re.search(rf"""["']{key.partition(".")[2]}["']""", text)}
    assert unknown == set(), "labels of codes that nothing writes"
    assert {path.stem for path in FOLDER.iterdir()} == labels_under("query").keys()


def rows() -> list[dict[str, str]]:
    with LABELS_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_label_has_both_languages_and_both_descriptions_or_none():
    for key, label in LABELS.items():
        assert label.zh, key
        assert label.en, key
        assert bool(label.about) == bool(label.about_en), key


def test_a_label_is_given_in_one_language_and_filled_in(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "key,zh,en,about,about_en\na,甲,A,说明,Meaning\n\nb,see a,,,\nc,{n} 天,{n} days,,\n", encoding="utf-8"
    )
    labels = read_labels(path)
    assert labels["b"] is labels["a"]
    assert [labels["a"].name(language) for language in ("zh", "en")] == ["甲", "A"]
    assert [labels["a"].description(language) for language in ("zh", "en")] == ["说明", "Meaning"]
    assert labels["c"].format(n=3) == Label("3 天", "3 days")
    assert label_of(labels, "未知").name("en") == "未知"
    path.write_text("key,zh,en,about,about_en\na,甲,A,,\na,乙,B,,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a stands there twice"):
        read_labels(path)


def test_every_code_of_evidence_and_files_has_a_label():
    in_older_archives = "off_site"
    states = {*STATES, PENDING, UNLINKED, UNAVAILABLE, WITHHELD, HELD, in_older_archives}
    assert set(code_labels.ATTACHMENTS) == states
    outcomes = {
        response_class.PAGE,
        response_class.CUT,
        response_class.GONE,
        response_class.BLOCKED,
        response_class.ERROR,
        response_class.HOME,
    }
    assert set(code_labels.CAPTURES) == {*outcomes, "redirect", "not_modified"}
    masked = redact(
        "样例：11010519491231002X，13800138000，6222021234567890128，护照号：E00000000，车牌号：宁C00001，微信号：sample_1，"
        "家庭电话：0953-8000000，邮箱：sample@qq.com，家庭住址：样例镇样例村1号"
    )
    assert set(masked.counts) == set(code_labels.REDACTIONS)


def test_docs_name_every_table_column_state_and_flag(database):
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert text == tables_page.page(), "make it again: python -m archive.labels.tables_page > docs/tables.md"
    sections = dict(re.findall(r"^### `(\w+)`(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    for table, columns in schema(database).items():
        assert columns <= set(re.findall(r"^\| `(\w+)`", sections[table], re.MULTILINE)), table
    named = {code for known in code_labels.CODES.values() for code in known} | set(code_labels.FLAGS)
    assert named <= set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))


@pytest.mark.parametrize(("language", "number"), [("zh", "索引号: "), ("en", "index number: ")])
def test_metadata_describes_every_column_in_the_readers_language(site, language, number):
    with reading(language):
        known = site.metadata()["databases"]["disclosures"]["tables"]
    assert known["records"]["columns"]["index_number"].startswith(number)
    for name, table in tables.TABLES.items():
        assert known[name]["title"] == table.label.name(language)
        assert all(
            known[name]["columns"][column].startswith(label.name(language)) for column, label in table.columns.items()
        )


def test_the_operators_own_metadata_prevails(archive):
    site = Datasette(files=[str(archive)], metadata={"title": "另一个名字"})
    assert "另一个名字" in asyncio.run(site.client.get("/")).text


def test_the_operators_own_metadata_is_that_sites_alone(archive):
    own = {"title": "另一张表", "columns": {"title": "另一列"}, "facets": ["kind"]}
    site = Datasette(files=[str(archive)], metadata={"databases": {"disclosures": {"tables": {"records": own}}}})
    for served, is_own in ((site, True), (Datasette(files=[str(archive)]), False)):
        records = served.metadata()["databases"]["disclosures"]["tables"]["records"]
        differing = {
            records["title"] == "另一张表",
            records["columns"]["title"] == "另一列",
            records["facets"] == ["kind"],
        }
        assert differing == {is_own}
        assert records["columns"]["index_number"].startswith("索引号: ")


def test_nothing_of_ours_is_copied_where_datasette_looks_for_a_permission(site, archive):
    asked = {key: site.metadata(key, database=archive.stem) for key in ("allow", "allow_sql", "tables")}
    assert asked == {"allow": None, "allow_sql": None, "tables": None}


def test_files_that_changed_are_named_once_behind_the_fields():
    assert names_of_changed('["body", "attachment 样本.pdf", "attachments", "title"]') == ("正文", "信息名称", "附件")
    with reading("en"):
        assert names_of_changed('["attachment 样本.pdf"]') == ("attachments",)
    assert names_of_changed(None) == ()


FORMER_WORDING = re.compile(
    "完整走完|所标|所见变动|新发现|取走|看这一天|看这几天|待留意|实地核对|已撤列|采集原件|所得回应|服务器所称|整理后|所印|所解|所写|,所指,|数字所指|对照所得|分量"
    "|有一个即可|看不懂的|标题相符的|固定网址|固定地址|本站经办人|遮去|没有可查的|账目"
)
"""Words that readers stumbled over, each of which has a plainer one."""


def test_no_wording_that_readers_stumbled_over_is_left():
    files = [ROOT / "README.zh-CN.md"]
    for pattern in ("*.html", "*.csv", "*.sql", "*.toml"):
        files += (ROOT / "archive").rglob(pattern)
    words = {path.name: FORMER_WORDING.findall(path.read_text("utf-8")) for path in files}
    assert {name: found for name, found in words.items() if found} == {}
