"""An xls walked record by record before the fast library opens it: a damaged one must not take all memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.formats import BUILT_IN, Shown, shown
from cunfang.feeds.look import Blind, Look, Place, within
from cunfang.feeds.workbook import SheetName

HEADER, ENTRY, FAT_IN_HEADER = 512, 128, 109
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE
BOF, EOF, BOUNDSHEET, FILEPASS, FORMAT, XF, DIMENSIONS = 0x809, 0x0A, 0x85, 0x2F, 0x41E, 0xE0, 0x200
DATEMODE, SUPBOOK, ROW, COLUMNS = 0x22, 0x1AE, 0x208, 0x7D
OWN_BOOK, ADD_INS = 0x401, 0x3A01
FORMULA, BOOLERR = 0x06, 0x205
ONE_CELL = frozenset({FORMULA, BOOLERR, 0x203, 0x204, 0x27E, 0xD6, 0xFD})
MANY_CELLS = 0xBD
BIFF8 = 0x600
MOST_ROWS, MOST_COLUMNS = 65536, 256


@dataclass
class _Sheet:
    """What one sheet holds, as far as it matters before opening. `valued`: a formula has a result."""

    rows: int = 0
    columns: int = 0
    blind: dict[Place, Blind] = field(default_factory=dict)
    empty: list[Place] = field(default_factory=list)
    valued: bool = False
    shown: dict[int, dict[int, Shown]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


class OldPackage:
    """An xls (Excel 97 on) whose container and sizes have been looked over; as a `Package` for an xlsx."""

    def __init__(self, data: bytes) -> None:
        """A FaultError for a damaged container, a password, or a sheet beyond the limit."""
        self._data = data
        self._names: dict[int, tuple[str, bool]] = {}
        self._styles: list[Shown] = []
        self._sheets: dict[str, _Sheet] = {}
        self.date1904 = self.has_links = False
        try:
            streams = _streams(data)
            book = streams.get("workbook", streams.get("book"))
            if book is None:
                raise ValueError("没有工作簿内容")
            self.has_macros = "_vba_project" in streams
            self._walk(book)
        except (struct.error, ValueError, IndexError) as error:
            raise FaultError(Fault.BROKEN, kind="xls", reason=str(error)) from error
        for sheet in self._sheets.values():
            within(sheet.rows, sheet.columns)
        self.sheets = tuple(SheetName(*known) for known in self._names.values())

    def look(self, name: str) -> Look:
        """What the sheet shows beside its values."""
        sheet = self._sheets[name]
        return Look(sheet.blind, sheet.shown, frozenset(sheet.hidden_rows), frozenset(sheet.hidden_columns))

    def may_hold(self, name: str) -> bool:
        """Whether the sheet has a cell at all."""
        return self._sheets[name].rows > 0

    def alone(self, _name: str) -> bytes:
        """The workbook as it is: an xls has all its sheets in one stream."""
        return self._data

    def _walk(self, book: bytes) -> None:
        """Globals first, then each sheet by the place its name points to."""
        if struct.unpack_from("<H", book, 4)[0] != BIFF8:
            raise ValueError("Excel 95 或更早的格式")
        codes, styles = dict(BUILT_IN), []
        for kind, body in _records(book, 0):
            if kind == FILEPASS:
                raise FaultError(Fault.PASSWORD)
            if kind == BOUNDSHEET:
                at, state, sort, length, wide = struct.unpack_from("<IBBBB", body)
                if sort == 0:
                    self._names[at] = (_text(body[8:], length, wide), state & 3 == 0)
            elif kind == XF:
                styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == FORMAT:
                number, length, wide = struct.unpack_from("<HHB", body)
                codes[number] = _text(body[5:], length, wide)
            elif kind == DATEMODE:
                self.date1904 = struct.unpack_from("<H", body)[0] == 1
            elif kind == SUPBOOK:
                self.has_links |= struct.unpack_from("<H", body, 2)[0] not in (OWN_BOOK, ADD_INS)
        self._styles = [shown(codes.get(number, "")) for number in styles]
        for at, (name, _) in self._names.items():
            if name in self._sheets:
                raise ValueError(f"有两张工作表都叫“{name}”")
            self._sheets[name] = self._sheet(book, at)

    def _sheet(self, book: bytes, at: int) -> _Sheet:
        """The extent of one sheet and its cells worth a second look."""
        sheet = _Sheet()
        for kind, body in _records(book, at):
            if kind == DIMENSIONS:
                top, bottom, left, right = struct.unpack_from("<4H" if len(body) == 10 else "<IIHH", body)
                if not (top <= bottom <= MOST_ROWS and left <= right <= MOST_COLUMNS):
                    raise ValueError("工作表的范围记录有误")
            elif kind in ONE_CELL:
                row, column, style = struct.unpack_from("<HHH", body)
                self._take(sheet, row, column, style)
                _judge(sheet, kind, body, (row, column))
            elif kind == MANY_CELLS:
                row, first = struct.unpack_from("<HH", body)
                last = struct.unpack_from("<H", body, len(body) - 2)[0]
                for column in range(first, last + 1):
                    self._take(sheet, row, column, struct.unpack_from("<H", body, 4 + (column - first) * 6)[0])
            elif kind == ROW and body[12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", body)[0])
            elif kind == COLUMNS and body[8] & 1:
                first, last = struct.unpack_from("<HH", body)
                sheet.hidden_columns |= set(range(first, min(last + 1, MOST_COLUMNS)))
        if not sheet.valued:
            sheet.blind |= dict.fromkeys(sheet.empty, Blind.FORMULA)
        return sheet

    def _take(self, sheet: _Sheet, row: int, column: int, style: int) -> None:
        sheet.rows, sheet.columns = max(sheet.rows, row + 1), max(sheet.columns, column + 1)
        if style < len(self._styles) and not self._styles[style].plain:
            sheet.shown.setdefault(column, {})[row] = self._styles[style]


def _judge(sheet: _Sheet, kind: int, body: bytes, place: Place) -> None:
    """Errors hold no value. A formula's empty text is its result in a sheet where another formula has one."""
    if kind == BOOLERR and body[7] == 1:
        sheet.blind[place] = Blind.ERROR
    elif kind == FORMULA:
        special = body[12:14] == b"\xff\xff"
        if special and body[6] == 2:
            sheet.blind[place] = Blind.ERROR
        elif special and body[6] == 3:
            sheet.empty.append(place)
        sheet.valued |= not (special and body[6] == 3)


