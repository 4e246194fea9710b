"""The sheet 填报说明 of a template: what each column means, by when, and what happens to a late or faulty delivery."""

from __future__ import annotations

from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cunfang.documents.form import Form
from cunfang.documents.words import quarter
from cunfang.feeds.contract import Contract, Kind
from cunfang.period import Period
from cunfang.workday import UnknownYearError, add_workdays

CADENCES = {"monthly": "每月", "quarterly": "每季", "yearly": "每年"}
LATE = {
    "wait": "收到之前，本期考核暂缓",
    "use_previous": "使用上期数据，并在结果中注明",
    "exclude": "不计入本期",
}
HEADINGS, WIDTHS = ("工作表", "列", "怎样填", "单位", "必填", "可以填", "认得的其他表头"), (16, 22, 30, 8, 8, 40, 40)
_PLAIN = {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True}


def write_guide(
    book: xlsxwriter.Workbook, sheet: Worksheet, contract: Contract, forms: Sequence[Form], period: Period | None
) -> None:
    """Fill the sheet; it is not read as data."""
    plain = book.add_format(_PLAIN)
    head = book.add_format({**_PLAIN, "bold": True, "border": 1, "bg_color": "#DCE6F1"})
    boxed = book.add_format({**_PLAIN, "border": 1})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    for line in _lines(contract, period):
        sheet.merge_range(row, 0, row, len(HEADINGS) - 1, line, plain)
        row += 1
    row += 1
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(row, column, heading, head)
    for form in forms:
        for entry in form.entries:
            row += 1
            unit = entry.unit if entry.kind in (Kind.MONEY, Kind.RATIO, Kind.NUMBER) else ""
            others = "、".join(word for word in entry.spellings if word != entry.heading and "/" not in word)
            required = "必填" if entry.required else ""
            told = (form.sheet, "/".join(entry.path), entry.how, unit, required, "、".join(entry.words), others)
            lines = max(-(-len(text) * 2 // width) for text, width in zip(told, WIDTHS, strict=True))
            sheet.set_row(row, 17 * max(1, lines))
            for column, text in enumerate(told):
                sheet.write_string(row, column, text, boxed)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _lines(contract: Contract, period: Period | None) -> list[str]:
    folder = "<本机构的代码或名称>/" if contract.reporter else ""
    return [
        f"《{contract.name}》（{contract.feed}）　报送单位：{contract.provider}　{CADENCES[contract.cadence]}报送",
        f"期限：{_due(contract, period)}。逾期仍未收到：{LATE[contract.late]}。",
        "填法：在表头之下逐行填写，红色表头的列每行必填；数值为零填 0，没有的留空。行数不够可以插入，不要改动表头。",
        "账号、编号一律按文字填写。可以写合计行，各行相加须与合计相等。金额按标题下写明的单位填写。",
        *(["没有可报的，交只有表头的空表，作为零报告。"] if contract.allow_empty else []),
        f"报送：存为 xlsx，放入收件箱 行政区划/考核期/{contract.feed}/{folder} 文件夹，一份报送一个文件。",
        "报送前可用 cunfang check 文件名 自行校验；以金融办接收时的校验为准。",
    ]


def _due(contract: Contract, period: Period | None) -> str:
    rule = f"考核期末后第 {contract.due} 个工作日前"
    if period is None:
        return rule
    try:
        day = add_workdays(period.end, contract.due)
    except UnknownYearError:
        return rule
    return f"{rule}；{quarter(period)}为 {day:%Y-%m-%d}"
