"""The pinned packages: each is asked for by pyproject.toml or by a package that is, and none of those is missing."""

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.test_architecture import ROOMS, SOURCES, imported

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_PINNED = {"pip"}
"""Datasette asks for it; each environment has its own."""


def pinned(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}


def reached(direct: Iterable[str]) -> set[str]:
    """The packages that these requirements bring, themselves included, as the installed versions say."""
    waiting = [(Requirement(line), "") for line in direct]
    done: set[tuple[str, str]] = set()
    while waiting:
        requirement, asking = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": asking}):
            continue
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {known for package, known in done if package == name}:
            done.add((name, extra))
            try:
                waiting += [(Requirement(line), extra) for line in requires(name) or ()]
            except PackageNotFoundError:
                assert name not in pinned("requirements.txt"), f"{name} is pinned, but not installed"
    return {name for name, _ in done} - NOT_PINNED


def test_every_pinned_package_is_needed_and_every_needed_one_pinned() -> None:
    packages = pinned("requirements.txt")
    assert packages == reached(PROJECT["dependencies"])
    assert len(packages) < 90


def test_every_package_pinned_for_tests_is_needed() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = reached([*PROJECT["dependencies"], *extras["dev"]])
    assert pinned("requirements-dev.txt") - wanted == set()
    assert pinned("requirements.txt") & pinned("requirements-dev.txt") == set()


def test_every_package_that_the_sources_import_is_asked_for_by_name() -> None:
    declared = [
        *PROJECT["dependencies"],
        *(line for lines in PROJECT["optional-dependencies"].values() for line in lines),
    ]
    asked_for = {canonicalize_name(Requirement(line).name) for line in declared}
    packages = packages_distributions()
    imports = {name for path in SOURCES for name in imported(path)} - {*sys.stdlib_module_names, *ROOMS}
    assert len(imports) > 30
    assert {
        name for name in imports if asked_for.isdisjoint(map(canonicalize_name, packages.get(name, (name,))))
    } == set()
