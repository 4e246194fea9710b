"""A signature on real Airflow: refused, waited for through a restart of every process, followed to the issue."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.airflow.client import AirflowError, Client
from cunfang.airflow.clock import set_today
from cunfang.airflow.stack import Live, Stack
from cunfang.orders.draft import lay_out, paper_for_run
from cunfang.orders.objection import window
from cunfang.orders.paper import Leg
from cunfang.region import SignOff
from cunfang.settings import HOME
from cunfang.warehouse.calendar import today
from cunfang.warehouse.sql import rows
from documents.sample_run import load_sample

pytestmark = pytest.mark.e2e
PATIENCE = 300.0
"""Seconds that anything may take on a machine that has other things to do."""
CHAIN = (
    SignOff(brings="reviewed", title="复核"),
    SignOff(brings="signed", title="签批", by=("leading_group",)),
    SignOff(brings="issued", title="下达", by=("finance_bureau",)),
)


@pytest.fixture
def stack() -> Iterator[Stack]:
    """The DAGs of an order's life alone, on a stack of their own."""
    # Not under pytest's own folder: PostgreSQL runs as another user, whom pytest may lock out of it.
    with tempfile.TemporaryDirectory(prefix="cunfang-sign-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        (home / "dags").mkdir()
        for name in ("sign", "issue"):
            shutil.copyfile(HOME / "dags" / f"{name}.py", home / "dags" / f"{name}.py")
        made = Stack(home / "var", home / "dags", HOME / "plugins")
        try:
            yield made
        finally:
            made.stop()


def warehouse(live: Live) -> Engine:
    return create_engine(live.addresses.warehouse_url, poolclass=NullPool)


def drafted(live: Live) -> str:
    """The sample's order, laid out by the finance office, whose chain begins with anybody else."""
    engine = warehouse(live)
    run_id = load_sample(engine).run_id
    with engine.begin() as connection:
        legs = [Leg(**leg) for leg in rows(connection, "orders/draft_legs.sql", {"run_id": run_id})]
        paper = replace(paper_for_run(connection, run_id, "adjustment"), drafted_by="finance_office")
        return lay_out(connection, paper, legs, CHAIN)


def parked(live: Live, client: Client, key: str) -> str:
    """The run that waits for an answer about the order; waits for it."""
    found: list[str] = []

    def there() -> bool:
        found[:] = [
            run.run_id
            for run in client.dag_runs("sign", "running")
            if run.partition_key == key
            and any(task.state == "awaiting_input" for task in client.task_instances("sign", run.run_id))
        ]
        return bool(found)

    client.wait_until(there, timeout=PATIENCE)
    return found[0]


def seen(live: Live, statement: str) -> list[tuple[object, ...]]:
    with warehouse(live).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_given_a_waiting_signature_when_everything_restarts_then_it_goes_on_to_the_issue(stack: Stack) -> None:
    live = stack.start()
    order_no = drafted(live)
    key = f"420922|2025-Q4|{order_no}"
    with live.client() as client:
        client.wait_until(lambda: {"sign", "issue"} <= set(client.dags()), timeout=PATIENCE)
        run = client.trigger("sign", partition_key=key).run_id
        assert parked(live, client, key) == run
        with live.client("finance_office") as maker:
            maker.answer_approval("sign", run, "approve", True, "自己签")
        refused = "SELECT FROM ops.outbox WHERE kind = 'sign_refused' AND sent_at IS NOT NULL"
        client.wait_until(lambda: bool(seen(live, refused)), timeout=PATIENCE)
        assert seen(live, "SELECT FROM ops.approval") == []
        assert parked(live, client, key) == run
        again = client.trigger("sign", partition_key=key).run_id
        client.wait_until(lambda: client.dag_run("sign", again).state == "success", timeout=PATIENCE)
        assert {task.state for task in client.task_instances("sign", again)} == {"skipped"}
        assert client.occupied_slots() == 0

    stack.stop()
    live = stack.start()

    with live.client() as client:
        assert parked(live, client, key) == run
        assert client.answer_approval("sign", run, "approve", True, "核对无误") == "engineer"
        client.wait_until(lambda: seen(live, "SELECT status FROM ops.order_paper") == [("reviewed",)], timeout=PATIENCE)
        client.wait_until(lambda: _deferred(client, key), timeout=PATIENCE)
        with warehouse(live).connect() as connection:
            until = window(connection, order_no).until
            assert until > today(connection)
        set_today(warehouse(live), until + timedelta(days=1))
        run = parked(live, client, key)
        with pytest.raises(AirflowError, match="403"):
            client.answer_approval("sign", run, "approve", True)
        for user in ("leading_group", "finance_bureau"):
            with live.client(user) as signer:
                signer.answer_approval("sign", parked(live, client, key), "approve", True, "同意")
            client.wait_until(
                lambda: user in dict(seen(live, "SELECT approver, verdict FROM ops.approval")),  # noqa: B023
                timeout=PATIENCE,
            )
        client.wait_until(lambda: seen(live, "SELECT status FROM ops.order_paper") == [("issued",)], timeout=PATIENCE)
        client.wait_until(lambda: bool(seen(live, "SELECT FROM ops.outbox WHERE kind = 'orders'")), timeout=PATIENCE)
        assert [run.partition_key for run in client.dag_runs("issue")] == [key]
    assert seen(live, "SELECT step_no, approver, verdict FROM ops.approval ORDER BY step_no") == [
        (1, "engineer", "approved"),
        (2, "leading_group", "approved"),
        (3, "finance_bureau", "approved"),
    ]
    assert seen(live, "SELECT status FROM eval.run_state") == [("published",)]
    assert seen(live, "SELECT DISTINCT status FROM ops.leg_state WHERE NOT blocked") == [("issued",)]


def _deferred(client: Client, key: str) -> bool:
    return any(
        task.state == "deferred"
        for run in client.dag_runs("sign", "running")
        if run.partition_key == key
        for task in client.task_instances("sign", run.run_id)
    )
