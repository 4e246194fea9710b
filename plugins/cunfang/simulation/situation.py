"""A situation (算例): a small described county, the hand computation, and what must come out; an official can sign it.

Amounts are in the situation's `unit` unless they carry their own (`1.2亿元`). Rows of figures go by bank; `每家` is
every bank that the row does not name, `unit` the unit of the row (元, 万元, 亿元, %, 个, 分 …).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from cunfang.feeds.contract import PeriodKey
from cunfang.period import Period
from cunfang.rulebook.parameter import Strict
from cunfang.simulation.arithmetic import check, numbers
from cunfang.simulation.printed import Printed
from cunfang.simulation.times import days_of

EVERY = "每家"
NONE = "无"
UNIT = "unit"
Place = tuple[int | str, ...]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, Decimal, date)) and not isinstance(value, bool) else value


def _held(line: str) -> str:
    check(line)
    return line


def _number(written: str) -> str:
    Printed.read(written)
    return written


def _number_or_none(written: str) -> str:
    return written if written == NONE else _number(written)


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[str, BeforeValidator(_text), AfterValidator(_number)]
Answer = Annotated[str, BeforeValidator(_text), AfterValidator(_number_or_none)]
Line = Annotated[str, BeforeValidator(_text), AfterValidator(_held)]


class Bank(Strict):
    """One bank of the county; a name is made of its code where none is stated."""

    name: str = ""
    type: Literal["国有大行", "股份制", "城商行", "农商行", "村镇银行", "邮储", "政策性", "乡镇", "县市区"] = "国有大行"
    legal_person: Literal["branch", "local"] | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    successor: str | None = None
    group: str | None = None


class Tax(Strict):
    """Tax of one type paid in one window; `paid` is the local part where it is not stated."""

    bank: str
    local_part: Number
    paid: Number | None = None
    type: str = "增值税"
    from_: date = Field(alias="from")
    to: date


class Account(Strict):
    """One account with its balance at the end of the period."""

    account: Text
    bank: str
    balance: Number
    category: str = "special"
    owner: str = "财政局"
    adjustable: bool | None = None
    matures_on: date | None = None


class Deposits(Strict):
    """What each bank holds of the public money, and what of it may not move: accounts are made of it."""

    held: dict[str, Number]
    rigid: dict[str, Number] = Field(default={})


class Decision(Strict):
    """A ruling of the leading group."""

    number: Text
    kind: str
    bank: str | None = None
    account: str | None = None
    amount: Number | None = None
    rate: Number | None = None
    valid_from: date
    valid_to: date | None = None
    decided_on: date
    reason: str | None = None


class Violation(Strict):
    """What a supervisor or the office established of a bank (S22, S24)."""

    bank: str
    kind: str = "withhold"
    severity: Literal["note", "deduct", "disqualify"] = "disqualify"
    found_on: date | None = None
    decided_on: date
    decision: str | None = None


class Errand(Strict):
    """Something that a bank was to do in time (S08); not done where `done_at` is not stated."""

    bank: str
    kind: Literal["nontax_transfer", "dispatch", "adjustment"] = "nontax_transfer"
    issued_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None


class Target(Strict):
    """A yearly target of a bank (N14)."""

    bank: str
    measure: str
    operator: str = ">="
    amount: Number | None = None
    rate: Number | None = None


class Peer(Strict):
    """A figure of a region; without a `name` of the county itself (D03)."""

    name: str = ""
    measure: str
    value: Number
    unit: str


class Project(Strict):
    """A project whose capital lies with the bank that lends for it (S19)."""

    project: Text
    bank: str
    capital: Number
    loan: Number
    counterpart: Number | None = None


class Question(Strict):
    """The question that the evaluation must stop with."""

    check: str = Field(pattern=r"^[A-Z]{3}-[VMQ]\d{3}$")
    says: str = ""


BY_INDICATOR = ("values", "points")
BY_BANK = ("score", "share", "rank", "target", "supplement", "support")
WORDS: dict[bool | None, str] = {True: "是", False: "否", None: NONE}


class Expected(Strict):
    """What must come out. A number holds where the result, rounded half up to its printed places, is the same.

    `target`, `supplement` and `support` are amounts; `无` stands for no value. What is not stated is not checked.
    """

    values: dict[str, dict[str, Answer]] = Field(default={})
    classes: dict[str, dict[str, str]] = Field(default={})
    flags: dict[str, dict[str, str]] = Field(default={})
    points: dict[str, dict[str, Answer]] = Field(default={})
    score: dict[str, Answer] = Field(default={})
    share: dict[str, Answer] = Field(default={})
    rank: dict[str, Answer] = Field(default={})
    target: dict[str, Answer] = Field(default={})
    supplement: dict[str, Answer] = Field(default={})
    support: dict[str, Answer] = Field(default={})
    roles: dict[str, Literal["commercial", "policy", "carved_out", "excluded"]] = Field(default={})
    excluded: dict[str, str] = Field(default={})
    falling: dict[str, dict[str, bool | None]] = Field(default={}, description="四项均下降：年度 → 银行 → 是否")
    noted: tuple[str, ...] = ()
    question: Question | None = None

    def numbers(self) -> Iterator[tuple[Place, str]]:
        """Every expected number with its place: (section, indicator, bank) or (section, bank)."""
        for section in BY_INDICATOR:
            for code, row in getattr(self, section).items():
                yield from (((section, code, bank), number) for bank, number in row.items())
        for section in BY_BANK:
            yield from (((section, bank), number) for bank, number in getattr(self, section).items())

    def words(self) -> Iterator[tuple[Place, str]]:
        """Every expected word with its place."""
        for section in ("classes", "flags"):
            for code, row in getattr(self, section).items():
                yield from (((section, code, bank), word) for bank, word in row.items())
        for section in ("roles", "excluded"):
            for bank, word in getattr(self, section).items():
                yield (section, bank), word
        for year, judged in self.falling.items():
            yield from ((("falling", year, bank), WORDS[falling]) for bank, falling in judged.items())


class Signed(Strict):
    """Who holds the case for right: a post, not a person."""

    by: str
    on: date


Rows = dict[str, dict[str, Text]]


class Situation(Strict):
    """One worked case of a rule book."""

    name: str
    shows: str = Field(min_length=1, description="说明的是哪一条、哪一种情形")
    period: PeriodKey
    unit: Literal["元", "万元", "亿元"] = "万元"
    banks: dict[str, Bank] = Field(min_length=1)
    figures: dict[str, Rows] = Field(default={})
    taxes: tuple[Tax, ...] = ()
    deposits: Deposits | None = None
    accounts: tuple[Account, ...] = ()
    decisions: tuple[Decision, ...] = ()
    violations: tuple[Violation, ...] = ()
    errands: tuple[Errand, ...] = ()
    on_time: dict[str, dict[str, str]] = Field(default={})
    targets: tuple[Target, ...] = ()
    peers: tuple[Peer, ...] = ()
    projects: tuple[Project, ...] = ()
    absent: tuple[str, ...] = ()
    except_: dict[str, Any] = Field(alias="except", default={}, description="这个算例另设的参数：路径 → 值")
    arithmetic: tuple[Line, ...] = Field(min_length=1)
    expect: Expected
    signed: Signed | None = None

    @property
    def quarter(self) -> Period:
        """The period that is evaluated."""
        return Period.parse(self.period)

    def faults(self) -> Iterator[tuple[Place, str]]:
        """What does not hang together, with its place: unknown banks, bad dates, numbers that were not computed."""
        yield from self._stray_banks()
        for when, rows in self.figures.items():
            try:
                days_of(when, self.quarter)
            except ValueError as error:
                yield ("figures", when), str(error)
            for measure, row in rows.items():
                for bank, number in row.items():
                    if bank != UNIT and (said := _fault(number)):
                        yield ("figures", when, measure, bank), said
        computed = numbers(self.arithmetic)
        for place, number in self.expect.numbers():
            if number != NONE and not {Fraction(one) for one in _worth(number)} & computed:
                yield ("expect", *place), f"{number} 没有在 arithmetic 中算出"

    def _stray_banks(self) -> Iterator[tuple[Place, str]]:
        known = {*self.banks, EVERY, UNIT}
        named: list[tuple[Place, Iterable[str]]] = [
            *(
                ((("figures", when, measure)), row)
                for when, rows in self.figures.items()
                for measure, row in rows.items()
            ),
            *((("on_time", kind), row) for kind, row in self.on_time.items()),
        ]
        if self.deposits:
            named += [(("deposits", "held"), self.deposits.held), (("deposits", "rigid"), self.deposits.rigid)]
        for section in ("taxes", "accounts", "violations", "errands", "targets", "projects"):
            named += [((section, place), (one.bank,)) for place, one in enumerate(getattr(self, section))]
        for place, _ in (*self.expect.numbers(), *self.expect.words()):
            named.append((("expect", *place[:-1]), (str(place[-1]),)))
        for at, banks in named:
            yield from (((*at, bank), f"没有这家银行：{bank}") for bank in banks if bank not in known)


def _fault(number: str) -> str:
    try:
        Printed.read(number)
    except ValueError as error:
        return str(error)
    return ""


def _worth(number: str) -> tuple[Decimal, Decimal]:
    read = Printed.read(number)
    return abs(read.number), abs(read.value)
