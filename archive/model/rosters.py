"""Recognise texts that list persons: 低保, 残疾, 资助 and such, by the form of names and by what stands around them.

In: a title and a text, tables as lines with tabs. Out: about how many persons the text lists, 0 where it is no roster.
Names are known by their form (`archive.model.person_names`); below a heading such as 姓名 and behind such a label, in any form.

Not held: rosters of officials on duty, of committees, appointments and other public functions (experts of tenders, lay
judges, law enforcers, doctors), of companies and who stands for them, of those honoured, of villages, schools, drugs; names
in prose that says nothing private of them. Known cost: a list of persons hired is held, too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import zip_longest

from archive.model.person_names import (
    ANY_NAME,
    BEFORE,
    BRACKETS,
    DOTS,
    HAN,
    LEAST,
    MASK,
    NAME,
    NO_NAMES,
    SIDE_BY_SIDE,
    VILLAGE_BEFORE,
    WORDS,
    are_masked,
    are_names,
    joined,
    name_of,
    names_alone,
    names_in_rows,
    separated,
)
from archive.model.printable import UNSEEN, normal_form, without_radicals

RULES_VERSION = 15

_SHORTEST = 3 * LEAST - 1
"""Characters of the shortest text that can: so many names of two characters, and what stands between them."""

MOST_COLUMNS = 60
"""Columns of a table that are looked at."""

LONGEST, PART = 1_000_000, 100_000
"""Characters of a text that are looked at, and how many of them at a time."""

_LONGEST_HEAD, _LONGEST_ROW_OF_HEADS = 24, 120
_NAMES_ALONE = 0.9
"""Share of the characters of a text that names take where it is no prose."""

_CELLS = re.compile(r"[ \u3000]*[,，;；|][ \u3000]*|[ \u3000]+")
_LETTERS = re.compile(HAN)
_BLANKS_IN_CELLS = re.compile(r"[^\S\t\n]+")
_NUMBER_BETWEEN = re.compile(rf"(?<={HAN})(?<!第)(?=\d{{1,3}}[.．、]?{HAN})")
_CHINESE_ITEM = re.compile(r"(?m)^[^\S\n]*[一二三四五六七八九十]{1,3}[、.．]")

_NAMES_BELOW = f"{WORDS['names_below']}|{WORDS['private']}"
_NAME_HEADS = re.compile(rf"^(?:序号)?(?:.{{0,8}}(?:{_NAMES_BELOW})(?:名称|姓名|名字|[A-Za-z]{{4,12}})?|名字)$")
_HEAD_WORDS = re.compile(f"{_NAMES_BELOW}|名字")
_PERSONS_HEAD = re.compile(rf"^{HAN}{{1,5}}(?:[人者]|人员)$")
"""Any other word for persons above a column, where it is none for those in an office."""
_ROLE_HEADS = re.compile(WORDS["role_heads"])
_PLACE_HEADS = re.compile(WORDS["place_heads"])

_SUBJECTS = re.compile(WORDS["subjects"])
_LISTS = re.compile(WORDS["lists"])
_PUBLIC = re.compile(WORDS["public"])
_STRICT = re.compile(WORDS["strict"])  # about persons, whatever else a title says
_HEADS = re.compile(r"序号|编号|单位|村|备注|名称|职务|时间|日期|电话|内容|职位|科室|班级|学校|企业|乡镇")
_PRIVATE = re.compile(WORDS["private"])
"""Above a column: persons who are in no office, whoever else is named beside them."""
_PERSONAL_HEADS = re.compile(WORDS["personal_heads"])
_OFFICIAL = re.compile(r"领导小组|值班|委员会|分工|任免|任前|工作组|专班|帮扶责任|联系人")
_DETAILS = re.compile(r"\d元|元$|岁|[*＊]{3}|\d{15}|村.{0,8}[组队]|残疾|[一二三四]级|低保|[男女](?:\W|$)")
_PARTICULARS = re.compile(rf"\d|[男女]|[*＊]{{2}}|反映|投诉|举报|{_DETAILS.pattern}")
_FIRMS = re.compile(r"(?:公司|店|园|学校|小学|中学|医院|诊所|合作社|中心|厂|部|超市|农场|事务所|门市)$")
_COMMAS = re.compile("[，,、]")
_OFFICES = re.compile(WORDS["offices"])
_WHAT_THEY_GET = re.compile(
    rf"(?:纳入|列入|符合|享受|领取|取消|停发|停止|退出|清退|(?:确定|认定|评定|识别)?[为系])[^。；;\n]{{0,8}}(?:{_SUBJECTS.pattern})"
    r"|请[^。；;\n]{0,12}(?:认领|领取|携带|持证|家属|失主)|^你[们户]"
    rf"|(?:均|分别|予以|给予|被)(?:处以?|予以|给予)?[^。；;\n]{{0,6}}(?:吊销|罚款|拘留|警告|扣分|记\d+分)|的(?:{_SUBJECTS.pattern})(?:对象|人员|待遇|资格|金)|(?:所持|办理)[^。；;\n]{{0,16}}(?:遗失|作废|注销|结婚登记)"
)
"""Behind names in a sentence: what is granted to these persons, or taken from them, or lost."""
_IN_BRACKETS = (
    r"[（(](?=[^（()）\n]{0,60}?(?:身份证|\d{3}[*＊]{4}|\d{15}|\d岁|\d口人|\d{4}年[\d月]{0,4}出?生)|[男女][，,、）)])"
)
_RIGHT_BEHIND = r"[，,、\s](?=[男女][，,、\s]|\d{3,6}[*＊]{4}|\d{15})"
# It begins with a set of characters, for which a search is quick; most texts have too few of these to look for names.
_BEFORE_PARTICULARS = re.compile(rf"[（(，,、\s](?<={_IN_BRACKETS}|{_RIGHT_BEHIND})")
_WITH_PARTICULARS = re.compile(rf"({NAME.pattern})(?:{_IN_BRACKETS}|[，,、\s]?{_RIGHT_BEHIND})")
"""A name, and in brackets behind it an ID number, a year of birth, an age or a sex, or right behind it a sex or an ID number."""
_ROLE_LABEL = re.compile(rf"(?:{_ROLE_HEADS.pattern})[:：]?$")
_LABEL = re.compile("(?:[户者主]|人员|对象|家庭|[^些下个]人)[:：]$")
"""Before names: any other label of persons."""
_CLASS = re.compile(r"[级\d一二三四五六七八九十]班[:：]$")
"""Before names: the class of a school they are in, but where others work in shifts."""
_LONGEST_TO_ACT = 14
_ACT = re.compile(WORDS["act"])
"""Behind names of those who are in office, or honoured: what they do."""
_PROSE = re.compile(WORDS["prose"])


def persons_listed(title: str, text: str) -> int:
    """Return about how many persons a text lists, 0 where it is no roster.
    `title`: with what the file is called, for a file.
    """
    if len(text) < _SHORTEST or text.isascii():
        return 0
    return sum(_listed(title, text[start : start + PART]) for start in range(0, min(len(text), LONGEST), PART))


def _listed(title: str, text: str) -> int:
    text = joined(without_radicals(UNSEEN.sub("", normal_form(text, "NFC"))))
    if not _may_list(text):
        return 0
    lines = [line.strip() for line in text.split("\n")]
    heads = [[bool(_NAME_HEADS.match(head)) for head in _heads_of(line)] for line in lines]
    lines = list(_with_tabs(lines, heads))
    tables = [(table, *_column(title, table)) for table in _tables(lines)]
    if persons := sum(held for _, held, _ in tables):
        return persons
    for table, _, others in tables:
        if others:  # its names are accounted for
            lines[table.first : table.last] = [""] * (table.last - table.first)
    rest = "\n".join(lines)
    items = _items_with_names(title, lines, headed=any(map(any, heads)))
    return max(items, _runs(title, rest), _labelled(title, rest), _with_particulars(title, rest))


def _may_list(text: str) -> bool:
    """Whether a text has as many names as a list, or some, or a table, and a heading below which any two characters are a name."""
    found = LEAST if DOTS.search(text) else max(names_alone(text), text.count("户主："), text.count("姓名："))
    if SIDE_BY_SIDE <= found < LEAST and _HEAD_WORDS.search(text):
        return True
    cells = _BLANKS_IN_CELLS.sub("", text) if found < LEAST and text.count("\t") >= LEAST else ""
    return found >= LEAST or names_alone(cells) == LEAST or _HEAD_WORDS.search(cells) is not None


# --- tables ---


@dataclass(frozen=True, slots=True)
class _Table:
    """A table. `before`: the line before it; `rows`: its cells;
    `first`, `last`: the lines where it begins, and behind its end.
    """

    before: str
    rows: list[list[str]]
    first: int
    last: int


def _tables(lines: Sequence[str]) -> Iterator[_Table]:
    """The tables among lines, whose cells stand apart by tabs."""
    before, rows = "", list[list[str]]()
    for number, line in enumerate((*lines, "")):
        if "\t" in line:
            rows.append([cell.strip() for cell in line.split("\t", MOST_COLUMNS)[:MOST_COLUMNS]])
        else:
            if rows:
                yield _Table(before, rows, number - len(rows), number)
                rows = []
            before = line if line else before


def _with_tabs(lines: Sequence[str], heads: Sequence[Sequence[bool]]) -> Iterator[str]:
    """The lines, with tabs between cells that stand apart by blanks, commas or bars below headings that do and name persons."""
    width = 0
    for line, are_heads in zip(lines, heads, strict=True):
        if any(are_heads[1:]):
            width = len(_CELLS.split(line))
        cells = _CELLS.split(line) if width and "\t" not in line else []
        width = width if len(cells) > 1 and abs(len(cells) - width) <= 1 else 0
        yield "\t".join(cells) if width else line


def _column(title: str, table: _Table) -> tuple[int, int]:
    """Count the persons that a table lists in its columns of names:
    those to be protected, and those of offices and companies.
    """
    before, rows = table.before, _upright(table.rows)
    head = _head(rows)
    heads, body = rows[head] if head is not None else [], rows[head + 1 if head is not None else 0 :]
    context = f"{title} {before} {' '.join(' '.join(row) for row in rows[: head or 0])}"
    held = others = 0
    for top, places in _columns_by_heading(heads, max(map(len, rows))):
        cells = [_compact(row[place]) for place in places for row in body if place < len(row)]
        count = _names_in_column(top, [cell for cell in cells if cell not in {"", top}])
        if count >= LEAST and _is_held(context, heads, top, body, places[0]):
            held += count
        elif count >= LEAST and heads:
            others += count
    return held, others


def _upright(rows: list[list[str]]) -> list[list[str]]:
    """The rows of a table, turned where its names stand side by side behind their heading."""
    for first, *others in rows:
        if _NAME_HEADS.match(_compact(first)) and sum(bool(name_of(_compact(cell))) for cell in others) >= LEAST:
            return [list(column) for column in zip_longest(*rows, fillvalue="")]
    return rows


def _columns_by_heading(heads: Sequence[str], width: int) -> list[tuple[str, list[int]]]:
    """The headings of a table with the places of their columns: side by side, a list goes on under the same heading."""
    columns: dict[tuple[str, int], list[int]] = {}
    for place in range(width):
        top = _compact(heads[place]) if place < len(heads) else ""
        columns.setdefault((top, 0 if top else place), []).append(place)
    return [(top, places) for (top, _), places in columns.items()]


def _head(rows: Sequence[Sequence[str]]) -> int | None:
    """The row with the headings: the first of few in which a cell is a heading of names,
    or the first with no digits at all.
    """
    for number, row in enumerate(rows[:6]):
        if any(_NAME_HEADS.match(_compact(cell)) for cell in row):
            return number
    for number, row in enumerate(rows[:3]):
        heads = [
            head
            for cell in row
            if any(kind.search(head := _compact(cell)) for kind in (_HEADS, _ROLE_HEADS, _PERSONAL_HEADS, _PRIVATE))
        ]
        if len(row) > 1 and (
            len(heads) >= max(2, len(row) * 0.5)
            or (number == 0 and any(_ROLE_HEADS.search(head) or _PRIVATE.search(head) for head in heads))
        ):
            return number
    return None


def _names_in_column(top: str, cells: Sequence[str]) -> int:
    if not cells:
        return 0
    if _NAME_HEADS.match(top) and not _ROLE_HEADS.search(top):
        names = [cell for cell in cells if name_of(cell) or (ANY_NAME.fullmatch(cell) and cell not in NO_NAMES)]
        return len(names) if len(names) >= max(LEAST, len(cells) * 0.4) else 0
    if _PLACE_HEADS.search(top) and "姓名" not in top:
        return 0
    names = [name for cell in cells if (name := name_of(cell))]
    return len(names) if len(names) >= max(LEAST, len(cells) * 0.6) and are_names(names) else 0


def _is_held(context: str, heads: Sequence[str], top: str, body: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column of names is one of persons to be protected."""
    others = [_compact(head) for number, head in enumerate(heads) if number != place]
    is_work = (
        top.endswith("员") and not top.endswith("人员") and top in context and _SUBJECTS.search(context)
    )  # rangers, cleaners, as relief
    if _ROLE_HEADS.search(top) and not is_work:
        return False
    personal = sum(bool(_PERSONAL_HEADS.search(head)) for head in others)
    offices = _share_of_offices([" ".join(cell for n, cell in enumerate(row) if n != place) for row in body])
    if _strict(context) or _strict(top) or _PRIVATE.search(top):
        return True
    if _PUBLIC.search(context):
        return personal >= 3 and offices < 0.3 and bool(_SUBJECTS.search(" ".join(others)))
    if offices >= 0.5 or (not _SUBJECTS.search(context) and _is_of_offices_or_firms(others, top, body)):
        return False
    return bool(
        _SUBJECTS.search(f"{context} {' '.join(others)}")
        or _LISTS.search(context)
        or _NAME_HEADS.match(top)
        or (personal and _PERSONS_HEAD.match(top))
        or personal >= 2
    )


