"""An order from the draft to the issue as the tasks lead it: what is said on the way, what is made good after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import Connection, Engine, text

from cunfang.airflow import papers
from cunfang.airflow.clock import set_today
from cunfang.airflow.follow import lost_papers, remind_signers
from cunfang.documents.words import wan
from cunfang.evaluation.official import SignOffError
from cunfang.orders.load import load_order
from cunfang.orders.objection import window
from cunfang.orders.request import AskedAlreadyError, put_up
from cunfang.orders.signing import cancel, submit
from cunfang.settings import settings
from cunfang.warehouse import engine as engine_of
from documents.sample_run import load_sample

REGION, PERIOD = "420922", "2025-Q4"
REVIEW_DAY = date(2026, 1, 15)
SIGNERS = ("finance_office", "leading_group", "finance_bureau")


@pytest.fixture
def drafted(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, str]]:
    """The sample's order, on the day on which its feeds are due."""
    monkeypatch.setenv("CUNFANG_VAR", "/nowhere")
    engine = engine_of(warehouse)
    set_today(engine, REVIEW_DAY)
    order_no = papers.draft_order(engine, load_sample(engine).run_id)
    assert order_no == "420922-2025Q4-T01"
    yield engine, order_no
    engine.dispose()


def sign(engine: Engine, order_no: str, user: str, approved: bool = True, comment: str = "") -> papers.After:
    """Answer the due step, as the parked task does, and go on."""
    step = papers.take_due(engine, order_no, f"run of {user}", lambda run: False)
    assert step is not None
    place = {"order_no": order_no, "step_no": step.step_no, "round": step.round}
    papers.keep_verdict(engine, **place, approved=approved, actor=user, comment=comment)
    return papers.after_signature(engine, order_no)


def sign_all(engine: Engine, order_no: str) -> None:
    """Every signature, and nobody objects."""
    sign(engine, order_no, SIGNERS[0])
    with engine.connect() as connection:
        until = window(connection, order_no).until
    set_today(engine, until + timedelta(days=1))
    for user in SIGNERS[1:]:
        sign(engine, order_no, user)


