"""Counties as Hypothesis makes them: small, with ties, zeros, negatives, ban and carve-out boundaries, frozen stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from cunfang.rulebook import Rulebook
from cunfang.rulebook.model import Allocation
from cunfang.rulebook.parameter import Parameter
from evaluation.county import Q4, Account, Bank, County, Decision, Value, Violation
from evaluation.policy import THREE, policy, sharing
from oracle import allocation, participation, scoring
from oracle import county as oracle

AS_OF = Q4.end
CODES = ("A", "B", "C", "D", "E")
OWNERS = ("财政局", "社保局")
CATEGORIES = ("special", "unit", "fiscal_fund", "fiscal_social", "township")
UNITS = ("10000", "1", "0.01")
MIN_LEGS = ("0", "100000")
CAPS = (None, "0.3", "0.55")
SCHEMES: tuple[dict[str, object], ...] = (
    {},
    {"scheme": "affine", "base_amount": "100000", "base_score": "10"},
    {"scheme": "top", "top": 2},
    {"scheme": "equal", "minimum_amount": "70000", "remainder": "top_score"},
)
PLAIN = ("1", "0", None, 0)
RULEBOOKS = {
    (unit, min_leg, cap, number): sharing(policy(THREE, unit=unit, min_leg=min_leg, cap=cap), **SCHEMES[number])
    for unit, min_leg, cap, number in product(UNITS, MIN_LEGS, CAPS, range(len(SCHEMES)))
}
# The day three years back is free again; the day after it is still banned; so is the base date itself.
DECIDED = (date(2022, 12, 31), date(2023, 1, 1), date(2024, 2, 29), AS_OF, date(2026, 1, 1))

# Free on the base date; due in the next quarter, on its first day and its last; later.
MATURE = (AS_OF, date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1))

sizes = st.sampled_from(["0", "1", "1", "3", "7", "12.5", "-4", "99999999999.99"]).map(Decimal)
rates = st.sampled_from(["0", "0.25", "0.9", "1", "1.2", "-0.1"]).map(Decimal)
groups = st.sampled_from(list(product(OWNERS, CATEGORIES)))
choices = st.sampled_from(list(RULEBOOKS))
fen = st.one_of(st.sampled_from([0, 1, 10**7]), st.integers(0, 10**11)).map(lambda n: Decimal(n) / 100)


@st.composite
def accounts(draw: st.DrawFn, bank: str) -> list[Account]:
    """A few accounts of a bank, one per owner and category."""
    return [
        Account(
            f"{bank}-{owner}-{category}",
            bank,
            draw(fen),
            category=category,
            owner=owner,
            adjustable=draw(st.sampled_from([None, None, None, True, False])),
            matures_on=draw(st.sampled_from([None, None, None, *MATURE])),
        )
        for owner, category in draw(st.lists(groups, max_size=3, unique=True))
    ]


@st.composite
def values(draw: st.DrawFn, bank: str, *, certain: bool) -> list[Value]:
    """What is known of a bank; the first bank always has something to be scored by."""
    size = Decimal(draw(st.integers(1, 9))) if certain else draw(st.one_of(st.none(), sizes))
    given_values = (
        ("size", size),
        ("growth", draw(st.one_of(st.none(), sizes))),
        ("rate", draw(st.one_of(st.none(), rates))),
    )
    return [Value(bank, measure, value) for measure, value in given_values if value is not None]


def rules(rulebook: Rulebook) -> oracle.Rules:
    """A rule book in the oracle's words."""
    return oracle.Rules(
        tuple(
            scoring.Scored(p.code, Fraction(p.full_points), p.indicator.method or "rate", p.indicator.missing)
            for p in rulebook.placed()
            if p.indicator.leaf
        ),
        Fraction(rulebook.full_scale.value),
        scheme(rulebook.allocation),
    )


def scheme(told: Allocation) -> allocation.Scheme:
    """How a rule book shares out, in the oracle's words."""

    def exact(parameter: Parameter[Decimal] | None) -> Fraction | None:
        return Fraction(parameter.value) if parameter else None

    tiers = told.tiers.value if told.tiers else ()
    return allocation.Scheme(
        kind=told.scheme.value,
        unit=Fraction(told.rounding_unit.value),
        base_amount=exact(told.base_amount) or Fraction(0),
        base_score=exact(told.base_score) or Fraction(0),
        top=told.top.value if told.top else 0,
        rank_amounts=tuple(map(Fraction, told.rank_amounts.value)) if told.rank_amounts else (),
        leftover_by_score=told.leftover is not None and told.leftover.value == "by_score",
        tiers=tuple(
            allocation.Tier(
                None if band.lower is None else Fraction(band.lower),
                band.over is None,
                None if band.upper is None else Fraction(band.upper),
                band.below is None,
                Fraction(band.points),
            )
            for band in tiers
        ),
        concentration=exact(told.concentration_cap),
        deposits=exact(told.deposits_cap.share) if told.deposits_cap else None,
        minimum=exact(told.minimum_amount) or Fraction(0),
        maximum=exact(told.maximum_amount),
        rest_to_the_top=told.remainder is not None and told.remainder.value == "top_score",
    )


