"""Dates in all the forms that portals print (portals.md §3 trap 4), and nothing else."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.clock import BEIJING
from crawler.extract.dates import is_date, parse_date, url_day
from tests.hostile import texts

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
URL = "http://www.county.gov.cn/xxgk/201712/t20171219_661234.html"


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2017-12-19", "2017-12-19"),
        ("2017/1/9", "2017-01-09"),
        ("2023.11.09", "2023-11-09"),
        ("2020年08月02日", "2020-08-02"),
        ("2020 年 8 月 2 日", "2020-08-02"),
        ("[2023-11-09]", "2023-11-09"),
        ("（2023-11-09）", "2023-11-09"),
        ("\u00a02018-01-01", "2018-01-01"),
        ("2022-12-29 15:51", "2022-12-29"),
        ("发布时间：2022-12-29 15:51:07", "2022-12-29"),
        ("２０１７－１２－１９", "2017-12-19"),
        ("2017—12—19", "2017-12-19"),
        ("20171219", "2017-12-19"),
        ("201712191530", "2017-12-19"),
        ("20171219153000", "2017-12-19"),
        ("二〇一七年十二月十九日", "2017-12-19"),
        ("二○一八年三月五日", "2018-03-05"),
        ("二零一九年十月三十一日", "2019-10-31"),
        ("二〇二〇年一月二十日", "2020-01-20"),
        ("March 9, 2021", "2021-03-09"),
        ("Updated: Sept. 9th 2021 10:20", "2021-09-09"),
        ("5 June 2022 | Sample Daily", "2022-06-05"),
        ("09-Mar-2021", "2021-03-09"),
        ("1513641600", "2017-12-19"),
        ("1513641600000", "2017-12-19"),
        ("2006-08-20T18:59:36.000Z", "2006-08-21"),  # 02:59 of the next day in China (portals.md §1 row 16)
        ("2006-08-20T08:59:36Z", "2006-08-20"),
        ("2020-03-16T23:30:00+0800", "2020-03-16"),
        ("2020-03-16T23:30+00:00", "2020-03-17"),
        ("2020-03-16T23:30:00", "2020-03-16"),
    ],
)
def test_every_printed_form(printed: str, day: str) -> None:
    assert parse_date(printed) == day


@pytest.mark.parametrize(
    "printed",
    [None, "", " ", "无", "2017", "2017年12月", "12-19", "2017-13-01", "2017-02-29", "2017-12-191", "12017-12-19", "640324-101/2017-00123",
     "二〇一七年十三月一日", "二〇一七年一二月一日", "二〇一七年二十十月一日", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z",
     "2017-12-19T25:00Z", "2017-12-19T00:00:00+99:99", "至", "123", "12345678", "May 2021", "May 6", "xMay 9, 2021", "Feb 30, 2021", "x" * 300 + "2017-12-19"],
)  # fmt: skip
def test_what_is_not_surely_a_date(printed: str | None) -> None:
    assert parse_date(printed) is None


@pytest.mark.parametrize(
    "printed",
    [
        "12-19",
        "[12-19]",
        "(12-19)",
        "【12-19】",
        "12/19",
        "12月19日",
        " 12.19 ",
        "17-12-19",
        "[17/12/19]",
        "17.12.19",
        "17-12-19 09:05",
        "12-19 9:05:30",
    ],
)
def test_a_date_without_a_year_takes_it_from_an_address_that_agrees(printed: str) -> None:
    assert parse_date(printed, URL) == "2017-12-19"


def test_an_address_may_have_its_day_in_folders_without_zeros() -> None:
    url = "http://www.county.gov.cn/art/2020/3/9/art_46143_9019230.html"
    assert parse_date("03-09", url) == parse_date("[3-9]", url) == "2020-03-09"
    assert parse_date("03-10", url) is None


@pytest.mark.parametrize("printed", ["12-20", "[01-19]", "2-19", "19-12", "18-12-19", "17-12-20", "117-12-19"])
def test_an_address_that_does_not_agree_gives_no_year(printed: str) -> None:
    assert parse_date(printed, URL) is None


def test_the_year_in_the_address_never_outweighs_a_printed_one() -> None:
    assert parse_date("2018-12-19", URL) == "2018-12-19"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        (URL, "2017-12-19"),
        ("/art/2020-03-23/1.html", "2020-03-23"),
        ("/2020/03/23/1.html", "2020-03-23"),
        ("/201713/t20171301_1.html", None),
        ("/c120171219.html", None),
        ("/t20170231_1.html", None),
        ("/list.html", None),
    ],
)
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    assert url_day(url) == day


@given(DAYS)
def test_a_day_is_read_in_whatever_form_it_is_printed(day: date) -> None:
    iso, plain = day.isoformat(), f"{day.month}{{0}}{day.day}"
    for form in (iso, iso.replace("-", "/"), iso.replace("-", ""), f"{day.year}.{plain.format('.')}",
                 f"{day.year}年{plain.format('月')}日", f"【{iso}】", f"{iso} 08:00:00"):  # fmt: skip
        assert parse_date(form) == iso, form
    assert parse_date(plain.format("-"), f"/t{iso.replace('-', '')}_1.html") == iso


@given(st.datetimes(datetime(2002, 1, 1), datetime(2099, 1, 1)), st.integers(-12, 14))
def test_a_moment_is_the_day_in_china(moment: datetime, offset: int) -> None:
    zoned = moment.replace(tzinfo=UTC, microsecond=0)
    day = zoned.astimezone(BEIJING).date().isoformat()
    assert parse_date(f"{moment:%Y-%m-%dT%H:%M:%S}Z") == day
    local = zoned + timedelta(hours=offset)
    assert parse_date(f"{local:%Y-%m-%dT%H:%M:%S}{'-' if offset < 0 else '+'}{abs(offset):02}00") == day
    assert parse_date(str(int(zoned.timestamp()))) == day
    assert parse_date(str(int(zoned.timestamp() * 1000))) == day


@pytest.mark.parametrize(
    "text",
    [
        "2017-12-19",
        "[11-09]",
        "(01-25)",
        "2023.11.09",
        "2020年08月02日",
        "发布日期：2017-12-19",
        "2022-12-29 15:51",
        "20171219",
    ],
)
def test_a_cell_that_is_a_date(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2017年工作总结",
        "640324-101/2017-00123",
        "关于2017-12-19的通知",
        "92号",
        "发布日期",
        "县政府办",
        "Notice of May 6, 2021",
    ],
)
def test_a_cell_that_is_no_date(text: str) -> None:
    assert not is_date(text)


@settings(deadline=None, max_examples=300)
@given(st.one_of(texts, st.text("0123456789-/.:TZ+年月日〇一十[] ")), st.one_of(st.none(), texts))
def test_any_text_gives_a_day_or_nothing(text: str, url: str | None) -> None:
    day = parse_date(text, url)
    assert day is None or (re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) and date.fromisoformat(day))
    assert is_date(text) in {True, False}
    assert url_day(url or "") is None or date.fromisoformat(url_day(url or "") or "")
