"""The check gate against the same checks as plain SQL: the same typed rows, the same suite, the same counts.

Ours takes the rows as they lie in memory; the peer copies them into a temporary table and counts the broken rows of
one rule after another. Both are given the columns that are derived from other rows and registers.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import cycle, islice
from typing import Any, cast

from sqlalchemy import Connection, create_engine

from bench.asked import TABLE, Query, query, types
from bench.measure import Row
from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.record import Record, Value
from cunfang.institution import Register
from cunfang.period import Period
from cunfang.quality import Account, Bank, Basis, check
from cunfang.quality.derive import DERIVATIONS
from cunfang.quality.gate import Gate, prepare, validate
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.embedded import throwaway

SIZES = (20, 2_000, 20_000)
PERIOD = Period.parse("2025-Q4")
END = PERIOD.end.isoformat()


def measure(rounds: int) -> list[Row]:
    """Per feed and size: the rules, and the whole check with what is derived and worded."""
    rows = []
    with throwaway(durable=True) as url:
        engine = create_engine(url)
        for feed, size in ((feed, size) for feed in ("pboc_credit", "balances") for size in SIZES):
            with engine.connect() as connection:
                rows += _measured(connection, feed, size, rounds)
        engine.dispose()
    return rows


def _measured(connection: Connection, feed: str, size: int, rounds: int) -> list[Row]:
    typed, basis = _typed(feed, size)
    found, gate = prepare(contract(feed), typed, basis)
    columns = (*typed.columns, *sorted(found.mentioned & DERIVATIONS.keys()))
    ours = _counts(gate, columns)
    peer = _Peer(connection, gate, columns)
    peer.load()
    assert ours == peer.counts(), [  # noqa: S101
        (rule.meta.check, one, other)
        for rule, one, other in zip(gate.rules, ours, peer.counts(), strict=True)
        if one != other
    ]
    taken: dict[str, list[float]] = {"rules": [], "whole": [], "load": [], "queries": []}
    for _ in range(max(rounds, 5)):
        taken["rules"].append(_timed(lambda: validate(gate, columns)))
        taken["whole"].append(_timed(lambda: check(contract(feed), typed, basis)))
        taken["load"].append(_timed(peer.load))
        taken["queries"].append(_timed(peer.counts))
    both = [load + queries for load, queries in zip(taken["load"], taken["queries"], strict=True)]
    what = f"{feed}, {size:,} rows, {len(gate.rules)} rules"
    sql, counts = "COPY, then a count per rule", "the counts alone"
    return [
        Row(f"gate, {what}", taken["rules"], both, sql, "≤ 2"),
        Row(f"gate, {what}", taken["rules"], taken["queries"], counts, "—"),
        Row(f"whole check, {what}", taken["whole"], both, sql, "—"),
    ]


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _counts(gate: Gate, columns: tuple[str, ...]) -> list[int]:
    """Broken rows per rule, as the gate finds them; of a rule about the whole, the missing values or 1."""
    found = []
    for result in validate(gate, columns):
        said = result.result
        broken = said.get("unexpected_index_list")
        found.append(len(broken) if broken is not None else said.get("missing_count", int(not result.success)))
    return found


class _Peer:
    """The same rows in a temporary table, and a query per rule."""

    def __init__(self, connection: Connection, gate: Gate, columns: tuple[str, ...]) -> None:
        self.connection, self.columns = connection, columns
        self.rows = [[row[name] for name in columns] for row in gate.rows]
        values = {name: [row[at] for row in self.rows] for at, name in enumerate(columns)}
        self.types = types(values, gate.rules)
        self.queries: list[Query] = [query(gate, rule) for rule in gate.rules]

    def load(self) -> None:
        listed = ", ".join(f'"{name}" {self.types[name]}' for name in self.columns)
        self.connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")
        self.connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {TABLE} ({listed})")
        copy_rows(self.connection, f"pg_temp.{TABLE}", self.columns, cast("Any", self.rows))

    def counts(self) -> list[int]:
        cursor = cast("Any", self.connection.connection.cursor())
        found = []
        for text, values in self.queries:
            cursor.execute(text, values)
            found.append(cursor.fetchone()[0])
        cursor.close()
        return found


def _typed(feed: str, size: int) -> tuple[Typed, Basis]:
    """`size` rows of which one in a hundred or so is at fault, and what they are compared with."""
    banks = {f"B{number}": Bank("农商行", date(2000, 1, 1)) for number in range(size)}
    accounts = {f"8{number:07d}": Account(f"B{number % 40}", "special", date(2018, 1, 1)) for number in range(size)}
    earlier = {"deposits": Decimal("990000000.00"), "loans": Decimal("490000000.00"), "balance": Decimal("8100000.00")}
    register = Register.build((code, ()) for code in banks)
    basis = Basis(
        PERIOD,
        banks=banks,
        register=register,
        accounts=accounts,
        fund_categories=frozenset({"special", "unit"}),
        previous=dict.fromkeys(banks, earlier),
        december={code: {"deposits": Decimal("900000000.00")} for code in banks},
    )
    faults = cycle([True] + [False] * 96)
    rows = [_ROWS[feed](number, fault) for number, fault in zip(range(size), islice(faults, size), strict=True)]
    known = contract(feed)
    records = [
        Record(number, "Sheet1", number + 1, {c.name: Value(row.get(c.name, ""), f"A{number}") for c in known.columns})
        for number, row in enumerate(rows, start=1)
    ]
    return normalise(known, records, register, PERIOD), basis


def _credit(number: int, fault: bool) -> dict[str, str]:
    return {
        "institution": f"B{number if number % 89 else 0}",
        "as_of": END,
        "deposits": f"{1_000_000_000 + number}.01",
        "loans": f"{500_000_000 + number}.02",
        "loans_sme": f"{(600_000_000 if fault else 100_000_000) + number}.03",
        "loans_micro": "1000000.00",
        "loans_green": "2000000.00",
        "npl": "-1.00" if fault else "1.00",
    }


def _balance(number: int, fault: bool) -> dict[str, str]:
    return {
        "account": f"{9 if fault else 8}{number:07d}",
        "as_of": END,
        "balance": f"{8_000_000 + number}.04",
        "fund_category": "unit" if number % 101 == 5 else "special",
    }


_ROWS = {"pboc_credit": _credit, "balances": _balance}
