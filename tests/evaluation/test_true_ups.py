"""True-ups (补差): added to what is stated, to the fen where no bound binds, and T is shared out whole either way."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from cunfang.orders.priced import effects_of
from cunfang.warehouse.copy import copy_rows
from evaluation import amounts as room
from evaluation.amounts import POLICY, Case, Outcome
from evaluation.generated_amounts import drawn
from evaluation.settings import PROPERTY

FEN = Decimal("0.01")
CLOSE = Fraction(1, 10**12)
CODES = "ABCDEF"
Owed = Mapping[str, Decimal]


def _owed(case: Case, seed: int, net: Decimal) -> Owed:
    """What each bank that takes part is owed, together `net`: up to 1% of the county's stock."""
    chance = random.Random(seed)  # noqa: S311 - a case, not a secret
    held = sum((bank.free + bank.rigid for bank in case.banks), Decimal(0))
    most = max(int(held), 1)
    shared = [bank.code for bank in case.banks if bank.role == "commercial"]
    owed = {code: chance.randint(-most, most) * FEN for code in shared[1:]}
    return {**owed, shared[0]: net - sum(owed.values(), Decimal(0))}


def _placed(ground: Engine, cases: Sequence[Case], owed: Sequence[Owed]) -> list[Outcome]:
    """The amounts of `cases` with these true-ups pinned to their runs."""
    load = room._load

    def load_owing(connection: Connection, cases: Sequence[Case]) -> list[int]:
        runs = load(connection, cases)
        _owe(connection, dict(zip(runs, owed, strict=True)))
        return runs

    with ground.connect() as connection, patch.object(room, "_load", load_owing):
        return room.amounts(connection, cases)


def _owe(connection: Connection, owed: Mapping[int, Owed]) -> None:
    """True-ups of one issued paper, which corrects a quarter of elsewhere."""
    columns = ("run_id", "region", "period", "as_of", "year_start", "rulebook_id", "input_hash")
    day, year = date(2025, 9, 30), date(2025, 1, 1)
    earlier = [(i, "100000", "2025-Q3", day, year, POLICY, f"{i}") for i in (POLICY, POLICY + 1)]
    copy_rows(connection, "eval.run", columns, earlier)
    place: dict[str, object] = {"region": "100000", "period": "2025-Q3", "run_id": POLICY}
    terms = {"max_drift": 0, "execute_workdays": 5, "issue_workdays": 5, "objection_workdays": 5}
    paper = {"order_no": "B01", "kind": "true_up", "base_date": day, "drafted_by": "cunfang", **place, **terms}
    copy_rows(connection, "ops.transfer_order", tuple(paper), [tuple(paper.values())])
    said = {"treatment": "true_up", "reason": "测试", "largest": 1, "gross": 2, "net": 0}
    head = {"correction_id": 1, "against_run_id": POLICY + 1, **place, **said}
    copy_rows(connection, "ops.run_correction", tuple(head), [tuple(head.values())])
    columns = ("correction_id", "institution", "name", "short_name", "sort_no", "target_before", "target_after")
    copy_rows(connection, "ops.run_correction_effect", columns, ((1, code, code, code, 1, 0, 0) for code in CODES))
    columns = ("run_id", "order_no", "institution", "period", "amount", "correction_id")
    pinned = (
        (run_id, "B01", code, "2025-Q3", amount, 1) for run_id, mine in owed.items() for code, amount in mine.items()
    )
    copy_rows(connection, "eval.true_up", columns, (row for row in pinned if row[4]))


def _free(outcome: Outcome) -> bool:
    """Whether λ alone makes all amounts: no bound holds a bank."""
    result = outcome.result
    return all(result.binding[bank] == "none" for bank, role in result.role.items() if role == "commercial")


@PROPERTY
@given(drawn(60), st.integers(0, 2**32))
def test_given_no_bound_binds_then_amounts_differ_by_what_is_owed_and_their_sum_is_t(
    ground: Engine, batch: list[Case], seed: int
) -> None:
    owed = [_owed(case, seed + number, Decimal(0)) for number, case in enumerate(batch)]
    without = _placed(ground, batch, [{} for _ in batch])
    compared = 0
    for case, mine, before, after in zip(batch, owed, without, _placed(ground, batch, owed), strict=True):
        if after.asked:
            continue
        assert sum(after.result.target.values()) == after.result.total, case
        assert before.asked or before.result.total == after.result.total, case
        if before.asked or not (_free(before) and _free(after)):
            continue
        for bank, amount in after.result.bounded.items():
            moved = Fraction(amount) - Fraction(before.result.bounded[bank])
            assert abs(moved - Fraction(mine.get(bank, Decimal(0)))) <= CLOSE, (case, bank)
        compared += 1
    assert compared >= 1


@PROPERTY
@given(drawn(40), st.integers(0, 2**32), st.integers(-500, 500))
def test_given_the_correction_changed_t_then_the_banks_share_what_that_leaves(
    ground: Engine, batch: list[Case], seed: int, fen: int
) -> None:
    owed = [_owed(case, seed + number, fen * FEN) for number, case in enumerate(batch)]
    outcomes = _placed(ground, batch, owed)
    assert any(not outcome.asked for outcome in outcomes)
    for case, outcome in zip(batch, outcomes, strict=True):
        assert outcome.asked or sum(outcome.result.target.values()) == outcome.result.total, case


@PROPERTY
@given(drawn(30))
def test_given_any_two_results_then_effects_add_up_to_the_change_of_t(ground: Engine, batch: list[Case]) -> None:
    with ground.connect() as connection:
        outcomes = room.amounts(connection, batch)
        solved = [number for number, outcome in enumerate(outcomes, start=1) if not outcome.asked]
        assert len(solved) >= 2
        for before, after in pairwise(solved):
            effects = effects_of(connection, after, before)
            results = outcomes[before - 1].result, outcomes[after - 1].result
            assert {item.institution for item in effects} == results[0].role.keys() | results[1].role.keys()
            assert sum(item.effect for item in effects) == sum(results[1].target.values()) - sum(
                results[0].target.values()
            )
            for item in effects:
                assert item.target_before == results[0].target.get(item.institution, 0)
                assert item.target_after == results[1].target.get(item.institution, 0)
