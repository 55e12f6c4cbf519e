"""Archives drawn for the questions about what budgets and final accounts say."""

from collections.abc import Sequence
from types import SimpleNamespace

from tests.questions.budget_documents import NINE, budget_table, change, changed_event, check, figure
from tests.questions.drawn import Drawn
from tests.questions.drawn_topics import portals

UNITS = ("同心县教育局", "县教育局", "同心县水务局", "同心县财政局")
ROLES = {
    "three_public": ("total", "reception"),
    "spending": ("spending", "project"),
    "general_spending": ("spending", "project"),
}
KINDS = (
    ("three_public", "spending"),
    ("spending", "three_public"),
    ("three_public", "spending", "general_spending"),
    NINE[:4],
    NINE[1:],
    NINE,
)
FLAGS = ("page_cut", "row_not_read", "title_truncated")


def statements(made: Drawn) -> None:
    """Documents of few units and years, whose figures are near each other, checked mostly."""
    draw = made.draw
    for portal, catalogs in portals(made, ("budget",)).items():
        crawl = made.crawl(portal, "2018-06-01T00:00:00Z", "2018-06-01T01:00:00Z")
        for unit in UNITS:
            made.record(catalogs, {"tables": [], "changes": []}, publisher=unit)
        for _ in range(draw.choice((8, 30, 60))):
            unit, year = draw.choice(UNITS), draw.choice((2024, 2025, 2026))
            stage = draw.choice(("budget", "budget", "accounts"))
            kinds = draw.choice((*(each[:1] for each in KINDS), *KINDS))
            state = draw.getstate()
            for again in range(draw.choice((1, 1, 1, 2))):  # the same once more, in another record
                if again:
                    draw.setstate(state)
                _document(made, catalogs, SimpleNamespace(unit=unit, year=year, stage=stage), kinds, crawl.id)


def _document(
    made: Drawn, catalogs: list[SimpleNamespace], of: SimpleNamespace, kinds: Sequence[str], crawl_id: int
) -> None:
    """A record with tables of these kinds; its file was replaced, perhaps."""
    flags = made.flags(0.06, FLAGS)
    record = made.record(catalogs, {"tables": [], "changes": []}, title=f"样本：{of.unit}{of.year}年", flags=flags)
    for kind in kinds:
        _table(made, record, SimpleNamespace(**vars(of), kind=kind))
    if made.draw.random() < 0.3:
        _changes(made, record, of.unit, crawl_id)


def _table(made: Drawn, record: SimpleNamespace, table: SimpleNamespace) -> None:
    draw = made.draw
    table.explained = draw.randint(0, 1)
    table.id = budget_table(
        made.small, record.id, table.unit, table.year, table.kind, table.stage, explained=table.explained
    )
    table.figures, table.checks = [], []
    for role in ROLES.get(table.kind, ()):
        if draw.random() < 0.1:
            continue
        own = (table.year, table.stage)
        _figure(made, table, role, own, "预算数")
        if draw.random() < 0.5:
            column = draw.choice(("上年预算数", "上年预算数", "上年执行数", "调整预算数"))
            _figure(
                made,
                table,
                role,
                draw.choice(((table.year - 1, table.stage), (table.year - 1, "budget"), (table.year - 2, "budget"))),
                column,
            )
    for rule, place in (("prose", "reception"), ("three_public", "样本"), ("total", "样本")):
        if draw.random() < 0.3:
            holds = draw.random() < 0.5
            check(made.small, table.id, rule, place, "1.00", "2.00", holds=holds)
            table.checks.append(SimpleNamespace(rule=rule, place=place, holds=holds))
    record.tables.append(table)


def _figure(made: Drawn, table: SimpleNamespace, role: str, of: tuple[int, str], column: str) -> None:
    draw = made.draw
    printed = draw.choice(
        ("0.00", "0.0001", "0.9999", "8.00", "10.00", "10.4", "10.45", "11.9999", "12.00", "15.00", "15", "20.00")
    )
    held, failed = draw.choice((0, 1, 2, 2, 2, 3)), draw.choice((0, 0, 0, 0, 0, 1))
    figure(made.small, table.id, role, printed, held, failed, of, column)
    table.figures.append(
        SimpleNamespace(role=role, printed=printed, held=held, failed=failed, of=of, own=of == (table.year, table.stage), column=column)
    )  # fmt: skip


def _changes(made: Drawn, record: SimpleNamespace, unit: str, crawl_id: int) -> None:
    after, at = made.draw.choice((2, 3)), f"2018-07-{len(made.records) % 28 + 1:02}T00:00:00Z"
    if made.draw.random() < 0.8:
        changed_event(made.small, record.id, at, "2018-06-01T00:00:00Z", after, crawl_id)
    else:
        at = ""
    for number in range(made.draw.randint(1, 3)):
        checked = made.draw.random() < 0.6
        change(made.small, record.id, f"样本{number}", "1.00", "2.00", checked, unit_name=unit, after_capture_id=after)
        record.changes.append(SimpleNamespace(item=f"样本{number} 预算数", checked=checked, unit=unit, at=at or None))
