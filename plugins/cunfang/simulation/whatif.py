"""What if: the same quarter by other weights, methods, totals, exclusions, one-offs or another rule book (N19, D06)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.steps import Answer
from cunfang.rulebook import Rulebook
from cunfang.simulation.altered import Setting, altered
from cunfang.simulation.comparison import Comparison, Standing, compare, standings
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.figure import bank_code, counted, figures, largest
from cunfang.simulation.ground import Ground, inputs_for
from cunfang.simulation.scratch import Decree, Patch, Variant, tried


@dataclass(frozen=True)
class OneOff:
    """An approved one-off effect on a bank's figure, in its unit: taken off it, −3.6亿元 is added back (N19)."""

    institution: str
    measure: str
    effect: Decimal


@dataclass(frozen=True)
class Terms:
    """What is assumed. `rulebook` takes the place of the one in force; `settings` change either."""

    rulebook: Rulebook | None = field(default=None, repr=False)
    settings: tuple[Setting, ...] = ()
    rescale: bool = False
    total: Decimal | None = None
    excluded: tuple[str, ...] = ()
    one_offs: tuple[OneOff, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs from what is in force."""
        return self != Terms()


@dataclass(frozen=True)
class Simulated:
    """The run in force and the same on other terms, or (`trial_run`) the stored run by the rule book on trial.

    `drifted` names banks whose official target today's method does not give again: the differences are held against
    what it gives today, so that they come from the terms alone.
    """

    ground: Ground
    terms: Terms
    rulebook: Rulebook = field(repr=False)
    comparison: Comparison
    drifted: tuple[str, ...] = ()
    trial_run: int | None = None


def variant_of(connection: Connection, ground: Ground, terms: Terms) -> Variant:
    """The evaluation on other terms, not yet laid; RulebookError, SimulationError for terms that do not fit."""
    settings = terms.settings
    if terms.total is not None:
        settings = (*settings, Setting("allocation.quota_mode", "fixed"))
    named = terms.rulebook or ground.rulebook
    rulebook = altered(named, settings, rescale=terms.rescale) if settings else named
    template = inputs_for(connection, ground, rulebook)
    decrees = [Decree("exclude", bank_code(connection, template, one)) for one in terms.excluded]
    if terms.total is not None:
        decrees.append(Decree("quota", amount=terms.total))
    patches = tuple(_taken_off(connection, ground, template, one) for one in terms.one_offs)
    return Variant(template, rulebook, tuple(decrees), patches)


def simulate(connection: Connection, ground: Ground, terms: Terms) -> Simulated:
    """`ground` and the same county on other `terms`, both by today's SQL; the caller rolls back.

    RunStoppedError carries the questions that the other terms raise.
    """
    base = Variant(ground.template, ground.rulebook)
    other = variant_of(connection, ground, terms)
    with tried(connection, [base, other]) as (was, now):
        for one in (was, now):
            if one.run_id is None:
                raise RunStoppedError([Answer(0, question) for question in one.questions])
        assert was.run_id is not None and now.run_id is not None  # noqa: S101 - for the type checker
        compared = compare(connection, was.run_id, now.run_id, (ground.rulebook, other.rulebook))
        drifted = _drifted(connection, ground, was.run_id)
    return Simulated(ground, terms, other.rulebook, compared, drifted)


def _taken_off(connection: Connection, ground: Ground, template: int, one: OneOff) -> Patch:
    """The row that the bank's figure stands in, without the effect."""
    code = bank_code(connection, template, one.institution)
    found = [item for item in figures(connection, template, [one.measure]) if item.institution == code]
    moment = ground.period.end
    figure = largest(counted(found, moment, flow=False) or counted(found, moment, flow=True))
    if figure is None:
        raise SimulationError(f"{one.institution} 在 {moment} 没有计量 {one.measure} 的数，不能剔除一次性影响")
    return figure.changed(-one.effect)


def _drifted(connection: Connection, ground: Ground, run_id: int) -> tuple[str, ...]:
    if ground.official is None:
        return ()
    stood = standings(connection, [ground.official, run_id])
    then, now = stood[ground.official], stood[run_id]
    return tuple(c for c in dict.fromkeys((*then, *now)) if _target(then, c) != _target(now, c))


def _target(stood: dict[str, Standing], code: str) -> Decimal | None:
    return stood[code].target if code in stood else None
