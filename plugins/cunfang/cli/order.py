"""`cunfang order`: orders listed and shown, and what the office does with one: sign, issue, follow, take back (S13)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cunfang.cli.options import Exit, JsonOption, OptionalPeriod, RegionOption, console, fail

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="调整指令：查看、签批、下达、登记各笔划转、催办。Orders: list, show, sign, issue, follow.",
)

DatabaseOption = Annotated[str, typer.Option("--database", metavar="URL", help="数据仓库；默认取自环境或本机 make run")]
OrderArgument = Annotated[str, typer.Argument(metavar="ORDER_NO", help="指令编号，如 420922-2025Q4-T01")]
LegArgument = Annotated[str, typer.Argument(metavar="LEG_CODE", help="划转编号，如 420922-2025Q4-T01-L001")]
ActorOption = Annotated[str, typer.Option("--actor", help="经办人的用户名或岗位，记入审计链")]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由，记入审计链")]


@contextmanager
def opened(database: str) -> Iterator[Connection]:
    """A transaction on the warehouse; a refusal undoes it and is said in one line, with exit code 2."""
    from cunfang.cli.warehouse import WarehouseError, warehouse_url
    from cunfang.evaluation.official import SignOffError
    from cunfang.orders.paper import OrderError, in_words
    from cunfang.warehouse import engine
    from cunfang.warehouse.publish import PublishError
    from cunfang.workday import UnknownYearError

    try:
        with nullcontext(database) if database else warehouse_url() as url:
            try:
                with engine(url).begin() as connection:
                    yield connection
            finally:
                engine(url).dispose()
    except (OrderError, SignOffError, PublishError, WarehouseError, UnknownYearError) as error:
        fail(escape(in_words(str(error))), Exit.USAGE)


@app.command(name="list")
def list_(
    region: RegionOption,
    period: OptionalPeriod = None,
    state: Annotated[str, typer.Option(help="只列这种状态的，如 逾期 或 overdue")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="不列已到位和已撤销的")] = False,
    database: DatabaseOption = "",
    json: JsonOption = False,
) -> None:
    """列出一个地区的指令：状态、轮到谁签、应划与到位金额、到位率、逾期笔数；新的在前。"""
    from cunfang.cli.order_tables import listed, listing_json, print_listing

    with opened(database) as connection:
        found = listed(connection, region, str(period) if period else None, state, open_only=open_only)
    if json:
        sys.stdout.write(listing_json(found) + "\n")
    else:
        print_listing(found, console())


@app.command()
def show(order_no: OrderArgument, database: DatabaseOption = "", json: JsonOption = False) -> None:
    """查看一份指令：签批环节与签批人，每笔划转的状态、期限、回单，与余额未核对上的事项，全部经过。"""
    from cunfang.cli.order_tables import print_order, shown, to_json

    with opened(database) as connection:
        order = shown(connection, order_no)
    if json:
        sys.stdout.write(to_json(order) + "\n")
    else:
        print_order(order, console())


@app.command()
def sign(
    order_no: OrderArgument,
    actor: ActorOption,
    approve: Annotated[bool, typer.Option("--approve/--return", help="同意，或退回拟稿")],
    comment: Annotated[str, typer.Option(help="意见；退回时须写明")] = "",
    database: DatabaseOption = "",
) -> None:
    """签批轮到的环节（不用 Airflow 的地方）：规则相同，拟定人不能签，前后环节不得为同一人，异议期满才能签批。"""
    from cunfang.cli.order_letters import sign_and_tell

    if not approve and not comment:
        fail("退回须用 --comment 写明意见", Exit.USAGE)
    with opened(database) as connection:
        status, following = sign_and_tell(connection, order_no, approved=approve, actor=actor, comment=comment)
        _publish(connection, order_no)
    then = f"下一环节：{following.title}（{'、'.join(following.by) or '任一具名用户'}）" if following else ""
    _say(order_no, status, then or ("签批齐备，可以下达：cunfang order issue" if status == "signed" else ""))


@app.command()
def submit(order_no: OrderArgument, actor: ActorOption, reason: ReasonOption, database: DatabaseOption = "") -> None:
    """把退回的指令重新提交签批，自第一环节起；提交人不能再签。"""
    from cunfang.orders.signing import submit as put_up

    with opened(database) as connection:
        put_up(connection, order_no, actor, reason)
        _publish(connection, order_no)
    _say(order_no, "draft", "自第一环节起重新签批")


@app.command()
def redraft(order_no: OrderArgument, actor: ActorOption, database: DatabaseOption = "") -> None:
    """把尚未下达的一份收回按现在的余额重新拟定：原件撤销，新件自第一环节起签批；重新拟定的人不能签。"""
    from cunfang.cli.order_letters import redraft_and_tell

    with opened(database) as connection:
        anew = redraft_and_tell(connection, order_no, actor)
        _publish(connection, order_no)
    _say(order_no, "cancelled", _anew(anew))


@app.command()
def issue(order_no: OrderArgument, actor: ActorOption, database: DatabaseOption = "") -> None:
    """下达签批齐备的指令并公布结果；余额变动过大的退回拟稿，一笔也不下达（退出码 3）。"""
    from cunfang.cli.order_letters import issue_and_tell
    from cunfang.orders.load import load_order

    with opened(database) as connection:
        issued, anew = issue_and_tell(connection, order_no, actor)
        order = load_order(connection, order_no)
        _publish(connection, order_no)
    for drift in issued.drifts:
        console().print(f"[yellow]{escape(drift.reason)}[/]", highlight=False)
    if issued.drifts:
        if order.head.kind == "recall":
            fail(f"收回 {order_no} 没有下达，已撤销：{_anew(anew)}", Exit.STOPPED)
        then = "余额报错的，更正后重新报送、重新考核；余额恢复后，自第一环节起重新签批；不再办理的，撤销（cancel）"
        fail(f"指令 {order_no} 没有下达，退回拟稿：{then}", Exit.STOPPED)
    _say(order_no, "issued", f"{sum(1 for leg in order.legs if leg.issued_at)} 笔划转，给各行的信已待发")


@app.command()
def acknowledge(leg_code: LegArgument, actor: ActorOption, reason: ReasonOption, database: DatabaseOption = "") -> None:
    """登记银行已签收一笔划转（没有银行回报文件时）。"""
    _move(database, leg_code, "acknowledged", actor, reason)


@app.command()
def execute(
    leg_code: LegArgument,
    actor: ActorOption,
    on: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], help="执行时间")
    ],
    reference: Annotated[str, typer.Option(help="回单编号")] = "",
    reason: ReasonOption = "",
    database: DatabaseOption = "",
) -> None:
    """登记一笔划转已执行（没有银行回报文件时）；没有回单编号的须写明理由。"""
    if not (reference or reason):
        fail("没有回单编号（--reference）的，须用 --reason 写明凭什么登记", Exit.USAGE)
    _move(database, leg_code, "executed", actor, reason, executed_at=on, reference=reference)


@app.command(name="return")
def return_(leg_code: LegArgument, actor: ActorOption, reason: ReasonOption, database: DatabaseOption = "") -> None:
    """登记银行办不成、退回的一笔划转。"""
    _move(database, leg_code, "returned", actor, reason)


@app.command()
def reissue(leg_code: LegArgument, actor: ActorOption, reason: ReasonOption, database: DatabaseOption = "") -> None:
    """把退回的一笔划转重新下达：期限自今天起重新计算。"""
    from cunfang.orders.load import load_order
    from cunfang.orders.paper import paper_of
    from cunfang.warehouse.calendar import due_date, today

    with opened(database) as connection:
        order_no = _order_of(connection, leg_code)
        leg = next(item for item in load_order(connection, order_no).legs if item.leg_code == leg_code)
        terms = paper_of(connection, order_no)
        due_on = due_date(connection, max(today(connection), leg.available_from), terms.execute_workdays)
    _move(database, leg_code, "issued", actor, reason, due_on=due_on)


@app.command()
def confirm(leg_code: LegArgument, actor: ActorOption, reason: ReasonOption, database: DatabaseOption = "") -> None:
    """登记一笔已执行的划转到位（余额报送不能核对、由人核实的）。"""
    _move(database, leg_code, "confirmed", actor, reason)


@app.command()
def cancel(
    code: Annotated[str, typer.Argument(metavar="ORDER_NO|LEG_CODE", help="未下达的指令，或已下达的一笔划转")],
    actor: ActorOption,
    reason: ReasonOption,
    database: DatabaseOption = "",
) -> None:
    """撤销未下达的一份指令，或已下达而未执行的一笔划转。"""
    from cunfang.orders.signing import cancel as take_back

    if "-L" in code:
        _move(database, code, "cancelled", actor, reason)
        return
    with opened(database) as connection:
        take_back(connection, code, actor, reason)
        _publish(connection, code)
    _say(code, "cancelled")


@app.command()
def track(region: RegionOption, database: DatabaseOption = "", json: JsonOption = False) -> None:
    """按已接受的银行回报和余额推进各笔划转，列出没有核对上的事项；再做一次不变。"""
    from cunfang.cli.order_tables import print_tracked, tracked_json
    from cunfang.delivery.following import announce_items, announce_returned_legs
    from cunfang.orders.track import track as follow

    with opened(database) as connection:
        found = follow(connection, region)
        announce_returned_legs(connection, region, found.returned)
        announce_items(connection, region, found.items)
    if json:
        sys.stdout.write(tracked_json(found) + "\n")
    else:
        print_tracked(found, console())


@app.command()
def chase(region: RegionOption, database: DatabaseOption = "") -> None:
    """催办：给逾期的和没有回报签收的银行写信，放入待发；同一天只写一次。"""
    from cunfang.delivery.following import chase_overdue, chase_unacknowledged
    from cunfang.orders.track import overdue
    from cunfang.warehouse.calendar import today

    with opened(database) as connection:
        day = today(connection)
        late = overdue(connection, region)
        sent = chase_overdue(connection, region, day) + chase_unacknowledged(connection, region, day)
    for leg in late:
        excused = "，因办公室下达迟延不计" if leg.excused else ""
        line = f"{leg.leg_code} {leg.institution} {leg.amount:,.2f} 元，期限 {leg.due_on}，迟 {leg.days_late} 个工作日"
        console().print(line + excused, highlight=False, markup=False)
    console().print(f"逾期 {len(late)} 笔；待发 {sent} 封", highlight=False)


def _move(
    database: str,
    leg_code: str,
    status: str,
    actor: str,
    reason: str,
    *,
    executed_at: datetime | None = None,
    reference: str = "",
    due_on: date | None = None,
) -> None:
    from cunfang.delivery.following import BY_HAND, announce_by_hand
    from cunfang.orders.life import move_leg
    from cunfang.orders.paper import paper_of

    if not reason.strip() and not reference:
        fail("须用 --reason 写明理由", Exit.USAGE)
    with opened(database) as connection:
        moved = move_leg(
            connection, leg_code, status,
            actor=actor, reason=reason, executed_at=executed_at, reference=reference, due_on=due_on,
        )  # fmt: skip
        order_no = _order_of(connection, leg_code)
        if moved and status in BY_HAND:
            announce_by_hand(connection, str(paper_of(connection, order_no).region), leg_code)
        _publish(connection, order_no)
    _say(leg_code, status, "" if moved else "原来就是如此，没有变动")


def _anew(order_no: str | None) -> str:
    return f"按现在的余额重新拟定为 {order_no}，自第一环节起签批" if order_no else "该行已没有可以收回的余额"


def _order_of(connection: Connection, leg_code: str) -> str:
    from sqlalchemy import text

    from cunfang.orders.paper import OrderError

    found = connection.scalar(
        text("SELECT order_no FROM ops.leg_state WHERE leg_code = :leg_code"), {"leg_code": leg_code}
    )
    if found is None:
        raise OrderError(f"没有编号为 {leg_code} 的划转")
    return str(found)


def _publish(connection: Connection, order_no: str) -> None:
    """BI sees the orders as they stand, in the same transaction."""
    from cunfang.orders.paper import paper_of
    from cunfang.warehouse.publish import publish_orders

    publish_orders(connection, str(paper_of(connection, order_no).region))


def _say(code: str, status: str, then: str = "") -> None:
    from cunfang.orders.paper import STATES

    console().print(f"{code} {STATES[status]}{'；' + then if then else ''}", highlight=False, markup=False)
