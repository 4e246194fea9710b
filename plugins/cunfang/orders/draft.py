"""Lay out an order: its transfers, who is to sign it, and its first state, in the caller's transaction (S12, S26)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from cunfang.orders.paper import LETTERS, SYSTEM, Kind, Leg, OrderError, Paper, Terms, write_event
from cunfang.region import SignOff, load_region
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows

OPEN = ("draft", "reviewed", "signed", "returned")
LEG_COLUMNS = ("order_id", "leg_no", "leg_code", "from_institution", "to_institution", "from_account", "to_account",
               "owner", "fund_category", "amount", "available_from", "base_balance", "blocked", "reason")  # fmt: skip


def draft_adjustment(connection: Connection, run_id: int) -> str:
    """The number of the order that carries out `run_id`, with the run's transfers; the same one when drafted before.

    A paper of the region and period that was not issued is cancelled, and what was issued for them is superseded.
    OrderError for a run that is no draft.
    """
    # Two who draft it at once: the second finds the first one's.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.draft'), :run_id)"), {"run_id": run_id})
    known = connection.scalar(
        text("SELECT order_no FROM ops.transfer_order WHERE run_id = :run_id AND kind = 'adjustment'"),
        {"run_id": run_id},
    )
    if known is not None:
        return str(known)
    paper = paper_for_run(connection, run_id, "adjustment")
    found = rows(connection, "orders/draft_legs.sql", {"run_id": run_id})
    order_no = lay_out(connection, paper, [Leg(**leg) for leg in found], load_region(paper.region).sign_offs)
    cancel_unissued(connection, paper.region, paper.period, order_no)
    return order_no


def paper_for_run(connection: Connection, run_id: int, kind: Kind) -> Paper:
    """The paper of a run, with the terms of its rule book; OrderError for a run that is on trial or decided already."""
    run = connection.execute(
        text("""
            SELECT r.region, r.period, r.as_of, r.status, r.purpose, k.*, (
                SELECT p.order_id FROM ops.order_paper AS p
                WHERE
                    p.region = r.region AND p.period = r.period AND p.kind = 'adjustment' AND p.status = 'issued'
                ORDER BY p.order_id DESC LIMIT 1
            ) AS standing
            FROM eval.run_state AS r
            INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
            WHERE r.run_id = :run_id
        """),
        {"run_id": run_id},
    ).one_or_none()
    # What was signed as an order and overtaken by a later quarter is made good by a true-up of the same run.
    able = ("draft", "approved") if kind == "true_up" else ("draft",)
    if run is None or run.status not in able or run.purpose != "official":
        state = "不存在" if run is None else f"的现状是 {run.status}（{run.purpose}）"
        raise OrderError(f"考核批次 {run_id} {state}，不能拟定调整指令")
    return Paper(
        region=run.region,
        period=run.period,
        kind=kind,
        base_date=run.as_of,
        terms=Terms(run.max_drift, run.execute_workdays, run.issue_workdays, run.objection_workdays),
        run_id=run_id,
        supersedes=run.standing if kind == "adjustment" else None,
    )


def lay_out(connection: Connection, paper: Paper, legs: Sequence[Leg], steps: Sequence[SignOff]) -> str:
    """Write a paper with its transfers and signatures to come, as a draft; its number `地区-考核期-T01`."""
    # Numbers are counted, so one at a time.
    lock = text("SELECT pg_advisory_xact_lock(hashtext('cunfang.order'), hashtext(:region))")
    connection.execute(lock, {"region": paper.region})
    order_no = _number(connection, paper)
    order_id = connection.execute(
        text("""
            INSERT INTO ops.transfer_order (
                order_no, region, period, kind, run_id, supersedes, institution, cause, base_date, max_drift,
                execute_workdays, issue_workdays, objection_workdays, drafted_by
            )
            VALUES (
                :order_no, :region, :period, :kind, :run_id, :supersedes, :institution, :cause, :base_date, :max_drift,
                :execute_workdays, :issue_workdays, :objection_workdays, :drafted_by
            )
            RETURNING order_id
        """),
        {**_head(paper), "order_no": order_no},
    ).scalar_one()
    copy_rows(
        connection,
        "ops.transfer_leg",
        LEG_COLUMNS,
        ((order_id, number, f"{order_no}-L{number:03}", *_fields(leg)) for number, leg in enumerate(legs, start=1)),
    )
    for number, step in enumerate(steps, start=1):
        connection.execute(
            text("INSERT INTO ops.sign_step VALUES (:order_id, :step_no, :brings, :title, :by)"),
            {"order_id": order_id, "step_no": number, "brings": step.brings, "title": step.title, "by": list(step.by)},
        )
    write_event(connection, order_id, "draft", paper.drafted_by)
    return order_no


def _head(paper: Paper) -> dict[str, object]:
    head = {name: getattr(paper, name) for name in paper.__dataclass_fields__ if name != "terms"}
    return head | {name: getattr(paper.terms, name) for name in paper.terms.__dataclass_fields__}


def _fields(leg: Leg) -> tuple[object, ...]:
    return tuple(getattr(leg, name) for name in LEG_COLUMNS[3:])


def _number(connection: Connection, paper: Paper) -> str:
    counted = text("""
        SELECT count(*) FROM ops.transfer_order WHERE region = :region AND period = :period AND kind = :kind
    """)
    place = {"region": paper.region, "period": paper.period, "kind": paper.kind}
    earlier = connection.execute(counted, place).scalar_one()
    return f"{paper.region}-{paper.period.replace('-', '')}-{LETTERS[paper.kind]}{earlier + 1:02}"


def cancel_unissued(connection: Connection, region: str, period: str, by: str) -> list[str]:
    """Cancel the region's papers up to `period` that were not issued, as superseded by order `by`.

    Recalls stay, and so do true-ups of earlier quarters: they do not rest on the balances of then.
    """
    older = connection.execute(
        text("""
            SELECT order_id, order_no FROM ops.order_paper
            WHERE
                region = :region AND order_no <> :by AND status = ANY(:open)
                AND (kind = 'adjustment' AND period <= :period OR kind = 'true_up' AND period = :period)
            ORDER BY order_id
        """),
        {"region": region, "period": period, "by": by, "open": list(OPEN)},
    ).all()
    for paper in older:
        write_event(connection, paper.order_id, "cancelled", SYSTEM, f"被 {by} 取代")
    return [paper.order_no for paper in older]
