"""True-ups (补差): what issued corrections of earlier quarters add to the stated amounts of a run, once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class TrueUp:
    """What one bank is still owed (negative: got too much) of `period`, in yuan, by the issued paper `order_no`."""

    order_no: str
    institution: str
    period: str
    amount: Decimal
    correction_id: int


def standing_true_ups(connection: Connection, region: str, period: Period) -> list[TrueUp]:
    """The true-ups that a run of `region` and `period` counts; those counted in another quarter are not among them."""
    parameters = {"region": region, "period": str(period)}
    return [TrueUp(**row) for row in rows(connection, "eval/08_true_ups.sql", parameters)]


def keep(connection: Connection, run_id: int, true_ups: Sequence[TrueUp]) -> None:
    """Pin them to the run."""
    columns = ("run_id", *TrueUp.__dataclass_fields__)
    values = ((run_id, *(getattr(item, name) for name in TrueUp.__dataclass_fields__)) for item in true_ups)
    copy_rows(connection, "eval.true_up", columns, values)
