"""A county that delivers whatever a rule book reads: month ends of three years, tax, targets, the region's own.

Figures are made of the names alone (measure, bank, day), so the same rule book always meets the same county.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cunfang.evaluation.pin import REGISTERS
from cunfang.feeds.contract import alternatives, contract
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.rulebook.indicator import Indicator
from cunfang.simulation.lay import Delivered, Row
from cunfang.simulation.times import month_end

BANKS = {
    "A": "国有大行",
    "B": "国有大行",
    "C": "股份制",
    "D": "城商行",
    "E": "农商行",
    "F": "村镇银行",
    "N": "股份制",
    "P": "政策性",
}
NEWCOMER = "N"
TAXES = ("增值税", "个人所得税", "房产税")
# How large a figure is at the end of the first year, where it is not an amount in the hundreds of millions.
SCALE = {
    "deposits": Decimal("3e9"),
    "loans": Decimal("2e9"),
    "financing_balance": Decimal("2.5e9"),
    "npl": Decimal("4e7"),
    "township_npl": Decimal("6e6"),
    "loans_outside": Decimal("8e7"),
    "required_reserves": Decimal("2e8"),
    "deposits_monthly_average": Decimal("3e9"),
    "loans_key_firms": Decimal("1.3e8"),
    "loans_key_firms_last_year": Decimal("1e8"),
}
RATIOS = {
    "capital_adequacy": Decimal("0.11"),
    "npl_ratio": Decimal("0.02"),
    "provision_coverage": Decimal("1.6"),
    "liquidity_ratio": Decimal("0.4"),
    "loan_rate": Decimal("0.05"),
    "return_on_assets": Decimal("0.008"),
}
COUNTS = {
    "outlets": 9,
    "outlets_self_service": 14,
    "villages": 60,
    "villages_served": 45,
    "credit_villages": 30,
    "evasion_cases": 3,
    "nontax_refused": 3,
    "annual_report": 1,
    "policy_completed": 1,
}
USUAL = Decimal("4e8")
TARGET = Decimal("1.1e8")


def quarter_of(rulebook: Rulebook) -> Period:
    """The last quarter of the last year to whose end `rulebook` is in force, 2025 if it still is."""
    if (until := rulebook.effective_to) is not None:
        return Period(until.year if (until.month, until.day) == (12, 31) else until.year - 1, 4)
    return Period(max(2025, rulebook.effective_from.year), 4)


def files(rulebook: Rulebook, region: str, period: Period) -> list[Delivered]:
    """All files of the county for `period`, and what history the rule book may ask for."""
    tables: dict[tuple[Period, str], list[Row]] = {
        (period, alternatives(family)[0][0]): [] for family in (*rulebook.families, *REGISTERS)
    }
    for at, feed, row in _rows(rulebook, region, period):
        tables.setdefault((at, feed), []).append(row)
    return [Delivered(at, feed, tuple(rows)) for (at, feed), rows in sorted(tables.items())]


Found = Iterator[tuple[Period, str, Row]]


def _opened(rulebook: Rulebook, bank: str, period: Period) -> date:
    """All are old; the newcomer opened this year where the rule book says what then holds."""
    who = rulebook.participation
    new = bank == NEWCOMER and (who.first_year or who.minimum_months)
    return date(period.year if new else period.year - 9, 2, 10)


def _rows(rulebook: Rulebook, region: str, period: Period) -> Found:
    for order, (bank, type_) in enumerate(BANKS.items(), start=1):
        opened = _opened(rulebook, bank, period)
        named = {"institution": bank, "name": f"{bank}行", "short_name": bank, "aliases": [], "sort_no": order}
        kind = "乡镇" if rulebook.scheme == "index" else type_
        yield period, "institutions", {**named, "type": kind, "opened_on": opened}
        for category, share in (("special", 3), ("fiscal_social", 1)):
            account = {"account": f"{bank}-{category}", "institution": bank, "owner": "财政局"}
            yield period, "accounts", {**account, "fund_category": category}
            balance = (_drawn("balance", bank, category) * share * 10_000_000).quantize(Decimal("0.01"))
            yield period, "balances", {"account": f"{bank}-{category}", "as_of": period.end, "balance": balance}
    yield from _measured(rulebook, period)
    yield from _taxes(rulebook, period)
    yield from _errands(period)
    yield from _plans(region, period)


def _measured(rulebook: Rulebook, period: Period) -> Found:
    """Stocks at every month end since December three years ago; the newcomer's since it opened."""
    read = _read(rulebook)
    days = [month_end(period.year - back, month) for back in (2, 1, 0) for month in range(1, 13)]
    days = [month_end(period.year - 3, 12), *(day for day in days if day <= period.end)]
    for day in days:
        for bank in BANKS:
            if day < _opened(rulebook, bank, period):
                continue
            wide: dict[str, object] = {"institution": bank, "as_of": day}
            for (family, measure), out_of in read.items():
                value = _figure(measure, bank, day, out_of, period.year - 3)
                agreed = contract(alternatives(family)[0][0])
                if measure in agreed.by_name:
                    wide[measure] = value
                elif family == "indicators":
                    row = {"institution": bank, "measure": measure, "as_of": day, "value": value}
                    yield Period.containing(day), "indicators", row
                elif family == "pboc_prudential":
                    row = {"institution": bank, "metric": measure, "as_of": day, "value": value}
                    yield Period.containing(day), "pboc_prudential", {**row, "scope": "legal_person"}
            if any(family == "pboc_credit" for family, _ in read):
                yield Period.containing(day), "pboc_credit", wide


