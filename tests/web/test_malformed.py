"""Whatever an address or a query says, a page answers: five hundred malformed ones, the same each time."""

import asyncio
import random
from collections import Counter
from typing import NamedTuple

import pytest

from archive.web.http.server import make_datasette
from tests.web.sealed import build_sealed

# Datasette leaves facets it has not got to, when an earlier one fails.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

ASKED = 500
SEED = 20261127

FORMATS = (*[""] * 12, ".json", ".csv", ".jsonl", ".xlsx", ".atom", ".jsono", ".blob", ".txt", ".", "..json")
PATHS = (
    "/", "/X", "/-/X", "/-/search", "/-/guide", "/-/counties", "/-/counties/X", "/-/browse", "/-/browse/X", "/-/browse/X/X",
    "/-/api", "/-/cards", "/-/cards/X", "/-/cards/X/X", "/-/download", "/-/download/X", "/robots.txt", "/sitemap.xml", "/-/sitemap/X",
    "/-/publisher", "/-/day", "/-/day/X", "/-/changes", "/-/archived/X", "/-/archived/X/raw", "/-/archived/X/originals.wacz",
    "/-/archived/X/X", "/-/questions", "/-/questions/X", "/-/record/X", "/-/static-plugins/disclosures/X", "/disclosures",
    "/disclosures/X", "/disclosures/records", "/disclosures/search", "/disclosures/records/X", "/disclosures/events",
    "/disclosures/ledger/X", "/disclosures/captures/X", "/disclosures/versions/X", "/disclosures/records/X/X",
)  # fmt: skip
"""Every route; X is anything."""

NAMES = (
    "q", "db", "kind", "portal", "publisher", "from", "to", "state", "files", "sort", "page", "name", "date", "year", "body", "at",
    "_search", "_search_title", "_searchmode", "_sort", "_sort_desc", "_next", "_size", "_facet", "_facet_array", "_facet_date",
    "_facet_size", "_col", "_nocol", "_where", "_through", "_shape", "_json", "_labels", "_nl", "_stream", "_dl", "_header", "_part",
    "_blob_column", "_blob_hash", "_timelimit", "_trace", "_filter_column", "_filter_op", "_filter_value", "_nocount", "_nofacet",
    "_extra", "_ttl", "_show_hidden", "_nosuggest", "_group", "_hide_sql", "sql", "p", "id", "id__gt", "title__contains",
    "publisher__in", "rowid__exact", "published_on__date", "flags__arraycontains", "x__y", "__", "q[]", "page[0]", "%71", "",
)  # fmt: skip

VALUES = (
    b"", b"1", b"2", b"sealed", b"notice", b"records", b"title", b"id", b"2026-11-19", b"select+1", b"select+:p", b"max", b"on", b"array",
    b"removed_records", b"64", b"withdrawn", b"newest", b"yes", b"disclosures", b"select+*+from+search", b"rowid",
    b"%00", b"a%00b", b"%", b"%z", b"%zz%", b"%FF%FE", b"%ED%A0%80", b"%C0%AF", b"\xff\xfe", b"\x00", b"\x1b[31m", b"%0D%0ASet-Cookie:x=1",
    b"0", b"-1", b"1.5", b"1e999", b"NaN", b"9" * 19, b"9" * 400, b"0x10", b"--1", b"%D9%A3", "２０１８".encode(), b"1,1", b"1,,1", b",",
    b"2018-02-30", b"2018-13-01", b"0000-00-00", b"9999-12-31", b"2018-1-1", b"+2018-01-01", b"2018-01-01T00:00", b"10000-01-01",
    b"'", b'"', b"' OR 1=1 --", b";drop table records", b"(", b")", b"[]", b"{}", b'["a"', b'{"a":1}', b'{"table":1}', b"[1,2", b"null", b"true",
    b"a" * 3000, "预".encode() * 1500, b"(" * 500, b"[" * 500, b"%22" * 300, "😀".encode(), "\u202e\u200b".encode(), b"<script>alert(1)</script>",
    b"../../../../etc/passwd", b"%2e%2e%2f%2e%2e", b"..%5c..", b"//evil.example", b"\\", b"~", b"~2F", b"~00", b"~ZZ", b"~FF~FE", b"+", b"%20", b"*",
    b"AND", b"NEAR(a b, 99999999999)", b"a:b", b"-", b"|", "或".encode(), "“".encode(), b"javascript:alert(1)", b"$where", b"{{7*7}}", b"%s%n", b"?", b"#", b":p",
)  # fmt: skip
"""Things that are right somewhere, and things that are right nowhere."""


