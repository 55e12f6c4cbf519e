"""Cost of reading a page, with nothing else running: a list of 20 rows with hover boxes, a record's page of 50 KB.

python -m bench.reading [--runs 7]

Prints milliseconds of CPU for each page, the best of several runs, beside what parsing its HTML alone costs (targets: under
5 ms a page on one core); then CPU seconds and peak memory of `disclosures probe` on each of several files, saved and
hostile ones (targets: under 1 s for a page, 5 s and 300 MB for a hostile one).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crawler.extract.tree import parse_html
from crawler.families.detection import detect
from crawler.services.answer import Answer
from crawler.spiders.pages import read_list, read_record

PLACE = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/list.html"
TITLE = "样本文件之{0}：关于一件样本事项的通知，题名足够长，列表中只显示开头"
MENU = '<div class="nav"><ul>' + "".join(f'<li><a href="/c{n}/">栏目{n}</a></li>' for n in range(40)) + "</ul></div>"
ROW = (
    '<div class="xxgk_wrap"><ul><li class="w150"><span>640324-101/2017-001{0:02}</span></li><li class="w353">'
    f'<a href="./201712/t20171219_6612{{0}}.html" title="{TITLE}" target="_blank">{TITLE[:20]}...</a></li>'
    '<li><span>样本县政府办</span></li><li class="w100"><span>2017-12-19</span></li></ul><div class="hover_box">'
    f"<p>索 引 号：<span>640324-101/2017-001{{0:02}}</span></p><p>名　　称：<span>{TITLE}</span></p><p>文　　号：<span></span></p>"
    "<p>公开时限：长期公开</p><p>生成日期：<span>2017-12-19</span></p><p>责任部门：<span>样本县政府办</span></p></div></div>"
)
LIST = (
    f"<html><head><title>样本</title></head><body>{MENU}<div class='boxcon'>{''.join(map(ROW.format, range(10, 30)))}</div>"
    '<script>createPageHTML(12, 0, "list", "html")</script></body></html>'
)
TEXT = "".join(
    f"<p><span>第{n}条 样本正文，仅供测试。</span><span>{'样本文字内容' * 12}</span></p>" for n in range(170)
)
RECORD = (
    f"<html><head><title>样本</title></head><body>{MENU}<div>当前位置：<a href='/'>首页</a> > <a href='/a/'>政务公开</a></div>"
    "<h1>样本标题</h1><table><tr><td>索 引 号：A1</td><td>文　　号：</td><td>生成日期：2017-12-19</td></tr><tr>"
    "<td>公开方式：主动公开</td><td>发布机构：样本局</td><td>责任部门：</td></tr></table>"
    f'<div class="TRS_Editor">{TEXT}</div></body></html>'
)
TIMES = 50
"""Times that a page is read for one measure."""

HOSTILE: dict[str, bytes] = {
    "100,000 nested tags": f"<html><body>{'<div>' * 100_000}".encode(),
    "100,000 nested rows": (
        "<html><body>" + '<li><a href="/a.html">样本</a><span>2018-01-01</span>' * 100_000
    ).encode(),
    "100,000 attributes": f"<html><body><p {' '.join(f'a{n}=1' for n in range(100_000))}>".encode(),
    "20 MB of rows": (
        "<html><body><ul>" + '<li><a href="/a.html">样本文件</a><span>2018-01-01</span></li>' * 300_000
    ).encode(),
    "5 MB of random bytes": os.urandom(5_000_000),
    "nothing": b"",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=7)
    runs = arguments.parse_args().runs
    answer = Answer(PLACE, LIST)
    assert len(read_list(answer, detect(answer).family, lambda _: True).rows) == 20
    report("list of 20 rows with hover boxes", LIST, _list, runs)
    report("record's page", RECORD, lambda: read_record(RECORD, PLACE, PLACE, cut=False), runs)
    pages = {"the list above": LIST.encode(), "the record's page above": RECORD.encode(), **HOSTILE}
    with tempfile.TemporaryDirectory() as folder:
        for name, body in pages.items():
            path = Path(folder) / "page.html"
            path.write_bytes(body)
            seconds, megabytes = probe(path)
            print(f"probe, {name}: {seconds:.2f} s of CPU, {megabytes:.0f} MB")


def _list() -> object:
    answer = Answer(PLACE, LIST)
    return read_list(answer, detect(answer).family, lambda _: True)


def report(name: str, text: str, read: Callable[[], object], runs: int) -> None:
    """Print the milliseconds of CPU of `read` beside those of parsing `text`."""
    alone, whole = best(lambda: parse_html(text), runs), best(read, runs)
    size = len(text.encode()) / 1000
    print(f"{name}, {size:.0f} KB: {whole:.2f} ms, {whole / alone:.1f} times the parsing of its HTML ({alone:.2f} ms)")


def best(work: Callable[[], object], runs: int) -> float:
    """Milliseconds of CPU for one `work`, the best of `runs`."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(TIMES):
            work()
        found.append((time.process_time() - start) / TIMES * 1000)
    return min(found)


def probe(path: Path) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of `disclosures probe` on a file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "bench.peak", "probe", str(path)], capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "Traceback" not in done.stderr, done.stderr
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stderr.rsplit(maxsplit=1)[-1]) / 1000


if __name__ == "__main__":
    main()
