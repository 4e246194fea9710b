"""What came out of a batch of runs, read back as frozen values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Leg:
    giver: str
    taker: str
    from_account: str
    to_account: str | None
    owner: str
    category: str
    amount: Decimal
    status: str
    available_from: date | None = None


@dataclass
class Result:
    """One run. Money and points are exact decimals, by bank or by (indicator, bank)."""

    role: dict[str, str] = field(default_factory=dict)
    value: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    points: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    flag: dict[tuple[str, str], str] = field(default_factory=dict)
    basis: dict[tuple[str, str], str] = field(default_factory=dict)
    amounts: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    score: dict[str, Decimal] = field(default_factory=dict)
    share: dict[str, Decimal] = field(default_factory=dict)
    rank: dict[str, int | None] = field(default_factory=dict)
    total: Decimal = Decimal(0)
    set_aside: Decimal = Decimal(0)
    rigid: dict[str, Decimal] = field(default_factory=dict)
    cap: dict[str, Decimal | None] = field(default_factory=dict)
    bounded: dict[str, Decimal] = field(default_factory=dict)
    binding: dict[str, str] = field(default_factory=dict)
    target: dict[str, Decimal] = field(default_factory=dict)
    current: dict[str, Decimal] = field(default_factory=dict)
    delta: dict[str, Decimal] = field(default_factory=dict)
    planned: dict[str, Decimal] = field(default_factory=dict)
    scheduled: dict[str, Decimal] = field(default_factory=dict)
    blocked: dict[str, Decimal] = field(default_factory=dict)
    carried: dict[str, Decimal] = field(default_factory=dict)
    remark: dict[str, str] = field(default_factory=dict)
    available: dict[str, Decimal] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)


def results(connection: Connection, run_ids: Sequence[int]) -> list[Result]:
    """Everything the runs hold, in the order of `run_ids`."""
    found: dict[int, Result] = defaultdict(Result)

    def each(columns: str, table: str, order: str = "run_id") -> Any:
        query = text(f"SELECT run_id, {columns} FROM eval.{table} WHERE run_id = ANY(:runs) ORDER BY {order}")
        for run_id, *row in connection.execute(query, {"runs": list(run_ids)}):
            yield (found[run_id], *row)

    for r, bank, role in each("institution, role", "participant"):
        r.role[bank] = role
    for r, bank, code, value in each("institution, indicator, value", "indicator_value"):
        r.value[code, bank] = value
    for r, bank, code, points, flag, basis in each("institution, indicator, points, flag, basis", "points"):
        r.points[code, bank], r.flag[code, bank], r.basis[code, bank] = points, flag, basis
    for r, bank, code, amount in each("institution, indicator, amount", "supplement"):
        r.amounts[code, bank] = amount
    for r, bank, score, share, rank in each("institution, score, share, rank", "score"):
        r.score[bank], r.share[bank], r.rank[bank] = score, share, rank
    for r, total, set_aside in each("total, set_aside", "quota"):
        r.total, r.set_aside = total, set_aside
    columns = "institution, rigid_amount, cap_amount, bounded_target, binding"
    for r, bank, rigid, cap, bounded, binding in each(columns, "bounded"):
        r.rigid[bank], r.cap[bank], r.bounded[bank], r.binding[bank] = rigid, cap, bounded, binding
    for r, bank, target, current, delta in each("institution, target, current_amount, delta", "allocation"):
        r.target[bank], r.current[bank], r.delta[bank] = target, current, delta
    columns = "institution, planned, scheduled, blocked, carried, reason"
    for r, bank, planned, scheduled, blocked, carried, reason in each(columns, "adjustment"):
        r.planned[bank], r.scheduled[bank], r.blocked[bank], r.carried[bank] = planned, scheduled, blocked, carried
        r.remark[bank] = reason
    for r, account, balance in each("account, CASE WHEN available THEN balance ELSE 0 END", "holding"):
        r.available[account] = balance
    accounts = "from_institution, to_institution, from_account, to_account, owner, fund_category"
    columns = f"{accounts}, amount, status, available_from"
    for r, *leg in each(columns, "leg", "run_id, leg_no"):
        r.legs.append(Leg(*leg))
    return [found[run_id] for run_id in run_ids]
