"""What `cunfang order` prints: orders in a list, one order whole, what tracking found; as tables or one JSON object."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection, text

from cunfang.delivery.orders import KINDS
from cunfang.delivery.transfers import Transfer, transfers
from cunfang.documents.words import percent, wan
from cunfang.money import fmt_yuan
from cunfang.orders.load import Event, Order, OrderHead, load_order, orders_of
from cunfang.orders.paper import STATES, OrderError
from cunfang.orders.signing import due_step
from cunfang.orders.track import Item, Tracked, reconciliation

_COLOURS = {"confirmed": "green", "overdue": "bold red", "returned": "yellow", "blocked": "yellow", "cancelled": "dim"}
_MOVES = {
    "acknowledged": "签收",
    "executed": "执行",
    "returned": "退回",
    "overdue": "逾期",
    "confirmed": "到位",
}


@dataclass(frozen=True)
class Progress:
    """How far an order's transfers are, in yuan; blocked and cancelled ones are not counted in the amounts."""

    legs: int
    overdue: int
    issued: Decimal
    executed: Decimal
    confirmed: Decimal
    due_on: date | None

    @property
    def ratio(self) -> Decimal | None:
        """到位率: confirmed by issued; None before anything was issued."""
        return self.confirmed / self.issued if self.issued else None


@dataclass(frozen=True)
class Listed:
    """An order in the list; `waits_for` is the signature that is due."""

    head: OrderHead
    progress: Progress
    waits_for: str


@dataclass(frozen=True)
class Shown:
    """One order whole, with its transfers by the banks' names and what receipts and balances do not agree on."""

    order: Order
    progress: Progress
    waits_for: str
    transfers: tuple[Transfer, ...]
    days_late: dict[str, int]
    items: tuple[Item, ...]


_PROGRESS = text("""
    SELECT
        g.order_no,
        count(*) AS legs,
        count(*) FILTER (WHERE g.status = 'overdue') AS overdue,
        sum(g.issued_amount) AS issued,
        sum(g.executed_amount) AS executed,
        sum(g.confirmed_amount) AS confirmed,
        max(g.due_on) FILTER (WHERE g.issued_amount > 0) AS due_on
    FROM ops.leg_progress AS g
    WHERE g.region = :region
    GROUP BY g.order_no
""")
_NONE = Progress(0, 0, Decimal(0), Decimal(0), Decimal(0), None)


def _progress(connection: Connection, region: str) -> dict[str, Progress]:
    rows = connection.execute(_PROGRESS, {"region": region}).mappings()
    return {row["order_no"]: Progress(**{k: v for k, v in row.items() if k != "order_no"}) for row in rows}


def listed(
    connection: Connection, region: str, period: str | None = None, state: str = "", *, open_only: bool = False
) -> list[Listed]:
    """The region's orders, newest first; OrderError for a state nobody knows."""
    wanted = {code for code, name in STATES.items() if state in (code, name)}
    if state and not wanted:
        raise OrderError(f"没有“{state}”这种状态；有：{'、'.join(STATES.values())}")
    progress = _progress(connection, region)
    return [
        Listed(head, progress.get(head.order_no, _NONE), _waits_for(connection, head.order_no))
        for head in orders_of(connection, region, period, open_only=open_only)
        if not wanted or head.standing in wanted
    ]


def shown(connection: Connection, order_no: str) -> Shown:
    """The order `order_no`; OrderError when there is none."""
    order = load_order(connection, order_no)
    region = order.head.region
    late = text("SELECT leg_code, days_late FROM ops.leg_progress WHERE order_no = :order_no AND days_late > 0")
    return Shown(
        order,
        _progress(connection, region).get(order_no, _NONE),
        _waits_for(connection, order_no),
        tuple(transfers(connection, region, order_no)),
        {row.leg_code: row.days_late for row in connection.execute(late, {"order_no": order_no})},
        tuple(item for item in reconciliation(connection, region) if item.order_no == order_no),
    )


def _waits_for(connection: Connection, order_no: str) -> str:
    step = due_step(connection, order_no)
    return "" if step is None else step.title


def _coloured(status: str) -> str:
    colour = _COLOURS.get(status)
    return f"[{colour}]{STATES[status]}[/]" if colour else STATES[status]


def _rate(progress: Progress) -> str:
    return "" if progress.ratio is None else percent(progress.ratio)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _progress_object(progress: Progress) -> dict[str, object]:
    ratio = None if progress.ratio is None else str(round(progress.ratio, 6))
    return {**asdict(progress), "confirmed_ratio": ratio}


def listing_json(found: list[Listed]) -> str:
    """The list as one object."""
    orders = [
        {**asdict(item.head), "waits_for": item.waits_for, "progress": _progress_object(item.progress)}
        for item in found
    ]
    return _as_json({"orders": orders})


def to_json(item: Shown) -> str:
    """The order as one object."""
    legs = [
        {**asdict(leg), "days_late": item.days_late.get(leg.leg_code, 0), "from_name": named.from_name,
         "to_name": named.to_name}
        for leg, named in zip(item.order.legs, _in_order(item), strict=True)
    ]  # fmt: skip
    return _as_json(
        {
            **asdict(item.order.head),
            "waits_for": item.waits_for,
            "progress": _progress_object(item.progress),
            "signatures": [asdict(one) for one in item.order.signatures],
            "legs": legs,
            "items": [asdict(one) for one in item.items],
            "events": [asdict(one) for one in item.order.events],
        }
    )


def _in_order(item: Shown) -> list[Transfer]:
    named = {leg.leg_code: leg for leg in item.transfers}
    return [named[leg.leg_code] for leg in item.order.legs]


