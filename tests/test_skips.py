"""A test that is skipped fails the run where CI is set, unless it is expected to be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.skips import Expected

SKIPS = """
import pytest

def test_first():
    pass

@pytest.mark.skipif(True, reason="the sample program is not installed")
def test_second():
    pass
"""


def run(folder: Path, *options: str, ci: str, modules: str = SKIPS) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(
        "from tests import skips\n\ndef pytest_configure(config):\n    skips.watch(config)\n"
    )
    (folder / "test_sample.py").write_text(modules)
    env = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        *options,
        str(folder),
    ]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("processes", [("-p", "no:xdist"), ("-n", "2")], ids=["one process", "xdist"])
def test_a_skip_that_is_not_expected_fails_the_run(tmp_path: Path, processes: tuple[str, ...]) -> None:
    done = run(tmp_path, *processes, ci="1")
    assert done.returncode == 1
    assert "test_sample.py::test_second: Skipped: the sample program is not installed" in done.stdout


def test_a_whole_file_that_is_skipped_fails_the_run(tmp_path: Path) -> None:
    module = "import pytest\npytest.importorskip('no_such_sample_module')\n\ndef test_first():\n    pass\n"
    assert run(tmp_path, "-n", "1", ci="1", modules=module).returncode == 1


def test_outside_ci_skips_are_free(tmp_path: Path) -> None:
    assert run(tmp_path, "-p", "no:xdist", ci="").returncode == 0


def test_expected_is_a_test_with_its_reason_where_something_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    always = Expected("tests/test_a.py::test_one[*]", "no sample")
    assert always.covers("tests/test_a.py::test_one[two-3]", "Skipped: no sample here")
    assert not always.covers("tests/test_a.py::test_two[two-3]", "Skipped: no sample here")
    assert not always.covers("tests/test_a.py::test_one[two-3]", "Skipped: Chromium is not installed")
    for condition, there in (
        ({"without_module": "no_such_sample_module"}, {"without_module": "json"}),
        ({"without_program": "sh"}, None),
        ({"without_variable": "NO_SUCH_VARIABLE"}, {"without_variable": "PYTEST_CURRENT_TEST"}),
    ):
        assert Expected("test_a", "no", **condition).covers("test_a", "no")
        assert there is None or not Expected("test_a", "no", **there).covers("test_a", "no")
