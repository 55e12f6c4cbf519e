"""Faults that befall a portal in the course of a year, each with the states that it may be told as: faults of the server or of our machine, and
changes for good.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.faulty_portal import GONE, LISTED, Look, Portal, Reply, Spoil, page
from tests import changing_portal
from tests.county_pages import message_page

DOWN, BLOCKED, LAYOUT, FAILING, WELL = "down", "blocked", "changed_layout", "failing", "well"

LEAST_NEWER = 3
"""So many listed documents are newer than the older copy of a portal, at the least."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that befalls a portal for so many crawls. `states`: what it may be told as after each of them; then it is well.

    `befall` returns whether it could happen today; `mended`: the command with which the operator mends it after the first crawl;
    `mode`: of its crawls; `plain`: it befalls no portal of the TRS county template, whose pages print more.
    `ahead`: so far the clock of our machine stands ahead; `rest`: for so many days nobody crawls, so that the portal is stale.
    """

    name: str
    states: tuple[frozenset[str], ...]
    befall: Callable[[Portal, datetime], bool]
    relieve: Callable[[Portal], None] = lambda _: None
    mended: Callable[[Portal], list[str]] | None = None
    mode: str | None = None
    plain: bool = False
    ahead: timedelta = timedelta(0)
    rest: int = 0


def _is_record(portal: Portal, path: str) -> bool:
    return path in portal.numbers


def _spoilt(
    name: str, states: tuple[str, ...], make: Callable[[Portal], Spoil], crawls: int = 1, mode: str | None = None
) -> Fault:
    """A fault of answers, gone again after so many crawls."""

    def befall(portal: Portal, _: datetime) -> bool:
        portal.spoil = make(portal)
        return True

    def relieve(portal: Portal) -> None:
        portal.spoil = None

    return Fault(name, (frozenset(states),) * crawls, befall, relieve, mode=mode)


def _for_all(reply: Reply) -> Callable[[Portal], Spoil]:
    """The same answer for each page; robots.txt is as ever."""
    return lambda _: lambda path, truth: truth if path == "/robots.txt" else reply


def _records_gone(portal: Portal) -> Spoil:
    return lambda path, truth: GONE if _is_record(portal, path) else truth


def _encoded_twice(_: Portal) -> Spoil:
    def spoil(path: str, truth: Reply) -> Reply:
        is_page = truth.content_type.startswith("text/html")
        return page(truth.body.decode("latin-1"), truth.status) if is_page else truth

    return spoil


def _halves(_: Portal) -> Spoil:
    def spoil(path: str, truth: Reply) -> Reply:
        whole = path == "/robots.txt" or truth.status != 200
        return truth if whole else Reply(truth.body, breaks_off=len(truth.body) // 2)

    return spoil


def _short_pages(_: Portal) -> Spoil:
    def spoil(path: str, truth: Reply) -> Reply:
        whole = not truth.content_type.startswith("text/html") or truth.status != 200
        return truth if whole else Reply(truth.body[: len(truth.body) // 2])

    return spoil


def _corrupt_gzip(_: Portal) -> Spoil:
    def spoil(path: str, truth: Reply) -> Reply:
        packed = bytearray(gzip.compress(truth.body))
        packed[12 : len(packed) // 2] = b"\xff" * (len(packed) // 2 - 12)
        return truth if path == "/robots.txt" else Reply(bytes(packed), headers=(("Content-Encoding", "gzip"),))

    return spoil


def _loop(_: Portal) -> Spoil:
    def spoil(path: str, truth: Reply) -> Reply:
        other = path[:-2] if path.endswith("/a") else f"{path}/a"
        return truth if path == "/robots.txt" else Reply(b"", 302, headers=(("Location", other),))

    return spoil


def _login(_: Portal) -> Spoil:
    form = "<form action=/login method=post>用户名<input name=user>密码<input type=password name=password><button>登录</button></form>"

    def spoil(path: str, truth: Reply) -> Reply:
        if path == "/robots.txt":
            return truth
        if path.startswith("/login"):
            return page(f"<html><head><title>用户登录</title></head><body>{form}</body></html>")
        return Reply(b"", 302, headers=(("Location", "/login/"),))

    return spoil


def _older_copy(portal: Portal, _: datetime) -> bool:
    """Serve the portal as it was when some of today's listed documents were not there."""
    for then in reversed(portal.past[:-5]):
        newer = [each for each in portal.documents.values() if each.state == LISTED and each.number not in then]
        if len(newer) >= LEAST_NEWER:
            portal.served = then
            return True
    return False


