"""A large made-up portal as a folder of files behind nginx on loopback, for the benchmarks.

The pages have the TRS county template's markup and random Chinese text that says that it is benchmark text.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.files import docx, text_cell, word, word_table, xlsx

FIXTURES = Path(__file__).parent.parent / "tests" / "attachments"
ROWS_A_PAGE = 20
WORDS = [
    "关于",
    "同心",
    "项目",
    "预算",
    "实施",
    "方案",
    "通知",
    "公告",
    "管理",
    "办法",
    "教育",
    "住房",
    "建设",
    "资金",
    "安排",
    "情况",
    "报告",
    "规划",
    "棚户区",
    "改造",
    "乡镇",
    "扶贫",
    "医疗",
]
AGENCIES = ["县政府办公室", "县财政局", "县教育局", "县住房和城乡建设局", "县交通运输局", "县卫生健康局"]

_NAVIGATION = "".join(f'<li><a href="/nav/{n}.html" title="导航{n}">导航栏目{n}</a></li>' for n in range(60))
_PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="SiteName" content="基准门户"><style>{style}</style></head><body><div class="top"><ul>{nav}</ul></div>{main}'
    '<div class="foot"><ul>{nav}</ul><p>基准测试页面，文字随机生成，与任何政府无关</p></div></body></html>'
)
_SMALL = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{main}'
    "<p>基准测试页面，文字随机生成，与任何政府无关</p></body></html>"
)
_STYLE = "\n".join(f".c{n}{{margin:{n}px;padding:{n}px;color:#333;font-size:14px}}" for n in range(120))


def write_portal(folder: Path, records: int, *, small: bool = False, files: int = 0) -> None:
    """Write a catalogue of `records` records, 20 a list page, under `folder`/xxgk/; pages of 20 KB, or `small` ones of 3.

    Of a hundred records `files` link to a file of their own: by turns docx, xlsx, pdf, xls and txt. The list begins with the last
    record; with fewer of them it was written before, the pages of these stay as they are.
    """
    catalog = folder / "xxgk"
    (catalog / "201711").mkdir(parents=True, exist_ok=True)
    pages = -(-records // ROWS_A_PAGE)
    for page in range(pages):
        newest = records - page * ROWS_A_PAGE
        numbers = range(newest - 1, max(newest - ROWS_A_PAGE, 0) - 1, -1)
        rows = "".join(_write_record(catalog, number, Random(f"1 {number}"), small, files) for number in numbers)
        head = "<ul><li>索引号</li><li>标题</li><li>发布单位</li><li>发布日期</li></ul>"
        pager = f'<script>createPageHTML({pages}, {page}, "list", "html");</script>'
        name = "list.html" if page == 0 else f"list_{page}.html"
        main = f'<div class="boxcon">{head}{rows}</div>{pager}'
        (catalog / name).write_text(_page("目录", main, small), "utf-8")


def has_file(number: int, files: int) -> bool:
    """Whether a record is one of those, `files` of a hundred and spread evenly, that have a file."""
    return number * files % 100 < files


def _write_record(catalog: Path, number: int, randomly: Random, small: bool, files: int) -> str:
    """Write a record's page and file, if it is not there; return its row."""
    title = "".join(randomly.choices(WORDS, k=8)) + f"第{number}号"
    agency = randomly.choice(AGENCIES)
    path = catalog / f"201711/t20171101_{number}.html"
    if not path.exists():
        main = _record(number, title, agency, randomly, 2 if small else 16)
        if has_file(number, files):
            main += _write_file(path, number, files, randomly)
        path.write_text(_page(title, main, small), "utf-8")
    return _row(number, title, agency)


def _page(title: str, main: str, small: bool) -> str:
    return (_SMALL if small else _PAGE).format(title=title, style=_STYLE, nav=_NAVIGATION, main=main)


