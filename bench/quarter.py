"""The whole quarter on Airflow, from the delivery of the inbox to the last mail, against DAGs of the same shape whose
tasks do nothing: same runs, tasks, waits, partitions, approval and correction.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.measure import Row
from cunfang.airflow import demo
from cunfang.airflow.client import Client
from cunfang.airflow.ingest import feeds
from cunfang.airflow.stack import Live, Stack
from cunfang.region import load_region
from cunfang.settings import HOME

SHAPE = Path(__file__).with_name("shape")
DELIVERED = [path.name for path in sorted((demo.SAMPLE / "inbox" / demo.REGION / str(demo.PERIOD)).iterdir())]


def measure(rounds: int) -> list[Row]:
    """Each round on a fresh stack; the stack's own start is not counted on either side."""
    taken = [(_timed(HOME / "dags", demo.play), _timed(SHAPE, play_shape)) for _ in range(rounds)]
    ours, peer = [item[0] for item in taken], [item[1] for item in taken]
    return [Row("the quarter on Airflow", ours, peer, "same shape, empty tasks", "≤ 1.3")]


def _timed(dags: Path, play: Callable[[Live], None]) -> float:
    import os

    with tempfile.TemporaryDirectory(prefix="cunfang-bench-") as folder:
        var = Path(folder)
        os.environ |= {"CUNFANG_VAR": folder, "CUNFANG_INBOX": str(var / "inbox")}
        extra = {"AIRFLOW_CONN_FS_DEFAULT": '{"conn_type": "fs"}', "BENCH_FLAGS": str(var / "flags")}
        stack = Stack(var=var, dags=dags, plugins=HOME / "plugins", inbox=var / "inbox", extra=extra)
        with stack.running(lambda _: None) as live, live.client() as client:
            _ready(client, dags)
            began = time.perf_counter()
            play(live)
            return time.perf_counter() - began


def _ready(client: Client, dags: Path) -> None:
    """Until every ingest run of the calendar's last tick waits for its file, as on any other day."""

    def waiting() -> bool:
        runs = [run for run in client.dag_runs(state="running") if run.dag_id.startswith("ingest_")]
        return len(runs) == len(feeds()) and all(
            any(task.state == "deferred" for task in client.task_instances(run.dag_id, run.run_id)) for run in runs
        )

    client.wait_until(waiting, timeout=180)


def play_shape(live: Live) -> None:
    """The same quarter with empty tasks: flags stand for files."""
    flags = Path(live.environment["BENCH_FLAGS"])
    flags.mkdir(exist_ok=True)
    with live.client() as client:
        for feed in DELIVERED:
            (flags / feed).touch()
        done = {f"ingest_{feed}" for feed in DELIVERED}
        client.wait_until(lambda: done <= {run.dag_id for run in client.dag_runs(state="success")}, 300)
        client.trigger("ingest_pboc_credit")
        for number, signature in enumerate(load_region(demo.REGION).sign_offs, start=1):
            client.wait_until(lambda: _parked(client, str(number)) != "", 300)  # noqa: B023
            with live.client(signature.by[0]) as signer:
                signer.answer_approval("sign", _parked(client, str(number)), "approve", True)
        client.wait_until(lambda: _over(client), 300)


def _parked(client: Client, step: str) -> str:
    for run in client.dag_runs("sign", "running"):
        asked = run.partition_key and run.partition_key.endswith(f"|{step}")
        if asked and any(task.state == "awaiting_input" for task in client.task_instances("sign", run.run_id)):
            return run.run_id
    return ""


def _over(client: Client) -> bool:
    busy = [run for state in ("running", "queued") for run in client.dag_runs(state=state)]
    finished = client.dag_runs("issue", "success") and len(client.dag_runs("deliver", "success")) >= 1
    # The recall's signature is waited for on both sides.
    moving = [run for run in busy if not run.dag_id.startswith("ingest_") and run.dag_id != "sign"]
    return bool(finished) and not moving
