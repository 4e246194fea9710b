"""A small county as values: rows by hand, typed like a file, judged by the real suites."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.record import Record, Value
from cunfang.institution import Register
from cunfang.period import Period
from cunfang.quality import Account, Bank, Basis

PERIOD = Period.parse("2025-Q4")
Rows = Sequence[Mapping[str, str]]


@pytest.fixture(scope="session")
def basis() -> Basis:
    """Four banks, three accounts, the figures of the quarter before and of last December."""
    banks = {
        "ICBC": Bank("国有大行", date(1985, 1, 1)),
        "ABC": Bank("国有大行", date(1980, 1, 1)),
        "ADBC": Bank("政策性", date(1997, 3, 18)),
        "OLD": Bank("村镇银行", date(2010, 1, 1), date(2025, 6, 30)),
    }
    accounts = {
        "90010": Account("ICBC", "special", date(2018, 1, 1)),
        "90020": Account("ABC", "fiscal_social", date(2018, 1, 1)),
        "90030": Account("ABC", "unit", date(2018, 1, 1), date(2025, 6, 20)),
        "90040": Account("ICBC", "unit", date(2025, 12, 30)),
    }
    register = Register.build(
        [("ICBC", ["工行", "中国工商银行大悟支行"]), ("ABC", ["农行"]), ("ADBC", []), ("OLD", [])]
    )
    figures = {"deposits": Decimal("1000000000.00"), "loans": Decimal("500000000.00")}
    more = {"balance": Decimal("8000000.00"), "paid": Decimal("1000000.00")}
    previous = {"ICBC": figures | more, "ABC": figures}
    return Basis(
        PERIOD,
        banks=banks,
        register=register,
        accounts=accounts,
        fund_categories=frozenset({"special", "fiscal_social", "unit"}),
        previous=previous,
        december={"ICBC": {"deposits": Decimal("900000000.00")}},
    )


@pytest.fixture(scope="session")
def typed(basis: Basis) -> Callable[[str, Rows], Typed]:
    """Types rows of text as if row n of the file began at A(n + 1)."""

    def make(feed: str, rows: Rows) -> Typed:
        columns = contract(feed).columns
        records = [
            Record(
                number,
                "Sheet1",
                number + 1,
                {c.name: Value(row.get(c.name, ""), f"{chr(65 + at)}{number + 1}") for at, c in enumerate(columns)},
            )
            for number, row in enumerate(rows, start=1)
        ]
        return normalise(contract(feed), records, basis.register, PERIOD, file=f"{feed}.csv")

    return make
