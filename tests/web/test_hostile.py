"""Hostile records stay text, hostile addresses get a plain answer, and every answer has its security headers."""

import asyncio
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from lxml import html

from archive.labels import when
from archive.web.views import cells
from tests.web.sample_archive import HOSTILE_BODY, HOSTILE_PUBLISHER, HOSTILE_TITLE

# --- hostile records ---


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/disclosures/records?portal=checked",
        "/disclosures/search?_search=预警",
        "/disclosures/events",
        "RECORD",
        "/-/browse/checked",
        "/-/browse/checked/3",
        "/-/day/2018-07-01",
        "/-/changes?from=2026-11-01&to=2026-11-30&kind=added",
        f"/-/publisher?portal=checked&name={quote(HOSTILE_PUBLISHER)}",
    ],
)
def test_a_hostile_record_stays_text(get, database, path):
    (record_id,) = database.execute("SELECT id FROM records WHERE title = ?", (HOSTILE_TITLE,)).fetchone()
    page = get(path.replace("RECORD", f"/-/record/{record_id}")).text
    tree = html.fromstring(page)
    assert (
        tree.xpath("//main//script | //main//iframe | //main//img | //main//i | //main//*[@onmouseover or @onerror]")
        == []
    )
    assert (
        tree.xpath("//*[starts-with(translate(normalize-space(@href), 'JAVSCRIPT', 'javscript'), 'javascript')]") == []
    )
    assert HOSTILE_TITLE in tree.text_content() or path in {"/disclosures/events", "/-/browse/checked"}
    if path == "RECORD":
        assert HOSTILE_PUBLISHER in tree.text_content()
        assert HOSTILE_BODY in tree.text_content()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " http://a.example/", "data:text/html,x", "//a.example/", "http://", "ftp://a/",
     "http://a.example/\njavascript:", 'http://a.example/"onclick="', "row:样例"],
)  # fmt: skip
def test_only_web_addresses_become_links(address):
    assert "<a" not in cells.web_link(address)


def test_web_addresses_become_links():
    assert 'href="https://a.example/x?y=1&amp;z=2"' in cells.web_link("https://a.example/x?y=1&z=2")


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-11-20T15:59:59Z", "2026-11-20 23:59"),
        ("2026-11-20T16:00:00Z", "2026-11-21 00:00"),
        ("2026-12-31T16:00:00Z", "2027-01-01 00:00"),
        ("2028-02-28T16:00:00Z", "2028-02-29 00:00"),
        ("2026-11-20T16:00:00+08:00", "2026-11-20 16:00"),
        ("2026-11-20T10:00:00-07:00", "2026-11-21 01:00"),
        ("2026-11-20T16:00:00", "2026-11-21 00:00"),  # without a zone it is UTC
        ("2026-11-20", "2026-11-20 08:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01 08:00"),
        # What is no moment, or none that a calendar has, is shown as it is.
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z"),
        ("<b>x</b>", "<b>x</b>"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_beijing_time_of_anything(time, shown):
    assert when.beijing(time) == shown


@pytest.mark.parametrize(
    ("time", "shown"),
    [("2026-11-20T23:59:59+08:00", "2026-11-20 15:59:59"), ("2026-11-20T16:00:00Z", "2026-11-20 16:00:00"), ("x", "x")],
)
def test_universal_time_of_anything(time, shown):
    assert when.utc(time) == shown


# --- hostile addresses ---

WORDS = ("()*\"", '"', "'", "\\", "\x00", "-", "--", "-预算", "AND", "NEAR(", "*", "^a", "a:b", "{}", "[]", "%", "<script>",
         "“”", "\u202e", "\U0001f3db", "预" * 5000, "\r\n", "NOT NOT", ";drop table records")  # fmt: skip
RAW = ("?_search=%ED%A0%80", "?_search=%FF%FE", "?_search=%", "?_search=%zz", "?_search", "?_search=&_search=a", "?&&&", "?=",
       "?_next=x", "?_next=-1", "?_next=1,2,3", "?_next=99999999999999999999999", "?_search=预算&_next=x", "?_size=x", "?_size=-1",
       "?_timelimit=x", "?_ttl=²", "?_facet=nope", "?_facet=%00", "?_facet_size=²", "?_facet_array=title", "?_facet_array=flags",
       "?_through=x", "?_through={}", "?_through=[]", "?_sort=nope", "?_sort=id&_sort_desc=id", "?_sort_by_desc=1", "?_col=nope",
       "?_col=title", "?_nocol=id", "?id__in=[1", "?id=99999999999999999999999", "?id__gt=99999999999999999999999", "?nope=1", "?__=1",
       "?_where=x", "?_where=1=", "?_fts_table=nope&_search=x", "?_search_nope=x", "?_searchmode=raw&_search=%22", "?_labels=x",
       "?_shape=nope", "?_filter_column=nope&_filter_op=nope&_filter_value=1", "?" + "a=&" * 2000, "/x", "/1,2", "/%00",
       "/99999999999999999999999", "/~00", "/1.nope", ".nope", ".json?_shape=nope", ".json?_next=x", ".csv?_next=x")  # fmt: skip
PATHS = ("/disclosures/records_fts", "/disclosures/readings", "/disclosures/listings/1", "/disclosures/search/1", "/nope", "/nope/records?_search=x",
         "/%ED%A0%80", "/%00", "/%", "//", "/" + "a" * 5000, "/disclosures?sql=", "/disclosures.json?sql=select", "/disclosures?sql=select%201%00",
         "/disclosures?sql=select%20zh_match(1),zh_match(null),zh_match(x'ff')", "/disclosures?sql=pragma%20x", "/disclosures?sql=select%20*%20from%20search",
         "/disclosures?sql=with%20recursive%20c(x)%20as%20(select%201%20union%20all%20select%20x%20from%20c)%20select%20x%20from%20c&_timelimit=20",
         "/-/static-plugins/disclosures/../plugin.py", "/-/static-plugins/disclosures/%2e%2e/plugin.py", "/-/permissions", "/-/nope",
         "/-/counties/", "/-/counties/00", "/-/counties/6", "/-/counties/%EF%BC%96%EF%BC%94", "/-/counties/640324", "/-/counties?x=%FF")  # fmt: skip


# Datasette leaves facets it has not got to, when an earlier one fails.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("table", ["records", "search"])
def test_no_address_breaks_the_site(site, table):
    addresses = [f"/disclosures/{table}{end}" for end in RAW]
    addresses += [f"/disclosures/{table}{ending}?_search={quote(word)}" for word in WORDS for ending in ("", ".json")]
    addresses += PATHS if table == "records" else []

    async def ask_all() -> dict[str, int]:
        return {address: (await site.client.get(address, follow_redirects=True)).status_code for address in addresses}

    statuses = asyncio.run(ask_all())
    assert {address: status for address, status in statuses.items() if status not in {200, 400, 403, 404}} == {}
    assert {status for address, status in statuses.items() if "_search=" in address and "&" not in address and "_nope" not in address
            and "/nope" not in address} == {200}  # fmt: skip


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "DATA"])
def test_no_method_breaks_the_site(site, method):
    assert asyncio.run(site.client.request(method, "/disclosures/records?_search=x")).status_code < 500


