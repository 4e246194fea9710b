"""Dates as a situation writes them: 期末, 年初, 上年同期, a month, a day, each month end or quarter end of the year."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cunfang.period import Period

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_FORMS = "期末、年初、上年同期、上年年初、上季末、各月末、各季末、2025-11 或 2025-11-30"


def days_of(written: str, period: Period) -> list[date]:
    """The days that `written` means for a situation of `period`; a ValueError says what may be written.

    年初 is 31 December of the year before (N2). 各月末 and 各季末 are those of the year, up to the period's end.
    """
    end = period.end
    match written:
        case "期末":
            return [end]
        case "年初":
            return [date(end.year - 1, 12, 31)]
        case "上年年初":
            return [date(end.year - 2, 12, 31)]
        case "上年同期":
            return [Period(period.year - 1, period.quarter).end]
        case "上季末":
            return [period.previous().end]
        case "各月末":
            return [month_end(end.year, month) for month in range(1, end.month + 1)]
        case "各季末":
            return [Period(period.year, quarter).end for quarter in range(1, period.quarter + 1)]
    if month := _MONTH.fullmatch(written):
        return [month_end(int(month[1]), int(month[2]))]
    try:
        return [date.fromisoformat(written)]
    except ValueError:
        raise ValueError(f"时点“{written}”无法识别，应写作 {_FORMS}") from None


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
