"""The late rule (S25): a feed that is not there at its deadline is waited for, taken from before, or left out.

The contract says which; docs/decisions/0013 says what each means for a score. A rule is applied once, kept with who it
concerns and when, and loses its force when the feed itself is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, text

from cunfang.evaluation.history import flow_families
from cunfang.feeds.contract import contract
from cunfang.finding import Finding, Klass
from cunfang.intake import standing
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.warehouse.calendar import due_date
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows

Rule = Literal["use_previous", "exclude"]


@dataclass(frozen=True)
class Substitute:
    """One feed that did not come: from which period its data are taken, or None where it is left out."""

    feed: str
    rule: Rule
    used: Period | None = None

    @property
    def family(self) -> str:
        """The family of feeds that it belongs to."""
        return contract(self.feed).family


def standing_substitutes(connection: Connection, region: str, period: Period) -> dict[str, Substitute]:
    """The late rules in force for a region and period, by feed."""
    found = rows(connection, "eval/01_substitutes.sql", {"region": region, "period": str(period)})
    return {
        row["feed"]: Substitute(
            row["feed"], row["rule"], Period.parse(row["used_period"]) if row["used_period"] else None
        )
        for row in found
    }


def apply_late_rules(
    connection: Connection, region: str, period: Period, rulebook: Rulebook, missing: Iterable[str], today: date
) -> list[Substitute]:
    """Apply the rule of each of the `missing` feeds whose deadline is `today` or past; those newly applied.

    A feed that is to be waited for is not among them, nor one whose quarter before has nothing to give: both go on
    being waited for. Repeating it changes nothing. A year without a calendar is an UnknownYearError.
    """
    applied = []
    for feed in missing:
        agreed = contract(feed)
        deadline = due_date(connection, period.end, agreed.deadline)
        if agreed.late == "wait" or today < deadline:
            continue
        given = _given(connection, region, period, rulebook, feed)
        if given is None:
            continue
        substitute, submission = given
        due = due_date(connection, period.end, agreed.due)
        values = {"due": due, "deadline": deadline, "today": today, "submission": submission}
        if _record(connection, region, period, substitute, values):
            applied.append(substitute)
    return applied


def _given(
    connection: Connection, region: str, period: Period, rulebook: Rulebook, feed: str
) -> tuple[Substitute, int | None] | None:
    """What stands in for `feed`, with the submission used; None where there is nothing to take."""
    if contract(feed).late == "exclude":
        return Substitute(feed, "exclude"), None
    before = period.previous()
    # Sums since January are read of it: last year's say nothing of this year.
    if before.year != period.year and contract(feed).family in flow_families(rulebook):
        return None
    used = standing(connection, region, feed, before, first=before)
    return (Substitute(feed, "use_previous", before), used) if used is not None else None


def _record(
    connection: Connection, region: str, period: Period, substitute: Substitute, values: dict[str, Any]
) -> bool:
    """Keep it, once, with a line in the audit chain; whether it is new."""
    inserted = text("""
        INSERT INTO ops.substitution (
            region, period, feed, rule, used_period, submission_id, due_on, deadline, applied_on
        )
        VALUES (:region, :period, :feed, :rule, :used, :submission, :due, :deadline, :today)
        ON CONFLICT (region, period, feed) DO NOTHING
        RETURNING substitution_id
    """)
    said = {
        "region": region,
        "period": str(period),
        "feed": substitute.feed,
        "rule": substitute.rule,
        "used": str(substitute.used) if substitute.used else None,
    }
    if connection.scalar(inserted, {**said, **values}) is None:
        return False
    audit = text("""
        INSERT INTO ops.audit (actor, action, object, detail)
        VALUES ('cunfang', :rule, :object, jsonb_strip_nulls(jsonb_build_object(
            'used_period', CAST(:used AS text), 'submission_id', CAST(:submission AS bigint),
            'deadline', CAST(:deadline AS date)
        )))
    """)
    connection.execute(audit, {**said, **values, "object": f"{region}|{period}|{substitute.feed}"})
    return True


def unevaluated(connection: Connection, region: str, period: Period) -> bool:
    """Whether a late rule is in force that no run has followed yet."""
    waiting = text("""
        SELECT EXISTS (
            SELECT 1 FROM ops.standing_substitution AS s
            WHERE
                s.region = :region AND s.period = :period
                AND NOT EXISTS (
                    SELECT 1 FROM eval.run AS r
                    WHERE
                        r.region = s.region AND r.period = s.period AND r.computed_at > s.applied_at
                        AND r.purpose = 'official'
                )
        )
    """)
    return bool(connection.scalar(waiting, {"region": region, "period": str(period)}))


def keep(connection: Connection, run_id: int, substitutes: Iterable[Substitute]) -> None:
    """Say of a run what it had to do without, or took from before."""
    copy_rows(
        connection,
        "eval.run_substitute",
        ("run_id", "feed", "family", "name", "rule", "used_period"),
        (
            (run_id, one.feed, one.family, contract(one.feed).name, one.rule, str(one.used) if one.used else None)
            for one in substitutes
        ),
    )


def noted(period: Period, substitutes: Iterable[Substitute]) -> list[Finding]:
    """What a run says of its substitutes. The contract decided them, so nobody is asked for a reason."""
    return [_note(period, one) for one in substitutes]


def _note(period: Period, one: Substitute) -> Finding:
    agreed = contract(one.feed)
    what = f"{period} 的{agreed.name}（{one.feed}）到期未收到，按报送约定的逾期规则"
    advice = f"请{agreed.provider}补报；收到并接受后自动重新考核，不再用替代"
    if one.used is not None:
        message = f"{what}（use_previous）用 {one.used} 的数据，所涉指标已逐一注明"
        return Finding("EVA-M005", Klass.MACRO, message, advice)
    kept = "，此前各期的登记仍然有效" if agreed.coverage == "register" else "，所涉指标不计分，权重由其余指标分担"
    return Finding("EVA-M006", Klass.MACRO, f"{what}（exclude）不计入本期{kept}", advice)
