"""`cunfang order`: the life of an order as the office leads it from a terminal, and what it is refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner, Result

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

from cunfang import warehouse
from cunfang.cli.main import app
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.paper import STATES
from cunfang.warehouse.embedded import create_database
from cunfang.warehouse.embedded import url as address_of
from documents.sample_run import load_sample
from orders.laid import balances

REGION = "420922"
CHAIN = ("finance_office", "leading_group", "finance_bureau")


@dataclass(frozen=True)
class Office:
    """The sample county's warehouse with its order drafted, and the command on it."""

    url: str
    order_no: str

    def __call__(self, *words: str, thing: str = "order") -> Result:
        return CliRunner().invoke(
            app, [thing, *words, "--database", self.url], env={"COLUMNS": "220"}, catch_exceptions=False
        )

    def done(self, *words: str) -> Result:
        """What succeeds."""
        result = self(*words)
        assert result.exit_code == 0, result.output
        return result

    def refused(self, *words: str) -> str:
        """What is refused with one line and changes nothing; the line."""
        before = self.count()
        result = self(*words)
        assert result.exit_code == 2, result.output
        lines = [line for line in result.output.splitlines() if line.strip()]
        assert lines[0].startswith("✗"), lines
        assert self.count() == before
        return result.output.replace("\n", "")

    def ask(self, statement: str, **values: Any) -> Any:
        """One value of the warehouse."""
        made = create_engine(self.url, poolclass=NullPool)
        with made.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    def count(self) -> tuple[int, int, int]:
        """Links of the chain, messages, and events of the mart."""
        tables = ("ops.audit", "ops.outbox", "mart.fact_order_event")
        return tuple(self.ask(f"SELECT count(*) FROM {name}") for name in tables)  # type: ignore[return-value]

    def on(self, day: str) -> None:
        """The office lives on `day` from here on."""
        name = self.ask("SELECT current_database()")
        self.ask(f"ALTER DATABASE \"{name}\" SET cunfang.today = '{day}'")

    def shown(self) -> dict[str, Any]:
        """The order as JSON."""
        return dict(json.loads(self.done("show", self.order_no, "--json").stdout))

    def legs(self) -> dict[str, dict[str, Any]]:
        """Its transfers by code, those that may be made."""
        return {leg["leg_code"]: leg for leg in self.shown()["legs"] if leg["status"] != "blocked"}

    def signed(self) -> Office:
        """All signatures given, past the time to object."""
        for user, day in zip(CHAIN, ("2026-01-12", "2026-01-20", "2026-01-20"), strict=True):
            self.on(day)
            self.done("sign", self.order_no, "--actor", user, "--approve")
        return self

    def issued(self) -> Office:
        """The order issued on 20 January 2026."""
        self.signed().done("issue", self.order_no, "--actor", "finance_bureau")
        return self


