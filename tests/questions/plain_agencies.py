"""The questions about budgets and about what agencies' pages lack or hold, in plain Python."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from tests.questions.comparing import Expected, model
from tests.questions.drawn import DATE, NUMBER, PUBLISHER, TITLE, Drawn, day
from tests.questions.plain_dates import around, chosen, columns

LABELS = {"budget": "预算 / budget", "accounts": "决算 / final accounts"}


def _unit(made: Drawn, record: SimpleNamespace, named: str | None) -> tuple[Any, str | None]:
    """The unit whose budget a record is, and its name: the one in the title, or else the publisher."""
    name = named or record.publisher
    agency = made.agency(record.portal, name)
    return (agency.id, agency.name) if agency else (name, name)


@model("missing_budgets", "budgets", lambda _: [{"least": least} for least in (1, 2, 3, 4)])
def missing(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Units without a budget of a year, from their first year on, of which enough other units disclosed theirs."""
    found: dict[str, dict[Any, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))
    names, left_out = {}, 0
    for record in chosen(made.records, given):
        for named, year, kind in record.budgets:
            unit, name = _unit(made, record, named)
            if record.flags & TITLE:
                left_out += 1
            elif unit:
                found[record.portal][unit].add((year, kind))
                names[unit] = name
    rows = []
    for portal, units in found.items():
        since = {unit: min(year for year, _ in held) for unit, held in units.items()}
        for agency in made.agencies.values():
            if agency.portal == portal and agency.stated and agency.budget_unit and agency.id not in units:
                since[agency.id], names[agency.id] = 0, agency.name
        for year, kind in {each for held in units.values() for each in held}:
            others = sum((year, kind) in held for held in units.values())
            for unit, first in since.items():
                agency = made.agencies.get(unit)
                if agency and (agency.type == "government" or agency.budget_unit == 0):
                    continue
                own = units.get(unit, set()) | (units.get(agency.successor_id, set()) if agency else set())
                if others >= given["least"] and year >= first and (year, kind) not in own:
                    row = {"agency": names[unit], "portal": portal, "year": year, "type": LABELS[kind]}
                    rows.append({**row, "others": others})
    return Expected(rows, ("-year", "portal", "agency", lambda row: row["type"].endswith("budget")), left_out)


def _due(year: int, kind: str) -> date:
    """The day of approval that is taken, from which the days are counted."""
    return date(year, 3, 31) if kind == "budget" else date(year + 1, 9, 30)


