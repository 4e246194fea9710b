"""Rounding to whole units (N11): remainders, ties, floors and caps between units, the last step to the fen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from cunfang.rulebook import Rulebook
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Value
from evaluation.policy import ONE, leaf, policy


def _county(rulebook: Rulebook, size: dict[str, str], total: str, frozen: dict[str, str] | None = None) -> County:
    """`total` at the first bank, free to move, and `frozen` stock; scored by `size`."""
    rigid = [
        Account(f"{bank}-冻结", bank, Decimal(amount), adjustable=False) for bank, amount in (frozen or {}).items()
    ]
    first = next(iter(size))
    values = tuple(Value(bank, "size", Decimal(value)) for bank, value in size.items())
    free = Account(f"{first}-1", first, Decimal(total))
    return County(rulebook, tuple(Bank(bank) for bank in size), (free, *rigid), values)


def test_given_units_left_over_then_the_largest_remainders_get_them_and_the_last_step_is_to_the_fen(
    evaluated: Evaluate,
) -> None:
    county = _county(policy(ONE), {"A": "5", "B": "3", "C": "2"}, "100000.07")
    (result,) = evaluated([county])

    # Exact: 50000.035, 30000.021, 20000.014. Seven fen are left and go to the largest remainder.
    assert result.target == {"A": Decimal("50000.07"), "B": Decimal("30000.00"), "C": Decimal("20000.00")}


def test_given_equal_remainders_then_the_higher_score_goes_first(evaluated: Evaluate) -> None:
    # Exact: 3333.33…, 13333.33…, 3333.33…: one unit left over and three equal remainders.
    (result,) = evaluated([_county(policy(ONE), {"A": "1", "B": "4", "C": "1"}, "20000")])

    assert result.target == {"A": Decimal(0), "B": Decimal(20000), "C": Decimal(0)}


def test_given_equal_remainders_and_equal_scores_then_the_bank_code_decides(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(policy(ONE), {"C": "1", "B": "1", "A": "1"}, "10000.01")])

    assert result.target == {"A": Decimal(10000), "B": Decimal("0.01"), "C": Decimal(0)}


def test_given_scores_equal_in_truth_but_summed_from_other_points_then_they_tie(evaluated: Evaluate) -> None:
    # A: 40·3/6 = 20. B: 40·1/6 + 30·2/9 + 30·2/9 = 20 as well, of three points that each are rounded up.
    indicators = {
        "size": leaf("甲", "40", "size"),
        "other": leaf("乙", "30", "other"),
        "third": leaf("丙", "30", "third"),
    }
    county = _county(policy(indicators, unit="1"), {"A": "3", "B": "1", "C": "2"}, "7.50")
    more = [
        Value(bank, measure, Decimal(x)) for measure in ("other", "third") for bank, x in (("A", 0), ("B", 2), ("C", 7))
    ]
    (result,) = evaluated([replace(county, values=(*county.values, *more))])

    assert result.rank == {"A": 2, "B": 2, "C": 1}
    assert result.target == {"A": Decimal("1.50"), "B": Decimal("1.00"), "C": Decimal("5.00")}


def test_given_a_floor_between_whole_units_then_its_bank_keeps_it_or_goes_to_the_next_whole_unit(
    evaluated: Evaluate,
) -> None:
    # Exact: 25000 each. A falls back to its floor 23456.78; B keeps its own by a remainder of 5000.
    county = _county(policy(ONE), {"A": "1", "B": "1"}, "26543.22", {"A": "23456.78"})
    (result,) = evaluated([county])

    assert result.target == {"A": Decimal("23456.78"), "B": Decimal("26543.22")}

    # Exact: 29000 each of three; A's remainder 5543.22 is the smallest, yet what is left reaches it.
    county = _county(policy(ONE), {"A": "1", "B": "1", "C": "1"}, "63543.22", {"A": "23456.78"})
    (result,) = evaluated([county])

    assert result.target == {"A": Decimal("27000.00"), "B": Decimal("30000.00"), "C": Decimal("30000.00")}


def test_given_a_cap_between_whole_units_then_nobody_is_rounded_above_it(evaluated: Evaluate) -> None:
    rulebook = policy(ONE, cap="0.29")
    county = _county(rulebook, {"A": "5", "B": "5", "C": "4", "D": "4"}, "100000")
    (result,) = evaluated([county])

    # A and B want 27777.77…, one unit goes to each as far as the cap of 29000; the rest to C and D.
    assert result.cap["A"] == Decimal(29000)
    assert result.target == {"A": Decimal(29000), "B": Decimal(29000), "C": Decimal(22000), "D": Decimal(20000)}


def test_given_a_cap_that_is_no_whole_fen_then_it_is_rounded_up(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(policy(ONE, unit="0.01", cap="0.5"), {"A": "9", "B": "1"}, "0.03")])

    assert (result.cap["A"], result.target) == (Decimal("0.02"), {"A": Decimal("0.02"), "B": Decimal("0.01")})


def test_given_all_stock_frozen_then_every_bank_keeps_what_it_has(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(policy(ONE), {"A": "3", "B": "1"}, "0", {"A": "1.01", "B": "7.77"})])

    assert result.target == {"A": Decimal("1.01"), "B": Decimal("7.77")}
    assert result.legs == []
