"""What the tasks say outwards: who is chased when, what a renewed register re-opens, how questions reach the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from chased import COUNTY, CREDIT_DESK, MERGED, NEEDED, SAMPLE, accepted, mails
from cunfang.airflow import attend, evaluate
from cunfang.airflow.announce import after_decision, chase, late_feeds, questions_of
from cunfang.airflow.clock import set_today
from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.official import evaluate_official
from cunfang.period import Period
from cunfang.settings import Settings
from cunfang.warehouse import engine as engine_of
from intake.county import FILES, County

Q4 = Period(2025, 4)
DUE, DAY_AFTER = date(2026, 1, 15), date(2026, 1, 16)
"""The tenth working day of 2026 (1 to 3 January are a holiday, Sunday the 4th makes up for it), and the next."""

pytestmark = pytest.mark.usefixtures("regions")


@pytest.fixture
def county(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    """A county with an inbox, whose places the tasks find in the environment."""
    place = Settings(warehouse, tmp_path / "inbox", tmp_path / "var", "", "金融办 <office@gov.example>")
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", warehouse)
    monkeypatch.setenv("CUNFANG_INBOX", str(place.inbox))
    monkeypatch.setenv("CUNFANG_VAR", str(place.var))
    made = County(engine_of(warehouse), place)
    yield made
    made.db.dispose()


def test_on_the_due_day_nobody_is_chased(connection: Connection) -> None:
    accepted(connection, COUNTY, "institutions")

    assert chase(connection, COUNTY, Q4, DUE) == []
    assert mails(connection, "late") == []


def test_the_day_after_the_provider_and_the_office_get_one_mail_each_and_no_second(connection: Connection) -> None:
    accepted(connection, COUNTY, *(feed for feed in NEEDED if feed != "pboc_credit"), "tax_national", "tax_local")

    assert chase(connection, COUNTY, Q4, DAY_AFTER) == ["pboc_credit"]
    said = mails(connection, "late")
    assert [recipient for recipient, _ in said] == [CREDIT_DESK, "office@gov.example"]
    assert all(subject.startswith("【催报】2025年四季度") and "已逾期 1 天" in subject for _, subject in said)
    assert chase(connection, COUNTY, Q4, DAY_AFTER) == []
    assert mails(connection, "late") == said
    assert chase(connection, COUNTY, Q4, date(2026, 1, 19)) == ["pboc_credit"]
    assert len(mails(connection, "late")) == 4


def test_nothing_missing_nobody_chased(connection: Connection) -> None:
    accepted(connection, COUNTY, *NEEDED, "tax_national", "tax_local")

    assert chase(connection, COUNTY, Q4, date(2026, 3, 2)) == []


def test_figures_that_only_warnings_need_are_chased_too(connection: Connection) -> None:
    scored = (feed for feed in NEEDED if feed != "pboc_prudential")
    accepted(connection, COUNTY, *scored, "tax_national", "tax_local")

    assert chase(connection, COUNTY, Q4, DAY_AFTER) == ["pboc_prudential"]


@pytest.mark.parametrize(
    ("region", "begun", "named"),
    [
        (COUNTY, (), ["tax_national", "tax_local"]),
        (COUNTY, ("tax_national",), ["tax_local"]),
        (COUNTY, ("tax",), []),
        (MERGED, (), ["tax"]),
        (MERGED, ("tax_local",), ["tax_national"]),
    ],
)
def test_of_tax_the_region_s_own_arrangement_is_chased_or_what_has_begun(
    connection: Connection, region: str, begun: tuple[str, ...], named: list[str]
) -> None:
    accepted(connection, region, *NEEDED, *begun)

    assert sorted(chase(connection, region, Q4, DAY_AFTER)) == sorted(named)


def test_a_sample_county_and_one_that_never_delivered_are_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, SAMPLE, "institutions")
        accepted(connection, COUNTY, *NEEDED, "tax_local")

    assert late_feeds(engine, DAY_AFTER) == [(COUNTY, "2025-Q4", "tax_national")]
    assert late_feeds(engine, DAY_AFTER) == []
    with engine.connect() as connection:
        assert [recipient for recipient, _ in mails(connection, "late")] == ["office@gov.example"]


def test_the_day_is_the_one_that_the_warehouse_lives(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *NEEDED, "tax_local")

    for day, chased in ((DUE, 0), (DAY_AFTER, 1)):
        set_today(engine, day)
        assert len(late_feeds(engine)) == chased


def test_a_renewed_register_re_opens_what_was_refused_for_a_bank_it_now_knows(county: County) -> None:
    both = FILES["institutions"]
    county.deliver("institutions", "\n".join(both.splitlines()[:2]) + "\n", "名册.csv")
    [first] = county.walk("institutions")
    county.deliver("pboc_credit")
    [refused] = county.land("pboc_credit")
    _checked(county, refused)

    decided = after_decision(county.db, [refused])
    assert decided.statuses == {str(refused): "rejected"}
    assert (decided.accepted, decided.refused) == ([], [(COUNTY, "2025-Q4")])
    assert county.standing("pboc_credit") is None

    county.deliver("institutions", both, "名册更正.csv")
    [renewed] = county.land("institutions")
    _checked(county, renewed)

    decided = after_decision(county.db, [renewed])
    assert decided.statuses == {str(renewed): "accepted", str(refused): "accepted"}
    assert decided.accepted == [(COUNTY, "2025-Q4")] * 2 and decided.refused == []
    assert county.standing("institutions") == renewed != first
    assert county.standing("pboc_credit") == refused
    with county.db.connect() as connection:
        told = mails(connection, "rejection")
    assert [recipient for recipient, _ in told] == [CREDIT_DESK, "office@gov.example"]


def _checked(county: County, number: int) -> None:
    from cunfang import intake

    intake.read(county.db, county.settings, number)
    intake.check(county.db, county.settings, number)


def test_an_accepted_answer_announces_every_quarter_that_it_speaks_of(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cunfang.airflow.announce.is_ready", lambda engine, region, period: True)
    for period in (Q4, Period(2026, 1)):
        county.deliver("institutions", period=period)
        for number in county.land("institutions"):
            _checked(county, number)
            after_decision(county.db, [number])
    said = "check_id,feed,reason,explained_by,explained_on,valid_until\n"
    county.deliver("explanations", said + "TXL-Q010,tax_local,多缴退库,征管股,2026-01-08,2026-Q1\n")
    [answer] = county.land("explanations")
    _checked(county, answer)

    decided = after_decision(county.db, [answer])
    assert decided.accepted == [(COUNTY, "2025-Q4")]
    assert decided.ready == [(COUNTY, "2025-Q4"), (COUNTY, "2026-Q1")]


def test_what_an_evaluation_stopped_at_reaches_the_office_once(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *(feed for feed in NEEDED if feed != "pboc_credit"), "tax_national", "tax_local")

    with pytest.raises(RunStoppedError) as stopped:
        evaluate_official(engine, COUNTY, Q4)
    findings = stopped.value.findings

    assert questions_of(engine, COUNTY, Q4, findings) == 1
    assert questions_of(engine, COUNTY, Q4, findings) == 0
    with engine.connect() as connection:
        said = mails(connection, "question")
    assert said == [("office@gov.example", f"【考核待决】2025年四季度 测试县 {len(findings)} 个问题")]


def test_the_stopped_task_fails_for_good_with_the_questions_mailed(
    engine: Engine, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", warehouse)
    monkeypatch.setattr(
        "cunfang.airflow.evaluate.get_current_context", lambda: {"params": {"region": COUNTY, "period": str(Q4)}}
    )

    for _ in range(2):
        with pytest.raises(AirflowFailException, match=r"2025-Q4 的考核停在以下问题：\n\[EVA-V005\]"):
            evaluate.evaluate.function()

    with engine.connect() as connection:
        [(recipient, subject)] = mails(connection, "question")
    assert recipient == "office@gov.example" and subject.startswith("【考核待决】2025年四季度 测试县")


def test_mail_that_waits_is_sent_by_the_next_reminder(
    engine: Engine, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", warehouse)
    assert attend.find_unsent_mail.function() == []

    with engine.begin() as connection:
        accepted(connection, COUNTY, *NEEDED, "tax_local")
        chase(connection, COUNTY, Q4, DAY_AFTER)
    assert attend.find_unsent_mail.function() == ["deliver"]

    with engine.begin() as connection:
        connection.execute(text("UPDATE ops.outbox SET sent_at = clock_timestamp()"))
    assert attend.find_unsent_mail.function() == []
