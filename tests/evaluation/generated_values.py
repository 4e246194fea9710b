"""Counties with two years of month ends and taxes, delivered in many ways, and the same in the oracle's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from hypothesis import strategies as st

from cunfang.period import Period
from cunfang.rulebook import Rulebook
from evaluation.county import Account, Bank, County, Credit, Tax, Value, Violation
from evaluation.policy import leaf, parameter, policy
from oracle import values as oracle

MERGED = date(2025, 7, 1)
BANKS = (
    Bank("A"),
    Bank("B", "邮储"),
    Bank("X"),
    Bank("P1", "农商行", closed_on=MERGED, successor="S"),
    Bank("P2", "村镇银行", closed_on=MERGED, successor="S"),
    Bank("S", "农商行", opened_on=MERGED),
    Bank("N", opened_on=date(2025, 2, 10)),
)
BANNED = Violation("罚1号", "X", date(2024, 5, 6))
TYPES = ("增值税", "个人所得税")
MONTHS = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
DAYS = [oracle.month_end(year, month) for year, month in MONTHS[11:]]
STOCKS = ("loans", "deposits", "loans_sme")
SINCE = ("year_start", "year_ago", "quarter_ago")
WINDOWS = ("ytd", "quarter", "ttm")
LOANS, DEPOSITS, SME = (oracle.Term(name) for name in STOCKS)
PAID = (oracle.Term("tax_local_part"),)
OUTLETS = (oracle.Term("outlets"), oracle.Term("self_outlets", Fraction(1, 5), zero=True))


def readings() -> dict[str, oracle.Reading]:
    """Every basis with every window and point of comparison, with and without a denominator."""
    plain = {"": (), "_over": (DEPOSITS,)}
    listed: dict[str, oracle.Reading] = {
        "november": oracle.Reading("stock", (LOANS,), (DEPOSITS,), as_of_month=11),
        "lagged": oracle.Reading("stock", (LOANS,), lag_months=4),
        "net": oracle.Reading("stock", (LOANS, replace(SME, times=Fraction(-1, 2), zero=True)), (DEPOSITS,)),
        "mixed": oracle.Reading("stock", (LOANS, oracle.Term("outlets", Fraction(1000)))),
        "outlets": oracle.Reading("stock", OUTLETS),
        "income_tax": oracle.Reading("flow", (oracle.Term("tax_local_part", types=TYPES[1:]),), window="ytd"),
        "november_tax": oracle.Reading("flow", PAID, window="quarter", as_of_month=11),
        "lagged_growth": oracle.Reading("growth", (LOANS,), since="year_ago", lag_months=3),
    }
    for name, over in plain.items():
        listed[f"stock{name}"] = oracle.Reading("stock", (LOANS,), over)
        listed |= {
            f"average_{of}{name}": oracle.Reading("average", (LOANS,), over, average_of=of)
            for of in ("months", "quarters")
        }
        listed |= {
            f"{basis}_{since}{name}": oracle.Reading(basis, (SME,), over, since=since)
            for basis, since in product(("increment", "growth"), SINCE)
        }
    listed |= {f"new_{since}": oracle.Reading("new_ratio", (LOANS,), (DEPOSITS,), since=since) for since in SINCE}
    listed |= {f"flow_{window}": oracle.Reading("flow", PAID, window=window) for window in WINDOWS}
    listed |= {
        f"{basis}_of_{window}": oracle.Reading(basis, PAID, window=window, since="year_ago")
        for basis, window in product(("increment", "growth"), WINDOWS)
    }
    return listed


READINGS = readings()
MISSING = {code: ("stop", "zero", "mean")[number % 3] for number, code in enumerate(READINGS)}
EXEMPT = {code: ("邮储",) for number, code in enumerate(READINGS) if number % 5 == 0}
CHANGES = ("increment", "growth", "new_ratio")


def _terms(terms: tuple[oracle.Term, ...]) -> list[dict[str, Any]]:
    families = {"tax_local_part": "tax", "outlets": "indicators", "self_outlets": "indicators"}
    return [
        {
            "measure": term.measure,
            "family": families.get(term.measure, "pboc_credit"),
            "times": str(Decimal(term.times.numerator) / term.times.denominator),
            "missing": "zero" if term.zero else "stop",
            "parts": list(term.types),
        }
        for term in terms
    ]


def _node(code: str, reading: oracle.Reading) -> dict[str, Any]:
    """An indicator of the rule book that says what the oracle's reading says."""
    node = leaf(code, "1", "", missing=MISSING[code]) | {
        "measure": _terms(reading.measure),
        "family": "pboc_credit",
        "basis": reading.basis,
        "window": reading.window,
        "since": reading.since,
        "average_of": reading.average_of,
        "over": _terms(reading.over) or None,
        "as_of_month": parameter(reading.as_of_month) if reading.as_of_month else None,
        "lag_months": parameter(reading.lag_months) if reading.lag_months else None,
        "exempt_types": parameter(EXEMPT[code]) if code in EXEMPT else None,
    }
    node["points"] = node.pop("weight")
    return {key: said for key, said in node.items() if said is not None}


