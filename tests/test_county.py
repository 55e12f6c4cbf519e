"""The made-up county serves what its truth says: else the tests that stand on it prove nothing."""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path

import pytest

from archive.model.noise import same
from archive.model.observations import Row
from crawler.extract.lists import read_rows
from crawler.extract.response_class import judge
from crawler.extract.tree import parse_html
from crawler.portals.portal_file import load
from crawler.records.detail import read_detail
from crawler.services.link_pagers import read_paging
from tests.county import County, Faults, Truth


@pytest.fixture
def county() -> Iterator[County]:
    with County(150, catalogs=2, seed=7) as serving:
        yield serving


def get(url: str, **headers: str) -> tuple[int, str, str, dict[str, str]]:
    """Status, text, final address and headers of an answer."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(errors="replace"), answer.url, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), url, dict(error.headers)


def walk(county: County, folder: Path) -> list[list[Row]]:
    """The rows of each catalogue, all pages in order, as the crawler reads them."""
    catalogs = []
    for catalog in load(county.portal_file(folder)).catalogs:
        rows: list[Row] = []
        url: str | None = catalog.url
        while url:
            root = parse_html(get(url)[1])
            rows += read_rows(root, url)
            paging = read_paging(root, url)
            url = paging.next_url
        assert paging.rows_claimed in {None, len(rows)}
        assert paging.pages_claimed == -(-len(rows) // 20)
        catalogs.append(rows)
    return catalogs


def outcome(county: County, url: str) -> str:
    status, text, end, _ = get(url)
    return judge(status, text, end, url, f"{county.url}/").outcome


def test_lists_and_pages_say_the_same(county: County, tmp_path: Path) -> None:
    rows = [row for catalog in walk(county, tmp_path) for row in catalog]
    assert len(rows) == 150
    assert {row.url for row in rows} == county.listed() == county.alive()
    assert len({row.fields["index_number"] for row in rows}) == 150
    for row in rows[::15]:
        assert row.url
        page = read_detail(parse_html(get(row.url)[1]), row.url)
        assert {"index_number", "title", "publisher", "created_on"} <= page.fields.keys()
        assert {name: row.fields.get(name, value) for name, value in page.fields.items()} == page.fields


def test_a_day_does_what_its_truth_says(county: County, tmp_path: Path) -> None:
    before = {row.url: row for catalog in walk(county, tmp_path) for row in catalog}
    texts = {url: read_detail(parse_html(get(str(url))[1]), str(url)) for url in before}
    truth = county.next_day(0.1)
    catalogs = walk(county, tmp_path)
    after = {row.url: row for catalog in catalogs for row in catalog}
    kinds = (truth.changed, truth.withdrawn, truth.unlisted, truth.added, truth.backdated)
    assert [len(kind) for kind in kinds] == [15, 15, 15, 15, 15]
    assert after.keys() == county.listed()
    assert after.keys() == before.keys() - truth.withdrawn - truth.unlisted | truth.added | truth.backdated
    assert county.alive() == county.listed() | truth.unlisted
    for url in after.keys() & before.keys():
        page = read_detail(parse_html(get(str(url))[1]), str(url))
        differs = page.fields != texts[url].fields or not same(page.body, texts[url].body)
        assert differs == (url in truth.changed), url
    # Of 15 edits three are of a publisher and four of a title.
    assert sum(after[url] != before[url] for url in truth.changed) == 7
    for catalog in catalogs:
        dates = [row.fields["published_on"] for row in catalog]
        assert dates == sorted(dates, reverse=True)
        new = [place for place, row in enumerate(catalog) if row.url in truth.added]
        assert new == list(range(len(new)))
        assert all(place > 20 for place, row in enumerate(catalog) if row.url in truth.backdated)


def test_withdrawn_pages_are_gone_in_three_ways(county: County) -> None:
    truth = county.next_day(0.1)
    assert {outcome(county, url) for url in truth.withdrawn} == {"gone"}
    answers = Counter((get(url)[0], get(url)[2] == f"{county.url}/") for url in truth.withdrawn)
    assert answers == {(404, False): 5, (200, False): 5, (200, True): 5}
    assert {outcome(county, url) for url in truth.unlisted} == {"page"}


def test_noise_moves_neither_etag_nor_text(county: County) -> None:
    url = min(county.listed())
    _, first, _, headers = get(url)
    _, second, _, again = get(url)
    assert first != second
    assert headers["ETag"] == again["ETag"]
    one, other = (read_detail(parse_html(text), url) for text in (first, second))
    assert one.fields == other.fields
    assert same(one.body, other.body)


def test_conditional_requests_count_until_the_record_changes(county: County) -> None:
    tags = {url: get(url)[3] for url in county.listed()}
    county.reset_counts()
    truth = county.next_day(0.1)
    for url in truth.changed | county.listed() & tags.keys():
        status = 200 if url in truth.changed else 304
        assert get(url, If_None_Match=tags[url]["ETag"])[0] == status
        assert get(url, If_Modified_Since=tags[url]["Last-Modified"])[0] == status
    asked = len(county.listed() & tags.keys())
    assert county.count == sum(county.requests.values()) == 2 * asked
    assert county.not_modified == 2 * (asked - 15)
    assert county.bytes_sent > 30 * 4_000


def test_a_record_returns_and_moves(county: County) -> None:
    url = min(county.next_day().withdrawn)
    county.bring_back(url)
    assert url in county.listed()
    _, text, _, _ = get(url)
    moved = county.move(url)
    assert moved in county.listed()
    assert url not in county.alive()
    assert outcome(county, url) == "gone"
    assert read_detail(parse_html(text), url).fields == read_detail(parse_html(get(moved)[1]), moved).fields


def test_faults_fail_all_but_robots_txt(county: County) -> None:
    urls = [*county.listed(), f"{county.url}/xxgk/zfxxgkml/yqhy/list.html"]
    for faults, said in ((Faults(unavailable=1), "error"), (Faults(blocked=1), "blocked")):
        county.faults = faults
        assert {outcome(county, url) for url in urls} == {said}
    county.faults = Faults(cut=1)
    broken = 0
    for url in urls:
        try:
            assert "</html>" not in get(url)[1]
        except IncompleteRead:
            broken += 1
    assert 0.3 < broken / len(urls) < 0.7
    assert get(f"{county.url}/robots.txt")[0] == 200


def test_the_same_seed_makes_the_same_days() -> None:
    def days(seed: int) -> list[list[set[str]]]:
        county = County(60, seed=seed)
        truths = [county.next_day(), county.next_day()]
        county.stop()
        return [[paths(kind, county) for kind in kinds(truth)] for truth in truths]

    def kinds(truth: Truth) -> tuple[frozenset[str], ...]:
        return truth.changed, truth.withdrawn, truth.unlisted, truth.added, truth.backdated

    def paths(urls: frozenset[str], county: County) -> set[str]:
        return {url.removeprefix(county.url) for url in urls}

    assert days(1) == days(1)
    assert days(1) != days(2)


def test_a_stopped_county_comes_back_at_its_address(county: County) -> None:
    county.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(county.url)
    county.start()
    assert get(county.url)[0] == 200
