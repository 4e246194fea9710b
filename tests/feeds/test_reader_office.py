"""Office tables of every layout are read to typed rows, each value with its cell, in xlsx, xls and GBK CSV."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from office_sheets import BALANCES, CREDIT, PRUDENTIAL, TAX, Form

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.reader import read
from cunfang.feeds.record import Reading
from cunfang.institution import Register
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")
REGISTER = Register.build([("ICBC", ["中国工商银行", "工行"]), ("HBB", ["湖北银行"])])
SAMPLE = Path(__file__).resolve().parents[2] / "include" / "sample" / "inbox" / "420922"


def understood(path: Path, feed: str) -> tuple[Reading, Typed]:
    reading = read(path, contract(feed), "420922", Q4, county="大悟县")
    assert reading.findings == ()
    assert reading.layout == "office"
    typed = normalise(contract(feed), reading, REGISTER, Q4)
    assert typed.findings == ()
    return reading, typed


def written(form: Form, path: Path) -> Path:
    if path.suffix == ".csv":
        return form.csv(path, "gb18030")
    return form.xls(path) if path.suffix == ".xls" else form.xlsx(path)


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_given_three_merged_header_rows_when_read_then_every_figure_has_its_cell(tmp_path: Path, suffix: str) -> None:
    reading, typed = understood(written(CREDIT, tmp_path / f"存贷款.{suffix}"), "pboc_credit")
    first, second = typed.rows
    assert reading.title is not None
    assert (reading.title.county, reading.title.end, reading.title.cell) == ("大悟县", date(2025, 12, 31), "A1")
    assert (first.fields["institution"], second.fields["institution"]) == ("ICBC", "HBB")
    assert second.fields["institution_written"] == "湖北银行"
    assert first.fields["as_of"] == date(2025, 12, 31)
    places = {"deposits": "B6", "loans": "E6", "loans_sme": "J6", "loans_medium_long": "M6", "as_of": "A1"}
    assert {name: first.cells[name] for name in places} == places
    assert first.fields["deposits"] == Decimal("1177000000.00")
    assert first.fields["deposits_year_start"] == Decimal("1100005000.00")
    assert first.fields["loans_agri"] == Decimal("90000000.00")
    assert second.fields["deposits"] == Decimal("60780000.00")
    assert second.fields["loans"] == Decimal("30050000.00")
    assert [record.row_no for record in reading.records] == [6, 7]


def test_given_a_title_with_the_quarter_when_read_then_it_ends_with_the_quarter(tmp_path: Path) -> None:
    form = CREDIT.with_cell(0, 0, "大悟县金融机构存贷款情况表（２０２５年 第四季度）")
    _, typed = understood(written(form, tmp_path / "a.xlsx"), "pboc_credit")
    assert typed.rows[0].fields["as_of"] == date(2025, 12, 31)


@pytest.mark.parametrize("feed", ["tax", "tax_national", "tax_local"])
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv"])
def test_given_a_tax_table_when_read_then_window_and_merged_names_are_kept(
    tmp_path: Path, feed: str, suffix: str
) -> None:
    _, typed = understood(written(TAX, tmp_path / f"税.{suffix}") if suffix != "csv" else tax_csv(tmp_path), feed)
    kept = [tuple(row.fields[name] for name in ("institution", "tax_type", "paid", "local_part")) for row in typed.rows]
    assert kept == [
        ("ICBC", "增值税", Decimal("1200000.55"), Decimal("600000.28")),
        ("ICBC", "印花税", Decimal("-300.00"), Decimal("-300.00")),
        ("HBB", "增值税", Decimal("46360.64"), Decimal("23180.32")),
    ]
    assert {(row.fields["window_from"], row.fields["window_to"]) for row in typed.rows} == {
        (date(2025, 1, 1), date(2025, 12, 31))
    }
    if suffix != "csv":
        assert typed.rows[1].cells["institution"] == "B4"
    assert typed.rows[2].cells["paid"] == "D7"


def tax_csv(folder: Path) -> Path:
    """CSV has no merged cells: the name is written on each row."""
    return TAX.with_cell(4, 1, "工行").csv(folder / "税.csv", "gb18030")


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("大悟县入库税收（截至2025年12月末累计）", date(2025, 1, 1)),
        ("大悟县2025年1—12月入库税收", date(2025, 1, 1)),
        ("大悟县2025年10至12月入库税收", date(2025, 10, 1)),
        ("大悟县2025年四季度入库税收", date(2025, 10, 1)),
        ("大悟县2025年12月入库税收", date(2025, 12, 1)),
        ("大悟县2025年度入库税收", date(2025, 1, 1)),
    ],
)
def test_given_a_window_in_the_title_when_read_then_it_starts_and_ends_there(
    tmp_path: Path, title: str, start: date
) -> None:
    _, typed = understood(written(TAX.with_cell(0, 0, title), tmp_path / "税.xlsx"), "tax")
    assert {row.fields["window_from"] for row in typed.rows} == {start}
    assert {row.fields["window_to"] for row in typed.rows} == {date(2025, 12, 31)}


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv"])
def test_given_balances_when_read_then_accounts_words_and_dates_are_typed(tmp_path: Path, suffix: str) -> None:
    _, typed = understood(written(BALANCES, tmp_path / f"余额.{suffix}"), "balances")
    first, second = typed.rows
    assert first.fields["account"] == "9900420922010001"
    assert (first.fields["balance"], first.fields["matures_on"]) == (Decimal("12345600.00"), None)
    assert (first.fields["fund_category"], first.fields["institution"]) == ("fiscal_social", "ICBC")
    assert (second.fields["balance"], second.fields["matures_on"]) == (Decimal("5000000.00"), date(2026, 6, 30))
    assert (second.cells["as_of"], second.cells["balance"]) == ("A2", "E5")


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_given_a_wide_table_in_per_cent_when_read_then_each_filled_metric_is_a_row(tmp_path: Path, suffix: str) -> None:
    _, typed = understood(written(PRUDENTIAL, tmp_path / f"指标.{suffix}"), "pboc_prudential")
    found = {
        (row.fields["institution"], row.fields["metric"]): (
            row.fields["value"],
            row.fields["scope"],
            row.cells["value"],
        )
        for row in typed.rows
    }
    assert found == {
        ("ICBC", "liquidity_ratio"): (Decimal("0.455"), "branch", "C3"),
        ("ICBC", "npl_ratio"): (Decimal("0.0093"), "branch", "D3"),
        ("ICBC", "lcr"): (Decimal("1.32"), "branch", "G3"),
        ("HBB", "liquidity_ratio"): (Decimal("0.38"), "legal_person", "C4"),
        ("HBB", "npl_ratio"): (Decimal("0.012"), "legal_person", "D4"),
        ("HBB", "provision_coverage"): (Decimal("1.8025"), "legal_person", "E4"),
        ("HBB", "capital_adequacy"): (Decimal("0.121"), "legal_person", "F4"),
        ("HBB", "lcr"): (Decimal("1.1"), "legal_person", "G4"),
    }


def test_given_no_scope_column_when_read_then_the_layout_for_legal_persons_serves(tmp_path: Path) -> None:
    form = Form(PRUDENTIAL.lines, sheet="监管指标").without_column(1)
    reading = read(form.xlsx(tmp_path / "指标.xlsx"), contract("pboc_prudential"), "420922", Q4)
    assert (reading.layout, reading.findings) == ("office_legal_person", ())
    assert {record.texts["scope"] for record in reading.records} == {"legal_person"}


def test_given_days_in_a_column_when_read_then_the_title_need_not_name_them(tmp_path: Path) -> None:
    form = BALANCES.with_cell(1, 0, None).with_cell(2, 6, "日期")
    form = form.with_cell(3, 6, "2025年12月31日").with_cell(4, 6, "2025-11-30")
    reading = read(form.xlsx(tmp_path / "余额.xlsx"), contract("balances"), "420922", Q4)
    assert (reading.layout, reading.findings) == ("office_dated", ())
    rows = normalise(contract("balances"), reading, REGISTER, Q4).rows
    assert [row.fields["as_of"] for row in rows] == [date(2025, 12, 31), date(2025, 11, 30)]
    assert [row.cells["as_of"] for row in rows] == ["G4", "G5"]


def test_given_a_unit_in_the_heading_when_read_then_it_goes_before_the_sheet(tmp_path: Path) -> None:
    form = BALANCES.with_cell(2, 4, "期末余额（元）").with_cell(1, 4, None)
    _, typed = understood(form.xlsx(tmp_path / "余额.xlsx"), "balances")
    assert typed.rows[0].fields["balance"] == Decimal("1234.56")


def test_given_a_unit_in_the_cell_when_read_then_it_goes_before_the_column(tmp_path: Path) -> None:
    form = CREDIT.with_cell(1, 14, "单位：亿元").with_cell(6, 1, "6078万元")
    reading = read(form.xlsx(tmp_path / "存贷款.xlsx"), contract("pboc_credit"), "420922", Q4)
    typed = normalise(contract("pboc_credit"), reading, REGISTER, Q4)
    assert typed.rows[1].fields["deposits"] == Decimal("60780000.00")
    assert typed.rows[1].fields["loans"] == Decimal("300500000000.00")


@pytest.mark.parametrize("period", ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"])
def test_given_the_sample_inbox_when_read_then_nothing_blocks(period: str) -> None:
    files = sorted(path for path in (SAMPLE / period).rglob("*") if path.is_file())
    assert len(files) >= 11
    for path in files:
        agreed = contract(path.relative_to(SAMPLE / period).parts[0])
        reading = read(path, agreed, "420922", Period.parse(period), county="大悟县")
        typed = normalise(agreed, reading, None, Period.parse(period))
        assert not reading.blocked, (path, reading.findings)
        assert not typed.quarantine, (path, typed.findings)
        assert reading.records or agreed.allow_empty, path
