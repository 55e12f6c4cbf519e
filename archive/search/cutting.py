"""A long word cut into the words it is made of: places, years, agencies, known words;
those that only ask are left out. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations, islice
from operator import itemgetter

from archive.search import spelling
from archive.search.writings import year_at

_ASKING = re.compile(
    r"请问|我想|想要?(?:知道|了解|查询?|问)|帮(?:我|忙)?(?=查)|(?<![检审调督巡抽普核考稽])查(?:一下|询|找|看)?|有没有|是不是|能不能|可不可以|可以|需要"
    r"|(?:一共|总共|共|大概|到底)?(?:是|有|用|花|要|给|发|补|交|涨|赔|领|拿)?了?(?:多少|几)(?:钱|[万亿]?元|[人个家户次岁天辆台套间亩斤度块张件所名位年月号点层])?"
    r"|(?:应该|要)?(?:怎么|怎样|如何)(?:样|办|查|算|交|领|走|写)?|什么时候|何时|(?:在|去|有|是)?哪(?:些|里|儿|个|家|年)?(?:看|查|办|领|交|公司|企业|单位|部门|地方|人)?|为什么|为何|(?:是|有)?什么"
    r"|谁是|是谁|谁|(?:合格|达标|干净|安全)吗|能(?=[^能]{1,6}吗)|了没有?|没有$|吗|呢|啊|吧|了|的|关于|相关|有关|最新|全部|所有|今年|去年|期间|文件$"
    r"|(?:我们|咱们?|[县乡镇村家])里|我们|咱们?|本地|当地"
    r"|^(?:a|an|and|any|are|at|by|can|did|do|does|find|for|from|get|has|have|how|i|in|is|it|many|me|much|my|of|on|or|our|s|show|spend|spent"
    r"|that|the|their|to|was|we|were|what|when|where|which|who|whose|why|with)$"
)
"""Words with which a question is asked, and those that say nothing of what is looked for."""

_ASPECTS = re.compile(
    "申请|报名|办理|条件|资格|标准|流程|手续|材料|名单|公示|公告|通知|结果|情况|进展|方案|政策|文件|规定|时间|地点|价格|价钱|涨价|降价|调价|费用|花费|收费|钱"
    "|补贴|补助|补偿|奖励|罚款|处罚|举报|投诉|检查|质量|不?合格|项目|问题|计划|电子版|[表单证]"
)
"""Words that are asked of many things, and say little of the one that is looked for."""

_CONTACTS = re.compile(
    "(?:联系|办公|值班|咨询)?(?:电话|地址|号码)|(?:上下班|上班|下班|办公|开门|关门|营业|开放|工作|作息)时间|几点(?:上班|下班|开门|关门)|[上下]班|开门|周末|双休日"
)
"""Ways to reach an office, and its hours: asked of a place or an agency whose records seldom say it."""

_WHO = re.compile(
    r"派出所|[一-龥]{0,20}(?:局|委员会|办公室|[^交主开举申补代承照]办|[^常普]委|政府)|[副原前]?[县市区镇乡局院校处科所站]长|(?:县委|市委|区委)?书记|主任|领导|干部|官员|当官的?"
)
"""Names of agencies, and of those who hold an office."""

_MIDDLE = re.compile("[和与及或跟]")

_MOST_LEFT_OUT = 5
"""Pieces of one word, those that say least, of which all combinations are left out."""

_LONGEST_TAKEN_APART = 4
"""Characters of a piece that is looked for in parts."""

_SAYS = {"year": 0.25, "place": 0.25}
"""Shares of their weight that pieces have which tell when or where."""

_FINE = 4
"""Units of the longest known word where a search for longer ones finds nothing."""


AGENCY, MOST = 1, 3
"""Ranks: of an agency's name, and of what says most."""


def asks(text: str) -> bool:
    """Whether a text only asks, and names nothing that is looked for."""
    return bool(_ASKING.fullmatch(text))


def is_aspect(text: str) -> bool:
    """Whether a text is what is asked of many things: conditions, lists, prices."""
    return bool(_ASPECTS.fullmatch(text))


