"""Marks of tests: what each reaches, itself, through what it calls or through fixtures, and which are long.

`crawl`: a process of its own is started, a crawl or another command; `browser`: Chromium; `slow`: seconds in one process.
What is left, and is not long, is what `make quick` runs; `make test` runs all but the long ones, `make test-long` these.
"""

import subprocess
from collections.abc import Iterator
from multiprocessing.context import BaseContext
from types import CodeType, FunctionType, MethodType
from typing import Any

import pytest

OURS = ("tests", "bench")
STARTED = {subprocess.run, subprocess.Popen, subprocess.check_output, subprocess.check_call}
BROWSER = {"browser", "playwright"}

LONG = (
    "tests/properties/", "tests/questions/test_compared.py::test_of_many", "tests/subscriptions/test_mail_links.py",
    "tests/test_alarm.py::test_a_catalogue", "tests/test_alarm.py::test_a_few_record",
    "tests/test_alarm.py::test_a_field_that_was_never", "tests/test_alarm.py::test_an_update_is_not_held",
    "tests/test_alarm.py::test_nothing_new", "tests/test_alarm.py::test_rows_that_are_new",
    "tests/test_alarm.py::test_ten_days", "tests/test_backup.py", "tests/test_bench.py",
    "tests/test_bounded_paths.py::test_every_expression", "tests/test_bounded_patterns.py", "tests/changing/test_changed_layout.py",
    "tests/test_check.py::test_damage", "tests/test_crawl_budget.py::test_crawl_due",
    "tests/test_crawl_budget.py::test_time_outs", "tests/test_crawl_hostile_answers.py::test_pages_in_every_encoding",
    "tests/test_crawl_personal_data.py", "tests/test_deploy.py::test_a_wheel", "tests/test_every_writing.py",
    "tests/test_file_tables.py::test_a_table_beyond_the_limits_is_not_kept_and_that_is_said[1000-1000]",
    "tests/test_file_tables.py::test_a_workbook_of_a_million", "tests/test_health.py::test_answers",
    "tests/test_health.py::test_slow_death", "tests/test_kills.py",
    "tests/test_many_machines.py::test_a_killed_worker_loses_nothing", "tests/test_merge.py::test_however_it_is_split",
    "tests/test_merge.py::test_killed_at_any", "tests/test_merge_many_portals.py", "tests/changing/test_most_changed.py",
    "tests/test_newcomers_walk.py", "tests/test_old_archives.py", "tests/test_politeness.py::test_a_longer",
    "tests/test_politeness.py::test_a_probe", "tests/test_politeness.py::test_a_shorter",
    "tests/test_politeness.py::test_a_visitor_is_sent_on_five_times_at_most[5",
    "tests/test_politeness.py::test_every_request", "tests/test_politeness.py::test_lists_and_files",
    "tests/test_politeness.py::test_no_address", "tests/test_politeness.py::test_only_a_robots",
    "tests/test_politeness.py::test_only_pages", "tests/test_politeness.py::test_requests_of",
    "tests/test_politeness.py::test_so_much", "tests/test_portal_life.py", "tests/test_release.py",
    "tests/test_remote_jobs.py", "tests/test_restore.py", "tests/test_schedules.py", "tests/test_simulated_country.py",
    "tests/test_skips.py", "tests/test_stopped_anywhere.py", "tests/test_ten_days.py", "tests/test_unchanged_files.py",
    "tests/test_update.py", "tests/test_verify_compares.py", "tests/test_workers.py::test_a_worker_outlives",
    "tests/test_workers.py::test_a_worker_that", "tests/test_workers.py::test_workers_find",
    "tests/test_writer_process.py::test_a_crawl_that_is_killed",
    "tests/test_writer_process.py::test_a_writer_process_that_is_killed", "tests/test_writer_process.py::test_an_interrupt",
    "tests/test_year.py", "tests/web/test_access_control.py", "tests/web/test_browser.py",
    "tests/web/test_browser_hostile.py", "tests/web/test_browser_record.py", "tests/web/test_every_page.py",
    "tests/web/test_hostile.py", "tests/web/test_one_language.py::test_so_does", "tests/web/test_pictures.py",
    "tests/web/test_published.py", "tests/web/test_reader_journeys.py", "tests/web/test_reader_requests.py",
    "tests/web/test_search_addresses.py::test_no_address_breaks_the_page[500]", "tests/web/test_search_help.py::test_what_reporters",
    "tests/web/test_several_archives.py",
)  # fmt: skip
"""Beginnings of the names of tests that are long together: many days, many kills, many examples, attacks, each page at each width,
walks in a browser, what many crawls or copies of an archive show, and thresholds shown by crawls that others show straight on an archive.
"""

