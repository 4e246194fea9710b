"""Corrections with a price: a corrected run beside the one that stands, what it changes, what comes of it (beyond 6).

A quarter stands as it was settled last: by the run whose adjustment or true-up was issued last. Against that run every
correction is priced, so that a correction of a correction pays only what is not paid yet. What was issued is never
edited.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from cunfang.orders.draft import cancel_unissued, draft_adjustment, lay_out, paper_for_run
from cunfang.orders.priced import Correction, Effect, Treatment, effects_of, inputs_of, others_of
from cunfang.region import load_region
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows

EFFECT_COLUMNS = tuple(Effect.__dataclass_fields__)


def assess(connection: Connection, run_id: int) -> Correction | None:
    """What `run_id` changes against the run that stands for its quarter, and how that is to be treated; writes nothing.

    None where the quarter has no published run before, or the run is the one that stands, or was decided already.
    """
    found = rows(connection, "orders/correction_standing.sql", {"run_id": run_id})
    if not found or found[0]["against_run_id"] in (None, run_id) or found[0]["status"] not in ("draft", "approved"):
        return None
    return _compare(connection, run_id, found[0]["against_run_id"], found[0])


def _compare(connection: Connection, run_id: int, against: int, head: dict[str, Any]) -> Correction:
    effects = effects_of(connection, run_id, against)
    inputs = inputs_of(connection, run_id, against)
    treatment, reason = treat(effects, head["threshold"], head["period"], head["later"], head["standing_order"])
    return Correction(
        run_id=run_id,
        against_run_id=against,
        region=head["region"],
        period=head["period"],
        treatment=treatment,
        reason=reason,
        threshold=head["threshold"],
        effects=effects,
        inputs=inputs,
        others=others_of(connection, run_id, against, delivered=bool(inputs)),
        superseded_order=head["standing_order"] if treatment == "superseding" else None,
        lapsing=head["lapsing"] if treatment == "superseding" else None,
    )


def treat(
    effects: tuple[Effect, ...], threshold: Decimal | None, period: str, later: str | None, standing: str | None
) -> tuple[Treatment, str]:
    """How a correction of `period` is made good, and why, in words.

    `later` is a published quarter after it: its orders rest on later balances, so nothing is superseded any more.
    `threshold` is the rule book's `true_up_threshold` in yuan, itself included.
    """
    largest = max((abs(item.effect) for item in effects), default=Decimal(0))
    if not largest:
        moved = "，得分或名次有变化" if any(item.changed for item in effects) else ""
        return "none", f"各行应存额度没有变化{moved}，不需签批，结果不变"
    if later is not None:
        return "true_up", f"{later} 已经公布，{period} 不再另行下达指令，差额计入下一次考核"
    instead = f"，另行下达指令取代 {standing}" if standing else "，另行下达指令"
    if threshold is None:
        return "superseding", f"考核办法没有规定补差限额（orders.true_up_threshold）{instead}"
    if largest <= threshold:
        return "true_up", f"影响最大的一家 {largest:,.2f} 元，不超过补差限额 {threshold:,.2f} 元，差额计入下一次考核"
    return "superseding", f"影响最大的一家 {largest:,.2f} 元，超过补差限额 {threshold:,.2f} 元{instead}"


def price(connection: Connection, run_id: int) -> Correction | None:
    """Like `assess`, and kept with each bank's effect, once for the same state of affairs.

    A correction whose paper is issued, or is a true-up on its way, is given as it was priced.
    """
    lock = text("SELECT pg_advisory_xact_lock(hashtext('cunfang.correction'), hashtext(:run))")
    connection.execute(lock, {"run": str(run_id)})
    kept = recorded(connection, run_id)
    if kept is not None and kept.settled:
        return kept
    now = assess(connection, run_id)
    if now is None:
        return kept
    if kept is not None and (kept.against_run_id, kept.treatment) == (now.against_run_id, now.treatment):
        return kept
    _keep(connection, now)
    return now


def recorded(connection: Connection, run_id: int) -> Correction | None:
    """The price of a run as it was kept last, with the paper that came of it; None where it was never priced."""
    found = rows(connection, "orders/correction_recorded.sql", {"run_id": run_id})
    if not found:
        return None
    head = found[0]
    place = rows(connection, "orders/correction_standing.sql", {"run_id": run_id})[0]
    against = int(head["against_run_id"])
    inputs = inputs_of(connection, run_id, against)
    proposed = place["standing_order"] if head["treatment"] == "superseding" and head["order_no"] is None else None
    return Correction(
        run_id=run_id,
        against_run_id=against,
        region=place["region"],
        period=place["period"],
        treatment=head["treatment"],
        reason=head["reason"],
        threshold=head["threshold"],
        effects=effects_of(connection, run_id, against),
        inputs=inputs,
        others=others_of(connection, run_id, against, delivered=bool(inputs)),
        order_no=head["order_no"],
        order_status=head["order_status"],
        superseded_order=head["superseded_order"] or proposed,
        lapsing=place["lapsing"] if head["treatment"] == "superseding" else None,
    )


def _keep(connection: Connection, correction: Correction) -> None:
    head = text("""
        INSERT INTO ops.run_correction (
            run_id, against_run_id, region, period, treatment, reason, threshold, largest, gross, net
        )
        VALUES (
            :run_id, :against_run_id, :region, :period, :treatment, :reason, :threshold, :largest, :gross, :net
        )
        RETURNING correction_id
    """)
    names = ("run_id", "against_run_id", "region", "period", "treatment", "reason", "threshold")
    values = {name: getattr(correction, name) for name in (*names, "largest", "gross", "net")}
    correction_id = connection.execute(head, values).scalar_one()
    copy_rows(
        connection,
        "ops.run_correction_effect",
        ("correction_id", *EFFECT_COLUMNS),
        ((correction_id, *(getattr(item, name) for name in EFFECT_COLUMNS)) for item in correction.effects),
    )


def paper_of(connection: Connection, run_id: int) -> str | None:
    """The number of the paper that is to be signed for a run; None where there is nothing to sign.

    The first result of a quarter is an adjustment. A correction is an adjustment that supersedes, or a true-up without
    transfers; one that changes no amount is only kept, and what an older correction proposed is cancelled.
    """
    correction = price(connection, run_id)
    if correction is None:
        return _first_paper(connection, run_id)
    if correction.treatment == "none":
        cancel_unissued(connection, correction.region, correction.period, f"批次 {run_id}")
        return None
    known = _paper(connection, run_id, "true_up" if correction.treatment == "true_up" else "adjustment")
    if known is not None:
        return None if known.status == "cancelled" else str(known.order_no)
    if correction.treatment == "superseding":
        return draft_adjustment(connection, run_id)
    paper = paper_for_run(connection, run_id, "true_up")
    order_no = lay_out(connection, paper, (), load_region(paper.region).sign_offs)
    cancel_unissued(connection, paper.region, paper.period, order_no)
    return order_no


def _first_paper(connection: Connection, run_id: int) -> str | None:
    known = _paper(connection, run_id, "adjustment")
    if known is not None:
        return None if known.status == "cancelled" else str(known.order_no)
    status = connection.scalar(text("SELECT status FROM eval.run_state WHERE run_id = :run_id"), {"run_id": run_id})
    return None if status in ("published", "rejected") else draft_adjustment(connection, run_id)


def _paper(connection: Connection, run_id: int, kind: str) -> Any:
    query = text("SELECT order_no, status FROM ops.order_paper WHERE run_id = :run_id AND kind = :kind")
    return connection.execute(query, {"run_id": run_id, "kind": kind}).one_or_none()


def take_up(connection: Connection, region: str) -> list[str]:
    """Papers for corrections that would be lost: the order that was to supersede was cancelled by a later quarter.

    Of each quarter the newest run counts. Gives the numbers of the true-ups that were drafted; to be called after an
    order is issued.
    """
    lost = rows(connection, "orders/correction_lost.sql", {"region": region})
    return [order_no for row in lost if (order_no := paper_of(connection, row["run_id"])) is not None]
