"""The questions about index numbers, document numbers and copies, in plain Python."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from archive.analysis.titles import fingerprint
from tests.questions.comparing import Expected, model
from tests.questions.drawn import DATE, NUMBER, PUBLISHER, TITLE, Drawn, day
from tests.questions.plain_dates import around, chosen, columns


def missing_ones(serials: set[int]) -> str | None:
    """The numbers from 1 on that stand between `serials`, as the answer prints them."""
    parts = []
    for one, other in pairwise(sorted({0, *serials})):
        if other - one == 2:
            parts.append(str(one + 1))
        elif other - one > 2:
            parts.append(f"{one + 1}–{other - 1}")
    return "、".join(parts) or None


@model("document_number_gaps", "numbers", lambda made: [
    {"least": made.draw.randint(1, 6), "share": made.draw.choice((0, 20, 25, 40, 50, 60, 100))} for _ in range(8)
])  # fmt: skip
def document_numbers(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Numbers from 1 to the highest that were not found, of issuers of whose numbers enough were."""
    found: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    left_out = 0
    for record in chosen(made.records, given):
        for issuer, year, serial in set(record.issued or ()):
            if record.flags & NUMBER:
                left_out += 1
            else:
                found[record.portal, issuer, year].add(serial)
    rows = []
    for (portal, issuer, year), serials in found.items():
        highest, count = max(serials), len(serials)
        if count >= given["least"] and highest > count and count / highest >= given["share"] / 100:
            row = {"portal": portal, "issuer": issuer, "year": year, "found": count, "highest": highest}
            rows.append({**row, "missing": highest - count, "numbers": missing_ones(serials)})
    return Expected(rows, ("-year", "-missing", "portal", "issuer"), left_out)


def _counted(made: Drawn, given: Mapping[str, Any]) -> dict[str, dict[tuple[Any, ...], set[int]]]:
    """For each portal the serials of each prefix, year and month, where there are five and more."""
    groups: dict[str, dict[tuple[Any, ...], set[int]]] = defaultdict(lambda: defaultdict(set))
    for record in chosen(made.records, given):
        if record.serial and not record.flags & NUMBER:
            groups[record.portal][record.prefix, record.year, record.month].add(record.serial)
    many = {portal: {key: held for key, held in each.items() if len(held) >= 5} for portal, each in groups.items()}
    return {portal: each for portal, each in many.items() if each}


