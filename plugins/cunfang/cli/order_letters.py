"""Signatures and issues given at a terminal, with what the DAGs say and do after them: the same rules and letters."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.delivery.announce import announce_result
from cunfang.delivery.correction import announce_correction, announce_reviewed
from cunfang.delivery.orders import (
    announce_drift,
    announce_due,
    announce_issue,
    announce_provisional,
    announce_returned,
)
from cunfang.delivery.recall import announce_proposal, announce_recall
from cunfang.documents.workbook import result_workbook
from cunfang.orders.correction import recorded, take_up
from cunfang.orders.issue import Issued, issue_within
from cunfang.orders.load import OrderHead, load_order
from cunfang.orders.objection import window
from cunfang.orders.paper import SYSTEM, Step
from cunfang.orders.recall import redraft
from cunfang.orders.signing import due_step, sign
from cunfang.region import load_region


def sign_and_tell(
    connection: Connection, order_no: str, *, approved: bool, actor: str, comment: str
) -> tuple[str, Step | None]:
    """Keep a signature and write to whom it concerns; the paper's state and the signature that is due next.

    SignOffError also while banks may still object, or an objection has no answer: the result does not become final
    before (S27).
    """
    status = sign(connection, order_no, approved=approved, actor=actor, comment=comment)
    order, following = load_order(connection, order_no), due_step(connection, order_no)
    if status == "returned":
        announce_returned(connection, order)
    elif following is not None:
        announce_due(connection, order.head, following, order.head.status_at.date())
        if following.brings == "signed":
            _tell_provisional(connection, order.head)
    return status, following


def redraft_and_tell(connection: Connection, order_no: str, actor: str) -> str | None:
    """Lay a recall out anew from today's balances and write to its signers; None where nothing is left to recall."""
    anew = redraft(connection, order_no, actor)
    if anew is not None:
        announce_proposal(connection, anew)
    return anew


def _tell_provisional(connection: Connection, head: OrderHead) -> None:
    if head.run_id is None:
        return
    until = window(connection, head.order_no).until
    if head.kind == "true_up":
        announce_reviewed(connection, head.run_id, until)
    else:
        announce_provisional(connection, head, until)


def issue_and_tell(connection: Connection, order_no: str, actor: str) -> tuple[Issued, str | None]:
    """Issue an order and write to banks and office, or tell the office what drifted; all or nothing.

    With it the recall that was laid out anew in place of one that drifted.
    """
    issued, anew = issue_within(connection, order_no, actor), None
    order = load_order(connection, order_no)
    head = order.head
    if issued.drifts:
        announce_drift(connection, order, issued.drifts)
        if head.kind == "recall":
            anew = redraft_and_tell(connection, order_no, SYSTEM)
    elif head.kind == "recall":
        announce_recall(connection, order_no)
    elif head.run_id is not None:
        recipients, book = load_region(head.region).recipients, result_workbook(connection, head.run_id)
        if head.kind == "adjustment":
            announce_result(connection, head.run_id, recipients, book)
        if recorded(connection, head.run_id) is not None:
            announce_correction(connection, head.run_id, recipients, book)
        announce_issue(connection, head)
        take_up(connection, head.region)
    return issued, anew
