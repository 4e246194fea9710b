"""What reading gives: records of text, each value with the cell it stood in (promise 5: any number can be traced)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, overload

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


class RawRow(NamedTuple):
    """A record as the warehouse keeps it: texts, cells and units by column. `units` may be shared between rows."""

    record_no: int
    sheet: str
    row_no: int
    texts: dict[str, str]
    cells: dict[str, str]
    units: dict[str, str]


@dataclass(frozen=True)
class Field:
    """One column of a block of records: a text per record, None where it has none.

    Its cells stand in the sheet's column `letters`, or all in `cell`; `cells` and `units` are the exceptions by place.
    """

    texts: Sequence[str | None]
    unit: str = ""
    letters: str = ""
    cell: str = ""
    cells: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)

    def cell_at(self, place: int, row_no: int) -> str:
        """A1 cell of the record at `place`, which stands in the sheet's row `row_no`."""
        if place in self.cells:
            return self.cells[place]
        return f"{self.letters}{row_no}" if self.letters else self.cell

    def unit_at(self, place: int) -> str:
        """Unit of the record at `place`."""
        return self.units.get(place, self.unit)

    def cells_of(self, row_nos: Sequence[int]) -> list[str]:
        """A1 cells of all records, which stand in these rows of the sheet."""
        cells = [f"{self.letters}{row}" for row in row_nos] if self.letters else [self.cell] * len(row_nos)
        for place, cell in self.cells.items():
            cells[place] = cell
        return cells


class Block:
    """Records from one table, kept by column; a column is made when it is first asked for."""

    def __init__(
        self, sheet: str, first_no: int, row_nos: Sequence[int], makers: Mapping[str, Callable[[], Field]]
    ) -> None:
        self.sheet, self.first_no, self.row_nos = sheet, first_no, row_nos
        self._makers = makers
        self._fields: dict[str, Field] = {}

    @classmethod
    def of(cls, records: Sequence[Record]) -> Block:
        """Records of one sheet, numbered one after the other, as a block."""
        names = dict.fromkeys(name for record in records for name in record.fields)

        def maker(name: str) -> Callable[[], Field]:
            def made() -> Field:
                values = [record.fields.get(name) for record in records]
                known = {place: value for place, value in enumerate(values) if value is not None}
                return Field(
                    [value.text if value is not None else None for value in values],
                    cells={place: value.cell for place, value in known.items()},
                    units={place: value.unit for place, value in known.items()},
                )

            return made

        rows = [record.row_no for record in records]
        return cls(records[0].sheet, records[0].record_no, rows, {name: maker(name) for name in names})

    def __len__(self) -> int:
        return len(self.row_nos)

    @property
    def names(self) -> list[str]:
        """Columns that the records have."""
        return list(self._makers)

    def field(self, name: str) -> Field:
        """One column; a KeyError if the records have none of that name."""
        if name not in self._fields:
            self._fields[name] = self._makers[name]()
        return self._fields[name]

    def has(self, name: str) -> bool:
        """Whether the records have a column of that name."""
        return name in self._makers

    def record(self, place: int) -> Record:
        """The record at a place of the block."""
        return Record(self.first_no + place, self.sheet, self.row_nos[place], ValuesAt(self, place))

    def rows(self) -> Iterator[RawRow]:
        """All records as the warehouse keeps them, made column by column."""
        names = self.names
        fields = [self.field(name) for name in names]
        common = {name: one.unit for name, one in zip(names, fields, strict=True) if one.unit}
        other = {place for one in fields for place in one.units}
        cells = zip(*(one.cells_of(self.row_nos) for one in fields), strict=True)
        texts = zip(*(one.texts for one in fields), strict=True)
        partial = any(None in one.texts for one in fields)
        for place, (row_no, said, at) in enumerate(zip(self.row_nos, texts, cells, strict=True)):
            units = common
            if place in other:
                units = {name: unit for name, one in zip(names, fields, strict=True) if (unit := one.unit_at(place))}
            row = RawRow(
                self.first_no + place,
                self.sheet,
                row_no,
                dict(zip(names, said, strict=True)),
                dict(zip(names, at, strict=True)),
                units,
            )
            yield row if not partial else _without_gaps(row)


def _without_gaps(row: RawRow) -> RawRow:
    """The row without the columns that its record does not have."""
    known = {name for name, text in row.texts.items() if text is not None}
    parts = ({name: part[name] for name in part if name in known} for part in (row.texts, row.cells, row.units))
    return RawRow(row.record_no, row.sheet, row.row_no, *parts)


class ValuesAt(Mapping[str, Value]):
    """The values of one record of a block, each made when it is asked for."""

    __slots__ = ("_block", "_place")

    def __init__(self, block: Block, place: int) -> None:
        self._block, self._place = block, place

    def __getitem__(self, name: str) -> Value:
        one = self._block.field(name)
        text = one.texts[self._place]
        if text is None:
            raise KeyError(name)
        return Value(text, one.cell_at(self._place, self._block.row_nos[self._place]), one.unit_at(self._place))

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._block.names if self._block.field(name).texts[self._place] is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


class CellsAt(Mapping[str, str]):
    """The A1 cells of one record of a block."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name].cell

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self))


class Records(Sequence[Record]):
    """The records of a file in order. A `Record` is made when asked for; `rows` and `blocks` are the fast ways."""

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self.blocks = tuple(block for block in blocks if len(block))

    @classmethod
    def of(cls, records: Iterable[Record]) -> Records:
        """Records made elsewhere; those of one sheet with numbers that follow each other are a block."""
        runs: list[list[Record]] = []
        for record in records:
            last = runs[-1][-1] if runs else None
            if last is not None and (last.sheet, last.record_no + 1) == (record.sheet, record.record_no):
                runs[-1].append(record)
            else:
                runs.append([record])
        return cls(map(Block.of, runs))

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        for block in self.blocks:
            if 0 <= at < len(block):
                return block.record(at)
            at -= len(block)
        raise IndexError(index)

    def __iter__(self) -> Iterator[Record]:
        return (block.record(place) for block in self.blocks for place in range(len(block)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def rows(self) -> Iterator[RawRow]:
        """Every record as the warehouse keeps it."""
        return (row for block in self.blocks for row in block.rows())


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
    records: Records = field(default_factory=Records)
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a finding must be corrected before the file can be taken."""
        return any(finding.blocking for finding in self.findings)
