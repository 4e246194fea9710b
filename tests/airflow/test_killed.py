"""Killed in the middle on real Airflow: the scheduler, then everything at once; what was under way is done once.

The task is stopped at a known place: a lock of ours on a table of the mart holds its transaction up after all that it
has to write but that.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.airflow import processes
from cunfang.airflow.client import Client, DagRun
from cunfang.airflow.clock import set_today
from cunfang.airflow.stack import Live, Stack
from cunfang.orders.audit import verify
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import issue
from cunfang.orders.load import OrderLeg, load_order
from cunfang.settings import HOME
from documents.sample_run import REGION, load_sample
from orders.laid import Receipt, balances, reported
from signed import sign_all

pytestmark = pytest.mark.e2e
PATIENCE = 300.0
BEFORE, AFTER = "2025-12-31", "2026-03-31"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The DAGs of an order's issue and confirmation, on a stack of their own."""
    # Not under pytest's own folder: PostgreSQL runs as another user, whom pytest may lock out of it.
    with tempfile.TemporaryDirectory(prefix="cunfang-killed-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        (home / "dags").mkdir()
        for name in ("issue", "track", "deliver"):
            shutil.copyfile(HOME / "dags" / f"{name}.py", home / "dags" / f"{name}.py")
        # Sooner than the county's, so that nobody waits for a test.
        often = {"AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5"}
        made = Stack(home / "var", home / "dags", HOME / "plugins", extra=often)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def order_no(stack: Stack) -> str:
    """The sample's order, signed on 20 January."""
    engine = warehouse(stack.start())
    set_today(engine, date(2026, 1, 20))
    run_id = load_sample(engine).run_id
    with engine.begin() as connection:
        made = draft_adjustment(connection, run_id)
        sign_all(connection, made)
    return made


def warehouse(live: Live) -> Engine:
    return create_engine(live.addresses.warehouse_url, poolclass=NullPool)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Whoever writes the mart's orders meanwhile waits."""
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE mart.fact_order IN SHARE ROW EXCLUSIVE MODE"))
        yield
        # The server may have been killed under it.
        with suppress(Exception):
            connection.rollback()


def blocked(engine: Engine) -> set[int]:
    """Sessions of tasks that wait for our lock, or for one that waits for it, by number of their server process."""
    waiting = text("""
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
    """)
    with engine.connect() as connection:
        return set(connection.scalars(waiting))


def blocked_run(live: Live, client: Client, dag_id: str, key: str) -> DagRun:
    """A run of `dag_id` whose task has come to our lock."""
    client.wait_until(lambda: {"issue", "track", "deliver"} <= set(client.dags()), PATIENCE)
    run = client.trigger(dag_id, partition_key=key)
    client.wait_until(lambda: bool(blocked(warehouse(live))), PATIENCE)
    return run


def scheduler_of(live: Live) -> psutil.Process:
    (entry,) = [entry for entry in live.processes if entry.name == "scheduler"]
    process = entry.running()
    assert process is not None
    return process


def seen(live: Live, order_no: str, status: str) -> Counter[str]:
    """How often each transfer of the order came to be `status`; the chain must hold."""
    counted = text("""
        SELECT l.leg_code FROM ops.leg_event AS e
        INNER JOIN ops.transfer_leg AS l ON e.order_id = l.order_id AND e.leg_no = l.leg_no
        INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id
        WHERE o.order_no = :order_no AND e.status = :status
    """)
    with warehouse(live).connect() as connection:
        assert verify(connection).breaks == ()
        return Counter(connection.scalars(counted, {"order_no": order_no, "status": status}))


def legs(live: Live, order_no: str) -> list[OrderLeg]:
    with warehouse(live).connect() as connection:
        return [leg for leg in load_order(connection, order_no).legs if leg.status != "blocked"]


def rows(live: Live, statement: str) -> list[tuple[object, ...]]:
    with warehouse(live).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def mailed(live: Live, client: Client) -> None:
    """Every letter has gone out, once."""
    client.wait_until(lambda: not rows(live, "SELECT FROM ops.outbox WHERE sent_at IS NULL"), PATIENCE)
    sent = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in live.mail.glob("*.eml")]
    assert len({mail["Message-ID"] for mail in sent}) == len(sent)
    assert rows(live, "SELECT count(*), count(DISTINCT dedup_key) FROM ops.outbox") == [(len(sent), len(sent))]


