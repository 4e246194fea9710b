"""Processes that die in the middle: a worker, or PostgreSQL itself, at any statement; nothing is lost, nothing doubled.

The dying is real: a forked worker kills itself before its n-th statement, or has the postmaster killed under it.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from cunfang.orders.audit import verify
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import issue
from cunfang.orders.life import move_leg
from cunfang.orders.load import Order, load_order
from cunfang.warehouse import server
from cunfang.warehouse.embedded import create_database, wait_for_no_disk
from cunfang.warehouse.migrate import upgrade
from documents.sample_run import load_sample
from every_session import set_for_all
from signed import sign_all

Action = Callable[[Engine], object]
ORDER_NO = "420922-2025Q4-T01"
LEG_CODE = f"{ORDER_NO}-L001"


def _open(url: str) -> Engine:
    options = "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"
    return create_engine(url, connect_args={"options": options}, poolclass=NullPool)


def _move(engine: Engine, status: str) -> None:
    with engine.begin() as connection:
        at = datetime(2026, 1, 20, 9) if status == "executed" else None  # noqa: DTZ001
        move_leg(connection, LEG_CODE, status, actor="finance_office", reason="核对无误", executed_at=at)


def _sign(engine: Engine) -> None:
    with engine.begin() as connection:
        sign_all(connection, ORDER_NO)


# What is done, from which database it starts, and what must be so once it was done.
STEPS: dict[str, tuple[str, Action, Callable[[Order], bool]]] = {
    "sign": ("drafted", _sign, lambda order: order.head.status == "signed"),
    "issue": ("signed", lambda engine: issue(engine, ORDER_NO), lambda order: order.head.status == "issued"),
    "execute": ("issued", lambda engine: _move(engine, "executed"), lambda order: order.legs[0].status == "executed"),
    "confirm": (
        "executed",
        lambda engine: _move(engine, "confirmed"),
        lambda order: order.legs[0].status == "confirmed",
    ),
}


@pytest.fixture(scope="module")
def stages() -> Iterator[Path]:
    """A PostgreSQL of this file's own, with the sample order at each stage of its life in a database of that name."""
    folder = Path(tempfile.mkdtemp(prefix="cunfang-", dir="/tmp"))
    # PostgreSQL runs as another user.
    folder.chmod(0o755)
    data = server.start(folder / "pg")
    # What a killed process has written the machine still has; a start would first write all these databases to disk.
    wait_for_no_disk(data)
    set_for_all(data, "SET cunfang.today = ''")
    try:
        url = create_database(data, "drafted")
        upgrade(url)
        engine = _open(url)
        run_id = load_sample(engine).run_id
        with engine.begin() as connection:
            assert draft_adjustment(connection, run_id) == ORDER_NO
        for before, after, step in (
            ("drafted", "signed", _sign),
            ("signed", "issued", STEPS["issue"][1]),
            ("issued", "executed", STEPS["execute"][1]),
        ):
            step(_open(create_database(data, after, template=before)))
        # A sequence of a database copied from another is behind its rows when the server dies before a checkpoint.
        with _open(url).connect() as connection:
            connection.execute(text("CHECKPOINT"))
        yield data
    finally:
        server.stop(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


def _worker(url: str, action: Action, dies_at: int, die: Callable[[], None]) -> int:
    """Run `action` in a process of its own that dies before its `dies_at`-th statement; its signal, 0 if it lived."""
    child = os.fork()
    if child == 0:
        engine, seen = _open(url), 0

        @event.listens_for(engine, "before_cursor_execute")
        def count(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == dies_at:
                die()

        try:
            action(engine)
        except OperationalError:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _statements(url: str, action: Action) -> int:
    engine, seen = _open(url), 0

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    action(engine)
    return seen


def _seen(url: str) -> tuple[Order, dict[str, int]]:
    """The order, and how many rows there are of all that could be doubled; the chain must hold."""
    counted = ("ops.order_event", "ops.leg_event", "ops.approval", "ops.audit", "eval.run_event", "mart.fact_order",
               "mart.fact_order_leg", "mart.dim_run", "mart.fact_allocation")  # fmt: skip
    engine = _open(url)
    with engine.connect() as connection:
        assert verify(connection).breaks == ()
        rows = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in counted}
        return load_order(connection, ORDER_NO), rows


@pytest.mark.parametrize("step", STEPS)
def test_given_a_worker_killed_at_any_statement_then_it_is_as_before_and_done_once_by_the_next(
    stages: Path, step: str
) -> None:
    stage, action, done = STEPS[step]
    whole = create_database(stages, f"{step}_whole", template=stage)
    untouched = _seen(whole)[1]
    total = _statements(whole, action)
    order, once = _seen(whole)
    assert done(order) and once != untouched

    for number in range(1, total + 1, max(1, total // 12)):
        url = create_database(stages, f"{step}_{number}", template=stage)
        assert _worker(url, action, number, _kill_itself) == -signal.SIGKILL
        order, rows = _seen(url)
        assert not done(order) and rows == untouched

        action(_open(url))
        assert _seen(url)[1] == once
        action(_open(url))
        assert _seen(url)[1] == once


@pytest.mark.parametrize("step", STEPS)
def test_given_postgresql_killed_in_the_middle_then_it_is_as_before_and_done_once_after_its_restart(
    stages: Path, step: str
) -> None:
    stage, action, done = STEPS[step]
    whole = create_database(stages, f"{step}_by_server_whole", template=stage)
    total = _statements(whole, action)
    once = _seen(whole)[1]
    url = create_database(stages, f"{step}_by_server", template=stage)
    postmaster = int((stages / "postmaster.pid").read_text().splitlines()[0])

    # The worker goes on to its next statement, and finds nobody there.
    assert _worker(url, action, max(2, total * 2 // 3), lambda: _kill_server(postmaster)) == 3
    # It recovers from its log by itself.
    server.start(stages)

    order, rows = _seen(url)
    assert not done(order) and rows != once
    action(_open(url))
    assert _seen(url)[1] == once


def _kill_server(postmaster: int) -> None:
    """Kill the server without a word, and wait until its processes, which notice it, have gone as well."""
    children = psutil.Process(postmaster).children()
    os.kill(postmaster, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive
