"""Tasks of the `issue` DAG: a signed order goes out, or back to the office where balances have moved (S12, S31)."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task

from cunfang.airflow.assets import OUTBOX, SIGN_OFF
from cunfang.airflow.partition import resolve_order


@task
def issue() -> str:
    """Issue the order and publish its run; where a balance has moved too far nothing goes out, and the task skips."""
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.papers import issue_or_hand_back
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    order_no = resolve_order(get_current_context())
    refused = issue_or_hand_back(engine(settings().warehouse_url), order_no)
    if refused:
        raise AirflowSkipException(refused)
    return order_no


@task(outlets=[OUTBOX], trigger_rule="all_skipped")
def hand_back(*, outlet_events: Any = None) -> None:
    """Have the office's mail about an order that did not go out sent: a task that skips cannot wake the delivery."""
    outlet_events[OUTBOX].add_partitions(resolve_order(get_current_context()))


@task(outlets=[SIGN_OFF], trigger_rule="all_skipped")
def put_up_anew(*, outlet_events: Any = None) -> str:
    """Put up the recall that was laid out anew from the balances of today, in place of the one that did not go out."""
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.papers import laid_anew
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    key = laid_anew(engine(settings().warehouse_url), resolve_order(get_current_context()))
    if key is None:
        raise AirflowSkipException("没有重新拟定的收回")
    outlet_events[SIGN_OFF].add_partitions(key)
    return key


@task
def files(order_no: str) -> str:
    """Write the workbook and the page of the order's run anew: they name who signed and what was issued."""
    from cunfang.airflow.papers import redo_files
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    redo_files(engine(settings().warehouse_url), settings(), order_no)
    return order_no


@task(outlets=[SIGN_OFF])
def put_up_corrections(order_no: str, *, outlet_events: Any = None) -> list[str]:
    """Put up what an issue leaves to be made good in the next quarter: corrections whose own order was overtaken."""
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.papers import corrections_after
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    keys = corrections_after(engine(settings().warehouse_url), order_no)
    if not keys:
        # An outlet to which nothing is added would be announced under the run's own partition.
        raise AirflowSkipException("没有须补差的更正")
    for key in keys:
        outlet_events[SIGN_OFF].add_partitions(key)
    return keys


@task(outlets=[OUTBOX])
def announce(order_no: str, *, outlet_events: Any = None) -> None:
    """The result to those who hear of it, and to each bank its own transfers with their codes and days."""
    from cunfang.airflow.papers import announce_issue
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    announce_issue(engine(settings().warehouse_url), order_no)
    outlet_events[OUTBOX].add_partitions(order_no)
