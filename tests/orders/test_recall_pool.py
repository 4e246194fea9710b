"""Money that waits in a pool account (待分配, S05, S21) is placed by the next evaluation; till then it is nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from evaluation.laid import Said, evaluated, rows_of, sizes
from evaluation.policy import ONE, policy
from orders.recalled import Account, County, ban, on

POOL = Account("B-pool", "B", 1000, role="pool")
# What A had was recalled to the pool account that B keeps.
LEFT = (Account("A-1", "A", 0), Account("C-1", "C", 200))


@pytest.fixture
def now(engine: Engine) -> Iterator[Connection]:
    with on(engine) as connection:
        yield connection


def run(connection: Connection, county: County) -> Said:
    rulebook = policy(ONE, unit="0.01", min_leg="0")
    return evaluated(connection, rulebook, [*county.files(), sizes(("A", "B", "C"))])


def amounts(connection: Connection, run_id: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Target and difference of each bank."""
    return {row["institution"]: (row["target"], row["delta"]) for row in rows_of(connection, "allocation", run_id)}


def legs(connection: Connection, run_id: int) -> set[tuple[str, str | None, Decimal]]:
    found = rows_of(connection, "leg", run_id)
    return {(row["from_account"], row["to_account"], row["amount"]) for row in found}


def test_given_recalled_money_when_the_next_quarter_is_evaluated_then_it_is_in_t_and_goes_out_again(
    now: Connection,
) -> None:
    said = run(now, County((*LEFT, Account("B-1", "B", 200), POOL), ban()))

    assert amounts(now, said.run_id) == {
        "A": (Decimal(0), Decimal(0)),
        "B": (Decimal(700), Decimal(-500)),
        "C": (Decimal(700), Decimal(500)),
    }
    assert legs(now, said.run_id) == {("B-pool", "C-1", Decimal(500))}
    assert {row["account"] for row in rows_of(now, "holding", said.run_id) if row["pooled"]} == {"B-pool"}


def test_given_a_bank_that_keeps_what_it_has_when_it_keeps_a_pool_account_then_that_is_not_its_own(
    now: Connection,
) -> None:
    said = run(now, County((*LEFT, Account("B-1", "B", 200), POOL), ban(), types={"B": "政策性"}))

    assert amounts(now, said.run_id)["B"] == (Decimal(200), Decimal(-1000))
    assert legs(now, said.run_id) == {("B-pool", "C-1", Decimal(1000))}


def test_given_a_pool_account_of_a_rigid_category_then_what_waits_in_it_may_move(now: Connection) -> None:
    pool = Account("B-pool", "B", 1000, category="fiscal_social", role="pool")
    county = County((*LEFT, Account("C-social", "C", 0, category="fiscal_social"), pool), ban())

    assert legs(now, run(now, county).run_id) == {("B-pool", "C-social", Decimal(400))}


def test_given_no_account_but_a_pool_account_to_receive_in_then_the_transfer_is_blocked(now: Connection) -> None:
    county = County((Account("A-1", "A", 1000), Account("B-1", "B", 0), Account("C-pool", "C", 0, role="pool")), ban())
    run_id = run(now, county).run_id

    assert ("A-1", None, Decimal(500)) in legs(now, run_id)
    assert [row["reason"] for row in rows_of(now, "leg", run_id) if row["to_institution"] == "C"] == ["需开户"]