@model("late_budgets", "budgets", lambda made: [{"days": days} for days in around(
    ((day(each.published_on) - _due(year, kind)).days for each in made.records for _, year, kind in each.budgets if each.published_on), made
)])  # fmt: skip
def late(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Of each unit, year from 2015 on and type the earliest, where it is dated later than so many days after approval."""
    groups: dict[tuple[Any, ...], list[tuple[SimpleNamespace, str | None]]] = defaultdict(list)
    left_out = 0
    for record in chosen(made.records, given):
        for named, year, kind in record.budgets:
            if year < 2015:
                continue
            if record.flags & (TITLE | DATE):
                left_out += 1
            elif record.published_on:
                unit, name = _unit(made, record, named)
                groups[record.portal, unit or f"record {record.id}", year, kind].append((record, name))
    rows = []
    for (_, _, year, kind), group in groups.items():
        record, name = min(group, key=lambda each: each[0].published_on)
        due = _due(year, kind) + timedelta(days=given["days"])
        if day(record.published_on) > due:
            more = {"agency": name, "year": year, "type": LABELS[kind], "due_on": str(due)}
            rows.append(columns(record, **more, days_later=(day(record.published_on) - due).days))
    return Expected(rows, ("-year", "-days_later", "record_id"), left_out)


@model("budget_by_another", "budgets")
def by_another(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Budgets whose title names a unit while another agency, neither its successor nor its predecessor, is the publisher."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        named = [each for each in record.budgets if each[0]]
        publisher = made.agency(record.portal, record.publisher)
        if record.flags & (TITLE | PUBLISHER) or (record.publisher and not publisher):
            left_out += len(named)
            continue
        unit = made.agency(record.portal, named[0][0]) if named else None
        if not unit or not publisher or unit is publisher or unit.type == "government":
            continue
        if unit.successor_id == publisher.id or publisher.successor_id == unit.id:
            continue
        if not named[0][0].endswith(("县", "区", "市", "级")):
            rows.append(columns(record, unit=named[0][0], year=named[0][1]))
    return Expected(rows, ("-published_on", "-record_id"), left_out)


def _agency_name(made: Drawn, record: SimpleNamespace) -> str:
    agency = made.agency(record.portal, record.publisher)
    return agency.name if agency else record.publisher or "未载发布机构 / no publisher stated"


@model("missing_metadata", "pages", lambda _: [{"least": least} for least in (1, 2, 3, 4, 5, 8)])
def lacking(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Per agency the share of the records whose page was read that lack an item, in whole per cent."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    left_out = 0
    for record in chosen(made.records, given):
        if record.body and record.flags & (NUMBER | DATE):
            left_out += 1
        elif record.body:
            groups[made.whose(record)].append(record)
    rows, lacks = [], {}
    for (portal, _), group in groups.items():
        if len(group) < given["least"]:
            continue
        row = {"agency": _agency_name(made, group[0]), "portal": portal, "records": len(group)}
        count = 0
        for column, name in (
            ("no_index_number", "index_number"),
            ("no_created_on", "created_on"),
            ("no_published_on", "published_on"),
            ("no_department", "responsible_department"),
            ("no_document_number", "document_number"),
        ):
            empty = sum(not getattr(record, name) for record in group)
            count += empty if name != "document_number" else 0
            row[column] = empty * 100 // len(group)
        lacks[row["agency"], portal] = count / len(group)
        rows.append(row)
    return Expected(rows, (lambda row: -lacks[row["agency"], row["portal"]], "-records", "agency"), left_out)


STATES = {
    "unavailable": "没有取到 / not to be had",
    "empty": "空文件 / an empty file",
    "not_a_document": "不是文件 / no document",
}


@model("dead_attachments", "pages")
def dead(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Files that were not had, were empty or no documents when they were last asked for."""
    rows = []
    for file in made.attachments:
        if file.state in STATES and file.record in chosen(made.records, given):
            more = {"file": file.name, "file_url": file.url, "found_instead": STATES[file.state]}
            rows.append(columns(file.record, **more, asked_at=file.fetched_at))
    number = {file.name: file.id for file in made.attachments}
    return Expected(rows, ("-published_on", "-record_id", lambda row: number[row["file"]]))


@model("series_gaps", "pages", lambda _: [{"least": least} for least in (1, 2, 3, 4, 5)])
def series(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Issues between the first and the last found of a series of a year that were not found."""
    groups: dict[tuple[str, str], list[SimpleNamespace]] = defaultdict(list)
    left_out = 0
    for record in chosen(made.records, given):
        if record.flags & TITLE:
            left_out += 1
        elif record.series:
            groups[record.portal, record.series].append(record)
    rows = []
    for group in groups.values():
        issues = sorted({record.issue for record in group})
        gap = issues[-1] - issues[0] + 1 - len(issues)
        if len(issues) >= given["least"] and gap:
            parts = [
                str(one + 1) if other - one == 2 else f"{one + 1}–{other - 1}"
                for one, other in pairwise(issues)
                if other - one > 1
            ]
            last = max(group, key=lambda each: each.id)
            row = columns(last, found=len(issues), first=issues[0], last=issues[-1], missing=gap)
            rows.append({**row, "numbers": "、".join(parts)})
    return Expected(rows, ("-missing", "portal", "title"), left_out)


def _explains(record: SimpleNamespace) -> bool:
    return record.kind == "policy_interpretation" or "解读" in record.title


@model("no_interpretation", "pages", lambda _: [{"days": days} for days in (0, 4, 5, 6)])
def without_interpretation(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Normative documents of which the portal, having interpretations, has none, or the earliest so many days later."""
    explaining = [record for record in made.records if _explains(record) and record.subject]
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        if record.kind != "normative_document" or _explains(record):
            continue
        of_portal = [each for each in explaining if each.portal == record.portal]
        if record.flags & (TITLE | DATE) or not of_portal:
            left_out += 1
            continue
        own = [each.published_on for each in of_portal if each.subject == record.subject]
        earliest = min((each for each in own if each), default=None)
        apart = (day(earliest) - day(record.published_on)).days if earliest and record.published_on else None
        if record.subject and (not own or (apart is not None and apart > given["days"])):
            rows.append(columns(record, interpreted_on=earliest, days_later=apart))
    return Expected(rows, ("-published_on", "-record_id"), left_out)


@model("personal_data", "pages")
def personal(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Masked numbers by agency and kind."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    for each in made.redactions:
        if each.record in chosen(made.records, given) and each.count:
            groups[made.whose(each.record), each.kind].append(each)
    rows = []
    for ((portal, _), kind), group in groups.items():
        row = {"agency": _agency_name(made, group[0].record), "portal": portal, "masked_kind": kind}
        numbers = sum(each.count for each in group)
        rows.append({**row, "records": len({each.record.id for each in group}), "numbers": numbers})
    return Expected(rows, ("-records", "-numbers", "agency"))
