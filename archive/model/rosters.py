"""Recognise texts that list persons: 低保, 残疾, 资助 and such, by the form of names and by what stands around them.

In: a title and a text, tables as lines with tabs. Out: about how many persons the text lists, 0 where it is no roster.
Names are known by their form alone: a surname and one or two characters more, masked ones (张某某, 李*明) as well, or parts
with a dot between them; in a column headed 姓名 or the like any two to four characters.

Not held: rosters of officials on duty, of committees, appointments and other public functions (experts of tenders, lay
judges, law enforcers, doctors), of companies and who stands for them, of those honoured, of villages, schools, drugs; names
in prose. Known costs: a list of persons hired is held, too; names of other forms outside a headed column are not known.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, zip_longest
from pathlib import Path

from archive.model.printable import UNSEEN, normal_form, without_radicals

RULES_VERSION = 11

LEAST = 5
"""Names from which on a text lists persons."""

_SHORTEST = 3 * LEAST - 1
"""Characters of the shortest text that can: so many names of two characters, and what stands between them."""

MOST_COLUMNS = 60
"""Columns of a table that are looked at."""

LONGEST, PART = 1_000_000, 100_000
"""Characters of a text that are looked at, and how many of them at a time."""

_LONGEST_HEAD = 24
_NAMES_ALONE = 0.9
"""Share of the characters of a text that names take where it is no prose."""

_LONGEST_OF_LETTERS = 24
"""Characters of a name with all words before and behind it (被执行人某某某某等十二个字), without a digit or a mark."""

_WORDS = {
    row["kind"]: row["words"]
    for row in csv.DictReader(Path(__file__).with_name("roster_words.csv").open(encoding="utf-8", newline=""))
}
_NO_NAMES = frozenset(_WORDS["word"].split())
_GIVEN, _PLACE_ENDS, _ENDS = (frozenset(_WORDS[kind]) for kind in ("given", "place_end", "end"))
_NUMERALS = frozenset("一二三四五六七八九十")
_HAN, _MASK = r"[\u3400-\u9fff\U00020000-\U000323af]", r"[某*＊×ＸxX○〇Oo■□]"
_COMPOUND = "|".join(_WORDS["compound"].split())
NAME = re.compile(
    rf"(?:{_COMPOUND}|[{_WORDS['surname']}])(?:{_MASK}{{1,2}}|{_HAN}{_MASK}|{_MASK}{_HAN}|{_HAN}{{1,2}})|(?:{_COMPOUND}){_HAN}"
)
_DOTTED = re.compile(rf"{_HAN}{{1,7}}(?:[·•‧・．∙]{_HAN}{{1,7}}){{1,3}}")
_ANY_NAME = re.compile(rf"(?:{_HAN}|{_MASK}){{2,6}}|{_HAN}{{1,7}}[·•‧・]{_HAN}{{1,7}}")

# A name's surroundings in a run: a number before it; a bracket, an ID's rest, an amount or a sex behind it.
_BEFORE = re.compile(
    r"^(?:[（(【\[]?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[)）】\]]?[.．、:：)）]?|[-—•●*])?\s*"
    r"(?:被执行人|被处罚人|当事人|申请人|驾驶人|户主|患者|村民|居民|学生|考生|(?:举报|投诉|信访|上访|申诉|来信|反映|借款|受助)人)?"
)
_VILLAGE_BEFORE = re.compile(rf"^{_HAN}{{1,8}}(?:村|社区|[组队])(?:\d\d?[组队])?(?={_HAN}{{2,3}}(?:$|一?家))")
_BEHIND = re.compile(
    r"(?:[（(\[【].{0,60}|[\d*＊×xX.,:：\-－—].{0,60}|[男女].{0,2}|等.{0,12}|(?:反映|投诉|举报|来信|来访|上访|要求|因|一?家|欠|驾驶|[酒醉]后|[饮醉]酒|无证|未).{0,60}|同学|同志|夫[妇妻]|户)$"
)
_SEPARATORS = re.compile(r"[\s、，,；;/|。:：]+")
_FIRST = f"[{_WORDS['surname']}{''.join(name[0] for name in _WORDS['compound'].split())}]"
_BEGINS_ALONE = re.compile(rf"{_FIRST}(?:(?<!{_HAN}{_FIRST})|(?<=[人户者民生村区组队对为给由有予用象员名]{_FIRST}))")
_ENDS_ALONE = re.compile(
    rf"(?:{NAME.pattern})(?:(?!{_HAN})|(?=[等男女同户因家欠驾酒醉饮无未一]|反映|投诉|举报|来[信访]|要求))"
)
_LETTERS = re.compile(_HAN)
_BLANKS_IN_WORD = re.compile(rf"[^\S\t\n](?<={_HAN}.)[^\S\t\n]{{,3}}{_HAN}")
_SPACED = re.compile(rf"(?<![\u3400-\u9fff])({_HAN})[ \u3000\u00a0]{{1,4}}({_HAN})(?![\u3400-\u9fff])")
_SPACED_WIDELY = re.compile(
    rf"(?m)(^|[、，,；;|\t\d.．）)])[^\S\n\t]*({_HAN})[^\S\n\t]{{1,4}}({_HAN})[^\S\n\t]{{1,4}}({_HAN})(?=[^\S\n\t]*(?:$|[、，,；;|\t\d（(]))"
)
_BLANKS_IN_CELLS = re.compile(r"[^\S\t\n]+")
_NUMBER_BETWEEN = re.compile(rf"(?<={_HAN})(?=\d{{1,3}}[.．、]?{_HAN})")
_DOTS = re.compile("[·•‧・．∙]")
_CHINESE_ITEM = re.compile(r"(?m)^[^\S\n]*[一二三四五六七八九十]{1,3}[、.．]")
_BRACKETS = re.compile(r"[（(\[【][^（()）\n]{0,60}[)）\]】]")

_NAMES_BELOW = (
    "姓名|户主|受益人|患者|申请人|领款人|领取人|救助人|补贴人|补助人|被征收人|残疾人|本人|学员|考生|学生|老人|儿童|"
    "监护人|信访人|上访人|投诉人|保障对象|救助对象|补贴对象|补助对象|资助对象|帮扶对象|对象名称|人员名单|名单|"
    "驾驶人|被执行人|当事人|持证人|借款人|贷款人|参保人|受援人|所有人|权利人|车主|户名|感染者|逝者|死者|农户|农民工"
)
_NAME_HEADS = re.compile(rf"^(?:序号)?(?:.{{0,8}}(?:{_NAMES_BELOW})(?:名称|姓名|名字)?|名字)$")
_HEAD_WORDS = re.compile(f"{_NAMES_BELOW}|名字")
_ROLE_HEADS = re.compile(
    r"法定代表|法人|负责人|经营者|经营人|投资人|责任人|联系人|经办人|承办人|包联|包抓|包保|帮扶责任|帮扶干部|驻村|第一书记|值班|带班|领导|"
    r"执法人员|河长|湖长|林长|路长|网格员|校长|院长|书记|主任|监理|项目经理|总监|审批人|审核人|制表|填报人|主持人|评委|专家|组长|"
    r"举办者|举办人|园长|业主|店主|创办|指导|讲师|主讲|医师|医生|律师|记者|作者|编辑|分管|监督员|管护员|护林员|专管员|联络员"
)
_PLACE_HEADS = re.compile(
    r"村|镇|乡|社区|地点|地名|地址|单位|机构|学校|企业|公司|药|品名|名称|商品|通用名|品种|项目|部门|站点|线路|河流|水库|科目|目录|专业"
)

_SUBJECTS = re.compile(_WORDS["subjects"])
_LISTS = re.compile(
    r"名\s*单|名册|花名|发放表|公示|登记表|登记册|台账|台帐|明细|汇总表|统计表|一览表|情况表|信息表|审批表|成绩|人员|清册|清单|拟录用|拟聘|入围|合格|表彰"
)
_PUBLIC = re.compile(_WORDS["public"])
_STRICT = re.compile(  # about persons, whatever else a title says
    r"低保(?:户|对象|家庭|人员|金)|特困(?:人员|供养)|五保户|残疾(?:人名|人员|儿童|学生|军人|人两项|人补贴|人救助|人花名|等级)|"
    r"患者|病例|信访人|上访人|贫困(?:户|学生|生|人口)|受助|资助(?:学生|对象|名单|人员)|补[贴助](?:对象|人员|名单|花名|发放|公示|资金发放|农户)|"
    r"救助(?:对象|人员|名单|花名|金发放)|学生名|学生花名|录取名单|孤儿|领取人|三好学生|优秀.{0,4}(?:学生|毕业生|少先队员)|拟录用|拟聘|面试|笔试|体检(?:名单|人员)|招聘.{0,12}名单|入围|发放(?:表|花名|名单|明细|名册)|受援人|公益性?岗位?人员|慰问(?:对象|名单|花名|户)"
)
_HEADS = re.compile(r"序号|编号|单位|村|备注|名称|职务|时间|日期|电话|内容|职位|科室|班级|学校|企业|乡镇")
_PERSONAL_HEADS = re.compile(
    r"身份证|证件号|残疾证|残疾类别|残疾等级|等级|类别|金额|补助|补贴|低保金|标准|发放|银行|账号|帐号|卡号|一卡通|社保卡|家庭人口|人口数|户主|与户主|"
    r"病种|病名|诊断|病情|住院|监护|班级|年级|学籍|家庭住址|住址|家庭地址|致贫|困难|原因|出生|年龄|性别|民族|面积|亩|诉求|事项|备注"
)
_OFFICIAL = re.compile(r"领导小组|值班|委员会|分工|任免|任前|工作组|专班|帮扶责任|联系人")
_DETAILS = re.compile(r"\d元|元$|岁|[*＊]{3}|\d{15}|村.{0,8}[组队]|残疾|[一二三四]级|低保|[男女](?:\W|$)")
_FIRMS = re.compile(r"(?:公司|店|园|学校|小学|中学|医院|诊所|合作社|中心|厂|部|超市|农场|事务所|门市)$")
_BETWEEN = re.compile(r"[\d*＊.xX（）()\-－男女]{1,20}(?:元|万元|人|岁)?")
_FIRST_OF_MORE = re.compile(rf"^((?:{_HAN}|{_MASK}){{2,4}}?)(?:户|等|\d|的|同学|共)")
_LAST_OF_PROSE = re.compile(
    rf"(?:村民|居民|学生|同学|患者|人员|对象|户|名|为|对|有|给予|聘用|录用|由)({_HAN}(?:{_HAN}|{_MASK}){{1,3}})(?:{_BEHIND.pattern[:-1]})?$"
)
_OFFICES = re.compile(
    r"书记|支书|村委|两委|妇联|治保|文书|县长|镇长|乡长|局长|部长|主任|科长|处长|主席|委员|常委|院长|校长|行长|所长|站长|队长|组长|会长|理事|秘书|干事|科员|干部|经理|董事|监事|"
    r"总工|工程师|教授|研究员|教师|医师|医生|护士|法官|检察官|审判|律师|主管|调研员|巡视员|警|参谋|政委|职务|分管|负责|主持|值班|带班|联系人"
)
_WHAT_THEY_GET = re.compile(
    rf"(?:纳入|列入|享受|领取|取消|停发|停止|退出|清退|(?:确定|认定|评定|识别)为)[^。；;\n]{{0,8}}(?:{_SUBJECTS.pattern})"
    rf"|的(?:{_SUBJECTS.pattern})(?:对象|人员|待遇|资格|金)|(?:所持|办理)[^。；;\n]{{0,16}}(?:遗失|作废|注销|结婚登记)"
)
"""Behind names in a sentence: what is granted to these persons, or taken from them, or lost."""
_PARTICULARS = re.compile(
    r"[（(](?=[^（()）\n]{0,60}?(?:身份证|\d{3}[*＊]{4}|\d{15}|\d岁|\d口人)|[男女][，,、）)])"
)
_WITH_PARTICULARS = re.compile(rf"({NAME.pattern}){_PARTICULARS.pattern}")
"""A name, and in brackets behind it an ID number, an age or a sex."""
_LONGEST_BEHIND = 40
_PROSE = re.compile(
    r"出席|参加|陪同|主持|讲话|指出|强调|要求|调研|座谈|会见|同志|领导|记者|通讯员|委员|代表|担任|任命|免去|聘任|撰稿|编辑|主演|作者"
)


def persons_listed(title: str, text: str) -> int:
    """Return about how many persons a text lists, 0 where it is no roster.
    `title`: with what the file is called, for a file.
    """
    if len(text) < _SHORTEST or text.isascii():
        return 0
    return sum(_listed(title, text[start : start + PART]) for start in range(0, min(len(text), LONGEST), PART))


def _listed(title: str, text: str) -> int:
    text = without_radicals(UNSEEN.sub("", normal_form(text, "NFC")))
    if _BLANKS_IN_WORD.search(text):
        text = _SPACED.sub(r"\1\2", _SPACED_WIDELY.sub(r"\1\2\3\4", text))
    if not _may_list(text):
        return 0
    lines = [line.strip() for line in text.split("\n")]
    tables = [(table, *_column(title, table)) for table in _tables(lines)]
    if persons := sum(held for _, held, _ in tables):
        return persons
    for table, _, others in tables:
        if others:  # its names are accounted for
            lines[table.first : table.last] = [""] * (table.last - table.first)
    rest = "\n".join(lines)
    found = _items_with_names(title, lines), _runs(title, rest), _labelled(title, rest), _with_particulars(title, rest)
    return max(found)


def _may_list(text: str) -> bool:
    """Whether a text has as many names as a list, or, in a table, a heading below which any two characters are a name."""
    if _DOTS.search(text) or _has_names(text):
        return True
    cells = _BLANKS_IN_CELLS.sub("", text) if text.count("\t") >= LEAST else ""
    return _has_names(cells) or _HEAD_WORDS.search(cells) is not None


def _has_names(text: str) -> bool:
    return sum(1 for _ in islice(_names_alone(text), LEAST)) == LEAST


def _names_alone(text: str) -> Iterator[str]:
    """Yield what could be names in `text` with no other character right before and behind."""
    for first in _BEGINS_ALONE.finditer(text):
        name = _ENDS_ALONE.match(text, first.start())
        if name and name[0] not in _NO_NAMES:
            yield name[0]


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
            if _HEADS.search(head := _compact(cell)) or _ROLE_HEADS.search(head) or _PERSONAL_HEADS.search(head)
        ]
        if len(row) > 1 and len(heads) >= max(2, len(row) * 0.5):
            return number
    return None


def _names_in_column(top: str, cells: Sequence[str]) -> int:
    if not cells:
        return 0
    if _NAME_HEADS.match(top) and not _ROLE_HEADS.search(top):
        names = [cell for cell in cells if name_of(cell) or (_ANY_NAME.fullmatch(cell) and cell not in _NO_NAMES)]
        return len(names) if len(names) >= max(LEAST, len(cells) * 0.4) else 0
    if _PLACE_HEADS.search(top) and "姓名" not in top:
        return 0
    names = [name for cell in cells if (name := name_of(cell))]
    return len(names) if len(names) >= max(LEAST, len(cells) * 0.6) and _are_names(names) else 0


def _is_held(context: str, heads: Sequence[str], top: str, body: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column of names is one of persons to be protected."""
    others = [_compact(head) for number, head in enumerate(heads) if number != place]
    if _ROLE_HEADS.search(top) and not (top in context and _SUBJECTS.search(context)):
        return False
    personal = sum(bool(_PERSONAL_HEADS.search(head)) for head in others)
    offices = _share_of_offices([" ".join(cell for n, cell in enumerate(row) if n != place) for row in body])
    if _strict(context) or _strict(top):
        return True
    if _PUBLIC.search(context):
        return personal >= 3 and offices < 0.3 and bool(_SUBJECTS.search(" ".join(others)))
    if offices >= 0.5 or (not _SUBJECTS.search(context) and _is_of_offices_or_firms(others, top, body)):
        return False
    return bool(
        _SUBJECTS.search(f"{context} {' '.join(others)}")
        or _LISTS.search(context)
        or _NAME_HEADS.match(top)
        or personal >= 2
    )