def _text(body: bytes, length: int, wide: int) -> str:
    return body[: length * (1 + (wide & 1))].decode("utf-16-le" if wide & 1 else "latin-1")


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, from its BOF to its EOF."""
    kind, length = struct.unpack_from("<HH", book, at)
    if kind != BOF:
        raise ValueError(f"位置 {at} 不是工作表的开头")
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        if len(body) < length:
            raise ValueError("文件不完整")
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, body
        at += 4 + length


def _streams(data: bytes) -> dict[str, bytes]:
    """The streams of a compound file by lower-case name; every chain is followed, so a loop is found here."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("容器的扇区大小有误")
    size = 1 << shift
    directory_at, cutoff, mini_at, difat_at = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60, 68))
    places = list(struct.unpack_from(f"<{FAT_IN_HEADER}I", data, 76))
    seen: set[int] = set()
    while difat_at < END - 1 and difat_at not in seen:
        seen.add(difat_at)
        *more, difat_at = struct.unpack_from(f"<{size // 4}I", data, size * (difat_at + 1))
        places += more
    fat: list[int] = []
    for place in places:
        if place < END - 1:
            fat += struct.unpack_from(f"<{size // 4}I", data, size * (place + 1))
    directory = _chain(data, fat, directory_at, size)
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory) - ENTRY + 1, ENTRY)]
    mini = _chain(data, fat, struct.unpack_from("<I", entries[0], 116)[0], size)
    mini_table = _chain(data, fat, mini_at, size)
    mini_fat = list(struct.unpack(f"<{len(mini_table) // 4}I", mini_table))
    found: dict[str, bytes] = {}
    for entry in entries[1:]:
        if entry[66] == 2:
            length, start = struct.unpack_from("<H", entry, 64)[0], struct.unpack_from("<I", entry, 116)[0]
            used = struct.unpack_from("<I", entry, 120)[0]
            small = used < cutoff
            content = _chain(mini, mini_fat, start, 64, 0) if small else _chain(data, fat, start, size)
            found[entry[: max(length - 2, 0)].decode("utf-16-le").lower()] = content[:used]
    return found


def _chain(data: bytes, table: list[int], sector: int, size: int, skip: int = 1) -> bytes:
    """The bytes of a chain of sectors; a loop or a link that leads out is a ValueError."""
    parts: list[bytes] = []
    while sector != END and sector != FREE:
        if sector >= len(table) or len(parts) > len(table):
            raise ValueError("容器的扇区链有误")
        parts.append(data[size * (sector + skip) : size * (sector + skip + 1)])
        sector = table[sector]
    return b"".join(parts)