def rulebook() -> Rulebook:
    """One indicator per reading; a bank of this year has the average in what compares with before."""
    content = policy({code: _node(code, reading) for code, reading in READINGS.items()}).model_dump(by_alias=True)
    content["participation"]["first_year"] = parameter("impute")
    return Rulebook.model_validate(content)


RULEBOOK = rulebook()
AMOUNTS = [Decimal(number) for number in (0, 0, 1, 3, 3, 7, 10, 125, 99999999)]
PAYMENTS = [Decimal(number) for number in (-5, 0, 1, 2, 4, 100)]


@dataclass(frozen=True)
class Case:
    """A county, the oracle's book of it, and its banks as they are at the base date."""

    county: County
    book: oracle.Book
    by_month: frozenset[int]

    def answerable(self, code: str) -> bool:
        """Whether the files can tell: of a year that came by quarters the sum up to November is not known."""
        reading = READINGS[code]
        return (
            reading.window is None
            or oracle.moment(reading, self.base).month != 11
            or (oracle.moment(reading, self.base).year in self.by_month)
        )

    @property
    def base(self) -> date:
        """The base date."""
        return self.county.period.end

    def expected(self, code: str) -> dict[str, oracle.Valued]:
        """What the oracle makes of one indicator."""
        merged = self.base >= MERGED
        eligible = ["A", "B", *(["S"] if merged else ["P1", "P2"]), *(["N"] if self.base.year == 2025 else [])]
        reading = READINGS[code]
        imputed = ["B"] if code in EXEMPT else []
        imputed += ["N"] if reading.basis in CHANGES else []
        return oracle.values(reading, self.book, self.base, eligible, ["X"], MISSING[code], imputed)


def _reporters(day: date) -> list[str]:
    """Who can report at a day: the banks that are open."""
    return [
        bank.code
        for bank in BANKS
        if (bank.opened_on or day) <= day and (bank.closed_on is None or day < bank.closed_on)
    ]


def case(seed: int) -> Case:
    """A county of any of the last five quarters; thousands of figures, so made from a seed."""
    draw = Random(seed)  # noqa: S311 - no secret
    period = draw.choice([Period(2024, 4), *(Period(2025, number) for number in (1, 2, 3, 4))])
    credit, stocks, year_starts = _credit(draw, period)
    tax, paid, by_month = _tax(draw, period)
    counted = _values(draw, period)
    stocks |= {(item.bank, item.measure, period.end): Fraction(item.value) for item in counted}
    accounts = (Account("A-1", "A", Decimal(100)),)
    county = County(RULEBOOK, BANKS, accounts, counted, credit, tax, violations=(BANNED,), period=period)
    heir = {"P1": "S", "P2": "S"} if period.end >= MERGED else {}
    book = oracle.Book(_summed(stocks, heir), _summed(year_starts, heir), _summed(paid, heir))
    return Case(county, book, by_month)


def _summed(known: dict[Any, Fraction], heir: dict[str, str]) -> dict[Any, Fraction]:
    """By the bank that carries on the business."""
    result: dict[Any, Fraction] = {}
    for (bank, *rest), amount in known.items():
        key = (heir.get(bank, bank), *rest)
        result[key] = result.get(key, Fraction(0)) + amount
    return result


