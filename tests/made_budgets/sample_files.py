"""The three budgets of the sample portal, from their figures to the files beside it: `python -m tests.made_budgets.sample_files`."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.made_budgets.printers import chromium_pdf, web_page, workbook
from tests.made_budgets.sheets import Sheet
from tests.made_budgets.unit_budget import UnitBudget, figures

FOLDER = Path(__file__).parents[2] / "crawler" / "sample" / "files"
AGENCY = "样本局"


_2016 = UnitBudget(
    AGENCY, 2016, figures("30101=62.00 30102=41.50 30108=20.60 30113=12.40 30201=9.80 30217=3.20 30231=8.00 30305=4.50"),
    Decimal("55.00"), Decimal("5.00"),
)  # fmt: skip
_2017 = UnitBudget(
    AGENCY, 2017, figures("30101=64.20 30102=43.00 30108=21.40 30113=12.90 30201=10.10 30217=2.60 30231=7.50 30305=4.60"),
    Decimal("68.00"), vehicle_purchase=Decimal("18.00"), last_year=_2016.expenses,
)  # fmt: skip
_2018 = UnitBudget(
    AGENCY, 2018, figures("30101=66.10 30102=44.80 30108=22.20 30113=13.30 30201=10.40 30217=2.00 30231=6.00 30305=4.80"),
    Decimal("49.50"), Decimal("12.00"), last_year=_2017.expenses,
)  # fmt: skip

SLIP = ("20.20", "21.20")
"""The sum of 302 商品和服务支出 of 2017, and the amount that its table of 基本支出 prints instead."""


def sheets(year: int) -> list[Sheet]:
    """Return the tables of a year as they are printed: of 2016 without the last two, of 2017 with a slip."""
    if year == 2016:
        return _2016.sheets()[:7]
    if year == 2018:
        return _2018.sheets()
    return [_slipped(sheet) if "基本支出" in sheet.title else sheet for sheet in _2017.sheets()]


def _slipped(sheet: Sheet) -> Sheet:
    rows = [
        tuple(text.replace(*SLIP) if row[0] == "302" and column == 2 else text for column, text in enumerate(row))
        for row in sheet.rows
    ]
    return replace(sheet, rows=tuple(rows))


def _pdf(year: int, prose: Sequence[str]) -> bytes:
    note = "本文件为样本：样本局并不存在，所有数字由本项目拟定，仅供演示。"
    return chromium_pdf(web_page(sheets(year), f"{AGENCY}{year}年部门预算（样本）", [note, *prose]))


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "ybj_2016.pdf").write_bytes(_pdf(2016, _2016.prose()))
    (FOLDER / "ybj_2017.xlsx").write_bytes(workbook(sheets(2017)))
    (FOLDER / "ybj_2018.pdf").write_bytes(_pdf(2018, _2018.prose()))


if __name__ == "__main__":
    main()