def _is_of_offices_or_firms(others: Sequence[str], top: str, body: Sequence[Sequence[str]]) -> bool:
    """Whether the other columns are of offices or professions, or one of companies, schools or shops beside no 姓名."""
    if any(re.search(r"职务|职责|分工|法定代表|职称|执业|执法", head) for head in others):
        return True
    width = max(map(len, body), default=0)
    firms = max((sum(bool(_FIRMS.search(row[n])) for row in body if n < len(row)) for n in range(width)), default=0)
    return firms >= len(body) * 0.6 and not re.search("姓名|户主", top)


# --- lines, runs, labels ---


def _items_with_names(title: str, lines: Sequence[str]) -> int:
    """Lines, or parts of them, that begin with a name, or have one behind a number or a village,
    and details of the person.
    """
    items = [item.strip() for line in lines for item in re.split("[；;。]", line) if item.strip()]
    short = [item for item in items if len(item) <= 120]
    headed = any(_NAME_HEADS.match(_compact(line)) for line in lines if len(line) <= _LONGEST_HEAD)
    is_titled = headed or (_is_about_persons(title) and bool(_LISTS.search(title)))
    names, chosen, details = list[str](), list[str](), 0
    for item in short:
        tokens = [token for token in _SEPARATORS.split(_BEFORE.sub("", item)) if token]
        name = next((name for token in tokens[:5] if (name := name_of(_VILLAGE_BEFORE.sub("", token)))), None)
        if name and len(tokens) <= 14:
            names.append(name)
            chosen.append(item)
            rest = item[item.find(name) + len(name) :]
            details += is_titled or bool(re.search(r"\d|[男女]|[*＊]{2}|反映|投诉", rest) or _SUBJECTS.search(rest))
    if not _are_names(names) or len(names) < len(short) * (0.15 if headed else 0.3) or details < len(names) * 0.5:
        return 0
    return len(names) if _is_list_of_persons(f"{title} {' '.join(short[:3])}", chosen) else 0


