"""Promises that each answer keeps: its security headers, its status where a request is wrong, the bounds of a reader's SQL."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from datasette.app import Datasette

from archive.web.http.hosts import REFUSED, VARIABLE, KnownHosts
from archive.web.http.server import make_datasette

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/disclosures", "/disclosures/records", "/-/record/1", "/disclosures/records?_search=预算", "/nope", "/nope.json",
     "/disclosures/records.json", "/disclosures/records.csv", "/disclosures/records?_sort=nope", "/disclosures?sql=select+1",
     "/-/static-plugins/disclosures/disclosures.css", "/-/search?q=预算", "/-/search.atom?q=预算", "/robots.txt", "/-/permissions", "/-/logout"],
)  # fmt: skip
def test_every_answer_has_the_whole_policy(get, path):
    headers = get(path).headers
    (policy,) = headers.get_list("content-security-policy")
    assert dict(part.strip().split(" ", 1) for part in policy.split(";")) == POLICY
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]


# --- what a request got wrong ---


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/-/record/999999", 404, "There is nothing at this address."),
        ("/disclosures/nope", 404, "There is nothing at this address."),
        ("/nope/records", 404, "There is nothing at this address."),
        ("/-/browse/nope", 404, "There is nothing at this address."),
        ("/disclosures/records?_sort=nope", 400, "can't be sorted by nope"),
        ("/disclosures/search?_search=预算&_next=x", 400, "can't be understood"),
        ("/disclosures/records?_size=nope", 400, "must be a whole number above 0"),
        ("/disclosures?sql=delete+from+records", 400, "Only SELECT statements"),
        ("/disclosures?sql=select+nope", 400, "nope"),
        ("/disclosures?_timelimit=20&sql=with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n)+select+max(i)+from+n", 400,
         "The query took too long"),
    ],
)  # fmt: skip
def test_what_a_request_got_wrong_is_stated_with_its_status(get, path, status, words):
    path += "&lang=en" if "?" in path else "?lang=en"
    page = get(path)
    assert page.status_code == status
    assert words in page.text.replace("&#39;", "'")
    assert "Traceback" not in page.text
    bare, _, query = path.partition("?")
    answer = get(f"{bare}.json?{query}".rstrip("?"))
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.status_code == status
    assert answer.json()["ok"] is False
    assert words in answer.json()["error"]


READ = (
    "/",
    "/-/search?q=预算",
    "/-/record/1",
    "/-/changes.atom",
    "/robots.txt",
    "/-/static-plugins/disclosures/sheet.css",
)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_no_method_writes(site, method):
    assert asyncio.run(site.client.request(method, "/disclosures/records")).status_code in {400, 403, 405}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_a_page_that_is_read_takes_no_other_method(site, method):
    for path in READ:
        answer = asyncio.run(site.client.request(method, path, headers={"Accept-Language": "en"}))
        assert (answer.status_code, answer.text) == (405, "This address can only be read."), path
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_tell_the_methods_of_an_address(site):
    for path, methods in ((READ[1], "GET, HEAD, OPTIONS"), ("/-/subscribe", "GET, HEAD, POST, OPTIONS")):
        answer = asyncio.run(site.client.request("OPTIONS", path))
        assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", methods)


def test_pages_are_only_read_below_the_address_where_the_site_stands(archive):
    site = Datasette(files=[str(archive)], settings={"base_url": "/open/"})
    assert asyncio.run(site.client.get("/-/search")).url.path == "/open/-/search"
    assert asyncio.run(site.client.post("/-/search")).status_code == 405


# --- a reader's SQL ---

ROWS = "with recursive n(i) as (select 1 union all select i + 1 from n limit {}) select i from n"
LARGEST = 16 * 1024 * 1024


@pytest.mark.parametrize(("rows", "cut"), [(999, False), (1000, False), (1001, True)])
def test_a_thousand_rows_are_an_answer(get, rows, cut):
    answer = get("/disclosures.json", sql=ROWS.format(rows)).json()
    assert (len(answer["rows"]), answer["truncated"]) == (min(rows, 1000), cut)


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 400)])
def test_a_value_that_a_page_reads_has_16_mib_at_most(get, size, status):
    assert (
        get(
            "/disclosures.json",
            sql=f"select length(printf('%.*c', {size - 9}, 'a') || printf('%.*c', 9, 'a')) as bytes",
        ).status_code
        == status
    )


def test_sql_reads_one_archive_and_nothing_else(site, get):
    for sql in ("select * from evidence.payloads", "attach database 'x.db' as x", "pragma database_list", "select load_extension('x')",
                "select readfile('/etc/passwd')", "vacuum into 'x.db'"):  # fmt: skip
        assert get("/disclosures.json", sql=sql).status_code == 400, sql
    assert "evidence" not in site.databases


# --- who may see what ---


def asked_as(site: object, path: str, name: str | None) -> httpx.Response:
    cookies = {"ds_actor": site.sign({"a": {"id": name}}, "actor")} if name else {}
    return asyncio.run(site.client.get(path, cookies=cookies))


@pytest.mark.parametrize(("name", "status"), [(None, 403), ("guest", 403), ("desk", 200), ("desk2", 403)])
def test_only_those_named_see_a_closed_archive(archive, name, status):
    site = make_datasette(archive, {"allow": {"id": ["desk"]}})
    for path in (
        "/",
        "/disclosures/records.json",
        "/-/search?q=预算",
        "/-/browse",
        "/robots.txt",
        "/-/changes.atom",
        "/disclosures/records.csv",
    ):
        assert asked_as(site, path, name).status_code == status, path


@pytest.mark.parametrize("path", ["/-/static-plugins/disclosures/disclosures.css", "/-/static/app.css", "/-/logout"])
def test_what_a_closed_archive_shows_to_all(archive, path):
    site = make_datasette(archive, {"allow": {"id": ["desk"]}})
    assert asked_as(site, path, None).status_code in {200, 302}


# --- the names of the site ---


@pytest.mark.parametrize(
    ("hosts", "is_answered"),
    [
        (["archive.example.org"], True),
        (["ARCHIVE.example.org.:443"], True),
        (["other.example.org"], True),  # an operator's setting names it
        (["localhost:8001"], True),
        (["127.0.0.1"], True),
        (["[::1]:80"], True),
        (["192.0.2.7:80"], True),  # the address that the request came to
        (["192.0.2.8"], False),
        (["[::2]"], False),
        (["evil.example"], False),
        (["archive.example.org.evil.example"], False),
        (["archive.example.org, evil.example"], False),
        (["archive.example.org", "evil.example"], False),
        (["a b"], False),
        ([""], False),
        ([], False),
    ],
)
def test_requests_that_name_another_site_are_refused(
    monkeypatch: pytest.MonkeyPatch, hosts: list[str], is_answered: bool
) -> None:
    monkeypatch.setenv(VARIABLE, "other.example.org, third.example.org")
    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "http", "headers": headers, "server": ("192.0.2.7", 80), "query_string": b"lang=en"}
    answered: list[bool] = []
    sent: list[MutableMapping[str, Any]] = []

    async def application(*_: object) -> None:
        answered.append(True)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(KnownHosts(application, ["archive.example.org"])(scope, None, send))  # type: ignore[arg-type]
    assert bool(answered) == is_answered
    if not is_answered:
        start, body = sent
        assert (start["status"], dict(start["headers"])[b"cache-control"]) == (421, b"no-store")
        assert body["body"].decode() == f"{REFUSED.en}\n"
