"""Transfers after issue: what receipts and balances make of them (S13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, text

from cunfang.orders.life import move_leg
from cunfang.orders.paper import MoveError
from cunfang.orders.track import Tracked, overdue, reconciliation, track
from orders.conftest import set_today
from orders.laid import REGION, Move, Receipt, balances, bank_balances, issued, opened, reported, status

ISSUED, DUE = "2026-01-20", "2026-01-27"
AMOUNT = Decimal(1_000_000)
MOVE = Move("A-1", "B-1", AMOUNT)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction on Tuesday 20 January 2026 that is rolled back; nothing but what a test lays is there."""
    with engine.connect() as opened:
        set_today(opened, ISSUED)
        yield opened


@pytest.fixture
def leg(connection: Connection) -> str:
    """One issued transfer of a million from A to B, due on 27 January."""
    [code] = issued(connection, MOVE)
    return code


def said(connection: Connection) -> dict[str, str]:
    """What is open, by number."""
    return {item.check_id: item.message for item in reconciliation(connection, REGION)}


def made(leg: str, day: str = "2026-01-22", **more: str) -> Receipt:
    return Receipt(leg, f"{day} 10:30", AMOUNT, **more)


def moved_by(connection: Connection, amount: Decimal, after: str = "2026-03-31") -> None:
    """The accounts' balances before the order and after it, `amount` having gone from A to B."""
    held = Decimal(9_000_000)
    balances(connection, "2025-12-31", {"A-1": held, "B-1": held})
    balances(connection, after, {"A-1": held - amount, "B-1": held + amount})


def test_given_nothing_new_then_nothing_moves(connection: Connection, leg: str) -> None:
    assert track(connection, REGION) == Tracked()
    assert status(connection, leg) == "issued"


