"""Every shipped rule book runs by the same SQL, and its points are the oracle's over what was delivered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from cunfang.rulebook import read_rulebook, rulebook_codes
from cunfang.rulebook.parameter import Term
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Credit, Errand, Tax, Value
from evaluation.generated import rules
from oracle import scoring

BANKS = ("A", "B", "C")
CREDIT = {
    "A": Credit(
        "A", Decimal("7300000000.01"), Decimal("2200000000.33"), Decimal(900000000), Decimal(700000000), Decimal(1)
    ),
    "B": Credit("B", Decimal(4100000000), Decimal("3100000000.07"), Decimal(0), Decimal(300000000), Decimal(5)),
    "C": Credit("C", Decimal(900000000), Decimal(100000000), Decimal("99999999.99"), Decimal(0), Decimal(3)),
}
TAX = {"A": Decimal("9630000.11"), "B": Decimal("-12.50"), "C": Decimal(1310000)}
COUNTS = {"outlets": (11, 4, 7), "loans_infrastructure": (5, 0, 2), "service_quality": (90, 80, 85)}
NOON = "2025-11-03 12:00"


def _county(code: str) -> County:
    return County(
        read_rulebook(code),
        tuple(Bank(bank) for bank in BANKS),
        tuple(Account(f"{bank}-1", bank, Decimal("33333333.33")) for bank in BANKS),
        tuple(
            Value(bank, measure, Decimal(n))
            for measure, row in COUNTS.items()
            for bank, n in zip(BANKS, row, strict=True)
        ),
        tuple(CREDIT.values()),
        tuple(Tax(bank, date(2025, 1, 1), date(2025, 12, 31), amount) for bank, amount in TAX.items()),
        errands=(Errand("1", "A", NOON, NOON), Errand("2", "A", NOON, None), Errand("3", "B", NOON, NOON)),
    )


def _facts() -> dict[tuple[str, str], Fraction]:
    """What was delivered, by (measure, bank)."""
    measures = ("loans", "loans_sme", "loans_medium_long", "loans_agri")
    facts = {(measure, bank): Fraction(getattr(row, measure)) for bank, row in CREDIT.items() for measure in measures}
    facts |= {("loans/deposits", bank): Fraction(row.loans) / Fraction(row.deposits) for bank, row in CREDIT.items()}
    facts |= {("tax_local_part", bank): Fraction(amount) for bank, amount in TAX.items()}
    facts |= {
        (measure, bank): Fraction(n) for measure, row in COUNTS.items() for bank, n in zip(BANKS, row, strict=True)
    }
    return facts | {("on time", "A"): Fraction(1, 2), ("on time", "B"): Fraction(1)}


def _first(terms: tuple[Term, ...] | None) -> str:
    return terms[0].measure if terms else ""


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_shipped_rule_book_then_its_points_are_the_oracles(evaluated: Evaluate, code: str) -> None:
    county = _county(code)
    (result,) = evaluated([county])

    facts, values = _facts(), {}
    for one in county.rulebook.placed():
        node = one.indicator
        said, below = _first(node.measure), _first(node.over)
        measure = "on time" if node.basis == "on_time_rate" else f"{said}/{below}" if below else said
        values |= {(one.code, bank): facts[measure, bank] for bank in BANKS if (measure, bank) in facts and node.leaf}
    book = rules(county.rulebook)
    points = scoring.points(
        book.indicators, book.full_scale, scoring.completed(book.indicators, values, BANKS, ()), BANKS
    )

    assert result.points.keys() == points.keys()
    assert all(abs(Fraction(result.points[key]) - value) <= Fraction(1, 10**25) for key, value in points.items())
    assert abs(sum(result.points.values()) - 100) < Decimal("1e-20") or code == "dawu-2025"
    assert sum(result.target.values()) == Decimal("99999999.99")
