"""Figures that an office computed itself, held against the figures they are made of (N16, F04, D01, D02).

Each derivation gives None where the figure fits, or is not there, and else what it should have been. A figure that only
fits with digits cut off passes: speeches and tables do that (N11). Most figures fit the amounts as they stand, which is
seen without intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from cunfang.money import fmt_yuan
from cunfang.quality.basis import Basis
from cunfang.quality.identity import (
    Formula,
    Interval,
    Printed,
    Verdict,
    change,
    compare,
    growth_of_increment,
    growth_of_level,
    quotient,
)
from cunfang.quality.row import Figure, Row, shares

HUNDRED = Interval.of(100)


def ratio_conflict(row: Row, basis: Basis) -> str | None:
    """The loan-to-deposit ratio that loans and deposits give, where the printed one cannot be it (D02)."""
    claimed = row.figure("ldr_printed")
    if claimed is None:
        return None
    loans, deposits = row.number("loans"), row.number("deposits")
    if loans is not None and deposits and _plainly(claimed, loans / deposits):
        return None
    return _share(claimed, quotient, (row.amount("loans"), row.amount("deposits")))


def change_conflict(row: Row, basis: Basis, level: str) -> str | None:
    """The increment since the year's start that the levels give, where the printed one cannot be it (N2)."""
    claimed = row.figure(f"{level}_change_printed")
    if claimed is None or claimed.unit == "%":
        return _growth(row, basis, level, claimed)
    amount, start = row.number(level), _start(row, basis, level)
    if amount is not None and start is not None and claimed.rounds((amount - start) / claimed.worth):
        return None
    now, base = row.amount(level), _year_start(row, basis, level)
    if now is None or base is None:
        return None
    found = compare(Printed.of(claimed.number, claimed.worth), change, (now, base))
    if found.verdict is not Verdict.INCONSISTENT:
        return None
    return f"{(found.expected / Interval.of(claimed.worth)).show()} {claimed.unit or '元'}"


def growth_conflict(row: Row, basis: Basis, level: str) -> str | None:
    """The growth since the year's start that level and base, or level and printed increment, give (Q03)."""
    return _growth(row, basis, level, row.figure(f"{level}_growth_printed"))


def yearly_conflict(row: Row, basis: Basis, level: str) -> str | None:
    """Growth over the year is growth since the year's start at the year's end, and only then (D01)."""
    return _growth(row, basis, level, row.figure(f"{level}_yoy_printed")) if basis.period.quarter == 4 else None


def december_conflict(row: Row, basis: Basis, level: str) -> str | None:
    """The December figure, where the year-start figure printed now cannot stand for it."""
    december, start = _december(row, basis, level), row.number(f"{level}_year_start")
    if december is None or start is None or start == december:
        return None
    printed = row.amount(f"{level}_year_start")
    if printed is None:
        return None
    found = compare(printed, lambda figure: figure, (Printed(Fraction(december), Fraction(0)),))
    return fmt_yuan(december) if found.verdict is Verdict.INCONSISTENT else None


def _growth(row: Row, basis: Basis, level: str, claimed: Figure | None) -> str | None:
    if claimed is None:
        return None
    amount, start = row.number(level), _start(row, basis, level)
    if amount is not None and start and _plainly(claimed, amount / start - 1):
        return None
    now, base = row.amount(level), _year_start(row, basis, level)
    if base is not None:
        return _share(claimed, growth_of_level, (now, base))
    return _share(claimed, growth_of_increment, (now, row.amount(f"{level}_change_printed")))


def _plainly(claimed: Figure, share: Decimal) -> bool:
    """Whether a share of one is printed so, in per cent or, where none is said, as it is."""
    return claimed.rounds(share * 100) or (claimed.unit != "%" and claimed.rounds(share))


def _share(claimed: Figure, formula: Formula, parts: Sequence[Printed | None]) -> str | None:
    """The percentage expected, where none of the readings of the printed one fits."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    expected: Interval | None = None
    for reading in shares(claimed):
        try:
            found = compare(reading, formula, known)
        except ZeroDivisionError:
            return None
        if found.verdict is not Verdict.INCONSISTENT:
            return None
        expected = found.expected
    return f"{(expected * HUNDRED).show()}%" if expected else None


def _start(row: Row, basis: Basis, level: str) -> Decimal | None:
    """The base of the year as an amount: as printed beside the level, else December's."""
    printed = row.number(f"{level}_year_start")
    return _december(row, basis, level) if printed is None else printed


def _year_start(row: Row, basis: Basis, level: str) -> Printed | None:
    """The base of the year as printed; December's is taken as no more exact than the level."""
    printed, now = row.amount(f"{level}_year_start"), row.amount(level)
    if printed is not None or now is None:
        return printed
    december = _december(row, basis, level)
    return None if december is None else Printed(Fraction(december), now.unit)


def _december(row: Row, basis: Basis, level: str) -> Decimal | None:
    return (basis.december or {}).get(str(row["institution"]), {}).get(level)


def outgrows(row: Row, basis: Basis, tag: str) -> str | None:
    """Both increments since December, where a tag grew by more than all loans did (N17, Q05)."""
    now, total = row.number(tag), row.number("loans")
    before = (basis.december or {}).get(str(row["institution"]), {})
    if now is None or total is None or tag not in before or "loans" not in before:
        return None
    grown, all_grown = now - before[tag], total - before["loans"]
    if grown <= 0 or grown <= all_grown:
        return None
    return f"增加 {fmt_yuan(grown)} 元，各项贷款增加 {fmt_yuan(all_grown)} 元"