def members(county: County) -> list[oracle.Member]:
    """Banks with role and holdings as the requirements say, from what was delivered."""
    result = []
    for bank in county.banks:
        rulings = [
            d for d in county.decisions if d.bank == bank.code and d.valid_from <= AS_OF <= (d.valid_to or AS_OF)
        ]
        carve = [d for d in rulings if d.kind == "carve_out"]
        role = participation.role(
            bank.type == "政策性",
            banned=participation.disqualified([v.decided_on for v in county.violations if v.bank == bank.code], AS_OF),
            excluded_by_decision=any(d.kind == "exclude" for d in rulings),
            carved_out=bool(carve),
        )
        mine = [(a, Fraction(a.balance or 0)) for a in county.accounts if a.bank == bank.code]
        held = sum((balance for _, balance in mine), Fraction(0))
        rigid = sum((balance for account, balance in mine if not may_move(county, account)), Fraction(0))
        result.append(
            oracle.Member(bank.code, role, held, rigid, Fraction(carve[0].amount or 0) if carve else Fraction(0))
        )
    return result


def may_move(county: County, account: Account) -> bool:
    """Whether an account's money is adjustable (S02)."""
    freed = any(d.kind == "adjustable" and d.account == account.code for d in county.decisions)
    return participation.adjustable(account.category, account.adjustable, freed)


def expected(county: County) -> oracle.Outcome | None:
    """The oracle's answer; None where the office must be asked."""
    known = {(value.measure, value.bank): Fraction(value.value) for value in county.values}
    return oracle.evaluate(rules(county.rulebook), members(county), known)


def _answered(county: County, unit: str, min_leg: str, cap: str | None, scheme: int) -> County:
    """The county under its scheme and cap where they have an answer, else by score and without a cap."""
    told = replace(county, rulebook=RULEBOOKS[unit, min_leg, cap, scheme])
    return told if expected(told) else replace(county, rulebook=RULEBOOKS[unit, min_leg, None, 0])


@st.composite
def counties(draw: st.DrawFn) -> County:
    """A county that has an answer."""
    codes = CODES[: draw(st.integers(2, len(CODES)))]
    banks = [Bank(codes[0]), *(Bank(code, draw(st.sampled_from(["国有大行", "农商", "政策性"]))) for code in codes[1:])]
    held = [
        Account("A-底数", "A", Decimal(1000000), owner="财政局"),
        *(a for code in codes for a in draw(accounts(code))),
    ]
    known = [value for code in codes for value in draw(values(code, certain=code == "A"))]
    banned = draw(st.lists(st.tuples(st.sampled_from(codes[1:]), st.sampled_from(DECIDED)), max_size=2))
    freed = draw(st.lists(st.sampled_from([a.code for a in held]), max_size=2, unique=True))
    decisions = [Decision(f"解冻{n}", "adjustable", account=account) for n, account in enumerate(freed)]
    if draw(st.booleans()):
        last = draw(st.sampled_from([date(2025, 12, 30), AS_OF, None]))
        decisions.append(Decision("不参加", "exclude", codes[-1], valid_to=last))
    violations = tuple(Violation(f"违规{n}", bank, day) for n, (bank, day) in enumerate(banned))
    rulebook = RULEBOOKS[PLAIN]
    plain = County(rulebook, tuple(banks), tuple(held), tuple(known), decisions=tuple(decisions), violations=violations)
    return _answered(_carved(draw, plain, codes[1]), *draw(choices))


def _carved(draw: st.DrawFn, county: County, bank: str) -> County:
    """The county with a one-off amount for `bank` out of what is free, where the draw says so."""
    if not draw(st.booleans()):
        return county
    banks = members(county)
    free = sum((m.held for m in banks), Fraction(0)) - sum((m.fixed for m in banks if m.code != bank), Fraction(0))
    amount = Decimal(int(free * draw(st.integers(0, 4)) / 4))
    carve = Decision("一事一议", "carve_out", bank, amount=amount)
    return replace(county, decisions=(*county.decisions, carve))


batches = st.lists(counties(), min_size=12, max_size=30)
