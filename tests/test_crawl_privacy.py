"""Personal data on a page never reaches the archive's file, and numbers that are none come through untouched."""

from pathlib import Path

from tests.conftest import Answer, Site, crawl, portal_file, rows
from tests.files import zipped

RESIDENT_ID = "11010519491231002X"  # the standard's own example, GB 11643
PHONE = "13812345678"
CARD = "6222020200112233445"
KEPT = ("640324001/2017-00001", "91640300MA75W0000X", "0953-8012345", "2017-640324-48-01-012345", "同样发〔2017〕3号")


def luhn(digits: str) -> str:
    """`digits` with the check digit that makes them a card number."""
    total = sum(int(d) if i % 2 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def test_a_page_with_personal_data(tmp_path: Path) -> None:
    card = luhn(CARD[:-1])
    private = f"王某，身份证号{RESIDENT_ID}，电话{PHONE}，卡号{card}"
    listed = (
        "<html><body><table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr><tr><td>640324001/2017-00001</td>"
        f'<td><a href="1.html">样本补贴名单 {PHONE}</a></td><td>2017-01-01</td></tr></table></body></html>'
    )
    page = (
        f"<html><body><h1>样本补贴名单</h1><p>联系电话：{PHONE}</p><p>文号：{KEPT[4]}</p>"
        f'<div class="TRS_Editor"><p>{private}</p><p>{"，".join(KEPT)}</p></div></body></html>'
    )
    db = tmp_path / "a.db"
    with Site({"/list.html": listed, "/1.html": page}) as site:
        assert crawl(portal_file(tmp_path, site.url, ("other", "样本", "/list.html")), db).returncode == 0
    for secret in (RESIDENT_ID, PHONE, card):
        assert secret.encode() not in stored(tmp_path)
    (record,) = rows(db, "SELECT * FROM records")
    assert all(number in str(record["body"]) for number in KEPT)
    assert "11****************" in str(record["body"])
    assert (record["index_number"], record["document_number"]) == (KEPT[0], KEPT[4])


def stored(folder: Path) -> bytes:
    """Every byte of the archive's file and of its write-ahead log."""
    return b"".join(path.read_bytes() for path in folder.glob("a.db*"))


def listed(cell: str) -> str:
    return (
        "<html><body><table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr><tr><td>640324001/2017-00001</td>"
        f"<td>{cell}</td><td>2017-01-01</td></tr></table></body></html>"
    )


def test_what_is_said_of_a_page_or_a_file_that_could_not_be_read_is_masked(tmp_path: Path) -> None:
    secrets = (RESIDENT_ID, PHONE, luhn(CARD[:-1]))
    files = {f"样本{secret}.exe": b"MZ" + bytes(200) for secret in secrets}
    # So long that the message about it ends in the middle of the card's number.
    gone = f"<html><body><p>页面不存在 请返回{RESIDENT_ID}，{PHONE}，{secrets[2]}</p></body></html>"
    page = '<html><body><h1>样本名单</h1><div class="TRS_Editor"><p>样本</p><a href="1.zip">样本.zip</a></div></body></html>'
    served: dict[str, Answer | str] = {
        "/one.html": listed('<a href="1.html">样本名单</a>'),
        "/two.html": listed('<a href="2.html">样本名单之二</a>'),
        "/1.html": page,
        "/1.zip": Answer(zipped(files), "application/zip"),
        "/2.html": gone,
    }
    title = f"样本目录{PHONE}"
    with Site(served) as site:  # type: ignore[arg-type]
        portal = portal_file(tmp_path, site.url, ("other", title, "/one.html"), ("other", "样本", "/two.html"))
        crawl(portal, tmp_path / "a.db")
    told = {str(row["kind"]): str(row["message"]) for row in rows(tmp_path / "a.db", "SELECT * FROM problems")}
    assert "样本11****************.exe: the file is a program" in told["attachment"]
    assert "请返回11****************，138********，6222****" in told["not_found"]
    assert all(secret[:11].encode() not in stored(tmp_path) for secret in secrets)


def test_a_link_that_holds_an_id_number_is_not_kept_and_its_row_is(tmp_path: Path) -> None:
    page = f'<html><body><h1>样本</h1><div class="TRS_Editor"><a href="f/{RESIDENT_ID}.doc">样本附件.doc</a><a href="f/{PHONE}.doc">样本附件二.doc</a></div></body></html>'
    row = f'<tr><td>640324001/2017-00002</td><td><a href="view?id={RESIDENT_ID}">样本名单之二</a></td><td>2017-01-02</td></tr>'
    row += row.replace(RESIDENT_ID, PHONE).replace("00002", "00003").replace("之二", "之三")
    list_page = listed('<a href="1.html">样本名单</a>').replace("</table>", f"{row}</table>")
    with Site({"/list.html": list_page, "/1.html": page}) as site:
        crawl(portal_file(tmp_path, site.url, ("other", "样本", "/list.html")), tmp_path / "a.db")
        assert not [path for path in site.requests if RESIDENT_ID in path or PHONE in path]
    found = rows(tmp_path / "a.db", "SELECT title, flags FROM records ORDER BY title")
    assert [tuple(row.values()) for row in found] == [
        ("样本名单", "[]"),
        ("样本名单之三", '["personal_link"]'),
        ("样本名单之二", '["personal_link"]'),
    ]
    assert not [secret for secret in (RESIDENT_ID, PHONE) if secret.encode() in stored(tmp_path)]


def test_a_fault_of_our_own_that_quotes_the_page_is_masked(tmp_path: Path) -> None:
    fault = (
        "from crawler.spiders import record_reader\n"
        f"def broken(*_, **__): raise ValueError('样' * 185 + '{RESIDENT_ID}')\n"
        "record_reader.read_record = broken\n"
    )
    with Site(
        {"/list.html": listed('<a href="1.html">样本名单</a>'), "/1.html": "<html><body>样本</body></html>"}
    ) as site:
        portal = portal_file(tmp_path, site.url, ("other", "样本", "/list.html"))
        crawl(portal, tmp_path / "a.db", first=fault)
    (problem,) = rows(tmp_path / "a.db", "SELECT * FROM problems")
    assert (problem["kind"], RESIDENT_ID[:12] in str(problem["message"])) == ("reading_failed", False)
