"""Tasks of the `evaluate` DAG: evaluate or ask, try, verify, draft the files and the order, put it up for signature."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task

from cunfang.airflow.assets import OUTBOX, SIGN_OFF
from cunfang.airflow.partition import order_key, partition_key, resolve_period


@task
def evaluate() -> int:
    """Evaluate the partition's region and period; the same inputs give the same run.

    A question is put to the office by mail and fails the task (N8). A waived quarter has no run: its papers that were
    not issued are withdrawn, and what follows is skipped (S14).
    """
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from cunfang.airflow.announce import questions_of
    from cunfang.airflow.follow import catch_up
    from cunfang.evaluation import RunStoppedError
    from cunfang.evaluation.official import evaluate_official, status_of
    from cunfang.evaluation.waiver import WaivedError
    from cunfang.orders.waiver import withdraw
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    database = engine(settings().warehouse_url)
    catch_up(database, region, period)
    try:
        run_id = evaluate_official(database, region, period)
    except WaivedError as waived:
        with database.begin() as connection:
            withdraw(connection, waived.waiver)
        raise AirflowSkipException(str(waived)) from waived
    except RunStoppedError as stopped:
        questions_of(database, region, period, stopped.findings)
        questions = "\n".join(f"[{f.check}] {f.message}。{f.advice}" for f in stopped.findings)
        raise AirflowFailException(f"{region} {period} 的考核停在以下问题：\n{questions}") from stopped
    status = status_of(database, run_id)
    if status != "draft":
        raise AirflowSkipException(f"批次 {run_id} 的输入没有变化，现状：{status}")
    return run_id


@task(outlets=[OUTBOX], trigger_rule="all_failed")
def ask(*, outlet_events: Any = None) -> None:
    """Have the questions of a stopped evaluation sent: a task that fails cannot wake the delivery itself."""
    outlet_events[OUTBOX].add_partitions(partition_key(*resolve_period(get_current_context())))


@task(outlets=[OUTBOX], trigger_rule="all_skipped")
def tell_waived(*, outlet_events: Any = None) -> int:
    """Write to those who hear of results that the quarter is waived; skips where it is not, or they know (S14)."""
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.announce import waiver_of
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    told = waiver_of(engine(settings().warehouse_url), region, period)
    if not told:
        raise AirflowSkipException(f"{region} {period} 没有新的暂停考核")
    outlet_events[OUTBOX].add_partitions(partition_key(region, period))
    return told


@task(trigger_rule="none_failed")
def trial() -> int:
    """Evaluate by the rule book on trial, where the region has one; moves nothing, and its questions stop nothing."""
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.settings import settings
    from cunfang.simulation.trial import evaluate_trial
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    tried = evaluate_trial(engine(settings().warehouse_url), region, period)
    if tried is None:
        raise AirflowSkipException(f"{region} {period} 没有试行的考核办法")
    if tried.run_id is None:
        questions = "\n".join(f"[{f.check}] {f.message}。{f.advice}" for f in tried.findings)
        raise AirflowSkipException(f"试行办法 {tried.rulebook} 停在以下问题，不影响正式考核：\n{questions}")
    return tried.run_id


@task
def verify(number: int) -> int:
    """Check the run's invariants once more, from the stored rows: totals, bounds, owners, accounts."""
    from cunfang.evaluation.official import verify as verify_run
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    verify_run(engine(settings().warehouse_url), number)
    return number


@task
def draft(number: int) -> str:
    """Write the workbook and the page to be signed; gives the text that the approver reads."""
    from cunfang.documents.files import draft_files
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    return draft_files(engine(settings().warehouse_url), settings(), number)


@task(outlets=[OUTBOX])
def order(number: int, *, written: str, outlet_events: Any = None) -> str | None:
    """Lay out the paper that is to be signed for the run, once; none where a correction changes no amount.

    What a correction changes is mailed. `written` is there for the order of things: the files come before the question.
    """
    from cunfang.airflow.papers import draft_order
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    order_no = draft_order(engine(settings().warehouse_url), number)
    outlet_events[OUTBOX].add_partitions(partition_key(*resolve_period(get_current_context())))
    return order_no


@task(outlets=[SIGN_OFF])
def put_up(order_no: str | None, *, outlet_events: Any = None) -> None:
    """Have the order signed by those whose turn it is (S26); skips where there is nothing to be signed."""
    from airflow.sdk.exceptions import AirflowSkipException

    if order_no is None:
        raise AirflowSkipException("没有需要签批的指令：更正没有改变各行额度，其指令已经撤销，或已有更新的批次")
    region, period = resolve_period(get_current_context())
    outlet_events[SIGN_OFF].add_partitions(order_key(region, period, order_no))
