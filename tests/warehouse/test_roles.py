"""Roles: the reader sees mart and nothing else, the pipeline writes and cannot rewrite; both outlive a warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from cunfang.warehouse.embedded import create_database, passing_server
from cunfang.warehouse.embedded import url as address_of
from cunfang.warehouse.migrate import downgrade, upgrade

RELATIONS = text("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'v')")
HIDDEN = ("raw", "core", "eval", "ops")


def admin(warehouse: str) -> Connection:
    return create_engine(warehouse, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()


@pytest.fixture
def reader(warehouse: str) -> Iterator[str]:
    """URL of a login that is only a member of bi_reader."""
    with admin(warehouse) as connection:
        connection.exec_driver_sql("CREATE ROLE finance_bi LOGIN IN ROLE bi_reader")
        connection.exec_driver_sql("ALTER ROLE finance_bi SET default_transaction_read_only = on")
    yield make_url(warehouse).set(username="finance_bi").render_as_string(hide_password=False)
    with admin(warehouse) as connection:
        connection.exec_driver_sql("DROP ROLE finance_bi")


def test_given_a_reading_login_then_it_selects_every_relation_of_mart(reader: str, warehouse: str) -> None:
    with admin(warehouse) as connection:
        names = connection.scalars(RELATIONS, {"schema": "mart"}).all()
    with create_engine(reader, poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "finance_bi"
        for name in names:
            connection.execute(text(f"SELECT * FROM mart.{name} LIMIT 1"))
        assert len(names) > 45


def test_given_a_reading_login_then_nothing_outside_mart_is_open_to_it(reader: str, warehouse: str) -> None:
    with admin(warehouse) as connection:
        hidden = [f"{schema}.{name}" for schema in HIDDEN for name in connection.scalars(RELATIONS, {"schema": schema})]
    assert len(hidden) > 40
    engine = create_engine(reader, poolclass=NullPool)
    for relation in [*hidden, "public.cunfang_version"]:
        with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(f"SELECT * FROM {relation} LIMIT 1"))


def test_given_a_reading_login_then_it_writes_nothing_even_when_it_asks_for_a_writing_transaction(reader: str) -> None:
    engine = create_engine(reader, poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only transaction"):
        connection.execute(text("DELETE FROM mart.fact_alert"))
    with engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("DELETE FROM mart.fact_alert"))


def test_given_the_readers_group_then_it_is_read_only_timed_and_cannot_log_in(warehouse: str) -> None:
    with admin(warehouse) as connection:
        settings = connection.scalar(
            text("SELECT rolconfig FROM pg_roles WHERE rolname = 'bi_reader' AND NOT rolcanlogin")
        )
    assert settings is not None
    assert {"default_transaction_read_only=on", "statement_timeout=60s"} <= set(settings)


def test_given_a_table_made_later_then_reader_and_pipeline_have_their_rights_on_it(warehouse: str) -> None:
    with admin(warehouse) as connection:
        connection.exec_driver_sql("CREATE TABLE mart.later (note text)")
        connection.exec_driver_sql("CREATE TABLE core.later (note text)")
        rights = "SELECT has_table_privilege(:role, :relation, :right)"
        for role, relation, right, granted in (
            ("bi_reader", "mart.later", "SELECT", True),
            ("bi_reader", "mart.later", "INSERT", False),
            ("bi_reader", "core.later", "SELECT", False),
            ("cunfang_pipeline", "mart.later", "DELETE", True),
            ("cunfang_pipeline", "core.later", "INSERT", True),
            ("cunfang_pipeline", "core.later", "UPDATE", False),
        ):
            held = connection.scalar(text(rights), {"role": role, "relation": relation, "right": right})
            assert held is granted, (role, relation, right)


def test_given_the_pipeline_then_append_only_tables_cannot_be_rewritten_and_nothing_can_be_built(
    warehouse: str,
) -> None:
    forbidden = (
        "UPDATE raw.submission SET provider = ''",
        "DELETE FROM raw.record",
        "UPDATE eval.allocation SET current_amount = 0",
        "DELETE FROM eval.run",
        "UPDATE core.balance SET balance = 0",
        "DELETE FROM core.balance",
        "DELETE FROM ops.audit",
        "DELETE FROM ops.outbox",
        "UPDATE ops.approval SET approver = ''",
        "TRUNCATE mart.fact_score",
        "CREATE TABLE core.mine (note text)",
        "CREATE TABLE public.mine (note text)",
        "CREATE SCHEMA mine",
    )
    engine = create_engine(warehouse, poolclass=NullPool)
    for statement in forbidden:
        with engine.connect() as connection:
            connection.execute(text("SET ROLE cunfang_pipeline"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(statement))


def test_given_the_pipeline_then_it_writes_what_each_step_writes(warehouse: str) -> None:
    allowed = (
        "INSERT INTO ops.audit (actor, action, object) VALUES ('x', 'y', 'z')",
        "INSERT INTO ops.outbox (dedup_key, kind, recipient, subject, content) VALUES ('k', 'k', 'r', 's', '')",
        "UPDATE ops.outbox SET attempts = 1",
        "INSERT INTO core.region (region, name) VALUES ('420922', '大悟县')"
        " ON CONFLICT (region) DO UPDATE SET name = excluded.name",
        "SELECT eval.ratio(1, 3)",
        "CREATE TEMPORARY TABLE batch (run_id bigint) ON COMMIT DROP",
        "DELETE FROM mart.fact_order_leg",
        "SELECT * FROM public.cunfang_version",
    )
    with create_engine(warehouse, poolclass=NullPool).begin() as connection:
        connection.execute(text("SET LOCAL ROLE cunfang_pipeline"))
        for statement in allowed:
            connection.execute(text(statement))


def test_given_a_public_login_then_no_schema_is_open_to_it(warehouse: str) -> None:
    granted = text(
        "SELECT nspname FROM pg_namespace, LATERAL aclexplode(nspacl) AS a "
        "WHERE a.grantee = 0 AND nspname IN ('raw', 'core', 'eval', 'ops', 'mart', 'public')"
    )
    with admin(warehouse) as connection:
        assert connection.execute(granted).all() == []


def test_given_two_warehouses_when_one_is_taken_down_then_the_other_keeps_its_roles(
    new_warehouse: Callable[[], str],
) -> None:
    kept, removed = new_warehouse(), new_warehouse()
    downgrade(removed, "base")
    with admin(kept) as connection:
        assert connection.scalar(text("SELECT has_table_privilege('bi_reader', 'mart.fact_score', 'SELECT')"))
    upgrade(removed)
    with admin(removed) as connection:
        assert connection.scalar(text("SELECT has_table_privilege('bi_reader', 'mart.fact_score', 'SELECT')"))


def test_given_the_only_warehouse_of_a_cluster_when_taken_down_then_its_roles_go_unless_a_login_needs_them() -> None:
    with passing_server() as directory:
        alone = create_database(directory, "alone")
        upgrade(alone)
        with admin(address_of(directory, "postgres")) as connection:
            roles = text("SELECT rolname FROM pg_roles WHERE rolname IN ('bi_reader', 'cunfang_pipeline')")
            connection.exec_driver_sql("CREATE ROLE finance_bi LOGIN IN ROLE bi_reader")
            downgrade(alone, "base")
            assert connection.scalars(roles).all() == ["bi_reader"]
            upgrade(alone)
            connection.exec_driver_sql("DROP ROLE finance_bi")
            downgrade(alone, "base")
            assert connection.scalars(roles).all() == []
