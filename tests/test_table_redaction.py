"""Masking of a file's tables, one after another: a header holds in the tables that go on. The numbers are made up."""

from archive.masking.table_redaction import redact_tables
from archive.tables.printed_table import PrintedTable

ACCOUNTS = "801234567890123", "801234567890124"
MASK = "8012***********"


def test_a_table_that_goes_on_on_the_next_sheet_has_the_header_of_the_first() -> None:
    first = PrintedTable((("姓名", "账号"), ("样本甲", ACCOUNTS[0])), page=1, before="表1", member="样本.xlsx")
    second = PrintedTable(
        (("样本乙", ACCOUNTS[1]), ("合计\n样本", None)), page=2, before="表2\n续表", member="样本.xlsx"
    )
    masked, counts = redact_tables(iter((first, second)))
    assert [table.rows for table in masked] == [
        (("姓名", "账号"), ("样本甲", MASK)),
        (("样本乙", MASK), ("合计\n样本", None)),
    ]
    assert [(table.page, table.before, table.member) for table in masked] == [
        (1, "表1", "样本.xlsx"),
        (2, "表2\n续表", "样本.xlsx"),
    ]
    assert counts == {"bank_card": 2}
    assert redact_tables(masked) == (masked, {})


def test_a_file_without_tables_has_none_masked() -> None:
    assert redact_tables(()) == ((), {})


def test_the_name_of_a_file_inside_an_archive_is_masked_as_well() -> None:
    (masked,), counts = redact_tables([PrintedTable((("样本",),), member="样本甲13812345678.xlsx")])
    assert (masked.member, counts) == ("样本甲138********.xlsx", {"phone": 1})
