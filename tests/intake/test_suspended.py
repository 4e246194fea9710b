"""A suspended check on the real way in: the file is taken, the result of the check is kept, and a note stands by it."""

from __future__ import annotations

from datetime import date

import pytest

from cunfang.intake import grounds, reading
from cunfang.period import Period
from cunfang.quality.suspension import NOTE, Suspension
from intake.county import FILES, County

ENTRY = Suspension(check="PBC-V010", reason="口径调整", by="县金融办主任", decided_on=date(2026, 1, 8), until="2025-Q4")
TOO_MANY = FILES["pboc_credit"].replace("500000000.00,1,1", "500000000.00,600000000.00,1")


def test_given_a_suspended_check_when_a_file_breaks_it_then_the_file_is_taken_and_says_so(
    registered: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def suspended(region: str, period: Period) -> tuple[Suspension, ...]:
        return (ENTRY,) if ENTRY.covers(region, period) else ()

    monkeypatch.setattr(grounds, "in_force", suspended)
    registered.deliver("pboc_credit", TOO_MANY)
    [number] = registered.land("pboc_credit")
    assert registered.step(number) == "accepted"
    found = dict(registered.rows("SELECT check_id, message FROM ops.finding WHERE submission_id = :id", id=number))
    assert "PBC-V010" not in found
    assert found[NOTE].startswith("校验规则 PBC-V010 已暂停至 2025-Q4，本次有 1 处未计入。理由：口径调整")
    kept = "SELECT passed, unexpected_count FROM ops.check_result WHERE check_id = 'PBC-V010'"
    assert registered.rows(kept) == [(False, 1)]


def test_given_a_suspended_check_of_reading_when_a_total_does_not_close_then_only_the_note_is_kept(
    registered: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ENTRY.model_copy(update={"check": "FILE-Q001"})
    monkeypatch.setattr(reading, "in_force", lambda region, period: (held,))
    registered.deliver(
        "balances",
        "某县财政性资金账户余额表（2025年12月末）\n单位：元\n银行账号,期末余额\n900100,1000000.01\n900200,1.00\n合计,2.00\n",
    )
    [number] = registered.land("balances")
    assert registered.step(number) == "accepted"
    found = dict(registered.rows("SELECT check_id, message FROM ops.finding WHERE submission_id = :id", id=number))
    assert "FILE-Q001" not in found
    assert "FILE-Q001 已暂停至 2025-Q4，本次有 1 处未计入" in found[NOTE]
