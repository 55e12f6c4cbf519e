"""A large archive of made-up records, for the benchmarks of search and site: kept outside the project, used again.

    python -m bench.large_archive PATH [--records 1000000] [--bodies 200000]

Nothing in it is government text. Counties are named by the sexagenary cycle (甲子县, 乙丑县), words are drawn at random
from characters, rare and frequent ones as in any language, with a few dozen words of administration among them; every
title and text says that it is a sample. It is written into the archive's own schema and indexed by its own code.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate, cycle, islice
from pathlib import Path

from archive.analysis import derived
from archive.database.connection import transaction
from archive.database.redaction_version import set_redaction_version
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.masking.personal_numbers import RULES_VERSION
from archive.search import index as search

COUNTIES = [stem + branch + "县" for stem, branch in islice(zip(cycle("甲乙丙丁戊己庚辛壬癸"), cycle("子丑寅卯辰巳午未申酉戌亥")), 40)]  # fmt: skip
AGENCIES = (
    "人民政府办公室", "发展和改革局", "教育局", "科学技术局", "工业和信息化局", "民族宗教事务局", "公安局", "民政局", "司法局", "财政局",
    "人力资源和社会保障局", "自然资源局", "生态环境局", "住房和城乡建设局", "交通运输局", "水务局", "农业农村局", "商务局", "文化和旅游局",
    "卫生健康局", "退役军人事务局", "应急管理局", "审计局", "市场监督管理局", "统计局", "医疗保障局", "信访局", "城关镇人民政府", "河西镇人民政府",
    "园艺乡人民政府",
)  # fmt: skip
ISSUERS = ("政发", "政办发", "财发", "教发", "建发", "民发")
KINDS = {
    "notice": 30, "budget": 14, "normative_document": 10, "policy_interpretation": 9, "hot_topic_response": 7, "plan": 6,
    "proposal": 6, "housing_expropriation": 5, "annual_report": 4, "institution": 3, "consultation": 3, "rule_of_law": 2,
    "other": 1,
}  # fmt: skip
SUBJECTS = (
    "预算", "决算", "棚户区改造", "老旧小区改造", "征地拆迁", "危房改造", "扶贫", "低保", "教育", "医疗", "公开", "年度报告", "安全生产", "项目",
    "三公经费", "学前教育", "道路建设", "饮水安全", "环境保护", "招标", "补贴", "退耕还林", "规划", "任免", "督查", "政策解读", "政府采购", "污水处理",
)  # fmt: skip
TITLES = (
    "{county}{year}年{subject}{word}", "关于印发{county}{subject}实施方案的通知", "关于{word}{subject}{more}工作的通知", "{agency}{year}年部门预算",
    "{county}{word}{subject}{more}情况的公告", "关于公布{year}年{subject}名单的公示", "{word}{more}{subject}管理办法", "关于{word}同志职务任免的通知",
    "{county}人民政府关于{subject}的意见", "{year}年第{number}次常务会议{word}", "对{subject}{word}的答复", "{subject}政策解读：{word}{more}",
)  # fmt: skip
COMMON = ("工作", "管理", "实施", "单位", "部门", "政府", "信息", "资金", "农村", "建设", "服务", "发展", "监督", "检查", "责任", "落实", "推进",
          "改革", "标准", "申请", "审核", "的", "和", "在", "对", "按照", "进行", "以及", "万元", "县", "乡镇", "村民", "人民", "项目")  # fmt: skip
SAMPLE = "样本，仅供测试。"
SEED = 20180402
NOW = "2026-11-20T00:00:00Z"
BATCH = 20_000


class Vocabulary:
    """Words to draw from: frequent ones often, rare ones seldom (Zipf's law), as in any language."""

    def __init__(self, chance: random.Random, count: int = 30_000) -> None:
        characters = [bytes([high, low]).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
        chance.shuffle(characters)
        often = list(accumulate(1 / (rank + 12) for rank in range(len(characters))))
        drawn = chance.choices(characters, cum_weights=often, k=5 * count)
        lengths = chance.choices((1, 2, 3, 4), weights=(8, 66, 16, 10), k=count)
        at = iter(drawn)
        self._words = ["".join(islice(at, length)) for length in lengths]
        self._often = list(accumulate(1 / (rank + 20) for rank in range(count)))
        self._chance = chance

    def draw(self, count: int) -> list[str]:
        """So many words."""
        return self._chance.choices(self._words, cum_weights=self._often, k=count)

    def text(self, length: int) -> str:
        """A text of about `length` characters: sentences, paragraphs, numbers, with words of administration among it."""
        chance = self._chance
        words = self.draw(2 * length // 5)
        for place in chance.sample(range(len(words)), len(words) // 3):
            words[place] = chance.choice(COMMON) if chance.random() < 0.8 else chance.choice(SUBJECTS)
        for place in range(9, len(words), 10):
            words[place] += chance.choice("，，，、。。\n")
        for place in range(31, len(words), 60):
            words[place] += f"{chance.randrange(1, 9999)}{chance.choice(('万元', '户', '人', '平方米', '年'))}"
        return SAMPLE + "".join(words)


def records(chance: random.Random, words: Vocabulary, count: int, bodies: int) -> Iterator[tuple[object, ...]]:
    """Rows of `records`, catalogue after catalogue as a crawl brings them."""
    kinds = chance.choices(list(KINDS), weights=list(KINDS.values()), k=count)
    for number in range(count):
        place = number * len(COUNTIES) // count
        county, portal = COUNTIES[place], f"sample{place + 1:02}"
        agency = AGENCIES[min(int(chance.expovariate(0.12)), len(AGENCIES) - 1)]
        year = min(2026, 2008 + int(18.9 * chance.random() ** 0.6))
        day = f"{year}-{chance.randrange(1, 13 if year < 2026 else 11):02}-{chance.randrange(1, 29):02}"
        one, other = words.draw(2)
        title = chance.choice(TITLES).format(
            county=county, agency=county + agency, year=year, subject=chance.choice(SUBJECTS), number=number % 60,
            word=one, more=other,
        ) + f"（样本{number}）"  # fmt: skip
        issued = (
            f"{county[:2]}{chance.choice(ISSUERS)}〔{year}〕{chance.randrange(1, 400)}号" if number % 4 == 0 else None
        )
        index = f"9901{place:02}{chance.randrange(1, 31):03}/{year}-{10_000 + number % 90_000}" if number % 20 else None
        url = f"http://{portal}.example/zwgk/{day[:7].replace('-', '')}/t{day.replace('-', '')}_{number}.html"
        printed = {
            "索引号": index,
            "名称": title,
            "文号": issued,
            "发布日期": day,
            "责任部门": county + agency,
            "公开时限": "长期公开",
        }
        yield (
            number + 1, portal, url, index, title, county + agency, day if number % 500 else None, issued, day, county + agency,
            kinds[number], chance.choices(("listed", "unlisted", "withdrawn"), weights=(94, 3, 3))[0],
            NOW, NOW, json.dumps(printed, ensure_ascii=False), words.text(1500) if chance.random() < bodies / count else None,
        )  # fmt: skip


def fill(connection: sqlite3.Connection, count: int, bodies: int) -> None:
    """Write portals, catalogues, a crawl of each, records, their listings, events and files."""
    chance = random.Random(SEED)
    words = Vocabulary(chance)
    for place, county in enumerate(COUNTIES, 1):
        portal = f"sample{place:02}"
        connection.execute(
            "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, ?)",
            (portal, f"{county}人民政府（样本）", f"9901{place:02}", f"http://{portal}.example/"),
        )
        connection.execute(
            "INSERT INTO crawls (id, portal, mode, started_at, finished_at, outcome) VALUES (?, ?, 'full', ?, ?, 'finished')",
            (place, portal, NOW, NOW),
        )
        connection.executemany(
            "INSERT INTO catalogs (portal, kind, title, url) VALUES (?, ?, ?, ?)",
            [(portal, kind, f"样本目录{n}", f"http://{portal}.example/zwgk/{kind}/") for n, kind in enumerate(KINDS)],
        )
    rows = records(chance, words, count, bodies)
    while batch := list(islice(rows, BATCH)):
        connection.executemany(
            "INSERT INTO records (id, portal, url, index_number, title, publisher, published_on, document_number, created_on, "
            "responsible_department, kind, state, first_seen, last_seen, source_fields, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            batch,
        )
    connection.execute(
        "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen) SELECT r.id, c.id, r.first_seen, r.last_seen "
        "FROM records r JOIN catalogs c ON c.portal = r.portal AND c.kind = r.kind"
    )
    connection.execute(
        "INSERT INTO events (record_id, kind, at, crawl_id) SELECT r.id, 'added', r.first_seen, c.id "
        "FROM records r JOIN crawls c ON c.portal = r.portal"
    )
    connection.executemany(
        "INSERT INTO attachments (record_id, name, url, state, text) VALUES (?, ?, ?, 'text', ?)",
        (
            (number, f"样本附件{number}.pdf", f"http://sample.example/files/{number}.pdf", words.text(300))
            for number in range(7, count, 20)
        ),
    )


def make(path: Path, count: int, bodies: int) -> Path:
    """The archive at `path`, made if it is not there yet."""
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        connection = open_up_to_date(part)
        connection.execute("PRAGMA synchronous = OFF")
        began = time.monotonic()
        with transaction(connection):
            fill(connection, count, bodies)
        print(f"{count} records written in {time.monotonic() - began:.0f} s", file=sys.stderr)
        began = time.monotonic()
        with transaction(connection):
            search.build(connection)
            derived.refresh(connection)
            set_redaction_version(connection, RULES_VERSION)  # no text has anything to be masked
        print(f"indexed in {time.monotonic() - began:.0f} s", file=sys.stderr)
        connection.close()
        part.rename(path)
    return path


FOLDER = Path(tempfile.gettempdir()) / "disclosures-bench"
"""The folder of the benchmarks' archives; they take half an hour to make."""


def sized(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """`parser` with the options that say which archive is measured."""
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where archives are made and kept ({FOLDER})")
    parser.add_argument("--records", type=int, default=1_000_000)
    return parser


def archive_of(folder: Path, count: int) -> Path:
    """The archive of `count` records, one in five with a body, in `folder`; made if it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return make(folder / f"records-{count}.db", count, count // 5)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--bodies", type=int, default=200_000)
    options = arguments.parse_args()
    make(options.path, options.records, options.bodies)
