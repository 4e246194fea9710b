"""The people of the county at the running system: they move the calendar, have files taken in, and sign."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date
from typing import Self

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.airflow.client import Client, DagRun
from cunfang.airflow.clock import set_today
from cunfang.airflow.stack import Live
from cunfang.intake import SETTLE_SECONDS
from cunfang.orders.load import OrderHead, orders_of
from cunfang.orders.paper import Step
from cunfang.orders.signing import due_step
from outside import REGION

PATIENCE = 300.0


class Office:
    """One county's offices, each user with a session of their own; use as a context manager."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.engine: Engine = create_engine(live.addresses.warehouse_url, poolclass=NullPool)
        self._sessions = ExitStack()
        self._clients: dict[str, Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sessions.close()
        self.today(None)

    def client(self, user: str = "engineer") -> Client:
        """The session of `user`."""
        if user not in self._clients:
            self._clients[user] = self._sessions.enter_context(self.live.client(user))
        return self._clients[user]

    def today(self, day: str | None) -> None:
        """Let the office's calendar show `day` from now on, or the real one again."""
        set_today(self.engine, None if day is None else date.fromisoformat(day))

    def take_in(self, feeds: Iterable[str]) -> None:
        """Have the new files of `feeds` taken in, and all that follows from them done."""
        # Runs that still wait for a first file of their feed may take it as well: what counts is that it is decided on.
        time.sleep(SETTLE_SECONDS + 0.5)
        runs = [self.client().trigger(f"ingest_{feed}", conf={"wait": False}) for feed in feeds]
        self.until(lambda: all(self._ended(run) for run in runs), f"taking in {feeds}")
        undecided = "SELECT count(*) FROM raw.submission_state WHERE status NOT IN ('accepted', 'rejected')"
        self.until(lambda: self.rows(undecided) == [(0,)], f"deciding on {feeds}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way any more but what waits for a file, a signature or a day."""
        self.until(lambda: self._quiet() and self._quiet(), "settling")

    def sign(self, order_no: str, approved: bool = True, days: Iterable[str] = ()) -> None:
        """Answer what the chain of `order_no` asks, each step by its signer, until nothing more is asked of it.

        `days`: the calendar after each signature, so that a window to object runs out.
        """
        calendar = iter(days)
        while (step := self._due(order_no)) is not None:
            self._answer(order_no, step, approved)
            if not approved:
                break
            if (day := next(calendar, None)) is not None:
                self.today(day)
        self.settle()

    def _answer(self, order_no: str, step: Step, approved: bool) -> None:
        self.until(lambda: self._asking(order_no) is not None, f"{order_no} to be put up for {step.title}")
        run = self._asking(order_no)
        assert run is not None
        self.client(step.by[0]).answer_approval("sign", run.run_id, "approve", approved, "年度演练")
        self.until(lambda: self._due(order_no) != step, f"{step.title} of {order_no} to be kept")

    def orders(self, period: str | None = None) -> list[OrderHead]:
        """The county's orders, the oldest first."""
        with self.engine.connect() as connection:
            return orders_of(connection, REGION, period)[::-1]

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What a question to the warehouse gives."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Wait for `done`; a run that failed, or too long a time, is an error that says what was waited for."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            # An evaluation that asks the office something fails until it is answered.
            failed = [one for one in self.client().dag_runs(state="failed") if one.dag_id != "evaluate"]
            assert not failed, f"while waiting for {what}: {[(one.dag_id, one.run_id) for one in failed]}"
            assert time.monotonic() < deadline, f"waited too long for {what}"
            time.sleep(1)

    def _due(self, order_no: str) -> Step | None:
        with self.engine.connect() as connection:
            return due_step(connection, order_no)

    def _asking(self, order_no: str) -> DagRun | None:
        """The run that waits for an answer about `order_no`."""
        return next(
            (
                run
                for run in self.client().dag_runs("sign", "running")
                if run.partition_key and run.partition_key.endswith(f"|{order_no}") and self.client().waits(run)
            ),
            None,
        )

    def _ended(self, run: DagRun) -> bool:
        return self.client().dag_run(run.dag_id, run.run_id).state in ("success", "failed")

    def _quiet(self) -> bool:
        moving = self.client().moving()
        unsent = self.rows("SELECT count(*) FROM ops.outbox WHERE sent_at IS NULL")[0][0]
        return not moving and not unsent
