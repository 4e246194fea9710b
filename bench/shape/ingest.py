"""The ingest DAGs' shape with nothing in it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG, task

from cunfang.airflow.assets import FED, MOVED, OUTBOX, PERIOD_READY, SUPERVISED, feed_asset
from cunfang.airflow.ingest import feeds
from cunfang.airflow.timetable import CalendarTimetable

FLAGS = Path(os.environ.get("BENCH_FLAGS", "flags"))
KEY = "420922|2025-Q4"


@task
def step(ids: list[int]) -> list[int]:
    """Nothing."""
    return ids


@task
def accept(feed: str, ids: list[int], *, outlet_events=None, dag_run=None) -> None:
    """What the real one announces, at the same moments."""
    outlet_events[feed_asset(feed)].add_partitions(KEY)
    if feed == "balances":
        outlet_events[MOVED].add_partitions(KEY)
    if feed in ("pboc_prudential", "supervisory_events"):
        outlet_events[SUPERVISED].add_partitions(KEY)
    if feed == "institutions":
        (FLAGS / "registers").touch()
    if feed == "pboc_credit":
        outlet_events[OUTBOX if dag_run.run_type == "scheduled" else PERIOD_READY].add_partitions(KEY)


for feed in feeds():
    with DAG(
        dag_id=f"ingest_{feed}",
        schedule=CalendarTimetable("0 8 1 1,4,7,10 *", timezone="Asia/Shanghai"),
        start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
        catchup=False,
        default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
    ):
        arrived = FileSensor(task_id="wait_for_file", filepath=str(FLAGS / feed), deferrable=True, poke_interval=2)
        landed = step.override(task_id="land")([1])
        read = step.override(task_id="read")(landed)
        flag = FLAGS / ("registers" if feed != "institutions" else feed)
        registers = FileSensor(task_id="wait_for_registers", filepath=str(flag), deferrable=True, poke_interval=2)
        checked = step.override(task_id="check")(read)
        arrived >> landed
        read >> registers >> checked
        accept.override(outlets=[feed_asset(feed), *FED, PERIOD_READY, OUTBOX])(feed, checked)
