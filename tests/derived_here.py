"""Derivation of facts within a process, in the place of `archive.analysis.derivation_process.forked`."""

from collections.abc import Callable, Sequence

from archive.analysis.derivation_process import Failure, attempted


def derived_here(
    work: Callable[[object], object], inputs: Sequence[tuple[str, object]], _limits: dict[str, float]
) -> list[object | Failure]:
    """The results for all inputs, however long each takes."""
    return [attempted(work, each) for _, each in inputs]