def _row(number: int, title: str, agency: str) -> str:
    index = f"640324001/2017-{number:05}"
    return (
        f'<div class="xxgk_wrap"><ul><li><span>{index}</span></li>'
        f'<li class="w353"><a href="./201711/t20171101_{number}.html" title="{title}">{title[:23]}...</a></li>'
        f'<li><span>{agency}</span></li><li class="w100"><span>2017-11-{number % 28 + 1:02}</span></li></ul>'
        f'<div class="hover_box"><p>索 引 号：<span>{index}</span></p><p>名　　称：<span>{title}</span></p>'
        f"<p>文　　号：<span></span></p><p>公开时限：长期公开</p><p>生成日期：<span>2017-11-01</span></p>"
        f"<p>责任部门：<span>{agency}</span></p></div></div>"
    )


def _record(number: int, title: str, agency: str, randomly: Random, paragraphs: int) -> str:
    text = "".join(f"<p>{''.join(randomly.choices(WORDS, k=40))}。</p>" for _ in range(paragraphs))
    return (
        f'<div class="pos">当前位置：<a href="/">首页</a> > <a href="/xxgk/list.html">目录</a></div><h1>{title}</h1><table>'
        f"<tr><td>索 引 号：640324001/2017-{number:05}</td><td>文　　号：</td><td>生成日期：2017-11-01</td></tr>"
        f"<tr><td>公开方式：主动公开</td><td>发布机构：{agency}</td><td>责任部门：{agency}</td></tr></table>"
        f'<div class="zz-xl-ct"><div class="TRS_Editor"><p>基准测试文字。</p>{text}</div></div>'
    )


def _write_file(page: Path, number: int, files: int, randomly: Random) -> str:
    """Write a file beside its record's page; return the link to it."""
    lines = ["".join(randomly.choices(WORDS, k=20)) for _ in range(100)]
    table = "\n".join(f"{line[:8]}\t{number}\t{place}" for place, line in enumerate(lines))
    rows = (
        f'<row r="{place}">{text_cell(f"A{place}", line)}<c r="B{place}"><v>{number}</v></c></row>'
        for place, line in enumerate(lines, 1)
    )
    made: list[tuple[str, Callable[[], bytes]]] = [
        ("docx", lambda: docx("".join(map(word, lines)) + word_table(table))),
        ("xlsx", lambda: xlsx("".join(rows))),
        ("pdf", (FIXTURES / "sample.pdf").read_bytes),
        ("xls", (FIXTURES / "sample.xls").read_bytes),
        ("txt", lambda: "\n".join(lines).encode("gb18030")),
    ]
    suffix, make = made[number * files // 100 % len(made)]  # of the files one after another, not of the records
    path = page.with_suffix(f".{suffix}")
    path.write_bytes(make())
    return f'<div class="fj"><p><a href="./{path.name}">附件：基准测试文件{number}.{suffix}</a></p></div>'


def portal_file(folder: Path, home: str, name: str = "bench") -> Path:
    """The portal file for the catalogue standing at `home`."""
    path = folder / f"{name}.toml"
    path.write_text(
        f'id = "{name}"\nname = "基准门户"\ndivision_code = "640324"\nhome = "{home}"\n'
        '[[catalogs]]\nkind = "other"\ntitle = "目录"\nurl = "/xxgk/list.html"\n',
        "utf-8",
    )
    return path


@contextmanager
def nginx(folder: Path, root: Path, hosts: Sequence[str] = ("127.0.0.1",)) -> Iterator[str]:
    """nginx serving `root` on a free port of these loopback hosts, its own files under `folder`; the address of the first."""
    with nginx_of_hosts(folder, dict.fromkeys(hosts, (root, ""))) as port:
        yield f"http://{hosts[0]}:{port}/"


@contextmanager
def nginx_of_hosts(folder: Path, sites: Mapping[str, tuple[Path, str]], log: str = "off") -> Iterator[int]:
    """nginx serving a folder of files, or answering as a directive says, for each loopback host; the port, free before. `log`: of requests."""
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(binary).exists():
        raise SystemExit("nginx is needed (Debian package nginx-light)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    servers = "\n".join(
        f"server {{ listen {host}:{port}; root {root}; {answer} }}" for host, (root, answer) in sites.items()
    )
    config.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ types {{ text/html html; text/plain txt; }} default_type application/octet-stream; access_log {log}; keepalive_requests 100000;\n"
        f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n"
        f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n{servers} }}\n"
    )
    first = next(iter(sites))
    server = subprocess.Popen([binary, "-c", str(config), "-e", str(folder / "error.log")])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex((first, port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()
