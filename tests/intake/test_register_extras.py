"""What the registers bring beside their rows: the group of a bank, townships, and referrals of violations (S23)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from intake.county import County

HEAD = "event,institution,kind,severity,found_on,decided_on,decision,note\n"
BANNED = "E1,工行,withhold,disqualify,2025-11-01,2025-11-30,县银处1,\n"
ANSWER = text("""
    INSERT INTO ops.referral_event (referral_id, state, actor, outcome)
    SELECT referral_id, 'answered', '人民银行', :outcome FROM ops.referral
""")
MINOR = "E2,农行,late,note,2025-11-01,2025-11-05,,\n"


def test_given_a_register_with_groups_and_townships_then_both_are_taken_over(county: County) -> None:
    county.deliver(
        "institutions",
        "institution,name,short_name,aliases,type,legal_person,opened_on,closed_on,successor,sort_no,corporate_group\n"
        "RCB,大悟农村商业银行,农商行,,农商行,local,,,,1,省联社\nT1,城关镇,城关镇,,乡镇,,,,,2,\n",
    )

    assert list(county.walk("institutions").values()) == ["accepted"]
    rows = county.rows("SELECT institution, type, corporate_group FROM core.institution ORDER BY sort_no")
    assert rows == [("RCB", "农商行", "省联社"), ("T1", "乡镇", None)]


def test_given_townships_in_the_register_then_no_bank_figure_is_missed_of_them(county: County) -> None:
    county.deliver(
        "institutions",
        "institution,name,short_name,aliases,type,legal_person,opened_on,closed_on,successor,sort_no\n"
        "ICBC,中国工商银行,工行,,国有大行,branch,,,,1\nABC,中国农业银行,农行,,国有大行,branch,,,,2\nT1,城关镇,城关镇,,乡镇,,,,,3\n",
    )
    county.walk("institutions")
    county.deliver("pboc_credit")

    assert list(county.walk("pboc_credit").values()) == ["accepted"]
    assert county.rows("SELECT message FROM ops.finding WHERE message LIKE '%T1%' OR message LIKE '%城关镇%'") == []


def test_given_a_disqualification_when_it_is_accepted_then_a_referral_is_open_with_a_deadline(
    registered: County,
) -> None:
    registered.deliver("supervisory_events", HEAD + BANNED + MINOR)
    registered.walk("supervisory_events")

    rows = registered.rows("SELECT event, institution, decision, due_on, state, outcome FROM ops.referral_state")
    assert rows == [("E1", "ICBC", "县银处1", date(2025, 12, 30), "open", "")]


def test_given_the_event_once_more_in_a_correction_then_there_is_one_referral(registered: County) -> None:
    for note in ("甲", "乙"):
        registered.deliver("supervisory_events", HEAD + BANNED.replace(",\n", f",{note}\n"))
        assert list(registered.walk("supervisory_events").values()) == ["accepted"]

    assert registered.rows("SELECT count(*) FROM ops.referral") == [(1,)]
    assert registered.rows("SELECT count(*) FROM ops.referral_event") == [(1,)]


def test_given_an_answer_then_it_must_say_what_came_of_it(registered: County) -> None:
    registered.deliver("supervisory_events", HEAD + BANNED)
    registered.walk("supervisory_events")

    with pytest.raises(DatabaseError, match="check"), registered.db.begin() as connection:
        connection.execute(ANSWER, {"outcome": ""})
    with registered.db.begin() as connection:
        connection.execute(ANSWER, {"outcome": "罚款二十万元"})
    assert registered.rows("SELECT state, outcome FROM ops.referral_state") == [("answered", "罚款二十万元")]
