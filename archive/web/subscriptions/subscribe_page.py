"""The page /-/subscribe: ways to be told of what is observed of a search, an agency, a catalogue or a record,
and of new answers; and its feed.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from datasette.utils.asgi import BadRequest, Response

from archive.labels.code_labels import EVENTS
from archive.labels.language import READER
from archive.questions import answer_request
from archive.questions.answer_request import AnswerRequest
from archive.questions.runner import AnswerError, run_question
from archive.search.event_request import ORDER, EventRequest
from archive.web.formats import feeds
from archive.web.formats.answer_files import answer_entries, answer_file
from archive.web.http.request_context import RequestContext
from archive.web.listings.observed_events import scope_of
from archive.web.subscriptions.offers import offers
from archive.web.subscriptions.subscription_requests import requested_by, subscribe

SHOWN = 10
"""Entries of the feed that the page shows."""


async def page(context: RequestContext) -> Response:
    """Answer with the page, or its feed; posted, with what becomes of a request to subscribe."""
    if context.request.method == "POST":
        return await subscribe(context)
    requested = requested_by(context.request.query_string)
    if isinstance(requested, AnswerRequest):
        return await _of_answer(context, requested)
    return await _of_events(context, requested)


async def _of_events(context: RequestContext, requested: EventRequest) -> Response:
    scope, title = await scope_of(context, requested, {})
    if context.format:
        return await feeds.of_events(context, title, _address(context, "subscribe", requested), scope, requested.kinds)
    entries, _ = await feeds.event_entries(context, scope, requested.kinds)
    return await _page(
        context,
        title=title,
        requested=requested,
        kinds=[(kind, EVENTS[kind]) for kind in ORDER],
        kept=parse_qsl(replace(requested, kinds=ORDER).address()),
        feed=feeds.in_language(context.absolute(_address(context, "subscribe.atom", requested))),
        entries=entries[:SHOWN],
    )


async def _of_answer(context: RequestContext, requested: AnswerRequest) -> Response:
    """Answer with the page on new answers to a question, whose feed is the question's own. Raises BadRequest."""
    question, language = requested.question, READER.get()
    try:
        answer = await context.db.execute_fn(lambda connection: run_question(connection, question, requested.values))
    except AnswerError as error:
        raise BadRequest(str(error)) from error
    if context.format:
        return await answer_file(context, question, requested.values, answer, "atom")
    entries, _ = await answer_entries(context, question, answer)
    return await _page(
        context,
        title=await context.db.execute_fn(lambda connection: answer_request.title(connection, requested, language)),
        requested=requested,
        question=context.address("questions", question.name, **requested.narrowing),
        feed=feeds.in_language(
            context.absolute(context.address("questions", f"{question.name}.atom", **requested.narrowing))
        ),
        entries=entries[:SHOWN],
    )


async def _page(context: RequestContext, **variables: Any) -> Response:  # noqa: ANN401 - a template's
    response = await context.render("subscribe.html", offers=await offers(context), **variables)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address(context: RequestContext, name: str, requested: EventRequest) -> str:
    return context.address(name, **parse_qs(requested.address()))
