"""A made-up portal whose whole look can change from one day to the next, and crawls of it day by day, over real HTTP."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import warm
from tests.conftest import Answer, Site, SiteRequest, portal_file, rows

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LIST, SECOND = "/plans/list.html", "/plans/second.html"


@dataclass(frozen=True)
class Document:
    """One document of the portal; every third has a file. `folder`: where it stands below the list's; `copy_of`: whose words it has.
    `listed_in`: 1, in a portal of two lists 2, or 0 where no list shows it.
    """

    number: int
    text: str = ""
    edition: str = ""
    folder: str = ""
    copy_of: int = 0
    listed_in: int = 1

    @property
    def path(self) -> str:
        return f"/plans/{self.folder}{self.number}.html"

    @property
    def title(self) -> str:
        return f"样本规划第{self.copy_of or self.number}号{self.edition}"

    @property
    def day(self) -> str:
        return f"2026-02-{self.number % 28 + 1:02}"

    @property
    def index_number(self) -> str:
        return f"640324001/2026-{self.number:05}"

    @property
    def paragraphs(self) -> str:
        return f"<p>本页为测试样本，第{self.copy_of or self.number}号。</p><p>{self.text or '样本正文，并非政府文件。'}</p>"

    @property
    def file(self) -> str:
        return f'<a href="/files/{self.number}.txt">样本附件{self.number}.txt</a>' if self.number % 3 == 0 else ""


def plain(document: Document) -> str:
    """The look of a record's page at first: a box of labels, the text, and its file behind it."""
    file = f"<p>附件：{document.file}</p>" if document.file else ""
    return f"""<html><body><h1>{document.title}</h1><table><tr><td>索引号：{document.index_number}</td><td>发布机构：样本局</td>
<td>发布日期：{document.day}</td></tr></table><div class="TRS_Editor">{document.paragraphs}</div>{file}</body></html>"""


def redesigned(document: Document) -> str:
    """Another look: other labels in another order, a trail, a line of sources, the file within the text."""
    file = f"<p>相关附件</p><p>{document.file}</p>" if document.file else ""
    return f"""<html><body><div class="crumbs">当前位置：<a href="/">首页</a> &gt; 规划计划</div><div class="article">
<h2 class="title">{document.title}</h2><p>来源：样本局　发布时间：{document.day}　【字体：大 中 小】</p><p>索 引 号：{document.index_number}</p>
<div id="zoom"><p>样本县人民政府门户网站</p>{document.paragraphs}{file}<p>扫一扫在手机打开当前页</p></div></div></body></html>"""


def file_inside(document: Document) -> str:
    """The first look, with the line of the file moved into the text."""
    return plain(document).replace(f"</div><p>附件：{document.file}</p>", f"<p>附件：{document.file}</p></div>")


def file_behind(document: Document) -> str:
    """The other look, with the line of the file moved out of the text, behind it."""
    end = "<p>扫一扫在手机打开当前页</p></div>"
    return redesigned(document).replace(f"<p>{document.file}</p>{end}", f"{end}<p>{document.file}</p>")


def list_of(documents: Sequence[Document]) -> str:
    """The list, newest first, on one page."""
    head = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"
    lines = "".join(
        f'<tr><td>{each.index_number}</td><td><a href="{each.path}">{each.title}</a></td><td>{each.day}</td></tr>'
        for each in sorted(documents, key=lambda each: -each.number)
    )
    return f"<html><body><table>{head}{lines}</table></body></html>"


@dataclass
class Portal:
    """The portal with its documents and its look, served by `site`, and an archive of it in `folder`."""

    site: Site
    folder: Path
    documents: dict[int, Document] = field(default_factory=lambda: {n: Document(n) for n in range(1, 31)})
    look: Callable[[Document], str] = plain
    day: int = 0
    list_path: str = LIST
    said: str = ""
    has_second: bool = False

    @property
    def db(self) -> Path:
        return self.folder / "a.db"

    def answers(self) -> dict[str, Answer | str | Callable[[SiteRequest], Answer | str]]:
        """The documents on the portal."""
        return {
            self.list_path: list_of([each for each in self.documents.values() if each.listed_in == 1]),
            **({SECOND: list_of([each for each in self.documents.values() if each.listed_in == 2])} if self.has_second else {}),
            **{each.path: self.look(each) for each in self.documents.values()},
            **{f"/files/{n}.txt": Answer(f"样本附件之文本{n}", "text/plain; charset=utf-8") for n in self.documents if n % 3 == 0},
        }  # fmt: skip

    def edit(self, number: int, text: str) -> None:
        self.documents[number] = replace(self.documents[number], text=text)

    def crawl(self, spoil: Callable[[str, Any], Any] | None = None, mode: str = "full", days: int = 1) -> str:
        """Crawl on the next day; `spoil` changes answers, by path. The crawl's outcome."""
        self.site.answers = self.answers()
        if spoil:
            self.site.answers = {path: spoil(path, answer) for path, answer in self.site.answers.items()}
        second = [("budget", "样本预算", SECOND)] if self.has_second else []
        portal = portal_file(self.folder, self.site.url, ("plan", "样本规划", self.list_path), *second)
        self.day += days
        moment = (NOW + timedelta(days=self.day)).strftime("%Y-%m-%dT%H:%M:%SZ")
        options = ("--db", self.db, "--delay", 0, "--mode", mode)
        self.said = warm.disclosures("crawl", portal, *options, env={"DISCLOSURES_NOW": moment}).stdout
        return str(rows(self.db, "SELECT outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]["outcome"])

    def events(self) -> list[tuple[str, int]]:
        """Events, but for documents added: kind, and the number of the document."""
        sql = "SELECT e.kind, r.url FROM events e JOIN records r ON r.id = e.record_id WHERE e.kind <> 'added' ORDER BY e.id"
        return [(str(each["kind"]), int(str(each["url"]).rsplit("/")[-1].split(".")[0])) for each in rows(self.db, sql)]

    def copy(self, folder: Path) -> "Portal":
        """The portal with its first documents and look, and a copy of its archive in another folder."""
        for path in self.folder.iterdir():
            shutil.copy(path, folder)
        return Portal(self.site, folder, day=self.day)


@contextmanager
def two_days(folder: Path) -> Iterator[Portal]:
    """The portal served, and an archive of its first two days."""
    with Site({}) as site:
        portal = Portal(site, folder)
        assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
        yield portal


def of_records(path: str) -> bool:
    """Whether a path is that of a record's page."""
    return path.startswith("/plans/") and path != LIST


def maintenance(path: str, answer: Any) -> Any:
    """One notice in the place of every record's page."""
    words = "<h1>样本通知</h1><div><p>样本门户今日整理内容，各页暂时都显示这一段文字，明日恢复，不便之处敬请谅解。</p></div>"
    return f"<html><body>{words}</body></html>" if of_records(path) else answer
