"""Two orders over the same money: what one in force will take, the next does not take again (S12, S21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from cunfang.orders import correction, recall, signing
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.simulation.lay import Delivered
from cunfang.warnings import watch
from orders.corrected import MARKS, Q1, Q4, Office, book
from orders.recalled import liquidity, policy
from signed import sign_all

REVERSED = dict(zip(MARKS, reversed(MARKS.values()), strict=True))
Transfer = tuple[str, str, Decimal]


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    """A county of four banks with a million yuan each, and a pool account at B."""
    with engine.connect() as connection:
        yield Office(connection, book())


def both_laid_out(office: Office, *more: str) -> tuple[str, str]:
    """The quarter's order, in which D pays A 600,000 yuan, and a recall of the million that D has, both drafted."""
    adjustment = correction.paper_of(office.connection, office.quarter(Q4))
    assert adjustment is not None
    return adjustment, proposed(office, *more)


def proposed(office: Office, *more: str) -> str:
    """The recall of D, which has become red; of `more` accounts D reports 50 yuan each, ten days after the others."""
    usual = {"owner": "财政局", "fund_category": "special"}
    accounts = [{"account": f"{b}-1", "institution": b, **usual} for b in office.banks]
    accounts += [{"account": account, "institution": "D", **usual} for account in more]
    known = {"institution": "D", "as_of": date(2026, 1, 10), "balance": Decimal(50)}
    office.deliver(Delivered(Q1, "bank_return", tuple({"account": account, **known} for account in more)))
    banks = [{"institution": b, "name": f"{b}银行", "aliases": [], "type": "国有大行"} for b in office.banks]
    pool = {"account": "B-P", "institution": "B", "role": "pool", **usual}
    office.deliver(Delivered(Q1, "institutions", tuple(banks)))
    office.deliver(Delivered(Q1, "accounts", (*accounts, pool)))
    office.deliver(liquidity(Q4, {"D": "0.10"}))
    watch(office.connection, office.region, Q4, policy())
    (recalled,) = recall.propose(office.connection, office.region, rulebook=policy())
    return recalled


def issued(office: Office, order_no: str | None) -> str:
    """The order, signed by everybody and issued."""
    assert order_no is not None
    sign_all(office.connection, order_no)
    assert issue_within(office.connection, order_no).drifts == ()
    return order_no


def transfers(office: Office, order_no: str, status: str) -> set[Transfer]:
    query = text("""
        SELECT from_account, to_account, amount FROM ops.leg_state WHERE order_no = :order_no AND status = :status
    """)
    return set(office.connection.execute(query, {"order_no": order_no, "status": status}).tuples())


def test_given_an_order_issued_since_then_a_recall_goes_back_and_takes_what_that_leaves(office: Office) -> None:
    adjustment, recalled = both_laid_out(office)
    issued(office, adjustment)

    sign_all(office.connection, recalled)
    (drift,) = issue_within(office.connection, recalled).drifts
    assert (drift.account, drift.committed, drift.available) == ("D-1", Decimal(600_000), Decimal(400_000))
    assert "其中 600,000.00 元由其他已下达的指令划出、尚未执行，不足划转 1,000,000.00 元" in drift.reason

    anew = issued(office, recall.redraft(office.connection, recalled, "经办", rulebook=policy()))
    assert transfers(office, anew, "issued") == {("D-1", "B-P", Decimal(400_000))}
    assert transfers(office, adjustment, "issued") == {
        ("D-1", "A-1", Decimal(600_000)),
        ("C-1", "B-1", Decimal(200_000)),
    }


def test_given_another_account_has_a_newer_balance_then_the_older_one_is_read_all_the_same(office: Office) -> None:
    adjustment, recalled = both_laid_out(office, "D-2")
    issued(office, adjustment)

    sign_all(office.connection, recalled)
    (drift,) = issue_within(office.connection, recalled).drifts
    assert (drift.account, drift.balance, drift.available) == ("D-1", Decimal(1_000_000), Decimal(400_000))


def test_given_a_recall_issued_since_then_the_order_laid_out_before_it_does_not_take_that_money(office: Office) -> None:
    adjustment, recalled = both_laid_out(office)
    issued(office, recalled)

    sign_all(office.connection, adjustment)
    (drift,) = issue_within(office.connection, adjustment).drifts
    assert (drift.account, drift.committed, drift.available) == ("D-1", Decimal(1_000_000), Decimal(0))
    assert transfers(office, recalled, "issued") == {("D-1", "B-P", Decimal(1_000_000))}
    status = "SELECT status FROM ops.order_paper WHERE order_no = :order_no"
    assert office.scalar(status, order_no=adjustment) == "draft"


def test_given_a_correction_issued_while_the_next_order_is_signed_then_that_cancels_its_transfers(
    office: Office,
) -> None:
    office.settled(office.quarter(Q4))
    following = correction.paper_of(office.connection, office.quarter(Q1, REVERSED))
    corrected = office.settled(office.marked(Q4, {**MARKS, "B": Decimal(10), "C": Decimal(40)}))
    assert transfers(office, corrected, "issued")

    following = issued(office, following)
    assert transfers(office, corrected, "issued") == set()
    assert transfers(office, following, "issued") == {
        ("A-1", "D-1", Decimal(600_000)),
        ("B-1", "C-1", Decimal(200_000)),
    }


def test_given_an_order_that_plans_a_recalls_money_anew_then_what_it_leaves_is_recalled_again(office: Office) -> None:
    run_id = office.quarter(Q4)
    recalled = issued(office, proposed(office))
    issued(office, correction.paper_of(office.connection, run_id))
    assert transfers(office, recalled, "cancelled") == {("D-1", "B-P", Decimal(1_000_000))}

    (anew,) = recall.propose(office.connection, office.region, rulebook=policy())
    assert transfers(office, anew, "planned") == {("D-1", "B-P", Decimal(400_000))}
    signing.sign(office.connection, anew, approved=False, actor="checker", comment="其余不收")
    signing.cancel(office.connection, anew, "finance_office", "其余不收")
    assert recall.propose(office.connection, office.region, rulebook=policy()) == []


@pytest.mark.parametrize("dropped", [False, True], ids=["planned anew", "dropped by the office"])
def test_given_a_recalls_transfers_are_cancelled_then_the_bank_stays_out_unless_persons_dropped_it(
    office: Office, dropped: bool
) -> None:
    run_id = office.quarter(Q4)
    recalled = issued(office, proposed(office))
    if dropped:
        move_leg(office.connection, f"{recalled}-L001", "cancelled", actor="finance_office", reason="不再收回")
    else:
        issued(office, correction.paper_of(office.connection, run_id))
    assert transfers(office, recalled, "cancelled")

    assert (office.targets(office.quarter(Q1))["D"] > 0) is dropped
