"""Tasks of the `evaluate` DAG: evaluate or ask, try, verify, draft, have a named person approve, publish, announce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import get_current_context, task

from cunfang.airflow.assets import OUTBOX
from cunfang.airflow.partition import partition_key, resolve_period


@task
def evaluate() -> int:
    """Evaluate the partition's region and period; the same inputs give the same run.

    A question is put to the office by mail and fails the task (N8).
    """
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from cunfang.airflow.announce import questions_of
    from cunfang.evaluation import RunStoppedError
    from cunfang.evaluation.official import evaluate_official, status_of
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    region, period = resolve_period(get_current_context())
    database = engine(settings().warehouse_url)
    try:
        run_id = evaluate_official(database, region, period)
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


class SignOff(ApprovalOperator):
    """Waits, holding no slot, for the region's approver; the verdict is kept in the warehouse either way (S26)."""

    template_fields = (*ApprovalOperator.template_fields, "number")

    def __init__(self, *, number: Any, **options: Any) -> None:
        super().__init__(**options)
        self.number = number

    def execute(self, context: Mapping[str, Any]) -> Any:
        from cunfang.region import load_region

        region, _ = resolve_period(context)
        approver = load_region(region).approver
        if approver:
            self.assigned_users = [{"id": approver, "name": approver}]
        return super().execute(context)

    def execute_complete(self, context: Mapping[str, Any], event: dict[str, Any]) -> Any:
        from cunfang.evaluation.official import record_verdict
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        if "error" not in event:
            record_verdict(
                engine(settings().warehouse_url),
                int(self.number),
                approved=event["chosen_options"] == [self.APPROVE],
                approver=str((event["responded_by_user"] or {}).get("name", "")),
                comment=str((event["params_input"] or {}).get("comment") or ""),
            )
        return super().execute_complete(context, event)


@task
def publish(number: int) -> int:
    """Lay the approved run into the mart and issue its orders, in one transaction; its files then name who signed."""
    from cunfang.documents.files import draft_files
    from cunfang.orders import issue
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database = engine(settings().warehouse_url)
    issue(database, number)
    draft_files(database, settings(), number)
    return number


@task(outlets=[OUTBOX])
def announce(number: int, *, outlet_events: Any = None) -> None:
    """Put the result and the orders into the outbox; mail never blocks the run."""
    from cunfang.airflow.announce import result_and_orders
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    result_and_orders(engine(settings().warehouse_url), number)
    outlet_events[OUTBOX].add_partitions(partition_key(*resolve_period(get_current_context())))
