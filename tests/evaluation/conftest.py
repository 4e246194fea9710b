"""A warehouse for this folder whose tests roll back, and one call that loads counties and evaluates them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.evaluation import compute
from cunfang.warehouse.embedded import create_database
from evaluation.county import County
from evaluation.load import load
from evaluation.result import Result, results

NEVER_COUNTED = """
    DO $$
    DECLARE
        name regclass;
    BEGIN
        FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('core'::regnamespace,
            'eval'::regnamespace, 'ops'::regnamespace, 'raw'::regnamespace)
        LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
        END LOOP;
    END $$
"""

Evaluate = Callable[[Sequence[County]], list[Result]]


@pytest.fixture(scope="session")
def ground(postgres: Path) -> Iterator[Engine]:
    """A migrated warehouse that stays empty: nothing here commits."""
    made = create_engine(create_database(postgres, "evaluation", template="template_warehouse"))
    # Its tables would be known as empty, and counties be planned for that.
    with made.begin() as connection:
        connection.execute(text(NEVER_COUNTED))
    yield made
    made.dispose()


@pytest.fixture
def connection(ground: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with ground.connect() as made:
        yield made


@pytest.fixture(scope="session")
def evaluated(ground: Engine) -> Evaluate:
    """Evaluates counties in one batch and forgets them: for properties, which run many times."""

    def run(counties: Sequence[County]) -> list[Result]:
        with ground.connect() as connection:
            run_ids = load(connection, counties)
            compute(connection, run_ids)
            return results(connection, run_ids)

    return run
