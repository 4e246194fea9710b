"""`make run`, `make up`, `make down`: the sample quarter on real Airflow, as the county would live it.

The inbox is filled, the DAGs do the work, a clerical error comes back refused and is corrected, three offices sign one
after another, and what came out is shown. A second run finds everything done and adds nothing. The sample's warehouse
lives in January 2026 meanwhile, so that the banks' time to object can pass; nothing else moves a calendar.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typer
from rich.console import Console
from sqlalchemy import text

from cunfang.airflow.client import AirflowError, Client, DagRun
from cunfang.airflow.clock import set_today
from cunfang.airflow.stack import Live, Stack, StackError
from cunfang.delivery.orders import KINDS
from cunfang.documents.files import PAGE, WORKBOOK, run_folder
from cunfang.documents.loading import load_result
from cunfang.documents.terminal import legs_table, result_table, warning_lines
from cunfang.orders.load import Order, load_order, orders_of
from cunfang.orders.objection import window
from cunfang.orders.paper import Step
from cunfang.orders.signing import due_step
from cunfang.period import Period
from cunfang.settings import HOME, INCLUDE, settings
from cunfang.warehouse import engine
from cunfang.warehouse.calendar import due_date

REGION, PERIOD = "420922", Period(2025, 4)
SAMPLE = INCLUDE / "sample"
DELIVERED_ON = date(2026, 1, 15)
"""The last day on which the feeds of the sample's quarter are due, and so that of its evaluation."""
PATIENCE = 480.0

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(width=None if sys.stdout.isatty() else 120)


class DemoError(RuntimeError):
    """The quarter did not come to its end; the message says where to look."""


@dataclass(frozen=True)
class Seen:
    """How many rows there are of what a re-run must not double."""

    submissions: int
    runs: int
    papers: int
    signatures: int
    orders: int
    mails: int


def stack() -> Stack:
    """The local stack over this checkout; Airflow's page on 8080 where that is free."""
    place = settings()
    return Stack(var=place.var, dags=HOME / "dags", plugins=HOME / "plugins", inbox=place.inbox, api_port=8080)


@app.command()
def run() -> None:
    """The sample quarter, end to end; what was started is stopped again."""
    began = time.monotonic()
    with stack().running(_say) as live:
        play(live)
        show(live, time.monotonic() - began)


@app.command()
def up() -> None:
    """Start Airflow and leave it running."""
    live = stack().start(_say)
    console.print(f"Airflow：[link]{live.api_url}[/]  收件箱：{settings().inbox}", highlight=False)
    for user, password in live.passwords.items():
        console.print(f"  {user}  {password}", highlight=False)
    console.print("停止：make down", highlight=False)


@app.command()
def down() -> None:
    """Stop what `up` started."""
    stack().stop()
    console.print("已停止")


def play(live: Live) -> None:
    """Deliver, let the DAGs work, correct what was refused, sign, and wait until all mail is out."""
    with live.client("engineer") as client, _sample_days(live):
        again = counted(live).runs > 0
        _say("投放示例收件箱 …")
        deliver(SAMPLE / "inbox", settings().inbox)
        if again:
            _scan_again(client)
        _await(client, lambda: _decided(live, corrected=again), "读取与校验", lambda: _intake_line(live))
        if not again:
            _correct(live, client)
            _await(client, lambda: _decided(live, corrected=True), "更正入库", lambda: _intake_line(live))
        _sign(live, client)
        _await(client, lambda: _settled(live, client), "发信", lambda: f"待发 {_unsent(live)} 件")


def deliver(source: Path, inbox: Path) -> None:
    """Copy files that are not there yet, each appearing whole, in the order in which they are to be taken."""
    for path in sorted(source.rglob("*")):
        target = inbox / path.relative_to(source)
        if path.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.part")
            shutil.copyfile(path, draft)
            draft.replace(target)


def _scan_again(client: Client) -> None:
    """Nothing is new; every feed looks all the same, and finds that."""
    _say("收件箱没有变化，逐个报送重新扫描 …")
    feeds = sorted(name for name in client.dags() if name.startswith("ingest_"))
    runs = [client.trigger(dag_id, conf={"wait": False}) for dag_id in feeds]

    def ended() -> bool:
        return all(client.dag_run(item.dag_id, item.run_id).state in {"success", "failed"} for item in runs)

    _await(client, ended, "重新扫描", lambda: f"{len(runs)} 个报送")


def _correct(live: Live, client: Client) -> None:
    """The bank's clerical error came back with its cell; a corrected file is delivered and taken in by its own run."""
    corrections = SAMPLE / "corrections"
    feeds = sorted({path.parent.name for path in corrections.rglob("*") if path.is_file()})
    for line in _refusals(live):
        _say(f"退回：{line}")
    for feed in feeds:
        _say(f"报送更正后的 {feed} …")
        deliver(corrections, settings().inbox)
        client.trigger(f"ingest_{feed}")


