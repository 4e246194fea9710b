"""The late rule (S25): wait, the quarter before, or without; kept once, shown on every score, undone by the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation import (
    RunStoppedError,
    Substitute,
    apply_late_rules,
    evaluate,
    missing_feeds,
    replaceable_feeds,
    standing_substitutes,
)
from cunfang.evaluation.lateness import unevaluated
from cunfang.feeds.contract import contract
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.workday import UnknownYearError
from evaluation.county import Account, Bank, County, Credit, Decision, Errand, Tax, Value, Violation
from evaluation.load import deliver
from evaluation.policy import leaf, parameter, policy

REGION = "999999"
Q3, Q4 = Period(2025, 3), Period(2025, 4)
JAN = date(2025, 1, 1)
DEADLINE = date(2026, 1, 22)
"""The fifteenth working day of 2026; the tenth, when feeds are due, is the 15th."""


def _rulebook(outlets: str = "stop", prompt: str = "mean") -> Rulebook:
    return policy(
        {
            "loans": leaf("贷款", "50", "loans", missing="stop") | {"family": "pboc_credit"},
            "outlets": leaf("网点", "30", "outlets", missing=outlets),
            "prompt": leaf("及时", "20", "", method="rate", missing=prompt)
            | {
                "family": "timeliness_events",
                "basis": "on_time_rate",
                "measure": ["nontax_transfer"],
                "due_workdays": parameter(1),
            },
        }
    )


RULEBOOK = _rulebook()
FULL = County(
    RULEBOOK,
    (Bank("A"), Bank("B")),
    (Account("A-1", "A", Decimal(5_000_000)), Account("B-1", "B", Decimal(1_000_000))),
    (Value("A", "outlets", Decimal(3)), Value("B", "outlets", Decimal(1))),
    (Credit("A", Decimal(90_000_000), Decimal(6)), Credit("B", Decimal(90_000_000), Decimal(2))),
    errands=(Errand("1", "A", "2025-11-03", "2025-11-03"), Errand("2", "B", "2025-11-03", None)),
)
BEFORE = replace(FULL, period=Q3, values=(Value("A", "outlets", Decimal(1)), Value("B", "outlets", Decimal(9))))


@pytest.fixture
def engine(warehouse: str) -> Engine:
    """An empty warehouse of this test's own."""
    return create_engine(warehouse)


def _deliver(engine: Engine, *counties: County) -> None:
    with engine.begin() as connection:
        for county in counties:
            deliver(connection, {REGION: county})


def _apply(engine: Engine, today: date = DEADLINE, rulebook: Rulebook = RULEBOOK) -> list[Substitute]:
    with engine.begin() as connection:
        overdue = replaceable_feeds(connection, REGION, Q4, rulebook)
        return apply_late_rules(connection, REGION, Q4, rulebook, overdue, today)


def _missing(engine: Engine, rulebook: Rulebook = RULEBOOK) -> list[str]:
    with engine.connect() as connection:
        return missing_feeds(connection, REGION, Q4, rulebook)


def _rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def _points(engine: Engine, run_id: int, indicator: str) -> dict[str, tuple[Decimal, str]]:
    found = text("""
        SELECT v.institution, v.value, t.flag FROM eval.indicator_value AS v
        INNER JOIN eval.points AS t USING (run_id, institution, indicator)
        WHERE v.run_id = :run AND v.indicator = :indicator
    """)
    with engine.connect() as connection:
        rows = connection.execute(found, {"run": run_id, "indicator": indicator})
        return {row.institution: (row.value, row.flag) for row in rows}


def test_the_day_before_the_deadline_nothing_is_applied(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))

    assert _apply(engine, date(2026, 1, 21)) == []
    assert _missing(engine) == ["indicators"]


