"""Who takes part in which role (S15, S17, S22), and which money may move (S02, S12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

FROZEN_CATEGORIES = frozenset({"fiscal_nontax", "fiscal_social", "township"})


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def disqualified(violations: Iterable[date], as_of: date, years: int = 3) -> bool:
    """S22: [decided on, the same day three years later); a second violation adds an interval of its own."""
    return any(decided_on <= as_of <= years_after(decided_on, years) - timedelta(days=1) for decided_on in violations)


def role(policy_bank: bool, *, banned: bool, excluded_by_decision: bool, carved_out: bool) -> str:
    """A ban outweighs a carve-out, a carve-out outweighs the kind of bank."""
    if banned or excluded_by_decision:
        return "excluded"
    if carved_out:
        return "carved_out"
    return "policy" if policy_bank else "commercial"


def adjustable(category: str, flag: bool | None, freed_by_decision: bool) -> bool:
    """S02: a decision frees an account; else the account's own flag; else what its category says."""
    if freed_by_decision:
        return True
    return flag if flag is not None else category not in FROZEN_CATEGORIES


def movable(may_move: bool, matures_on: date | None, as_of: date) -> bool:
    """S12: adjustable money on demand, or matured by the base date."""
    return may_move and (matures_on is None or matures_on <= as_of)
