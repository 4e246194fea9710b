"""Nasty counties for the transfers: ties, zeros, fen, ten trillion yuan, one bank, mergers, deposits that fall due at
the quarter's ends, pool accounts, closed accounts, transfers of any least size.

A county is made from one number that Hypothesis draws, so that a batch of hundreds is drawn in no time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

from hypothesis import strategies as st

from evaluation.transfers import AS_OF, ZERO, Account, Moved, Placed

OWNERS = ("财政局", "教育局", "社保局")
CATEGORIES = ("special", "unit", "fiscal_social")
# No transfer is too small; or one fen, ten yuan, 100,000 yuan as in earnest, more than most banks have.
MIN_LEGS = ("0", "0.01", "10", "10", "100000", "100000", "50000000")
SIZES = (10, 10**5, 10**9, 10**15)
# Free on the base date; due in the next quarter, on its first day and its last; later.
MATURE = (AS_OF, date(2026, 1, 1), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 1))


def placed_of(seed: int) -> Placed:
    """The county with this number."""
    chance = random.Random(seed)  # noqa: S311 - a county, not a secret
    least = int(Decimal(chance.choice(MIN_LEGS)) * 100)
    size = max(chance.choice(SIZES), chance.choice([1, 3, 9]) * least)
    codes = "ABCDEFGHI"[: chance.choice([1, 2, 3, 4, 5, 6, 7, 9])]
    gone = {f"{code}0": code for code in codes if chance.random() < 0.15}
    groups = chance.sample(list(product(OWNERS, CATEGORIES)), chance.choice([1, 1, 2, 3, 9]))
    many = chance.choice([1, 2, 3, 4, 8])
    accounts = tuple(a for bank in (*codes, *gone) for a in _accounts(chance, bank, groups, many, least, size))
    bare = Placed(Decimal(least).scaleb(-2), accounts, dict.fromkeys(codes, ZERO), gone)
    county = Placed(bare.min_leg, accounts, bare.targets, gone, tuple(_moved(chance, bare)))
    current = {bank: int(amount * 100) for bank, amount in county.current().items()}
    targets = {bank: Decimal(fen).scaleb(-2) for bank, fen in _targets(chance, current, least).items()}
    return Placed(county.min_leg, accounts, targets, gone, county.moved)


def _accounts(
    chance: random.Random, bank: str, groups: Sequence[tuple[str, str]], many: int, least: int, size: int
) -> Iterator[Account]:
    """Up to `many` accounts, several of one group now and then; what is closed or not yet open holds nothing."""
    for number in range(chance.randint(many // 3, many)):
        owner, category = chance.choice(groups)
        shut = chance.random() < 0.1
        balance = None if shut or chance.random() < 0.05 else Decimal(_fen(chance, least, size)).scaleb(-2)
        opened = chance.choice([AS_OF, date(2026, 1, 1)]) if shut and chance.random() < 0.5 else None
        yield Account(
            # Codes that do not sort as they were made.
            f"{chance.randint(0, 99):02}-{bank}-{number}",
            bank,
            owner,
            category,
            balance,
            adjustable=chance.choice([None, None, None, None, True, False]),
            matures_on=chance.choice(MATURE) if balance and chance.random() < 0.3 else None,
            opened_on=opened,
            closed_on=chance.choice([AS_OF, date(2026, 1, 1)]) if shut and not opened else None,
            pool=chance.random() < 0.04,
        )


def _fen(chance: random.Random, least: int, size: int) -> int:
    """An amount around what makes a difference, or any."""
    edges = [0, 1, max(least - 1, 0), least, least + 1, max(2 * least - 1, 0), 2 * least, 3 * least]
    return chance.choice([*edges, size, size, *(chance.randint(0, size) for _ in edges)])


def _moved(chance: random.Random, county: Placed) -> Iterator[Moved]:
    """Now and then money that moved between two accounts after the base date."""
    rich = [a for a in county.accounts if a.balance]
    if not rich or chance.random() < 0.8:
        return
    giver = chance.choice(rich)
    others = [a for a in county.accounts if a.balance is not None and county.bank(a) != county.bank(giver)]
    if others:
        taker = chance.choice(others)
        amount = chance.choice([giver.balance or ZERO, Decimal("0.01")])
        yield Moved(county.bank(giver), county.bank(taker), giver.code, taker.code, amount)


def _targets(chance: random.Random, current: dict[str, int], least: int) -> dict[str, int]:
    """Targets in fen that come to what is held, or to less; some counties have nothing to move."""
    total = sum(current.values())
    banks = list(current)
    match chance.choice(["weights", "weights", "weights", "equal", "swapped", "kept", "shifted", "shifted", "less"]):
        case "kept":
            return current
        case "swapped":
            return dict(zip(banks, chance.sample(list(current.values()), len(banks)), strict=True))
        case "equal":
            return _shared(total, dict.fromkeys(banks, 1))
        case "less":
            return _shared(total * chance.randint(0, 9) // 10, {bank: chance.choice([0, 1, 1, 3]) for bank in banks})
        case "shifted":
            return _shifted(chance, current, least)
    return _shared(total, {bank: chance.choice([0, 1, 1, 2, 7, 100]) for bank in banks})


def _shared(total: int, weights: dict[str, int]) -> dict[str, int]:
    """By weight, the odd fen to the first."""
    weights = weights if any(weights.values()) else dict.fromkeys(weights, 1)
    parts = {bank: total * weight // sum(weights.values()) for bank, weight in weights.items()}
    first = next(iter(parts))
    return parts | {first: parts[first] + total - sum(parts.values())}


def _shifted(chance: random.Random, current: dict[str, int], least: int) -> dict[str, int]:
    """Differences around the least transfer, that only together come to more."""
    targets = dict(current)
    for _ in range(2 * len(current)):
        giver, taker = chance.choice(list(targets)), chance.choice(list(targets))
        wanted = chance.choice([1, least // 2, max(least - 1, 0), least, least + 1, 2 * least + 1, 3 * least])
        amount = min(wanted, targets[giver])
        targets[giver] -= amount
        targets[taker] += amount
    return targets


def drawn(counties: int) -> st.SearchStrategy[list[Placed]]:
    """Batches of so many counties: in one run of the SQL hundreds cost little more than one."""
    numbers = st.lists(st.integers(0, 2**48), min_size=counties, max_size=counties, unique=True)
    return numbers.map(lambda seeds: [placed_of(seed) for seed in seeds])
