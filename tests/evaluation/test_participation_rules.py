"""Who takes part by the rules of a rule book: age, first year, groups, suspension, bans as ranges (S15, S22, S32)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation import RunStoppedError, compute
from evaluation import laid
from evaluation.county import Account, Bank, County, Value
from evaluation.laid import Said, ruled
from evaluation.load import load
from evaluation.policy import ONE, policy
from evaluation.settings import PROPERTY
from oracle import participation as oracle

AS_OF = date(2025, 12, 31)
DAY = timedelta(days=1)
PLAIN = policy(ONE, unit="0.01", min_leg="0")


def _participants(connection: Connection, run_id: int) -> dict[str, dict[str, Any]]:
    return {row["institution"]: row for row in laid.rows_of(connection, "participant", run_id)}


def _with_b(connection: Connection, rulebook: Any, **b: object) -> tuple[Said, dict[str, Any]]:
    """A county of A, old, and B as stated; what was said, and B's row."""
    banks = [{"institution": "A", "opened_on": date(1990, 1, 1), "sort_no": 1}, {"institution": "B", "sort_no": 2, **b}]
    said = laid.evaluated(connection, rulebook, [*laid.register(banks), laid.sizes("AB")])
    return said, _participants(connection, said.run_id).get("B", {})


@pytest.mark.parametrize(
    ("opened_on", "role"),
    [(date(2024, 12, 31), "commercial"), (date(2024, 12, 30), "commercial"), (date(2025, 1, 1), "excluded")],
    ids=["a year to the day", "the day before", "the day after"],
)
def test_given_a_minimum_age_when_a_bank_is_younger_then_it_is_out_with_day_and_clause(
    connection: Connection, opened_on: date, role: str
) -> None:
    _, b = _with_b(connection, ruled(PLAIN, minimum_months=12), opened_on=opened_on)

    assert b["role"] == role
    if role == "excluded":
        assert b["reason"] == "于 2025-01-01 开业，至 2025-12-31 未满 12 个月（第minimum_months条）"
        assert (b["evidence_submission_id"] is not None, b["evidence_record_no"]) == (True, 2)


def test_given_a_minimum_age_when_the_register_has_no_opening_day_then_the_bank_takes_part_and_it_is_said(
    connection: Connection,
) -> None:
    said, b = _with_b(connection, ruled(PLAIN, minimum_months=12))

    assert b["role"] == "commercial"
    assert said.of("EVA-M009") == [
        "办法对开业时间有要求（第minimum_months条），名册没有 B行 的开业日期，按早已开业对待"
    ]


@pytest.mark.parametrize(
    ("opened_on", "choice", "role", "check"),
    [
        (date(2024, 12, 31), "exclude", "commercial", None),
        (date(2025, 1, 1), "exclude", "excluded", None),
        (date(2025, 1, 1), "take_part", "commercial", "按普通商业银行参加考核"),
        (date(2025, 12, 31), "impute", "commercial", "按办法补入全辖平均后参加考核"),
    ],
)
def test_given_a_bank_of_this_year_then_the_rule_book_says_whether_it_takes_part(
    connection: Connection, opened_on: date, choice: str, role: str, check: str | None
) -> None:
    said, b = _with_b(connection, ruled(PLAIN, first_year=choice), opened_on=opened_on)

    assert b["role"] == role
    assert [message.rsplit("，", 1)[1] for message in said.of("EVA-M003")] == ([check] if check else [])


def test_given_a_successor_of_this_year_then_it_is_as_old_as_its_predecessor(connection: Connection) -> None:
    banks = [
        {"institution": "OLD", "opened_on": date(1990, 1, 1), "closed_on": date(2025, 7, 1), "successor": "B"},
        {"institution": "B", "opened_on": date(2025, 7, 1)},
    ]
    rulebook = ruled(PLAIN, minimum_months=12, first_year="exclude")
    said = laid.evaluated(connection, rulebook, [*laid.register(banks), laid.sizes("B")])

    assert _participants(connection, said.run_id)["B"]["role"] == "commercial"