def _is_of_offices_or_firms(others: Sequence[str], top: str, body: Sequence[Sequence[str]]) -> bool:
    """Whether the other columns are of offices or professions, or one of companies, schools or shops beside no heading of persons."""
    if any(re.search(r"职务|职责|分工|法定代表|职称|执业|执法|记者证", head) for head in others):
        return True
    width = max(map(len, body), default=0)
    firms = max((sum(bool(_FIRMS.search(row[n])) for row in body if n < len(row)) for n in range(width)), default=0)
    return firms >= len(body) * 0.6 and not _NAME_HEADS.match(top)


# --- lines, runs, labels ---


def _items_with_names(title: str, lines: Sequence[str], *, headed: bool) -> int:
    """Lines, or parts of them, that begin with a name, or have one behind a number or a village,
    and details of the person.
    """
    items = [item for line in lines for part in re.split("[；;。]", line) for item in _persons_of(part.strip()) if item]
    short = [item for item in items if len(item) <= 120]
    is_titled = headed or _is_about_persons(title)
    names, chosen, details, sizes = list[str](), list[str](), 0, set[int]()
    for item in short:
        tokens = [token for token in separated(BEFORE.sub("", item)) if token]
        name = next((name for token in tokens[:5] if (name := name_of(VILLAGE_BEFORE.sub("", token)))), None)
        if name and len(tokens) <= 14:
            names.append(name)
            chosen.append(item)
            sizes.add(len(tokens) if name == tokens[0] else 0)
            rest = item[item.find(name) + len(name) :]
            details += is_titled or bool(_PARTICULARS.search(rest) or _SUBJECTS.search(rest))
    if len(sizes) == 1 and sizes.pop() > 1:
        details = len(names)  # rows of a table without headings
    if not are_names(names) or len(names) < len(short) * (0.15 if headed else 0.3) or details < len(names) * 0.5:
        return 0
    return len(names) if _is_list_of_persons(f"{title} {' '.join(short[:3])}", chosen, headed=headed) else 0


