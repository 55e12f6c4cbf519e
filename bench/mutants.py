"""Mutants: one small fault at a time is put into a copy of the code, and the tests that belong to it must notice.

python -m bench.mutants [MODULE …] [--tests TEST …] [--again] [--keep]

Each module of `bench/mutants.toml` (or the ones named) is mutated by mutmut in a folder of its own below `build/mutants/`,
and its tests run in processes forked for each mutant; then those of the questions' SQL (`bench.sql_mutants`). Results stay
there: of a module that changed only the functions that changed are tried again, and where its tests changed, the mutants
that survived. Survivors with the reason why no test need notice them stand in `tests/mutants_survivors.toml`. SQL in other
case is the same SQL, and so is the name of a column of a row: neither is counted. `--keep` writes the scores into
`docs/benchmarks.json`, and makes the page.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import page
from bench.measure import KEPT, conditions

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "mutants"
SURVIVORS = ROOT / "tests" / "mutants_survivors.toml"
SQL = ROOT / "bench" / "sql_mutants.py"
_COLUMN_OF_ROW = re.compile(r"""\b(?:row|rows\[0\]|known|fetchone\(\))\[["']\w+["']\]""")  # in any case, to sqlite3.Row
_SQL_WORDS = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE|FROM|VALUES|AND|ORDER BY|PRAGMA|CREATE|SET)\b|= \?|\bexcluded\."
)
_NOTICED = {1, 3, 24, 36, -24, 152, -9, -11, 37}
_SURVIVED = 0
_UNTRIED = {None, 255}  # where it was interrupted, and where pytest did not find a test
_MAKE = "import pathlib, sys; from mutmut.__main__ import create_file_mutants as make; make(pathlib.Path(sys.argv[1]))"
"""What mutmut begins with: it has no command for this alone."""
_NAMES_AS_THEY_ARE = {"disable_test_id_escaping_and_forfeit_all_rights_to_community_support": True}
"""Else pytest escapes the Chinese in the names of tests anew whenever it collects them, and finds none of them again."""
_IN_PROCESS = "not crawl and not browser"
"""The tests that take part: a crawl for each mutant would take hours."""
PROCESSES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: its number for mutmut, and the change as lines taken out and put in."""

    name: str
    function: str
    change: str

    @property
    def same_sql(self) -> bool:
        """Whether nothing but the case of SQL, or of a column's name, was changed."""
        old, _, new = self.change.partition("\n")
        return old[1:].lower() == new[1:].lower() and bool(_SQL_WORDS.search(old) or _COLUMN_OF_ROW.search(old))


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
    """mutmut ended before it tried all mutants; its output is on the terminal."""


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "bench" / "mutants.toml").read_text("utf-8"))


def folder(module: str) -> Path:
    return FOLDER / module.removesuffix(".py").replace("/", ".")


def prepare(module: str, tests: Sequence[str], tool: Mapping[str, Any], *, again: bool, slow: bool) -> Path:
    """The folder in which mutmut works on a module: links to the sources, and a configuration that names module and tests.

    `again`: whether all mutants are tried; `slow`: whether tests marked so take part.
    """
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
    pytest |= _NAMES_AS_THEY_ARE
    arguments = [*tool["pytest_add_cli_args"], "-m", f"{_IN_PROCESS}{'' if slow else ' and not slow'}"]
    mutmut = {
        **tool,
        "only_mutate": [module],
        "pytest_add_cli_args": arguments,
        "pytest_add_cli_args_test_selection": list(tests),
    }
    text = _table("tool.mutmut", mutmut) + _table("tool.pytest.ini_options", pytest)
    (where / "pyproject.toml").write_text(text, "utf-8")
    _forget_where_tests_changed(where, tests)
    return where


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _forget_where_tests_changed(where: Path, tests: Sequence[str]) -> None:
    """Have survivors tried again, and found out anew who tests what, where the tests are not those of the last run."""
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


def run(module: str, where: Path, *, processes: int = PROCESSES) -> None:
    """Make the mutants of a module, and try those that have not been tried. Raises MutmutFailedError."""
    _mutmut(where, sys.executable, "-c", _MAKE, module)
    _leave_out_same_sql(module, where)
    _mutmut(where, Path(sys.executable).with_name("mutmut"), "run", "--max-children", str(processes))


