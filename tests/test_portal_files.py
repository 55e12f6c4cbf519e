"""Portal files: what they hold, and one line with file and key for every slip."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.model.agencies import Stated
from crawler.families.detection import FAMILIES
from crawler.portals.portal_file import PortalFileError, Schedule, find, known, load
from tests.conftest import Site, crawl, portal_file, rows

GOOD = """
id = "xx"
name = "某县人民政府"
division_code = "640324"
home = "http://www.xx.gov.cn/"
checked = 2026-05-31

[[catalogs]]
kind = "budget"
title = "部门预算"
url = "/xxgk/bmys/list.html"

[[catalogs]]
kind = "plan"
title = "发展规划"
url = "https://xxgk.xx.gov.cn/fzgh/"
"""


def written(folder: Path, text: str, name: str = "xx.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def slip(folder: Path, text: str) -> str:
    """Return the error of a file that holds a slip: one line that begins with the file's path."""
    with pytest.raises(PortalFileError) as error:
        load(written(folder, text))
    message = str(error.value)
    assert message.startswith(str(folder / "xx.toml"))
    assert "\n" not in message
    return message


def test_a_good_file_is_read(tmp_path: Path) -> None:
    portal = load(written(tmp_path, GOOD))
    assert (portal.id, portal.name, portal.division_code) == ("xx", "某县人民政府", "640324")
    assert portal.checked == date(2026, 5, 31)
    assert [(catalog.kind, catalog.url) for catalog in portal.catalogs] == [
        ("budget", "http://www.xx.gov.cn/xxgk/bmys/list.html"),
        ("plan", "https://xxgk.xx.gov.cn/fzgh/"),
    ]


def test_a_schedule_is_read_or_the_usual_one_holds(tmp_path: Path) -> None:
    lines = 'every = "12h"\nfull_every = "3d"\nhours = "22-6"\nbudget = 200\n'
    schedule = load(written(tmp_path, GOOD.replace("checked = 2026-05-31\n", lines))).schedule
    assert schedule == Schedule(timedelta(hours=12), timedelta(days=3), (22, 6), 200)
    assert load(written(tmp_path, GOOD)).schedule == Schedule()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "xx"', 'id = "yy"', "id = 'yy' must be the file's name"),
        ('name = "某县人民政府"\n', "", "name is missing"),
        ('name = "某县人民政府"', "name = 7", "name = 7 must be a text"),
        ('"640324"', "640324", "division_code = 640324 must be a text"),
        ('"640324"', '"64032"', "division_code = '64032' must be six digits"),
        ('"640324"', '"６４0324"', "division_code = '６４0324' must be six digits"),
        ('"640324"', '"170324"', "division_code = '170324' is in no province"),
        ("http://www.xx.gov.cn/", "www.xx.gov.cn", "home = 'www.xx.gov.cn' must be an http"),
        ("checked = 2026-05-31", 'checked = "2026-05-31"', "checked = '2026-05-31' must be a day"),
        ("checked = 2026-05-31", 'family = "nonesuch"', "family = 'nonesuch' is not one of"),
        ("checked = 2026-05-31", "every = 6", "every = 6 must be hours or days in quotes"),
        ("checked = 2026-05-31", 'full_every = "0d"', "full_every = '0d' must be hours or days in quotes"),
        ("checked = 2026-05-31", 'hours = "22-25"', "hours = '22-25' must be two hours of the day in Beijing"),
        ("checked = 2026-05-31", 'hours = "6-6"', "hours = '6-6' must be two hours of the day in Beijing"),
        ("checked = 2026-05-31", "old_tls = 1", "old_tls = 1 must be true or false"),
        ("checked = 2026-05-31", "budget = true", "budget = True must be a number of pages a day"),
        ('kind = "plan"', 'kind = "plans"', "[[catalogs]] 2: kind = 'plans' is not one of hot_topic_response"),
        ('kind = "plan"', 'kind = "plan"\ncolour = "red"', "[[catalogs]] 2: unknown key 'colour'; allowed are title"),
        ('title = "发展规划"\n', "", "[[catalogs]] 2: title is missing"),
        ("https://xxgk.xx.gov.cn/fzgh/", "/xxgk/bmys/list.html", "[[catalogs]] 2: url = "),
        ("https://xxgk.xx.gov.cn/fzgh/", "http://[xx/", "[[catalogs]] 2: url = 'http://[xx/' must be an http"),
        ("http://www.xx.gov.cn/", "http://[xx/", "home = 'http://[xx/' must be an http"),
        ("http://www.xx.gov.cn/", "http://xx:port/", "home = 'http://xx:port/' must be an http"),
        ("[[catalogs]]", "[[catalogues]]", "unknown key 'catalogues'"),
        ('id = "xx"', 'id = "xx', "is not valid TOML"),
    ],
)
def test_a_slip_is_one_line_with_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert message in slip(tmp_path, GOOD.replace(old, new))