def print_listing(found: list[Listed], console: Console) -> None:
    """One line for each order; amounts in 万元."""
    table = Table(title="调整指令")
    for heading in ("编号", "种类", "考核期", "状态", "轮到签批", "期限"):
        table.add_column(heading, no_wrap=True)
    for heading in ("应划（万元）", "到位（万元）", "到位率", "笔数", "逾期"):
        table.add_column(heading, justify="right", no_wrap=True)
    for item in found:
        head, done = item.head, item.progress
        table.add_row(
            head.order_no, KINDS[head.kind], head.period, _coloured(head.standing), escape(item.waits_for),
            str(done.due_on or ""), wan(done.issued), wan(done.confirmed), _rate(done), str(done.legs),
            f"[bold red]{done.overdue}[/]" if done.overdue else "0",
        )  # fmt: skip
    console.print(table if found else "没有指令", highlight=False)


def _cause(cause: str) -> str:
    """A paper's cause in words; a recall goes by its first ground, and its letter names them all (S21)."""
    kind, _, number = cause.partition(" ")
    return {"decision": f"取消资格：{number}", "warning": f"红色预警第 {number} 号"}.get(kind, cause)


def print_order(item: Shown, console: Console) -> None:
    """Head, signatures, transfers, what is open, and the history."""
    head, done = item.order.head, item.progress
    state = _coloured(head.standing)
    console.print(f"[bold]{head.order_no}[/]  {KINDS[head.kind]}  {head.period}  {state}", highlight=False)
    facts = (
        ("起因", _cause(head.cause)),
        ("取代", head.supersedes or ""),
        ("基准日", f"{head.base_date}，第 {head.round} 轮签批，{head.drafted_by} 拟定"),
        ("最近一次变动", f"{head.status_at:%Y-%m-%d %H:%M} {head.status_reason}"),
        ("轮到签批", item.waits_for),
        (
            "到位率",
            f"{_rate(done)}（到位 {fmt_yuan(done.confirmed)} / 应划 {fmt_yuan(done.issued)} 元）"
            if done.issued
            else "",
        ),
    )
    for name, fact in facts:
        if fact:
            console.print(f"{name}：{escape(fact)}", highlight=False)
    console.print(_signatures(item.order))
    console.print(_legs(item))
    for open_item in item.items:
        console.print(f"[yellow]{open_item.check_id}[/] {escape(open_item.message)}", highlight=False)
        console.print(f"    → {escape(open_item.advice)}", highlight=False, style="dim")
    console.print(events_table(item.order.events))


def _signatures(order: Order) -> Table:
    table = Table(title="签批")
    for heading in ("环节", "应签", "签批人", "结论", "时间", "意见"):
        table.add_column(heading)
    verdicts = {"approved": "同意", "rejected": "退回", None: ""}
    for one in order.signatures:
        when = f"{one.decided_at:%Y-%m-%d %H:%M}" if one.decided_at else ""
        by = "、".join(one.by) or "任一具名用户"
        table.add_row(one.title, by, one.approver or "", verdicts[one.verdict], when, escape(one.comment or ""))
    return table


def _legs(item: Shown) -> Table:
    table = Table(title="划转")
    for heading in ("编号", "划出", "划入", "资金"):
        table.add_column(heading)
    table.add_column("金额（元）", justify="right", no_wrap=True)
    for heading in ("状态", "期限", "执行、回单", "说明"):
        table.add_column(heading)
    head = item.order.head
    for leg, named in zip(item.order.legs, _in_order(item), strict=True):
        done = f"{leg.executed_at:%Y-%m-%d} {leg.reference or ''}" if leg.executed_at else ""
        late = f"迟 {item.days_late[leg.leg_code]} 个工作日" if leg.leg_code in item.days_late else ""
        excused = "免计逾期" if leg.excused else ""
        # Of a recall the reason says what waits for its maturity.
        scheduled = head.kind == "adjustment" and leg.available_from > head.base_date
        waits = f"{leg.available_from} 起可划" if scheduled else ""
        notes = (leg.reason, leg.status_reason or "", waits, late, excused)
        table.add_row(
            leg.leg_code.removeprefix(f"{item.order.head.order_no}-"), f"{named.from_name} {named.from_tail}",
            f"{named.to_name} {named.to_tail}", f"{named.owner}·{named.category}", fmt_yuan(leg.amount),
            _coloured(leg.status), str(leg.due_on or ""), escape(done), escape("；".join(filter(None, notes))),
        )  # fmt: skip
    return table


def events_table(events: tuple[Event, ...]) -> Table:
    """The history in words: when, what, who, why."""
    table = Table(title="经过")
    for heading in ("时间", "事项", "变为", "经办", "说明"):
        table.add_column(heading)
    for one in events:
        what = one.leg_code or "指令"
        table.add_row(
            f"{one.happened_at:%Y-%m-%d %H:%M}", what, _coloured(one.status), escape(one.actor), escape(one.reason)
        )
    return table


def print_tracked(found: Tracked, console: Console) -> None:
    """The transfers that moved, and what is open."""
    for move, name in _MOVES.items():
        codes: tuple[str, ...] = getattr(found, move)
        if codes:
            console.print(f"{name} {len(codes)} 笔：{'、'.join(codes)}", highlight=False)
    if not found.moved:
        console.print("没有划转变动", highlight=False)
    for item in found.items:
        console.print(f"[yellow]{item.check_id}[/] {escape(item.message)}", highlight=False)
        console.print(f"    → {escape(item.advice)}", highlight=False, style="dim")


def tracked_json(found: Tracked) -> str:
    """The same as one object."""
    return _as_json(asdict(found))
