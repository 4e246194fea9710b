"""Whatever the methods of a rule book, the workbook recomputes each bank's points, score and amount from its inputs."""

from __future__ import annotations

from string import ascii_uppercase

from hypothesis import given, settings
from sqlalchemy import Engine

from cunfang.documents.page import build as build_page
from cunfang.documents.workbook import build
from documents.spreadsheet import Spreadsheet
from documents.test_workbook_of_any_county import evaluated
from evaluation.county import County
from evaluation.methods import batches
from evaluation.settings import PROPERTY

CHECKS = range(5, 14)


def _about(county: County, book: Spreadsheet, sheet: str, cell: str) -> str:
    code = book.formulas[sheet][f"A{cell.lstrip(ascii_uppercase)}"].value
    return "\n".join(
        str(p.indicator.model_dump(exclude_defaults=True)) for p in county.rulebook.placed() if p.code == code
    )


@settings(PROPERTY, max_examples=3)
@given(batches)
def test_given_any_methods_then_the_workbook_recalculates_to_the_run(engine: Engine, batch: list[County]) -> None:
    for county, result in zip(batch[:8], evaluated(engine, batch[:8]), strict=True):
        book = Spreadsheet(build(result))
        for sheet, cell, formula in book.formula_cells():
            shown, calculated = book.cached[sheet][cell].value, book.value(sheet, cell)
            if isinstance(shown, str):
                assert calculated == shown, (sheet, cell, formula)
            else:
                assert abs(calculated - shown) <= 1e-6 + 1e-9 * abs(shown), (
                    sheet,
                    cell,
                    formula,
                    _about(county, book, sheet, cell),
                )
        assert [book.value("检查", f"E{row}") for row in CHECKS] == ["通过"] * 9, county.rulebook
        assert county.rulebook.name in build_page(result)
