"""The logins of production: what the worker logs in as can do the whole quarter, and BI only read."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

from cunfang import intake
from cunfang.airflow.announce import warnings_of
from cunfang.airflow.papers import announce_issue, lay_before
from cunfang.cli.answer import Answer, write_answer
from cunfang.delivery import outbox
from cunfang.delivery.following import chase_overdue
from cunfang.documents.files import draft_files
from cunfang.evaluation.official import evaluate_official, verify
from cunfang.orders.audit import verify as verify_chain
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.life import move_leg
from cunfang.orders.load import load_order
from cunfang.orders.request import put_up
from cunfang.orders.track import track
from cunfang.period import Period
from cunfang.settings import INCLUDE, Settings
from cunfang.warehouse import engine
from cunfang.warehouse.calendar import today
from signed import published

PASSWORDS = {"pipeline_password": "p'1", "bi_password": 'b"2'}
REGION, PERIOD = "420922", Period(2025, 4)


def as_psql(connection: Connection, script: str) -> None:
    r"""Run what logins.sql uses of psql: `\set`, `\getenv`, `:'name'`, `:"DBNAME"` and `\gexec`."""
    database = connection.execute(text("SELECT current_database()")).scalar_one()
    script = re.sub(r"^\\(set|getenv).*$|^--.*$", "", script, flags=re.MULTILINE).replace(':"DBNAME"', f'"{database}"')
    for name, value in PASSWORDS.items():
        script = script.replace(f":'{name}'", "'" + value.replace("'", "''") + "'")
    # The driver's own cursor: a per cent sign is one, as psql has it.
    with connection.connection.cursor() as cursor:
        for part in re.split(r"(?<=;)\s*\n|(?<=\\gexec)\s*\n", script):
            if part.strip().endswith("\\gexec"):
                cursor.execute(part.replace("\\gexec", ""))
                for (statement,) in cursor.fetchall():
                    cursor.execute(statement)
            elif part.strip():
                cursor.execute(part)


@pytest.fixture
def logins(warehouse: str, home: Path) -> Iterator[dict[str, str]]:
    """Name of a login → URL of the warehouse as that login; the script has run twice, as it does at each `up`."""
    owner = create_engine(warehouse, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    script = (home / "deploy" / "warehouse" / "logins.sql").read_text(encoding="utf-8")
    names = ("cunfang_worker", "cunfang_bi")
    try:
        with owner.connect() as connection:
            as_psql(connection, script)
            as_psql(connection, script)
        url = make_url(warehouse)
        yield {name: url.set(username=name).render_as_string(hide_password=False) for name in names}
    finally:
        engine.cache_clear()
        with owner.connect() as connection:
            for name in names:
                if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}):
                    connection.exec_driver_sql(f"DROP OWNED BY {name} CASCADE")
                    connection.exec_driver_sql(f"DROP ROLE {name}")


def test_given_the_workers_login_then_it_takes_a_quarter_from_the_inbox_to_orders_and_mail(
    logins: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = logins["cunfang_worker"]
    inbox = tmp_path / "inbox"
    shutil.copytree(INCLUDE / "sample" / "canonical" / REGION, inbox / REGION)
    refund = Answer(REGION, PERIOD, "TXL-Q010", "多缴退库", "地税局征收岗", "tax_local")
    write_answer(inbox, refund)
    place = Settings(url, inbox, tmp_path, "smtp://127.0.0.1:9", "金融办 <office@dawu.example>")
    database = engine(url)
    try:
        intake.take_in(database, place, REGION, PERIOD)
        run_id = evaluate_official(database, REGION, PERIOD)
        verify(database, run_id)
        draft_files(database, place, run_id)
        with database.begin() as connection:
            order_no = draft_adjustment(connection, run_id)
            assert put_up(connection, order_no, "a run", lambda name: False) is not None
        monkeypatch.setenv("CUNFANG_VAR", str(tmp_path))
        assert order_no in lay_before(database, order_no)[0]
        published(database, run_id)
        assert warnings_of(database, REGION, PERIOD) > 0
        announce_issue(database, order_no)
        # Nobody listens: the attempt is written down, which the worker must be allowed to as well.
        assert outbox.deliver(database, place.smtp_url).failed == 1
        with database.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == "cunfang_worker"
            assert connection.scalar(text("SELECT count(*) FROM mart.fact_order_leg")) > 0
        lead_a_transfer(database, order_no)
    finally:
        database.dispose()


def lead_a_transfer(database: Engine, order_no: str) -> None:
    """What follows an issue: a transfer made and confirmed, the others tracked and chased, the mart behind them."""
    with database.begin() as connection:
        day = today(connection)
        code = next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued")
        move_leg(connection, code, "acknowledged", actor="bank", reason="电话")
        move_leg(connection, code, "executed", actor="bank", executed_at=datetime.combine(day, time(9)))
        move_leg(connection, code, "confirmed", actor="finance_bureau", reason="核实")
        track(connection, REGION)
        chase_overdue(connection, REGION, day)
        state = text("SELECT status_name FROM mart.fact_order_leg WHERE leg_code = :code")
        assert connection.scalar(state, {"code": code}) == "已到位"
        assert verify_chain(connection).breaks == ()


def test_given_the_workers_login_then_it_can_neither_forget_nor_change_structure(logins: dict[str, str]) -> None:
    worker = create_engine(logins["cunfang_worker"], poolclass=NullPool)
    for forbidden in ("DELETE FROM raw.submission", "TRUNCATE ops.audit", "CREATE TABLE mart.mine (note text)"):
        with worker.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(forbidden))


def test_given_the_bi_login_then_it_is_read_only_and_timed_by_itself(logins: dict[str, str]) -> None:
    with create_engine(logins["cunfang_bi"], poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SHOW default_transaction_read_only")) == "on"
        assert connection.scalar(text("SHOW statement_timeout")) == "1min"
        assert connection.scalar(text("SELECT count(*) FROM mart.dim_date")) > 365
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT 1 FROM raw.submission"))
