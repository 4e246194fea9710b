"""Names on the way in: customary spellings, near ones, an alias that 金融办 adds, a bank that became another (S32)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cunfang import intake
from cunfang.intake import grounds
from cunfang.intake.submissions import findings_of
from cunfang.period import Period
from intake.county import CREDIT_COLUMNS, Q3, Q4, County

Q2 = Period(2025, 2)
HEADER = "institution,name,short_name,aliases,type,legal_person,opened_on,closed_on,successor,sort_no\n"
ICBC = "ICBC,中国工商银行,工行,,国有大行,branch,1985-01-01,,,1\n"
ADBC = "ADBC,中国农业发展银行,农发行,,政策性,branch,1997-01-01,,,2\n"
UNION = "RCC,测试县农村信用合作联社,农村信用联社,,农商行,local,1990-01-01,2025-07-01,RCB,3\n"
VILLAGE = "VB,测试村镇银行,村镇银行,,村镇银行,local,2010-01-01,2025-07-01,RCB,4\n"
RURAL = "RCB,测试农村商业银行,农商行,,农商行,local,2025-07-01,,,5\n"


def _credit(*rows: tuple[str, int], day: str = "2025-12-31") -> str:
    return f"{CREDIT_COLUMNS}\n" + "".join(
        f"{name},{day},{deposits}.00,{deposits // 2}.00,1,1,1,1,1,1,1,1,1\n" for name, deposits in rows
    )


def _findings(county: County, number: int) -> dict[str, str]:
    with county.db.connect() as connection:
        return {item.check: f"{item.message}{item.advice}" for item in findings_of(connection, number)}


def _register(county: County, *rows: str, period: Period = Q4, name: str = "") -> None:
    county.deliver("institutions", HEADER + "".join(rows), name, period)
    assert list(county.walk("institutions").values()) == ["accepted"]


def _resolved(county: County) -> list[str]:
    return [row[0] for row in county.rows("SELECT institution FROM core.credit ORDER BY submission_id, record_no")]


def test_customary_spellings_are_understood_though_no_register_states_them(county: County) -> None:
    _register(county, ICBC, ADBC)
    county.deliver("pboc_credit", _credit(("中国工商银行股份有限公司", 1_000_000), ("农业发展银行", 2_000_000)))

    assert list(county.walk("pboc_credit").values()) == ["accepted"]
    assert _resolved(county) == ["ICBC", "ADBC"]


def test_a_damaged_name_is_refused_with_the_bank_that_it_means_and_passes_once_the_alias_is_registered(
    county: County,
) -> None:
    _register(county, ICBC, ADBC)
    county.deliver("pboc_credit", _credit(("工行", 1_000_000), ("农业开展银行", 2_000_000)))
    [(number, status)] = county.walk("pboc_credit").items()

    assert status == "rejected"
    assert "最接近的：中国农业发展银行；" in _findings(county, number)["PBC-V003"]
    _register(county, ICBC, ADBC.replace("农发行,,", "农发行,农业开展银行,"), name="名册更正.csv")
    again = intake.to_check_again(county.db, _standing(county, "institutions"))
    assert again == [number]
    assert county.step(number) == "accepted"
    assert _resolved(county) == ["ICBC", "ADBC"]


def _standing(county: County, feed: str) -> int:
    found = county.standing(feed)
    assert found is not None
    return found


def test_a_name_that_two_banks_may_have_is_refused_with_both_named(county: County) -> None:
    two = (
        "V1,测试甲村镇银行,甲村镇,,村镇银行,local,2010-01-01,,,1\n",
        "V2,测试乙村镇银行,乙村镇,,村镇银行,local,2010-01-01,,,2\n",
    )
    _register(county, *two)
    county.deliver("pboc_credit", _credit(("村镇银行", 1_000_000)))
    [(number, status)] = county.walk("pboc_credit").items()

    assert status == "rejected"
    said = _findings(county, number)["PBC-V003"]
    assert "测试甲村镇银行" in said and "测试乙村镇银行" in said and "须写明是哪一家" in said


def test_the_old_name_after_the_merger_is_understood_and_the_successor_advised(county: County) -> None:
    _register(county, ICBC, UNION, RURAL)
    county.deliver("pboc_credit", _credit(("工行", 1_000_000), ("农村信用联社", 2_000_000)))
    [number] = county.walk("pboc_credit")

    said = _findings(county, number)["PBC-Q003"]
    assert "农村信用联社" in said and "2025-07-01" in said and "承继机构" in said
    assert _resolved(county) == ["ICBC", "RCC"]


@pytest.fixture
def merged(county: County) -> County:
    """Two banks reported for the second quarter and have become one since."""
    open_ones = (row.replace("2025-07-01,RCB", ",") for row in (UNION, VILLAGE))
    _register(county, ICBC, *open_ones, period=Q2)
    county.deliver(
        "pboc_credit",
        _credit(("工行", 900_000_000), ("农村信用联社", 500_000_000), ("村镇银行", 100_000_000), day="2025-06-30"),
        period=Q2,
    )
    assert list(county.walk("pboc_credit").values()) == ["accepted"]
    _register(county, ICBC, UNION, VILLAGE, RURAL, period=Q3)
    return county


def test_what_the_predecessors_had_is_what_the_successor_is_compared_with_and_nothing_counts_twice(
    merged: County,
) -> None:
    merged.deliver("pboc_credit", _credit(("工行", 900_000_000), ("农商行", 610_000_000), day="2025-09-30"), period=Q3)
    [number] = merged.land("pboc_credit")
    with merged.db.connect() as connection:
        submission = intake.load(connection, number)
        basis = grounds.basis(connection, submission, grounds.pins(connection, submission))

    assert basis.previous is not None
    deposits = {bank: figures["deposits"] for bank, figures in basis.previous.items()}
    assert deposits == {"ICBC": Decimal(900_000_000), "RCB": Decimal(600_000_000)}


def test_a_unit_that_is_wrong_for_what_both_had_is_found_at_the_successor(merged: County) -> None:
    merged.deliver("pboc_credit", _credit(("工行", 900_000_000), ("农商行", 61_000), day="2025-09-30"), period=Q3)
    [number] = merged.walk("pboc_credit")

    assert any("农商行" in said and "单位" in said for said in _findings(merged, number).values())


@pytest.mark.parametrize(
    ("rows", "check"),
    [
        ((ICBC, UNION), "INS-V014"),
        ((UNION, RURAL.replace("2025-07-01,,,5", "2025-07-01,2025-08-01,RCC,5")), "INS-V015"),
        ((UNION.replace("2025-07-01", ""), RURAL), "INS-Q013"),
    ],
)
def test_successors_that_are_unknown_go_in_circles_or_follow_an_open_bank_are_findings(
    county: County, rows: tuple[str, ...], check: str
) -> None:
    county.deliver("institutions", HEADER + "".join(rows))
    [number] = county.walk("institutions")

    assert check in _findings(county, number)


def test_one_name_for_two_banks_at_different_times_is_no_fault(county: County) -> None:
    old, new = (
        UNION.replace("农村信用联社,,", "农村信用联社,测试农信,"),
        RURAL.replace("农商行,,农", "农商行,测试农信,农"),
    )
    county.deliver("institutions", HEADER + old + new)

    assert list(county.walk("institutions").values()) == ["accepted"]
    county.deliver("institutions", HEADER + old.replace("2025-07-01,RCB", ",") + new, "同名.csv")
    [number] = county.walk("institutions")
    assert "INS-V013" in _findings(county, number)
