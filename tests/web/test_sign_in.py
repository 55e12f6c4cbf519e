"""Logging in: sessions end, cookies stay between browser and site, whoever guesses has to wait."""

import itertools
import time
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette
from datasette_auth_passwords import utils
from datasette_auth_passwords.utils import hash_password
from lxml import html

from archive.labels.label import LABELS
from archive.labels.language import LANGUAGES
from archive.web.http import attempts, sign_in
from archive.web.http.attempts import BY_ADDRESS, BY_NAME, Attempts, Rule
from archive.web.http.server import make_datasette
from tests.web.closed_archive import PASSWORD, USER, Visit, basic, log_in, visitor

HASH = hash_password(PASSWORD, iterations=10)


def closed(archive: Path, **ours: object) -> Datasette:
    stated = {f"{USER}_password_hash": HASH, **ours.pop("passwords", {})}
    return make_datasette(
        archive, {"allow": {"id": [USER]}, "plugins": {"datasette-auth-passwords": stated, "disclosures": ours}}
    )


@pytest.fixture
def site(archive: Path) -> Datasette:
    return closed(archive)


@pytest.fixture
def ask(site: Datasette) -> Visit:
    return visitor(site.app())


def session_of(answer: httpx.Response) -> SimpleCookie:
    return SimpleCookie(next(value for value in answer.headers.get_list("set-cookie") if value.startswith("ds_actor=")))


def opened_with(site: Datasette, cookie: str) -> int:
    return visitor(site.app())("/", headers={"Cookie": f"ds_actor={cookie}"}).status_code


