"""A country of mock county portals: sound ones of every family of portal software, made of its golden pages, and faulty ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.conftest import Answer, Answers
from tests.county_sites import FAULTY, KINDS, SAMPLE, page
from tests.families.golden_site import GoldenAnswers

SOUND = "surveyed"
"""The state in which a sound portal is to be found."""

_CONTENTS = "机构概况"
"""A column that stands among the catalogues and is none: a page of text."""


@dataclass(frozen=True)
class MockPortal:
    """A sound portal of a family: the addresses of its columns' lists, and the golden pages behind them.

    `records`: how many they list, a row without a link in each list anew; `texts`: how many of these have a page on the portal.
    """

    columns: tuple[str, ...]
    pages: tuple[str, ...]
    records: int
    texts: int


PORTALS = {
    "deya": MockPortal(
        ("/info/iList.jsp?node_id=GKcsxzf&site_id=CMScsx&cat_id=10015&tm_id=2", "/info/iList.jsp?cat_id=2036"),
        ("table_*", "record_*", "old_*"),
        10, 8,
    ),
    "gkmlpt": MockPortal(
        ("/xyz/gkmlpt/index#2036", "/xyz/gkmlpt/index#2038"),
        ("index_of_catalogues_by_number", "service_odd_articles", "service_that_claims_no_total*", "service_behind_its_last_page", "record_*"),
        10, 8,
    ),
    "hanweb_jpage": MockPortal(
        ("/col/col76841/index.html", "/col/col76844/index.html", "/col/col76845/index.html"),
        ("column_with_a_datastore_beside_anothers", "column_before_a_service_of_windows", "older_column_before_a_service_in_jsonp", "service_records_*",
         "service_groups_*", "service_last_group", "service_of_windows_*", "jsonp_*", "record_*"),
        19, 15,
    ),
    "hanweb_xxgk": MockPortal(
        ("/col/col11565/index.html", "/col/col11566/index.html", "/col/col11567/index.html"),
        ("column_drawn_later_by_load_dynamic", "column_with_hidden_fields", "column_whose_form_is_in_a_script", "fragment_*", "record_*"),
        13, 9,
    ),
    "jpaas": MockPortal(
        ("/col/col1554467/index.html", "/col/col1554468/index.html", "/col/col1554469/index.html"),
        ("column_*", "unit_first_rows", "unit_rows_*", "unit_last_rows", "unpaged_unit_*", "record_*"),
        11, 10,
    ),
    "lonsun": MockPortal(
        ("/public/column/6616411?type=4&action=list&nav=3&catId=6721221", "/public/column/6616411?type=4&action=list&nav=3&catId=7",
         "/public/column/6616411?type=4&action=list&nav=3&catId=6721221&variant=1"),
        ("column_filled_by_a_service", "column_that_turns_*", "column_with_rows_*", "service_cut_titles", "service_odd_rows", "service_last_page", "record_*"),
        9, 5,
    ),
    "plain": MockPortal(
        ("/list/1.html", "/links/1.html", "/eportal/ui?pageId=6817552&moduleId=3bb4&formKey=GOV_OPEN"),
        ("table_columns_*", "table_with_*", "list_row_off_site", "list_middle_page", "list_row_leads_to_a_file", "eportal_*"),
        14, 12,
    ),
    "trs": MockPortal(
        ("/pub/3300/index_7401.htm", "/zwgk/ul_rows_under_a_header_alone/list.html", "/zwgk/table_around_menus_and_forms/list.html"),
        ("govsearch_*", "ul_rows_under_a_header_alone", "table_around_menus_and_forms"),
        10, 10,
    ),
    "trs_county": MockPortal(
        ("/xxgk_13518/zfxxgkml/yqhy/list.html", "/zwgk/cut_titles_made_whole_by_attribute_or_box/list.html", "/zwgk/ul_rows_with_hover_boxes_alone/list.html"),
        ("list_*", "record_of_*", "cut_titles_*", "ul_rows_with_hover_boxes_alone"),
        12, 11,
    ),
    "trs_fujian": MockPortal(
        ("/zwgk/ghxx/gzjzqk/", "/zwgk/jt/", "/zwgk/dt/"),
        ("two_static_pages_in_one", "all_pages_static", "no_page_static", "service_*_page", "service_titles_*"),
        26, 26,
    ),
    "trs_igs": MockPortal(
        ("/irs-c-web/search.shtml?code=17d1d69fedf&dataTypeId=259&searchWord=%E9%80%9A%E7%9F%A5&tenantId=128", "/govsearch/search.jsp?SType=1"),
        ("irs_*", "govsearch_*", "record_by_itself"),
        7, 7,
    ),
    "ucap": MockPortal(
        ("/csxrmzf/zcwj/xxgk_list.shtml", "/csxrmzf/tzgg/list.shtml", "/csxrmzf/xwdt/list.shtml"),
        ("table_*", "empty_list_whose_script_counts_pages", "rows_that_go_on_in_the_service", "service_first_page", "service_with_metadata",
         "service_last_page", "record_with_a_box_of_metadata", "record_of_the_older_template"),
        11, 10,
    ),
    "vsb": MockPortal(
        ("/tzgg.htm", "/gkml_list.jsp?urltype=egovinfo.EgovTreeURl&wbtreeid=1066&type=egovinfosubcattree2&sccode=TJSJ&subtype=1&gilevel=1"),
        ("board_*", "catalogue_*", "record_text_in_vsb_content", "record_of_the_catalogue"),
        19, 17,
    ),
}  # fmt: skip
"""Family of software → a sound portal of it."""


WAYS = ("link", "menu", "frame", "refresh", "sitemap")
"""Ways from a home page to the columns: a link, a menu of its own, a frame, a page that leads on, or scripts and a sitemap."""


@dataclass(frozen=True)
class MockCounty:
    """A county of the mock country. `state`: in which its home is to be found; `family` and `way` of a sound one."""

    state: str
    family: str | None = None
    way: str = ""

    def answers(self, host: str) -> Answers:
        """The answers of its portal at `host`."""
        return sound_portal(self.family, host, self.way) if self.family else FAULTY[self.state]


def country(portals: int, faulty: int) -> Iterator[MockCounty]:
    """So many counties, those whose portals have a fault spread among the others; families and ways by turns."""
    faults, families, ways = cycle(FAULTY), cycle(PORTALS), cycle(WAYS)
    for number in range(portals):
        is_faulty = (number + 1) * faulty // portals > number * faulty // portals
        yield MockCounty(next(faults)) if is_faulty else MockCounty(SOUND, next(families), next(ways))


def sound_portal(family: str, host: str, way: str) -> Answers:
    """The answers of a sound portal at `host`: a home page that leads to its columns in one of WAYS, and what the golden pages have."""
    portal = PORTALS[family]
    columns = zip((*KINDS[: len(portal.columns)], _CONTENTS), (*portal.columns, "/gk/jg/"), strict=True)
    links = "".join(f'<li><a href="{url.replace("&", "&amp;")}">{name}</a></li>' for name, url in columns)
    menu = page(f"<ul>{links}</ul>")
    golden = GoldenAnswers(host, family, portal.pages, record_page)
    return {
        **_home(way, host, menu),
        "/gk/jg/": page(f"<h1>{_CONTENTS}</h1><p>{SAMPLE}</p>"),
        "/attachment/7/1.txt": Answer(SAMPLE, "text/plain; charset=utf-8"),
        **dict.fromkeys(golden.paths, golden.answered),
    }


def _home(way: str, host: str, menu: str) -> dict[str, Answer | str]:
    """The pages from a home to the columns."""
    if way == "menu":
        return {"/": menu}
    if way == "sitemap":
        scripted = "<html><head><title>样本县人民政府</title></head><body><div id='app'></div><script src='/app.js'></script></body></html>"
        listed = f"<urlset><url><loc>http://{host}/xw/</loc></url><url><loc>http://{host}/zwgk/zfxxgkml/</loc></url></urlset>"
        return {"/": scripted, "/sitemap.xml": Answer(listed, "application/xml"), "/zwgk/zfxxgkml/": menu}
    homes = {
        "link": page(f'<p>样本县欢迎你，{SAMPLE}</p><a href="/gk/">政府信息公开目录</a>'),
        "frame": '<html><head><title>样本县人民政府</title></head><frameset><frame src="/gk/"></frameset></html>',
        "refresh": '<html><head><meta http-equiv="refresh" content="0;url=/gk/"></head></html>',
    }
    return {"/": homes[way], "/gk/": menu}


def record_page(row: Mapping[str, Any]) -> str:
    """The page of a record, for its row: its title and a text."""
    return page(f'<h1>{row.get("title", "")}</h1><div id="zoom"><p>{SAMPLE}</p></div>')