def addresses(chance: random.Random):
    """Paths and query strings without end, as bytes that no client has tidied."""
    while True:
        path = b""
        for piece in chance.choice(PATHS).split("/")[1:]:
            path += b"/" + (chance.choice(VALUES) if piece == "X" else piece.encode())
        path += chance.choice(FORMATS).encode() + chance.choice([b""] * 20 + [b"/", b"//", b"%2F"])
        pairs = [
            (chance.choice(NAMES).encode(), chance.choice(VALUES)) for _ in range(chance.choice((0, 1, 1, 2, 3, 6)))
        ]
        pairs += pairs[:1] * chance.choice((0, 0, 0, 1, 50))  # the same again, and again
        joined = [name + chance.choice([b"=", b"=", b"=", b"", b"=="]) + value for name, value in pairs]
        yield path or b"/", chance.choice([b"&", b"&", b"&", b";", b"&&"]).join(joined)


class Reply(NamedTuple):
    """An answer; `location`: where a redirect leads."""

    status: int
    type: bytes
    location: bytes
    body: bytes


async def ask(application, path: bytes, query: bytes) -> Reply:
    """Ask as a client does that encodes nothing."""
    sent = []

    messages = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, object]:
        return next(messages, None) or await asyncio.Future()  # the reader stays

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path.decode("utf-8", "replace"),
             "raw_path": path, "query_string": query, "headers": [(b"host", b"localhost")], "asgi": {"version": "3.0"}}  # fmt: skip
    await application(scope, receive, send)
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(sent[0]["status"], headers.get(b"content-type", b""), headers.get(b"location", b""), body)


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[tuple[bytes, bytes], Reply]:
    """Requests with their answers; also behind redirects."""
    site = make_datasette(build_sealed(tmp_path_factory.mktemp("sealed")))
    every = addresses(random.Random(SEED))

    async def ask_all():
        application, found = site.app(), {}
        while len(found) < ASKED:
            asked = next(every)
            found[asked] = answer = await ask(application, *asked)
            if answer.status == 302:
                path, _, query = answer.location.partition(b"?")
                found[path, query] = await ask(application, path, query)
        return found

    return asyncio.run(ask_all())


def test_there_is_always_a_page(answers):
    unexpected = {
        asked: answer.status for asked, answer in answers.items() if answer.status not in {200, 302, 400, 403, 404, 415}
    }
    assert unexpected == {}
    met = Counter(answer.status for answer in answers.values())
    assert min(met[200], met[400], met[404]) > ASKED // 20, met  # neither all well nor all the same fault


@pytest.mark.parametrize("length", [255, 256, 5000])
def test_a_name_that_no_file_can_have_is_not_there(tmp_path, length):
    application = make_datasette(build_sealed(tmp_path)).app()
    for folder in ("/-/static/", "/-/static-plugins/disclosures/", "/-/static-plugins/datasette/"):
        assert asyncio.run(ask(application, folder.encode() + b"9" * length, b"")).status == 404


def test_the_page_says_something(answers):
    for asked, answer in answers.items():
        assert b"Traceback" not in answer.body, asked
        if answer.status == 302:
            assert answer.location[:1] == b"/" != answer.location[1:2], asked
        elif b"html" in answer.type and not asked[0].endswith((b"/raw", b".css", b".webp")):
            assert b"<h1" in answer.body, asked
        else:
            assert answer.body or asked[0].endswith(b".jsonl"), asked