def _persons_of(item: str) -> list[str]:
    """The parts of an item that names several persons, each at the beginning of a part and followed by something."""
    parts = [part.strip() for part in _COMMAS.split(item)]
    beginnings = [part.split(" ", 1)[0] for part in parts[1:] if " " in part]
    return parts if len(beginnings) >= SIDE_BY_SIDE and all(map(name_of, beginnings)) else [item]


def _heads_of(line: str) -> list[str]:
    """The possible headings of a line: itself, if short, then its cells that stand apart by blanks, commas or bars."""
    compact = _compact(line) if len(line) <= _LONGEST_ROW_OF_HEADS else ""
    if not _HEAD_WORDS.search(compact):
        return []
    cells = _CELLS.split(line)
    return [compact, *(cells if len(cells) >= 3 and not re.search(r"[\d。：:\t]", line) else [])]


def _with_particulars(title: str, text: str) -> int:
    """Names with particulars of a person in brackets behind them, where no office is spoken of."""
    if _PUBLIC.search(title) or len(_BEFORE_PARTICULARS.findall(text)) < LEAST:
        return 0
    names = [match[1] for match in _WITH_PARTICULARS.finditer(text)]
    return len(names) if len(set(names)) >= LEAST and not _OFFICES.search(text) else 0


def _runs(title: str, text: str) -> int:
    """Names that stand in rows with nothing between them but separators: of several short rows all together."""
    long, short = 0, list[str]()
    text = BRACKETS.sub("", _CHINESE_ITEM.sub(" ", text))
    rows = list(names_in_rows(_NUMBER_BETWEEN.sub(" ", text)))
    is_prose = cache(partial(_is_prose, text, rows))
    for near, names, behind in rows:
        if len(names) < 2 or _ROLE_LABEL.search(near[-12:].rstrip()) or _ACT.search(behind[:_LONGEST_TO_ACT]):
            continue
        context = f"{title} {near}"
        is_class = _CLASS.search(near[-12:].rstrip()) and not _PUBLIC.search(context)
        gets = bool(_LABEL.search(near[-12:]) or is_class or _WHAT_THEY_GET.search(behind)) and not _OFFICES.search(
            behind
        )
        if not gets and _PROSE.search(near[-40:]) and not _strict(context):
            continue
        masked = are_masked(names)
        if (
            masked
            or len(names) >= SIDE_BY_SIDE
            or not near.strip(" \t")
            or near.rstrip(" \t")[-1] in "\n:：;；户人员属"
        ):
            short += names
        if are_names(names) and (gets or masked or _is_list_of_persons(context, [], prose=is_prose())):
            long += len(names)
    return len(short) if _is_about_persons(title) and are_names(short) else long


