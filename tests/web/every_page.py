"""Every page of the site, in one place: what holds for each is tested in test_every_page. A new page is one line more.

PAGES are those of the sample portal's first two days (fixture `two_days`), served as `sample`; what stands in braces is a
number found by NUMBERS. SEALED are those of `sealed.build_sealed`, where they show what the sample portal hasn't, COUNTRY those of
`country_archive`. CLOSED are those of the first archive closed by METADATA, SEVERAL those of the first two archives as one site.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.web.sealed import PAGE, XLS, number

WITHDRAWN = "宁夏吴忠地区同心县第五小学2018年部门预算"

PAGES = (
    "",
    "-/search",
    "-/search?q=预算",
    "-/search?q=没有这样的词",
    "-/search?q=部门予算",
    "-/search?q=教体局",
    '-/search?q=")(&kind=x&from=二〇&page=-1',
    "-/browse",
    "-/browse?kind=budget",
    "-/browse/sample",
    "-/browse/sample/5",
    "-/browse/sample/1?year=2017",
    "-/publisher?portal=sample&name=同心县政府办公室",
    "-/publisher?portal=sample&name=同心县人力资源和社...",
    "-/day/2017-11-21",
    "-/day/2019-01-01",
    "-/day/x",
    "-/list",
    "-/list?record={withdrawn}&record={changed}&record=999",
    "-/changes",
    "-/changes?kind=added&page=2",
    "-/changes?q=预算&kind=withdrawn&kind=changed",
    "-/subscribe?q=预算&events=withdrawn&events=changed",
    "-/subscribe?question=removed_records&portal=sample",
    "-/subscriptions/leave/no_such_token_no_such_token",
    "-/search.atom?q=预算",
    "-/counties",
    "-/counties/64",
    "-/budgets",
    "-/budgets/sample",
    "-/budgets/sample?stage=accounts",
    "-/budgets/sample/2018",
    "-/budgets/sample/unit?name=样本局",
    "-/record/{budget}/tables?file={budget_file}&table=7&row=3&column=1",
    "-/questions",
    "-/questions/removed_records",
    "-/questions/neighbouring_serials",
    "-/questions/report_arithmetic",
    "-/cards",
    "-/cards?year=2017",
    "-/cards?portal=sample",
    "-/cards/sample/2017",
    "-/cards/sample",
    "-/api",
    "-/download",
    "-/guide",
    "-/about",
    "sample/records_by_year",
    "-/nope",
    "-/record/{withdrawn}",
    "-/record/{changed}",
    "-/copy/{copy}",
    "-/copy/{gone}",
    "-/proof/{withdrawal}",
    "-/proof/{withdrawal}/walks",
    "-/proof/{change}",
    "-/compare?after={gone}",
    "-/compare?before={copy}",
    "sample",
    "sample/records?_size=10",
    "sample/records?_size=10&_col=title&_col=body&_col=source_fields",
    "sample/records?_size=10&_facet=kind&publisher__contains=教育",
    "sample/search?_search=预算&_size=10",
    "sample/search?_search=没有这样的词",
    "sample/events?_size=10",
    "sample/captures?_size=10",
    "sample/captures/{copy}",
    "sample/crawls/1",
    "sample/ledger?_size=10",
    "sample/listings?_size=10",
    "sample/catalogs",
    "sample?sql=select+id,title,publisher,body+from+records+limit+9",
    "sample?sql=selec",
)

SEALED = (
    "-/record/1",
    "-/file/1",
    "-/file/1?q=样例&page=1",
    "disclosures/attachments",
    "disclosures/attachments/1",
    f"-/copy/{number(PAGE, 2)}",
    f"-/copy/{number(XLS)}",
)

COUNTRY = ("-/counties?", "-/counties/51")
"""Pages of an archive that knows all counties; the first is also one of PAGES, without the question mark."""

SEVERAL = (
    "-/record/2",
    "-/sql",
    "-/sql?sql=select+title,publisher+from+records",
    "-/sql?sql=selec",
    "-/subscribe",
    "-/changes?kind=withdrawn",
)
"""Pages over both archives, or that lead to one of them."""

CLOSED = ("-/login", "-/record/1")
"""The page that a closed archive shows to anybody: the form to log in, and that it is closed."""

METADATA = {"allow": {"id": ["desk"]}, "plugins": {"datasette-auth-passwords": {"desk_password_hash": "none"}}}

NUMBERS = {
    "withdrawn": f"SELECT id FROM records WHERE title = '{WITHDRAWN}'",
    "changed": "SELECT record_id FROM events WHERE kind = 'changed' LIMIT 1",
    "copy": f"SELECT max(c.id) FROM captures c JOIN records r ON r.url = c.url WHERE c.outcome = 'page' AND title = '{WITHDRAWN}'",
    "withdrawal": "SELECT max(id) FROM events WHERE kind = 'withdrawn'",
    "change": "SELECT max(id) FROM events WHERE kind = 'changed'",
    "gone": "SELECT id FROM captures WHERE outcome = 'gone' LIMIT 1",
    "budget": "SELECT max(record_id) FROM budget_tables",
    "budget_file": "SELECT max(attachment_id) FROM budget_tables",
}


def numbers(archive: Path) -> dict[str, int]:
    """The numbers that stand in paths."""
    with closing(sqlite3.connect(archive)) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in NUMBERS.items()}
