"""Nothing passed over: what came in the wrong order, at once with something else, or was lost with its process."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from chased import COUNTY, NEEDED, accepted
from cunfang import intake
from cunfang.airflow import attend, evaluate, follow, ingest, papers
from cunfang.airflow.announce import after_decision, late_rules, with_orders
from cunfang.airflow.assets import FED, MOVED
from cunfang.evaluation import evaluate as evaluate_quarter
from cunfang.evaluation.due import is_due, overtaken
from cunfang.orders.correction import take_up
from cunfang.orders.issue import issue
from cunfang.orders.load import load_order
from cunfang.orders.signing import cancel
from cunfang.period import Period
from cunfang.rulebook import read_rulebook
from cunfang.settings import Settings
from cunfang.warehouse.embedded import create_database
from documents.sample_run import REGION, Sample, load_sample
from intake.county import FILES, County
from orders.laid import Receipt, reported
from outside import County as Outside
from signed import sign_all

Q3, Q4 = Period(2025, 3), Period(2025, 4)
TODAY = date(2026, 1, 20)
_NUMBERS = itertools.count(1)


def _open(url: str) -> Engine:
    options = f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"
    return create_engine(url, connect_args={"options": options}, poolclass=NullPool)


@pytest.fixture(scope="module")
def evaluated(postgres: Path) -> tuple[str, Sample]:
    """The name of a warehouse in which the sample county's quarter is evaluated, nothing drafted; to be copied."""
    name = "lost_evaluated"
    engine = _open(create_database(postgres, name, template="template_warehouse"))
    return name, load_sample(engine)


@pytest.fixture
def sample(evaluated: tuple[str, Sample]) -> Sample:
    return evaluated[1]


@pytest.fixture
def county(postgres: Path, evaluated: tuple[str, Sample], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The sample county on 20 January 2026, as one that delivers."""
    url = create_database(postgres, f"lost_{next(_NUMBERS)}", template=evaluated[0])
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", url)
    monkeypatch.setenv("CUNFANG_VAR", "/nowhere")
    for module in ("announce", "follow"):
        monkeypatch.setattr(f"cunfang.airflow.{module}.on_duty", lambda engine, today: [REGION])
    yield _open(url)


def papers_of(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT order_no, status FROM ops.order_paper ORDER BY order_id"))
        return [(row.order_no, row.status) for row in found]


def corrected(connection: Connection) -> None:
    """The tax bureau had forgotten a payment of the construction bank: a newer file is accepted, nobody is told."""
    newer = connection.scalar(
        text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            SELECT region, period, feed, sequence + 1, provider, repeat('9', 64), file_name, file_size
            FROM raw.submission WHERE region = :region AND period = :period AND feed = 'tax_local'
            RETURNING submission_id
        """),
        {"region": REGION, "period": str(Q4)},
    )
    connection.execute(
        text("""
            INSERT INTO core.tax
            SELECT (jsonb_populate_record(t, jsonb_build_object('submission_id', CAST(:newer AS bigint)) || CASE
                WHEN t.institution = 'CCB'
                THEN jsonb_build_object('paid', t.paid + 150000, 'local_part', t.local_part + 150000)
                ELSE '{}'
            END)).*
            FROM core.tax AS t INNER JOIN raw.standing_submission AS s ON t.submission_id = s.submission_id
            WHERE s.region = :region AND s.feed = 'tax_local'
        """),
        {"region": REGION, "newer": newer},
    )
    accept = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:newer, 'accepted')")
    connection.execute(accept, {"newer": newer})


def test_given_a_slow_evaluation_that_a_correction_overtook_then_the_newer_order_stands(
    county: Engine, sample: Sample
) -> None:
    with county.begin() as connection:
        corrected(connection)
    newer = evaluate_quarter(county, REGION, Q4, read_rulebook("dawu-2025")).run_id
    assert newer > sample.run_id
    order_no = papers.draft_order(county, newer)
    assert papers_of(county) == [(order_no, "draft")]

    assert papers.draft_order(county, sample.run_id) is None

    assert papers_of(county) == [(order_no, "draft")]
    assert papers.draft_order(county, newer) == order_no
    with county.connect() as connection:
        assert overtaken(connection, sample.run_id) and not overtaken(connection, newer)


def test_given_a_run_that_was_left_without_its_paper_or_not_made_then_the_morning_evaluates(
    county: Engine, sample: Sample
) -> None:
    assert late_rules(county, TODAY) == [(REGION, "2025-Q4")]
    papers.draft_order(county, sample.run_id)
    assert late_rules(county, TODAY) == []

    with county.begin() as connection:
        corrected(connection)
    assert late_rules(county, TODAY) == [(REGION, "2025-Q4")]


