"""The questions about what budgets and final accounts say, in plain Python."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from types import SimpleNamespace
from typing import Any

from tests.questions.budget_documents import NINE
from tests.questions.comparing import Expected, model
from tests.questions.drawn import Drawn
from tests.questions.plain_dates import chosen, columns

HALF_READ = {"page_cut", "row_not_read"}
NAMES = dict(zip(NINE, ("收支总表", "收入总表", "支出总表", "财政拨款收支总表", "一般公共预算支出表", "基本支出表", "三公经费表", "政府性基金支出表", "国有资本经营支出表"), strict=True))  # fmt: skip


def _unit(made: Drawn, record: SimpleNamespace, name: str) -> str:
    """The agency that bears a name, or else the name."""
    agency = made.agency(record.portal, name)
    return agency.name if agency else name


def _tables(made: Drawn, given: Mapping[str, Any]) -> Iterator[tuple[SimpleNamespace, SimpleNamespace]]:
    """Each budget table with its record."""
    for record in chosen(made.records, given):
        yield from ((record, table) for table in record.tables)


def _figures(made: Drawn, given: Mapping[str, Any], *kinds_and_roles: tuple[str, str]) -> Iterator[SimpleNamespace]:
    """Each figure of these kinds of tables and roles, with its value in yuan and whether it is checked."""
    for record, table in _tables(made, given):
        for each in table.figures:
            if (table.kind, each.role) in kinds_and_roles:
                checked = each.held >= 2 and not each.failed and not record.flags & HALF_READ
                yield SimpleNamespace(
                    **vars(each), record=record, table=table, unit=_unit(made, record, table.unit), yuan=10000 * Decimal(each.printed), checked=checked
                )  # fmt: skip


def _sure(figures: Iterable[SimpleNamespace]) -> dict[tuple[Any, ...], SimpleNamespace]:
    """The checked figures of documents' own year, one for each portal, unit, year, stage, kind and role; none where they differ."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    for each in figures:
        if each.own and each.checked:
            groups[each.record.portal, each.unit, *each.of, each.table.kind, each.role].append(each)
    first = {key: min(group, key=lambda each: each.record.id) for key, group in groups.items()}
    return {key: first[key] for key, group in groups.items() if len({each.yuan for each in group}) == 1}


def _unchecked(figures: Iterable[SimpleNamespace]) -> int:
    return sum(each.own and not each.checked for each in figures)


def _text(yuan: Decimal) -> str:
    return f"{yuan:.2f}"


def _percent(part: Decimal, whole: Decimal) -> float:
    return float((100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_EVEN))


