"""Working days by the State Council's calendar, holidays and make-up days included (N12)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar


class UnknownYearError(ValueError):
    """The official calendar of that year has not been published to us."""


def is_workday(day: date) -> bool:
    """Whether offices work on `day`; a year the calendar does not know is an UnknownYearError, never a guess."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UnknownYearError(f"{day.year} 年的放假安排尚未载入，请升级 chinesecalendar 或导入国务院通知") from error


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
