"""Tasks of the `sign` DAG: one signature of one order, asked of those whose turn it is, holding no slot (S26, S27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import get_current_context, task

from cunfang.airflow.assets import ORDER_SIGNED, OUTBOX, SIGN_OFF
from cunfang.airflow.partition import order_key, resolve_order
from cunfang.airflow.wait import Poll, Wait

DAG_ID = "sign"


def asks(dag_run: str) -> bool:
    """Whether the run of `sign` with that name still waits for its answer."""
    count: int = get_current_context()["ti"].get_dr_count(
        dag_id=DAG_ID, run_ids=[dag_run], states=["queued", "running"]
    )
    return count > 0


@task(outlets=[OUTBOX])
def due(*, outlet_events: Any = None) -> dict[str, Any]:
    """Take the order's due signature upon this run; skips where none is due, or another run asks for it already.

    Once the order is reviewed, its provisional result goes to the banks (S27).
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from cunfang.airflow.papers import take_due
    from cunfang.orders.request import AskedAlreadyError
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    context = get_current_context()
    order_no = resolve_order(context)
    try:
        step = take_due(engine(settings().warehouse_url), order_no, context["dag_run"].run_id, asks)
    except AskedAlreadyError as asked:
        raise AirflowSkipException(str(asked)) from asked
    if step is None:
        raise AirflowSkipException(f"指令 {order_no} 没有待签的环节")
    outlet_events[OUTBOX].add_partitions(order_no)
    return {"order_no": order_no, "step": step.step_no, "round": step.round, "brings": step.brings}


class ObjectionTrigger(Poll):
    """Over when the banks' time to object to the order's result is, and every objection is decided."""

    def there(self) -> bool:
        from cunfang.airflow.papers import may_become_final
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        database = engine(settings().warehouse_url)
        try:
            return may_become_final(database, self.asked["order_no"])
        finally:
            # Nothing is held from one look to the next, five minutes later.
            database.dispose()

    def interval(self) -> float:
        from cunfang.settings import settings

        return settings().look_seconds


class ObjectionSensor(Wait):
    """Before the step that makes a result final: until nobody may object any more (S27). Other steps wait for nothing.

    A paper that leaves the chain meanwhile ends the wait as well.
    """

    template_fields: Sequence[str] = ("asked",)

    def __init__(self, *, asked: Any, **options: Any) -> None:
        super().__init__(**options)
        self.asked = asked

    def execute(self, context: Mapping[str, Any]) -> None:
        if self.asked["brings"] == "signed":
            self.wait(ObjectionTrigger(order_no=self.asked["order_no"]))


@task(outlets=[OUTBOX])
def lay_before(asked: dict[str, Any], *, outlet_events: Any = None) -> str:
    """Write to those whose signature is due; gives the text that they read on Airflow's page."""
    from cunfang.airflow.papers import lay_before as lay
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    page, key = lay(engine(settings().warehouse_url), asked["order_no"])
    outlet_events[OUTBOX].add_partitions(key)
    return page


class SignOff(ApprovalOperator):
    """Waits, parked without a slot, for one of those whose turn it is; the warehouse keeps the verdict (S26).

    A signature that the warehouse refuses (four eyes, not a signer) fails the attempt with the reason, and the retry
    puts the same step up again. A step that is no longer due, as a new order took this one's place, skips.
    """

    template_fields = (*ApprovalOperator.template_fields, "asked")

    def __init__(self, *, asked: Any, **options: Any) -> None:
        super().__init__(**options)
        self.asked = asked

    def execute(self, context: Mapping[str, Any]) -> Any:
        from airflow.sdk.exceptions import AirflowSkipException

        from cunfang.airflow.papers import verdict_on
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        step, given = verdict_on(engine(settings().warehouse_url), **self._place)
        if given is not None:
            return given
        if step is None:
            raise AirflowSkipException(f"指令 {self.asked['order_no']} 的这一环节不再待签")
        self.subject = f"{step.title}：{self.asked['order_no']}"
        self.assigned_users = [{"id": user, "name": user} for user in step.by]
        return super().execute(context)

    def execute_complete(self, context: Mapping[str, Any], event: dict[str, Any]) -> Any:
        from cunfang.airflow.papers import keep_verdict
        from cunfang.delivery.outbox import deliver
        from cunfang.evaluation.official import SignOffError
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        # Not ApprovalOperator's: after a refusal the order has still to be handed back.
        answer = HITLOperator.execute_complete(self, context, event)
        database = engine(settings().warehouse_url)
        try:
            return keep_verdict(
                database,
                **self._place,
                approved=answer["chosen_options"] == [self.APPROVE],
                actor=str((answer["responded_by_user"] or {}).get("name", "")),
                comment=str((answer["params_input"] or {}).get("comment") or ""),
            )
        except SignOffError:
            # A task that fails cannot wake the delivery; what cannot be sent now goes out with the next letters.
            with suppress(Exception):
                deliver(database, settings().smtp_url)
            raise

    @property
    def _place(self) -> dict[str, Any]:
        return {"order_no": self.asked["order_no"], "step_no": self.asked["step"], "round": self.asked["round"]}


@task(outlets=[OUTBOX])
def go_on(asked: dict[str, Any], *, outlet_events: Any = None) -> dict[str, str]:
    """Say what the signature brought; gives the order's partition key, and what follows."""
    from cunfang.airflow.papers import after_signature
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    after = after_signature(engine(settings().warehouse_url), asked["order_no"])
    key = order_key(after.region, after.period, after.order_no)
    outlet_events[OUTBOX].add_partitions(key)
    return {"key": key, "follows": after.follows}


# An outlet to which a task adds nothing is announced under the run's own partition: what is not to follow is skipped.


@task(outlets=[SIGN_OFF])
def put_up_next(after: dict[str, str], *, outlet_events: Any = None) -> None:
    """Put up the next signature of the order."""
    _only(after, "signature")
    outlet_events[SIGN_OFF].add_partitions(after["key"])


@task(outlets=[ORDER_SIGNED])
def have_issued(after: dict[str, str], *, outlet_events: Any = None) -> None:
    """Have the order issued once every signature is given."""
    _only(after, "issue")
    outlet_events[ORDER_SIGNED].add_partitions(after["key"])


def _only(after: dict[str, str], wanted: str) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    if after["follows"] != wanted:
        raise AirflowSkipException("签批尚未齐备，或指令已退回" if wanted == "issue" else "没有下一个签批环节")
