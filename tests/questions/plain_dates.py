"""The questions about dates and about what happened to records, in plain Python."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import chinese_calendar

from tests.questions.comparing import Expected, model
from tests.questions.drawn import DATE, FUTURE, Drawn, beijing, day

CALENDAR = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


def chosen(rows: Iterable[Any], given: Mapping[str, Any]) -> list[Any]:
    """Those of the portal that is asked for."""
    return [row for row in rows if given["portal"] in ("", row.portal)]


def columns(record: SimpleNamespace, **more: Any) -> dict[str, Any]:
    """A record's columns, and others."""
    return {**vars(record), "record_id": record.id, **more}


def around(values: Iterable[int], made: Drawn, count: int = 4) -> list[int]:
    """Some of the values that occur, the one before and the one after each."""
    pool = sorted({value for value in values if value >= 0})
    picked = made.draw.sample(pool, min(count, len(pool)))
    return sorted({near for value in picked for near in (value - 1, value, value + 1) if near >= 0})


def walks(made: Drawn) -> list[SimpleNamespace]:
    """Readings of a catalogue to its end, in crawls that have ended."""
    return [each for each in made.ledger if each.complete and each.crawl.finished_at]


def first_walk(made: Drawn, portal: str) -> str | None:
    """When a portal's first crawl that read a catalogue to its end had ended."""
    return min((each.crawl.finished_at for each in walks(made) if each.catalog.portal == portal), default=None)


