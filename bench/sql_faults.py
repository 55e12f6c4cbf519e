"""Faults of a statement in SQL: small changes, each of which may well make its answer wrong. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp, parse_one

DIALECT = "sqlite"

COMPARISONS: dict[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.EQ: (exp.NEQ,),
    exp.NEQ: (exp.EQ,),
    exp.LT: (exp.LTE, exp.GT),
    exp.LTE: (exp.LT, exp.GT),
    exp.GT: (exp.GTE, exp.LT),
    exp.GTE: (exp.GT, exp.LT),
    exp.Add: (exp.Sub,),
    exp.Sub: (exp.Add,),
    exp.Min: (exp.Max,),
    exp.Max: (exp.Min,),
    exp.And: (exp.Or,),
    exp.Or: (exp.And,),
}
"""Each comparison or word, and its faulty stand-ins."""


@dataclass(frozen=True, slots=True)
class SqlFault:
    """A statement with one fault. `name`: what was changed into what, and which of several if it is not the first."""

    name: str
    sql: str


def faults(sql: str) -> list[SqlFault]:
    """All faults of a statement that SQL's grammar allows; none of an empty one."""
    if not sql:
        return []
    tree = parse_one(sql, read=DIALECT)
    seen: Counter[str] = Counter()
    found = []
    for place, node in enumerate(tree.walk()):
        for change in CHANGES:
            for after in change(node):
                before = _text(node)
                name = f"{before} → {_text(after) if after else ''}".strip()
                seen[name] += 1
                number = f" ({seen[name]})" if seen[name] > 1 else ""
                found.append(SqlFault(name + number, _changed(tree, place, after)))
    return found


def _changed(tree: exp.Expr, place: int, after: exp.Expr | None) -> str:
    """The statement with the node at `place` of its walk replaced, or taken out."""
    copied = tree.copy()
    node = next(node for number, node in enumerate(copied.walk()) if number == place)
    if after is None:
        node.pop()
    else:
        node.replace(after.copy())
    return _text(copied)


def _text(node: exp.Expr) -> str:
    return node.sql(dialect=DIALECT, comments=False)


Changed = Iterator[exp.Expr | None]


def _compared(node: exp.Expr) -> Changed:
    """A comparison, a sum or an extreme turned into another one."""
    for other in COMPARISONS.get(type(node), ()):
        yield other(**dict(node.copy().args))


def _number(node: exp.Expr) -> Changed:
    """A number that is one more, one less, doubled."""
    # The number that EXISTS selects is nothing.
    if isinstance(node, exp.Literal) and not node.is_string and not isinstance(node.parent, exp.Select):
        value = float(node.this) if "." in node.this else int(node.this)
        for other in dict.fromkeys((value + 1, value - 1, value * 2)):
            if other != value and other >= 0:
                yield exp.Literal.number(str(other))


def _text_of_time(node: exp.Expr) -> Changed:
    """A span of time, or a day in a year, that is one more, one less or doubled."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        return
    if span := re.fullmatch(r"([+-])(\d+) (\w+)", node.this):
        for count in (int(span[2]) + 1, int(span[2]) - 1, int(span[2]) * 2):
            yield exp.Literal.string(f"{span[1]}{count} {span[3]}")
    elif date := re.fullmatch(r"-(\d\d)-(\d\d)", node.this):
        yield exp.Literal.string(f"-{date[1]}-{int(date[2]) - 1:02}")
        yield exp.Literal.string(f"-{int(date[1]) % 12 + 1:02}-{date[2]}")


def _condition(node: exp.Expr) -> Changed:
    """A condition left out, of several or the only one; one that was refused is wanted."""
    if isinstance(node, exp.And | exp.Or):
        yield node.left.copy()
        yield node.right.copy()
    elif isinstance(node, exp.Where | exp.Having):
        if not isinstance(node.this, exp.And):
            yield None
    elif isinstance(node, exp.Not):
        yield node.this.copy()
    elif isinstance(node, exp.Is):
        yield exp.Not(this=node.copy())


def _join(node: exp.Expr) -> Changed:
    """A join of all with all, one that drops what has no partner, or a key left out."""
    if not isinstance(node, exp.Join):
        return
    if node.args.get("on") and not isinstance(node.args["on"], exp.And):
        yield _without(node, "on")
    if using := node.args.get("using"):
        if len(using) == 1:
            yield _without(node, "using")
        for number in range(len(using) if len(using) > 1 else 0):
            copied = node.copy()
            copied.args["using"].pop(number)
            yield copied
    if node.side == "LEFT":
        yield _without(node, "side")


def _without(node: exp.Expr, name: str) -> exp.Expr:
    copied = node.copy()
    copied.set(name, None)
    return copied


def _grouping(node: exp.Expr) -> Changed:
    """A term of GROUP BY, PARTITION BY or ORDER BY left out, DISTINCT and LIMIT left out, an order turned."""
    for kind, name in ((exp.Group, "expressions"), (exp.Window, "partition_by"), (exp.Order, "expressions")):
        terms = node.args.get(name) if isinstance(node, kind) else None
        for number in range(len(terms or ())):
            if len(terms or ()) == 1:
                yield None if name == "expressions" else _without(node, name)
            else:
                copied = node.copy()
                copied.args[name].pop(number)
                yield copied
    if isinstance(node, exp.Ordered):
        copied = node.copy()
        copied.set("desc", not node.args.get("desc"))
        yield copied
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        yield _without(node, "distinct")
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield exp.Count(this=node.this.expressions[0].copy())
    if isinstance(node, exp.Limit):
        yield None


def _choice(node: exp.Expr) -> Changed:
    """One of several values, branches or halves left out; what makes values alike left out."""
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for number in range(len(node.expressions)):
            copied = node.copy()
            copied.args["expressions"].pop(number)
            yield copied
    if isinstance(node, exp.Coalesce | exp.Abs):
        yield node.this.copy()
    if isinstance(node, exp.Case) and len(node.args["ifs"]) > 1:
        for number in range(len(node.args["ifs"])):
            branches = node.copy()
            branches.args["ifs"].pop(number)
            yield branches
    if isinstance(node, exp.Union):
        yield node.left.copy()
        yield node.right.copy()
    if isinstance(node, exp.Between):
        yield exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())
        yield exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())


def _zone(node: exp.Expr) -> Changed:
    """The zone of Beijing left out."""
    if isinstance(node, exp.Literal) and node.is_string and node.this == "+8 hours":
        yield None


CHANGES: tuple[Callable[[exp.Expr], Changed], ...] = (
    _compared,
    _number,
    _text_of_time,
    _condition,
    _join,
    _grouping,
    _choice,
    _zone,
)
"""Every kind of fault."""
