"""Files as portals attach them, written by hand. All contents are samples written for this project."""

import io
import struct
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from archive.attachments.extraction import Extracted, Limits
from archive.attachments.reading import Order, read

SAMPLE = "样本文件：本项目自写的测试文字，并非政府文件。"
NOTICE = "同心县信息公开目录样本，第〔2017〕1号，“引号”、《书名》、１２３。"
TABLE = "名称\t金额（万元）\n样本甲\t1234.56\n样本乙\t78"
WHOLE = f"{SAMPLE}\n{NOTICE}\n{TABLE}\n结束。"


def inside(data: bytes, name: str = "a", limits: Limits | None = None) -> Extracted:
    """Read a file without a process of its own, for what is only a matter of content."""
    return read(data, Order(name, limits or Limits(), ocr=False))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, more: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode(), **more})


def word(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word_table(text: str) -> str:
    rows = ("".join(f"<w:tc>{word(cell)}</w:tc>" for cell in line.split("\t")) for line in text.split("\n"))
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def xlsx(*sheets: str) -> bytes:
    """A workbook of sheets given as the XML of their rows."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{relation}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relation}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{targets}</Relationships>',
    }
    for number, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return zipped({name: part.encode() for name, part in parts.items()})


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def pdf(content: bytes, resources: bytes = b"", filters: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one page by hand; `filters` say how the content is packed; `more`: further objects, from number 5 on."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<<"
        b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>" + resources + b">>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content),
        *more,
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start))


def ole(stream: str) -> bytes:
    """An OLE compound file with one empty stream of that name in its root."""
    fat, end, free = 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF

    def entry(name: str, kind: int, child: int) -> bytes:
        raw = name.encode("utf-16-le")
        links = struct.pack("<HBBIII36xI8x", len(raw) + 2, kind, 1, free, free, child, end)
        return raw.ljust(64, b"\0") + links

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack("<16xHHHHH6x", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<I", free) * 108
    table = struct.pack("<II", fat, end) + struct.pack("<I", free) * 126
    directory = entry("Root Entry", 5, 1) + entry(stream, 2, free)
    return header + table + directory.ljust(512, b"\0") + bytes(512)


HTML = (
    f'<html><head><meta charset="utf-8"><title>题</title><style>p{{color:red}}</style></head><body><p>{SAMPLE}</p>'
    f"<!-- 注 --><p>{NOTICE}</p><script>var x='不可见'</script><div style='display:none'>隐藏</div><table>"
    + "".join(f"<tr><td>{line.replace(chr(9), '</td><td><p>')}</p></td></tr>\n" for line in TABLE.split("\n"))
    + "</table>结束。</body></html>"
)


def rtf(text: str) -> bytes:
    escaped = "".join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in text.encode("gb18030"))
    return (r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 SimSun;}}{\*\generator x}" + escaped + "}").encode()


SPREADSHEET_ML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>'
    + "".join(
        "<Row>" + "".join(f"<Cell><Data>{c}</Data></Cell>" for c in line.split("\t")) + "</Row>"
        for line in TABLE.split("\n")
    )
    + "</Table></Worksheet></Workbook>"
)
MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' + HTML + "\r\n--b--\r\n"
)
DOCX = docx(word(SAMPLE) + word(NOTICE) + word_table(TABLE) + word("结束。"))
PICTURE = b"q 300 0 0 200 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q "
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200014840"
    "6f2d0000000049454e44ae426082"
)
