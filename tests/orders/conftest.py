"""Fixtures of orders: the sample county's run in a real warehouse, and a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.orders.draft import draft_adjustment
from cunfang.warehouse.embedded import create_database
from documents.sample_run import Sample, load_sample

TODAY = "2026-01-20"


@pytest.fixture(scope="session")
def engine(postgres: Path) -> Iterator[Engine]:
    """A migrated warehouse for this folder."""
    url = create_database(postgres, "orders", template="template_warehouse")
    made = create_engine(url, connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sample(engine: Engine) -> Sample:
    """The sample county's quarter, evaluated and not yet signed."""
    return load_sample(engine)


@pytest.fixture
def connection(engine: Engine, sample: Sample) -> Iterator[Connection]:
    """A transaction on 20 January 2026 that is rolled back."""
    with engine.connect() as opened:
        set_today(opened, TODAY)
        yield opened


@pytest.fixture
def order_no(connection: Connection, sample: Sample) -> str:
    """The sample run's order, drafted."""
    return draft_adjustment(connection, sample.run_id)


def set_today(connection: Connection, day: str) -> None:
    """Let the office's clock show `day` for the rest of the transaction."""
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day})
