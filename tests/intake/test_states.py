"""Every state of a delivery is a sentence: what was delivered, where it stands, what is to be done."""

from __future__ import annotations

import pytest

from cunfang import intake
from intake.county import FILES, County

REFUND = (
    "institution,tax_type,window_from,window_to,paid,local_part\n"
    "农行,城镇土地使用税,2025-01-01,2025-12-31,-12600.00,0.00\n"
)
REASON = "check_id,feed,reason,explained_by,explained_on\nTXL-Q010,tax_local,多缴退库,征管股,2026-01-08\n"


def test_from_registration_to_acceptance_each_step_has_its_sentence(registered: County) -> None:
    registered.deliver("pboc_credit")
    [number] = registered.land("pboc_credit")
    said = [intake.state(registered.db, number)]
    intake.read(registered.db, registered.settings, number)
    said.append(intake.state(registered.db, number))
    intake.check(registered.db, registered.settings, number)
    said.append(intake.state(registered.db, number))
    intake.decide(registered.db, number)
    said.append(intake.state(registered.db, number))
    assert [one.word for one in said] == ["registered", "read", "checked", "accepted"]
    assert all(one.sentence.startswith("存贷款统计（pboc_credit.csv）2025-Q4 第 1 次报送已") for one in said)
    assert all(one.sentence.endswith("。") for one in said)
    assert [bool(one.receipt) for one in said] == [False, False, False, True]
    assert f"回执号 {said[-1].receipt}" in said[-1].sentence


def test_a_refused_version_says_what_to_correct_and_which_one_stands(registered: County) -> None:
    registered.deliver("pboc_credit")
    [first] = registered.walk("pboc_credit")
    registered.deliver("pboc_credit", FILES["pboc_credit"].replace("工行", "不知名"), "错.csv")
    [second] = registered.walk("pboc_credit")
    refused = intake.state(registered.db, second)
    assert (refused.word, refused.receipt) == ("rejected", "")
    assert "PBC-V003" in refused.sentence and refused.sentence.endswith("第 1 次报送仍然有效。")
    assert intake.state(registered.db, first).word == "accepted"


def test_a_replaced_version_keeps_its_receipt_and_names_the_one_that_counts(registered: County) -> None:
    registered.deliver("pboc_credit")
    [first] = registered.walk("pboc_credit")
    registered.deliver("pboc_credit", FILES["pboc_credit"].replace("2000000000.00", "1900000000.00"), "更正.csv")
    [second] = registered.walk("pboc_credit")
    old, new = intake.state(registered.db, first), intake.state(registered.db, second)
    assert (old.word, new.word) == ("superseded", "accepted")
    assert old.receipt in old.sentence and new.receipt in old.sentence and "以后者为准" in old.sentence


def test_an_accepted_delivery_says_what_it_still_owes_until_it_is_explained(registered: County) -> None:
    registered.deliver("tax_local", REFUND)
    [number] = registered.walk("tax_local")
    said = intake.state(registered.db, number).sentence
    assert "（TXL-Q010" in said and said.endswith("请更正后重新报送，或填“校验说明”写明理由。")
    for name in ("一.csv", "二.csv"):
        registered.deliver("explanations", REASON.replace("多缴退库", f"多缴退库{name}"), name)
        [answer] = registered.walk("explanations")
        assert intake.state(registered.db, answer).word == "accepted"
    assert intake.state(registered.db, answer - 1).word == "accepted"
    assert "TXL-Q010" not in intake.state(registered.db, number).sentence


def test_an_unknown_delivery_is_an_error(county: County) -> None:
    with pytest.raises(LookupError):
        intake.state(county.db, 1)
