"""Tasks of the small DAGs beside the main way: watch limits, move transfers along, chase what is late, deliver mail."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task

from cunfang.airflow.assets import ORDER_SIGNED, OUTBOX, PERIOD_READY, SIGN_OFF
from cunfang.airflow.partition import partition_key, resolve_period


@task(outlets=[OUTBOX])
def judge_limits(*, outlet_events: Any = None) -> int:
    """Judge the standing supervisory figures; new warnings go to the mart and into the outbox (S20)."""
    from cunfang.airflow.announce import warnings_of
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    raised = warnings_of(engine(settings().warehouse_url), region, period)
    if raised:
        outlet_events[OUTBOX].add_partitions(partition_key(region, period))
    return raised


@task(outlets=[SIGN_OFF, OUTBOX])
def propose_recalls(*, outlet_events: Any = None) -> list[str]:
    """Propose to take back what a red warning or a disqualification asks for; persons sign or refuse it (S21, S22).

    A bank whose balances came after its warning was passed over then, and is asked of again when they come; one whose
    recall is done may have to give back for a cause that came up meanwhile.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.follow import propose_recalls as propose
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, _ = resolve_period(get_current_context())
    proposed = propose(engine(settings().warehouse_url), region)
    if not proposed:
        # An outlet to which nothing is added would be announced under the run's own partition.
        raise AirflowSkipException("没有须提请收回的")
    for key in proposed:
        outlet_events[SIGN_OFF].add_partitions(key)
        outlet_events[OUTBOX].add_partitions(key)
    return proposed


@task(outlets=[OUTBOX])
def move_along(*, outlet_events: Any = None) -> dict[str, int]:
    """Move transfers along by the standing receipts and balances; what does not agree goes to the office (S13)."""
    from cunfang.airflow.follow import track_region
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    tracked = track_region(engine(settings().warehouse_url), region)
    outlet_events[OUTBOX].add_partitions(partition_key(region, period))
    moves = ("acknowledged", "executed", "returned", "overdue", "confirmed", "items")
    return {move: len(getattr(tracked, move)) for move in moves}


@task(outlets=[OUTBOX])
def follow_orders(*, outlet_events: Any = None) -> list[str]:
    """Once a working day: overdue transfers, banks that said nothing, signatures that are waited for (S13, S26)."""
    from cunfang.airflow.follow import follow_orders as follow
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    looked_at = follow(engine(settings().warehouse_url))
    for region in looked_at:
        outlet_events[OUTBOX].add_partitions(region)
    return looked_at


@task(outlets=[SIGN_OFF, ORDER_SIGNED])
def take_up_lost_papers(*, outlet_events: Any = None) -> list[str]:
    """Put up what waits for a signature or for its issue while no run is about it: nothing is lost with a process.

    Recalls and true-ups that became due without anything coming in are laid out first.
    """
    from cunfang.airflow.follow import lay_out_due, lost_papers
    from cunfang.airflow.sign import asks
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database = engine(settings().warehouse_url)
    lay_out_due(database)
    unsigned, unissued = lost_papers(database, asks)
    for key in unsigned:
        outlet_events[SIGN_OFF].add_partitions(key)
    for key in unissued:
        outlet_events[ORDER_SIGNED].add_partitions(key)
    return [*unsigned, *unissued]


@task
def find_late_files() -> list[str]:
    """Ingest DAGs whose feed has a file that came after their run ended, or one that a run left on the way."""
    from cunfang.airflow.ingest import feeds
    from cunfang.intake import pending, stranded
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database, inbox = engine(settings().warehouse_url), settings().inbox
    return [f"ingest_{feed}" for feed in feeds() if pending(database, inbox, feed) or stranded(database, feed, inbox)]


@task(trigger_rule="all_done")
def find_unsent_mail() -> list[str]:
    """The DAG that delivers, when mail waits: no letter stays behind after its delivery gave up or never woke."""
    from cunfang.delivery.outbox import unsent
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    return ["deliver"] if unsent(engine(settings().warehouse_url)) else []


@task(outlets=[OUTBOX, PERIOD_READY])
def apply_late_rules(*, outlet_events: Any = None) -> list[str]:
    """At the deadline of a feed that did not come, do what its contract says, and let the evaluation go on (S25)."""
    from cunfang.airflow.announce import late_rules
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    ready = late_rules(engine(settings().warehouse_url))
    for region, period in ready:
        outlet_events[OUTBOX].add_partitions(partition_key(region, period))
        outlet_events[PERIOD_READY].add_partitions(partition_key(region, period))
    return [f"{region} {period}" for region, period in ready]


@task(outlets=[OUTBOX])
def chase_late_feeds(*, outlet_events: Any = None) -> list[str]:
    """Remind, once a working day, each provider whose feed is past its due day (S25)."""
    from cunfang.airflow.announce import late_feeds
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    chased = late_feeds(engine(settings().warehouse_url))
    for region, period, _ in chased:
        outlet_events[OUTBOX].add_partitions(partition_key(region, period))
    return [f"{region} {period} {feed}" for region, period, feed in chased]


@task(retries=8)
def deliver() -> int:
    """Send what the outbox holds, each message once; what failed stays, and fails the task so that it is retried.

    A message that was written meanwhile is no failure: whoever wrote it announces the outbox anew.
    """
    from airflow.sdk.exceptions import AirflowException

    from cunfang.delivery import outbox
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database = engine(settings().warehouse_url)
    report = outbox.deliver(database, settings().smtp_url)
    postponed = outbox.unsent(database, tried=True)
    if report.failed or postponed:
        raise AirflowException(f"已发 {report.sent} 件，{report.failed} 件失败、{postponed} 件待重试")
    return report.sent
