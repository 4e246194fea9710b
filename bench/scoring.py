"""Points, scores and shares of many counties in one batch: the evaluation's SQL from stored values to stored shares,
against the same methods in pandas and against one plain aggregate over the same rows.

The rule book has twelve indicators by twelve methods. Ours reads and writes the warehouse, keeps every number exact and
says of each point how it came about. pandas is measured in memory alone (float, and Decimal), and from warehouse to
warehouse (float), by COPY and by its own read_sql and to_sql.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, create_engine, text

from bench.measure import Row
from bench.scored import CODES, RULEBOOK, frame_scores
from cunfang.evaluation.steps import SCORING
from cunfang.rulebook import store_rulebook
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.embedded import throwaway
from cunfang.warehouse.sql import run

COUNTIES, BANKS = 2_843, 20
SIZES = (10, 100, 1_000, COUNTIES)
STEPS = SCORING[SCORING.index("40_cohort") : SCORING.index("52_ask_scores") + 1]
PLAIN = "SELECT run_id, institution, sum(value), count(*) FROM eval.indicator_value GROUP BY run_id, institution"
READ = """
    SELECT v.run_id, v.institution, v.indicator, v.value, v.numerator, v.denominator
    FROM eval.indicator_value AS v
"""


def measure(rounds: int) -> list[Row]:
    """Ours and each peer in turn, then ours alone from 10 counties on."""
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

        frame = _frame(engine)
        for _ in range(rounds):
            taken.setdefault("ours", []).append(_ours(engine, COUNTIES))
            time_of("plain", lambda: _plain(engine))
            time_of("float", lambda: frame_scores(frame))
            time_of("whole", lambda: _by_copy(engine))
            for size in SIZES[:-1]:
                taken.setdefault(f"{size}", []).append(_ours(engine, size))
        exact = frame.assign(**{name: frame[name].map(Decimal) for name in ("value", "numerator", "denominator")})
        time_of("exact", lambda: frame_scores(exact))
        time_of("sql", lambda: _by_sql(engine))
        engine.dispose()
    return list(_rows(taken))


def _rows(taken: dict[str, list[float]]) -> Iterator[Row]:
    what = f"points, scores, shares: {COUNTIES:,} counties × {BANKS} banks × {len(CODES)} indicators"
    yield Row(what, taken["ours"], taken["sql"], "pandas, float, read_sql, compute, to_sql; one round", "≤ 0.1")
    yield Row(what, taken["ours"], taken["whole"], "pandas, float, COPY out, compute, COPY in", "≤ 0.1")
    yield Row(what, taken["ours"], taken["exact"], "pandas, Decimal, in memory alone; one round", "—")
    yield Row(what, taken["ours"], taken["float"], "pandas, float, in memory alone", "—")
    yield Row(what, taken["ours"], taken["plain"], "sum and count by run and bank", "≤ 5")
    taken[f"{COUNTIES}"] = taken["ours"]
    for size in SIZES[:-1]:
        per_county = [seconds / COUNTIES * size for seconds in taken["ours"]]
        yield Row(f"{size:,} counties", taken[f"{size}"], per_county, f"as many of {COUNTIES:,}, linear is 1", "—")


def _fill(engine: Engine) -> None:
    """Runs with their banks and values, as they are when the scoring begins."""
    chance = random.Random(1)  # noqa: S311 - figures, not secrets
    banks = [f"B{number:02d}" for number in range(BANKS)]
    with engine.begin() as connection:
        book = store_rulebook(connection, RULEBOOK)
        columns = ("region", "period", "as_of", "year_start", "rulebook_id", "input_hash")
        runs = (
            (f"{number:06d}", "2025-Q4", "2025-12-31", "2025-01-01", book, f"bench {number}")
            for number in range(COUNTIES)
        )
        copy_rows(connection, "eval.run", columns, runs)
        ids = list(connection.execute(text("SELECT run_id FROM eval.run ORDER BY run_id")).scalars())
        columns = ("run_id", "institution", "name", "short_name", "type", "sort_no", "role")
        present = ((i, bank, bank, bank, "农商", 1, "commercial") for i in ids for bank in banks)
        copy_rows(connection, "eval.participant", columns, present)
        columns = ("run_id", "institution", "indicator", "value", "numerator", "denominator")
        copy_rows(connection, "eval.indicator_value", columns, _values(ids, banks, chance))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _values(ids: list[int], banks: list[str], chance: random.Random) -> Iterator[tuple[object, ...]]:
    for i in ids:
        for bank in banks:
            for code in CODES:
                below = Decimal(chance.randint(10**10, 10**12)) / 100
                above = Decimal(chance.randint(10**9, 10**12)) / 100
                ratio = RULEBOOK.indicators[code].over is not None
                yield (i, bank, code, *((round(above / below, 20), above, below) if ratio else (above, None, None)))


def _ours(engine: Engine, size: int) -> float:
    """Seconds of the steps for the first `size` counties; nothing is kept."""
    with engine.connect() as connection:
        _batch(connection, size)
        gc.collect()
        began = time.perf_counter()
        for step in STEPS:
            run(connection, f"eval/{step}.sql")
        taken = time.perf_counter() - began
        connection.rollback()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM eval.points, eval.score"))
    return taken


def _batch(connection: Connection, size: int) -> None:
    """What the steps before have left: the batch, and that no feed is late."""
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    some = text("INSERT INTO batch SELECT run_id FROM eval.run ORDER BY run_id LIMIT :size")
    connection.execute(some, {"size": size})
    late = "CREATE TEMPORARY TABLE late (run_id bigint, family text, left_out boolean, reason text) ON COMMIT DROP"
    connection.execute(text(late))
    connection.execute(text("ANALYZE batch"))


def _plain(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"SELECT count(*) FROM ({PLAIN}) AS x"))


def _frame(engine: Engine) -> pd.DataFrame:
    """The values by COPY, as float."""
    buffer = StringIO()
    raw: Any = engine.raw_connection()
    with raw.cursor() as cursor:
        cursor.copy_expert(f"COPY ({READ}) TO STDOUT WITH (FORMAT csv, HEADER)", buffer)
    raw.close()
    buffer.seek(0)
    return pd.read_csv(buffer)


def _by_copy(engine: Engine) -> None:
    """Values out by COPY, computed, points and scores in by COPY into tables with the same keys; nothing is kept."""
    points, scores = frame_scores(_frame(engine))
    raw: Any = engine.raw_connection()
    with raw.cursor() as cursor:
        for name, rows, key in (
            ("points", points, "run_id, institution, indicator"),
            ("score", scores, "run_id, institution"),
        ):
            cursor.execute(
                f"CREATE TEMPORARY TABLE their_{name} (LIKE eval.{name}, PRIMARY KEY ({key})) ON COMMIT DROP"
            )
            cursor.execute(f"ALTER TABLE their_{name} DROP COLUMN IF EXISTS flag, DROP COLUMN IF EXISTS basis")
            buffer = StringIO()
            rows.to_csv(buffer, index=False, header=False)
            buffer.seek(0)
            cursor.copy_expert(f"COPY their_{name} ({', '.join(rows.columns)}) FROM STDIN WITH (FORMAT csv)", buffer)
    raw.rollback()
    raw.close()


def _by_sql(engine: Engine) -> None:
    """As the documentation of pandas has it: read_sql, to_sql in large chunks; nothing is kept."""
    with engine.connect() as connection:
        points, scores = frame_scores(pd.read_sql(text(READ), connection))
        for name, rows in (("points", points), ("score", scores)):
            rows.to_sql(f"bench_{name}", connection, index=False, method="multi", chunksize=5_000)
        connection.rollback()


def _agrees(engine: Engine) -> None:
    """Both sides give the same shares, as far as float goes."""
    with engine.connect() as connection:
        _batch(connection, 50)
        for step in STEPS:
            run(connection, f"eval/{step}.sql")
        query = text("SELECT run_id, institution, score, share, rank FROM eval.score ORDER BY run_id, institution")
        ours = [tuple(row) for row in connection.execute(query)]
        connection.rollback()
    frame = _frame(engine)
    few = frame[frame["run_id"].isin({row[0] for row in ours})]
    _, scores = frame_scores(few)
    theirs = scores.sort_values(["run_id", "institution"]).itertuples(index=False)
    for mine, other in zip(ours, theirs, strict=True):
        same = abs(float(mine[2]) - other.score) < 1e-9 and abs(float(mine[3]) - other.share) < 1e-12
        if mine[:2] != (other.run_id, other.institution) or not same:
            raise AssertionError((mine, other))
