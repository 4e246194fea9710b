"""A skipped quarter is an explicit row (S14): no run, the shares published last stay, later quarters read its feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, create_engine, text

from cunfang.evaluation import official
from cunfang.evaluation.official import advance, evaluate_official
from cunfang.evaluation.waiver import WaivedError, waived
from cunfang.orders.audit import verify
from cunfang.orders.draft import draft_adjustment, lay_out
from cunfang.orders.paper import Paper, Terms
from cunfang.orders.waiver import withdraw, withdrawn
from cunfang.period import Period
from cunfang.region import DEFAULT_CHAIN, Region
from evaluation.county import County, Decision
from evaluation.load import deliver
from evaluation.test_unexplained import QUIET

REGION, Q3, Q4 = "999999", Period(2025, 3), Period(2025, 4)


def waiver(last: date, number: str = "县政〔2025〕9号") -> Decision:
    """A decision that waives the quarters that end on `last`."""
    return Decision(number, "waive_period", valid_from=last, valid_to=last)


@pytest.fixture
def engine(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An empty warehouse of this test's own; its region evaluates by a shipped rule book and lets findings be."""
    region = Region(code=REGION, name="测试县", rulebook="hefei-2012", unexplained="note")
    monkeypatch.setattr(official, "load_region", lambda code: region)
    return create_engine(warehouse)


def lay(engine: Engine, *decisions: Decision) -> None:
    """The county's fourth quarter with these decisions."""
    county: County = replace(QUIET, decisions=decisions)
    with engine.begin() as connection:
        deliver(connection, {REGION: county})


def one(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_given_a_waived_quarter_when_evaluated_then_there_is_a_row_and_no_run(engine: Engine) -> None:
    lay(engine, waiver(Q4.end))

    for _ in range(2):
        with pytest.raises(WaivedError, match="2025-Q4 按决定 县政〔2025〕9号 暂停考核，此前没有公布过的分配"):
            evaluate_official(engine, REGION, Q4)

    assert one(engine, "SELECT count(*) FROM eval.run") == [(0,)]
    assert one(engine, "SELECT period, status, decision, run_in_force FROM ops.waiver") == [
        ("2025-Q4", "waived", "县政〔2025〕9号", None)
    ]
    assert one(engine, "SELECT action, detail ->> 'period' FROM ops.audit") == [("waiver.waived", "2025-Q4")]
    assert one(engine, "SELECT state, decision FROM ops.period_state WHERE period = '2025-Q4'") == [
        ("waived", "县政〔2025〕9号")
    ]
    assert one(engine, "SELECT * FROM mart.v_cn_period WHERE \"考核期\" = '2025-Q4'") == [
        (REGION, "2025-Q4", "暂停考核", "县政〔2025〕9号", None)
    ]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ops.waiver SET decision = '县政〔2025〕8号'", "DELETE FROM ops.waiver",
     "INSERT INTO ops.waiver (region, period, decision, submission_id, record_no) "
     "SELECT region, '2026-Q1', decision, submission_id, record_no FROM ops.waiver"],
    ids=["changed", "removed", "added"],
)  # fmt: skip
def test_given_a_waiver_that_is_tampered_with_then_the_audit_finds_it(engine: Engine, statement: str) -> None:
    lay(engine, waiver(Q4.end))
    with pytest.raises(WaivedError):
        evaluate_official(engine, REGION, Q4)
    with engine.begin() as connection:
        assert verify(connection).breaks == ()
        connection.execute(text("ALTER TABLE ops.waiver DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        (found,) = verify(connection).breaks
    assert found.what.startswith("waiver 中")


def test_given_the_quarter_before_is_waived_then_this_one_is_evaluated_on_the_feeds(engine: Engine) -> None:
    lay(engine, waiver(Q3.end))

    run_id = evaluate_official(engine, REGION, Q4)

    with engine.connect() as connection:
        assert waived(connection, REGION, Q4) is None
        skipped = waived(connection, REGION, Q3)
    assert skipped is not None and skipped.run_in_force is None
    assert one(engine, "SELECT run_id FROM eval.run") == [(run_id,)]


def test_given_a_published_quarter_then_a_decision_does_not_waive_it_any_more(engine: Engine) -> None:
    lay(engine)
    run_id = evaluate_official(engine, REGION, Q4)
    with engine.begin() as connection:
        advance(connection, run_id, "draft", "approved", "leading_group")
        advance(connection, run_id, "approved", "published", "finance_bureau")
    _decide(engine, waiver(Q4.end))
    with engine.connect() as connection:
        assert waived(connection, REGION, Q4) is None
    assert one(engine, "SELECT state, run_in_force FROM ops.period_state WHERE period = '2025-Q4'") == [
        ("official", run_id)
    ]
    _decide(engine, waiver(date(2026, 3, 31), "县政〔2026〕1号"), "2026-Q1")
    with engine.connect() as connection:
        following = waived(connection, REGION, Period(2026, 1))
    assert one(engine, 'SELECT "考核期", "状态", "沿用考核期" FROM mart.v_cn_period ORDER BY 1 DESC LIMIT 2') == [
        ("2026-Q1", "暂停考核", "2025-Q4"),
        ("2025-Q4", "已公布", None),
    ]
    assert following is not None and (following.run_in_force, following.in_force_period) == (run_id, "2025-Q4")
    assert "沿用 2025-Q4 公布的分配" in following.message


def test_given_papers_of_the_quarter_that_were_not_issued_then_they_are_withdrawn_by_the_decision(
    engine: Engine,
) -> None:
    lay(engine)
    run_id = evaluate_official(engine, REGION, Q4)
    with engine.begin() as connection:
        order_no = draft_adjustment(connection, run_id)
        terms = Terms(Decimal("0.05"), 3, 5, 0)
        recall = Paper(REGION, str(Q4), "recall", Q4.end, terms, institution="A", cause="决定 1 号")
        lay_out(connection, recall, (), DEFAULT_CHAIN)
    _decide(engine, waiver(Q4.end))
    with engine.begin() as connection:
        found = waived(connection, REGION, Q4)
        assert found is not None
        assert withdraw(connection, found) == [order_no]
        assert withdraw(connection, found) == []
        assert withdrawn(connection, found) == [order_no]
    assert one(engine, "SELECT kind, status, status_reason FROM ops.order_paper ORDER BY kind") == [
        ("adjustment", "cancelled", "决定 县政〔2025〕9号 暂停本期考核"),
        ("recall", "draft", ""),
    ]


def _decide(engine: Engine, ruling: Decision, period: str = "2025-Q4") -> None:
    """One more register of decisions, accepted."""
    with engine.begin() as connection:
        number = connection.execute(
            text("""
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                VALUES (:region, :period, 'decisions', 9, '领导小组', repeat('d', 64), '决定.csv', 1)
                RETURNING submission_id
            """),
            {"region": REGION, "period": period},
        ).scalar_one()
        connection.execute(
            text("""
                INSERT INTO core.decision (
                    submission_id, record_no, region, decision, kind, valid_from, valid_to, decided_on, approver
                )
                VALUES (:id, 1, :region, :decision, :kind, :first, :last, :first, '领导小组')
            """),
            {
                "id": number,
                "region": REGION,
                "decision": ruling.number,
                "kind": ruling.kind,
                "first": ruling.valid_from,
                "last": ruling.valid_to,
            },
        )
        accepted = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')")
        connection.execute(accepted, {"id": number})
