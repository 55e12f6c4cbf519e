"""What of a sealed original may be shown, and what may not."""

from hashlib import sha256

import pytest

from archive import copies
from archive.copies import Copy, copy_of
from archive.exchange import EvidenceError
from archive.inert.page import NotShown
from archive.redact import redact
from tests.web import sealed
from tests.web.sealed import ANSWERS, ID, PHONE, build_sealed, number


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def shown(archive):
    """The copy of the nth capture of an address."""

    def ask(url: str, nth: int = 1) -> Copy:
        capture = number(url, nth)
        digest = sha256(ANSWERS[capture - 1][4]).hexdigest()
        return copy_of(archive, archive.with_name("evidence.db"), capture, digest)

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
    assert shown(sealed.SEEN) == Copy("image/png", sealed.GREEN)
    with pytest.raises(NotShown, match="isn't known"):
        shown(sealed.UNSEEN)


@pytest.mark.parametrize(
    ("url", "reason"),
    [(sealed.XLS, copies.UNKNOWN), (f"{sealed.SITE}old.html", copies.EMPTY), (sealed.CUT_UP, copies.UNSURE)],
)
def test_what_is_not_shown(shown, url, reason):
    with pytest.raises(NotShown) as found:
        shown(url)
    assert str(found.value) == reason


@pytest.mark.parametrize(
    ("payload", "declared"),
    [
        (b"%PDF-1.7\n1 0 obj", "application/pdf"), (b"%PDF-1.7", "text/plain"), (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml"),
        (b"MZ\x00\x01", "application/octet-stream"), (b"PK\x03\x04\x00", "image/png"), (b"\x00\x01\x02", "text/html"), (b"\xff\xfe<\x00p\x00", ""),
        (b"<?xml version='1.0'?><a><![CDATA[<b>110105</b>19491231002X]]></a>", "text/xml"), (b"<script>1</script>", "image/png"), (b"{" * 5000, "application/json"),
    ],
)  # fmt: skip
def test_whatever_was_captured_nothing_acts(payload, declared):
    from archive.exchange import Exchange
    from tests.exchanges import exchange

    sample: Exchange = exchange(1, payload=payload, response_headers=(("Content-Type", declared),))
    try:
        copy = copies._copy(sample, copies._Parts(None, None, 1))
    except NotShown:
        return
    assert copy.media_type in {"text/plain; charset=utf-8", "text/html; charset=utf-8"}
    if "html" in copy.media_type:
        assert b"<script" not in copy.body
    assert ID[6:] not in copy.body.decode()


def test_an_original_that_is_another_one_is_not_shown(archive):
    with pytest.raises(EvidenceError, match="not the one the archive knows"):
        copy_of(archive, archive.with_name("evidence.db"), number(sealed.PAGE), "0" * 64)
    with pytest.raises(EvidenceError, match="missing"):
        copy_of(archive, archive.with_name("evidence.db"), 999, "0" * 64)
    with pytest.raises(EvidenceError, match="there is no evidence file"):
        copy_of(archive, archive.with_name("none.db"), 1, "0" * 64)


def test_an_image_with_a_long_number_in_it_is_not_shown(tmp_path):
    import sqlite3
    from contextlib import closing

    archive = build_sealed(tmp_path)
    ask = (archive, archive.with_name("evidence.db"), number(sealed.SEEN), sha256(sealed.GREEN).hexdigest())
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("UPDATE attachments SET text = '样本 1101 0519 491 2' WHERE url = ?", (sealed.SEEN,))
        connection.commit()
        with pytest.raises(NotShown):
            copy_of(*ask)
        connection.execute("UPDATE attachments SET text = '样本 2026' WHERE url = ?", (sealed.SEEN,))
        connection.commit()
        assert copy_of(*ask).media_type == "image/png"
        connection.execute(
            "INSERT INTO redactions SELECT record_id, url, 'phone', 1, 1 FROM attachments WHERE url = ?", (sealed.SEEN,)
        )
        connection.commit()
        with pytest.raises(NotShown):
            copy_of(*ask)