REPLACED = "checked = 2026-05-31"


@pytest.mark.parametrize(
    ("line", "schedule"),
    [
        ('every = "1h"', Schedule(timedelta(hours=1))),
        ('every = "999 d"', Schedule(timedelta(days=999))),
        ('full_every = "30d"', Schedule(None, timedelta(days=30))),
        ('hours = "0-23"', Schedule(hours=(0, 23))),
        ('hours = "22-24"', Schedule(hours=(22, 0))),
        ('hours = "24-6"', Schedule(hours=(0, 6))),
        ('hours = "08-9"', Schedule(hours=(8, 9))),
        ("budget = 0", Schedule(budget=0)),
    ],
)
def test_the_bounds_of_a_schedule(tmp_path: Path, line: str, schedule: Schedule) -> None:
    assert load(written(tmp_path, GOOD.replace(REPLACED, line))).schedule == schedule


@pytest.mark.parametrize(
    "line",
    ['every = "1000d"', 'every = "01d"', 'every = "1w"', 'every = "1.5d"', 'every = "d"', 'every = ""', "every = 2026-05-31",
     'full_every = "-1d"', 'hours = "0-24"', 'hours = "24-0"', 'hours = "6"', "hours = 6", 'hours = "6-8-9"', 'hours = "-6-8"',
     "hours = [6, 8]", "budget = -1", "budget = 1.5", 'budget = "200"', 'old_tls = "true"', "old_tls = 0", "checked = 2026-05-31T10:00:00",
     "checked = 2026", 'family = ""', "family = 7", 'family = ["trs"]', 'colour = "red"', 'Family = "trs"', "agencies = 7", 'agencies = ["x"]',
     "converter_memory_mb = 511", "converter_memory_mb = 16_385", 'converter_memory_mb = "1024"', "converter_memory_mb = true"],
)  # fmt: skip
def test_each_key_is_checked(tmp_path: Path, line: str) -> None:
    key = line.partition(" = ")[0]
    assert key in slip(tmp_path, GOOD.replace(REPLACED, line))


@pytest.mark.parametrize(
    ("identity", "is_id"),
    [("a", True), ("a1-b_c", True), ("1a", False), ("A", False), ("a b", False), ("-a", False), ("县", False), ("a.b", False)],
)  # fmt: skip
def test_an_id_is_a_plain_word(tmp_path: Path, identity: str, is_id: bool) -> None:
    path = written(tmp_path, GOOD.replace('"xx"', f'"{identity}"'), f"{identity}.toml")
    if is_id:
        assert load(path).id == identity
    else:
        with pytest.raises(PortalFileError, match="must be lower-case letters"):
            load(path)


@pytest.mark.parametrize("text", ["catalogs = []", "catalogs = 7", 'catalogs = ["x"]', "[catalogs]"])
def test_catalogues_are_tables(tmp_path: Path, text: str) -> None:
    slip(tmp_path, GOOD.split("[[catalogs]]", maxsplit=1)[0] + text)


