"""The XML of a worksheet looked over: how far its cells reach, which hold no value, what their formats show.

A sheet as every program writes it is looked over as an array of bytes; anything unusual in it is left to a
walk along its tags, which takes longer and knows all of XML that the workbook library knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.formats import Shown
from cunfang.feeds.look import Blind, Look, Place, within
from cunfang.feeds.rules import rules

MOST_COLUMNS = 16_384
_MODEST = (99_999, 26)
"""Rows and columns of a sheet whose every cell is named by one letter and at most five digits."""
_ATTRIBUTES = rb"""((?:[^<>"'/]|/(?!>)|"[^"]*"|'[^']*')*+)"""
_NAME = rb"""[^\s<>/"'=:]+"""
_TAG = re.compile(
    rb"<(?:!--.*?--|!\[CDATA\[.*?\]\]|\?.*?\?|(/?)(?:" + _NAME + rb":)?(" + _NAME + rb")" + _ATTRIBUTES + rb"(/?))>",
    re.DOTALL,
)
_CELL = re.compile(rb"<c" + _ATTRIBUTES + rb"(?:/>|>(.*?)</c\s*>)", re.DOTALL)
_REF = re.compile(rb"""(?<![\w:])r\s*=\s*["']\s*([A-Za-z]*)(\d*)""")
_STYLE = re.compile(rb"""(?<![\w:])s\s*=\s*["']\s*(\d+)""")
_ERROR = re.compile(rb"""(?<![\w:])t\s*=\s*["']e["']""")
_TEXT = re.compile(rb"""(?<![\w:])t\s*=\s*["']str["']""")
_FORMULA = re.compile(rb"<f[\s/>]")
_VALUE = re.compile(rb"<[vt](?:\s[^>]*)?>(?:[^<]|<!\[CDATA\[)")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\s[^>]*?\bhidden\s*=\s*["'](?:1|true|on)["']""")
_SPAN = re.compile(rb"""\b(min|max)\s*=\s*["'](\d+)["']""")

Array = npt.NDArray[Any]
_ENDS, _PREFIXED = np.zeros(256, bool), np.zeros(256, bool)
_ENDS[list(b" \t\r\n/>")], _PREFIXED[list(b"cfvt")] = True, True
_DIGIT, _LETTER = np.zeros(256, bool), np.zeros(256, bool)
_DIGIT[48:58], _LETTER[65:91] = True, True


def look_over(xml: bytes, styles: Mapping[int, Shown]) -> Look:
    """What the sheet shows; `styles` are the cell styles worth a look. A FaultError for what reaches too far."""
    if b"\0" in xml:
        raise FaultError(Fault.BROKEN, kind="xlsx", reason="工作表不是 UTF-8 文本")
    sheet = _Sheet(xml)
    if sheet.fits():
        blind, shown = sheet.blind(), sheet.shown(styles)
    else:
        blind, shown = look_closely(xml, styles)
    rows, columns = _hidden(xml)
    return Look(blind, shown, rows, columns)


def look_closely(xml: bytes, styles: Mapping[int, Shown]) -> tuple[dict[Place, Blind], dict[int, dict[int, Shown]]]:
    """The same tag by tag, for XML of any make."""
    walk = _Walk(styles)
    for closing, name, attributes, empty, filled in _tags(xml):
        if name == b"row" and not closing:
            walk.row_opens(attributes)
        elif name == b"c" and not closing:
            walk.cell_opens(attributes, bool(empty))
        elif name == b"c":
            walk.cell_closes()
        elif name == b"f":
            walk.formula = True
        elif name in (b"v", b"t") and not closing:
            walk.value |= filled
    within(walk.rows, walk.columns)
    return walk.blind, walk.shown


def in_order(xml: bytes) -> bool:
    """Whether rows and cells stand in their order and each cell in its row: openpyxl passes over those that do not."""
    walk = _Walk({})
    before = (-1, -1)
    for closing, name, attributes, _, _ in _tags(xml):
        if name == b"row" and not closing:
            walk.row_opens(attributes)
        elif name == b"c" and not closing:
            walk.cell_opens(attributes, empty=True)
            if walk.place[0] != walk.row or walk.place <= before:
                return False
            before = walk.place
    return True


def _tags(xml: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes, bool]]:
    """Every tag: closing, local name, attributes, empty, and whether something stands behind it; comments are none."""
    at = xml.find(b"<")
    while at >= 0:
        found = _TAG.match(xml, at)
        if found is None:
            raise FaultError(Fault.BROKEN, kind="xlsx", reason=f"工作表的第 {at} 字节不是 XML")
        at = xml.find(b"<", found.end())
        if found[2]:
            filled = at > found.end() or xml.startswith(b"<![CDATA[", at)
            yield found[1], found[2], found[3], found[4], filled


class _Walk:
    """Where the walk along the tags of a sheet stands, and what it saw."""

    def __init__(self, styles: Mapping[int, Shown]) -> None:
        self.styles = styles
        self.blind: dict[Place, Blind] = {}
        self.shown: dict[int, dict[int, Shown]] = {}
        self.rows = self.columns = 0
        self.row = self.column = -1
        self.place: Place = (0, 0)
        self.attributes = b""
        self.formula = self.value = False

    def row_opens(self, attributes: bytes) -> None:
        """A row that does not say its number follows the one before."""
        ref = _REF.search(attributes)
        self.row, self.column = (int(ref[2]) - 1 if ref and ref[2] else self.row + 1), -1

    def cell_opens(self, attributes: bytes, empty: bool) -> None:
        """A cell that does not say its place stands right of the one before."""
        ref = _REF.search(attributes)
        self.column = _column(ref[1]) if ref and ref[1] else self.column + 1
        self.place = (int(ref[2]) - 1 if ref and ref[2] else max(self.row, 0)), self.column
        self.attributes, self.formula, self.value = attributes, False, False
        style = _STYLE.search(attributes)
        if meaning := self.styles.get(int(style[1]) if style else 0):
            self.shown.setdefault(self.column, {})[self.place[0]] = meaning
        if not empty:
            self.rows, self.columns = max(self.rows, self.place[0] + 1), max(self.columns, self.column + 1)

    def cell_closes(self) -> None:
        """Now it is known whether the cell had a value."""
        if mark := _mark(self.attributes, self.formula, self.value):
            self.blind[self.place] = mark


def _mark(attributes: bytes, formula: bool, value: bool) -> Blind | None:
    """Whether a cell shows something but holds no value. A formula whose result is empty text holds that."""
    if _ERROR.search(attributes):
        return Blind.ERROR
    return Blind.FORMULA if formula and not value and not _TEXT.search(attributes) else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _hidden(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Rows and columns that are hidden, whatever they hold."""
    rows: set[int] = set()
    columns: set[int] = set()
    at = xml.find(b"hidden")
    while at >= 0:
        start = xml.rfind(b"<", 0, at)
        found = _HIDDEN.match(xml, start)
        tag = xml[start : xml.find(b">", at)]
        if found and found[1] == b"row":
            ref = _REF.search(tag)
            rows.add(int(ref[2]) - 1 if ref and ref[2] else len(_ROW.findall(xml, 0, start)))
        elif found:
            span = {end: int(number) for end, number in _SPAN.findall(tag)}
            columns |= set(range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), MOST_COLUMNS)))
        at = xml.find(b"hidden", at + 6)
    return frozenset(rows), frozenset(columns)


class _Sheet:
    """A sheet whose every cell starts `<c r="B12"`, without prefixes: places of its cells, read off the bytes."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.text = np.frombuffer(xml, np.uint8)
        self.opening = self.text[:-1] == ord("<")
        self.cells = self._tags("c")

    def _at(self, places: Array, offset: int = 0) -> Array:
        """The signs that stand `offset` behind `places`; the last sign of the text where that is beyond its end."""
        return self.text[offset:].take(places, mode="clip")

    def _tags(self, letter: str) -> Array:
        """Where the tags with a name of one letter open."""
        places = np.flatnonzero(self.opening & (self.text[1:] == ord(letter)))
        return places[_ENDS[self._at(places, 2)]]

    def _has_prefixes(self) -> bool:
        """Whether a tag that matters might be written `<x:c …>`."""
        colons = np.flatnonzero(self.text == ord(":"))
        after, then = self._at(colons, 1), self._at(colons, 2)
        return bool((_PREFIXED[after] & _ENDS[then] | (after == ord("r")) & (then == ord("o"))).any())

    def fits(self) -> bool:
        """Whether every cell says its place in the usual way, and none lies beyond the limits."""
        if (len(self.cells) and int(self.cells[-1]) + 16 > len(self.xml)) or self._has_prefixes():
            return False
        limits = rules().limits
        if limits.cells >= _MODEST[0] * _MODEST[1] and limits.columns >= _MODEST[1] and self._is_modest():
            return True
        usual = (self._at(self.after - 1) == ord('"')) & (self.columns > 0) & (self.rows > 0)
        for offset, sign in enumerate(b' r="', start=2):
            usual &= self._at(self.cells, offset) == sign
        try:
            within(int(self.rows.max(initial=0)), int(self.columns.max(initial=0)))
        except FaultError:
            return False
        return bool(usual.all())

    def _is_modest(self) -> bool:
        """Whether each cell is named by one letter and at most five digits: eight signs are compared at a time."""
        starts = self._words("<u4")[self.cells + 2]
        refs = self._words("<u8")[self.cells + 6]
        quotes = refs ^ np.uint64(0x2222222222222222)
        quoted = (quotes - np.uint64(0x0101010101010101)) & ~quotes & np.uint64(0x0080808080800000)
        letter = (refs & np.uint64(255)) - np.uint64(65) < 26
        digit = (refs >> np.uint64(8) & np.uint64(255)) - np.uint64(48) < 10
        return bool(((starts == int.from_bytes(b' r="', "little")) & (quoted != 0) & letter & digit).all())

    def _words(self, kind: str) -> Array:
        """The text as numbers of several bytes, one from each place on."""
        return np.ndarray((max(len(self.xml) - np.dtype(kind).itemsize + 1, 0),), kind, self.xml, strides=(1,))

    @cached_property
    def columns(self) -> Array:
        """Column of each cell from 1."""
        return self._number(self.cells + 6, _LETTER, 26, 64, 3)[0]

    @cached_property
    def _rows(self) -> tuple[Array, Array]:
        _, digits = self._number(self.cells + 6, _LETTER, 26, 64, 3)
        return self._number(digits, _DIGIT, 10, 48, 7)

    @property
    def rows(self) -> Array:
        """Row of each cell from 1."""
        return self._rows[0]

    @property
    def after(self) -> Array:
        """Where the attributes go on behind the place of each cell."""
        return self._rows[1] + 1

    def _number(self, at: Array, signs: Array, base: int, zero: int, most: int) -> tuple[Array, Array]:
        """The number written from `at` on in signs of a system, and where it ends."""
        number = np.zeros(len(at), np.int32)
        for _ in range(most):
            sign = self._at(at)
            more = signs[sign]
            if not more.any():
                break
            number = np.where(more, number * base + sign - zero, number)
            at = at + more
        return number, at

    def blind(self) -> dict[Place, Blind]:
        """Formulas without a value, and errors: their text starts with #."""
        suspects = set(self._formulas_without_value())
        if b"#" in self.xml:
            suspects |= {*self._holding(b'"e"'), *self._holding(b"'e'")}
        found: dict[Place, Blind] = {}
        for index in sorted(suspects):
            cell = _CELL.match(self.xml, int(self.cells[index]))
            content = cell[2] or b"" if cell else b""
            formula, value = _FORMULA.search(content) is not None, _VALUE.search(content) is not None
            if cell and (mark := _mark(cell[1], formula, value)):
                found[int(self.rows[index]) - 1, int(self.columns[index]) - 1] = mark
        return found

    def _formulas_without_value(self) -> list[int]:
        """Cells with a formula that is not followed by `<v>` and a sign."""
        formulas = self._tags("f")
        if not len(formulas):
            return []
        tags = np.append(np.flatnonzero(self.opening), [len(self.xml) - 1] * 3)
        following = np.searchsorted(tags, formulas) + 1
        following += self._at(tags[following], 1) == ord("/")
        valued = np.ones(len(formulas), bool)
        for offset, sign in enumerate(b"<v>"):
            valued &= self._at(tags[following], offset) == sign
        valued &= self._at(tags[following], 3) != ord("<")
        return self._cells_at(formulas[~valued])

    def _holding(self, word: bytes) -> list[int]:
        places = [found.start() for found in re.finditer(re.escape(word), self.xml)]
        return self._cells_at(np.array(places, np.int64))

    def _cells_at(self, places: Array) -> list[int]:
        """Indices of the cells that these places of the text are in."""
        found: list[int] = (np.searchsorted(self.cells, places, side="right") - 1).tolist()
        return [index for index in found if index >= 0]

    def shown(self, styles: Mapping[int, Shown]) -> dict[int, dict[int, Shown]]:
        """The cells in one of `styles`, by column and row."""
        if not styles:
            return {}
        spelled = np.ones(len(self.cells), bool)
        for offset, sign in enumerate(b' s="'):
            spelled &= self._at(self.after, offset) == sign
        numbers, _ = self._number(self.after + 4, _DIGIT, 10, 48, 6)
        numbers[~spelled] = 0
        for index in np.flatnonzero(~spelled & (self._at(self.after) != ord(">"))):
            start = int(self.cells[index])
            style = _STYLE.search(self.xml, start, self.xml.find(b">", start))
            numbers[index] = int(style[1]) if style else 0
        wanted = np.isin(numbers, list(styles))
        rows, columns, numbers = self.rows[wanted] - 1, self.columns[wanted] - 1, numbers[wanted]
        found: dict[int, dict[int, Shown]] = {}
        for column in np.unique(columns).tolist():
            here = columns == column
            meanings = map(styles.__getitem__, numbers[here].tolist())
            found[column] = dict(zip(rows[here].tolist(), meanings, strict=True))
        return found
