"""Numbers as people print them: `6.0000`, `32.50%`, `1.2亿元`; each with its exact value and its last printed place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cunfang.money import UNITS

SCALES: dict[str, Decimal] = {
    **UNITS,
    "万": UNITS["万元"],
    "亿": UNITS["亿元"],
    "%": Decimal("0.01"),
    "‰": Decimal("0.001"),
}
_NUMBER = re.compile(r"([-−]?\d+(?:\.\d+)?)\s*(亿元|万元|元|亿|万|%|‰)?")


@dataclass(frozen=True)
class Printed:
    """A printed number: `number` as it stands, in units of `scale`."""

    text: str
    number: Decimal
    scale: Decimal

    @classmethod
    def read(cls, written: str, scale: Decimal = Decimal(1)) -> Printed:
        """`written` with a unit of its own, else in units of `scale`; a ValueError shows the expected form."""
        match = _NUMBER.fullmatch(written.strip().replace(",", ""))
        if match is None:
            raise ValueError(f"“{written}”不是数，应写作 6.0000、32.50% 或 1.2亿元")
        return cls(written, Decimal(match[1].replace("−", "-")), SCALES[match[2]] if match[2] else scale)

    @property
    def value(self) -> Decimal:
        """What it is worth: yuan, a ratio, a number."""
        return self.number * self.scale

    @property
    def places(self) -> int:
        """Decimals that are printed."""
        return max(-int(self.number.as_tuple().exponent), 0)

    def shows(self, value: Decimal | Fraction) -> bool:
        """Whether `value`, rounded half up to the last printed place, is what was printed."""
        return rounded(Fraction(value) / Fraction(self.scale), self.places) == Fraction(self.number)

    def like(self, value: Decimal) -> str:
        """`value` in the same unit, to the printed places and two more, to be held against it."""
        unit = self.text.strip().removeprefix(str(self.number)).strip()
        counted = rounded(Fraction(value) / Fraction(self.scale), self.places + 2)
        return f"{Decimal(counted.numerator) / Decimal(counted.denominator):.{self.places + 2}f}{unit}"


def rounded(value: Fraction, places: int) -> Fraction:
    """`value` to `places` decimals, halves away from zero."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole if value >= 0 else -whole, 10**places)
