"""Issue: balances read again, due days, earlier orders superseded, published; all or nothing (S12, S31)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

import pytest
from sqlalchemy import Connection, text

from cunfang.evaluation.official import SignOffError
from cunfang.orders import signing
from cunfang.orders.draft import draft_adjustment, lay_out
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.load import load_order
from cunfang.orders.paper import Leg, Paper, Terms
from cunfang.region import load_region
from cunfang.warehouse.copy import copy_rows
from documents.sample_run import PERIOD, REGION, Sample
from orders.conftest import set_today
from orders.test_signing import planned
from signed import sign_all, wait_for_objections


def balances_of(connection: Connection, day: date, figures: dict[str, Decimal]) -> None:
    """A later file of the finance bureau: the accounts' balances on `day`, accepted."""
    content = repr((day, sorted(figures.items())))
    submission_id = connection.execute(
        text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            SELECT :region, :period, 'balances', count(*) + 1, '财政局', :sha256, '余额.csv', 1
            FROM raw.submission WHERE region = :region AND period = :period AND feed = 'balances'
            RETURNING submission_id
        """),
        {"region": REGION, "period": "2026-Q1", "sha256": hashlib.sha256(content.encode()).hexdigest()},
    ).scalar_one()
    connection.execute(
        text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')"), {"id": submission_id}
    )
    columns = ("submission_id", "record_no", "region", "account", "as_of", "balance")
    rows = (
        (submission_id, number, REGION, account, day, amount)
        for number, (account, amount) in enumerate(figures.items(), start=1)
    )
    copy_rows(connection, "core.balance", columns, rows)


def test_an_order_that_lacks_a_signature_is_not_issued(connection: Connection, order_no: str) -> None:
    with pytest.raises(SignOffError, match="县金融办复核"):
        issue_within(connection, order_no)
    signing.sign(connection, order_no, approved=True, actor="finance_office")
    wait_for_objections(connection, order_no)
    signing.sign(connection, order_no, approved=True, actor="leading_group")
    with pytest.raises(SignOffError, match="县财政局下达"):
        issue_within(connection, order_no)


def test_a_signed_order_is_issued_once_and_its_run_published(
    connection: Connection, sample: Sample, order_no: str
) -> None:
    sign_all(connection, order_no)

    assert issue_within(connection, order_no).drifts == ()
    before = load_order(connection, order_no)
    assert issue_within(connection, order_no).drifts == ()

    assert load_order(connection, order_no) == before
    assert before.head.status == before.head.standing == "issued"
    assert {leg.status for leg in before.legs} <= {"issued", "blocked"}
    published = text("SELECT status FROM eval.run_state WHERE run_id = :run_id")
    assert connection.execute(published, {"run_id": sample.run_id}).scalar_one() == "published"


def test_what_may_be_taken_at_once_is_due_five_working_days_later(connection: Connection, order_no: str) -> None:
    sign_all(connection, order_no)
    issue_within(connection, order_no)

    # 20 January 2026 is a Tuesday, and no holiday follows within the week.
    at_once = [leg for leg in load_order(connection, order_no).legs if leg.available_from <= date(2026, 1, 20)]
    assert {leg.due_on for leg in at_once if leg.status == "issued"} == {date(2026, 1, 27)}
    assert not any(leg.excused for leg in at_once)


@pytest.mark.parametrize(("day", "late"), [("2026-01-27", False), ("2026-01-28", True)], ids=["last day", "after it"])
def test_an_order_issued_later_than_the_office_may_excuses_the_banks(
    connection: Connection, order_no: str, day: str, late: bool
) -> None:
    """Signed on the 20th; the office has five working days."""
    sign_all(connection, order_no)
    set_today(connection, day)
    issue_within(connection, order_no)

    assert {leg.excused for leg in load_order(connection, order_no).legs if leg.status == "issued"} == {late}


@pytest.mark.parametrize(
    ("share", "goes_out"), [("0.05", True), ("0.0501", False), ("-0.05", True), ("-0.0501", False)]
)
def test_a_balance_may_move_by_a_twentieth_of_what_is_taken(
    connection: Connection, order_no: str, share: str, goes_out: bool
) -> None:
    sign_all(connection, order_no)
    account, base, ordered = _paying(connection, order_no)
    balances_of(
        connection,
        date(2026, 1, 15),
        {account: base + (ordered * Decimal(share)).quantize(Decimal("0.01"), ROUND_DOWN)},
    )

    issued = issue_within(connection, order_no)

    order = load_order(connection, order_no)
    if goes_out:
        assert order.head.status == "issued"
    else:
        (drift,) = issued.drifts
        assert drift.account == account and "超过允许的" in drift.reason
        assert order.head.status == "draft" and order.head.round == 2
        assert {leg.status for leg in order.legs} <= {"planned", "blocked"}
        assert account in order.head.status_reason


def test_a_balance_that_does_not_cover_a_transfer_stops_the_whole_order(connection: Connection, order_no: str) -> None:
    connection.execute(text("ALTER TABLE ops.transfer_order DISABLE TRIGGER append_only"))
    connection.execute(text("UPDATE ops.transfer_order SET max_drift = 1000"))
    sign_all(connection, order_no)
    account, _, ordered = _paying(connection, order_no)
    balances_of(connection, date(2026, 1, 15), {account: ordered - Decimal("0.01")})

    issued = issue_within(connection, order_no)

    assert [drift.account for drift in issued.drifts] == [account]
    assert "不足划转" in issued.drifts[0].reason
    assert load_order(connection, order_no).head.status == "draft"


def test_what_is_only_listed_needs_no_cover(connection: Connection, order_no: str) -> None:
    connection.execute(text("ALTER TABLE ops.transfer_order DISABLE TRIGGER append_only"))
    connection.execute(text("UPDATE ops.transfer_order SET max_drift = 1000"))
    sign_all(connection, order_no)
    legs = load_order(connection, order_no).legs
    account = next(leg.from_account for leg in legs if leg.status == "blocked")
    taken = sum(leg.amount for leg in legs if leg.from_account == account and leg.status != "blocked")
    balances_of(connection, date(2026, 1, 15), {account: Decimal(taken)})

    assert issue_within(connection, order_no).drifts == ()


def test_a_draft_that_drifted_is_signed_anew_from_the_first_step(connection: Connection, order_no: str) -> None:
    sign_all(connection, order_no)
    account, base, _ = _paying(connection, order_no)
    balances_of(connection, date(2026, 1, 15), {account: base * 3})
    issue_within(connection, order_no)

    due = signing.due_step(connection, order_no)
    assert due is not None and (due.step_no, due.round) == (1, 2)
    balances_of(connection, date(2026, 1, 19), {account: base})
    sign_all(connection, order_no)
    assert issue_within(connection, order_no).drifts == ()


@pytest.mark.parametrize("base_date", [date(2025, 12, 31), date(2026, 1, 20)], ids=["before it", "of its day"])
def test_transfers_executed_since_the_base_date_are_no_drift(
    connection: Connection, order_no: str, base_date: date
) -> None:
    """The balance has fallen by exactly what another order took: that was ordered, not lost."""
    sign_all(connection, order_no)
    issue_within(connection, order_no)
    account, base, _ = _paying(connection, order_no)
    first = next(leg for leg in load_order(connection, order_no).legs if leg.from_account == account)
    move_leg(
        connection, first.leg_code, "executed", actor="bank", executed_at=datetime.fromisoformat("2026-01-20T10:00")
    )
    balances_of(connection, date(2026, 1, 22), {account: base - first.amount})
    # A second order on the same account, drafted from a balance without the transfer or with it.
    had = base if base_date < date(2026, 1, 20) else base - first.amount
    leg = Leg(first.from_institution, first.to_institution, account, first.to_account, first.owner,
              first.fund_category, Decimal("1.00"), base_date, had)  # fmt: skip
    terms = Terms(Decimal("0.05"), 3, 5, 0)
    paper = Paper(REGION, str(PERIOD), "recall", base_date, terms, None, first.from_institution, "决定 1 号")
    second = lay_out(connection, paper, [leg], load_region(REGION).sign_offs)
    sign_all(connection, second)

    assert issue_within(connection, second).drifts == ()


def test_what_a_recall_was_to_take_from_an_account_that_the_next_order_empties_is_cancelled(
    connection: Connection, sample: Sample
) -> None:
    """Its money is planned anew; what the recall takes elsewhere goes on."""
    first = planned(connection, sample.run_id)[0]
    taken = replace(first, amount=Decimal("1.00"))
    kept = replace(taken, from_institution=first.to_institution, to_institution=first.from_institution,
                   from_account=first.to_account, to_account=first.from_account)  # fmt: skip
    terms = Terms(Decimal(10**9), 3, 5, 0)
    paper = Paper(REGION, str(PERIOD), "recall", date(2025, 12, 31), terms, None, first.from_institution, "决定 1 号")
    recall = lay_out(connection, paper, [taken, kept], load_region(REGION).sign_offs)
    sign_all(connection, recall)
    assert issue_within(connection, recall).drifts == ()

    order_no = draft_adjustment(connection, sample.run_id)
    sign_all(connection, order_no)
    assert issue_within(connection, order_no).drifts == ()

    told = [(leg.status, leg.status_reason) for leg in load_order(connection, recall).legs]
    assert told == [("cancelled", f"被 {order_no} 取代"), ("issued", "")]


def test_given_a_recall_issued_for_the_same_money_since_the_draft_then_the_order_waits(
    connection: Connection, order_no: str
) -> None:
    account, base, _ = _paying(connection, order_no)
    leg = next(leg for leg in load_order(connection, order_no).legs if leg.from_account == account)
    all_of_it = Leg(leg.from_institution, leg.to_institution, account, leg.to_account, leg.owner, leg.fund_category,
                    base, date(2025, 12, 31), base)  # fmt: skip
    terms = Terms(Decimal("0.05"), 3, 5, 0)
    paper = Paper(REGION, str(PERIOD), "recall", date(2025, 12, 31), terms, None, leg.from_institution, "决定 1 号")
    recall = lay_out(connection, paper, [all_of_it], load_region(REGION).sign_offs)
    for one in (recall, order_no):
        sign_all(connection, one)
    assert issue_within(connection, recall).drifts == ()

    (drift,) = issue_within(connection, order_no).drifts

    assert (drift.account, drift.committed, drift.available) == (account, base, 0)
    assert load_order(connection, order_no).head.status == "draft"
    move_leg(connection, f"{recall}-L001", "cancelled", actor="finance_office", reason="改由调整指令划出")
    sign_all(connection, order_no)
    assert issue_within(connection, order_no).drifts == ()


def _paying(connection: Connection, order_no: str) -> tuple[str, Decimal, Decimal]:
    """The account that the order leaves most: its number, its balance on the base date, what is taken."""
    found = connection.execute(
        text("""
            SELECT l.from_account, min(l.base_balance) AS base, sum(l.amount) AS ordered
            FROM ops.transfer_leg AS l
            INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id
            WHERE o.order_no = :order_no AND NOT l.blocked
            GROUP BY l.from_account
            ORDER BY min(l.base_balance) / sum(l.amount) DESC, l.from_account LIMIT 1
        """),
        {"order_no": order_no},
    ).one()
    return found.from_account, found.base, found.ordered
