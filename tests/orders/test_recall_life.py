"""A recall from the signatures to money that has moved, and what other papers have taken already (S12, S13, S21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from cunfang.orders.draft import lay_out
from cunfang.orders.issue import issue
from cunfang.orders.life import move_leg
from cunfang.orders.paper import Leg, Paper, Terms
from cunfang.orders.recall import NO_POOL, RIGID, TOO_LATE, Recall, load_recall, propose, redraft
from cunfang.orders.signing import sign
from cunfang.period import Period
from cunfang.region import DEFAULT_CHAIN
from cunfang.simulation.lay import Delivered, lay
from cunfang.warehouse.calendar import due_date, load_calendar
from cunfang.warehouse.copy import copy_rows
from cunfang.workday import UnknownYearError
from orders.recalled import Q4, TODAY, Account, County, ban, on, policy

DAY = date.fromisoformat(TODAY)
TERMS = Terms(Decimal("0.05"), 5, 5, 0)
EXECUTED_AT = datetime.fromisoformat(f"{TODAY} 10:00")
RIGID_CATEGORIES = ("fiscal_social", "township")


@pytest.fixture
def office(new_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """An empty warehouse on 20 January 2026, with a working calendar: what is issued here is committed."""
    made = create_engine(
        new_warehouse(), connect_args={"options": f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"}
    )
    with made.begin() as connection:
        load_calendar(connection)
    yield made
    made.dispose()


def signed_and_issued(engine: Engine, order_no: str) -> None:
    with engine.begin() as connection:
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)
    assert issue(engine, order_no).drifts == ()


def proposals(engine: Engine, region: str) -> list[str]:
    with engine.begin() as connection:
        return propose(connection, region, rulebook=policy())


def read(engine: Engine, order_no: str) -> Recall:
    with engine.connect() as connection:
        return load_recall(connection, order_no, rulebook=policy())


def test_the_bank_has_three_working_days_and_money_at_maturity_three_after_it(office: Engine) -> None:
    county = County(
        (
            Account("A-1", "A", 100),
            Account("A-time", "A", 200, matures_on=date(2026, 2, 13)),
            Account("B-pool", "B", 0, role="pool"),
        ),
        ban(),
    )
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    signed_and_issued(office, order_no)

    # 23 January is a Friday; of 13 February, the days to the 23rd are the Spring Festival, the 24th works.
    assert {leg.from_account: leg.due_on for leg in read(office, order_no).order.legs} == {
        "A-1": date(2026, 1, 23),
        "A-time": date(2026, 2, 25),
    }


def test_carried_out_it_is_proposed_again_only_once_the_bank_has_money_that_can_move(office: Engine) -> None:
    county = County(
        (Account("A-1", "A", 100), Account("A-2", "A", 30, owner="教育局"), Account("B-pool", "B", 0, role="pool")),
        ban(),
    )
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    signed_and_issued(office, order_no)
    assert proposals(office, region) == [], "under way"
    (leg,) = (leg for leg in read(office, order_no).order.legs if leg.status == "issued")
    with office.begin() as connection:
        move_leg(connection, leg.leg_code, "executed", actor="A", executed_at=EXECUTED_AT, reference="1")
        move_leg(connection, leg.leg_code, "confirmed", actor="cunfang")
    assert proposals(office, region) == [], "what is left lacks a pool account"

    pool = {"account": "B-2", "institution": "B", "owner": "教育局", "fund_category": "special", "role": "pool"}
    accounts = [
        {"account": a.code, "institution": a.bank, "owner": a.owner, "fund_category": "special", "role": a.role}
        for a in county.accounts
    ]
    with office.begin() as connection:
        lay(connection, region, [Delivered(Period(2026, 1), "accounts", (*accounts, pool))])
    (second,) = proposals(office, region)
    order = read(office, second).order
    assert order.head.cause == "decision 悟政办〔2025〕3号 #2"
    assert [(leg.from_account, leg.to_account, leg.amount) for leg in order.legs] == [("A-2", "B-2", Decimal(30))]


@pytest.mark.parametrize("state", ["issued", "overdue", "executed"])
def test_what_a_transfer_already_issued_takes_is_not_recalled_a_second_time(office: Engine, state: str) -> None:
    county = County((Account("A-1", "A", 100), Account("C-1", "C", 0), Account("B-pool", "B", 0, role="pool")), ban())
    with office.begin() as connection:
        region = county.laid(connection)
        paper = Paper(region, "2025-Q4", "recall", Q4.end, TERMS, institution="Z", cause="warning 0")
        leg = Leg("A", "C", "A-1", "C-1", "财政局", "special", Decimal(40), DAY, Decimal(100))
        earlier = lay_out(connection, paper, [leg], DEFAULT_CHAIN)
    signed_and_issued(office, earlier)
    with office.begin() as connection:
        if state == "overdue":
            move_leg(connection, f"{earlier}-L001", "overdue", actor="cunfang")
        if state == "executed":
            move_leg(connection, f"{earlier}-L001", "executed", actor="A", executed_at=EXECUTED_AT, reference="1")
    (order_no,) = proposals(office, region)
    assert [leg.amount for leg in read(office, order_no).order.legs] == [Decimal(60)]


def test_a_balance_that_moved_before_the_issue_sends_the_recall_back_to_be_laid_out_anew(office: Engine) -> None:
    county = County((Account("A-1", "A", 100), Account("B-pool", "B", 0, role="pool")), ban())
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    newer = {"account": "A-1", "as_of": DAY - timedelta(days=1), "balance": Decimal(70)}
    with office.begin() as connection:
        lay(connection, region, [Delivered(Period(2026, 1), "balances", (newer,))])
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)
    (drift,) = issue(office, order_no).drifts
    assert (drift.account, drift.available) == ("A-1", Decimal(70))
    assert read(office, order_no).order.head.status == "draft", "nothing was issued"
    with office.begin() as connection:
        anew = redraft(connection, order_no, "office", rulebook=policy())
    signed_and_issued(office, anew)
    assert [(leg.amount, leg.status) for leg in read(office, anew).order.legs] == [(Decimal(70), "issued")]


def test_given_nothing_was_left_when_it_was_laid_out_anew_then_it_is_proposed_once_there_is_money(
    office: Engine,
) -> None:
    county = County((Account("A-1", "A", 100), Account("B-pool", "B", 0, role="pool")), ban())
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    _counted(office, region, Period(2026, 1), DAY - timedelta(days=2), Decimal(0))
    with office.begin() as connection:
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)
    assert issue(office, order_no).drifts
    with office.begin() as connection:
        assert redraft(connection, order_no, "cunfang", rulebook=policy()) is None
    assert proposals(office, region) == [], "there is no money"

    _counted(office, region, Period(2026, 2), DAY - timedelta(days=1), Decimal(100))

    (anew,) = proposals(office, region)
    assert [leg.amount for leg in read(office, anew).order.legs] == [Decimal(100)]
    assert proposals(office, region) == [], "under way"


def _counted(engine: Engine, region: str, period: Period, day: date, balance: Decimal) -> None:
    """The finance bureau's balance of account A-1 on `day`, in the file of `period`."""
    with engine.begin() as connection:
        row = {"account": "A-1", "as_of": day, "balance": balance}
        lay(connection, region, [Delivered(period, "balances", (row,))])


