"""`cunfang order` on a recall: balances that moved, laid out anew by the issue or by a person, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner, Result

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

from cunfang import warehouse
from cunfang.cli.main import app
from cunfang.orders.load import load_order, orders_of
from cunfang.orders.recall import propose
from cunfang.period import Period
from cunfang.simulation.lay import Delivered, lay
from orders.recalled import TODAY, Account, County, ban

REGION = "420922"
CHAIN = ("finance_office", "leading_group", "finance_bureau")
COUNTY = County((Account("A-1", "A", 100), Account("B-pool", "B", 0, role="pool")), ban())


@pytest.fixture
def office(new_warehouse: Callable[[], str]) -> Iterator[tuple[Engine, str]]:
    """The county on 20 January 2026 with a recall proposed."""
    url = new_warehouse()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET cunfang.today = '{TODAY}'"))
    with engine.begin() as connection:
        COUNTY.laid(connection, REGION)
        (order_no,) = propose(connection, REGION)
    yield engine, order_no
    warehouse.engine(url).dispose()


def order(engine: Engine, *words: str) -> Result:
    url = engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(app, ["order", *words, "--database", url], env={"COLUMNS": "220"}, catch_exceptions=False)


def signed(engine: Engine, order_no: str) -> None:
    for actor in CHAIN:
        assert order(engine, "sign", order_no, "--actor", actor, "--approve").exit_code == 0


def balance(engine: Engine, amount: int) -> None:
    newer = {"account": "A-1", "as_of": date(2026, 1, 19), "balance": Decimal(amount)}
    with engine.begin() as connection:
        lay(connection, REGION, [Delivered(Period(2026, 1), "balances", (newer,))])


def waiting(engine: Engine) -> list[tuple[str, str | None, list[Decimal]]]:
    """Recalls that are not done: number, what they took the place of, amounts."""
    with engine.connect() as connection:
        heads = orders_of(connection, REGION, open_only=True)
        return [
            (one.order_no, one.supersedes, [leg.amount for leg in load_order(connection, one.order_no).legs])
            for one in heads
        ]


def test_given_balances_that_moved_when_issued_then_the_new_paper_is_named_and_goes_all_the_way(
    office: tuple[Engine, str],
) -> None:
    engine, order_no = office
    balance(engine, 70)
    signed(engine, order_no)
    said = order(engine, "issue", order_no, "--actor", "finance_bureau")
    ((anew, instead, amounts),) = waiting(engine)
    assert said.exit_code == 3 and f"按现在的余额重新拟定为 {anew}，自第一环节起签批" in said.output
    assert (instead, amounts) == (order_no, [Decimal(70)])
    with engine.connect() as connection:
        letter = text("SELECT convert_from(content, 'UTF8') FROM ops.outbox WHERE kind = 'order_drift' LIMIT 1")
        assert connection.scalar(letter) is not None

    signed(engine, anew)
    assert order(engine, "issue", anew, "--actor", "finance_bureau").exit_code == 0


def test_given_a_recall_that_was_returned_when_laid_out_anew_then_its_maker_may_not_sign(
    office: tuple[Engine, str],
) -> None:
    engine, order_no = office
    assert order(engine, "sign", order_no, "--actor", CHAIN[0], "--return", "--comment", "金额有误").exit_code == 0
    balance(engine, 60)
    done = order(engine, "redraft", order_no, "--actor", "finance_office")
    ((anew, instead, amounts),) = waiting(engine)
    assert done.exit_code == 0 and f"{order_no} 已撤销；按现在的余额重新拟定为 {anew}" in done.output
    assert (instead, amounts) == (order_no, [Decimal(60)])
    with engine.connect() as connection:
        told = text("SELECT count(*) FROM ops.outbox WHERE kind = 'recall_proposal' AND subject LIKE '%' || :no || '%'")
        assert connection.scalar(told, {"no": anew})

    refused = order(engine, "sign", anew, "--actor", "finance_office", "--approve")
    assert refused.exit_code == 2 and "不能自己签批" in refused.output


def test_given_a_bank_without_money_when_laid_out_anew_then_the_paper_is_only_called_off(
    office: tuple[Engine, str],
) -> None:
    engine, order_no = office
    balance(engine, 0)
    done = order(engine, "redraft", order_no, "--actor", "clerk")
    assert done.exit_code == 0 and "该行已没有可以收回的余额" in done.output
    assert waiting(engine) == []


def test_given_a_recall_that_is_called_off_or_unknown_then_it_is_refused_with_what_took_its_place(
    office: tuple[Engine, str],
) -> None:
    engine, order_no = office
    assert order(engine, "redraft", order_no, "--actor", "clerk").exit_code == 0
    ((anew, _, _),) = waiting(engine)
    again = order(engine, "redraft", order_no, "--actor", "clerk")
    assert again.exit_code == 2
    assert "现状是 已撤销，不能重新拟定" in again.output and f"取代它的是 {anew}" in again.output
    assert "没有编号为" in order(engine, "redraft", "420922-2025Q4-S99", "--actor", "clerk").output


def test_why_a_recall_was_proposed_is_said_in_words(office: tuple[Engine, str]) -> None:
    engine, order_no = office
    shown = order(engine, "show", order_no)
    assert shown.exit_code == 0 and "取消资格：悟政办〔2025〕3号" in shown.output and "decision" not in shown.output
    assert "起可划" not in shown.output
