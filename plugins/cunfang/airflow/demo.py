"""`make run`, `make up`, `make down`: the sample quarter on real Airflow, as the county would live it.

The inbox is filled, the DAGs do the work, a clerical error comes back refused and is corrected, a named person signs,
and what came out is shown. A second run finds everything done and adds nothing.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from sqlalchemy import text

from cunfang.airflow.client import AirflowError, Client, DagRun
from cunfang.airflow.stack import Live, Stack, StackError
from cunfang.documents.files import PAGE, WORKBOOK, run_folder
from cunfang.documents.loading import load_result
from cunfang.documents.terminal import legs_table, result_table, warning_lines
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.settings import HOME, INCLUDE, settings
from cunfang.warehouse import engine

REGION, PERIOD = "420922", Period(2025, 4)
SAMPLE = INCLUDE / "sample"
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
    with live.client("engineer") as client, live.client(load_region(REGION).approver) as approver:
        again = counted(live).runs > 0
        _say("投放示例收件箱 …")
        deliver(SAMPLE / "inbox", settings().inbox)
        if again:
            _scan_again(client)
        _await(client, lambda: _decided(live, corrected=again), "读取与校验", lambda: _intake_line(live))
        if not again:
            _correct(live, client)
            _await(client, lambda: _decided(live, corrected=True), "更正入库", lambda: _intake_line(live))
        _sign(live, client, approver)
        _await(client, lambda: _settled(live, client), "公布与发信", lambda: f"待发 {_unsent(live)} 件")


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


def _sign(live: Live, client: Client, approver: Client) -> None:
    """Answer every approval that waits, as the region's approver, over the REST API."""

    def waiting() -> list[DagRun]:
        return [
            item
            for item in client.dag_runs("evaluate", "running")
            if any(task.state == "awaiting_input" for task in client.task_instances("evaluate", item.run_id))
        ]

    def reached() -> bool:
        return bool(waiting()) or _published(live)

    _await(client, reached, "考核", lambda: "")
    for item in waiting():
        name = approver.answer_approval("evaluate", item.run_id, "approve", True, "示例签批")
        _say(f"签批：{name} 批准了 {item.partition_key}")


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
    """Published, mailed, and no run under way but ingest runs that wait for files to come."""
    busy = [item for state in ("running", "queued") for item in client.dag_runs(state=state)]
    return _published(live) and not _unsent(live) and all(item.dag_id.startswith("ingest_") for item in busy)


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
    console.print()
    console.print(result_table(result))
    console.print(legs_table(result))
    for line in warning_lines(result.warnings):
        console.print(line, highlight=False)
    seen, place, folder = counted(live), settings(), run_folder(settings(), run_id)
    console.print(f"""
示例数据，{result.region_name} {result.period}，批次 {run_id}，签批 {result.approver}，输入散列 {result.input_hash[:12]}
报送 {seen.submissions} 批 · 考核批次 {seen.runs} · 划转 {seen.orders} 笔 · 信件 {seen.mails} 封 · 用时 {seconds:.0f} 秒

  工作簿    {folder / WORKBOOK}
  结果页    {folder / PAGE}
  信件      {live.mail}
  校验页    {place.var / "data-docs" / "index.html"}
  追问一笔  .venv/bin/cunfang explain --region {REGION} --period {PERIOD} --institution 农行
  Airflow   make up，然后打开它给出的地址
""", highlight=False)  # fmt: skip


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
