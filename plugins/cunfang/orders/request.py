"""What is put up for signature: one request per step at a time, and those that wait or were lost on the way (S26)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from cunfang.orders.paper import SYSTEM, OrderError, Step, paper_of
from cunfang.orders.signing import due_step
from cunfang.warehouse.sql import rows

Alive = Callable[[str], bool]
"""Whether the run of that name still asks."""


class AskedAlreadyError(OrderError):
    """Another run asks for the same signature; the message names it."""


@dataclass(frozen=True)
class Waiting:
    """A paper that is not issued yet. `step` is None once its chain is through; `since` is when it came that far.

    `dag_run`: who asked for the step last. `sent_back`: its balances had moved when it was to be issued.
    """

    order_id: int
    region: str
    period: str
    order_no: str
    kind: str
    step: Step | None
    dag_run: str | None
    since: date
    sent_back: bool


def put_up(connection: Connection, order_no: str, dag_run: str, alive: Alive) -> Step | None:
    """The step that `dag_run` is to ask for; None where nothing is due. AskedAlreadyError while another run asks."""
    paper = paper_of(connection, order_no, lock=True)
    step = due_step(connection, order_no)
    if step is None:
        return None
    place = {"order_id": paper.order_id, "step_no": step.step_no, "round": step.round}
    latest = text("""
        SELECT dag_run FROM ops.sign_request
        WHERE order_id = :order_id AND step_no = :step_no AND round = :round
        ORDER BY request_id DESC LIMIT 1
    """)
    earlier = connection.scalar(latest, place)
    if earlier == dag_run:
        return step
    if earlier is not None and alive(earlier):
        raise AskedAlreadyError(f"指令 {order_no} 的“{step.title}”已由运行 {earlier} 提请，等待签批")
    request = text("""
        INSERT INTO ops.sign_request (order_id, step_no, round, dag_run) VALUES (:order_id, :step_no, :round, :dag_run)
    """)
    connection.execute(request, {**place, "dag_run": dag_run})
    return step


def waiting(connection: Connection) -> list[Waiting]:
    """All papers between draft and issue, in every region, oldest first."""
    return [
        Waiting(
            order_id=row["order_id"],
            region=row["region"],
            period=row["period"],
            order_no=row["order_no"],
            kind=row["kind"],
            step=_step(row) if row["step_no"] is not None else None,
            dag_run=row["dag_run"],
            since=row["since"],
            sent_back=row["sent_back"],
        )
        for row in rows(connection, "orders/waiting.sql", {"system": SYSTEM})
    ]


def lost(connection: Connection, alive: Alive) -> list[Waiting]:
    """Papers that nobody asks about although a signature, or the issue, is due: a run was lost on the way.

    One that the issue sent back waits until its balances agree again: to sign it before would only bring it back.
    """
    return [
        paper
        for paper in waiting(connection)
        if paper.step is None
        or (
            (paper.dag_run is None or not alive(paper.dag_run))
            and not (paper.sent_back and rows(connection, "orders/drift.sql", {"order_id": paper.order_id}))
        )
    ]


def _step(row: Mapping[str, Any]) -> Step:
    return Step(row["step_no"], row["round"], row["brings"], row["title"], tuple(row["signers"]))
