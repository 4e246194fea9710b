"""What no write can break: the total of a run, its bounds, what is set aside, and that it is there whole (S04, N9)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from evaluation.amounts import Case, Holder, amounts, breaches, run_ids
from oracle.allocation import Scheme

BANKS = (
    Holder("A", score=Decimal(60), free=Decimal(500)),
    Holder("B", score=Decimal(30), free=Decimal(50), rigid=Decimal(350)),
    Holder("C", score=Decimal(10), free=Decimal(100)),
    Holder("D", "carved_out", decreed=Decimal(40)),
)
# A run like the first: its quota and its bounds. Tests write its amounts.
ANOTHER = (
    "INSERT INTO eval.run (run_id, region, period, as_of, year_start, rulebook_id, input_hash) OVERRIDING SYSTEM VALUE "
    "SELECT 2, region, period, as_of, year_start, rulebook_id, 'another' FROM eval.run WHERE run_id = 1",
    "INSERT INTO eval.quota (run_id, total, set_aside, derivation) VALUES (2, 1000, 40, '')",
    "INSERT INTO eval.bounded (run_id, institution, current_amount, rigid_amount, floor_amount, cap_amount, "
    "raw_target, bounded_target, binding) "
    "SELECT 2, institution, current_amount, rigid_amount, floor_amount, cap_amount, raw_target, bounded_target, "
    "binding FROM eval.bounded WHERE run_id = 1",
)
AMOUNTS = "INSERT INTO eval.allocation (run_id, institution, target, current_amount) VALUES "
SOUND = "(2, 'A', 500, 500), (2, 'B', 350, 400), (2, 'C', 110, 100), (2, 'D', 40, 0)"
BREACHES = {
    "a fen too much": (AMOUNTS + SOUND.replace("110,", "110.01,"), "应存合计 1000.01 ≠ 总量 1000.00"),
    "a fen too little": (AMOUNTS + SOUND.replace("110,", "109.99,"), "应存合计 999.99 ≠ 总量 1000.00"),
    "below a floor": (
        AMOUNTS + SOUND.replace("350,", "349.99,").replace("110,", "110.01,"),
        "B 应存 349.99，下限 350.00，上限 500.00，约束 floor 定为 350.00",
    ),
    "above a cap": (
        AMOUNTS + SOUND.replace("'A', 500", "'A', 500.01").replace("110,", "109.99,"),
        "A 应存 500.01，下限 0.00，上限 500.00，约束 cap 定为 500.00",
    ),
    "less than the bound that holds": (
        AMOUNTS + SOUND.replace("'A', 500", "'A', 499").replace("110,", "111,"),
        "A 应存 499",
    ),
    "another amount than was set aside": (
        AMOUNTS + SOUND.replace("'D', 40", "'D', 41").replace("110,", "109,"),
        "先行列支合计 41.00 ≠ 40.00",
    ),
    "a bank with bounds and no amount": (
        AMOUNTS + "(2, 'A', 500, 500), (2, 'B', 460, 400), (2, 'D', 40, 0)",
        "C 没有额度",
    ),
    "an amount without bounds": (
        AMOUNTS + SOUND.replace("110,", "109,") + ", (2, 'E', 1, 0)",
        "有额度而没有有界额度的机构",
    ),
    "another amount at hand": (AMOUNTS + SOUND.replace("'C', 110, 100", "'C', 110, 99"), "C 应存 110.00"),
    "in two statements": (AMOUNTS + "(2, 'A', 500, 500), (2, 'B', 350, 400)", "应存合计 850.00 ≠ 总量 1000.00"),
    "a negative amount": (AMOUNTS + SOUND.replace("110,", "-110,"), "allocation_target_check"),
    "a run without a quota": (AMOUNTS + "(3, 'A', 0, 0)", "批次 3：应存合计 0.00 ≠ 总量"),
}


@pytest.fixture(params=["owner", "cunfang_pipeline"])
def connection(ground: Engine, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A stored run and the bounds of another; as owner of the tables, and as the role that the DAGs write as."""
    with ground.connect() as made:
        (stored,) = amounts(made, [Case(Scheme(concentration=Fraction(1, 2)), BANKS)])
        assert stored.result.target == {"A": 500, "B": 350, "C": 110, "D": 40}
        assert stored.result.binding == {"A": "cap", "B": "floor", "C": "none", "D": "fixed"}
        if request.param != "owner":
            made.execute(text(f"SET LOCAL ROLE {request.param}"))
        for statement in ANOTHER:
            made.execute(text(statement))
        yield made


