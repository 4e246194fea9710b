"""Money is yuan in `Decimal`, to the fen (N1)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

UNITS: dict[str, Decimal] = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
FEN = Decimal("0.01")


def yuan(value: Decimal, unit: str) -> Decimal:
    """`value` counted in `unit` (元, 万元, 亿元) as yuan, exact; an unknown unit is a ValueError."""
    try:
        return value * UNITS[unit]
    except KeyError:
        raise ValueError(f"不认识的金额单位：{unit}，应为 {'、'.join(UNITS)}") from None


def fmt_yuan(value: Decimal) -> str:
    """`1234567.80` as `1,234,567.80`: how an amount in yuan is printed."""
    return f"{value.quantize(FEN, ROUND_HALF_UP):,.2f}"