@model(
    "three_public_rise",
    "statements",
    lambda _: [{"percent": p, "least": n} for p, n in ((0, 0), (0, 2), (20, 0), (50, 2))],
)
def rise(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Checked totals and receptions that rose so much, and by so much, on the year before."""
    figures = list(_figures(made, given, ("three_public", "total"), ("three_public", "reception")))
    sure, rows = _sure(figures), []
    for (portal, unit, year, stage, kind, role), now in sure.items():
        before = sure.get((portal, unit, year - 1, stage, kind, role))
        if before is None or not before.yuan:
            continue
        more = now.yuan - before.yuan
        if 100 * more >= given["percent"] * before.yuan and more >= 10000 * given["least"]:
            rows.append(
                columns(
                    now.record, unit=unit, fiscal_year=year, stage=stage, part=role, year_before=_text(before.yuan),
                    this_year=_text(now.yuan), percent=_percent(more, before.yuan),
                )
            )  # fmt: skip
    return Expected(rows, ("-fiscal_year", "portal", "unit", "stage", "part"), _unchecked(figures))


@model("reception_share", "statements", lambda _: [{"percent": p, "least": n} for p, n in ((60, 1), (100, 10), (0, 0))])
def share(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Receptions of so large a share of the whole, where all that documents of the year say of both is checked and the same."""
    groups: dict[tuple[Any, ...], list[SimpleNamespace]] = defaultdict(list)
    for each in _figures(made, given, ("three_public", "total"), ("three_public", "reception")):
        if each.own:
            groups[each.record.portal, each.unit, *each.of].append(each)
    rows, left_out = [], 0
    for (_, unit, year, stage), group in groups.items():
        values = {role: {each.yuan for each in group if each.role == role} for role in ("total", "reception")}
        if not all(each.checked for each in group) or any(len(amounts) != 1 for amounts in values.values()):
            left_out += bool(values["reception"])
            continue
        (total,), (reception,) = values["total"], values["reception"]
        if total and reception >= 10000 * given["least"] and 100 * reception >= given["percent"] * total:
            record = min((each.record for each in group), key=lambda record: record.id)
            stated = {"reception": _text(reception), "total": _text(total), "percent": _percent(reception, total)}
            rows.append(columns(record, unit=unit, fiscal_year=year, stage=stage, **stated))
    return Expected(rows, ("-fiscal_year", "portal", "unit", "stage"), left_out)


@model("three_public_prose", "statements")
def prose(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Texts that differ from a figure of their table that another identity holds."""
    rows, left_out = [], 0
    for record, table in _tables(made, given):
        for each in table.checks:
            if each.holds or each.rule != "prose":
                continue
            held = any(figure.role == each.place and figure.own and figure.held for figure in table.figures)
            if record.flags & HALF_READ or not held:
                left_out += 1
                continue
            said = {"part": each.place, "in_table": "1.00", "in_text": "2.00"}
            rows.append(
                columns(record, unit=_unit(made, record, table.unit), fiscal_year=table.year, stage=table.stage, **said)
            )
    return Expected(rows, ("-fiscal_year", "portal", "unit", "record_id"), left_out)


@model("budget_arithmetic", "statements")
def arithmetic(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Identities that do not hold, but for those of text and table."""
    rows, left_out = [], 0
    for record, table in _tables(made, given):
        failing = [each for each in table.checks if not each.holds and each.rule != "prose"]
        left_out += len(failing) if record.flags & HALF_READ else 0
        for each in failing if not record.flags & HALF_READ else ():
            said = {"rule": each.rule, "place": each.place, "stated": "1.00", "expected": "2.00"}
            rows.append(
                columns(record, unit=_unit(made, record, table.unit), fiscal_year=table.year, stage=table.stage, **said)
            )
    return Expected(rows, ("-fiscal_year", "portal", "unit", "record_id", "rule"), left_out)


@model("missing_budget_tables", "statements", lambda _: [{"least": least} for least in (1, 4, 5)])
def missing_tables(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Units' years of which enough of the nine tables were read, and not all."""
    groups: dict[tuple[Any, ...], list[tuple[SimpleNamespace, SimpleNamespace]]] = defaultdict(list)
    for record, table in _tables(made, given):
        groups[record.portal, _unit(made, record, table.unit), table.year, table.stage].append((record, table))
    rows, left_out = [], 0
    for (_, unit, year, stage), group in groups.items():
        whole = [(record, table) for record, table in group if not record.flags & HALF_READ]
        kinds = {table.kind for _, table in whole}
        if len(kinds) < given["least"]:
            left_out += 1
        elif len(kinds) < len(NINE):
            record = min((record for record, _ in whole), key=lambda record: record.id)
            missing = "、".join(name for kind, name in NAMES.items() if kind not in kinds)
            said = {"tables_read": len(kinds), "tables_missing": missing}
            rows.append(columns(record, unit=unit, fiscal_year=year, stage=stage, **said))
    return Expected(rows, ("-fiscal_year", "portal", "unit", "stage"), left_out)


@model("unexplained_projects", "statements", lambda _: [{"least": least} for least in (0, 10, 15)])
def unexplained(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Checked project spending of so much, where no document that states it explains it."""
    figures = list(_figures(made, given, ("spending", "project")))
    explained = {
        (each.record.portal, each.unit, *each.of)
        for each in figures
        if each.own and each.checked and each.table.explained
    }
    rows = [
        columns(each.record, unit=unit, fiscal_year=year, stage=stage, project=_text(each.yuan))
        for (portal, unit, year, stage, _, _), each in _sure(figures).items()
        if (portal, unit, year, stage) not in explained and each.yuan >= 10000 * given["least"]
    ]
    return Expected(rows, ("-fiscal_year", "portal", "unit", "stage"), _unchecked(figures))


@model("changed_budget_figures", "statements")
def changed(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Figures that a new file changed and that are checked in both."""
    rows, left_out = [], 0
    for record in chosen(made.records, given):
        for each in record.changes:
            if not each.checked:
                left_out += 1
                continue
            seen = {"not_before": "2018-06-01T00:00:00Z" if each.at else None, "noticed_at": each.at}
            said = {"item": each.item, "before": "1.00", "after": "2.00", "printed_in": "万元"}
            unit = _unit(made, record, each.unit)
            rows.append(columns(record, unit=unit, fiscal_year=2026, stage="budget", **said, **seen))
    return Expected(rows, (lambda row: row["noticed_at"] is None, "-noticed_at", "record_id", "item"), left_out)


@model("last_year_differs", "statements")
def last_year(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Figures of the year before, budgeted or spent, that are not those of that year's own document."""
    of = tuple(
        (kind, role)
        for kind, roles in (("three_public", ("total", "reception")), ("spending", ("spending", "project")))
        for role in roles
    )
    figures = list(_figures(made, given, *of))
    sure, rows, left_out = _sure(figures), [], 0
    unsure = {
        (each.record.portal, each.unit, *each.of, each.table.kind, each.role)
        for each in figures
        if each.own and not each.checked
    }
    for each in figures:
        if each.own or each.of[0] != each.table.year - 1 or "执行" in each.column or "调整" in each.column:
            continue
        key = (each.record.portal, each.unit, *each.of, each.table.kind, each.role)
        left_out += not each.checked or key in unsure
        then = sure.get(key)
        if (
            each.checked
            and then is not None
            and abs(each.yuan - then.yuan)
            > _rounding(each)
            + max(
                _rounding(one)
                for one in figures
                if one.own and one.checked and (one.record.portal, one.unit, *one.of, one.table.kind, one.role) == key
            )
        ):
            said = {"said_later": _text(each.yuan), "said_then": _text(then.yuan)}
            rows.append(
                columns(each.record, unit=each.unit, fiscal_year=each.of[0], stage=each.of[1], part=each.role, **said)
            )
    return Expected(rows, ("-fiscal_year", "portal", "unit", "stage", "part", "record_id"), left_out)


def _rounding(of: SimpleNamespace) -> Decimal:
    """The most by which a figure in 万元 may be rounded, in yuan."""
    return Decimal(5000) / 10 ** len(of.printed.partition(".")[2])


@model("accounts_far_from_budget", "statements", lambda _: [{"percent": percent} for percent in (0, 20, 50)])
def far_from_budget(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Checked accounts that are so far from the checked budget of their year."""
    figures = list(_figures(made, given, ("three_public", "total"), ("spending", "spending")))
    sure, rows = _sure(figures), []
    for (portal, unit, year, stage, kind, role), accounts in sure.items():
        budget = sure.get((portal, unit, year, "budget", kind, role)) if stage == "accounts" else None
        if budget is None or not budget.yuan:
            continue
        more = accounts.yuan - budget.yuan
        if 100 * abs(more) >= given["percent"] * budget.yuan:
            said = {
                "budget": _text(budget.yuan),
                "accounts": _text(accounts.yuan),
                "percent": _percent(more, budget.yuan),
            }
            rows.append(columns(accounts.record, unit=unit, fiscal_year=year, part=role, **said))
    return Expected(rows, ("-fiscal_year", "portal", "unit", "part"), _unchecked(figures))