def _read(rulebook: Rulebook) -> dict[tuple[str, str], Decimal | None]:
    """Every measure that is read, by family; with the score that it is out of, where it is a score."""
    found: dict[tuple[str, str], Decimal | None] = {}
    for book in (rulebook, rulebook.policy):
        for placed in book.placed() if book else ():
            node: Indicator = placed.indicator
            for term in (*(node.measure or ()), *(node.over or ())):
                found[term.family or node.family or "", term.measure] = node.out_of.value if node.out_of else None
    if late := rulebook.participation.suspension:
        found[late.family, late.measure] = None
    if cap := rulebook.allocation.deposits_cap:
        found[cap.family, cap.measure] = None
    return found


def _figure(measure: str, bank: str, day: date, out_of: Decimal | None, first: int) -> Decimal:
    """What `bank` reports: a score of the day, a count, a ratio, or an amount that moves by the month."""
    if out_of is not None:
        return (_drawn(measure, bank, f"{day:%Y-%m}") * out_of).quantize(Decimal("0.01"))
    if measure in COUNTS:
        return Decimal(int((_drawn(measure, bank) * (COUNTS[measure] + 1)).to_integral_value()))
    if measure.endswith("_year_start"):
        return _figure(measure.removesuffix("_year_start"), bank, month_end(day.year - 1, 12), None, first)
    if measure in RATIOS:
        return (RATIOS[measure] * (Decimal("0.6") + _drawn(measure, bank, f"{day:%Y-%m}"))).quantize(Decimal("0.0001"))
    months = (day.year - first) * 12 + day.month
    monthly = (_drawn("pace", measure, bank) - Decimal("0.3")) / 60
    start = SCALE.get(measure, USUAL) * (Decimal("0.3") + _drawn(measure, bank))
    return (start * (1 + monthly * months)).quantize(Decimal("0.01"))


def _drawn(*names: str) -> Decimal:
    """A number in [0, 1) that belongs to these names."""
    digest = hashlib.sha256("|".join(names).encode()).digest()
    return Decimal(int.from_bytes(digest[:5], "big")) / 2**40


def _taxes(rulebook: Rulebook, period: Period) -> Found:
    """Each quarter's tax of this year and the last, by type; refunds happen."""
    for year in (period.year - 1, period.year):
        for quarter in range(1, 5 if year < period.year else period.quarter + 1):
            of = Period(year, quarter)
            for bank in (bank for bank in BANKS if _opened(rulebook, bank, period) <= of.end):
                for type_ in TAXES:
                    paid = (_drawn("tax", bank, type_, str(of)) - Decimal("0.05")) * 4_000_000
                    row: Row = {
                        "institution": bank,
                        "tax_type": type_,
                        "window_from": of.start,
                        "window_to": of.end,
                        "paid": paid.quantize(Decimal("0.01")),
                        "local_part": (paid / 2).quantize(Decimal("0.01")),
                    }
                    yield of, "tax", row


def _errands(period: Period) -> Found:
    for bank in BANKS:
        for number in range(6):
            late = _drawn("errand", bank, f"{number}") > Decimal("0.7")
            yield (
                period,
                "timeliness_events",
                {
                    "event": f"{bank}{number}",
                    "kind": ("nontax_transfer", "dispatch")[number % 2] if number < 4 else "adjustment",
                    "institution": bank,
                    "issued_at": f"{period.year}-11-03 09:00",
                    "due_at": f"{period.year}-11-04 17:00",
                    "done_at": f"{period.year}-11-0{6 if late else 4} 09:00",
                },
            )


def _plans(region: str, period: Period) -> Found:
    for number, bank in enumerate(BANKS, start=1):
        target: Row = {
            "target": f"{number}",
            "subject": bank,
            "measure": "loans_increment",
            "operator": ">=",
            "amount": (TARGET * (Decimal("0.5") + _drawn("target", bank))).quantize(Decimal("0.01")),
            "year": period.year,
        }
        yield period, "targets", target
    own = {"peer": region, "as_of": period.end, "measure": "gdp_growth_nominal", "value": Decimal("5.4"), "unit": "%"}
    yield period, "peers", own
