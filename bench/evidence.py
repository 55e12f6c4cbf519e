"""Size and speed of evidence: made-up pages into `evidence.db`, and into WARC with warcio, in turns.

    python -m bench.evidence [--pages 5000] [--runs 3]

The pages are not government text. Four templates (list, detail, table, news) take turns with a Chinese text of its
own on each page, drawn at random from some 480 of the commonest characters and a few dozen common words; each page
says that it is a sample. A page has some 14 KB, of which the text is 1 to 5 KB. The text alone packs no better than
that of real notices does, so that templates and not the text make the difference.
Written as a crawl does it: 20 captures at a time, committed to disk. Target: at most a fifth of the pages as received.
"""

import io
import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import zstandard
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.evidence.evidence_store import Evidence, Exchange
from bench.measure import Cost, Figure, Ratio, Report, arguments, ratio, tell, work

BATCH = 20

CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白"
)
WORDS = (
    "工作",
    "管理",
    "实施",
    "方案",
    "通知",
    "项目",
    "建设",
    "服务",
    "单位",
    "部门",
    "政府",
    "公开",
    "信息",
    "办法",
    "规定",
    "资金",
    "预算",
    "农村",
    "教育",
    "卫生",
    "安全",
    "生产",
    "环境",
    "保护",
    "发展",
    "规划",
    "监督",
    "检查",
    "责任",
    "落实",
    "完成",
    "推进",
    "改革",
    "城镇",
    "村民",
    "补助",
    "标准",
    "申请",
    "审核",
    "公示",
)
AGENCIES = ("样本办公室", "样本财政局", "样本教育局", "样本水务局", "样本住建局")


def text(chance: random.Random, length: int) -> str:
    """A text of about `length` characters, with sentences and paragraphs."""
    out, total = [], 0
    while total < length:
        token = chance.choice(WORDS) if chance.random() < 0.45 else chance.choice(CHARACTERS)
        if chance.random() < 0.06:
            token += chance.choice("，，，。。；")
        out.append(token)
        total += len(token)
    return "".join(out)


def _chrome(name: str, links: int) -> tuple[str, str]:
    """The part a template repeats on each page: (top, bottom)."""
    menu = "\n".join(
        f'      <li class="nav-item n{i}"><a href="/{name}/zwgk/column_{i * 37 % 101}/list.html" '
        f'title="{CHARACTERS[i * 4 : i * 4 + 4]}" target="_blank">{CHARACTERS[i * 4 : i * 4 + 4]}</a></li>'
        for i in range(links)
    )
    style = "\n".join(
        f".{name}-{i} {{ float: left; width: {i * 13 % 400}px; color: #{i * 7919 % 4096:03x}; }}" for i in range(40)
    )
    top = f"<style>\n{style}\n</style>\n<div class='header {name}'><ul>\n{menu}\n</ul></div>"
    bottom = f"<div class='footer {name}'>样本网站 {name} 版权所有 备案号 00000000</div>\n<script src='/js/{name}.js'></script>"
    return top, bottom


CHROME = {name: _chrome(name, links) for name, links in (("list", 70), ("detail", 60), ("table", 50), ("news", 80))}


def _main(template: str, chance: random.Random) -> str:
    if template == "list":
        return "\n".join(
            f'<ul><li>640000001/{chance.randint(2014, 2026)}-{chance.randint(10000, 99999)}</li><li><a href="./20{chance.randint(1400, 2612)}'
            f'/t{chance.randint(20140101, 20261231)}_{chance.randint(100000, 999999)}.html" title="{(title := text(chance, 24))}">'
            f"{title[:23]}...</a></li><li>{chance.choice(AGENCIES)}</li><li>20{chance.randint(14, 26)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}</li></ul>"
            for _ in range(20)
        )
    paragraphs = "\n".join(f"<p>{text(chance, chance.randint(60, 220))}</p>" for _ in range(chance.randint(3, 9)))
    if template == "table":
        cells = "".join(f"<tr><td>{text(chance, 6)}</td><td>{chance.randint(100, 99999)}</td></tr>" for _ in range(15))
        return f"<table>{cells}</table>\n{paragraphs}"
    return paragraphs


