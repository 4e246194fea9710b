"""The official run: no draft is offered while a finding is neither corrected nor explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine, create_engine, text

from cunfang.documents.loading import load_findings
from cunfang.evaluation import RunStoppedError, evaluate, official
from cunfang.evaluation.official import evaluate_official, status_of
from cunfang.finding import Finding, Klass
from cunfang.intake.submissions import keep_findings
from cunfang.period import Period
from cunfang.region import Region
from cunfang.rulebook import read_rulebook
from evaluation.county import Account
from evaluation.load import deliver
from evaluation.test_run import DELIVERED

REGION, Q4 = "999999", Period(2025, 4)
ODD = Finding("TXL-Q010", Klass.QUALITY, "甲的房产税为退库。", "请说明。", "示例.csv", "", "C20", "paid", 1)
QUIET = replace(DELIVERED, rulebook=read_rulebook("hefei-2012"))
NOTED = replace(QUIET, accounts=(*QUIET.accounts, Account("B-2", "B", None)))


@pytest.fixture
def engine(warehouse: str) -> Engine:
    """An empty warehouse of this test's own."""
    return create_engine(warehouse)


@pytest.fixture(autouse=True)
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The region's word on findings that nobody explained; `stop` to begin with."""

    def say(unexplained: str) -> None:
        fields = {"code": REGION, "name": "测试县", "rulebook": "hefei-2012", "unexplained": unexplained}
        region = Region.model_validate(fields)
        monkeypatch.setattr(official, "load_region", lambda code: region)

    say("stop")
    return say


def _deliver(engine: Engine, county: object, found: Finding | None = None) -> None:
    """The county's feeds, with one finding of the last check of its balances."""
    with engine.begin() as connection:
        deliver(connection, {REGION: county})  # type: ignore[dict-item]
        if found is None:
            return
        number = connection.execute(
            text("SELECT submission_id FROM raw.submission WHERE feed = 'balances'")
        ).scalar_one()
        for status in ("read", "checked", "accepted"):
            event = (
                "INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, :status) RETURNING happened_at"
            )
            moment = connection.execute(text(event), {"id": number, "status": status}).scalar_one()
            if status == "checked":
                keep_findings(connection, [found], moment, region=REGION, period=Q4, submission_id=number)


def _explain(engine: Engine, check: str, feed: str | None) -> None:
    with engine.begin() as connection:
        number = connection.execute(
            text("""
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                VALUES (:region, '2025-Q4', 'explanations', 1, '金融办', repeat('e', 64), '说明.csv', 1)
                RETURNING submission_id
            """),
            {"region": REGION},
        ).scalar_one()
        connection.execute(
            text("""
                INSERT INTO core.explanation (
                    submission_id, record_no, region, check_id, feed, reason, explained_by, explained_on
                )
                VALUES (:id, 1, :region, :check, :feed, '已核对凭证', '国库股', '2026-01-08')
            """),
            {"id": number, "region": REGION, "check": check, "feed": feed},
        )


def _stopped(engine: Engine) -> list[Finding]:
    with pytest.raises(RunStoppedError) as stopped:
        evaluate_official(engine, REGION, Q4)
    return stopped.value.findings


def test_a_finding_of_a_file_stops_the_official_run_until_it_is_explained(engine: Engine) -> None:
    _deliver(engine, QUIET, ODD)
    [question] = _stopped(engine)
    assert question.check == "EVA-Q001"
    assert "TXL-Q010 C20 甲的房产税为退库" in question.message
    assert _stopped(engine) == [question]

    _explain(engine, "TXL-Q010", "balances")
    run_id = evaluate_official(engine, REGION, Q4)
    assert status_of(engine, run_id) == "draft"
    with engine.connect() as connection:
        [shown] = load_findings(connection, region=REGION, period=str(Q4))
    assert shown.explanation == "已核对凭证（国库股，2026-01-08）"


def test_what_the_evaluation_itself_noted_is_asked_of_its_own_run_only(engine: Engine) -> None:
    _deliver(engine, NOTED)
    [question] = _stopped(engine)
    assert "EVA-M012 账户 B-2" in question.message
    assert "--feed" not in question.advice

    _explain(engine, "EVA-M012", None)
    assert status_of(engine, evaluate_official(engine, REGION, Q4)) == "draft"


def test_the_one_off_evaluation_is_not_stopped_by_what_nobody_explained(engine: Engine) -> None:
    _deliver(engine, NOTED, ODD)
    assert [finding.check for finding in evaluate(engine, REGION, Q4, QUIET.rulebook).noted] == ["EVA-M012"]


def test_a_region_that_only_notes_goes_on_and_the_finding_stays_visible(
    engine: Engine, says: Callable[[str], None]
) -> None:
    says("note")
    _deliver(engine, QUIET, ODD)
    assert status_of(engine, evaluate_official(engine, REGION, Q4)) == "draft"
    with engine.connect() as connection:
        state = "SELECT check_code, is_explained FROM mart.v_finding_state"
        assert connection.execute(text(state)).all() == [("TXL-Q010", False)]


def test_what_lacks_and_what_wants_a_reason_are_asked_in_one_round(engine: Engine) -> None:
    _deliver(engine, replace(QUIET, credit=QUIET.credit[:1]), ODD)
    assert {question.check for question in _stopped(engine)} == {"EVA-V020", "EVA-Q001"}


def test_an_amount_is_exact_whatever_was_explained(engine: Engine) -> None:
    _deliver(engine, QUIET, ODD)
    before = evaluate(engine, REGION, Q4, QUIET.rulebook).run_id
    _explain(engine, "TXL-Q010", "balances")
    assert evaluate_official(engine, REGION, Q4) == before
    with engine.connect() as connection:
        total = connection.execute(text("SELECT total FROM eval.quota WHERE run_id = :id"), {"id": before}).scalar_one()
    assert total == Decimal("6000000.00")
