"""One typed row as the checks see it: values by column, and what stood in the file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from cunfang.feeds import parse
from cunfang.feeds.faults import FaultError
from cunfang.feeds.normalise import Scalar
from cunfang.feeds.record import Value
from cunfang.money import UNITS
from cunfang.quality.identity import Printed

PERCENT = Decimal("0.01")


class Row(dict[str, Scalar]):
    """Column → value, derived columns among them; `written` is the file's own writing by column."""

    written: Mapping[str, Value] = {}

    @classmethod
    def of(cls, values: Mapping[str, Scalar], written: Mapping[str, Value]) -> Row:
        """The row with its writing."""
        row = cls(values)
        row.written = written
        return row

    def amount(self, column: str) -> Printed | None:
        """An amount in yuan as printed, its last digit known; None where nothing that can be read is written."""
        read = _read(self.written.get(column))
        if read is None:
            return None
        number, unit = read
        return None if unit == "%" else Printed.of(number, UNITS.get(unit, Decimal(1)))

    def shares(self, column: str) -> tuple[Printed, ...]:
        """What a printed ratio can mean: `54.88` under a heading that does not say % may be 54.88% or 5488%."""
        read = _read(self.written.get(column))
        if read is None:
            return ()
        number, unit = read
        per_cent = Printed.of(number, PERCENT)
        return (per_cent,) if unit == "%" else (per_cent, Printed.of(number))

    def unit(self, column: str) -> str:
        """The unit that a column's value is counted in here."""
        read = _read(self.written.get(column))
        return read[1] if read else ""


def _read(value: Value | None) -> tuple[Decimal, str] | None:
    """Number and unit of a written figure; a unit in the cell goes before the column's."""
    if value is None or parse.is_blank(value.text):
        return None
    kept = parse.narrow(value.text)
    stated = next((word for word in (*parse.UNIT_WORDS, "%") if kept.endswith(word)), "")
    try:
        return parse.number(kept.removesuffix(stated)), stated or value.unit
    except FaultError:
        return None
