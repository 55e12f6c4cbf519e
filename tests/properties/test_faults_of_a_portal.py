"""Whatever days and faults a small portal sees, no event contradicts what truly was within its window.

Hypothesis draws the days: what happens to documents, and what the portal answers during the crawl of each. The portal is that of
`tests.changing_portal`, over real HTTP, with so few documents that the shares of `archive.ingest.deferral` can bite.
"""

import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.changing_portal import LIST, NOW, SECOND, Document, Portal
from tests.conftest import Answer, Site, rows

pytestmark = pytest.mark.slow

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"

HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(("added", "edited", "withdrawn", "returned", "unlisted", "moved", "other list")),
        st.integers(0, 20),
    ),
    max_size=3,
)
FAULTS = st.sampled_from(
    (None, None, "all gone", "records gone", "twice", "half", "older", "notice", "empty", "503", "second list")
)
DAYS = st.lists(st.tuples(HAPPENINGS, FAULTS), min_size=1, max_size=5)

_EVENTS = "SELECT e.*, r.url FROM events e JOIN records r ON r.id = e.record_id WHERE e.id > ? ORDER BY e.id"


@dataclass
class Truth:
    """The documents since each moment, and those of the last crawl."""

    portal: Portal
    gone: dict[int, Document] = field(default_factory=dict)
    past: list[tuple[datetime, dict[int, Document]]] = field(default_factory=list)
    checked: int = 0

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.portal.day)

    def happens(self, kind: str, choice: int) -> None:
        documents = self.portal.documents
        number = sorted(documents)[choice % len(documents)]
        if kind == "added":
            new = max({**documents, **self.gone}) + 1
            documents[new] = Document(new)
        elif kind == "edited":
            document = documents[number]
            documents[number] = replace(document, text=f"样本正文，第{len(self.past)}天改过。")
        elif kind == "moved":
            documents[number] = replace(documents[number], folder=f"{self.portal.day}/")
        elif kind == "other list" and documents[number].listed_in:
            documents[number] = replace(documents[number], listed_in=3 - documents[number].listed_in)
        elif kind == "unlisted" and len(documents) > 5:
            documents[number] = replace(documents[number], listed_in=0)
        elif kind == "withdrawn" and len(documents) > 5:
            self.gone[number] = documents.pop(number)
        elif kind == "returned" and self.gone:
            number = sorted(self.gone)[choice % len(self.gone)]
            documents[number] = replace(self.gone.pop(number), listed_in=1)

    def crawl(self, fault: str | None) -> str:
        """Crawl on the next day; what happened since, or an older copy, is true from half a day before."""
        kept = self.portal.documents
        if fault == "older" and len(self.past) > 1:
            self.portal.documents = dict(self.past[-2][1])
        self.past.append((self.now + timedelta(hours=12), dict(self.portal.documents)))
        outcome = self.portal.crawl(lambda path, answer: _spoilt(fault, path, answer))
        self.portal.documents = kept
        self.require_true()
        return outcome

    def require_true(self) -> None:
        """Each new event has its cause in its window."""
        for event in rows(self.portal.db, _EVENTS, self.checked):
            self.checked = int(str(event["id"]))
            number = int(str(event["url"]).rsplit("/")[-1].split(".")[0])
            since = str(event["not_before"] or "2000-01-01T00:00:00Z")
            states = self._within(number, datetime.fromisoformat(since), datetime.fromisoformat(str(event["at"])))
            assert self._explains(str(event["kind"]), states), (event, states)

    def _within(self, number: int, since: datetime, until: datetime) -> list[Document | None]:
        """The document as it was at the window's beginning, and at each moment in it at which something happened."""
        before = [documents for at, documents in self.past if at <= since][-1:]
        return [each.get(number) for each in [*before, *(one for at, one in self.past if since < at <= until)]]

    @staticmethod
    def _explains(kind: str, states: list[Document | None]) -> bool:
        stood = [each for each in states if each]
        is_changed, is_moved = (len({getattr(each, name) for each in stood}) > 1 for name in ("text", "folder"))
        match kind:
            case "withdrawn":  # one that moves and is edited at once, or to where no list leads, is not known again
                is_lost = is_moved and (is_changed or not all(each.listed_in for each in stood))
                return is_lost or any(one and other is None for one, other in pairwise(states))
            case "unlisted":
                return any(not each.listed_in for each in stood)
            case "moved":
                return is_moved
            case "changed":
                return is_changed
        return bool(stood)


def _spoilt(fault: str | None, path: str, answer: Any) -> Any:  # noqa: PLR0911 - a fault each
    is_record = path.startswith("/plans/") and path not in {LIST, SECOND}
    match fault:
        case "all gone":
            return Answer("", status=404)
        case "second list" if path == SECOND:
            return Answer("", status=500)
        case "records gone" if is_record:
            return Answer("", status=404)
        case "twice" if isinstance(answer, str):
            return answer.encode().decode("latin-1")
        case "half" if isinstance(answer, str):
            return answer[: len(answer) // 2]
        case "notice" if is_record:
            return "<html><body><h1>样本通知</h1><div><p>样本门户今日整理内容，各页暂时都显示这一段文字。</p></div></body></html>"
        case "empty":
            return ""
        case "503":
            return Answer("", status=503)
    return answer


@settings(
    max_examples=100 if LONG else 4,
    phases=(Phase.generate,),  # each example takes seconds: a failing one is not made smaller
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(size=st.sampled_from((6, 14)), days=DAYS)
def test_no_event_contradicts_the_days_of_the_portal(
    size: int, days: list[tuple[list[tuple[str, int]], str | None]]
) -> None:
    with TemporaryDirectory() as folder, Site({}) as site:
        documents = {number: Document(number, listed_in=1 + number % 2) for number in range(1, size + 1)}
        truth = Truth(Portal(site, Path(folder), documents=documents, has_second=True))
        truth.crawl(None)
        for happenings, fault in days:
            for kind, choice in happenings:
                truth.happens(kind, choice)
            truth.crawl(fault)
        for _ in range(2):
            truth.crawl(None)
        told = {str(each["url"]): each for each in rows(truth.portal.db, "SELECT url, state, body FROM records")}
        for document in truth.portal.documents.values():
            record = told.pop(f"{site.url[:-1]}{document.path}", None)
            if record is None:
                assert not document.listed_in, f"{document.path} is missing"
                continue
            assert record["state"] == ("listed" if document.listed_in else "unlisted"), document.path
            assert (document.text or "样本正文，并非政府文件。") in str(record["body"])
        assert {each["state"] for each in told.values()} <= {"withdrawn"}, "what is left is gone"
