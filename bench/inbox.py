"""A thousand files at once, from the inbox to core by the steps that the DAGs take, against pandas and against COPY.

The files are the sample's first quarter, delivered by as many counties as it takes: Excel workbooks and CSV as offices
make them, one to a hundred rows each. `pandas` reads the same files and appends what it reads with `to_sql`: no check,
no types, no cells. `COPY` is given the finished rows: nothing can be faster.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, text

from bench.measure import Row
from cunfang import intake
from cunfang.feeds.contract import contract
from cunfang.period import Period
from cunfang.settings import HOME, Settings
from cunfang.warehouse import engine
from cunfang.warehouse.embedded import throwaway

SAMPLE = HOME / "include" / "sample" / "inbox" / "420922" / "2025-Q1"
PERIOD = Period.parse("2025-Q1")
FILES = 1_000
SEEN = 10_000


def measure(rounds: int) -> list[Row]:
    """Each round on a warehouse of its own, ours and the peers in turn; then what looking for new files costs."""
    warm()
    ours, pandas, copies, looks, passes = [], [], [], [], []
    rows = files = 0
    for _ in range(rounds):
        with delivered() as (db, settings):
            files = sum(path.is_file() for path in settings.inbox.rglob("*"))
            ours.append(_timed(lambda: take_in(db, settings)))
            rows = loaded(db)
            copies.append(_timed_copy(db))
            pandas.append(_timed(lambda: _with_pandas(db, settings.inbox)))
            _remember(db, SEEN)
            looks.append(_timed(lambda: [intake.pending(db, settings.inbox, feed) for feed in intake.in_order()]))
            passes.append(_timed(lambda: _listed(settings.inbox)))
    what = f"{files:,} files, {rows:,} rows, inbox to core"
    speed = f" ({rows / sorted(ours)[len(ours) // 2]:,.0f} rows/s)"
    return [
        Row(what + speed, ours, pandas, "pandas read_* and to_sql, nothing checked", "—"),
        Row(what + speed, ours, copies, "COPY of the finished rows", "—"),
        Row(
            f"new files among {files:,} in the inbox, {SEEN:,} seen before", looks, passes, "os.walk of the inbox", "—"
        ),
    ]


def warm() -> None:
    """What the process that forks the workers has in memory: Great Expectations."""
    import_module("cunfang.quality.known")


@contextmanager
def delivered(files: int = FILES) -> Iterator[tuple[Engine, Settings]]:
    """A warehouse and an inbox with `files` files that nobody has looked at."""
    with throwaway(durable=True) as url, tempfile.TemporaryDirectory(prefix="cunfang-bench-") as folder:
        home = Path(folder)
        settings = Settings(url, home / "inbox", home / "var", "", "")
        known = sorted(path for path in SAMPLE.rglob("*") if path.is_file())
        for number in range(files):
            county, at = divmod(number, len(known))
            place = settings.inbox / str(510_000 + county) / str(PERIOD) / known[at].relative_to(SAMPLE)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(known[at], place)
            os.utime(place, (1_750_000_000 + number, 1_750_000_000 + number))
        db = engine(url)
        try:
            yield db, settings
        finally:
            db.dispose()


def take_in(db: Engine, settings: Settings) -> None:
    """The tasks of the `ingest_<feed>` DAGs, one feed after another, registers first."""
    for feed in intake.in_order():
        landed = intake.land(db, settings, feed)
        for number in landed:
            intake.read(db, settings, number)
        missing = intake.waiting_for(db, landed, settings.inbox)
        assert not missing, missing  # noqa: S101
        for number in landed:
            intake.check(db, settings, number)
        for number in landed:
            intake.decide(db, number)


def loaded(db: Engine) -> int:
    """Rows in core; a file that was not accepted would make the comparison unfair."""
    with db.connect() as connection:
        refused = connection.scalar(text("SELECT count(*) FROM raw.submission_state WHERE status <> 'accepted'"))
        assert refused == 0, f"{refused} files were not accepted"  # noqa: S101
        return sum(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in _tables())


def _tables() -> list[str]:
    return sorted({contract(path.name).table for path in SAMPLE.iterdir()})


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _with_pandas(db: Engine, inbox: Path) -> None:
    import pandas as pd

    for path in sorted(path for path in inbox.rglob("*") if path.is_file()):
        read = pd.read_csv if path.suffix == ".csv" else pd.read_excel
        frame = cast("Any", read)(path)
        columns = [f"c{number}" for number in range(len(frame.columns))]
        frame.set_axis(columns, axis=1).astype(str).to_sql(path.parent.name, db, if_exists="append", index=False)


def _timed_copy(db: Engine) -> float:
    """COPY of every core row into tables without constraints."""
    with db.begin() as connection:
        cursor = connection.connection.cursor()
        taken = []
        for table in _tables():
            rows = io.StringIO()
            cast("Any", cursor).copy_expert(f"COPY {table} TO STDOUT", rows)
            rows.seek(0)
            cursor.execute(f"CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT * FROM {table} LIMIT 0")
            taken.append(_timed(lambda: cast("Any", cursor).copy_expert("COPY copied FROM STDIN", rows)))  # noqa: B023
            cursor.execute("DROP TABLE copied")
        return sum(taken)


def _remember(db: Engine, count: int) -> None:
    """Arrivals of earlier years, as the warehouse has them after a while."""
    with db.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw.arrival (path, file_size, modified_ns, submission_id)"
                " SELECT 'old/' || n, n, n, (SELECT min(submission_id) FROM raw.submission)"
                " FROM generate_series(1, :count) AS n"
            ),
            {"count": count},
        )


def _listed(inbox: Path) -> list[str]:
    return [name for _, _, names in os.walk(inbox) for name in names]
