"""The three tables that annual reports on disclosure carry, as the State Council's office laid them down.

`2014` (国办发〔2014〕32号): reports for 2014 to 2018, one value a line. `2019` (国办公开办函〔2019〕60号): for 2019 and 2020.
`2021` (国办公开办函〔2021〕30号): from 2021 on. `templates.csv` holds their lines; an indicator's number is 一(二)3 written
1.2.3, with letters for the lines under 其中.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NUMBERING = r"(?:(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|[0-9]{1,2}[.．、]|其中[:：])\s*){0,3}"
_ITS_NUMBERING = re.compile(rf"^{NUMBERING}")
_REMARK = re.compile(r"\s*[（(][^（）()]*[）)]\s*$")
_LAWSUITS = "4."


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a template: its indicator, its label as laid down, its columns, and the unit ('' where none is)."""

    indicator: str
    label: str
    columns: tuple[str, ...]
    unit: str

    @property
    def words(self) -> str:
        """The label without its numbering, its group and the remark in brackets: what reports print unchanged."""
        return words_of(self.label)


def words_of(label: str) -> str:
    """A label without its numbering, its group and the remark in brackets."""
    return _ITS_NUMBERING.sub("", _REMARK.sub("", label).rpartition(" ")[2])


@cache
def lines(template: str) -> tuple[Line, ...]:
    """The lines of a template, in their order."""
    with (Path(__file__).parent / "report_templates.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Line(row["indicator"], row["label"], tuple(row["columns"].split("|")), row["unit"])
            for row in csv.DictReader(file)
            if row["template"] == template
        )


@cache
def patterns(template: str) -> tuple[tuple[Line, re.Pattern[str]], ...]:
    """The lines that stand each under a label of its own, with what finds that label where a cell begins.

    Cells may be wrapped anywhere, and quotation marks differ.
    """
    own = (line for line in lines(template) if template == "2014" or not line.indicator.startswith(_LAWSUITS))
    return tuple((line, re.compile(rf"(?:^|(?<=\s)){NUMBERING}{_wrapped(line.words)}", re.MULTILINE)) for line in own)


def lawsuits(template: str) -> tuple[Line, ...]:
    """The lines that stand side by side in one row, as appeals and lawsuits do since 2019."""
    return tuple(line for line in lines(template) if template != "2014" and line.indicator.startswith(_LAWSUITS))


def template_of(text: str, year: int | None) -> str | None:
    """Return the template that the table in `text` follows; None where there is no table.
    `year` decides where no heading does.
    """
    bare = "".join(text.split())
    if "政府公报公开政府信息数" in bare or "制发规范性文件总数" in bare:
        return "2014"
    if "现行有效件数" in bare:
        return "2021"
    if re.search("本年新制作数量|对外公开总数量|上一年项目数量", bare):
        return "2019"
    if "本年新收政府信息公开申请" in bare:
        return "2021" if (year or 0) >= 2021 else "2019"
    return None


def _wrapped(words: str) -> str:
    return r"\s*".join(re.escape(character) if character.isalnum() else r"\W?" for character in words)
