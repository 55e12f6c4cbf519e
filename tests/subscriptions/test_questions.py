"""Questions subscribed to: new results are told, once each, from the question's page to the message and out again."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from lxml import html

from archive.database.connection import open_for_reading
from archive.notify import answer_report, subscription_run
from archive.notify.subscription_store import open_subscriptions
from archive.questions.answer_request import answer_rows, parse_answer_request
from archive.questions.question_files import questions
from archive.questions.runner import AnswerError, parameter_values, run_question
from tests.subscriptions.office import SITE, Office, links
from tests.web.closed_archive import visitor
from tests.web.other_language import other_language

CHANGED = "question=changed_without_new_date"
TITLE = questions()["changed_without_new_date"].title


def titles(desk: Office) -> list[list[str]]:
    return [re.findall("样本文件之.", mail.get_content()) for mail in desk.box.mails]


def test_new_results_are_told_from_the_questions_page_to_the_message_and_out_again(desk: Office) -> None:
    desk.add(1, body="另一正文")
    page = html.fromstring(desk.visit("/-/questions/changed_without_new_date").text)
    (link,) = page.cssselect("a.subscribe")
    assert link.get("href").startswith(f"/-/subscribe?{CHANGED}")
    desk.confirmed(link.get("href").partition("?")[2])
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"  # what was there is not new
    desk.add(2, body="另一正文")
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"
    (told,) = desk.box.mails
    assert told["Subject"].startswith(f"{TITLE.zh}：1 项新结果")
    text = told.get_content()
    assert f"{SITE}-/record/2" in text
    assert f"{SITE}-/subscribe?{CHANGED}" in text
    assert "变动的内容：正文" in text
    assert "样本文件之1" not in text
    assert desk.press(links(told)["leave"]).status_code == 200
    assert b"reader" not in desk.file.read_bytes()


def test_the_same_request_has_the_same_address_whether_it_names_values_by_default_or_not() -> None:
    question, least = ["many_on_one_day"], questions()["many_on_one_day"].parameters[0]
    named = parse_answer_request({"question": question, least.name: [least.default]})
    more = parse_answer_request({"question": question, least.name: ["99"], "portal": ["sample"]})
    assert named is not None
    assert more is not None
    assert named.address() == "question=many_on_one_day"
    assert more.address() == f"question=many_on_one_day&{least.name}=99&portal=sample"


def test_of_many_new_results_some_are_shown_and_the_rest_is_a_number(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_report, "MOST", 2)
    desk.add(*range(3, 6))
    desk.confirmed(CHANGED)
    desk.add(*range(1, 6), body="另一正文")
    desk.send()
    (told,) = desk.box.mails
    assert told["Subject"].startswith(f"{TITLE.zh}：5 项新结果")
    assert len(set(re.findall("样本文件之.", told.get_content()))) == 2
    assert "另有 3 条未列出" in told.get_content()


def test_a_room_gets_a_few_lines_of_them(desk: Office) -> None:
    desk.subscribe(CHANGED, room="编辑部")
    desk.press(links(json.loads(desk.posts[0].form or "")["text"]["content"])["confirm"])
    desk.add(1, 2, body="另一正文")
    assert desk.send().exit_code == 0
    told = json.loads(desk.posts[1].form or "")["text"]["content"]
    assert told.splitlines()[0].startswith(f"{TITLE.zh}：2 项新结果")
    assert f"{SITE}-/record/1" in told


def test_what_was_not_delivered_is_sent_again_as_it_was_and_before_what_came_since(desk: Office) -> None:
    desk.confirmed(CHANGED)
    desk.add(1, body="另一正文")
    begun = []
    for _ in range(2):
        desk.box.answers = ["451 4.3.0 later"]
        assert desk.send().exit_code == 1
        begun.append(desk.command("list").stdout)
    desk.add(2, body="另一正文")
    desk.send()
    desk.send()
    assert titles(desk) == [["样本文件之1"], ["样本文件之2"]]
    assert len({mail["Message-ID"] for mail in desk.box.mails}) == 2
    assert "failed 2 times" in begun[-1]


def test_a_run_that_was_killed_sends_no_result_twice(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.confirmed(CHANGED)
    desk.add(1, body="另一正文")
    desk.is_killed_while_sending(monkeypatch)
    assert "may not have arrived" in desk.send().stderr
    desk.add(2, body="另一正文")
    desk.send()
    assert titles(desk) == [["样本文件之2"]]


def test_a_question_that_takes_too_long_says_so_and_loses_nothing(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.confirmed(CHANGED)
    desk.add(1, body="另一正文")

    def takes_long(*_: object) -> None:
        raise AnswerError("takes longer than 10 s here")

    with monkeypatch.context() as patch:
        patch.setattr(subscription_run, "answer_rows", takes_long)
        assert "not delivered: takes longer than 10 s here" in desk.send().stderr
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"


def test_a_record_is_the_same_one_in_an_archive_made_anew(desk: Office) -> None:
    desk.add(1, body="另一正文")
    desk.confirmed(CHANGED)
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table, column in (("records", "id"), ("events", "record_id")):
            connection.execute(f"UPDATE {table} SET {column} = {column} + 100")
    desk.send()
    assert desk.box.mails == []


def test_a_question_of_many_subscribers_is_asked_once_a_run(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for mail in ("a@example.org", "b@example.org"):
        desk.confirmed(CHANGED, mail=mail)
    desk.add(1, body="另一正文")
    asked = []

    def counted(*arguments: Any) -> dict[str, Any]:
        asked.append(arguments)
        return answer_rows(*arguments)

    monkeypatch.setattr(subscription_run, "answer_rows", counted)
    assert desk.send().stdout == "subscriptions: 2 messages delivered, 0 not\n"
    assert len(asked) == 1


def test_a_result_that_went_and_comes_back_is_new_again(desk: Office) -> None:
    desk.confirmed(CHANGED)
    with open_subscriptions(desk.file) as subscriptions:
        (number,) = (each.id for each in subscriptions.all())
        due = []
        for rows in (["甲"], ["甲"], [], ["甲"]):
            due.append(subscriptions.due_rows(number, rows))
            subscriptions.reported(number, 1)
    assert due == [["甲"], [], [], ["甲"]]


def test_a_result_that_is_of_no_record_is_called_by_what_it_says(desk: Office) -> None:
    requested = parse_answer_request({"question": ["silent_agencies"]})
    assert requested is not None
    with closing(open_for_reading(desk.db)) as connection:
        connection.row_factory = sqlite3.Row
        report = answer_report.answer_report(
            connection, requested, [{"publisher": "样本局", "agency": "样本局"}], SITE, "zh"
        )
    (hit,) = report.hits
    assert "样本局" in str(hit["title"])
    assert hit["page"] == f"{SITE}-/questions/silent_agencies"


def test_one_portals_results_alone_can_be_subscribed_to(desk: Office) -> None:
    desk.confirmed(f"{CHANGED}&portal=p")
    desk.confirmed(f"{CHANGED}&portal=q")
    desk.add(1, body="另一正文")
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"
    assert "样本县" in str(desk.box.mails[0]["Subject"])


@pytest.mark.parametrize("query", ["question=nothing", "question=removed_records&state=x"])
def test_what_is_no_question_is_refused(desk: Office, query: str) -> None:
    assert desk.visit(f"/-/subscribe?{query}").status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_offers_feed_mail_and_rooms_in_one_language(desk: Office, language: str) -> None:
    desk.add(1, body="另一正文")
    shown = html.fromstring(desk.visit(f"/-/subscribe?{CHANGED}&portal=p&lang={language}").text)
    assert {name for form in shown.forms for name in form.fields} >= {"mail", "room"}
    assert "events" not in {name for form in shown.forms for name in form.fields}
    (address,) = shown.cssselect(".address a")
    feed = visitor(desk.application)(address.get("href").partition("localhost")[2])
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "样本文件之1" in feed.text
    assert visitor(desk.application)(f"/-/subscribe.atom?{CHANGED}&portal=p").status_code == 200
    said = {"zh": "变动的内容：正文", "en": "what changed: body"}[language]
    assert said in " ".join(each.text_content() for each in shown.cssselect(".entries .summary"))
    assert other_language(shown) == []


def test_every_question_says_what_makes_a_row_the_same_later(desk: Office) -> None:
    connection = open_for_reading(desk.db)
    for question in questions().values():
        answer = run_question(connection, question, parameter_values(question, {}))
        assert set(question.known_by) <= set(answer.columns), question.name
    connection.close()
