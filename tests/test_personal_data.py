"""Invariant 8 as a property: numbers of persons in every string that a page, a portal file or a crawl can bring along."""

import asyncio
import re
import threading
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.masking import Masked, mask_again
from archive.model import observations
from archive.model import observations as items
from archive.model.agencies import Stated
from archive.model.observations import (
    UNAVAILABLE,
    AttachmentFile,
    CatalogOfPortal,
    ListPage,
    Observation,
    PortalOfFile,
    Problem,
    RecordPage,
    Row,
)
from archive.model.records import FIELDS, Reading
from archive.search import index
from crawler.portals.portal_file import Portal
from pipelines import redact
from pipelines.attachments import AttachmentsPipeline
from pipelines.normalise import NormalisePipeline
from pipelines.redact import RedactPipeline
from pipelines.store import portal_of
from tests.conftest import disclosures, empty_archive
from tests.personal_numbers import ADDRESSES, CODES, Canary, bytes_of, canary, columns_with, filled, strings

ITEMS = (items.ListPage, items.RecordPage, items.MissingPage, items.AttachmentFile, items.Problem)
OBSERVATIONS = get_args(Observation)
DAYS = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
KEPT = "索引号640324001/2017-00001，同样发〔2017〕3号，0953-8012345"


def through_the_pipelines(item: object) -> Any:
    """The observation that the archive is handed of `item`."""
    read = asyncio.run(AttachmentsPipeline(ocr=False, memory_mb=512).process_item(item))
    return RedactPipeline().masked(NormalisePipeline().process_item(read))


def left_in(value: object, numbers: Canary) -> list[str]:
    """Where in an object a part of the numbers stands."""
    return [where for where, text in strings(value) if numbers.found_in(text)]


def test_every_kind_of_item_is_tested() -> None:
    assert set(OBSERVATIONS) == set(ITEMS)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([kind for kind in ITEMS if kind is not items.AttachmentFile]), st.integers(0, 10**6))
def test_no_string_that_a_crawl_emits_brings_a_number_into_the_archive(kind: type, seed: int) -> None:
    numbers = canary(seed)
    item = filled(kind, f"{numbers.text}，{KEPT}")
    assert left_in(item, numbers), "the item has the numbers to be masked"
    seen = through_the_pipelines(item)
    assert left_in(seen, numbers) == []
    kept = [text for _, text in strings(seen) if KEPT in text]
    assert (
        len(kept) >= len([text for _, text in strings(item) if KEPT in text]) - 1
    )  # a document number's form may change


@pytest.mark.parametrize(("characters", "beside"), [(redact.LONG, True), (redact.LONG - 1, False), (0, False)])
def test_a_long_text_is_masked_beside_the_crawls_of_other_portals(
    monkeypatch: pytest.MonkeyPatch, characters: int, *, beside: bool
) -> None:
    threads: set[threading.Thread] = set()

    def masked(_: RedactPipeline, item: object) -> object:
        threads.add(threading.current_thread())
        return item

    monkeypatch.setattr(redact.RedactPipeline, "masked", masked)
    url, text = "http://p.example/1.html", "样" * characters or None
    for item in (AttachmentFile(url, "样本", url, text=text), replace(filled(RecordPage, "样本"), body=text)):
        threads.clear()
        assert asyncio.run(RedactPipeline().process_item(item)) is item
        assert (threads == {threading.main_thread()}) != beside


def test_what_was_masked_is_counted_where_it_was_printed() -> None:
    """The labels and values as printed, the text, the names of files; the same number in a field is not counted again."""
    numbers = canary(9)
    own = through_the_pipelines(filled(items.RecordPage, numbers.text))
    assert own.redacted == {"resident_id": 4, "phone": 4, "bank_card": 4}
    (row,) = through_the_pipelines(filled(items.ListPage, numbers.text)).rows
    assert row.redacted == {"resident_id": 2, "phone": 2, "bank_card": 2}


def test_neither_does_a_file() -> None:
    numbers = canary(7)
    item = filled(items.AttachmentFile, f"{numbers.text}，{KEPT}")
    seen = through_the_pipelines(item)
    assert (seen.state, KEPT in seen.text, KEPT in seen.name) == ("text", True, True)
    assert left_in(seen, numbers) == []
    assert seen.redacted == {"resident_id": 2, "phone": 2, "bank_card": 2}  # in its name and in its text


