"""Assessment periods (考核期): calendar quarters keyed as Airflow keys them, `2026-Q1` (N2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_KEY = re.compile(r"(\d{4})-Q([1-4])")


@dataclass(frozen=True, order=True)
class Period:
    """One quarter. Ordered in time; prints as its key."""

    year: int
    quarter: int

    @classmethod
    def parse(cls, key: str) -> Period:
        """Read `2025-Q4`; anything else is a ValueError that shows the expected form."""
        match = _KEY.fullmatch(key)
        if match is None:
            raise ValueError(f"考核期 {key!r} 无法识别，应写作 2025-Q4")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: date) -> Period:
        """The quarter that `day` falls in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def start(self) -> date:
        """First calendar day."""
        return date(self.year, self.quarter * 3 - 2, 1)

    @property
    def end(self) -> date:
        """Last calendar day: the as-of date of the quarter's stocks (N2)."""
        return self.next().start - timedelta(days=1)

    @property
    def year_start(self) -> date:
        """First day of the year-to-date window that ends with this quarter."""
        return date(self.year, 1, 1)

    def next(self) -> Period:
        """The quarter after."""
        return Period(self.year + self.quarter // 4, self.quarter % 4 + 1)

    def previous(self) -> Period:
        """The quarter before."""
        return Period(self.year - (self.quarter == 1), (self.quarter - 2) % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"
