"""Boxes of metadata: labels and values in the forms that templates have."""

from collections.abc import Callable

from tests.made_pages.samples import Draw

Pairs = list[tuple[str, str]]


def _rows(pairs: Pairs, width: int) -> list[Pairs]:
    return [pairs[start : start + width] for start in range(0, len(pairs), width)]


def table_of_cells(draw: Draw, pairs: Pairs) -> str:
    """Labels and values in cells by turns, one to three pairs a row; labels with a colon, bold, or as they are."""
    label = draw.pick(
        (
            '<td class="t">{}</td>',
            "<td>{}：</td>",
            "<td><strong>{}</strong></td>",
            "<th>{}</th>",
            '<td align="right"><b>{}：</b></td>',
        )
    )
    value = draw.pick(
        (
            "<td>{}</td>",
            "<td>&nbsp;{}</td>",
            '<td width="32%"><span>{}</span></td>',
            "<td><!--<$[x]>begin-->{}<!--<$[x]>end--></td>",
        )
    )
    rows = [
        "".join(label.format(name) + value.format(text) for name, text in row)
        for row in _rows(pairs, draw.number(1, 3))
    ]
    return f'<table width="100%" border="1">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'


def table_of_pairs(draw: Draw, pairs: Pairs) -> str:
    """Label and value in one cell."""
    cell = draw.pick(("<td>{}：{}</td>", "<td><strong>{}：</strong>{}</td>", "<td><b>{}</b>：<span>{}</span></td>"))
    rows = ["".join(cell.format(*pair) for pair in row) for row in _rows(pairs, draw.number(2, 3))]
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def items(draw: Draw, pairs: Pairs) -> str:
    item = draw.pick(
        (
            "<li>{}：<font>{}</font></li>",
            "<li>\n{}：\n{}\n</li>",
            "<li><span>{}：</span><em>{}</em></li>",
            "<li><b>{}：</b>{}</li>",
        )
    )
    return f"<ul>{''.join(item.format(*pair) for pair in pairs)}</ul>"


def definitions(draw: Draw, pairs: Pairs) -> str:
    """A definition list: terms and definitions by turns, or both in each definition."""
    item = draw.pick(
        (
            "<dt>{}：</dt><dd>{}</dd>", "<dt>{}</dt><dd>{}</dd>",
            '<dd class="addWidth"><label><font>{}：</font></label><div class="display-block">\n{}\n</div></dd>',
        )
    )  # fmt: skip
    return f'<dl class="clearfix">{"".join(item.format(*pair) for pair in pairs)}</dl>'


def paragraphs(draw: Draw, pairs: Pairs) -> str:
    item = draw.pick(("<p><strong>{}</strong>：{}</p>", "<p>{}：{}</p>", "<p><span>{}：</span><span>{}</span></p>"))
    left, right = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
    return "".join(f"<div>{''.join(item.format(*pair) for pair in half)}</div>" for half in (left, right))


def small_boxes(draw: Draw, pairs: Pairs) -> str:
    item = draw.pick(
        (
            '<div class="row"><div class="k">{}：</div><div class="v">{}</div></div>', '<div class="item"><span>{}：</span><span>{}</span></div>',
            "<div><label>{}：</label><span>{}</span></div>", '<div class="item">{}：{}</div>',
        )
    )  # fmt: skip
    return "".join(item.format(*pair) for pair in pairs)


def spans_in_a_line(draw: Draw, pairs: Pairs) -> str:
    item = draw.pick(("<span>{}：{}</span>", "<span><b>{}：</b>{}</span>", "<span>{}：</span><em>{}</em>&nbsp;&nbsp;"))
    return f"<div>{''.join(item.format(*pair) for pair in pairs)}</div>"


def labels_above(draw: Draw, pairs: Pairs) -> str:
    """Rows of labels by turns with rows of their values."""
    cell = draw.pick(("<td>{}</td>", "<td align='center'><b>{}</b></td>"))
    rows = [
        f"<tr>{''.join(cell.format(label) for label, _ in row)}</tr><tr>{''.join(f'<td>{text}</td>' for _, text in row)}</tr>"
        for row in _rows(pairs, max(2, -(-len(pairs) // 2)))
    ]
    return f"<table border='1'>{''.join(rows)}</table>"


def in_brackets(draw: Draw, pairs: Pairs) -> str:
    item = draw.pick(("<li>[{}] {}</li>", "<li>【{}】{}</li>"))
    return f"<ul>{''.join(item.format(*pair) for pair in pairs)}</ul>"


def items_by_turns(_: Draw, pairs: Pairs) -> str:
    return f"<ul>{''.join(f'<li class=l>{label}</li><li class=v>{text}</li>' for label, text in pairs)}</ul>"


BOXES: dict[str, Callable[[Draw, Pairs], str]] = {
    "table of cells": table_of_cells, "table of pairs": table_of_pairs, "items": items, "definitions": definitions,
    "paragraphs": paragraphs, "small boxes": small_boxes, "spans in a line": spans_in_a_line,
    "labels above": labels_above, "in brackets": in_brackets, "items by turns": items_by_turns,
}  # fmt: skip
"""The forms, by what a person calls them."""
