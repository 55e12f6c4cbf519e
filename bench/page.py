"""`docs/benchmarks.md` and its plot, made of what the benchmarks kept.

python -m bench.page
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from bench.measure import KEPT

ORDER = (
    "crawl",
    "files",
    "evidence",
    "flipped_bytes",
    "store",
    "memory",
    "budget_pages",
    "coverage",
    "masking",
    "portals",
    "search",
    "several",
    "pages",
    "questions",
    "curve",
    "checked_model",
    "simulated_country",
    "mutants",
)
"""Benchmarks in the order of the page; new ones follow."""

PAGE, PLOT = KEPT.with_suffix(".md"), KEPT.with_suffix(".svg")

_HEAD = """# Benchmarks

Made by `python -m bench.page` of what the benchmarks kept in `benchmarks.json`; not written by hand. Each is one command
(`python -m bench.NAME --keep` measures again, `python -m bench.all` all of them), and sets our cost beside another's in the
same run. First the ratios: below 1 ours costs less. *Clock* is what a reader waits, *processor* what the work costs; where
other work ran on the machine (see the load), the clock says more of that work than of ours. Nothing is measured on real
portals, and no made-up text is government text.

![How costs grow](benchmarks.svg)
"""

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 250, 70, 240, 40, 45
COLOURS = ("#0b57a4", "#b3261e", "#1b7f3b", "#8a5a00", "#6a3fa0", "#444444")

Kept = Mapping[str, Any]


def page(kept: Mapping[str, Kept]) -> str:
    """The page in Markdown."""
    names = sorted(kept, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return "\n".join([_HEAD, *(line for name in names for line in _section(kept[name]))])


def _section(one: Kept) -> Iterator[str]:
    load = " ".join(f"{value:g}" for value in one["load"])
    yield f"## {one['title']}\n"
    yield f"`{one['command']}`, {one['measured']}, load {load}; {one['machine']}.\n"
    if "scores" in one:
        yield from _scores(one["scores"])
        return
    if not one["figures"]:
        yield from _points(one["curves"])
    else:
        yield from _figures(one)
    yield ""
    for note in one["notes"]:
        yield f"{note}\n"


def _figures(one: Kept) -> Iterator[str]:
    yield "| ratio | clock | processor | at most |\n|---|---:|---:|---:|"
    for each in one["ratios"]:
        yield f"| {each['what']} | {_number(each['wall'])} | {_number(each['processor'])} | {_number(each['target'])} |"
    yield "\n| measured | | processor | at most |\n|---|---:|---:|---:|"
    for each in one["figures"]:
        value = f"{_number(each['value'])} {each['unit']}"
        yield f"| {each['what']} | {value} | {_number(each['processor'])} | {_number(each['target'])} |"


def _points(curves: Sequence[Kept]) -> Iterator[str]:
    """Curves over the same values of x as a table: a row for each curve, a column for each x."""
    across = [x for x, _ in curves[0]["points"]]
    yield f"| {curves[0]['x']} | {' | '.join(f'{x:,.0f}' for x in across)} |\n|---|{'---:|' * len(across)}"
    for curve in curves:
        yield f"| {curve['name']}, {curve['y']} | {' | '.join(_number(y) for _, y in curve['points'])} |"


def _scores(scores: Mapping[str, Kept]) -> Iterator[str]:
    """The mutants of each module; `explained`: of the survivors, those with a reason in `tests/mutants_survivors.toml`."""
    yield "| module | mutants | noticed | survived | of these explained | score | measured |\n|---|---:|---:|---:|---:|---:|---|"
    for module, each in scores.items():
        survived, score = each["mutants"] - each["noticed"], 100 * each["noticed"] / max(each["mutants"], 1)
        yield (
            f"| `{module}` | {each['mutants']} | {each['noticed']} | {survived} | {each['explained']} "
            f"| {score:.0f} % | {each['measured']} |"
        )
    mutants, noticed = (sum(each[name] for each in scores.values()) for name in ("mutants", "noticed"))
    yield f"| all | {mutants} | {noticed} | {mutants - noticed} | | {100 * noticed / max(mutants, 1):.0f} % | |\n"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    digits = next((digits for least, digits in ((100, 0), (10, 1), (0.1, 2)) if abs(value) >= least), 4)
    return f"{value:,.{digits}f}"


def plot(kept: Mapping[str, Kept]) -> str:
    """The curves of all benchmarks as SVG, one box for each plot."""
    plots: dict[str, list[Kept]] = defaultdict(list)
    for one in kept.values():
        for curve in one.get("curves", ()):
            if len(curve["points"]) > 1:
                plots[curve["plot"]].append(curve)
    boxes = [line for place, (name, curves) in enumerate(plots.items()) for line in _box(name, curves, place * HEIGHT)]
    height = HEIGHT * max(len(plots), 1)
    return "\n".join([
        (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">'),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *boxes, "</svg>", "",
    ])  # fmt: skip


def _box(name: str, curves: Sequence[Kept], top: float) -> Iterator[str]:
    """One plot: an axis whose values grow by tens is logarithmic, any other begins at nought."""
    points = [point for curve in curves for point in curve["points"]]
    across = _scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
    upward = _scale([max(y, 1e-3) for _, y in points], top + HEIGHT - BOTTOM, top + TOP)
    yield f'<text x="{LEFT}" y="{top + 22}" font-weight="bold">{escape(name)}</text>'
    for y in _marks([max(y, 1e-3) for _, y in points]):
        yield f'<path d="M{LEFT} {upward(y):.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 6}" y="{upward(y) + 4:.1f}" text-anchor="end" fill="#444444">{y:,g}</text>'
    base = top + HEIGHT - BOTTOM
    for x in _marks([x for x, _ in points]):
        yield f'<path d="M{across(x):.1f} {base}v4" stroke="#888888"/>'
        yield f'<text x="{across(x):.1f}" y="{base + 17}" text-anchor="middle" fill="#444444">{_short(x)}</text>'
    axis = f"{curves[0]['x']} → {curves[0]['y']}"
    yield f'<text x="{LEFT}" y="{base + 34}" fill="#444444">{escape(axis)}</text>'
    ends = _apart([upward(max(curve["points"][-1][1], 1e-3)) for curve in curves])
    for curve, colour, end in zip(curves, COLOURS, ends, strict=False):
        line = " ".join(f"{across(x):.1f},{upward(max(y, 1e-3)):.1f}" for x, y in curve["points"])
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        label = f"{curve['name']}: {_number(curve['points'][-1][1])}"
        yield f'<text x="{WIDTH - RIGHT + 8}" y="{end + 4:.1f}" fill="{colour}">{escape(label)}</text>'


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """From a value to its place."""
    if not _by_tens(values):
        return lambda value: start + value / max(values) * (end - start)
    low, high = math.log10(min(values)), math.log10(max(values))
    return lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)


def _by_tens(values: Sequence[float]) -> bool:
    return max(values) > 10 * min(values)


def _marks(values: Sequence[float]) -> list[float]:
    """The values written beside an axis."""
    if _by_tens(values):
        return [
            10.0**power for power in range(math.ceil(math.log10(min(values))), 1 + math.floor(math.log10(max(values))))
        ]
    unit = 10 ** math.floor(math.log10(max(values)))
    step = next(step for step in (unit / 5, unit / 2, unit, 2 * unit) if max(values) / step <= 6)
    return [number * step for number in range(1 + int(max(values) / step))]


def _apart(places: Sequence[float], least: float = 15) -> list[float]:
    """The places of labels, moved down where they would cover each other."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    return moved


def _short(value: float) -> str:
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


def main() -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    PAGE.write_text(page(kept), "utf-8")
    PLOT.write_text(plot(kept), "utf-8")


if __name__ == "__main__":
    main()
