"""The parts of a sealed original that may be shown, and those that may not."""

import re
import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest

from archive.copies import redacted_copies
from archive.copies.open_files import holds_unread
from archive.copies.redacted_copies import RedactedCopy, redacted_copy
from archive.copies.sanitiser import NotShown
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from archive.ingest.store import Store
from archive.masking.redaction import redact
from archive.model.observations import Capture
from tests.conftest import empty_archive
from tests.exchanges import exchange
from tests.web import sealed
from tests.web.sealed import ANSWERS, ID, PHONE, build_sealed, number

PORTAL_OF = "INSERT INTO portals (id, name, division_code, home) VALUES (?, '样本', '640324', ?)"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def shown(archive):
    """The copy of the nth capture of an address."""

    def ask(url: str, nth: int = 1) -> RedactedCopy:
        capture = number(url, nth)
        digest = sha256(ANSWERS[capture - 1][4]).hexdigest()
        return redacted_copy(archive, archive.with_name("evidence.db"), capture, digest)

    return ask


def test_a_page_with_what_was_captured_of_it(shown):
    copy = shown(sealed.PAGE)
    assert copy.media_type == "text/html; charset=utf-8"
    assert "金额为一百元" in copy.body.decode()
    assert "rgb(1, 2, 3)" in copy.body.decode()
    assert copy.body.count(b"data:image/png;base64,") == 2  # the image, and the one in the style sheet
    assert copy.page is not None
    assert (copy.page.shown, copy.page.missing, copy.page.withheld, copy.page.removed) == (3, 2, 1, 2)
    assert "九百元" in shown(sealed.PAGE, 2).body.decode()


def test_private_numbers_are_masked(shown):
    copy = shown(sealed.PAGE)
    assert copy.masked == {"resident_id": 1, "phone": 1}
    assert ID[6:] not in copy.body.decode()
    assert PHONE not in copy.body.decode()
    assert not redact(copy.body.decode()).counts


def test_a_page_in_another_encoding(shown):
    assert "样本：国标编码" in shown(sealed.GBK).body.decode("utf-8")


def test_text_is_text(shown):
    copy = shown(sealed.TEXT)
    assert copy.media_type == "text/plain; charset=utf-8"
    assert copy.masked == {"resident_id": 1, "phone": 1}
    assert copy.body.decode().startswith("样本文本\n号码 11****************\n电话 138********\n<script>")


def test_numbers_in_data_are_masked_however_they_are_written(shown):
    copy = shown(sealed.JSON)
    assert copy.masked == {"resident_id": 1, "phone": 1}
    assert ID[6:] not in copy.body.decode()
    assert PHONE not in copy.body.decode()


def test_an_image_is_shown_only_where_its_text_is_known(shown):
    assert shown(sealed.SEEN) == RedactedCopy("image/png", sealed.GREEN)
    with pytest.raises(NotShown, match=redacted_copies.PICTURE):
        shown(sealed.UNSEEN)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (sealed.XLS, redacted_copies.UNKNOWN),
        (f"{sealed.SITE}old.html", redacted_copies.EMPTY),
        (sealed.CUT_UP, redacted_copies.UNSURE),
    ],
)
def test_what_is_not_shown(shown, url, reason):
    with pytest.raises(NotShown) as found:
        shown(url)
    assert str(found.value) == reason


