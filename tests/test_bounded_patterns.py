"""Nothing that reads a portal's text takes a time that grows faster than the text: each pattern and function gets hostile input.

Times are measured here, against the rule of the house: how they grow is what is promised. Only growth within one run counts.
"""

import re
from collections import deque
from collections.abc import Callable

import pytest

from archive.analysis import document_numbers, report_prose, report_reader, report_templates, titles
from archive.analysis.statistics_table import read_table
from archive.copies.sanitiser import sanitise_page
from archive.ingest import health
from archive.masking import person_columns, redaction
from archive.masking.labelled_values import LABELS
from archive.model import agencies, index_numbers, noise
from archive.search import segment, snippet
from archive.sentences import stated_equations
from archive.web import plugin
from crawler.extract import dates, response_class
from crawler.extract.lists import read_rows
from crawler.extract.tree import parse_html
from crawler.families import detection, hanweb_jpage, lonsun, plain
from crawler.records.detail import read_detail
from crawler.services import inline_data, script_pagers
from crawler.services.answer import Answer
from crawler.spiders.pages import read_list
from pipelines import normalise
from tests.doubling import GENERIC, LONGEST, hostile, is_suspect, slow_growth
from tests.every_pattern import Used, made_at_run_time, patterns

pytestmark = pytest.mark.slow

BOUNDED = {
    "archive.analysis.report_indicators._words()": 1000,  # a sentence: report_prose.LONGEST_SENTENCE
    "archive.analysis.report_templates._REMARK": 200,  # labels of our own templates
    "archive.labels.reasons.forms()": 1000,  # reasons._LONGEST
    "archive.model.index_numbers.patterns()": 200,  # index_numbers._LONGEST
    "archive.model.noise._WEATHER": 200,  # noise._LONGEST
    "archive.model.noise._TOOL_LINE": 200,  # noise._LONGEST
    "archive.questions.ordering.": 500,  # our own SQL
    "crawler.families.hanweb_xxgk.request_for": 100,  # the text right before a call
    "crawler.records.title._without_site": 500,  # title._LONGEST_WINDOW
}
"""Patterns that are no good for long text; how long the text is at most that they are given, and what cuts it."""

URL = "http://www.county.gov.cn/xxgk/201712/t20171219_1.html"


def list_of(text: str) -> object:
    return detection.detect(Answer(URL, text))


