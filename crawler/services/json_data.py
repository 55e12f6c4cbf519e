"""Lists and records that come as data: JSON and JSONP, however a portal wraps them.

Pure; nothing here raises, whatever a portal answers.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from archive.model.observations import Row
from crawler.extract.dates import parse_date
from crawler.extract.field_labels import tidy, value_of
from crawler.extract.pairs import DATES
from crawler.extract.row import absolute
from crawler.extract.text import line_of
from crawler.extract.tree import parse_html

_CALLBACK = re.compile(r"\s*+[\w.$?]*+\s*+\(\s*+(?=[\[{])")
_BLANK = "\ufeff \t\r\n"
_LONGEST_VALUE = 2_000
_DEEPEST = 5


def parse_data(text: str) -> Any:  # noqa: ANN401 - JSON
    """The object or list that `text` holds as JSON, or as JSONP; None for anything else, broken data too."""
    bare = text.strip(_BLANK)
    if callback := _CALLBACK.match(bare):
        bare = bare[callback.end() :].rstrip("; \t\r\n").removesuffix(")")
    if not bare.startswith(("{", "[")):
        return None
    try:
        return json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        return None


def inside(data: Any, *path: str | int) -> Any:  # noqa: ANN401
    """Return what lies in `data` under keys and places, one in the other; None where it ends before."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def dicts(data: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The objects in a list; [] for anything else."""
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def objects(data: Any, *keys: str) -> list[dict[str, Any]]:  # noqa: ANN401
    """The outermost list of objects with one of `keys` among them, wherever it lies in `data`; [] where there is none."""
    level = [data]
    for _ in range(_DEEPEST):
        for value in level:
            records = dicts(value)
            if any(key in record for record in records for key in keys):
                return records
        held = (value.values() if isinstance(value, dict) else value for value in level)
        level = [inner for values in held for inner in values if isinstance(inner, dict | list)]
    return []


def number(value: Any) -> int | None:  # noqa: ANN401
    """A count that data states, which may be a text; None where it is none."""
    text = str(value).strip() if isinstance(value, int | float | str) else ""
    digits = text.removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def query_of(url: str) -> dict[str, str]:
    """The values in an address; none in what can be no address."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return {}


def with_query(url: str, query: Mapping[str, object], safe: str = "") -> str:
    """`url` with another query, and without its fragment."""
    encoded = urlencode(query, safe=safe, errors="replace")
    return urlsplit(url)._replace(query=encoded, fragment="").geturl()


def shown(value: Any) -> str:  # noqa: ANN401
    """A value of data as a page would show it: markup and entities resolved, on one line; "" for what is no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)[:_LONGEST_VALUE]
    return line_of(parse_html(text)) if "<" in text or "&" in text else tidy(text)


def record_keys(service: str) -> dict[str, str | None]:
    """The keys of a service's records, with their fields as `data_row` takes them."""
    text = Path(__file__).with_name("record_keys.toml").read_text(encoding="utf-8")
    return {key: name or None for key, name in tomllib.loads(text)[service].items()}


Spelt = dict[str, tuple[int, str | None]]
"""Keys by their spelling, each with its place among them, the surest first, and its field."""


def spelt_keys(service: str) -> Spelt:
    """The keys of a service's records as `keyed_row` takes them."""
    return {key_spelling(key): (place, name) for place, (key, name) in enumerate(record_keys(service).items())}


def keyed_row(record: Mapping[str, Any], keys: Spelt, address: Any, base_url: str) -> Row:  # noqa: ANN401
    """`data_row` for `keys` spelt in any way."""
    known = [(keys[spelling], key) for key in record if (spelling := key_spelling(key)) in keys]
    known.sort(key=lambda each: each[0][0])
    return data_row(record, {key: name for (_, name), key in known}, address, base_url)


def key_spelling(key: str) -> str:
    """Return what is the same for all spellings of a key: pubDate, pubdate and pub_date."""
    return key.replace("_", "").lower()


def data_row(record: Mapping[str, Any], names: Mapping[str, str | None], address: Any, base_url: str) -> Row:  # noqa: ANN401
    """The row that one object of data is.

    `names`: its keys and the fields (columns of `records`) that they stand for, the surest key of a field first; None for a
    key that is only kept as printed. `address`: of the record's page, as the data gives it.
    """
    url = absolute(base_url, address) if isinstance(address, str) and address.strip() else None
    fields: dict[str, str] = {}
    source_fields: dict[str, str] = {}
    doubts: set[str] = set()
    for key, name in names.items():
        printed = shown(record.get(key))
        if not printed:
            continue
        source_fields[key] = printed
        value = value_of(printed)
        if not name or value is None or name in fields:
            continue
        understood = parse_date(value, url) if name in DATES else value
        if understood is None:
            doubts.add("date_unreadable")
        else:
            fields[name] = understood
    return Row(fields, source_fields, tuple(sorted(doubts)), url)