def test_a_link_without_a_name_is_called_by_its_address_and_that_is_masked() -> None:
    numbers = canary(8)
    item = filled(items.RecordPage, "样本")
    address = f"http://p.example/f?name={numbers.mobile}"
    seen = through_the_pipelines(replace(item, attachments=(items.LinkedFile("\x00", address),)))
    assert [numbers.found_in(file.name) for file in seen.attachments] == [[]]


@pytest.mark.parametrize("kind", OBSERVATIONS, ids=lambda kind: kind.__name__)
def test_every_field_of_an_observation_is_masked_by_itself(kind: type) -> None:
    """Each field alone, so that one forgotten field can't hide behind the others."""
    numbers = canary(11)
    plain, full = filled(kind, "样本"), filled(kind, numbers.text)
    for each in fields(kind):
        if each.name in ADDRESSES | CODES:
            continue
        masked = RedactPipeline().masked(replace(plain, **{each.name: getattr(full, each.name)}))
        assert left_in(masked, numbers) == [], f"{kind.__name__}.{each.name}"
        assert RedactPipeline().masked(masked) == replace(masked, **counts_of(masked)), "again is the same"


def counts_of(observation: Any) -> dict[str, Any]:
    """An observation's counts after a second masking: nothing was left to be counted."""
    if isinstance(observation, ListPage):
        return {"rows": tuple(replace(row, redacted={}) for row in observation.rows)}
    return {"redacted": {}} if "redacted" in {each.name for each in fields(observation)} else {}


def test_the_key_of_a_row_without_a_link_does_not_tell_its_numbers() -> None:
    """Trying all numbers must find none: rows that differ in a masked number alone have the same digest."""
    keys = []
    for seed in (1, 2):
        number = "138" + canary(seed).mobile[3:]
        row = items.Row({}, {"姓名": "样本", "电话": number})
        page = items.ListPage((row,), catalog_url="http://p.example/", last=True)
        keys.append(NormalisePipeline().process_item(page).rows[0].key)  # type: ignore[union-attr]
    assert keys[0] == keys[1]


def test_what_is_kept_of_a_portal_file_is_masked_but_for_its_addresses() -> None:
    numbers = canary(3)
    catalog = filled(CatalogOfPortal, numbers.text)
    portal = Portal(
        "county", numbers.text, "640324", "http://p.example/", (catalog,), agencies=(filled(Stated, numbers.text),)
    )
    kept = portal_of(portal)
    assert left_in(kept, numbers) == []
    named = (
        kept.name,
        kept.catalogs[0].title,
        kept.agencies[0].name,
        *kept.agencies[0].aliases,
        kept.agencies[0].successor,
    )
    assert all(text and text.startswith("样本甲") for text in named)


# --- masked again ---


def unmasked(db: Path, numbers: Canary, day: int = 0, more: str = "", portals: tuple[str, ...] = ("p",)) -> None:
    """An archive, or one more crawl of it, in which nothing was masked on the way in."""
    text = f"{numbers.text}{more}"
    for name in portals:
        page, home = f"http://{name}.example/1.html", f"http://{name}.example/"
        seen = {kind: filled(kind, text, address=page) for kind in OBSERVATIONS}
        reading = Reading(dict.fromkeys(FIELDS, text) | {"published_on": "2026-01-01"}, {text: text, "标题": text})
        row = Row(reading.fields, reading.source_fields, reading.doubts, url=page, key=page)
        own = replace(seen[observations.RecordPage], fields={}, source_fields={f"甲{text}": text}, capture=None)
        batch = [
            replace(
                seen[ListPage],
                catalog_url=page,
                rows=(row,),
                capture=None,
                last=True,
                paging=observations.Paging(1, 1),
            ),
            own,
            replace(seen[AttachmentFile], capture=None, state="text"),
            replace(seen[Problem], kind="sample"),
        ]
        store = Store(db if db.exists() else empty_archive(db))
        store.begin(replace(filled(PortalOfFile, text, address=page), id=name, home=home), "full", DAYS[day])
        store.write(batch, DAYS[day])
        store.finish("finished", DAYS[day])
        store.close()


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canary, Masked, dict[str, list[str]]]:
    """An archive of two portals and two days, masked again: its file, the numbers, what was done, where they stood before."""
    db, numbers = tmp_path_factory.mktemp("masked") / "a.db", canary(20)
    unmasked(db, numbers, portals=("p", "q"))
    unmasked(db, numbers, 1, "，后来改过", portals=("p", "q"))
    before = columns_with(db, numbers)
    return db, numbers, mask_again(db), before


