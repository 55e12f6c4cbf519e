"""Archives drawn for the questions about numbers and copies."""

from datetime import date, timedelta
from typing import Any

from tests.questions.drawn import NUMBER, TITLE, Drawn
from tests.questions.drawn_topics import PUBLISHERS, portals

PATTERNS = (
    ("P2", "640324001", "{prefix}/{year}-{serial:05}", True),
    ("P2", "640324002", "{prefix}/{year}-{serial:05}", True),
    ("P2", "640324003", "{prefix}/{year}-{serial:05}", True),
    ("P1", "000014349", "{prefix}/{year}-{serial:05}", True),
    ("P6", "11341702486344515H", "{prefix}/{year}{month:02}-{serial:05}", True),
    ("P2", "000014340", "{prefix}/{year}-{serial:05}", False),
    ("P9", "GA001-1", "{prefix}-{year}-{serial:04}", None),
    (None, None, "640324052{year}-{serial}", None),
)
"""Patterns of index numbers: the prefix, how they are written, whether the prefix is right by its check."""

OWNERS = {"640324001": "同心县教育局", "640324002": "同心县国土资源局", "640324003": "同心县自然资源局"}


def number(pattern: int, year: int, serial: int, month: int = 1) -> tuple[str, dict[str, Any]]:
    """An index number as it is written, and its parts."""
    name, prefix, written, checks = PATTERNS[pattern]
    text = written.format(prefix=prefix, year=year, serial=serial, month=month)
    if not name:
        return text, {}
    parts = {"pattern": name, "prefix": prefix, "year": year, "serial": serial, "checks": checks}
    return text, {**parts, "month": month if name == "P6" else None}


def numbers(made: Drawn) -> None:
    """Groups of index numbers, some dense and some not, with few agencies; document numbers of three issuers."""
    draw = made.draw
    for catalogs in portals(made).values():
        kinds = [(pattern, year, month) for pattern in (0, 1, 2, 3) for year in (2017, 2018) for month in (1,)]
        kinds += [(4, 2018, 1), (4, 2018, 2), (4, 2017, 2), (4, 2017, 1)]
        doubts = draw.choice((0, 0.02, 0.1))
        groups = draw.choice((1, 2, 4, 5, 5, 5, 5, 10))
        sparse = draw.choice((0, groups // 5, groups // 5, groups // 5 + 1))
        for place, (pattern, year, month) in enumerate(draw.sample(kinds, groups)):
            for serial in _serials(made, dense=place >= sparse):
                for after in draw.sample((0, 1, 5, 6, 7, 8, 100, 365), 2 if draw.random() < 0.1 else 1):
                    text, parts = number(pattern, year, serial, month)
                    owner = OWNERS.get(parts["prefix"], "同心县水务局")
                    published = date(year, 3, 1) + timedelta(days=after)
                    made.record(
                        catalogs,
                        {**parts, "issued": []},
                        title=draw.choice(("样本：通知", "样本：另一份通知")),
                        index_number=text,
                        publisher=owner if draw.random() < 0.8 else draw.choice((*PUBLISHERS, *OWNERS.values())),
                        published_on=str(published) if draw.random() < 0.92 else None,
                        flags=made.flags(doubts),
                    )
        for issuer in ("同政发", "同政办发", "国办发"):
            for year in (2016, 2017):
                highest = draw.choice((4, 5, 8, 10, 20))
                for serial in [*draw.sample(range(1, highest), min(draw.randint(0, 5), highest - 1)), highest]:
                    both = draw.random() < 0.3
                    issued = [(issuer, year, serial)] + [(issuer, year, serial + 1)] * both
                    made.record(
                        catalogs,
                        {"issued": issued},
                        publisher=draw.choice(PUBLISHERS),
                        document_number=f"{issuer}〔{year}〕{serial}" + f"、{serial + 1}" * both + "号",
                        flags=made.flags(0.08),
                    )


def _serials(made: Drawn, *, dense: bool) -> list[int]:
    """Five serials or a few more: the first within the first three and the last within three times as many, or just not."""
    draw = made.draw
    found = draw.choice((5, 5, 6, 7)) if draw.random() < 0.9 else 4
    if dense:
        lowest = draw.choice((1, 2, 3, 3))
        highest = draw.choice((lowest + found, 3 * found, 3 * found))
    else:
        lowest, highest = draw.choice(((4, 3 * found), (1, 3 * found + 1), (3, 3 * found + 1), (30000, 40000)))
    zero = [0] if draw.random() < 0.1 else []
    return [*zero, lowest, highest, *draw.sample(range(lowest + 1, highest), found - 2)]


MANY = ((9, 0), (9, 1), (10, 1), (10, 2), (17, 2), (18, 2), (19, 2))
"""Records of a usual pattern and of others: nine tenths, ten at the least, and one more or fewer."""


def patterns(made: Drawn) -> None:
    """Numbers of which nearly all are written alike."""
    draw = made.draw
    for catalogs in portals(made).values():
        usual, others = draw.choice(MANY)
        alike = draw.choice((0, 1, 3))
        for place in range(usual + others + 2):
            if place < usual:
                pattern = alike if draw.random() < 0.8 else draw.choice((5, alike)) if alike < 3 else alike
            else:
                pattern = draw.choice((4, 6)) if place < usual + others else 7
            year = draw.choice((2017, 2017, 2018))
            text, parts = number(pattern, year, place + 1)
            published = draw.choice((None, "2017-12-31", "2018-01-01", "2017-06-01"))
            made.record(catalogs, parts, index_number=text, published_on=published, flags=made.flags(0.06))
        made.record(catalogs, index_number=None, published_on="2017-01-01", flags=made.flags(0.5, NUMBER))


BODIES = (None, "样" * 99, "样" * 100, "样，" * 100, "本 " * 130, "本。" * 130, "见附件")
TITLES = ("样本通知一二三四五", "样本通知一二三四五六", "样本通知（一二三四五）六", "样本通知，一二三四五六七", "样本")


def copies(made: Drawn) -> None:
    """Few texts, titles, dates and numbers, so that many are alike."""
    draw = made.draw
    for catalogs in portals(made).values():
        for _ in range(draw.choice((8, 14, 22))):
            serial = draw.choice((None, 1, 2, 3, 4))
            made.record(
                catalogs,
                title=draw.choice(TITLES),
                body=draw.choice(BODIES),
                index_number=serial and number(0, 2017, serial)[0],
                published_on=draw.choice((None, "2017-01-01", "2017-01-02", "2017-01-02")),
                flags=made.flags(0.15, NUMBER | TITLE),
            )
