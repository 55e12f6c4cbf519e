"""Publishers as an authority list: which printed names are one agency's, what kind it is,
which prefix its index numbers bear.

Pure: learned from the names and numbers of one portal's records, corrected by what its portal file says.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from archive.model.printable import normal_form
from archive.model.records import is_cut, stem

TYPES = ("government", "office", "department", "township", "institution")
"""政府, 政府办公室, 部门, 乡镇（街道）, 事业单位 (schools, hospitals and the like)."""

LEAST_NUMBERS = 3
"""Index numbers with one prefix, from which on it is taken for an agency's …"""

LEAST_SHARE = 0.6
"""… where so large a share of the agency's numbers bear it, and of the numbers that bear it are the agency's."""

_TYPED = (
    (
        "township",
        re.compile(
            r"(?:乡|镇|街道|街道办|街道办事处)(?:人民政府|政府|党政办公室|办事处)?$|管委会$|(?:园|开发|移民|示范|管理|试验)区管理委员会$"
        ),
    ),
    ("government", re.compile(r"(?:^|[县区市旗])(?:人民)?政府$")),
    ("office", re.compile(r"政府(?:办公室|办)$|[县区市旗](?:政)?府办$|^(?:县|区|市)?委?办公室$")),
    ("institution", re.compile(r"(?:小学|中学|学校|学院|校|幼儿园|医院|卫生院|中心|站|所|馆|公司|园|场|队|社|台)$")),
)

_LONGEST_NAME = 60
_SEVERAL = re.compile(r"[、,，;；/|\s]")
_IN_BRACKETS = re.compile(r"[（(【\[][^（()）【】\[\]]{0,40}[)）】\]]")
_MEDIUM = re.compile(
    r"(?:报|日报|晚报|报社|网|网站|在线|门户|平台|台|电视|广播|通讯社|新华社|中新社|杂志|周刊|期刊|客户端|公众号|订阅号|微信|微博|频道|"
    r"传媒|媒体|融媒体?|发布|新闻|记者|(?:融媒体|传媒|新闻|广电|宣传报道)(?:中心|集团|公司))$"
)
_AGENCY = re.compile(
    r"(?:政府|局|委|办|厅|部|署|院|厂|会|处|司|科|股|室|组|队|所|站|馆|中心|团|党校|校|学院|园|联|镇|乡|街道|苏木|社区|村|"
    r"人大|政协|工委|党组|公司|集团|行|海关|社|协|场|支队|大队|基地|机关|部门|开发区|园区|新区|示范区|管理区|保税区|风景区)$"
)
_ENGLISH = re.compile(
    r"(?:[A-Z]|the )[A-Za-z'’.,&() -]{2,120}"
    r"\b(?:Government|Bureau|Commission|Committee|Office|Department|Administration|Authority|Ministry|Congress)\b[A-Za-z'’.,&() -]{0,120}"
)
_ENGLISH_MEDIUM = re.compile(
    r"(?i)\b(?:daily|news|xinhua|media|times|press|website|network|online|journal|television|radio|post)\b|\.c(?:om|n)"
)
_SQUARE = re.compile(r"[【】\[\]]")
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,8}(?<![报网台刊])")
_NO_AGENCY = re.compile(r"(?:本站|本网|原创|转载|摘编|网络|互联网|本局|本办|本单位|佚名|不详|未知)$")


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency. `aliases`: its other names as printed. `prefix`: of its index numbers.
    `successor`: the name of what it became.

    `budget_unit`: whether a budget of its own is expected; None where neither the records nor the portal file say.
    `stated`: by the portal file.
    """

    name: str
    aliases: tuple[str, ...] = ()
    type: str = "department"
    prefix: str | None = None
    budget_unit: bool | None = None
    successor: str | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """The evidence in a portal's records: how many each name published, with which prefixes, and who has budgets."""

    names: Mapping[str, int]
    prefixes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    budget_units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stated:
    """An agency as a portal file states it; None where it doesn't say."""

    name: str
    aliases: tuple[str, ...] = ()
    type: str | None = None
    prefix: str | None = None
    budget_unit: bool | None = None
    successor: str | None = None


def stated_in(text: str | None) -> list[Stated]:
    """The agencies in the column `portals.agencies`: what a portal file states, as JSON."""
    return [Stated(**{**each, "aliases": tuple(each.get("aliases", ()))}) for each in json.loads(text or "[]")]


def names_of(stated: Iterable[Stated]) -> frozenset[str]:
    """All names that a portal file gives its agencies."""
    return frozenset(name for each in stated for name in (each.name, *each.aliases))


