"""The questions about annual reports, in plain Python."""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.questions.comparing import Expected, model
from tests.questions.drawn import Drawn, beijing, day
from tests.questions.drawn_reports import PARTS, due
from tests.questions.plain_dates import chosen, columns

HALF_READ = {"page_cut", "row_not_read"}


def _reports(made: Drawn, given: Mapping[str, Any]) -> list[SimpleNamespace]:
    return [record for record in chosen(made.records, given) if record.report]


def _walked(made: Drawn, portal: str, kind: str) -> bool:
    """Whether a catalogue of a portal was read to its end; of a kind, or of any."""
    return any(
        each.complete and each.catalog.portal == portal and kind in ("", each.catalog.kind) for each in made.ledger
    )


def deadline(today: str, made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Years from an agency's first report on for which one is due and none is there, or the earliest is late."""
    groups: dict[tuple[str, str], dict[int, list[SimpleNamespace]]] = defaultdict(lambda: defaultdict(list))
    left_out = 0
    for record in _reports(made, given):
        left_out += not record.published_on
        if _walked(made, record.portal, "annual_report"):
            agency = made.agency(record.portal, record.report["reporter"])
            name = agency.name if agency else record.report["reporter"]
            groups[record.portal, name][record.report["year"]].append(record)
    rows = []
    for (portal, name), years in groups.items():
        ended = any(
            each.portal == portal and each.name == name and each.successor_id for each in made.agencies.values()
        )
        for year in range(min(years), max(day(today).year, min(years) + 1)):
            until = due(name, year)
            row = {"reporter": name, "portal": portal, "report_year": year, "due_on": str(until)}
            dated = sorted((each for each in years[year] if each.published_on), key=lambda each: each.published_on)
            if until >= day(today):
                continue
            if not years[year] and not ended:
                nothing = {"record_id": None, "title": None, "published_on": None}
                rows.append({**row, **nothing, "observed": "没有见到 / not seen"})
            elif dated and day(dated[0].published_on) > until:
                rows.append({**columns(dated[0]), **row, "observed": "晚于期限 / later than due"})
    return Expected(rows, ("-report_year", "portal", "reporter"), left_out)


for moment in ("2021-01-31T15:30:00Z", "2021-01-31T16:30:00Z", "2021-03-31T15:30:00Z", "2021-03-31T16:30:00Z"):
    model("report_deadline", "reports", now=moment)(partial(deadline, str(beijing(moment))))


COMPARED = (
    ("1_2_2", "", "2.政府网站公开政府信息数"),
    ("2_1", "hot_topic_response", "（一）回应公众关注热点或重大舆情数 （不同方式回应同一热点或舆情计 1 次）"),
    ("2_2_3", "policy_interpretation", "3.政策解读稿件发布数"),
    ("1_1_a", "normative_document", "其中：主动公开规范性文件数"),
)


@model("report_vs_site", "reports")
def beside_the_site(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Figures of a whole county's report other than the records of that year, where such a catalogue was read wholly."""
    rows, left_out = [], 0
    for record in _reports(made, given):
        if not record.report["region"]:
            continue
        if record.flags & HALF_READ:
            left_out += 1
            continue
        year, figures = record.report["year"], record.report["figures"]
        for figure, kind, label in COMPARED:
            stated = figures.get(figure)
            seen = sum(
                each.portal == record.portal and kind in ("", each.kind) and (each.published_on or "")[:4] == str(year)
                for each in made.records
            )
            if stated is not None and _walked(made, record.portal, kind) and seen != stated:
                row = columns(record, report_year=year, figure=label, stated=stated, seen=seen)
                rows.append({**row, "difference": seen - stated})
    return Expected(rows, (lambda row: row["seen"] < row["stated"], "-report_year", "portal", "figure"), left_out)


@model("report_arithmetic", "reports")
def arithmetic(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Sums of the table that do not add up, and a number of the prose that is not the table's."""
    rows, left_out = [], 0
    scanned = {each.record.id for each in made.attachments if each.state != "text"}
    for record in _reports(made, given):
        figures = record.report["figures"]
        if record.flags & HALF_READ or (not figures and record.id in scanned):
            left_out += 1
            continue
        for against, stated, found in _disagreeing(figures):
            weight = "提示 / hint" if against == SERIES else "不一致 / disagree"
            row = columns(record, held_against=against, stated=stated, found=found, weight=weight)
            rows.append({**row, "report_year": record.report["year"], "reporter": record.report["reporter"]})
    order = (lambda row: row["held_against"] == SERIES, "-report_year", "portal", "record_id")
    return Expected(rows, order, left_out, without=("figure", "sentence"))


SERIES = "期数与全年期数 / issues and those of a year"


def _disagreeing(figures: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Pairs held against each other, where the two are not the same: sums of the table, a number of the prose."""
    inside, beside = "表内合计与分项 / total and parts of the table", "文字与统计表 / prose and table"
    # Requests are entered under the total alone: the kinds of those who asked are nought.
    found = [(inside, figures[total], 0) for total in ("over", "forward") if figures.get(total)]
    if "1_2" in figures:
        parts = sum(figures[part] for part in PARTS)
        requests = sum(figures.get(f"3_1_{number}", 0) for number in (1, 2, 3, 4))
        found += [(inside, figures["1_2"], parts)] if figures["1_2"] != parts else []
        found += [(inside, figures["1_1"], parts)] if figures["1_1"] > parts else []
        found += [(inside, figures["3_1"], requests)] if figures["3_1"] != requests else []
        if figures["documents"] not in (None, figures["1_1_a"]):
            found.append((beside, figures["documents"], figures["1_1_a"]))
        if figures["weeks"] == 50:
            found.append((SERIES, 50, 52))
    return found


@model("report_year_on_year", "reports")
def year_on_year(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Growth, requests carried over and documents in force that do not follow from the one report of the year before."""
    groups: dict[tuple[str, str, int], list[SimpleNamespace]] = defaultdict(list)
    for record in _reports(made, given):
        if record.report["figures"]:
            groups[record.portal, record.report["reporter"], record.report["year"]].append(record)
    left_out = sum(len(group) for group in groups.values() if len(group) > 1)
    sound = {key: [each for each in group if not each.flags & HALF_READ] for key, group in groups.items()}
    single = {key: group[0] for key, group in sound.items() if len(group) == 1}
    rows = []
    for (portal, reporter, year), record in single.items():
        before = single.get((portal, reporter, year - 1))
        if not before:
            continue
        now, then = record.report["figures"], before.report["figures"]
        for figure, stated, expected, tolerance in _follows(now, then):
            if abs(stated - expected) > tolerance:
                row = columns(record, report_year=year, reporter=reporter, figure=figure, stated=stated)
                rows.append({**row, "expected": expected})
    return Expected(rows, ("-report_year", "portal", "reporter", "figure"), left_out)


def _follows(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[tuple[str, float, float, int]]:
    """A figure as a report states it, as it follows from the year before, and how far apart they may be."""
    found: list[tuple[str, float, float, int]] = []
    if now.get("growth") is not None and then.get("1_1"):
        expected = round(100 * (now["1_1"] - then["1_1"]) / then["1_1"], 1)
        found.append(("同比增长（%） / growth on the year before (%)", now["growth"], expected, 1))
    if "over" in now and "forward" in then:
        found.append(("上年结转的申请 / requests carried over", now["over"], then["forward"], 0))
        for kind, (issued, repealed, in_force) in now["issued"].items():
            figure = f"第二十条第（一）项 {kind} 现行有效件数 / documents in force"
            found.append((figure, in_force, then["issued"][kind][2] + issued - repealed, 0))
    return found
