"""The measured costs of a crawl's parts, out of the kept benchmarks: what one page, one file and one portal take of the processor.

Of each the benchmark that measured it: `crawl` a record's page with its share of a list page, `files` the text of one file,
`portals` what a portal takes besides in a process that crawls many, and the memory of that process.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from bench.measure import KEPT
from bench.simulated_portals import Traffic


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of the processor for one answer, one file's text and one portal's crawl; MB of memory of a crawling process."""

    answer: float
    file: float
    crawl: float
    memory: float

    def processor(self, traffic: Traffic) -> float:
        """Seconds of the processor that one crawl takes."""
        return traffic.requests * self.answer + traffic.files * self.file + self.crawl


def measured(kept: Path = KEPT) -> Costs:
    """Return the costs that the benchmarks of this project last measured. Raises KeyError where one was never kept."""
    benchmarks = json.loads(kept.read_text("utf-8"))
    of = {name: _figures(benchmarks[name]) for name in ("crawl", "files", "portals")}
    portals = re.search(r"--portals (\d+) --records (\d+)", benchmarks["portals"]["command"])
    assert portals, "the benchmark of many portals does not say of how many"
    count, records = portals.groups()
    many, one = (of["portals"][name]["processor"] for name in (f"{count} portals", "one portal"))
    return Costs(
        answer=of["crawl"]["our crawl"]["processor"] / 1000,
        file=mean(each["processor"] for each in of["files"].values() if each["processor"]) / 1000,
        crawl=max(many - one, 0) * int(records) / 1000,
        memory=of["portals"][f"peak of memory, {count} portals"]["value"],
    )


def _figures(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    return {figure["what"]: figure for figure in benchmark["figures"]}
