"""Objections (异议): the banks' time to object to a provisional result, and what holds it up (S27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from cunfang.orders.paper import OrderError
from cunfang.workday import UnknownYearError


@dataclass(frozen=True)
class Objection:
    """One objection as it was registered last. `state`: `open`, `late`, `upheld` or `rejected`."""

    objection: str
    institution: str
    matter: str
    raised_on: date
    state: str
    answered_on: date | None
    answer: str

    @property
    def advice(self) -> str:
        """What is to be done about it, for the office."""
        match self.state:
            case "open":
                return "请核实后答复，并在异议登记中补填处理结果、答复日期和答复；答复之前不进入签批。"
            case "upheld":
                return "异议成立的，请由原报送单位更正报送：更正被接受后重新考核，新的指令取代本指令。"
            case "late":
                return "异议期满后提出，不影响签批；查实有误的，请更正报送，在下期补差。"
        return "已经答复，无须处理。"


@dataclass(frozen=True)
class Window:
    """The time to object to a paper: from the day its result went out to `closes_on`.

    `open_objections` were raised in time and have no outcome; late ones are listed and hold nothing up. `hold` is why
    the result may not become final today, in the words in which the database refuses the signature (empty: it may).
    """

    order_no: str
    opened_on: date | None
    closes_on: date | None
    hold: str
    objections: tuple[Objection, ...] = ()

    @property
    def open_objections(self) -> tuple[Objection, ...]:
        """Raised in time and not answered."""
        return self._in_state("open")

    @property
    def late(self) -> tuple[Objection, ...]:
        """Raised after the window and not answered."""
        return self._in_state("late")

    @property
    def upheld(self) -> tuple[Objection, ...]:
        """Found right: their answer is a correction through the feeds."""
        return self._in_state("upheld")

    def _in_state(self, state: str) -> tuple[Objection, ...]:
        return tuple(one for one in self.objections if one.state == state)

    @property
    def until(self) -> date:
        """The last day to object; OrderError before the result went out."""
        if self.closes_on is None:
            raise OrderError(f"指令 {self.order_no} 尚未复核，异议期没有开始")
        return self.closes_on

    @property
    def over(self) -> bool:
        """Whether the result may become final: the window has closed, and every objection raised in it is answered."""
        return not self.hold


def window(connection: Connection, order_no: str) -> Window:
    """The window of an order by the office's calendar; OrderError for no such order.

    UnknownYearError where the working calendar does not reach the closing day. An order whose rule book gives no days
    has a window that closes as it opens.
    """
    found = connection.execute(
        text("""
            SELECT w.*, coalesce(ops.objection_hold(w.order_id), '') AS hold
            FROM ops.objection_window AS w WHERE w.order_no = :order_no
        """),
        {"order_no": order_no},
    ).one_or_none()
    if found is None:
        raise OrderError(f"没有指令 {order_no}")
    if found.opened_on is not None and found.closes_on is None:
        raise UnknownYearError(found.hold)
    raised = connection.execute(text("SELECT * FROM ops.objections(:order_id)"), {"order_id": found.order_id})
    objections = tuple(Objection(**row) for row in raised.mappings())
    return Window(order_no, found.opened_on, found.closes_on, found.hold, objections)
