"""A small archive with its sealed originals, to serve in tests. Every page in it is a sample, made up here."""

import struct
import zlib
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from archive.evidence.evidence_store import Evidence
from archive.ingest.store import Store
from archive.model.observations import (
    AttachmentFile,
    Capture,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    MissingPage,
    Paging,
    PortalOfFile,
    RecordPage,
    Row,
)
from tests.exchanges import exchange

SITE = "http://sealed.example/"
LIST, PAGE, HOSTILE, GONE, GBK = (f"{SITE}{name}.html" for name in ("list", "1", "hostile", "gone", "gbk"))
CSS, SEEN, UNSEEN, TEXT, JSON, XLS, CUT_UP = (
    f"{SITE}files/{name}" for name in ("s.css", "seen.png", "unseen.png", "a.txt", "a.json", "a.xls", "cut.txt")
)
NOWHERE = "http://nowhere.invalid"
"""An address that a hostile page would ask for; any request to it fails a test."""

ID, PHONE = "11010519491231002X", "13800138000"
FIRST, SECOND = "2026-11-20T01:00:00Z", "2026-11-21T02:00:00Z"


def picture(colour: tuple[int, int, int], side: int = 60) -> bytes:
    """A PNG of one colour."""
    rows = b"".join(b"\0" + bytes(colour) * side for _ in range(side))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


GREEN, RED = picture((40, 160, 90)), picture((200, 40, 40))


