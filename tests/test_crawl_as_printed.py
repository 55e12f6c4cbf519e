"""Invariant 6: columns hold what is understood, `source_fields` what the pages printed. All pages are samples."""

import json
from pathlib import Path

from tests.conftest import Site, crawl, portal_file, rows

LISTED = (
    "<html><body><table><tr><th>索 引 号</th><th>标题</th><th>发布日期</th></tr>"
    '<tr><td>６４０３２４００１/2017- 00001</td><td><a href="1.html">样本　通知</a></td><td>2017年3月1日</td></tr></table></body></html>'
)
RECORD = (
    "<html><body><h1>样本　通知</h1><table><tr><td>文　　号：</td><td>样发［2017］ 3号</td></tr><tr><td>发布机构：</td><td>样本局</td></tr>"
    "<tr><td>发布机构：</td><td>样本二局</td></tr><tr><td>责任部门：</td><td></td></tr><tr><td>责任部门：</td><td>样本科</td></tr>"
    "<tr><td>成文日期：</td><td>二〇一七年二月二十八日</td></tr><tr><td>有效性：</td><td>有效</td></tr></table>"
    '<div class="TRS_Editor"><p>样本正文，仅供测试。</p></div></body></html>'
)


def test_columns_are_understood_and_source_fields_are_as_printed(tmp_path: Path) -> None:
    """A label that a page repeats has its first value that says something."""
    db = tmp_path / "a.db"
    with Site({"/list.html": LISTED, "/1.html": RECORD}) as site:
        assert crawl(portal_file(tmp_path, site.url, ("other", "样本", "/list.html")), db).returncode == 0
    (record,) = rows(db, "SELECT * FROM records")
    understood = (
        "index_number",
        "document_number",
        "published_on",
        "created_on",
        "publisher",
        "responsible_department",
    )
    assert [record[name] for name in understood] == [
        "640324001/2017-00001", "样发〔2017〕3号", "2017-03-01", "2017-02-28", "样本局", "样本科",
    ]  # fmt: skip
    printed = json.loads(str(record["source_fields"]))
    values = {"".join(label.split()): value for label, value in printed.items()}
    assert values["索引号"] == "６４０３２４００１/2017- 00001"
    assert values["文号"] == "样发［2017］ 3号"
    assert values["发布日期"] == "2017年3月1日"
    assert values["成文日期"] == "二〇一七年二月二十八日"
    assert (values["发布机构"], values["责任部门"], values["有效性"]) == ("样本局", "样本科", "有效")
