"""Statements of a record's page to machines: its meta elements, its JSON-LD, and attributes for its scripts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from crawler.extract.field_labels import value_of
from crawler.extract.text import Element, in_document, line_of

TITLE, PUBLISHED, SOURCE, SITE = "title", "published_on", "source", "site"

_NAMES = {
    "articletitle": TITLE,
    "dc.title": TITLE,
    "pubdate": PUBLISHED,
    "publishdate": PUBLISHED,
    "article:published_time": PUBLISHED,
    "dc.date": PUBLISHED,
    "dc.date.issued": PUBLISHED,
    "dcterms.issued": PUBLISHED,
    "dc.publisher": SOURCE,
    "contentsource": SOURCE,
    "sitename": SITE,
}
"""Names of meta elements (GB/T 33190 and the State Council's rules for sites of 2017), and what each states."""

_KEYS = {"headline": TITLE, "title": TITLE, "datePublished": PUBLISHED, "pubDate": PUBLISHED}
_PROPERTIES = {**_KEYS, "publisher": SOURCE, "sourceOrganization": SOURCE}
_OF_PROPERTIES = etree.XPath("//@itemprop")
_ATTRIBUTES = {
    "data-pubdate": PUBLISHED,
    "data-pubtime": PUBLISHED,
    "data-publishdate": PUBLISHED,
    "data-publish-date": PUBLISHED,
    "data-publish-time": PUBLISHED,
    "data-source": SOURCE,
}
_IN_ATTRIBUTES = tuple(etree.XPath(f"//@{name}") for name in _ATTRIBUTES)
_LINKED_DATA = "application/ld+json"
_MOST_METAS = 200
_MOST_BLOCKS = 10
_LONGEST_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A value that a page states for machines: of what, and where it stands in the page, in two or three words."""

    name: str
    value: str
    place: str


def read_declared(root: Element) -> list[Statement]:
    """The statements of the page in meta elements, then in JSON-LD, microdata and attributes; of each place the first that has a value."""
    return [*_of_metas(root), *_of_linked_data(root), *_of_microdata(root), *_of_attributes(root)]


def _of_metas(root: Element) -> Iterator[Statement]:
    stated: set[str] = set()
    for meta in islice(in_document(root, "meta"), _MOST_METAS):
        printed = meta.get("name") or meta.get("property") or ""
        name = _NAMES.get(printed.strip().lower())
        if name and name not in stated and (value := value_of(meta.get("content") or "")):
            stated.add(name)
            yield Statement(name, value, f"meta {printed.strip()}")


def _of_linked_data(root: Element) -> Iterator[Statement]:
    blocks = (script for script in in_document(root, "script") if script.get("type") == _LINKED_DATA)
    for block in islice(blocks, _MOST_BLOCKS):
        for thing in _things(block.text or ""):
            for key, name in _KEYS.items():
                if isinstance(thing.get(key), str) and (value := value_of(thing[key])):
                    yield Statement(name, value, f"JSON-LD {key}")


def _of_microdata(root: Element) -> Iterator[Statement]:
    """Statements of elements marked up as schema.org's properties: each that stands on the page once."""
    marked: dict[str, list[Element]] = {}
    for stated in islice(_OF_PROPERTIES(root), _MOST_METAS):
        marked.setdefault(stated, []).append(stated.getparent())
    for key, name in _PROPERTIES.items():
        nodes = marked.get(key, [])
        for node in nodes if len(nodes) == 1 else ():
            if value := value_of(node.get("content") or node.get("datetime") or line_of(node)):
                yield Statement(name, value, f"itemprop {key}")


def _of_attributes(root: Element) -> Iterator[Statement]:
    """Statements in attributes of one element: where several have them, each tells of a row."""
    nodes = {value.getparent() for stated in _IN_ATTRIBUTES for value in islice(stated(root), 2)}
    for attribute, name in _ATTRIBUTES.items() if len(nodes) == 1 else ():
        if value := value_of(next(iter(nodes)).get(attribute) or ""):
            yield Statement(name, value, f"attribute {attribute}")


def _things(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of one block of JSON-LD that tell of a page: one, a list of them, or a @graph."""
    try:
        data = json.loads(text, strict=False) if len(text) <= _LONGEST_BLOCK else None
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict):
        graph = data.get("@graph")
        data = [data, *(graph if isinstance(graph, list) else [])]
    for thing in data if isinstance(data, list) else []:
        if isinstance(thing, dict) and "Breadcrumb" not in str(thing.get("@type")):
            yield thing
