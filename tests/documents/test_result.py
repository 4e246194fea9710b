"""A run read back is complete: every amount closes and every input leads to a cell (design §8, S12, S27)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from cunfang.documents.files import summary
from cunfang.documents.loading import load_result
from cunfang.documents.result import RunNotFoundError, RunResult
from documents.sample_run import SHEET, Sample


def test_the_run_closes(result: RunResult) -> None:
    assert sum(p.target for p in result.participants) == result.total == sum(h.balance for h in result.holdings)
    assert sum(p.share for p in result.participants if p.role == "commercial") == pytest.approx(1, abs=Decimal("1e-25"))
    assert all(p.delta == p.planned + p.scheduled + p.blocked + p.carried for p in result.participants)
    assert result.set_aside + result.distributable == result.total


def test_every_role_of_the_sample_is_there(result: RunResult) -> None:
    assert {p.role for p in result.participants} >= {"commercial", "policy", "carved_out"}


def test_every_indicator_value_is_the_sum_of_its_sources(result: RunResult) -> None:
    totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for source in result.sources:
        totals[source.indicator, source.institution, source.side] += source.value
        counts[source.indicator, source.institution, source.side] += 1
    names = {item.indicator: item for item in result.leaves}
    assert result.points
    for point in result.points:
        key = point.indicator, point.institution
        if point.value_flag:
            assert not counts[*key, "event"]
        elif names[point.indicator].basis == "on_time_rate":
            assert (totals[*key, "event"], counts[*key, "event"]) == (point.numerator, point.denominator)
        else:
            assert totals[*key, "numerator"] == (point.value if point.numerator is None else point.numerator)
            assert not names[point.indicator].over or totals[*key, "denominator"] == point.denominator


def test_every_source_and_balance_leads_to_a_cell(result: RunResult) -> None:
    for item in (*result.sources, *result.holdings):
        assert item.place.file.endswith(".csv") and item.place.sheet == SHEET and item.place.cell
        assert item.text or item.value == 0  # type: ignore[union-attr]


def test_the_freshness_line_has_its_figures(result: RunResult) -> None:
    fresh = result.freshness
    assert (str(fresh.data_as_of), fresh.run_no) == ("2025-12-31", 1)
    assert fresh.checked == 2 * len(result.submissions) and fresh.passed == len(result.submissions)


def test_warnings_carry_the_names_people_use(result: RunResult) -> None:
    red = result.warnings[0]
    assert (red.level, red.short_name, red.metric_name, red.figure and red.figure.value) == (
        "红",
        "农行",
        "流动性比例",
        Decimal("0.1820"),
    )
    assert str(red.place).startswith("大悟县2025年四季度监管指标（示例数据）.csv › Sheet1 › D")


def test_a_run_that_is_not_there_is_said(connection: Connection, sample: Sample) -> None:
    with pytest.raises(RunNotFoundError, match="没有考核批次"):
        load_result(connection, sample.run_id + 1000)


def test_what_a_signer_reads_closes_line_by_line_and_in_its_sum(result: RunResult) -> None:
    lines = [
        line.strip("| ").split(" | ") for line in summary(result, Path("var")).splitlines() if line.startswith("| ")
    ]
    _, *banks, total = ([cell.replace(",", "") for cell in line] for line in lines)
    amounts = [[Decimal(cell) for cell in cells[2:]] for cells in banks]
    assert len(banks) == len(result.participants)
    assert all(current + delta == target for current, target, delta in amounts)
    assert [sum(column) for column in zip(*amounts, strict=True)] == [Decimal(cell) for cell in total[2:]]
    assert {cells[1] for cells, bank in zip(banks, result.participants, strict=True) if bank.role != "commercial"} == {
        "—"
    }
