"""The nine tables of a made unit's budget, worked out from a few figures, so that every identity holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.made_budgets.sheets import Sheet, lined

ZERO = Decimal(0)
_CLASSES = {"201": "一般公共服务支出", "208": "社会保障和就业支出", "221": "住房保障支出"}
_NAMES = _CLASSES | {
    "20103": "政府办公厅（室）及相关机构事务", "2010301": "行政运行", "2010302": "一般行政管理事务",
    "20805": "行政事业单位养老支出", "2080505": "机关事业单位基本养老保险缴费支出",
    "22102": "住房改革支出", "2210201": "住房公积金",
    "301": "工资福利支出", "30101": "基本工资", "30102": "津贴补贴", "30108": "机关事业单位基本养老保险缴费", "30113": "住房公积金",
    "302": "商品和服务支出", "30201": "办公费", "30217": "公务接待费", "30231": "公务用车运行维护费",
    "303": "对个人和家庭的补助", "30305": "生活补助",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitBudget:
    """A unit's figures of one year, in 万元: spending by 经济分类 (5 digits), its projects, what else was planned."""

    agency: str
    year: int
    recurrent: Mapping[str, Decimal]
    project: Decimal
    carried: Decimal = ZERO
    abroad: Decimal = ZERO
    vehicle_purchase: Decimal = ZERO
    last_year: Mapping[str, Decimal] = field(default_factory=dict)
    """三公 of the year before, by their names, where the table has a column for it."""

    @property
    def basic(self) -> Decimal:
        """基本支出."""
        return sum(self.recurrent.values(), ZERO)

    @property
    def total(self) -> Decimal:
        """支出总计."""
        return self.basic + self.project

    @property
    def spending(self) -> dict[str, tuple[Decimal, Decimal]]:
        """基本支出 and 项目支出 by 项 (7 digits)."""
        pension, housing = self.recurrent["30108"], self.recurrent["30113"]
        return {
            "2010301": (self.basic - pension - housing, ZERO),
            "2010302": (ZERO, self.project),
            "2080505": (pension, ZERO),
            "2210201": (housing, ZERO),
        }

    @property
    def expenses(self) -> dict[str, Decimal]:
        """The three public expenses by their names."""
        running, reception = self.recurrent["30231"], self.recurrent["30217"]
        return {
            "“三公”经费合计": self.abroad + self.vehicle_purchase + running + reception,
            "因公出国（境）费": self.abroad,
            "公务用车购置及运行维护费": self.vehicle_purchase + running,
            "公务用车购置费": self.vehicle_purchase,
            "公务用车运行维护费": running,
            "公务接待费": reception,
        }

    def sheets(self) -> list[Sheet]:
        """Return the nine tables, in their order."""
        printed = [
            ("部门收支总表", self._summary(), 2),
            ("部门收入总表", self._income(), 2),
            ("部门支出总表", self._spending(), 1),
            ("财政拨款收支总表", self._fiscal_summary(), 2),
            ("一般公共预算支出表", self._spending(), 1),
            ("一般公共预算基本支出表", self._basic(), 1),
            ("一般公共预算“三公”经费支出表", *self._expenses()),
            ("政府性基金预算支出表", _NOTHING, 1),
            ("国有资本经营预算支出表", _NOTHING, 1),
        ]
        sheets = [
            Sheet(f"公开{number:02}表", f"{self.year}年{title}", self.agency, "万元", lined(rows), head)
            for number, (title, rows, head) in enumerate(printed, 1)
        ]
        empty = "注：本单位没有此项支出，故本表为空表。"
        return [replace(sheet, note=empty) if sheet.rows == lined(_NOTHING) else sheet for sheet in sheets]

    def prose(self) -> list[str]:
        """Return sentences around the figures."""
        own = self.expenses
        compared = ("“三公”经费合计", "公务接待费", "公务用车运行维护费") if self.last_year else ()
        return [
            f"{self.agency}{self.year}年收入总计{self.total:,.2f}万元，支出总计{self.total:,.2f}万元。",
            f"支出总计中，基本支出{self.basic:,.2f}万元，占{_share(self.basic, self.total)}%。",
            f"支出总计中，项目支出{self.project:,.2f}万元，占{_share(self.project, self.total)}%。",
            *(
                f"{self.year}年{name.removesuffix('合计')}预算{_compared(own[name], self.last_year[name])}。"
                for name in compared
            ),
        ]

    def _summary(self) -> str:
        items = [
            f"{number}、{_CLASSES[code]}|{amount:,.2f}"
            for number, (code, amount) in zip("一二三", self._classes(), strict=True)
        ]
        income = [
            f"一、一般公共预算拨款收入|{self.total - self.carried:,.2f}",
            "二、政府性基金预算拨款收入|",
            "三、其他收入|",
        ]
        body = [f"{left}|{right}" for left, right in zip(income, items, strict=True)]
        return "\n".join([
            "收入|<|支出|<", "项目|预算数|项目|预算数", *body,
            f"本年收入合计|{self.total - self.carried:,.2f}|本年支出合计|{self.total:,.2f}",
            f"上年结转|{self.carried:,.2f}|结转下年|", f"收入总计|{self.total:,.2f}|支出总计|{self.total:,.2f}",
        ])  # fmt: skip

    def _fiscal_summary(self) -> str:
        items = [
            f"（{number}）{_CLASSES[code]}|{amount:,.2f}|{amount:,.2f}|"
            for number, (code, amount) in zip("一二三", self._classes(), strict=True)
        ]
        left = [
            f"一、本年收入|{self.total - self.carried:,.2f}", f"（一）一般公共预算拨款|{self.total - self.carried:,.2f}",
            "（二）政府性基金预算拨款|", f"二、上年结转|{self.carried:,.2f}",
        ]  # fmt: skip
        right = [f"一、本年支出|{self.total:,.2f}|{self.total:,.2f}|", *items]
        return "\n".join([
            "收入|<|支出|<|<|<", "项目|预算数|项目|合计|一般公共预算|政府性基金预算",
            *(f"{one}|{other}" for one, other in zip(left, right, strict=True)),
            f"收入总计|{self.total:,.2f}|支出总计|{self.total:,.2f}|{self.total:,.2f}|",
        ])  # fmt: skip

    def _income(self) -> str:
        rows = ["科目编码|科目名称|合计|上年结转|本年收入|<|<", "^|^|^|^|小计|一般公共预算|政府性基金预算"]
        new = self.total - self.carried
        rows.append(f"合计|<|{self.total:,.2f}|{self.carried:,.2f}|{new:,.2f}|{new:,.2f}|")
        for code, (basic, project) in self._by_code():
            carried = self.carried if code.startswith("201") and code != "2010301" else ZERO
            whole = basic + project
            rows.append(
                f"{code}|{_NAMES[code]}|{whole:,.2f}|{_blank(carried)}|{whole - carried:,.2f}|{whole - carried:,.2f}|"
            )
        return "\n".join(rows)

    def _spending(self) -> str:
        rows = [
            "科目编码|科目名称|合计|基本支出|项目支出",
            f"合计|<|{self.total:,.2f}|{self.basic:,.2f}|{self.project:,.2f}",
        ]
        rows += [
            f"{code}|{_NAMES[code]}|{basic + project:,.2f}|{_blank(basic)}|{_blank(project)}"
            for code, (basic, project) in self._by_code()
        ]
        return "\n".join(rows)

    def _basic(self) -> str:
        rows = ["科目编码|科目名称|合计|人员经费|公用经费"]
        staff = sum((amount for code, amount in self.recurrent.items() if code[:3] != "302"), ZERO)
        rows.append(f"合计|<|{self.basic:,.2f}|{staff:,.2f}|{self.basic - staff:,.2f}")
        for code, amount in _with_sums(self.recurrent):
            halves = f"|{amount:,.2f}" if code[:3] == "302" else f"{amount:,.2f}|"
            rows.append(f"{code}|{_NAMES[code]}|{amount:,.2f}|{halves}")
        return "\n".join(rows)

    def _expenses(self) -> tuple[str, int]:
        own = self.expenses
        if not self.last_year:
            head = [
                "“三公”经费合计|因公出国（境）费|公务用车购置及运行维护费|<|<|公务接待费",
                "^|^|小计|公务用车购置费|公务用车运行维护费|^",
            ]
            return "\n".join([*head, "|".join(f"{amount:,.2f}" for amount in own.values())]), 2
        numbers = ("", "1.", "2.", "其中：（1）", "（2）", "3.")
        rows = [
            f"{number}{name}|{self.last_year[name]:,.2f}|{amount:,.2f}"
            for number, (name, amount) in zip(numbers, own.items(), strict=True)
        ]
        return "\n".join([f"项目|{self.year - 1}年预算数|{self.year}年预算数", *rows]), 1

    def _classes(self) -> list[tuple[str, Decimal]]:
        return [(code, sum(halves, ZERO)) for code, halves in self._by_code() if len(code) == 3]

    def _by_code(self) -> list[tuple[str, tuple[Decimal, Decimal]]]:
        """Return 基本支出 and 项目支出 by 类, 款 and 项."""
        basic = dict(_with_sums({code: halves[0] for code, halves in self.spending.items()}))
        project = dict(_with_sums({code: halves[1] for code, halves in self.spending.items()}))
        return [(code, (basic[code], project[code])) for code in basic]


_NOTHING = "科目编码|科目名称|合计|基本支出|项目支出\n||||"


def _with_sums(amounts: Mapping[str, Decimal]) -> Iterable[tuple[str, Decimal]]:
    """Return amounts by code, with the sums of the codes that each begins with."""
    codes = sorted({code[:length] for code in amounts for length in range(3, len(code) + 1, 2)})
    return [(code, sum((amount for own, amount in amounts.items() if own.startswith(code)), ZERO)) for code in codes]


def _blank(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else ""


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.2f}"


def _compared(amount: Decimal, before: Decimal) -> str:
    if amount == before:
        return f"{amount:,.2f}万元，与上年持平"
    rose = amount > before
    changed = f"，{'增长' if rose else '下降'}{_share(abs(amount - before), before)}%" if before else ""
    return f"{amount:,.2f}万元，比上年{'增加' if rose else '减少'}{abs(amount - before):,.2f}万元{changed}"


def figures(text: str) -> dict[str, Decimal]:
    """Amounts by their codes: `201=1.50 208=2`."""
    return {code: Decimal(amount) for code, amount in (pair.split("=") for pair in text.split())}