def test_given_the_scheduler_killed_while_an_order_is_issued_then_the_next_one_has_it_issued_once(
    stack: Stack, order_no: str
) -> None:
    live = stack.live()
    engine, scheduler = warehouse(live), scheduler_of(live)
    with live.client() as client:
        with held(engine):
            run = blocked_run(live, client, "issue", f"{REGION}|2025-Q4|{order_no}")
            first = blocked(engine)
            command, environment = scheduler.cmdline(), scheduler.environ()
            scheduler.kill()
            scheduler.wait()
            # PostgreSQL has not noticed; the next scheduler starts the task anew, so that two are about one order.
            assert blocked(engine) == first
            processes.spawn("scheduler", command, environment, stack.var / "logs" / "scheduler-2.log")
            client.wait_until(lambda: bool(blocked(engine) - first), PATIENCE)
        client.wait_until(lambda: client.dag_run("issue", run.run_id).state != "running", PATIENCE)
        assert client.dag_run("issue", run.run_id).state == "success"
        mailed(live, client)

    assert set(seen(live, order_no, "issued").values()) == {1}
    assert rows(live, "SELECT count(*) FROM ops.order_event WHERE status = 'issued'") == [(1,)]
    assert rows(live, "SELECT status, count(*) FROM eval.run_event WHERE status = 'published' GROUP BY status") == [
        ("published", 1)
    ]


def test_given_everything_killed_while_transfers_are_confirmed_then_after_a_start_they_are_confirmed_once(
    stack: Stack, order_no: str
) -> None:
    live = stack.live()
    engine = warehouse(live)
    made = _reported(live, order_no)
    with live.client() as client, held(engine):
        run = blocked_run(live, client, "track", f"{REGION}|2026-Q1")
        _power_cut(stack, live)
    assert not stack.is_running()

    live = stack.start()

    with live.client() as client:
        client.wait_until(lambda: client.dag_run("track", run.run_id).state not in ("queued", "running"), PATIENCE)
        assert client.dag_run("track", run.run_id).state == "success"
        mailed(live, client)
    for status in ("executed", "confirmed"):
        assert seen(live, order_no, status) == Counter(made)


def _reported(live: Live, order_no: str) -> list[str]:
    """The banks make every transfer, say so, and the balances of the quarter's end show it; their codes."""
    # Issued by the test before, where that ran in this process.
    issue(warehouse(live), order_no)
    set_today(warehouse(live), date(2026, 4, 1))
    made = legs(live, order_no)
    with warehouse(live).begin() as connection:
        query = text("SELECT account, balance FROM core.balance WHERE as_of = :day")
        held = {row.account: row.balance for row in connection.execute(query, {"day": BEFORE})}
        for leg in made:
            at = max(date(2026, 1, 26), leg.available_from)
            reported(connection, leg.from_institution, Receipt(leg.leg_code, f"{at} 10:00", leg.amount), region=REGION)
            held[leg.from_account] -= leg.amount
            held[str(leg.to_account)] += leg.amount
        balances(connection, AFTER, held, region=REGION)
    return [leg.leg_code for leg in made]


def _power_cut(stack: Stack, live: Live) -> None:
    """Every process of the stack, and PostgreSQL, at one blow."""
    mark = live.environment[processes.MARK]
    for process in processes.strays(mark):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    postmaster = psutil.Process(int((stack.var / "pg" / "postmaster.pid").read_text().splitlines()[0]))
    children = postmaster.children()
    os.kill(postmaster.pid, signal.SIGKILL)
    psutil.wait_procs(children, timeout=10)