TEXT, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
CAPTURED: list[tuple[bytes, str, str]] = [
    (b"%PDF-1.7\n1 0 obj", "application/pdf", redacted_copies.UNKNOWN), (b"%PDF-1.7", "text/plain", redacted_copies.UNKNOWN),
    (b"MZ\x00\x01", "application/octet-stream", redacted_copies.UNKNOWN), (b"PK\x03\x04\x00", "image/png", redacted_copies.UNKNOWN),
    (b"\xff\xfe<\x00p\x00", "", redacted_copies.UNKNOWN), (b"a" * 4095 + b"\x01", "text/plain", redacted_copies.UNKNOWN),
    (b"<?xml version='1.0'?><a><![CDATA[<b>110105</b>19491231002X]]></a>", "text/xml", redacted_copies.UNSURE),
    (b"", "text/html", redacted_copies.EMPTY), (b" \r\n\t", "text/plain", redacted_copies.EMPTY),
    (sealed.GREEN, "text/html", redacted_copies.PICTURE), (b"GIF89a", "text/plain", redacted_copies.PICTURE), (b"\xff\xd8\xff\xe0", "text/html", redacted_copies.PICTURE),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml", TEXT), (b"<script>1</script>", "image/png", TEXT),
    (b"{" * 5000, "application/json", TEXT), (b"a" * 4096 + b"\x01", "text/plain", TEXT), (b"a\x1bb\tc\r\n", "text/plain", TEXT),
    (b"<html><script>1</script><p>a", "application/xhtml+xml", PAGE), (b"<html><script>1</script><p>a", "text/xml", TEXT),
    (b"<html><script>1</script><p>a", "application/json", TEXT), (b"\x00\x01\x02<script>1</script>", "text/html", PAGE),
    *((start + b"<script>1</script><p onclick=a()>b", "", PAGE) for start in (b"<!DOCTYPE HTML>", b" \n<html>", b"<head>", b"<BODY>")),
    (b"<script>1</script>", "TEXT/HTML; charset=gbk", PAGE), (b"<p>a<html>", "", TEXT), (b"a" * 1024 + b"<html>", "", TEXT),
]  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Seal an answer and ask for its copy."""
    folder = tmp_path_factory.mktemp("copied")
    db = empty_archive(folder / "a.db")
    with sqlite3.connect(db) as archive:
        archive.execute(PORTAL_OF, (exchange(1).portal, exchange(1).url))

    def ask(payload: bytes, declared: str) -> RedactedCopy:
        with closing(Evidence(folder / "a.evidence.db")) as evidence:
            headers = (("Content-Type", declared),) if declared else ()
            (kept,) = evidence.add_many([exchange(1, payload=payload, response_headers=headers)])
        return redacted_copy(db, folder / "a.evidence.db", kept.id, sha256(payload).hexdigest())

    return ask


@pytest.mark.parametrize(("payload", "declared", "becomes"), CAPTURED)
def test_whatever_was_captured_nothing_acts(copied, payload, declared, becomes):
    """Shown as text, or as a page without anything that acts, or for a reason not at all; told by its bytes, not by its header alone."""
    if becomes not in {TEXT, PAGE}:
        with pytest.raises(NotShown) as found:
            copied(payload, declared)
        assert str(found.value) == becomes
        return
    copy = copied(payload, declared)
    assert copy.media_type == becomes
    assert (copy.page is not None) == (becomes == PAGE)
    if becomes == PAGE:
        assert b"<script" not in copy.body
        assert b"onclick" not in copy.body
    else:
        assert copy.body.decode() == re.sub("[\x01\x1b]", "\ufffd", payload.decode())


@pytest.mark.parametrize("declared", ["text/plain", "application/json", "text/xml", "text/html", ""])
def test_numbers_are_masked_whatever_it_is_called(copied, declared):
    copy = copied(f"样本 {ID}，{PHONE}\n{ID[:6]}\n{ID[6:]}".encode(), declared)
    assert ID[6:] not in copy.body.decode()
    assert copy.masked == {"resident_id": 2, "phone": 1}


def test_a_text_that_is_too_long_is_not_shown(copied, monkeypatch):
    monkeypatch.setattr(redacted_copies, "LONGEST_PAGE", 100)
    assert copied(b"a" * 100, "text/plain").body == b"a" * 100
    with pytest.raises(NotShown) as found:
        copied(b"a" * 101, "text/plain")
    assert str(found.value) == redacted_copies.TOO_LONG


def test_an_original_that_is_another_one_is_not_shown(archive):
    with pytest.raises(EvidenceError, match="not the one the archive knows"):
        redacted_copy(archive, archive.with_name("evidence.db"), number(sealed.PAGE), "0" * 64)
    with pytest.raises(EvidenceError, match="missing"):
        redacted_copy(archive, archive.with_name("evidence.db"), 999, "0" * 64)
    with pytest.raises(EvidenceError, match="there is no evidence file"):
        redacted_copy(archive, archive.with_name("none.db"), 1, "0" * 64)


@pytest.fixture
def changed(tmp_path):
    """Change an archive, then ask for the copy of its image whose text is known."""
    archive = build_sealed(tmp_path)

    def ask(*statements: str) -> RedactedCopy:
        with closing(sqlite3.connect(archive)) as connection:
            for statement in statements:
                assert connection.execute(statement, {"url": sealed.SEEN}).rowcount == 1
            connection.commit()
        return redacted_copy(
            archive, archive.with_name("evidence.db"), number(sealed.SEEN), sha256(sealed.GREEN).hexdigest()
        )

    return ask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("样本 2026", True), ("样本 1234567890", True), ("样本 12345678901", False), ("样本 1101 0519 491", False),
        ("样本 1101 0519 49", True), ("1-1-0-1-0-5-1-9-4-9-1", False), ("样本 110105  194912", True), ("", True),
    ],
)  # fmt: skip
def test_an_image_with_a_long_number_in_it_is_not_shown(changed, text, shown):
    """Eleven digits, as long as the shortest number of a person, also in groups: recognition may have read one of them wrong."""
    statement = f"UPDATE attachments SET text = '{text}' WHERE url = :url"
    if shown:
        assert changed(statement).body == sealed.GREEN
    else:
        with pytest.raises(NotShown, match=redacted_copies.PICTURE):
            changed(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO redactions SELECT record_id, url, 'phone', 1, 1 FROM attachments WHERE url = :url",
        "UPDATE attachments SET state = 'text' WHERE url = :url", "UPDATE attachments SET state = 'needs_ocr' WHERE url = :url",
        f"UPDATE attachments SET sha256 = '{'0' * 64}' WHERE url = :url", "UPDATE attachments SET capture_id = NULL WHERE url = :url",
    ],
)  # fmt: skip
def test_an_image_is_not_shown_where_its_own_text_was_masked_or_is_another_one_s(changed, statement):
    with pytest.raises(NotShown, match=redacted_copies.PICTURE):
        changed(statement)


def test_what_was_masked_in_another_file_does_not_hide_an_image(changed):
    assert changed(
        "INSERT INTO redactions SELECT record_id, 'http://sealed.example/files/a.txt', 'bank_card', 1, 1 FROM attachments WHERE url = :url",
        "INSERT INTO redactions SELECT 3, url, 'phone', 1, 1 FROM attachments WHERE url = :url",
    ).body == sealed.GREEN  # fmt: skip


@pytest.mark.parametrize("withheld", [True, False])
def test_a_page_is_shown_without_a_part_that_is_withheld(tmp_path, withheld):
    archive = build_sealed(tmp_path)
    with closing(sqlite3.connect(archive)) as connection, connection:
        address = sealed.SEEN if withheld else f"{sealed.SEEN}x"
        connection.execute(
            "INSERT INTO withheld (target, key, reason, at, record_id) VALUES ('address', ?, '样本', '2026', 0)",
            (address,),
        )
    digest = sha256(ANSWERS[number(sealed.PAGE) - 1][4]).hexdigest()
    copy = redacted_copy(archive, archive.with_name("evidence.db"), number(sealed.PAGE), digest)
    assert copy.page is not None
    assert (copy.page.shown, copy.page.missing) == ((1, 4) if withheld else (3, 2))


@pytest.mark.parametrize(
    ("text", "encoding", "is_unread"),
    [("样本", "utf-8", False), (f"样本{PHONE}", "utf-8", True), (f"样本{PHONE}", "utf-16-le", True), (f"样本<b>{PHONE[:5]}</b>{PHONE[5:]}", "utf-8", True)],
)  # fmt: skip
def test_a_file_with_a_number_however_it_is_written_is_not_given_away(text, encoding, is_unread):
    assert holds_unread(text.encode(encoding)) == is_unread


def test_one_of_several_texts_with_a_number_hides_an_image(changed):
    more = (
        "INSERT INTO attachments (record_id, name, url, sha256, text, state, capture_id) "
        "SELECT 3, name, url, sha256, '{}', state, capture_id FROM attachments WHERE url = :url AND record_id = 1"
    )
    assert changed(more.format("样本")).body == sealed.GREEN
    with pytest.raises(NotShown):
        changed("UPDATE attachments SET text = '12345678901' WHERE url = :url AND record_id = 3")


def style_of(folder, *sheets: tuple[str, str, int]) -> str:
    """A page as it is shown between captures of its style sheet: outcome, colour, status; "page" stands for the page itself."""
    db, page, css = empty_archive(folder / "a.db"), f"{sealed.PORTAL.home}1.html", f"{sealed.PORTAL.home}s.css"
    payloads = [
        b"<html><link rel=stylesheet href='s.css#x'><p>a"
        if outcome == "page itself"
        else f"p{{color:{colour}}}".encode()
        for outcome, colour, _ in sheets
    ]
    made = [
        exchange(1, portal=sealed.PORTAL.id, url=page if outcome == "page itself" else css, payload=payload, status=status,
                 response_headers=(("Content-Type", "text/html" if outcome == "page itself" else "text/css"),))
        for (outcome, _, status), payload in zip(sheets, payloads, strict=True)
    ]  # fmt: skip
    with closing(Evidence(folder / "a.evidence.db")) as evidence:
        stored = evidence.add_many(made)
    store = Store(db)
    store.begin(sealed.PORTAL, "full", sealed.FIRST)
    captures = [
        Capture(kept.id, each.url, sealed.FIRST, each.status, outcome.split()[0], kept.sha256, kept.bytes, None, None)
        for kept, each, (outcome, *_) in zip(stored, made, sheets, strict=True)
    ]
    store.write([], sealed.FIRST, captures)
    store.close()
    at = next(place for place, (outcome, *_) in enumerate(sheets) if outcome == "page itself")
    return redacted_copy(db, folder / "a.evidence.db", stored[at].id, stored[at].sha256).body.decode()


def test_parts_are_those_captured_nearest_to_the_page(tmp_path):
    """Neither an older nor a newer style sheet, nor what stood there while the portal refused or failed."""
    shown = style_of(
        tmp_path, ("page", "red", 200), ("page", "blue", 200), ("blocked", "teal", 200), ("page", "gold", 304),
        ("page itself", "", 200), ("error", "pink", 500), ("page", "lime", 404), ("cut", "cyan", 200), ("page", "gray", 200),
    )  # fmt: skip
    assert [
        colour for colour in ("red", "blue", "teal", "gold", "pink", "lime", "cyan", "gray") if colour in shown
    ] == ["blue"]