@pytest.mark.usefixtures("regions")
def test_given_every_feed_accepted_and_the_announcement_lost_then_the_morning_evaluates(engine: Engine) -> None:
    with engine.begin() as connection:
        accepted(connection, COUNTY, *NEEDED, "tax_national")
    assert late_rules(engine, TODAY) == []
    with engine.begin() as connection:
        accepted(connection, COUNTY, "tax_local")
    assert late_rules(engine, TODAY) == [(COUNTY, "2025-Q4")]


def test_given_a_register_of_an_earlier_quarter_then_the_quarter_that_read_it_is_evaluated_anew(
    county: Engine, sample: Sample, tmp_path: Path
) -> None:
    papers.draft_order(county, sample.run_id)
    place = Settings("", tmp_path / "inbox", tmp_path / "var", "", "金融办 <office@gov.example>")
    with county.connect() as connection:
        assert not is_due(connection, REGION, Q4)
    Outside(county, place.inbox).deliver(Q3, "decisions", [])
    [number] = intake.land(county, place, "decisions", settle=0)
    intake.read(county, place, number)
    # The quarter has no register of banks yet, nor does an empty file need one.
    intake.check(county, place, number)

    decided = after_decision(county, [number])

    assert decided.statuses == {str(number): "accepted"}
    assert (REGION, "2025-Q4") in decided.ready


def test_given_an_issue_whose_letters_were_lost_then_it_is_taken_up_until_they_are_written(
    county: Engine, sample: Sample
) -> None:
    order_no = str(papers.draft_order(county, sample.run_id))
    with county.begin() as connection:
        sign_all(connection, order_no)
    issue(county, order_no)
    assert follow.lost_papers(county, lambda run: True) == ([], [f"{REGION}|2025-Q4|{order_no}"])

    assert papers.issue_or_hand_back(county, order_no) == ""
    papers.announce_issue(county, order_no)

    assert follow.lost_papers(county, lambda run: True) == ([], [])


def test_given_a_recall_whose_letters_were_lost_then_its_proposal_does_not_stand_for_them(county: Engine) -> None:
    [key] = follow.propose_recalls(county, REGION)
    order_no = key.split("|")[2]
    with county.begin() as connection:
        sign_all(connection, order_no)
    assert issue(county, order_no).drifts == ()
    assert follow.lost_papers(county, lambda run: True) == ([], [key])

    papers.announce_issue(county, order_no)

    assert follow.lost_papers(county, lambda run: True) == ([], [])


