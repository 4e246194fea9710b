"""Who takes part (S15, S17, S22, S32) and which stock may move (S02), at the days where it turns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Decision, Value, Violation
from evaluation.policy import ONE, policy
from evaluation.result import Result


def _evaluate(
    evaluated: Evaluate, *, type: str = "国有大行", decisions: tuple[Decision, ...] = (), **more: object
) -> Result:
    """A county of A and B, which is of `type`: 100 yuan each, scored alike."""
    accounts = (Account("A-1", "A", Decimal(100)), Account("B-1", "B", Decimal(100)))
    values = (Value("A", "size", Decimal(1)), Value("B", "size", Decimal(1)))
    county = County(
        policy(ONE, unit="0.01"), (Bank("A"), Bank("B", type)), accounts, values, decisions=decisions, **more
    )  # type: ignore[arg-type]
    (result,) = evaluated([county])
    return result


@pytest.mark.parametrize(
    ("decided_on", "role"),
    [
        (date(2025, 12, 31), "excluded"),
        (date(2026, 1, 1), "commercial"),
        (date(2023, 1, 1), "excluded"),
        (date(2022, 12, 31), "commercial"),
    ],
    ids=["the base date itself", "not yet decided", "the last day of three years", "three years to the day"],
)
def test_given_a_disqualification_when_the_base_date_is_at_its_edge_then_its_three_years_are_half_open(
    evaluated: Evaluate, decided_on: date, role: str
) -> None:
    result = _evaluate(evaluated, violations=(Violation("1", "B", decided_on),))

    assert result.role["B"] == role


def test_given_a_second_disqualification_then_its_own_three_years_count_too(evaluated: Evaluate) -> None:
    violations = (Violation("1", "B", date(2021, 1, 1)), Violation("2", "B", date(2023, 6, 1)))

    assert _evaluate(evaluated, violations=violations).role["B"] == "excluded"


def test_given_a_minor_violation_then_the_bank_takes_part(evaluated: Evaluate) -> None:
    result = _evaluate(evaluated, violations=(Violation("1", "B", date(2025, 6, 1), severity="note"),))

    assert result.role["B"] == "commercial"


def test_given_an_excluded_bank_then_it_is_scored_for_information_and_gives_up_what_is_free(
    evaluated: Evaluate,
) -> None:
    result = _evaluate(evaluated, violations=(Violation("1", "B", date(2025, 6, 1)),))

    assert (result.score["B"], result.share["B"], result.rank["B"]) == (Decimal(100), 0, None)
    assert result.target == {"A": Decimal(200), "B": Decimal(0)}


def test_given_a_policy_bank_then_it_keeps_what_it_holds_and_is_not_scored(evaluated: Evaluate) -> None:
    result = _evaluate(evaluated, type="政策性")

    assert (result.role["B"], result.target) == ("policy", {"A": Decimal(100), "B": Decimal(100)})
    assert "B" not in result.score


def test_given_a_carve_out_then_its_amount_comes_off_t_and_its_bank_out_of_the_denominator(evaluated: Evaluate) -> None:
    result = _evaluate(evaluated, decisions=(Decision("县政〔2025〕1号", "carve_out", "B", amount=Decimal("30.05")),))

    assert (result.role["B"], result.total, result.set_aside) == ("carved_out", 200, Decimal("30.05"))
    assert (result.share, result.target) == ({"A": 1}, {"A": Decimal("169.95"), "B": Decimal("30.05")})


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "role"),
    [
        (date(2025, 12, 31), None, "carved_out"),
        (date(2025, 1, 1), date(2025, 12, 31), "carved_out"),
        (date(2025, 1, 1), date(2025, 12, 30), "commercial"),
        (date(2026, 1, 1), None, "commercial"),
    ],
)
def test_given_a_carve_out_when_it_is_not_in_force_at_the_base_date_then_it_does_not_count(
    evaluated: Evaluate, valid_from: date, valid_to: date | None, role: str
) -> None:
    decision = Decision("1", "carve_out", "B", amount=Decimal(10), valid_from=valid_from, valid_to=valid_to)

    assert _evaluate(evaluated, decisions=(decision,)).role["B"] == role


def test_given_a_later_carve_out_then_it_replaces_the_earlier_one(evaluated: Evaluate) -> None:
    decisions = (
        Decision("1", "carve_out", "B", amount=Decimal(50), decided_on=date(2025, 2, 1)),
        Decision("2", "carve_out", "B", amount=Decimal(40), decided_on=date(2025, 9, 1)),
        Decision("3", "carve_out", "B", amount=Decimal(60), decided_on=date(2025, 5, 1)),
    )

    assert _evaluate(evaluated, decisions=decisions).target["B"] == Decimal(40)


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "there"),
    [(date(2025, 12, 31), None, True), (date(2026, 1, 1), None, False), (None, date(2026, 1, 1), True)],
)
def test_given_opening_and_closing_dates_then_only_banks_open_at_the_base_date_take_part(
    evaluated: Evaluate, opened_on: date | None, closed_on: date | None, there: bool
) -> None:
    county = County(
        policy(ONE),
        (Bank("A"), Bank("B", opened_on=opened_on, closed_on=closed_on)),
        (Account("A-1", "A", Decimal(100)),),
        (Value("A", "size", Decimal(1)),),
    )

    assert ("B" in evaluated([county])[0].role) is there


@pytest.mark.parametrize(
    ("category", "flag", "freed", "rigid"),
    [
        ("special", None, False, 0),
        ("fiscal_fund", None, False, 0),
        ("unit", None, False, 0),
        ("fiscal_social", None, False, 100),
        ("fiscal_nontax", None, False, 100),
        ("township", None, False, 100),
        ("special", False, False, 100),
        ("fiscal_social", True, False, 0),
        ("fiscal_social", None, True, 0),
        ("special", False, True, 0),
    ],
)
def test_given_category_flag_and_decision_then_stock_is_rigid_as_the_scheme_says(
    evaluated: Evaluate, category: str, flag: bool | None, freed: bool, rigid: int
) -> None:
    account = Account("A-1", "A", Decimal(100), category=category, adjustable=flag)
    decisions = (Decision("1", "adjustable", account="A-1"),) if freed else ()
    county = County(policy(ONE), (Bank("A"),), (account,), (Value("A", "size", Decimal(1)),), decisions=decisions)

    assert evaluated([county])[0].rigid["A"] == rigid


def test_given_a_decreed_total_then_the_latest_decision_in_force_is_t(evaluated: Evaluate) -> None:
    decisions = (
        Decision("1", "quota", amount=Decimal(300), decided_on=date(2025, 1, 1)),
        Decision("2", "quota", amount=Decimal(400), decided_on=date(2025, 10, 1)),
    )
    values = (Value("A", "size", Decimal(1)),)
    accounts = (Account("A-1", "A", Decimal(100)),)
    county = County(policy(ONE, quota="fixed"), (Bank("A"),), accounts, values, decisions=decisions)

    assert evaluated([county])[0].target == {"A": Decimal(400)}
