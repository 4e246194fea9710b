"""Generated counties, a batch per example: the SQL's every figure against the oracle's."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given

from evaluation.conftest import Evaluate
from evaluation.county import County
from evaluation.generated import batches, expected, members
from evaluation.result import Result
from evaluation.settings import PROPERTY

TINY = Fraction(1, 10**25)
LESS_THAN_A_FEN = Fraction(1, 10**12)


@PROPERTY
@given(batches)
def test_given_any_county_then_roles_points_scores_and_shares_are_the_oracles(
    evaluated: Evaluate, batch: list[County]
) -> None:
    for county, result in zip(batch, evaluated(batch), strict=True):
        outcome = expected(county)
        assert outcome is not None
        assert result.role == {member.code: member.role for member in members(county)}, county
        for ours, oracles in (
            (result.points, outcome.points),
            (result.score, outcome.score),
            (result.share, outcome.share),
        ):
            assert ours.keys() == oracles.keys(), county
            assert all(abs(Fraction(ours[key]) - value) <= TINY for key, value in oracles.items()), county
        assert {bank: rank for bank, rank in result.rank.items() if rank is not None} == outcome.rank, county


def _nobody_with_a_higher_score_and_slack_bounds_gets_less(county: County, result: Result) -> None:
    slack = [bank for bank, binding in result.binding.items() if binding == "none"]
    for one in slack:
        for other in slack:
            assert result.score[one] > result.score[other] or result.bounded[one] <= result.bounded[other], county


@PROPERTY
@given(batches)
def test_given_any_county_then_targets_are_the_oracles_to_the_fen_and_close_within_floors_and_caps(
    evaluated: Evaluate, batch: list[County]
) -> None:
    for county, result in zip(batch, evaluated(batch), strict=True):
        outcome = expected(county)
        assert outcome is not None
        assert result.total == sum(account.balance or 0 for account in county.accounts) == outcome.total, county
        assert result.total - result.set_aside == outcome.distributable, county
        assert all(
            abs(Fraction(result.bounded[bank]) - value) <= LESS_THAN_A_FEN for bank, value in outcome.bounded.items()
        )
        assert result.target == outcome.target, county
        assert sum(result.target.values()) == result.total, county
        for bank, bounds in outcome.bounds.items():
            assert bounds.floor <= result.target[bank], county
            assert bounds.cap is None or result.target[bank] <= bounds.cap, county
        _nobody_with_a_higher_score_and_slack_bounds_gets_less(county, result)