@pytest.mark.parametrize(("statement", "said"), BREACHES.values(), ids=BREACHES)
def test_given_amounts_that_break_a_bound_or_a_total_then_the_database_refuses_them(
    connection: Connection, statement: str, said: str
) -> None:
    with pytest.raises(IntegrityError) as refused:
        connection.execute(text(statement))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"C": "110.01"}, "应存合计 1000.01 元不等于总量 1000.00 元"),
        ({"B": "349.99", "C": "110.01"}, "B 应存 349.99 元，低于下限 350.00 元或高于上限 500.00 元"),
        ({"A": "500.01", "C": "109.99"}, "A 应存 500.01 元，低于下限 0.00 元或高于上限 500.00 元"),
        ({"A": "499", "C": "111"}, "A 应存 499.00 元，不是起作用的约束 cap 所定的 500"),
        ({"C": "109", "D": "41"}, "先行列支合计 40.00 元，各行列支之和为 41.00 元"),
    ],
)
def test_given_amounts_that_somebody_changed_with_all_rights_then_the_verification_names_them(
    ground: Engine, changed: dict[str, str], said: str
) -> None:
    with ground.connect() as made:
        amounts(made, [Case(Scheme(concentration=Fraction(1, 2)), BANKS)])
        assert breaches(made, run_ids(made)) == []
        made.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        made.execute(text("ALTER TABLE eval.allocation DISABLE TRIGGER USER"))
        for bank, target in changed.items():
            change = text("UPDATE eval.allocation SET target = :target WHERE institution = :bank")
            made.execute(change, {"bank": bank, "target": Decimal(target)})
        found = breaches(made, run_ids(made))
    assert any(breach.startswith(said) for breach in found), found


def test_given_sound_amounts_then_they_are_taken_once_and_nothing_is_added_to_them(connection: Connection) -> None:
    connection.execute(text(AMOUNTS + SOUND))

    for more, said in (
        (AMOUNTS + SOUND, "allocation_pkey"),
        (AMOUNTS + "(2, 'E', 0, 0)", "有额度而没有有界额度的机构"),
        (
            "INSERT INTO eval.bounded (run_id, institution, current_amount, rigid_amount, floor_amount, raw_target, "
            "bounded_target, binding) VALUES (2, 'E', 0, 0, 0, 0, 0, 'none')",
            "额度已定，不能再增加有界额度",
        ),
        ("INSERT INTO eval.quota (run_id, total, set_aside, derivation) VALUES (2, 1000, 40, '')", "quota_pkey"),
    ):
        with pytest.raises(IntegrityError) as refused, connection.begin_nested():
            connection.execute(text(more))
        assert said in str(refused.value), more


@pytest.mark.parametrize("statement", ["UPDATE eval.{} SET run_id = 1", "DELETE FROM eval.{}", "TRUNCATE eval.{}"])
@pytest.mark.parametrize("table", ["quota", "bounded", "allocation"])
def test_given_stored_amounts_then_none_is_changed_or_taken_away(
    connection: Connection, table: str, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|permission denied|pending trigger events"):
        connection.execute(text(statement.format(table)))


def test_given_a_quota_that_is_not_shared_out_then_its_transaction_does_not_end(connection: Connection) -> None:
    with pytest.raises(IntegrityError, match="quota of run 2 is not shared out"):
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ("(3, 'A', 0, 0, 0, NULL, 0, 0, 'none')", "批次 3：没有总量"),
        ("(2, 'E', 0, 0, 2, 1, 0, 0, 'none')", "bounded_in_order"),
    ],
)
def test_given_bounds_without_a_quota_or_crossed_then_the_database_refuses_them(
    connection: Connection, bounds: str, said: str
) -> None:
    columns = "run_id, institution, current_amount, rigid_amount, floor_amount, cap_amount, raw_target, bounded_target"
    with pytest.raises(IntegrityError) as refused:
        connection.execute(text(f"INSERT INTO eval.bounded ({columns}, binding) VALUES {bounds}"))
    assert said in str(refused.value)


def test_given_a_reserve_then_stock_less_reserve_is_the_total(connection: Connection) -> None:
    row = "(4, 1000, 80, 930, 0, '')"
    with pytest.raises(IntegrityError, match="quota_reserved"):
        connection.execute(
            text(f"INSERT INTO eval.quota (run_id, stock, reserve, total, set_aside, derivation) VALUES {row}")
        )


def test_given_a_stored_run_then_its_ladder_names_each_rung_the_constraint_and_the_decision(
    connection: Connection,
) -> None:
    connection.execute(text(AMOUNTS + SOUND))
    ladder = connection.execute(
        text("SELECT * FROM eval.allocation_ladder WHERE run_id = 1 ORDER BY institution")
    ).all()

    assert [(row.binding, row.binding_name) for row in ladder] == [
        ("cap", "集中度上限"),
        ("floor", "不调整存量为下限"),
        ("none", "按得分"),
        ("fixed", "先行列支"),
    ]
    assert [(row.raw_target, row.bounded_target, row.rounded_target) for row in ladder] == [
        (576, 500, 500),
        (288, 350, 350),
        (96, 110, 110),
        (0, 40, 40),
    ]
    assert all(row.rounding_difference == 0 for row in ladder)
    assert [row.delta for row in ladder] == [0, -50, 10, 40]
