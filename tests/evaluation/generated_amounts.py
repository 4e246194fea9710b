"""Scored counties of every scheme with every bound, and what the oracle says of them.

A case is made from one number that Hypothesis draws, so that a batch of hundreds is drawn in no time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import strategies as st

from evaluation.amounts import Case, Holder
from oracle import allocation
from oracle.allocation import ZERO, Placed, PolicyBank, Quota, Scheme, Standing, Tier, place

KINDS = ("proportional", "affine", "top", "by_rank", "equal", "tiers")
UNITS = ("0.01", "0.01", "1", "100", "10000", "1000000")
SCORES = ("0", "1", "7", "12.5", "20", "20", "33.3333", "40", "60", "88.8", "100")
EDGES = (Fraction(20), Fraction(60))


def fen(amount: Fraction) -> Fraction:
    """Down to the fen."""
    return Fraction(floor(amount * 100), 100)


def _decimal(amount: Fraction) -> Decimal:
    return Decimal(floor(amount * 100)).scaleb(-2)


def case_of(seed: int) -> Case:
    """The case with this number."""
    chance = random.Random(seed)  # noqa: S311 - a case, not a secret
    size = chance.choice([10, 10**4, 10**9, 10**12])
    banks = tuple(_bank(chance, code, size) for code in "ABCDEF"[: chance.randint(2, 6)])
    support = chance.choice([None, "cap", "held"])
    held = sum((Fraction(bank.free + bank.rigid) for bank in banks), ZERO)
    mean = max(held / len(banks), Fraction(1))
    kind = chance.choice(KINDS)
    banks = tuple(_adorned(chance, bank, mean) for bank in banks)
    banks = _moved(chance, banks)
    case = _closed(chance, Case(_scheme(chance, kind, mean, len(banks)), banks, support, _quota(chance, banks)))
    if chance.random() < 0.2 or not asked(case):
        return case
    # Most have an answer: bounds that leave none are dropped.
    free = replace(case.scheme, concentration=None, deposits=None, minimum=ZERO, maximum=None)
    return replace(case, scheme=free)


def asked(case: Case) -> str:
    """The question that the oracle has about a case."""
    return placed(case).asked


def placed(case: Case) -> Placed:
    """What the oracle makes of a case."""
    total, amount, fixed, _ = shares(case)
    rigid = sum((Fraction(bank.rigid) for bank in case.banks), ZERO)
    about = case.quota.question(stock_of(case), rigid, sum(fixed.values(), ZERO))
    return place(case.scheme, total, amount, standings(case), about)


def stock_of(case: Case) -> Fraction:
    """What lies in the county's banks at the base date."""
    return sum((Fraction(bank.free + bank.rigid) for bank in case.banks), ZERO)


def _moved(chance: random.Random, banks: tuple[Holder, ...]) -> tuple[Holder, ...]:
    """Now and then part of a bank's free money has gone to another one since the base date."""
    if chance.random() < 0.7:
        return banks
    giver, taker = chance.sample(range(len(banks)), 2)
    amount = _decimal(Fraction(banks[giver].free) * Fraction(chance.choice(["0.1", "0.5", "1"])))
    change = {giver: -amount, taker: amount}
    return tuple(replace(bank, moved=change.get(place, Decimal(0))) for place, bank in enumerate(banks))


def _quota(chance: random.Random, banks: tuple[Holder, ...]) -> Quota:
    """Mostly all of the stock; else less a reserve, mostly one that can be left, or decreed near the stock."""
    stock = sum((Fraction(bank.free + bank.rigid) for bank in banks), ZERO)
    part = Fraction(chance.choice(["0.05", "0.08", "0.08", "0.333", "0.9", "1.1"]))
    match chance.choice(["stock"] * 4 + ["amount", "share", "fixed"]):
        case "amount":
            return Quota("stock_less_reserve", reserve_amount=fen(stock * part))
        case "share":
            return Quota("stock_less_reserve", reserve_share=min(part, Fraction("0.9")))
        case "fixed":
            return Quota("fixed", decreed=fen(stock * (1 - part / 4)))
    return Quota()


def _closed(chance: random.Random, case: Case) -> Case:
    """Amounts by rank alone mostly come to the whole sum, as a rule book that says so must."""
    ranks = sorted(case.ranks().values())
    if case.scheme.kind != "by_rank" or case.scheme.leftover_by_score or chance.random() < 0.1:
        return case
    rest = shares(case)[1] - sum(case.scheme.rank_amounts[1 : len(ranks)], ZERO)
    if rest < case.scheme.rank_amounts[1]:
        return case
    return replace(case, scheme=replace(case.scheme, rank_amounts=(rest, *case.scheme.rank_amounts[1:])))


