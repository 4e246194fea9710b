"""The office's day is moved by whoever owns the server, not by whoever has a login (S13, S27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from cunfang.airflow.clock import set_today
from cunfang.warehouse.calendar import today
from every_session import set_for_all

PLAYED = date(2026, 1, 20)


@pytest.fixture
def strict(postgres: Path, warehouse: str) -> Iterator[str]:
    """A warehouse in which nobody plays through other days."""
    set_for_all(postgres, "RESET cunfang.today")
    yield warehouse
    set_for_all(postgres, "SET cunfang.today = ''")


def day_of(address: str, *, shown: object = PLAYED) -> date:
    """The office's day for a session that sets its own."""
    with create_engine(address, poolclass=NullPool).connect() as connection:
        connection.execute(text("SELECT set_config('cunfang.today', :day, FALSE)"), {"day": str(shown)})
        return today(connection)


def real_day(address: str) -> date:
    with create_engine(address, poolclass=NullPool).connect() as connection:
        return connection.execute(
            text("SELECT CAST(clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS date)")
        ).scalar_one()


@pytest.mark.parametrize("shown", [PLAYED, "2099-12-31", "yesterday's cake"])
def test_given_a_login_that_sets_its_own_day_then_the_office_lives_the_true_one(strict: str, shown: object) -> None:
    assert day_of(strict, shown=shown) == real_day(strict)


def test_given_a_database_that_plays_through_other_days_then_its_sessions_may(strict: str) -> None:
    engine = create_engine(strict)
    set_today(engine, date(2026, 4, 15))
    with engine.connect() as connection:
        assert today(connection) == date(2026, 4, 15)
    assert day_of(strict) == PLAYED
    set_today(engine, None)
    engine.dispose()
    assert day_of(strict) == real_day(strict)


@pytest.fixture
def clerk(strict: str) -> Iterator[str]:
    """The strict warehouse for a login with the pipeline's rights."""
    engine = create_engine(strict, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE clock_clerk LOGIN IN ROLE cunfang_pipeline")
    yield strict.replace("postgres@", "clock_clerk@", 1)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE clock_clerk")


@pytest.mark.parametrize("sessions", ["DATABASE {database}", "ROLE ALL", "ROLE clock_clerk"])
def test_given_the_pipelines_login_then_it_sets_the_day_for_no_other_sessions(clerk: str, sessions: str) -> None:
    engine = create_engine(clerk, poolclass=NullPool)
    statement = f"ALTER {sessions.format(database=engine.url.database)} SET cunfang.today = '{PLAYED}'"
    with engine.connect() as connection, pytest.raises(ProgrammingError, match=r"must be owner|Only roles|permission"):
        connection.exec_driver_sql(statement)
