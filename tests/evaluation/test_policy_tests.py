"""A policy bank is judged apart (S17, S18): new loans not below last year's, growth not below the whole county's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.lay import Delivered
from evaluation import laid
from evaluation.laid import Said, ruled
from evaluation.policy import ONE, policy

Loans = dict[date, dict[str, int]]
Q2 = Period(2025, 2)
BANKS = [{"institution": "A"}, {"institution": "P", "type": "政策性"}]
# Half-years: P lends 30 new this year and lent 30 by June last year; A grows from 400 to 430, both together 600 to 660.
EVEN: Loans = {
    date(2023, 12, 31): {"A": 300, "P": 100},
    date(2024, 6, 30): {"A": 350, "P": 130},
    date(2024, 12, 31): {"A": 400, "P": 200},
    date(2025, 6, 30): {"A": 430, "P": 230},
}


def _separate(reference: str = "county") -> Rulebook:
    """Commercial banks by size; the policy bank by the shipped book, its growth held against `reference`."""
    apart = read_rulebook("policy-base").model_dump(by_alias=True)
    apart["indicators"]["policy_loans_growth"]["reference"]["of"] = reference
    book = ruled(policy(ONE, unit="0.01", min_leg="0"), policy_banks="separate", policy_rulebook="policy-base")
    content = book.model_dump(by_alias=True)
    content["participation"]["policy_support"] = {"value": "held", "clause": "测试"}
    return Rulebook.model_validate({**content, "policy": apart})


def _run(
    connection: Connection,
    loans: Loans,
    rulebook: Rulebook,
    banks: Sequence[dict[str, object]] = BANKS,
    without: Sequence[tuple[str, date]] = (),
) -> tuple[Said, dict[str, dict[str, Any]]]:
    """A run of the half-year; the policy bank's tests by indicator."""
    files = [*laid.register(banks, Q2), laid.sizes((str(b["institution"]) for b in banks), Q2)]
    for day, row in loans.items():
        rows = [
            {"institution": code, "as_of": day, "deposits": Decimal(1), "loans": Decimal(loan)}
            for code, loan in row.items()
            if (code, day) not in without
        ]
        files.append(Delivered(Period.containing(day), "pboc_credit", tuple(rows)))
    said = laid.evaluated(connection, rulebook, files, Q2)
    return said, {row["indicator"]: row for row in laid.rows_of(connection, "policy_test", said.run_id)}


def _with(day: date, bank: str, loan: int) -> Loans:
    return {**EVEN, day: {**EVEN[day], bank: loan}}


@pytest.mark.parametrize(("loan", "passed"), [(230, True), (229, False), (231, True)])
def test_given_new_loans_of_the_half_year_then_they_are_held_against_the_same_months_of_last_year(
    connection: Connection, loan: int, passed: bool
) -> None:
    _, tests = _run(connection, _with(date(2025, 6, 30), "P", loan), _separate())
    new = tests["policy_new_loans"]

    assert (new["value"], new["reference"], new["passed"]) == (loan - 200, 30, passed)


@pytest.mark.parametrize(("loan", "passed"), [(230, True), (214, False), (215, True)])
def test_given_growth_then_it_is_held_against_that_of_all_loans_of_the_county(
    connection: Connection, loan: int, passed: bool
) -> None:
    _, tests = _run(connection, _with(date(2025, 6, 30), "P", loan), _separate())
    growth = tests["policy_loans_growth"]

    assert growth["passed"] is passed
    assert round(growth["reference"], 20) == round((Decimal(430 + loan) - 600) / 600, 20)


@pytest.mark.parametrize(("reference", "wanted"), [("county", "0.1"), ("county_others", "0.075")])
def test_given_the_switch_then_the_county_is_with_or_without_the_bank_itself(
    connection: Connection, reference: str, wanted: str
) -> None:
    _, tests = _run(connection, EVEN, _separate(reference))

    assert round(tests["policy_loans_growth"]["reference"], 10) == Decimal(wanted)


def test_given_an_excluded_and_a_placed_bank_then_the_county_counts_them_too(connection: Connection) -> None:
    banks = [*BANKS, {"institution": "X", "opened_on": date(2024, 3, 1)}]
    loans = {day: {**row, "X": 60 if day.year == 2025 else 50} for day, row in EVEN.items() if day > date(2024, 3, 1)}
    rulebook = ruled(_separate(), minimum_months=24)
    said, tests = _run(connection, {date(2023, 12, 31): EVEN[date(2023, 12, 31)], **loans}, rulebook, banks)

    roles = {row["institution"]: row["role"] for row in laid.rows_of(connection, "participant", said.run_id)}
    assert roles == {"A": "commercial", "P": "policy", "X": "excluded"}
    assert round(tests["policy_loans_growth"]["reference"], 10) == round(Decimal(70) / 650, 10)


def test_given_a_bank_that_opened_since_then_all_its_loans_are_the_countys_growth(connection: Connection) -> None:
    banks = [*BANKS, {"institution": "N", "opened_on": date(2025, 3, 1)}]
    _, tests = _run(connection, _with(date(2025, 6, 30), "N", 40), _separate(), banks)

    assert round(tests["policy_loans_growth"]["reference"], 10) == round(Decimal(100) / 600, 10)


def test_given_a_bank_of_the_county_without_a_figure_then_the_run_stops_and_names_it(connection: Connection) -> None:
    said, _ = _run(connection, EVEN, _separate(), without=[("A", date(2024, 12, 31))])

    assert said.run_id == 0
    assert said.of("EVA-V050") == ["指标“贷款增幅不低于全县平均水平”要与全县（S18）相比，缺少 A行 的 loans"]


def test_given_no_figure_of_last_year_then_the_run_stops(connection: Connection) -> None:
    said, _ = _run(connection, EVEN, _separate(), without=[("P", date(2024, 6, 30))])

    assert said.run_id == 0
    assert any("上年同期" in message for message in said.of("EVA-V032"))


def test_given_both_tests_met_then_the_bank_is_supported_and_one_failed_then_not(connection: Connection) -> None:
    met, _ = _run(connection, EVEN, _separate())
    failed, _ = _run(connection, _with(date(2025, 6, 30), "P", 229), _separate())

    assert [row["passed"] for row in laid.rows_of(connection, "policy_support", met.run_id)] == [True]
    assert [row["passed"] for row in laid.rows_of(connection, "policy_support", failed.run_id)] == [False]


def test_given_a_policy_bank_then_it_says_by_which_book_it_is_judged_and_stands_in_no_ranking(
    connection: Connection,
) -> None:
    said, _ = _run(connection, EVEN, _separate())
    found = {row["institution"]: row for row in laid.rows_of(connection, "participant", said.run_id)}
    ranks = {row["institution"]: row["rank"] for row in laid.rows_of(connection, "score", said.run_id)}

    assert found["P"]["reason"] == "政策性银行，按《政策性银行单独考核底本（两项测试）》单独考核"
    assert (ranks["A"], ranks["P"]) == (1, None)


def test_given_policy_banks_that_take_part_then_they_are_scored_with_the_others(connection: Connection) -> None:
    rulebook = ruled(policy(ONE, unit="0.01", min_leg="0"), policy_banks="take_part")
    said, _ = _run(connection, EVEN, rulebook)

    assert {row["role"] for row in laid.rows_of(connection, "participant", said.run_id)} == {"commercial"}
