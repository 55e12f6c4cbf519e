"""Chat rooms whose services answer 200 to what they refuse, over real HTTP on loopback: what is taken for delivered, and what is said."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

from archive.notify import messages
from archive.notify.chat import post_to_room
from archive.notify.messages import DeliveryError
from tests.conftest import Answer, Site, SiteRequest

TEXT = "样本：2 条变动"
TOKEN = "0123456789abcdef0123"
ROOMS = {"wecombot": f"wecombot://{TOKEN}", "dingtalk": f"dingtalk://{TOKEN}", "feishu": f"feishu://{TOKEN}"}
TAKEN = {"wecombot": '{"errcode":0,"errmsg":"ok"}', "dingtalk": '{"errcode":0,"errmsg":"ok"}', "feishu": '{"code":0,"msg":"success"}'}  # fmt: skip
REFUSED = {
    "wecombot": '{"errcode":93000,"errmsg":"invalid webhook url"}',
    "dingtalk": '{"errcode":310000,"errmsg":"sign not match"}',
    "feishu": '{"code":19001,"msg":"param invalid: incoming webhook access token invalid","data":{}}',
}
BUSY = {"wecombot": '{"errcode":45009,"errmsg":"api freq out of limit"}', "dingtalk": '{"errcode":130101}', "feishu": '{"code":11232}'}  # fmt: skip


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[SiteRequest]]]:
    """Have a service answer posts with these bodies, in turn; what is posted is kept."""
    monkeypatch.setattr(messages, "PAUSES", (0.0,))
    with Site({}) as site:
        for plugin in (NotifyWeComBot, NotifyDingTalk, NotifyFeishu):
            monkeypatch.setattr(plugin, "notify_url", f"{site.url}send?token={{token}}{{key}}")
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{site.url}send?key={{key}}")
        monkeypatch.setattr(NotifyDingTalk, "notify_url", f"{site.url}send?access_token={{token}}")
        monkeypatch.setattr(NotifyFeishu, "notify_url", f"{site.url}send/{{token}}/")

        def answering(*bodies: str) -> list[SiteRequest]:
            kept, left = [], list(bodies)

            def answer(request: SiteRequest) -> Answer:
                kept.append(request)
                return Answer(left.pop(0), "application/json")

            site.answers |= {"/send": answer, f"/send/{TOKEN}/": answer}
            return kept

        yield answering


@pytest.mark.parametrize("service", ROOMS)
def test_a_refusal_within_a_200_is_no_delivery(service: str, posts: Callable[..., list[SiteRequest]]) -> None:
    kept = posts(REFUSED[service])
    with pytest.raises(DeliveryError, match=rf"^the room at {service} refused it \(\d+ (invalid|sign|param)") as error:
        post_to_room(ROOMS[service], TEXT)
    assert TOKEN not in str(error.value)
    assert not error.value.again
    assert len(kept) == 1


@pytest.mark.parametrize("service", ROOMS)
def test_what_a_service_takes_is_delivered_as_it_wants_it(
    service: str, posts: Callable[..., list[SiteRequest]]
) -> None:
    kept = posts(TAKEN[service])
    post_to_room(ROOMS[service], TEXT)
    (posted,) = (json.loads(each.form or "") for each in kept)
    kind, text = ("msg_type", posted.get("content")) if service == "feishu" else ("msgtype", posted.get("text"))
    assert posted[kind] == "text"
    assert TEXT in text.values()


@pytest.mark.parametrize("service", ROOMS)
def test_a_busy_service_is_asked_again(service: str, posts: Callable[..., list[SiteRequest]]) -> None:
    kept = posts(BUSY[service], TAKEN[service])
    post_to_room(ROOMS[service], TEXT)
    assert len(kept) == 2


def test_a_room_that_wants_signatures_gets_one(posts: Callable[..., list[SiteRequest]]) -> None:
    kept = posts(TAKEN["dingtalk"])
    secret = "SEC" + "a" * 40
    post_to_room(f"dingtalk://{secret}@{TOKEN}", TEXT)
    (query,) = (each.query for each in kept)
    assert query["access_token"] == [TOKEN] or query["access_token"] == TOKEN
    assert set(query) == {"access_token", "timestamp", "sign"}
    assert "%" not in str(query["sign"])  # encoded once


@pytest.mark.parametrize("body", ["", "ok", "[]", '"ok"', "{"])
def test_an_answer_that_states_nothing_is_taken_by_its_status(
    body: str, posts: Callable[..., list[SiteRequest]]
) -> None:
    kept = posts(body)
    post_to_room(ROOMS["wecombot"], TEXT)
    assert len(kept) == 1


CALLS = '<!channel> <!here|x> <at user_id="all">所有人</at> <@U012> @everyone @all 样本@here [样本](http://sample.example/) <http://sample.example/|样本>'


@pytest.mark.parametrize("service", [*ROOMS, "slack"])
def test_words_of_a_portal_call_nobody_and_hide_no_address(
    service: str, posts: Callable[..., list[SiteRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[str] = []

    def take(_: NotifySlack, body: str) -> bool:
        bodies.append(body)
        return True

    monkeypatch.setattr(NotifySlack, "notify", take)
    kept = posts(TAKEN.get(service, ""))
    post_to_room(
        ROOMS.get(service, f"slack://{'A' * 9}/{'B' * 9}/{'c' * 24}"), f"{CALLS} http://archive.example/-/record/1?a=@b"
    )
    bodies += [json.dumps(json.loads(each.form or ""), ensure_ascii=False) for each in kept]
    (body,) = bodies
    assert not re.search(r"[<>]|(?<!=)@|\]\(", body)
    assert body.count("http://sample.example/") == 2
    assert "http://archive.example/-/record/1?a=@b" in body
