"""Cases of the question about sentences whose printed figures disagree."""

from tests.questions.cases import case
from tests.questions.small import Small

SLIP = "样本支出110万元，比上年增加10万元，增长100%。"
GROWTH = "增减率 / rate of change"


@case(
    "sentence_arithmetic",
    columns=("stated_of", "stated", "fits", "equation"),
    expected=(
        (GROWTH, "100%", "10%", "100% = 10 ÷ (110 − 10)"),
        ("合计 / sum", "52元", "53元", "52 = 9 + 38 + 6"),
        (GROWTH, "100%", "10%", "100% = 10 ÷ (110 − 10)"),
    ),
)
def sentences_whose_figures_disagree(small: Small) -> None:
    small.record(True, "样本：笔误", body=f"{SLIP}样本支出52元，分别为货物9元、工程38元、服务6元。")
    small.record(False, "样本：相合", body=SLIP.replace("100%", "10%"))
    small.record(False, "样本：可能重叠", body="样本职工100人，其中女性60人、党员70人。")
    small.record(False, "样本：存疑", body=SLIP, flags=["page_cut"])
    of_file = small.record(True, "样本：附件")
    small.insert("attachments", record_id=of_file, name="样本", url="a", text=SLIP, state="text")
    scanned = small.record(False, "样本：扫描件")
    small.insert("attachments", record_id=scanned, name="样本", url="b", text=SLIP, state="ocr")


@case("sentence_arithmetic", columns=("stated_of",), expected=((GROWTH,),), given={"portal": "county"})
def sums_of_annual_reports_are_another_question(small: Small) -> None:
    body = f"{SLIP}样本支出52元，分别为货物9元、工程38元、服务6元。"
    body += "样本立案的88件中，办结73件、正在办理15件，办结率38%。"
    small.record(True, "样本：年报", body=body, kind="annual_report")
    small.record(False, "样本：另一门户", body=body, portal="other")


@case(
    "sentence_arithmetic",
    columns=("title", "stated"),
    expected=(
        ("样本：二月", "57%"), ("样本：二月", "50%"), ("样本：二月", "52元"), ("样本：二月，又一", "52元"), ("样本：一月", "100%"),
    ),
    ordered=True,
)  # fmt: skip
def in_the_order_of_days_records_texts_and_figures(small: Small) -> None:
    sums, shares = (
        "样本支出52元，分别为货物9元、工程38元、服务6元。",
        "样本支出合计200万元，其中：基本支出150万元，占57%；项目支出50万元，占50%。",
    )
    small.record(True, "样本：一月", body=SLIP, published_on="2018-01-01")
    first = small.record(True, "样本：二月", body=shares, published_on="2018-02-01")
    small.record(True, "样本：二月，又一", body=sums, published_on="2018-02-01")
    small.insert("attachments", record_id=first, name="样本", url="a", text=sums, state="text")


@case(
    "sentence_arithmetic",
    columns=("stated_of", "stated"),
    expected=(
        ("比重 / share", "57%"), ("增减额 / difference", "95篇"), ("持平 / the same", "10万元"), ("翻番 / doubled", "90篇"),
        ("办结率 / rate of what is done", "38%"),
    ),
)  # fmt: skip
def all_that_a_sentence_may_state(small: Small) -> None:
    for sentence in (
        "样本支出合计200万元，其中：基本支出150万元，占57%。",
        "样本稿件95篇，比2016年的40篇增加50篇。",
        "样本支出10万元，与上年12万元持平。",
        "样本稿件由上年的40篇翻一番，达到90篇。",
        "样本立案的88件中，办结73件、正在办理15件，办结率38%。",
    ):
        small.record(True, "样本", body=sentence)
