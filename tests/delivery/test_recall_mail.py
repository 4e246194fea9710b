"""Letters about recalls, read back from the outbox: who hears what, and that nothing is said twice (S21, S22)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.airflow.papers import issue_or_hand_back, laid_anew
from cunfang.delivery import recall as letters
from cunfang.delivery.recall import announce_proposal, announce_recall, ban_notices, ground_lines
from cunfang.orders.issue import issue
from cunfang.orders.load import orders_of
from cunfang.orders.recall import load_recall, propose
from cunfang.orders.signing import sign
from cunfang.period import Period
from cunfang.region import Level, load_region
from cunfang.simulation.lay import Delivered, lay
from cunfang.warehouse.calendar import load_calendar
from cunfang.warnings import watch
from delivery.received import Received
from orders.recalled import TODAY, Account, County, ban, liquidity, policy

REGION = "420922"
CHAIN = ("finance_office", "leading_group", "finance_bureau")
COUNTY = County(
    (
        Account("4209220001000101", "A", 12_345_678),
        Account("4209220001000102", "A", Decimal("5000000.01"), matures_on=date(2026, 6, 30)),
        Account("4209220001000103", "A", 800_000, category="fiscal_social"),
        Account("4209220001000104", "A", 900_000, owner="教育局"),
        Account("4209220002000101", "B", 0, role="pool"),
    ),
    (*ban(), ("E2", "A", "悟政办〔2026〕1号", date(2026, 1, 10))),
    {"A": "0.15"},
)


@pytest.fixture
def engine(new_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """The county on 20 January 2026, with a working calendar."""
    made = create_engine(
        new_warehouse(), connect_args={"options": f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"}
    )
    with made.begin() as connection:
        load_calendar(connection)
        COUNTY.laid(connection, REGION)
    yield made
    made.dispose()


def to(mails: list[Received], role: str) -> list[Received]:
    return [mail for mail in mails if mail.recipient.startswith(role)]


def read(connection: Connection) -> list[Received]:
    contents = connection.scalars(text("SELECT content FROM ops.outbox ORDER BY message_id")).all()
    return [Received.read(bytes(content)) for content in contents]


def test_a_proposal_goes_to_those_who_decide_with_every_ground(engine: Engine) -> None:
    with engine.begin() as connection:
        (order_no,) = propose(connection, REGION)
        assert announce_proposal(connection, order_no) == 4
        assert announce_proposal(connection, order_no) == 0, "said once"
        mails = read(connection)
    (mail,) = to(mails, "leading-group")
    assert mail.subject == f"【收回待决】A行 存款 1,734.57 万元是否收回（{order_no}）"
    for said in (
        "悟政办〔2025〕3号，2025-11-20 作出，三年至 2028-11-20，与其他决定重叠，合并计算，2029-01-10 起恢复。",
        "取消资格：悟政办〔2026〕1号，2026-01-10 作出，三年，2029-01-10 起恢复。",
        "红色预警：2025-12-31 流动性比例 15%，要求不低于 25%",
        "\n下达后即可划转：1 笔，1,234.57 万元",
        "定期存款到期划转：1 笔，500.00 万元",
        "需开立待分配账户：1 笔，90.00 万元",
        "\n须另行办理：1 笔，80.00 万元",
        "签批之前不划转任何一笔",
        "“县金融办复核”“领导小组签批”“县财政局下达”",
    ):
        assert said in mail.text
    (summary,) = to(mails, "supervision")
    assert "12,345,678.00" not in summary.text and "1,234.57" in summary.text


def test_a_better_figure_is_told_to_those_who_decide_before_they_sign(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT set_config('cunfang.today', '2026-04-20', TRUE)"))
        red = County(COUNTY.accounts, liquidity={"C": "0.30", "A": "0.15"})
        lay(connection, "900001", red.files())
        watch(connection, "900001", Period(2025, 4), policy())
        (order_no,) = propose(connection, "900001", rulebook=policy())
        lay(connection, "900001", [liquidity(Period(2026, 1), {"A": "0.31"})])
        watch(connection, "900001", Period(2026, 1), policy())
        recall = load_recall(connection, order_no, rulebook=policy())
        (line,) = ground_lines(connection, recall)
    assert recall.withdrawn and line.endswith("；最新一期 2026-03-31 为 31%，已无预警。")


def test_after_the_issue_the_bank_is_told_what_to_pay_and_the_office_what_to_deal_with_apart(engine: Engine) -> None:
    with engine.begin() as connection:
        (order_no,) = propose(connection, REGION)
        for actor in CHAIN:
            sign(connection, order_no, approved=True, actor=actor)
    assert issue(engine, order_no).drifts == ()
    with engine.begin() as connection:
        assert announce_recall(connection, order_no) > 0
        assert announce_recall(connection, order_no) == 0, "said once"
        mails = read(connection)
    (bank,) = to(mails, "a@")
    assert bank.subject == f"【收回通知】A行 1,734.57 万元，2026-01-23 前办理（{order_no}）"
    assert "4209220001000101" in bank.text and "4209220002000101" in bank.text and "2026-01-23 前办理" in bank.text
    assert "2026-06-30 到期后，2026-07-03 前办理" in bank.text
    assert "4209220001000103" not in bank.text, "what does not move is not for the bank to do"
    (pool,) = to(mails, "b@")
    assert "不计为贵行的存放额" in pool.text
    (office,) = to(mails, "office")
    assert "须另行办理" in office.text and "4209220001000103" in office.text


@pytest.mark.parametrize(
    ("day", "sent"),
    [(date(2028, 12, 10), False), (date(2028, 12, 11), True), (date(2029, 1, 9), True), (date(2029, 1, 10), False)],
)
def test_the_end_of_a_ban_is_told_thirty_days_before_and_once(engine: Engine, day: date, sent: bool) -> None:
    with engine.begin() as connection:
        assert bool(ban_notices(connection, REGION, day)) is sent
        assert ban_notices(connection, REGION, day) == 0
        mails = read(connection)
    for mail in mails:
        assert mail.subject == "【取消资格将满】A行 2029-01-10 起恢复参加考核"
        assert "悟政办〔2025〕3号，2025-11-20 作出" in mail.text and "悟政办〔2026〕1号，2026-01-10 作出" in mail.text
        assert "自2029年一季度考核起重新参加" in mail.text


def test_a_recall_that_the_issue_sends_back_is_laid_out_anew_and_proposed(engine: Engine) -> None:
    newer = {"account": "4209220001000101", "as_of": date(2026, 1, 19), "balance": Decimal(7_000_000)}
    with engine.begin() as connection:
        (order_no,) = propose(connection, REGION)
        lay(connection, REGION, [Delivered(Period(2026, 1), "balances", (newer,))])
        for actor in CHAIN:
            sign(connection, order_no, approved=True, actor=actor)
    assert "没有下达" in issue_or_hand_back(engine, order_no)
    with engine.begin() as connection:
        mails = read(connection)
        (anew,) = (head for head in orders_of(connection, REGION, open_only=True))
    assert (anew.supersedes, anew.status) == (order_no, "draft")
    assert any(mail.subject == f"【收回待决】A行 存款 1,200.00 万元是否收回（{anew.order_no}）" for mail in mails)
    (drift, *_) = (mail for mail in mails if "未能下达" in mail.subject)
    assert "已按现在的余额重新拟定，另信提请签批" in drift.text and "cunfang order cancel" not in drift.text

    # The task may be cut off after it: done again, it finds the same paper to put up.
    assert "不能下达" in issue_or_hand_back(engine, order_no)
    assert laid_anew(engine, order_no) == f"{REGION}|{anew.period}|{anew.order_no}"
    assert laid_anew(engine, anew.order_no) is None


def test_a_notice_of_a_recall_names_neither_bank_nor_amount(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = load_region(REGION)
    strangers = tuple(one.model_copy(update={"level": Level.NOTICE}) for one in inside.recipients)
    banks = inside.banks.model_copy(update={"level": Level.NOTICE})
    place = inside.model_copy(update={"recipients": strangers, "banks": banks})
    monkeypatch.setattr(letters, "load_region", lambda _: place)

    with engine.begin() as connection:
        (order_no,) = propose(connection, REGION)
        announce_proposal(connection, order_no)
        for actor in CHAIN:
            sign(connection, order_no, approved=True, actor=actor)
    assert issue(engine, order_no).drifts == ()
    with engine.begin() as connection:
        announce_recall(connection, order_no)
        ban_notices(connection, REGION, date(2028, 12, 20))
        mails = read(connection)

    assert len(mails) > 6
    assert not any("A行" in mail.subject + mail.text or "万元" in mail.subject + mail.text for mail in mails)
