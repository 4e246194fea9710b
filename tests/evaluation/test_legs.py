"""The transfer plan (S03, S12, N10): what every leg and every bank's difference must satisfy, in any county."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from evaluation.conftest import Evaluate
from evaluation.county import Q4, Account, Bank, County, Decision, Value
from evaluation.generated import AS_OF, batches, may_move
from evaluation.policy import ONE, policy
from evaluation.result import Leg, Result
from evaluation.settings import PROPERTY

NEXT_END = Q4.next().end


def _owner_and_category_stay(county: County, result: Result) -> None:
    account = {a.code: a for a in county.accounts}
    for leg in result.legs:
        giver = account[leg.from_account]
        assert (giver.bank, giver.owner, giver.category) == (leg.giver, leg.owner, leg.category), county
        if leg.to_account is not None:
            taker = account[leg.to_account]
            assert (taker.bank, taker.owner, taker.category) == (leg.taker, leg.owner, leg.category), county


def _only_free_money_moves(county: County, result: Result) -> None:
    given_by: dict[str, Decimal] = defaultdict(Decimal)
    account = {a.code: a for a in county.accounts}
    for leg in result.legs:
        giver = account[leg.from_account]
        given_by[leg.from_account] += leg.amount
        assert may_move(county, giver), county
        due = giver.matures_on if giver.matures_on and giver.matures_on > AS_OF else None
        assert leg.available_from == due, county
        assert due is None or due <= NEXT_END, county
        assert leg.status == "blocked" or (leg.status == "scheduled") == (due is not None), county
    for code, given_amount in given_by.items():
        assert given_amount <= (account[code].balance or 0), county


def _available_money_goes_first(county: County, result: Result) -> None:
    """No time deposit is waited for where an account of its group and bank has enough available money left to give."""
    given_by: dict[str, Decimal] = defaultdict(Decimal)
    for leg in result.legs:
        given_by[leg.from_account] += leg.amount
    for leg in result.legs:
        if leg.status != "scheduled":
            continue
        for other in county.accounts:
            same = (other.bank, other.owner, other.category) == (leg.giver, leg.owner, leg.category)
            if same and result.available[other.code] - given_by[other.code] >= max(leg.amount, _least(county)):
                raise AssertionError(county)


def _blocked_only_without_an_account(county: County, result: Result) -> None:
    there = {(a.bank, a.owner, a.category) for a in county.accounts}
    for leg in result.legs:
        assert (leg.status == "blocked") == (leg.to_account is None), county
        assert (leg.status != "blocked") == ((leg.taker, leg.owner, leg.category) in there), county


def _every_difference_closes(county: County, result: Result) -> None:
    told = (("planned", result.planned), ("scheduled", result.scheduled), ("blocked", result.blocked))
    for status, of_bank in told:
        signed: dict[str, Decimal] = defaultdict(Decimal)
        for leg in result.legs:
            if leg.status == status:
                signed[leg.giver] -= leg.amount
                signed[leg.taker] += leg.amount
        assert of_bank == {bank: signed[bank] for bank in result.delta}, county
    for bank, delta in result.delta.items():
        parts = result.planned[bank] + result.scheduled[bank] + result.blocked[bank]
        assert parts + result.carried[bank] == delta, county
        assert delta == result.target[bank] - result.current[bank], county
        assert result.carried[bank] * delta >= 0, county
        assert (result.remark[bank] == "") == (delta == result.planned[bank]), county


def _targets_are_met_up_to_what_is_named(county: County, result: Result) -> None:
    """Every transfer made: each bank stands at its target, less what is named as blocked or carried."""
    held = {a.code: a.balance or Decimal(0) for a in county.accounts}
    for leg in result.legs:
        if leg.to_account is not None:
            held[leg.from_account] -= leg.amount
            held[leg.to_account] += leg.amount
    assert min(held.values()) >= 0, county
    for bank, target in result.target.items():
        stands = sum((held[a.code] for a in county.accounts if a.bank == bank), Decimal(0))
        assert stands == target - result.blocked[bank] - result.carried[bank], county


def _few_and_large_enough(county: County, result: Result) -> None:
    pairs: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    legs: dict[tuple[str, str], list[Leg]] = defaultdict(list)
    least = _least(county)
    for leg in result.legs:
        assert leg.amount >= least, county
        assert abs(result.delta[leg.giver]) >= least <= abs(result.delta[leg.taker]), county
        if leg.status != "blocked":
            pairs[leg.owner, leg.category].add((leg.giver, leg.taker))
            legs[leg.owner, leg.category].append(leg)
    for group, found in pairs.items():
        assert len(found) <= len({bank for pair in found for bank in pair}) - 1, county
        accounts = {account for leg in legs[group] for account in (leg.from_account, leg.to_account)}
        assert len(legs[group]) <= len(accounts) - 1, county


def _least(county: County) -> Decimal:
    return county.rulebook.allocation.min_leg.value


def _nobody_gives_and_receives(county: County, result: Result) -> None:
    assert not {leg.giver for leg in result.legs} & {leg.taker for leg in result.legs}, county


@PROPERTY
@given(batches)
def test_given_any_county_then_its_legs_keep_owner_and_category_use_free_money_and_close(
    evaluated: Evaluate, batch: list[County]
) -> None:
    for county, result in zip(batch, evaluated(batch), strict=True):
        _owner_and_category_stay(county, result)
        _only_free_money_moves(county, result)
        _blocked_only_without_an_account(county, result)
        _available_money_goes_first(county, result)
        _every_difference_closes(county, result)
        _targets_are_met_up_to_what_is_named(county, result)
        _few_and_large_enough(county, result)
        _nobody_gives_and_receives(county, result)


def _two_banks(*accounts: Account, min_leg: str = "0") -> County:
    """A holds everything and has no more right to it than B."""
    banks = (Bank("A"), Bank("B"))
    values = tuple(Value(bank.code, "size", Decimal(1)) for bank in banks)
    return County(policy(ONE, unit="0.01", min_leg=min_leg), banks, accounts, values)


def test_given_no_account_of_that_owner_and_category_then_the_leg_is_blocked_and_nothing_is_redirected(
    evaluated: Evaluate,
) -> None:
    other = (Account("B-1", "B", Decimal(0), owner="教育局"), Account("B-2", "B", Decimal(0), category="unit"))
    (result,) = evaluated([_two_banks(Account("A-1", "A", Decimal(100)), *other)])

    assert [(leg.status, leg.amount, leg.to_account) for leg in result.legs] == [("blocked", Decimal(50), None)]
    assert (result.blocked, result.planned["B"]) == ({"A": Decimal(-50), "B": Decimal(50)}, 0)


def test_given_time_deposits_and_frozen_stock_then_they_stay_and_the_rest_is_carried(evaluated: Evaluate) -> None:
    time_deposit = Account("A-定期", "A", Decimal(70), matures_on=AS_OF.replace(year=2026))
    frozen = Account("A-社保", "A", Decimal(10), category="fiscal_social")
    county = _two_banks(time_deposit, frozen, Account("A-活期", "A", Decimal(20)), Account("B-1", "B", Decimal(0)))
    (result,) = evaluated([county])

    assert [(leg.from_account, leg.amount) for leg in result.legs] == [("A-活期", Decimal(20))]
    assert result.carried == {"A": Decimal(-30), "B": Decimal(30)}


def test_given_demand_money_and_a_matured_deposit_then_demand_money_goes_first(evaluated: Evaluate) -> None:
    demand, matured = Account("A-活期", "A", Decimal(80)), Account("A-定期", "A", Decimal(80), matures_on=AS_OF)
    (result,) = evaluated([_two_banks(matured, demand, Account("B-1", "B", Decimal(0)))])

    assert [(leg.from_account, leg.amount) for leg in result.legs] == [("A-活期", Decimal(80))]


def test_given_a_difference_below_the_least_leg_then_it_is_carried_to_the_next_quarter(evaluated: Evaluate) -> None:
    accounts = (Account("A-1", "A", Decimal("199999.98")), Account("B-1", "B", Decimal(0)))
    one_fen_more = (Account("A-1", "A", Decimal(200000)), Account("B-1", "B", Decimal(0)))
    below, enough = evaluated([_two_banks(*accounts, min_leg="100000"), _two_banks(*one_fen_more, min_leg="100000")])

    assert (below.legs, below.carried["B"]) == ([], Decimal("99999.99"))
    assert below.remark == dict.fromkeys("AB", "差额低于 100000.00 元，结转下期")
    assert [leg.amount for leg in enough.legs] == [Decimal(100000)]


def test_given_a_closed_account_then_it_receives_nothing(evaluated: Evaluate) -> None:
    closed = Account("B-1", "B", None, closed_on=AS_OF)
    (result,) = evaluated([_two_banks(Account("A-1", "A", Decimal(100)), closed)])

    assert [leg.status for leg in result.legs] == ["blocked"]


def test_given_a_deposit_that_matures_next_quarter_then_its_transfer_waits_for_the_day_and_for_no_more_than_is_needed(
    evaluated: Evaluate,
) -> None:
    due = NEXT_END
    accounts = (Account("A-活期", "A", Decimal(20)), Account("A-定期", "A", Decimal(80), matures_on=due))
    (result,) = evaluated([_two_banks(*accounts, Account("B-1", "B", Decimal(0)))])

    legs = [(leg.from_account, leg.amount, leg.status, leg.available_from) for leg in result.legs]
    assert legs == [("A-活期", Decimal(20), "planned", None), ("A-定期", Decimal(30), "scheduled", due)]
    assert (result.scheduled["B"], result.carried["B"]) == (Decimal(30), 0)


@pytest.mark.parametrize(
    ("matures_on", "legs"),
    [
        (AS_OF, [("planned", None)]),
        (AS_OF + timedelta(days=1), [("scheduled", AS_OF + timedelta(days=1))]),
        (NEXT_END, [("scheduled", NEXT_END)]),
        (NEXT_END + timedelta(days=1), []),
    ],
    ids=["on the base date", "the day after", "on the last day of the next quarter", "after it"],
)
def test_given_the_day_on_which_a_deposit_matures_then_it_moves_at_once_or_waits_or_is_carried(
    evaluated: Evaluate, matures_on: date, legs: list[tuple[str, date | None]]
) -> None:
    deposit = Account("A-定期", "A", Decimal(100), matures_on=matures_on)
    (result,) = evaluated([_two_banks(deposit, Account("B-1", "B", Decimal(0)))])

    assert [(leg.status, leg.available_from) for leg in result.legs] == legs
    assert result.carried["B"] == (0 if legs else 50)


def test_given_a_total_below_the_stock_then_what_nobody_receives_is_kept_for_payments_and_not_carried(
    evaluated: Evaluate,
) -> None:
    plain = _two_banks(Account("A-1", "A", Decimal(100)), Account("B-1", "B", Decimal(0)))
    book = policy(ONE, unit="0.01", min_leg="0", quota="fixed")
    decreed = replace(plain, rulebook=book, decisions=(Decision("总量", "quota", amount=Decimal(80)),))
    (result,) = evaluated([decreed])

    assert (result.planned, result.carried["A"]) == ({"A": Decimal(-40), "B": Decimal(40)}, Decimal(-20))
    assert "留作支付准备" in result.remark["A"]
    assert "结转" not in result.remark["A"]