OWN = {"records", "readings", "versions", "events", "attachments", "problems", "catalogs", "portals"}
"""The tables that hold what was said; all others are read out of them."""

TEXTS = (
    *(f"records.{name}" for name in FIELDS if name != "published_on"), "records.body", "records.source_fields",
    "readings.fields", "readings.source_fields", "versions.changed", "attachments.name", "attachments.text", "attachments.tables",
    "problems.message", "catalogs.title", "catalogs.path", "portals.name", "portals.agencies",
    "agencies.name", "publisher_names.name",
)  # fmt: skip


@pytest.mark.parametrize("column", TEXTS)
def test_a_column_is_masked_again(masked: tuple[Path, Canary, Masked, dict[str, list[str]]], column: str) -> None:
    db, numbers, _, before = masked
    assert column in before, f"{column} had no number in it before"
    assert column not in columns_with(db, numbers), f"{column} still has a number in it"


def test_no_column_and_no_byte_is_left_over(masked: tuple[Path, Canary, Masked, dict[str, list[str]]]) -> None:
    db, numbers, done, _ = masked
    assert columns_with(db, numbers) == {}
    assert numbers.found_in(bytes_of(db)) == []
    assert done.records == 2
    assert set(done.numbers) == {"resident_id", "phone", "bank_card"}


def test_it_says_how_many_records_and_texts_it_masked(
    masked: tuple[Path, Canary, Masked, dict[str, list[str]]], tmp_path: Path
) -> None:
    """Each value of each column once; what is read out of them is not counted, for it follows by itself."""
    _, _, done, before = masked
    follows = {"agencies.name", "publisher_names.name", "records_fts, words"}
    assert done.texts == sum(
        len(values) for column, values in before.items() if column not in follows and column.partition(".")[0] in OWN
    )
    numbers = canary(
        23
    )  # in ten fields of a row, once or twice in its page's label and text, in a file's name, in three places of its table, which its text repeats, and in names of its pages
    unmasked(tmp_path / "a.db", numbers)
    said = disclosures("redact", "--db", tmp_path / "a.db")
    assert re.fullmatch(r"1 record, \d+ texts changed: 19 bank_card, 19 phone, 19 resident_id\n", said.stdout), (
        said.stdout
    )
    assert (
        disclosures("redact", "--db", tmp_path / "a.db").stdout == "0 records, 0 texts changed: nothing new to mask\n"
    )


def test_masked_again_once_more_nothing_changes(masked: tuple[Path, Canary, Masked, dict[str, list[str]]]) -> None:
    db, _, _, _ = masked
    before = bytes_of(db)
    assert mask_again(db) == Masked()
    assert bytes_of(db) == before


def test_the_index_forgets_a_number_that_stood_in_a_file_alone(tmp_path: Path) -> None:
    """A contentless index forgets words only when it is told them: else the number is found for ever."""
    db, numbers = tmp_path / "a.db", canary(21)
    unmasked(db, numbers)
    mask_again(db)
    with closing(open_up_to_date(db)) as connection:  # as if older rules had let a file's text in
        connection.execute("UPDATE attachments SET text = ?", (numbers.text,))
        connection.execute("INSERT INTO records_fts (records_fts) VALUES ('delete-all')")
        index.build(connection)
        connection.commit()
    assert "records_fts, words" in columns_with(db, numbers)
    mask_again(db)
    assert columns_with(db, numbers) == {}
    with closing(open_up_to_date(db)) as connection:
        connection.execute("INSERT INTO records_fts (records_fts) VALUES ('integrity-check')")


def test_a_file_that_could_not_be_had_has_a_masked_name(tmp_path: Path) -> None:
    numbers = canary(22)
    item = items.AttachmentFile("http://p.example/1.html", f"样本{numbers.mobile}.pdf", "http://p.example/1.pdf")
    seen = through_the_pipelines(item)
    assert (seen.state, seen.name) == (UNAVAILABLE, f"样本{numbers.mobile[:3]}********.pdf")