def test_a_session_ends_after_the_hours_that_the_operator_states(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ours, hours in (({}, sign_in.SESSION_HOURS), ({"session_hours": 2}, 2)):
        site = closed(archive, **ours)
        cookie = session_of(log_in(visitor(site.app()), PASSWORD))["ds_actor"]
        assert int(cookie["max-age"]) == hours * 3600
        assert opened_with(site, cookie.value) == 200
        now = time.time()
        with monkeypatch.context() as later:
            later.setattr(time, "time", lambda now=now, hours=hours: now + hours * 3600 + 60)
            assert opened_with(site, cookie.value) == 403


def test_the_page_to_log_out_is_in_the_readers_language(site: Datasette) -> None:
    cookie = session_of(log_in(visitor(site.app()), PASSWORD))["ds_actor"].value
    for language in LANGUAGES.values():
        answer = visitor(site.app())(f"/-/logout?lang={language}", headers={"Cookie": f"ds_actor={cookie}"})
        page = html.fromstring(answer.text)
        assert page.cssselect("h1")[0].text == LABELS["word.log_out"].name(language)
        assert USER in page.cssselect("main p")[0].text_content()
        assert page.cssselect("form[action='/-/logout'] input[name=csrftoken]")


@pytest.mark.parametrize(
    ("headers", "secure"),
    [({}, False), ({"Host": "127.0.0.1:8001"}, False), ({"Host": "[::1]:8001"}, False), ({"Host": "archive.example.org"}, True),
     ({"Host": "192.0.2.7"}, True), ({"Host": "localhost.example.org"}, True)],
)  # fmt: skip
def test_cookies_are_kept_from_scripts_other_sites_and_open_networks(
    site: Datasette, headers: dict, secure: bool
) -> None:
    ask = visitor(site.app(), headers=headers)
    for answer in (ask("/-/login"), log_in(visitor(site.app()), PASSWORD) if not secure else ask("/-/login")):
        assert answer.headers.get_list("set-cookie")
        for header in answer.headers.get_list("set-cookie"):
            (cookie,) = SimpleCookie(header).values()
            assert (cookie["httponly"], cookie["samesite"].lower(), bool(cookie["secure"])) == (True, "lax", secure)


def test_over_tls_a_cookie_is_secure_on_loopback_too(site: Datasette) -> None:
    answer = visitor(site.app())("https://localhost/-/login")
    assert all("Secure" in header for header in answer.headers.get_list("set-cookie"))


def test_a_new_password_ends_old_sessions(archive: Path) -> None:
    site = closed(archive)
    cookie = session_of(log_in(visitor(site.app()), PASSWORD))["ds_actor"].value
    again = closed(archive)
    changed = closed(
        archive, passwords={f"{USER}_password_hash": hash_password("another sample password", iterations=10)}
    )
    for each in (again, changed):
        each._secret = site._secret
    assert opened_with(again, cookie) == 200
    assert opened_with(changed, cookie) == 403


def test_a_name_that_is_taken_away_has_no_session_any_more(archive: Path) -> None:
    """Nor where everybody may who has a name."""
    name = {"guest_password_hash": HASH}
    before, after = (
        make_datasette(archive, {"allow": {"id": "*"}, "plugins": {"datasette-auth-passwords": accounts}})
        for accounts in ({f"{USER}_password_hash": HASH, **name}, {f"{USER}_password_hash": HASH})
    )
    after._secret = before._secret
    cookie = session_of(log_in(visitor(before.app()), PASSWORD, "guest"))["ds_actor"].value
    assert opened_with(before, cookie) == 200
    assert opened_with(after, cookie) == 403


def test_a_session_of_before_sessions_ended_is_none(site: Datasette) -> None:
    assert opened_with(site, site.sign({"a": {"id": USER}}, "actor")) == 403


def test_whoever_logs_out_has_no_session_any_more_even_with_a_copy_of_the_cookie(site: Datasette) -> None:
    """Nor when others log out later."""
    application, cookies = site.app(), []
    for _ in range(2):
        ask = visitor(application)
        cookies.append(session_of(log_in(ask, PASSWORD))["ds_actor"].value)
        form = ask("/-/logout").text
        token = form.split('name="csrftoken" value="')[1].split('"')[0]
        assert ask("/-/logout", "POST", data={"csrftoken": token}).status_code == 302
    for cookie in cookies:
        assert visitor(application)("/", headers={"Cookie": f"ds_actor={cookie}"}).status_code == 403
        hidden = [("Cookie", "\x01=x"), ("Cookie", f"ds_actor={cookie}")]
        assert visitor(application)("/", headers=hidden).status_code == 403


def test_a_form_of_another_site_s_logs_nobody_out(site: Datasette) -> None:
    ask = visitor(site.app())
    log_in(ask, PASSWORD)
    assert ask("/-/logout", "POST", data={"csrftoken": "another"}).status_code == 403
    assert ask("/").status_code == 200


def test_a_form_of_another_site_s_logs_nobody_in(ask: Visit) -> None:
    """It comes without the cookie of ours, and leads to our form."""
    answer = ask("/-/login", "POST", data={"username": USER, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/-/login")
    assert "ds_actor" not in answer.headers.get("set-cookie", "")
    assert ask("/").status_code == 403


def test_a_form_with_files_is_refused_in_a_line(ask: Visit) -> None:
    log_in(ask, PASSWORD)
    answer = ask("/-/login", "POST", files={"username": (None, USER)})
    assert (answer.status_code, answer.text) == (415, str(LABELS["error.form"]))


def test_nobody_comes_in_by_another_s_password(archive: Path) -> None:
    """Not even where everybody may who has a name."""
    plugins = {"datasette-auth-passwords": {f"{USER}_password_hash": HASH}, "disclosures": {"basic_auth": True}}
    site = make_datasette(archive, {"allow": {"id": "*"}, "plugins": plugins})
    assert visitor(site.app())("/", headers=basic(USER, PASSWORD)).status_code == 200
    assert visitor(site.app())("/", headers=basic("stranger", PASSWORD)).status_code == 403


# --- attempts ---


def test_who_guesses_has_to_wait_whatever_the_name_and_the_way(archive: Path) -> None:
    application = closed(archive, basic_auth=True).app()
    ask = visitor(application)
    for number in range(BY_ADDRESS.free + 1):
        answer = log_in(ask, f"guess {number}") if number % 2 else ask("/", headers=basic(f"name{number}", "guess"))
        assert answer.status_code in {200, 403}
    for answer in (log_in(ask, PASSWORD), ask("/", headers=basic(USER, PASSWORD))):
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert "登录失败次数过多" in answer.text
        assert "秒后再试" in answer.text
    assert ask("/-/login").status_code == 200


@pytest.mark.parametrize("settings", [{}, {"basic_auth": True}, {"passwords": {"http_basic_auth": True}}])
@pytest.mark.parametrize("first", ["Bearer x", "", basic(USER, PASSWORD)["Authorization"], "Basic ="])
def test_no_password_is_tried_beside_another(
    archive: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], first: str
) -> None:
    """The plugin checks the last that is sent, at every address."""
    tried: list[str] = []
    ask = visitor(closed(archive, **settings).app())
    check = utils.hash_password

    def noted(password: str, *more: object) -> str:
        tried.append(password)
        return str(check(password, *more))

    monkeypatch.setattr(utils, "hash_password", noted)
    answer = ask("/", headers=[("Authorization", first), ("Authorization", basic(USER, "a guess")["Authorization"])])
    assert (answer.status_code in {401, 403}, tried) == (True, [])


@pytest.mark.parametrize(
    ("address", "waits"),
    [("2001:db8::{}", True), ("2001:db8:0:{}::1", False), ("::ffff:192.0.2.{}", False), ("192.0.2.{}", False)],
)
def test_who_has_many_addresses_of_one_network_is_one_reader(archive: Path, address: str, *, waits: bool) -> None:
    application = closed(archive, basic_auth=True).app()
    answers = [
        visitor(application, address.format(number))("/", headers=basic(f"name{number}", "guess"))
        for number in range(BY_ADDRESS.free + 2)
    ]
    assert [answer.status_code for answer in answers[:-1]] == [403] * (BY_ADDRESS.free + 1)
    assert (answers[-1].status_code == 429) == waits


def test_an_unknown_name_costs_as_much_as_a_known_one(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    right = utils.verify_password

    def verify(password: str, stored: str) -> bool:
        checked.append(stored)
        return bool(right(password, stored))

    monkeypatch.setattr(utils, "verify_password", verify)
    log_in(visitor(site.app()), "wrong")
    ask = visitor(site.app())
    page = log_in(ask, "wrong", name="nobody")
    assert checked == [HASH, HASH]
    assert "用户名或密码不对" in page.text
    assert log_in(ask, PASSWORD, name="nobody").status_code == 200  # the right password of another name


def test_the_wait_doubles_up_to_a_longest_and_is_forgotten() -> None:
    now = [1000.0]
    known = Attempts(clock=lambda: now[0])
    waits = []
    for _ in range(BY_ADDRESS.free + 12):
        known.begin("192.0.2.1", "desk")
        waits.append(known.wait("192.0.2.1", "desk"))
    assert waits[: BY_ADDRESS.free] == [0.0] * BY_ADDRESS.free
    assert waits[BY_ADDRESS.free : BY_ADDRESS.free + 4] == [2.0, 4.0, 8.0, 16.0]
    assert max(waits) == BY_ADDRESS.longest
    now[0] += attempts.FORGOTTEN + 1
    assert known.wait("192.0.2.1", "desk") == 0.0
    known.begin("192.0.2.1", "desk")
    assert known.wait("192.0.2.1", "desk") == 0.0


def test_an_attacked_name_waits_a_little_and_its_owner_not_at_all() -> None:
    known = Attempts(clock=lambda: 1000.0)
    known.begin("198.51.100.1", "desk")
    known.succeed("198.51.100.1", "desk")
    for number in range(1000):
        known.begin(f"192.0.2.{number}", "desk")
    assert known.wait("203.0.113.1", "desk") == BY_NAME.longest
    assert known.wait("198.51.100.1", "desk") == 0.0
    assert known.wait("203.0.113.1", "other") == 0.0


def test_an_attack_is_not_forgotten_where_its_name_logs_in_meanwhile() -> None:
    known = Attempts(clock=lambda: 1000.0)
    for number in range(1000):
        known.begin(f"192.0.2.{number}", "desk")
    known.begin("198.51.100.1", "desk")
    known.succeed("198.51.100.1", "desk")
    assert known.wait("203.0.113.1", "desk") == BY_NAME.longest


def test_who_logs_in_again_and_again_makes_no_name_wait() -> None:
    known = Attempts(clock=lambda: 1000.0)
    for number in range(2 * BY_NAME.free):
        known.begin(f"192.0.2.{number}", "desk")
        known.succeed(f"192.0.2.{number}", "desk")
    assert known.wait("203.0.113.1", "desk") == 0.0


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST", 10)
    known = Attempts(clock=itertools.count().__next__)
    for number in range(100):
        known.begin(f"a{number}", f"n{number}")
        known.succeed(f"a{number}", f"n{number}")
        known.begin(f"a{number}", f"n{number}")
    assert len(known._failures) <= 10
    assert len(known._known) <= 10
    assert Rule(free=1, longest=8).wait(1000) == 8


def test_a_form_that_is_too_long_is_not_read(ask: Visit) -> None:
    ask("/-/login")
    assert ask("/-/login", "POST", data={"username": "x" * sign_in.LONGEST_FORM}).status_code == 413


# --- pages about the server ---

INSIDE = ("metadata", "versions", "plugins", "settings", "config", "threads", "databases", "actor", "permissions", "messages", "allow-debug",
          "patterns", "password-tool", "logs", "debug")  # fmt: skip


def test_pages_about_the_server_are_closed_to_readers_and_open_to_operators(archive: Path) -> None:
    open_to_all = make_datasette(archive, {"plugins": {"disclosures": {"operators": {"id": "op"}}}})
    cookie = open_to_all.sign({"a": {"id": "op"}}, "actor")
    other = open_to_all.sign({"a": {"id": "reader"}}, "actor")
    ask = visitor(open_to_all.app())
    for name in INSIDE:
        for path in (f"/-/{name}", f"/-/{name}.json"):
            assert ask(path).status_code == 404, path
            assert ask(path, headers={"Cookie": f"ds_actor={other}"}).status_code == 404, path
    assert ask("/-/versions.json", headers={"Cookie": f"ds_actor={cookie}"}).json()["datasette"]
    assert ask("/-/databases.json", headers={"Cookie": f"ds_actor={cookie}"}).status_code == 200


def test_a_site_without_accounts_says_that_none_is_needed_and_asks_for_no_password(archive: Path) -> None:
    page = html.fromstring(visitor(make_datasette(archive, {}).app())("/-/login?lang=en").text)
    assert "This site has no accounts" in page.cssselect("main p.note")[0].text_content()
    assert page.cssselect("main form, [role=alert]") == []


def test_who_comes_to_log_in_is_not_told_of_a_wrong_password_before_an_attempt(ask: Visit) -> None:
    page = html.fromstring(ask("/-/login").text)
    assert page.cssselect("main form [name=password]")
    assert page.cssselect("[role=alert]") == []
