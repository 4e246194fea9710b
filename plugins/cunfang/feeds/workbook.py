"""What the fast workbook library does not tell: unpacked size, cells without a value, percent formats, passwords."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from enum import StrEnum
from xml.etree import ElementTree

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.rules import rules

Place = tuple[int, int]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    KeyError,
    OSError,
    RuntimeError,  # also NotImplementedError: a compression we do not have
    ValueError,
    EOFError,
)
MODEST = (99_999, 26)
"""Rows and columns of a sheet whose every cell is named by one letter and at most five digits."""
PERCENT_FORMATS = frozenset({9, 10})
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REF = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d*)["']""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]*)(\d*)["'][^>/]*>""")
_FAR = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{2}|[A-Za-z]?\d{6})""")
_UNPLACED = re.compile(rb"""<(?:\w+:)?c(?=[\s>])(?![^>]*\br\s*=)""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["'](\d+)["']""")
_STYLE = re.compile(rb"""\bs\s*=\s*["'](\d+)["']""")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")


class Blind(StrEnum):
    """A cell that shows something but holds no value: stands in its record as the unit, where no file can write it."""

    ERROR = "#错误值"
    FORMULA = "#没有保存结果的公式"


def is_password_protected(data: bytes) -> bool:
    """Whether an OLE container carries an encrypted package, as Excel writes it for a file with a password."""
    return data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data


class Package:
    """An xlsx as a zip of XML, looked at before anything unpacks it whole."""

    def __init__(self, data: bytes) -> None:
        """A FaultError for a broken zip, a file that unpacks beyond the limit, or XML with a document type."""
        limit = rules().limits.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            size = sum(entry.file_size for entry in self._zip.infolist())
            if size > limit:
                raise FaultError(Fault.TOO_LARGE, size=f"解压后 {size:,} 字节", limit=f"{limit:,} 字节")
            damaged = self._zip.testzip()
            if damaged:
                raise FaultError(Fault.BROKEN, kind="xlsx", reason=f"{damaged} 校验不符")
            self._sheets = self._sheet_parts()
            self._percent_styles = self._percent()
        except BROKEN as error:
            raise FaultError(Fault.BROKEN, kind="xlsx", reason=str(error)) from error

    def look(self, sheet: str) -> tuple[dict[Place, Blind], frozenset[Place]]:
        """Cells of `sheet` that hold no value although they show one, and cells in a percent format."""
        part = self._sheets.get(sheet)
        if part is None:
            return {}, frozenset()
        xml = self._zip.read(part)
        self._check_extent(xml)
        blind: dict[Place, Blind] = {}
        percent: set[Place] = set()
        if not self._percent_styles and not (b"<f" in xml or b":f" in xml or _ERROR.search(xml)):
            return blind, frozenset()
        for attributes, content in _CELL.findall(xml):
            ref = _REF.search(attributes)
            if ref is None or not ref[1] or not ref[2]:
                continue
            place = _place(ref[1], int(ref[2]))
            style = _STYLE.search(attributes)
            if style and int(style[1]) in self._percent_styles:
                percent.add(place)
            if _ERROR.search(attributes):
                blind[place] = Blind.ERROR
            elif re.search(rb"<(?:\w+:)?f\b", content) and not _VALUE.search(content):
                blind[place] = Blind.FORMULA
        return blind, frozenset(percent)

    def _check_extent(self, xml: bytes) -> None:
        """The library lays a sheet out from A1 to its last cell: one cell far away would take all memory."""
        if b"\0" in xml:
            raise FaultError(Fault.BROKEN, kind="xlsx", reason="工作表不是 UTF-8 文本")
        if rules().limits.cells >= MODEST[0] * MODEST[1] and not _FAR.search(xml) and not _UNPLACED.search(xml):
            return
        rows, columns = 0, 0
        for letters, row in set(_FILLED.findall(xml)):
            rows = max(rows, int(row or 0))
            columns = max(columns, _place(letters, 1)[1] + 1)
        if _UNPLACED.search(xml):
            rows = max([rows, *(int(row) for row in _ROW.findall(xml))])
        within(rows, columns)

    def _xml(self, part: str) -> ElementTree.Element:
        data = self._zip.read(part)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise ValueError(f"{part} 含有文档类型声明")
        return ElementTree.fromstring(data)  # noqa: S314

    def _sheet_parts(self) -> dict[str, str]:
        """Sheet name → its part in the zip."""
        targets = {node.get("Id"): node.get("Target", "") for node in self._xml("xl/_rels/workbook.xml.rels")}
        parts: dict[str, str] = {}
        for node in self._xml("xl/workbook.xml").iter():
            if node.tag.endswith("}sheet"):
                ref = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
                target = targets.get(ref, "")
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if part in self._zip.NameToInfo:
                    parts[node.get("name", "")] = part
        return parts

    def _percent(self) -> frozenset[int]:
        """Indices of the cell styles that show a number as per cent."""
        if "xl/styles.xml" not in self._zip.NameToInfo:
            return frozenset()
        root = self._xml("xl/styles.xml")
        written = [node for node in root.iter() if node.tag.endswith("}numFmt")]
        percent = {node.get("numFmtId") for node in written if "%" in node.get("formatCode", "")}
        percent |= {str(number) for number in PERCENT_FORMATS}
        styles = next((node for node in root if node.tag.endswith("}cellXfs")), None)
        used = [] if styles is None else [style.get("numFmtId") for style in styles]
        return frozenset(index for index, number in enumerate(used) if number in percent)


def within(rows: int, columns: int) -> None:
    """A FaultError for a sheet that is laid out over more cells than the limits allow."""
    limits = rules().limits
    if rows * columns > limits.cells or columns > limits.columns:
        bound = f"{limits.cells:,} 格、{limits.columns:,} 列"
        raise FaultError(Fault.TOO_LARGE, size=f"{rows:,} 行 × {columns:,} 列", limit=bound)


def _place(letters: bytes, row: int) -> Place:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return row - 1, column - 1
