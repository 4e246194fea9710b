"""What a simulation stands on: the run in force of a region and period, or a fresh one by the region's rule book."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import Connection, text

from cunfang.evaluation.official import rulebook_of
from cunfang.evaluation.run import pinned_inputs, register
from cunfang.period import Period
from cunfang.rulebook import Rulebook, stored_rulebook
from cunfang.simulation.fault import SimulationError
from cunfang.warehouse.sql import run


@dataclass(frozen=True)
class Ground:
    """The run that others are held against. `official` is its number where it is in force, else nothing is published.

    `template` is the run whose inputs are read: the official one, or one registered for the moment.
    """

    region: str
    period: Period
    official: int | None
    template: int
    rulebook: Rulebook = field(repr=False)


def official_run(connection: Connection, region: str, period: Period) -> int | None:
    """The run in force: of the published ones that are not superseded. A run on trial never is."""
    query = text("SELECT run_id FROM eval.official_run WHERE region = :region AND period = :period")
    found = connection.scalar(query, {"region": region, "period": str(period)})
    return None if found is None else int(found)


def ground(connection: Connection, region: str, period: Period, base: Rulebook | None = None) -> Ground:
    """The run in force, or a fresh one by `base` (the region's own where none is named).

    SimulationError where there is neither a run nor a rule book; RunStoppedError where feeds are missing.
    """
    official = official_run(connection, region, period)
    if official is not None and base is None:
        query = text("SELECT rulebook_id FROM eval.run WHERE run_id = :run_id")
        stored = connection.execute(query, {"run_id": official}).scalar_one()
        return Ground(region, period, official, official, stored_rulebook(connection, int(stored)))
    rulebook = base or rulebook_of(region, period.end)
    if rulebook is None:
        raise SimulationError(
            f"{region} {period} 没有已公布的考核，地区也没有指定考核办法；请用 --base 指明以哪个办法为基准"
        )
    return Ground(region, period, None, _fresh(connection, region, period, rulebook), rulebook)


def inputs_for(connection: Connection, standing: Ground, rulebook: Rulebook) -> int:
    """A run to take the inputs of `rulebook` from: those of the ground, and what only the other rule book reads.

    What was delivered since the official run does not come in by this: only what differs between the two rule books as
    they would be evaluated now is added.
    """
    if _reads(rulebook) == _reads(standing.rulebook):
        return standing.template
    now = _fresh(connection, standing.region, standing.period, rulebook)
    if standing.official is None:
        was = standing.template
    else:
        was = _fresh(connection, standing.region, standing.period, standing.rulebook)
    merged = _fresh_number(connection, now)
    run(
        connection,
        "simulation/30_merged_inputs.sql",
        {"template": standing.template, "was": was, "now": now, "merged": merged},
    )
    return merged


def _fresh(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> int:
    pinned = pinned_inputs(connection, region, period, rulebook)
    return register(connection, region, period, rulebook, pinned, f"what-if {uuid4()}")


def _fresh_number(connection: Connection, like: int) -> int:
    """A run without inputs, otherwise like another."""
    insert = text("""
        INSERT INTO eval.run (region, period, as_of, year_start, rulebook_id, input_hash)
        SELECT region, period, as_of, year_start, rulebook_id, :digest FROM eval.run WHERE run_id = :like
        RETURNING run_id
    """)
    return int(connection.execute(insert, {"like": like, "digest": f"what-if {uuid4()}"}).scalar_one())


def _reads(rulebook: Rulebook) -> object:
    """What decides which submissions are pinned."""
    keys = ("measure", "over", "family", "basis", "window", "since", "as_of_month", "lag_months", "average_of")
    leaves = [one.indicator for one in rulebook.placed() if one.indicator.leaf]
    told = {repr([getattr(leaf, key) for key in keys]) for leaf in leaves}
    held = {repr((leaf.reference, leaf.gate)) for leaf in leaves}
    who = repr((rulebook.participation, rulebook.allocation.deposits_cap))
    return set(rulebook.families), told, held, who, _reads(rulebook.policy) if rulebook.policy else None
