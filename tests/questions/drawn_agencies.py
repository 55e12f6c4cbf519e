"""Archives drawn for the questions about budgets and about agencies' pages."""

from datetime import date, timedelta

from tests.questions.drawn import Drawn
from tests.questions.drawn_topics import PUBLISHERS, portals

UNITS = (
    "同心县教育局", "县教育局", "同心县财政局", "同心县第五小学", "同心县国土资源局", "同心县自然资源局", "同心县信访局",
    "同心县人民政府", "同心县", "红寺堡区", "同心县本级",
)  # fmt: skip
TYPES = (("预算", ("budget",)), ("决算", ("accounts",)), ("预决算", ("budget", "accounts")))


def budgets(made: Drawn) -> None:
    """Budgets of few units and years; no two of one day, so that one is the earliest."""
    draw = made.draw
    for catalogs in portals(made, ("budget",)).values():
        days = iter(draw.sample(range(900), 60))
        for _ in range(draw.choice((10, 25, 40))):
            unit = draw.choice((*UNITS, None, None))
            year = draw.choice((2014, 2015, 2016, 2016, 2017))
            word, kinds = draw.choice(TYPES)
            publisher = (
                unit
                if unit and draw.random() < 0.6
                else draw.choice((*PUBLISHERS, *["同心..."] * (4 if not unit else 1)))
            )
            published = date(2016, 1, 1) + timedelta(days=next(days))
            made.record(
                catalogs,
                {"budgets": [(unit, year, kind) for kind in kinds]},
                title=f"{unit or ''}{year}年部门{word}公开",
                publisher=publisher,
                published_on=str(published) if draw.random() < 0.92 else None,
                flags=made.flags(0.1),
            )
        made.record(catalogs, {"budgets": []}, publisher="同心县水务局")


SUBJECTS = ("样本县养老办法", "样本县供水办法", "样本县用地办法", "样本县林地办法", "样本")
TEXT = "样本正文"


def pages(made: Drawn) -> None:
    """Normative documents and interpretations, series, files, masked numbers and records that lack this or that."""
    draw = made.draw
    for portal, catalogs in portals(made, ("notice", "normative_document", "policy_interpretation")).items():
        crawl = made.crawl(portal, "2018-06-01T00:00:00Z", "2018-06-01T01:00:00Z")
        notices, normative, explaining = ([each] for each in catalogs)
        of = {"index_number": "640324001/2017-00001", "created_on": "2017-01-01", "responsible_department": "样本"}
        for _ in range(draw.choice((10, 40))):
            stated = {name: value for name, value in of.items() if draw.random() < 0.6}
            record = made.record(
                notices,
                publisher=draw.choice(PUBLISHERS),
                body=draw.choice((None, TEXT, TEXT)),
                published_on=draw.choice((None, "2018-01-01", "2018-01-02")),
                document_number=draw.choice((None, "同政发〔2017〕1号")),
                flags=made.flags(0.06),
                **stated,
            )
            for _ in range(draw.choice((0, 0, 1, 2))):
                at = draw.choice((None, "2018-06-01T00:00:01Z", "2018-06-02T00:00:01Z"))
                state = draw.choice(("unavailable", "empty", "not_a_document", "text", "pending", "unlinked"))
                made.attachment(record, state, made.capture(crawl, fetched_at=at) if at else None, at)
            for source, kind in (("0", "phone"), ("1", "phone"), ("0", "resident_id")):
                if draw.random() < 0.2:
                    made.redaction(record, source, kind, draw.randint(0, 3))
        _series(made, notices)
        _interpreted(made, notices, normative, explaining)


def _series(made: Drawn, notices: list[object]) -> None:
    """Issues of series, some missing, some put up again."""
    draw = made.draw
    for name, unit, highest in (
        ("样本价格周报", "期", 30),
        ("样本公示名单", "月", 12),
        ("样本统计简报", "季度", 4),
        ("样本气象信息", "周", 9),
    ):
        for year in (2017, 2018):
            for _ in range(draw.choice((0, 2, 3, 4, 6))):
                issue = draw.randint(1, highest)
                written = f"{issue}月份" if unit == "月" else f"第{issue}{unit}"
                meaning = {"series": f"{name}{year}", "issue": issue, "issue_unit": unit}
                made.record(notices, meaning, title=f"{name}{year}年{written}", flags=made.flags(0.05))


def _interpreted(made: Drawn, notices: list[object], normative: list[object], explaining: list[object]) -> None:
    """Normative documents and what explains them, before and after; in some portals nothing does."""
    draw = made.draw

    def titled(catalogs: list[object], title: str, subject: str) -> None:
        published = date(2018, 3, 1) + timedelta(days=draw.choice((0, 1, 4, 5, 6, 7)))
        made.record(
            catalogs,
            {"subject": subject if len(subject) >= 6 else None},
            title=title,
            published_on=str(published) if draw.random() < 0.9 else None,
            flags=made.flags(0.12),
        )

    for _ in range(draw.randint(3, 12)):
        subject = draw.choice(SUBJECTS)
        titled(
            normative, draw.choice((f"关于印发《{subject}》的通知", f"同心县人民政府关于印发{subject}的通知")), subject
        )
    for _ in range(draw.choice((0, 2, 5))):
        subject = draw.choice(SUBJECTS)
        catalogs = draw.choice((notices, explaining, explaining, normative))
        titled(catalogs, draw.choice((f"《{subject}》解读", f"{subject}政策解读")), subject)
