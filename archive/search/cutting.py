"""A long word cut into the words it is made of: places, years, agencies, known words;
those that only ask are left out. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice

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
    "申请|报名|办理|条件|资格|标准|流程|手续|材料|名单|公示|公告|通知|结果|情况|进展|方案|政策|文件|规定|时间|地点|地址|电话|价格|价钱|涨价|降价|调价|费用|花费|收费|钱"
    "|补贴|补助|补偿|奖励|罚款|处罚|举报|投诉|检查|项目|问题|电子版|[表单证]"
)
"""Words that are asked of many things, and say little of the one that is looked for."""

_MIDDLE = re.compile("[和与及或跟]")

_MOST_COMBINED = 40
"""Combinations of pieces that are left out of one word: all of five pieces."""

_FINE = 4
"""Units of the longest known word where a search for longer ones finds nothing."""


def asks(text: str) -> bool:
    """Whether a text only asks, and names nothing that is looked for."""
    return bool(_ASKING.fullmatch(text))


def is_aspect(text: str) -> bool:
    """Whether a text is what is asked of many things: conditions, lists, prices."""
    return bool(_ASPECTS.fullmatch(text))


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
    """The words that a folded one is made of, in their order.

    `finer`: cut where known words are short; `joined`: cut when the words that ask are gone (欠了多少债: 欠债).
    """

    whole: PartsOfWord
    finer: PartsOfWord
    joined: PartsOfWord

    @classmethod
    def of(cls, text: str, places: Collection[str], known: Collection[str]) -> "Cut":
        """Cut a folded word; `known` has agencies, too."""
        longest = max(map(len, (*known, *places)), default=0)
        cuts = (text, longest), (text, _FINE), (without_asking(text), longest)
        return cls(*(tuple(_Cutter(part, places, known, most).pieces()) for part, most in cuts))

    def searches(self, weight: Callable[[str], float]) -> Iterator[str]:
        """Yield searches for the pieces, the fullest first: all, finer and joined ones,
        without year or place, fewer and fewer.

        `weight`: how much one piece says, 0 where it finds nothing.
        """
        undated = (_without(self.whole, kinds) for kinds in (("year",), ("place",), ("place", "year")))
        fewer = (kept for cut in (self.whole, self.finer) for kept in _fewer(cut, weight))
        tries = chain((self.whole, self.finer, self.joined), undated, fewer)
        meaningful = (kept for kept in tries if any(piece.kind in ("known", "other") for piece in kept))
        yield from _once(" ".join(dict.fromkeys(piece.text for piece in kept)) for kept in meaningful)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts a word where known ones of at most `longest` units begin and end."""

    text: str
    places: Collection[str]
    known: Collection[str]
    longest: int

    def pieces(self) -> Iterator[PartOfWord]:
        """Yield the pieces from left to right, the longest known word at each place."""
        rest = start = 0
        while start < len(self.text):
            if found := self._piece_at(start):
                piece, end = found
                yield from _between(self.text[rest:start])
                yield piece
                rest = start = end
            else:
                start += 1
        yield from _between(self.text[rest:])

    def _piece_at(self, start: int) -> tuple[PartOfWord, int] | None:
        """Return the longest word that begins at a place, and where it ends; None where none is known."""
        if year := year_at(self.text, start):
            return PartOfWord(year[0], "year"), year[1]
        for end in range(min(len(self.text), start + self.longest), start + 1, -1):
            for kind, words in (("known", self.known), ("place", self.places)):
                if self.text[start:end] in words:
                    return PartOfWord(self.text[start:end], kind), end
        return None


def _between(text: str) -> Iterator[PartOfWord]:
    """Yield what stands between known words, without those that only ask."""
    parts = (part for run in _ASKING.split(text) for part in _MIDDLE.split(run))
    yield from (PartOfWord(part, "other") for part in parts if part)


def _fewer(pieces: PartsOfWord, weight: Callable[[str], float]) -> Iterator[PartsOfWord]:
    """Yield the pieces without those that find nothing, then fewer and fewer of them.

    Single characters are left out beside longer pieces, then what says least.
    Of many pieces, those that say most are yielded at last.
    """
    weights = {piece: weight(piece.text) for piece in pieces}
    found = tuple(piece for piece in pieces if weights[piece])
    left = tuple(piece for piece in found if len(piece.text) > 1) or found
    yield left
    lightest = sorted(left, key=weights.__getitem__)
    gone = chain.from_iterable(combinations(lightest, number) for number in range(1, len(left)))
    lighter = (lightest[:number] for number in range(1, len(left)))
    for without in chain(islice(gone, _MOST_COMBINED), lighter):
        yield tuple(piece for piece in left if piece not in without)


def _once(texts: Iterator[str]) -> Iterator[str]:
    """Yield each text the first time it comes."""
    met: set[str] = set()
    for text in texts:
        if text not in met:
            met.add(text)
            yield text


def _without(pieces: PartsOfWord, kinds: Collection[str]) -> PartsOfWord:
    return tuple(piece for piece in pieces if piece.kind not in kinds)
