"""Migrations go up, down and up again to the same schema, and a second upgrade changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.settings import INCLUDE
from cunfang.warehouse.embedded import create_database
from cunfang.warehouse.migrate import downgrade, upgrade

MIGRATIONS = INCLUDE / "sql" / "migrations"
PICTURE = Path(__file__).with_name("picture.sql").read_text(encoding="utf-8")


def picture(url: str) -> list[str]:
    """The schema in lines: relations, columns, constraints, views, functions, triggers, comments and privileges.

    Entries of an access list have no order of their own.
    """
    with create_engine(url, poolclass=NullPool).connect() as connection:
        lines = connection.exec_driver_sql(PICTURE, execution_options={"no_parameters": True}).scalars()
        return sorted(_in_order(line) for line in lines)


def _in_order(line: str) -> str:
    fields = line.split(" | ")
    return " | ".join(
        ",".join(sorted(field[1:-1].split(","))) if field.startswith("{") and "=" in field else field
        for field in fields
    )


@pytest.fixture
def empty(postgres: Path) -> str:
    return create_database(postgres, "migrations")


def test_given_an_upgraded_warehouse_when_taken_down_and_up_again_then_the_schema_is_that_of_a_fresh_one(
    empty: str, warehouse: str
) -> None:
    pristine, fresh = picture(empty), picture(warehouse)
    assert len(fresh) > 900
    upgrade(empty)
    assert picture(empty) == fresh
    downgrade(empty, "base")
    assert [line for line in picture(empty) if "cunfang_version" not in line] == pristine
    upgrade(empty)
    assert picture(empty) == fresh


def test_given_each_revision_when_taken_down_one_by_one_then_each_comes_up_again(warehouse: str) -> None:
    fresh = picture(warehouse)
    revisions = sorted(path.name[:4] for path in MIGRATIONS.glob("*.up.sql"))
    pictures = {}
    for revision in reversed(revisions[:-1]):
        downgrade(warehouse, revision)
        pictures[revision] = picture(warehouse)
    for revision in revisions[1:-1]:
        upgrade(warehouse, revision)
        assert picture(warehouse) == pictures[revision]
    upgrade(warehouse)
    assert picture(warehouse) == fresh


def test_given_every_revision_then_it_has_both_ways() -> None:
    ups = {path.name.removesuffix(".up.sql") for path in MIGRATIONS.glob("*.up.sql")}
    downs = {path.name.removesuffix(".down.sql") for path in MIGRATIONS.glob("*.down.sql")}
    assert ups == downs


def test_given_a_current_warehouse_when_upgraded_again_then_no_row_is_rewritten(warehouse: str) -> None:
    days = text("SELECT CAST(d.ctid AS text), d.* FROM mart.dim_date AS d ORDER BY d.date_key")
    engine = create_engine(warehouse, poolclass=NullPool)
    with engine.connect() as connection:
        before = connection.execute(days).all()
    upgrade(warehouse)
    with engine.connect() as connection:
        assert connection.execute(days).all() == before
