"""Archives drawn for groups of questions: small ranges of values, so that thresholds are met exactly, one below and one above."""

from datetime import timedelta
from types import SimpleNamespace

from tests.questions.drawn import DATE, PORTALS, Drawn, beijing, later

AGENCIES = (
    {"name": "同心县王团镇人民政府"},
    {"name": "同心县国土资源局", "successor": "同心县自然资源局"},
    {"name": "同心县档案局", "budget_unit": True},
    {"name": "同心县信访局", "budget_unit": False},
)
"""The contents of each portal's file."""
PUBLISHERS = (
    "同心县预旺镇人民政府",     "同心县教育局", "县教育局", "同心县财政局", "同心县人民政府办公室", "县政府办公室", "同心县第五小学", "同心县国土资源局",
    "同心县自然资源局", "同心县信访局", "同心县水务局", "同心县人民政府", "同心...", None,
)  # fmt: skip

DAYS = ("2018-01-01", "2018-02-10", "2018-03-01", "2018-03-31", "2018-04-05", "2018-06-01", "2019-01-10", "2019-02-15")
TIMES = ("00:00:00", "07:59:59", "15:20:00", "15:59:59", "16:00:00", "23:30:00")
BEFORE = (0, 1, 2, 7, 14, 15, 29, 30, 31, 180, 364, 365, 366)
"""Days between a crawl and a date that a record states."""


def portals(made: Drawn, kinds: tuple[str, ...] = ("notice",)) -> dict[str, list[SimpleNamespace]]:
    """Two portals, each with catalogues of these kinds; the catalogues by portal."""
    held = {}
    for portal in made.draw.sample(PORTALS, len(PORTALS)):
        made.portal(portal, AGENCIES)
        held[portal] = [made.catalog(portal, kind) for kind in kinds]
    return held


def dates(made: Drawn) -> None:
    """Crawls at moments near midnight in Beijing, some under way; records with dates around them."""
    draw = made.draw
    held = portals(made, ("notice", "plan", "budget", "notice", "plan"))
    moments = []
    for portal, catalogs in held.items():
        starts = sorted(f"{each}T{draw.choice(TIMES)}Z" for each in draw.sample(DAYS, draw.randint(2, 5)))
        for start in starts:
            end = later(start, minutes=draw.choice((0, 30, 90)))
            crawl = made.crawl(portal, start, None if draw.random() < 0.2 else end)
            moments.append((portal, start, end, crawl))
            wholly = draw.choice((0, 0, 0.3, 0.9))
            for catalog in (*catalogs[:3], catalogs[4]):
                if draw.random() < 0.9:
                    made.walk(crawl, catalog, draw.random() < wholly)
    for _ in range(70):
        portal, start, end, crawl = draw.choice(moments)
        _dated_record(made, held[portal], start, end, crawl)


def _dated_record(made: Drawn, every: list[SimpleNamespace], start: str, end: str, crawl: SimpleNamespace) -> None:
    draw = made.draw
    catalogs = [each for each in every[:4] if draw.random() < 0.4] or every[:1]
    first_seen = draw.choice((start, end, later(end, seconds=1), later(end, days=draw.randint(1, 60))))
    published = beijing(draw.choice((start, first_seen))) - timedelta(days=draw.choice(BEFORE))
    made_on = published - timedelta(days=draw.choice((-3, 0, 19, 27, 28, 29, 30, 31, 32, 45)))
    odd = draw.random()
    published_on = None if odd < 0.1 else "1998-10-01" if odd < 0.15 else "2018-10-01" if odd < 0.2 else str(published)
    future = ["date_in_future"] if published_on and draw.random() < 0.08 else []
    title = draw.choice(("样本：通知", "样本：名单公示", "样本政务公开督查", "样本政府网站考核评估", "样本：报告"))
    address = draw.choice(("t20180203_7.html", "t20180203.html", "t20191231_12.html", "7.html"))
    moment = draw.choice((None, "Tue, 06 Feb 2018 01:00:00 GMT"))
    flags = [flag for flag in made.flags(0.15) if flag != "date_in_future"] + future
    if not published_on or future or DATE.intersection(flags):
        catalogs = [*catalogs, every[4]]  # which has no date that counts
    record = made.record(
        catalogs,
        {
            "url_date": f"{address[1:5]}-{address[5:7]}-{address[7:9]}"
            if address.startswith("t") and "_" in address
            else None,
            "last_modified": moment,
        },
        title=title,
        publisher=draw.choice(PUBLISHERS),
        published_on=published_on,
        created_on=draw.choice((None, "1998-09-01", str(made_on), str(made_on), str(made_on))),
        first_seen=first_seen,
        last_seen=later(first_seen, days=draw.randint(0, 3)),
        state=draw.choice(("listed", "listed", "unlisted", "withdrawn")),
        disclosure_period=draw.choice((None, "长期公开", "限时公开")),
        flags=flags,
        url=f"http://a.example/{len(made.records)}/{address}",
        capture_id=made.capture(crawl, fetched_at=start, last_modified=moment) if moment else None,
    )
    for _ in range(draw.choice((0, 0, 1, 2, 3))):
        kind = draw.choice(("added", "changed", "changed", "unlisted", "withdrawn", "returned"))
        names = draw.choice((["body"], ["body", "title"], ["published_on"], ["body", "published_on"], ["files"]))
        made.event(record, kind, later(start, days=draw.randint(0, 5)), [*names, f"sample{len(made.events)}"])
    if draw.random() < 0.3:
        made.redaction(record, "0", "phone", 1)


def quiet(made: Drawn) -> None:
    """Few records of each agency, dated about a year before the last crawl."""
    draw = made.draw
    for portal, catalogs in portals(made).items():
        start = f"{draw.choice(DAYS[:7])}T{draw.choice(TIMES)}Z"
        crawl = made.crawl(portal, start, later(start, minutes=draw.choice((0, 30))))
        made.crawl(portal, later(start, days=400), None)
        made.crawl(portal, later(start, days=-9), later(start, days=-9))
        for publisher in draw.sample(PUBLISHERS, draw.randint(4, len(PUBLISHERS))):
            for _ in range(draw.randint(1, 2)):
                published = beijing(crawl.finished_at) - timedelta(days=draw.choice((100, 364, 365, 366, 500)))
                made.record(
                    catalogs,
                    publisher=publisher,
                    published_on=str(published) if draw.random() < 0.8 else None,
                    flags=made.flags(0.2),
                )
