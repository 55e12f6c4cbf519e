"""What the archive's internal tables and their columns are called; they may change at any time."""

from archive.labels.columns import CAPTURE, ID, KIND, PORTAL, RECORD, SOURCE_FIELDS, Table
from archive.labels.naming import Label

INTERNAL: dict[str, Table] = {
    "readings": Table(
        Label("各页读数", "readings", "每个页面各自说了什么；记录由此合成。", "What each page said of a record; records are put together from these."),
        {
            "record_id": RECORD,
            "catalog_id": Label("目录", "catalogue", "0 表示记录自己的页面。", "0: the record's own page."),
            "capture_id": CAPTURE,
            "fields": Label("理解为", "as understood", "该页各项，经整理（JSON）。", "The page's fields as understood (JSON)."),
            "source_fields": SOURCE_FIELDS,
        },
        hidden=True,
    ),
    "tally_months": Table(
        Label("月度计数", "tally by month", "按所标发布日期的月份与类别计的记录数，写入时随即更新。", "Records by month of the date stated and kind, kept as they are written."),
        {
            "month": Label("月份", "month", "空白表示未载发布日期。", "Empty: no date is stated."),
            "kind": KIND,
            "records": Label("条数", "records"),
        },
        hidden=True,
    ),
    "tally_portals": Table(
        Label("门户计数", "tally by portal", "按门户与类别计的记录数。", "Records by portal and kind."),
        {"portal": PORTAL, "kind": KIND, "records": Label("条数", "records")},
        hidden=True,
    ),
    "tally_events": Table(
        Label("变动计数", "tally of events", "按北京日期与变动计的次数。", "Events by day in Beijing and kind."),
        {
            "day": Label("日期", "day", "北京时间。", "Beijing time."),
            "kind": Label("变动", "event"),
            "events": Label("次数", "events"),
        },
        hidden=True,
    ),
    "unindexed": Table(
        Label("待入索引", "unindexed", "检索索引尚未跟上的记录。", "Records whose index entries are behind."),
        {
            "record_id": RECORD,
            "indexed": Label("已入索引的内容", "indexed", "索引所知的内容（JSON）。", "What the index knows of it (JSON); empty: nothing."),
        },
        hidden=True,
    ),
    "told": Table(
        Label("已通知的状况", "told", "消息里最近一次说到的门户状况。", "The state of each portal that was last told in a message."),
        {"portal": PORTAL, "health": Label("门户状况", "health"), "at": Label("时间", "at", "UTC。", "UTC.")},
        hidden=True,
    ),
    "settings": Table(
        Label("内部设置", "settings", "本档案自用。", "The archive's own notes."),
        {"name": Label("名称", "name"), "value": Label("值", "value")},
        hidden=True,
    ),
    "_sqlite_migrations": Table(
        Label("结构版本", "migrations", "已执行的数据库结构变更（sqlite-utils）。", "Schema changes applied (sqlite-utils)."),
        {
            "id": ID,
            "migration_set": Label("所属", "set"),
            "name": Label("名称", "name"),
            "applied_at": Label("执行时间", "applied at", "UTC。", "UTC."),
        },
        hidden=True,
    ),
}  # fmt: skip