def test_given_a_carve_out_for_a_young_bank_then_the_decision_holds(connection: Connection) -> None:
    banks = [{"institution": "A"}, {"institution": "B", "opened_on": date(2025, 6, 1)}]
    carve = {"decision": "1", "kind": "carve_out", "institution": "B", "amount": Decimal(5), "valid_to": AS_OF}
    files = [*laid.register(banks), laid.sizes("AB"), laid.decisions(carve)]
    said = laid.evaluated(connection, ruled(PLAIN, minimum_months=24, first_year="exclude"), files)

    assert _participants(connection, said.run_id)["B"]["role"] == "carved_out"


def test_given_one_group_then_its_first_takes_part_and_the_others_name_it(connection: Connection) -> None:
    banks = [
        {"institution": "A", "sort_no": 3, "corporate_group": "甲集团"},
        {"institution": "B", "sort_no": 2, "corporate_group": "甲集团"},
        {"institution": "C", "sort_no": 2, "corporate_group": "甲集团"},
        {"institution": "D", "sort_no": 1},
    ]
    said = laid.evaluated(connection, ruled(PLAIN, one_per_group=True), [*laid.register(banks), laid.sizes("ABCD")])
    found = _participants(connection, said.run_id)

    roles = {"A": "excluded", "B": "commercial", "C": "excluded", "D": "commercial"}
    assert {code: row["role"] for code, row in found.items()} == roles
    assert found["C"]["reason"] == "与 B行 同属 甲集团，同一集团只由一家参加（第one_per_group条）"
    assert found["C"]["evidence_record_no"] == 3


def test_given_a_group_whose_first_is_banned_then_the_next_takes_part_and_a_person_is_asked(
    connection: Connection,
) -> None:
    banks = [{"institution": code, "sort_no": n, "corporate_group": "甲集团"} for n, code in enumerate("AB")]
    files = [*laid.register(banks), laid.sizes("AB"), laid.bans(("1", "A", date(2025, 5, 1)))]
    said = laid.evaluated(connection, ruled(PLAIN, one_per_group=True), files)

    assert _participants(connection, said.run_id)["B"]["role"] == "commercial"
    (message,) = said.of("EVA-M052")
    assert message == "B行 同属 甲集团，首选的 A行 不参加（取消资格至 2028-05-01 文1），由 B行 参加"


SUSPENSION = {"family": "indicators", "measure": "annual_report", "month": 5, "day": 1, "clause": "年报办法"}


@pytest.mark.parametrize(
    ("month", "day", "role"),
    [(12, 31, "excluded"), (12, 30, "excluded"), (5, 1, "excluded")],
)
def test_given_a_day_that_has_come_when_a_bank_has_no_figure_then_it_is_suspended_until_it_has(
    connection: Connection, month: int, day: int, role: str
) -> None:
    rulebook = ruled(PLAIN, suspension=SUSPENSION | {"month": month, "day": day})
    banks = [{"institution": "A"}, {"institution": "B"}]
    files = [*laid.register(banks), laid.sizes("AB", annual_report={"A": Decimal(1)})]
    b = _participants(connection, laid.evaluated(connection, rulebook, files).run_id)["B"]

    assert b["role"] == role
    assert b["reason"] == (
        f"今年没有报送 indicators 的 annual_report，自 2025-{month:02}-{day:02} 起暂停参加，补报后恢复（年报办法）"
    )
    (feed,) = connection.execute(
        text("SELECT feed FROM raw.submission WHERE submission_id = :id"), {"id": b["evidence_submission_id"]}
    ).one()
    assert (feed, b["evidence_record_no"]) == ("indicators", None)


@pytest.mark.parametrize("period", [laid.Period(2025, 1), laid.Period(2025, 2)])
def test_given_a_day_in_may_then_the_first_quarter_is_not_touched(connection: Connection, period: laid.Period) -> None:
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}], period)]
    files.append(laid.sizes("AB", period, annual_report={"A": Decimal(1)}))
    said = laid.evaluated(connection, ruled(PLAIN, suspension=SUSPENSION), files, period)

    wanted = "commercial" if period.quarter == 1 else "excluded"
    assert _participants(connection, said.run_id)["B"]["role"] == wanted


