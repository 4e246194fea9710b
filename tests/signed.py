"""Sign and issue as the region's offices would: each step of the chain by one of its signers, nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from cunfang.orders import signing
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import Issued, issue
from cunfang.orders.objection import window


def wait_for_objections(connection: Connection, order_no: str) -> None:
    """Let the banks' time to object to a reviewed order pass, for the rest of the transaction."""
    after = window(connection, order_no).until + timedelta(days=1)
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": str(after)})


@contextmanager
def a_month_ago(connection: Connection) -> Iterator[None]:
    """The office's clock shows a month earlier: what is reviewed then is past the banks' time to object now (S27)."""
    before = connection.scalar(text("SELECT current_setting('cunfang.today', TRUE)"))
    shown = text("SELECT set_config('cunfang.today', :day, TRUE)")
    connection.execute(shown, {"day": connection.scalar(text("SELECT CAST(ops.today() - 31 AS text)"))})
    yield
    connection.execute(shown, {"day": before or ""})


def sign_all(connection: Connection, order_no: str) -> None:
    """Give every signature that the order still waits for; nobody objects."""
    while (step := signing.due_step(connection, order_no)) is not None:
        with a_month_ago(connection) if step.brings == "reviewed" else nullcontext():
            actor = step.by[0] if step.by else f"signer_{step.step_no}"
            signing.sign(connection, order_no, approved=True, actor=actor, comment="同意", step=step)


def published(engine: Engine, run_id: int) -> Issued:
    """Draft, sign and issue the order of a run, which publishes the run."""
    with engine.begin() as connection:
        order_no = draft_adjustment(connection, run_id)
        sign_all(connection, order_no)
    return issue(engine, order_no)
