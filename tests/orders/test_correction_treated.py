"""How a correction is treated: by its largest effect, the threshold itself included, and by what came after."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cunfang.orders.correction import treat
from cunfang.orders.priced import Correction, Effect

YUAN = st.integers(0, 10**15).map(lambda fen: Decimal(fen).scaleb(-2))
FEN = Decimal("0.01")


def effect(number: int, before: Decimal, after: Decimal, rank: int = 1) -> Effect:
    name = f"B{number}"
    score = (Decimal(1), Decimal(1))
    return Effect(name, name, name, number, "commercial", "commercial", before, after, *score, *score, 1, rank)


EFFECTS = st.lists(st.tuples(YUAN, YUAN), min_size=1, max_size=8).map(
    lambda pairs: tuple(effect(number, *pair) for number, pair in enumerate(pairs))
)


@given(EFFECTS, st.sampled_from([Decimal(0), FEN, -FEN]))
def test_a_true_up_reaches_to_the_threshold_and_not_a_fen_further(effects: tuple[Effect, ...], off: Decimal) -> None:
    largest = max(abs(item.target_after - item.target_before) for item in effects)
    treatment, reason = treat(effects, max(largest + off, Decimal(0)), "2025-Q4", None, "T01")
    expected = "none" if not largest else "true_up" if off >= 0 else "superseding"
    assert treatment == expected
    assert ("T01" in reason) == (expected == "superseding")


@given(EFFECTS)
def test_without_a_threshold_every_correction_that_moves_money_is_a_new_order(effects: tuple[Effect, ...]) -> None:
    moves = any(item.effect for item in effects)
    treatment, reason = treat(effects, None, "2025-Q4", None, None)
    assert treatment == ("superseding" if moves else "none")
    assert ("true_up_threshold" in reason) == moves


@given(EFFECTS, st.none() | YUAN)
def test_after_a_later_quarter_nothing_is_superseded(effects: tuple[Effect, ...], threshold: Decimal | None) -> None:
    treatment, _ = treat(effects, threshold, "2025-Q4", "2026-Q1", "T01")
    assert treatment == ("true_up" if any(item.effect for item in effects) else "none")


@given(EFFECTS)
def test_effects_add_up_to_the_change_of_the_total(effects: tuple[Effect, ...]) -> None:
    priced = Correction(2, 1, "420922", "2025-Q4", "none", "", None, effects, (), ())
    before, after = (sum(getattr(item, f"target_{when}") for item in effects) for when in ("before", "after"))
    assert priced.net == after - before
    assert abs(priced.net) <= priced.gross
    assert priced.largest <= priced.gross <= priced.largest * len(effects)


def test_a_rank_that_changes_alone_is_said() -> None:
    treatment, reason = treat((effect(1, Decimal(5), Decimal(5), rank=2),), None, "2025-Q4", None, None)
    assert treatment == "none" and "得分或名次有变化" in reason
