"""Amounts and transfers of one county in plain Python, as a reader of the method would write them.

Decimal, lists, loops; the same rules as include/sql/eval/60 to 88, for a rule book that shares out by score below a
concentration cap, with the stock that may not move as floor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

FEN, ZERO = Decimal("0.01"), Decimal(0)
CAP, UNIT, MIN_LEG = Decimal("0.1"), Decimal(10_000), Decimal(100_000)


@dataclass(frozen=True)
class Account:
    """An account with its balance."""

    code: str
    bank: str
    owner: str
    category: str
    balance: Decimal
    adjustable: bool


@dataclass(frozen=True)
class Bank:
    """A bank with its role, score and place, and what was decreed for it."""

    code: str
    role: str
    score: Decimal
    rank: int | None
    decreed: Decimal | None


@dataclass
class Leg:
    """A transfer; no account to go to where one must be opened first."""

    turn: int
    giver: str
    taker: str
    source: str
    to: str | None
    amount: Decimal


def amounts(banks: Sequence[Bank], accounts: Sequence[Account]) -> dict[str, Decimal]:
    """Targets of a county: what is set aside, then the rest by score within bounds, rounded by largest remainder."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    rigid: dict[str, Decimal] = defaultdict(Decimal)
    for account in accounts:
        held[account.bank] += account.balance
        if not account.adjustable:
            rigid[account.bank] += account.balance
    fixed = {"policy": held, "excluded": rigid}
    targets = {
        bank.code: bank.decreed if bank.decreed is not None else fixed[bank.role][bank.code]
        for bank in banks
        if bank.role != "commercial"
    }
    total = sum(held.values(), ZERO)
    left = total - sum(targets.values(), ZERO)
    cap = (CAP * total).quantize(FEN, ROUND_CEILING)
    sharing = [bank for bank in banks if bank.role == "commercial"]
    bounds = {bank.code: (rigid[bank.code], max(cap, rigid[bank.code])) for bank in sharing}
    exact = bounded(left, {bank.code: bank.score for bank in sharing}, bounds)
    return targets | rounded(left, sharing, exact, bounds)


def bounded(
    amount: Decimal, weights: dict[str, Decimal], bounds: dict[str, tuple[Decimal, Decimal]]
) -> dict[str, Decimal]:
    """By weight, between the bounds: pin the side that breaks by more, and share what is left again."""
    pinned: dict[str, Decimal] = {}
    while free := [code for code in weights if code not in pinned]:
        unit = (amount - sum(pinned.values(), ZERO)) / sum((weights[code] for code in free), ZERO)
        want = {code: unit * weights[code] for code in free}
        short = {code: bounds[code][0] - want[code] for code in free if want[code] < bounds[code][0]}
        over = {code: want[code] - bounds[code][1] for code in free if want[code] > bounds[code][1]}
        if not short and not over:
            return pinned | want
        lacking, spare = sum(short.values(), ZERO), sum(over.values(), ZERO)
        if lacking >= spare:
            pinned |= {code: bounds[code][0] for code in short}
        if spare >= lacking:
            pinned |= {code: bounds[code][1] for code in over}
    return pinned


def rounded(
    amount: Decimal, banks: Sequence[Bank], exact: dict[str, Decimal], bounds: dict[str, tuple[Decimal, Decimal]]
) -> dict[str, Decimal]:
    """Whole units to the largest remainders, ties by rank and code; a bank at a bound keeps it."""
    free = [bank for bank in banks if bounds[bank.code][0] < exact[bank.code] < bounds[bank.code][1]]
    result = dict(exact)
    for bank in free:
        whole = (exact[bank.code] / UNIT).to_integral_value(ROUND_FLOOR) * UNIT
        result[bank.code] = max(whole, bounds[bank.code][0])
    left = amount - sum(result.values(), ZERO)
    for bank in sorted(free, key=lambda one: (result[one.code] - exact[one.code], one.rank, one.code)):
        given = min(UNIT - result[bank.code] % UNIT, left, bounds[bank.code][1] - result[bank.code])
        result[bank.code] += given
        left -= given
    return {code: value.quantize(FEN) for code, value in result.items()}


