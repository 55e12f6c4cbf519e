"""Personal data on a page never reaches the archive's file, and numbers that are none come through untouched."""

from pathlib import Path

from tests.conftest import Site, crawl, portal_file, rows

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
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("a.db*"))
    for secret in (RESIDENT_ID, PHONE, card):
        assert secret.encode() not in stored
    (record,) = rows(db, "SELECT * FROM records")
    assert all(number in str(record["body"]) for number in KEPT)
    assert "11****************" in str(record["body"])
    assert (record["index_number"], record["document_number"]) == (KEPT[0], KEPT[4])
