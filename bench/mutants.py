"""Mutants: one small fault at a time is put into a copy of the code, and the tests that belong to it must notice.

python -m bench.mutants [MODULE …] [--tests TEST …] [--again] [--keep]

Each module of `bench/mutants.toml` (or the ones named) is mutated by mutmut in a folder of its own below `build/mutants/`,
and its tests run in processes forked for each mutant. Results stay there: of a module that changed only the functions that
changed are tried again, and where its tests changed, the mutants that survived. Survivors with the reason why no test need
notice them stand in `tests/mutants_survivors.toml`. `--keep` writes the scores into `docs/benchmarks.json`.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "mutants"
SURVIVORS = ROOT / "tests" / "mutants_survivors.toml"
_NOTICED = {1, 3, 24, 36, -24, 152, 255, -9, -11, 37}
_SURVIVED, _NO_TESTS = {0, 5}, {33}
PROCESSES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: its number for mutmut, and the change as lines taken out and put in."""

    name: str
    function: str
    change: str


@dataclass(frozen=True, slots=True)
class Result:
    """Mutants of one module."""

    module: str
    mutants: int
    noticed: int
    survivors: tuple[Survivor, ...]

    @property
    def score(self) -> float:
        return 100 * self.noticed / self.mutants if self.mutants else 100.0


class MutmutFailedError(Exception):
    """mutmut ended before it tried the mutants; its output is on the terminal."""


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "bench" / "mutants.toml").read_text("utf-8"))


def folder(module: str) -> Path:
    return FOLDER / module.removesuffix(".py").replace("/", ".")


def prepare(module: str, tests: Sequence[str], tool: Mapping[str, Any], *, again: bool) -> Path:
    """The folder in which mutmut works on a module: links to the sources, and a configuration that names module and tests."""
    where = folder(module)
    if again:
        shutil.rmtree(where, ignore_errors=True)
    copies = where / "mutants"
    copies.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(copies / "tests", ignore_errors=True)
    for name in (*tool["source_paths"], *tool["also_copy"], "tests"):
        link = where / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    for room in tool["source_paths"]:  # mutmut copies data files once only
        for path in (ROOT / room).rglob("*"):
            copy = copies / path.relative_to(ROOT)
            if path.is_file() and path.suffix not in {".py", ".pyc"} and copy.exists():
                shutil.copy2(path, copy)
    pytest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    mutmut = {**tool, "only_mutate": [module], "pytest_add_cli_args_test_selection": list(tests)}
    text = _table("tool.mutmut", mutmut) + _table("tool.pytest.ini_options", pytest)
    (where / "pyproject.toml").write_text(text, "utf-8")
    _forget_where_tests_changed(where, tests)
    return where


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _forget_where_tests_changed(where: Path, tests: Sequence[str]) -> None:
    """Where the tests are not those of the last run: survivors are tried again, and it is found out anew who tests what."""
    digest = hashlib.sha256()
    for path in sorted(path for test in tests for path in _files(ROOT / test.split("::")[0])):
        digest.update(path.read_bytes())
    kept = where / "tests.sha256"
    if kept.exists() and kept.read_text() != digest.hexdigest():
        (where / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
        for path in (where / "mutants").rglob("*.py.meta"):
            meta = json.loads(path.read_text("utf-8"))
            codes = meta["exit_code_by_key"]
            meta["exit_code_by_key"] = {name: code if code in _NOTICED else None for name, code in codes.items()}
            path.write_text(json.dumps(meta), "utf-8")
    kept.write_text(digest.hexdigest())


def _files(path: Path) -> Iterable[Path]:
    return path.rglob("*.py") if path.is_dir() else [path]


def run(where: Path, *, processes: int = PROCESSES) -> None:
    """Try the mutants that have not been tried. Raises MutmutFailedError."""
    paths = os.pathsep.join([str(where / "mutants"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [Path(sys.executable).with_name("mutmut"), "run", "--max-children", str(processes)]
    done = subprocess.run(command, cwd=where, env={**os.environ, "PYTHONPATH": paths, "CI": "1"}, check=False)
    if done.returncode:
        raise MutmutFailedError(where)


def result(module: str, where: Path) -> Result:
    """The outcome of all mutants of a module so far."""
    path = where / "mutants" / f"{module}.meta"
    codes: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    survived = [name for name, code in codes.items() if code not in _NOTICED]
    return Result(
        module, len(codes), len(codes) - len(survived), tuple(_survivor(where, module, name) for name in survived)
    )


def _survivor(where: Path, module: str, name: str) -> Survivor:
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # noqa: PLC0415 - which begins with what its folder says

    before = Path.cwd()
    os.chdir(where)
    try:
        lines = get_diff_for_mutant(name, path=Path(module)).splitlines()
    finally:
        os.chdir(before)
    changed = [line[0] + line[1:].strip() for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    function = (
        name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    )
    return Survivor(name, function, "\n".join(changed))


def reasons() -> dict[tuple[str, str, str], str]:
    """The reason of each survivor that has one, by module, function and change."""
    if not SURVIVORS.exists():
        return {}
    listed = tomllib.loads(SURVIVORS.read_text("utf-8")).get("survivor", [])
    return {(each["module"], each["function"], each["change"]): each["reason"] for each in listed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="such as archive/presence.py; all where none is named"
    )
    parser.add_argument("--tests", nargs="+", metavar="TEST", help="instead of those of bench/mutants.toml")
    parser.add_argument("--again", action="store_true", help="try all mutants again")
    parser.add_argument("--keep", action="store_true", help="write the scores into docs/benchmarks.json")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    given = parser.parse_args()
    known = settings()
    results = []
    for module in given.modules or known["modules"]:
        tests = given.tests or known["modules"][module]
        where = prepare(module, tests, known["mutmut"], again=given.again)
        run(where, processes=given.processes)
        results.append(result(module, where))
        report(results[-1])
    print(table(results))


def report(one: Result) -> None:
    known = reasons()
    for survivor in one.survivors:
        reason = known.get((one.module, survivor.function, survivor.change))
        if not reason:
            print(
                f"\n{one.module} {survivor.function} ({survivor.name.rpartition('_')[2]}): unexplained\n{survivor.change}"
            )


def table(results: Sequence[Result]) -> str:
    """The scores as a Markdown table."""
    lines = ["| module | mutants | noticed | survived | score |", "|---|---:|---:|---:|---:|"]
    total = Result("all", sum(r.mutants for r in results), sum(r.noticed for r in results), ())
    for each in (*results, total):
        survived = each.mutants - each.noticed
        lines.append(f"| {each.module} | {each.mutants} | {each.noticed} | {survived} | {each.score:.0f} % |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
