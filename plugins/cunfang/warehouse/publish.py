"""Publish a signed run into the star schema that BI tools read; each step is one file of include/sql/mart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, text

from cunfang.region import load_region
from cunfang.warehouse import sql

_DIMENSIONS = (
    "10_region.sql",
    "11_providers.sql",
    "12_submissions.sql",
    "13_institutions.sql",
    "14_institution_history.sql",
    "15_fund_categories.sql",
    "16_accounts.sql",
    "17_rule_versions.sql",
    "18_indicators.sql",
    "19_alert_rules.sql",
)
_RUN = (
    "30_run.sql",
    "31_run_inputs.sql",
    "40_published_submissions.sql",
    "41_deposit_balances.sql",
    "42_loan_balances.sql",
    "43_tax.sql",
    "44_timeliness_events.sql",
    "45_leg_events.sql",
    "50_scores.sql",
    "51_allocation.sql",
    "52_true_ups.sql",
)
_ORDERS = ("60_orders.sql", "61_order_legs.sql", "62_order_events.sql", "63_corrections.sql", "64_recall_causes.sql")
_QUALITY = ("70_alerts.sql", "70_alerts_standing.sql", "71_dq_results.sql", "72_findings.sql")


class PublishError(RuntimeError):
    """The run may not be published, or did not arrive whole; the message says why."""


@dataclass(frozen=True)
class Publication:
    """A run as BI sees it. `number` rises with every publication: of one region and period the highest is current.

    `due_on` is the last day of what its order's transfers have been given; None where none was issued.
    """

    run_id: int
    region: str
    period: str
    number: int
    published_on: date
    due_on: date | None
    orders: int
    legs: int


def publish(connection: Connection, run_id: int, *, actor: str = "cunfang") -> Publication:
    """Lay an approved run, the orders of its region as they stand, and its warnings and checks into `mart`.

    Writes the run's `published` event itself, in the caller's transaction. Doing it again changes nothing; a run that
    was approved anew becomes the current one again. Raises PublishError when nobody approved the run or its figures
    and transfers do not arrive whole.
    """
    _take_turns(connection)
    run = _approved(connection, run_id, actor)
    parameters = {
        **_place(run.region, run.period),
        "run_id": run_id,
        "submissions": _visible(connection, run_id),
    }
    for step in (*_DIMENSIONS, *_RUN, *_ORDERS, *_QUALITY):
        sql.run(connection, f"mart/{step}", parameters)
    if gaps := _gaps(connection, run.region, run_id):
        raise PublishError(f"批次 {run_id} 未能完整发布，已撤销：{gaps}")
    return _publication(connection, run)


def publish_orders(connection: Connection, region: str) -> int:
    """Bring the orders of a region, their transfers and events in `mart` to where they stand now (S13).

    How many transfers `mart` has of the region then. Doing it again on the same day changes nothing. PublishError when
    what `ops` holds does not arrive whole.
    """
    _take_turns(connection)
    parameters = {**_place(region, ""), "run_id": None}
    for step in (*_DIMENSIONS, *_ORDERS):
        sql.run(connection, f"mart/{step}", parameters)
    if gaps := _gaps(connection, region, None):
        raise PublishError(f"{region} 的调整指令未能完整发布，已撤销：{gaps}")
    count = text("""
        SELECT count(*) FROM mart.fact_order_leg AS f
        INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
        WHERE g.region_code = :region
    """)
    return int(connection.execute(count, {"region": region}).scalar_one())


def _gaps(connection: Connection, region: str, run_id: int | None) -> str:
    gaps = sql.rows(connection, "mart/91_order_gaps.sql", {"region": region})
    if run_id is not None:
        gaps = sql.rows(connection, "mart/90_gaps.sql", {"run_id": run_id}) + gaps
    return "；".join(f"{gap['thing']}：应为 {gap['expected']}，集市 {gap['published']}" for gap in gaps)


def publish_alerts(connection: Connection, region: str, period: str) -> int:
    """Publish what `watch` raised for a region and period, its checks and findings; how many warnings `mart` has."""
    _take_turns(connection)
    parameters = {**_place(region, period), "run_id": None}
    for step in (*_DIMENSIONS, *_QUALITY):
        sql.run(connection, f"mart/{step}", parameters)
    count = text("""
        SELECT count(*) FROM mart.fact_alert AS f
        INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
        INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
        WHERE g.region_code = :region AND p.period_code = :period
    """)
    return int(connection.execute(count, {"region": region, "period": period}).scalar_one())


def _take_turns(connection: Connection) -> None:
    # Two publishers that upsert the same dimension rows in different order would wait for each other for ever.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.publish'))"))


def _place(region: str, period: str) -> dict[str, object]:
    return {"region": region, "period": period, "region_name": load_region(region).name}


def _visible(connection: Connection, run_id: int) -> list[int]:
    found = sql.rows(connection, "mart/39_visible_submissions.sql", {"run_id": run_id})
    return [row["submission_id"] for row in found]


_STATE = text("""
    SELECT
        run_id,
        region,
        period,
        status,
        CAST(status_at AT TIME ZONE 'Asia/Shanghai' AS date) AS published_on
    FROM eval.run_state
    WHERE run_id = :run_id
""")


def _approved(connection: Connection, run_id: int, actor: str) -> Row[tuple[int, str, str, str, date]]:
    state = connection.execute(_STATE, {"run_id": run_id}).one_or_none()
    if state is None:
        raise PublishError(f"没有编号为 {run_id} 的考核批次")
    if state.status == "published":
        return state
    if state.status != "approved":
        where = f"批次 {run_id}（{state.region} {state.period}）"
        raise PublishError(f"{where}尚未签批（现状 {state.status}），不得发布：请先签批")
    event = text("INSERT INTO eval.run_event (run_id, status, actor) VALUES (:run_id, 'published', :actor)")
    connection.execute(event, {"run_id": run_id, "actor": actor})
    return connection.execute(_STATE, {"run_id": run_id}).one()


def _publication(connection: Connection, run: Row[tuple[int, str, str, str, date]]) -> Publication:
    counted = text("""
        SELECT
            r.publication_no,
            count(DISTINCT o.order_key) AS orders,
            count(DISTINCT l.leg_code) AS legs,
            max(l.due_on) FILTER (WHERE l.issued_amount > 0) AS due_on
        FROM mart.dim_run AS r
        LEFT JOIN mart.fact_order AS o ON r.run_key = o.run_key
        LEFT JOIN mart.fact_order_leg AS l ON o.order_key = l.from_order_key
        WHERE r.run_id = :run_id
        GROUP BY r.publication_no
    """)
    row = connection.execute(counted, {"run_id": run.run_id}).one()
    return Publication(
        run.run_id, run.region, run.period, row.publication_no, run.published_on, row.due_on, row.orders, row.legs
    )
