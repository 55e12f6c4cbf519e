"""The counts that the home page shows are those of the records and events, whatever is written and by whom."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive
from tests.test_old_archives import emptied

MONTHS = "SELECT coalesce(substr(published_on, 1, 7), ''), kind, count(*) FROM records GROUP BY 1, 2"
PORTALS = "SELECT portal, kind, count(*) FROM records GROUP BY 1, 2"
DAYS = "SELECT coalesce(date(at, '+8 hours'), ''), kind, count(*) FROM events GROUP BY 1, 2"
TALLIES = {
    "SELECT * FROM tally_months WHERE records <> 0": MONTHS,
    "SELECT * FROM tally_portals WHERE records <> 0": PORTALS,
    "SELECT * FROM tally_events WHERE events <> 0": DAYS,
}
BEGUN = (
    "INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640399', ''), ('b', '样本县', '640398', '')",
    "INSERT INTO crawls (id, portal, mode, started_at) VALUES (1, 'a', 'full', '2026-01-01T00:00:00Z')",
)
RECORD = "INSERT INTO records (portal, kind, published_on, url, first_seen, last_seen) VALUES (?, ?, ?, ?, '', '')"
EVENT = "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (?, 'changed', ?, 1)"

portals, kinds = st.sampled_from(("a", "b")), st.sampled_from(("budget", "notice"))
days = st.sampled_from((None, "2018-03-01", "2018-03-31", "2018-04-01"))
moments = st.sampled_from(("2018-03-01T15:59:59Z", "2018-03-01T16:00:00Z", "no moment"))
steps = st.lists(
    st.one_of(
        st.tuples(st.just(RECORD), portals, kinds, days, st.uuids().map(str)),
        st.tuples(st.just("UPDATE records SET portal = ?, kind = ?, published_on = ? WHERE id = ?"), portals, kinds, days, st.integers(1, 6)),
        st.tuples(st.just("UPDATE records SET title = ? WHERE id = ?"), st.just("样本"), st.integers(1, 6)),
        st.tuples(st.just(EVENT), st.integers(1, 6), moments),
        st.tuples(st.just("DELETE FROM events WHERE record_id = ?"), st.integers(1, 6)),
        st.tuples(st.just("DELETE FROM records WHERE id = ?"), st.integers(1, 6)),
    ),
    max_size=25,
)  # fmt: skip


def counted(connection: sqlite3.Connection) -> dict[str, tuple[list[object], list[object]]]:
    """The figure of each tally, and the one that counting gives."""
    return {
        kept: (sorted(connection.execute(kept).fetchall()), sorted(connection.execute(counting).fetchall()))
        for kept, counting in TALLIES.items()
    }


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_tallies_agree_with_counting_after_any_writes(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder, closing(open_up_to_date(empty_archive(Path(folder) / "a.db"))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # a record may go before its events here
        for statement in BEGUN:
            connection.execute(statement)
        for statement, *values in steps:
            connection.execute(str(statement), values)
        for kept, counting in counted(connection).values():
            assert kept == counting


def test_an_older_archive_is_counted_once(tmp_path: Path) -> None:
    connection = emptied("m002_evidence_and_time", tmp_path)
    for statement in BEGUN:
        connection.execute(statement)
    for number, day in enumerate((None, "2018-03-01", "2018-03-31")):
        connection.execute(RECORD, ("a", "budget", day, str(number)))
    connection.execute(EVENT, (1, "2018-03-01T16:00:00Z"))
    connection.close()
    for _ in range(2):
        with closing(open_up_to_date(tmp_path / "a.db")) as connection:
            assert connection.execute("SELECT * FROM tally_months ORDER BY 1").fetchall() == [
                ("", "budget", 1),
                ("2018-03", "budget", 2),
            ]
            assert connection.execute("SELECT * FROM tally_portals").fetchall() == [("a", "budget", 3)]
            assert connection.execute("SELECT * FROM tally_events").fetchall() == [("2018-03-02", "changed", 1)]
