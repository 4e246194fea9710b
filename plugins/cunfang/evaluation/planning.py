"""The transfers of a batch of runs: a greedy plan in SQL; for a single run a better one where the search finds it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.evaluation.plan import Giver, Leg, Plan, Problem, Taker, best_plan
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows, run

WORK_TABLES = (
    *("need", "supply", "transfer_group", "receiver", "turn", "giving", "taking", "draft_leg"),
    "proof",
)


def plan_transfers(connection: Connection, run_ids: Sequence[int]) -> None:
    """Turns of one group of one owner and category each, all runs at once; what is blocked; then the legs (N10)."""
    run(connection, "eval/80_transfer_tables.sql")
    run(connection, "eval/81_transfer_turns.sql")
    _take_turns(connection, later=False)
    run(connection, "eval/83_transfer_again.sql")
    _take_turns(connection, later=True)
    if len(run_ids) == 1:
        _improve(connection, run_ids[0])
    while run(connection, "eval/86_transfer_blocked.sql").rowcount:
        pass
    run(connection, "eval/88_legs.sql")
    run(connection, "eval/89_transfer_plan.sql")


def _take_turns(connection: Connection, *, later: bool) -> None:
    """What is free now, or what matures `later`, laid out group by group, until nothing of it could move any more."""
    last = connection.scalar(text("SELECT max(turn) FROM turn WHERE later = :later"), {"later": later}) or 0
    turns = list(range(1, last + 1))
    while turns:
        for turn in turns:
            run(connection, "eval/82_transfer_turn.sql", {"later": later, "turn": turn})
        while run(connection, "eval/84_transfer_merged.sql").rowcount:
            pass
        turns = [row["turn"] for row in rows(connection, "eval/83_transfer_left.sql", {"later": later})]
        if turns:
            run(connection, "eval/83_transfer_rest.sql")


def _improve(connection: Connection, run_id: int) -> None:
    """Search for a better plan than the greedy one, and say what was proved of the one that stands."""
    problem = read_problem(connection)
    greedy = read_legs(connection)
    plan = best_plan(problem, greedy)
    proof = (run_id, plan.method, len(greedy), plan.lower_bound, plan.proved, plan.stopped_by)
    columns = ("run_id", "method", "greedy_legs", "lower_bound", "proved", "stopped_by")
    copy_rows(connection, "proof", columns, [proof])
    if plan.method == "solver":
        _replace(connection, plan)


def read_problem(connection: Connection) -> Problem:
    """What is to be moved, and by which accounts it can, from the work tables of one run; in fen."""
    needs = rows(connection, "eval/85_transfer_needs.sql")
    givers = rows(connection, "eval/85_transfer_givers.sql")
    takers = rows(connection, "eval/85_transfer_takers.sql")
    return Problem(
        surplus={row["bank"]: _fen(row["surplus"]) for row in needs if row["surplus"]},
        deficit={row["bank"]: _fen(row["deficit"]) for row in needs if row["deficit"]},
        givers=tuple(
            Giver((row["owner"], row["fund_category"]), row["bank"], row["account"], _fen(row["amount"]), row["wait"])
            for row in givers
        ),
        takers=tuple(Taker((row["owner"], row["fund_category"]), row["bank"], row["account"]) for row in takers),
        min_leg=_fen(needs[0]["min_leg"]) if needs else 1,
    )


def read_legs(connection: Connection) -> list[Leg]:
    """The greedy plan of one run."""
    drafted = rows(connection, "eval/85_transfer_legs.sql")
    return sorted(Leg(row["from_account"], row["to_account"], _fen(row["amount"])) for row in drafted)


def _replace(connection: Connection, plan: Plan) -> None:
    """Lay down other legs, and what they leave of each difference."""
    connection.execute(text("DELETE FROM draft_leg"))
    found = text(
        "CREATE TEMPORARY TABLE found (from_account text, to_account text, amount numeric(18, 2)) ON COMMIT DROP"
    )
    connection.execute(found)
    legs = ((leg.from_account, leg.to_account, Decimal(leg.amount).scaleb(-2)) for leg in plan.legs)
    copy_rows(connection, "found", ("from_account", "to_account", "amount"), legs)
    run(connection, "eval/85_transfer_replaced.sql")
    connection.execute(text("DROP TABLE found"))


def _fen(yuan: Decimal) -> int:
    return int(yuan * 100)
