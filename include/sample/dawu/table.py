"""A canonical table: column names and rows of text, as the CSV will carry them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

Value = str | int | Decimal | date | bool | None


def text(value: Value) -> str:
    """A value in canonical writing: ISO date, plain decimal, `true` / `false`, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


@dataclass(frozen=True)
class Table:
    """One feed of one period."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, columns: str, rows: Iterable[Iterable[Value]]) -> Table:
        """From column names separated by blanks and rows of values; a row of another width is a ValueError."""
        names = tuple(columns.split())
        written = tuple(tuple(text(value) for value in row) for row in rows)
        for row in written:
            if len(row) != len(names):
                raise ValueError(f"{len(names)} columns, but a row of {len(row)}: {row}")
        return cls(names, written)

    def write(self, path: Path) -> None:
        """As UTF-8 CSV with a header."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows(self.rows)
