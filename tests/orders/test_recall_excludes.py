"""A signed recall takes a red bank out of the denominator for as long as it is red (S11, S21)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.evaluation import evaluate_within
from cunfang.orders.issue import issue
from cunfang.orders.life import move_leg
from cunfang.orders.recall import propose
from cunfang.orders.signing import sign
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.simulation.lay import Delivered, lay
from cunfang.warehouse.calendar import load_calendar
from cunfang.warnings import watch
from evaluation.laid import rows_of, sizes
from evaluation.policy import ONE, policy
from orders.recalled import TODAY, Account, County, liquidity
from orders.recalled import policy as limits

Q1 = Period(2026, 1)
COUNTY = County(
    (Account("A-1", "A", 100), Account("B-1", "B", 100), Account("B-pool", "B", 0, role="pool")),
    liquidity={"A": "0.10"},
)


@pytest.fixture
def engine(new_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """20 January 2026, with a working calendar: what is issued here is committed."""
    made = create_engine(
        new_warehouse(), connect_args={"options": f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"}
    )
    with made.begin() as connection:
        load_calendar(connection)
    yield made
    made.dispose()


def recalled(engine: Engine, *, signed: bool) -> str:
    """The region of the county; the recall of A is issued, or only proposed."""
    with engine.begin() as connection:
        region = COUNTY.laid(connection)
        (order_no,) = propose(connection, region, rulebook=limits())
        for actor in ("first", "second") if signed else ():
            sign(connection, order_no, approved=True, actor=actor)
    if signed:
        assert issue(engine, order_no).drifts == ()
    return region


def next_quarter(connection: Connection, region: str, ratio: str) -> None:
    """The first quarter of 2026, in which A reports that liquidity ratio; balances as if nothing had moved."""
    balances = tuple({"account": a.code, "as_of": Q1.end, "balance": Decimal(a.balance)} for a in COUNTY.accounts)
    registers = [
        Delivered(Q1, one.feed, one.rows) for one in COUNTY.files() if one.feed in ("institutions", "accounts")
    ]
    nil = [Delivered(Q1, feed) for feed in ("decisions", "supervisory_events")]
    more = [Delivered(Q1, "balances", balances), sizes("AB", Q1), liquidity(Q1, {"A": ratio})]
    lay(connection, region, [*registers, *nil, *more])
    watch(connection, region, Q1, limits())


def rules() -> Rulebook:
    return policy(ONE, unit="0.01", min_leg="0")


def roles(connection: Connection, run_id: int) -> dict[str, tuple[str, str]]:
    return {row["institution"]: (row["role"], row["reason"]) for row in rows_of(connection, "participant", run_id)}


@pytest.mark.parametrize(
    ("signed", "ratio", "role"),
    [(True, "0.12", "excluded"), (True, "0.31", "commercial"), (False, "0.12", "commercial")],
    ids=["issued and still red", "issued and better since", "only proposed"],
)
def test_the_red_bank_is_out_only_by_signature_and_while_it_is_red(
    engine: Engine, signed: bool, ratio: str, role: str
) -> None:
    region = recalled(engine, signed=signed)
    with engine.begin() as connection:
        next_quarter(connection, region, ratio)
        run_id = evaluate_within(connection, region, Q1, rules()).run_id
        found = roles(connection, run_id)
        targets = {row["institution"]: row["target"] for row in rows_of(connection, "allocation", run_id)}
    assert found["A"][0] == role
    if role == "excluded":
        assert found["A"][1].startswith("收回存款的指令 ") and "流动性比例 至 2026-03-31 仍为红色" in found["A"][1]
        assert targets == {"A": Decimal(0), "B": Decimal(200)}
    else:
        assert targets == {"A": Decimal(100), "B": Decimal(100)}


def test_a_recall_whose_transfers_are_all_called_off_keeps_nobody_out(engine: Engine) -> None:
    region = recalled(engine, signed=True)
    with engine.begin() as connection:
        for code in connection.scalars(text("SELECT leg_code FROM ops.leg_state WHERE status = 'issued'")).all():
            move_leg(connection, code, "cancelled", actor="finance_office", reason="不再收回")
        next_quarter(connection, region, "0.12")
        run_id = evaluate_within(connection, region, Q1, rules()).run_id
        assert roles(connection, run_id)["A"][0] == "commercial"


def test_a_recall_issued_after_the_base_date_changes_nothing_of_that_quarter(engine: Engine) -> None:
    with engine.begin() as connection:
        region = COUNTY.laid(connection)
        lay(connection, region, [sizes("AB")])
        before = evaluate_within(connection, region, Period(2025, 4), rules())
        (order_no,) = propose(connection, region, rulebook=limits())
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)
    assert issue(engine, order_no).drifts == ()
    with engine.begin() as connection:
        again = evaluate_within(connection, region, Period(2025, 4), rules())
        kept = connection.scalar(text("SELECT count(*) FROM eval.run_recall"))
    assert (again.run_id, again.fresh, kept) == (before.run_id, False, 0)
