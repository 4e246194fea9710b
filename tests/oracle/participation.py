"""Who takes part in which role (S15, S17, S22), whose four indicators fall (S16), and which money may move (S02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

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


Span = tuple[date, date]
"""From the first day on to the day before the second."""


def united(decided: Iterable[date], years: int) -> list[Span]:
    """S22: each decision starts an interval of its own; what touches or overlaps is one."""
    spans: list[Span] = []
    for start in sorted(decided):
        end = years_after(start, years)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def months_after(day: date, months: int) -> date:
    """The same day `months` later; the last of the month where there is no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(day.year + year, month + 1, number)
        except ValueError:
            continue
    return date(day.year + year, month + 1, day.day)


@dataclass(frozen=True)
class Applicant:
    """A commercial bank of the register as it stands before the rules of participation; `place` is its order."""

    code: str
    place: int = 9999
    opened_on: date | None = None
    bans: tuple[date, ...] = ()
    excluded: bool = False
    carved_out: bool = False
    group: str = ""
    supplied: bool = True


@dataclass(frozen=True)
class Rules:
    """What a rule book says of who takes part. `suspended_from`: month and day of the year, or None."""

    ban_years: int = 3
    minimum_months: int | None = None
    first_year: str = "take_part"
    one_per_group: bool = False
    suspended_from: tuple[int, int] | None = None


def obstacles(bank: Applicant, rules: Rules, as_of: date) -> list[str]:
    """Everything that keeps a bank out, in the order in which it is told; of groups later."""
    found = []
    if any(start <= as_of < end for start, end in united([d for d in bank.bans if d <= as_of], rules.ban_years)):
        found.append("ban")
    if bank.excluded:
        found.append("decision")
    if bank.opened_on and rules.minimum_months and months_after(bank.opened_on, rules.minimum_months) > as_of:
        found.append("age")
    if bank.opened_on and rules.first_year == "exclude" and bank.opened_on.year == as_of.year:
        found.append("first_year")
    if rules.suspended_from and (as_of.month, as_of.day) >= rules.suspended_from and not bank.supplied:
        found.append("silent")
    return found


def participants(banks: Iterable[Applicant], rules: Rules, as_of: date) -> dict[str, tuple[str, list[str]]]:
    """Role and reasons of each bank. A carve-out goes before all but a ban and a decision to leave the bank out."""
    answer: dict[str, tuple[str, list[str]]] = {}
    seated: set[str] = set()
    for bank in sorted(banks, key=lambda one: (one.place, one.code)):
        if as_of < (bank.opened_on or as_of):
            continue
        found = obstacles(bank, rules, as_of)
        if bank.carved_out and not {"ban", "decision"} & set(found):
            answer[bank.code] = ("carved_out", [])
            continue
        if not found and rules.one_per_group and bank.group:
            found = ["group"] if bank.group in seated else []
            seated.add(bank.group)
        answer[bank.code] = ("excluded" if found else "commercial", found)
    return answer


Four = tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None]
"""Tax, loan-to-deposit ratio, loans, new loans of a year."""


def falling(now: Four, before: Four) -> bool | None:
    """N13: all four strictly below; None where one is missing."""
    if None in now or None in before:
        return None
    return all(x < y for x, y in zip(now, before, strict=True) if x is not None and y is not None)
