"""Recall and exclusion (S21, S22, S32): proposed by a cause, carried out only by signatures, to the fen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation.official import SignOffError
from cunfang.orders.audit import verify
from cunfang.orders.load import OrderLeg
from cunfang.orders.paper import OrderError
from cunfang.orders.recall import NO_POOL, RIGID, Recall, load_recall, propose, redraft
from cunfang.orders.signing import cancel, sign
from cunfang.period import Period
from cunfang.simulation.lay import Delivered, lay
from cunfang.warnings import watch
from orders.recalled import BANNED_ON, Account, County, ban, liquidity, on, policy

POOL = Account("B-pool", "B", 0, role="pool")
Q1 = Period(2026, 1)


@pytest.fixture
def now(engine: Engine) -> Iterator[Connection]:
    """20 January 2026, in a warehouse that this folder shares; rolled back."""
    with on(engine) as connection:
        yield connection


def proposed(connection: Connection, county: County) -> list[str]:
    return propose(connection, county.laid(connection), rulebook=policy())


def read(connection: Connection, order_no: str) -> Recall:
    return load_recall(connection, order_no, rulebook=policy())


def legs_of(connection: Connection, county: County) -> dict[str, OrderLeg]:
    """The transfers of the one recall that a county gives cause for, by account, in their order."""
    (order_no,) = proposed(connection, county)
    return {leg.from_account: leg for leg in read(connection, order_no).order.legs}


def leg_events(connection: Connection, order_no: str) -> int:
    counted = text("""
        SELECT count(*) FROM ops.leg_event AS e
        INNER JOIN ops.transfer_order AS o ON e.order_id = o.order_id WHERE o.order_no = :order_no
    """)
    return int(connection.execute(counted, {"order_no": order_no}).scalar_one())


def test_a_ban_proposes_a_recall_and_moves_nothing(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    order = read(now, order_no).order
    head = order.head
    assert (head.kind, head.status, head.institution) == ("recall", "draft", "A")
    assert head.cause == "decision 悟政办〔2025〕3号"
    (leg,) = order.legs
    assert (leg.from_account, leg.to_account, leg.amount, leg.status) == ("A-1", "B-pool", Decimal(100), "planned")
    assert leg_events(now, order_no) == 0
    days = text("SELECT execute_workdays FROM ops.transfer_order WHERE order_no = :order_no")
    assert now.execute(days, {"order_no": order_no}).scalar_one() == policy().orders.recall_workdays.value == 3


def test_a_red_warning_proposes_and_an_orange_one_does_not(now: Connection) -> None:
    county = County((Account("A-1", "A", 100), Account("C-1", "C", 100), POOL), liquidity={"A": "0.19", "C": "0.24"})
    (order_no,) = proposed(now, county)
    recall = read(now, order_no)
    (ground,) = recall.grounds
    assert recall.order.head.cause == f"warning {ground.warning_id}" and recall.order.head.institution == "A"
    assert (ground.kind, ground.standing, ground.newest_level) == ("warning", True, "红")


def test_proposing_again_gives_nothing_new(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    assert len(propose(now, region, rulebook=policy())) == 1
    assert propose(now, region, rulebook=policy()) == []


def test_a_bank_under_recall_gets_no_second_one_and_the_paper_tells_both_causes(now: Connection) -> None:
    county = County((Account("A-1", "A", 100), POOL), ban(), {"A": "0.10"})
    region = county.laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    assert [ground.kind for ground in read(now, order_no).grounds] == ["decision", "warning"]
    assert propose(now, region, rulebook=policy()) == []


def test_what_comes_up_while_a_recall_is_under_way_is_told_in_it_and_proposed_after_it(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    lay(now, region, [liquidity(Q1, {"A": "0.10"})])
    watch(now, region, Q1, policy())
    assert propose(now, region, rulebook=policy()) == []
    assert [(ground.kind, ground.later) for ground in read(now, order_no).grounds] == [
        ("decision", False),
        ("warning", True),
    ]
    cancel(now, order_no, "finance_office", "领导小组决定暂不收回")
    (second,) = propose(now, region, rulebook=policy())
    assert read(now, second).order.head.cause.startswith("warning ")


def test_demand_money_goes_before_time_deposits_and_these_at_their_maturity(now: Connection) -> None:
    legs = legs_of(
        now,
        County(
            (
                Account("A-late", "A", 900, matures_on=date(2026, 9, 1)),
                Account("A-soon", "A", 5, matures_on=date(2026, 3, 1)),
                Account("A-small", "A", 1),
                Account("A-matured", "A", 7, matures_on=date(2026, 1, 20)),
                Account("A-large", "A", 8),
                POOL,
            ),
            ban(),
        ),
    )
    today = date(2026, 1, 20)
    assert [(code, leg.available_from) for code, leg in legs.items()] == [
        ("A-large", today),
        ("A-matured", today),
        ("A-small", today),
        ("A-soon", date(2026, 3, 1)),
        ("A-late", date(2026, 9, 1)),
    ]


def test_a_decision_to_break_a_deposit_makes_it_move_at_once_after_demand_money(now: Connection) -> None:
    broken = {"decision": "悟政办〔2026〕1号", "kind": "break_deposit", "account": "A-time", "reason": "取消资格"}
    county = County(
        (
            Account("A-time", "A", 900, matures_on=date(2026, 9, 1)),
            Account("A-other", "A", 900, matures_on=date(2026, 9, 1)),
            Account("A-1", "A", 1),
            POOL,
        ),
        ban(),
        decisions=(broken,),
    )
    legs = legs_of(now, county)
    assert list(legs) == ["A-1", "A-time", "A-other"]
    assert legs["A-time"].available_from == date(2026, 1, 20) and legs["A-time"].reason == "按决定提前支取"
    assert legs["A-other"].available_from == date(2026, 9, 1)


def test_rigid_accounts_are_listed_and_do_not_move(now: Connection) -> None:
    rigid = Account("A-social", "A", 50, category="fiscal_social")
    pool = Account("B-social-pool", "B", 0, category="fiscal_social", role="pool")
    legs = legs_of(now, County((rigid, Account("A-1", "A", 1), POOL, pool), ban()))
    social = legs["A-social"]
    assert (social.status, social.reason, social.to_account, social.amount) == ("blocked", RIGID, None, Decimal(50))


@pytest.mark.parametrize(
    ("until", "to_account"), [(date(2026, 1, 20), "B-social-pool"), (date(2026, 1, 19), None)], ids=["last day", "over"]
)
def test_a_rigid_account_that_a_decision_frees_moves_to_a_pool_account_of_its_category(
    now: Connection, until: date, to_account: str | None
) -> None:
    rigid = Account("A-social", "A", 50, category="fiscal_social")
    pool = Account("B-social-pool", "B", 0, category="fiscal_social", role="pool")
    freed = {"decision": "悟政办〔2026〕2号", "kind": "adjustable", "account": "A-social", "valid_to": until}
    legs = legs_of(now, County((rigid, POOL, pool), ban(), decisions=(freed,)))
    assert legs["A-social"].to_account == to_account


@pytest.mark.parametrize(
    "pools",
    [
        (),
        (replace(POOL, owner="教育局"),),
        (replace(POOL, category="unit"),),
        (replace(POOL, role="normal"),),
        (Account("A-pool", "A", 0, role="pool"),),
        (Account("D-pool", "D", 0, role="pool"),),
        (Account("C-pool", "C", 0, role="pool"),),
        (Account("E-pool", "E", 0, role="pool"),),
    ],
    ids=[
        "none",
        "another owner",
        "another category",
        "no pool account",
        "its own",
        "of a banned bank",
        "of a red bank",
        "of a closed bank",
    ],
)
def test_without_a_pool_account_elsewhere_the_transfer_is_blocked(now: Connection, pools: tuple[Account, ...]) -> None:
    others = (Account("B-1", "B", 0), Account("C-1", "C", 0), Account("D-1", "D", 0))
    banned = (*ban(), ("E2", "D", "悟政办〔2025〕4号", BANNED_ON))
    gone: dict[str, tuple[date, str | None]] = {"E": (date(2025, 12, 1), None)}
    county = County((Account("A-1", "A", 100), *others, *pools), banned, {"C": "0.10"}, closed=gone)
    orders = [read(now, order_no).order for order_no in proposed(now, county)]
    (order,) = [order for order in orders if order.head.institution == "A"]
    (leg,) = order.legs
    assert (leg.status, leg.reason, leg.to_institution, leg.to_account) == ("blocked", NO_POOL, None, None)


def test_of_two_pool_accounts_the_first_by_the_register_gets_the_money(now: Connection) -> None:
    others = (Account("C-pool", "C", 0, role="pool"), POOL, replace(POOL, code="B-pool-2"))
    assert legs_of(now, County((Account("A-1", "A", 100), *others), ban()))["A-1"].to_account == "B-pool"


def test_no_money_goes_to_a_bank_that_is_being_recalled_from_though_it_is_sound_again(now: Connection) -> None:
    pool = Account("C-pool", "C", 0, role="pool")
    region = County((Account("A-1", "A", 100), Account("C-1", "C", 1), pool), liquidity={"C": "0.10"}).laid(now)
    (under_way,) = propose(now, region, rulebook=policy())
    event, bank, decision, day = ban()[0]
    banned = {"event": event, "institution": bank, "kind": "withhold", "severity": "disqualify", "decided_on": day}
    lay(
        now,
        region,
        [Delivered(Q1, "supervisory_events", ({**banned, "decision": decision},)), liquidity(Q1, {"C": "0.31"})],
    )
    watch(now, region, Q1, policy())

    (order_no,) = propose(now, region, rulebook=policy())
    assert read(now, under_way).withdrawn
    (leg,) = read(now, order_no).order.legs
    assert (leg.from_account, leg.status, leg.reason) == ("A-1", "blocked", NO_POOL)


def test_accounts_still_in_the_name_of_a_predecessor_are_recalled_from_the_successor(now: Connection) -> None:
    county = County(
        (Account("O-1", "O", 40), Account("A-1", "A", 60), POOL),
        ban("O"),
        closed={"O": (date(2025, 12, 1), "A")},
    )
    (order_no,) = proposed(now, county)
    recall = read(now, order_no)
    assert recall.order.head.institution == "A" and recall.grounds[0].predecessor == "O行"
    assert {(leg.from_account, leg.from_institution) for leg in recall.order.legs} == {("O-1", "A"), ("A-1", "A")}


def test_two_overlapping_bans_are_one_interval_and_both_decisions_show(now: Connection) -> None:
    second = ("E2", "A", "悟政办〔2026〕1号", date(2026, 1, 10))
    (order_no,) = proposed(now, County((Account("A-1", "A", 1), POOL), (*ban(), second)))
    grounds = read(now, order_no).grounds
    assert [(ground.decision, ground.own_end, ground.ban_end) for ground in grounds] == [
        ("悟政办〔2025〕3号", date(2028, 11, 20), date(2029, 1, 10)),
        ("悟政办〔2026〕1号", date(2029, 1, 10), date(2029, 1, 10)),
    ]


@pytest.mark.parametrize(("day", "banned"), [("2028-11-19", True), ("2028-11-20", False)])
def test_the_ban_ends_of_itself_three_calendar_years_after_the_decision(engine: Engine, day: str, banned: bool) -> None:
    with on(engine, day) as connection:
        assert bool(proposed(connection, County((Account("A-1", "A", 1), POOL), ban()))) is banned


def test_a_better_figure_before_the_signature_shows_and_nothing_new_is_proposed(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), liquidity={"A": "0.10"}).laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    assert not read(now, order_no).withdrawn
    lay(now, region, [liquidity(Q1, {"A": "0.31"})])
    watch(now, region, Q1, policy())
    recall = read(now, order_no)
    (ground,) = recall.grounds
    assert recall.withdrawn and (ground.newest_value, ground.newest_level) == (Decimal("0.31"), None)
    assert recall.order.head.status == "draft", "it is for the signers to refuse"
    assert propose(now, region, rulebook=policy()) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ops.recall_cause SET cause = 'decision 另一个文号'", "DELETE FROM ops.recall_cause"],
    ids=["changed", "removed"],
)
def test_a_cause_that_is_tampered_with_is_found(now: Connection, statement: str) -> None:
    proposed(now, County((Account("A-1", "A", 100), POOL), ban()))
    assert verify(now).breaks == ()
    now.execute(text("ALTER TABLE ops.recall_cause DISABLE TRIGGER USER"))
    now.execute(text(statement))
    assert "recall_cause 中没有这条记录" in verify(now).breaks[0].what


def test_refused_by_a_signer_it_is_cancelled_nothing_moved_and_not_proposed_again(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    sign(now, order_no, approved=True, actor="finance_office", comment="属实")
    assert sign(now, order_no, approved=False, actor="leading_group", comment="暂不收回") == "returned"
    cancel(now, order_no, "finance_office", "领导小组不同意")
    assert read(now, order_no).order.head.standing == "cancelled"
    assert leg_events(now, order_no) == 0
    assert propose(now, region, rulebook=policy()) == []


def test_who_drafted_it_may_not_sign_it(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    (order_no,) = propose(now, region, rulebook=policy(), actor="finance_office")
    with pytest.raises(SignOffError, match="不能自己签批"):
        sign(now, order_no, approved=True, actor="finance_office")


def test_a_bank_without_money_is_passed_over_until_it_has_some(now: Connection) -> None:
    region = County((Account("A-1", "A", 0), POOL), ban()).laid(now)
    assert propose(now, region, rulebook=policy()) == []
    more = {"account": "A-1", "as_of": date(2026, 1, 19), "balance": Decimal(5), "matures_on": None}
    lay(now, region, [Delivered(Q1, "balances", (more,))])
    (order_no,) = propose(now, region, rulebook=policy())
    assert [leg.amount for leg in read(now, order_no).order.legs] == [Decimal(5)]


def test_a_paper_laid_out_anew_has_todays_balances_and_the_same_grounds(now: Connection) -> None:
    region = County((Account("A-1", "A", 100), POOL), ban()).laid(now)
    (order_no,) = propose(now, region, rulebook=policy())
    more = {"account": "A-1", "as_of": date(2026, 1, 19), "balance": Decimal(70), "matures_on": None}
    lay(now, region, [Delivered(Q1, "balances", (more,))])
    second = redraft(now, order_no, "finance_office", rulebook=policy())
    recall = read(now, second)
    assert recall.order.head.supersedes == order_no
    assert [leg.amount for leg in recall.order.legs] == [Decimal(70)]
    assert [ground.decision for ground in recall.grounds] == ["悟政办〔2025〕3号"]
    assert read(now, order_no).order.head.standing == "cancelled"
    assert propose(now, region, rulebook=policy()) == []
    with pytest.raises(OrderError, match="不能重新拟定"):
        redraft(now, order_no, "finance_office", rulebook=policy())
