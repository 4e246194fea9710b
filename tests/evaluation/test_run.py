"""A run as a whole: the same inputs give the same run, a stop leaves only its question, nothing changes after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.documents.loading import load_result
from cunfang.evaluation import RunStoppedError, evaluate
from cunfang.evaluation import run as run_module
from cunfang.period import Period
from cunfang.quality.suspension import NOTE, Suspension
from cunfang.rulebook import read_rulebook
from evaluation.county import Account, Bank, County, Credit, Tax, Value
from evaluation.load import deliver
from evaluation.policy import ONE, policy

REGION = "999999"
Q4 = Period(2025, 4)
HEFEI = read_rulebook("hefei-2012")
TABLES = (
    "run",
    "run_input",
    "run_event",
    "participant",
    "holding",
    "indicator_value",
    "points",
    "score",
    "quota",
    "bounded",
)
RESULTS = ("allocation", "leg", "adjustment")

DELIVERED = County(
    HEFEI,
    (Bank("A"), Bank("B")),
    (Account("A-1", "A", Decimal(5000000)), Account("B-1", "B", Decimal(1000000))),
    (Value("A", "outlets", Decimal(3)), Value("B", "outlets", Decimal(1))),
    tuple(Credit(bank, *map(Decimal, (10_000_000, 60, 20, 30))) for bank in ("A", "B")),
    (Tax("A", date(2025, 1, 1), date(2025, 12, 31), Decimal(7)),),
)


@pytest.fixture
def engine(warehouse: str) -> Engine:
    """An empty warehouse of this test's own."""
    return create_engine(warehouse)


def _deliver(engine: Engine, county: County, region: str = REGION) -> None:
    with engine.begin() as connection:
        deliver(connection, {region: county})


def _count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_given_the_same_inputs_when_evaluated_twice_then_it_is_the_same_run_and_nothing_is_added(
    engine: Engine,
) -> None:
    _deliver(engine, DELIVERED)
    first = evaluate(engine, REGION, Q4, HEFEI)
    before = {table: _count(engine, f"eval.{table}") for table in (*TABLES, *RESULTS)}
    second = evaluate(engine, REGION, Q4, HEFEI)

    assert (first.fresh, second.fresh, second.run_id) == (True, False, first.run_id)
    assert {table: _count(engine, f"eval.{table}") for table in (*TABLES, *RESULTS)} == before
    assert all(before.values())


def test_given_a_corrected_file_then_it_is_a_new_run_and_the_old_one_stands_beside_it(engine: Engine) -> None:
    _deliver(engine, DELIVERED)
    first = evaluate(engine, REGION, Q4, HEFEI)
    with engine.begin() as connection:
        corrected = text("""
            WITH again AS (
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                SELECT region, period, feed, 2, provider, repeat('0', 64), file_name, file_size
                FROM raw.submission WHERE feed = 'indicators' RETURNING submission_id
            ), accepted AS (
                INSERT INTO raw.submission_event (submission_id, status) SELECT submission_id, 'accepted' FROM again
            )
            INSERT INTO core.indicator (submission_id, record_no, region, institution, measure, as_of, value)
            SELECT again.submission_id, record_no, region, institution, measure, as_of, 1 FROM core.indicator, again
        """)
        connection.execute(corrected)
    second = evaluate(engine, REGION, Q4, HEFEI)

    assert second.fresh and second.run_id != first.run_id
    assert _count(engine, "eval.quota") == 2


def test_given_another_rule_book_then_it_is_another_run(engine: Engine) -> None:
    _deliver(engine, DELIVERED)
    other = policy(ONE)
    _deliver(
        engine, replace(DELIVERED, values=(Value("A", "size", Decimal(1)), Value("B", "size", Decimal(1)))), "999998"
    )

    assert evaluate(engine, REGION, Q4, HEFEI).run_id != evaluate(engine, "999998", Q4, other).run_id
    assert _count(engine, "eval.rulebook") == 2


def test_given_a_question_then_only_the_finding_stays_and_it_stays_once(engine: Engine) -> None:
    _deliver(engine, replace(DELIVERED, credit=DELIVERED.credit[:1]))
    for _ in range(2):
        with pytest.raises(RunStoppedError) as stopped:
            evaluate(engine, REGION, Q4, HEFEI)

    assert {finding.check for finding in stopped.value.findings} == {"EVA-V020"}
    assert {table: _count(engine, f"eval.{table}") for table in (*TABLES, *RESULTS)} == dict.fromkeys(
        (*TABLES, *RESULTS), 0
    )
    assert _count(engine, "ops.finding") == len(stopped.value.findings) == 4


def test_given_a_macro_note_then_it_is_kept_beside_the_run(engine: Engine) -> None:
    _deliver(engine, replace(DELIVERED, accounts=(*DELIVERED.accounts, Account("B-2", "B", None))))
    run = evaluate(engine, REGION, Q4, HEFEI)

    assert [finding.check for finding in run.noted] == ["EVA-M012"]
    assert (_count(engine, "ops.finding"), _count(engine, "eval.quota")) == (1, 1)