def _credit(draw: Random, period: Period) -> tuple[tuple[Credit, ...], dict[Any, Fraction], dict[Any, Fraction]]:
    """Month ends of two years in the files of their quarters; some are not there, the two that merge go together."""
    rows, stocks, year_starts = [], {}, {}
    gone = {(draw.choice("ABX"), draw.choice(DAYS)) for _ in range(draw.randint(0, 6))}
    without_merging = {draw.choice(DAYS) for _ in range(draw.randint(0, 2))}
    for day in (day for day in DAYS if day <= period.end):
        for bank in _reporters(day):
            if (bank, day) in gone or (bank in ("P1", "P2") and day in without_merging):
                continue
            loans, deposits, sme = (draw.choice(AMOUNTS) for _ in STOCKS)
            row = Credit(bank, deposits, loans, None if bank == "A" and sme == 7 else sme, on=day)
            stocks |= {
                (bank, name, day): Fraction(getattr(row, name)) for name in STOCKS if getattr(row, name) is not None
            }
            if day == period.end and bank in "ABX" and draw.random() < 0.5:
                row = replace(row, deposits_year_start=draw.choice(AMOUNTS), loans_year_start=draw.choice(AMOUNTS))
                start = date(day.year - 1, 12, 31)
                year_starts[bank, "deposits", start] = Fraction(row.deposits_year_start or 0)
                year_starts[bank, "loans", start] = Fraction(row.loans_year_start or 0)
            rows.append(row)
    return tuple(rows), stocks, year_starts


def _tax(draw: Random, period: Period) -> tuple[tuple[Tax, ...], dict[Any, Fraction], frozenset[int]]:
    """Three years of months, each year's file by cumulative rows, by quarters or by months."""
    paid: dict[Any, Fraction] = {}
    rows: list[Tax] = []
    ways = {year: draw.choice(["year", "quarter", "month"]) for year in (2023, 2024, 2025)}
    payers = {bank.code for bank in BANKS} - ({"A"} if draw.random() < 0.5 else set())
    months = [(year, month) for year, month in MONTHS if oracle.month_end(year, month) <= period.end]
    for (year, month), kind in product(months, TYPES):
        for bank in sorted(payers.intersection(_reporters(oracle.month_end(year, month)))):
            amount = draw.choice(PAYMENTS)
            paid[bank, "tax_local_part", kind, year, month] = Fraction(amount)
            if ways[year] == "month":
                rows.append(_row(bank, kind, (year, month), (year, month), amount))
    for then in (Period(year, number) for year in ways for number in (1, 2, 3, 4) if Period(year, number) <= period):
        if ways[then.year] != "month":
            first = 1 if ways[then.year] == "year" else then.start.month
            rows += _window(paid, then, first)
    return tuple(rows), paid, frozenset(year for year, way in ways.items() if way == "month")


def _window(paid: dict[Any, Fraction], then: Period, first: int) -> list[Tax]:
    """A row per payer and tax type from month `first` to the end of a quarter."""
    rows = []
    for bank, kind in dict.fromkeys((who, kind) for who, _, kind, year, _ in paid if year == then.year):
        mine = [
            amount
            for (who, _, what, year, month), amount in paid.items()
            if (who, what, year) == (bank, kind, then.year) and first <= month <= then.end.month
        ]
        if mine:
            total = sum(mine, Fraction(0))
            amount = Decimal(total.numerator) / total.denominator
            rows.append(_row(bank, kind, (then.year, first), (then.year, then.end.month), amount))
    return rows


def _row(bank: str, kind: str, first: tuple[int, int], last: tuple[int, int], amount: Decimal) -> Tax:
    end = oracle.month_end(*last)
    return Tax(bank, date(*first, 1), end, amount, kind, period=Period.containing(end))


def _values(draw: Random, period: Period) -> tuple[Value, ...]:
    """Outlets of the base date; some banks say nothing of those with machines alone."""
    rows = []
    for bank in ("A", "B", "X", "N"):
        rows += [Value(bank, "outlets", draw.choice(AMOUNTS))] if draw.randint(0, 5) else []
        rows += [Value(bank, "self_outlets", draw.choice(AMOUNTS))] if draw.random() < 0.5 else []
    return tuple(rows)


batches = st.lists(st.integers(0, 2**32).map(case), min_size=6, max_size=12)
