"""Signatures of an order, one step after another (S26); the database holds who may sign, the order, and four eyes."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cunfang.evaluation.official import SignOffError, advance
from cunfang.orders.paper import Step, paper_of, refused_as, write_event


def due_step(connection: Connection, order_no: str) -> Step | None:
    """The signature that the order waits for; None when its chain is through, or it is not in the chain any more."""
    row = connection.execute(
        text("""
            SELECT s.step_no, p.round, s.status, s.title, s.signers
            FROM ops.order_paper AS p
            INNER JOIN ops.sign_step AS s ON p.order_id = s.order_id
            WHERE
                p.order_no = :order_no AND p.status IN ('draft', 'reviewed', 'signed')
                AND NOT EXISTS (
                    SELECT FROM ops.approval AS a
                    WHERE
                        a.order_id = s.order_id AND a.step_no = s.step_no AND a.round = p.round
                        AND a.verdict = 'approved'
                )
            ORDER BY s.step_no
            LIMIT 1
        """),
        {"order_no": order_no},
    ).one_or_none()
    return None if row is None else Step(row.step_no, row.round, row.status, row.title, tuple(row.signers))


def sign(
    connection: Connection, order_no: str, *, approved: bool, actor: str, comment: str = "", step: Step | None = None
) -> str:
    """Keep the verdict of `actor` on the due step; the paper's state after it: a refusal returns it to the office.

    `step`: the step that was asked about, so that the same answer given twice counts once and none counts for another
    step. SignOffError says why a signature is refused: not this one's turn, not a signer, not a second person; of the
    step that makes the result final also while banks may still object, or an objection has no answer (S27).
    """
    paper = paper_of(connection, order_no, lock=True)
    due = due_step(connection, order_no)
    if step is not None and _signed_so(connection, paper.order_id, step, approved, actor):
        return str(paper.status)
    if due is None or (step is not None and (step.step_no, step.round) != (due.step_no, due.round)):
        raise SignOffError(f"指令 {order_no} 的现状是 {paper.status}，这一环节不再待签")
    approval = text("""
        INSERT INTO ops.approval (run_id, verdict, approver, comment, decided_at, order_id, step_no, round)
        VALUES (:run_id, :verdict, :approver, :comment, ops.moment(), :order_id, :step_no, :round)
    """)
    values = {"run_id": paper.run_id, "verdict": "approved" if approved else "rejected", "approver": actor}
    place = {"order_id": paper.order_id, "step_no": due.step_no, "round": due.round, "comment": comment}
    with refused_as(SignOffError):
        connection.execute(approval, {**values, **place})
    if not approved:
        write_event(connection, paper.order_id, "returned", actor, comment)
    elif due.brings != "issued" and _last_of_its_kind(connection, order_no, due):
        write_event(connection, paper.order_id, due.brings, actor, comment)
        if due.brings == "signed" and paper.run_id is not None:
            advance(connection, paper.run_id, "draft", "approved", actor, comment)
    return str(paper_of(connection, order_no).status)


def _last_of_its_kind(connection: Connection, order_no: str, given: Step) -> bool:
    """Whether no other signature is due that brings the same state; issuing itself waits for the balances."""
    following = due_step(connection, order_no)
    return following is None or following.brings != given.brings


def _signed_so(connection: Connection, order_id: int, step: Step, approved: bool, actor: str) -> bool:
    given = text("""
        SELECT FROM ops.approval
        WHERE
            order_id = :order_id AND step_no = :step_no AND round = :round AND approver = :actor AND verdict = :verdict
    """)
    verdict = "approved" if approved else "rejected"
    asked = {"order_id": order_id, "step_no": step.step_no, "round": step.round, "actor": actor, "verdict": verdict}
    return connection.execute(given, asked).one_or_none() is not None


def submit(connection: Connection, order_no: str, actor: str, reason: str) -> None:
    """Put a returned paper up for signature anew, from the first step; a draft stays as it is. MoveError else."""
    paper = paper_of(connection, order_no, lock=True)
    if paper.status != "draft":
        write_event(connection, paper.order_id, "draft", actor, reason)


def cancel(connection: Connection, order_no: str, actor: str, reason: str) -> None:
    """Take back a paper that was not issued; its run, if it was not approved, is rejected. MoveError else."""
    paper = paper_of(connection, order_no, lock=True)
    if paper.status == "cancelled":
        return
    write_event(connection, paper.order_id, "cancelled", actor, reason)
    status = text("SELECT status FROM eval.run_state WHERE run_id = :run_id")
    if connection.scalar(status, {"run_id": paper.run_id}) == "draft":
        advance(connection, paper.run_id, "draft", "rejected", actor, reason)
