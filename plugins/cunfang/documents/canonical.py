"""Rows as the canonical CSV writes them: strings, money in yuan to the fen, ISO days, canonical words (N1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from cunfang.feeds.contract import Column, Contract, Kind
from cunfang.feeds.normalise import WRITTEN, Scalar, Typed, TypedRow
from cunfang.feeds.record import Record
from cunfang.money import FEN

Row = dict[str, str]


def canonical_rows(contract: Contract, records: Iterable[Record], typed: Typed | None) -> tuple[list[Row], list[Row]]:
    """The rows in file order, and for each the A1 cell of every column; empty strings for nothing.

    A row that could not be typed is given as it was read; an institution that no register knows as it is written.
    """
    known = {row.record_no: row for row in typed.rows} if typed else {}
    columns = contract.loaded_columns
    rows: list[Row] = []
    cells: list[Row] = []
    for record in records:
        row = known.get(record.record_no)
        rows.append({column.name: _of_row(column, row) if row else _as_read(column, record) for column in columns})
        cells.append({column.name: _cell(column, record) for column in columns})
    return rows, cells


def written(column: Column, value: Scalar) -> str:
    """One value of `column` in canonical writing."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value.quantize(FEN), "f") if column.type is Kind.MONEY else _plain(value)
        case datetime():
            return (value.date() if value.time() == time.min else value).isoformat()
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(value)
    return str(value)


def _of_row(column: Column, row: TypedRow) -> str:
    value = row.fields.get(column.name)
    if value is None and column.type.institution:
        value = row.fields.get(column.name + WRITTEN)
    return written(column, value)


def _as_read(column: Column, record: Record) -> str:
    value = record.fields.get(column.name)
    return value.text.strip() if value else ""


def _cell(column: Column, record: Record) -> str:
    value = record.fields.get(column.name)
    return value.cell if value else ""


def _plain(value: Decimal) -> str:
    """Exactly, without exponent or trailing zeros."""
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
