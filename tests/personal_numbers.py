"""Personal numbers made up from a seed, objects with one of them in every string, and the search for what is left of them."""

import random
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from archive.tables.file_pages import PAGE, FilePage

ADDRESSES = frozenset({"url", "record_url", "catalog_url", "next_url", "key", "home"})
"""Fields with addresses of pages: they are kept as they are, for a page can't be asked for again without its own."""

CODES = frozenset({
    "id", "kind", "outcome", "state", "media_type", "sha256", "next_form", "division_code", "type", "prefix", "family",
    "doubts", "checked_on",
})  # fmt: skip
"""Fields with words of our own, or that the archive doesn't keep."""

KEYED_BY_CODES = frozenset({"fields", "redacted"})
"""Mappings whose keys are words of our own; of the others the keys are printed, too."""


def id_check_digit(first_17: str) -> str:
    """GB 11643 (ISO 7064 MOD 11-2), worked from the right by its recursive form."""
    remainder = 0
    for digit in first_17:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def luhn_digit(first: str) -> str:
    """The digit that makes a card's number of what stands before it."""
    total = 0
    for place, digit in enumerate(reversed(first)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value // 10 + value % 10
    return str((10 - total % 10) % 10)


@dataclass(frozen=True, slots=True)
class Canary:
    """One number of each kind. `text` has them all, as a page might print them."""

    resident_id: str
    mobile: str
    card: str

    @property
    def text(self) -> str:
        return f"样本甲{self.resident_id}，样本乙{self.mobile}，样本丙{self.card}"

    @property
    def traces(self) -> tuple[str, ...]:
        """The stretches of eight characters behind what a mask leaves: one found is one too many, also of a number cut in two."""
        parts = (self.resident_id[2:], self.mobile[3:], self.card[4:])
        return tuple(part[at : at + 8] for part in parts for at in range(len(part) - 7))

    def found_in(self, data: bytes | str) -> list[str]:
        """The parts of the numbers that stand in `data`."""
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return [trace for trace in self.traces if trace in text]


def canary(seed: int) -> Canary:
    """Numbers right in every check digit that nobody has reason to print."""
    luck = random.Random(seed)
    born = date(1900, 1, 1) + timedelta(days=luck.randrange(46_000))
    first_17 = f"{luck.randint(110000, 659999)}{born:%Y%m%d}{luck.randrange(1000):03}"
    card = "62" + "".join(luck.choices("0123456789", k=16))
    mobile = f"1{luck.choice('3456789')}" + "".join(luck.choices("0123456789", k=9))
    return Canary(first_17 + id_check_digit(first_17), mobile, card + luhn_digit(card))


def filled(kind: Any, text: str, name: str = "", address: str = "http://p.example/1.html") -> Any:
    """An object of the dataclass or type `kind` with `text` in each of its strings, but for addresses and codes."""
    if kind is FilePage:
        return FilePage(1, PAGE, 1, text, text)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        given = {each.name: filled(hints[each.name], text, each.name, address) for each in fields(kind) if each.init}
        return kind(**given)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        return filled(next(each for each in inner if each is not type(None)), text, name, address)
    if origin is tuple:
        kinds = inner[:1] if inner[-1] is Ellipsis else inner
        return tuple(filled(each, text, name, address) for each in kinds)
    if origin is not None and issubclass(origin, Mapping):
        return {"title" if name in KEYED_BY_CODES else text: filled(inner[1], text, name, address)}
    printed = address if name in ADDRESSES else name if name in CODES else text
    return {str: printed, bytes: text.encode(), bool: False, int: 1, float: 1.0}[kind]


def strings(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every string in an object, with the way to it."""
    if isinstance(value, str):
        yield where, value
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from strings(getattr(value, each.name), f"{where or type(value).__name__}.{each.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings(key, f"{where}, a key")
            yield from strings(item, f"{where}[{key!r}]")
    elif isinstance(value, (tuple, list)):
        for place, item in enumerate(value):
            yield from strings(item, f"{where}[{place}]")


def columns_with(db: Path, numbers: Canary) -> dict[str, list[str]]:
    """The columns of an archive, `table.column`, in which a part of the numbers stands, with the beginnings of those values."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(db)) as connection:
        listed = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        for table, column in connection.execute(listed).fetchall():
            if table.startswith("records_fts"):
                continue  # the index holds no text to be read back; its words are looked through below
            values = (
                value for (value,) in connection.execute(f'SELECT "{column}" FROM "{table}"') if value is not None
            )
            told = [value for value in values if numbers.found_in(value if isinstance(value, bytes) else str(value))]
            if told:
                found[f"{table}.{column}"] = [str(value)[:200] for value in told]
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'records_fts'").fetchone():
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'records_fts', 'row')")
            if told := [
                term for (term,) in connection.execute("SELECT term FROM temp.terms") if numbers.found_in(term)
            ]:
                found["records_fts, words"] = told
    return found


def bytes_of(db: Path) -> bytes:
    """All bytes of an archive's file, its write-ahead log included."""
    return b"".join(each.read_bytes() for each in sorted(db.parent.glob(f"{db.name}*")))


_DIGEST = re.compile(r"(?<![0-9a-f])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Planted(Canary):
    """A canary among many numbers of all classes. `sentences`: texts with one each; `secrets`: what must not be left of them."""

    sentences: tuple[str, ...]
    secrets: tuple[str, ...]

    def found_in(self, data: bytes | str) -> list[str]:
        """The parts of the numbers that stand in `data`, digests aside: of thousands of parts one stands in some digest by chance."""
        text = _DIGEST.sub("", data.decode("utf-8", "replace") if isinstance(data, bytes) else data)
        windows, words = _looked_for(self.secrets)
        runs = re.findall(r"\d{8,}", text)
        seen = {run[at : at + 8] for run in runs for at in range(len(run) - 7)} & windows
        return [*Canary.found_in(self, text), *sorted(seen), *(word for word in words if word in text)]


@lru_cache(maxsize=4)
def _looked_for(secrets: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Of numbers all stretches of eight figures, and what has other characters, whole."""
    numbers = [secret for secret in secrets if secret.isdigit()]
    windows = frozenset(number[at : at + 8] for number in numbers for at in range(len(number) - 7))
    return windows, tuple(secret for secret in secrets if not secret.isdigit())


_FORMS = {
    "id": (
        "样本身份证号：{}",
        "样本{}43",
        "学籍号G{}",
        "样本A{}",
        "<b>{0:.6}</b>{0}",
        "残疾人证号{}43B1",
        "样本1{}",
        "{}",
    ),
    "wrong_id": ("样本身份证号：{}", "证件号码 {}", "公民身份号码为{}", "身 份 证 号：{}"),
    "mobile": ("样本手机{}", "tel:{}", "样本+86{}", "联系电话：{}", "样本{}转", "zhang{}"),
    "card": ("样本卡号：{}", "样本{}样本", "账号{}", "样本一卡通{}"),
    "passbook": ("存折号：{}", "样本信用社账号：{}", "一卡通：{}"),
    "plate": ("车牌号：宁C{}", "号牌号码：宁A{}"),
    "mail": ("邮箱：{}@qq.com", "样本{}@163.com"),
    "chat": ("微信号：{}", "样本微信：{}"),
    "address": ("家庭住址：同心县样本镇{}", "样本住址：样本乡{}"),
}
"""The forms in which numbers of each class are planted."""


def planted(seed: int, count: int = 200) -> Planted:
    """Numbers of all classes, in turn, each with what a mask must not leave of it."""
    luck = random.Random(seed)
    known = canary(seed)
    sentences, secrets = [], []
    for number in range(count):
        kind = list(_FORMS)[number % len(_FORMS)]
        form = luck.choice(_FORMS[kind])
        secret, kept = _secret(kind, canary(1000 * seed + number), luck)
        sentences.append(form.replace("<b>{0:.6}</b>{0}", "样本{}").format(secret))
        secrets.append(secret[kept:])
    return Planted(known.resident_id, known.mobile, known.card, tuple(sentences), tuple(secrets))


def _secret(kind: str, numbers: Canary, luck: random.Random) -> tuple[str, int]:
    """A number of a class, and how many of its characters a mask keeps."""
    digits = "".join(luck.choices("123456789", k=12))
    wrong = numbers.resident_id[:17] + "0123456789"[("0123456789X".index(numbers.resident_id[17]) + 3) % 10]
    return {
        "id": (numbers.resident_id, 2),
        "wrong_id": (wrong, 2),
        "mobile": (numbers.mobile, 3),
        "card": (numbers.card, 4),
        "passbook": (f"80{digits}", 4),
        "plate": (f"Q{digits[:4]}", 0),
        "mail": (f"sample{digits[:6]}", 0),
        "chat": (f"wx_{digits[:8]}", 0),
        "address": (f"样本村{digits[:4]}号", 0),
    }[kind]
