"""Every method over generated rule books and counties: points, amounts, scores, shares and ranks are the oracle's.

A case is one indicator of one county by one method; the examples of a full run make well over two thousand.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given

from evaluation.conftest import Evaluate
from evaluation.county import County
from evaluation.methods import batches, expected
from evaluation.settings import PROPERTY

TINY = Fraction(1, 10**25)


def _about(county: County, code: str) -> str:
    """An indicator with all that bears on it, for a message."""
    nodes = [p.indicator.model_dump(exclude_defaults=True) for p in county.rulebook.placed() if p.code == code]
    rows = [row for row in (*county.values, *county.targets, *county.peers) if row.measure.split("-")[0] == code]
    return f"{code}: {nodes}\n{rows}\n{county.decisions}\n{county.rulebook.scoring}"


@PROPERTY
@given(batches)
def test_given_any_rule_book_and_county_then_points_amounts_scores_shares_and_ranks_are_the_oracles(
    evaluated: Evaluate, batch: list[County]
) -> None:
    for county, result in zip(batch, evaluated(batch), strict=True):
        outcome = expected(county)
        for name in ("points", "amounts", "score", "share"):
            ours, oracles = getattr(result, name), getattr(outcome, name)
            assert ours.keys() == oracles.keys(), (name, ours.keys() ^ oracles.keys(), county)
            for key, value in oracles.items():
                about = _about(county, key[0] if isinstance(key, tuple) else "size")
                assert abs(Fraction(ours[key]) - value) <= TINY, f"{name} {key}: {ours[key]}, {float(value)}\n{about}"
        assert {bank: rank for bank, rank in result.rank.items() if rank is not None} == outcome.rank, county
