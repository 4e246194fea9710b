"""An index is scored by the same engine (W10): townships in place of banks, no money to place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection

from cunfang.rulebook import Rulebook
from cunfang.simulation.lay import Delivered
from evaluation import laid
from evaluation.policy import ONE, policy

BANKING = policy(ONE, unit="0.01", min_leg="0")
REGISTER = [
    {"institution": "A"},
    {"institution": "P", "type": "政策性"},
    {"institution": "T1", "type": "乡镇"},
    {"institution": "T2", "type": "乡镇"},
    {"institution": "C1", "type": "县市区"},
]
PLACED = ("quota", "bounded", "allocation", "adjustment", "leg", "holding")


def _index() -> Rulebook:
    content = BANKING.model_dump(by_alias=True) | {"scheme": "index"}
    content["requires"]["value"] = ["institutions", "indicators"]
    return Rulebook.model_validate(content)


def _sizes() -> Delivered:
    rows = [
        {"institution": code, "measure": "size", "value": Decimal(n)} for n, code in enumerate(("T1", "T2", "C1"), 1)
    ]
    return Delivered(laid.Q4, "indicators", tuple({**row, "as_of": laid.Q4.end} for row in rows))


def test_given_an_index_then_townships_and_counties_are_scored_without_accounts_and_nothing_is_placed(
    connection: Connection,
) -> None:
    said = laid.evaluated(connection, _index(), [laid.register(REGISTER)[0], _sizes()])
    scores = {row["institution"]: (row["score"], row["rank"]) for row in laid.rows_of(connection, "score", said.run_id)}

    assert said.findings == ()
    assert {code: (round(score, 4), rank) for code, (score, rank) in scores.items()} == {
        "T1": (Decimal("16.6667"), 3),
        "T2": (Decimal("33.3333"), 2),
        "C1": (Decimal("50.0000"), 1),
    }
    assert {row["role"] for row in laid.rows_of(connection, "participant", said.run_id)} == {"commercial"}
    assert [table for table in PLACED if laid.rows_of(connection, table, said.run_id)] == []


def test_given_a_register_without_townships_then_an_index_asks_for_them(connection: Connection) -> None:
    said = laid.evaluated(connection, _index(), [laid.register(REGISTER[:2])[0], laid.sizes("A")])

    assert said.of("EVA-V002") == ["名册中没有可评价的乡镇或县市区"]


@pytest.mark.parametrize("listed", [REGISTER, REGISTER[:2]], ids=["with townships", "without"])
def test_given_townships_in_the_register_then_a_run_about_banks_does_not_see_them(
    connection: Connection, listed: list[dict[str, object]]
) -> None:
    banks = laid.register(REGISTER[:2])
    files = [laid.register(listed)[0], *banks[1:], laid.sizes("A")]
    said = laid.evaluated(connection, BANKING, files)
    roles = {row["institution"]: row["role"] for row in laid.rows_of(connection, "participant", said.run_id)}

    assert (roles, said.findings) == ({"A": "commercial", "P": "policy"}, ())
