"""Mornings around a deadline: who is told what, when the evaluation goes on, and what a late quarter re-opens (S25)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from sqlalchemy import Connection, Engine, text

from chased import COUNTY, CREDIT_DESK, NEEDED, SAMPLE, accepted, mails
from cunfang.airflow import attend
from cunfang.airflow.announce import chase, late_feeds, late_rules, rule_on, warnings_of
from cunfang.evaluation import Substitute
from cunfang.period import Period
from cunfang.warehouse.copy import copy_rows
from cunfang.workday import UnknownYearError

pytestmark = pytest.mark.usefixtures("regions")
Q3, Q4 = Period(2025, 3), Period(2025, 4)
DEADLINE = date(2026, 1, 22)
BUT_INDICATORS = (*(feed for feed in NEEDED if feed != "indicators"), "tax_national", "tax_local")


def _letter(connection: Connection, kind: str) -> str:
    content = connection.scalar(text("SELECT content FROM ops.outbox WHERE kind = :kind LIMIT 1"), {"kind": kind})
    body = message_from_bytes(bytes(content), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_at_the_deadline_the_provider_and_the_office_are_told_once_and_nobody_is_chased_for_it_any_more(
    connection: Connection,
) -> None:
    accepted(connection, COUNTY, *BUT_INDICATORS)
    accepted(connection, COUNTY, "indicators", period="2025-Q3")

    assert rule_on(connection, COUNTY, Q4, date(2026, 1, 21)) == []
    assert chase(connection, COUNTY, Q4, date(2026, 1, 21)) == ["indicators"]
    assert "2026-01-22 起仍未收到的，按规定使用上期数据，并在结果中注明。" in _letter(connection, "late")
    assert rule_on(connection, COUNTY, Q4, DEADLINE) == [Substitute("indicators", "use_previous", Q3)]
    assert rule_on(connection, COUNTY, Q4, DEADLINE) == []
    assert chase(connection, COUNTY, Q4, DEADLINE) == []
    [(recipient, subject)] = mails(connection, "late_rule")
    assert recipient == "office@gov.example"
    assert subject.startswith("【逾期处理】2025年四季度") and subject.endswith("用2025年三季度的数据代替")
    assert "请" in (body := _letter(connection, "late_rule")) and "收到并接受之后自动重新考核" in body


def test_a_feed_that_is_waited_for_goes_on_being_chased_after_the_deadline(connection: Connection) -> None:
    accepted(connection, COUNTY, *(feed for feed in NEEDED if feed != "pboc_credit"), "tax_national", "tax_local")

    assert rule_on(connection, COUNTY, Q4, date(2026, 2, 2)) == []
    assert chase(connection, COUNTY, Q4, date(2026, 2, 2)) == ["pboc_credit"]
    assert mails(connection, "late")[0][0] == CREDIT_DESK
    assert "本期考核暂缓" in _letter(connection, "late")


def test_where_nothing_can_stand_in_the_reminder_says_so(connection: Connection) -> None:
    accepted(connection, COUNTY, *BUT_INDICATORS)

    assert rule_on(connection, COUNTY, Q4, DEADLINE) == []
    assert chase(connection, COUNTY, Q4, DEADLINE) == ["indicators"]
    assert "没有可以代替的数据，未收到前，本期考核暂缓。" in _letter(connection, "late")


def test_the_period_is_announced_until_a_run_has_followed(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *BUT_INDICATORS)
        accepted(connection, COUNTY, "indicators", period="2025-Q3")
        accepted(connection, SAMPLE, "institutions")

    assert late_rules(engine, DEADLINE.replace(day=21)) == []
    assert late_rules(engine, DEADLINE) == [(COUNTY, "2025-Q4")]
    assert late_rules(engine, DEADLINE) == [(COUNTY, "2025-Q4")]
    assert late_feeds(engine, DEADLINE) == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ops.substitution")) == 1
        assert len(mails(connection, "late_rule")) == 1


def test_what_else_is_missing_still_holds_the_period_back(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *(feed for feed in BUT_INDICATORS if feed != "balances"))
        accepted(connection, COUNTY, "indicators", period="2025-Q3")

    assert late_rules(engine, DEADLINE) == []


def test_on_a_holiday_nothing_is_applied_and_a_year_without_a_calendar_stops_the_morning(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *BUT_INDICATORS)
        accepted(connection, COUNTY, "indicators", period="2025-Q3")

    assert late_rules(engine, date(2026, 1, 24)) == []
    with pytest.raises(UnknownYearError):
        late_rules(engine, date(2031, 1, 24))


def test_a_holiday_that_the_office_imported_moves_the_deadline(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE core.workday SET is_workday = FALSE WHERE day = '2026-01-20'"))
        accepted(connection, COUNTY, *BUT_INDICATORS)
        accepted(connection, COUNTY, "indicators", period="2025-Q3")

    assert late_rules(engine, DEADLINE) == []
    assert late_rules(engine, DEADLINE.replace(day=23)) == [(COUNTY, "2025-Q4")]


class _Events(dict[object, list[str]]):
    """Stands for the outlet events that Airflow hands to a task."""

    def __missing__(self, key: object) -> _Partitions:
        self[key] = _Partitions()  # type: ignore[assignment]
        return self[key]  # type: ignore[return-value]


class _Partitions(list[str]):
    def add_partitions(self, key: str) -> None:
        self.append(key)


def test_the_task_announces_the_period_to_the_evaluation(
    engine: Engine, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cunfang.airflow.assets import OUTBOX, PERIOD_READY

    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", warehouse)
    monkeypatch.setattr("cunfang.airflow.announce.office_day", lambda engine: DEADLINE)
    with engine.begin() as connection:
        accepted(connection, COUNTY, *BUT_INDICATORS)
        accepted(connection, COUNTY, "indicators", period="2025-Q3")
    events = _Events()

    assert attend.apply_late_rules.function(outlet_events=events) == [f"{COUNTY} 2025-Q4"]
    assert events == {PERIOD_READY: [f"{COUNTY}|2025-Q4"], OUTBOX: [f"{COUNTY}|2025-Q4"]}


def test_figures_of_a_quarter_that_come_late_make_the_quarter_after_red(engine: Engine) -> None:
    def deliver(period: Period) -> None:
        with engine.begin() as connection:
            accepted(connection, COUNTY, "pboc_prudential", period=str(period))
            found = "SELECT max(submission_id) FROM raw.submission"
            row = (connection.scalar(text(found)), 1, COUNTY, "A", period.end, "liquidity_ratio", Decimal("0.24"))
            columns = ("submission_id", "record_no", "region", "institution", "as_of", "metric", "value", "scope")
            copy_rows(connection, "core.prudential", columns, [(*row, "legal_person")])

    deliver(Q4)
    assert warnings_of(engine, COUNTY, Q4) == 1
    deliver(Q3)
    assert warnings_of(engine, COUNTY, Q3) == 2
    assert warnings_of(engine, COUNTY, Q3) == 0
    with engine.connect() as connection:
        levels = text("SELECT period, level FROM ops.warning ORDER BY warning_id")
        assert [tuple(row) for row in connection.execute(levels)] == [
            ("2025-Q4", "橙"),
            ("2025-Q3", "橙"),
            ("2025-Q4", "红"),
        ]
