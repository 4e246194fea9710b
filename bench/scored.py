"""Twelve methods as a rule book, and the same in pandas, as an analyst would write them: a line or two per method over
whole columns. The arithmetic is that of the columns it is given, float or Decimal.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cunfang.rulebook import Rulebook

BANDS = ((None, 1_000_000_000, 5), (1_000_000_000, 3_000_000_000, 8), (3_000_000_000, None, 10))
RANKS = ((1, 5, 10), (6, 10, 6), (11, None, 2))


def _said(value: object) -> dict[str, object]:
    return {"value": value, "clause": "测量"}


def _leaf(method: str, *, ratio: bool = False, **told: object) -> dict[str, Any]:
    over = {"over": f"{method}_over"} if ratio else {}
    return {
        "name": method, "points": _said(10), "measure": method, "family": "indicators", "basis": "stock",
        "method": method, "missing": "zero", **over, **told,
    }  # fmt: skip


_BOOK: dict[str, dict[str, Any]] = {
    "share_of_total": _leaf("share_of_total"),
    "share_of_best": _leaf("share_of_best"),
    "inverse_of_best": _leaf("inverse_of_best", ratio=True),
    "frontier": _leaf("frontier", base=_said(4)),
    "rank_step": _leaf("rank_step", step=_said("0.5")),
    "rank_bands": _leaf(
        "rank_bands",
        bands=_said([{"from": a, "points": p} | ({"to": b} if b else {}) for a, b, p in RANKS]),
    ),
    "bands": _leaf(
        "bands",
        bands=_said([
            {"points": p} | ({"from": str(a)} if a else {}) | ({"below": str(b)} if b else {}) for a, b, p in BANDS
        ]),
    ),
    "mean_cap": _leaf("mean_cap", ratio=True),
    "area_relative": _leaf(
        "area_relative", ratio=True, base=_said(5), per_point=_said("0.2"), below_per_point=_said("0.1")
    ),
    "target_completion": _leaf("target_completion", reference={"value": 5_000_000_000, "clause": "测量"}),
    "points_per_unit": _leaf(
        "points_per_unit", ratio=True, unit=_said("0.05"), unit_points=_said("0.5"), cap=_said(10)
    ),
    "rate": _leaf("rate", ratio=True, decimals=_said(2)),
}  # fmt: skip
CODES = tuple(_BOOK)
RULEBOOK = Rulebook.model_validate(
    {
        "code": "bench",
        "name": "测量用办法",
        "document": "测量",
        "effective_from": "2009-01-01",
        "requires": _said(["institutions"]),
        "indicators": _BOOK,
        "allocation": {
            "scheme": _said("proportional"), "quota_mode": _said("stock"), "rounding_unit": _said("1"),
            "min_leg": _said("0"),
        },
        "participation": {"disqualification_years": _said(3), "policy_banks": _said("held")},
        "warnings": {},
    }
)  # fmt: skip


def frame_scores(values: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(points, scores) of `values`: run_id, institution, indicator, value, numerator, denominator."""
    number = type(values["value"].iloc[0])
    parts = [
        _METHODS[code](mine, mine.groupby("run_id")["value"], number)
        for code, mine in values.groupby("indicator", sort=False)
    ]
    points = values.assign(points=pd.concat(parts))[["run_id", "institution", "indicator", "points"]]
    scores = (
        points.groupby(["run_id", "institution"], as_index=False)["points"].sum().rename(columns={"points": "score"})
    )
    by_run = scores.groupby("run_id")["score"]
    scores["share"] = scores["score"] / by_run.transform("sum")
    scores["rank"] = by_run.rank(method="min", ascending=False).astype(int) if number is float else 0
    return points, scores


def _bounded(points: pd.Series[Any], low: Any, high: Any) -> pd.Series[Any]:
    return points.where(points >= low, low).where(points <= high, high)


def _rank(mine: pd.DataFrame) -> pd.Series[Any]:
    return mine.assign(value=mine["value"].astype(float)).groupby("run_id")["value"].rank(method="min", ascending=False)


def _in_bands(place: pd.Series[Any], bands: tuple[tuple[Any, Any, int], ...], number: Any) -> pd.Series[Any]:
    result = pd.Series(number(bands[0][2]), index=place.index, dtype=place.dtype)
    for low, _, points in bands[1:]:
        result = result.mask(place >= low, number(points))
    return result


def _inverse(mine: pd.DataFrame, by_run: Any, number: Any) -> pd.Series[Any]:
    return (number(10) * by_run.transform("min") / mine["value"]).where(mine["value"] > 0, number(10))


def _frontier(mine: pd.DataFrame, by_run: Any, number: Any) -> pd.Series[Any]:
    low, high = by_run.transform("min"), by_run.transform("max")
    return (number(4) + number(6) * (mine["value"] - low) / (high - low)).where(high > low, number(10))


def _rank_step(mine: pd.DataFrame, by_run: Any, number: Any) -> pd.Series[Any]:
    steps = _rank(mine).astype(int).map(number) - number(1)
    return _bounded(number(10) - number("0.5") * steps, number(0), number(10))


def _area(mine: pd.DataFrame, by_run: Any, number: Any) -> pd.Series[Any]:
    sums = mine.groupby("run_id")[["numerator", "denominator"]].transform("sum")
    gap = number(100) * (mine["value"] - sums["numerator"] / sums["denominator"])
    points = number(5) + (gap * number("0.2")).where(gap >= 0, gap * number("0.1"))
    return _bounded(points, number(0), number(10))


_METHODS: dict[Any, Any] = {
    "share_of_total": lambda mine, by_run, number: number(10) * mine["value"] / by_run.transform("sum"),
    "share_of_best": lambda mine, by_run, number: number(10) * mine["value"] / by_run.transform("max"),
    "inverse_of_best": _inverse,
    "frontier": _frontier,
    "rank_step": _rank_step,
    "rank_bands": lambda mine, by_run, number: _in_bands(_rank(mine).map(number), RANKS, number),
    "bands": lambda mine, by_run, number: _in_bands(mine["value"], BANDS, number),
    "mean_cap": lambda mine, by_run, number: _bounded(
        number(10) * mine["value"] / (by_run.transform("sum") / by_run.transform("count").map(number)),
        number(0),
        number(10),
    ),
    "area_relative": _area,
    "target_completion": lambda mine, by_run, number: _bounded(
        number(10) * mine["value"] / number(5_000_000_000), number(0), number(10)
    ),
    "points_per_unit": lambda mine, by_run, number: _bounded(
        number("0.5") * mine["value"] / number("0.05"), number(0), number(10)
    ),
    "rate": lambda mine, by_run, number: (
        (number(10) * _bounded(mine["value"], number(0), number(1))).round(2)
        if number is float
        else (number(10) * _bounded(mine["value"], number(0), number(1))).map(lambda x: round(x, 2))
    ),
}