@contextmanager
def _sample_days(live: Live) -> Iterator[None]:
    """The sample's own days for as long as it is played; today again afterwards."""
    database = engine(live.addresses.warehouse_url)
    _say(f"示例数据的日历拨到 {DELIVERED_ON}，结束后恢复")
    set_today(database, DELIVERED_ON)
    try:
        yield
    finally:
        set_today(database, None)


def _sign(live: Live, client: Client) -> None:
    """Answer each step of the adjustment's chain as its own signer, over the REST API."""
    what = "考核与拟稿"
    while True:
        _await(client, lambda: _published(live) or _asking(live, client) is not None, what, lambda: "")
        asking = _asking(live, client)
        if asking is None:
            return
        order_no, step, run = asking
        with live.client(step.by[0]) as signer:
            name = signer.answer_approval("sign", run.run_id, "approve", True, "示例签批")
        _await(client, lambda: _due(live) != (order_no, step), f"{step.title}：{name} 批准 {order_no}", lambda: "")  # noqa: B023
        what = "提请下一环节" if _due(live) else "下达"
        if step.brings == "reviewed":
            _pass_objections(live, order_no)


def _due(live: Live) -> tuple[str, Step] | None:
    """The newest adjustment of the quarter that waits for a signature, and which."""
    with engine(live.addresses.warehouse_url).connect() as connection:
        for head in orders_of(connection, REGION, str(PERIOD), open_only=True):
            step = due_step(connection, head.order_no)
            if head.kind == "adjustment" and step is not None:
                return head.order_no, step
    return None


def _asking(live: Live, client: Client) -> tuple[str, Step, DagRun] | None:
    """That signature with the run that is parked until it is given."""
    due = _due(live)
    if due is None:
        return None
    for item in client.dag_runs("sign", "running"):
        if (item.partition_key or "").endswith(f"|{due[0]}") and _parked(client, item):
            return *due, item
    return None


def _parked(client: Client, item: DagRun) -> bool:
    return any(task.state == "awaiting_input" for task in client.task_instances(item.dag_id, item.run_id))


def _pass_objections(live: Live, order_no: str) -> None:
    """Let the banks' days to object pass, as nobody objects."""
    database = engine(live.addresses.warehouse_url)
    with database.connect() as connection:
        until = window(connection, order_no).until
        after = due_date(connection, until, 1)
    _say(f"各行异议期至 {until}；没有异议，日历拨到 {after}")
    set_today(database, after)


def _await(client: Client, done: Callable[[], bool], what: str, line: Callable[[], str]) -> None:
    """Wait with a line of progress; a run that failed ends the wait with its name and task."""
    with console.status(what) as status:
        deadline = time.monotonic() + PATIENCE
        while not done():
            if failed := client.dag_runs(state="failed"):
                raise DemoError("；".join(_failure(client, item) for item in failed))
            if time.monotonic() > deadline:
                raise DemoError(f"{what}：{PATIENCE:.0f} 秒内没有完成；日志在 {settings().var / 'airflow' / 'logs'}")
            status.update(f"{what}  {line()}")
            time.sleep(1)
    console.print(f"[green]✓[/] {what}  {line()}", highlight=False)


def _failure(client: Client, item: DagRun) -> str:
    tasks = [task.task_id for task in client.task_instances(item.dag_id, item.run_id) if task.state == "failed"]
    logs = settings().var / "airflow" / "logs" / f"dag_id={item.dag_id}" / f"run_id={item.run_id}"
    return f"{item.dag_id} 的 {'、'.join(tasks)} 失败，日志在 {logs}"


def _scalar(live: Live, statement: str) -> int:
    with engine(live.addresses.warehouse_url).connect() as connection:
        found = connection.execute(text(statement), {"region": REGION, "period": str(PERIOD)}).scalar_one()
        return int(found)


def counted(live: Live) -> Seen:
    """What lies in the warehouse now of what a re-run must not double."""
    return Seen(
        submissions=_scalar(live, "SELECT count(*) FROM raw.submission"),
        runs=_scalar(live, "SELECT count(*) FROM eval.run"),
        papers=_scalar(live, "SELECT count(*) FROM ops.transfer_order"),
        signatures=_scalar(live, "SELECT count(*) FROM ops.approval"),
        orders=_scalar(live, "SELECT count(*) FROM mart.fact_order_leg"),
        mails=_scalar(live, "SELECT count(*) FROM ops.outbox"),
    )


def delivered_files(folder: str) -> int:
    """How many files the sample's `folder` (`inbox` or `corrections`) delivers."""
    return sum(path.is_file() for path in (SAMPLE / folder).rglob("*"))