def test_at_the_deadline_the_quarter_before_stands_in_and_every_score_on_it_says_so(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))

    assert _apply(engine) == [Substitute("indicators", "use_previous", Q3)]
    assert _missing(engine) == []
    run = evaluate(engine, REGION, Q4, RULEBOOK)
    flag = f"{contract('indicators').name}逾期未报，用 2025-Q3 的数据"
    assert _points(engine, run.run_id, "outlets") == {"A": (1, flag), "B": (9, flag)}
    assert {flag for _, flag in _points(engine, run.run_id, "loans").values()} == {""}
    [note] = run.noted
    assert (note.check, note.klass) == ("EVA-M005", "macro")
    assert "use_previous" in note.message and "2025-Q3" in note.message and "indicators" in note.message
    used = "SELECT feed, period, as_of FROM eval.run_input WHERE as_of IS NOT NULL"
    assert _rows(engine, used) == [("indicators", "2025-Q3", Q3.end)]


def test_applied_again_it_is_one_record_with_who_what_and_when_and_one_line_in_the_audit_chain(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))

    assert [len(_apply(engine)), len(_apply(engine)), len(_apply(engine, date(2026, 3, 2)))] == [1, 0, 0]
    record = "SELECT region, period, feed, rule, used_period, due_on, deadline, applied_on FROM ops.substitution"
    assert _rows(engine, record) == [
        (REGION, "2025-Q4", "indicators", "use_previous", "2025-Q3", date(2026, 1, 15), DEADLINE, DEADLINE)
    ]
    used = "SELECT s.feed, s.period FROM ops.substitution AS u INNER JOIN raw.submission AS s USING (submission_id)"
    assert _rows(engine, used) == [("indicators", "2025-Q3")]
    assert _rows(engine, "SELECT actor, action, object FROM ops.audit") == [
        ("cunfang", "use_previous", f"{REGION}|2025-Q4|indicators")
    ]


def test_the_record_cannot_be_changed(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))
    _apply(engine)
    for statement in ("UPDATE ops.substitution SET rule = 'exclude'", "DELETE FROM ops.substitution"):
        with engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text(statement))


def test_the_file_that_comes_after_all_takes_its_place_in_a_run_of_its_own(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))
    _apply(engine)
    first = evaluate(engine, REGION, Q4, RULEBOOK)
    _deliver(engine, _only("indicators"))

    second = evaluate(engine, REGION, Q4, RULEBOOK)
    assert second.fresh and second.noted == []
    assert _points(engine, second.run_id, "outlets") == {"A": (3, ""), "B": (1, "")}
    assert _points(engine, first.run_id, "outlets")["A"][0] == 1
    with engine.connect() as connection:
        assert standing_substitutes(connection, REGION, Q4) == {}
    assert _rows(engine, "SELECT count(*) FROM ops.substitution") == [(1,)]


def _only(feed: str) -> County:
    """The good county with nothing new but `feed`."""
    from evaluation.load import FEEDS

    others = frozenset({*FEEDS, "tax"} - {feed})
    return County(RULEBOOK, (), values=FULL.values if feed == "indicators" else (), absent=others)


def test_a_correction_of_the_quarter_before_is_used_and_is_another_run(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))
    _apply(engine)
    first = evaluate(engine, REGION, Q4, RULEBOOK)
    with engine.begin() as connection:
        _correct(connection, Decimal(5))
    second = evaluate(engine, REGION, Q4, RULEBOOK)

    assert first.run_id != second.run_id
    assert {value for value, _ in _points(engine, second.run_id, "outlets").values()} == {5}


def _correct(connection: Connection, value: Decimal) -> None:
    corrected = text("""
        WITH again AS (
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            SELECT region, period, feed, 2, provider, repeat('0', 64), file_name, file_size
            FROM raw.submission WHERE feed = 'indicators' AND period = '2025-Q3' RETURNING submission_id
        ), accepted AS (
            INSERT INTO raw.submission_event (submission_id, status) SELECT submission_id, 'accepted' FROM again
        )
        INSERT INTO core.indicator (submission_id, record_no, region, institution, measure, as_of, value)
        SELECT again.submission_id, record_no, region, institution, measure, as_of, :value FROM core.indicator, again
    """)
    connection.execute(corrected, {"value": value})


