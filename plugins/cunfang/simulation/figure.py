"""The figures a run reads, with the row each stands in, so that one can be thought otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, text

from cunfang.feeds.contract import Kind, contract
from cunfang.institution import name_form
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.scratch import Patch
from cunfang.warehouse.sql import rows

Sort = Literal["money", "ratio", "number"]


@dataclass(frozen=True)
class Figure:
    """One number in one row of a delivered file. `window_from` is None for a level, else the sum's first day."""

    family: str
    feed: str
    institution: str
    measure: str
    part: str | None
    window_from: date | None
    as_of: date
    value: Decimal
    column_name: str
    submission_id: int
    record_no: int
    unit: str

    @property
    def sort(self) -> Sort:
        """Yuan, a ratio (0.25 is 25%), or a number in `unit`."""
        kinds = {column.name: column.type for column in contract(self.feed).columns}
        match kinds.get(self.column_name):
            case Kind.MONEY:
                return "money"
            case Kind.RATIO:
                return "ratio"
        return "number"

    @property
    def title(self) -> str:
        """What the contract calls the column; empty where one column holds many measures."""
        titles = {column.name: column.title for column in contract(self.feed).columns}
        return titles.get(self.measure) or (titles[self.column_name] if self.sort == "money" else "")

    def changed(self, by: Decimal) -> Patch:
        """The row with `by` more in this figure, in its unit."""
        return Patch(self.submission_id, self.feed, self.record_no, ((self.column_name, str(self.value + by)),))


@dataclass(frozen=True)
class Lapse:
    """An event that counts against a bank: done late (`due_on`, as `indicator` judges it), or a supervisor's."""

    family: str
    feed: str
    institution: str
    measure: str
    indicator: str
    submission_id: int
    record_no: int
    due_on: date | None
    done_on: date | None

    def undone(self) -> Patch:
        """The same done in time; a supervisor's decision not taken."""
        if self.due_on is None:
            return Patch(self.submission_id, self.feed, self.record_no, drop=True)
        return Patch(self.submission_id, self.feed, self.record_no, (("done_at", f"{self.due_on}T00:00:00"),))


def figures(connection: Connection, run_id: int, measures: Iterable[str]) -> list[Figure]:
    """The figures of `measures` that the run reads, of all banks and dates."""
    found = rows(connection, "simulation/figures.sql", {"run_id": run_id, "measures": sorted(set(measures))})
    return [Figure(**row) for row in found]


def lapses(connection: Connection, run_id: int) -> list[Lapse]:
    """The events of the run that count against a bank."""
    return [Lapse(**row) for row in rows(connection, "simulation/events.sql", {"run_id": run_id})]


def counted(found: Iterable[Figure], moment: date, *, flow: bool) -> list[Figure]:
    """Of one bank's figures of one measure those that count at `moment`; of a sum those of its last, longest window."""
    known = [one for one in found if (one.window_from is not None) == flow and one.as_of <= moment]
    if not flow:
        return [one for one in known if one.as_of == moment]
    last = max((one.as_of for one in known), default=None)
    since = min((one.window_from for one in known if one.as_of == last and one.window_from), default=None)
    return [one for one in known if one.as_of == last and one.window_from == since]


def largest(found: Iterable[Figure]) -> Figure | None:
    """The figure that stands for the others where something is added to their sum."""
    return max(found, key=lambda one: (abs(one.value), one.record_no), default=None)


def bank_code(connection: Connection, run_id: int, name: str) -> str:
    """The code of the bank called `name` (code, name, short name or alias); SimulationError lists the known ones."""
    query = text("""
        SELECT i.institution, i.name, coalesce(i.short_name, i.name) AS short_name, i.aliases
        FROM eval.run_input AS n
        INNER JOIN core.institution AS i ON n.submission_id = i.submission_id
        WHERE n.run_id = :run_id AND n.feed = 'institutions' AND NOT n.history
        ORDER BY i.sort_no, i.institution
    """)
    listed = connection.execute(query, {"run_id": run_id}).all()
    wanted = name_form(name)
    for code, full, short, aliases in listed:
        if wanted in map(name_form, (code, full, short, *aliases)):
            return str(code)
    raise SimulationError(
        f"没有机构“{name}”；现有：{'、'.join(f'{row.short_name}（{row.institution}）' for row in listed)}"
    )
