"""`cunfang audit`: whether the audit chain still holds, and the history of an order as the chain has it (design §8)."""

from __future__ import annotations

import json as jsons
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cunfang.cli.options import Exit, JsonOption, console, fail
from cunfang.cli.order import DatabaseOption, opened

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="审计链：核验没有被删改，查看一份指令的留痕。Audit chain: verify, show.",
)
_THINGS = {
    "transfer_order": "拟定指令",
    "transfer_leg": "列明划转",
    "sign_step": "定下签批环节",
    "order_event": "指令变为",
    "leg_event": "划转变为",
    "approval": "签批",
}
_VERDICTS = {"approved": "同意", "rejected": "退回"}


@dataclass(frozen=True)
class Link:
    """One record of the chain; `detail` is the row it stands for."""

    audit_id: int
    happened_at: str
    actor: str
    action: str
    object: str
    detail: dict[str, Any]
    hash: str

    @property
    def what(self) -> str:
        """What happened, in words."""
        from cunfang.orders.paper import STATES

        name, _, state = self.action.partition(".")
        return _THINGS.get(name, name) + (_VERDICTS.get(state) or STATES.get(state, state))

    @property
    def why(self) -> str:
        """The reason or comment that was given."""
        return str(self.detail.get("reason") or self.detail.get("comment") or "")


@app.command()
def verify(
    head: Annotated[str | None, typer.Option(help="以前记下的末条散列：链中没有它，即末尾被删或整条被重写")] = None,
    database: DatabaseOption = "",
    json: JsonOption = False,
) -> None:
    """重算每条记录的散列，并与指令、签批、划转各表逐条核对。0 完好；2 有被删改的，指出第一处。"""
    from cunfang.orders.audit import verify as judge

    with opened(database) as connection:
        report = judge(connection, head)
    if json:
        sys.stdout.write(jsons.dumps(asdict(report), ensure_ascii=False) + "\n")
        raise typer.Exit(Exit.USAGE if report.breaks else Exit.DONE)
    shown = console()
    shown.print(f"审计链 {report.rows} 条，末条散列 {report.head or '（空）'}", highlight=False, soft_wrap=True)
    for broken in report.breaks:
        row = f"第 {broken.audit_id} 条" if broken.audit_id is not None else "不在链中"
        shown.print(f"[red]{row}[/] {escape(broken.object)}：{escape(broken.what)}", highlight=False, soft_wrap=True)
    if report.breaks:
        first = report.breaks[0]
        where = f"第 {first.audit_id} 条（{escape(first.object)}）" if first.audit_id else escape(first.object)
        fail(f"审计链有 {len(report.breaks)} 处不符，第一处在{where}：请保全数据库并与备份核对", Exit.USAGE)
    shown.print("[green]✓[/] 完好：散列相接，与各表相符", highlight=False)


@app.command()
def show(
    thing: Annotated[str, typer.Argument(metavar="OBJECT", help="指令编号、划转编号，或链中的对象名，如 run 3")],
    database: DatabaseOption = "",
    json: JsonOption = False,
) -> None:
    """列出一份指令（或一笔划转、一个批次）在审计链里的全部留痕：何时、何事、何人、为何。"""
    with opened(database) as connection:
        found = _links(connection, thing)
    if not found:
        fail(f"审计链里没有 {escape(thing)}", Exit.USAGE)
    if json:
        sys.stdout.write(jsons.dumps({"links": [asdict(link) for link in found]}, ensure_ascii=False) + "\n")
        return
    table = Table(title=f"{thing} 的留痕")
    for heading in ("序号", "记入时间", "对象", "事项", "何人", "说明", "散列"):
        table.add_column(heading)
    for link in found:
        parts = (link.object, link.what, link.actor, link.why)
        table.add_row(str(link.audit_id), link.happened_at, *map(escape, parts), link.hash[:8])
    console().print(table)


_LINKS = """
    WITH asked AS (
        SELECT 'order ' || o.order_id AS object, TRUE AS whole FROM ops.transfer_order AS o WHERE o.order_no = :thing
        UNION ALL
        SELECT concat_ws(' ', 'order', l.order_id, 'leg', l.leg_no), FALSE FROM ops.transfer_leg AS l
        WHERE l.leg_code = :thing
        UNION ALL
        SELECT :thing, FALSE
    )

    SELECT DISTINCT
        a.audit_id,
        to_char(a.happened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS happened_at,
        a.actor,
        a.action,
        a.object,
        a.detail,
        a.hash
    FROM ops.audit AS a
    INNER JOIN asked AS k ON a.object = k.object OR (k.whole AND starts_with(a.object, k.object || ' '))
    ORDER BY a.audit_id
"""


def _links(connection: Connection, thing: str) -> list[Link]:
    from sqlalchemy import text

    return [Link(**row) for row in connection.execute(text(_LINKS), {"thing": thing}).mappings()]
