"""Text tables: which encoding, which separator; told from the content, or refused."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from cunfang.feeds.careful import Cell
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.look import within
from cunfang.feeds.rules import rules

SEPARATORS = ",\t;"
LINES = 20
_SIGNS = frozenset(b"\n\r,;\t")
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_separated(data: bytes) -> list[list[Cell]]:
    """The rows of a CSV file, or of the tab-separated text that Excel calls Unicode text."""
    text = decode(data)
    try:
        rows: list[list[Cell]] = [list(row) for row in _rows(text, separator(text), strict=True)]
    except csv.Error as error:
        raise FaultError(Fault.BROKEN, kind="csv", reason=str(error)) from error
    within(len(rows), max(map(len, rows), default=0))
    return rows


def decode(data: bytes) -> str:
    """Text of a file: UTF-16 by its mark or by its zero bytes, else the first encoding of the rules that fits."""
    kind = MARKS.get(data[:2]) or _utf16(data)
    tried = (kind,) if kind else rules().encodings
    for encoding in tried:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultError(Fault.ENCODING, tried="、".join(tried))


def _utf16(data: bytes) -> str:
    """The byte order of UTF-16 without a mark: separators and line ends have a zero byte on one side.

    A zero byte that strayed into another encoding stands beside few of them.
    """
    if b"\0" not in data:
        return ""
    first, second = data[0::2], data[1::2]
    low, high = _share(first, second), _share(second, first)
    if max(low, high) <= 0.5:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


def _share(signs: bytes, beside: bytes) -> float:
    """How many of the separators and line ends in `signs` have a zero byte beside them."""
    zero = [other == 0 for sign, other in zip(signs, beside, strict=False) if sign in _SIGNS]
    return sum(zero) / len(zero) if zero else 0.0


def separator(text: str) -> str:
    """The separator by which most of the first lines have the same number of cells."""
    head = "\n".join(islice((line for line in text.splitlines() if line.strip()), LINES))
    return max(SEPARATORS, key=lambda sign: (_agreement(head, sign), -SEPARATORS.index(sign)))


def _agreement(head: str, sign: str) -> tuple[int, int]:
    """Lines of the commonest number of cells above one, and that number."""
    widths = Counter(len(row) for row in _rows(head, sign, strict=False) if len(row) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


def _rows(text: str, sign: str, *, strict: bool) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=strict))


def text_kind(data: bytes) -> str:
    """What a file is that calls itself a workbook and is none."""
    start = data.replace(b"\0", b"")[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"<html" in start or b"<table" in start or start.startswith(b"<!doctype html"):
        return "网页（HTML）"
    if start.startswith((b"<?xml", b"<workbook")):
        return "XML 表格"
    if start.startswith(b"%pdf"):
        return "PDF"
    try:
        return "文本" if decode(data[:2000]).isprintable() or b"," in start or b"\t" in start else "别的内容"
    except FaultError:
        return "别的内容"
