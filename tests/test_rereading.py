"""Batches in which records are read again: bounded by their number and by their texts."""

from contextlib import closing

import pytest

from archive.analysis import claim_reader, rereading
from archive.database.connection import open_for_writing, transaction

SENTENCE = "样本支出110万元，比上年增加10万元，增长10%。"


@pytest.mark.parametrize(
    ("most", "characters", "batches"),
    [(2, 1000, [2, 1, 2]), (9, 2 * len(SENTENCE) - 1, [2, 2, 1]), (9, 1000, [5]), (9, 0, [1, 1, 1, 1, 1])],
)
def test_a_batch_ends_at_its_bounds_and_nothing_is_left(tmp_path, monkeypatch, most, characters, batches) -> None:
    monkeypatch.setattr(rereading, "BATCH", most)
    monkeypatch.setattr(rereading, "MOST_CHARACTERS", characters)
    derive = rereading.derive
    sizes: list[int] = []

    def counting(work, inputs, seconds):
        sizes.append(len(inputs))
        return derive(work, inputs, seconds)

    monkeypatch.setattr(rereading, "derive", counting)
    with closing(open_for_writing(tmp_path / "a.db")) as connection, transaction(connection):
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640324', '')")
        for number, body in enumerate((SENTENCE, SENTENCE, "样本正文。", SENTENCE, SENTENCE, SENTENCE)):
            connection.execute(
                "INSERT INTO records (portal, kind, url, title, body, first_seen, last_seen) "
                "VALUES ('a', 'plan', ?, '样本', ?, '', '')",
                (number, body),
            )
        claim_reader.catch_up(connection)
        assert [row[0] for row in connection.execute("SELECT record_id FROM claims")] == [1, 2, 4, 5, 6]
        assert connection.execute("SELECT count(*) FROM unread_claims").fetchone()[0] == 0
        assert [size for size in sizes if size] == batches
        connection.execute("UPDATE records SET body = '样本正文。' WHERE id = 1")
        claim_reader.catch_up(connection)
        assert [row[0] for row in connection.execute("SELECT record_id FROM claims")] == [2, 4, 5, 6]