def _with_particulars(title: str, text: str) -> int:
    """Names with particulars of a person in brackets behind them, where no office is spoken of."""
    if not _PARTICULARS.search(text) or _PUBLIC.search(title) or _OFFICES.search(text):
        return 0
    names = [match[1] for match in _WITH_PARTICULARS.finditer(text)]
    return len(names) if len(set(names)) >= LEAST else 0


def _runs(title: str, text: str) -> int:
    """Names that stand in rows with nothing between them but separators: of several short rows all together."""
    long, short = 0, list[str]()
    text = _BRACKETS.sub("", _CHINESE_ITEM.sub(" ", text))
    rows = list(_names_in_rows(_NUMBER_BETWEEN.sub(" ", text)))
    is_prose = sum(len(name) for _, names, _ in rows for name in names) < len(_LETTERS.findall(text)) * _NAMES_ALONE
    for near, names, behind in rows:
        context, gets = f"{title} {near}", bool(_WHAT_THEY_GET.search(behind) and not _OFFICES.search(behind))
        if not gets and _PROSE.search(near[-40:]) and not _strict(context):
            continue
        if len(names) >= 2 and (not near.strip(" \t") or near.rstrip(" \t")[-1] in "\n:：;；"):
            short += names
        if _are_names(names) and (gets or _is_list_of_persons(context, [], prose=is_prose)):
            long += len(names)
    return len(short) if _is_about_persons(title) and _are_names(short) else long


