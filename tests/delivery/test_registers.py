"""Decisions that end are told thirty days before and when they have ended, once each (S15)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, text

from cunfang.delivery.registers import expired_decisions

REGION = "420922"
CARVE = {
    "decision": "悟政金〔2025〕3号", "kind": "carve_out", "institution": "HBB", "amount": "10000000.00",
    "valid_from": "2025-11-28", "valid_to": "2025-12-31", "decided_on": "2025-11-28", "approver": "领导小组",
}  # fmt: skip


def register(engine: Engine, *rows: Mapping[str, str]) -> None:
    """An accepted register of decisions."""
    with engine.begin() as connection:
        number = connection.execute(
            text("""
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                VALUES (:region, '2025-Q4', 'decisions', 1, '领导小组', repeat('d', 64), '决定.csv', 1)
                RETURNING submission_id
            """),
            {"region": REGION},
        ).scalar_one()
        made = [
            {"submission_id": number, "record_no": n, "region": REGION, **row} for n, row in enumerate(rows, start=1)
        ]
        connection.execute(
            text("INSERT INTO core.decision SELECT * FROM jsonb_populate_recordset(NULL::core.decision, :rows)"),
            {"rows": json.dumps(made)},
        )
        accepted = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')")
        connection.execute(accepted, {"id": number})


def told(engine: Engine, day: date) -> int:
    with engine.begin() as connection:
        return expired_decisions(connection, REGION, day)


def test_given_a_carve_out_then_it_is_told_a_month_before_its_end_and_once_it_has_ended(engine: Engine) -> None:
    register(engine, CARVE)

    days = [date(2025, 11, 30), date(2025, 12, 1), date(2025, 12, 2), date(2025, 12, 31), date(2026, 1, 1)]
    assert [told(engine, day) for day in (*days, date(2026, 1, 2))] == [0, 2, 0, 0, 2, 0]

    with engine.connect() as connection:
        mails = connection.execute(text("SELECT recipient, subject FROM ops.outbox ORDER BY message_id")).all()
    assert {mail.recipient for mail in mails} == {"treasury@dawu.example", "office@dawu.example"}
    assert sorted({mail.subject for mail in mails}) == [
        "【决定到期】悟政金〔2025〕3号 一事一议额度将于 2025-12-31 失效（还有 30 天）",
        "【决定失效】悟政金〔2025〕3号 一事一议额度已于 2025-12-31 失效",
    ]


def test_given_a_decision_that_carries_it_on_then_nothing_is_told(engine: Engine) -> None:
    later = CARVE | {"decision": "悟政金〔2025〕8号", "valid_from": "2026-01-01", "valid_to": "2027-12-31"}
    register(engine, CARVE, later)

    assert told(engine, date(2025, 12, 20)) == 0


def test_given_a_one_off_or_a_region_that_nobody_is_told_of_then_no_letter(engine: Engine) -> None:
    register(engine, CARVE | {"kind": "one_off"})

    assert told(engine, date(2026, 1, 1)) == 0
    with engine.begin() as connection:
        assert expired_decisions(connection, "999999", date(2026, 1, 1)) == 0