def test_money_that_another_order_was_issued_for_meanwhile_is_not_taken_a_second_time(office: Engine) -> None:
    county = County((Account("A-1", "A", 100), Account("C-1", "C", 0), Account("B-pool", "B", 0, role="pool")), ban())
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    with office.begin() as connection:
        paper = Paper(region, "2025-Q4", "recall", Q4.end, TERMS, institution="Z", cause="warning 0")
        leg = Leg("A", "C", "A-1", "C-1", "财政局", "special", Decimal(40), DAY, Decimal(100))
        other = lay_out(connection, paper, [leg], DEFAULT_CHAIN)
    signed_and_issued(office, other)
    with office.begin() as connection:
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)

    (drift,) = issue(office, order_no).drifts

    assert (drift.balance, drift.committed, drift.available, drift.drift) == (100, 40, 60, 0)
    assert "其中 40.00 元由其他已下达的指令划出" in drift.reason and "不足划转 100.00 元" in drift.reason
    with office.begin() as connection:
        anew = redraft(connection, order_no, "office", rulebook=policy())
    signed_and_issued(office, anew)
    assert [(leg.amount, leg.status) for leg in read(office, anew).order.legs] == [(Decimal(60), "issued")]


def test_an_account_of_the_same_number_in_another_county_is_another_account(office: Engine) -> None:
    county = County((Account("A-1", "A", 100), Account("B-pool", "B", 0, role="pool")), ban())
    regions = []
    for _ in range(2):
        with office.begin() as connection:
            regions.append(county.laid(connection))
    (here,), (there,) = (proposals(office, region) for region in regions)
    signed_and_issued(office, there)
    with office.begin() as connection:
        move_leg(connection, f"{there}-L001", "executed", actor="A", executed_at=EXECUTED_AT, reference="1")
    signed_and_issued(office, here)


