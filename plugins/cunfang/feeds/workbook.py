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
PERCENT_FORMATS = frozenset({9, 10})
_FILEPASS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00.\x00", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")


class Blind(StrEnum):
    """A cell that shows something but holds no value: the text it gets, which no type accepts."""

    ERROR = "#错误值"
    FORMULA = "#没有保存结果的公式"


def is_password_protected(data: bytes) -> bool:
    """Whether an OLE container holds an encrypted package, or a workbook that starts with a FILEPASS record."""
    if not data.startswith(OLE):
        return False
    return "EncryptedPackage".encode("utf-16-le") in data or _FILEPASS.search(data) is not None


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
        if b't="e"' not in xml and b"<f" not in xml and b":f" not in xml and not self._percent_styles:
            return blind, frozenset()
        for attributes, content in _CELL.findall(xml):
            ref = _REF.search(attributes)
            if ref is None:
                continue
            place = _place(ref[1], int(ref[2]))
            style = _STYLE.search(attributes)
            if style and int(style[1]) in self._percent_styles:
                percent.add(place)
            if b't="e"' in attributes:
                blind[place] = Blind.ERROR
            elif re.search(rb"<(?:\w+:)?f\b", content) and not _VALUE.search(content):
                blind[place] = Blind.FORMULA
        return blind, frozenset(percent)

    def _check_extent(self, xml: bytes) -> None:
        """The library lays a sheet out from A1 to its last cell: one cell far away would take all memory."""
        found = _REF.findall(xml)
        rows = max((int(row) for _, row in found), default=0)
        columns = max((_place(letters, 1)[1] for letters in {letters for letters, _ in found}), default=0) + 1
        limit = rules().limits.cells
        if rows * columns > limit:
            raise FaultError(Fault.TOO_LARGE, size=f"{rows:,} 行 × {columns:,} 列", limit=f"{limit:,} 格")

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


def _place(letters: bytes, row: int) -> Place:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return row - 1, column - 1