def _decided(live: Live, *, corrected: bool) -> bool:
    """Whether every delivered file has been accepted or refused, the corrected ones too where they were delivered."""
    decided = _scalar(live, "SELECT count(*) FROM raw.submission_state WHERE status IN ('accepted', 'rejected')")
    return decided >= delivered_files("inbox") + (delivered_files("corrections") if corrected else 0)


def _intake_line(live: Live) -> str:
    counts = text("SELECT status, count(*) AS n FROM raw.submission_state GROUP BY status")
    with engine(live.addresses.warehouse_url).connect() as connection:
        by_status = {row.status: row.n for row in connection.execute(counts)}
    seen = sum(by_status.values())
    return f"登记 {seen}，接受 {by_status.get('accepted', 0)}，退回 {by_status.get('rejected', 0)}"


def _refusals(live: Live) -> list[str]:
    refused = text("""
        SELECT DISTINCT concat(f.check_id, ' ', f.file_name, ' ', f.cell, '：', f.message) AS line
        FROM raw.submission_state AS s
        INNER JOIN ops.finding AS f ON s.submission_id = f.submission_id AND f.class IN ('syntactical', 'validity')
        WHERE s.status = 'rejected'
        ORDER BY line
    """)
    with engine(live.addresses.warehouse_url).connect() as connection:
        return list(connection.execute(refused).scalars())


def _published(live: Live) -> bool:
    return bool(
        _scalar(
            live,
            "SELECT count(*) FROM eval.run_state WHERE region = :region AND period = :period AND status = 'published'",
        )
    )


def _unsent(live: Live) -> int:
    return _scalar(live, "SELECT count(*) FROM ops.outbox WHERE sent_at IS NULL")


def _settled(live: Live, client: Client) -> bool:
    """Issued, mailed, and no run under way but those that wait for files to come, or for a person to sign a recall."""
    return not client.moving() and not client.moving() and _published(live) and not _unsent(live)


def show(live: Live, seconds: float) -> None:
    """What came out, for a person: scores, amounts, legs, warnings, and where everything lies."""
    with engine(live.addresses.warehouse_url).connect() as connection:
        latest = text("""
            SELECT run_id FROM eval.run_state
            WHERE region = :region AND period = :period AND status = 'published'
            ORDER BY run_id DESC LIMIT 1
        """)
        run_id = int(connection.execute(latest, {"region": REGION, "period": str(PERIOD)}).scalar_one())
        result = load_result(connection, run_id)
        orders = [load_order(connection, head.order_no) for head in orders_of(connection, REGION, str(PERIOD))]
    console.print()
    console.print(result_table(result))
    console.print(legs_table(result))
    for line in warning_lines(result.warnings):
        console.print(line, highlight=False)
    for order in reversed(orders):
        console.print(_order_line(order), highlight=False)
    seen, place, folder = counted(live), settings(), run_folder(settings(), run_id)
    console.print(f"""
示例数据，{result.region_name} {result.period}，批次 {run_id}，输入散列 {result.input_hash[:12]}
报送 {seen.submissions} 批 · 考核批次 {seen.runs} · 划转 {seen.orders} 笔 · 信件 {seen.mails} 封 · 用时 {seconds:.0f} 秒

  工作簿    {folder / WORKBOOK}
  结果页    {folder / PAGE}
  信件      {live.mail}
  校验页    {place.var / "data-docs" / "index.html"}
  追问一笔  .venv/bin/cunfang explain --region {REGION} --period {PERIOD} --institution 农行
  Airflow   make up，然后打开它给出的地址
""", highlight=False)  # fmt: skip


def _order_line(order: Order) -> str:
    head = order.head
    signed = [f"{item.title} {item.approver}" for item in order.signatures if item.approver]
    waits = next((f"待 {item.title}（{'、'.join(item.by)}）" for item in order.signatures if item.approver is None), "")
    live = [leg for leg in order.legs if leg.status != "blocked"]
    listed = len(order.legs) - len(live)
    due = max((leg.due_on for leg in live if leg.due_on), default=None)
    what = [f"划转 {len(live)} 笔", f"只列明 {listed} 笔" if listed else "", *signed, waits]
    what += [f"{due} 前办结"] if due else []
    return f"指令 {head.order_no}（{KINDS[head.kind]}）{head.standing}：" + "，".join(part for part in what if part)


def _say(message: str) -> None:
    console.print(f"  {message}", highlight=False, style="dim")


def main() -> None:
    """Entry point: an expected failure is one red line, not a traceback."""
    try:
        app()
    except (DemoError, StackError, AirflowError, TimeoutError) as error:
        console.print(f"[bold red]✗[/] {error}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
