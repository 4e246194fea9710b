"""Records of text to typed rows: money in yuan, days, canonical words, institutions resolved; faults by cell (N1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

from cunfang.feeds import parse
from cunfang.feeds.contract import Column, Contract, Kind, contracts, feed_named
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.look import Blind
from cunfang.feeds.record import Block, CellsAt, Reading, Record, Records, Value, ValuesAt
from cunfang.finding import Finding
from cunfang.institution import Register, normal_form
from cunfang.money import UNITS
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
    records = source.records if isinstance(source, Reading) else Records.of(source)
    name = source.file if isinstance(source, Reading) else file
    rows: list[TypedRow] = []
    quarantine: list[Quarantined] = []
    findings: list[Finding] = []
    for block in records.blocks:
        typed = [_column(column, block, register, region) for column in contract.columns]
        faults = _faults(contract, block, [one.faults for one in typed], name)
        findings += [fault for place in sorted(faults) for fault in faults[place]]
        stopped = {place: [fault for fault in found if fault.blocking] for place, found in faults.items()}
        names = _columns(contract)
        values = zip(*(values for one in typed for values in one.columns), strict=True)
        for place, (row_no, fields) in enumerate(zip(block.row_nos, values, strict=True)):
            if stopped and stopped.get(place):
                quarantine.append(Quarantined(block.record(place), tuple(stopped[place])))
                continue
            written = ValuesAt(block, place)
            fields_by_name = dict(zip(names, fields, strict=True))
            rows.append(
                TypedRow(block.first_no + place, block.sheet, row_no, fields_by_name, CellsAt(written), written)
            )
    return Typed(contract, period, tuple(rows), tuple(quarantine), tuple(findings))


def _columns(contract: Contract) -> tuple[str, ...]:
    names: list[str] = []
    for column in contract.columns:
        names += [column.name, column.name + WRITTEN] if column.type.institution else [column.name]
    return tuple(names)


@dataclass
class _Column:
    """A column of a block in its type (an institution's, with what was written, is two), and faults by place."""

    columns: list[list[Scalar]]
    faults: dict[int, FaultError] = field(default_factory=dict)


def _column(column: Column, block: Block, register: Register | None, region: tuple[str, ...]) -> _Column:
    """Type one column; what is written the same is typed once."""
    if not block.has(column.name):
        nothing: list[Scalar] = [_nothing(column)] * len(block)
        return _Column([nothing, [None] * len(block)] if column.type.institution else [nothing])
    said = block.field(column.name)
    units: Iterable[str] = repeat(said.unit)
    if said.units:
        units = map(said.unit_at, range(len(block)))
    seen: dict[tuple[str | None, str], Scalar | FaultError] = {(None, ""): _nothing(column)}
    values: list[Scalar] = []
    found = _Column([values])
    factor = UNITS.get(said.unit) if column.type is Kind.MONEY and not said.units else None
    for place, written in enumerate(zip(said.texts, units, strict=False)):
        if factor is not None and written[0] and (fen := parse.plain_fen(written[0], factor)) is not None:
            values.append(fen)
            continue
        if (value := seen.get(written, _NEW)) is _NEW:
            value = seen[written] = _value(column, *written, register, region)
        if isinstance(value, FaultError):
            found.faults[place] = value
            value = value.facts.get("value")
        values.append(value)  # type: ignore[arg-type]
    if column.type.institution:
        found.columns.append([(text.strip() or None) if text else None for text in said.texts])
    return found


def _value(
    column: Column, text: str | None, unit: str, register: Register | None, region: tuple[str, ...]
) -> Scalar | FaultError:
    """One value, or the fault in its place; the fact `value` of a fault is what can be taken all the same."""
    if text is None:
        return _nothing(column)
    try:
        typed = _typed(column, Value(text, "", unit), register, region)
    except FaultError as error:
        return error
    if column.type is Kind.MONEY and isinstance(typed, Decimal):
        fen = parse.to_fen(typed)
        if fen != typed:
            return FaultError(Fault.ROUNDED, text=text, exact=f"{typed:f}", value=fen)
        return fen
    return typed


def _account(contract: Contract, faulty: Column, block: Block, place: int) -> str:
    """The account that a row of a register of accounts is about, as written; empty elsewhere."""
    key = contract.by_name[contract.key[0]]
    if len(contract.key) > 1 or key.type is not Kind.ACCOUNT or key is faulty or not block.has(key.name):
        return ""
    return (block.field(key.name).texts[place] or "").strip()


def _faults(
    contract: Contract, block: Block, faults: list[dict[int, FaultError]], file: str
) -> dict[int, list[Finding]]:
    """Findings by place in the block, those of a record in the order of the columns."""
    found: dict[int, list[Finding]] = {}
    for column, by_place in zip(contract.columns, faults, strict=True):
        for place, error in by_place.items():
            row_no = block.row_nos[place]
            cell = block.field(column.name).cell_at(place, row_no) or f"第{row_no}行"
            where = {"file": file, "sheet": block.sheet, "cell": cell, "column": column.name}
            one = error.finding(record_no=block.first_no + place, title=column.title, **where)
            if account := _account(contract, column, block, place):
                one = replace(one, message=f"账户 {account} 的{one.message}")
            found.setdefault(place, []).append(one)
    return found


def _typed(column: Column, value: Value, register: Register | None, region: tuple[str, ...]) -> Scalar:
    """One value in its column's type; a FaultError says why it is none."""
    if column.type is Kind.PRINTED:
        return None if value.unit in _BLIND or parse.is_blank(value.text) else value.text.strip()
    if value.unit in _BLIND:
        _refuse_blind(value)
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


def _refuse_blind(value: Value) -> None:
    """A FaultError for a cell without a value to take; a day written as one number, 20251231, is a day all the same."""
    if value.unit == Blind.SCALED:
        raise FaultError(Fault.SCALED, text=value.text)
    if value.unit in (Blind.SERIAL_1900, Blind.SERIAL_1904):
        if parse.is_compact_day(value.text):
            return
        meant = parse.serial_day(value.text, value.unit == Blind.SERIAL_1904)
        shown = f"（若为 Excel 的日期序号，是 {meant}）" if meant else ""
        raise FaultError(Fault.SERIAL_DAY, text=value.text, shown=shown)
    raise FaultError(Fault.NO_CACHED_VALUE, what=value.unit.removeprefix("#"))


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


_NEW = object()
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
    Kind.DOCUMENT: str.strip,
}
