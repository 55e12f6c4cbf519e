"""Rows on their way into files: times by the clocks of Beijing, for people in words, for machines as they are."""

from datetime import datetime

from archive.export.rows import Rows
from archive.labels.language import reading

EVENTS = Rows(
    "样本",
    ("id", "at", "kind", "detail"),
    [
        (1, "2026-01-01T15:59:59Z", "added", '{"capture": 1}'),
        (2, None, "withdrawn", "no JSON"),
        (3, "2026-01-01T16:00:00.25+00:00", "another", "[]"),
    ],
    "events",
)
IN_BEIJING = [datetime(2026, 1, 1, 23, 59, 59), None, datetime(2026, 1, 2, 0, 0, 0, 250_000)]


def fresh() -> Rows:
    return Rows(EVENTS.title, EVENTS.columns, list(EVENTS.rows), EVENTS.table)


def test_times_are_those_of_beijing_in_columns_that_say_so() -> None:
    with reading("en"):
        shown = fresh().in_beijing_time()
    assert [row[1] for row in shown.rows] == IN_BEIJING
    assert (shown.columns[0], shown.columns[2:]) == ("id", ("kind", "detail"))
    assert "Beijing" in shown.columns[1]


def test_a_column_that_holds_other_texts_too_is_none_of_times() -> None:
    mixed = Rows("样本", ("noted",), [("2026-01-01T15:59:59Z",), ("样本",)])
    shown = mixed.in_beijing_time()
    assert (shown.columns, list(shown.rows)) == (("noted",), [["2026-01-01T15:59:59Z"], ["样本"]])


def test_for_people_codes_are_words_and_what_is_no_code_stays() -> None:
    with reading("zh"):
        shown = fresh().labelled()
        rows = [list(row) for row in shown.rows]
    assert [row[1] for row in rows] == IN_BEIJING
    assert [row[2] for row in rows] == ["新收录", "已撤下", "another"]
    assert "北京时间" in shown.columns[1]


def test_for_machines_json_is_parsed_and_what_is_none_stays() -> None:
    parsed = list(fresh().parsed().rows)
    assert [row[3] for row in parsed] == [{"capture": 1}, "no JSON", []]
    assert [row[1] for row in parsed] == [row[1] for row in EVENTS.rows]