def test_where_the_quarter_before_has_nothing_to_give_it_is_waited_for(engine: Engine) -> None:
    _deliver(engine, replace(FULL, absent=frozenset({"indicators"})))

    assert _apply(engine) == []
    assert _missing(engine) == ["indicators"]


def test_a_feed_to_be_waited_for_is_waited_for_whatever_the_day(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"pboc_credit"})))

    assert _apply(engine, date(2026, 3, 31)) == []
    with pytest.raises(RunStoppedError, match="EVA-V005"):
        evaluate(engine, REGION, Q4, RULEBOOK)


def test_a_feed_left_out_takes_its_indicator_with_it_and_the_others_carry_its_weight(engine: Engine) -> None:
    _deliver(engine, replace(FULL, absent=frozenset({"timeliness_events"})))

    assert _apply(engine) == [Substitute("timeliness_events", "exclude")]
    run = evaluate(engine, REGION, Q4, RULEBOOK)
    assert _points(engine, run.run_id, "prompt") == {}
    name = contract("timeliness_events").name
    flags = {flag for code in ("loans", "outlets") for _, flag in _points(engine, run.run_id, code).values()}
    assert flags == {f"{name}逾期未报，不计入，权重已重新折算"}
    total = _rows(engine, "SELECT round(sum(score), 20) FROM eval.score")
    assert total == [(100,)]
    assert [note.check for note in run.noted] == ["EVA-M006"]


@pytest.mark.parametrize("missing", ["zero", "mean"])
def test_nobody_scores_nothing_for_what_nobody_could_report(engine: Engine, missing: str) -> None:
    rulebook = _rulebook(prompt=missing)
    _deliver(engine, replace(FULL, rulebook=rulebook, absent=frozenset({"timeliness_events"})))
    _apply(engine, rulebook=rulebook)

    assert _points(engine, evaluate(engine, REGION, Q4, rulebook).run_id, "prompt") == {}


def test_an_indicator_that_the_rule_book_will_not_do_without_is_a_question(engine: Engine) -> None:
    rulebook = _rulebook(prompt="stop")
    _deliver(engine, replace(FULL, rulebook=rulebook, absent=frozenset({"timeliness_events"})))
    _apply(engine, rulebook=rulebook)
    with pytest.raises(RunStoppedError) as stopped:
        evaluate(engine, REGION, Q4, rulebook)

    [question] = stopped.value.findings
    assert question.check == "EVA-V025"
    assert question.message == (
        f"{contract('timeliness_events').name}逾期未报，不计入；指标“及时”要用它，考核办法没有写明缺数时的处理"
    )


REGISTERED = RULEBOOK.model_copy(
    update={"requires": RULEBOOK.requires.model_copy(update={"value": (*RULEBOOK.requires.value, "decisions")})}
)


def test_a_register_left_out_keeps_what_earlier_quarters_registered(engine: Engine) -> None:
    carved = Decision("决1号", "carve_out", "B", amount=Decimal(1_000_000))
    before = replace(BEFORE, rulebook=REGISTERED, decisions=(carved,))
    _deliver(engine, before, replace(FULL, rulebook=REGISTERED, absent=frozenset({"decisions"})))

    assert _apply(engine, rulebook=REGISTERED) == [Substitute("decisions", "exclude")]
    run = evaluate(engine, REGION, Q4, REGISTERED)
    roles = "SELECT institution, role FROM eval.participant ORDER BY 1"
    assert _rows(engine, roles) == [("A", "commercial"), ("B", "carved_out")]
    assert "此前各期的登记仍然有效" in run.noted[0].message


