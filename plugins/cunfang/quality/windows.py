"""Windows of taxes within one file: which days are missing, who reports another span, what fell (N2, S06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from cunfang.feeds.normalise import Scalar
from cunfang.money import fmt_yuan
from cunfang.quality.basis import Basis
from cunfang.quality.row import Row

Window = tuple[date, date]
DAY = timedelta(days=1)
QUARTER_DAYS = 92
"""The longest quarter: a window of more days is a cumulative one."""


def window_of(row: Row) -> Window | None:
    """The days of one row; None where they cannot be told or run backwards."""
    first, last = row["window_from"], row["window_to"]
    if isinstance(first, date) and isinstance(last, date) and first <= last:
        return first, last
    return None


def missing(found: list[Row], basis: Basis) -> list[Scalar]:
    """Days of the file's whole span that no row of a bank covers, on the bank's first row.

    A bank that opened within the span owes days from its opening on, one that closed until then.
    """
    by_bank = _windows(found, "institution")
    whole = _span(window for windows in by_bank.values() for window in windows)
    seen: set[Scalar] = set()
    answer: list[Scalar] = []
    for row in found:
        bank = row["institution"]
        fresh = bank in by_bank and bank not in seen
        seen.add(bank)
        answer.append(_holes(by_bank[bank], _owed(whole, str(bank), basis)) if fresh and whole else None)
    return answer


def other_span(found: list[Row], basis: Basis) -> list[Scalar]:
    """The cumulative span of the file, on the first row of a bank's tax that is reported for a part of it only.

    Files by month or quarter have no cumulative window and are left alone, and so is a bank that lacks days altogether.
    """
    groups = _windows(found, "institution", "tax_type")
    banks = _windows(found, "institution")
    known = [window for windows in groups.values() for window in windows]
    cumulative = [window for window in known if (window[1] - window[0]).days >= QUARTER_DAYS]
    whole = _span(cumulative)
    seen: set[tuple[Scalar, Scalar]] = set()
    answer: list[Scalar] = []
    for row in found:
        key = row["institution"], row["tax_type"]
        fresh = key in groups and key not in seen
        seen.add(key)
        owed = _owed(whole, str(key[0]), basis) if whole and fresh else None
        short = bool(owed and _holes(groups[key], owed) and not _holes(banks[key[0]], owed))
        answer.append(f"{whole[0]} 至 {whole[1]}" if short and whole else None)
    return answer


def fallen(found: list[Row], basis: Basis) -> list[Scalar]:
    """What a bank's taxes of the year came to, now and a quarter ago, where they fell: a net refund, on its first row.

    Only where every row counts from 1 January: a quarter's own taxes may well be less.
    """
    by_bank = _windows(found, "institution")
    total: dict[Scalar, Decimal] = defaultdict(Decimal)
    for row in found:
        if isinstance(row["paid"], Decimal):
            total[row["institution"]] += row["paid"]
    seen: set[Scalar] = set()
    answer: list[Scalar] = []
    for row in found:
        bank = row["institution"]
        before = (basis.previous or {}).get(str(bank), {}).get("paid")
        yearly = bank in by_bank and all(first == basis.period.year_start for first, _ in by_bank[bank])
        fell = bank not in seen and before is not None and yearly and total[bank] < before
        seen.add(bank)
        answer.append(f"累计 {fmt_yuan(total[bank])} 元，上期累计 {fmt_yuan(before)} 元" if fell and before else None)
    return answer


def _windows(found: list[Row], *by: str) -> dict[Scalar | tuple[Scalar, ...], list[Window]]:
    groups: dict[Scalar | tuple[Scalar, ...], list[Window]] = defaultdict(list)
    for row in found:
        key = tuple(row[name] for name in by)
        if None not in key and (window := window_of(row)):
            groups[key if len(key) > 1 else key[0]].append(window)
    return dict(groups)


def _span(windows: Iterable[Window]) -> Window | None:
    known = list(windows)
    return (min(first for first, _ in known), max(last for _, last in known)) if known else None


def _owed(whole: Window, bank: str, basis: Basis) -> Window | None:
    entry = (basis.banks or {}).get(bank)
    if entry is None:
        return whole
    first = max(whole[0], entry.opened_on or whole[0])
    last = min(whole[1], entry.closed_on or whole[1])
    return (first, last) if first <= last else None


def _holes(windows: list[Window], owed: Window | None) -> str | None:
    """`2025-04-01 至 2025-06-30、…`: the owed days that no window covers."""
    if owed is None:
        return None
    return "、".join(f"{first} 至 {last}" for first, last in _uncovered(windows, owed)) or None


def _uncovered(windows: list[Window], owed: Window) -> Iterator[Window]:
    reached = owed[0]
    for first, last in sorted(windows):
        if first > reached:
            yield reached, min(first - DAY, owed[1])
        reached = max(reached, last + DAY)
        if reached > owed[1]:
            return
    yield reached, owed[1]
