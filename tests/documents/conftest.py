"""Fixtures of documents: the sample county's run in a real warehouse, computed once for the folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine

from cunfang.documents.loading import load_result
from cunfang.documents.result import RunResult
from cunfang.warehouse.embedded import create_database
from documents.sample_run import Sample, load_sample


@pytest.fixture(scope="session")
def engine(postgres: Path) -> Iterator[Engine]:
    """A migrated warehouse for this folder."""
    url = create_database(postgres, "documents", template="template_warehouse")
    made = create_engine(url, connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sample(engine: Engine) -> Sample:
    """The sample county, loaded and evaluated."""
    return load_sample(engine)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as open_connection:
        yield open_connection


@pytest.fixture
def result(connection: Connection, sample: Sample) -> RunResult:
    """The run as read back."""
    return load_result(connection, sample.run_id)
