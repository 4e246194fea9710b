"""Publish a signed run into the star schema that BI tools read; each step is one file of include/sql/mart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, text

from cunfang.region import load_region
from cunfang.warehouse import sql
from cunfang.warehouse.calendar import due_date

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
    "50_scores.sql",
    "51_allocation.sql",
    "60_orders.sql",
    "61_order_legs.sql",
)
_QUALITY = ("70_alerts.sql", "71_dq_results.sql", "72_findings.sql")
DUE_WORKDAYS = 5


class PublishError(RuntimeError):
    """The run may not be published, or did not arrive whole; the message says why."""


@dataclass(frozen=True)
class Publication:
    """A run as BI sees it. `number` rises with every publication: of one region and period the highest is current."""

    run_id: int
    region: str
    period: str
    number: int
    published_on: date
    due_on: date
    orders: int
    legs: int


def publish(
    connection: Connection, run_id: int, *, due_workdays: int = DUE_WORKDAYS, actor: str = "cunfang"
) -> Publication:
    """Lay an approved run, its orders, and the warnings and checks of its region and period into `mart`.

    Writes the run's `published` event itself, in the caller's transaction. Doing it again changes nothing; a run that
    was approved anew becomes the current one again. Orders are due `due_workdays` working days after publication (S12).
    Raises PublishError when nobody approved the run or its figures do not arrive whole, UnknownYearError when the
    calendar does not reach the due date.
    """
    _take_turns(connection)
    run = _approved(connection, run_id, actor)
    due_on = due_date(connection, run.published_on, due_workdays)
    parameters = {
        **_place(run.region, run.period),
        "run_id": run_id,
        "issued_on": run.published_on,
        "due_on": due_on,
        "due_workdays": due_workdays,
        "submissions": _visible(connection, run_id),
    }
    for step in (*_DIMENSIONS, *_RUN, *_QUALITY):
        sql.run(connection, f"mart/{step}", parameters)
    if gaps := sql.rows(connection, "mart/90_gaps.sql", {"run_id": run_id}):
        told = "；".join(f"{gap['thing']}：考核结果 {gap['expected']}，集市 {gap['published']}" for gap in gaps)
        raise PublishError(f"批次 {run_id} 未能完整发布，已撤销：{told}")
    return _publication(connection, run, due_on)


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


def _publication(connection: Connection, run: Row[tuple[int, str, str, str, date]], due_on: date) -> Publication:
    counted = text("""
        SELECT
            r.publication_no,
            (SELECT count(*) FROM mart.fact_order AS o WHERE o.run_key = r.run_key) AS orders,
            (SELECT count(*) FROM mart.fact_order_leg AS l WHERE l.run_key = r.run_key) AS legs
        FROM mart.dim_run AS r
        WHERE r.run_id = :run_id
    """)
    row = connection.execute(counted, {"run_id": run.run_id}).one()
    return Publication(
        run.run_id, run.region, run.period, row.publication_no, run.published_on, due_on, row.orders, row.legs
    )
