"""One evaluation: pinned inputs, a rule book, and every step kept; the same inputs give the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, text

from cunfang.evaluation import lateness, recalled, transfers, true_up
from cunfang.evaluation.pin import Pinned, input_hash, missing_feeds, pin
from cunfang.evaluation.reconcile import reconcile
from cunfang.evaluation.standing import DoubleDeliveryError, unsettled_feeds
from cunfang.evaluation.steps import Answer, RunStoppedError, compute
from cunfang.feeds.contract import contract
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.quality.suspension import in_force, set_aside
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.copy import copy_rows

Purpose = Literal["official", "trial"]
"""What a run is for; one on trial is never signed, issues nothing, and asks nobody (migration 0019)."""


@dataclass(frozen=True)
class Evaluated:
    """A run that was computed, or found as computed before (`fresh` is False)."""

    run_id: int
    fresh: bool
    noted: list[Finding]


def evaluate(engine: Engine, region: str, period: Period, rulebook: Rulebook) -> Evaluated:
    """Evaluate `region` for `period` by `rulebook`, all of it or nothing.

    Raises RunStoppedError with the questions when a feed, a value or a decision is missing (N8, S15); the questions
    are kept in ops.finding, nothing else is.
    """
    try:
        with engine.begin() as connection:
            return evaluate_within(connection, region, period, rulebook)
    except RunStoppedError as stopped:
        with engine.begin() as connection:
            _keep(connection, region, period, stopped.findings)
        raise


def evaluate_within(
    connection: Connection, region: str, period: Period, rulebook: Rulebook, purpose: Purpose = "official"
) -> Evaluated:
    """Like `evaluate`, in the caller's transaction; the questions of a RunStoppedError are not kept.

    What a run on trial notes is not kept either, nor need its rule book be in force yet.
    """
    # Two evaluations of the same region and period take turns; the second finds the first one's run.
    lock = text("SELECT pg_advisory_xact_lock(hashtext('cunfang.evaluate'), hashtext(:key))")
    connection.execute(lock, {"key": f"{region}|{period}"})
    too_soon = purpose == "official" and not _in_force(rulebook, period)
    early = [_not_in_force(rulebook, period)] if too_soon else []
    pinned = pinned_inputs(connection, region, period, rulebook, early)
    suspended = in_force(region, period)
    untied = set_aside(reconcile(connection, region, period), suspended, {"REC"})
    digest = input_hash(region, period, rulebook, pinned, untied, purpose)
    known = connection.scalar(text("SELECT run_id FROM eval.run WHERE input_hash = :hash"), {"hash": digest})
    if known is not None:
        return Evaluated(int(known), False, [])
    run_id = register(connection, region, period, rulebook, pinned, digest, purpose)
    own = set_aside((item.finding for item in compute(connection, [run_id])), suspended, {"EVA", "COR"})
    noted = [*untied, *own]
    late = lateness.noted(period, pinned.substitutes)
    if purpose == "official":
        _keep(connection, region, period, [*late, *noted])
        _refer(connection, run_id, region, period, noted)
    return Evaluated(run_id, True, [*late, *noted])


def pinned_inputs(
    connection: Connection, region: str, period: Period, rulebook: Rulebook, early: Sequence[Finding] = ()
) -> Pinned:
    """What a run of `rulebook` reads; RunStoppedError with what is missing, after the questions known before."""
    questions = list(early)
    unsettled = unsettled_feeds(connection, region, period)
    for feed in missing_feeds(connection, region, period, rulebook):
        questions.append(_unsettled(feed, period) if feed in unsettled else _missing(feed, period))
    try:
        pinned = pin(connection, region, period, rulebook)
    except DoubleDeliveryError as error:
        advice = "请在地区配置中写明税收报送安排，并撤回不适用的一份"
        questions.append(Finding("EVA-V003", Klass.VALIDITY, f"同一考核期重复报送：{error}", advice))
        pinned = Pinned([], [])
    if questions:
        raise RunStoppedError([Answer(0, question) for question in questions])
    return pinned


def _in_force(rulebook: Rulebook, period: Period) -> bool:
    return rulebook.effective_from <= period.end and (
        rulebook.effective_to is None or period.start <= rulebook.effective_to
    )


def _not_in_force(rulebook: Rulebook, period: Period) -> Finding:
    until = f"至 {rulebook.effective_to}" if rulebook.effective_to else "起"
    message = f"考核办法 {rulebook.code} 自 {rulebook.effective_from} {until}施行，不适用于 {period}"
    return Finding("EVA-V004", Klass.VALIDITY, message, "请指定当期有效的考核办法")


def _missing(feed: str, period: Period) -> Finding:
    agreed = contract(feed)
    message = f"{period} 缺少报送：{agreed.name}（{feed}），由{agreed.provider}报送"
    advice = "请催报；无发生额的也应零报送（只有表头的文件）" if agreed.allow_empty else "请催报"
    return Finding("EVA-V005", Klass.VALIDITY, message, advice)


def _unsettled(feed: str, period: Period) -> Finding:
    message = f"{period} 的{contract(feed).name}（{feed}）已报送，但没有被接受"
    return Finding("EVA-V005", Klass.VALIDITY, message, "请按这份报送的校验发现更正后重新报送")


def register(
    connection: Connection,
    region: str,
    period: Period,
    rulebook: Rulebook,
    pinned: Pinned,
    digest: str,
    purpose: Purpose = "official",
) -> int:
    """A draft run with its inputs, not yet computed; its id."""
    inserted = connection.execute(
        text("""
            INSERT INTO eval.run (region, period, as_of, year_start, rulebook_id, input_hash, purpose)
            VALUES (:region, :period, :as_of, :year_start, :rulebook_id, :input_hash, :purpose)
            RETURNING run_id
        """),
        {
            "region": region,
            "period": str(period),
            "as_of": period.end,
            "year_start": period.year_start,
            "rulebook_id": store_rulebook(connection, rulebook),
            "input_hash": digest,
            "purpose": purpose,
        },
    )
    run_id = int(inserted.scalar_one())
    copy_rows(
        connection,
        "eval.run_input",
        ("run_id", "submission_id", "feed", "family", "period", "sha256", "as_of", "history"),
        (
            (run_id, item.submission_id, item.feed, item.family, item.period, item.sha256, item.as_of, item.history)
            for item in pinned.inputs
        ),
    )
    lateness.keep(connection, run_id, pinned.substitutes)
    true_up.keep(connection, run_id, pinned.true_ups, pinned.carried)
    transfers.keep(connection, run_id, pinned.legs)
    recalled.keep(connection, run_id, pinned.recalled)
    draft = text("INSERT INTO eval.run_event (run_id, status, actor) VALUES (:run_id, 'draft', 'cunfang')")
    connection.execute(draft, {"run_id": run_id})
    return run_id


_KEEP = text("""
    INSERT INTO ops.finding (region, period, check_id, class, message, advice, file_name, sheet, cell, column_name)
    SELECT :region, :period, :check, :klass, :message, :advice, :file, :sheet, :cell, :column
    WHERE NOT EXISTS (
        SELECT 1 FROM ops.finding
        WHERE
            region = :region AND period = :period AND submission_id IS NULL
            AND check_id = :check AND message = :message
    )
""")


def _keep(connection: Connection, region: str, period: Period, findings: list[Finding]) -> None:
    """Findings of an evaluation stay with the region and period, once each, where mails and pages show them."""
    for item in findings:
        values = {"check": item.check, "klass": item.klass.value, "message": item.message, "advice": item.advice}
        place = {"file": item.file, "sheet": item.sheet, "cell": item.cell, "column": item.column}
        connection.execute(_KEEP, {"region": region, "period": str(period), **values, **place})


_REFER = text("""
    INSERT INTO eval.run_finding (run_id, finding_id)
    SELECT :run_id, f.finding_id
    FROM ops.finding AS f
    WHERE
        f.region = :region AND f.period = :period AND f.submission_id IS NULL
        AND f.check_id = :check AND f.message = :message
    ON CONFLICT DO NOTHING
""")


def _refer(connection: Connection, run_id: int, region: str, period: Period, noted: list[Finding]) -> None:
    """Say which findings are this run's own: what an earlier run noted is not asked about again."""
    for item in noted:
        said = {"region": region, "period": str(period), "check": item.check, "message": item.message}
        connection.execute(_REFER, {"run_id": run_id, **said})
