"""What reading gives: records of text, each value with the cell it stood in (promise 5: any number can be traced)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cunfang.finding import Finding
from cunfang.period import Period


class Value(NamedTuple):
    """Text as read, the A1 cell it stood in (empty if the layout gave it), and the unit it is counted in."""

    text: str
    cell: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Record:
    """One canonical row before typing. `record_no` counts from 1 in its submission; `row_no` is the sheet's row."""

    record_no: int
    sheet: str
    row_no: int
    fields: Mapping[str, Value]

    @property
    def texts(self) -> dict[str, str]:
        """Column → text."""
        return {name: value.text for name, value in self.fields.items()}

    @property
    def cells(self) -> dict[str, str]:
        """Column → A1 cell."""
        return {name: value.cell for name, value in self.fields.items()}

    @property
    def units(self) -> dict[str, str]:
        """Column → unit, where there is one."""
        return {name: value.unit for name, value in self.fields.items() if value.unit}

    @classmethod
    def from_dicts(
        cls,
        record_no: int,
        sheet: str,
        row_no: int,
        texts: Mapping[str, str],
        cells: Mapping[str, str],
        units: Mapping[str, str],
    ) -> Record:
        """The record that `texts`, `cells` and `units` came from: raw.record back to a record."""
        fields = {name: Value(text, cells.get(name, ""), units.get(name, "")) for name, text in texts.items()}
        return cls(record_no, sheet, row_no, fields)


@dataclass(frozen=True)
class Title:
    """What stands above the table: the line that names the time (`start` to `end`), and where the county stands."""

    text: str
    cell: str
    county: str = ""
    county_cell: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Reading:
    """One file as understood. `layout` is empty when no layout was recognised; `title` is None without a title line."""

    file: str
    feed: str
    region: str
    period: Period | None
    layout: str = ""
    sheet: str = ""
    title: Title | None = None
    records: tuple[Record, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a finding must be corrected before the file can be taken."""
        return any(finding.blocking for finding in self.findings)