@pytest.fixture(scope="module")
def drafted(new_module_warehouse: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """A warehouse with the sample quarter evaluated and its order drafted; never changed."""
    url = new_module_warehouse()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET cunfang.today = '2026-01-12'"))
    run_id = load_sample(engine).run_id
    with engine.begin() as connection:
        order_no = draft_adjustment(connection, run_id)
    yield url, order_no


@pytest.fixture
def office(drafted: tuple[str, str], postgres: Path) -> Iterator[Office]:
    """The command on a copy of that warehouse."""
    template, order_no = drafted
    mine = Office(create_database(postgres, "office", template=make_url(template).database), order_no)
    mine.on("2026-01-12")
    yield mine
    warehouse.engine(mine.url).dispose()
    admin = create_engine(address_of(postgres, "postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text('DROP DATABASE "office" WITH (FORCE)'))


def test_given_a_draft_when_listed_then_its_state_and_whose_turn_it_is_are_said(office: Office) -> None:
    told = json.loads(office.done("list", "--region", REGION, "--json").stdout)["orders"]
    assert [(one["order_no"], one["standing"], one["waits_for"]) for one in told] == [
        (office.order_no, "draft", "县金融办复核")
    ]
    printed = office.done("list", "--region", REGION, "--state", "草稿").output
    assert office.order_no in printed and "县金融办复核" in printed
    assert "没有指令" in office.done("list", "--region", REGION, "--state", "confirmed").output
    assert "没有“已丢失”这种状态" in office.refused("list", "--region", REGION, "--state", "已丢失")


def test_given_an_unknown_order_then_it_is_named_in_one_line(office: Office) -> None:
    assert "没有编号为 420922-2025Q4-T99 的调整指令" in office.refused("show", "420922-2025Q4-T99")
    assert "没有编号为 X-L001 的划转" in office.refused("return", "X-L001", "--actor", "a", "--reason", "b")


def test_given_the_chain_when_signed_then_four_eyes_and_the_order_of_steps_hold(office: Office) -> None:
    number = office.order_no
    assert "不是“县金融办复核”的签批人" in office.refused("sign", number, "--actor", "leading_group", "--approve")
    assert "退回须用 --comment" in office.refused("sign", number, "--actor", "finance_office", "--return")
    said = office.done("sign", number, "--actor", "finance_office", "--approve", "--comment", "同意").output
    assert "已复核；下一环节：领导小组签批（leading_group）" in said
    assert "的现状是 已复核" in office.refused("issue", number, "--actor", "finance_bureau")
    assert "异议期至 2026-01-19 为止" in office.refused("sign", number, "--actor", "leading_group", "--approve")
    signatures = office.shown()["signatures"]
    assert [(one["title"], one["approver"]) for one in signatures] == [
        ("县金融办复核", "finance_office"),
        ("领导小组签批", None),
        ("县财政局下达", None),
    ]
    assert office.ask("SELECT DISTINCT paper_status_name FROM mart.fact_order") == "已复核"


def test_given_a_paper_that_was_sent_back_when_submitted_then_it_starts_again_and_its_submitter_may_not_sign(
    office: Office,
) -> None:
    office.done("sign", office.order_no, "--actor", "finance_office", "--return", "--comment", "账户有误")
    office.done("submit", office.order_no, "--actor", "finance_office", "--reason", "已核对")
    told = office.refused("sign", office.order_no, "--actor", "finance_office", "--approve")
    assert "不能自己签批" in told
    assert office.shown()["round"] == 2


def test_given_all_signatures_when_issued_then_legs_have_days_letters_wait_and_the_mart_knows(office: Office) -> None:
    office.signed()
    said = office.done("issue", office.order_no, "--actor", "finance_bureau").output
    legs = office.legs()
    assert f"{len([leg for leg in legs.values() if leg['due_on']])} 笔划转，给各行的信已待发" in said
    assert {leg["status"] for leg in legs.values()} == {"issued"}
    assert office.ask("SELECT count(*) FROM ops.outbox") > 0
    assert office.ask(
        "SELECT count(*) FROM mart.v_current_order_leg WHERE status_code IN ('issued', 'scheduled')"
    ) == len(legs)
    again = office.count()
    office.done("issue", office.order_no, "--actor", "finance_bureau")
    assert office.count() == again


def test_given_balances_that_moved_when_issued_then_nothing_goes_out_and_the_exit_code_says_so(office: Office) -> None:
    office.signed()
    office.ask(
        "INSERT INTO core.balance (submission_id, record_no, region, account, as_of, balance)"
        " SELECT b.submission_id, 9999, b.region, b.account, '2026-01-19', 0 FROM core.balance AS b"
        " INNER JOIN ops.transfer_leg AS l ON b.account = l.from_account AND NOT l.blocked LIMIT 1"
    )
    result = office("issue", office.order_no, "--actor", "finance_bureau")
    assert result.exit_code == 3
    assert "不足划转" in result.output and "没有下达，退回拟稿" in result.output
    assert office.shown()["standing"] == "draft"
    assert office.ask("SELECT DISTINCT paper_status_name FROM mart.fact_order") == "草稿"


def test_given_an_order_sent_back_then_it_is_not_issued_before_the_balance_is_right_and_then_it_is(
    office: Office,
) -> None:
    """What the refusal says to do, done: nothing is lost on the way, and a signature too early does no harm."""
    office.signed()
    account = office.ask("SELECT from_account FROM ops.transfer_leg WHERE NOT blocked ORDER BY leg_no LIMIT 1")
    held = office.ask("SELECT base_balance FROM ops.transfer_leg WHERE from_account = :a LIMIT 1", a=account)
    for amount, code in ((0, 3), (0, 3), (held, 0)):
        made = create_engine(office.url, poolclass=NullPool)
        with made.begin() as connection:
            balances(connection, "2026-01-19", {account: Decimal(amount)}, region=REGION)
        if office.shown()["standing"] == "draft":
            office.done("submit", office.order_no, "--actor", "engineer", "--reason", "余额已更正")
            for user in CHAIN:
                office.done("sign", office.order_no, "--actor", user, "--approve")
        assert office("issue", office.order_no, "--actor", "finance_bureau").exit_code == code
    assert (office.shown()["round"], office.shown()["standing"]) == (3, "issued")
    assert office("verify", thing="audit").exit_code == 0


def test_given_an_adjustment_when_laid_out_anew_then_it_is_refused_with_the_way_on(office: Office) -> None:
    told = office.refused("redraft", office.order_no, "--actor", "clerk")
    assert "不是收回" in told and "重新考核" in told and "cancel" in told


def test_given_an_issued_transfer_when_led_by_hand_then_each_step_is_kept_with_who_and_why(office: Office) -> None:
    office.issued()
    code = next(iter(office.legs()))
    by = ("--actor", "finance_bureau")
    office.on("2026-01-21")
    office.done("acknowledge", code, *by, "--reason", "电话")
    assert "须在下达之日（2026-01-20）与今天（2026-01-21）之间" in office.refused(
        "execute", code, *by, "--on", "2026-01-22", "--reference", "HD-1"
    )
    office.on("2026-01-22")
    assert "须用 --reason 写明凭什么登记" in office.refused("execute", code, *by, "--on", "2026-01-22")
    assert "不能变为 已到位" in office.refused("confirm", code, *by, "--reason", "无")
    office.done("execute", code, *by, "--on", "2026-01-22", "--reference", "HD-1")
    office.done("confirm", code, *by, "--reason", "与开户行核对")
    leg = office.legs()[code]
    assert (leg["status"], leg["executed_at"], leg["reference"]) == ("confirmed", "2026-01-22T00:00:00", "HD-1")
    assert "没有变动" in office.done("confirm", code, *by, "--reason", "再记一次").output
    told = [(one["status"], one["reason"]) for one in office.shown()["events"] if one["leg_code"] == code]
    assert told == [("issued", ""), ("acknowledged", "电话"), ("executed", ""), ("confirmed", "与开户行核对")]
    row = "SELECT status_name || ' ' || confirmed_on FROM mart.fact_order_leg WHERE leg_code = :code"
    assert office.ask(row, code=code) == "已到位 2026-01-22"
    printed = office.done("show", office.order_no).output
    assert "已到位" in printed and "与开户行核对" in printed and "到位率" in printed


def test_given_a_returned_transfer_when_reissued_then_its_days_start_anew(office: Office) -> None:
    office.issued()
    code, leg = next((code, leg) for code, leg in office.legs().items() if leg["available_from"] <= "2026-01-20")
    office.on("2026-01-22")
    office.done("return", code, "--actor", "finance_office", "--reason", "账号有误")
    office.on("2026-01-26")
    office.done("reissue", code, "--actor", "finance_office", "--reason", "账号更正")
    renewed = office.legs()[code]
    assert (leg["due_on"], renewed["status"], renewed["due_on"]) == ("2026-01-27", "issued", "2026-02-02")
    office.done("cancel", code, "--actor", "finance_office", "--reason", "不再办理")
    assert office.legs()[code]["status"] == "cancelled"
    # Both banks hear of either, so that neither waits for money nor sends it twice.
    told = (
        "SELECT string_agg(subject, ' ' ORDER BY message_id) FROM ops.outbox WHERE kind = 'by_hand' AND recipient = :to"
    )
    for bank in (renewed["from_institution"], renewed["to_institution"]):
        subjects = office.ask(told, to=f"{bank.lower()}@banks.dawu.example")
        assert subjects == f"【重新下达】{code} 期限重新计算 【撤销划转】{code} 不再办理"


def test_given_transfers_past_their_day_when_tracked_and_chased_then_they_are_overdue_and_written_about(
    office: Office,
) -> None:
    office.issued()
    office.on("2026-02-04")
    tracked = json.loads(office.done("track", "--region", REGION, "--json").stdout)
    assert tracked["overdue"]
    assert office.ask("SELECT count(*) FROM mart.v_cn_overdue") == len(tracked["overdue"])
    said = office.done("chase", "--region", REGION).output
    assert f"逾期 {len(tracked['overdue'])} 笔" in said and "待发 0 封" not in said
    assert "待发 0 封" in office.done("chase", "--region", REGION).output
    late = [leg for leg in office.shown()["legs"] if leg["days_late"]]
    assert {leg["leg_code"] for leg in late} == set(tracked["overdue"])


def test_given_an_unissued_order_when_cancelled_then_its_run_is_rejected(office: Office) -> None:
    office.done("cancel", office.order_no, "--actor", "finance_office", "--reason", "重新考核")
    assert office.shown()["standing"] == "cancelled"
    assert office.ask("SELECT status FROM eval.run_state ORDER BY run_id DESC LIMIT 1") == "rejected"
    assert "没有指令" in office.done("list", "--region", REGION, "--open").output


def test_given_the_states_then_the_command_and_the_mart_call_them_alike(office: Office) -> None:
    named = office.ask(
        "SELECT json_object_agg(status_code, status_name) FROM mart.dim_order_status WHERE order_status_key > 0"
    )
    assert named == STATES


def test_given_no_warehouse_then_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CUNFANG_WAREHOUSE_URL", raising=False)
    monkeypatch.setenv("CUNFANG_VAR", str(tmp_path))
    result = CliRunner().invoke(app, ["order", "list", "--region", REGION])
    assert result.exit_code == 2
    assert "make run" in result.output