def test_every_family_may_be_named_and_what_a_file_states_is_kept(tmp_path: Path) -> None:
    for family in FAMILIES:
        assert load(written(tmp_path, GOOD.replace(REPLACED, f'family = "{family}"'))).family == family
    assert load(written(tmp_path, GOOD)).family is None
    assert load(written(tmp_path, GOOD.replace(REPLACED, "old_tls = true"))).old_tls is True
    assert load(written(tmp_path, GOOD)).old_tls is False
    assert load(written(tmp_path, GOOD.replace(REPLACED, "intranet = true"))).site.intranet is True
    assert load(written(tmp_path, GOOD)).site.intranet is False
    for memory in (512, 16_384):
        file = written(tmp_path, GOOD.replace(REPLACED, f"converter_memory_mb = {memory}"))
        assert load(file).converter_memory_mb == memory
    assert load(written(tmp_path, GOOD)).converter_memory_mb == 512
    assert load(written(tmp_path, GOOD.replace("某县人民政府", "  某县人民政府 "))).name == "某县人民政府"


def test_a_kind_not_given_follows_from_the_title_and_one_given_prevails(tmp_path: Path) -> None:
    text = GOOD.replace('kind = "budget"\n', "").replace('kind = "plan"', 'kind = "notice"')
    assert [catalog.kind for catalog in load(written(tmp_path, text)).catalogs] == ["budget", "notice"]
    unknown = GOOD.replace('kind = "budget"\n', "").replace("部门预算", "领导之窗")
    assert [catalog.kind for catalog in load(written(tmp_path, unknown)).catalogs] == ["other", "plan"]


AGENCIES = """
[[agencies]]
name = "某县卫生和计划生育局"
budget_unit = false
successor = "某县卫生健康局"

[[agencies]]
name = "某县卫生健康局"
aliases = ["县卫健局"]
prefix = "640324019"
type = "department"
"""


def test_a_file_may_say_whose_the_names_of_publishers_are(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD + AGENCIES)).agencies == (
        Stated("某县卫生和计划生育局", budget_unit=False, successor="某县卫生健康局"),
        Stated("某县卫生健康局", ("县卫健局",), "department", "640324019"),
    )
    assert load(written(tmp_path, GOOD)).agencies == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "某县卫生健康局"\n', "", "[[agencies]] 2: name is missing"),
        ('type = "department"', 'type = "bureau"', "[[agencies]] 2: type = 'bureau' is not one of government, office"),
        ('["县卫健局"]', '"县卫健局"', "[[agencies]] 2: aliases = '县卫健局' must be a list"),
        ('["县卫健局"]', '["某县卫生和计划生育局"]', "[[agencies]] 2: '某县卫生和计划生育局' is already a name"),
        ("budget_unit = false", 'budget_unit = "no"', "[[agencies]] 1: budget_unit = 'no' must be true or false"),
        (
            'successor = "某县卫生健康局"',
            'successor = "县卫健局"',
            "[[agencies]] 1: successor = '县卫健局' is not the name",
        ),
        (
            'successor = "某县卫生健康局"',
            'successor = "某县卫生和计划生育局"',
            "[[agencies]] 1: successor = '某县卫生和计划生育局' is not the name of another",
        ),
        ('prefix = "640324019"', "prefix = 640324019", "[[agencies]] 2: prefix = 640324019 must be a text in quotes"),
        ('prefix = "640324019"', 'colour = "red"', "[[agencies]] 2: unknown key 'colour'; allowed are name, aliases"),
    ],
)
def test_an_error_in_an_agency_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in AGENCIES
    assert message in slip(tmp_path, GOOD + AGENCIES.replace(old, new))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("同心县人民政府", "640324"),
        ("中国·同 心", "640324"),
        ("吴忠市人民政府", "640300"),
        ("东莞市人民政府", "441900"),
        ("宁夏回族自治区人民政府", "640000"),
        ("隰县人民政府", "141031"),
    ],
)
def test_a_code_that_fits_its_portals_name_gives_no_doubt(tmp_path: Path, name: str, code: str) -> None:
    text = GOOD.replace("某县人民政府", name).replace("640324", code)
    assert load(written(tmp_path, text)).doubts == ()


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        (
            "测试县（样本）",
            "640324",
            "is 640324 同心县（宁夏回族自治区吴忠市）, which does not occur in name = '测试县（样本）'",
        ),
        ("盐池县人民政府", "640324", "by its name the portal may be 640323 盐池县（宁夏回族自治区吴忠市）"),
        ("样本县人民政府", "640399", "is not among the codes of 2020 and 2021: right only if it is older or newer"),
        ("同心县人民政府", "640342", "by its name the portal may be 640324 同心县（宁夏回族自治区吴忠市）"),
        (
            "吴忠市红寺堡区",
            "640399",
            "may be 640303 红寺堡区（宁夏回族自治区吴忠市） or 640300 吴忠市（宁夏回族自治区）",
        ),
        ("鼓楼区人民政府", "320199", "may be 320106 鼓楼区（江苏省南京市） or 320302 鼓楼区（江苏省徐州市） or "),
        ("同心县人民政府", "640301", "is 640301 市辖区"),
    ],
)
def test_a_code_that_may_be_wrong_is_a_doubt_with_file_and_key(
    tmp_path: Path, name: str, code: str, message: str
) -> None:
    path = written(tmp_path, GOOD.replace("某县人民政府", name).replace("640324", code))
    (doubt,) = load(path).doubts
    assert doubt.startswith(f"{path}: division_code = '{code}' ")
    assert message in doubt
    assert "\n" not in doubt