SLOW = (
    "tests/families/test_any_page.py", "tests/families/test_gkmlpt.py::test_any", "tests/many_records/",
    "tests/questions/test_questions.py", "tests/subscriptions/", "tests/test_absence_proof.py",
    "tests/test_architecture.py::test_imports", "tests/test_architecture.py::test_no_docstring",
    "tests/test_architecture.py::test_the_archive_knows", "tests/test_attachment_text.py", "tests/test_block_sums.py",
    "tests/test_budgets.py", "tests/test_claims.py", "tests/test_converter.py", "tests/test_country.py",
    "tests/test_county.py", "tests/test_crawl_hostile_answers.py::test_a_page_on_which_judging_fails",
    "tests/test_crawl_sample.py", "tests/test_crawl_targets.py", "tests/test_derivation_limit.py",
    "tests/test_derived.py", "tests/test_engine.py",
    "tests/test_evidence_columns.py", "tests/test_file_tables.py::test_a_table_beyond",
    "tests/test_file_tables.py::test_a_workbook_of", "tests/test_job_begin.py", "tests/test_lists.py::test_any",
    "tests/test_lists.py::test_work_grows", "tests/test_made_budgets.py", "tests/test_made_pages.py",
    "tests/test_masking.py::test_who_takes", "tests/test_merge", "tests/test_old_archives.py",
    "tests/test_original_files.py", "tests/test_page_robustness.py", "tests/test_page_tables.py",
    "tests/test_pairs.py::test_any", "tests/test_record_reader.py", "tests/test_redacted_copies.py",
    "tests/test_redaction.py::test_doing_it_again", "tests/test_redaction.py::test_no_character_between",
    "tests/test_remote_jobs.py", "tests/test_reports.py", "tests/test_requirements.py::test_every_package",
    "tests/test_rosters.py", "tests/test_schedule.py::test_an_interrupted_process", "tests/test_sealing.py",
    "tests/test_search.py::test_any_words", "tests/test_search_archive.py", "tests/test_simulated_country.py",
    "tests/test_snapshot.py", "tests/test_survey", "tests/test_tallies.py", "tests/test_warc.py", "tests/test_watch.py",
    "tests/test_widening.py", "tests/test_workers.py", "tests/test_writer_process.py", "tests/web/",
)  # fmt: skip
"""Beginnings of the names of tests that take seconds together, in one process: all of the site's, and others."""


def takes_none(file: str, expression: str) -> bool:
    """Whether `-m EXPRESSION` takes no test of a file, by the file's name alone."""
    if expression == "long":
        return not file.startswith(LONG) and not any(name.startswith(file) for name in LONG)
    return expression == "not long" and file.startswith(LONG)


_reached: dict[FunctionType, frozenset[object]] = {}


def mark(item: pytest.Item) -> None:
    """Add the marks that follow from what a test reaches, and from its name."""
    name = item.nodeid
    if name.startswith(LONG):
        item.add_marker("long")
    if name.startswith(SLOW):
        item.add_marker("slow")
    fixtures = getattr(item, "_fixtureinfo", None)
    names = set(getattr(item, "fixturenames", ()))
    if names & BROWSER:
        item.add_marker("browser")
    functions = [getattr(item, "function", None)]
    if fixtures:
        functions += [one.func for name in names for one in fixtures.name2fixturedefs.get(name, ())]
    if any(_starts_process(_plain(function)) for function in functions):
        item.add_marker("crawl")


def _plain(function: Any) -> FunctionType | None:
    """The function that was written, below what wraps it: hypothesis, a context manager, a cache, a method."""
    inner = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    inner = inner.__func__ if isinstance(inner, MethodType) else inner
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
    return inner if isinstance(inner, FunctionType) else None


def _starts_process(function: FunctionType | None) -> bool:
    return function is not None and "process" in _reaches(function)


def _reaches(function: FunctionType) -> frozenset[object]:
    if function not in _reached:
        _reached[function] = frozenset()  # where it calls itself
        found: set[object] = set()
        for each in _named(function):
            if isinstance(each, BaseContext) or any(each is one for one in STARTED):
                found.add("process")
            elif isinstance(each, type):
                for member in vars(each).values():
                    if each.__module__.split(".")[0] in OURS and (method := _plain(member)):
                        found |= _reaches(method)
            elif (called := _plain(each)) and (called.__module__ or "").split(".")[0] in OURS:
                found |= _reaches(called)
        _reached[function] = frozenset(found)
    return _reached[function]


def _named(function: FunctionType) -> Iterator[object]:
    """Objects that a function names: globals, attributes of modules it names, and what it holds on to."""
    codes: list[CodeType] = [function.__code__]
    names: set[str] = set()
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    for name in names:
        if name in function.__globals__:
            each = function.__globals__[name]
            yield each
            if type(each).__name__ == "module" and (each is subprocess or each.__name__.split(".")[0] in OURS):
                yield from (getattr(each, inner) for inner in names if hasattr(each, inner))
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue
