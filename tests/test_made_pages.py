"""Pages that permute what portals' templates do, drawn by a seed, are read as a person reads them (`tests/made_pages/`)."""

import json
import sys
from collections import Counter

import pytest

from bench import real_pages
from bench.expected_values import RIGHT
from tests.made_pages import __main__ as made
from tests.made_pages.making import made_pages
from tests.made_pages.page import MadePage

SEED, PAGES = 1, 200
LEAST_RIGHT = 0.98

Scored = list[tuple[MadePage, list]]


@pytest.fixture(scope="module")
def scored() -> Scored:
    return [(page, page.scores()) for page in made_pages(SEED, PAGES)]


def by_family(scored: Scored) -> str:
    """A table for whoever looks into a failure: the values right in each family, and the fields that are missed there."""
    values, misses = Counter[str](), Counter[tuple[str, str]]()
    for page, scores in scored:
        values[page.family] += len(scores)
        misses.update((page.family, score.field) for score in scores if score.result != RIGHT)
    lines = []
    for family in sorted(values):
        missed = {field: count for (other, field), count in misses.items() if other == family}
        lines.append(f"{family}: {1 - sum(missed.values()) / values[family]:.1%} of {values[family]}; missed: {missed}")
    return "\n".join(lines)


def test_nearly_all_values_are_right(scored: Scored) -> None:
    results = Counter(score.result for _, scores in scored for score in scores)
    assert results[RIGHT] / results.total() >= LEAST_RIGHT, by_family(scored)


def test_no_row_is_invented(scored: Scored) -> None:
    assert {page.family: page.html for page, scores in scored if any(score.invented_rows for score in scores)} == {}


def test_every_field_is_tried_often_enough_to_say_something(scored: Scored) -> None:
    fields = Counter(score.field for _, scores in scored for score in scores)
    assert all(count >= 10 for count in fields.values())
    assert {
        "kind", "title", "publisher", "source", "published_on", "created_on", "index_number", "document_number", "other labels", "breadcrumb",
        "body", "attachments", "rows", "first_row", "last_row", "total", "pages", "next", "columns",
    } <= fields.keys()  # fmt: skip


def test_a_seed_makes_the_same_pages_again_and_another_one_others() -> None:
    assert list(made_pages(SEED, 12)) == list(made_pages(SEED, 12))
    assert all(
        one.html != other.html for one, other in zip(made_pages(SEED, 12), made_pages(SEED + 1, 12), strict=True)
    )


def test_written_pages_can_be_measured_like_real_ones(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["made_pages", str(tmp_path), "--seed", "7", "--pages", "12"])
    made.main()
    monkeypatch.setenv("DISCLOSURES_PAGES", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["real_pages", "--json"])
    real_pages.main()
    pages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["result"] for page in pages for each in page["scores"]] == [
        score.result for page in made_pages(7, 12) for score in page.scores()
    ]
