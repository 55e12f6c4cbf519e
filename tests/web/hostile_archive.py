"""An archive of which every text is hostile, as no portal should print it and no crawl could keep it from being printed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.web.sealed import build_sealed

HOSTILE = (
    "样本\u202e\u2066\u200b\ufeff<script>alert('record')</script>\"'><img src=x onerror=alert('record')>"
    "<a href=javascript:alert(1)>x</a>{{ 7*7 }}</textarea></title><iframe src=http://nowhere.invalid/></iframe>"
)
UNSEEN = "\u202e\u2066\u200b\ufeff"
"""The characters in it that are not seen, or turn the reading direction."""

NO_LINKS = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>")
LONG = "".join(f"第{number}行样本文字，仅供测试。{HOSTILE}\n" for number in range(20_000))
"""Five million bytes and more."""

FORMULA = '=HYPERLINK("http://nowhere.invalid/","样本")'
RECORD = 3
"""The record with all of it; the others have hostile titles and publishers."""

_EVERYWHERE = """
UPDATE records SET title = :hostile || id, publisher = :hostile, index_number = :hostile, document_number = :hostile, topic = :formula;
UPDATE records SET responsible_department = :hostile, validity = :formula, source_fields = json_object(:hostile, :hostile);
UPDATE records SET body = :long, url = :script WHERE id = 3;
UPDATE portals SET name = :hostile, home = :script;
UPDATE catalogs SET title = :hostile, path = :hostile, url = :script;
UPDATE listings SET link = :data;
UPDATE attachments SET name = :hostile, text = :long;
INSERT INTO attachments (record_id, name, url, state, text) VALUES (3, :hostile, :data, 'text', :long);
UPDATE events SET detail = json_set(detail, '$.reason', :hostile, '$.changed', json(:changed));
UPDATE versions SET changed = :changed;
INSERT INTO problems (crawl_id, kind, url, message, count, first_at, last_at) VALUES (1, :hostile, :script, :hostile, 1, :hostile, :hostile)
"""


def build_hostile(folder: Path) -> Path:
    """Write `disclosures.db` and `evidence.db` into `folder`; the archive's path."""
    archive = build_sealed(folder)
    changed = json.dumps(
        {"title": ["样本", HOSTILE], "body": [LONG, LONG.replace("文字", "字样")], HOSTILE: [HOSTILE, None]}
    )
    script, data = NO_LINKS
    values = {"hostile": HOSTILE, "formula": FORMULA, "long": LONG, "script": script, "data": data, "changed": changed}
    with closing(sqlite3.connect(archive)) as connection, connection:
        for statement in _EVERYWHERE.split(";\n"):
            connection.execute(statement, values)
    return archive
