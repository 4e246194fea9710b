"""A what-if as a workbook: the comparison and the parameters that differ. Amounts in yuan."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from cunfang.cli.simulated import heading, notes
from cunfang.documents.terminal import ROLES
from cunfang.simulation.whatif import Simulated

_HEADINGS = (
    *("机构代码", "机构", "类别", "测算类别", "得分", "测算得分", "名次", "测算名次"),
    *("应存（元）", "测算应存（元）", "差额（元）"),
)
_MONEY = 8


def write_workbook(done: Simulated, path: Path) -> None:
    """Write `path` anew; text is never taken for a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center"})
        money = book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
        sheet = book.add_worksheet("测算对比")
        sheet.write_string(0, 0, heading(done), book.add_format({"bold": True}))
        sheet.set_column(0, len(_HEADINGS) - 1, 16)
        sheet.freeze_panes(3, 2)
        for column, title in enumerate(_HEADINGS):
            sheet.write_string(2, column, title, head)
        last = 2
        for last, row in enumerate(done.comparison.rows, start=3):
            sides = (row.before, row.after)
            sheet.write_string(last, 0, row.institution)
            sheet.write_string(last, 1, row.label)
            for offset, one in enumerate(sides):
                if one is not None:
                    sheet.write_string(last, 2 + offset, ROLES[one.role])
                    sheet.write_number(last, 4 + offset, one.score)
                    sheet.write_number(last, _MONEY + offset, one.target, money)
                if one is not None and one.rank is not None:
                    sheet.write_number(last, 6 + offset, one.rank)
            sheet.write_formula(last, _MONEY + 2, f"=J{last + 1}-I{last + 1}", money, row.difference)
        for column, letter in enumerate("IJK", start=_MONEY):
            sheet.write_formula(last + 1, column, f"=SUM({letter}4:{letter}{last + 1})", money)
        for line, note in enumerate(notes(done), start=last + 3):
            sheet.write_string(line, 0, note)
        parameters = book.add_worksheet("不同的参数")
        parameters.set_column(0, 2, 40)
        for column, title in enumerate(("参数", "现行", "假设")):
            parameters.write_string(0, column, title, head)
        for line, item in enumerate(done.comparison.parameters, start=1):
            for column, said in enumerate((item.path, item.before, item.after)):
                parameters.write_string(line, column, said)
