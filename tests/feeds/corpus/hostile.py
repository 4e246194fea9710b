"""What is no honest table: broken, locked, poisoned, disguised; each ends in a finding, none is run or followed."""

from __future__ import annotations

import io
import zipfile

import ole_container
from corpus.balances import PLAIN, ROWS
from corpus.builder import Plain, Separated, book, changed
from corpus.case import Case
from corpus.credit import edited

SOUND = book(PLAIN).build("xlsx")
OLD = book(PLAIN).build("xls")
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
PAGE = "<html><table><tr><td>账号</td></tr></table></html>".encode()


def part(name: str) -> bytes:
    """A part of the sound workbook."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as book_:
        return book_.read(name)


def poisoned(name: str) -> bytes:
    """The sound workbook with entities declared in one of its parts."""
    return changed(SOUND, {name: DTD + part(name).split(b"?>", 1)[1]})


def stretched(ref: bytes) -> bytes:
    """The sound workbook with one more cell, far away."""
    row = (
        b'<row r="'
        + ref.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        + b'"><c r="'
        + ref
        + b'"><v>1</v></c></row></sheetData>'
    )
    return changed(SOUND, {"xl/worksheets/sheet1.xml": part("xl/worksheets/sheet1.xml").replace(b"</sheetData>", row)})


def bomb() -> bytes:
    """The sound workbook with a part that unpacks to more than any table needs."""
    return changed(SOUND, {"xl/media/image1.bin": bytes(210 * 1024 * 1024)})


def linked() -> bytes:
    """The sound workbook with a link to another file."""
    rels = part("xl/_rels/workbook.xml.rels")
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    link = b'<Relationship Id="rIdX" Type="' + kind + b'" Target="externalLinks/externalLink1.xml"/></Relationships>'
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = b'<?xml version="1.0" encoding="UTF-8"?><externalLink xmlns="' + space + b'"/>'
    parts = {
        "xl/_rels/workbook.xml.rels": rels.replace(b"</Relationships>", link),
        "xl/externalLinks/externalLink1.xml": content,
    }
    return changed(SOUND, parts)


def refused(name: str, shows: str, data: bytes, *findings: str) -> Case:
    """A file of which nothing is read."""
    return Case(name, shows, "balances", Plain(data), "", findings)


CASES = [
    refused("空.xlsx", "零字节", b"", "FILE-S001 -"),
    refused("半截.xlsx", "没有传完的工作簿", SOUND[: len(SOUND) // 2], "FILE-S003 -"),
    refused("半截.xls", "没有传完的旧工作簿", OLD[: len(OLD) // 2], "FILE-S003 -"),
    refused("压缩包.xlsx", "压缩包改了名", changed(SOUND, {})[:4] + b"x" * 99, "FILE-S003 -"),
    refused("密码.xlsx", "设了打开密码", ole_container.password_protected(), "FILE-S004 -"),
    refused("密码.xls", "旧格式设了打开密码", ole_container.xls("表", {(0, 0): "甲"}, password=True), "FILE-S004 -"),
    refused("网页.xls", "网页另存成 xls", PAGE, "FILE-S019 -"),
    refused("文稿.docx", "不是表格", SOUND, "FILE-S018 -"),
    refused("乱码.csv", "哪种编码都不是", b"\xff\x81\x30\xff,\xff\n", "FILE-S005 -"),
    refused("炸弹.xlsx", "解压后二百多兆", bomb(), "FILE-S002 -"),
    refused("很远.xlsx", "最右下角有一格：不铺开整张表", stretched(b"XFD1048576"), "FILE-S002 -"),
    refused("实体.xlsx", "XML 里声明实体", poisoned("xl/workbook.xml"), "FILE-S003 -"),
    refused("实体在表里.xlsx", "工作表的 XML 里声明实体", poisoned("xl/worksheets/sheet1.xml"), "FILE-S003 -"),
    Case("改了后缀.xls", "xlsx 改名成 xls：按内容读", "balances", Plain(SOUND), ROWS),
    Case("改了后缀.csv", "xlsx 改名成 csv：按内容读", "balances", Plain(SOUND), ROWS),
    Case("外部链接.xlsx", "有指向别的文件的链接：不跟随，说明一句", "balances", Plain(linked()), ROWS, ("FILE-Q008 -",)),
    Case("像公式的文字.csv", "以等号开头的文字照原样读，不当公式", "balances", Separated(edited(PLAIN, ("大悟县财政局专户", "'=HYPERLINK(1)"))), """
account           | account_name
9900420922010001  | =HYPERLINK(1)
99004209220100020 | 大悟县教育局专户
"""),
]  # fmt: skip