def learn(evidence: NameEvidence, stated: Iterable[Stated], place: str) -> list[Agency]:
    """The agencies of a portal, by name. `place`: the county's name, which agencies' names may leave out.

    A cut name is an alias where one agency alone has a name that begins so.
    What is stated prevails over what is learned.
    """
    claimed = list(stated)
    owner = {name: each.name for each in claimed for name in (each.name, *each.aliases)}
    groups: dict[str, set[str]] = defaultdict(set)
    for each in claimed:
        groups[each.name] |= {each.name, *each.aliases}
    keys = {key(name, place): owner[name] for name in owner}
    whole = [name for name in [*evidence.names, *sorted(evidence.budget_units)] if not is_cut(name)]
    fullest: dict[str, str] = {}
    for name in sorted(whole, key=lambda name: (-len(name), -evidence.names.get(name, 0), name)):
        if name not in owner:
            fullest.setdefault(key(name, place), name)
            owner[name] = keys.get(key(name, place)) or fullest[key(name, place)]
        groups[owner[name]].add(name)
    for name in evidence.names:
        candidates = {owner[other] for other in owner if is_cut(name) and stem(other).startswith(stem(name))}
        if len(candidates) == 1 and stem(name):
            groups[candidates.pop()].add(name)
    prefixes = _prefixes(groups, evidence)
    learned = [_agency(name, groups[name], evidence, prefixes.get(name)) for name in sorted(groups)]
    corrections = {each.name: each for each in claimed}
    return [_corrected(each, corrections[each.name]) if each.name in corrections else each for each in learned]


def key(name: str, place: str) -> str:
    """Return the key that names of one agency share: 同心县政府办公室, 同心县人民政府办公室 and 县政府办 are one in 同心县."""
    plain = "".join(normal_form(name).split())
    short = place[:-1] if len(place) > 2 else place
    for begun in (place, short):
        if begun and plain.startswith(begun) and len(plain) - len(begun) >= 2:
            plain = plain[len(begun) :]
            break
    plain = re.sub(r"^(?:县|区|市|旗)(?=.{2})", "", plain).replace("人民政府", "政府")
    plain = re.sub(r"^(?:政)?府办$", "政府办公室", plain)
    plain = re.sub(r"(?<=[乡镇道])政府$|(?<=街道)办事处$", "", plain)
    return re.sub(r"委员会$", "委", plain)


def type_of(name: str) -> str:
    """Return the kind of agency that a name is of, one of TYPES."""
    return next((kind for kind, named in _TYPED if named.search(name)), "department")


def agency_of(printed: str, known: Collection[str] = ()) -> str | None:
    """The agency, or several, that a printed source (来源) names, without a person behind it; None where it names none.

    Known by the form of the name (…局, …委, …办, …政府, …镇), or as one of `known`. A newspaper, a web site or a county's
    media centre (融媒体中心) is none: it reports, and publishes nothing of the government's own.
    """
    name = " ".join(printed[: 2 * _LONGEST_NAME].split())
    if name in known or (_ENGLISH.fullmatch(name) and not _ENGLISH_MEDIUM.search(name)):
        return name
    parts = [part for part in _SEVERAL.split(_IN_BRACKETS.sub("", normal_form(name))) if part]
    if not parts or len(name) > _LONGEST_NAME or _SQUARE.search(name) or not _has_agencys_form(parts[0]):
        return None
    if all(map(_has_agencys_form, parts)):
        return name
    return parts[0] if all(map(_PERSON.fullmatch, parts[1:])) else None


def _has_agencys_form(name: str) -> bool:
    return (
        len(name) > 1
        and not _MEDIUM.search(name)
        and not _NO_AGENCY.fullmatch(name)
        and (_AGENCY.search(name) is not None or type_of(name) != "department")
    )


def _agency(name: str, names: set[str], evidence: NameEvidence, prefix: str | None) -> Agency:
    has_budget = not names.isdisjoint(evidence.budget_units)
    return Agency(name, tuple(sorted(names - {name})), type_of(name), prefix, has_budget or None)


def _corrected(learned: Agency, stated: Stated) -> Agency:
    return replace(
        learned,
        type=stated.type or learned.type,
        prefix=stated.prefix or learned.prefix,
        budget_unit=learned.budget_unit if stated.budget_unit is None else stated.budget_unit,
        successor=stated.successor,
        stated=True,
    )


def _prefixes(groups: Mapping[str, set[str]], evidence: NameEvidence) -> dict[str, str]:
    """The prefix of each agency whose numbers nearly all bear one that is nearly all its own."""
    of_agency: dict[str, Counter[str]] = {name: Counter() for name in groups}
    of_prefix: dict[str, Counter[str]] = defaultdict(Counter)
    for agency, names in groups.items():
        for name in names:
            for prefix, count in evidence.prefixes.get(name, {}).items():
                of_agency[agency][prefix] += count
                of_prefix[prefix][agency] += count
    dominant = {}
    for agency, prefixes in of_agency.items():
        for prefix, count in prefixes.most_common(1):
            share = min(count / prefixes.total(), count / of_prefix[prefix].total())
            if count >= LEAST_NUMBERS and share >= LEAST_SHARE:
                dominant[agency] = prefix
    return dominant
