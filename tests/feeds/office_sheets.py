"""Office tables for tests: a form is described once and written as xlsx, xls or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl
from ole_container import xls

Cell = str | float | int | None
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Form:
    """Lines from A1 on; `merged` are (top, left, bottom, right), from 0."""

    lines: tuple[tuple[Cell, ...], ...]
    merged: tuple[Range, ...] = ()
    sheet: str = "Sheet1"
    percent: frozenset[tuple[int, int]] = field(default=frozenset())

    def with_cell(self, row: int, column: int, value: Cell) -> Form:
        """The same form with one cell changed."""
        lines = [list(line) for line in self.lines]
        lines[row] += [None] * (column + 1 - len(lines[row]))
        lines[row][column] = value
        return replace(self, lines=tuple(tuple(line) for line in lines))

    def without_column(self, column: int) -> Form:
        """The same form less one column (forms without merged headers only)."""
        assert not self.merged
        return replace(self, lines=tuple(line[:column] + line[column + 1 :] for line in self.lines))

    def with_row(self, row: int, cells: Sequence[Cell]) -> Form:
        """The same form with a row put in."""
        return replace(self, lines=(*self.lines[:row], tuple(cells), *self.lines[row:]))

    def xlsx(self, path: Path) -> Path:
        """Write it as a workbook."""
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = self.sheet
        for r, line in enumerate(self.lines, start=1):
            for c, value in enumerate(line, start=1):
                if value is not None:
                    cell = sheet.cell(r, c, value)
                    if (r - 1, c - 1) in self.percent:
                        cell.number_format = "0.00%"
        for top, left, bottom, right in self.merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        book.save(path)
        return path

    @property
    def cells(self) -> dict[tuple[int, int], str | float]:
        """What is filled, by row and column from 0."""
        return {
            (r, c): float(value) if isinstance(value, int) else value
            for r, line in enumerate(self.lines)
            for c, value in enumerate(line)
            if value is not None
        }

    def xls(self, path: Path) -> Path:
        """Write it as an old workbook."""
        path.write_bytes(xls(self.sheet, self.cells, self.merged, percent=self.percent))
        return path

    def csv(self, path: Path, encoding: str) -> Path:
        """Write it as CSV."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([["" if value is None else value for value in line] for line in self.lines])
        path.write_bytes(text.getvalue().encode(encoding))
        return path


CREDIT = Form(
    sheet="存贷款情况",
    lines=(
        ("大悟县金融机构存贷款情况表（2025年12月末）",),
        ("填报单位：人民银行大悟县支行", *[None] * 13, "单位：万元"),
        ("金融机构", "存款情况", None, None, "贷款情况", *[None] * 11, "存贷比"),
        (None, "各项存款余额", "年初存款余额", "比年初增减", "各项贷款余额", "其中", *[None] * 7, "不良贷款余额",
         "年初贷款余额", "比年初增减"),
        (None, None, None, None, None, "企业贷款", "消费贷款", "涉农贷款", "农户贷款", "其中：中小企业贷款",
         "小微企业贷款", "绿色贷款", "中长期\n贷款"),
        ("工行", 117700, 110000.5, 7699.5, 64600, 30000, 10000, 9000, 3000, 8000, 4000, 2000, 20000, 600, 60000, 4600,
         54.88),
        ("　湖北银行 ", "6，078", 0, "6,078", "３００５", 1000, 500, 400, 100, 900, 300, 100, 800, 0, "0", 3005, 49.44),
        (None,) * 17,
        ("合  计", 123778, 110000.5, 13777.5, 67605, 31000, 10500, 9400, 3100, 8900, 4300, 2100, 20800, 600, 60000,
         7605, 54.62),
        ("注：示例数据。",),
        ("制表人：统计岗", None, None, None, "审核人：负责人"),
    ),
    merged=(
        (0, 0, 0, 16), (2, 0, 4, 0), (2, 1, 2, 3), (2, 4, 2, 15), (2, 16, 4, 16), (3, 1, 4, 1), (3, 2, 4, 2),
        (3, 3, 4, 3), (3, 4, 4, 4), (3, 5, 3, 12), (3, 13, 4, 13), (3, 14, 4, 14), (3, 15, 4, 15),
    ),
)  # fmt: skip

TAX = Form(
    sheet="入库",
    lines=(
        ("大悟县金融机构入库税收表（2025年1-12月）",),
        ("单位：元",),
        ("序号", "纳税人名称", "税种", "入库税额", "其中：地方级"),
        (1, "工行", "增值税", 1200000.55, 600000.28),
        (2, None, "印花税", -300, -300),
        (None, "小计", None, 1199700.55, 599700.28),
        (3, "湖北银行", "增值税", 46360.64, 23180.32),
        ("合计", None, None, 1246061.19, 622880.6),
    ),
    merged=((0, 0, 0, 4), (3, 1, 4, 1), (7, 0, 7, 2)),
)

BALANCES = Form(
    sheet="余额",
    lines=(
        ("大悟县财政性资金账户余额表",),
        ("截至2025年12月31日", None, None, None, "单位：万元"),
        ("银行账号", "开户行", "户名", "资金性质", "期末余额", "到期日"),
        ("9900 4209 2201 0001", "工行", "大悟县财政局专户", "社保", 1234.56, None),
        ("99004209220100020", "湖北银行", "大悟县教育局专户", "专项资金", 500, "2026年6月30日"),
        ("合计", None, None, None, 1734.56, None),
    ),
    merged=((0, 0, 0, 5),),
)

PRUDENTIAL = Form(
    sheet="监管指标",
    lines=(
        ("大悟县银行业主要监管指标（2025年四季度）",),
        ("金融机构", "口径", "流动性比例（%）", "不良贷款率", "拨备覆盖率", "资本充足率", "流动性覆盖率"),
        ("工行", "分支机构", 45.5, 0.0093, "—", None, "132%"),
        ("湖北银行", "法人", 38, 1.2, 180.25, 12.1, 110),
    ),
    merged=((0, 0, 0, 6),),
    percent=frozenset({(2, 3)}),
)
