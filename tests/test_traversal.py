"""The memory of a walk."""

from hypothesis import given
from hypothesis import strategies as st

from archive.model.observations import Row
from crawler.spiders.traversal import Seen, Walk


@given(st.lists(st.text(max_size=2)))
def test_what_was_seen_is_known(words: list[str]) -> None:
    seen, known = Seen(), set[str]()
    for word in words:
        assert (word in seen) == (word in known)
        assert seen.add(word) == (word not in known)
        known.add(word)
    assert all(word in seen for word in words)
    assert "not there" not in seen


def test_a_row_of_an_earlier_page_counts_once_and_one_printed_twice_on_a_page_twice() -> None:
    one, two, three = (Row({}, {"标题": f"样本{n}"}, url=f"http://sample.example/{n}.html") for n in "123")
    walk = Walk()
    assert walk.unseen((one, two, two)) == (one, two, two)
    assert walk.unseen((two, three)) == (three,)
    assert walk.unseen((one, three)) == ()
