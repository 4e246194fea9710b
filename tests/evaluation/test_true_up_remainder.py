"""What a bound eats of a true-up, held against the same run without it: nothing is lost, nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation import true_up
from evaluation import amounts as room
from evaluation.amounts import Case, Outcome
from evaluation.generated_amounts import drawn
from evaluation.settings import PROPERTY
from evaluation.test_true_ups import FEN, Owed, _free, _owe, _owed, _placed

ONE_FEN = Fraction(1, 100)
Came = Mapping[str, tuple[Decimal, Decimal, Decimal]]
"""By bank: spread, applied, remainder."""


def _settled(ground: Engine, cases: Sequence[Case], owed: Sequence[Owed]) -> tuple[list[Outcome], list[Came]]:
    """The amounts of `cases` with these true-ups pinned to their runs, and what came of them."""
    load = room._load

    def load_owing(connection: Connection, cases: Sequence[Case]) -> list[int]:
        runs = load(connection, cases)
        _owe(connection, dict(zip(runs, owed, strict=True)))
        return runs

    query = text("SELECT institution, spread, applied, remainder FROM eval.true_up_outcome WHERE run_id = :run")
    with ground.connect() as connection, patch.object(room, "_load", load_owing):
        outcomes = room.amounts(connection, cases)
        true_up.settle(connection)
        came: list[Came] = [
            {bank: (spread, applied, left) for bank, spread, applied, left in connection.execute(query, {"run": run})}
            for run in range(1, len(cases) + 1)
        ]
    return outcomes, came


@PROPERTY
@given(drawn(40), st.integers(0, 2**32), st.integers(-500, 500))
def test_then_applied_is_what_amounts_differ_by_and_the_rest_is_carried_on(
    ground: Engine, batch: list[Case], seed: int, fen: int
) -> None:
    owed = [_owed(case, seed + number, fen * FEN) for number, case in enumerate(batch)]
    without = _placed(ground, batch, [{} for _ in batch])
    outcomes, came = _settled(ground, batch, owed)
    eaten = 0
    for case, mine, before, after, rest in zip(batch, owed, without, outcomes, came, strict=True):
        if after.asked:
            continue
        for bank, (spread, applied, left) in rest.items():
            assert mine.get(bank, 0) == spread + applied + left, (case, bank)
        assert set(rest) >= {bank for bank, amount in mine.items() if amount}
        sums = [sum((amounts[column] for amounts in rest.values()), Decimal(0)) for column in range(3)]
        assert sums == [sum(mine.values()), 0, 0], case
        if before.asked:
            continue
        for bank, amount in after.result.bounded.items():
            moved = Fraction(amount) - Fraction(before.result.bounded[bank])
            _, applied, _ = rest.get(bank, (Decimal(0),) * 3)
            assert abs(moved - Fraction(applied)) <= 2 * ONE_FEN, (case, bank)
        if _free(before) and _free(after):
            assert not any(left for _, _, left in rest.values()), case
        eaten += any(left for _, _, left in rest.values())
    assert eaten >= 1
