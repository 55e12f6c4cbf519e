"""Drawing words, dates and forms for made pages: the same seed draws the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

PLACE = "样本县"
SITE = f"{PLACE}人民政府"
HOST = "http://www.county.gov.cn"

AGENCIES = (
    "样本县人民政府", "样本县人民政府办公室", "样本县财政局", "样本县教育体育局", "样本县卫生健康委员会", "样本县发改委", "县政府办",
    "样本县应急管理局", "样本镇人民政府", "样本街道办事处", "样本县政务服务中心", "国土资源局样本分局", "样本县统计局",
    "样本市市场监督管理局", "样本经济开发区管委会", "样本县交通运输局",
)  # fmt: skip
MEDIA = (
    "样本日报",
    "样本晚报",
    "样本新闻网",
    "样本县融媒体中心",
    "样本县广播电视台",
    "新华社",
    "样本县政府网站",
    "本站",
    "样本县电视台客户端",
)

SUBJECTS = (
    "开展样本检查", "做好样本防汛工作", "样本补助资金安排", "样本道路改造", "样本项目竣工验收", "样本规划草案公开征求意见", "公布样本目录", "样本专项整治",
    "样本事业单位公开招聘", "进一步加强样本管理", "样本土地出让", "样本养老服务",
)  # fmt: skip
FORMS = (
    "关于{subject}的通知",
    "关于{subject}的公告",
    "{agency}关于{subject}的意见",
    "{subject}情况说明",
    "关于印发《{subject}实施方案》的通知",
    "2018-2020年{subject}规划",
    "{agency}：{subject}有序推进",
    "【样本解读】一图读懂{subject}",
    "样本县2017年度部门决算公开说明",
    "样本机构职能",
)
COLUMNS = (
    "政策解读",
    "通知公告",
    "规划计划",
    "财政资金",
    "规范性文件",
    "人事信息",
    "统计数据",
    "热点回应",
    "建议提案",
    "应急管理",
    "重大项目",
    "公示公告",
)
SECTIONS = ("政务公开", "政府信息公开", "法定主动公开内容", "信息公开目录", "部门信息公开目录", "重点领域信息公开")
SENTENCES = (
    "样本正文，仅供测试，不是任何机关的文件。",
    "各乡镇人民政府，县政府各部门、各直属机构：现将样本事项通知如下。",
    "样本工作要按照样本方案有序推进，样本数字共计一百二十三项。",
    "本页所有文字都是样本，事项、数字与单位均为虚构。",
    "请各样本单位于2018年3月1日前报送样本材料，逾期不再受理。",
    "一、样本要求。要提高认识，落实样本责任，确保样本工作取得实效。",
    "二、样本范围。凡本样本县行政区域内的样本项目，均适用本样本办法。",
    "三、样本程序。样本申请经样本审核后，由样本单位在样本时限内办理。",
)

DATE_FORMS = (
    "{:%Y-%m-%d}", "{:%Y-%m-%d}", "{:%Y/%m/%d}", "{:%Y.%m.%d}", "{:%Y年%m月%d日}", "{0.year}年{0.month}月{0.day}日", "{0.year}-{0.month}-{0.day}",
)  # fmt: skip
"""Formats of a day, those most in use twice."""

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Draw:
    """One page's draws."""

    random: Random

    def pick(self, options: Sequence[Option]) -> Option:
        """One of `options`."""
        return self.random.choice(options)

    def some(self, options: Sequence[Option], least: int, most: int) -> list[Option]:
        """Return from `least` to `most` different ones of `options`, in their order."""
        chosen = self.random.sample(range(len(options)), self.random.randint(least, min(most, len(options))))
        return [options[index] for index in sorted(chosen)]

    def mixed(self, options: Sequence[Option]) -> list[Option]:
        """Return all `options` in another order."""
        return self.random.sample(options, len(options))

    def often(self, share: float) -> bool:
        """Return whether what happens to `share` of the pages happens to this one."""
        return self.random.random() < share

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def title(self) -> str:
        """A document's title."""
        text = self.pick(FORMS).format(subject=self.pick(SUBJECTS), agency=self.pick(AGENCIES))
        return f"{text}（{self.number(2014, 2019)}年第{self.number(1, 90)}号）" if self.often(0.3) else text

    def day(self) -> date:
        """A day on which something was published."""
        return date(2014, 1, 1) + timedelta(days=self.number(0, 2100))

    def index_number(self) -> str:
        """An index number of one of the grammars in use."""
        number = self.number(10000, 99999)
        return self.pick(
            (
                f"640324-101/2017-{number}", f"014742224A/2017-00{number}", f"YB00108-3000-2017-{number}",
                f"Ybgs-16-02-{number}", f"0000143482017{number}", f"11640324MB0{number}X/2018-{number}",
            )
        )  # fmt: skip

    def document_number(self) -> str:
        """A document number, 文号."""
        year, number = self.number(2014, 2019), self.number(1, 300)
        return self.pick(
            (
                f"样政发〔{year}〕{number}号",
                f"样政办发[{year}]{number}号",
                f"样财〔{year}〕{number}号",
                f"样本令第{number}号",
            )
        )

    def steps(self) -> list[str]:
        """A trail from the home page to a column."""
        return [
            self.pick(("首页", "首页", "网站首页", "本站首页", SITE)),
            *self.some(SECTIONS, 1, 3),
            self.pick(COLUMNS),
        ]

    def sentences(self) -> list[str]:
        """The paragraphs of a text, the first and the last one long enough to be known."""
        return [SENTENCES[0], *self.some(SENTENCES[1:], 2, len(SENTENCES) - 1)]