def test_a_register_that_came_and_was_refused_is_not_passed_over(engine: Engine) -> None:
    _deliver(engine, replace(FULL, violations=(Violation("罚1号", "A", date(2025, 5, 6)),)))
    with engine.begin() as connection:
        refused = """
            INSERT INTO raw.submission_event (submission_id, status)
            SELECT submission_id, 'rejected' FROM raw.submission WHERE feed = 'supervisory_events'
        """
        connection.execute(text(refused))

    assert _missing(engine) == ["supervisory_events"]
    assert _apply(engine) == []


TAXED = policy({"tax": leaf("纳税", "100", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"}})


def _taxed(period: Period, *tax: Tax, absent: Sequence[str] = ()) -> County:
    return replace(
        FULL, rulebook=TAXED, period=period, tax=tax, values=(), credit=(), errands=(), absent=frozenset(absent)
    )


def _late_tax(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tax office's contract says use_previous, as another county's may."""
    import cunfang.evaluation.lateness as lateness

    monkeypatch.setattr(lateness, "contract", lambda feed: contract(feed).model_copy(update={"late": "use_previous"}))


def test_sums_since_january_of_the_quarter_before_stand_in_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _late_tax(monkeypatch)
    parts = [Tax(bank, JAN, Q3.end, Decimal(amount), period=Q3) for bank, amount in (("A", 30), ("B", 10))]
    _deliver(engine, _taxed(Q3, *parts), _taxed(Q4, absent=["tax"]))

    assert _apply(engine, rulebook=TAXED) == [Substitute("tax", "use_previous", Q3)]
    run = evaluate(engine, REGION, Q4, TAXED)
    flag = "入库税收逾期未报，用 2025-Q3 的数据"
    assert _points(engine, run.run_id, "tax") == {"A": (30, flag), "B": (10, flag)}


def test_quarters_of_the_year_before_the_late_one_add_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _late_tax(monkeypatch)
    quarters = [
        Tax("A", Period(2025, n).start, Period(2025, n).end, Decimal(n), period=Period(2025, n)) for n in (1, 2, 3)
    ]
    _deliver(engine, _taxed(Q3, *quarters), _taxed(Q4, absent=["tax"]))
    _apply(engine, rulebook=TAXED)

    assert _points(engine, evaluate(engine, REGION, Q4, TAXED).run_id, "tax")["A"][0] == 6


def test_last_year_s_sum_does_not_stand_in_for_this_year_s(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _late_tax(monkeypatch)
    first = Period(2025, 1)
    last = Period(2024, 4)
    _deliver(engine, _taxed(last, Tax("A", last.year_start, last.end, Decimal(9), period=last)))
    _deliver(engine, _taxed(first, absent=["tax"]))
    with engine.begin() as connection:
        overdue = replaceable_feeds(connection, REGION, first, TAXED)
        assert overdue == ["tax"]
        assert apply_late_rules(connection, REGION, first, TAXED, overdue, date(2025, 6, 30)) == []


def test_the_same_file_in_time_and_late_are_two_runs(engine: Engine) -> None:
    """What was late is part of what determines a result."""
    _deliver(engine, replace(FULL, absent=frozenset({"timeliness_events"})))
    _apply(engine)
    late = evaluate(engine, REGION, Q4, RULEBOOK)
    assert evaluate(engine, REGION, Q4, RULEBOOK).run_id == late.run_id
    _deliver(engine, _only("timeliness_events"))

    assert evaluate(engine, REGION, Q4, RULEBOOK).run_id != late.run_id


def test_until_a_run_has_followed_the_rule_the_period_waits_for_one(engine: Engine) -> None:
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))

    def waits() -> bool:
        with engine.connect() as connection:
            return unevaluated(connection, REGION, Q4)

    assert not waits()
    _apply(engine)
    assert waits()
    evaluate(engine, REGION, Q4, RULEBOOK)
    assert not waits()


def test_a_year_without_a_calendar_fails_loudly(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM core.workday WHERE day >= '2026-01-01'"))
    _deliver(engine, BEFORE, replace(FULL, absent=frozenset({"indicators"})))

    with pytest.raises(UnknownYearError, match="工作日历尚未载入"):
        _apply(engine)
