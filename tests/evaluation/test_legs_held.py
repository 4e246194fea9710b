"""What the database refuses of a run's transfers, whoever writes them (S03, S12)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation import compute
from cunfang.warehouse.sql import rows
from evaluation.county import Account, Bank, County, Value
from evaluation.load import load
from evaluation.policy import ONE, policy

DUE = date(2026, 2, 1)
GOOD: dict[str, object] = {
    "leg_no": 1, "from": "A", "to": "B", "out": "A-1", "into": "B-1", "owner": "财政局", "category": "special",
    "amount": Decimal(10), "status": "planned", "available_from": None,
}  # fmt: skip


@pytest.fixture
def run(connection: Connection) -> int:
    """A computed run whose difference, 60 from A to B, no transfer meets."""
    accounts = (
        Account("A-1", "A", Decimal(40)),
        Account("A-定期", "A", Decimal(70), matures_on=DUE),
        Account("A-社保", "A", Decimal(10), category="fiscal_social"),
        Account("A-教育", "A", Decimal(20), owner="教育局"),
        Account("B-1", "B", Decimal(20), category="special"),
        Account("B-教育", "B", Decimal(0), owner="教育局", category="unit"),
    )
    banks = (Bank("A"), Bank("B"), Bank("C"))
    values = tuple(Value(bank.code, "size", Decimal(1)) for bank in banks[:2])
    # A least transfer above every difference: the run comes without any.
    county = County(policy(ONE, unit="0.01", min_leg="1000000"), banks, accounts, values)
    (run_id,) = load(connection, [county])
    compute(connection, [run_id])
    assert not connection.scalar(text("SELECT count(*) FROM eval.leg WHERE run_id = :r"), {"r": run_id})
    return run_id


def _insert(connection: Connection, run: int, *legs: dict[str, object]) -> None:
    statement = text("""
        INSERT INTO eval.leg (run_id, leg_no, from_institution, to_institution, from_account, to_account, owner,
            fund_category, amount, status, available_from)
        VALUES (:run, :leg_no, :from, :to, :out, :into, :owner, :category, :amount, :status, :available_from)
    """)
    for number, leg in enumerate(legs, start=1):
        connection.execute(statement, {**GOOD, **leg, "leg_no": number, "run": run})


def test_given_what_holds_then_it_is_taken_and_verifies(connection: Connection, run: int) -> None:
    later = {"out": "A-定期", "status": "scheduled", "available_from": DUE}
    _insert(connection, run, {}, later, {"out": "A-教育", "owner": "教育局", "status": "blocked", "into": None})
    breaches = [row["breach"] for row in rows(connection, "eval/95_verify.sql", {"run_id": run})]
    assert not [breach for breach in breaches if "划转" in breach or "账户" in breach]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": "教育局"}, "转出行同一所有者"),
        ({"category": "unit"}, "转出行同一所有者"),
        ({"from": "C"}, "转出行同一所有者"),
        ({"out": "A-没有"}, "转出行同一所有者"),
        ({"out": "A-社保", "category": "fiscal_social"}, "可调整账户转出"),
        ({"out": "A-定期"}, "可划日期"),
        ({"out": "A-定期", "status": "scheduled", "available_from": date(2026, 1, 1)}, "可划日期"),
        ({"status": "scheduled", "available_from": DUE}, "可划日期"),
        ({"into": "B-教育"}, "转入收款行同一所有者"),
        ({"into": "A-1"}, "转入收款行同一所有者"),
        ({"to": "C"}, "转入收款行同一所有者"),
        ({"into": "B-没有"}, "转入收款行同一所有者"),
        ({"amount": Decimal("40.01")}, "账户划出合计超过其余额"),
        ({"out": "A-定期", "status": "scheduled", "available_from": DUE, "amount": Decimal("60.01")}, "超过该行的差额"),
        ({"from": "B", "to": "A", "out": "B-1", "into": "A-1"}, "超过该行的差额"),
    ],
)
def test_given_a_transfer_that_breaks_a_rule_then_it_is_refused(
    connection: Connection, run: int, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(IntegrityError, match=said):
        _insert(connection, run, wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": "教育局"}, "划转明细第 1 笔与账户的机构"),
        ({"category": "unit"}, "划转明细第 1 笔与账户的机构"),
        ({"from": "C"}, "划转明细第 1 笔与账户的机构"),
        ({"out": "A-社保", "category": "fiscal_social"}, "划转明细第 1 笔与账户的机构"),
        ({"out": "A-定期"}, "划转明细第 1 笔与账户的机构"),
        ({"into": "B-教育"}, "划转明细第 1 笔与账户的机构"),
        ({"to": "C"}, "划转明细第 1 笔与账户的机构"),
        ({"into": "B-没有"}, "划转明细第 1 笔与账户的机构"),
        ({"out": "A-没有"}, "划转明细第 1 笔与账户的机构"),
        ({"amount": Decimal("40.01")}, "账户 A-1 划出 40.01 元，超过余额 40.00 元"),
    ],
)
def test_given_a_transfer_that_got_past_the_rules_then_the_verification_names_it(
    connection: Connection, run: int, wrong: dict[str, object], said: str
) -> None:
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    connection.execute(text("ALTER TABLE eval.leg DISABLE TRIGGER USER"))
    _insert(connection, run, wrong)
    found = [row["breach"] for row in rows(connection, "eval/95_verify.sql", {"run_id": run})]
    assert any(breach.startswith(said) for breach in found), found


def test_given_two_transfers_that_only_together_are_too_much_then_the_second_is_refused(
    connection: Connection, run: int
) -> None:
    with pytest.raises(IntegrityError, match="账户划出合计超过其余额"):
        _insert(connection, run, {"amount": Decimal(30)}, {"amount": Decimal(11)})


def test_given_a_plan_then_it_is_said_how_it_was_found_and_it_is_never_changed(
    connection: Connection, run: int
) -> None:
    stored = connection.execute(
        text("SELECT method, legs, moved, proved, stopped_by FROM eval.transfer_plan WHERE run_id = :r"), {"r": run}
    ).one()
    assert tuple(stored) == ("greedy", 0, 0, True, "")
    with pytest.raises(IntegrityError):
        connection.execute(text("UPDATE eval.transfer_plan SET legs = 1"))
