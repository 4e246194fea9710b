"""Thousands of nasty counties through the real SQL, held against what a plan must come to (S03, S12, N10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given
from sqlalchemy import Engine

from evaluation.generated_transfers import drawn
from evaluation.result import Leg, Result
from evaluation.settings import PROPERTY
from evaluation.transfers import AS_OF, Placed, outcomes
from oracle import legs as oracle
from oracle.participation import adjustable


@dataclass(frozen=True)
class Seen:
    """A county and what came of it, in the oracle's words; `made` has somewhere to go, `blocked` has not."""

    county: Placed
    result: Result
    accounts: dict[str, oracle.Account]
    made: list[oracle.Leg]
    blocked: list[oracle.Leg]
    least: Fraction
    delta: dict[str, Fraction]

    @property
    def legs(self) -> list[oracle.Leg]:
        return self.made + self.blocked


def _seen(county: Placed, result: Result) -> Seen:
    holds = county.held()
    accounts = {
        a.code: oracle.Account(
            county.bank(a),
            (a.owner, a.category),
            Fraction(holds[a.code]),
            a.pool or adjustable(a.category, a.adjustable, False),
            a.matures_on,
            a.opened_on,
            a.closed_on,
            a.pool,
        )
        for a in county.accounts
    }
    current = county.current()
    return Seen(
        county,
        result,
        accounts,
        _legs(leg for leg in result.legs if leg.status != "blocked"),
        _legs(leg for leg in result.legs if leg.status == "blocked"),
        max(Fraction(county.min_leg), oracle.FEN),
        {bank: Fraction(target - current[bank]) for bank, target in county.targets.items()},
    )


def _legs(legs: Sequence[Leg]) -> list[oracle.Leg]:
    return [
        oracle.Leg(g.giver, g.taker, g.from_account, g.to_account, (g.owner, g.category), Fraction(g.amount))
        for g in legs
    ]


def _owner_and_category_stay(seen: Seen) -> None:
    for leg in seen.legs:
        giver = seen.accounts[leg.source]
        assert (giver.bank, giver.group) == (leg.giver, leg.group)
        if leg.to is not None:
            taker = seen.accounts[leg.to]
            assert (taker.bank, taker.group) == (leg.taker, leg.group)
    before = oracle.by_group(seen.accounts, {code: account.holds for code, account in seen.accounts.items()})
    assert oracle.by_group(seen.accounts, oracle.applied(seen.accounts, seen.made)) == before


def _only_money_that_may_move_and_no_more_than_there_is(seen: Seen) -> None:
    left = {code: account.holds for code, account in seen.accounts.items()}
    for leg, stored in zip(seen.legs, _in_order(seen.result), strict=True):
        giver = seen.accounts[leg.source]
        assert giver.gives(AS_OF)
        assert stored.available_from == giver.due(AS_OF)
        assert stored.status in ("blocked", "planned" if giver.due(AS_OF) is None else "scheduled")
        left[leg.source] -= leg.amount
    assert min(left.values(), default=0) >= 0


def _in_order(result: Result) -> list[Leg]:
    return sorted(result.legs, key=lambda leg: leg.status == "blocked")


def _to_the_account_that_receives_or_blocked_where_there_is_none(seen: Seen) -> None:
    receivers = oracle.receivers(seen.accounts, AS_OF)
    for leg in seen.legs:
        assert leg.to == receivers.get((leg.taker, leg.group))


def _differences_are_told(seen: Seen) -> None:
    """Planned, scheduled, blocked and carried are what the transfers make them, and nothing is left without a word."""
    result, none = seen.result, Fraction(0)
    told = (("planned", result.planned), ("scheduled", result.scheduled), ("blocked", result.blocked))
    for status, of_bank in told:
        sums = oracle.by_bank(_legs(leg for leg in result.legs if leg.status == status))
        assert of_bank == {bank: sums.get(bank, none) for bank in seen.delta}
        assert sum(sums.values()) == 0
    assert result.delta == seen.delta
    assert result.carried == oracle.left(seen.delta, seen.legs)
    assert all(Fraction(result.carried[bank]) * delta >= 0 for bank, delta in seen.delta.items())
    assert all((result.remark[bank] == "") == (delta == result.planned[bank]) for bank, delta in seen.delta.items())


def _all_made_leaves_each_bank_at_its_target_up_to_what_is_named(seen: Seen) -> None:
    holds = oracle.applied(seen.accounts, seen.made)
    assert min(holds.values(), default=0) >= 0
    for bank, target in seen.county.targets.items():
        stands = sum((holds[code] for code, account in seen.accounts.items() if account.bank == bank), Fraction(0))
        assert stands + Fraction(seen.result.blocked[bank]) + Fraction(seen.result.carried[bank]) == target


def _few_and_large_enough(seen: Seen) -> None:
    assert all(leg.amount >= seen.least for leg in seen.legs)
    assert all(transfers <= accounts - 1 for transfers, accounts, _, _ in oracle.joined(seen.made).values())
    # A bank may give to one bank now and to another when its deposit falls due: what moves now joins fewer.
    now = _legs(leg for leg in seen.result.legs if leg.status == "planned")
    assert all(pairs <= banks - 1 for _, _, pairs, banks in oracle.joined(now).values())
    assert len({(leg.source, leg.to, leg.taker) for leg in seen.legs}) == len(seen.legs)
    assert not {leg.giver for leg in seen.legs} & {leg.taker for leg in seen.legs}


def _nothing_that_could_move_stays(seen: Seen) -> None:
    receivers = oracle.receivers(seen.accounts, AS_OF)
    able = oracle.undone(seen.accounts, seen.delta, seen.made, seen.least, AS_OF)
    assert not [way for way in able if (way[1], seen.accounts[way[0]].group) in receivers]
    assert not oracle.undone(seen.accounts, seen.delta, seen.legs, seen.least, AS_OF)


PROPERTIES: tuple[Callable[[Seen], None], ...] = (
    _owner_and_category_stay,
    _only_money_that_may_move_and_no_more_than_there_is,
    _to_the_account_that_receives_or_blocked_where_there_is_none,
    _differences_are_told,
    _all_made_leaves_each_bank_at_its_target_up_to_what_is_named,
    _few_and_large_enough,
    _nothing_that_could_move_stays,
)


@PROPERTY
@given(drawn(250))
def test_given_any_placed_county_then_its_transfers_keep_owner_and_category_close_and_leave_nothing_that_could_move(
    ground: Engine, batch: list[Placed]
) -> None:
    with ground.connect() as connection:
        found = outcomes(connection, batch)
    kinds: Counter[str] = Counter()
    for county, result in zip(batch, found, strict=True):
        seen = _seen(county, result)
        for holds in PROPERTIES:
            try:
                holds(seen)
            except AssertionError as wrong:
                raise AssertionError(county, result.legs) from wrong
        kinds.update({leg.status for leg in result.legs})
    assert all(kinds[status] >= 10 for status in ("planned", "scheduled", "blocked")), kinds
