"""Portal files: what they hold, and one line with file and key for every slip."""

from datetime import date
from pathlib import Path

import pytest

from crawler.portal import PortalFileError, find, load

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


def test_a_good_file(tmp_path: Path) -> None:
    portal = load(written(tmp_path, GOOD))
    assert (portal.id, portal.name, portal.division_code) == ("xx", "某县人民政府", "640324")
    assert portal.checked == date(2026, 5, 31)
    assert [(catalog.kind, catalog.url) for catalog in portal.catalogs] == [
        ("budget", "http://www.xx.gov.cn/xxgk/bmys/list.html"),
        ("plan", "https://xxgk.xx.gov.cn/fzgh/"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "xx"', 'id = "yy"', "id = 'yy' must be the file's name"),
        ('name = "某县人民政府"\n', "", "name is missing"),
        ('name = "某县人民政府"', "name = 7", "name = 7 must be a text"),
        ('"640324"', "640324", "division_code = 640324 must be a text"),
        ('"640324"', '"64032"', "division_code = '64032' must be six digits"),
        ("http://www.xx.gov.cn/", "www.xx.gov.cn", "home = 'www.xx.gov.cn' must be an http"),
        ("checked = 2026-05-31", 'checked = "2026-05-31"', "checked = '2026-05-31' must be a day"),
        ("checked = 2026-05-31", 'family = "nonesuch"', "family = 'nonesuch' is not one of"),
        ('kind = "plan"', 'kind = "plans"', "[[catalogs]] 2: kind = 'plans' is not one of hot_topic_response"),
        ('kind = "plan"', 'kind = "plan"\ncolour = "red"', "[[catalogs]] 2: unknown key 'colour'; allowed are kind"),
        ('title = "发展规划"\n', "", "[[catalogs]] 2: title is missing"),
        ("https://xxgk.xx.gov.cn/fzgh/", "/xxgk/bmys/list.html", "[[catalogs]] 2: url = "),
        ("[[catalogs]]", "[[catalogues]]", "unknown key 'catalogues'"),
        ('id = "xx"', 'id = "xx', "is not valid TOML"),
    ],
)
def test_a_slip_is_one_line_with_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(PortalFileError) as error:
        load(written(tmp_path, GOOD.replace(old, new)))
    assert str(error.value).startswith(str(tmp_path / "xx.toml"))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


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


def test_portals_are_found_by_id_or_path() -> None:
    assert find("tongxin").name == "tongxin.toml"
    assert find("somewhere/else.toml") == Path("somewhere/else.toml")
    with pytest.raises(PortalFileError, match="one of sample, tongxin"):
        find("../etc/passwd")
