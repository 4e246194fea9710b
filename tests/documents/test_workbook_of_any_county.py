"""Whatever the county, its workbook recalculates to the run and all its checks pass."""

from __future__ import annotations

from hypothesis import given
from sqlalchemy import Engine

from cunfang.documents.loading import load_result
from cunfang.documents.page import build as build_page
from cunfang.documents.result import RunResult
from cunfang.documents.workbook import build
from cunfang.evaluation import compute
from documents.spreadsheet import Spreadsheet
from evaluation.county import County
from evaluation.generated import batches
from evaluation.load import load
from evaluation.settings import PROPERTY

CHECKS = range(5, 14)


@PROPERTY
@given(batches)
def test_given_any_county_then_its_workbook_recalculates(engine: Engine, batch: list[County]) -> None:
    for result in evaluated(engine, batch[:3]):
        book = Spreadsheet(build(result))
        assert [book.value("检查", f"E{row}") for row in CHECKS] == ["通过"] * 9, [
            (book.value("检查", f"B{row}"), book.value("检查", f"C{row}")) for row in CHECKS
        ]
        for sheet, cell, formula in book.formula_cells():
            shown, calculated = book.cached[sheet][cell].value, book.value(sheet, cell)
            if isinstance(shown, str):
                assert calculated == shown
            else:
                assert abs(calculated - shown) <= 1e-6 + 1e-12 * abs(shown), (sheet, cell, formula)
        assert all(bank.short_name in build_page(result) for bank in result.participants)


def evaluated(engine: Engine, counties: list[County]) -> list[RunResult]:
    """Evaluate and forget."""
    with engine.connect() as connection:
        run_ids = load(connection, counties)
        compute(connection, run_ids)
        return [load_result(connection, run_id) for run_id in run_ids]
