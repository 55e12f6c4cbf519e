"""Two months of three portals under faults that strike on random days: `bench.year` has the whole years."""

from pathlib import Path

from bench.year import Year


def test_what_is_told_of_two_months_is_true_and_found_in_time(tmp_path: Path) -> None:
    figures = Year(tmp_path, days=60, seed=2).live()
    assert figures.complaints() == []
    assert figures.faults >= 6
    assert figures.found > 130