def _is_prose(text: str, rows: Sequence[tuple[str, list[str], str]]) -> bool:
    """Whether a text has more to say than the names that stand in its rows."""
    return sum(len(name) for _, names, _ in rows for name in names) < len(_LETTERS.findall(text)) * _NAMES_ALONE


def _is_about_persons(title: str) -> bool:
    """Whether a title is about persons to be protected."""
    return _strict(title) or bool(_SUBJECTS.search(title) and not _PUBLIC.search(title))


def _strict(context: str) -> bool:
    """Whether a text is about persons to be protected, whatever else is said around it."""
    return bool(_STRICT.search(context)) and not _OFFICIAL.search(context)


def _labelled(title: str, text: str) -> int:
    """Names behind a label such as 姓名：, again and again."""
    found = re.findall(
        rf"((?:姓\s*名|户\s*主|[学考]生|患者|{HAN}{{1,4}}[人者主])(?:姓名)?[:：\s])\s*((?:{HAN}|{MASK}|[·•]){{2,8}})",
        text,
    )
    tokens = [(label, token) for label, token in found if not _ROLE_HEADS.search(label)]
    names = [
        name for label, token in tokens if (name := name_of(token) or (token if label in {"姓名：", "户主："} else ""))
    ]
    context = f"{title} {text[:200]}"
    return len(names) if are_names(names) and (_strict(context) or not _PUBLIC.search(context)) else 0


def _is_list_of_persons(context: str, lines: Sequence[str], *, prose: bool = False, headed: bool = False) -> bool:
    """Whether what stands around names says that they are private persons'."""
    if _strict(context):
        return True
    if _PUBLIC.search(context) or (lines and _share_of_offices(lines) >= 0.4):
        return False
    if headed or (lines and sum(bool(_DETAILS.search(line)) for line in lines) >= len(lines) * 0.6):
        return True
    if prose and not re.search(r"名\s*单|名册|花名|公示|如下|人员|发放|分别|姓名\s*$", context):
        return bool(_SUBJECTS.search(context[:60]))
    return bool(_SUBJECTS.search(context) or _LISTS.search(context))


def _share_of_offices(lines: Iterable[str]) -> float:
    lines = [line for line in lines if line.strip()]
    return sum(bool(_OFFICES.search(line)) for line in lines) / len(lines) if lines else 0


def _compact(text: str) -> str:
    return "".join(text.split())
