"""A sheet by openpyxl, row by row: slower than the fast library, and able to open what that one refuses."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

from cunfang.feeds.look import within

Cell = int | float | str | bool | date | datetime | time | timedelta


def read_rows(data: bytes, sheet: str) -> list[list[Cell]]:
    """Values from A1 on, "" for none. Raises what openpyxl raises; a FaultError beyond the limits."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        rows: list[list[Cell]] = []
        width = 0
        found = book[sheet]
        found.reset_dimensions()
        for cells in found.iter_rows(values_only=True):
            rows.append([_plain(cell) for cell in cells])
            width = max(width, len(cells))
            within(len(rows), width)
    finally:
        book.close()
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    return rows


def _plain(cell: object) -> Cell:
    if cell is None:
        return ""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date()
    return cell if isinstance(cell, str | bool | int | float | date | time | timedelta) else str(cell)