@st.composite
def counties(draw: st.DrawFn) -> County:
    """Accounts of a banned bank A and of others, some of them pool accounts."""
    money = st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2)
    owners, categories = st.sampled_from(("财政局", "教育局")), st.sampled_from(("special", "unit", *RIGID_CATEGORIES))
    roles = st.sampled_from(("normal", "pool"))
    terms = st.none() | st.dates(DAY - timedelta(days=30), DAY + timedelta(days=400))
    accounts = [
        Account(
            f"A-{number}", "A", draw(money), draw(owners), draw(categories),
            role=draw(st.sampled_from((None, "normal", "pool"))), adjustable=draw(st.sampled_from((None, True, False))),
            matures_on=draw(terms),
        )
        for number in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    pools = [
        Account(f"{bank}-{number}", bank, draw(money), draw(owners), draw(categories), role=draw(roles))
        for number in range(draw(st.integers(0, 5)))
        for bank in (draw(st.sampled_from("BCD")),)
    ]  # fmt: skip
    broken = [account.code for account in accounts if account.matures_on and draw(st.booleans())]
    rulings = tuple({"decision": f"文{code}", "kind": "break_deposit", "account": code} for code in broken)
    return County((*accounts, *pools), ban(), {"D": "0.10"}, rulings)


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(county=counties())
def test_every_fen_of_the_bank_is_in_exactly_one_transfer_or_listed(engine: Engine, county: County) -> None:
    with on(engine) as connection:
        region = county.laid(connection)
        orders = [
            load_recall(connection, no, rulebook=policy()).order
            for no in propose(connection, region, rulebook=policy())
        ]
        unknown = {one.code for one in county.accounts if one.matures_on and _beyond(connection, one.matures_on)}
    own = {account.code: account for account in county.accounts if account.bank == "A"}
    legs = [leg for order in orders if order.head.institution == "A" for leg in order.legs]
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        taken[leg.from_account] += leg.amount
    assert taken == {code: account.balance for code, account in own.items() if account.balance}
    kept = {account.code: account for account in county.accounts if account.role == "pool"}
    broken = {str(ruling["account"]) for ruling in county.decisions}
    for leg in legs:
        account = own[leg.from_account]
        rigid = account.adjustable is False or (account.adjustable is None and account.category in RIGID_CATEGORIES)
        moves = account.role == "pool" or not rigid
        fitting = [
            pool for pool in kept.values()
            if pool.bank in ("B", "C") and (pool.owner, pool.category) == (account.owner, account.category)
        ]  # fmt: skip
        assert (leg.owner, leg.fund_category) == (account.owner, account.category)
        assert (leg.reason == RIGID) is (not moves)
        waits = account.matures_on is not None and account.matures_on > DAY and account.code not in broken
        late = waits and account.code in unknown
        assert (leg.reason == TOO_LATE) is (moves and late)
        assert (leg.reason == NO_POOL) is (moves and not fitting and not late)
        assert (leg.status == "blocked") is (leg.to_account is None)
        assert leg.to_account is None or kept[leg.to_account] in fitting
        assert leg.available_from == (account.matures_on if waits else DAY)
    adjustable = [leg for leg in legs if leg.reason != RIGID]
    times = [(own[leg.from_account].matures_on or DAY) > DAY for leg in adjustable]
    assert times == sorted(times), "demand money before time deposits"
    assert legs[: len(adjustable)] == adjustable, "what is rigid comes last"


def _beyond(connection: Connection, day: date) -> bool:
    """Whether the working calendar does not reach three working days further than `day`."""
    try:
        due_date(connection, day, 3)
    except UnknownYearError:
        return True
    return False


def test_a_deposit_that_matures_after_the_calendar_ends_holds_up_nothing_else(office: Engine) -> None:
    matures_on = date(2028, 5, 8)
    county = County(
        (
            Account("A-1", "A", 100),
            Account("A-time", "A", 200, matures_on=matures_on),
            Account("B-pool", "B", 0, role="pool"),
        ),
        ban(),
    )
    with office.begin() as connection:
        region = county.laid(connection)
    (order_no,) = proposals(office, region)
    signed_and_issued(office, order_no)
    (leg, late) = read(office, order_no).order.legs
    assert (leg.from_account, leg.status, leg.due_on) == ("A-1", "issued", date(2026, 1, 23))
    assert (late.from_account, late.status, late.reason) == ("A-time", "blocked", TOO_LATE)
    with office.begin() as connection:
        move_leg(connection, leg.leg_code, "executed", actor="A", executed_at=EXECUTED_AT, reference="1")
        move_leg(connection, leg.leg_code, "confirmed", actor="cunfang")
    assert proposals(office, region) == [], "the calendar has not come so far"

    days = [(matures_on + timedelta(days=n), True, "") for n in range(5)]
    with office.begin() as connection:
        copy_rows(connection, "core.workday", ("day", "is_workday", "holiday"), days)

    (second,) = proposals(office, region)
    signed_and_issued(office, second)
    assert [(leg.from_account, leg.due_on) for leg in read(office, second).order.legs] == [
        ("A-time", matures_on + timedelta(days=3))
    ]