def test_given_a_figure_that_came_in_an_earlier_quarter_of_the_year_then_it_is_found(connection: Connection) -> None:
    before = laid.Period(2025, 2)
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}]), laid.sizes("AB")]
    files.append(laid.sizes("", before, annual_report={"A": Decimal(1), "B": Decimal(1)}))
    said = laid.evaluated(connection, ruled(PLAIN, suspension=SUSPENSION), files)
    found = _participants(connection, said.run_id)

    assert {row["role"] for row in found.values()} == {"commercial"}


def test_given_a_figure_of_last_year_alone_then_it_does_not_count(connection: Connection) -> None:
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}])]
    files += [laid.sizes("AB", annual_report={"A": Decimal(1)})]
    files += [laid.sizes("", laid.Period(2024, 4), annual_report={"B": Decimal(1)})]
    said = laid.evaluated(connection, ruled(PLAIN, suspension=SUSPENSION), files)

    assert _participants(connection, said.run_id)["B"]["role"] == "excluded"


def test_given_a_feed_that_is_left_out_all_year_then_the_banks_are_not_blamed(connection: Connection) -> None:
    rulebook = ruled(PLAIN, suspension=SUSPENSION | {"family": "pboc_credit", "measure": "loans"})
    accounts, values = (Account("A-1", "A", Decimal(100)),), (Value("A", "size", Decimal(1)),)
    county = County(rulebook, (Bank("A"),), accounts, values, absent=frozenset({"pboc_credit"}))
    with pytest.raises(RunStoppedError) as stopped:
        compute(connection, load(connection, [county]))

    assert "自 2025-05-01 起没有报送 loans 的机构暂停参加，而今年还没有收到任何 pboc_credit 的报送" in {
        item.message for item in stopped.value.findings if item.check == "EVA-V007"
    }


def test_given_two_bans_that_overlap_then_they_are_one_stretch_and_both_are_kept(connection: Connection) -> None:
    first, second = ("1", "B", date(2023, 6, 1)), ("2", "B", date(2025, 9, 1))
    banks = [{"institution": "A"}, {"institution": "B"}]
    said = laid.evaluated(connection, PLAIN, [*laid.register(banks), laid.sizes("AB"), laid.bans(first, second)])
    (whole,) = laid.rows_of(connection, "disqualification", said.run_id)
    parts = laid.rows_of(connection, "disqualification_decision", said.run_id)

    assert (whole["during"].lower, whole["during"].upper) == (date(2023, 6, 1), date(2028, 9, 1))
    assert [(p["decision"], p["during"].lower, p["during"].upper) for p in parts] == [
        ("文1", date(2023, 6, 1), date(2026, 6, 1)),
        ("文2", date(2025, 9, 1), date(2028, 9, 1)),
    ]
    b = _participants(connection, said.run_id)["B"]
    assert (b["reason"], b["evidence_record_no"]) == ("取消资格至 2028-09-01 文1、文2", 2)


def test_given_two_bans_with_a_day_between_then_there_are_two_stretches(connection: Connection) -> None:
    parts = (("1", "B", date(2019, 1, 1)), ("2", "B", date(2022, 1, 1)), ("3", "B", date(2025, 1, 2)))
    banks = [{"institution": "A"}, {"institution": "B"}]
    said = laid.evaluated(connection, PLAIN, [*laid.register(banks), laid.sizes("AB"), laid.bans(*parts)])
    stretches = [
        (r["during"].lower, r["during"].upper) for r in laid.rows_of(connection, "disqualification", said.run_id)
    ]

    assert sorted(stretches) == [(date(2019, 1, 1), date(2025, 1, 1)), (date(2025, 1, 2), date(2028, 1, 2))]


