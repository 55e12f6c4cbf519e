"""Pages whose lists can be taken away as files, and such files read."""

import csv
import io
import json
from urllib.parse import urlencode

import httpx

LISTS = ["/-/search?q=样例", "/-/search", "/-/browse/yangli/1?year=2017", "/-/day/2018-07-01", "/-/record/3",
         f"/-/publisher?{urlencode({'portal': 'yangli', 'name': '样例县教育局'})}"]  # fmt: skip


def table(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def lines(answer: httpx.Response) -> list[dict[str, object]]:
    """The objects of a file of JSON Lines."""
    return [json.loads(line) for line in answer.text.splitlines()]
