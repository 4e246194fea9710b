"""What every test may ask for: a fresh migrated warehouse on one embedded PostgreSQL per session."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parent))

from cunfang.warehouse.embedded import create_database, passing_server, url
from cunfang.warehouse.migrate import upgrade
from every_session import set_for_all

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The socket folder of a running PostgreSQL that holds the migrated database `template_warehouse`.

    Its sessions may live other days than today (migration 0033).
    """
    with passing_server() as directory:
        upgrade(create_database(directory, "template_warehouse"))
        set_for_all(directory, "SET cunfang.today = ''")
        yield directory


def _drop(postgres: Path, name: str) -> None:
    admin = create_engine(url(postgres, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@contextmanager
def _warehouses(postgres: Path) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def make() -> str:
        made.append(f"warehouse_{next(_NUMBERS)}")
        return create_database(postgres, made[-1], template="template_warehouse")

    try:
        yield make
    finally:
        for name in made:
            _drop(postgres, name)


@pytest.fixture
def new_warehouse(postgres: Path) -> Iterator[Callable[[], str]]:
    """Makes migrated empty warehouses, one per call, for one test; gives their URLs."""
    with _warehouses(postgres) as make:
        yield make


@pytest.fixture(scope="module")
def new_module_warehouse(postgres: Path) -> Iterator[Callable[[], str]]:
    """Like `new_warehouse`, for all tests of a module."""
    with _warehouses(postgres) as make:
        yield make


@pytest.fixture
def warehouse(new_warehouse: Callable[[], str]) -> str:
    """URL of a migrated empty warehouse that only this test sees."""
    return new_warehouse()


class _WholeFiles(LoadFileScheduling):
    """A file stays in one process, and all that starts Airflow in one: two of it would wait for each other."""

    def _split_scope(self, nodeid: str) -> str:
        return "airflow" if nodeid.startswith(("tests/airflow/", "tests/e2e/")) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _WholeFiles:
    """How processes share the tests, where several run them."""
    return _WholeFiles(config, log)
