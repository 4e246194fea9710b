"""The shape of evaluate, watch and deliver with nothing in it."""

from __future__ import annotations

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, PartitionedAssetTimetable, task

from cunfang.airflow.assets import OUTBOX, PERIOD_READY, feed_asset

KEY = "420922|2025-Q4"


@task
def step(number: int) -> int:
    """Nothing."""
    return number


@task(outlets=[OUTBOX])
def announce(number: int, *, outlet_events=None) -> None:
    """Only the announcement."""
    outlet_events[OUTBOX].add_partitions(KEY)


with DAG("evaluate", schedule=PartitionedAssetTimetable(assets=PERIOD_READY), catchup=False):
    run = step.override(task_id="evaluate")(1)
    drafted = step.override(task_id="draft")(step.override(task_id="verify")(run))
    approve = ApprovalOperator(task_id="approve", subject="empty")
    published = step.override(task_id="publish")(run)
    drafted >> approve >> published
    announce(published)
    run >> announce.override(task_id="ask", trigger_rule="all_failed")(1)

with DAG("watch", schedule=PartitionedAssetTimetable(assets=feed_asset("pboc_prudential")), catchup=False):
    announce(1)

with DAG("deliver", schedule=PartitionedAssetTimetable(assets=OUTBOX), catchup=False, max_active_runs=1):
    step(1)
