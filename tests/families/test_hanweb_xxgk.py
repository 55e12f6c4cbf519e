"""Hanweb's xxgk module, written after portals.md §2.4: a county whose lists come from a form sent to search.jsp."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site, crawl, disclosures, portal_file, rows
from tests.families.saved_pages import answer_in, needs_pages, saved
from tests.hostile import lines_run, markup

XXGK = FAMILIES["hanweb_xxgk"]
COLUMN = "/col/col11565/index.html"
SERVICE = "/module/xxgk/search.jsp"
SIZE = 4
LAST = 11
AWAY = "http://other.example/art/1.html"
FORM = {"infotypeId": "A001", "jdid": "2", "area": "002276772", "divid": "div11565", "vc_title": "", "vc_number": "",
        "sortfield": ",compaltedate:0", "vc_filenumber": "", "vc_all": "", "texttype": "0", "fbtime": "-1"}  # fmt: skip


def title(number: int) -> str:
    return f"样本县样本局关于样本事项之{number}的通知（仅供测试）"


def index(number: int) -> str:
    return f"002276772/2020-000{number:02}"


def address(number: int) -> str:
    return f"/art/2020/3/{number}/art_11565_{number}.html"


def row(number: int) -> str:
    day = f"2020-03-{number:02}"
    held = f'syh="{index(number)}" mc="{title(number)}" rq="{day}"'
    link = f'<a href="{address(number)}" {held} title="{title(number)}" target="_blank">{title(number)[:9]}...</a>'
    cells = {
        2: (link.replace(f'title="{title(2)}"', ""), day),  # the full title in mc alone
        3: (link, "03-03"),
        5: (link.replace(address(5), AWAY), day),
        6: (title(6), day),
        7: (f'<a href="{address(7)}" target="_blank">{title(7)[:9]}…</a>', day),  # the full title on its own page alone
        8: (link, ""),  # the date in rq alone
    }
    name, printed = cells.get(number, (link, day))
    kind = "odd" if number % 2 else "even"
    return f'<tr class="tr_main_value_{kind}"><td>{number}</td><td>{name}</td><td>{printed}</td></tr>'


def fragment(listed: list[int], page: int) -> str:
    """What search.jsp answers: a header, rows, odd ones among them, and a pager."""
    pages = -(-LAST // SIZE)
    head = '<tr class="tr_main_title"><td>序号</td><td>标题</td><td>日期</td></tr>'
    empty = '<tr class="tr_main_value_odd"><td></td><td><a href="" syh="" mc=""></a></td><td></td></tr>'
    body = "".join(map(row, listed[(page - 1) * SIZE : page * SIZE]))
    pager = f"<a href=\"javascript:funGoPage('{SERVICE}',{page + 1})\">下一页</a>&nbsp;&nbsp;第{page}页&nbsp;共{pages}页&nbsp;"
    return f'<table>{head}{body}{empty}</table><table class="tb_title"><tr><td>{pager}</td></tr></table>'


def column(main: str) -> str:
    around = '<ul><li><a href="/">首页</a></li></ul><div>当前位置：<a href="/">首页</a> > <a>样本公开</a></div>'
    ticker = '<ul class="t"><li><a href="/art/2019/1/1/art_1_1.html">滚动样本</a><b>2019-01-01</b></li></ul>'
    return f"<html><head><title>样本公开</title></head><body>{around}{ticker}{main}</body></html>"


def drawn_later() -> str:
    query = "infotypeId=&vc_title=&vc_number=&area=002276772&sortfield=,compaltedate:0&vc_filenumber=&vc_all=&texttype=0&fbtime=-1"
    return column(
        f"<div id='div11565'></div><script>loadDynamic('{SERVICE}?{query}','div11565','A001','','','2');</script>"
    )


def drawn_with_hidden_fields() -> str:
    fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in FORM.items())
    return column(f"<form>{fields}</form>{fragment(LISTED, 1)}")


def drawn_by_a_script() -> str:
    said = ",".join(f"{name} : '{value}'" for name, value in FORM.items())
    return column(f"<script>$.post('{SERVICE}', {{{said}}}, show);</script>{fragment(LISTED, 1)}")


LISTED = list(range(1, LAST + 1))


def page(number: int) -> str:
    box = f"<table class='xxgk_table'><tr><td>文号：</td><td>样办发[2020]{number}号</td></tr></table>"
    return f"<html><head><title>{title(number)}</title></head><body><h1>{title(number)}</h1>{box}<div id='zoom'><p>样本正文之{number}，仅供测试。</p></div></body></html>"


def pages() -> dict[str, Served | str | Callable[[Asked], Served | str]]:
    return {address(number): page(number) for number in LISTED}


def service(listed: list[int]) -> Callable[[Asked], str]:
    def answer(asked: Asked) -> str:
        form = dict(parse_qsl(asked.form or "", keep_blank_values=True))
        assert {**form, "currpage": ""} == {**FORM, "currpage": ""}, form
        return fragment(listed, int(form["currpage"]))

    return answer


@pytest.mark.parametrize(
    ("first", "list_pages"),
    [(drawn_later(), 4), (drawn_with_hidden_fields(), 3), (drawn_by_a_script(), 3)],
    ids=["named in loadDynamic", "hidden fields", "script"],
)
def test_a_county_is_crawled_whole(tmp_path: Path, first: str, list_pages: int) -> None:
    with Site({COLUMN: first, SERVICE: service(LISTED), **pages()}) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN))
        done = crawl(portal, tmp_path / "a.db")
        home = site.url.rstrip("/")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {str(row["title"]): row for row in rows(tmp_path / "a.db", "SELECT * FROM records")}
    assert sorted(found) == sorted(map(title, LISTED))
    for number in LISTED:
        row = found[title(number)]
        assert row["url"] == {5: AWAY}.get(number, home + address(number)) or (
            number == 6 and "#row-" in str(row["url"])
        )
        assert row["published_on"] == f"2020-03-{number:02}"
        assert row["index_number"] == (None if number in {6, 7} else index(number))
        assert row["document_number"] == (None if number in {5, 6} else f"样办发〔2020〕{number}号")
        assert row["body"] == (None if number in {5, 6} else f"样本正文之{number}，仅供测试。")
        assert json.loads(str(row["flags"])) == {5: ["off_site"]}.get(number, [])
    (ledger,) = rows(tmp_path / "a.db", "SELECT pages_claimed, pages_read, rows_read, complete FROM ledger")
    assert ledger == {"pages_claimed": 3, "pages_read": list_pages, "rows_read": LAST, "complete": 1}
    (catalog,) = rows(tmp_path / "a.db", "SELECT family, family_reason, path FROM catalogs")
    assert (catalog["family"], catalog["path"]) == ("hanweb_xxgk", "首页 > 样本公开")
    assert "rows served by /module/xxgk/search.jsp" in str(catalog["family_reason"])
    assert rows(tmp_path / "a.db", "SELECT * FROM problems") == []


def test_updates_withdrawals_and_reading_again_with_pages_asked_for_by_post(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({COLUMN: drawn_later(), SERVICE: service(LISTED), **pages()}) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN))
        assert crawl(portal, db).returncode == 0
        assert crawl(portal, db, "--mode", "update").returncode == 0
        assert rows(db, "SELECT kind, count(*) AS n FROM events GROUP BY kind") == [{"kind": "added", "n": LAST}]
        site.answers[SERVICE] = service([number for number in LISTED if number not in {2, 9}])
        del site.answers[address(2)]
        assert crawl(portal, db, "--mode", "full").returncode == 0
    gone = rows(db, "SELECT title, state FROM records WHERE state <> 'listed' ORDER BY id")
    assert gone == [{"title": title(2), "state": "withdrawn"}, {"title": title(9), "state": "unlisted"}]
    walked = rows(
        db, "SELECT c.url, count(*) AS n FROM walks JOIN captures c ON c.id = capture_id WHERE look = 1 GROUP BY c.url"
    )
    assert [str(row["url"]).removeprefix(site.url) for row in walked] == [COLUMN[1:], SERVICE[1:]]
    done = disclosures("reparse", "--db", db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 versions by the parser, 0 records found" in done.stdout


def test_a_list_asked_for_by_get_goes_on_by_get(tmp_path: Path) -> None:
    sister = "/module/xxgk/subjectinfo.jsp"

    def answer(asked: Asked) -> str:
        assert asked.form is None
        assert asked.query["area"] == "1"
        return fragment(LISTED, int(asked.query["currpage"]))

    with Site({sister: answer, **pages()}) as site:
        first = f"{sister}?area=1&sortfield=compaltedate:0&currpage=1&binlay="
        done = crawl(portal_file(tmp_path, site.url, ("notice", "样本公开", first)), tmp_path / "a.db")
        assert f"{sister}?area=1&sortfield=compaltedate:0&currpage=2&binlay=" in site.requests
    assert done.returncode == 0, done.stdout
    assert rows(tmp_path / "a.db", "SELECT count(*) AS n FROM records") == [{"n": LAST}]


def test_a_page_that_does_not_name_its_form_is_a_problem(tmp_path: Path) -> None:
    with Site({COLUMN: column(fragment(LISTED, 1)), **pages()}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN)), tmp_path / "a.db")
        assert SERVICE not in site.requests
    assert done.returncode == 1
    assert "pages_missing" in [row["kind"] for row in rows(tmp_path / "a.db", "SELECT kind FROM problems")]
    assert rows(tmp_path / "a.db", "SELECT rows_read, complete FROM ledger") == [{"rows_read": SIZE, "complete": 0}]


# --- saved pages ---


@needs_pages
@pytest.mark.parametrize("path", saved(but=""))
def test_no_mark_on_pages_of_other_software(path: Path) -> None:
    assert XXGK.marks(answer_in(path)) == ()


# --- pages and answers by themselves ---

HOST = "http://www.county.gov.cn"


def read(text: str, url: str = HOST + COLUMN, form: str | None = None) -> ListPage:
    answer = Answer(url, text, form)
    assert detect(answer).family is XXGK
    return XXGK.read(answer)


def sent(page: ListPage) -> Mapping[str, list[str]]:
    return parse_qs(page.paging.next_form or "", keep_blank_values=True)


def test_the_last_page_leads_nowhere() -> None:
    form = "infotypeId=A&currpage=3"
    assert read(fragment(LISTED, 3), HOST + SERVICE, form).paging.next_url is None
    assert (
        read(fragment(LISTED, 2), HOST + SERVICE, form.replace("3", "2")).paging.next_form == "infotypeId=A&currpage=3"
    )


def test_of_values_named_twice_in_a_form_the_first_counts() -> None:
    form = "infotypeId=A&area=1&currpage=1&infotypeId=&area="
    assert sent(read(fragment(LISTED, 1), HOST + SERVICE, form)) == {
        "infotypeId": ["A"],
        "area": ["1"],
        "currpage": ["2"],
    }


def test_a_newer_answer_of_plain_rows_whose_pager_is_links_alone() -> None:
    listed = "".join(f'<li><a href="/art/{n}.html">{title(n)}</a><span>2020-03-0{n}</span></li>' for n in (1, 2))
    pager = f"<a href=\"javascript:funGoPage('{SERVICE}',2)\">下一页</a>"
    page = read(f"<ul>{listed}</ul>{pager}", HOST + SERVICE, "divid=d&currpage=1")
    assert [row.fields["title"] for row in page.rows] == [title(1), title(2)]
    assert page.paging.next_form == "divid=d&currpage=2"
    assert read(f"<ul>{listed}</ul>{pager}", HOST + SERVICE, "divid=d&currpage=2").paging.next_form is None


def test_a_row_with_a_box_of_its_own_and_rows_known_by_their_links_alone() -> None:
    box = "<div><table><tr><td>公开日期</td><td>2020-03-09</td></tr></table></div>"
    (first,) = read(row(1).replace("</a>", f"</a>{box}"), HOST + SERVICE, "divid=d").rows
    assert (first.fields["title"], first.fields["published_on"]) == (title(1), "2020-03-01")
    (second,) = read("<table>" + row(4).replace("tr_main_value_even", "x") + "</table>", HOST + SERVICE, "divid=d").rows
    assert (second.fields["title"], second.fields["index_number"]) == (title(4), index(4))


def test_the_service_stands_where_the_page_says() -> None:
    page = read(column(f"<input name=divid value=d><script>go('/jcms{SERVICE}?area=7')</script>"))
    assert (page.paging.next_url, page.rows) == (f"{HOST}/jcms{SERVICE}", ())
    assert sent(page) == {"area": ["7"], "divid": ["d"], "currpage": ["1"]}


def test_an_error_in_place_of_a_fragment_is_no_end_of_the_list() -> None:
    page = read("<p>系统样本错误</p>", HOST + SERVICE, "divid=d&currpage=2")
    assert page == ListPage(())


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<tr class=tr_main_value_odd>", "<a syh mc=x rq=1>", SERVICE, "?area=1&", "loadDynamic('",
                                                   "','", "')", "funGoPage(", "共9页", "<table class=tb_title>"])), max_size=30).map("".join),
       st.sampled_from([COLUMN, SERVICE]), st.one_of(st.none(), st.text()))  # fmt: skip
def test_any_text_is_read(text: str, path: str, form: str | None) -> None:
    answer = Answer(HOST + path, text, form)
    XXGK.marks(answer)
    XXGK.read(answer)


@pytest.mark.parametrize(
    "unit",
    [
        SERVICE,
        f"loadDynamic('{SERVICE}",
        "<tr><td><tr>",
        "<table><tr class=tr_main_value_odd><td>",
        "<tr><a mc=1>",
        "funGoPage(a,",
        "<input name=a value=b>",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: XXGK.read(large)) < 5 * lines_run(lambda: XXGK.read(small))