def test_a_file_without_a_code_is_a_doubt(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('division_code = "640324"\n', "").replace("某县", "同心县"))
    portal = load(path)
    assert portal.division_code == ""
    (doubt,) = portal.doubts
    assert doubt.startswith(f"{path}: division_code is missing: the site can't say which county's portal this is; ")
    assert doubt.endswith("by its name the portal may be 640324 同心县（宁夏回族自治区吴忠市）")


def test_a_portal_without_catalogues(tmp_path: Path) -> None:
    with pytest.raises(PortalFileError, match="at least one"):
        load(written(tmp_path, GOOD.split("[[catalogs]]", maxsplit=1)[0]))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PortalFileError, match="No such file"):
        load(tmp_path / "none.toml")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "xx.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PortalFileError, match="not valid TOML"):
        load(path)


def test_a_file_whose_values_stand_too_deep_in_one_another(tmp_path: Path) -> None:
    with pytest.raises(PortalFileError, match="too deep to be read"):
        load(written(tmp_path, f"{GOOD}x = {'[' * 100_000}"))


def test_portals_are_found_by_id_or_path() -> None:
    assert find("tongxin").name == "tongxin.toml"
    assert find("somewhere/else.toml") == Path("somewhere/else.toml")
    with pytest.raises(PortalFileError, match="one of sample, tongxin"):
        find("../etc/passwd")


def test_portals_of_an_operators_own_folder_are_known_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, GOOD)
    assert "xx" not in known()
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(tmp_path))
    assert find("xx") == path
    assert {"sample", "tongxin", "xx"} <= set(known())
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(tmp_path / "none"))
    with pytest.raises(PortalFileError, match="is no folder"):
        known()


def test_a_doubt_is_said_and_does_no_harm(tmp_path: Path) -> None:
    listed = "<table><tr><th>标题</th><th>发布日期</th></tr><tr><td>样本文件</td><td>2017-03-01</td></tr></table>"
    with Site({"/list.html": f"<html><body>{listed}</body></html>"}) as site:
        portal = portal_file(tmp_path, site.url, ("", "规划计划", "/list.html"))
        portal.write_text(portal.read_text().replace('kind = ""\n', "").replace("640324", "640399"))
        done = crawl(portal, tmp_path / "a.db")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"note: {portal}: division_code = '640399' is not among the codes" in done.stderr
    assert rows(tmp_path / "a.db", "SELECT kind, division_code FROM records JOIN portals ON portals.id = portal") == [
        {"kind": "plan", "division_code": "640399"}
    ]
