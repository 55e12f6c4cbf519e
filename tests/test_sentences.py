"""Sentences whose figures can be worked out: what they state, and whether the printed figures agree. The sentences are made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.sentences.stated_equations import may_state, read_sentences

Stated = tuple[str, bool, str]
"""A kind of equation, whether it holds, and what would fit."""


def stated(text: str) -> list[Stated]:
    return [
        (equation.kind, equation.holds, equation.fitting)
        for sentence in read_sentences(text)
        for _, equation in sentence.equations
    ]


AGREE = {
    "an increase and its rate": ("支出110万元，比上年增加10万元，增长10%。", ["growth"]),
    "named again behind a share": (
        "一般公共预算财政拨款支出950万元，占本年支出合计的79.17%。与2025年相比，一般公共预算财政拨款支出增加50万元，增长5.56%。", ["growth"],
    ),
    "beside what is as last year": ("甲费0万元，与上年持平；乙费3万元；丙费6万元，比上年增加1万元，增长20%。", ["growth"]),
    "of the year before alone": ("占1.87%。与2025年度决算数100万元相比，减少20万元，下降20%。", ["growth"]),
    "of what is named once more": ("支出决算3万元，完成预算的60%，决算数较预算数减少2万元，降低40%。", ["growth"]),
    "of what brackets are behind": ("甲费10万元（乙费4万元，丙（境）费6万元），较上年8万元增加2万元，增长25%。", ["difference", "growth"]),
    "a decrease": ("支出90万元，与上年相比减少10万元，下降10.00%。", ["growth"]),
    "in the sentence after": ("支出110万元。与上年相比增加10万元，增长10%。", ["growth"]),
    "in the sentence after what it is for": ("公共服务支出110万元，主要用于日常运行。与上年相比增加10万元，增长10%。", ["growth"]),
    "in the sentence after one that is about another": (
        "人员支出90万元。公用支出110万元，主要用于日常运行。与上年相比增加10万元，增长10%。", ["growth"],
    ),
    "year on year": ("支出110万元，同比增加10万元，增长10%。", ["growth"]),
    "on the budget, beside another's": ("设备预算50万元，2018年预算60万元，比年初预算减少10万元，下降14.3%。", ["growth"]),
    "on the budget of another sentence": ("预算数为50万元。决算数为90万元，比预算数减少10万元，下降10%。", ["growth"]),
    "on the budget, beside income": ("收入50万元，决算数为90万元，比预算数减少10万元，下降10%。", ["growth"]),
    "on the budget, of what is neither spent nor planned": ("预算50万元，设备60万元，比预算减少10万元，下降14.3%。", ["growth"]),
    "of each side": ("收入、支出总计110万元，与上年相比收、支总计各增加10万元，增长10%。", ["growth"]),
    "of 亿元 in 万元": ("全年支出1.1亿元，比上年增加1000万元，增长10%。", ["growth"]),
    "of 千元 in 元": ("支出110千元，比上年增加10000元，增长10%。", ["growth"]),
    "of 千万元": ("支出1.1千万元，比上年增加100.0万元，增长10%。", ["growth"]),
    "of 百万元": ("支出110百万元，比上年增加1000.0万元，增长10%。", ["growth"]),
    "of 元": ("支出1,100,000元，比上年增加10万元，增长10%。", ["growth"]),
    "the rate first": ("支出110万元，比上年增长10%（增加10万元）。", ["growth"]),
    "in brackets": ("支出110万元，比上年增加10万元（10%）。", ["growth"]),
    "cut, not rounded": ("支出100万元，比上年增加40万元，增长66.66%。", ["growth"]),
    "rounded": ("支出100万元，比上年增加40万元，增长66.7%。", ["growth"]),
    "of amounts rounded down": ("支出10.0亿元，比上年增加5.0亿元，增长104%。", ["growth"]),
    "of amounts rounded up": ("支出10.0亿元，比上年增加5.0亿元，增长97%。", ["growth"]),
    "a sum of rounded amounts": ("支出10.1亿元，其中：货物5.0亿元、服务5.0亿元。", ["parts"]),
    "of people": ("接待120人次，比上年增加20人次，增长20%。", ["growth"]),
    "from one to another": ("支出由100万元增加到110万元，增长10%。", ["growth"]),
    "doubled": ("稿件由上年的40篇翻一番，达到80篇。", ["times"]),
    "doubled twice": ("稿件由上年的40篇翻两番，达到160篇。", ["times"]),
    "doubled three times": ("稿件由上年的40篇翻三番，达到320篇。", ["times"]),
    "of the same thing": ("财政拨款支出110万元。与上年相比，财政拨款支出增加10万元，增长10%。", ["growth"]),
    "behind another rate": ("支出110万元，比上年增长5%，比年初预算减少90万元，下降45%。", ["growth"]),
    "three public expenses in any order": (
        "“三公”经费决算总额2771万元。分项情况是：因公出国（境）经费决算120万元，比上年增长79.1%；公务接待费决算1033万元；公务用车购置及运行费决算1618万元。其中：公务用车购置费414万元。公务用车运行费1204万元。", ["parts", "parts"],
    ),
    "three public expenses in a list": (
        "“三公”经费预算80万元。1.因公出国（境）费：0元。2.公务用车购置及运行费：50万元。用于公务。3.公务接待费：30万元。", ["parts"],
    ),
    "three public expenses with changes of theirs": (
        "“三公”经费预算10万元，比上年增加1万元。因公出国费0万元；公务用车购置及运行费8万元，占80%，比上年增加1万元，用于3辆车；公务接待费2万元。",
        ["parts"],
    ),
    "three public expenses and meetings": (
        "“三公”经费决算10万元，其中：因公出国（境）费0万元、公务用车购置及运行费5万元、公务接待费2万元、会议费3万元。", ["parts"],
    ),
    "basic spending in a list": (
        "财政拨款基本支出预算200.50万元，其中：\n（一）人员经费150.25万元。主要包括：基本工资、津贴补贴。\n（二）公用经费50.25万元。", ["parts"],
    ),
    "with the earlier figure": ("稿件95篇，比2016年的40篇增加55篇，增长137.5%。", ["difference", "growth"]),
    "a rate with the earlier figure": ("2018年预算执行数为50万元，2019年预算安排60万元，比2018年预算执行数增加20%。", ["growth"]),
    "from budget to accounts": ("预算数为10万元，决算数为8万元，比预算数减少2万元，下降20%。", ["difference", "growth"]),
    "two comparisons of one figure": (
        "支出110万元，比上年增加10万元，增长10%，比年初预算减少90万元，下降45%。", ["growth", "growth"],
    ),
    "beside another change": (
        "电话用户29074户，比上年减少439户，下降1.5%；移动用户446110户，比上年增加10512户，增长2.4%。", ["growth", "growth"],
    ),
    "behind income that grew": (
        "收入17.9亿元，比上年增收1.4亿元，增长8.6%。其中：税收11.1亿元，比上年增收0.1亿元；非税收入6.8亿元，比上年增收1.3亿元。", ["parts", "growth"],
    ),
    "times": ("支出300万元，比上年增加200万元，增长2倍。", ["growth"]),
    "points": ("办结率95.5%，比上年的90.2%提高5.3个百分点。", ["difference"]),
    "the same as before": ("支出10万元，与上年10万元持平。", ["same"]),
    "shares of what is parted": (
        "支出合计200万元，其中：基本支出150万元，占75%；项目支出50万元，占25%。", ["parts", "share", "share"],
    ),
    "a share behind a change": (
        "支出合计200万元，其中：基本支出150万元，比上年增加50万元，增长50%，占75%。", ["growth", "share"],
    ),
    "shares in sentences of their own": (
        "收入合计200万元，其中：\n一般公共预算收入150万元，占75%。\n其他资金50万元，占25%。", ["share", "share"],
    ),
    "a share behind all parts of another whole": (
        "支出合计200万元，其中：基本支出150万元，占75%；项目支出50万元，占25%。教育支出90万元，占57%。", ["parts", "share", "share"],
    ),
    "a share with the name of its whole, and one behind it": (
        "本年支出合计200万元。基本支出150万元，占本年支出合计的75%；项目支出50万元，占25%。", ["share", "share"],
    ),
    "a share with the name of its whole, and one of another sentence": (
        "本年支出合计200万元。基本支出150万元，占本年支出合计的75%。项目支出50万元，占57%。", ["share"],
    ),
    "a share of a part": ("基本支出100万元，占40%，其中人员经费60万元，占60%。", ["share"]),
    "shares of what has a name": ("本年支出合计200万元。财政拨款支出150万元，占本年支出合计的75%。", ["share"]),
    "shares of each other": (
        "“三公”经费中，出国费70万元，占“三公”经费的13.75%；用车411.20万元，占“三公”经费的80.75%；接待费28万元，占“三公”经费的5.50%。",
        ["share", "share", "share"],
    ),
    "shares of what it was spent on": (
        "财政拨款支出100.00万元，主要用于以下方面：公共服务支出80.00万元，占80.00%；其他支出20.00万元，占20.00%。",
        ["parts", "share", "share"],
    ),
    "done of what was planned": ("年初预算为200万元，支出决算为150万元，完成年初预算的75%。", ["share"]),
    "done of what is named with it": ("支出决算为150万元，完成年初预算200万元的75%。", ["share"]),
    "spent of what was planned": ("预算数为200万元，支出150万元，完成预算的75%。", ["share"]),
    "done of one plan of two": (
        "年初预算为100万元，调整预算为120万元，支出决算为90万元，完成年初预算的90%，完成调整预算的75%。", ["share", "share"],
    ),
    "behind what was done": ("支出决算为90万元，完成预算的90%，比上年增加10万元，增长12.5%。", ["growth"]),
    "a rate of execution": ("预算200万元，决算150万元，预算执行率为75%。", ["share"]),
    "parts with changes of theirs": (
        "“三公”经费32.6万元。其中：出国费0元；运行费28.6万元，与上年持平；接待费4万元，比上年减少2万元，下降33.3%。", ["parts", "growth"],
    ),
    "parts in the sentence after": ("提案52件。其中办结9件、正在办理38件、列入计划5件。", ["parts"]),
    "brackets in the names of parts": ("经费52元，其中：出国（境）费9元、车辆（含油料）费38元、接待费5元。", ["parts"]),
    "parts in brackets": ("全体会议5次（主席会议2次、座谈会3次），视察4次。", ["parts"]),
    "a number of a page between": ("支出110万元，比上年增加10万元，增长\n\n5\n10%。", ["growth"]),
    "the year before stated behind": ("2024年项目支出300万元，2023年项目支出400万元，同比减少100万元，下降25%。", ["difference", "growth"]),
    "the year before stated behind, as last year": (
        "本年度支出300万元，上年度支出400万元，比上年减少100万元，下降25%。", ["difference", "growth"],
    ),
    "the year before stated before": ("2023年项目支出400万元，2024年项目支出300万元，同比减少100万元，下降25%。", ["growth"]),
    "of a part that last year's money is spent on": (
        "支出300万元，其中使用上年资金100万元，同比增加10万元，增长11.1%。", ["growth"],
    ),
    "the year before in brackets": ("项目支出300万元，较上年下降25%（上年为400万元）。", ["growth"]),
    "against the end of last year": ("资产总额1,500万元，较上年末增加100万元，增幅为7.14%。", ["growth"]),
    "year on year, with the year named": ("支出预算1,000.00万元，同比上年增加90.91万元，增长10%。", ["growth"]),
    "another figure of the same, with its amount": (
        "支出900万元，比2023年预算增加90万元，增长11.11%；比2023年执行数850万元增加50万元，增长5.88%。", ["difference", "growth", "growth"],
    ),
    "from one to another, in other words": ("公务接待费从2.00万元降至1.24万元，降幅达38%。", ["growth"]),
    "what was saved": ("公务接待费1.24万元，比预算数2.00万元节约0.76万元，节约38%。", ["difference", "growth"]),
    "of parties of guests": ("公务接待31批次，比上年减少4批次，下降11.43%。", ["growth"]),
    "a decrease by less than nothing": ("项目支出300万元，同比下降-25%，减少100万元。", ["growth"]),
    "an increase by less than nothing": ("项目支出45万元，比上年增加-5万元，增长-10%。", ["growth"]),
    "parts, and others beside them": ("实有在职36人，其中：行政20人，事业16人，另有退休12人。", ["parts"]),
    "a sum behind its parts": ("差旅费2.2万元，印刷费1.1万元，办公费3.3万元，小计6.6万元。", ["parts"]),
    "a sum of as many as it says": ("上年9万元。工资8万元，商品1.5万元，补助0.5万元，三项合计10万元。", ["parts"]),
    "from the year's beginning to its end": ("结转资金由年初的30万元减少到年末的12万元，减少18万元，下降60%。", ["difference", "growth"]),
    "the year before in brackets before it": ("农林水支出300万元，较上年（250万元）增长20%。", ["growth"]),
    "before and after an adjustment": ("支出总计为2600万元，较调整前2577万元净增23万元。", ["difference"]),
    "a share of what is named with it, and a change": (
        "财政拨款支出90万元，占支出合计100万元的90%。与2024年度相比，财政拨款支出减少10万元，下降10%。", ["share", "growth"],
    ),
    "done of a plan named with it, and its parts": (
        "“三公”经费决算15万元，完成预算16万元的93.75%，其中：因公出国费0元；公务用车购置及运行费13万元，完成预算14万元的92.86%；公务接待费2万元。",
        ["parts", "share", "share"],
    ),
    "done of a plan named with it, and a change": ("支出90万元，完成预算100万元的90%，比上年增加5万元，增长5.88%。", ["share", "growth"]),
    "of a whole, behind its last part": (
        "补助20.5亿元，其中返还0.5亿元，一般17亿元，专项3亿元，比上年增加1.1亿元，增长5.67%。", ["parts", "growth"],
    ),
    "of a part, behind another": ("支出30万元，其中甲20万元，乙10万元，比上年增加5万元，增长100%。", ["parts", "growth"]),
    "parted twice": ("采购60万元，其中：集中40万元，分散20万元；货物10万元，工程50万元。", ["parts"]),
    "lines of a file": ("支出 110 万\n元，比上年增\n加 10 万元，\n— 12 —\n增长 10 %。", ["growth"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), AGREE.values(), ids=AGREE)
def test_figures_that_agree(text: str, kinds: list[str]) -> None:
    assert [(kind, holds) for kind, holds, _ in stated(text)] == [(kind, True) for kind in kinds]


DIFFER = {
    "of the year before alone": (
        "人员增加。与2025年度决算数100万元相比，减少20万元，下降25%。",
        ("growth", False, "20%"),
    ),
    "a rate": ("支出110万元，比上年增加10万元，增长100%。", ("growth", False, "10%")),
    "a rate by one in its last digit": ("接待110人次，比上年增加10人次，增长9%。", ("growth", False, "10%")),
    "a rate that is one too much": ("接待110人次，比上年增加10人次，增长11%。", ("growth", False, "10%")),
    "more than rounding explains": ("支出10.0亿元，比上年增加5.0亿元，增长105%。", ("growth", False, "100%")),
    "less than rounding explains": ("支出10.0亿元，比上年增加5.0亿元，增长95%。", ("growth", False, "100%")),
    "a sum of rounded amounts": ("支出10.1亿元，分别为货物5.0亿元、服务4.9亿元。", ("parts", False, "9.9亿元")),
    "a rate by little": ("支出2,110.00万元，比上年增加110.00万元，增长5.52%。", ("growth", False, "5.50%")),
    "of small amounts": ("接待费4万元，比上年减少2万元，下降43.3%。", ("growth", False, "33.3%")),
    "its direction": ("支出110万元，比上年增加10万元，下降10%。", ("growth", False, "-10%")),
    "from one year's accounts to the next": (
        "2024年决算数为57.43万元，2025年支出决算为56.12万元，比2024年决算数减少1.10%。",
        ("growth", False, "2.28%"),
    ),
    "a difference": ("稿件95篇，比2016年的40篇增加50篇。", ("difference", False, "90篇")),
    "a share": ("支出合计200万元，其中：基本支出150万元，占57%。", ("share", False, "75%")),
    "what was done": ("年初预算为200万元，支出决算为150万元，完成年初预算的57%。", ("share", False, "75%")),
    "parts": ("提案52件，其中办结9件、正在办理38件、列入计划6件。", ("parts", False, "53件")),
    "parts of a part, in brackets": (
        "支出100万元，其中：运行50万元（车辆40万元、油料20万元）。",
        ("parts", False, "60万元"),
    ),
    "parts said to be all": ("支出120.50万元，分别为货物97.00万元、服务10.00万元。", ("parts", False, "107万元")),
    "doubled": ("稿件由上年的40篇翻一番，达到90篇。", ("times", False, "80篇")),
    "three public expenses": (
        "“三公”经费预算10万元，其中：因公出国（境）费0万元；公务用车购置及运行费6万元；公务接待费3万元。",
        ("parts", False, "9万元"),
    ),
    "the year before stated behind": (
        "2024年项目支出300万元，2023年项目支出400万元，同比下降52%。",
        ("growth", False, "25%"),
    ),
    "its direction, by less than nothing": ("支出55.00万元，比上年减少-5.00万元，下降10%。", ("growth", False, "8%")),
    "the same as before": ("支出10万元，与上年12万元持平。", ("same", False, "12万元")),
    "a sum behind its parts": ("差旅费2.2万元，印刷费1.1万元，共计4.3万元。", ("parts", False, "3.3万元")),
    "points": ("办结率95.5%，比上年的90.2%提高3.5个百分点。", ("difference", False, "93.7%")),
}


@pytest.mark.parametrize(("text", "expected"), DIFFER.values(), ids=DIFFER)
def test_figures_that_do_not_agree_and_what_would_fit(text: str, expected: Stated) -> None:
    assert stated(text) == [expected]


SILENT = {
    "of another unit than the year before": "收入增加。与2025年度决算数100万元相比，减少20人，下降50%。",
    "of another stage": "支出决算100万元，预算数较上年增加10万元，增长50%。",
    "of income behind spending": "支出预算100万元，收入预算较上年增加10万元，增长50%。",
    "of another thing than the year before": "收入增加。与2025年度决算数100万元相比，人员经费减少20万元，下降50%。",
    "done of what is planned of a whole": (
        "“三公”经费支出预算为15.00万元，支出决算为12.00万元，其中：因公出国费支出决算为0.00万元，完成预算的0.00%；公务用车支出决算为9.00万元，完成预算的90.00%。"
    ),
    "done of what is planned of another": (
        "预算为15.00万元，支出决算为12.00万元，因公出国费支出决算为0.00万元，公务用车支出决算为9.00万元，完成预算的90.00%。"
    ),
    "what is planned and what is done of a part": (
        "支出决算为800万元。其中：公共服务支出年初预算为500万元，支出决算为600万元，差异较大。"
    ),
    "amounts of something else, one each": "支出9万元，预算数分别为15万元、5万元、10万元。",
    "nothing to work out": "支出2771万元，比上年下降1.8%。",
    "another thing is compared": "支出110万元，与上年相比人员经费增加30万元，增长50%。",
    "another thing in the sentence between": "收入110万元，支出100万元，分为三类。与上年相比增加30万元，增长50%。",
    "a reason": "支出110万元，主要是人员经费比上年增加30万元，增长50%。",
    "nothing before": "支出110万元，与上年相比增加110万元，增长100%。",
    "about": "支出约110万元，比上年增加10万元，增长50%。",
    "at least": "支出110余万元，比上年增加10万元，增长50%。",
    "at least, said behind": "支出110万元以上，比上年增加10万元，增长50%。",
    "about, said before what was done": "约支出110万元，比上年增加10万元，增长50%。",
    "about, said behind": "支出110万元左右，比上年增加10万元，增长50%。",
    "at most": "支出110万元以内，比上年增加10万元，增长50%。",
    "a range": "支出100至110万元，比上年增加10万元，增长50%。",
    "a range with units": "支出100万元-110万元，比上年增加10万元，增长50%。",
    "dates": "2018年1月至2019年12月，比上年增加10万元，增长50%。",
    "points are no per cent": "占比110%，比上年增加10个百分点，增长50%。",
    "a form not filled in": "支出110万元，与上年相比增加（减少）10万元，增长（减少）50%。",
    "another unit": "会议110次，比上年增加10万元，增长50%。",
    "some of the parts": "信息120条，其中重点领域97条、公告10条。",
    "parts of parts": "支出100万元，其中：运行90万元，其中：车辆50万元，设备60万元。",
    "three public expenses of two years": (
        "“三公”经费10万元。2017年因公出国费1万元，2018年因公出国费9万元，公务用车购置及运行费3万元，公务接待费2万元。"
    ),
    "three public expenses and another between": (
        "“三公”经费10万元。因公出国费1万元，设备60万元，公务用车购置及运行费3万元，公务接待费2万元。"
    ),
    "three public expenses and their staff": (
        "“三公”经费10万元。因公出国费1万元，人员经费60万元，公务用车购置及运行费3万元，公务接待费2万元。"
    ),
    "two of the three public expenses": "“三公”经费10万元。因公出国费1万元，公务接待费2万元。",
    "three public expenses of last year": "上年“三公”经费10万元。因公出国费1万元，公务用车购置及运行费3万元，公务接待费2万元。",
    "parts of several levels": "支出100万元，其中：（一）人员90万元1.工资60万元（1）基本工资40万元。",
    "done of either plan": "年初预算为100万元，调整预算为120万元，支出决算为90万元，完成预算的95%。",
    "parts of a change": "支出减少20万元，其中货物15万元、服务10万元。",
    "parts of an earlier figure": "经费120元，较上年60元，其中货物40元、服务30元。",
    "a change of about so much": "支出110万元，比上年增加约10万元，增长50%。",
    "words behind the earlier figure": "稿件95篇，比2016年的40篇多的是解读，增加50篇。",
    "another figure before what is reached": "支出100万元，增加到110万元，增长57%。",
    "another figure behind what it was": "支出由100万元开支110万元，增长57%。",
    "an amount beside rates": "占比50%，比上年的40%增加10万元。",
    "points beside amounts": "支出50万元，比上年的40万元提高10个百分点。",
    "another thing behind what is reached": "支出由100万元增加到110万元，主要是工资，增长57%。",
    "an earlier figure in another unit": "会议110次，比2016年的10万元增加5万元。",
    "an earlier figure of about so many": "稿件95篇，比2016年的约40篇增加50篇。",
    "one of two figures, and what it is for": "收入90万元，支出100万元，主要用于运行。与上年相比增加10万元，增长57%。",
    "a sentence between": "支出110万元。主要是工资。与上年相比增加10万元，增长57%。",
    "a clause between": "支出110万元。主要是工资，与上年相比增加10万元，增长57%。",
    "no earlier figure to be the same as": "支出10万元，其中12万元持平。",
    "the same in other units": "支出10万元，与上年12件持平。",
    "the same as about so many": "支出10万元，与上年约12万元持平。",
    "about the same": "支出约10万元，与上年12万元持平。",
    "doubled from about so many": "稿件由上年的约40篇翻一番，达到90篇。",
    "doubled to about so many": "稿件由上年的40篇翻一番，达到约90篇。",
    "an amount and a rate of about so much": "支出110万元，比上年增加10万元，增长约50%。",
    "two amounts of change": "支出110万元，比上年增加10万元，减少50万元。",
    "a share of about so many": "支出合计200万元，其中：基本支出150万元，占约57%。",
    "a share that is none": "支出合计200万元，其中：基本支出150万元，占57个。",
    "a rate behind what is said of a plan": "支出150万元，占预算200万元，其他57%。",
    "an average, or what it is an average of": "运行费50万元，平均每辆10万元，比上年减少2万元，下降3.85%。",
    "another plan than the one named": "预算调整数为120万元，支出决算为90万元，完成年初预算的57%。",
    "a rate of what was planned or of what came": "项目预算100万元，实际到位90万元，支出85万元，支出进度57%。",
    "a plan that nothing is said of": "支出150万元，预算200万元的57%。",
    "a plan that is not printed": "支出决算为150万元，完成预算的57%。",
    "a plan in another sentence": "预算200万元。支出决算150万元，完成预算的57%。",
    "another amount before what was done": "年初预算为200万元，支出决算为150万元，结余50万元，完成年初预算的57%。",
    "shares of different things": "甲项50万元，占收入的60%；乙项40万元，占支出的40%。",
    "shares with another amount between": "甲项50万元，占60%；设备30万元；乙项40万元，占40%。",
    "shares that are not all": "甲项50万元，占60%；乙项30万元，占20%。",
    "shares of about so many": "甲项约50万元，占60%；乙项30万元，占40%。",
    "shares of different units": "甲项50万元，占60%；乙项30人，占40%。",
    "one share of itself": "甲项50万元，占100%。",
    "a rate in the sentence after": "建议52件，其中办结9件、正在办理43件。办结率57%。".replace("52", "60"),
    "a rate that no part is named by": "建议60件，其中办理9件、搁置43件，办结率57%。",
    "a whole whose name two amounts have": (
        "“三公”经费支出10万元。上半年“三公”经费支出20万元。公务接待费支出5万元，占“三公”经费支出的57%。"
    ),
    "names in brackets": "机构14个（甲所、乙所），站17个，室181个。",
    "parts of about so many": "提案约50件，其中办结9件、正在办理38件、列入计划6件。",
    "parts of which one is about so many": "提案52件，其中办结约30件、正在办理38件。",
    "parts in another unit": "提案52件，其中办结9件、正在办理38件，涉及60人。",
    "parts of another sentence": "提案52件。另有建议，包括办结60件、正在办理38件。",
    "what is said to be left out behind it": "收入合计100万元，其中：财政拨款80万元，事业收入15万元，上年结转10万元不在其内。",
    "another sentence behind the parts": "提案52件，其中办结9件、正在办理38件。列入计划60件。",
    "another heading behind the parts": "提案52件，其中办结9件、正在办理38件；二、建议60件。",
    "a heading between": "支出合计100万元，其中：基本支出60万元，项目支出40万元\n四、财政拨款收入合计90万元。".replace(
        "40", "30"
    ),
    "three public expenses of the budget beside parts of the accounts": (
        "“三公”经费预算10万元，支出决算5万元，因公出国（境）费0万元，公务用车购置及运行费3万元，公务接待费2万元。"
    ),
    "three public expenses of the budget, and parts of the accounts in sentences of their own": (
        "“三公”经费预算10万元。因公出国（境）费决算0万元，公务用车购置及运行费决算3万元，公务接待费决算2万元。"
    ),
    "whole rates, one of which is right by chance": "甲项50万元，占50%；乙项50万元，占20%。",
    "an amount of last year that is another": "支出300万元，使用上年资金100万元，增长57%。",
    "0 is 0": "支出0万元，比上年增加0万元，增长0%。其中：货物0万元，服务0万元。",
    "rows of a table": "项目\t金额\n支出110万元\t比上年增加10万元\t增长50%\n",
    "the decimals of a number in a list": "1.2.110万元，比上年增加10万元，增长50%。",
}


def test_a_share_beside_others_that_are_right_is_found() -> None:
    text = "教育支出12.00万元，占{}%；社会保障支出1,159.76万元，占97.71%；卫生健康支出15.20万元，占1.28%。"
    assert [holds for _, holds, _ in stated(text.format("1.01"))] == [True, True, True]
    assert [(holds, fits) for _, holds, fits in stated(text.format("10.1"))] == [
        (False, "1.0%"),
        (True, "97.71%"),
        (True, "1.28%"),
    ]


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_is_not_plain_is_left_alone(text: str) -> None:
    assert stated(text) == []


@pytest.mark.parametrize("text", [text for text, *_ in (*AGREE.values(), *DIFFER.values())])
def test_what_states_something_is_never_passed_over_wherever_its_lines_break(text: str) -> None:
    for place in range(len(text)):
        broken = f"{text[:place]} \n{text[place:]}"
        assert may_state(broken) or not read_sentences(broken)


def test_a_text_without_two_figures_is_passed_over() -> None:
    assert not any(map(may_state, ("", "样本正文。", "2018年1月2日", "共12个，2018年")))
    assert may_state("共12个，占2%")


def hints(text: str) -> list[bool]:
    """Of each equation that a text states, whether it may fail for another reason than a slip."""
    return [equation.is_hint for sentence in read_sentences(text) for _, equation in sentence.equations]


def test_parts_of_what_is_counted_may_overlap() -> None:
    assert hints("职工100人，其中女性60人、党员70人。") == [True]
    assert hints("职工100人，分别为男性60人、女性70人。") == [False]
    assert hints("支出100万元，其中货物60万元、服务70万元。") == [False]
    assert hints("职工130人，其中女性60人、男性70人。") == [False]


def test_a_sum_behind_parts_accuses_only_where_it_says_of_how_many_it_is() -> None:
    assert hints("人员40万元，工资30万元，公用10万元，合计50万元。") == [True]
    assert hints("人员40万元，公用10万元，两项合计60万元。") == [False]
    assert hints("人员40万元，公用10万元，合计50万元。") == [False]
    for other in ("人员40万元（工资30万元），公用10万元，合计50万元。", "人员40万元，比上年增加5万元，合计50万元。",
                  "支出50万元，其中人员40万元，合计50万元。", "人员40人，公用10万元，合计50万元。", "人员40万元，三项合计50万元。"):  # fmt: skip
        assert hints(other) == [], other


def test_amounts_of_a_text_without_decimals_are_rounded_ones() -> None:
    rounded, exact = (
        "支出1101万元，比上年增加500万元，增长83.3%。",
        "支出1101万元，比上年增加500万元，增长83.3%。另支0.50万元。",
    )
    assert [holds for _, holds, _ in stated(rounded)] == [True]
    assert [holds for _, holds, _ in stated(exact)] == [False]


def test_a_sentence_keeps_its_place_in_the_text_as_it_stands() -> None:
    text = "说明。\n支出 110 万\n元，比上年增加 10 万元，\n增长 100 %。"
    (sentence,) = read_sentences(text)
    ((place, equation),) = sentence.equations
    assert text[sentence.place :].startswith("支出 110")
    assert sentence.text == "支出110万元，比上年增加10万元，增长100%"
    assert text[place:].startswith("100 %")
    assert (equation.printed.printed, equation.shown) == ("100%", "100% = 10 ÷ (110 − 10)")


def test_a_whole_named_far_before_is_not_repeated() -> None:
    near, far = "样本支出合计200万元。", f"样本支出合计200万元。{'样本正文。' * 100}"
    share = "基本支出150万元，占样本支出合计的75%"
    assert [sentence.text for text in (near, far) for sentence in read_sentences(f"{text}{share}。")] == [
        f"{near}{share}",
        share,
    ]


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="0123456789.,，。；、（）%万亿元件年比上与增加减少长降其中占的为合计一\t\n -", max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for sentence in read_sentences(text):
        assert all(0 <= place < len(text) for place in (sentence.place, *(place for place, _ in sentence.equations)))


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000, "支出" + "9" * 400 + "万元，比上年增加1万元，增长1%。", "其中1元、" * 100_000]
)
def test_hostile_numbers_are_bounded(text: str) -> None:
    assert stated(text) == []
