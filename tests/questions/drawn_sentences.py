"""Archives drawn for the question about sentences whose printed figures disagree."""

from tests.questions.drawn import Drawn
from tests.questions.drawn_topics import portals

SENTENCES = {
    "样本支出110万元，比上年增加10万元，增长10%。": None,
    "样本支出110万元，比上年增加10万元，增长100%。": ("增减率 / rate of change", "100%", "10%"),
    "样本支出合计200万元，其中：基本支出150万元，占57%。": ("比重 / share", "57%", "75%"),
    "样本提案52件，其中办结9件、正在办理38件、列入计划5件。": None,
    "样本提案52件，其中办结9件、正在办理38件、列入计划6件。": None,
    "样本支出52元，其中货物9元、工程38元、服务6元。": ("合计 / sum", "52元", "53元"),
    "样本稿件95篇，比2016年的40篇增加50篇。": ("增减额 / difference", "95篇", "90篇"),
    "样本支出约110万元，比上年增加10万元，增长100%。": None,
}
"""Sentences, each with what it states, what is printed and what would fit."""

FLAGS = ("page_cut", "row_not_read", "title_truncated")


def sentences(made: Drawn) -> None:
    """Records with few sentences each, of which some disagree."""
    draw = made.draw
    for catalogs in portals(made, ("annual_report", "notice")).values():
        for number in range(draw.choice((5, 20))):
            said = draw.sample(list(SENTENCES), draw.randint(0, 3))
            made.record(
                catalogs, {"sentences": said}, body="".join(said), kind=draw.choice(("annual_report", "notice")),
                published_on=f"2018-0{number % 3 + 1}-01", flags=made.flags(0.1, FLAGS),
            )  # fmt: skip
