"""For each question what it must find and what it must not: a few rows each, all of them made up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.questions.small import SEEN, Small


@dataclass(frozen=True)
class Case:
    """A question over the archive that `write` fills. `expected`: values of these columns in the answer, in any order,
    where the answer's rows are no records; `left_out`: how many rows it says it left out."""

    question: str
    write: Callable[[Small], object]
    given: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    expected: tuple[tuple[Any, ...], ...] = ()
    left_out: int = 0


CASES: list[Case] = []


def case(question: str, **options: Any) -> Callable[[Callable[[Small], object]], Callable[[Small], object]]:
    """Note a function that fills an archive as a case of `question`."""

    def noted(write: Callable[[Small], object]) -> Callable[[Small], object]:
        CASES.append(Case(question, write, **options))
        return write

    return noted


@case("removed_records")
def withdrawn(small: Small) -> None:
    gone = small.record(True, "样本：撤下的通知", state="withdrawn")
    small.event(gone, "withdrawn", "2018-07-01T00:00:00Z")
    small.record(False, "样本：在列的通知")
    small.record(False, "样本：撤列的通知", state="unlisted")


@case("removed_records", given={"state": "", "portal": "county"})
def gone_in_any_way(small: Small) -> None:
    small.record(True, "样本：撤下的通知", state="withdrawn")
    small.record(True, "样本：撤列的通知", state="unlisted")
    small.record(False, "样本：另一门户撤下的通知", state="withdrawn", portal="other")


@case("removed_records", columns=("possible_reason",), expected=(("公示期满 / its time had run",), ("原页含个人信息 / it showed personal data",), ("不明 / not known",)))  # fmt: skip
def possible_reasons(small: Small) -> None:
    small.record(True, "样本：拟任职人员公示", state="withdrawn")
    named = small.record(True, "样本：补贴发放名单", state="withdrawn")
    small.insert("redactions", record_id=named, source="0", kind="resident_id", count=3, rules_version=1)
    small.record(True, "样本：通知", state="withdrawn")


@case("changed_without_new_date", left_out=1)
def silent_edit(small: Small) -> None:
    edited = small.record(True, "样本：正文改过的通知")
    small.event(edited, "changed", SEEN, changed={"body": ["前", "后"]})
    dated = small.record(False, "样本：改了日期的通知")
    small.event(dated, "changed", SEEN, changed={"body": ["前", "后"], "published_on": ["2018-01-01", "2018-02-01"]})
    half = small.record(False, "样本：页面不完整的通知", flags=["page_cut"])
    small.event(half, "changed", SEEN, changed={"title": ["前", "后"]})
    added = small.record(False, "样本：新通知")
    small.event(added, "added")


@case("number_on_several", left_out=1)
def one_number(small: Small) -> None:
    for title in ("样本：学校建设", "样本：道路建设"):
        small.record(True, title, index_number="640324001/2017-58360")
    small.record(False, "样本：标题被截断的文...", index_number="640324001/2017-58360", flags=["title_truncated"])
    for _ in range(2):
        small.record(False, "样本：同一份文件", index_number="640324001/2017-00001")
    small.record(False, "样本：别的门户", index_number="640324001/2017-58360", portal="other")
    small.record(False, "样本：无索引号")
