"""Letters of an issue as the bank, the office and a mailbox outside read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.delivery import following
from cunfang.delivery import orders as letters
from cunfang.delivery.transfers import Transfer, transfers
from cunfang.evaluation import evaluate_within
from cunfang.money import fmt_yuan
from cunfang.orders import correction
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.load import OrderHead, load_order
from cunfang.orders.track import track
from cunfang.region import Banks, Level, Recipient, Region, Topic, load_region
from cunfang.rulebook import read_rulebook
from cunfang.warehouse.embedded import create_database
from delivery.received import Received, outbox
from documents.sample_run import FOLDER, PERIOD, REGION, _submit, load_sample
from signed import published, sign_all

FIRST, SECOND = "420922-2025Q4-T01", "420922-2025Q4-T02"


@pytest.fixture(scope="module")
def engine(postgres: Path) -> Iterator[Engine]:
    """A warehouse in which the sample's order is issued, and superseded before anybody carried it out."""
    url = create_database(postgres, "orders_mail", template="template_warehouse")
    made = create_engine(url, connect_args={"options": "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"})
    published(made, load_sample(made).run_id)
    with made.begin() as connection:
        _submit(connection, next(FOLDER.glob("pboc_credit/*.csv")), {"411000000": "401000000"})
        run_id = evaluate_within(connection, REGION, PERIOD, read_rulebook("dawu-2025")).run_id
        assert correction.paper_of(connection, run_id) == SECOND
        sign_all(connection, SECOND)
        assert issue_within(connection, SECOND).drifts == ()
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def head(connection: Connection) -> OrderHead:
    """The order that superseded."""
    return load_order(connection, SECOND).head


@pytest.fixture
def legs(connection: Connection) -> list[Transfer]:
    """The transfers of both orders as they stand."""
    return transfers(connection, REGION)


def bank(code: str) -> str:
    return f"{code.lower()}@banks.dawu.example"


def total(legs: Sequence[Transfer]) -> str:
    return f"（{fmt_yuan(sum(leg.amount for leg in legs))} 元）"


def test_a_transfer_that_the_new_order_replaces_is_called_off_at_both_of_its_banks(
    connection: Connection, head: OrderHead, legs: list[Transfer]
) -> None:
    gone = [leg for leg in legs if leg.order_no == FIRST and leg.status == "cancelled"]
    assert gone and all(leg.due == "" for leg in gone)

    assert letters.announce_issue(connection, head) > 0

    mails = outbox(connection)
    for leg in gone:
        for code in (leg.from_institution, leg.to_institution):
            body = mails[bank(code)].text.partition("不再办理的划转")[2]
            assert leg.leg_code in body and "请停止办理" in body and "补报执行回执" in body
    office = mails["office@dawu.example"].text
    assert all(leg.leg_code in office for leg in gone) and total(gone) in office
    stranger = next(leg for leg in gone if "ABC" not in (leg.from_institution, leg.to_institution))
    assert stranger.leg_code not in mails[bank("ABC")].text + mails[bank("ABC")].html


