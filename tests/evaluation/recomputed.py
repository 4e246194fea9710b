"""A rule book over a delivered county once more, by the oracles alone: values (step 30), then points (step 40)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cunfang.rulebook import Rulebook
from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.parameter import Term
from cunfang.simulation.lay import Delivered
from evaluation.methods import scored
from oracle import scoring, values

CHANGES = ("increment", "growth", "new_ratio")
KEYS = frozenset({"institution", "as_of", "measure", "metric", "value", "scope"})


@dataclass(frozen=True)
class Bank:
    """A bank as the oracle needs it: its kind, and whether it has a year behind it."""

    code: str
    type: str
    new: bool


def book_of(delivered: Sequence[Delivered]) -> values.Book:
    """What was delivered, as figures of banks at days and payments of months (a window counts in its last month)."""
    stocks: dict[values.Stock, Fraction] = {}
    payments: dict[values.Payment, Fraction] = {}
    for file in delivered:
        for row in file.rows:
            r: dict[str, Any] = dict(row)
            if file.feed in ("indicators", "pboc_prudential"):
                stocks[r["institution"], r.get("measure") or r["metric"], r["as_of"]] = Fraction(r["value"])
            elif file.feed == "pboc_credit":
                named = ((key, value) for key, value in r.items() if key not in KEYS)
                stocks |= {(r["institution"], key, r["as_of"]): Fraction(value) for key, value in named}
            elif "window_to" in r:
                last = r["window_to"]
                for measure, column in (("tax_paid", "paid"), ("tax_local_part", "local_part")):
                    payments[r["institution"], measure, r["tax_type"], last.year, last.month] = Fraction(r[column])
    return values.Book(stocks, payments=payments)


def points(
    rulebook: Rulebook, delivered: Sequence[Delivered], banks: Sequence[Bank], base: date
) -> dict[tuple[str, str], Fraction]:
    """Points, and yuan of what stands for an amount, of the banks that take part; penalties taken off."""
    book, eligible = book_of(delivered), [bank.code for bank in banks]
    known: dict[tuple[str, str], Fraction] = {}
    parts: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
    for placed in rulebook.placed():
        node = placed.indicator
        if not node.leaf:
            continue
        if node.basis == "on_time_rate":
            rates = scoring.completed(
                [scoring.Scored(placed.code, Fraction(1), "rate", node.missing)],
                {(placed.code, bank): rate for bank, rate in _on_time(node, delivered).items()},
                eligible,
                (),
            )
            known |= rates
            continue
        reading = _reading(node)
        found = values.values(reading, book, base, eligible, (), node.missing, imputed=_imputed(rulebook, node, banks))
        both = {bank: made for bank in eligible if (made := _parts(reading, book, bank, base))}
        parts |= {(placed.code, bank): made for bank, made in both.items()}
        known |= {(placed.code, bank): _settled(node, one, both.get(bank)) for bank, one in found.items()}
    indicators = scored(rulebook)
    figures = scoring.Figures(parts, _peers(delivered), _targets(delivered))
    caps = dict.fromkeys(("bonus", "penalty", "bonus_amount", "penalty_amount"))
    return scoring.capped(indicators, scoring.points(indicators, known, eligible, figures), caps)


def _settled(node: Indicator, one: values.Valued, both: tuple[Fraction, Fraction] | None) -> Fraction:
    """The value as its method takes it: lending that fell is a negative ratio where the sign is kept, and where funds
    fall while loans rise any lower limit is met, whatever the others' best is (N4).
    """
    if one.klass == "negative_lending" and node.keeps_sign and both:
        return both[0] / both[1]
    limit = node.reference.value if node.reference else None
    meets = node.method == "pass_fail" and node.operator in (">", ">=") and one.klass == "best"
    return max(one.value, Fraction(limit) + 1) if meets and limit is not None else one.value


def _imputed(rulebook: Rulebook, node: Indicator, banks: Sequence[Bank]) -> Collection[str]:
    """Banks that have the others' mean: of this year in what compares with before, and of a kind that is exempt."""
    first = rulebook.participation.first_year
    new = first is not None and first.value == "impute" and node.basis in CHANGES
    exempt = node.exempt_types.value if node.exempt_types else ()
    return [bank.code for bank in banks if (new and bank.new) or bank.type in exempt]


def _terms(terms: tuple[Term, ...] | None) -> tuple[values.Term, ...]:
    return tuple(
        values.Term(term.measure, Fraction(term.times), term.missing == "zero", term.parts) for term in terms or ()
    )


def _reading(node: Indicator) -> values.Reading:
    return values.Reading(
        node.basis or "",
        _terms(node.measure),
        _terms(node.over),
        node.window,
        node.since,
        node.average_of,
        node.as_of_month.value if node.as_of_month else None,
        node.lag_months.value if node.lag_months else None,
        node.keeps_sign,
    )


def _parts(reading: values.Reading, book: values.Book, bank: str, base: date) -> tuple[Fraction, Fraction] | None:
    """What the area adds up of a ratio, a growth, or a new ratio: numerator and denominator (N3, N4)."""
    now = values.moment(reading, base)
    then = values.before(reading.since, now) if reading.since else now
    above = [values.side(reading, reading.measure, book, bank, day) for day in (now, then)]
    below = [values.side(reading, reading.over, book, bank, day) if reading.over else None for day in (now, then)]
    if above[0] is None or above[1] is None:
        return None
    if reading.basis == "growth" and not reading.over:
        return above[0] - above[1], above[1]
    if below[0] is None or below[1] is None or reading.basis in ("increment", "growth"):
        return None
    if reading.basis == "new_ratio":
        return above[0] - above[1], below[0] - below[1]
    return above[0], below[0]


def _rows(delivered: Sequence[Delivered], feed: str) -> list[dict[str, Any]]:
    return [dict(row) for file in delivered if file.feed == feed for row in file.rows]


def _on_time(node: Indicator, delivered: Sequence[Delivered]) -> dict[str, Fraction]:
    """Done by the day that was due, of all that was due (N12)."""
    kinds = {term.measure for term in node.measure or ()}
    mine = [row for row in _rows(delivered, "timeliness_events") if row["kind"] in kinds]
    done = {
        bank: [row["done_at"][:10] <= row["due_at"][:10] for row in mine if row["institution"] == bank]
        for bank in {row["institution"] for row in mine}
    }
    return {bank: Fraction(sum(good), len(good)) for bank, good in done.items()}


def _peers(delivered: Sequence[Delivered]) -> dict[str, Fraction]:
    sizes = {"%": Decimal("0.01")}
    return {row["measure"]: Fraction(row["value"] * sizes.get(row["unit"], 1)) for row in _rows(delivered, "peers")}


def _targets(delivered: Sequence[Delivered]) -> dict[tuple[str, str], Fraction]:
    return {(row["subject"], row["measure"]): Fraction(row["amount"]) for row in _rows(delivered, "targets")}