def _served_anew(portal: Portal) -> None:
    portal.served = None


def _lists_move(portal: Portal, _: datetime) -> bool:
    portal.list_name = "index" if portal.list_name == "list" else "list"
    return True


def _host_moves(portal: Portal, _: datetime) -> bool:
    """Another host from today on, to which the former one sends."""
    portal.host, portal.forwards = "localhost", True
    return True


def _host_is_given_up(portal: Portal, _: datetime) -> bool:
    """Another host from today on; nothing answers at the former one."""
    portal.host = "localhost"
    return True


def _look(look: Look) -> Callable[[Portal, datetime], bool]:
    def befall(portal: Portal, _: datetime) -> bool:
        portal.look = look
        portal.past.clear()  # an older copy of before would have the former look
        return True

    return befall


def _files_line_moves(portal: Portal, when: datetime) -> bool:
    """The line of the file moves into the text; out of it where a redesign has put it there."""
    is_inside = portal.look is changing_portal.redesigned
    return _look(changing_portal.file_behind if is_inside else changing_portal.file_inside)(portal, when)


def _stand_again(portal: Portal, when: datetime) -> bool:
    """Three documents that were gone are listed again."""
    open_ = {each.number for each in portal.happened if not each.found}
    gone = [each for each in portal.documents.values() if each.state != LISTED and each.number not in open_]
    if len(gone) < 3:
        return False
    for document in portal.random.sample(gone, 3):
        portal.return_(document, when)
    return True


def _soon(portal: Portal) -> Spoil:
    return lambda path, truth: page(_SOON) if _is_record(portal, path) else truth


def _portals_move(portal: Portal) -> list[str]:
    return ["portals", "move", portal.name, portal.home]


def _nothing(_: Portal, __: datetime) -> bool:
    """Nothing befalls the portal itself."""
    return True


_MAINTENANCE = page(message_page("系统维护中，请稍后访问。"))
_SOON = "<h1>样本通知</h1><p>样本门户今日整理内容，各页暂时都显示这一段文字，明日恢复，不便之处敬请谅解。</p>"

FAULTS = (
    Fault("lists at new addresses", (frozenset({WELL}),), _lists_move),
    Fault("host moved by redirect", (frozenset({LAYOUT, DOWN}),), _host_moves, mended=_portals_move),
    Fault("host given up", (frozenset({DOWN}),), _host_is_given_up, mended=_portals_move),
    _spoilt("every page 404", (LAYOUT,), _for_all(GONE)),
    _spoilt("pages of records gone", (LAYOUT,), _records_gone, mode="full"),
    _spoilt("encoded twice", (LAYOUT,), _encoded_twice),
    Fault("redesign", (frozenset({LAYOUT, WELL}),), _look(changing_portal.redesigned), plain=True),
    Fault("line of the file in the text", (frozenset({WELL}),), _files_line_moves, plain=True),
    Fault("older copy", (frozenset({LAYOUT}),), _older_copy, _served_anew),
    _spoilt("answers break off", (DOWN, LAYOUT, WELL), _halves),
    _spoilt("half pages", (LAYOUT, WELL), _short_pages),
    _spoilt("corrupt gzip", (DOWN, LAYOUT), _corrupt_gzip),
    _spoilt("maintenance", (DOWN, LAYOUT), _for_all(_MAINTENANCE), 2),
    _spoilt("one text for every record", (LAYOUT,), _soon, 2, mode="full"),
    _spoilt("empty answers", (DOWN, LAYOUT), _for_all(page(""))),
    _spoilt("503 for all", (DOWN, BLOCKED), lambda _: lambda _path, _truth: page(message_page("系统繁忙"), 503), 2),
    _spoilt("redirects in a circle", (DOWN,), _loop),
    _spoilt("login", (BLOCKED,), _login),
    Fault("gone documents listed again", (frozenset({WELL}),), _stand_again),
    Fault("clock a year ahead", (frozenset({FAILING}),), _nothing, ahead=timedelta(days=365)),
    Fault("nobody crawls", (), _nothing, rest=9),
)  # fmt: skip
"""One of each kind. What befalls records' pages alone is met by full crawls: an update asks for too few of them to doubt the portal."""
