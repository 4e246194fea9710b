"""Indicator values from the requirements alone (N2-N4, S06, S07): dates, levels, windows, changes, what is missing.

Knows nothing of files or tables: a `Book` says what each bank's figure was at a day, and what it paid in a month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

Stock = tuple[str, str, date]
"""(bank, measure, day)."""
Payment = tuple[str, str, str, int, int]
"""(bank, measure, tax type, year, month)."""


@dataclass(frozen=True)
class Book:
    """What is known. A year-start column counts where the day itself was not delivered."""

    stocks: Mapping[Stock, Fraction]
    year_starts: Mapping[Stock, Fraction] = field(default_factory=dict)
    payments: Mapping[Payment, Fraction] = field(default_factory=dict)

    def level(self, bank: str, measure: str, day: date) -> Fraction | None:
        """A stock at a day."""
        return self.stocks.get((bank, measure, day), self.year_starts.get((bank, measure, day)))

    def paid(self, bank: str, measure: str, types: Collection[str], first: date, last: date) -> Fraction | None:
        """The sum of whole months; None where the bank is not named in the year of the last month."""
        mine = {
            (kind, year, month): amount
            for (who, what, kind, year, month), amount in self.payments.items()
            if (who, what) == (bank, measure) and (not types or kind in types)
        }
        if not any(year == last.year and month <= last.month for _, year, month in mine):
            return None
        inside = (first.year, first.month), (last.year, last.month)
        return sum(
            (amount for (_, *when), amount in mine.items() if inside[0] <= tuple(when) <= inside[1]), Fraction(0)
        )


@dataclass(frozen=True)
class Term:
    measure: str
    times: Fraction = Fraction(1)
    zero: bool = False
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a rule book reads an indicator."""

    basis: str
    measure: tuple[Term, ...]
    over: tuple[Term, ...] = ()
    window: str | None = None
    since: str | None = None
    average_of: str | None = None
    as_of_month: int | None = None
    lag_months: int | None = None
    signed: bool = False


@dataclass(frozen=True)
class Valued:
    value: Fraction
    before: Fraction | None = None
    klass: str = ""


def month_end(year: int, month: int) -> date:
    """The last day of a month; months count on over the turn of the year."""
    years, rest = divmod(month - 1, 12)
    return date(year + years, rest + 1, monthrange(year + years, rest + 1)[1])


def moment(reading: Reading, base: date) -> date:
    """The date of reading: the base date, the last end of a named month, or so many months back."""
    if reading.as_of_month is not None:
        this_year = month_end(base.year, reading.as_of_month)
        return this_year if this_year <= base else month_end(base.year - 1, reading.as_of_month)
    return month_end(base.year, base.month - (reading.lag_months or 0))


def before(since: str, now: date) -> date:
    """What a change is compared with (N2)."""
    if since == "year_start":
        return date(now.year - 1, 12, 31)
    if since == "year_ago":
        return month_end(now.year - 1, now.month)
    return month_end(now.year, (now.month - 1) // 3 * 3)


def window_start(window: str, now: date) -> date:
    """The first day of the window that ends at `now`."""
    if window == "ytd":
        return date(now.year, 1, 1)
    if window == "quarter":
        return date(now.year, (now.month - 1) // 3 * 3 + 1, 1)
    return date(now.year if now.month == 12 else now.year - 1, now.month % 12 + 1, 1)


def days_of(reading: Reading, now: date) -> list[date]:
    """The dates of a mean: ends of the months or quarters of the year up to `now`; else that date alone."""
    if reading.basis != "average":
        return [now]
    step = 1 if reading.average_of == "months" else 3
    ends = [month_end(now.year, month) for month in range(step, 13, step)]
    return [day for day in ends if day <= now]


def _sum(terms: tuple[Term, ...], figure: Callable[[Term], Fraction | None]) -> Fraction | None:
    total = Fraction(0)
    for term in terms:
        found = figure(term)
        if found is None:
            if not term.zero:
                return None
            found = Fraction(0)
        total += term.times * found
    return total


def side(reading: Reading, terms: tuple[Term, ...], book: Book, bank: str, now: date) -> Fraction | None:
    """Numerator or denominator: the mean over the dates, or the flow of the window."""
    if reading.window is not None:
        first = window_start(reading.window, now)
        return _sum(terms, lambda term: book.paid(bank, term.measure, term.types, first, now))
    days = days_of(reading, now)
    if not days:
        return None
    levels = [_sum(terms, lambda term, day=day: book.level(bank, term.measure, day)) for day in days]
    known = [level for level in levels if level is not None]
    return sum(known, Fraction(0)) / len(days) if len(known) == len(days) else None


def _level(reading: Reading, book: Book, bank: str, now: date) -> Fraction | None:
    above = side(reading, reading.measure, book, bank, now)
    if not reading.over or above is None:
        return above
    below = side(reading, reading.over, book, bank, now)
    return above / below if below else None


def _new_ratio(reading: Reading, book: Book, bank: str, now: date, then: date) -> Valued | None:
    """N4; a `best` bank's value is the cohort's, so it has none yet (−1)."""
    moved = []
    for terms in (reading.measure, reading.over):
        ends = [side(reading, terms, book, bank, day) for day in (now, then)]
        if ends[0] is None or ends[1] is None:
            return None
        moved.append(ends[0] - ends[1])
    lent, gained = moved
    if gained > 0:
        ratio = lent / gained if reading.signed else max(lent / gained, Fraction(0))
        return Valued(ratio, klass="normal" if lent >= 0 else "negative_lending")
    return Valued(Fraction(-1), klass="best") if lent > 0 else Valued(Fraction(0), klass="shrinking")


def value(reading: Reading, book: Book, bank: str, base: date) -> Valued | None:
    """One bank's own value; None where a figure is missing, a denominator is 0, or growth has no positive base."""
    now = moment(reading, base)
    if reading.since is None:
        level = _level(reading, book, bank, now)
        return None if level is None else Valued(level)
    then = before(reading.since, now)
    if reading.basis == "new_ratio":
        return _new_ratio(reading, book, bank, now, then)
    now_level, then_level = _level(reading, book, bank, now), _level(reading, book, bank, then)
    if now_level is None or then_level is None:
        return None
    if reading.basis == "increment":
        return Valued(now_level - then_level, then_level)
    return Valued((now_level - then_level) / then_level, then_level) if then_level > 0 else None


def values(
    reading: Reading,
    book: Book,
    base: date,
    eligible: Collection[str],
    others: Collection[str],
    missing: str,
    imputed: Collection[str] = (),
) -> dict[str, Valued]:
    """Of all banks that are scored; `imputed` ones have the mean of the eligible that have a value of their own."""
    banks = [*eligible, *others]
    own = {bank: found for bank in banks if (found := value(reading, book, bank, base)) is not None}
    ratios = [found.value for bank, found in own.items() if found.klass == "normal" and bank in eligible]
    best = max(ratios, default=Fraction(0)) or Fraction(1)
    own = {bank: Valued(best, klass="best") if found.klass == "best" else found for bank, found in own.items()}
    counted = [own[bank].value for bank in eligible if bank in own and bank not in imputed]
    mean = sum(counted, Fraction(0)) / len(counted) if counted else None
    result = {}
    for bank in banks:
        if bank not in imputed and bank in own:
            result[bank] = own[bank]
        elif bank not in imputed and missing == "zero":
            result[bank] = Valued(Fraction(0))
        elif mean is not None and (bank in imputed or missing == "mean"):
            result[bank] = Valued(mean)
    return result