def sample_page(amount: str) -> bytes:
    """A record's page with style, images and private numbers."""
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>样本公告之一</title>
    <link rel="stylesheet" href="files/s.css"><link rel="stylesheet" href="files/other.css"><script src="/js/site.js"></script>
    <style>.foot {{ color: #888 }}</style></head><body><div class="top">样本门户（仅供测试）</div><h1>样本公告之一</h1>
    <p>本页是样本，仅供测试。金额为{amount}。</p><p>联系人号码 <b>{ID[:6]}</b>{ID[6:]}，电话{PHONE}。</p>
    <img src="files/seen.png" alt="样本图一"><img src="files/unseen.png" alt="样本图二"><img src="files/none.png" alt="样本图三">
    <table border="1"><tr><td>项目</td><td>样本数</td></tr><tr><td>甲</td><td>1</td></tr></table>
    <p><a href="/other.html">样本链接</a></p><iframe src="/frame.html"></iframe><div class="foot">样本页脚</div></body></html>""".encode()


HOSTILE_PAGE = f"""<html><head><base href="{NOWHERE}/base/" target="_top"><meta http-equiv="refresh" content="0;url={NOWHERE}/refresh">
<link rel="stylesheet" href="{NOWHERE}/x.css"><link rel="prefetch" href="{NOWHERE}/prefetch"><link rel="icon" href="{NOWHERE}/icon">
<style>@import url({NOWHERE}/import.css); @font-face {{ font-family: f; src: url({NOWHERE}/font) }} body {{ background: url({NOWHERE}/bg.png); font-family: f }}
p::after {{ content: url({NOWHERE}/content.png) }}</style><title>样本</title></head>
<body onload="document.title='ran'" style="background:url({NOWHERE}/inline.png)"><script>document.title='ran';alert('ran');fetch('{NOWHERE}/fetch');top.location='{NOWHERE}/top'</script>
<p onclick="alert(1)">样本：恶意页面，仅供测试。</p><img src="{NOWHERE}/img.png" onerror="alert('onerror')"><img src=x srcset="{NOWHERE}/set.png 1x">
<iframe src="{NOWHERE}/frame"></iframe><iframe srcdoc="<script>alert('srcdoc')</script>"></iframe><object data="{NOWHERE}/object"></object><embed src="{NOWHERE}/embed">
<svg onload="alert('svg')"><image href="{NOWHERE}/svg.png"/><script>alert('svg script')</script></svg><video src="{NOWHERE}/video" autoplay poster="{NOWHERE}/poster"></video>
<form action="{NOWHERE}/form" method="post" target="_top"><input name="q" value="样本" autofocus onfocus="alert('focus')"><button id="go">提交样本</button></form>
<a id="top" href="{NOWHERE}/link" target="_top">样本链接一</a><a id="js" href="javascript:alert('js')">样本链接二</a><a id="own" href="/disclosures" target="_top">样本链接三</a>
<a id="data" href="data:text/html,<script>alert('data')</script>" download>样本链接四</a><a id="blank" href="{NOWHERE}/blank" target="_blank" ping="{NOWHERE}/ping">样本链接五</a>
<details open ontoggle="alert('toggle')"><summary>样本</summary></details><math><mtext><table><mglyph><style><img src=x onerror="alert('mxss')"></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror=alert('noscript')>"></noscript></body></html>""".encode()

OTHERS = "样本文字，仅供测试。" * 20

ANSWERS: tuple[tuple[str, str, int, str, bytes], ...] = (
    (LIST, "page", 200, "text/html; charset=utf-8", b"<html><body><ul><li>" + "样本目录".encode() + b"</li></ul></body></html>"),
    (PAGE, "page", 200, "text/html", sample_page("一百元")),
    (CSS, "page", 200, "text/css", b"h1 { color: rgb(1, 2, 3); background: url('seen.png') no-repeat } .top { font-size: 30px }"),
    (SEEN, "page", 200, "image/png", GREEN),
    (UNSEEN, "page", 200, "image/png", RED),
    (HOSTILE, "page", 200, "text/html; charset=utf-8", HOSTILE_PAGE),
    (GBK, "page", 200, "text/html", f"<html><body><h1>样本：国标编码</h1><p>{OTHERS}</p></body></html>".encode("gbk")),
    (GONE, "page", 200, "text/html; charset=utf-8", "<html><body>样本：后来不在的一页</body></html>".encode()),
    (TEXT, "page", 200, "text/plain; charset=utf-8", f"样本文本\n号码 {ID}\n电话 {PHONE}\n<script>alert(1)</script>".encode()),
    (JSON, "page", 200, "application/json", f'{{"样本": "仅供测试", "n": {PHONE}, "s": "\\u0031\\u0031010519491231002X"}}'.encode()),
    (XLS, "page", 200, "application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    (CUT_UP, "page", 200, "text/plain", f"样本 <b>{ID[:6]}</b>{ID[6:]}".encode()),
    # the second day
    (LIST, "page", 200, "text/html; charset=utf-8", b"<html><body><ul><li>" + "样本目录，少了一条".encode() + b"</li></ul></body></html>"),
    (PAGE, "page", 200, "text/html", sample_page("九百元")),
    (GONE, "gone", 404, "text/html; charset=utf-8", "<html><body>样本：页面不存在</body></html>".encode()),
    (HOSTILE, "not_modified", 304, "", b""),
    (LIST, "page", 200, "text/html; charset=utf-8", b"<html><body><ul><li>" + "样本目录，复核".encode() + b"</li></ul></body></html>"),
    (f"{SITE}old.html", "redirect", 302, "", b""),
)  # fmt: skip
DAY_ONE = 12
"""So many of ANSWERS came on the first day."""

PORTAL = PortalOfFile(
    "sealed",
    "样例县（有原件）",
    "640396",
    SITE,
    (CatalogOfPortal("notice", "样本公告", LIST),),
    checked_on="2026-11-01",
)


def number(url: str, nth: int = 1) -> int:
    """The number of the nth capture of an address."""
    return [place for place, answer in enumerate(ANSWERS, 1) if answer[0] == url][nth - 1]


def build_sealed(folder: Path) -> Path:
    """Write `disclosures.db` and `evidence.db` into `folder`; the archive's path."""
    db = folder / "disclosures.db"
    captures = _seal(folder / "evidence.db")
    store = Store(db)
    store.begin(PORTAL, "full", FIRST)
    rows = [
        _row(PAGE, "样本公告之一"),
        _row(HOSTILE, "样本：恶意页面"),
        _row(GBK, "样本：国标编码"),
        _row(GONE, "样本：后来不在的一页"),
    ]
    store.write([_list(rows, 1), *_pages()], FIRST, captures[:DAY_ONE])
    store.finish("finished", FIRST)
    store.close()
    store = Store(db)
    store.begin(PORTAL, "full", SECOND)
    changed = RecordPage(
        {}, {}, url=PAGE, body="样本正文。金额为九百元。", attachments=_linked(), capture=number(PAGE, 2)
    )
    store.write([_list(rows[:3], number(LIST, 2)), changed], SECOND, captures[DAY_ONE:14])
    missing = [record.url for record in store.missing(SECOND)]
    assert missing == [GONE]
    store.write(
        [MissingPage(GONE, "gone", "the portal answered 404: no such page", number(GONE, 2))], SECOND, captures[14:]
    )
    store.finish("finished", SECOND)
    store.close()
    return db


def _seal(path: Path) -> list[Capture]:
    """Seal ANSWERS; what the archive knows of each."""
    made = []
    for place, (url, _, status, declared, payload) in enumerate(ANSWERS, 1):
        day = 1 if place <= DAY_ONE else 2
        headers = (("Content-Type", declared),) if declared else ()
        if url == PAGE:
            headers += (("Last-Modified", "Wed, 18 Nov 2026 02:03:04 GMT"), ("ETag", f'"sample-{day}"'))
        fetched = f"2026-11-{19 + day}T0{day}:00:{place:02}.000001Z"
        made.append(exchange(1, crawl_id=day, portal="sealed", url=url, fetched_at=fetched, status=status,
                             response_headers=headers, payload=payload))  # fmt: skip
    with closing(Evidence(path)) as evidence:
        stored = evidence.add_many(made)
    return [
        Capture(kept.id, each.url, f"{each.fetched_at[:19]}Z", each.status, outcome, sha256(each.payload).hexdigest(), len(each.payload),
                each.response_header("ETag"), each.response_header("Last-Modified"))
        for kept, each, (_, outcome, *_) in zip(stored, made, ANSWERS, strict=True)
    ]  # fmt: skip


def _row(url: str, title: str) -> Row:
    fields = {
        "title": title,
        "publisher": "样例县民政局",
        "published_on": "2026-11-19",
        "index_number": f"640396001/2026-{len(title):05}",
    }
    return Row(fields, {"名称": title, "发布机构": "样例县民政局", "发布日期": "2026年11月19日"}, key=url)


def _list(rows: list[Row], capture: int) -> ListPage:
    return ListPage(tuple(rows), Paging(1), catalog_url=LIST, last=True, capture=capture)


def _linked() -> tuple[LinkedFile, ...]:
    names = (("样本图一.png", SEEN), ("样本图二.png", UNSEEN), ("样本文本.txt", TEXT), ("样本名单.xls", XLS))
    return tuple(LinkedFile(name, url) for name, url in names)


def _file(name: str, url: str, state: str, text: str | None, **redacted: int) -> AttachmentFile:
    payload = ANSWERS[number(url) - 1][4]
    return AttachmentFile(PAGE, name, url, sha256(payload).hexdigest(), len(payload), ANSWERS[number(url) - 1][3], text, state,
                          redacted=redacted, capture=number(url))  # fmt: skip


def _pages() -> list[RecordPage | AttachmentFile]:
    body = "样本正文。金额为一百元。\n项目\t样本数\n甲\t1\n样本结尾。"
    return [
        RecordPage({"created_on": "2026-11-18"}, {"生成日期": "2026-11-18"}, url=PAGE, body=body, attachments=_linked(), redacted={"resident_id": 1, "phone": 1}, capture=number(PAGE)),
        RecordPage({}, {}, url=HOSTILE, body="样本：恶意页面，仅供测试。", capture=number(HOSTILE)),
        RecordPage({}, {}, url=GBK, body=OTHERS, capture=number(GBK)),
        RecordPage({}, {}, url=GONE, body="样本：后来不在的一页", capture=number(GONE)),
        _file("样本图一.png", SEEN, "ocr", "样本图像中的文字"),
        _file("样本图二.png", UNSEEN, "needs_ocr", None),
        _file("样本文本.txt", TEXT, "text", "样本文本\n号码 11****************\n电话 138********", resident_id=1, phone=1),
        _file("样本名单.xls", XLS, "text", "样本名单\n甲\t1\n乙\t2", phone=2),
    ]  # fmt: skip
