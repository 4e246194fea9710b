"""The example printed with N9, and the same through every step from feeds to legs."""

from __future__ import annotations

from decimal import Decimal

from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Value
from evaluation.policy import ONE, policy

SCORES = {"A": "40", "B": "30", "C": "20", "D": "10"}


def _county(unit: str) -> County:
    rigid = Account("C-社保", "C", Decimal("350"), category="fiscal_social", owner="社保局")
    rest = tuple(Account(f"{bank}-1", bank, Decimal("162.50")) for bank in SCORES)
    return County(
        rulebook=policy(ONE, unit=unit, min_leg="0"),
        banks=tuple(Bank(code) for code in SCORES),
        accounts=(rigid, *rest),
        values=tuple(Value(code, "size", Decimal(score)) for code, score in SCORES.items()),
    )


def test_given_the_example_of_n9_when_evaluated_then_its_targets_come_out(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county("0.01")])

    assert result.total == 1000
    assert {bank: str(score.normalize()) for bank, score in result.score.items()} == {
        "A": "4E+1",
        "B": "3E+1",
        "C": "2E+1",
        "D": "1E+1",
    }
    assert result.target == {"A": Decimal("325"), "B": Decimal("243.75"), "C": Decimal("350"), "D": Decimal("81.25")}
    assert result.binding == {"A": "none", "B": "none", "C": "floor", "D": "none"}


def test_given_the_example_when_evaluated_then_only_free_money_moves_and_every_difference_closes(
    evaluated: Evaluate,
) -> None:
    (result,) = evaluated([_county("0.01")])

    assert [(leg.giver, leg.taker, leg.amount) for leg in result.legs] == [
        ("C", "A", Decimal("162.50")),
        ("D", "B", Decimal("81.25")),
    ]
    assert set(result.carried.values()) == {Decimal(0)}


def test_given_whole_units_when_rounded_then_the_largest_remainders_are_topped_up_and_the_floor_is_kept(
    evaluated: Evaluate,
) -> None:
    (result,) = evaluated([_county("1")])

    assert result.target == {"A": Decimal("325"), "B": Decimal("244"), "C": Decimal("350"), "D": Decimal("81")}
