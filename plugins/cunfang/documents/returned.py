"""The returned copy (退回件): the provider's own table with each fault marked in its cell, and the list of faults.

The list is the sheet 校验说明: filled in, it is a delivery of the feed `explanations`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from itertools import islice

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from cunfang.documents.copied import NoCopyError, as_text, copied, fit_to_width
from cunfang.documents.filename import safe_stem
from cunfang.documents.words import feed_name, one_line
from cunfang.feeds.rules import rules
from cunfang.finding import Finding

LIST = "校验说明"
HEADINGS = (
    *("校验编号", "报送", "工作表", "单元格", "金融机构", "校验发现"),
    *("理由", "说明人", "说明日期", "有效期至", "依据文件"),
)
WIDTHS = (12, 16, 16, 10, 16, 60, 36, 14, 13, 12, 18)
HINT = "红色各处须更正原表后重新报送，不能以理由代替；黄色各处请更正，或在“理由”等栏填写后把本文件作为“校验说明”报送。"
NO_COPY = "原件不宜或不便抄录，没有附上标注的原表，请按下列位置核对原件。"
RED, YELLOW, GREY = (PatternFill("solid", fgColor=colour) for colour in ("FFC7CE", "FFEB9C", "E7E6E6"))
AUTHOR = "校验"
COMMENT_LENGTH = 1_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?")
_ROW = re.compile(r"第([1-9]\d{0,6})行")
_LINE = Side(style="thin", color="A6A6A6")
_EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(wrap_text=True, vertical="top")


def returned_copy(
    data: bytes,
    name: str,
    findings: Sequence[Finding],
    *,
    feed: str = "",
    institutions: Mapping[int, str] | None = None,
) -> tuple[bytes, str]:
    """The marked workbook and a safe name for it. `institutions`: record number → institution, for the list.

    A file that is unsafe or too large to be written again gives the list alone. Nothing in it is ever a formula.
    """
    try:
        book, whole = copied(data, name), True
    except NoCopyError:
        book, whole = _empty(), False
    made = _finished(book, findings, feed, institutions or {}, whole)
    if len(made) > rules().limits.copied_bytes:
        made = _finished(_empty(), findings, feed, institutions or {}, False)
    return made, f"{safe_stem(name)}（校验）.xlsx"


def _empty() -> Workbook:
    book = Workbook()
    del book[book.sheetnames[0]]
    return book


def _finished(
    book: Workbook, findings: Sequence[Finding], feed: str, institutions: Mapping[int, str], whole: bool
) -> bytes:
    if LIST in book.sheetnames and not any(item.sheet == LIST for item in findings):
        del book[LIST]
    if whole:
        _mark(book, findings)
    _add_list(book, findings, feed, institutions, whole)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _mark(book: Workbook, findings: Sequence[Finding]) -> None:
    """Colour and comment each faulty cell, the first so many of them; what must be corrected outshines the rest."""
    places: dict[tuple[str, str], list[Finding]] = {}
    for item in findings:
        sheet = _sheet(book, item)
        if sheet is not None and (spot := _spot(item.cell)):
            places.setdefault((sheet.title, spot), []).append(item)
    for (title, spot), found in islice(places.items(), rules().limits.marked_cells):
        _mark_one(book[title], spot, found)


def _sheet(book: Workbook, item: Finding) -> Worksheet | None:
    """The sheet a finding is about; a CSV has but one, without a name."""
    if item.sheet in book.sheetnames:
        return book[item.sheet]
    return book.worksheets[0] if not item.sheet and book.worksheets else None


def _spot(cell: str) -> str:
    """The A1 reference that a finding's place means, empty if no sheet has it; a row is its first cell."""
    spot = f"A{row[1]}" if (row := _ROW.fullmatch(cell)) else cell
    if not _CELL.fullmatch(spot):
        return ""
    *_, right, bottom = range_boundaries(spot)
    return spot if (right or 0) <= LAST_COLUMN and (bottom or 0) <= LAST_ROW else ""


