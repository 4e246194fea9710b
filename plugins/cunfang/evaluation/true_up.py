"""True-ups (补差): what issued corrections of earlier quarters add to the stated amounts of a run, once each.

What a bound eats of one is carried on to the next quarter (结转下季), until it is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.period import Period
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows, run

WORK_TABLES = ("turn_of_true_up",)


@dataclass(frozen=True)
class TrueUp:
    """What one bank is still owed (negative: got too much) of `period`, in yuan, by the issued paper `order_no`."""

    order_no: str
    institution: str
    period: str
    amount: Decimal
    correction_id: int


@dataclass(frozen=True)
class Carried:
    """What an earlier quarter, by its run `from_run_id`, could not make good of the paper `order_no`, in yuan."""

    from_run_id: int
    order_no: str
    institution: str
    amount: Decimal


def standing_true_ups(connection: Connection, region: str, period: Period) -> list[TrueUp]:
    """The true-ups that a run of `region` and `period` counts; those counted in another quarter are not among them."""
    parameters = {"region": region, "period": str(period)}
    return [TrueUp(**row) for row in rows(connection, "eval/08_true_ups.sql", parameters)]


def standing_carried(connection: Connection, region: str, period: Period) -> list[Carried]:
    """What a run of `region` and `period` takes over from earlier quarters; what another quarter took is not in it."""
    parameters = {"region": region, "period": str(period)}
    return [Carried(**row) for row in rows(connection, "eval/08_carried.sql", parameters)]


def keep(connection: Connection, run_id: int, true_ups: Sequence[TrueUp], carried: Sequence[Carried]) -> None:
    """Pin them to the run."""
    _pin(connection, "eval.true_up", run_id, TrueUp, true_ups)
    _pin(connection, "eval.true_up_carried", run_id, Carried, carried)


def _pin(
    connection: Connection, table: str, run_id: int, kind: type[TrueUp | Carried], items: Sequence[TrueUp | Carried]
) -> None:
    names = tuple(kind.__dataclass_fields__)
    copy_rows(connection, table, ("run_id", *names), ((run_id, *(getattr(i, n) for n in names)) for i in items))


def settle(connection: Connection) -> None:
    """Keep what each true-up of the batch came to for each bank: applied, and carried on.

    Once the amounts are there: each is held against the same run without it, the oldest paper first.
    """
    run(connection, "eval/76_true_up_turns.sql")
    turns = connection.scalar(text("SELECT max(turn_no) FROM turn_of_true_up"))
    for turn in range(turns or 0):
        for step in ("77_without_true_ups", "77_without_true_ups_reduced"):
            run(connection, f"eval/{step}.sql", {"turn": turn})
            run(connection, "eval/70_solve.sql")
    run(connection, "eval/78_true_up_outcome.sql")
