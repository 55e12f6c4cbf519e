"""Descriptions of a release: a Frictionless data package, Croissant metadata, a codebook in two languages,
and a page to read first.

Frictionless: https://specs.frictionlessdata.io/data-package/ (version 1); Croissant:
http://mlcommons.org/croissant/1.0. Pure.
"""

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.database.sealed_days import Seal
from archive.labels.code_labels import CODES
from archive.labels.label import LABELS, Label
from archive.labels.tables import column_label, table_label

LICENCE = "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/"
"""The licence of what the archive adds, where the operator sets no other."""

PARTITIONS = ("province", "year")
_NAME = "disclosures"
_PARQUET = "application/vnd.apache.parquet"
_TITLE = "政府信息公开目录档案 Disclosures: records of county governments' disclosure catalogues"
_TYPES = {int: ("integer", "sc:Integer"), float: ("number", "sc:Float"), str: ("string", "sc:Text")}
_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
    "path": "cr:path", "rai": "http://mlcommons.org/croissant/RAI/", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "samplingRate": "cr:samplingRate", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""The context that Croissant 1.0 prescribes."""


@dataclass(frozen=True, slots=True)
class Described:
    """A table of a release: its columns, each with the table whose labels it has, their types, those of whole numbers
    of which some have none (`sparse`), its files (paths below the release), and how many rows they have.
    """

    name: str
    columns: Mapping[str, str]
    kinds: Mapping[str, type]
    sparse: Collection[str]
    files: Sequence[str]
    rows: int


def described(  # noqa: PLR0913 - what a release states of itself
    tables: Sequence[Described],
    *,
    made_at: str,
    head: Seal | None,
    licence: str,
    site: str,
    sums: Mapping[str, str],
) -> dict[str, str]:
    """Return the files that describe a release: path → text.
    `made_at`: when the last crawl in it ended, UTC; `head`: of its chain.
    """
    stated = _stated(made_at, head, licence, site)
    return {
        "datapackage.json": _json({**stated, "profile": "data-package", "name": _NAME, "resources": [_resource(each, sums) for each in tables if each.files]}),
        "croissant.json": _json(_croissant(tables, stated)),
        "codebook.csv": _codebook(tables),
        "README.md": _readme(tables, stated),
    }  # fmt: skip


def _stated(made_at: str, head: Seal | None, licence: str, site: str) -> dict[str, Any]:
    name, _, address = licence.partition(" http")
    return {
        "title": _TITLE,
        "description": LABELS["site"].about_en,
        "created": made_at,
        "licenses": [{"name": name.replace(" ", "-"), **({"path": f"http{address}"} if address else {})}],
        **({"homepage": site} if site else {}),
        **({"head": {"day": head.day, "hash": head.hash}} if head else {}),
    }


def _resource(table: Described, sums: Mapping[str, str]) -> dict[str, Any]:
    """A table as a resource of a Frictionless data package."""
    return {
        "name": table.name,
        "title": table_label(table.name).en,
        "description": f"{table_label(table.name).about_en} {' and '.join(PARTITIONS)} are folders.",
        "path": list(table.files),
        "format": "parquet",
        "mediatype": _PARQUET,
        "hashes": {path: f"sha256:{sums[path]}" for path in table.files},
        "schema": {
            "fields": [
                {"name": name, "type": _type(table, name), "title": _label(table, name).en, "description": _label(table, name).about_en}
                for name in table.columns
            ]
        },
    }  # fmt: skip


def _type(table: Described, column: str) -> str:
    """The type of a column in Frictionless's words; its reader of Parquet turns whole
    numbers into others where some are missing.
    """
    return "number" if column in table.sparse else _TYPES[table.kinds[column]][0]


def _croissant(tables: Iterable[Described], stated: Mapping[str, Any]) -> dict[str, Any]:
    """The release as a dataset of Croissant."""
    licence = stated["licenses"][0]
    site = stated.get("homepage", "https://example.org/disclosures")
    full = [table for table in tables if table.files]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _NAME,
        "description": stated["description"],
        "license": licence.get("path", licence["name"]),
        "url": site,
        "datePublished": stated["created"],
        "version": "1.0.0",
        "citeAs": stated["title"],
        "distribution": [_release(site), *map(_file_set, full)],
        "recordSet": [_record_set(table) for table in full],
    }


def _release(site: str) -> dict[str, Any]:
    """The folder in which all files are, as the one object that Croissant has for such: a repository."""
    return {
        "@type": "cr:FileObject",
        "@id": "release",
        "name": "release",
        "contentUrl": site,
        "encodingFormat": "git+https",
        "sha256": "main",
    }


def _file_set(table: Described) -> dict[str, Any]:
    """The files of a table."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "containedIn": {"@id": "release"},
        "encodingFormat": _PARQUET,
        "includes": f"{table.name}/**/*.parquet",
    }


def _record_set(table: Described) -> dict[str, Any]:
    """The rows of a table."""
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table_label(table.name).about_en,
        "field": [_field(table, name) for name in table.columns],
    }


def _field(table: Described, column: str) -> dict[str, Any]:
    """A column of a table, and where its values are."""
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column}",
        "name": f"{table.name}/{column}",
        "description": _label(table, column).en,
        "dataType": _TYPES[table.kinds[column]][1],
        "source": {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column}},
    }


def _codebook(tables: Iterable[Described]) -> str:
    """Each column, and each code in one, with its name and meaning in Chinese and English."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("table", "column", "code", "zh", "en", "meaning_zh", "meaning_en"))
    for table in tables:
        rows.writerows(_codes_of(table))
    return written.getvalue()


def _codes_of(table: Described) -> Iterator[tuple[str, ...]]:
    for name in table.columns:
        label = _label(table, name)
        yield table.name, name, "", label.zh, label.en, label.about, label.about_en
        for code, meaning in CODES.get((table.columns[name], name), {}).items():
            yield table.name, name, code, meaning.zh, meaning.en, meaning.about, meaning.about_en


def _label(table: Described, column: str) -> Label:
    return column_label(table.columns[column], column)


def _readme(tables: Iterable[Described], stated: Mapping[str, Any]) -> str:
    head = stated.get("head")
    sealed = f"Head of the archive's chain: {head['day']} {head['hash']}.\n" if head else ""
    lines = "".join(
        f"| `{table.name}` | {table_label(table.name).zh} | {table_label(table.name).en} | {table.rows:,} |\n"
        for table in tables
    )
    return (
        f"# {stated['title']}\n\n{LABELS['site'].about}\n\n{stated['description']}\n\n"
        f"As of {stated['created']} (UTC). Licence of what the archive adds: {stated['licenses'][0]['name']}.\n{sealed}\n"
        f"| table | 表 | table in English | rows |\n|---|---|---|---:|\n{lines}\n"
        "`codebook.csv` says what each column and code means; `SHA256SUMS` has the sha256 of each file. Folders are `province=` (the first two\n"
        "digits of the division's code) and `year=` (stated, of events the year they were seen; 0000: none).\n"
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
