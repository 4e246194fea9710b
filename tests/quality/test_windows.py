"""Windows of taxes within one file: holes, mixed spans, net refunds, each on the bank's first row (N2, S06)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed
from cunfang.period import Period
from cunfang.quality import Bank, Basis, check, windows
from cunfang.quality.row import Row

Typing = Callable[[str, Sequence[Mapping[str, str]]], Typed]
YEAR = ("2025-01-01", "2025-12-31")
SPANS = {"tax": "TAX", "tax_local": "TXL", "tax_national": "TXN"}


def row(bank: str, window: tuple[str, str] = YEAR, tax_type: str = "增值税", paid: str = "3000000") -> dict[str, str]:
    local = str(Decimal(paid) / 2)
    return {
        "institution": bank, "tax_type": tax_type, "window_from": window[0], "window_to": window[1], "paid": paid,
        "local_part": local,
    }  # fmt: skip


@pytest.fixture
def said(typed: Typing, basis: Basis) -> Callable[..., dict[tuple[str, int | None], str]]:
    def judge(*rows: dict[str, str], feed: str = "tax", basis: Basis = basis) -> dict[tuple[str, int | None], str]:
        report = check(contract(feed), typed(feed, rows), basis)
        return {(finding.check, finding.record_no): finding.message for finding in report.findings}

    return judge


@pytest.mark.parametrize(("feed", "prefix"), SPANS.items())
def test_given_a_bank_whose_window_ends_early_when_checked_then_the_days_are_named(
    said: Callable[..., dict[tuple[str, int | None], str]], feed: str, prefix: str
) -> None:
    found = said(row("工行"), row("农行", ("2025-01-01", "2025-09-30")), feed=feed)
    assert found[f"{prefix}-Q012", 2] == "农行的税款期间有缺口：没有 2025-10-01 至 2025-12-31 的税款。"
    assert not {(f"{prefix}-Q012", 1), (f"{prefix}-Q013", 2)} & found.keys()


def test_given_quarter_windows_beside_cumulative_ones_when_checked_then_the_mixture_is_named(
    said: Callable[..., dict[tuple[str, int | None], str]],
) -> None:
    found = said(row("工行"), row("农行"), row("农行", ("2025-10-01", "2025-12-31"), "印花税"))
    assert found["TAX-Q013", 3] == (
        "农行的印花税只报了 2025-10-01 至 2025-12-31，"
        "而本表的累计数是 2025-01-01 至 2025-12-31，累计与当期混在一张表里。"
    )
    assert ("TAX-Q012", 2) not in found


def test_given_only_quarter_or_month_windows_when_checked_then_they_are_no_mixture(
    said: Callable[..., dict[tuple[str, int | None], str]],
) -> None:
    months = [("2025-10-01", "2025-10-31"), ("2025-11-01", "2025-11-30"), ("2025-12-01", "2025-12-31")]
    found = said(*(row(bank, month) for bank in ("工行", "农行") for month in months), row("工行", months[1], "印花税"))
    assert not {check_id for check_id, _ in found} & {"TAX-Q012", "TAX-Q013"}


def test_given_windows_with_a_hole_when_checked_then_the_hole_is_named(
    said: Callable[..., dict[tuple[str, int | None], str]],
) -> None:
    found = said(row("工行"), row("农行", ("2025-01-01", "2025-03-31")), row("农行", ("2025-07-01", "2025-12-31")))
    assert "没有 2025-04-01 至 2025-06-30 的税款" in found["TAX-Q012", 2]


def test_given_a_bank_that_opened_within_the_year_when_checked_then_it_owes_no_days_before(
    said: Callable[..., dict[tuple[str, int | None], str]], basis: Basis
) -> None:
    banks = {**(basis.banks or {}), "ABC": Bank("国有大行", date(2025, 11, 3))}
    found = said(row("工行"), row("农行", ("2025-11-01", "2025-12-31")), basis=replace(basis, banks=banks))
    assert ("TAX-Q012", 2) not in found


def test_given_a_cumulative_figure_below_the_one_before_when_checked_then_the_refund_is_named(
    said: Callable[..., dict[tuple[str, int | None], str]],
) -> None:
    found = said(row("工行", paid="999999.99"), row("农行"))
    assert "累计 999,999.99 元，上期累计 1,000,000.00 元" in found["TAX-Q014", 1]
    quarter = said(row("工行", ("2025-10-01", "2025-12-31"), paid="999999.99"))
    assert ("TAX-Q014", 1) not in quarter


def test_given_a_bank_of_the_register_without_taxes_when_checked_then_it_is_named(
    said: Callable[..., dict[tuple[str, int | None], str]],
) -> None:
    found = said(row("工行"), row("农行"))
    assert found["TAX-Q015", None] == "名录中的机构没有税款：ADBC（应有 3，已报 2，覆盖 66.67%）。"


DAYS = st.integers(0, 364).map(lambda day: date.fromordinal(date(2025, 1, 1).toordinal() + day))
WINDOWS = st.lists(st.tuples(DAYS, DAYS).map(sorted).map(tuple), min_size=1, max_size=6)


@given(mine=WINDOWS, other=WINDOWS)
def test_the_days_named_are_exactly_those_of_the_span_that_no_window_covers(
    mine: list[tuple[date, date]], other: list[tuple[date, date]]
) -> None:
    rows = [
        Row({"institution": bank, "tax_type": "增值税", "window_from": first, "window_to": last})
        for bank, spans in (("A", mine), ("B", other))
        for first, last in spans
    ]
    first_row = windows.missing(rows, Basis(Period.parse("2025-Q4")))[0]
    whole = {day for first, last in [*mine, *other] for day in (first, last)}
    owed = set(range(min(whole).toordinal(), max(whole).toordinal() + 1))
    covered = {day for first, last in mine for day in range(first.toordinal(), last.toordinal() + 1)}
    named: set[int] = set()
    for part in str(first_row).split("、") if first_row else ():
        first, last = (date.fromisoformat(end).toordinal() for end in part.split(" 至 "))
        named |= set(range(first, last + 1))
    assert named == owed - covered