def _mark_one(sheet: Worksheet, spot: str, found: Sequence[Finding]) -> None:
    left, top, _, _ = range_boundaries(spot)
    cell = sheet.cell(top or 1, left or 1)
    if isinstance(cell, MergedCell):
        holder = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(holder.min_row, holder.min_col)
    assert isinstance(cell, Cell)  # noqa: S101
    cell.fill = RED if any(item.blocking for item in found) else YELLOW
    said = "\n".join(f"{item.check}：{item.message}\n怎么办：{item.advice}" for item in found)
    text = said if len(said) <= COMMENT_LENGTH else said[: COMMENT_LENGTH - 1] + "…"
    lines = sum(len(line) // 18 + 1 for line in text.split("\n"))
    cell.comment = Comment(text, AUTHOR, width=300, height=min(24 + 18 * lines, 400))


def _add_list(
    book: Workbook, findings: Sequence[Finding], feed: str, institutions: Mapping[int, str], whole: bool
) -> None:
    sheet = book.create_sheet(LIST)
    as_text(sheet.cell(1, 1), HINT if whole else f"{NO_COPY}{HINT}")
    sheet.cell(1, 1).font = Font(bold=True)
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True), 1):
        head = sheet.cell(2, column)
        as_text(head, heading)
        head.font, head.fill, head.border = Font(bold=True), GREY, _EDGE
        sheet.column_dimensions[head.column_letter].width = width
    _explain_heads(sheet)
    ordered = sorted(findings, key=lambda item: not item.blocking)
    for row, item in enumerate(ordered, 3):
        who = institutions.get(item.record_no, "") if item.record_no is not None else ""
        _list_row(book, sheet, row, item, (feed_name(feed) if feed else "", who))
    sheet.freeze_panes = "A3"
    sheet.sheet_properties.tabColor = "C00000"
    fit_to_width(sheet)
    book.active = len(book.sheetnames) - 1


def _explain_heads(sheet: Worksheet) -> None:
    notes = {
        7: "黄色各行：不更正的，请写明理由。红色各行须更正原表。",
        8: "写岗位，如“统计岗”。",
        9: "如 2026-01-12。",
        10: "写考核期，如 2026-Q2：到该期为止，同一情况沿用此理由。只说明本期的不必填。",
        11: "依据文件的名称，如有。",
    }
    for column, text in notes.items():
        sheet.cell(2, column).comment = Comment(text, AUTHOR, width=260, height=70)


def _list_row(book: Workbook, sheet: Worksheet, row: int, item: Finding, told: tuple[str, str]) -> None:
    feed, institution = told
    said = f"{item.message.rstrip('。')}。{item.advice}"
    texts = (item.check, feed, item.sheet, item.cell or item.column, institution, one_line(said))
    fill = RED if item.blocking else YELLOW
    for column in range(1, len(HEADINGS) + 1):
        cell = sheet.cell(row, column)
        if column <= len(texts):
            as_text(cell, texts[column - 1])
        cell.alignment, cell.border = _WRAP, _EDGE
        if column == 1 or (column > len(texts) and not item.blocking):
            cell.fill = fill
        elif column > len(texts):
            cell.fill = GREY
    sheet.row_dimensions[row].height = 17 * max(
        1, -(-len(said) * 2 // WIDTHS[5]), -(-len(institution) * 2 // WIDTHS[4])
    )
    sheet.cell(row, 9).number_format = "yyyy-mm-dd"
    sheet.cell(row, 10).number_format = "@"
    _link(book, sheet, row, item)


def _link(book: Workbook, sheet: Worksheet, row: int, item: Finding) -> None:
    """Lead from the list to the cell, within the workbook and nowhere else."""
    target, spot = _sheet(book, item), _spot(item.cell)
    if target is None or target is sheet or not spot:
        return
    cell = sheet.cell(row, 4)
    quoted = target.title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{spot}")
    cell.font = Font(color="0563C1", underline="single")
