"""Which rules of a robots.txt bind a visitor, and that they cost no more than its size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler.middlewares.robots_rules import MOST_BYTES, binding_rules
from crawler.settings import user_agent

AGENT = user_agent("desk@example.org")
PATHS = ("/", "/a", "/a/b", "/c")

_names = st.sampled_from(
    ["*", "disclosures", "Disclosures", "archive", "disc*", "**", "", "other", "sclosures", "county"]
)
_fields = st.sampled_from(
    ["User-agent: ", "useragent:", "User agent: ", "User-agent ", " USER-AGENT :", "user-agent\t"]
)
_rules = st.sampled_from(
    ["Disallow: /", "Disallow: /a", "Allow: /a/b", "Disallow: /*b$", "Disallow:", "Crawl-delay: 3"]
)
_others = st.sampled_from(["", "# 样本", "Sitemap: http://p.example/1.xml", "样本", "Host: p.example", "No: rule"])
_lines = st.one_of(st.builds(lambda field, name: f"{field}{name} # 样本", _fields, _names), _rules, _rules, _others)


@given(st.lists(_lines, max_size=14).map("\n".join))
def test_the_rules_that_bind_are_those_of_the_whole_file(text: str) -> None:
    whole, ours = Protego.parse(text), Protego.parse(binding_rules(text.encode(), AGENT))
    for path in PATHS:
        assert ours.can_fetch(f"http://p.example{path}", AGENT) == whole.can_fetch(f"http://p.example{path}", AGENT)
    assert ours.crawl_delay(AGENT) == whole.crawl_delay(AGENT)


@pytest.mark.parametrize("last", ["*", "disclosures"])
def test_a_file_of_many_names_and_many_rules_makes_each_rule_once_or_twice(last: str) -> None:
    names = "".join(f"User-agent: {name}\n" for name in [*map(str, range(2000)), *AGENT.lower().split(), last])
    text = names + "".join(f"Disallow: /{number}/\n" for number in range(2000))
    rules = Protego.parse(binding_rules(text.encode(), AGENT))
    assert sum(len(each._rules) for each in rules._user_agents.values()) <= 2 * 2000
    assert not rules.can_fetch("http://p.example/1999/1.html", AGENT)


def test_no_more_is_read_than_the_standard_asks_for() -> None:
    assert len(binding_rules(b"# 1\n" * MOST_BYTES, AGENT)) < MOST_BYTES