def pages(count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """`count` pages as (template, bytes); the templates take turns, a list page is one in ten."""
    chance = random.Random(seed)
    for number in range(count):
        template = "list" if number % 10 == 0 else ("detail", "table", "news")[number % 3]
        top, bottom = CHROME[template]
        title = text(chance, 18)
        page = (
            f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'><title>{title}</title>\n{top}\n"
            f"<h1>{title}</h1><div class='meta'>索引号：640000001/2026-{number:05d} 发布机构：{chance.choice(AGENCIES)} 样本：随机生成</div>\n"
            f"<div class='content'>{_main(template, chance)}</div>\n{bottom}\n</body></html>\n"
        )
        yield template, page.encode()


def exchange(number: int, template: str, page: bytes) -> Exchange:
    """A page as the crawler would have got it."""
    clock = f"{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    return Exchange(
        crawl_id=1,
        portal="bench",
        url=f"http://127.0.0.1:8000/zwgk/{template}/202611/t20261123_{100000 + number}.html",
        method="GET",
        request_headers=(
            ("User-Agent", "Disclosures/0.1 (+https://example.org/about; crawl@example.org)"),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", "zh-CN,zh;q=0.9"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Referer", f"http://127.0.0.1:8000/zwgk/list_{number // 20}.html"),
        ),
        request_body=b"",
        fetched_at=f"2026-11-23T{clock}.{number * 7919 % 1_000_000:06d}Z",
        status=200,
        response_headers=(
            ("Server", "nginx/1.18.0"),
            ("Date", f"Mon, 23 Nov 2026 {clock} GMT"),
            ("Content-Type", "text/html"),
            ("Content-Encoding", "gzip"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "keep-alive"),
            ("Last-Modified", f"Fri, 20 Nov 2026 {clock} GMT"),
            ("ETag", f'W/"{number * 7919:08x}-{len(page):x}"'),
        ),
        payload=page,
        wire_bytes=len(page) // 4,
        protocol="HTTP/1.1",
        ip_address="127.0.0.1",
        software=f"Disclosures/{version('disclosures')} Scrapy/{version('scrapy')}",
    )


def seal(path: Path, exchanges: Sequence[Exchange]) -> None:
    """Write the exchanges as a crawl does: each batch committed to disk."""
    evidence = Evidence(path)
    for first in range(0, len(exchanges), BATCH):
        evidence.add_many(exchanges[first : first + BATCH])
    evidence.close()


def warc(path: Path, exchanges: Sequence[Exchange]) -> None:
    """Write the exchanges with warcio as recorders do, request and response, each batch committed to disk."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for place, one in enumerate(exchanges, start=1):
            asked = StatusAndHeaders(f"GET {one.url} HTTP/1.1", list(one.request_headers), is_http_request=True)
            answered = StatusAndHeaders("200 OK", list(one.response_headers), protocol="HTTP/1.1")
            request = writer.create_warc_record(one.url, "request", payload=io.BytesIO(), http_headers=asked)
            response = writer.create_warc_record(
                one.url, "response", payload=io.BytesIO(one.payload), http_headers=answered
            )
            writer.write_request_response_pair(request, response)
            if place % BATCH == 0:
                out.flush()
                os.fsync(out.fileno())


def read_back(path: Path) -> None:
    """Recompute every digest."""
    evidence = Evidence(path)
    assert not list(evidence.verify())
    evidence.close()


def read_warc(path: Path) -> None:
    """Recompute every digest, as `warcio check` does."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()


def measured(count: int, runs: int) -> Report:
    """Write, and read back, `count` pages as evidence and as WARC, `runs` times in turns."""
    exchanges = [exchange(number, *page) for number, page in enumerate(pages(count))]
    raw = sum(len(each.payload) for each in exchanges)
    chance = random.Random(2)
    texts = [text(chance, 900).encode() for _ in range(50)]
    alone = sum(len(zstandard.compress(each)) for each in texts) / sum(map(len, texts))
    costs: dict[str, list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            ours, theirs = Path(folder, f"{run}.db"), Path(folder, f"{run}.warc.gz")
            costs["warcio"].append(work(partial(warc, theirs, exchanges)))
            costs["evidence"].append(work(partial(seal, ours, exchanges)))
            costs["warcio check"].append(work(partial(read_warc, theirs)))
            costs["verify"].append(work(partial(read_back, ours)))
        size, of_warc = ours.stat().st_size, theirs.stat().st_size
    report = Report(
        "evidence",
        f"Evidence of {count:,} pages of {raw // count / 1000:.0f} KB",
        [
            ratio("writing evidence.db to writing WARC with warcio", costs["evidence"], costs["warcio"]),
            ratio("verifying evidence.db to checking WARC with warcio", costs["verify"], costs["warcio check"]),
            Ratio("evidence.db to the pages as received, in bytes", size / raw, target=0.2),
            Ratio("evidence.db to WARC, in bytes", size / of_warc),
        ],
        notes=[f"The pages are made up; their text alone packs to {alone:.0%}, as that of real notices does."],
    )
    for name, each in costs.items():
        wall, processor = (1000 * min(getattr(cost, unit) for cost in each) / count for unit in ("wall", "processor"))
        report.figures.append(Figure(name, wall, "ms a page", processor=processor))
    return report


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    tell(measured(options.pages, options.runs), options)


if __name__ == "__main__":
    main()
