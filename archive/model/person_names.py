"""Names of persons, known by their form alone: a surname and one or two characters more, masked ones (张某某, 李*明) as well,
parts with a dot between them, and names that hold what those of peoples without surnames are made of (扎西, 古丽, 木呷). And rows of such names.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

LEAST = 5
"""Names from which on a text lists persons."""

SIDE_BY_SIDE = LEAST - 2
"""Names with little between them that may be some of so many: the first and the last may be glued to words."""

WORDS = {
    row["kind"]: row["words"]
    for row in csv.DictReader(Path(__file__).with_name("roster_words.csv").open(encoding="utf-8", newline=""))
}
"""Kind → what surnames, given names, what is no name, and words around names are, some as a pattern."""

NO_NAMES = frozenset(WORDS["word"].split())
_GIVEN, _PLACE_ENDS, _ENDS = (frozenset(WORDS[kind]) for kind in ("given", "place_end", "end"))
_LONGEST_OF_LETTERS = 24
"""Characters of a name with all words before and behind it (被执行人某某某某等十二个字), without a digit or a mark."""

_LONGEST_OF_ELEMENTS = 9
_FARTHEST = 4
"""Characters between two names side by side."""

NUMERAL = "[一二三四五六七八九十]"
_NUMERALS = frozenset(NUMERAL[1:-1])
HAN, MASK = r"[\u3400-\u9fff\U00020000-\U000323af]", r"[某*＊×ＸxX○〇Oo■□]"
_COMPOUND = "|".join(WORDS["compound"].split())
NAME = re.compile(
    rf"(?:{_COMPOUND}|[{WORDS['surname']}])(?:{MASK}{{1,2}}|{HAN}{MASK}|{MASK}{HAN}|{HAN}{{1,2}})|(?:{_COMPOUND}){HAN}"
)
_DOTTED = re.compile(rf"{HAN}{{1,7}}(?:[·•‧・．∙]{HAN}{{1,7}}){{1,3}}")
_ELEMENT = re.compile("|".join(WORDS["element"].split()))
DOTS = re.compile("[·•‧・．∙]")
ANY_NAME = re.compile(rf"(?:{HAN}|{MASK}){{2,6}}|{HAN}{{1,7}}[·•‧・]{HAN}{{1,7}}|[A-Za-z][A-Za-z'.\-]{{3,39}}")
"""A name of any form, where a heading or a label says that it is one."""

# A name's surroundings in a run: a number before it; a bracket, an ID's rest, an amount or a sex behind it.
BEFORE = re.compile(
    rf"^(?!四郎)(?:(?:\d{{1,4}}(?:[号栋幢座层室户房床]楼?|单元)[-－]?){{1,4}}|[（(【\[]?(?:\d{{1,4}}|{NUMERAL}{{1,3}})[)）】\]]?[.．、:：)）]?|[-—•●*①-⒇㈠-㈩])?\s*"
    r"(?:被执行人|被处罚人|当事人|申请人|驾驶人|户主|患者|村民|居民|学生|考生|(?:举报|投诉|信访|上访|来访|申诉|来信|反映|借款|受助)人)?"
)
VILLAGE_BEFORE = re.compile(
    rf"^{HAN}{{1,8}}(?:村|社区|[组队户者属童]|老人|(?<![责系办承主言])人)(?:\d{{1,2}}[组队社])?(?={HAN}{{2,3}}(?:$|一?家|户|等|反映|[\d（(]))"
)
_BEHIND_WORDS = "反映|投诉|举报|来[信访]|上访|要求|因|一?家|欠|[遗丢]失|申请|现住|患|驾驶|[酒醉]后|[饮醉]酒|无证|未"
BEHIND = (
    r"(?:[（(\[【].{0,60}|[\d*＊×xX.,:：\-－—].{0,60}|[男女].{0,2}|等.{0,12}"
    rf"|{NUMERAL}{{1,3}}[名户人位].{{0,12}}|(?:{_BEHIND_WORDS}).{{0,60}}|同学|同志|夫[妇妻]|户|家庭)"
)
_BEHIND = re.compile(f"{BEHIND}$")
BRACKETS = re.compile(r"[（(\[【][^（()）\n]{0,60}[)）\]】]")

_FIRSTS = frozenset(WORDS["surname"]).union(name[0] for name in WORDS["compound"].split())
_FIRST = f"[{''.join(sorted(_FIRSTS))}]"
_WORD_BEFORE = "[人户者民生村区组队对为将给由有予用象员名与和收意助定因补室号]"
_NAME_THAT_ENDS = rf"({NAME.pattern})(?:(?!{HAN})|(?=[等男女同户与和夫]|{_BEHIND_WORDS}))"
_ALONE = re.compile(rf"{_FIRST}(?:(?<!{HAN}.)|(?<={_WORD_BEFORE}.))(?<=(?={_NAME_THAT_ENDS}).)")
"""The first character of a name, all of which is its group."""


_SPACED = re.compile(rf"(?<![\u3400-\u9fff])({HAN})[ \u3000\u00a0]{{1,4}}({HAN})(?![\u3400-\u9fff])")
_SPACED_APART = re.compile(rf"[^\S\n\t]{HAN}(?!{HAN})")
_SPACED_WIDELY = re.compile(
    rf"(?m)(^|[、，,；;|\t\d.．）)])[^\S\n\t]*({HAN})[^\S\n\t]{{1,4}}({HAN})[^\S\n\t]{{1,4}}({HAN})(?=[^\S\n\t]*(?:$|[、，,；;|\t\d（(]))"
)
_LONGEST_BEFORE, _LONGEST_BEHIND = 200, 40
"""Characters before a row of names, and behind it, that may say what they are."""
_SEPARATORS = re.compile(r"[\s、，,；;/|。:：][\s、，,；;/|。:：]*")
_ODD_NAME = re.compile(rf"{HAN}{{2,4}}")
_BETWEEN = re.compile(
    r"[\d*＊.xX（）()\-－男女]{1,20}(?:元|万元|人|岁|[名号]楼?|[度斤吨亩袋桶件份只头张次天分户间㎡]|[公市]斤|平方米)?|第?\d{1,4}[位名号户]|(?:\d{1,5}(?:号楼?|[栋幢层室组座院户房床]|单元)[-－]?){1,5}\d{0,5}|[A-Z]{1,2}|[汉回]族?"
)
_FIRST_OF_MORE = re.compile(
    rf"^((?:{HAN}|{MASK}){{2,4}}?)(?:户|等|\d|的|同学|共|夫[妇妻]|符合|享受|{NUMERAL}{{1,3}}[名户人位]|[为系]|已|现|因|均)"
)
_LONGEST_PAIR = 9
_PAIR = re.compile(rf"({NAME.pattern})[与和及]({NAME.pattern})")
_LAST_OF_PROSE = re.compile(
    rf".*(?:村民|居民|学生|同学|患者|人员|对象|[户属]|名|为|对|有|给予|聘用|录用|接收|吸收|发展|救助|同意|认定|因|递补|由|人)({HAN}(?:{HAN}|{MASK}){{1,3}})(?:{BEHIND})?$"
)


def joined(text: str) -> str:
    """Return `text` with no blanks between the characters of a name, 王 芳, 买 买 提."""
    return _SPACED.sub(r"\1\2", _SPACED_WIDELY.sub(r"\1\2\3\4", text)) if _SPACED_APART.search(text) else text


@lru_cache(maxsize=4096)  # it is asked of a cell as of a column, an item and a run
def name_of(token: str) -> str | None:
    """The name that a token is, without a number before it, or brackets, amounts and the like behind; None if none."""
    if len(token) > 80 or (len(token) > _LONGEST_OF_LETTERS and token.isalpha()):
        return None
    token = BEFORE.sub("", token)
    bare = BRACKETS.sub("", token).strip()
    other = DOTS.search(bare) or _ELEMENT.search(bare)
    if other is None and bare[:1] not in _FIRSTS:
        return None
    for name in (bare, _BEHIND.sub("", bare).strip(), _BEHIND.sub("", token).strip()):
        if other and _DOTTED.fullmatch(name):
            return name
        if NAME.fullmatch(name) or (other and len(name) <= _LONGEST_OF_ELEMENTS and name.isalpha()):
            if {name, name[:2]} & NO_NAMES or name[-1:] in _ENDS or name[1:] in _NUMERALS:
                continue
            return name
    return None


def given_name_of(token: str) -> str | None:
    """The name that a token is, where it ends as given names do."""
    return name_of(token) if token and (token[-1] in _GIVEN or re.fullmatch(MASK, token[-1])) else None


def are_masked(names: Sequence[str]) -> bool:
    """Whether most of the names are masked in part, as a clerk masks those of private persons."""
    return sum(bool(re.search(MASK, name)) for name in names) >= len(names) * 0.6


def are_names(names: Sequence[str]) -> bool:
    """Whether what could be names are names for the most part, and not villages, drugs or words."""
    places = sum(name[-1] in _PLACE_ENDS for name in names)
    given = sum(
        name[-1] in _GIVEN or name[-1] == "某" or not re.fullmatch(HAN, name[-1]) or not NAME.fullmatch(name)
        for name in names
    )
    return len(set(names)) >= LEAST and places < len(names) * 0.4 and given >= len(names) * 0.5


def names_alone(text: str) -> int:
    """Count what could be names in a text and stands alone, at most as many as a list has, which is said of some side by side."""
    found = beside = last = 0
    for begin, end in _names_alone(text):
        found, beside = found + 1, beside + 1 if begin - last <= _FARTHEST else 1
        if found == LEAST or beside == SIDE_BY_SIDE:
            return LEAST
        last = end
    return found


def _names_alone(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text` parts of names stand, and what could be names with no other character right before and behind."""
    yield from (part.span() for part in _ELEMENT.finditer(text))
    for name in _ALONE.finditer(text):
        if name[1] not in NO_NAMES:
            yield name.span(1)


