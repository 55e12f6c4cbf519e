"""How a table is shown, and the columns that mean the same wherever they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.labels.naming import Label


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. `hidden`: kept out of the site's lists. `label_column` names a row where others refer to it."""

    label: Label
    columns: Mapping[str, Label]
    hidden: bool = False
    label_column: str | None = None
    sort: str | None = None
    sort_desc: str | None = None
    facets: tuple[str, ...] = field(default=())
    sortable: tuple[str, ...] | None = None


ID = Label("编号", "id", "本档案内的编号。", "Number within this archive.")
PORTAL = Label("门户", "portal", "公布该信息的政府网站。", "The government site that publishes it.")
KIND = Label("类别", "kind", "所在目录的类别。", "Kind of the catalogue that lists it.")
RECORD = Label("记录", "record", "对应的记录。", "The record concerned.")
CATALOG = Label("目录", "catalogue", "对应的目录。", "The catalogue concerned.")
CRAWL = Label("采集", "crawl", "对应的一次采集。", "The crawl concerned.")
CAPTURE = Label(
    "采集原件",
    "capture",
    "见于哪个回应；空白表示当时尚未封存原件。",
    "The answer that shows it; empty: from before originals were sealed.",
)
SHA256 = Label("SHA-256 摘要", "digest (SHA-256)", "内容的摘要（十六进制）。", "Digest of the content (hex).")
BYTES = Label("字节数", "bytes")
FIRST = Label("首次发现", "first seen", "本档案首次见到的时间（UTC）。", "When this archive first saw it (UTC).")
LAST = Label("最后发现", "last seen", "本档案最近一次见到的时间（UTC）。", "When this archive last saw it (UTC).")
SOURCE_FIELDS = Label(
    "原页所印",
    "as printed",
    "原页面所印的标签与内容（JSON）。",
    "Every label as printed and its value as printed (JSON).",
)
