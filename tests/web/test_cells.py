"""Single values as HTML: whatever a cell holds, and in which language it is told."""

import pytest

from archive.labels.language import reading
from archive.web.views.cells import crawl_reason, flag_labels, size


@pytest.mark.parametrize("flags", ["", "样本", "5", "null", '{"page_cut": 1}', '"page_cut"'])
def test_what_is_no_list_holds_no_flags(flags):
    assert flag_labels(flags) == []


def test_flags_have_labels_also_those_of_later_versions():
    assert [str(label) for label in flag_labels('["page_cut", "a_later_one", 7]')][1:] == ["a_later_one", "7"]


@pytest.mark.parametrize(
    ("count", "shown"),
    [(None, ""), (1023, "1023 字节"), (1024, "1.0 KB"), (1024**2 - 1024, "1023.0 KB"), (1024**2, "1.0 MB")],
)
def test_a_size_is_told_in_the_largest_unit_of_which_there_is_one(count, shown):
    with reading("zh"):
        assert size(count) == shown


def test_a_crawl_s_reason_is_told_in_the_reader_s_language():
    reason = "the portal answered 404"
    with reading("en"):
        assert str(crawl_reason(reason)) == f'<span lang="en">{reason}</span>'
    with reading("zh"):
        assert reason not in str(crawl_reason(reason))
        assert str(crawl_reason("no such sample")) == '<span lang="en">no such sample</span>'