def test_given_a_bank_took_note_then_the_transfer_is_acknowledged(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-22")
    reported(connection, "A", made(leg, outcome="acknowledged"))

    assert track(connection, REGION).acknowledged == (leg,)
    assert not track(connection, REGION).moved


@pytest.mark.parametrize("bank", ["A", "B"])
def test_given_either_bank_reports_it_then_it_is_executed_with_its_row_as_evidence(
    connection: Connection, leg: str, bank: str
) -> None:
    set_today(connection, "2026-01-23")
    submission = reported(connection, bank, made(leg))

    assert track(connection, REGION).executed == (leg,)
    stands = connection.execute(text("SELECT * FROM ops.leg_state WHERE leg_code = :leg"), {"leg": leg}).one()
    assert (stands.submission_id, stands.record_no, stands.reference) == (submission, 1, "S1")
    assert stands.executed_at == datetime.fromisoformat("2026-01-22T10:30")
    assert bank in stands.status_reason


def test_given_a_receipt_for_another_amount_then_it_moves_nothing_and_is_asked_about(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-01-23")
    reported(connection, "A", Receipt(leg, "2026-01-22", AMOUNT - 1))

    assert not track(connection, REGION).moved
    assert "999,999.00 元，而划转金额不是这个数" in said(connection)["TRK-M006"]


@pytest.mark.parametrize("outcome", ["acknowledged", "returned"])
def test_given_note_or_return_of_another_amount_then_it_moves_nothing(
    connection: Connection, leg: str, outcome: str
) -> None:
    set_today(connection, "2026-01-22")
    reported(connection, "A", Receipt(leg, "2026-01-22 10:30", AMOUNT - 1, outcome=outcome))

    assert not track(connection, REGION).moved
    assert status(connection, leg) == "issued"


def test_given_a_return_dated_before_it_was_made_then_it_stays_made(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-26")
    reported(connection, "A", made(leg, "2026-01-23"))
    assert track(connection, REGION).executed == (leg,)
    reported(connection, "B", made(leg, "2026-01-22", outcome="returned", reason="户名不符"))

    assert track(connection, REGION).returned == ()
    assert status(connection, leg) == "executed"


def test_given_a_receipt_dated_before_the_issue_or_after_today_then_it_moves_nothing(
    connection: Connection, leg: str
) -> None:
    reported(connection, "A", made(leg, "2026-01-19"))
    assert not track(connection, REGION).moved
    reported(connection, "B", made(leg, "2026-01-21"))
    assert not track(connection, REGION).moved
    set_today(connection, "2026-01-21")
    assert track(connection, REGION).executed == (leg,)


def test_given_the_same_receipt_twice_and_one_of_the_other_bank_then_it_is_executed_once(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-01-23")
    reported(connection, "A", made(leg))
    reported(connection, "A", made(leg), made(leg, reference="S2"))
    reported(connection, "B", made(leg))

    assert track(connection, REGION).executed == (leg,)
    assert not track(connection, REGION).moved
    events = text("SELECT status FROM ops.leg_event JOIN ops.transfer_leg USING (order_id, leg_no) WHERE leg_code = :c")
    assert sorted(connection.scalars(events, {"c": leg})) == ["executed", "issued"]


def test_given_receipts_out_of_order_then_the_furthest_stands(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-23")
    reported(connection, "A", made(leg))
    assert track(connection, REGION).executed == (leg,)
    reported(connection, "A", made(leg, "2026-01-21", outcome="acknowledged"))

    assert not track(connection, REGION).moved
    assert status(connection, leg) == "executed"


def test_given_both_at_once_then_it_is_acknowledged_and_executed(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-23")
    reported(connection, "A", made(leg, "2026-01-21", outcome="acknowledged"), made(leg))

    found = track(connection, REGION)
    assert (found.acknowledged, found.executed) == ((leg,), (leg,))


def test_given_a_later_file_that_does_not_name_a_transfer_then_its_receipt_still_stands(connection: Connection) -> None:
    one, two = issued(connection, MOVE, Move("A-1", "C-1", AMOUNT))
    set_today(connection, "2026-01-23")
    reported(connection, "A", made(one))
    reported(connection, "A", made(two))

    assert track(connection, REGION).executed == (one, two)


def test_given_two_banks_that_name_different_days_then_the_first_counts_and_it_is_asked(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-01-26")
    reported(connection, "B", made(leg, "2026-01-23"))
    reported(connection, "A", made(leg, "2026-01-22"))
    track(connection, REGION)

    executed = text("SELECT CAST(executed_at AS date) FROM ops.leg_state WHERE leg_code = :leg")
    assert connection.scalar(executed, {"leg": leg}) == date(2026, 1, 23)
    assert "A 报 2026-01-22 执行，B 报 2026-01-23 到账；以先收到的为准（2026-01-23）" in said(connection)["TRK-M005"]


def test_given_it_was_returned_then_it_says_why_and_a_new_issue_starts_over(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-23")
    reported(connection, "A", made(leg, outcome="returned", reason="收款账号有误"))
    assert track(connection, REGION).returned == (leg,)
    reason = text("SELECT status_reason FROM ops.leg_state WHERE leg_code = :leg")
    assert "收款账号有误" in str(connection.scalar(reason, {"leg": leg}))

    balances(connection, "2025-12-31", {"A-1": AMOUNT})
    move_leg(connection, leg, "issued", actor="finance_bureau", reason="账号已核对", due_on=date(2026, 1, 30))
    assert not track(connection, REGION).moved
    set_today(connection, "2026-01-26")
    reported(connection, "A", made(leg, "2026-01-26"))
    assert track(connection, REGION).executed == (leg,)


def test_given_it_came_back_after_it_was_made_then_it_is_returned_and_not_executed(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-01-26")
    reported(connection, "A", made(leg), made(leg, "2026-01-23", outcome="returned", reason="户名不符"))

    found = track(connection, REGION)
    assert (found.executed, found.returned) == ((leg,), (leg,))
    assert not track(connection, REGION).moved
    executed = text("SELECT executed_at FROM ops.leg_state WHERE leg_code = :leg")
    assert connection.scalar(executed, {"leg": leg}) is None
    assert said(connection) == {}


def test_given_it_is_said_to_be_made_after_it_was_returned_then_it_is_asked(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-26")
    reported(connection, "A", made(leg, "2026-01-21", outcome="returned", reason="印鉴不符"))
    reported(connection, "B", made(leg, "2026-01-23"))

    assert track(connection, REGION).returned == (leg,)
    assert "B 报 2026-01-23 已执行 1,000,000.00 元，而划转已退回" in said(connection)["TRK-M006"]


def test_given_its_last_day_has_passed_then_it_is_overdue_with_working_days_late(
    connection: Connection, leg: str
) -> None:
    set_today(connection, DUE)
    assert track(connection, REGION).overdue == ()
    assert overdue(connection, REGION) == []
    # 31 January and 1 February 2026 are a weekend.
    set_today(connection, "2026-02-02")
    assert track(connection, REGION).overdue == (leg,)
    [late] = overdue(connection, REGION)
    assert (late.leg_code, late.institution, late.due_on, late.days_late) == (leg, "A", date(2026, 1, 27), 4)

    reported(connection, "A", made(leg, "2026-01-30"))
    assert track(connection, REGION).executed == (leg,)
    assert overdue(connection, REGION) == []
    days = text("SELECT on_time, days_late FROM ops.leg_timeliness WHERE leg_code = :leg")
    assert tuple(connection.execute(days, {"leg": leg}).one()) == (False, 3)


def test_given_a_receipt_in_time_that_arrives_late_then_it_was_in_time(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-02-02")
    reported(connection, "A", made(leg, DUE))

    found = track(connection, REGION)
    assert (found.executed, found.overdue) == ((leg,), ())
    on_time = text("SELECT on_time FROM ops.leg_timeliness WHERE leg_code = :leg")
    assert connection.scalar(on_time, {"leg": leg}) is True


def test_given_a_receipt_and_balances_that_agree_then_it_is_confirmed(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    moved_by(connection, AMOUNT)

    found = track(connection, REGION)
    assert (found.executed, found.confirmed, found.items) == ((leg,), (leg,), ())
    assert not track(connection, REGION).moved


@pytest.mark.parametrize(("share", "confirmed"), [("1.05", True), ("0.95", True), ("1.0500001", False), ("0", False)])
def test_balances_may_be_off_by_a_twentieth_of_what_was_moved(
    connection: Connection, leg: str, share: str, confirmed: bool
) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    moved_by(connection, AMOUNT * Decimal(share))

    assert bool(track(connection, REGION).confirmed) is confirmed
    assert ("TRK-M001" in said(connection)) is not confirmed


@pytest.mark.parametrize("record_no", [1, 2], ids=["another transfer", "another amount"])
def test_given_a_receipt_of_something_else_then_nobody_enters_an_execution_upon_it(
    connection: Connection, record_no: int
) -> None:
    one, two = issued(connection, MOVE, Move("D-1", "C-1", AMOUNT))
    set_today(connection, "2026-01-22")
    submission = reported(connection, "A", made(two), Receipt(one, "2026-01-22 10:30", AMOUNT - 1))
    at = datetime.fromisoformat("2026-01-22T10:30")
    with pytest.raises(MoveError, match="不是这一笔、或金额不是"):
        move_leg(connection, one, "executed", actor="finance_bureau", executed_at=at, submission_id=submission,
                 record_no=record_no)  # fmt: skip


def test_given_two_balances_of_one_day_then_the_finance_bureau_s_counts(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    moved_by(connection, AMOUNT)
    bank_balances(connection, "A", "2026-03-31", {"A-1": Decimal(1)})

    assert track(connection, REGION).confirmed == (leg,)


def test_given_a_receipt_and_no_balance_yet_then_it_waits_and_says_for_what(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-01-26")
    reported(connection, "A", made(leg))
    balances(connection, "2025-12-31", {"A-1": AMOUNT, "B-1": Decimal(0)})

    assert track(connection, REGION).executed == (leg,)
    assert "没有执行日 2026-01-22 及以后的余额" in said(connection)["TRK-M002"]
    # The banks may report before the finance bureau does.
    bank_balances(connection, "A", "2026-01-22", {"A-1": Decimal(0)})
    assert not track(connection, REGION).moved
    bank_balances(connection, "B", "2026-01-23", {"B-1": AMOUNT})
    assert track(connection, REGION).confirmed == (leg,)


def test_given_balances_before_only_one_side_then_it_stays_executed(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    balances(connection, "2025-12-31", {"A-1": AMOUNT})
    balances(connection, "2026-03-31", {"A-1": Decimal(0), "B-1": AMOUNT})

    assert track(connection, REGION).confirmed == ()
    assert "没有执行日 2026-01-22 之前的余额" in said(connection)["TRK-M002"]


def test_given_an_account_opened_since_then_it_held_nothing_before(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    opened(connection, "B-1", "2026-01-15")
    balances(connection, "2025-12-31", {"A-1": AMOUNT})
    balances(connection, "2026-03-31", {"A-1": Decimal(0), "B-1": AMOUNT})

    assert track(connection, REGION).confirmed == (leg,)


def test_given_several_transfers_of_an_account_then_their_sum_is_held_against_the_balance(
    connection: Connection,
) -> None:
    codes = issued(connection, MOVE, Move("A-1", "C-1", AMOUNT * 2), Move("D-1", "A-1", AMOUNT / 2))
    set_today(connection, "2026-04-01")
    for bank, code, amount in zip("ACD", codes, (AMOUNT, AMOUNT * 2, AMOUNT / 2), strict=True):
        reported(connection, bank, Receipt(code, "2026-01-22", amount))
    nothing, much = Decimal(0), AMOUNT * 5
    balances(connection, "2025-12-31", {"A-1": much, "B-1": nothing, "C-1": nothing, "D-1": much})
    after = {"A-1": much - AMOUNT * 5 / 2, "B-1": AMOUNT, "C-1": AMOUNT * 2, "D-1": much - AMOUNT / 2}
    balances(connection, "2026-03-31", after)

    assert track(connection, REGION).confirmed == tuple(codes)


def test_given_balances_that_moved_and_no_receipt_then_it_is_asked_and_stays_overdue(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-04-01")
    moved_by(connection, AMOUNT)

    assert track(connection, REGION).overdue == (leg,)
    assert list(said(connection)) == ["TRK-M004"]
    reported(connection, "B", made(leg))
    assert track(connection, REGION).confirmed == (leg,)


def test_given_it_was_entered_by_hand_then_it_waits_for_a_receipt_of_its_amount(
    connection: Connection, leg: str
) -> None:
    set_today(connection, "2026-04-01")
    at = datetime.fromisoformat("2026-01-22")
    move_leg(connection, leg, "executed", actor="finance_bureau", reason="电话核实", executed_at=at)
    moved_by(connection, AMOUNT)

    assert track(connection, REGION).confirmed == ()
    assert list(said(connection)) == ["TRK-M003"]
    reported(connection, "A", Receipt(leg, "2026-01-22 10:30", AMOUNT + 1))
    assert track(connection, REGION).confirmed == ()
    assert sorted(said(connection)) == ["TRK-M003", "TRK-M006"]
    reported(connection, "A", made(leg))
    assert track(connection, REGION).confirmed == (leg,)


def test_given_it_was_entered_by_hand_then_a_person_may_confirm_it(connection: Connection, leg: str) -> None:
    at = datetime.fromisoformat(ISSUED)
    move_leg(connection, leg, "executed", actor="finance_bureau", reason="电话核实", executed_at=at)
    move_leg(connection, leg, "confirmed", actor="finance_bureau", reason="已核对流水")
    assert said(connection) == {}


def test_given_an_order_then_its_rate_of_arrival_and_the_office_s_own_days_are_there(connection: Connection) -> None:
    one, two = issued(connection, MOVE, Move("D-1", "C-1", AMOUNT * 3))
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(one))
    moved_by(connection, AMOUNT)
    track(connection, REGION)

    rates = text("SELECT institution, execution_rate, confirmation_rate FROM ops.execution_rate WHERE region = :region")
    found = {row.institution: tuple(row)[1:] for row in connection.execute(rates, {"region": REGION})}
    assert found == {None: (Decimal("0.25"), Decimal("0.25")), "A": (1, 1), "D": (0, 0)}
    office = text("SELECT * FROM ops.office_timeliness WHERE region = :region")
    days = connection.execute(office, {"region": REGION}).one()
    assert (days.final_on, days.issue_due_on, days.days_to_issue, days.days_late) == (
        date(2026, 1, 20), date(2026, 1, 27), 0, 0,
    )  # fmt: skip
    assert days.confirmed_on is None
    move_leg(connection, two, "cancelled", actor="finance_bureau", reason="账户冻结")
    arrived = connection.execute(office, {"region": REGION}).one()
    assert (arrived.confirmed_on, arrived.days_to_arrive) == (date(2026, 4, 1), 71)
    live = {row.institution: tuple(row)[1:] for row in connection.execute(rates, {"region": REGION})}
    assert live == {None: (1, 1), "A": (1, 1)}, "what was called off is not waited for"


def test_the_pipeline_s_own_role_may_track(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))
    moved_by(connection, AMOUNT)
    connection.execute(text("SET LOCAL ROLE cunfang_pipeline"))

    assert track(connection, REGION).confirmed == (leg,)
    assert overdue(connection, REGION) == []


def test_given_another_region_then_it_is_left_alone(connection: Connection, leg: str) -> None:
    set_today(connection, "2026-04-01")
    reported(connection, "A", made(leg))

    assert track(connection, "900778") == Tracked()
    assert status(connection, leg) == "issued"
