"""Homes of China's divisions from Wikidata's query service (CC0): items with a division's code and an official website.

As its documentation has it: SPARQL by POST, results as JSON, one query at a time, a User-Agent that says who asks, Retry-After obeyed after
429 and 503. Not checked against the live service.
"""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import httpx

from archive.directory.entries import Listed
from crawler.settings import USER_AGENT

ENDPOINT = "DISCLOSURES_WIKIDATA"
CODE_PROPERTY = "DISCLOSURES_WIKIDATA_CODE"
_ENDPOINT = "https://query.wikidata.org/sparql"
_CODE_PROPERTY = "P442"  # China administrative division code
_WEBSITE = "P856"  # official website

PAGE = 500
"""Rows of one answer."""

MOST_PAGES = 100
MOST_BYTES = 10 * 1024 * 1024
TRIES = 3
LONGEST_WAIT = 120.0
"""Seconds waited at most before asking again, whatever Retry-After says."""

_TIMEOUT = 90.0  # a query may take a minute there
_QUERY = """
SELECT ?code ?name ?home WHERE {{
  ?item wdt:{code} ?code ; wdt:{website} ?home .
  OPTIONAL {{ ?item rdfs:label ?name FILTER(LANG(?name) = "zh") }}
}} ORDER BY ?code ?home LIMIT {limit} OFFSET {offset}
"""


class WikidataError(Exception):
    """The query service can't be asked, or its answer can't be read; one plain line."""


def ask() -> Iterator[Listed]:
    """Yield all rows, a page of results at a time. Raises WikidataError."""
    endpoint = os.environ.get(ENDPOINT) or _ENDPOINT
    code = os.environ.get(CODE_PROPERTY) or _CODE_PROPERTY
    if not (code[:1] == "P" and code[1:].isdigit()):
        raise WikidataError(f"{CODE_PROPERTY} = {code!r} is no property, such as {_CODE_PROPERTY}")
    headers = {"User-Agent": USER_AGENT, "Accept": "application/sparql-results+json", "Accept-Encoding": "identity"}
    with httpx.Client(timeout=_TIMEOUT, headers=headers) as client:
        for number in range(MOST_PAGES):
            query = _QUERY.format(code=code, website=_WEBSITE, limit=PAGE, offset=number * PAGE)
            rows = list(_rows(_answer(client, endpoint, query), endpoint))
            yield from rows
            if len(rows) < PAGE:
                return
    raise WikidataError(f"{endpoint} has more than {PAGE * MOST_PAGES:,} rows")


def _answer(client: httpx.Client, endpoint: str, query: str) -> Any:  # noqa: ANN401 - JSON
    """The answer to a query, asked again where the service is busy. Raises WikidataError."""
    for tried in range(1, TRIES + 1):
        try:
            with client.stream("POST", endpoint, data={"query": query}) as response:
                if response.status_code in {429, 502, 503, 504} and tried < TRIES:
                    wait = _wait(response.headers.get("Retry-After", ""), tried)
                elif response.status_code != httpx.codes.OK:
                    raise WikidataError(f"{endpoint} answered {response.status_code}")
                else:
                    return _json(response, endpoint)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if tried == TRIES:
                raise WikidataError(f"{endpoint} can't be asked ({type(error).__name__})") from error
            wait = _wait("", tried)
        time.sleep(wait)
    raise WikidataError(f"{endpoint} is busy")


def _json(response: httpx.Response, endpoint: str) -> Any:  # noqa: ANN401 - JSON
    """The contents of an answer. Raises WikidataError where it is too long, or no JSON.

    It is asked for plain, and never unpacked: 32 KB may hold a gigabyte.
    """
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise WikidataError(f"the answer of {endpoint} is longer than {MOST_BYTES // 1024**2} MB")
    try:
        return json.loads(body)
    except ValueError as error:
        raise WikidataError(f"the answer of {endpoint} is no JSON") from error


def _rows(answer: Any, endpoint: str) -> Iterator[Listed]:  # noqa: ANN401 - JSON
    """The rows of an answer (SPARQL 1.1 Query Results JSON). Raises WikidataError where it is none."""
    try:
        for found in answer["results"]["bindings"]:
            code, name, home = (str(found[key]["value"]) if key in found else "" for key in ("code", "name", "home"))
            yield Listed(code, name, home)
    except (KeyError, TypeError) as error:
        raise WikidataError(f"the answer of {endpoint} holds no results of a query") from error


def _wait(stated: str, tried: int) -> float:
    """Seconds to wait before asking again: as the service says, else longer each time."""
    return min(float(stated) if stated.isdecimal() else 5.0 * 2**tried, LONGEST_WAIT)
