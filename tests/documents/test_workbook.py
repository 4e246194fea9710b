"""The workbook is evidence: it recalculates to our exact values, from the cells of the inputs (people §4)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from cunfang.documents.result import RunResult
from cunfang.documents.workbook import build
from documents.spreadsheet import Spreadsheet

SHEETS = ["说明", "输入", "规则", "计算", "份额与额度", "调整", "检查"]


@pytest.fixture
def book(result: RunResult) -> Spreadsheet:
    """The workbook of the sample's run."""
    return Spreadsheet(build(result))


def rows(book: Spreadsheet, sheet: str, column: str) -> dict[str, int]:
    """Text of a column → its (last) row."""
    cells = book.formulas[sheet][column]
    return {str(cell.value): cell.row for cell in cells if cell.value is not None}


def test_the_sheets_stand_in_their_order(book: Spreadsheet) -> None:
    assert book.formulas.sheetnames == SHEETS


def test_every_formula_recalculates_to_the_value_written_in_its_cell(book: Spreadsheet) -> None:
    cells = book.formula_cells()
    assert len(cells) > 300
    for sheet, cell, formula in cells:
        shown = book.cached[sheet][cell].value
        assert shown is not None, (sheet, cell)
        near = shown if isinstance(shown, str) else pytest.approx(shown, rel=1e-12, abs=1e-6)
        assert book.value(sheet, cell) == near, (sheet, cell, formula)


def test_points_and_amounts_are_those_of_the_run(book: Spreadsheet, result: RunResult) -> None:
    for number, point in enumerate(result.points):
        row = 5 + number + sum(1 for i in range(number) if result.points[i].indicator != result.points[i + 1].indicator)
        assert book.formulas["计算"][f"C{row}"].value == point.institution
        assert book.value("计算", f"L{row}") == pytest.approx(float(point.points), abs=1e-9)
        assert book.value("计算", f"N{row}") == 0
    for number, bank in enumerate(result.participants, start=5):
        assert book.value("份额与额度", f"F{number}") == pytest.approx(float(bank.score), abs=1e-9)
        assert book.value("份额与额度", f"G{number}") == pytest.approx(float(bank.share), abs=1e-9)
        assert book.value("份额与额度", f"Q{number}") == float(bank.target)
        assert book.value("份额与额度", f"S{number}") == pytest.approx(float(bank.delta), abs=0.001)


def test_all_checks_pass_and_each_can_fail(book: Spreadsheet) -> None:
    verdicts = [row for row in range(5, 14) if book.value("检查", f"E{row}") == "通过"]
    assert len(verdicts) == 9
    target = next(c.coordinate for c in book.formulas["份额与额度"]["Q"] if isinstance(c.value, int | float))
    book.change("份额与额度", target, book.value("份额与额度", target) + 0.01)
    assert [book.value("检查", f"E{row}") for row in (5, 7, 9, 11)] == ["不符"] * 4


def test_a_changed_input_moves_points_share_and_amount(book: Spreadsheet, result: RunResult) -> None:
    source = next(s for s in result.sources if s.indicator == "loans" and s.institution == "ABC")
    row = 5 + result.sources.index(source)
    bank = rows(book, "份额与额度", "B")["ABC"]
    before = [book.value("份额与额度", f"{column}{bank}") for column in "FGNO"]

    book.change("输入", f"J{row}", float(source.value) * 2)

    after = [book.value("份额与额度", f"{column}{bank}") for column in "FGNO"]
    assert all(new > old for old, new in zip(before, after, strict=True))
    assert book.value("检查", "E8") == "不符"


def test_formulas_point_at_the_cells_of_their_bank(book: Spreadsheet, result: RunResult) -> None:
    for row in range(5, book.formulas["计算"].max_row + 1):
        formula, code = book.formulas["计算"][f"F{row}"].value, book.formulas["计算"][f"C{row}"].value
        if not isinstance(formula, str) or not formula.startswith("="):
            continue
        reference = re.fullmatch(
            r"=SUMPRODUCT\('输入'!\$J\$(\d+)(?::\$J\$(\d+))?,'输入'!\$Q\$\d+(?::\$Q\$\d+)?\)", formula
        )
        assert reference is not None, formula
        for source_row in range(int(reference[1]), int(reference[2] or reference[1]) + 1):
            line = [book.formulas["输入"].cell(source_row, column).value for column in (2, 4)]
            assert line == [book.formulas["计算"][f"A{row}"].value, code]


def test_each_input_shows_file_sheet_and_cell(book: Spreadsheet, result: RunResult) -> None:
    for number, source in enumerate(result.sources, start=5):
        line = [cell.value for cell in book.formulas["输入"][number]][9:14]
        assert line == [
            float(source.value), source.place.file, source.place.sheet, source.place.cell, source.text,
        ]  # fmt: skip


@pytest.mark.parametrize(
    "attack", ["=1+1", "+SUM(A1)", "-2+3", '@IMPORT("x")', '=HYPERLINK("http://x","y")', "http://x.example"]
)
def test_nothing_from_a_file_becomes_a_formula_or_a_link(result: RunResult, attack: str) -> None:
    bad = replace(
        result,
        participants=tuple(replace(p, name=attack, short_name=attack, reason=attack) for p in result.participants),
        holdings=tuple(
            replace(h, owner=attack, text=attack, place=replace(h.place, file=attack)) for h in result.holdings
        ),
        sources=tuple(replace(s, part=attack, text=attack) for s in result.sources),
        legs=tuple(replace(leg, owner=attack, reason=attack) for leg in result.legs),
    )
    clean, attacked = Spreadsheet(build(result)), Spreadsheet(build(bad))

    assert attacked.formula_cells() == clean.formula_cells()
    assert attacked.formulas["输入"]["E5"].value == attack
    assert not any(cell.hyperlink for sheet in attacked.formulas for row in sheet.iter_rows() for cell in row)


def test_a_control_character_in_a_name_leaves_a_readable_file(result: RunResult) -> None:
    bad = replace(result, participants=tuple(replace(p, short_name="农\x00行\x1b\n") for p in result.participants))

    assert Spreadsheet(build(bad)).formulas.sheetnames == SHEETS


def test_wps_and_old_excel_can_read_it(result: RunResult) -> None:
    content = zipfile.ZipFile(BytesIO(build(result)))
    sheets = [content.read(name).decode() for name in content.namelist() if "worksheets/sheet" in name]

    assert not any('t="array"' in sheet or "cm=" in sheet or "_xlfn" in sheet for sheet in sheets)
    assert 'name val="宋体"' in content.read("xl/styles.xml").decode()


def test_the_same_run_gives_the_same_bytes(result: RunResult) -> None:
    assert build(result) == build(result)


def test_sheets_are_set_up_to_be_read_and_printed(book: Spreadsheet, result: RunResult) -> None:
    for sheet in book.formulas:
        assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith("5")
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert "示例数据" in str(sheet["A3"].value) and "示例数据" in str(sheet.oddFooter.left.text)
        assert "数据截至 2025-12-31" in str(sheet["A2"].value)


def test_a_real_county_is_not_marked_as_sample(result: RunResult) -> None:
    book = Spreadsheet(build(replace(result, sample=False)))

    assert all(sheet["A3"].value is None for sheet in book.formulas)
