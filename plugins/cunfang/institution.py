"""Institutions through time (S32): one bank, many spellings, matched whole and never by substring (中国银行 is a
prefix trap); and one institution, several names: a closed bank lives on in its successor.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import cached_property
from itertools import product

_SILENT = frozenset({"Ps", "Pe", "Pd"})
"""Unicode categories of brackets and hyphens."""
_ELSEWHERE = re.compile(r"^[一-龥]{2,5}?[县市区旗]")
"""A place at the head of a name; one's own is left out before."""

AREAS = frozenset({"乡镇", "县市区"})
"""Types of the register's rows that are no banks: what an index is about (W10)."""


def normal_form(name: str) -> str:
    """A word without the differences that carry no meaning: width, case and white space."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def name_form(name: str) -> str:
    """`normal_form` of an institution's name, brackets and hyphens left out: 工行（大悟） is 工行大悟."""
    return "".join(sign for sign in normal_form(name) if unicodedata.category(sign) not in _SILENT)


@dataclass(frozen=True)
class Entry:
    """One row of the register of institutions.

    `spellings` are stated in it; `generated` are customary for such a bank, `former` for what it used to be.
    """

    code: str
    name: str
    spellings: tuple[str, ...] = ()
    type: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    successor: str = ""
    generated: tuple[str, ...] = ()
    former: tuple[str, ...] = ()

    def open_on(self, day: date) -> bool:
        """Whether it does business on `day`; on the day it closes it does not."""
        return (self.opened_on or date.min) <= day < (self.closed_on or date.max)

    def overlaps(self, other: Entry) -> bool:
        """Whether there is a day on which both do business."""
        first = max(self.opened_on or date.min, other.opened_on or date.min)
        return first < min(self.closed_on or date.max, other.closed_on or date.max)


class _Claim(IntEnum):
    """How good an entry's claim to a spelling is on a day; the smallest number has it."""

    CODE = 0
    STATED = 1
    STATED_CLOSED = 2
    STATED_TO_COME = 3
    GENERATED = 4
    GENERATED_CLOSED = 5
    FORMER = 6
    FORMER_CLOSED = 7


@dataclass(frozen=True)
class Register:
    """Spelling → institution code, for one region on one day.

    `claimed` holds the spellings that two institutions claim equally, with the names of both: they resolve to none.
    `absent` are names of banks that are known to exist and have no row; `filler` says nothing of which bank is meant.
    """

    codes: Mapping[str, str]
    claimed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    filler: tuple[str, ...] = ()

    @classmethod
    def build(cls, entries: Iterable[tuple[str, Iterable[str]]]) -> Register:
        """From (code, spellings); a spelling that two institutions claim is a ValueError that names both."""
        found = [Entry(code, next(iter(words), code), words) for code, words in ((c, tuple(s)) for c, s in entries)]
        register = cls.of(found, date.max)
        for spelling, (one, other, *_) in register.claimed.items():
            raise ValueError(f"名称“{spelling}”同时属于 {one} 和 {other}")
        return register

    @classmethod
    def of(cls, entries: Iterable[Entry], on: date, absent: Iterable[str] = (), filler: Iterable[str] = ()) -> Register:
        """The spellings valid on `on`.

        What the register states outweighs what is customary; a bank that is open outweighs one that is closed, and of
        closed ones the last counts: their names go on being understood.
        """
        known = list(entries)
        claims: dict[str, dict[tuple[_Claim, int], set[str]]] = defaultdict(lambda: defaultdict(set))
        for entry in known:
            for claim, spelling in _claims(entry, on):
                if form := name_form(spelling):
                    claims[form][claim, _recency(entry, claim)].add(entry.code)
        best = {form: ranked[min(ranked)] for form, ranked in claims.items()}
        titles = {entry.code: entry.name or entry.code for entry in known}
        return cls(
            {form: next(iter(codes)) for form, codes in best.items() if len(codes) == 1},
            {form: tuple(sorted(titles[code] for code in codes)) for form, codes in best.items() if len(codes) > 1},
            titles,
            frozenset(map(name_form, absent)) - best.keys(),
            tuple(sorted(map(name_form, filler), key=len, reverse=True)),
        )

    def resolve(self, name: str) -> str | None:
        """The code of the institution that is written `name`; None for an unknown name and for an ambiguous one."""
        return self.codes.get(name_form(name))

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """Names of the institutions that an unresolved `name` may mean, best first; none where none is near.

        Near is measured on what is left of a name without place and legal form: at most a third of it may differ.
        Where nothing is, a name may still be short for another one: 工行大悟支行 for 中国工商银行大悟支行.
        """
        form = name_form(name)
        if form in self.claimed:
            return list(self.claimed[form])
        core = self._core(form)
        if not core or {form, core} & self.absent or _ELSEWHERE.match(core):
            return []
        allowed = len(core) // 3
        distances = {one: edit_distance(core, one, allowed) for one in self._cores}
        least = min(distances.values(), default=allowed + 1)
        near = {code for one, distance in distances.items() if distance == least for code in self._cores[one]}
        if least > allowed:
            near = {code for spelling, code in self.codes.items() if _shortens(form, spelling)}
        return [self.titles.get(code, code) for code in sorted(near)][:count]

    def hint(self, name: str) -> str:
        """What to tell someone who wrote an unresolved `name`."""
        near = "、".join(self.nearest(name))
        if name_form(name) in self.claimed:
            return f"{near}（“{name}”可以指其中任何一家，须写明是哪一家）"
        return near or "没有相近的名称"

    @cached_property
    def _cores(self) -> Mapping[str, set[str]]:
        """What is left of each spelling → the institutions it may be."""
        found: dict[str, set[str]] = defaultdict(set)
        for spelling, code in self.codes.items():
            found[self._core(spelling)].add(code)
        return found

    def _core(self, form: str) -> str:
        for word in self.filler:
            form = form.replace(word, "")
        return form


