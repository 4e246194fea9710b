"""Lay a described county into a corner of the warehouse, as if its files had been delivered and accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.feeds.contract import Contract, contract
from cunfang.period import Period
from cunfang.warehouse.copy import copy_rows

Row = Mapping[str, object]


@dataclass(frozen=True)
class Delivered:
    """One feed's file of one period: rows in the canonical columns of its contract, money in yuan.

    No rows is a nil return. A number that the table must have and the row has not is 0.
    """

    period: Period
    feed: str
    rows: tuple[Row, ...] = field(default=())


def free_region(connection: Connection) -> str:
    """The code of a region that nothing was ever delivered for."""
    taken = text("""
        SELECT lpad(CAST(coalesce(max(CAST(region AS integer)), 899999) + 1 AS text), 6, '0')
        FROM raw.submission
        WHERE region >= '900000'
    """)
    return str(connection.scalar(taken))


def lay(connection: Connection, region: str, delivered: Iterable[Delivered]) -> None:
    """Every file of `delivered` as an accepted submission of `region`, in the caller's transaction."""
    files = list(delivered)
    columns = ("region", "period", "feed", "sequence", "provider", "sha256", "file_name", "file_size")
    heads = ((region, str(one.period), one.feed, 1, "算例", _digest(one), f"{one.feed}.csv", 1) for one in files)
    copy_rows(connection, "raw.submission", columns, heads)
    query = text("SELECT period, feed, submission_id FROM raw.submission WHERE region = :region")
    known = {(period, feed): i for period, feed, i in connection.execute(query, {"region": region})}
    copy_rows(
        connection, "raw.submission_event", ("submission_id", "status"), ((i, "accepted") for i in known.values())
    )
    for one in files:
        _rows(connection, known[str(one.period), one.feed], region, one)


def _digest(one: Delivered) -> str:
    """A file has the digest of what stands in it, as files do."""
    return hashlib.sha256(f"{one}".encode()).hexdigest()


def _rows(connection: Connection, submission: int, region: str, one: Delivered) -> None:
    agreed = contract(one.feed)
    names = [column.name for column in agreed.loaded_columns if any(column.name in row for row in one.rows)]
    names += [name for name in _must(agreed) if name not in names]
    columns = ("submission_id", "record_no", "region", *names)
    copy_rows(
        connection,
        agreed.table,
        columns,
        ((submission, number, region, *_values(agreed, names, row)) for number, row in enumerate(one.rows, start=1)),
    )


def _must(agreed: Contract) -> Sequence[str]:
    return [column.name for column in agreed.loaded_columns if column.required and column.type.numeric]


def _values(agreed: Contract, names: Sequence[str], row: Row) -> Iterable[object]:
    for name in names:
        value = row.get(name)
        column = agreed.by_name[name]
        yield Decimal(0) if value is None and column.required and column.type.numeric else value
