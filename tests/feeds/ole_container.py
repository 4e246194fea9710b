"""OLE containers byte by byte: an xls workbook, and the shell in which Excel keeps a workbook with a password."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Cells = Mapping[tuple[int, int], str | float]
Ranges = Sequence[tuple[int, int, int, int]]


def container(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (version 3) with these streams, each at least 4096 bytes long so that none is a mini stream."""
    fat = [FAT, END]
    entries = [_entry("Root Entry", 5, child=1, start=END, size=0)]
    body = b""
    for number, (name, data) in enumerate(streams.items(), start=1):
        padded = data.ljust(max(4096, -(-len(data) // SECTOR) * SECTOR), b"\0")
        start, count = len(fat), len(padded) // SECTOR
        fat += [*range(start + 1, start + count), END]
        right = number + 1 if number < len(streams) else FREE
        entries.append(_entry(name, 2, right=right, start=start, size=len(padded)))
        body += padded
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    assert len(directory) == len(table) == SECTOR
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    return head + table + directory + body


def password_protected() -> bytes:
    """What Excel writes for an xlsx with an opening password: the package as an encrypted stream."""
    return container({"EncryptionInfo": b"\4\0\4\0@\0\0\0<encryption/>", "EncryptedPackage": bytes(range(256)) * 32})


def xls(
    sheet: str,
    cells: Cells,
    merged: Ranges = (),
    *,
    percent: frozenset[tuple[int, int]] = frozenset(),
    password: bool = False,
    formats: Mapping[tuple[int, int], str] | None = None,
    formulas: Mapping[tuple[int, int], float | None] | None = None,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    date1904: bool = False,
) -> bytes:
    """A workbook of Excel 97, one sheet. `merged` are (top, left, bottom, right), from 0; `percent` are shown in %.

    `formats` by cell; `formulas` with their result, None for empty text.
    """
    codes = list(dict.fromkeys((formats or {}).values()))
    lock = _record(0x2F, struct.pack("<HHH", 0, 0x1234, 0x5678)) if password else b""
    name = sheet.encode("utf-16-le")
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x1CC3, 0x7CC, 0, 6)) + lock + _record(0x42, b"\xb0\x04")
    head += _record(0x22, struct.pack("<H", date1904))
    for number, code in enumerate(codes, start=164):
        head += _record(0x41E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))
    kinds = (0, 10, *range(164, 164 + len(codes)))
    head += b"".join(_record(0xE0, struct.pack("<HH16x", 0, shown)) for shown in kinds)
    start = len(head) + 4 + 8 + len(name) + 4
    head += _record(0x85, struct.pack("<IBBBB", start, 0, 0, len(sheet), 1) + name) + _record(0x0A, b"")
    filled = [*cells, *(formulas or {})]
    rows, columns = max(row for row, _ in filled) + 1, max(column for _, column in filled) + 1
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x1CC3, 0x7CC, 0, 6))
    for column in hidden_columns:
        body += _record(0x7D, struct.pack("<HHHHHH", column, column, 2048, 0, 1, 0))
    body += _record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    for row in hidden_rows:
        body += _record(0x208, struct.pack("<HHHHHHI", row, 0, columns, 255, 0, 0, 0x120))
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, str):
            text = struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le")
            body += _record(0x204, text)
        else:
            code = (formats or {}).get((row, column))
            style = 2 + codes.index(code) if code else int((row, column) in percent)
            body += _record(0x203, struct.pack("<HHHd", row, column, style, value))
    for (row, column), result in (formulas or {}).items():
        kept = b"\x03\0\0\0\0\0\xff\xff" if result is None else struct.pack("<d", result)
        body += _record(0x06, struct.pack("<HHH", row, column, 0) + kept + struct.pack("<HIH", 0, 0, 3) + b"\x1e\1\0")
    if merged:
        ranges = b"".join(struct.pack("<4H", top, bottom, left, right) for top, left, bottom, right in merged)
        body += _record(0xE5, struct.pack("<H", len(merged)) + ranges)
    return container({"Workbook": head + body + _record(0x0A, b"")})


def xls_of_excel_95(sheet: str, cells: Cells) -> bytes:
    """The same as Excel 95 wrote it, in GBK."""
    name = sheet.encode("gbk")
    head = _record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + _record(0x42, struct.pack("<H", 936))
    head += _record(0x85, struct.pack("<IBBB", len(head) + 4 + 7 + len(name) + 4, 0, 0, len(name)) + name)
    body = _record(0x0A, b"") + _record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, str):
            text = value.encode("gbk")
            body += _record(0x204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
        else:
            body += _record(0x203, struct.pack("<HHHd", row, column, 0, value))
    return container({"Book": head + body + _record(0x0A, b"")})


def _entry(name: str, kind: int, *, right: int = FREE, child: int = FREE, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le")
    return (
        words.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(words) + 2, kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data
