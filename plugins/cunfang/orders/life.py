"""Single moves of a transfer after its order was issued: by a receipt, or by a named person with a reason (S13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, text

from cunfang.orders.paper import MoveError, OrderError, refused_as, take_turn
from cunfang.warehouse.sql import rows


def move_leg(
    connection: Connection,
    leg_code: str,
    status: str,
    *,
    actor: str,
    reason: str = "",
    executed_at: datetime | None = None,
    reference: str = "",
    submission_id: int | None = None,
    record_no: int | None = None,
    due_on: date | None = None,
) -> bool:
    """Move transfer `leg_code` to `status`; False when it stands there already.

    `due_on` goes with `issued` (a returned transfer given out anew), `executed_at` with `executed`. OrderError for a
    code nobody gave out, MoveError for a move that is not allowed, or where the paying account does not cover what is
    given out anew.
    """
    if status == "issued":
        _in_turn(connection, leg_code)
    mine = text("SELECT order_id, leg_no FROM ops.transfer_leg WHERE leg_code = :code FOR UPDATE")
    place = connection.execute(mine, {"code": leg_code}).one_or_none()
    if place is None:
        raise OrderError(f"没有编号为 {leg_code} 的划转")
    status_now = text("SELECT status FROM ops.leg_state WHERE leg_code = :code")
    standing = connection.execute(status_now, {"code": leg_code}).scalar_one()
    if standing == status:
        return False
    if (standing, status) == ("returned", "issued"):
        _covered(connection, leg_code)
    event = text("""
        INSERT INTO ops.leg_event (
            order_id, leg_no, status, actor, reason, due_on, executed_at, reference, submission_id, record_no
        )
        VALUES (
            :order_id, :leg_no, :status, :actor, :reason, :due_on, :executed_at, :reference, :submission_id, :record_no
        )
    """)
    values = {"status": status, "actor": actor, "reason": reason, "due_on": due_on, "executed_at": executed_at}
    evidence = {"reference": reference, "submission_id": submission_id, "record_no": record_no}
    with refused_as(MoveError):
        connection.execute(event, {"order_id": place.order_id, "leg_no": place.leg_no, **values, **evidence})
    return True


def _in_turn(connection: Connection, leg_code: str) -> None:
    """No other order of the region takes the same money meanwhile."""
    region = connection.scalar(text("SELECT region FROM ops.leg_state WHERE leg_code = :code"), {"code": leg_code})
    if region is not None:
        take_turn(connection, region)


def _covered(connection: Connection, leg_code: str) -> None:
    for lack in rows(connection, "orders/reissue_cover.sql", {"leg_code": leg_code}):
        taken = f"，其中 {lack['committed']:,.2f} 元由其他已下达的划转划出、尚未执行" if lack["committed"] else ""
        raise MoveError(
            f"账户 {lack['account']} 在 {lack['as_of']} 的余额 {lack['balance']:,.2f} 元{taken}，"
            f"不足划转 {lack['ordered']:,.2f} 元，{leg_code} 不能重新下达；"
            "余额报错的请更正后再办，钱已另有安排的请撤销这一笔"
        )
