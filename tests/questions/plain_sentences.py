"""The question about sentences whose printed figures disagree, in plain Python."""

from collections.abc import Mapping
from typing import Any

from tests.questions.comparing import Expected, model
from tests.questions.drawn import Drawn
from tests.questions.drawn_sentences import SENTENCES
from tests.questions.plain_dates import chosen, columns

OF_REPORTS = ("合计 / sum", "增减额 / difference")
"""Indicators of annual reports that a question of their own asks for."""


@model("sentence_arithmetic", "sentences")
def disagreeing(made: Drawn, given: Mapping[str, Any]) -> Expected:
    """Sentences that disagree, of texts that are not doubted; sums of annual reports aside."""
    rows = []
    for record in chosen(made.records, given):
        for sentence in () if record.flags & {"page_cut", "row_not_read"} else record.sentences:
            states, stated, fits = SENTENCES[sentence] or ("", "", "")
            if states and not (record.kind == "annual_report" and states in OF_REPORTS):
                said = {"stated_of": states, "stated": stated, "fits": fits, "sentence": sentence.strip("。")}
                rows.append(columns(record, **said))
    return Expected(rows, ("-published_on", "portal", "record_id"), without=("equation",))
