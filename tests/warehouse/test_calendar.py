"""The working calendar as a table (N12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.warehouse.calendar import FIRST_DAY, due_date, load_calendar
from cunfang.workday import UnknownYearError, add_workdays, is_workday


@pytest.fixture
def connection(warehouse: str) -> Iterator[Connection]:
    engine = create_engine(warehouse, poolclass=NullPool)
    with engine.connect() as made:
        yield made


def test_given_a_fresh_warehouse_then_every_announced_day_agrees_with_the_official_calendar(
    connection: Connection,
) -> None:
    days = connection.execute(text("SELECT day, is_workday FROM core.workday ORDER BY day")).all()
    assert days[0].day == FIRST_DAY
    assert days[-1].day >= date(2026, 12, 31)
    assert len(days) == (days[-1].day - days[0].day).days + 1
    assert [day for day, works in days if works != is_workday(day)] == []


def test_given_holidays_and_make_up_days_then_they_are_named_in_chinese(connection: Connection) -> None:
    named = text("SELECT is_workday, holiday_name FROM mart.dim_date WHERE calendar_date = :day")
    assert connection.execute(named, {"day": date(2025, 10, 1)}).one() == (False, "国庆节")
    assert connection.execute(named, {"day": date(2025, 10, 11)}).one() == (True, "国庆节调休补班")
    assert connection.execute(named, {"day": date(2035, 12, 31)}).one() == (None, "")


def test_given_an_imported_notice_when_loaded_again_then_it_stands(connection: Connection) -> None:
    connection.execute(
        text("UPDATE core.workday SET is_workday = FALSE, holiday = '临时放假' WHERE day = '2026-12-30'")
    )
    connection.execute(text("DELETE FROM core.workday WHERE day = '2026-12-31'"))
    assert load_calendar(connection) == 1
    assert load_calendar(connection) == 0
    day = text("SELECT is_workday, holiday_name FROM mart.dim_date WHERE calendar_date = '2026-12-30'")
    assert connection.execute(day).one() == (False, "临时放假")


def test_given_any_day_of_a_year_then_due_dates_agree_with_the_vocabulary(connection: Connection) -> None:
    day = date(2025, 9, 1)
    while day < date(2025, 11, 1):
        assert due_date(connection, day, 5) == add_workdays(day, 5)
        day += timedelta(days=1)


def test_given_a_year_that_is_not_announced_then_it_is_an_error_that_says_what_to_do(connection: Connection) -> None:
    last = connection.execute(text("SELECT max(day) FROM core.workday")).scalar_one()
    with pytest.raises(UnknownYearError, match=f"{last.year + 1} 年的工作日历尚未载入"):
        due_date(connection, last, 5)
    with pytest.raises(UnknownYearError, match="2014 年"):
        due_date(connection, date(2014, 12, 31), 1)
