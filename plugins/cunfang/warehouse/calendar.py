"""The official working calendar as a table: loaded from chinesecalendar, kept apart from what nobody has announced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, text

from cunfang.warehouse import sql
from cunfang.warehouse.copy import copy_rows
from cunfang.workday import UnknownYearError

FIRST_DAY = date(2015, 1, 1)


def load_calendar(connection: Connection) -> int:
    """Add the days that `core.workday` lacks and mark `mart.dim_date`; the number added.

    A day that is there already is left alone: the office may have imported a notice that the package does not know.
    """
    known = set(connection.scalars(text("SELECT day FROM core.workday")))
    missing = [row for row in _announced() if row[0] not in known]
    added = copy_rows(connection, "core.workday", ("day", "is_workday", "holiday"), missing)
    sql.run(connection, "mart/05_calendar.sql")
    return added


def today(connection: Connection) -> date:
    """The day as the office lives it: of Shanghai, or what the database's `cunfang.today` says (migration 0033)."""
    return date.fromisoformat(str(connection.scalar(text("SELECT CAST(ops.today() AS text)"))))


def due_date(connection: Connection, start: date, workdays: int) -> date:
    """The `workdays`-th working day after `start` by `core.workday` (N12); UnknownYearError where it is not loaded."""
    days = connection.scalars(
        text("SELECT day FROM core.workday WHERE is_workday AND day > :start ORDER BY day LIMIT :count"),
        {"start": start, "count": workdays},
    ).all()
    loaded = connection.scalar(text("SELECT count(*) FROM core.workday WHERE day = :start"), {"start": start})
    if not loaded or len(days) < workdays:
        year = start.year if not loaded else start.year + 1
        raise UnknownYearError(
            f"{year} 年的工作日历尚未载入，无法推算 {start} 之后第 {workdays} 个工作日："
            "请升级 chinesecalendar，或将国务院放假通知导入 core.workday"
        )
    return days[-1] if days else start


def works_on(connection: Connection, day: date) -> bool:
    """Whether offices work on `day` by `core.workday`; UnknownYearError where it is not loaded."""
    known = connection.scalar(text("SELECT is_workday FROM core.workday WHERE day = :day"), {"day": day})
    if known is None:
        raise UnknownYearError(
            f"{day.year} 年的工作日历尚未载入，无法判断 {day} 是否上班："
            "请升级 chinesecalendar，或将国务院放假通知导入 core.workday"
        )
    return bool(known)


def _announced() -> Iterator[tuple[date, bool, str]]:
    """(day, is_workday, holiday) for every day of the years that the State Council has announced."""
    from chinese_calendar import Holiday
    from chinese_calendar.constants import holidays, workdays

    names = {holiday.value: holiday.chinese for holiday in Holiday}
    day, last = FIRST_DAY, date(max(holidays).year, 12, 31)
    while day <= last:
        if day in holidays:
            yield day, False, names[holidays[day]]
        elif day in workdays:
            yield day, True, f"{names[workdays[day]]}调休补班"
        else:
            yield day, day.weekday() < 5, ""
        day += timedelta(days=1)