def _bank(chance: random.Random, code: str, size: int) -> Holder:
    """The first bank always takes part and has a score."""
    roles = ["commercial"] if code == "A" else ["commercial"] * 8 + ["policy"] * 3 + ["carved_out", "excluded"]
    score = Decimal(chance.choice(SCORES[3:] if code == "A" else SCORES))
    rigid = 0 if chance.random() < 0.6 else chance.randint(0, size // 3)
    return Holder(
        code,
        chance.choice(roles),
        score,
        chance.choice([0, 1, 2]),
        Decimal(chance.randint(0, size)).scaleb(-2),
        Decimal(rigid).scaleb(-2),
    )


def _adorned(chance: random.Random, bank: Holder, mean: Fraction) -> Holder:
    """With what only some banks have, in proportion to what a bank holds on average."""

    def part(*choices: str) -> Decimal:
        return _decimal(mean * Fraction(chance.choice(choices)))

    rare = chance.random() < 0.15
    added = (part("0.05", "0.3"), *((-part("0.02", "0.5"),) if chance.random() < 0.5 else ())) if rare else ()
    return Holder(
        bank.code,
        bank.role,
        bank.score,
        bank.tie,
        bank.free,
        bank.rigid,
        deposits=None if chance.random() < 0.01 else part("5", "9", "12.345", "30", "100"),
        added=added,
        reduction=Decimal(chance.choice(["0.2", "0.333", "1"])) if chance.random() < 0.08 else None,
        decreed=part("0", "0.1", "0.4"),
        capital=part("0", "0.2", "0.9", "1.4"),
        passed=chance.random() < 0.6,
    )


def _scheme(chance: random.Random, kind: str, mean: Fraction, banks: int) -> Scheme:
    """How it is shared out; bounds near what a bank gets on average, so that they hold some and not all."""

    def part(*choices: str) -> Fraction:
        return fen(mean * Fraction(chance.choice(choices)))

    rank_amounts = sorted((part("0", "0.2", "0.5", "0.5", "1", "1.5") for _ in range(banks)), reverse=True)
    return Scheme(
        kind=kind,
        unit=Fraction(chance.choice(UNITS)),
        base_amount=part("0.1", "0.5", "0.8") if kind == "affine" else ZERO,
        base_score=Fraction(chance.choice([0, 7, 20])) if kind == "affine" else ZERO,
        top=chance.randint(1, banks) if kind == "top" else 0,
        rank_amounts=tuple(rank_amounts) if kind == "by_rank" else (),
        leftover_by_score=kind == "by_rank" and chance.random() < 0.7,
        tiers=tuple(_tiers(chance)) if kind == "tiers" else (),
        concentration=Fraction(chance.choice(["0.3", "0.5", "0.7"])) if chance.random() < 0.25 else None,
        deposits=Fraction("0.1") if chance.random() < 0.25 else None,
        minimum=part("0.1", "0.4", "0.7") if chance.random() < 0.3 else ZERO,
        maximum=part("0.9", "1.3", "2.5") if chance.random() < 0.25 else None,
        rest_to_the_top=chance.random() < 0.3,
    )


def _tiers(chance: random.Random) -> Iterator[Tier]:
    """Three bands; the better, the heavier. Now and then nothing is said of the lowest scores."""
    lowest = Fraction(5) if chance.random() < 0.05 else None
    upper_in = chance.random() < 0.5
    yield Tier(lowest, True, EDGES[0], upper_in, Fraction(chance.choice(["0", "0.8"])))
    yield Tier(EDGES[0], not upper_in, EDGES[1], False, Fraction(1))
    yield Tier(EDGES[1], True, None, False, Fraction("1.25"))


def shares(case: Case) -> tuple[Fraction, Fraction, dict[str, Fraction], Fraction | None]:
    """T, what of it goes to the banks that take part, what the others get, and P where it matters."""
    total = case.quota.total(stock_of(case))
    fixed: dict[str, Fraction] = {}
    apart: dict[str, PolicyBank] = {}
    for bank in case.banks:
        held, rigid = Fraction(bank.free + bank.rigid + bank.moved), Fraction(bank.rigid)
        match bank.role:
            case "carved_out":
                fixed[bank.code] = Fraction(bank.decreed)
            case "excluded":
                fixed[bank.code] = rigid
            case "policy" if case.support:
                kept = max(Fraction(bank.capital), rigid)
                apart[bank.code] = PolicyBank(held, kept, bank.passed, case.support == "cap")
            case "policy":
                fixed[bank.code] = held
    eligible = sum(bank.role == "commercial" for bank in case.banks)
    mean = None
    if apart:
        mean, theirs = allocation.policy_support(total - sum(fixed.values(), ZERO), eligible, apart)
        fixed |= theirs
    return total, total - sum(fixed.values(), ZERO), fixed, mean


def standings(case: Case) -> dict[str, Standing]:
    """The banks that take part, in the oracle's words."""
    ranks = case.ranks()
    return {
        bank.code: Standing(
            Fraction(bank.score),
            ranks[bank.code],
            Fraction(bank.rigid),
            sum(map(Fraction, bank.added), ZERO),
            None if bank.deposits is None else Fraction(bank.deposits),
            None if bank.reduction is None else Fraction(bank.reduction),
        )
        for bank in case.banks
        if bank.role == "commercial"
    }


def drawn(counties: int) -> st.SearchStrategy[list[Case]]:
    """Batches of so many counties: in one run of the SQL hundreds cost little more than one."""
    numbers = st.lists(st.integers(0, 2**48), min_size=counties, max_size=counties, unique=True)
    return numbers.map(lambda seeds: [case_of(seed) for seed in seeds])
