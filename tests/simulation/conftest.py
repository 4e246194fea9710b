"""The sample county, published by its own rule book, in a warehouse that simulations must leave as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.simulation.ground import Ground, ground
from cunfang.warehouse.embedded import create_database
from documents.sample_run import PERIOD, REGION, Sample, load_sample
from signed import published


@pytest.fixture(scope="session")
def engine(postgres: Path) -> Iterator[Engine]:
    """A migrated warehouse for this folder."""
    url = create_database(postgres, "simulation", template="template_warehouse")
    made = create_engine(url, connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sample(engine: Engine) -> Sample:
    """The sample county's quarter, evaluated, signed and published."""
    loaded = load_sample(engine)
    published(engine, loaded.run_id)
    return loaded


@pytest.fixture
def connection(engine: Engine, sample: Sample) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as made:
        yield made


@pytest.fixture
def standing(connection: Connection) -> Ground:
    """The published run as the ground of a simulation."""
    return ground(connection, REGION, PERIOD)


@pytest.fixture
def fresh(new_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """An empty warehouse of one test's own."""
    made = create_engine(new_warehouse(), connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


def rows_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = text("""
        SELECT schemaname || '.' || tablename FROM pg_tables
        WHERE schemaname IN ('raw', 'core', 'eval', 'ops', 'mart')
    """)
    names = connection.scalars(tables).all()
    return {name: int(connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0) for name in names}
