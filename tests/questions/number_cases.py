"""Cases of the questions about index numbers and document numbers."""

from typing import Any

from tests.questions.cases import case
from tests.questions.small import Small


@case("number_on_several", left_out=1)
def one_number(small: Small) -> None:
    for title in ("样本：学校建设", "样本：道路建设"):
        small.record(True, title, index_number="640324001/2017-58360")
    small.record(False, "样本：标题被截断的文...", index_number="640324001/2017-58360", flags=["title_truncated"])
    for _ in range(2):
        small.record(False, "样本：同一份文件", index_number="640324001/2017-00001")
    small.record(False, "样本：别的门户", index_number="640324001/2017-58360", portal="other")
    small.record(False, "样本：无索引号")


@case(
    "document_number_gaps",
    given={"least": "3"},
    columns=("issuer", "year", "found", "highest", "missing", "numbers"),
    expected=(("同政发", 2017, 5, 9, 4, "1、5–6、8"),),
    left_out=1,
)
def numbers_left_out(small: Small) -> None:
    for number in (
        "同政发〔2017〕2号",
        "同政发[2017]3、4号",
        "同政发（2017）7号",
        "同政发〔2017〕９号",
        "同政发〔2017〕2号",
    ):
        small.record(False, "样本：通知", document_number=number)
    for number in (1, 2, 3):
        small.record(False, "样本：无缺", document_number=f"同政办发〔2017〕{number}号")
    for number in (90, 91, 92):
        small.record(False, "样本：上级的", document_number=f"国办发〔2017〕{number}号")
    small.record(False, "样本：太少", document_number="同教发〔2017〕9号")
    small.record(False, "样本：存疑", document_number="同政发〔2017〕5号", flags=["ocr_suspect"])


@case("neighbouring_serials", left_out=1)
def batch(small: Small) -> None:
    def numbered(found: bool, serial: int, day: str, **columns: Any) -> None:
        small.record(found, "样本：通知", index_number=f"640324001/2017-{serial:05}", published_on=day, **columns)

    numbered(False, 42685, "2017-08-01")
    numbered(True, 42686, "2016-02-04")
    numbered(False, 42690, "2016-02-05")
    numbered(False, 43685, "2017-01-01")
    small.record(False, "样本：另一前缀", index_number="640324002/2017-42687", published_on="2017-08-01")
    numbered(False, 42687, "2017-12-01", flags=["index_number_differs"])


LONG = "样本正文，" * 40


@case("same_under_several_numbers", left_out=1)
def the_same_again(small: Small) -> None:
    small.record(True, "样本：一", body=LONG, index_number="640324001/2017-00001", published_on="2017-01-01")
    small.record(
        True,
        "样本：二",
        body=LONG.replace("，", " ， "),
        index_number="640324001/2017-00002",
        published_on="2017-02-01",
    )
    small.record(
        False, "样本：三", body=LONG + "有所不同", index_number="640324001/2017-00003", published_on="2017-01-01"
    )
    small.record(False, "样本：四", body=LONG, index_number="640324001/2017-00004", flags=["index_number_differs"])
    for number in (5, 6):
        small.record(
            False, "样本：五", body="见附件", index_number=f"640324001/2017-0000{number}", published_on="2017-01-01"
        )
    for number, day in ((7, "2017-03-01"), (8, "2017-03-01"), (9, "2017-04-01")):
        title = "关于思源实验学校建设的通知（样本）"
        small.record(number < 9, title, index_number=f"640324001/2017-0000{number}", published_on=day)
    for _ in range(2):
        small.record(
            False, "同一索引号的同一份样本文件", index_number="640324001/2017-00010", published_on="2017-01-01"
        )


def counting(small: Small, portal: str, prefix: str, *serials: int) -> None:
    for serial in serials:
        small.record(False, "样本：通知", portal=portal, index_number=f"{prefix}/2017-{serial:05}")


@case(
    "index_number_gaps",
    columns=("index_prefix", "year", "found", "highest", "missing", "numbers"),
    expected=(("640324001", 2017, 6, 9, 3, "3、7–8"),),
    left_out=1,
)
def gaps_where_agencies_count(small: Small) -> None:
    counting(small, "county", "640324001", 1, 2, 4, 5, 6, 9)
    counting(small, "county", "640324002", 1, 2, 3, 4, 5)
    counting(small, "county", "640324003", 7)
    counting(small, "other", "640325001", 37480, 41000, 50000, 61737, 67387)
    counting(small, "other", "640325002", 37481, 41002, 50004, 61738, 67380)


@case("prefix_of_another", left_out=1)
def another_prefix(small: Small) -> None:
    for serial in range(1, 6):
        small.record(False, "样本：通知", publisher="同心县政府办公室", index_number=f"640324001/2017-0000{serial}")
        small.record(False, "样本：通知", publisher="同心县教育局", index_number=f"640324008/2017-0000{serial}")
    small.record(False, "样本：别名", publisher="同心县人民政府办公室", index_number="640324001/2017-00010")
    small.record(True, "样本：别的前缀", publisher="同心县教育局", index_number="640324001/2017-00011")
    small.record(False, "样本：前缀未知", publisher="同心县教育局", index_number="640324099/2017-00012")
    small.record(
        False, "样本：存疑", publisher="同心县教育局", index_number="640324001/2017-00013", flags=["ocr_suspect"]
    )


@case("prefix_of_another")
def the_prefix_of_a_predecessor(small: Small) -> None:
    for serial in range(1, 6):
        small.record(False, "样本：通知", publisher="同心县国土资源局", index_number=f"640324009/2017-0000{serial}")
    small.record(False, "样本：机构改革后", publisher="同心县自然资源局", index_number="640324009/2019-00001")
    small.portal_file([{"name": "同心县国土资源局", "successor": "同心县自然资源局"}])


@case("unusual_index_numbers", left_out=1)
def unusual(small: Small) -> None:
    for serial in range(1, 60):
        small.record(False, "样本：通知", index_number=f"640324001/2017-{serial:05}", published_on="2017-05-01")
    small.record(True, "样本：少了斜杠", index_number="640324052017-41866", published_on="2017-05-01")
    small.record(True, "样本：校验码不对", index_number="000014340/2017-00110", published_on="2017-05-01")
    small.record(True, "样本：格式不同", index_number="000014349/2017-00110", published_on="2017-05-01")
    small.record(True, "样本：年份不同", index_number="640324001/2016-00001", published_on="2017-05-01")
    small.record(
        False, "样本：各页不同", index_number="640324", published_on="2017-05-01", flags=["index_number_differs"]
    )
    small.record(False, "样本：无索引号", published_on="2017-05-01")
