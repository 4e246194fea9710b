"""One typed row as the checks see it: values by column, and what stood in the file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from cunfang.feeds import parse
from cunfang.feeds.faults import FaultError
from cunfang.feeds.normalise import Scalar
from cunfang.feeds.record import Value
from cunfang.money import UNITS
from cunfang.quality.identity import Printed

PERCENT = Decimal("0.01")
NEARLY_HALF = Decimal("0.499999999")
"""A little less than half a step, so that what decimals round away cannot matter."""


class Figure(NamedTuple):
    """A written figure: digits as they stand, and the unit they are counted in."""

    number: Decimal
    unit: str

    @property
    def worth(self) -> Decimal:
        """What one of its unit is worth in yuan."""
        return UNITS.get(self.unit, Decimal(1))

    def rounds(self, value: Decimal) -> bool:
        """Whether `value`, in the same unit, is plainly printed so when rounded; a cheap yes, no proof of a no."""
        exponent = self.number.as_tuple().exponent
        return abs(self.number - value) <= NEARLY_HALF.scaleb(min(int(exponent), 0))


class Row(dict[str, Scalar]):
    """Column → value, derived columns among them; `written` is the file's own writing by column."""

    written: Mapping[str, Value] = {}

    @classmethod
    def of(cls, values: Mapping[str, Scalar], written: Mapping[str, Value]) -> Row:
        """The row with its writing."""
        row = cls(values)
        row.written = written
        return row

    def figure(self, column: str) -> Figure | None:
        """What is written in a column; None where it is no figure."""
        value = self.written.get(column)
        return None if value is None or not value.text else _figure(value)

    def number(self, column: str) -> Decimal | None:
        """The typed value of a column, if it is a number."""
        value = self.get(column)
        return value if isinstance(value, Decimal) else None

    def amount(self, column: str) -> Printed | None:
        """An amount in yuan as printed, its last digit known; None where nothing that can be read is written."""
        figure = self.figure(column)
        return Printed.of(figure.number, figure.worth) if figure and figure.unit != "%" else None


def shares(figure: Figure) -> tuple[Printed, ...]:
    """What a printed ratio can mean: `54.88` under a heading that does not say % may be 54.88% or 5488%."""
    per_cent = Printed.of(figure.number, PERCENT)
    return (per_cent,) if figure.unit == "%" else (per_cent, Printed.of(figure.number))


def _figure(value: Value) -> Figure | None:
    """Number and unit of a written figure; a unit in the cell goes before the column's."""
    if parse.is_blank(value.text):
        return None
    kept = parse.narrow(value.text)
    stated = next((word for word in (*parse.UNIT_WORDS, "%") if kept.endswith(word)), "")
    try:
        return Figure(parse.number(kept.removesuffix(stated)), stated or value.unit)
    except FaultError:
        return None
