"""The shape of evaluate, sign, issue, watch, track and deliver with nothing in it."""

from __future__ import annotations

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, PartitionedAssetTimetable, task
from airflow.sdk.exceptions import AirflowSkipException

from cunfang.airflow.assets import MOVED, ORDER_SIGNED, OUTBOX, PERIOD_READY, SIGN_OFF, SUPERVISED

KEY = "420922|2025-Q4"
STEPS = 3


@task
def step(number: int) -> int:
    """Nothing."""
    return number


@task(outlets=[OUTBOX])
def announce(number: int, *, outlet_events=None) -> int:
    """Only the announcement."""
    outlet_events[OUTBOX].add_partitions(KEY)
    return number


@task(outlets=[SIGN_OFF])
def put_up(key: str, *, outlet_events=None) -> None:
    """Have it signed."""
    outlet_events[SIGN_OFF].add_partitions(f"{KEY}|{key}")


@task
def due(*, dag_run=None) -> str:
    """Which signature it is: `1`, `2`, `3`, or that of the recall, which nobody gives."""
    return dag_run.partition_key.rpartition("|")[2]


@task(outlets=[SIGN_OFF])
def put_up_next(key: str, *, outlet_events=None) -> None:
    """The next signature."""
    if int(key) >= STEPS:
        raise AirflowSkipException
    outlet_events[SIGN_OFF].add_partitions(f"{KEY}|{int(key) + 1}")


@task(outlets=[ORDER_SIGNED])
def have_issued(key: str, *, outlet_events=None) -> None:
    """The issue, after the last."""
    if int(key) < STEPS:
        raise AirflowSkipException
    outlet_events[ORDER_SIGNED].add_partitions(KEY)


with DAG("evaluate", schedule=PartitionedAssetTimetable(assets=PERIOD_READY), catchup=False):
    run = step.override(task_id="evaluate")(1)
    drafted = step.override(task_id="draft")(step.override(task_id="verify")(run))
    ordered = announce.override(task_id="order")(drafted)
    ordered >> put_up("1")
    run >> announce.override(task_id="ask", trigger_rule="all_failed")(1)
    run >> step.override(task_id="trial")(1)

with DAG("sign", schedule=PartitionedAssetTimetable(assets=SIGN_OFF), catchup=False):
    asked = due()
    waited = step.override(task_id="wait_for_objections")(1)
    laid = announce.override(task_id="lay_before")(1)
    approve = ApprovalOperator(task_id="approve", subject="empty")
    after = announce.override(task_id="go_on")(1)
    asked >> waited >> laid >> approve >> after >> [put_up_next(asked), have_issued(asked)]

with DAG("issue", schedule=PartitionedAssetTimetable(assets=ORDER_SIGNED), catchup=False):
    issued = step.override(task_id="issue")(1)
    issued >> announce.override(task_id="hand_back", trigger_rule="all_skipped")(1)
    announce(step.override(task_id="files")(issued))
    step.override(task_id="put_up_corrections")(issued)

with DAG("watch", schedule=PartitionedAssetTimetable(assets=SUPERVISED), catchup=False):
    announce(1) >> put_up.override(task_id="propose_recalls")("recall")

with DAG("track", schedule=PartitionedAssetTimetable(assets=MOVED), catchup=False):
    announce.override(task_id="move_along")(1)

with DAG("deliver", schedule=PartitionedAssetTimetable(assets=OUTBOX), catchup=False, max_active_runs=1):
    step(1)