def ask_raw(site: Datasette, path: bytes, query: bytes, sent: list | None = None) -> tuple[int, bytes]:
    """Ask as a client does that encodes nothing. `sent`: takes the messages that answer."""
    sent = [] if sent is None else sent

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path.decode("utf-8", "replace"),
             "raw_path": path, "query_string": query, "headers": [(b"host", b"localhost")], "asgi": {"version": "3.0"}}  # fmt: skip
    asyncio.run(site.app()(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_bytes_as_some_clients_send_them(site):
    status, body = ask_raw(site, b"/disclosures/search.json", "_search=棚户区改造&_shape=array".encode())
    assert (status, body.count(b'"id"')) == (200, 1)
    assert ask_raw(site, "/disclosures/预算".encode(), b"")[0] in {302, 404}
    assert ask_raw(site, b"/disclosures/\xff\x00", b"\xff\x00=\xfe")[0] < 500


@pytest.mark.parametrize(
    "path",
    [
        *(b"//evil.example/", b"///evil.example/", b"/\\evil.example/", b"//evil.example/records?_search=x"),
        *(
            b"http://evil.example/",
            b"http://evil.example//evil.example/",
            b"https:evil.example/",
            b"javascript:alert(1)/",
        ),
    ],
)
def test_no_way_to_another_site(site, path):
    sent = []
    status, _ = ask_raw(site, path, b"", sent)
    location = dict(sent[0]["headers"]).get(b"location", b"/")
    assert status in {200, 302, 404}
    assert location.startswith(b"/")
    assert not location.startswith((b"//", b"/\\"))


def test_an_address_that_names_a_site_is_that_of_the_page(site):
    assert ask_raw(site, b"http://localhost/-/about", b"") == ask_raw(site, b"/-/about", b"")


def test_two_hundred_thousand_characters(site):
    for query in ("_search=" + "预" * 200_000, "_search=" + "a " * 100_000, "_search_title=" + '"' * 200_000):
        status, body = ask_raw(site, b"/disclosures/search", query.encode())
        assert status == 200
        assert len(body) < 100_000


def test_a_fault_of_ours_stays_a_fault(site, monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(cells, "mark", broken)
    assert asyncio.run(site.client.get("/disclosures/records")).status_code == 500


# --- headers ---


def test_own_pages_need_no_script_and_no_inline_style(get):
    for path in (
        "/",
        "/disclosures",
        "/disclosures/records",
        "/disclosures/search?_search=预算",
        "/-/record/1",
        "/disclosures?sql=select+1",
        "/-/counties",
        "/-/counties/64",
        "/nope",
        "/-/browse",
        "/-/browse?kind=budget",
        "/-/browse/yangli",
        "/-/browse/yangli/1",
        "/-/publisher?portal=yangli&name=样例县财政局",
        "/-/day/2018-07-01",
        "/-/changes?from=2026-11-01&to=2026-11-30",
    ):
        tree = html.fromstring(get(path).text)
        assert tree.xpath("//script | //style | //*[@style]") == [], path