def test_given_ranges_of_one_bank_that_overlap_then_the_database_refuses_them(connection: Connection) -> None:
    banks = [{"institution": "A"}, {"institution": "B"}]
    said = laid.evaluated(connection, PLAIN, [*laid.register(banks), laid.sizes("AB")])
    add = text("INSERT INTO eval.disqualification VALUES (:run, :bank, daterange(:since, :till))")
    rows = {"run": said.run_id, "bank": "B", "since": date(2025, 1, 1), "till": date(2028, 1, 1)}
    connection.execute(add, rows)
    connection.execute(add, rows | {"bank": "A"})
    connection.execute(add, rows | {"since": date(2028, 1, 1), "till": date(2031, 1, 1)})

    with pytest.raises(IntegrityError, match="never_overlaps"):
        connection.execute(add, rows | {"since": date(2027, 12, 31), "till": date(2030, 1, 1)})


@pytest.mark.parametrize(
    ("end", "said_of"),
    [(date(2026, 4, 30), True), (date(2026, 5, 1), False), (date(2026, 1, 1), True)],
    ids=["30 days after the next base date", "a day later", "the day after this one"],
)
def test_given_a_ban_that_ends_then_the_last_run_30_days_ahead_says_so(
    connection: Connection, end: date, said_of: bool
) -> None:
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}]), laid.sizes("AB")]
    said = laid.evaluated(connection, PLAIN, [*files, laid.bans(("1", "B", end.replace(year=end.year - 3)))])

    messages = [f"B行 的取消资格将于 {end} 届满，届满当日起恢复资格"] if said_of else []
    assert said.of("EVA-M007") == messages


@pytest.mark.parametrize(
    ("valid_to", "expired"),
    [(date(2025, 9, 29), False), (date(2025, 9, 30), True), (date(2025, 12, 30), True), (AS_OF, False)],
    ids=["not in use at the base date before", "in use then", "until yesterday", "still in force"],
)
def test_given_an_override_that_was_in_use_when_it_has_expired_then_it_is_said_once(
    connection: Connection, valid_to: date, expired: bool
) -> None:
    carve = {"decision": "县政1", "kind": "carve_out", "institution": "B", "amount": Decimal(5), "valid_to": valid_to}
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}]), laid.sizes("AB"), laid.decisions(carve)]
    said = laid.evaluated(connection, PLAIN, files)

    assert bool(said.of("EVA-M008")) is expired
    if expired:
        assert said.of("EVA-M008") == [f"B行 的决定 县政1（一事一议）已于 {valid_to} 失效，不再适用"]


def test_given_an_expired_override_that_another_took_the_place_of_then_nothing_is_said(connection: Connection) -> None:
    old = {
        "decision": "1",
        "kind": "carve_out",
        "institution": "B",
        "amount": Decimal(5),
        "valid_to": date(2025, 10, 1),
    }
    files = [*laid.register([{"institution": "A"}, {"institution": "B"}]), laid.sizes("AB")]
    said = laid.evaluated(connection, PLAIN, [*files, laid.decisions(old, old | {"decision": "2", "valid_to": None})])

    assert said.of("EVA-M008") == []


def test_given_every_reason_at_once_then_all_are_told_in_order(connection: Connection) -> None:
    rulebook = ruled(PLAIN, minimum_months=12, first_year="exclude", suspension=SUSPENSION)
    banks = [{"institution": "A", "opened_on": date(2000, 1, 1)}, {"institution": "B", "opened_on": date(2025, 2, 1)}]
    out = {"decision": "县政2", "kind": "exclude", "institution": "B", "reason": "重大风险"}
    files = [*laid.register(banks), laid.sizes("AB", annual_report={"A": Decimal(1)})]
    files += [laid.decisions(out), laid.bans(("1", "B", date(2025, 5, 1)))]
    b = _participants(connection, laid.evaluated(connection, rulebook, files).run_id)["B"]

    assert b["reason"].split("；") == [
        "取消资格至 2028-05-01 文1",
        "决定不参加 县政2 重大风险",
        "于 2025-02-01 开业，至 2025-12-31 未满 12 个月（第minimum_months条）",
        "于 2025-02-01 开业，属当年新设，首年不参加（第first_year条）",
        "今年没有报送 indicators 的 annual_report，自 2025-05-01 起暂停参加，补报后恢复（年报办法）",
    ]


