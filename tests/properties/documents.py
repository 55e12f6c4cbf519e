"""Documents of a made portal: the truth about each today, and its rows and pages as they print it."""

from dataclasses import dataclass

from archive.model.observations import CatalogOfPortal, LinkedFile, PortalOfFile, RecordPage, Row
from archive.model.records import CUT_PAGE

CATALOGS = ("http://p.example/plans/", "http://p.example/budgets/", "http://p.example/notices/")


def portal(name: str) -> PortalOfFile:
    catalogs = tuple(CatalogOfPortal("plan", f"样本目录{place}", url) for place, url in enumerate(CATALOGS))
    return PortalOfFile(name, f"样本县{name}", "640399", "http://p.example/", catalogs)


@dataclass(frozen=True, slots=True)
class Document:
    """The truth about one document today: its words by edition, its address, the lists that show it, whether its page stands."""

    number: int
    catalogs: frozenset[str]
    address: str = ""
    title: int = 0
    text: int = 0
    files: int = 1
    stands: bool = True
    left_a_list: bool = False  # a list that no longer shows it may have printed another title

    @property
    def tag(self) -> str:
        """The ETag of its page."""
        return f'"{self.number}-{self.title}-{self.text}-{self.files}"'

    @property
    def printed_title(self) -> str:
        return f"样本文件第{self.number}号，第{self.title}稿"

    @property
    def body(self) -> str:
        return f"样本正文，文件{self.number}的第{self.text}稿，由测试写成。"

    def row(self, *, misread: bool = False) -> Row:
        fields = {
            "title": self.printed_title,
            "published_on": "2025-12-01",
            "index_number": f"640399/2025-{self.number:05}",
        }
        printed = {"名称": self.printed_title, "发布日期": "2025年12月1日", "索引号": f"640399/2025-{self.number:05}"}
        if misread:
            del fields["index_number"], printed["索引号"]
        return Row(fields, printed, key=self.address)

    def page(self, visit: int, parser: int, *, cut: bool = False) -> RecordPage:
        """Its page as today's parser reads it, with a counter that moves with each visit."""
        fields = {"document_number": f"样发〔2025〕{self.number}号", "created_on": "2025-11-30"}
        if parser:
            fields["topic"] = f"样本主题{self.number % 3}"
        printed = {"文号": f"样发[2025]{self.number}号", "生成日期": "2025-11-30", "浏览次数": str(visit)}
        body = self.body if parser else self.body.removesuffix("，由测试写成。")
        if cut:
            return RecordPage(fields, printed, (CUT_PAGE,), url=self.address, body=body[:9], cut=True)
        links = tuple(LinkedFile(f"样本附件{n}.pdf", f"{self.address}.{n}.pdf") for n in range(self.files))
        return RecordPage(fields, printed, url=self.address, body=f"{body}\n浏览次数：{visit}", attachments=links)
