"""Values read out of records are right after whatever was written, by whomever."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.analysis import derived
from archive.analysis.derived import DERIVED
from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive

BEGUN = (
    "INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640324', ''), ('b', '样本县', '640398', '')",
)
RECORD = (
    "INSERT INTO records (portal, kind, title, publisher, index_number, document_number, published_on, flags, body, url, "
    "first_seen, last_seen) VALUES (?, 'budget', ?, ?, ?, ?, ?, ?, ?, ?, '', '')"
)
portals = st.sampled_from(("a", "b"))
names = st.sampled_from((None, "同心县教育局", "县教育局", "同心县..."))
all_titles = st.sampled_from(
    (None, "同心县教育局2018年部门预算", "样本价格周报2018年第3期", "关于印发《样本县养老办法》的通知")
)
numbers = st.sampled_from((None, "640324001/2017-00001", "无"))
issued = st.sampled_from((None, "同政发〔2017〕91、92号"))
days = st.sampled_from((None, "2017-10-02", "2071-01-01"))
flags = st.sampled_from(("[]", '["page_cut"]'))
bodies = st.sampled_from((None, "样本" * 60))
ids = st.integers(1, 6)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just(RECORD), portals, all_titles, names, numbers, issued, days, flags, bodies, st.uuids().map(str)
        ),
        st.tuples(st.just("UPDATE records SET title = ?, publisher = ? WHERE id = ?"), all_titles, names, ids),
        st.tuples(st.just("UPDATE records SET document_number = ?, body = ? WHERE id = ?"), issued, bodies, ids),
        st.tuples(st.just("UPDATE records SET flags = ? WHERE id = ?"), flags, ids),
        st.tuples(st.just("DELETE FROM records WHERE id = ?"), ids),
        st.just(("catch up",)),
    ),
    max_size=20,
)


def held(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that is read out, with names for their numbers."""
    found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").fetchall() for table in DERIVED}
    known = dict(connection.execute("SELECT id, name FROM publisher_names"))
    place = {"derived": 4, "budgets": 4}
    for table, column in place.items():
        found[table] = [(*row[:column], known.get(row[column]), *row[column + 1 :]) for row in found[table]]
    return found


@settings(max_examples=60, deadline=None)
@given(steps)
def test_it_is_what_reading_everything_again_gives(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder, closing(open_up_to_date(empty_archive(Path(folder) / "a.db"))) as connection:
        for statement in BEGUN:
            connection.execute(statement)
        for statement, *values in steps:
            if statement == "catch up":
                derived.catch_up(connection)
            else:
                connection.execute(str(statement), values)
            behind = {row[0] for row in connection.execute("SELECT record_id FROM underived")}
            kept = {row[0] for table in DERIVED for row in connection.execute(f"SELECT record_id FROM {table}")}
            assert not behind & kept, "nothing stale is ever there"
        derived.refresh(connection)
        kept = held(connection)
        connection.execute("DELETE FROM settings WHERE name = 'derived_version'")
        derived.refresh(connection)
        assert held(connection) == kept
        assert connection.execute("SELECT count(*) FROM underived").fetchone() == (0,)
        assert len(kept["derived"]) == connection.execute("SELECT count(*) FROM records").fetchone()[0]


def test_names_that_no_record_bears_any_more_are_forgotten(tmp_path: Path) -> None:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute(BEGUN[0])
        connection.execute(RECORD, ("a", "样本", "某人13800138000", None, None, None, "[]", None, "1"))
        derived.refresh(connection)
        connection.execute("UPDATE records SET publisher = '某人138********'")
        derived.refresh(connection)
        assert connection.execute("SELECT name FROM publisher_names").fetchall() == [("某人138********",)]
        assert connection.execute("SELECT name FROM agencies").fetchall() == [("某人138********",)]


def test_names_that_a_killed_crawl_left_are_learned_by_whoever_opens_the_archive(tmp_path: Path) -> None:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute(BEGUN[0])
        connection.execute(RECORD, ("a", "样本", "同心县教育局", None, None, None, "[]", None, "1"))
        derived.catch_up(connection)
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        assert connection.execute("SELECT name FROM agencies").fetchall() == [("同心县教育局",)]


def test_agencies_keep_their_numbers(tmp_path: Path) -> None:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute(BEGUN[0])
        for number, name in enumerate(("同心县教育局", "县教育局", "同心县财政局")):
            connection.execute(RECORD, ("a", "样本", name, None, None, None, "[]", None, str(number)))
            with transaction(connection):
                derived.refresh(connection)
        agencies = dict(connection.execute("SELECT name, id FROM agencies"))
        assert set(agencies) == {"同心县教育局", "同心县财政局"}
        owned = dict(connection.execute("SELECT name, agency_id FROM publisher_names"))
        assert owned["县教育局"] == owned["同心县教育局"] == agencies["同心县教育局"] == 1