FUNCTIONS: dict[str, tuple[Callable[[str], object], int]] = {
    "titles.budgets": (lambda text: titles.budgets(f"预算{text}"), LONGEST),
    "titles.subject": (titles.subject, LONGEST),
    "titles.issue": (titles.issue, LONGEST),
    "titles.explains": (titles.explains, LONGEST),
    "titles.fingerprint": (titles.fingerprint, LONGEST),
    "document_numbers.taken_apart": (document_numbers.taken_apart, LONGEST),
    "document_numbers.taken_apart, after one": (lambda text: document_numbers.taken_apart(f"样政发〔2017〕1{text}"), LONGEST),
    "index_numbers.taken_apart": (index_numbers.taken_apart, LONGEST),
    "agencies.key": (lambda name: (agencies.key(name, "样本县"), agencies.type_of(name), agencies.agency_of(name)), LONGEST),
    "report_reader.report_year": (lambda text: report_reader.report_year(text, text), LONGEST),
    "report_reader.reporter_of": (lambda text: report_reader.reporter_of(text, text, text), LONGEST),
    "report_prose.read_claims": (
        lambda text: report_prose.read_equations(report_prose.read_claims(text, "2014", 2017), text), LONGEST,
    ),
    "report_prose.read_claims, short sentences": (
        lambda text: report_prose.read_claims("。".join(text[at : at + 900] for at in range(0, len(text), 900)), "2014", 2017),
        LONGEST // 4,
    ),
    "stated_equations.read_sentences": (stated_equations.read_sentences, LONGEST),
    "stated_equations.read_sentences, of figures": (
        lambda text: stated_equations.read_sentences("".join(f"支出{n}万元，其中{text[n:n + 9]}占本年支出合计的{n}%。" for n in range(len(text) // 9))),
        LONGEST // 4,
    ),
    "statistics_table.read_table": (lambda text: read_table(f"政府公报公开政府信息数{text}尚未审结{text}"), LONGEST // 4),
    "noise.essence": (noise.essence, LONGEST // 4),
    "redaction.redact": (redaction.redact, LONGEST // 4),
    "segment.segment": (segment.segment, LONGEST // 4),
    "snippet.passage": (lambda text: snippet.passage(text, '预算 "2017年" a'), LONGEST // 4),
    "dates.parse_date": (lambda text: (dates.parse_date(text), dates.is_date(text)), LONGEST),
    "normalise.document_number": (normalise.document_number, LONGEST),
    "response_class.judge": (lambda text: response_class.judge(200, text, URL, URL, "http://www.county.gov.cn/"), LONGEST // 4),
    "pages": (lambda text: (read_rows(root := parse_html(text), URL), read_detail(root, URL)), LONGEST // 4),
    "detection.detect": (list_of, LONGEST // 4),
    "inline_data.stated": (lambda text: (inline_data.stated(text, "a"), inline_data.pairs(text)), LONGEST),
    "script_pagers.with_page": (lambda text: script_pagers.with_page(text, "page", 2), LONGEST),
}  # fmt: skip
"""Functions that are more than one pattern, and the length up to which they are tried."""

MADE_IN = {
    "archive.analysis.report_indicators._words": "its results are among the patterns",
    "archive.ingest.health._by_rules": "test_the_words_of_each_rule_of_health",
    "archive.labels.reasons._pattern": "its results are among the patterns",
    "archive.masking.person_columns._head": "test_the_headers_of_each_kind",
    "archive.maintenance.withholding._as_printed": "the characters of a title, one by one",
    "archive.model.index_numbers.patterns": "its results are among the patterns",
    "archive.analysis.report_templates.patterns": "test_the_labels_of_each_template",
    "archive.analysis.statistics_table._side_by_side": "statistics_table.read_table",
    "archive.search.snippet._pattern": "snippet.passage",
    "archive.web.http.errors._in_our_words": "SQLite's own messages, one name in each",
    "archive.web.plugin.asgi_wrapper": "test_the_addresses_of_the_site",
    "crawler.families.hanweb_jpage._parameters": "test_patterns_of_names_that_a_page_says",
    "crawler.extract.response_class._pattern": "its results are among the patterns",
    "crawler.families.lonsun._parameter": "test_patterns_of_names_that_a_page_says",
    "crawler.services.inline_data.stated": "inline_data.stated",
    "crawler.services.script_pagers.with_page": "script_pagers.with_page",
}
"""Functions that make patterns of what only they know, and where these are tried."""


def bound(name: str) -> int:
    return next((longest for known, longest in BOUNDED.items() if name.startswith(known)), LONGEST)


def slow(used: Used) -> str | None:
    pattern = used.pattern

    def work(text: str) -> object:
        given = text.encode() if isinstance(pattern.pattern, bytes) else text
        return deque(pattern.finditer(given), 0) if used.anywhere else pattern.match(given)

    longest = bound(used.name)
    for piece in hostile(pattern):
        if is_suspect(work, piece, longest) and (growth := slow_growth(work, piece, longest)):
            return f"{used.name}: {piece}: {growth}"
    return None


def test_every_pattern_reads_hostile_text_in_linear_time() -> None:
    every = list(patterns())
    assert len(every) > 300
    assert [said for used in every if (said := slow(used))] == []
    assert all(any(used.name.startswith(known) for used in every) for known in BOUNDED)


@pytest.mark.parametrize("pattern", [r"\s+x", r"\d+年", r"<a[^>]*href", r"(?:a|预)*?x"])
def test_a_pattern_that_reads_by_the_square_is_told(pattern: str) -> None:
    assert slow(Used("sample", re.compile(pattern), anywhere=True))


def test_the_addresses_of_the_site() -> None:
    routes = [Used(route, re.compile(route), anywhere=False) for route, _ in plugin.register_routes()]
    assert len(routes) > 40
    assert [said for used in routes if (said := slow(used))] == []


def test_patterns_made_at_run_time_are_known() -> None:
    assert made_at_run_time() == set(MADE_IN)


@pytest.mark.parametrize("template", ["2014", "2019", "2021"])
def test_the_labels_of_each_template(template: str) -> None:
    labels = report_templates.patterns(template)
    assert [said for line, label in labels[::9] if (said := slow(Used(line.label, label, anywhere=True)))] == []


@pytest.mark.parametrize("kind", LABELS)
def test_the_headers_of_each_kind(kind: str) -> None:
    assert slow(Used(kind, person_columns._head(kind), anywhere=False)) is None


def test_the_words_of_each_rule_of_health() -> None:
    rules = (*health._BEFORE_REFUSALS, *health._NOTHING_READ)
    words = {rule.words for rule in rules if rule.words}
    assert len(words) > 5
    assert [said for each in words if (said := slow(Used(each, re.compile(each), anywhere=True)))] == []


@pytest.mark.parametrize("numbers", ["13812345678 ", "<b>138</b>12345678 ", "11010519491231002X，"])
def test_a_copy_of_a_page_full_of_numbers(numbers: str) -> None:
    def copied(text: str) -> object:
        return sanitise_page(f"<p>{text}</p>", URL, lambda _: None)

    assert slow_growth(copied, ("", numbers, "")) is None


@pytest.mark.parametrize(
    "piece",
    [
        ("<div>", "<div>样本</div>", ""), ("<ul>", "<li><b>样</b></li>", ""), ("", "<h1>样本</h1>", ""),
        ("<table><tr>", "<td>样</td>", ""), ("<table><tr>", "<th>标题</th>", "</tr><tr><td>样本</table>"),
        ("<p ", "a='>' b=\"<\" ", ">样本"),
    ],
)  # fmt: skip
def test_a_list_is_looked_for_on_a_page_of_many_elements(piece: tuple[str, str, str]) -> None:
    def read(text: str) -> object:
        return read_list(Answer(URL, text), plain.FAMILY, lambda _: True)

    assert slow_growth(read, piece, longest=1 << 18) is None


def test_patterns_of_names_that_a_page_says() -> None:
    pair = next(lonsun._PAIR.finditer("a: b"))
    for piece in (("", "b ", ""), ("b", " ", ""), ("b =", " ", ""), ("", "b=", "")):
        assert slow_growth(lambda text: hanweb_jpage._parameters(text, "ajaxParam: b"), piece) is None
        assert slow_growth(lambda text: lonsun._parameter(pair, Answer(URL, text)), piece) is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_reads_hostile_text_in_linear_time(name: str) -> None:
    work, longest = FUNCTIONS[name]
    growths = [(piece, growth) for piece in GENERIC if (growth := slow_growth(work, ("", piece, ""), longest))]
    assert growths == []