def separated(text: str) -> list[str]:
    """Return what stands between separators; a long dash is one, too."""
    return _SEPARATORS.split(text.replace("——", "、、"))


def names_in_rows(text: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield the names of each such row, with the text before it, and that behind."""
    place, odd, run, near, first = 0, 0, list[str](), "", ("", "")
    for token in (*separated(text), " "):
        begin = max(text.find(token, place), place)
        place = begin + len(token)
        if names := _names_in(token):
            if not run:
                near = text[max(0, begin - _LONGEST_BEFORE) : begin]
            run += names
        elif odd < len(run) and text[begin - 1] == text[place : place + 1] == "、" and _ODD_NAME.fullmatch(token):
            odd += 1
        elif token and not _BETWEEN.fullmatch(token):
            last = _FIRST_OF_MORE.match(token) if run else None
            if last and (name := name_of(last[1])):
                run.append(name)
            if len(run) >= SIDE_BY_SIDE:
                glued = first, () if last else (token[:3], token[:2])
                before, after = (next(filter(None, map(given_name_of, ends)), "") for ends in glued)
                run += filter(None, (before, after))
                near = near[: near.rfind(before)] if before else near
            if run:
                yield near, run, text[begin : begin + _LONGEST_BEHIND]
            odd, run, near, first = 0, [], text[max(0, begin - _LONGEST_BEFORE) : begin], (token[-3:], token[-2:])
            if (last := _LAST_OF_PROSE.match(token)) and (name := name_of(last[1])):
                run, near = [name], text[max(0, begin - _LONGEST_BEFORE) : place - len(name)]


def _names_in(token: str) -> list[str]:
    """The name that a token is, or the two of a pair, 张某与李某."""
    if name := name_of(token) or name_of(VILLAGE_BEFORE.sub("", token)):
        return [name]
    pair = _PAIR.fullmatch(token) if len(token) <= _LONGEST_PAIR else None
    return [name for part in pair.groups() if (name := name_of(part))] if pair else []