@model("removed_records", "dates", lambda _: [{}, {"state": ""}, {"state": "unlisted"}])
def removed(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """No longer listed; noticed with the last event of that kind, a possible reason from title, period and masks."""
    rows = []
    for record in chosen(made.records, given):
        if record.state == "listed" or given.get("state", "withdrawn") not in ("", record.state):
            continue
        noticings = [each for each in made.events if each.record is record and each.kind == record.state]
        if "限时" in (record.disclosure_period or "") or "公示" in record.title:
            reason = "公示期满 / its time had run"
        elif any(each.record is record for each in made.redactions):
            reason = "原页含个人信息 / it showed personal data"
        else:
            reason = "不明 / not known"
        noticed, since = (noticings[-1].at, noticings[-1].not_before) if noticings else (record.last_seen, None)
        rows.append(columns(record, noticed_at=noticed, possible_reason=reason, not_before=since))
    return Expected(rows, ("-noticed_at", "-record_id"))


@model("changed_without_new_date", "dates")
def changed(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Changes of anything but the date; those of half-read pages are left out."""
    rows, left_out = [], 0
    for event in made.events:
        if (
            event.kind != "changed"
            or "published_on" in event.changed
            or event.record not in chosen(made.records, given)
        ):
            continue
        if "page_cut" in event.record.flags:
            left_out += 1
        else:
            names = json.dumps(event.changed, separators=(",", ":"))
            rows.append(columns(event.record, noticed_at=event.at, changed=names, not_before=event.not_before))
    number = {event.changed[-1]: event.id for event in made.events if event.changed}
    return Expected(rows, ("-noticed_at", lambda row: -number[json.loads(row["changed"])[-1]]), left_out)


def _days_later(record: SimpleNamespace) -> int:
    return (beijing(record.first_seen) - day(record.published_on)).days


def _dated_before(made: Drawn, given: Mapping[str, Any]) -> list[SimpleNamespace]:
    """Records that appeared after the portal's first whole reading, dated at least so many days before."""
    found = []
    for record in chosen(made.records, given):
        since = first_walk(made, record.portal)
        if record.published_on and since and record.first_seen > since and _days_later(record) >= given["days"]:
            found.append(record)
    return found


@model("dated_before_it_appeared", "dates", lambda made: [
    {"days": days} for days in around((_days_later(each) for each in made.records if each.published_on), made)
])  # fmt: skip
def dated_before(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Dated so long before that in between a catalogue that lists it was read to its end without it."""
    rows, left_out = [], 0
    for record in _dated_before(made, given):
        if record.flags & DATE:
            left_out += 1
            continue
        from_day = day(record.published_on) + timedelta(days=given["days"])
        if any(
            walk.catalog in record.catalogs
            and walk.crawl.finished_at < record.first_seen
            and beijing(walk.crawl.started_at) >= from_day
            for walk in walks(made)
        ):
            rows.append(columns(record, days_later=_days_later(record)))
    return Expected(rows, ("-first_seen", "-record_id"), left_out)


def _working_days(record: SimpleNamespace) -> int | None:
    """Working days after the day of creation up to that of publication; None where the calendar doesn't know."""
    return working_days(day(record.created_on), day(record.published_on))


@cache
def working_days(start: date, end: date) -> int | None:
    """Working days after the day `start` up to `end`; None where the calendar doesn't know."""
    if start.year not in CALENDAR or end.year not in CALENDAR:
        return None
    days = (start + timedelta(days=count) for count in range(1, (end - start).days + 1))
    return sum(map(_is_workday, days))


_is_workday = cache(chinese_calendar.is_workday)


@model("later_than_20_working_days", "dates", lambda made: [{"days": days} for days in (0, 19, 20, 21, *around((_working_days(each) or 0 for each in made.records if each.created_on and each.published_on), made))])  # fmt: skip
def late(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """More working days from creation to publication than so many, and than 20 in any case."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        if not record.created_on or not record.published_on:
            continue
        count = _working_days(record)
        if count is None or record.flags & DATE:
            left_out += 1
        elif count > max(20, given["days"]):
            rows.append(columns(record, working_days=count))
    return Expected(rows, ("-published_on", "-record_id"), left_out)


INSPECTING = ("督查", "评估")


@model("many_on_one_day", "dates", lambda made: [
    {"least": made.draw.randint(1, 4), "times": made.draw.randint(0, 3)} for _ in range(6)
])  # fmt: skip
def many(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Days with many times the mean of the portal's days, by the date stated and by the day first seen."""
    counts: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    left_out = 0
    for record in chosen(made.records, given):
        since = first_walk(made, record.portal)
        if since and record.first_seen > since:
            counts[record.portal, "首次发现 / first seen"][beijing(record.first_seen)] += 1
        if record.flags & DATE:
            left_out += 1
        elif record.published_on:
            counts[record.portal, "标注日期 / date stated"][day(record.published_on)] += 1
    rows = []
    for (portal, basis), days in counts.items():
        mean = sum(days.values()) / len(days)
        inspections = [
            day(each.published_on)
            for each in made.records
            if each.portal == portal and each.published_on and not each.flags & DATE and each.title.endswith(INSPECTING)
        ]
        for each, records in days.items():
            if records >= given["least"] and records >= given["times"] * mean:
                follow = [to for to in inspections if 0 <= (to - each).days <= 14]
                usual = float(Decimal(mean).quantize(Decimal("0.1"), ROUND_HALF_UP))
                row = {"day": str(each), "portal": portal, "basis": basis, "records": records}
                rows.append({**row, "usual": usual, "inspection_on": str(min(follow)) if follow else None})
    return Expected(rows, ("-day", "portal", "basis"), left_out)


def _newest(made: Drawn, catalog: SimpleNamespace) -> tuple[int, date | None]:
    """The number of records of a catalogue with a date that counts, and the newest date."""
    days = [
        day(record.published_on)
        for record in made.records
        if catalog in record.catalogs and record.published_on and not record.flags & (DATE | FUTURE)
    ]
    return len(days), max(days, default=None)


def _apart(made: Drawn) -> Iterable[int]:
    """Days between the newest date of each catalogue and its last whole reading."""
    for walk in walks(made):
        newest = _newest(made, walk.catalog)[1]
        if newest:
            yield (beijing(walk.crawl.finished_at) - newest).days


@model("stale_columns", "dates", lambda made: [{"days": days} for days in around(_apart(made), made)])
def stale(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Catalogues whose newest record was dated more than so many days before they were last read to their end."""
    rows, left_out = [], 0
    for catalog in chosen(made.catalogs, given):
        ends = [beijing(walk.crawl.finished_at) for walk in walks(made) if walk.catalog is catalog]
        count, newest = _newest(made, catalog)
        if not ends or not newest:
            left_out += 1
        elif (max(ends) - newest).days > given["days"]:
            row = {"catalog": catalog.title, "portal": catalog.portal, "kind": catalog.kind, "records": count}
            dates = {"newest_on": str(newest), "walked_on": str(max(ends)), "days": (max(ends) - newest).days}
            rows.append({**row, **dates})
    return Expected(rows, ("-days", "portal", "catalog"), left_out)


TYPES = {
    "office": "政府办公室 / government office",
    "township": "乡镇、街道 / township",
    "government": "政府 / government",
}


@model("silent_agencies", "quiet")
def silent(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Agencies whose newest date is more than twelve months before the portal's last crawl, or stated ones without records."""
    rows = []
    for agency in chosen(made.agencies.values(), given):
        ends = [beijing(each.finished_at) for each in made.crawls if each.portal == agency.portal and each.finished_at]
        if not ends or agency.type == "institution" or agency.successor_id:
            continue
        own = [each for each in made.records if made.agency(each.portal, each.publisher) is agency]
        days = [each.published_on for each in own if each.published_on and not each.flags & (DATE | FUTURE)]
        newest = max(days, default=None)
        year_before = max(ends).replace(year=max(ends).year - 1)
        if (newest and newest < str(year_before)) or (agency.stated and not own):
            row = {"agency": agency.name, "portal": agency.portal, "records": len(own), "newest_on": newest}
            rows.append({**row, "type": TYPES.get(agency.type, "部门 / department"), "crawled_on": str(max(ends))})
    unknown = [portal for (portal, _), agency in made.names.items() if not agency and given["portal"] in ("", portal)]
    return Expected(rows, (lambda row: row["newest_on"] or "", "portal", "agency"), len(unknown))


def _rest(text: str) -> str | None:
    """The name of the holiday that a day is, 周末, nothing for a working day; None where the calendar doesn't know."""
    if day(text).year not in CALENDAR:
        return None
    if chinese_calendar.is_workday(day(text)):
        return ""
    name = chinese_calendar.get_holiday_detail(day(text))[1]
    return {each.value: each.chinese for each in chinese_calendar.Holiday}.get(name, "周末")


@model("odd_dates", "dates", lambda _: [{"weekends": 0}, {"weekends": 1}])
def odd(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Dates on holidays, weekends if wanted, and dates that were still to come."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        if not record.published_on:
            continue
        rest = _rest(record.published_on)
        if record.flags & DATE:
            left_out += 1
        elif record.flags & FUTURE:
            rows.append(columns(record, day="将来 / in the future"))
        elif rest is None:
            left_out += 1
        elif rest == "周末" and given["weekends"]:
            rows.append(columns(record, day="周末 / weekend"))
        elif rest and rest != "周末":
            rows.append(columns(record, day=f"{rest} / holiday"))
    return Expected(rows, ("portal", "-published_on"), left_out)
