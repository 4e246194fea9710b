"""The register of accounts (S01): one owner, one category at a time, from day to day; real files, real refusals."""

from __future__ import annotations

from datetime import date

import pytest

from intake.county import County

HEAD = "account,institution,owner,fund_category,adjustable,basis,opened_on,closed_on\n"
OTHER = "900200,农行,社保中心,fiscal_social,,,2018-01-01,\n"


def deliver(county: County, rows: str) -> str:
    """Deliver a register of accounts; what became of it."""
    county.deliver("institutions")
    county.walk("institutions")
    county.deliver("accounts", HEAD + rows)
    [status] = county.walk("accounts").values()
    return status


@pytest.mark.parametrize(
    ("row", "check", "cell", "said"),
    [
        ("900100,工行,教育局,,,,2018-01-01,\n", "FILE-V001", "D2", "账户 900100 的“资金类别”"),
        ("900100,工行,教育局,cash,,,2018-01-01,\n", "FILE-V005", "D2", "账户 900100 的“资金类别”写的是“cash”"),
        ("900100,工行,,special,,,2018-01-01,\n", "FILE-V001", "C2", "所属单位"),
        ("900100,工行,教育局,special,,,2018-01-01,2017-01-01\n", "ACC-V011", "H2", "900100"),
        ("900200,农行,社保中心,fiscal_social,,,2018-01-01,\n", "ACC-V002", "A2", "900200"),
        ("900200,农行,社保中心,special,,,2017-01-01,2018-01-02\n", "ACC-V012", "", "900200"),
        ("900200,工行,社保中心,fiscal_social,,,2025-07-01,\n", "ACC-V012", "G2", "900200"),
        ("900200,工行,社保中心,fiscal_social,,,,\n", "ACC-V012", "", "900200"),
    ],
)
def test_given_an_account_that_cannot_be_placed_then_the_register_is_refused_with_its_cell_and_what_to_do(
    county: County, row: str, check: str, cell: str, said: str
) -> None:
    assert deliver(county, row + OTHER) == "rejected"

    found = county.rows(
        "SELECT cell, message, advice FROM ops.finding WHERE check_id = :check ORDER BY cell", check=check
    )
    assert found, county.rows("SELECT check_id, cell, message FROM ops.finding")
    assert cell in {place for place, _, _ in found} or not cell
    assert all(advice for _, _, advice in found) and said in found[0][1]
    assert county.rows("SELECT 1 FROM core.account") == []


def test_given_an_account_in_another_category_from_a_day_on_then_the_span_at_the_quarters_end_stands(
    county: County,
) -> None:
    spans = "900100,工行,教育局,special,,,2018-01-01,2025-07-01\n900100,工行,教育局,unit,,,2025-07-01,\n"

    assert deliver(county, spans + OTHER) == "accepted"
    assert county.rows("SELECT account, fund_category FROM core.account ORDER BY account") == [
        ("900100", "unit"),
        ("900200", "fiscal_social"),
    ]
    history = "SELECT fund_category, opened_on, closed_on, standing FROM core.account_history WHERE account = '900100'"
    assert county.rows(f"{history} ORDER BY opened_on") == [
        ("special", date(2018, 1, 1), date(2025, 7, 1), False),
        ("unit", date(2025, 7, 1), None, True),
    ]


def test_given_a_span_that_begins_after_the_quarter_then_the_one_before_still_stands(county: County) -> None:
    spans = "900100,农行,教育局,special,,,2026-01-01,\n900100,工行,教育局,special,,,2018-01-01,2026-01-01\n"

    assert deliver(county, spans + OTHER) == "accepted"
    assert county.rows("SELECT institution FROM core.account WHERE account = '900100'") == [("ICBC",)]


def test_given_an_account_reopened_when_balances_come_then_they_are_of_one_account(county: County) -> None:
    spans = "900100,工行,教育局,special,,,2018-01-01,2025-07-01\n900100,工行,教育局,special,,,2025-10-01,\n"
    deliver(county, spans + OTHER)
    county.deliver("balances")

    assert list(county.walk("balances").values()) == ["accepted"]


def test_given_a_balance_of_an_owner_without_an_account_then_it_is_refused_by_the_account_it_names(
    registered: County,
) -> None:
    registered.deliver("balances", "account,as_of,balance,matures_on\n900900,2025-12-31,5.00,\n")

    assert list(registered.walk("balances").values()) == ["rejected"]
    [(message, advice, cell)] = registered.rows(
        "SELECT message, advice, cell FROM ops.finding WHERE class = 'validity' AND column_name = 'account'"
    )
    assert "900900" in message and "名录" in advice and cell == "A2"
