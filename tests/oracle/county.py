"""One whole evaluation by the oracle: from banks, accounts and values to targets. Amounts in yuan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from oracle import allocation, scoring


@dataclass(frozen=True)
class Member:
    """A bank in its role, with what it holds, what of that may not move, and what a decision set for it."""

    code: str
    role: str
    held: Fraction
    rigid: Fraction
    decreed: Fraction = Fraction(0)

    @property
    def fixed(self) -> Fraction:
        """What it keeps whatever the scores are."""
        return {"policy": self.held, "carved_out": self.decreed}.get(self.role, self.rigid)


@dataclass(frozen=True)
class Rules:
    """What the oracle needs of a rule book."""

    indicators: tuple[scoring.Scored, ...]
    full_scale: Fraction
    scheme: allocation.Scheme


@dataclass(frozen=True)
class Outcome:
    points: dict[tuple[str, str], Fraction]
    score: dict[str, Fraction]
    share: dict[str, Fraction]
    rank: dict[str, int]
    total: Fraction
    distributable: Fraction
    bounds: dict[str, allocation.Bounds]
    bounded: dict[str, Fraction]
    target: dict[str, Fraction]


def codes(members: Sequence[Member], roles: Collection[str]) -> list[str]:
    """Banks in one of `roles`."""
    return [member.code for member in members if member.role in roles]


def evaluate(rules: Rules, members: Sequence[Member], values: scoring.Values) -> Outcome | None:
    """T (S04) less what is set aside goes to the commercial banks by score; None where no answer exists."""
    eligible, scored = codes(members, ["commercial"]), codes(members, ["excluded"])
    complete = scoring.completed(rules.indicators, values, eligible, scored)
    points = scoring.points(rules.indicators, complete, eligible)
    score = scoring.scores(points)
    all_scores = sum((score.get(bank, Fraction(0)) for bank in eligible), Fraction(0))
    total = sum((member.held for member in members), Fraction(0))
    amount = total - sum((member.fixed for member in members if member.role != "commercial"), Fraction(0))
    ranks = scoring.ranks({bank: score[bank] for bank in eligible if bank in score})
    banks = {
        member.code: allocation.Standing(score.get(member.code, Fraction(0)), ranks.get(member.code), member.rigid)
        for member in members
        if member.role == "commercial"
    }
    placed = allocation.place(rules.scheme, total, amount, banks)
    if all_scores == 0 or placed.asked:
        return None
    others = {member.code: member.fixed for member in members if member.role != "commercial"}
    return Outcome(
        points,
        score,
        {bank: score.get(bank, Fraction(0)) / all_scores for bank in eligible} | dict.fromkeys(scored, Fraction(0)),
        ranks,
        total,
        amount,
        dict(placed.bounds),
        dict(placed.exact) | others,
        dict(placed.target) | others,
    )