def test_a_bank_whose_every_transfer_was_called_off_is_told_although_the_new_order_leaves_it_out(
    connection: Connection, head: OrderHead, legs: list[Transfer], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [leg for leg in legs if leg.order_no == FIRST and leg.status == "cancelled" and leg.concerns("PSBC")]
    monkeypatch.setattr(letters, "transfers", lambda *_: [leg for leg in legs if leg.order_no == SECOND][:0])
    monkeypatch.setattr(letters, "replaced", lambda *_: old)

    letters.announce_issue(connection, head)

    told = outbox(connection)[bank("PSBC")]
    assert told.subject.endswith(f"{len(old)} 笔划转不再办理")
    assert "本次没有贵行可以办理的划转" in told.text and "按编号填报" not in told.text


def test_a_bank_is_told_its_sum_to_the_fen_and_what_it_has_to_do(
    connection: Connection, head: OrderHead, legs: list[Transfer]
) -> None:
    letters.announce_issue(connection, head)

    mails, mine = outbox(connection), [leg for leg in legs if leg.order_no == SECOND]
    for code in {leg.from_institution for leg in mine} | {leg.to_institution for leg in mine}:
        body, live = mails[bank(code)].text, [leg for leg in mine if not leg.blocked and leg.concerns(code)]
        pays, receives = (
            [leg for leg in live if getattr(leg, side) == code] for side in ("from_institution", "to_institution")
        )
        for some, word, task in ((pays, "划出", "按编号填报"), (receives, "划入", "由付款行按期办理")):
            assert (f"{word} " in body.partition("本次")[2].partition("\n")[0]) is bool(some)
            assert (task in body) is bool(some)
            assert not some or total(some) in body
        assert bool(live) is ("期限均含当日" in body) is not ("没有贵行可以办理" in body)


def test_a_bank_with_nothing_but_blocked_transfers_is_not_asked_to_carry_any_out(
    connection: Connection, legs: list[Transfer]
) -> None:
    mine = [leg for leg in legs if leg.order_no == FIRST and leg.concerns("HBB")]
    assert mine and all(leg.blocked for leg in mine)

    letters.announce_issue(connection, load_order(connection, FIRST).head)

    told = outbox(connection)[bank("HBB")].text
    assert "没有贵行可以办理" in told and "现在不须办理" in told and total(mine) in told
    assert "请先回报收悉" not in told and "按下列各笔办理" not in told and " 0.00 万元" not in told


def outside(region: Region) -> Region:
    """The region with banks and office that get a notice only."""
    desk = Recipient(
        role="外部", address="desk@elsewhere.example", topics=frozenset({Topic.ORDERS, Topic.RESULT, Topic.RED})
    )
    banks = Banks(level=Level.NOTICE, pattern="{institution}@banks.elsewhere.example")
    return Region(**{**region.model_dump(exclude={"recipients", "banks"}), "banks": banks, "recipients": (desk,)})


def test_a_notice_says_neither_in_its_subject_nor_in_its_text_what_moves(
    connection: Connection, head: OrderHead, legs: list[Transfer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "load_region", lambda _: outside(load_region(REGION)))

    letters.announce_issue(connection, head)

    mails = outbox(connection)
    assert len(mails) > 3
    for mail in mails.values():
        assert SECOND in mail.subject
        assert not reveals(mail, legs)


def test_a_notice_of_what_follows_the_issue_says_as_little(
    connection: Connection, legs: list[Transfer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "load_region", lambda _: outside(load_region(REGION)))
    (leg, *_) = (leg for leg in legs if leg.order_no == SECOND and leg.status == "issued")

    move_leg(connection, leg.leg_code, "returned", actor=leg.from_institution, reason="户名不符")
    assert following.announce_returned_legs(connection, REGION, [leg.leg_code]) == 1
    move_leg(connection, leg.leg_code, "issued", actor="finance_office", reason="已更正", due_on=date(2026, 2, 20))
    assert following.announce_by_hand(connection, REGION, leg.leg_code) == 3
    on(connection, date(2026, 3, 2))
    track(connection, REGION)
    assert following.chase_overdue(connection, REGION, date(2026, 3, 2)) > 1

    mails = outbox(connection)
    assert {mail.recipient.partition("@")[2] for mail in mails.values()} == {
        "elsewhere.example",
        "banks.elsewhere.example",
    }
    assert not any(reveals(mail, legs) for mail in mails.values())


def test_a_transfer_given_out_anew_reaches_both_banks_with_its_new_day(
    connection: Connection, legs: list[Transfer]
) -> None:
    (leg, *_) = (leg for leg in legs if leg.order_no == SECOND and leg.status == "issued")
    move_leg(connection, leg.leg_code, "returned", actor=leg.from_institution, reason="户名不符")
    move_leg(connection, leg.leg_code, "issued", actor="finance_office", reason="户名已更正", due_on=date(2026, 2, 20))

    assert following.announce_by_hand(connection, REGION, leg.leg_code) == 4
    assert following.announce_by_hand(connection, REGION, leg.leg_code) == 0

    mails = outbox(connection)
    for code in (leg.from_institution, leg.to_institution):
        assert "户名已更正" in mails[bank(code)].text and "2026-02-20 前办理" in mails[bank(code)].text
    assert "【" not in mails[bank(code)].text.partition("----")[0].replace("【示例数据，仅供演示】", "")


def on(connection: Connection, day: date) -> None:
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day.isoformat()})


def reveals(mail: Received, legs: Sequence[Transfer]) -> bool:
    """Whether an amount, an account or a bank's name stands anywhere in it."""
    whole = mail.subject + mail.text + mail.html
    secrets = {leg.wan for leg in legs} | {leg.from_account for leg in legs} | {leg.from_name for leg in legs}
    return "万元" in whole or any(secret in whole for secret in secrets)


def test_a_paper_that_is_signed_anew_does_not_open_the_time_to_object_again(
    connection: Connection, head: OrderHead
) -> None:

    assert letters.announce_provisional(connection, head, date(2026, 1, 27)) > 0
    assert letters.announce_provisional(connection, replace(head, round=2), date(2026, 1, 27)) == 0
