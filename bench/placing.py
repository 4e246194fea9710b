"""Amounts and transfers of many counties in one batch: the evaluation's SQL from scores to what each bank's difference
becomes (steps 60 to 90), against the same in plain Python and against one plain window aggregate over the same rows.

Ours reads and writes the warehouse, asks its questions, and the database checks every total. Python is measured from
warehouse to warehouse, by COPY, and in memory alone. Before the clock runs both give the same amounts and transfers.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

from bench.measure import Row
from bench.placed import CAP, MIN_LEG, UNIT, Account, Bank, Leg, Plan, amounts
from cunfang.evaluation import steps
from cunfang.evaluation.planning import plan_transfers
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.embedded import throwaway
from cunfang.warehouse.sql import run

COUNTIES, BANKS = 2_843, 20
ROLES = {17: "policy", 18: "carved_out", 19: "excluded"}
OWNERS = ("财政局", "教育局", "卫健局", "交通局")
CATEGORIES = ("fiscal_fund", "special")
PLAIN = "SELECT sum(balance) OVER (PARTITION BY run_id ORDER BY institution) AS running FROM eval.holding"
STOCK = "SELECT run_id, account, institution, owner, fund_category, balance, adjustable FROM eval.holding"
SCORED = """
    SELECT p.run_id, p.institution, p.role, coalesce(s.score, 0), s.rank, p.carve_out_amount
    FROM eval.participant AS p
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
"""


def _said(value: object) -> dict[str, object]:
    return {"value": value, "clause": "测量"}


RULEBOOK = Rulebook.model_validate(
    {
        "code": "bench",
        "name": "测量用办法",
        "document": "测量",
        "effective_from": "2009-01-01",
        "requires": _said(["institutions"]),
        "indicators": {
            "loans": {
                "name": "贷款", "points": _said(100), "measure": "loans", "family": "indicators", "basis": "stock",
                "method": "share_of_total", "missing": "zero",
            }
        },
        "allocation": {
            "scheme": _said("proportional"), "quota_mode": _said("stock"), "rounding_unit": _said(str(UNIT)),
            "min_leg": _said(str(MIN_LEG)), "concentration_cap": _said(str(CAP)),
        },
        "participation": {"disqualification_years": _said(3), "policy_banks": _said("held")},
        "warnings": {},
    }
)  # fmt: skip


@dataclass
class County:
    """What Python reads of a run."""

    banks: list[Bank] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)


Placed = tuple[dict[str, Decimal], list[Leg]]


def measure(rounds: int) -> list[Row]:
    """Ours, in two parts, and each peer in turn."""
    with throwaway(durable=True) as url:
        engine = create_engine(url)
        _fill(engine)
        _agrees(engine)
        taken: dict[str, list[float]] = {}

        def time_of(name: str, work: Callable[[], object]) -> None:
            gc.collect()
            began = time.perf_counter()
            work()
            taken.setdefault(name, []).append(time.perf_counter() - began)

        for _ in range(rounds):
            for name, seconds in _ours(engine).items():
                taken.setdefault(name, []).append(seconds)
            time_of("plain", lambda: _plain(engine))
            time_of("whole", lambda: _by_python(engine))
            time_of("memory", partial(_placed, _read(engine)))
        engine.dispose()
    return list(_rows(taken))


def _rows(taken: dict[str, list[float]]) -> Iterator[Row]:
    whole = [first + second for first, second in zip(taken["amounts"], taken["transfers"], strict=True)]
    what = f"{COUNTIES:,} counties × {BANKS} banks"
    yield Row(f"amounts and transfers: {what}", whole, taken["whole"], "Python, COPY out, compute, COPY in", "≤ 0.1")
    yield Row(f"amounts and transfers: {what}", whole, taken["memory"], "Python, in memory alone", "—")
    yield Row(f"amounts and transfers: {what}", whole, taken["plain"], "one window aggregate over the accounts", "≤ 5")
    yield Row(f"amounts (60 to 75): {what}", taken["amounts"], taken["plain"], "the same aggregate", "—")
    yield Row(f"transfers (80 to 90): {what}", taken["transfers"], taken["plain"], "the same aggregate", "—")


def _fill(engine: Engine) -> None:
    """Runs with their banks, scores and stock, as they are when the amounts begin."""
    chance = random.Random(1)  # noqa: S311 - figures, not secrets
    with engine.begin() as connection:
        book = store_rulebook(connection, RULEBOOK)
        columns: tuple[str, ...] = (
            "submission_id",
            "region",
            "period",
            "feed",
            "sequence",
            "provider",
            "sha256",
            "file_name",
        )
        files = ((n, f"{n:06d}", "2025-Q4", "accounts", 1, "测量", "0" * 64, "x", 1) for n in range(1, COUNTIES + 1))
        copy_rows(connection, "raw.submission", (*columns, "file_size"), files)
        columns = ("region", "period", "as_of", "year_start", "rulebook_id", "input_hash")
        runs = ((f"{n:06d}", "2025-Q4", "2025-12-31", "2025-01-01", book, f"bench {n}") for n in range(1, COUNTIES + 1))
        copy_rows(connection, "eval.run", columns, runs)
        ids = list(connection.execute(text("SELECT run_id FROM eval.run ORDER BY run_id")).scalars())
        columns = ("run_id", "submission_id", "feed", "family", "period", "sha256")
        pinned = ((run_id, n, "accounts", "accounts", "2025-Q4", "-") for n, run_id in enumerate(ids, start=1))
        copy_rows(connection, "eval.run_input", columns, pinned)
        _banks(connection, ids, chance)
        _accounts(connection, ids, chance)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _banks(connection: Connection, ids: list[int], chance: random.Random) -> None:
    present, scores = [], []
    for run_id in ids:
        points = [round(Decimal(chance.randint(10**5, 10**7)) / 10**5, 5) for _ in range(BANKS)]
        total = sum(x for n, x in enumerate(points) if n not in ROLES)
        for n, x in enumerate(points):
            role, code = ROLES.get(n, "commercial"), f"B{n:02d}"
            decreed = Decimal(chance.randint(10**7, 10**9)) / 100 if role == "carved_out" else None
            present.append((run_id, code, code, code, "农商", 1, role, decreed))
            better = sum(y > x for m, y in enumerate(points) if m not in ROLES)
            scores.append(
                (run_id, code, x, 0 if n in ROLES else round(x / total, 20), None if n in ROLES else better + 1)
            )
    columns = ("run_id", "institution", "name", "short_name", "type", "sort_no", "role", "carve_out_amount")
    copy_rows(connection, "eval.participant", columns, present)
    copy_rows(connection, "eval.score", ("run_id", "institution", "score", "share", "rank"), scores)


def _accounts(connection: Connection, ids: list[int], chance: random.Random) -> None:
    """Three accounts at each bank: two of any owner and category that may move, one that may not."""
    listed, held = [], []
    for submission, run_id in enumerate(ids, start=1):
        for n in range(BANKS):
            for number, adjustable in enumerate((True, True, False), start=1):
                account, owner = f"{run_id:06d}{n:02d}{number}", chance.choice(OWNERS)
                category = chance.choice(CATEGORIES) if adjustable else "fiscal_social"
                balance = Decimal(chance.randint(0, 10**10 if adjustable else 10**9)) / 100
                listed.append((submission, n * 3 + number, f"{submission:06d}", account, f"B{n:02d}", owner, category))
                kind = (balance, adjustable, adjustable, "", submission, n * 3 + number)
                held.append((run_id, account, f"B{n:02d}", owner, category, *kind))
    columns: tuple[str, ...] = ("submission_id", "record_no", "region", "account", "institution")
    copy_rows(connection, "core.account", (*columns, "owner", "fund_category"), listed)
    columns = (
        "run_id",
        "account",
        "institution",
        "owner",
        "fund_category",
        "balance",
        "adjustable",
        "available",
        "basis",
    )
    copy_rows(connection, "eval.holding", (*columns, "submission_id", "record_no"), held)


def _ours(engine: Engine) -> dict[str, float]:
    """Seconds of the two parts; nothing is kept."""
    with engine.connect() as connection:
        taken = _steps(connection)
        connection.rollback()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM eval.quota, eval.bounded, eval.allocation, eval.leg, eval.adjustment"))
    return taken


def _steps(connection: Connection) -> dict[str, float]:
    """Take the steps, as the evaluation does."""
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    ids = list(connection.execute(text("INSERT INTO batch SELECT run_id FROM eval.run RETURNING run_id")).scalars())
    connection.execute(text("ANALYZE batch"))
    gc.collect()
    marks = [time.perf_counter()]
    steps.take(connection, steps.ALLOCATION)
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    marks.append(time.perf_counter())
    plan_transfers(connection, ids)
    run(connection, "eval/90_adjustment.sql")
    marks.append(time.perf_counter())
    return {"amounts": marks[1] - marks[0], "transfers": marks[2] - marks[1]}


def _plain(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"SELECT max(x.running) FROM ({PLAIN}) AS x"))


def _read(engine: Engine) -> dict[int, County]:
    """What the method reads of every run."""
    counties: dict[int, County] = {}
    with engine.connect() as connection:
        for run_id, *bank in connection.execute(text(SCORED)):
            counties.setdefault(run_id, County()).banks.append(Bank(*bank))
        for run_id, *account in connection.execute(text(STOCK)):
            counties[run_id].accounts.append(Account(*account))
    return counties


def _placed(counties: dict[int, County]) -> dict[int, Placed]:
    with localcontext() as context:
        context.prec = 50
        found: dict[int, Placed] = {}
        for run_id, county in counties.items():
            targets = amounts(county.banks, county.accounts)
            found[run_id] = targets, Plan(targets, county.accounts).made()
        return found


def _by_python(engine: Engine) -> None:
    """Rows out, computed, amounts and transfers in by COPY into tables with the same keys; nothing is kept."""
    placed = _placed(_read(engine))
    with engine.connect() as connection:
        for name, key in (("allocation", "run_id, institution"), ("leg", "run_id, leg_no")):
            keyed = f"CREATE TEMPORARY TABLE their_{name} (LIKE eval.{name}, PRIMARY KEY ({key})) ON COMMIT DROP"
            connection.execute(text(keyed))
        connection.execute(text("ALTER TABLE their_allocation ALTER current_amount DROP NOT NULL"))
        rows = ((run_id, *row) for run_id, (targets, _) in placed.items() for row in targets.items())
        copy_rows(connection, "their_allocation", ("run_id", "institution", "target"), rows)
        connection.execute(text("ALTER TABLE their_leg ALTER owner DROP NOT NULL, ALTER fund_category DROP NOT NULL"))
        columns = ("run_id", "leg_no", "from_institution", "to_institution", "from_account", "to_account", "amount")
        legs = (
            (
                run_id,
                number,
                leg.giver,
                leg.taker,
                leg.source,
                leg.to,
                leg.amount,
                "planned" if leg.to else "blocked",
                "",
            )
            for run_id, (_, made) in placed.items()
            for number, leg in enumerate(made, start=1)
        )
        copy_rows(connection, "their_leg", (*columns, "status", "reason"), legs)
        connection.rollback()


def _agrees(engine: Engine) -> None:
    """Both sides give the same amounts, to the fen, and the same transfers."""
    placed = _placed(_read(engine))
    theirs: dict[str, set[Any]] = {
        "amounts": {(r, bank, x) for r, (targets, _) in placed.items() for bank, x in targets.items()},
        "transfers": {
            (r, leg.source, leg.taker, leg.to, leg.amount) for r, (_, made) in placed.items() for leg in made
        },
    }
    with engine.connect() as connection:
        _steps(connection)
        query = {
            "amounts": "SELECT run_id, institution, target FROM eval.allocation",
            "transfers": "SELECT run_id, from_account, to_institution, to_account, amount FROM eval.leg",
        }
        for name, said in query.items():
            ours = {tuple(row) for row in connection.execute(text(said))}
            if not ours or ours != theirs[name]:
                odd = sorted(ours ^ theirs[name], key=str)
                raise AssertionError(f"{name}: {len(odd)} of {len(ours)} differ, as {odd[:4]}")
        connection.rollback()
