"""`cunfang audit`: an untouched chain is whole; every kind of tampering is found and its first place named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner, Result

from cunfang import warehouse as warehouses
from cunfang.cli.main import app
from cunfang.orders.draft import lay_out
from cunfang.orders.paper import Leg, Paper, Terms
from cunfang.orders.signing import sign
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.simulation.lay import Delivered
from cunfang.simulation.lay import lay as deliver

REGION = "420922"


@dataclass(frozen=True)
class Chain:
    """A warehouse with one recall, reviewed; its owner may do what nobody else may."""

    url: str
    order_no: str

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(
            app, ["audit", *words, "--database", self.url], env={"COLUMNS": "240"}, catch_exceptions=False
        )

    def ask(self, statement: str, **values: Any) -> Any:
        """As the owner of the database, with every trigger off."""
        made = create_engine(self.url, poolclass=NullPool)
        with made.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    def broken(self) -> list[dict[str, Any]]:
        """What `verify` finds, as JSON."""
        result = self("verify", "--json")
        assert result.exit_code == 2
        return list(json.loads(result.stdout)["breaks"])


def lay(connection: Connection) -> str:
    terms = Terms(Decimal("0.05"), 3, 5, 5)
    paper = Paper(REGION, "2025-Q4", "recall", date(2025, 12, 31), terms, institution="ICBC", cause="红色预警")
    usual = {"owner": "县财政局", "fund_category": "fiscal_fund"}
    accounts = ({"account": "9901", "institution": "ICBC", **usual}, {"account": "9902", "institution": "ABC", **usual})
    deliver(connection, REGION, [Delivered(Period(2025, 4), "accounts", accounts)])
    leg = Leg("ICBC", "ABC", "9901", "9902", "县财政局", "fiscal_fund", Decimal(600), date(2025, 12, 31), Decimal(600))
    order_no = lay_out(connection, paper, [leg], load_region(REGION).sign_offs)
    sign(connection, order_no, approved=True, actor="finance_office", comment="情况属实")
    return order_no


@pytest.fixture
def chain(warehouse: str) -> Iterator[Chain]:
    with create_engine(warehouse, poolclass=NullPool).begin() as connection:
        order_no = lay(connection)
    yield Chain(warehouse, order_no)
    warehouses.engine(warehouse).dispose()


def test_given_an_untouched_chain_then_it_is_whole_with_its_count_and_head(chain: Chain) -> None:
    result = chain("verify")
    links, head = chain.ask("SELECT count(*) FROM ops.audit"), chain.ask("SELECT max(hash) FROM (SELECT hash FROM"
    " ops.audit ORDER BY audit_id DESC LIMIT 1) AS l")  # fmt: skip
    assert result.exit_code == 0
    assert f"审计链 {links} 条，末条散列 {head}" in result.output and "完好" in result.output
    assert chain("verify", "--head", head).exit_code == 0
    assert json.loads(chain("verify", "--json").stdout) == {"rows": links, "head": head, "breaks": []}


def test_given_a_changed_link_then_it_is_the_first_that_is_named(chain: Chain) -> None:
    number = chain.ask("SELECT audit_id FROM ops.audit WHERE action = 'order_event.draft'")
    chain.ask("UPDATE ops.audit SET actor = 'somebody' WHERE audit_id = :n", n=number)
    result = chain("verify")
    assert result.exit_code == 2
    assert f"第 {number} 条" in result.output and "内容与散列不符" in result.output
    assert "请保全数据库" in result.output


def test_given_a_link_taken_out_then_the_next_does_not_join(chain: Chain) -> None:
    first, following = chain.ask(
        "SELECT array_agg(audit_id ORDER BY audit_id) FROM ops.audit WHERE action LIKE 'sign_step%'"
    )[:2]
    chain.ask("DELETE FROM ops.audit WHERE audit_id = :n", n=first)
    told = chain.broken()
    assert told[0]["audit_id"] == following and "接不上" in told[0]["what"]
    assert any("sign_step" in one["what"] and one["audit_id"] is None for one in told)


@pytest.mark.parametrize(
    ("tampering", "table"),
    [
        ("DELETE FROM ops.order_event WHERE status = 'reviewed'", "order_event"),
        ("UPDATE ops.approval SET approver = 'somebody'", "approval"),
        ("UPDATE ops.transfer_leg SET amount = amount + 1", "transfer_leg"),
        ("UPDATE ops.sign_step SET signers = ARRAY['somebody'] WHERE step_no = 1", "sign_step"),
        ("UPDATE ops.transfer_order SET cause = '另一个起因'", "transfer_order"),
    ],
)
def test_given_a_row_of_the_life_removed_or_changed_then_the_link_without_its_row_is_named(
    chain: Chain, tampering: str, table: str
) -> None:
    chain.ask(tampering)
    first = chain.broken()[0]
    action = chain.ask("SELECT action FROM ops.audit WHERE audit_id = :n", n=first["audit_id"])
    assert action.partition(".")[0] == table and table in first["what"]


def test_given_a_row_put_in_past_the_chain_then_it_is_named(chain: Chain) -> None:
    chain.ask(
        "INSERT INTO ops.order_event (order_id, status, actor) SELECT order_id, 'signed', 'somebody'"
        " FROM ops.transfer_order"
    )
    result = chain("verify")
    assert result.exit_code == 2
    assert "不在链中" in result.output and "somebody" in result.output


def test_given_a_chain_that_was_cut_off_then_a_head_that_was_noted_tells(chain: Chain) -> None:
    head = json.loads(chain("verify", "--json").stdout)["head"]
    chain.ask("DELETE FROM ops.audit WHERE hash = :head", head=head)
    chain.ask("DELETE FROM ops.order_event WHERE status = 'reviewed'")
    assert chain("verify").exit_code == 0
    result = chain("verify", "--head", head)
    assert result.exit_code == 2 and "末尾的记录被删除" in result.output


def test_given_an_order_when_shown_then_its_history_is_in_words(chain: Chain) -> None:
    result = chain("show", chain.order_no)
    assert result.exit_code == 0
    for word in ("拟定指令", "列明划转", "定下签批环节", "签批同意", "指令变为草稿", "指令变为已复核", "情况属实"):
        assert word in result.output, word
    links = json.loads(chain("show", f"{chain.order_no}-L001", "--json").stdout)["links"]
    assert [link["action"] for link in links] == ["transfer_leg"]
    missing = chain("show", "420922-2025Q4-T99")
    assert missing.exit_code == 2 and "没有 420922-2025Q4-T99" in missing.output
