"""Tables and results of SQL, taken away as files: whole, whatever a page shows of them, and within limits."""

import io

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from archive.web.http import streaming
from tests.web.exported import lines, table


def test_a_table_is_exported_whole_as_it_is_filtered_and_sorted(get, database):
    names = [row[0] for row in database.execute("SELECT title FROM records WHERE kind = 'budget' ORDER BY title DESC")]
    for given in ({"_size": 5}, {"_next": "3"}, {"_stream": "on", "_labels": "on"}):
        rows = table(get("/disclosures/records.csv", kind="budget", _sort_desc="title", **given))
        assert [row["title"] for row in rows] == names
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(get("/disclosures/records.xlsx?kind=budget").content)
    ).get_sheet_by_index(0)
    row = dict(zip(*sheet.to_python()[:2], strict=True))
    assert (row["类别"], row["状态"]) == ("预决算", "在列")


def test_what_is_json_in_a_table_is_json_in_its_lines(get):
    assert lines(get("/disclosures/records.jsonl?portal=checked&_sort=id"))[1]["flags"] == ["date_in_future"]
    assert "样例" in lines(get("/disclosures/records.jsonl?portal=yangli"))[0]["source_fields"]["名称"]


def test_a_search_among_the_tables_is_exported_whole(get):
    assert len(lines(get("/disclosures/search.jsonl?_search=预算"))) == 61
    assert lines(get("/disclosures/search.jsonl")) == []


def test_the_result_of_sql_is_exported_whole_beyond_what_a_page_shows(get):
    sql = "with recursive n(i) as (select cast(:from as integer) union all select i + 1 from n where i < 3000) select i, '=' || i as f from n"
    rows = table(get("/disclosures.csv", sql=sql, **{"from": 1}))
    assert len(rows) == 3000
    assert rows[-1] == {"i": "3000", "f": "'=3000"}
    assert len(lines(get("/disclosures.jsonl", sql=sql, **{"from": 1}))) == 3000


def test_sql_that_runs_away_is_stopped(get, monkeypatch):
    monkeypatch.setattr(streaming, "STEP", 0.05)
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n where i = 2 or i < 0"
    answer = get("/disclosures.csv", sql=f"{endless} limit 1")
    assert answer.status_code == 200
    answer = get("/disclosures.csv", sql=endless, _timelimit="20")
    assert answer.status_code == 400
    assert "查询超时" in answer.text


@pytest.mark.parametrize("form", [".csv", ".json", ""])
def test_a_value_of_any_length_is_not_made(get, form):
    sql = "select length(zeroblob(900000000)) union all select zeroblob(900000000)"
    answer = get(f"/disclosures{form}", sql=sql)
    assert answer.status_code == 400
    assert len(answer.content) < 100_000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/disclosures.csv", 404),
        ("/disclosures/nowhere.csv", 404),
        ("/nowhere.csv?sql=select+1", 404),
        ("/-/nowhere.csv", 404),
        ("/disclosures.csv?sql=selec", 400),
        ("/disclosures.csv?sql=delete+from+records", 400),
        ("/disclosures.csv?sql=select+*+from+nowhere", 400),
        ("/disclosures.xlsx?sql=select+json(title)+from+records", 400),
        ("/disclosures/records.csv?_sort=nope", 400),
        ("/disclosures/records.csv?id__gt=99999999999999999999999", 400),
        ("/disclosures/records.csv?_through=x", 400),
    ],
)
def test_no_address_of_a_table_breaks_it(get, path, status):
    assert get(path).status_code == status


def test_a_table_leads_to_its_files(get):
    for page in ("/disclosures/records?kind=budget", "/disclosures?sql=select+title+from+records+limit+3"):
        links = {link.text: link.get("href") for link in html.fromstring(get(page).text).cssselect(".export a")}
        counts = {len(table(get(links["CSV"]))), len(lines(get(links["JSON Lines"])))}
        assert counts == {60 if "budget" in page else 3}
        assert get(links["Excel"]).content.startswith(b"PK")
