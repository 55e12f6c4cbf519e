"""An article of gkmlpt, as its service and the scripts of its own page state it.

Pure; nothing here raises, whatever a portal answers.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archive.model.observations import LinkedFile, RecordPage, Row
from crawler.extract.detail import read_detail
from crawler.extract.linked_files import find_attachments
from crawler.extract.row import absolute
from crawler.extract.text import lines_of
from crawler.extract.tree import parse_html
from crawler.services.answer import Answer
from crawler.services.json_data import data_row, record_keys, shown

_DETAIL = re.compile(r"\bDETAIL[\"']?\s{0,20}[:=]\s{0,20}(?=\{)")
_CONTENT = re.compile(r"(?<![\w-])[\"']?content[\"']?\s{0,20}:\s{0,20}(?=\")")
_FIELDS = record_keys("gkmlpt")
_ENDED = {"is_abolished": "废止", "is_expired": "失效"}
_NO_VALUE = (None, "", 0, "0")


def article_row(said: Mapping[str, Any], url: str) -> Row:
    """The row that an article is; what it leaves empty or at 0 is not stated."""
    printed = {key: value for key, value in said.items() if value not in _NO_VALUE}
    row = data_row(printed, _FIELDS, printed.get("url") or printed.get("post_url"), url)
    ended = next((word for key, word in _ENDED.items() if printed.get(key)), None)
    return replace(row, fields={**row.fields, "validity": ended}) if ended else row


def read_article(answer: Answer) -> RecordPage | None:
    """Return what a record's page holds as data, and what its labels say besides; None for a page without such data."""
    if "_CONFIG" not in answer.text or "DETAIL" not in answer.text:
        return None
    said = _json_at(answer.text, _DETAIL)
    detail = said if isinstance(said, dict) else {"content": _json_at(answer.text, _CONTENT)}
    content = detail.get("content")
    if not isinstance(content, str) and not detail.get("title"):
        return None
    data, page = article_row(detail, answer.url), read_detail(answer.root, answer.url)
    text = parse_html(content if isinstance(content, str) else "")
    linked = find_attachments(text, answer.url, text)
    files = {file.url: file for file in (*linked, *_listed_files(detail, answer.url))}
    titled = {"title": data.fields["title"]} if "title" in data.fields else {}
    return replace(
        page,
        fields={**data.fields, **page.fields, **titled},
        source_fields={**data.source_fields, **page.source_fields},
        doubts=tuple(sorted({*data.doubts, *page.doubts})),
        body=lines_of(text) or page.body,
        attachments=tuple(files.values()),
    )


def _json_at(text: str, place: re.Pattern[str]) -> Any:  # noqa: ANN401 - JSON
    """The value that stands as JSON behind `place` in a script; None where there is none."""
    found = place.search(text)
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None


def _listed_files(detail: Mapping[str, Any], url: str) -> list[LinkedFile]:
    listed = detail.get("attachment")
    files = [file for file in listed if isinstance(file, dict)] if isinstance(listed, list) else []
    named = ((shown(file.get("name") or file.get("title")), absolute(url, shown(file.get("url")))) for file in files)
    return [LinkedFile(name, address) for name, address in named if address and address != url]
