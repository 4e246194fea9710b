"""A worksheet's XML looked over: the swift way sees what the careful walk sees, and neither lets a far cell pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cunfang.feeds.cells import look_closely, look_over
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.formats import Shown
from cunfang.feeds.grid import a1
from cunfang.feeds.look import Blind

STYLES = {1: Shown(percent=True), 12: Shown(unit="万元")}
CONTENTS = ["", "<v>1.5</v>", "<f>A1</f><v>3</v>", "<f>A1</f>", "<f>A1</f><v></v>", "<f/><v>2</v>", "<is><t>x</t></is>"]
KINDS = ["", ' t="n"', ' t="s"', ' t="str"', ' t="e"']


def sheet(*rows: str, columns: str = "") -> bytes:
    return f'<?xml version="1.0"?><worksheet xmlns:r="http://x">{columns}<sheetData>{"".join(rows)}</sheetData></worksheet>'.encode()


def row(number: int, *cells: str, more: str = "") -> str:
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'


@st.composite
def written_cells(draw: st.DrawFn, number: int) -> list[str]:
    cells: list[str] = []
    for column in sorted(draw(st.sets(st.integers(0, 60), max_size=6))):
        content, kind = draw(st.sampled_from(CONTENTS)), draw(st.sampled_from(KINDS))
        content = "<v>#REF!</v>" if kind == ' t="e"' else content
        style = draw(st.sampled_from(["", ' s="1"', ' s="2"', ' s="12"', ' s="123"']))
        attributes = draw(st.sampled_from([style + kind, kind + style]))
        cells.append(
            f'<c r="{a1(number - 1, column)}"{attributes}>{content}</c>'
            if content
            else f'<c r="{a1(number - 1, column)}"{attributes}/>'
        )
    return cells


@settings(deadline=None)
@given(st.data(), st.lists(st.integers(1, 99_999), max_size=5, unique=True))
def test_given_any_usual_sheet_when_looked_over_then_both_ways_see_the_same(
    data: st.DataObject, numbers: list[int]
) -> None:
    rows = [row(number, *data.draw(written_cells(number))) for number in sorted(numbers)]
    xml = sheet(*rows)
    try:
        blind, shown = look_closely(xml, STYLES)
    except FaultError as error:
        with pytest.raises(FaultError) as caught:
            look_over(xml, STYLES)
        assert caught.value.fault is error.fault is Fault.TOO_LARGE
        return
    look = look_over(xml, STYLES)
    assert (dict(look.blind), dict(look.shown)) == (blind, shown)


FAR = [
    row(1, '<c r="XFD1048576"><v>1</v></c>'),
    row(1, "<c r='XFD1048576'><v>1</v></c>"),
    row(1, '<c r = "XFD1048576" ><v>1</v></c>'),
    row(1, '<c s="1" r="XFD1048576"><v>1</v></c>'),
    row(1, '<c\nr="XFD1048576"><v>1</v></c>'),
    row(1, '<x:c r="XFD1048576"><v>1</v></x:c>'),
    row(1, '<c q=">" r="XFD1048576"><v>1</v></c>'),
    row(1, '<!-- <c " --><c r="XFD1048576"><v>1</v></c><!-- " > -->'),
    row(1, "<![CDATA[ <c ' ]]><c r='XFD1048576'><v>1</v></c>"),
    row(1, "<c><v>1</v></c>") + row(1_048_576, *["<c><v>1</v></c>"] * 16),
    row(1, "<c><v>1</v></c>" * 1001),
    "<row><c><v>1</v></c></row>" + row(1_048_576, '<c r="Z1048576"><v>1</v></c>'),
]


@pytest.mark.parametrize("rows", FAR, ids=range(len(FAR)))
def test_given_a_far_cell_in_any_writing_when_looked_over_then_the_sheet_is_not_laid_out(rows: str) -> None:
    with pytest.raises(FaultError) as caught:
        look_over(sheet(rows), {})
    assert caught.value.fault is Fault.TOO_LARGE


def test_given_far_cells_that_are_empty_when_looked_over_then_they_do_not_count() -> None:
    assert look_over(sheet(row(1, '<c r="A1"><v>1</v></c>', '<c r="XFD1048576" s="3"/>')), {}).blind == {}


@pytest.mark.parametrize("xml", [b"<row><c r='A1' <v>", "<worksheet/>".encode("utf-16")])
def test_given_what_is_no_xml_when_looked_over_then_it_is_broken(xml: bytes) -> None:
    with pytest.raises(FaultError) as caught:
        look_over(xml, {})
    assert caught.value.fault is Fault.BROKEN


def test_given_a_formula_whose_result_is_empty_text_then_it_has_a_value_and_without_result_it_has_none() -> None:
    look = look_over(
        sheet(row(2, '<c r="A2" t="str"><f>IF(B2="","","x")</f><v></v></c>', '<c r="B2"><f>1+1</f></c>')), {}
    )
    assert look.blind == {(1, 1): Blind.FORMULA}


def test_given_hidden_rows_and_columns_when_looked_over_then_they_are_known() -> None:
    xml = sheet(
        row(3, '<c r="A3"><v>1</v></c>', more=' hidden="1"'),
        row(4, '<c r="A4"><v>1</v></c>', more=" hidden='true' ht='9'"),
        row(5, '<c r="A5"><v>1</v></c>', more=' hidden="0"'),
        columns='<cols><col min="2" max="3" width="9" hidden="1"/><col min="4" max="4"/></cols>',
    )
    look = look_over(xml, {})
    assert (look.hidden_rows, look.hidden_columns) == ({2, 3}, {1, 2})
