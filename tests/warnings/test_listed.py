"""Limits by type of bank, listed events, and two quarters running across a merger, on a real warehouse (S20, S32)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.delivery.announce import announce_warnings
from cunfang.delivery.recall import announce_proposal, ground_lines
from cunfang.documents.loading import load_warnings
from cunfang.documents.policy import policy_view
from cunfang.documents.terminal import warning_lines
from cunfang.orders.recall import load_recall, propose
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.rulebook import WarningEvent
from cunfang.simulation.lay import free_region, lay
from cunfang.warehouse.publish import publish_alerts
from delivery.received import Received
from listed import BY_TYPE, EVENTS, event, figures, judged, policy, ratio, register, reported
from orders.recalled import Account, County

Q3, Q4, Q1 = Period(2025, 3), Period(2025, 4), Period(2026, 1)
ORDER = [None, "黄", "橙", "红"]


@pytest.fixture(scope="module")
def ground(new_module_warehouse: Callable[[], str]) -> Iterator[Engine]:
    made = create_engine(
        new_module_warehouse(), connect_args={"options": "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"}
    )
    yield made
    made.dispose()


@pytest.fixture
def connection(ground: Engine) -> Iterator[Connection]:
    with ground.connect() as made:
        yield made


@pytest.fixture
def region(connection: Connection) -> str:
    return free_region(connection)


def on(connection: Connection, day: str) -> None:
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day})


def stands(connection: Connection, region: str) -> list[str | None]:
    found = text("SELECT level FROM ops.standing_warning WHERE region = :region AND event IS NOT NULL ORDER BY event")
    return list(connection.scalars(found, {"region": region}))


def test_given_a_limit_of_its_type_then_a_bank_is_judged_by_it_and_others_by_the_general_one(
    connection: Connection, region: str
) -> None:
    banks = ({"institution": "A"}, {"institution": "B", "type": "农商行"}, {"institution": "C", "type": "村镇银行"})
    lay(connection, region, [register(Q4, *banks), figures(Q4, *(ratio(Q4, bank, "0.38") for bank in "ABCX"))])

    found = judged(connection, region, Q4, policy(BY_TYPE))
    assert {(one.institution, one.level) for one in found} == {("B", "橙"), ("C", "橙")}
    assert {(one.figure.limit, one.figure.type) for one in found if one.figure} == {
        (Decimal("0.40"), "农商行"),
        (Decimal("0.40"), "村镇银行"),
    }
    assert "（农商行限值 40.00%，法人口径）" in warning_lines(found)[0]


def test_given_limits_of_types_alone_then_a_bank_of_another_type_is_not_judged(
    connection: Connection, region: str
) -> None:
    alone = {key: value for key, value in BY_TYPE.items() if key != "limit"}
    lay(
        connection,
        region,
        [
            register(Q4, {"institution": "A"}, {"institution": "B", "type": "农商行"}),
            figures(Q4, ratio(Q4, "A", "0.01"), ratio(Q4, "B", "0.01")),
        ],
    )

    assert [(one.institution, one.level) for one in judged(connection, region, Q4, policy(alone))] == [("B", "红")]


def test_given_a_bank_that_changed_its_type_then_each_quarter_has_the_limit_of_its_own(
    connection: Connection, region: str
) -> None:
    lay(
        connection,
        region,
        [
            register(Q3, {"institution": "A", "type": "农商行"}),
            register(Q4, {"institution": "A"}),
            figures(Q3, ratio(Q3, "A", "0.38")),
            figures(Q4, ratio(Q4, "A", "0.24")),
        ],
    )

    (warning,) = judged(connection, region, Q4, policy(BY_TYPE))
    assert warning.level == "红" and "连续两个考核期突破" in warning.reason


@pytest.mark.parametrize(
    ("before", "level"),
    [(("V", "0.20", "legal_person"), "红"), (("V", "0.26", "legal_person"), "橙"), (("V", "0.20", "branch"), "橙")],
    ids=["broken by the predecessor", "only close", "another scope"],
)
def test_given_a_merger_then_two_quarters_running_follow_it(
    connection: Connection, region: str, before: tuple[str, str, str], level: str
) -> None:
    gone = {"institution": "V", "closed_on": date(2025, 11, 1), "successor": "A"}
    lay(
        connection,
        region,
        [
            register(Q4, {"institution": "A"}, gone),
            figures(Q3, ratio(Q3, *before), ratio(Q3, "A", "0.50")),
            figures(Q4, ratio(Q4, "A", "0.24")),
        ],
    )

    (warning,) = judged(connection, region, Q4, policy())
    assert (warning.institution, warning.level) == ("A", level)
    assert ("上期为已并入的V行" in warning.reason) == (level == "红")


def test_given_a_predecessor_not_yet_merged_then_its_breach_is_its_own(connection: Connection, region: str) -> None:
    later = {"institution": "V", "closed_on": date(2026, 2, 1), "successor": "A"}
    lay(
        connection,
        region,
        [
            register(Q4, {"institution": "A"}, later),
            figures(Q3, ratio(Q3, "V", "0.20")),
            figures(Q4, ratio(Q4, "A", "0.24"), ratio(Q4, "V", "0.24")),
        ],
    )

    levels = {one.institution: one.level for one in judged(connection, region, Q4, policy())}
    assert levels == {"A": "橙", "V": "红"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.decimals("0", "0.6", places=3), min_size=2, max_size=8, unique=True),
    st.sampled_from([">=", "<="]),
    st.sampled_from(["国有大行", "农商行"]),
    st.decimals("0", "1", places=2),
    st.decimals("0", "1", places=2),
)
def test_given_any_margins_then_the_colour_never_falls_as_the_figure_gets_worse(
    ground: Engine, values: list[Decimal], operator: str, type_: str, yellow: Decimal, red: Decimal
) -> None:
    limit = {**BY_TYPE, "operator": operator, "yellow_margin": str(yellow), "red_margin": str(red)}
    banks = {f"B{number}": value for number, value in enumerate(values)}
    with ground.connect() as connection:
        region = free_region(connection)
        lay(
            connection,
            region,
            [
                register(Q4, *({"institution": bank, "type": type_} for bank in banks)),
                figures(Q4, *(ratio(Q4, bank, str(value)) for bank, value in banks.items())),
            ],
        )
        levels = {one.institution: one.level for one in judged(connection, region, Q4, policy(limit))}

    worse = sorted(banks, key=lambda bank: banks[bank], reverse=operator == ">=")
    heights = [ORDER.index(levels.get(bank)) for bank in worse]
    assert all(better <= other for better, other in pairwise(heights))


def test_given_several_rules_then_kind_with_severity_goes_before_kind_before_severity(
    connection: Connection, region: str
) -> None:
    events = (
        event("E1"),
        event("E2", severity="note"),
        event("E3", kind="case", severity="note"),
        event("E4", kind="case", severity="deduct"),
    )
    lay(connection, region, [register(Q4, {"institution": "A", "legal_person": "local"}), reported(Q4, *events)])

    book = policy(events=EVENTS)
    found = judged(connection, region, Q4, book)
    assert [(one.event.code, one.level, one.metric_name) for one in found if one.event] == [
        ("E1", "红", "重大处罚"),
        ("E2", "橙", "行政处罚"),
        ("E3", "黄", "其他记录"),
    ]
    assert {one.scope for one in found} == {"legal_person"}
    assert judged(connection, region, Q4, book) == (), "told once"


def test_given_a_rule_book_without_events_then_none_warns(connection: Connection, region: str) -> None:
    lay(connection, region, [reported(Q4, event())])

    assert judged(connection, region, Q4, policy()) == ()


def test_given_months_then_the_event_warns_to_the_day_before_they_are_over(connection: Connection, region: str) -> None:
    lay(connection, region, [reported(Q4, event())])
    judged(connection, region, Q4, policy(events=EVENTS))

    on(connection, "2026-11-13")
    assert stands(connection, region) == ["红"]
    on(connection, "2026-11-14")
    assert stands(connection, region) == [None]


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"decision": "孝银罚决字〔2025〕16号"}, "红"),
        ({"closed_on": date(2026, 3, 31)}, None),
        ({"kind": "case"}, None),
        ({"institution": "B"}, None),
        ({"decided_on": date(2025, 11, 15)}, None),
    ],
    ids=["number corrected", "closed", "another kind", "another bank", "another day"],
)
def test_given_a_later_record_then_the_warning_stands_only_while_it_says_the_same(
    connection: Connection, region: str, changes: dict[str, object], level: str | None
) -> None:
    lay(connection, region, [reported(Q4, event())])
    (raised,) = judged(connection, region, Q4, policy(events=EVENTS))
    lay(connection, region, [reported(Q1, event(**changes))])

    on(connection, "2026-04-10")
    assert [found for found in stands(connection, region) if found] == ([level] if level else [])
    (again,) = load_warnings(connection, [raised.warning_id])
    assert again.event is not None and again.event.decision == changes.get("decision", "孝银罚决字〔2025〕6号")


def test_given_months_that_were_over_before_the_quarter_then_nothing_is_told(
    connection: Connection, region: str
) -> None:
    lay(connection, region, [reported(Q4, event(found_on=date(2024, 9, 1), decided_on=date(2024, 9, 30)))])

    assert judged(connection, region, Q4, policy(events=EVENTS)) == ()


def test_given_neither_cause_or_both_then_the_database_refuses_the_warning(connection: Connection, region: str) -> None:
    lay(connection, region, [reported(Q4, event())])
    judged(connection, region, Q4, policy(events=EVENTS))
    columns = "region, period, institution, as_of, level, reason, rulebook_code, submission_id, record_no, event"
    for said in ("NULL AS metric, NULL AS value", "'liquidity_ratio', 0.1"):
        both = "event" if "0.1" in said else "NULL"
        insert = f"""
            INSERT INTO ops.warning ({columns}, metric, value)
            SELECT {columns.removesuffix(", event")}, {both}, {said} FROM ops.warning WHERE region = :region
        """
        with pytest.raises(IntegrityError, match="warning_cause"), connection.begin_nested():
            connection.execute(text(insert), {"region": region})


def test_given_a_red_event_then_a_recall_is_proposed_with_its_ground_in_the_letters(connection: Connection) -> None:
    book, where = policy(events=EVENTS), "420922"
    county = County((Account("A-1", "A", 5_000_000), Account("B-pool", "B", 0, role="pool")))
    files = [one for one in county.files() if one.feed != "supervisory_events"]
    lay(connection, where, [*files, reported(Q4, event())])
    (raised,) = judged(connection, where, Q4, book)
    assert announce_warnings(connection, [raised.warning_id], load_region(where).recipients) > 0
    (order_no,) = propose(connection, where, rulebook=book)
    assert announce_proposal(connection, order_no, rulebook=book) > 0
    said = connection.scalars(text("SELECT content FROM ops.outbox ORDER BY message_id")).all()
    mails = [Received.read(bytes(one)) for one in said]

    for word in ("监管事件 重大处罚", "扣分", "2025-11-14", "孝银罚决字〔2025〕6号", "名录未写明法人或分支"):
        assert any(word in mail.text and word in mail.html for mail in mails if "红色预警" in mail.subject), word
    (ground,) = ground_lines(connection, load_recall(connection, order_no, rulebook=book))
    assert ground.startswith("红色预警：2025-11-14 监管事件 重大处罚（扣分），孝银罚决字〔2025〕6号，账户管理不合规")
    assert any(ground in mail.text for mail in mails if "收回待决" in mail.subject)

    lay(connection, where, [reported(Q1, event(closed_on=date(2026, 1, 15)))])
    recall = load_recall(connection, order_no, rulebook=book)
    assert recall.withdrawn
    assert ground_lines(connection, recall)[0].endswith("该事件已更正、办结或过期，已无预警。")


def test_given_events_then_the_mart_says_what_caused_each_warning(connection: Connection) -> None:
    where = "420922"
    lay(
        connection,
        where,
        [
            register(Q4, {"institution": "A", "type": "农商行", "legal_person": "local"}),
            figures(Q4, ratio(Q4, "A", "0.38")),
            reported(Q4, event(), event("E2", severity="note")),
        ],
    )
    judged(connection, where, Q4, policy(BY_TYPE, EVENTS))
    assert publish_alerts(connection, where, str(Q4)) == 3
    page = text(
        'SELECT "预警级别", "起因", "口径", "限值适用类型", "监管事件", "处理等级", "决定文号", "预警至", "条款" '
        'FROM mart.v_cn_alert ORDER BY "级别序号" DESC, "起因"'
    )
    number, until = "孝银罚决字〔2025〕6号", date(2026, 11, 14)
    rows = [tuple(row) for row in connection.execute(page)]
    assert sorted(rows, key=str) == sorted(
        [
            ("红", "监管事件", "法人", "", "重大处罚", "扣分", number, until, "第十条"),
            ("橙", "监管事件", "法人", "", "行政处罚", "记录", number, until, "第十条"),
            ("橙", "监管指标", "法人", "农商行", None, None, None, None, "第九条第二款"),
        ],
        key=str,
    )
    lay(connection, where, [reported(Q1, event(institution="B"), event("E2", severity="note"))])
    on(connection, "2026-04-10")
    publish_alerts(connection, where, str(Q1))
    assert len(connection.execute(page).all()) == 2, "the corrected event is gone, the one told again is not"


def test_given_the_same_rule_from_two_places_then_which_counts_is_never_left_open() -> None:
    again = {**EVENTS, "twice": {"name": "又一条", "kinds": ["penalty"], "level": "黄", "clause": "第十一条"}}
    with pytest.raises(ValueError, match="penalty × 任何等级 写了两次"):
        policy(events=again)
    with pytest.raises(ValueError, match="没有写是哪些事件"):
        WarningEvent(name="空", level="红", clause="一")
    with pytest.raises(ValueError, match="大罚 不是处理等级"):
        WarningEvent(name="空", severities=("大罚",), level="红", clause="一")


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ([{"types": ["信用社"], "limit": "0.3", "clause": "一"}], "信用社 不是名录里的机构类型"),
        ([{"types": ["乡镇"], "limit": "0.3", "clause": "一"}], "乡镇 不是名录里的机构类型"),
        ([{"types": ["农商行", "农商行"], "limit": "0.3", "clause": "一"}], "把 农商行 写了两次"),
    ],
)
def test_given_a_type_unknown_or_twice_then_the_rule_book_is_refused(types: list[object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policy({**BY_TYPE, "types": types})


def test_given_a_negative_margin_or_no_limit_at_all_then_the_rule_book_is_refused() -> None:
    with pytest.raises(ValueError, match="red_margin"):
        policy({**BY_TYPE, "red_margin": "-0.1"})
    with pytest.raises(ValueError, match="没有限值"):
        policy({key: value for key, value in BY_TYPE.items() if key not in ("limit", "types")})


def test_given_types_and_events_then_the_published_page_says_them_with_their_clauses() -> None:
    said = {(rule.text, rule.clause) for rule in policy_view(policy(BY_TYPE, EVENTS)).limits}

    assert said == {
        ("流动性比例不低于 25.00%（距限值不足 10% 黄，突破橙，突破超过 20% 红）", "第九条"),
        ("农商行、村镇银行：流动性比例不低于 40.00%（距限值不足 10% 黄，突破橙，突破超过 20% 红）", "第九条第二款"),
        ("监管事件“行政处罚”（事件类别 penalty）橙，自决定之日起 12 个月内", "第十条"),
        ("监管事件“重大处罚”（事件类别 penalty，处理等级扣分）红，自决定之日起 12 个月内", "第十条"),
        ("监管事件“其他记录”（各类事件，处理等级记录）黄，直至更正或办结", "第十条"),
    }