def _names_in_rows(text: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield the names of each such row, with the text before it, and that behind."""
    place, run, near = 0, list[str](), ""
    for token in (*_SEPARATORS.split(text), " "):
        begin = max(text.find(token, place), place)
        place = begin + len(token)
        if name := name_of(token) if token else None:
            if not run:
                near = text[max(0, begin - 200) : begin]
            run.append(name)
        elif token and not _BETWEEN.fullmatch(token):
            if run and (last := _FIRST_OF_MORE.match(token)) and (name := name_of(last[1])):
                run.append(name)
            if run:
                yield near, run, text[begin : begin + _LONGEST_BEHIND]
            run, near = [], text[max(0, begin - 200) : begin]
            if (last := _LAST_OF_PROSE.search(token)) and (name := name_of(last[1])):
                run, near = [name], text[max(0, begin - 200) : place - len(name)]


def _is_about_persons(title: str) -> bool:
    """Whether a title is about persons to be protected."""
    return _strict(title) or bool(_SUBJECTS.search(title) and not _PUBLIC.search(title))


def _strict(context: str) -> bool:
    """Whether a text is about persons to be protected, whatever else is said around it."""
    return bool(_STRICT.search(context)) and not _OFFICIAL.search(context)


def _labelled(title: str, text: str) -> int:
    """Names behind a label such as 姓名：, again and again."""
    tokens = re.findall(
        rf"(?:姓\s*名|户\s*主|受益人|申请人|患者|[学考]生)(?:姓名)?[:：\s]\s*((?:{_HAN}|{_MASK}|[·•]){{2,8}})", text
    )
    names = [name for token in tokens if (name := name_of(token))]
    context = f"{title} {text[:200]}"
    return len(names) if _are_names(names) and (_strict(context) or not _PUBLIC.search(context)) else 0


def _is_list_of_persons(context: str, lines: Sequence[str], *, prose: bool = False) -> bool:
    """Whether what stands around names says that they are private persons'."""
    if _strict(context):
        return True
    if _PUBLIC.search(context) or (lines and _share_of_offices(lines) >= 0.4):
        return False
    if lines and sum(bool(_DETAILS.search(line)) for line in lines) >= len(lines) * 0.6:
        return True
    if prose and not re.search(r"名\s*单|名册|花名|公示|如下|人员|发放|分别|姓名\s*$", context):
        return bool(_SUBJECTS.search(context[:60]))
    return bool(_SUBJECTS.search(context) or _LISTS.search(context))


# --- names ---


def _share_of_offices(lines: Iterable[str]) -> float:
    lines = [line for line in lines if line.strip()]
    return sum(bool(_OFFICES.search(line)) for line in lines) / len(lines) if lines else 0


@lru_cache(maxsize=4096)  # it is asked of a cell as of a column, an item and a run
def name_of(token: str) -> str | None:
    """The name that a token is, without a number before it, or brackets, amounts and the like behind; None if none."""
    if len(token) > 80 or (len(token) > _LONGEST_OF_LETTERS and token.isalpha()):
        return None
    token = _BEFORE.sub("", token)
    bare = _BRACKETS.sub("", token).strip()
    for name in (bare, _BEHIND.sub("", bare).strip(), _BEHIND.sub("", token).strip()):
        if _DOTTED.fullmatch(name):
            return name
        if NAME.fullmatch(name) and not {name, name[:2]} & _NO_NAMES and name[-1] not in _ENDS | _NUMERALS:
            return name
    return None


def _are_names(names: Sequence[str]) -> bool:
    """Whether what could be names are names for the most part, and not villages, drugs or words."""
    places = sum(name[-1] in _PLACE_ENDS for name in names)
    given = sum(
        name[-1] in _GIVEN or name[-1] == "某" or not re.fullmatch(_HAN, name[-1]) or not name.isalpha()
        for name in names
    )
    return len(set(names)) >= LEAST and places < len(names) * 0.4 and given >= len(names) * 0.5


def _compact(text: str) -> str:
    return "".join(text.split())