def _shortens(short: str, full: str) -> bool:
    """Whether `short` is `full` with some signs left out; two signs are too few to tell."""
    signs = iter(full)
    return len(short) > 2 and all(sign in signs for sign in short)


def _claims(entry: Entry, on: date) -> list[tuple[_Claim, str]]:
    """Each spelling of `entry` with the worth of its claim on `on`."""
    open_, to_come = entry.open_on(on), (entry.opened_on or date.min) > on
    stated = _Claim.STATED if open_ else _Claim.STATED_TO_COME if to_come else _Claim.STATED_CLOSED
    generated = _Claim.GENERATED if open_ else _Claim.GENERATED_CLOSED
    former = _Claim.FORMER if open_ else _Claim.FORMER_CLOSED
    return [
        (_Claim.CODE, entry.code),
        *product([stated], (entry.name, *entry.spellings)),
        *product([generated], entry.generated),
        *product([former], entry.former),
    ]


def _recency(entry: Entry, claim: _Claim) -> int:
    """Among closed banks of the same name the one closed last comes first."""
    closed = claim in (_Claim.STATED_CLOSED, _Claim.GENERATED_CLOSED, _Claim.FORMER_CLOSED)
    return -(entry.closed_on or date.max).toordinal() if closed else 0


def edit_distance(one: str, other: str, most: int) -> int:
    """Signs to change, add, drop or swap to get from `one` to `other`; more than `most` is not counted out."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                steps = min(steps, older[j - 2] + 1)
            row.append(steps)
    return row[-1]


def heirs(entries: Iterable[Entry], on: date) -> dict[str, str]:
    """Code → the code of the institution that it is on `on`: itself while open, else its successor, and so on (S32).

    The chain ends at a bank that is open, has no successor, or has one that is unknown, not open yet, or itself.
    """
    known = {entry.code: entry for entry in entries}

    def heir(code: str) -> str:
        way = [code]
        while True:
            entry = known[way[-1]]
            after = known.get(entry.successor)
            gone = entry.closed_on is not None and entry.closed_on <= on
            if not gone or after is None or (after.opened_on or date.min) > on:
                return way[-1]
            if after.code in way:
                return code
            way.append(after.code)

    return {code: heir(code) for code in known}


def circles(entries: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """Code → the circle of successors that it leads into; codes whose chain ends are left out."""
    after = {entry.code: entry.successor for entry in entries if entry.successor}
    found: dict[str, tuple[str, ...]] = {}
    for code in after:
        way = [code]
        while (next_ := after.get(way[-1])) is not None:
            if next_ in way:
                found[code] = (*way[way.index(next_) :], next_)
                break
            way.append(next_)
    return found