def test_given_receipts_accepted_with_the_feed_that_completes_the_quarter_then_they_count_whatever_runs_first(
    county: Engine, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_no = str(papers.draft_order(county, sample.run_id))
    with county.begin() as connection:
        sign_all(connection, order_no)
    issue(county, order_no)
    with county.begin() as connection:
        leg = next(leg for leg in load_order(connection, order_no).legs if leg.status == "issued")
        made = Receipt(leg.leg_code, f"{TODAY} 10:00", leg.amount)
        reported(connection, leg.from_institution, made, region=REGION, period="2026-Q1")
    context = {"params": {"region": REGION, "period": "2025-Q4"}}
    monkeypatch.setattr("cunfang.airflow.evaluate.get_current_context", lambda: context)
    monkeypatch.setattr("cunfang.warehouse.engine", lambda url: county)

    with suppress(AirflowSkipException):
        evaluate.evaluate.function()

    with county.connect() as connection:
        assert next(one for one in load_order(connection, order_no).legs if one.leg_code == leg.leg_code).status == (
            "executed"
        )


def test_given_a_second_cause_while_a_recall_is_under_way_then_it_is_asked_of_when_that_one_is_done(
    county: Engine,
) -> None:
    [key] = follow.propose_recalls(county, REGION)
    first = key.split("|")[2]
    with county.begin() as connection:
        bank = load_order(connection, first).head.institution
        ban(connection, str(bank))
    follow.lay_out_due(county, TODAY)
    assert papers_of(county) == [(first, "draft")]

    with county.begin() as connection:
        cancel(connection, first, "finance_office", "不再办理")
    follow.lay_out_due(county, TODAY)

    [_, (second, status)] = papers_of(county)
    assert status == "draft"
    unsigned, _ = follow.lost_papers(county, lambda run: True)
    assert unsigned == [f"{REGION}|2026-Q1|{second}"]
    with county.connect() as connection:
        assert load_order(connection, second).head.institution == bank
        assert take_up(connection, REGION) == []


def ban(connection: Connection, bank: str) -> None:
    """A disqualification of `bank` was accepted."""
    accepted(connection, REGION, "supervisory_events", period="2026-Q1")
    connection.execute(
        text("""
            INSERT INTO core.supervisory_event (
                submission_id, record_no, region, event, institution, kind, severity, found_on, decided_on, decision
            )
            SELECT max(submission_id), 1, :region, 'JG-1', :bank, 'divert', 'disqualify', '2026-01-05', '2026-01-15',
                '悟政金〔2026〕9号'
            FROM raw.submission WHERE feed = 'supervisory_events'
        """),
        {"region": REGION, "bank": bank},
    )


def test_a_new_account_moves_transfers_along_but_only_where_an_order_was_issued(county: Engine, sample: Sample) -> None:
    assert "core.account" in FED[MOVED]
    order_no = str(papers.draft_order(county, sample.run_id))
    with county.begin() as connection:
        sign_all(connection, order_no)
    accepted_in = [(REGION, "2026-Q1"), (COUNTY, "2026-Q1")]
    assert with_orders(county, accepted_in) == []
    issue(county, order_no)
    assert with_orders(county, accepted_in) == [(REGION, "2026-Q1")]


@pytest.fixture
def counties(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    """A county with an inbox, whose places the tasks find in the environment."""
    place = Settings(warehouse, tmp_path / "inbox", tmp_path / "var", "", "金融办 <office@gov.example>")
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", warehouse)
    monkeypatch.setenv("CUNFANG_INBOX", str(place.inbox))
    monkeypatch.setenv("CUNFANG_VAR", str(place.var))
    made = County(create_engine(warehouse, poolclass=NullPool), place)
    yield made


@pytest.mark.usefixtures("regions")
def test_given_a_file_that_a_run_left_on_the_way_then_the_morning_takes_it_up_once_it_can_be_judged(
    counties: County,
) -> None:
    counties.deliver("institutions")
    counties.deliver("pboc_credit")
    [register], [left] = counties.land("institutions"), counties.land("pboc_credit")
    intake.read(counties.db, counties.settings, left)
    assert attend.find_late_files.function() == ["ingest_institutions"]

    intake.read(counties.db, counties.settings, register)
    intake.check(counties.db, counties.settings, register)
    after_decision(counties.db, [register])

    assert attend.find_late_files.function() == ["ingest_pboc_credit"]
    assert counties.step(left) == "accepted"
    assert attend.find_late_files.function() == []


@pytest.mark.usefixtures("regions")
def test_given_a_register_renewed_between_check_and_decision_then_the_file_is_judged_by_the_newer(
    counties: County,
) -> None:
    both = FILES["institutions"]
    counties.deliver("institutions", "\n".join(both.splitlines()[:2]) + "\n", "名册.csv")
    counties.walk("institutions")
    counties.deliver("pboc_credit")
    [credit] = counties.land("pboc_credit")
    for step in (intake.read, intake.check):
        step(counties.db, counties.settings, credit)
    counties.deliver("institutions", both, "名册更正.csv")
    [renewed] = counties.land("institutions")
    for step in (intake.read, intake.check):
        step(counties.db, counties.settings, renewed)
    # Its own task looks for what was refused, and the other file is not refused yet.
    assert after_decision(counties.db, [renewed]).statuses == {str(renewed): "accepted"}

    decided = after_decision(counties.db, [credit])

    assert decided.statuses == {str(credit): "accepted"} and decided.refused == []
    assert counties.rows("SELECT count(*) FROM ops.outbox WHERE kind = 'rejection'") == [(0,)]


@pytest.mark.usefixtures("regions")
def test_given_files_of_two_counties_then_the_register_that_one_lacks_holds_up_only_its_own(counties: County) -> None:
    counties.deliver("institutions")
    counties.walk("institutions")
    other = counties.settings.inbox / "999998" / str(Q4) / "pboc_credit" / "pboc_credit.csv"
    other.parent.mkdir(parents=True)
    other.write_text(FILES["pboc_credit"], encoding="utf-8")
    counties.deliver("pboc_credit")
    landed = intake.land(counties.db, counties.settings, "pboc_credit", settle=0)
    ingest.read.function(landed)
    assert len(landed) == 2 and ingest.RegistersTrigger(submission_ids=landed).there()

    checked = ingest.check.function(landed)

    ours = "SELECT submission_id FROM raw.submission WHERE region = :region AND feed = 'pboc_credit'"
    assert [(number,) for number in checked] == counties.rows(ours, region=COUNTY)
    assert after_decision(counties.db, checked).statuses == {str(checked[0]): "accepted"}
    [left] = set(landed) - set(checked)
    assert not ingest.RegistersTrigger(submission_ids=[left]).there()
    assert intake.undecided(counties.db, "pboc_credit") == [left]