class Plan:
    """The transfers that bring the banks of a county from what they hold to their targets, group by group."""

    def __init__(self, targets: dict[str, Decimal], accounts: Sequence[Account]) -> None:
        held: dict[str, Decimal] = defaultdict(Decimal)
        for account in accounts:
            held[account.bank] += account.balance
        delta = {bank: target - held[bank] for bank, target in targets.items()}
        self.surplus = {bank: -value for bank, value in delta.items() if value <= -MIN_LEG}
        self.deficit = {bank: value for bank, value in delta.items() if value >= MIN_LEG}
        self.supply = [
            one for one in accounts if one.bank in self.surplus and one.adjustable and one.balance >= MIN_LEG
        ]
        groups = {(one.owner, one.category) for one in self.supply}
        self.receivers: dict[tuple[str, str], dict[str, str]] = {group: {} for group in groups}
        for one in sorted(accounts, key=lambda each: each.code):
            if one.bank in self.deficit and (one.owner, one.category) in groups:
                self.receivers[one.owner, one.category].setdefault(one.bank, one.code)
        self.left = {one.code: one.balance for one in self.supply}
        self.legs: list[Leg] = []

    def made(self) -> list[Leg]:
        """Every transfer."""
        self.choices = {bank: sum(bank in receivers for receivers in self.receivers.values()) for bank in self.deficit}
        turns = list(enumerate(self._in_order(), start=1))
        while turns:
            for turn, group in turns:
                self._turn(turn, group)
            while self._merged():
                pass
            turns = [(turn, group) for turn, group in turns if self._could(group)]
        while self._blocked():
            pass
        return self.legs

    def _could(self, group: tuple[str, str]) -> bool:
        """Whether an account could still give to a bank of its group what is enough for a transfer."""
        return any(self.deficit[bank] >= MIN_LEG for bank in self.receivers[group]) and any(
            (one.owner, one.category) == group and self.surplus[one.bank] >= MIN_LEG and self.left[one.code] >= MIN_LEG
            for one in self.supply
        )

    def _in_order(self) -> list[tuple[str, str]]:
        """Groups that can move most first."""

        def moves(group: tuple[str, str]) -> Decimal:
            offered: dict[str, Decimal] = defaultdict(Decimal)
            for one in self.supply:
                if (one.owner, one.category) == group:
                    offered[one.bank] += one.balance
            gives = sum((min(value, self.surplus[bank]) for bank, value in offered.items()), ZERO)
            return min(gives, sum((self.deficit[bank] for bank in self.receivers[group]), ZERO))

        able = {group: moves(group) for group, receivers in self.receivers.items() if receivers}
        return sorted(able, key=lambda group: (-able[group], *group))

    def _turn(self, turn: int, group: tuple[str, str]) -> None:
        """What the accounts of a group give and what its banks want, on one line each, cut where either ends."""
        mine: dict[str, list[Account]] = defaultdict(list)
        for one in self.supply:
            enough = self.left[one.code] >= MIN_LEG and self.surplus[one.bank] >= MIN_LEG
            if enough and (one.owner, one.category) == group:
                mine[one.bank].append(one)
        gives = []
        for bank, listed in mine.items():
            before, whole = ZERO, sum((self.left[one.code] for one in listed), ZERO)
            for one in sorted(listed, key=lambda each: (-self.left[each.code], each.code)):
                amount = min(self.left[one.code], self.surplus[bank] - before)
                before += self.left[one.code]
                if amount >= MIN_LEG:
                    gives.append((-whole, bank, -amount, one.code))
        takes = [
            (self.choices[bank], -self.deficit[bank], bank, account)
            for bank, account in self.receivers[group].items()
            if self.deficit[bank] >= MIN_LEG
        ]
        pieces = cut(
            [(bank, account, -less) for _, bank, less, account in sorted(gives)],
            [(bank, account, -less) for _, less, bank, account in sorted(takes)],
        )
        for giver, source, taker, to, amount in pieces:
            if amount >= MIN_LEG:
                self._move(Leg(turn, giver, taker, source, to, ZERO), amount)

    def _move(self, leg: Leg, amount: Decimal) -> None:
        if leg.amount == 0:
            self.legs.append(leg)
        leg.amount += amount
        self.left[leg.source] -= amount
        self.surplus[leg.giver] -= amount
        self.deficit[leg.taker] -= amount

    def _merged(self) -> bool:
        """What was too small for a transfer of its own, put onto one that is made anyway."""
        best: dict[str, tuple[Decimal, int, str, Leg]] = {}
        for leg in self.legs:
            amount = min(self.left[leg.source], self.surplus[leg.giver], self.deficit[leg.taker])
            found = (-amount, leg.turn, leg.giver, leg)
            if amount > 0 and (leg.taker not in best or found[:3] < best[leg.taker][:3]):
                best[leg.taker] = found
        chosen: dict[str, tuple[Decimal, int, str, Leg]] = {}
        for less, turn, giver, leg in best.values():
            found = (less, turn, leg.taker, leg)
            if giver not in chosen or found[:3] < chosen[giver][:3]:
                chosen[giver] = found
        for less, _, _, leg in chosen.values():
            self._move(leg, -less)
        return bool(chosen)

    def _blocked(self) -> bool:
        """What could move if the receiving bank had an account of that owner and category."""
        gives = []
        for bank in sorted(bank for bank, value in self.surplus.items() if value >= MIN_LEG):
            before, mine = ZERO, []
            listed = [one for one in self.supply if one.bank == bank and self.left[one.code] >= MIN_LEG]
            for one in sorted(listed, key=lambda each: (-self.left[each.code], each.code)):
                amount = min(self.left[one.code], self.surplus[bank] - before)
                before += self.left[one.code]
                mine += [(-amount, one.code)] if amount >= MIN_LEG else []
            gives += [(bank, code, -less) for less, code in sorted(mine)]
        wants = sorted((-value, bank) for bank, value in self.deficit.items() if value >= MIN_LEG)
        group = {one.code: (one.owner, one.category) for one in self.supply}
        found = [
            (Leg(0, giver, taker, source, None, ZERO), amount)
            for giver, source, taker, _, amount in cut(gives, [(bank, "", -less) for less, bank in wants])
            if amount >= MIN_LEG and taker not in self.receivers[group[source]]
        ]
        for leg, amount in found:
            self._move(leg, amount)
        return bool(found)


def cut(
    gives: Iterable[tuple[str, str, Decimal]], takes: Sequence[tuple[str, str, Decimal]]
) -> list[tuple[str, str, str, str, Decimal]]:
    """Two lines laid side by side: (giver, its account, taker, its account, amount) of each piece."""
    pieces, place, room = [], 0, takes[0][2] if takes else ZERO
    for bank, account, amount in gives:
        rest = amount
        while rest > 0 and place < len(takes):
            piece = min(rest, room)
            pieces.append((bank, account, takes[place][0], takes[place][1], piece))
            rest -= piece
            room -= piece
            if room == 0:
                place += 1
                room = takes[place][2] if place < len(takes) else ZERO
    return pieces
