"""Topics of subscriptions, events or the answer to a question, as an address states them."""

import sqlite3
from urllib.parse import parse_qs

from archive.labels.language import Language
from archive.questions import answer_request
from archive.questions.answer_request import AnswerRequest, parse_answer_request
from archive.search import event_request
from archive.search.event_request import EventRequest, parse_event_request

Topic = EventRequest | AnswerRequest


def parse_topic(query: str) -> Topic:
    """Return what a query string requests. Raises ValueError where it can't be understood."""
    arguments = parse_qs(query)
    return parse_answer_request(arguments) or parse_event_request(arguments)


def title(connection: sqlite3.Connection, topic: Topic, language: Language) -> str:
    """Return what is subscribed to in a reader's words. Raises NoSuchSubjectError."""
    if isinstance(topic, AnswerRequest):
        return answer_request.title(connection, topic, language)
    return event_request.title(connection, topic, language)
