"""Taxes that the banks paid into the treasury, year to date, in yuan (feeds `tax_national`, `tax_local`; S06).

Real (seed 000): 农商行 1,636.72 万元 of 2,700 万元 that all financial institutions paid. The split is made up. The
state banks pay their corporate income tax at head office, so only 农商行 shows any here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dawu import calendar
from dawu.banks import Bank, present
from dawu.table import Table

COLUMNS: Final = "institution tax_type window_from window_to paid local_part"
YEAR_TOTALS: Final = {
    "ADBC": Decimal("551204.88"),
    "ICBC": Decimal("3124518.36"),
    "ABC": Decimal("2683041.72"),
    "BOC": Decimal("1421766.05"),
    "CCB": Decimal("1216380.94"),
    "PSBC": Decimal("1589527.41"),
    "HBB": Decimal("46360.64"),
    "DWRCB": Decimal("16367200.00"),
}
LOCAL_SHARE: Final = {
    "增值税": Decimal("0.5"),
    "企业所得税": Decimal("0.4"),
    "个人所得税": Decimal("0.4"),
    "城市维护建设税": Decimal(1),
    "房产税": Decimal(1),
    "印花税": Decimal(1),
    "城镇土地使用税": Decimal(1),
}
LOCAL_WEIGHTS: Final = {"城市维护建设税": (4, 6), "房产税": (5, 9), "个人所得税": (9, 14), "印花税": (1, 3)}
"""Taxes of the local bureau: least and most per cent of a bank's year."""

REFUND: Final = ("BOC", "城镇土地使用税", 3, Decimal("-12600"))
"""Bank, tax, first quarter and amount of a refund that leaves the year to date negative."""

PACE: Final = {1: 24, 2: 49, 3: 75, 4: 100}
FEN: Final = Decimal("0.01")
HUNDRED_YUAN: Final = Decimal(100)
"""The local bureau reports 万元 with two decimals."""


@dataclass(frozen=True)
class Tax:
    """What one bank paid of one tax since 1 January, and the county's part of it, in yuan."""

    bank: Bank
    tax_type: str
    paid: Decimal
    local_part: Decimal


def national(quarter: int) -> tuple[Tax, ...]:
    """The national bureau's rows: value-added tax, and the rural bank's income tax."""
    return tuple(
        _row(bank, tax_type, year, quarter, FEN)
        for bank in present(quarter)
        for tax_type, year in _national_year(bank).items()
    )


def local(quarter: int) -> tuple[Tax, ...]:
    """The local bureau's rows, one refund among them."""
    rows = []
    for bank in present(quarter):
        rows += [_row(bank, tax_type, year, quarter, HUNDRED_YUAN) for tax_type, year in _local_year(bank).items()]
        code, tax_type, since, amount = REFUND
        if bank.code == code and quarter >= since:
            rows.append(Tax(bank, tax_type, amount, amount))
    return tuple(rows)


def canonical(rows: tuple[Tax, ...], quarter: int) -> Table:
    """Either bureau's rows with the window they cover."""
    window = (calendar.start(1), calendar.end(quarter))
    return Table.of(
        COLUMNS,
        ((t.bank.code, t.tax_type, *window, t.paid.quantize(FEN), t.local_part.quantize(FEN)) for t in rows),
    )


def _local_year(bank: Bank) -> dict[str, Decimal]:
    dice = calendar.dice(f"tax/{bank.code}")
    year = YEAR_TOTALS[bank.code]
    return {
        tax_type: _round(year * dice.randint(low * 100, high * 100) / 10_000, HUNDRED_YUAN)
        for tax_type, (low, high) in LOCAL_WEIGHTS.items()
    }


def _national_year(bank: Bank) -> dict[str, Decimal]:
    """What the local bureau does not collect, so that the bank's year closes to its total."""
    rest = YEAR_TOTALS[bank.code] - sum(_local_year(bank).values())
    if bank.code == REFUND[0]:
        rest -= REFUND[3]
    if bank.legal_person == "local":
        income_tax = _round(rest * Decimal("0.5837"), FEN)
        return {"增值税": rest - income_tax, "企业所得税": income_tax}
    return {"增值税": rest}


def _row(bank: Bank, tax_type: str, year: Decimal, quarter: int, unit: Decimal) -> Tax:
    newcomer = bank.opened_on.year == calendar.YEAR
    paid = year if newcomer else _round(year * PACE[quarter] / 100, unit)
    return Tax(bank, tax_type, paid, _round(paid * LOCAL_SHARE[tax_type], unit))


def _round(amount: Decimal, unit: Decimal) -> Decimal:
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