def test_given_a_suspended_macro_check_then_the_run_has_the_note_instead_and_asks_no_reason(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Suspension(
        check="EVA-M012", reason="新开户", by="县金融办主任", decided_on=date(2026, 1, 8), until="2025-Q4"
    )
    monkeypatch.setattr(run_module, "in_force", lambda region, period: (held,))
    _deliver(engine, replace(DELIVERED, accounts=(*DELIVERED.accounts, Account("B-2", "B", None))))
    run = evaluate(engine, REGION, Q4, HEFEI)

    assert [finding.check for finding in run.noted] == [NOTE]
    assert "本次有 1 处未计入" in run.noted[0].message
    assert _count(engine, "ops.finding_state") == 0
    with engine.connect() as connection:
        assert [note.message for note in load_result(connection, run.run_id).suspended] == [run.noted[0].message]


def test_given_feeds_that_did_not_come_then_v005_names_each_and_who_delivers_it(engine: Engine) -> None:
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, REGION, Q4, HEFEI)

    messages = [finding.message for finding in stopped.value.findings]
    assert {finding.check for finding in stopped.value.findings} == {"EVA-V005"}
    assert "2025-Q4 缺少报送：入库税收（tax），由税务局报送" in messages
    assert len(messages) == len(HEFEI.families)
    assert {finding.advice for finding in stopped.value.findings} == {"请催报"}


def test_given_a_register_that_may_be_empty_then_v005_asks_for_a_report_of_nothing(engine: Engine) -> None:
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, "420922", Q4, read_rulebook("dawu-2025"))

    advice = next(finding.advice for finding in stopped.value.findings if "decisions" in finding.message)
    assert "零报送" in advice


def test_given_a_refused_register_that_the_rule_book_does_not_insist_on_then_v005_stops_all_the_same(
    engine: Engine,
) -> None:
    _deliver(engine, DELIVERED)
    with engine.begin() as connection:
        refused = """
            INSERT INTO raw.submission_event (submission_id, status)
            SELECT submission_id, 'rejected' FROM raw.submission WHERE feed = 'supervisory_events'
        """
        connection.execute(text(refused))
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, REGION, Q4, HEFEI)

    (question,) = stopped.value.findings
    assert question.check == "EVA-V005"
    assert question.message == "2025-Q4 的违规与监管事件（supervisory_events）已报送，但没有被接受"


def test_given_a_refused_correction_of_a_feed_or_another_period_then_what_was_accepted_stands(engine: Engine) -> None:
    _deliver(engine, DELIVERED)
    _refused(engine, REGION, "2025-Q4", "supervisory_events")
    _refused(engine, REGION, "2026-Q1", "decisions")
    _refused(engine, "999998", "2025-Q4", "decisions")

    assert evaluate(engine, REGION, Q4, HEFEI).fresh


def _refused(engine: Engine, region: str, period: str, feed: str) -> None:
    statement = text("""
        WITH delivered AS (
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            VALUES (:region, :period, :feed, 9, '示例', repeat('f', 64), '示例.csv', 1)
            RETURNING submission_id
        )
        INSERT INTO raw.submission_event (submission_id, status) SELECT submission_id, 'rejected' FROM delivered
    """)
    with engine.begin() as connection:
        connection.execute(statement, {"region": region, "period": period, "feed": feed})


def test_given_a_rule_book_that_is_not_in_force_then_v004_says_since_when(engine: Engine) -> None:
    _deliver(engine, DELIVERED)
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, REGION, Q4, read_rulebook("hefei-2009"))

    assert "EVA-V004" in {finding.check for finding in stopped.value.findings}
    assert "考核办法 hefei-2009 自 2009-06-10 至 2012-05-31施行，不适用于 2025-Q4" in str(stopped.value)


def test_given_the_merged_tax_feed_beside_the_two_it_replaces_then_v003_asks_which(engine: Engine) -> None:
    year = (date(2025, 1, 1), date(2025, 12, 31))
    doubled = tuple(Tax("A", *year, Decimal(7), feed=feed) for feed in ("tax", "tax_national", "tax_local"))
    _deliver(engine, replace(DELIVERED, tax=doubled))
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, REGION, Q4, HEFEI)

    assert [finding.check for finding in stopped.value.findings] == ["EVA-V003"]


@pytest.mark.parametrize("table", [*TABLES, *RESULTS])
@pytest.mark.parametrize(
    "statement", ["UPDATE eval.{} SET run_id = DEFAULT", "DELETE FROM eval.{}", "TRUNCATE eval.{} CASCADE"]
)
def test_given_a_stored_run_then_the_database_refuses_to_change_it(ground: Engine, table: str, statement: str) -> None:
    with ground.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(statement.format(table)))
