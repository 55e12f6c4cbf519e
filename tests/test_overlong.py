"""A value of a length that no portal uses is cut, doubted, and whole in the evidence."""

import pytest

from archive.labels.code_labels import FLAGS
from archive.model.observations import LinkedFile, ListPage, RecordPage, Row
from archive.model.records import FIELDS
from pipelines.normalise import (
    LONGEST,
    LONGEST_BODY,
    LONGEST_FIELD,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_URL,
    LONGEST_VALUE,
    MOST_LABELS,
    list_page,
    record_page,
    tidy_reading,
)
from tests.list_pages import AROUND, HERE, rows

URL = "http://p.example/1.html"
TEXTS = [name for name in FIELDS if not name.endswith("_on")]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("beyond", "flags"), [(0, ()), (1, ("{0}_overlong",))])
def test_a_field_has_a_longest_length(name: str, beyond: int, flags: tuple[str, ...]) -> None:
    most = LONGEST.get(name, LONGEST_FIELD)
    row = tidy_reading(Row({name: "样" * (most + beyond)}, {}))
    assert len(row.fields[name]) == most
    assert row.doubts == tuple(flag.format(name) for flag in flags)
    assert all(flag.format(name) in FLAGS for flag in flags)


@pytest.mark.parametrize(
    ("printed", "is_overlong"),
    [
        ({"样本": "样" * LONGEST_VALUE}, False),
        ({"样本": "样" * (LONGEST_VALUE + 1)}, True),
        ({"样" * LONGEST_LABEL: "样本"}, False),
        ({"样" * (LONGEST_LABEL + 1): "样本"}, True),
        ({f"样本{n}": "" for n in range(MOST_LABELS)}, False),
        ({f"样本{n}": "" for n in range(MOST_LABELS + 1)}, True),
    ],
)
def test_labels_and_values_as_printed_have_longest_lengths(printed: dict[str, str], is_overlong: bool) -> None:
    row = tidy_reading(Row({}, printed))
    assert row.doubts == (("source_fields_overlong",) if is_overlong else ())
    assert len(row.source_fields) <= MOST_LABELS
    assert all(len(k) <= LONGEST_LABEL and len(v) <= LONGEST_VALUE for k, v in row.source_fields.items())
    assert "source_fields_overlong" in FLAGS


def test_a_link_that_is_too_long_is_none_and_the_row_is_kept() -> None:
    fits, too_long = (URL + "?" + "a" * (LONGEST_URL - len(URL) - 1 + more) for more in (0, 1))
    page = list_page(
        ListPage(
            (
                Row({"title": "样本"}, {"标题": "样本"}, url=fits),
                Row({"title": "样本二"}, {"标题": "样本二"}, url=too_long),
            )
        )
    )
    assert [(row.url, row.doubts) for row in page.rows] == [(fits, ()), (None, ("url_overlong",))]
    assert "#row-" in page.rows[1].key
    assert "url_overlong" in FLAGS


def test_a_page_s_text_and_its_files_have_longest_lengths() -> None:
    files = (LinkedFile("样" * (LONGEST_NAME + 9), URL), LinkedFile("样本", URL + "?" + "a" * LONGEST_URL))
    page = record_page(RecordPage({}, {}, url=URL, body="样" * (LONGEST_BODY + 1), attachments=files))
    assert page.doubts == ("attachments_overlong", "body_overlong")
    assert page.body is not None
    assert len(page.body) == LONGEST_BODY
    assert page.attachments == (LinkedFile("样" * LONGEST_NAME, URL),)
    assert {"attachments_overlong", "body_overlong"} <= FLAGS.keys()
    assert record_page(RecordPage({}, {}, url=URL, body="样" * LONGEST_BODY)).doubts == ()


def test_a_file_without_a_name_is_called_by_its_address() -> None:
    page = record_page(RecordPage({}, {}, url=URL, attachments=(LinkedFile("\x00", URL),)))
    assert page.attachments == (LinkedFile(URL, URL),)


def test_a_breadcrumb_has_a_longest_length() -> None:
    page = list_page(ListPage((), breadcrumb=("样" * (LONGEST_FIELD + 1),) * (MOST_LABELS + 1)))
    assert page.breadcrumb == ("样" * LONGEST_FIELD,) * MOST_LABELS


@pytest.mark.parametrize(
    "line",
    [
        '<li><a href="t20171219_{0}.html">第{0}条%s</a><span>2017-12-19</span></li>',
        '<li><a href="t20171219_{0}.html"><b>第{0}条%s</b></a><span>2017-12-19</span></li>',
        '<li>2017-12-19<a href="t20171219_{0}.html">查看</a>第{0}条%s</li>',
        '<tr><td><a href="t20171219_{0}.html">第{0}条%s</a></td><td>2017-12-19</td></tr>',
    ],
)
def test_rows_whose_texts_are_longer_than_any_are_rows_with_their_beginning(line: str) -> None:
    items = "".join((line % ("样样\x08" + "样" * 96_000)).format(number) for number in range(3))
    box = "table" if line.startswith("<tr") else "ul"
    found = rows(AROUND % f"<{box}>{items}</{box}>")
    assert [row.url for row in found] == [f"{HERE}t20171219_{number}.html" for number in range(3)]
    assert [row.fields["title"][:5] for row in found] == [f"第{number}条样样" for number in range(3)]
    assert all(LONGEST["title"] < len(row.fields["title"]) < 5_000 for row in found)
    assert all("title_overlong" in tidy_reading(row).doubts for row in found)