EDGES = "1990-01-01 2024-06-30 2024-07-01 2024-12-30 2024-12-31 2025-01-01 2025-06-30 2025-07-01 2025-12-31"
days = st.sampled_from([None, *map(date.fromisoformat, EDGES.split())])
decided = st.sampled_from([date(2022, 12, 31), date(2023, 1, 1), date(2020, 2, 29), AS_OF, date(2025, 12, 30)])
applicants = st.builds(
    oracle.Applicant,
    code=st.just(""),
    place=st.integers(1, 4),
    opened_on=days,
    bans=st.lists(decided, max_size=2, unique=True).map(tuple),
    excluded=st.sampled_from([False, False, False, True]),
    carved_out=st.sampled_from([False, False, False, True]),
    group=st.sampled_from(["", "", "甲", "乙"]),
    supplied=st.sampled_from([True, True, False]),
)
rules = st.builds(
    oracle.Rules,
    ban_years=st.sampled_from([1, 3]),
    minimum_months=st.sampled_from([None, 6, 12, 18]),
    first_year=st.sampled_from(["take_part", "exclude"]),
    one_per_group=st.booleans(),
    suspended_from=st.sampled_from([None, (12, 30), (12, 31), (5, 1)]),
)
STARTS = {
    "ban": "取消资格至",
    "decision": "决定不参加",
    "age": "于 ",
    "first_year": "于 ",
    "silent": "今年没有报送",
    "group": "与 ",
}


@PROPERTY
@given(given_rules=rules, drawn=st.lists(applicants, min_size=15, max_size=15))
def test_given_any_county_then_roles_and_reasons_are_the_oracles(
    ground: Engine, given_rules: oracle.Rules, drawn: list[oracle.Applicant]
) -> None:
    # One bank is always there, so that the run has somebody to score.
    banks = [oracle.Applicant("底", place=0), *(_coded(bank, f"B{n:02}") for n, bank in enumerate(drawn))]
    with ground.connect() as connection:
        said = laid.evaluated(connection, _rulebook(given_rules), _files(banks))
        found = _participants(connection, said.run_id)

    wanted = oracle.participants(banks, given_rules, AS_OF)
    assert {code: row["role"] for code, row in found.items()} == {code: role for code, (role, _) in wanted.items()}
    for code, (role, reasons) in wanted.items():
        told = found[code]["reason"].split("；")
        if role == "excluded":
            assert len(told) == len(reasons)
            assert all(text.startswith(STARTS[kind]) for text, kind in zip(told, reasons, strict=True))
            assert found[code]["evidence_submission_id"] is not None


def _coded(bank: oracle.Applicant, code: str) -> oracle.Applicant:
    return oracle.Applicant(**{**bank.__dict__, "code": code})


def _rulebook(given_rules: oracle.Rules) -> Any:
    said: dict[str, object] = {
        "disqualification_years": given_rules.ban_years,
        "first_year": given_rules.first_year,
        "one_per_group": given_rules.one_per_group,
    }
    if given_rules.minimum_months:
        said["minimum_months"] = given_rules.minimum_months
    if given_rules.suspended_from:
        month, day = given_rules.suspended_from
        said["suspension"] = SUSPENSION | {"month": month, "day": day}
    return ruled(PLAIN, **said)


def _files(banks: list[oracle.Applicant]) -> list[laid.Delivered]:
    here = [bank for bank in banks if (bank.opened_on or AS_OF) <= AS_OF]
    rows = [
        {
            "institution": bank.code,
            "sort_no": bank.place,
            "opened_on": bank.opened_on,
            "corporate_group": bank.group or None,
        }
        for bank in banks
    ]
    supplied = {bank.code: Decimal(1) for bank in banks if bank.supplied}
    rulings = [{"decision": f"出{b.code}", "kind": "exclude", "institution": b.code} for b in banks if b.excluded]
    rulings += [
        {"decision": f"议{b.code}", "kind": "carve_out", "institution": b.code, "amount": Decimal(1)}
        for b in banks
        if b.carved_out
    ]
    decided_on = [(f"{b.code}{n}", b.code, day) for b in banks for n, day in enumerate(b.bans)]
    return [
        *laid.register(rows),
        laid.sizes((bank.code for bank in here), annual_report=supplied),
        laid.decisions(*rulings),
        laid.bans(*decided_on),
    ]