def letters(engine: Engine, kind: str) -> dict[str, str]:
    """Recipient → subject and text of the messages of a kind."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT recipient, content FROM ops.outbox WHERE kind = :kind"), {"kind": kind})
        return {row.recipient: _read(bytes(row.content)) for row in rows}


def _read(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}"


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_from_draft_to_issue_each_is_told_what_concerns_it(drafted: tuple[Engine, str]) -> None:
    engine, order_no = drafted
    page, key = papers.lay_before(engine, order_no)
    assert key == f"{REGION}|{PERIOD}|{order_no}"
    assert "县金融办复核：待签（finance_office）" in page and f"{order_no}-L001" in page and "工作簿与页面" in page
    assert set(letters(engine, "sign")) == {"office@dawu.example"}

    assert sign(engine, order_no, "finance_office", comment="已核对").follows == "signature"
    assert letters(engine, "provisional") == {}
    papers.take_due(engine, order_no, "the next run", lambda run: False)
    provisional = letters(engine, "provisional")
    own = provisional["abc@banks.dawu.example"]
    with engine.connect() as connection:
        until = window(connection, order_no).until
    assert f"{until:%Y-%m-%d} 前" in own and "本行各项指标" in own and "各行名次与得分" in own
    result = {bank: body for bank, body in provisional.items() if bank != "abc@banks.dawu.example"}
    target = own.partition("应存 ")[2].partition("　")[0]
    assert target and not any(target in body for body in result.values())

    assert not papers.may_become_final(engine, order_no)
    set_today(engine, until + timedelta(days=1))
    assert papers.may_become_final(engine, order_no)
    assert "finance_office 同意" in papers.lay_before(engine, order_no)[0]
    assert sign(engine, order_no, "leading_group").follows == "signature"
    assert sign(engine, order_no, "finance_bureau") == papers.After(REGION, PERIOD, order_no, "signed", "issue")

    assert papers.issue_or_hand_back(engine, order_no) == ""
    assert papers.issue_or_hand_back(engine, order_no) == ""
    papers.announce_issue(engine, order_no)
    orders = letters(engine, "orders")
    with engine.connect() as connection:
        legs = load_order(connection, order_no).legs
        sent = count(connection, "ops.outbox")
    for leg in legs:
        told = orders[f"{leg.from_institution.lower()}@banks.dawu.example"]
        assert f"{leg.leg_code}　{wan(leg.amount)} 万元（{leg.amount:,.2f} 元）\n" in told
        assert leg.status == "blocked" or f"{leg.due_on:%Y-%m-%d} 前办理" in told
        assert leg.leg_code in orders["treasury@dawu.example"]
    foreign = [leg.leg_code for leg in legs if "ABC" not in (leg.from_institution, leg.to_institution)]
    assert foreign and not any(code in orders["abc@banks.dawu.example"] for code in foreign)
    assert "执行时间、金额和交易流水号" in orders["abc@banks.dawu.example"]
    papers.announce_issue(engine, order_no)
    with engine.connect() as connection:
        assert count(connection, "ops.outbox") == sent


def test_a_signature_that_does_not_count_is_mailed_and_leaves_the_step_open(drafted: tuple[Engine, str]) -> None:
    engine, order_no = drafted
    with pytest.raises(SignOffError, match="leading_group 不是“县金融办复核”的签批人"):
        sign(engine, order_no, "leading_group")

    told = letters(engine, "sign_refused")["office@dawu.example"]
    assert "leading_group" in told and "该环节仍然待签" in told
    step, given = papers.verdict_on(engine, order_no=order_no, step_no=1, round=1)
    assert step is not None and step.title == "县金融办复核" and given is None
    sign(engine, order_no, "finance_office")
    assert papers.verdict_on(engine, order_no=order_no, step_no=1, round=1) == (None, "approved")


def test_a_signature_on_a_paper_that_was_taken_back_is_not_said_to_be_waited_for(drafted: tuple[Engine, str]) -> None:
    engine, order_no = drafted
    with engine.begin() as connection:
        cancel(connection, order_no, "engineer", "重新考核")
    answer = {"order_no": order_no, "step_no": 1, "round": 1, "approved": True, "actor": "finance_office"}
    with pytest.raises(SignOffError, match="不再待签"):
        papers.keep_verdict(engine, **answer, comment="")

    told = letters(engine, "sign_refused")["office@dawu.example"]
    assert "现状是 已撤销" in told and "该环节已不再待签" in told and "仍然待签" not in told
    assert papers.issue_or_hand_back(engine, order_no) == f"指令 {order_no} 的现状是 已撤销，不能下达"


def test_a_refusal_goes_back_to_the_office_and_round_two_begins_when_it_is_submitted(
    drafted: tuple[Engine, str],
) -> None:
    engine, order_no = drafted
    after = sign(engine, order_no, "finance_office", approved=False, comment="建行数据有误")
    assert (after.status, after.follows) == ("returned", "")
    assert "建行数据有误" in letters(engine, "order_returned")["office@dawu.example"]
    assert lost_papers(engine, lambda run: False) == ([], [])
    with engine.begin() as connection:
        submit(connection, order_no, "engineer", "已核实无误")

    assert lost_papers(engine, lambda run: False) == ([f"{REGION}|{PERIOD}|{order_no}"], [])
    assert "第 2 轮签批" in papers.lay_before(engine, order_no)[0]
    assert sign(engine, order_no, "finance_office").status == "reviewed"


def test_one_run_asks_for_a_step_at_a_time_and_a_lost_one_is_found(drafted: tuple[Engine, str]) -> None:
    engine, order_no = drafted
    with engine.begin() as connection:
        assert put_up(connection, order_no, "first", lambda run: True) is not None
        assert put_up(connection, order_no, "first", lambda run: True) is not None
        with pytest.raises(AskedAlreadyError, match="first"):
            put_up(connection, order_no, "second", lambda run: True)
    key = f"{REGION}|{PERIOD}|{order_no}"
    assert lost_papers(engine, lambda run: run == "first") == ([], [])
    assert lost_papers(engine, lambda run: False) == ([key], [])
    sign_all(engine, order_no)
    assert lost_papers(engine, lambda run: True) == ([], [key])


def test_balances_that_moved_send_the_order_back_and_it_is_not_put_up_before_they_agree(
    drafted: tuple[Engine, str],
) -> None:
    engine, order_no = drafted
    sign_all(engine, order_no)
    with engine.begin() as connection:
        account, submission = connection.execute(
            text("SELECT from_account, (SELECT min(submission_id) FROM core.balance) FROM ops.transfer_leg LIMIT 1")
        ).one()
        connection.execute(text("ALTER TABLE core.balance DISABLE TRIGGER USER"))
        before = connection.execute(
            text("UPDATE core.balance SET balance = balance + 0 WHERE account = :a RETURNING balance"), {"a": account}
        ).scalar_one()
        connection.execute(text("UPDATE core.balance SET balance = 1 WHERE account = :a"), {"a": account})
    said = papers.issue_or_hand_back(engine, order_no)
    assert said.startswith(f"指令 {order_no} 没有下达，退回拟稿") and account in said
    mail = letters(engine, "order_drift")["treasury@dawu.example"]
    assert account in mail and "1.00 元" in mail and f"{before:,.2f}" in mail and f"{order_no}-L" in mail

    assert lost_papers(engine, lambda run: False) == ([], [])
    with engine.begin() as connection:
        connection.execute(text("UPDATE core.balance SET balance = :b WHERE account = :a"), {"a": account, "b": before})
    assert lost_papers(engine, lambda run: False) == ([f"{REGION}|{PERIOD}|{order_no}"], [])
    assert submission is not None and settings().var.name == "nowhere"


def test_who_lets_a_signature_wait_is_reminded_once_a_working_day(drafted: tuple[Engine, str]) -> None:
    engine, _ = drafted
    with engine.begin() as connection:
        # Two working days after Thursday the 15th are up on Monday the 19th.
        assert [remind_signers(connection, REGION, date(2026, 1, day)) for day in (16, 19, 20, 20, 21)] == [
            0,
            0,
            1,
            0,
            1,
        ]
    assert "催签" in letters(engine, "sign")["office@dawu.example"]