@model("index_number_gaps", "numbers")
def index_numbers(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Gaps where four of five agencies' years, two at least, begin at the start and are dense; other portals are left out."""
    rows, left_out = [], 0
    for portal, groups in _counted(made, given).items():
        dense = [held for held in groups.values() if min(held) <= 3 and max(held) <= 3 * len(held)]
        if len(groups) < 2 or len(dense) / len(groups) < 0.8:
            left_out += 1
            continue
        for (prefix, year, month), held in groups.items():
            if max(held) > len(held):
                row = {"index_prefix": prefix, "portal": portal, "year": year, "month": month, "found": len(held)}
                gaps = {"highest": max(held), "missing": max(held) - len(held), "numbers": missing_ones(held)}
                rows.append({**row, **gaps})
    return Expected(rows, ("-year", "-month", "-missing", "portal", "index_prefix"), left_out)


def _days_apart(one: SimpleNamespace, other: SimpleNamespace) -> int:
    return abs((day(one.published_on) - day(other.published_on)).days)


@model("neighbouring_serials", "numbers", lambda made: [
    {"step": step, "days": days} for step in (1, 2, 3, 4) for days in around(range(1, 400), made, 2)
])  # fmt: skip
def neighbours(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Serials of one portal, prefix, year and month that are at most so many apart, with dates more days apart."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    left_out = 0
    for record in chosen(made.records, given):
        if record.serial is not None and record.flags & (NUMBER | DATE):
            left_out += 1
        elif record.serial is not None and record.published_on:
            groups[record.portal, record.prefix, record.year, record.month].append(record)
    rows, places = [], {}
    for (portal, prefix, year, month), group in groups.items():
        for before, record in pairwise(sorted(group, key=lambda each: (each.serial, each.published_on))):
            apart = _days_apart(before, record)
            if 1 <= record.serial - before.serial <= given["step"] and apart > given["days"]:
                of_before = {"before_number": before.index_number, "before_on": before.published_on}
                rows.append(columns(record, **of_before, days_apart=apart))
                places[record.id] = portal, prefix, year, month or 0, record.serial
    return Expected(rows, (lambda row: places[row["record_id"]],), left_out)


UNSOUND = {"title_truncated", "title_missing", "page_cut", "row_not_read", "index_number_differs"}


@model("number_on_several", "numbers")
def several(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Records of one portal with one number under different titles."""
    groups: dict[tuple[str, str], list[SimpleNamespace]] = defaultdict(list)
    for record in chosen(made.records, given):
        if record.index_number:
            groups[record.portal, record.index_number].append(record)
    rows, left_out = [], 0
    for group in groups.values():
        sound = [record for record in group if not record.flags & UNSOUND]
        left_out += len(group) - len(sound) if len(group) > 1 else 0
        if len({record.title for record in sound}) > 1:
            rows += [columns(record, records=len(sound)) for record in sound]
    return Expected(rows, ("portal", "index_number", "published_on", "record_id"), left_out)


@model("prefix_of_another", "numbers")
def prefixes(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Records whose prefix is one agency's while another is their publisher, neither what the other became."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        if not record.prefix or not record.publisher:
            continue
        agency = made.agency(record.portal, record.publisher)
        if not agency or record.flags & (NUMBER | PUBLISHER):
            left_out += 1
            continue
        for owner in made.agencies.values():
            if owner.portal != record.portal or owner.index_prefix != record.prefix or owner is agency:
                continue
            if agency.id != owner.successor_id and owner.id != agency.successor_id:
                rows.append(columns(record, prefix_of=owner.name))
    return Expected(rows, ("portal", "prefix_of", "-published_on", "record_id"), left_out)


@model("unusual_index_numbers", "patterns")
def unusual(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Numbers of no pattern, with wrong check digits, unlike nine tenths (ten and more) of the portal's, or of another year."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        if not record.index_number:
            continue
        if record.flags & NUMBER:
            left_out += 1
            continue
        patterns = [each.pattern for each in made.records if each.portal == record.portal and each.pattern]
        usual = [each for each in set(patterns) if patterns.count(each) >= max(10, 0.9 * len(patterns))]
        dated = record.published_on and not record.flags & DATE
        if not record.pattern:
            what = "不合已知格式 / fits no known pattern"
        elif record.checks is False:
            what = "校验码或区划代码不对 / check digit or division code"
        elif usual and usual != [record.pattern]:
            what = "与本门户多数不同 / unlike the portal's others"
        elif record.year and dated and record.year != day(record.published_on).year:
            what = "年份与发布年份不同 / year is not that of publication"
        else:
            continue
        rows.append(columns(record, unusual=what))
    return Expected(rows, ("-record_id",), left_out)


def _essence(text: str | None, least: int) -> str | None:
    """A text without blanks and punctuation, where so much is left."""
    letters = "".join(character for character in text or "" if character.isalnum())
    return letters if len(letters) >= least else None


@model("same_under_several_numbers", "copies")
def copies(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Texts of 100 characters, or titles of 10 on one date, that dated records with several numbers share."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    left_out = 0
    for record in chosen(made.records, given):
        left_out += bool(record.flags & (NUMBER | TITLE))
        if not record.index_number or not record.published_on:
            continue
        text, title = _essence(record.body, 100), _essence(record.title, 10)
        if text and not record.flags & NUMBER:
            groups["正文 / text", record.portal, text].append(record)
        if title and not record.flags & (NUMBER | TITLE):
            groups["标题和日期 / title and date", record.portal, title, record.published_on].append(record)
    rows = []
    for (same, *_), group in groups.items():
        if len({record.index_number for record in group}) > 1:
            rows += [columns(record, same=same, records=len(group)) for record in group]
    by_id = {record.id: record for record in made.records}

    def key(row: Mapping[str, Any]) -> int:
        record = by_id[row["record_id"]]
        return fingerprint(record.body if row["same"].endswith("text") else record.title) or 0

    return Expected(
        rows, ("portal", lambda row: row["same"].endswith("text"), key, "index_number", "record_id"), left_out
    )
