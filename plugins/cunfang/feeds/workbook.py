"""An xlsx or xlsm before the fast library opens it: sheets, formats, macros, links; nothing is opened unseen."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

from cunfang.feeds.cells import in_order, look_over
from cunfang.feeds.container import Container
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.formats import BUILT_IN, Shown, shown
from cunfang.feeds.look import Look

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
    OverflowError,
)
_ROOT = "_rels/.rels"
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_UNUSUAL = re.compile(rb"""<!(?:DOCTYPE|ENTITY)|\A[^>]*\bencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*["']([A-Z]+\d+):([A-Z]+\d+)["']""")


@dataclass(frozen=True)
class SheetName:
    """A worksheet as the workbook lists it; `part` is where its cells are in the container."""

    name: str
    visible: bool
    part: str = ""


def is_password_protected(data: bytes) -> bool:
    """Whether an OLE container carries an encrypted package, as Excel writes it for a file with a password."""
    return data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data


class Package:
    """An xlsx as a zip of XML. `date1904`: its day numbers count from 1904."""

    def __init__(self, data: bytes) -> None:
        """A FaultError for a broken zip, a file that unpacks beyond the limit, or XML with a document type."""
        try:
            self._parts = Container(data)
            self._book = self._document()
            folder, name = posixpath.split(self._book)
            self._links = f"{folder}/_rels/{name}.rels".lstrip("/")
            related = self._related(self._links)
            root = self._xml(self._book)
            self.sheets = _sheets(root, {key: path for key, (kind, path) in related.items() if _is_sheet(kind)})
            flag = next((node.get("date1904") for node in root if node.tag.endswith("}workbookPr")), None)
            self.date1904 = flag in ("1", "true", "on")
            self._styles = self._worth_a_look(f"{folder}/styles.xml".lstrip("/"))
            self._common = [_ROOT, self._book, self._links, *self._supporting(folder)]
        except BROKEN as error:
            raise FaultError(Fault.BROKEN, kind="xlsx", reason=str(error)) from error
        self._xml_of: dict[str, bytes] = {}

    @property
    def has_macros(self) -> bool:
        """Whether it carries a program."""
        return any("vbaproject" in name or "macrosheets/" in name for name in self._parts.under(""))

    @property
    def has_links(self) -> bool:
        """Whether it refers to other files or to databases."""
        names = self._parts.under("")
        return any("externallinks/" in name or name.endswith("connections.xml") for name in names)

    def look(self, name: str) -> Look:
        """What the sheet shows beside its values; a FaultError where it cannot be laid out."""
        try:
            return look_over(self.xml(name), self._styles)
        except BROKEN as error:
            raise FaultError(Fault.BROKEN, kind="xlsx", reason=str(error)) from error

    def xml(self, name: str) -> bytes:
        """The sheet as it is written."""
        part = next(sheet.part for sheet in self.sheets if sheet.name == name)
        if part not in self._xml_of:
            try:
                xml = self._parts.read(part)
                if b"<!DOCTYPE" in xml:
                    raise ValueError(f"{part} 含有文档类型声明")
                self._xml_of = {part: xml}
            except BROKEN as error:
                raise FaultError(Fault.BROKEN, kind="xlsx", reason=str(error)) from error
        return self._xml_of[part]

    def may_hold(self, name: str) -> bool:
        """Whether the sheet has a value at all; what has none need not be read."""
        xml = self.xml(name)
        return b"v>" in xml or b"t>" in xml

    def alone(self, name: str) -> bytes:
        """The workbook with this one sheet: what the fast library gets to see has all been looked over."""
        part = next(sheet.part for sheet in self.sheets if sheet.name == name)
        return self._parts.lean([*self._common, part])

    def merged(self, name: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """First and last cell of each merged range, from 0."""
        return [(_place(first), _place(last)) for first, last in _MERGED.findall(self.xml(name))]

    def is_plain(self, name: str) -> bool:
        """Whether openpyxl may have the sheet: no document types, no encodings of its own, cells in their order."""
        try:
            if not in_order(self.xml(name)):
                return False
            names = [name for name in self._parts.under("") if name.endswith((".xml", ".rels"))]
            return not any(_UNUSUAL.search(self._parts.read(name).replace(b"\0", b"")) for name in names)
        except (FaultError, *BROKEN):
            return False

    def _xml(self, part: str) -> ElementTree.Element:
        data = self._parts.read(part)
        if _DOCUMENT_TYPE.search(data.replace(b"\0", b"")):
            raise ValueError(f"{part} 含有文档类型声明")
        return ElementTree.fromstring(data)  # noqa: S314

    def _document(self) -> str:
        """The part that is the workbook."""
        related = self._related(_ROOT).values()
        found = next((path for kind, path in related if kind.endswith("/officeDocument")), None)
        if found is None:
            raise ValueError("不是 Excel 工作簿")
        if found.endswith(".bin"):
            raise ValueError("是二进制工作簿 xlsb")
        return found

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Id → type and part of what a relationship part leads to within the file."""
        folder = posixpath.dirname(posixpath.dirname(part))
        return {
            node.get("Id", ""): (node.get("Type", ""), _resolved(folder, node.get("Target", "")))
            for node in self._xml(part)
            if node.get("TargetMode", "Internal") != "External"
        }

    def _supporting(self, folder: str) -> list[str]:
        """Styles and texts, read once so that none unpacks to more than it says."""
        names = [f"{folder}/{name}".lstrip("/") for name in ("styles.xml", "sharedStrings.xml")]
        present = [name for name in names if name in self._parts]
        for name in present:
            self._parts.read(name)
        return present

    def _worth_a_look(self, part: str) -> dict[int, Shown]:
        """Index of cell style → what it shows, for those that show more than the value."""
        if part not in self._parts:
            return {}
        root = self._xml(part)
        codes = {str(number): code for number, code in BUILT_IN.items()}
        codes |= {n.get("numFmtId", ""): n.get("formatCode", "") for n in root.iter() if n.tag.endswith("}numFmt")}
        styles = next((node for node in root if node.tag.endswith("}cellXfs")), None)
        used = [] if styles is None else [shown(codes.get(style.get("numFmtId", ""), "")) for style in styles]
        return {index: meaning for index, meaning in enumerate(used) if not meaning.plain}


def _sheets(root: ElementTree.Element, targets: dict[str, str]) -> tuple[SheetName, ...]:
    """The worksheets in order."""
    found: dict[str, SheetName] = {}
    for node in root.iter():
        if node.tag.endswith("}sheet"):
            name = node.get("name", "")
            ref = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
            if name in found:
                raise ValueError(f"有两张工作表都叫“{name}”")
            found[name] = SheetName(name, node.get("state", "visible") == "visible", targets.get(ref, ""))
    return tuple(sheet for sheet in found.values() if sheet.part)


def _is_sheet(kind: str) -> bool:
    """Whether a relationship leads to a worksheet, and not to a chart or a sheet of old macros."""
    return kind.endswith("/worksheet")


def _resolved(folder: str, target: str) -> str:
    """The name of a part in the container."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))


def _place(ref: bytes) -> tuple[int, int]:
    letters = ref.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(ref[len(letters) :]) - 1, column - 1
