"""The four quarters of the sample, and their dates."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

import chinese_calendar

REGION: Final = "420922"
COUNTY: Final = "大悟县"
YEAR: Final = 2025
QUARTERS: Final = (1, 2, 3, 4)
SEED: Final = 420922
NUMERALS: Final = "一二三四"


def period(quarter: int) -> str:
    """The period's key, `2025-Q4`."""
    return f"{YEAR}-Q{quarter}"


def start(quarter: int) -> date:
    """First day of the quarter."""
    return date(YEAR, quarter * 3 - 2, 1)


def end(quarter: int) -> date:
    """Last day of the quarter: the as-of date of its stocks."""
    return (date(YEAR + 1, 1, 1) if quarter == 4 else start(quarter + 1)) - timedelta(days=1)


def month_end_words(quarter: int) -> str:
    """How an office writes the quarter's end in a title: `2025年12月末`."""
    return f"{YEAR}年{quarter * 3}月末"


def quarter_words(quarter: int) -> str:
    """How a file name says the quarter: `2025年四季度`."""
    return f"{YEAR}年{NUMERALS[quarter - 1]}季度"


def add_workdays(day: date, count: int) -> date:
    """The `count`-th official working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= chinese_calendar.is_workday(day)
    return day


def dice(subject: str) -> random.Random:
    """A generator of its own for each subject, so that a change in one leaves the others as they were."""
    return random.Random(f"{SEED}/{subject}")  # noqa: S311 - sample figures, not secrets
