"""Two sources on the same money: files walk the real way in, then the ties of the catalogue are judged (N16, S25)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from cunfang.evaluation.pin import Pinned, input_hash
from cunfang.evaluation.reconcile import reconcile
from cunfang.finding import Finding, Klass
from cunfang.quality.suite import EXPECTATIONS
from cunfang.quality.ties import Tie, ties
from cunfang.rulebook import read_rulebook
from cunfang.settings import Settings
from cunfang.warehouse import engine
from intake.county import FILES, Q4, REGION, County

RETURN = "institution,account,as_of,balance,deposits,loans\n"
AGREED = f"{RETURN}工行,900100,2025-12-31,1000000.01,,\n工行,,2025-12-31,,1000009999.00,500000000.00\n"
MERGED = "institution,tax_type,window_from,window_to,paid,local_part\n"


@pytest.fixture
def county(tmp_path: Path, warehouse: str) -> Iterator[County]:
    """A county whose offices have delivered what its registers and balances need."""
    made = County(engine(warehouse), Settings(warehouse, tmp_path / "inbox", tmp_path / "var", "", ""))
    for feed in FILES:
        made.deliver(feed)
        assert list(made.walk(feed).values()) == ["accepted"], feed
    yield made
    made.db.dispose()


def returned(county: County, content: str, bank: str = "ICBC", name: str = "return.csv") -> None:
    county.deliver("bank_return", content, f"{bank}/{name}")
    assert list(county.walk("bank_return").values()) == ["accepted"]


def untied(county: County, folder: Path = EXPECTATIONS) -> list[Finding]:
    with county.db.connect() as connection:
        return reconcile(connection, REGION, Q4, folder)


def numbers(county: County) -> list[str]:
    return [finding.check for finding in untied(county)]


def test_given_no_return_or_one_that_agrees_then_nothing_is_found(county: County) -> None:
    assert numbers(county) == []
    returned(county, AGREED)
    assert numbers(county) == []


def test_given_a_balance_that_differs_by_a_fen_then_both_cells_are_named(county: County) -> None:
    returned(county, AGREED.replace("1000000.01", "1000000.02"), bank="工行")
    (finding,) = untied(county)
    assert (finding.check, finding.klass) == ("REC-M001", Klass.MACRO)
    assert finding.message == (
        "工行账户 900100 在 2025-12-31 的余额对不上：财政局报 1,000,000.01 元（balances.csv › C2），"
        "银行报 1,000,000.02 元（return.csv › D2），相差 0.01 元。"
    )
    assert finding.where == "balances.csv › C2"


def test_given_totals_beyond_the_tolerance_then_each_is_found_and_within_it_none(county: County) -> None:
    returned(county, AGREED.replace("1000009999.00", "1000010000.01").replace("500000000.00", "499990000.00"))
    assert numbers(county) == ["REC-M004"]
    returned(county, AGREED.replace("500000000.00", "400000000.00"), name="second.csv")
    assert numbers(county) == ["REC-M005"]


def test_given_an_account_that_one_side_lacks_then_it_is_named_only_where_the_side_speaks_of_the_bank(
    county: County,
) -> None:
    county.deliver("accounts", FILES["accounts"] + "900300,工行,水利局,special,,,2018-01-01,\n", "more.csv")
    county.walk("accounts")
    returned(county, AGREED.replace("900100", "900300"))
    found = untied(county)
    assert [(finding.check, "900100" in finding.message) for finding in found] == [
        ("REC-M002", True),
        ("REC-M003", False),
    ]
    assert not any("900200" in finding.message for finding in found)


def test_given_balances_and_receipts_in_two_files_then_the_second_does_not_replace_the_first(county: County) -> None:
    returned(county, AGREED.replace("1000000.01", "7"))
    assert numbers(county) == ["REC-M001"]
    returned(county, "institution,leg,executed_at,amount,reference\n工行,L1,2025-11-13,1,S1\n", name="legs.csv")
    assert numbers(county) == ["REC-M001"]
    parts = "SELECT part, file_name FROM core.standing_bank_return ORDER BY part"
    assert county.rows(parts) == [("account", "return.csv"), ("institution", "return.csv"), ("leg", "legs.csv")]
    returned(county, AGREED, bank="工行", name="corrected.csv")
    assert numbers(county) == []
    assert [row[1] for row in county.rows(parts)] == ["corrected.csv", "corrected.csv", "legs.csv"]


def test_given_public_money_beyond_all_deposits_then_it_is_found(county: County) -> None:
    figures = "工行,2025-12-31,1000000000.00,500000000.00"
    less = FILES["pboc_credit"].replace(figures, "工行,2025-12-31,900000.00,500000.00")
    county.deliver("pboc_credit", less, "less.csv")
    county.walk("pboc_credit")
    assert numbers(county) == ["REC-M006"]


def test_given_the_merged_bureau_beside_the_two_then_their_sum_is_held_against_it(county: County) -> None:
    for feed, paid in (("tax_national", "600000.00"), ("tax_local", "300000.00"), ("tax", "898999.00")):
        county.deliver(feed, f"{MERGED}工行,增值税,2025-01-01,2025-12-31,{paid},0\n")
        county.walk(feed)
        assert numbers(county) == (["REC-M008"] if feed == "tax" else [])


def test_given_a_tie_that_no_longer_holds_then_it_is_not_judged(county: County, tmp_path: Path) -> None:
    returned(county, AGREED.replace("1000000.01", "7"))
    text = (EXPECTATIONS / "ties.yaml").read_text(encoding="utf-8")
    ended = text.replace("right: bank_return.account\n", "right: bank_return.account\n    valid_to: 2025-Q3\n")
    (tmp_path / "ties.yaml").write_text(ended, encoding="utf-8")
    assert untied(county, tmp_path) == []


def test_the_ties_have_numbers_of_their_own_and_say_what_to_do() -> None:
    assert [tie.check for tie in ties()] == sorted({tie.check for tie in ties()})
    assert all(tie.advice and "{institution}" in tie.message for tie in ties())


def test_a_tie_refuses_what_it_does_not_know() -> None:
    good = ties()[0].model_dump()
    for wrong in ({"left": "balances.all"}, {"message": "{nobody}"}, {"check": "REC-V001"}, {"tolerance": Decimal(-1)}):
        with pytest.raises(ValidationError):
            Tie.model_validate(good | wrong)


def test_a_late_return_that_agrees_leaves_the_same_run_and_one_that_does_not_makes_another(county: County) -> None:
    book, nothing = read_rulebook("hefei-2012"), Pinned([], [])
    before = input_hash(REGION, Q4, book, nothing, untied(county))
    returned(county, AGREED)
    assert input_hash(REGION, Q4, book, nothing, untied(county)) == before
    returned(county, AGREED.replace("1000000.01", "7"), name="wrong.csv")
    assert input_hash(REGION, Q4, book, nothing, untied(county)) != before
