"""Every way of sharing out, with every bound and remainder rule: the SQL against the oracle, to the fen."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from evaluation.amounts import Case, Outcome, amounts, breaches, run_ids
from evaluation.generated_amounts import KINDS, drawn, placed, shares, stock_of
from evaluation.settings import PROPERTY
from oracle.allocation import ZERO, Placed

LESS_THAN_A_FEN = Fraction(1, 10**12)
BINDING = {
    "floor": {"floor", "minimum"},
    "cap": {"cap", "deposits_cap", "maximum", "four_falling"},
}


def _amounts(ground: Engine, cases: Sequence[Case]) -> list[Outcome]:
    with ground.connect() as connection:
        return amounts(connection, cases)


def _same_question(case: Case, outcome: Outcome, expected: Placed) -> None:
    assert outcome.asked == expected.asked, (case, outcome.message)
    assert outcome.asked == "" or outcome.message, case
    assert not outcome.result.target or not outcome.asked, case


def _same_amounts(case: Case, outcome: Outcome, expected: Placed, fixed: dict[str, Fraction]) -> None:
    result = outcome.result
    for bank, value in (dict(expected.exact) | fixed).items():
        assert abs(Fraction(result.bounded[bank]) - value) <= LESS_THAN_A_FEN, (case, bank)
    assert result.target == dict(expected.target) | fixed, case
    assert sum(result.target.values()) == result.total, case


def _within_bounds(case: Case, outcome: Outcome, expected: Placed) -> None:
    """lo ≤ target ≤ hi, and the constraint that is named is the one that holds."""
    for bank, bounds in expected.bounds.items():
        target, binding = Fraction(outcome.result.target[bank]), outcome.result.binding[bank]
        assert bounds.floor <= target, case
        assert bounds.cap is None or target <= bounds.cap, case
        assert binding not in BINDING["floor"] or target == bounds.floor, case
        assert binding not in BINDING["cap"] or (target, binding) == (bounds.cap, bounds.cause), case
        assert (binding == "by_rank") <= (target == bounds.stated), case


def _more_score_is_no_less(case: Case, outcome: Outcome) -> None:
    """Of two banks that no bound holds and that got nothing extra, the one with the higher score gets no less."""
    plain = [b for b in case.banks if outcome.result.binding[b.code] in ("none", "by_rank") and not b.added]
    order = case.ranks()
    for one in plain:
        for other in plain:
            better = order[one.code] < order[other.code]
            bounded = outcome.result.bounded
            lead = Fraction(bounded[one.code]) - Fraction(bounded[other.code])
            assert not better or lead >= -LESS_THAN_A_FEN, case


def _policy_banks(case: Case, outcome: Outcome, mean: Fraction | None) -> None:
    """P is the oracle's, and no more than the mean of what the banks that take part got (S19)."""
    assert all(cap == mean for cap in outcome.support.values()), case
    got = [Fraction(x) for bank, x in outcome.result.target.items() if outcome.result.role[bank] == "commercial"]
    assert mean is None or mean * len(got) <= sum(got, ZERO), case
    assert all(outcome.reason.values()), case


def _what_is_held(case: Case, outcome: Outcome) -> None:
    """What a bank holds is what it held at the base date and what moved since; T is that of the base date (S12)."""
    for bank in case.banks:
        assert outcome.result.current[bank.code] == bank.free + bank.rigid + bank.moved, case
    assert stock_of(case) + sum(map(Fraction, outcome.result.delta.values())) == outcome.result.total, case


@PROPERTY
@given(drawn(300))
def test_given_any_scored_county_then_its_amounts_are_the_oracles_to_the_fen_within_bounds_or_the_same_is_asked(
    ground: Engine, batch: list[Case]
) -> None:
    solved: Counter[str] = Counter()
    modes: Counter[str] = Counter()
    for case, outcome in zip(batch, _amounts(ground, batch), strict=True):
        _, amount, fixed, mean = shares(case)
        expected = placed(case)
        _same_question(case, outcome, expected)
        if outcome.asked:
            continue
        assert outcome.result.total - outcome.result.set_aside == amount, case
        _same_amounts(case, outcome, expected, fixed)
        _within_bounds(case, outcome, expected)
        _more_score_is_no_less(case, outcome)
        _policy_banks(case, outcome, mean)
        _what_is_held(case, outcome)
        solved[case.scheme.kind] += 1
        modes[case.quota.mode] += 1
    # Most counties have an answer, of every scheme: 2,000 and more in ten batches.
    assert solved.total() >= len(batch) // 2, solved
    assert all(solved[kind] >= 4 for kind in KINDS), solved
    assert all(modes[mode] >= 10 for mode in ("stock", "stock_less_reserve", "fixed")), modes


@PROPERTY
@given(drawn(30), st.integers(0, 10**6))
def test_given_banks_in_another_order_then_every_amount_is_the_same(
    ground: Engine, batch: list[Case], seed: int
) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - an order, not a secret
    again = [replace(case, banks=tuple(shuffle.sample(case.banks, len(case.banks)))) for case in batch]
    for case, first, second in zip(batch, _amounts(ground, batch), _amounts(ground, again), strict=True):
        assert (first.asked, first.result) == (second.asked, second.result), case


@PROPERTY
@given(drawn(12))
def test_given_any_stored_county_then_the_verification_finds_nothing(ground: Engine, batch: list[Case]) -> None:
    with ground.connect() as connection:
        outcomes = amounts(connection, batch)
        assert breaches(connection, run_ids(connection)) == []
        assert sum(not outcome.asked for outcome in outcomes) >= 1
