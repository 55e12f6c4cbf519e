"""Texts of record pages, with their pictures, their files, and what stands around them without being of them."""

from collections.abc import Callable
from typing import Any

from tests.made_pages.samples import PLACE, Draw
from tests.made_pages.shell import residue

MISLEADING = (
    "会议时间：2018年3月5日上午9时。样本会议地点：样本会议室。",
    "主办单位：样本县样本协会。承办单位：样本县样本公司。",
    "数据来源：样本统计年鉴。",
    "联系人：样本，联系电话：0000-0000000，邮编：000000。",
    "报名日期：2018年5月1日至5月7日。",
)
"""Sentences that look like metadata."""

FRAMES = (
    "<div class='TRS_Editor'>{}</div>", "<div id='zoom'>{}</div>", "<div id='vsb_content'><div class='v_news_content'>{}</div></div>",
    "<div class='article_con'><div class=TRS_Editor>{}</div></div>", "<div id='zoomcon'><ucapcontent>{}</ucapcontent></div>",
    "<div class='nr'>{}</div>", "<table><tr><td>{}</td></tr></table>", "<article>{}</article>", "<div class='zw'><font>{}</font></div>",
)  # fmt: skip


def text_and_files(draw: Draw) -> tuple[str, dict[str, Any]]:
    """A text, its files, links to related documents and what stands below; and what a person reads of it."""
    sentences = draw.sentences()
    if draw.often(0.3):
        sentences.insert(1, draw.pick(MISLEADING))
    sentences.append(f"{PLACE}样本单位")
    if draw.often(0.6):
        sentences.append("2017年11月30日")
    names, within, behind = _files(draw)
    expected = {"body_begins": sentences[0], "attachment_names": names}
    if not within:
        expected["body_ends"] = sentences[-1]
    form = draw.pick(_FORMS)
    text = draw.pick(FRAMES).format(f"{_picture(draw)}{form(draw, sentences)}{within}")
    related, below = _related(draw), residue(draw)
    return draw.pick(
        (
            f"{text}{behind}{related}{below}",
            f"{related}{text}{behind}{below}",
            f"<div class='con'>{text}{behind}{below}</div>{related}",
        )
    ), expected


def _of_paragraphs(draw: Draw, sentences: list[str]) -> str:
    tag = draw.pick(("p", "P", "p style='text-indent: 2em'"))
    return "".join(f"<{tag}>　　{sentence}</{tag[0]}>" for sentence in sentences)


def _of_boxes(_: Draw, sentences: list[str]) -> str:
    return "".join(f"<div>　　{sentence}</div>" for sentence in sentences)


def _of_line_breaks(draw: Draw, sentences: list[str]) -> str:
    return draw.pick(("<br>", "<br/><br/>", "<br>&nbsp;&nbsp;")).join(f"　　{sentence}" for sentence in sentences)


def _of_fonts(_: Draw, sentences: list[str]) -> str:
    """As word processors write it: each sentence in several spans."""
    return "".join(
        f"<p class='MsoNormal'><span>{each[:3]}</span><span style='font-size:16pt'>{each[3:]}<o:p></o:p></span></p>"
        for each in sentences
    )


def _with_a_table(draw: Draw, sentences: list[str]) -> str:
    """Paragraphs with a table among them, whose header looks like labels."""
    table = (
        "<table border='1'><tr><td>序号</td><td>名称</td><td>发布日期</td><td>金额</td></tr>"
        "<tr><td>1</td><td>样本项目</td><td>2018-01-01</td><td>12.5</td></tr></table>"
    )
    return f"{_of_paragraphs(draw, sentences[:2])}{table}{_of_paragraphs(draw, sentences[2:])}"


_FORMS: tuple[Callable[[Draw, list[str]], str], ...] = (
    _of_paragraphs, _of_paragraphs, _of_boxes, _of_line_breaks, _of_fonts, _with_a_table,
)  # fmt: skip


def _picture(draw: Draw) -> str:
    """A picture of the text, which is no file of the record."""
    return draw.pick(
        (
            "",
            "",
            "<p align='center'><img src='./W020171219.jpg'></p>",
            "<p><a href='./W020171219.jpg'><img src='./W020171219.jpg'></a></p>",
        )
    )


def _files(draw: Draw) -> tuple[list[str], str, str]:
    """The names of files, and links to them within the text, or in a box behind it."""
    kinds = [draw.pick(("doc", "docx", "pdf", "xls", "xlsx", "zip")) for _ in range(draw.pick((0, 0, 0, 1, 2, 3)))]
    if not kinds:
        return [], "", ""
    whole = draw.often(0.7)
    names = [f"样本附件{number}.{kind}" if whole else f"样本附件{number}" for number, kind in enumerate(kinds, 1)]
    link = draw.pick(
        (
            '<a href="./P0201712190{0}.{1}">{2}</a>', '<a href="./P0201712190{0}.{1}" title="{2}" target="_blank">{2}</a>',
            '<img src="/icon/{1}.gif"><a href="./P0201712190{0}.{1}">{2}</a>',
            '<a href="./P0201712190{0}.{1}"><img src="/icon/{1}.gif"></a><a href="./P0201712190{0}.{1}">{2}</a>',
            '{2} <a href="./P0201712190{0}.{1}">点击下载</a>' if whole else '<a href="./P0201712190{0}.{1}">{2}</a>',
            '<a href="/system/_content/download.jsp?wbfileid={0}">{2}</a>' if whole else '<a href="./P0201712190{0}.{1}">{2}</a>',
        )
    )  # fmt: skip
    links = [link.format(number, kind, name) for number, (kind, name) in enumerate(zip(kinds, names, strict=True))]
    if draw.often(0.5):
        return names, "".join(f"<p>附件：{each}</p>" for each in links), ""
    return (
        names,
        "",
        draw.pick(
            (
                f'<div class="attachment"><div class="l">附件：</div><div class="r"><p>{"<br>".join(links)}</p></div></div>',
                f'<div class="fj"><h3>附件下载</h3><ul>{"".join(f"<li>{each}</li>" for each in links)}</ul></div>',
                f'<table class="fj"><tr><td>附件</td><td>{"</td></tr><tr><td></td><td>".join(links)}</td></tr></table>',
            )
        ),
    )


def _related(draw: Draw) -> str:
    """Dated links to other documents: some templates have them above the text, some below."""
    if draw.often(0.65):
        return ""
    rows = "".join(
        f'<li><a href="../201801/t2018010{number}_{number}.html">样本解读之{number}</a><span>2018-01-0{number}</span></li>'
        for number in range(1, draw.number(2, 6))
    )
    name = draw.pick(("相关解读", "相关链接", "关联稿件：", "相关文章", "相关文档"))
    return f'<div class="related"><h3><span>{name}</span></h3><ul>{rows}</ul></div>'
