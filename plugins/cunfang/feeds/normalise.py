"""Records of text to typed rows: money in yuan, days, canonical words, institutions resolved; faults by cell (N1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from cunfang.feeds import parse
from cunfang.feeds.contract import Column, Contract, Kind, contracts, feed_named
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.look import Blind
from cunfang.feeds.record import Reading, Record, Value
from cunfang.finding import Finding
from cunfang.institution import Register, normal_form
from cunfang.period import Period

if TYPE_CHECKING:
    import pandas as pd

Scalar = Decimal | date | datetime | str | bool | int | tuple[str, ...] | None
WRITTEN = "_written"


@dataclass(frozen=True)
class TypedRow:
    """One canonical row. Keys of `fields`: the contract's columns, and `<column>_written` for institutions.

    `written`: what stood in the file, with its unit: the last digit of a figure says how exact it is (N16).
    """

    record_no: int
    sheet: str
    row_no: int
    fields: Mapping[str, Scalar]
    cells: Mapping[str, str]
    written: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Quarantined:
    """A row that cannot be typed, kept with its reasons."""

    record: Record
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Typed:
    """The rows of one submission in canonical types, and what could not be taken."""

    contract: Contract
    period: Period
    rows: tuple[TypedRow, ...]
    quarantine: tuple[Quarantined, ...]
    findings: tuple[Finding, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names of `frame`, in order."""
        return _columns(self.contract)

    def frame(self) -> pd.DataFrame:
        """The rows as a frame of dtype object (Decimal, date, None kept), indexed by record_no."""
        import pandas as pd

        data = [[row.fields[name] for name in self.columns] for row in self.rows]
        index = pd.Index([row.record_no for row in self.rows], name="record_no", dtype="int64")
        return pd.DataFrame(data, columns=list(self.columns), index=index, dtype=object)

    def place(self, record_no: int, column: str = "") -> tuple[str, str]:
        """Sheet and A1 cell of a row's column: where a finding about it points."""
        row = self._by_no[record_no]
        return row.sheet, row.cells.get(column.removesuffix(WRITTEN), "")

    @cached_property
    def _by_no(self) -> dict[int, TypedRow]:
        return {row.record_no: row for row in self.rows}


def normalise(
    contract: Contract,
    source: Reading | Iterable[Record],
    register: Register | None,
    period: Period,
    *,
    file: str = "",
    region: tuple[str, ...] = (),
) -> Typed:
    """Type every record of `source`. An unknown institution is None beside its text; the quality room reports it.

    `register` may be None only where the contract has no institution to resolve, or to leave all unresolved.
    Typing faults are findings `FILE-V…` with the cell; their rows go to `quarantine`. A column that the file lacks is
    None throughout: the reader has said so. `region`: the region's code and its other names, for a subject.
    """
    records = source.records if isinstance(source, Reading) else tuple(source)
    name = source.file if isinstance(source, Reading) else file
    rows: list[TypedRow] = []
    quarantine: list[Quarantined] = []
    findings: list[Finding] = []
    for record in records:
        values, faults = _row(contract, record, register, name, region)
        findings += faults
        blocking = tuple(fault for fault in faults if fault.blocking)
        if blocking:
            quarantine.append(Quarantined(record, blocking))
        else:
            rows.append(TypedRow(record.record_no, record.sheet, record.row_no, values, record.cells, record.fields))
    return Typed(contract, period, tuple(rows), tuple(quarantine), tuple(findings))


def _columns(contract: Contract) -> tuple[str, ...]:
    names: list[str] = []
    for column in contract.columns:
        names += [column.name, column.name + WRITTEN] if column.type.institution else [column.name]
    return tuple(names)


def _row(
    contract: Contract, record: Record, register: Register | None, file: str, region: tuple[str, ...]
) -> tuple[dict[str, Scalar], list[Finding]]:
    values: dict[str, Scalar] = {}
    faults: list[Finding] = []
    for column in contract.columns:
        value = record.fields.get(column.name)
        if column.type.institution:
            values[column.name + WRITTEN] = (value.text.strip() or None) if value else None
        try:
            values[column.name] = typed = _typed(column, value, register, region) if value else _nothing(column)
            if column.type is Kind.MONEY and value and isinstance(typed, Decimal):
                values[column.name] = fen = parse.to_fen(typed)
                if fen != typed:
                    raise FaultError(Fault.ROUNDED, text=value.text, exact=f"{typed:f}")
        except FaultError as error:
            values.setdefault(column.name)
            faults.append(_finding(error, column, record, file))
    return values, faults


def _finding(error: FaultError, column: Column, record: Record, file: str) -> Finding:
    value = record.fields[column.name]
    return error.finding(
        file=file,
        sheet=record.sheet,
        cell=value.cell or f"第{record.row_no}行",
        column=column.name,
        record_no=record.record_no,
        title=column.title,
    )


def _typed(column: Column, value: Value, register: Register | None, region: tuple[str, ...]) -> Scalar:
    """One value in its column's type; a FaultError says why it is none."""
    if column.type is Kind.PRINTED:
        return None if value.unit in _BLIND or parse.is_blank(value.text) else value.text.strip()
    if value.unit in _BLIND:
        raise FaultError(Fault.NO_CACHED_VALUE, what=value.unit.removeprefix("#"))
    blank = parse.is_blank(value.text) if column.type in _MARKED else not value.text.strip()
    if blank:
        if column.required:
            raise FaultError(Fault.REQUIRED)
        return _nothing(column)
    if column.type is Kind.SUBJECT and (whole := _whole(column, value.text, region)):
        return whole
    if column.type.institution:
        return register.resolve(value.text) if register else None
    if column.type is Kind.MONEY:
        return parse.exact_yuan(value.text, value.unit)
    if column.type is Kind.RATIO:
        return parse.ratio(value.text, value.unit)
    if column.type is Kind.CHOICE:
        return parse.choice(value.text, column.words)
    return _PARSERS[column.type](value.text)


def _whole(column: Column, written: str, region: tuple[str, ...]) -> str | None:
    """The region's code, if `written` is one of its names or a word for the whole of it."""
    form = normal_form(written)
    if form in map(normal_form, region):
        return region[0]
    word = column.words.get(form)
    return region[0] if word and region else word


def _feed(written: str) -> str:
    """A feed by its code or its name."""
    if (feed := feed_named(written)) is None:
        names = "、".join(item.name for item in contracts().values())
        raise FaultError(Fault.NOT_A_CHOICE, text=written, choices=names)
    return feed


def _nothing(column: Column) -> Scalar:
    return () if column.type is Kind.LIST else None


_BLIND = frozenset(Blind)
_MARKED = frozenset({Kind.MONEY, Kind.RATIO, Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.DATETIME})
_PARSERS: dict[Kind, Callable[[str], Scalar]] = {
    Kind.TEXT: str.strip,
    Kind.CODE: parse.code,
    Kind.ACCOUNT: parse.account,
    Kind.NUMBER: parse.number,
    Kind.INTEGER: parse.integer,
    Kind.BOOLEAN: parse.boolean,
    Kind.DATE: parse.day,
    Kind.DATETIME: parse.moment,
    Kind.LIST: parse.parts,
    Kind.PERIOD: parse.period,
    Kind.FEED: _feed,
}
