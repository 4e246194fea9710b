"""What becomes of the papers of a quarter that a decision waives: those not issued are cancelled (S14)."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cunfang.evaluation.waiver import Waiver
from cunfang.orders.paper import SYSTEM, write_event


def withdraw(connection: Connection, waiver: Waiver) -> list[str]:
    """Cancel the quarter's adjustments and true-ups that were not issued; their numbers. Recalls stay."""
    unissued = connection.execute(
        text("""
            SELECT order_id, order_no FROM ops.order_paper
            WHERE
                region = :region AND period = :period AND kind <> 'recall'
                AND status IN ('draft', 'reviewed', 'signed', 'returned')
            ORDER BY order_id
        """),
        {"region": waiver.region, "period": str(waiver.period)},
    ).all()
    for paper in unissued:
        write_event(connection, paper.order_id, "cancelled", SYSTEM, _reason(waiver))
    return [str(paper.order_no) for paper in unissued]


def withdrawn(connection: Connection, waiver: Waiver) -> list[str]:
    """The numbers of the papers that were cancelled for this waiver, now or before."""
    found = text("""
        SELECT order_no FROM ops.order_paper
        WHERE region = :region AND period = :period AND status = 'cancelled' AND status_reason = :reason
        ORDER BY order_id
    """)
    place = {"region": waiver.region, "period": str(waiver.period), "reason": _reason(waiver)}
    return list(connection.scalars(found, place))


def _reason(waiver: Waiver) -> str:
    return f"决定 {waiver.decision} 暂停本期考核"