def rank(text: str) -> int:
    """Return how much a text says of what is looked for, from 0 to 3: what is asked of many things, who is asked about,
    how an office is reached, anything else.
    """
    return next((number for number, kind in enumerate((_ASPECTS, _WHO, _CONTACTS)) if kind.fullmatch(text)), MOST)


def without_asking(text: str) -> str:
    """Return a text without the words with which it asks."""
    return _ASKING.sub("", text)


@dataclass(frozen=True, slots=True)
class PartOfWord:
    """A part of a word. `kind`: `place`, `year`, `known`, or `other`."""

    text: str
    kind: str


PartsOfWord = tuple[PartOfWord, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A folded word, to be cut into the words it is made of; `known` has agencies, too."""

    text: str
    places: Collection[str]
    known: Collection[str]

    def within(self) -> Iterator[str]:
        """Yield the search for the known words of which it is made without a rest; none where there are not several."""
        pieces = self._cut(self.text, but=self.text)
        if len(pieces) > 1 and all(piece.kind == "known" for piece in pieces):
            yield _written(pieces)

    def searches(self, weight: Callable[[str], float]) -> Iterator[str]:
        """Yield searches for the pieces, the fullest first: all, finer ones (where known words are short), those cut
        when the words that ask are gone (欠了多少债: 欠债), those in place of what finds nothing, without year or
        place, fewer and fewer; at last what is asked of many things alone.

        `weight`: how much one piece says, 0 where it finds nothing.
        """
        aspects = []
        for pieces in _once(pieces for pieces in self._tries(cache(weight)) if any(map(_names, pieces))):
            if _are_aspects(pieces):
                aspects.append(pieces)
            else:
                yield _written(pieces)
        yield from map(_written, aspects)

    def _tries(self, weight: Callable[[str], float]) -> Iterator[PartsOfWord]:
        cuts = [self._cut(self.text), self._cut(self.text, _FINE), self._cut(without_asking(self.text))]
        yield from cuts
        mended = tuple(chain.from_iterable(self._mended(piece, weight) for piece in cuts[0]))
        yield mended
        for kinds in (("year",), ("place",), ("place", "year")):
            yield from (_without(cut, kinds) for cut in (cuts[0], mended))
        fewer = [each for cut in dict.fromkeys((*cuts, mended)) for each in _fewer(cut, weight)]
        yield from (pieces for _, pieces in sorted(fewer, key=lambda each: -each[0]))

    def _cut(self, text: str, longest: int | None = None, but: str = "") -> PartsOfWord:
        """Return a text cut where known words of at most `longest` units begin and end, all but one."""
        most = longest or max(map(len, (*self.known, *self.places)), default=0)
        return tuple(_Cutter(text, self.places, self.known, most, but).pieces())

    def _mended(self, piece: PartOfWord, weight: Callable[[str], float]) -> PartsOfWord:
        """Return what may be in place of a piece that finds nothing: the known words within it,
        or one that sounds like it.
        """
        if weight(piece.text) or len(piece.text) == 1:
            return (piece,)
        if piece.kind == "known":
            return self._cut(piece.text, but=piece.text)
        alike = spelling.words_alike(piece.text, self.known) if not piece.text.isascii() else ()
        return tuple(PartOfWord(word, "known") for word in islice(alike, 1)) or (piece,)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts a text where known words of at most `longest` units begin and end, but for the word `but`."""

    text: str
    places: Collection[str]
    known: Collection[str]
    longest: int
    but: str

    def pieces(self) -> Iterator[PartOfWord]:
        """Yield the pieces from left to right: those that leave least between them, and of these the fewest."""
        rest = start = 0
        following = self._following()
        while start < len(self.text):
            if piece := following[start]:
                yield from _between(self.text[rest:start])
                yield piece[0]
                rest = start = piece[1]
            else:
                start += 1
        yield from _between(self.text[rest:])

    def _following(self) -> list[tuple[PartOfWord, int] | None]:
        """Return for each place the piece that begins there, with its end, in the best cut from there on."""
        # How many units are left between the pieces from a place on, and how many pieces there are.
        costs = [(0, 0)] * (len(self.text) + 1)
        following: list[tuple[PartOfWord, int] | None] = [None] * len(self.text)
        for start in reversed(range(len(self.text))):
            left, number = costs[start + 1]
            ways = [((costs[end][0], costs[end][1] + 1), (piece, end)) for piece, end in self._pieces_at(start)]
            costs[start], following[start] = min([*ways, ((left + 1, number), None)], key=itemgetter(0))
        return following

    def _pieces_at(self, start: int) -> Iterator[tuple[PartOfWord, int]]:
        """Yield the words that begin at a place, each with its end, the longest first; a year alone."""
        if year := year_at(self.text, start):
            yield PartOfWord(year[0], "year"), year[1]
            return
        for end in range(min(len(self.text), start + self.longest), start + 1, -1):
            word = self.text[start:end]
            kinds = (kind for kind, words in (("known", self.known), ("place", self.places)) if word in words)
            if word != self.but and (kind := next(kinds, "")):
                yield PartOfWord(word, kind), end


def _between(text: str) -> Iterator[PartOfWord]:
    """Yield what stands between known words, names of letters (X203) apart, without those that only ask."""
    parts = (part for run in _ASKING.split(text) for part in _MIDDLE.split(run))
    yield from (PartOfWord(run, "other") for part in parts for run in re.findall("[a-z]+[0-9]*|[^a-z]+", part))


def _names(piece: PartOfWord) -> bool:
    """Whether a piece names something that may be looked for."""
    return piece.kind in ("known", "other") and not asks(piece.text)


def _are_aspects(pieces: PartsOfWord) -> bool:
    """Whether pieces name nothing but what is asked of many things."""
    return all(is_aspect(piece.text) for piece in pieces if _names(piece))


def _written(pieces: PartsOfWord) -> str:
    return " ".join(dict.fromkeys(piece.text for piece in pieces))


def _fewer(pieces: PartsOfWord, weight: Callable[[str], float]) -> Iterator[tuple[float, PartsOfWord]]:
    """Yield those of the pieces that find something, with a part of another besides, then fewer and fewer of them,
    each time with how much they say.

    Single characters are left out beside longer pieces, and not one by one; then what says least.
    """
    weights = {piece: weight(piece.text) * _SAYS.get(piece.kind, 1) for piece in pieces}
    telling = tuple(piece for piece in pieces if weights[piece])
    left = tuple(piece for piece in telling if len(piece.text) > 1) or telling[: len(telling) * (len(telling) > 1)]
    if not left:
        return
    all_of_it = sum(weights[piece] for piece in left)
    rest = (piece for piece in pieces if not weights[piece] and piece.kind == "other")
    yield from ((all_of_it + 1, (*left, part)) for piece in rest for part in _parts(piece, alone=_are_aspects(left)))
    lightest = sorted(left, key=weights.__getitem__)
    few = lightest[:_MOST_LEFT_OUT]
    most = min(len(left), len(few) + 1) if len(left[0].text) > 1 else 1
    gone = chain.from_iterable(combinations(few, number) for number in range(most))
    lighter = (tuple(lightest[:number]) for number in range(len(few) + 1, len(left)))
    for without in chain(gone, lighter):
        yield all_of_it - sum(map(weights.__getitem__, without)), tuple(p for p in left if p not in without)


def _parts(piece: PartOfWord, alone: bool) -> Iterator[PartOfWord]:
    """Yield the parts of a piece of Han characters, the longest and the last first;
    `alone`: the characters of a pair, too, for nothing else tells what is looked for.
    """
    text = piece.text[:_LONGEST_TAKEN_APART]
    shortest = 1 if alone and len(text) == 2 else 2
    for length in range(len(text) - 1, shortest - 1, -1):
        parts = (text[start : start + length] for start in reversed(range(len(text) - length + 1)))
        yield from (PartOfWord(part, "other") for part in parts if re.fullmatch("[一-龥]+", part) and not asks(part))


def _once(tries: Iterator[PartsOfWord]) -> Iterator[PartsOfWord]:
    """Yield each cut the first time it comes."""
    met: set[str] = set()
    for pieces in tries:
        if (text := _written(pieces)) not in met:
            met.add(text)
            yield pieces


def _without(pieces: PartsOfWord, kinds: Collection[str]) -> PartsOfWord:
    return tuple(piece for piece in pieces if piece.kind not in kinds)
