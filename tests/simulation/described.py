"""Small counties written down by hand, laid for a simulation and forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from cunfang.rulebook import Rulebook
from cunfang.simulation.ground import Ground
from evaluation.county import Account, Bank, County, Value
from evaluation.load import load
from evaluation.policy import policy

Figures = dict[str, dict[str, str]]
"""Measure → bank → figure."""


def county(rulebook: Rulebook, figures: Figures, **more: Any) -> County:
    """Banks that hold 1000万元 each in one account that may move, with `figures` of the feed `indicators`."""
    banks = list(dict.fromkeys(bank for row in figures.values() for bank in row))
    return County(
        rulebook,
        tuple(Bank(code) for code in banks),
        tuple(Account(f"{code}-1", code, Decimal(10_000_000)) for code in banks),
        tuple(Value(code, measure, Decimal(n)) for measure, row in figures.items() for code, n in row.items()),
        **more,
    )


def grounded(connection: Connection, described: County) -> Ground:
    """The county laid in the caller's transaction, with a run registered for it."""
    from sqlalchemy import text

    [run_id] = load(connection, [described])
    region = connection.scalar(text("SELECT region FROM eval.run WHERE run_id = :run_id"), {"run_id": run_id})
    return Ground(str(region), described.period, None, run_id, described.rulebook)


def book(indicators: dict[str, Any]) -> Rulebook:
    """A rule book that rounds to the fen and carries nothing over."""
    return policy(indicators, unit="0.01", min_leg="0")
