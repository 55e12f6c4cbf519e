"""Skipped tests that nobody expects: with the variable CI set they fail the run.

`tests/expected_skips.toml` lists those that are expected, each with the skip's reason and when.
"""

import os
import shutil
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

import pytest

LISTED = Path(__file__).with_name("expected_skips.toml")


@dataclass(frozen=True, slots=True)
class Expected:
    """Skips that are expected: of these tests, with such a reason, where something is not there (always where none is named)."""

    test: str
    reason: str
    without_module: str = ""
    without_program: str = ""
    without_variable: str = ""

    def covers(self, test: str, reason: str) -> bool:
        """Whether a skip with this reason is expected here."""
        here = not (
            (self.without_module and find_spec(self.without_module))
            or (self.without_program and shutil.which(self.without_program))
            or (self.without_variable and os.environ.get(self.without_variable))
        )
        return here and fnmatchcase(_escaped(test), _escaped(self.test)) and fnmatchcase(reason, f"*{self.reason}*")


def _escaped(test: str) -> str:
    """A test's id with the brackets of its parameters, which a pattern would read as a set, made round."""
    return test.replace("[", "(").replace("]", ")")


def expected() -> list[Expected]:
    """The skips that are listed."""
    return [Expected(**each) for each in tomllib.loads(LISTED.read_text("utf-8"))["skip"]]


class UnexpectedSkips:
    """The skips of a run that are not expected. Under xdist the process that hands out the tests knows those of all."""

    def __init__(self) -> None:
        self._expected = expected()
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(one.covers(report.nodeid, reason) for one in self._expected):
            self.found.append(f"{report.nodeid}: {reason}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.found:
            terminalreporter.section(f"skipped, and not on the list in {LISTED.name}", red=True)
            for line in self.found:
                terminalreporter.line(line)


def watch(config: pytest.Config) -> None:
    """Where CI is set, have the run fail for skips that are not expected."""
    if os.environ.get("CI") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(UnexpectedSkips(), "unexpected_skips")
