"""Two runs of one county side by side: who gains, who loses, how even each result is. Amounts in yuan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from cunfang.rulebook import Rulebook
from cunfang.simulation.difference import Difference, differences
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Standing:
    """One institution in one run. `rank` is None for one that does not share by score."""

    institution: str
    name: str
    short_name: str
    role: str
    score: Decimal
    share: Decimal
    rank: int | None
    target: Decimal
    current: Decimal
    binding: str


@dataclass(frozen=True)
class Evenness:
    """Gini coefficient and largest over smallest, over the banks that share by score (D06); None where undefined."""

    banks: int
    gini: Decimal | None
    max_over_min: Decimal | None


@dataclass(frozen=True)
class Row:
    """One institution before and after; None where it takes no part at all."""

    before: Standing | None
    after: Standing | None

    @property
    def institution(self) -> str:
        """Its code."""
        return (self.before or self.after or _NOBODY).institution

    @property
    def label(self) -> str:
        """What it is called in a table."""
        known = self.after or self.before or _NOBODY
        return known.short_name or known.name

    @property
    def difference(self) -> Decimal:
        """What it gains, in yuan; negative where it loses."""
        return (self.after.target if self.after else Decimal(0)) - (self.before.target if self.before else Decimal(0))

    @property
    def climbed(self) -> int | None:
        """Places gained in rank; None where there is no rank on either side."""
        if self.before is None or self.after is None or self.before.rank is None or self.after.rank is None:
            return None
        return self.before.rank - self.after.rank


_NOBODY = Standing("", "", "", "", Decimal(0), Decimal(0), None, Decimal(0), Decimal(0), "")


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side. The differences of all institutions add up to the difference of the totals."""

    before_run: int
    after_run: int
    rows: tuple[Row, ...]
    before: Evenness
    after: Evenness
    parameters: tuple[Difference, ...]

    @property
    def total_difference(self) -> Decimal:
        """Σ after − Σ before, in yuan: 0 where the total is the same."""
        return sum((row.difference for row in self.rows), Decimal(0))

    @property
    def gains(self) -> tuple[Row, ...]:
        """Those that gain, most first."""
        return tuple(sorted((row for row in self.rows if row.difference > 0), key=lambda row: -row.difference))

    @property
    def losses(self) -> tuple[Row, ...]:
        """Those that lose, most first."""
        return tuple(sorted((row for row in self.rows if row.difference < 0), key=lambda row: row.difference))


def standings(connection: Connection, run_ids: Sequence[int]) -> dict[int, dict[str, Standing]]:
    """Every institution of each run, by run and code."""
    found: dict[int, dict[str, Standing]] = {run_id: {} for run_id in run_ids}
    for row in rows(connection, "simulation/standings.sql", {"run_ids": list(run_ids)}):
        run_id = row.pop("run_id")
        found[run_id][row["institution"]] = Standing(**row)
    return found


def evenness(connection: Connection, run_ids: Sequence[int]) -> dict[int, Evenness]:
    """How even the result of each run is."""
    found: dict[int, Evenness] = dict.fromkeys(run_ids, Evenness(0, None, None))
    for row in rows(connection, "simulation/evenness.sql", {"run_ids": list(run_ids)}):
        found[row["run_id"]] = Evenness(row["banks"], row["gini"], row["max_over_min"])
    return found


def compare(
    connection: Connection, before_run: int, after_run: int, rulebooks: tuple[Rulebook, Rulebook]
) -> Comparison:
    """Two stored runs side by side; `rulebooks` are theirs, in this order."""
    stood: dict[int, dict[str, Any]] = standings(connection, [before_run, after_run])
    even = evenness(connection, [before_run, after_run])
    codes = dict.fromkeys((*stood[before_run], *stood[after_run]))
    return Comparison(
        before_run,
        after_run,
        tuple(Row(stood[before_run].get(code), stood[after_run].get(code)) for code in codes),
        even[before_run],
        even[after_run],
        tuple(differences(*rulebooks)),
    )