def _mutmut(where: Path, *command: str | Path) -> None:
    paths = os.pathsep.join([str(where / "mutants"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(command, cwd=where, env={**os.environ, "PYTHONPATH": paths, "CI": "1"}, check=False)
    if done.returncode:
        raise MutmutFailedError(f"mutmut failed in {where}")


def _leave_out_same_sql(module: str, where: Path) -> None:
    """Have mutants that are the same SQL survive untried: each would take all tests of its function."""
    path = where / "mutants" / f"{module}.meta"
    meta = json.loads(path.read_text("utf-8"))
    codes: dict[str, int | None] = meta["exit_code_by_key"]
    untried = [name for name, code in codes.items() if code in _UNTRIED]
    codes |= {name: _SURVIVED for name in untried if _survivor(where, module, name).same_sql}
    path.write_text(json.dumps(meta), "utf-8")


def result(module: str, where: Path) -> Result:
    """The outcome of all mutants of a module. Raises MutmutFailedError where some were not tried."""
    path = where / "mutants" / f"{module}.meta"
    codes: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    if untried := [name for name, code in codes.items() if code in _UNTRIED]:
        raise MutmutFailedError(f"{len(untried)} of {len(codes)} mutants of {module} were not tried: {untried[0]} …")
    survived = [_survivor(where, module, name) for name, code in codes.items() if code not in _NOTICED]
    counted = tuple(each for each in survived if not each.same_sql)
    return Result(module, len(codes) - len(survived) + len(counted), len(codes) - len(survived), counted)


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


def explained(one: Result) -> tuple[Survivor, ...]:
    """The survivors of a module that have a reason."""
    known = reasons()
    return tuple(each for each in one.survivors if known.get((one.module, each.function, each.change)))


def outdated(one: Result) -> list[tuple[str, str]]:
    """The function and change of each survivor that has a reason, and is noticed now or made no longer."""
    alive = {(one.module, each.function, each.change) for each in one.survivors}
    return [(function, change) for module, function, change in reasons().keys() - alive if module == one.module]


def report(one: Result) -> None:
    """Print the survivors that have no reason and the reasons that have no survivor, then the scores."""
    known = explained(one)
    for each in one.survivors:
        if each not in known:
            print(f"\n{one.module} {each.function} ({each.name.rpartition('_')[2]}): unexplained\n{each.change}")
    for function, change in outdated(one):
        print(f"\n{one.module} {function}: has a reason, but is noticed or not made\n{change}")
    print(f"\n{one.module}: {one.noticed} of {one.mutants} noticed, {one.score:.0f} %", flush=True)


def keep(one: Result, reasoned: int) -> None:
    """Write the scores of a module into docs/benchmarks.json, beside those of the others; `reasoned`: survivors with a reason."""
    kept = json.loads(KEPT.read_text("utf-8"))
    whole = kept.setdefault(
        "mutants", {"name": "mutants", "title": "Mutants, and what the tests notice of them", "scores": {}}
    )
    whole |= {"command": "make mutants", **conditions()}
    whole["scores"][one.module] = {
        "mutants": one.mutants,
        "noticed": one.noticed,
        "explained": reasoned,
        "measured": whole["measured"],
    }
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="such as archive/ingest/presence.py; all where none is named"
    )
    parser.add_argument("--tests", nargs="+", metavar="TEST", help="instead of those of bench/mutants.toml")
    parser.add_argument("--again", action="store_true", help="try all mutants again")
    parser.add_argument("--keep", action="store_true", help="write the scores into docs/benchmarks.json")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    given = parser.parse_args()
    known = settings()
    for module in given.modules or known["modules"]:
        tests, slow = given.tests or known["modules"][module], module in known["with_slow_tests"]
        where = prepare(module, tests, known["mutmut"], again=given.again, slow=slow)
        try:
            run(module, where, processes=given.processes)
            found = result(module, where)
        except MutmutFailedError as error:
            parser.error(str(error))
        report(found)
        if given.keep:
            keep(found, len(explained(found)))
    if not given.modules and SQL.exists():
        command = [sys.executable, "-m", "bench.sql_mutants", *(["--keep"] if given.keep else [])]
        subprocess.run(command, cwd=ROOT, check=False)
    if given.keep:
        page.main()


if __name__ == "__main__":
    main()
