"""What is still to be evaluated, read from what stands and not from what was announced (S25).

An announcement can be lost with the process that makes it, and what it was made for can change before it is acted on.
So whoever asks here, at whatever time, is told the same: does a run of the quarter read exactly what stands?
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from cunfang.evaluation.lateness import unevaluated
from cunfang.evaluation.official import rulebook_of
from cunfang.evaluation.pin import missing_feeds, pin
from cunfang.evaluation.standing import DoubleDeliveryError
from cunfang.evaluation.waiver import waived
from cunfang.period import Period
from cunfang.rulebook import Rulebook


@dataclass(frozen=True)
class Read:
    """What a run reads: deliveries as (feed, period, sha-256), and late rules as (feed, rule, period used)."""

    inputs: frozenset[tuple[str, str, str]]
    substitutes: frozenset[tuple[str, str, str]]


def is_due(connection: Connection, region: str, period: Period) -> bool:
    """Whether the quarter can be evaluated and no run followed what stands, or one did and was left without its paper.

    A waived quarter is due while it has papers to be withdrawn (S14). One that stopped at a question stays due: the
    answer may be one that nobody announces, like a rule book that the region's file names now.
    """
    if waived(connection, region, period) is not None:
        return _open_papers(connection, region, period)
    rulebook = rulebook_in_force(region, period)
    if rulebook is None or missing_feeds(connection, region, period, rulebook):
        return False
    return unevaluated(connection, region, period) or _unfinished(connection, region, period, rulebook)


def rulebook_in_force(region: str, period: Period) -> Rulebook | None:
    """The region's rule book for the quarter; None where it names none, or one that is not in force yet."""
    rulebook = rulebook_of(region, period.end)
    return None if rulebook is None or rulebook.effective_from > period.end else rulebook


def evaluated_since(connection: Connection, region: str, period: Period) -> list[Period]:
    """Quarters from `period` on that were evaluated officially."""
    found = text("""
        SELECT DISTINCT period FROM eval.run
        WHERE region = :region AND period >= :period AND purpose = 'official'
        ORDER BY period
    """)
    return [Period.parse(row) for row in connection.scalars(found, {"region": region, "period": str(period)})]


def overtaken(connection: Connection, run_id: int) -> bool:
    """Whether a newer run of the quarter was made from what stands now, and this one from what stood before.

    Evaluations of a quarter run beside each other when a correction comes while one is under way: the slower must not
    put its order in the place of the newer one's.
    """
    run = connection.execute(
        text("SELECT region, period, purpose FROM eval.run WHERE run_id = :run_id"), {"run_id": run_id}
    ).one()
    newer = text("""
        SELECT max(run_id) FROM eval.run
        WHERE region = :region AND period = :period AND purpose = 'official' AND run_id > :run_id
    """)
    if connection.scalar(newer, {"region": run.region, "period": run.period, "run_id": run_id}) is None:
        return False
    rulebook = rulebook_of(run.region, Period.parse(run.period).end)
    return rulebook is not None and _read_by(connection, run_id) != _standing(
        connection, run.region, Period.parse(run.period), rulebook
    )


def _unfinished(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> bool:
    """A published quarter is not taken up again for another wording of its rule book: only for what was delivered."""
    stands = _standing(connection, region, period, rulebook)
    runs = text("""
        SELECT
            s.run_id,
            s.status = 'draft' AND NOT EXISTS (
                SELECT FROM ops.transfer_order AS o WHERE o.run_id = s.run_id
            ) AND NOT EXISTS (
                SELECT FROM ops.run_correction AS c WHERE c.run_id = s.run_id
            ) AS left_off
        FROM eval.run_state AS s
        WHERE
            s.region = :region AND s.period = :period AND s.purpose = 'official'
            AND (
                s.rulebook_hash = :rulebook OR EXISTS (
                    SELECT FROM eval.official_run AS o WHERE o.region = s.region AND o.period = s.period
                )
            )
        ORDER BY s.run_id DESC
    """)
    asked = {"region": region, "period": str(period), "rulebook": rulebook.content_hash}
    same = (run for run in connection.execute(runs, asked).all() if _read_by(connection, run.run_id) == stands)
    latest = next(same, None)
    return latest is None or bool(latest.left_off)


def _standing(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> Read | None:
    try:
        pinned = pin(connection, region, period, rulebook)
    except DoubleDeliveryError:
        return None
    return Read(
        frozenset((item.feed, item.period, item.sha256) for item in pinned.inputs),
        frozenset((one.feed, one.rule, str(one.used or "")) for one in pinned.substitutes),
    )


def _read_by(connection: Connection, run_id: int) -> Read:
    inputs = text("SELECT feed, period, sha256 FROM eval.run_input WHERE run_id = :run_id")
    substitutes = text("""
        SELECT feed, rule, coalesce(used_period, '') FROM eval.run_substitute WHERE run_id = :run_id
    """)
    return Read(
        frozenset((row[0], row[1], row[2]) for row in connection.execute(inputs, {"run_id": run_id})),
        frozenset((row[0], row[1], row[2]) for row in connection.execute(substitutes, {"run_id": run_id})),
    )


def _open_papers(connection: Connection, region: str, period: Period) -> bool:
    papers = text("""
        SELECT EXISTS (
            SELECT FROM ops.order_paper
            WHERE
                region = :region AND period = :period AND kind <> 'recall'
                AND status IN ('draft', 'reviewed', 'signed', 'returned')
        )
    """)
    return bool(connection.scalar(papers, {"region": region, "period": str(period)}))
