"""Rows of one key that follow one another in time (an account reopened or in another category): which one stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from cunfang.feeds.contract import Contract
from cunfang.feeds.normalise import Scalar, TypedRow


def standing(agreed: Contract, rows: Iterable[TypedRow], on: date) -> tuple[list[TypedRow], list[TypedRow]]:
    """The row of each key that holds on that day, in file order, and the others (S01).

    Where none holds on the day the one that began last stands. A contract without validity has one row a key.
    """
    everything = list(rows)
    if agreed.validity is None:
        return everything, []
    since, until = agreed.validity.since, agreed.validity.until
    groups: dict[tuple[Scalar, ...], list[TypedRow]] = defaultdict(list)
    for row in everything:
        groups[tuple(row.fields[name] for name in agreed.key)].append(row)
    chosen = {
        max(group, key=lambda row: _rank(row.fields[since], row.fields[until], on)).record_no
        for group in groups.values()
    }
    now = [row for row in everything if row.record_no in chosen]
    return now, [row for row in everything if row.record_no not in chosen]


def _rank(since: Scalar, until: Scalar, on: date) -> tuple[bool, date]:
    first = since if isinstance(since, date) else date.min
    last = until if isinstance(until, date) else date.max
    return first <= on < last, first
