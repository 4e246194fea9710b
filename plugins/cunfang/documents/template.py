"""The blank template (空白表样) of a feed, made from its contract: a form to fill in, with checks built in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from cunfang.documents.form import BLANK_COUNTY, BLANK_SPAN, Entry, Form, forms, together
from cunfang.documents.guide import write_guide
from cunfang.feeds.contract import Contract, Kind, Layout
from cunfang.period import Period

OPTIONS = "填报选项"
BORDERED, CHECKED = 200, 2_000
"""Rows that are drawn, and rows that are checked while they are filled in."""
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's date has no zone
EARLIEST, LATEST = date(1900, 3, 1), date(2100, 12, 31)
BOUND = 10**15
_TEXTS = {Kind.MONEY: "#,##0.00####", Kind.NUMBER: "General", Kind.INTEGER: "0", Kind.RATIO: "0.00####"}
_TEXTS |= {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm"}
_PLAIN = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_BAND = {**_PLAIN, "border": 1, "bold": True, "align": "center", "text_wrap": True}
_FREE = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter"), True
)


class NoTemplateError(ValueError):
    """The contract has no such layout, or none that is a workbook."""


def layouts_of(contract: Contract, layout: str = "", period: Period | None = None) -> tuple[Layout, ...]:
    """The layout called `layout`, or those that make up one delivery; NoTemplateError where there is none."""
    if layout:
        found = tuple(item for item in contract.layouts if item.name == layout and "xlsx" in item.formats)
    else:
        found = together(contract, period)
    if not found:
        names = "、".join(item.name for item in contract.layouts) or "没有办公表样"
        raise NoTemplateError(f"“{contract.name}”没有这样的 Excel 表样；现有：{names}")
    return found


def blank_template(
    contract: Contract,
    layouts: Sequence[Layout],
    *,
    county: str = "",
    period: Period | None = None,
    unit: str = "元",
    institutions: Sequence[str] = (),
) -> bytes:
    """A workbook with one sheet per layout and a sheet that explains the columns. `institutions`: names to choose from.

    County and period are printed in the title where they are given, else left blank to be filled in.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": contract.name, "author": "存放", "created": MADE})
    made = forms(contract, layouts, county, period, unit)
    sheets = [book.add_worksheet(form.sheet) for form in made]
    guide = book.add_worksheet("填报说明")
    lists = _Lists(book, institutions)
    for form, sheet in zip(made, sheets, strict=True):
        _Sheet(book, sheet, form, lists, filled=bool(county and period)).write()
    write_guide(book, guide, contract, made, period)
    book.close()
    return buffer.getvalue()


class _Lists:
    """Choices on a sheet of their own, as a list within a rule may have no more than 255 characters."""

    def __init__(self, book: xlsxwriter.Workbook, institutions: Sequence[str]) -> None:
        self._book = book
        self._institutions = tuple(institutions)
        self._sheet: Worksheet | None = None
        self._places: dict[tuple[str, ...], str] = {}
        self._text = book.add_format({**_PLAIN, "num_format": "@"})
        self._acting = book.add_format({**_PLAIN, "num_format": "@", "quote_prefix": True})
        self._head = book.add_format(_BAND)

    def of(self, entry: Entry) -> str:
        """The range with the words that `entry` may be, empty if anything may stand there."""
        words = entry.words
        if entry.kind.institution and self._institutions:
            words = (*words, *self._institutions)
        elif entry.kind.institution:
            return ""
        if words and words not in self._places:
            self._places[words] = self._write(entry.heading, words)
        return self._places.get(words, "")

    def _write(self, heading: str, words: tuple[str, ...]) -> str:
        if self._sheet is None:
            self._sheet = self._book.add_worksheet(OPTIONS)
            self._sheet.protect()
        column = len(self._places)
        self._sheet.write_string(0, column, heading, self._head)
        self._sheet.set_column(column, column, 24)
        for row, word in enumerate(words, 1):
            self._sheet.write_string(row, column, word, self._acting if word[:1] in "=+-@" else self._text)
        return f"='{OPTIONS}'!{xl_range_abs(1, column, len(words), column)}"


class _Sheet:
    """One form under construction."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet, form: Form, lists: _Lists, *, filled: bool) -> None:
        self.book, self.sheet, self.form, self.lists = book, sheet, form, lists
        self.width = max(len(form.entries), 2)
        self.first = 2 + form.depth
        self.band = book.add_format({**_BAND, "bg_color": "#DCE6F1"})
        self.needed = book.add_format({**_BAND, "bg_color": "#DCE6F1", "font_color": "#C00000"})
        self.open = {"locked": filled}

    def write(self) -> None:
        """Title, unit, header, and empty rows that know what belongs in them."""
        self._top()
        self._header()
        for column, entry in enumerate(self.form.entries):
            self._column(column, entry)
        self.sheet.freeze_panes(self.first, 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(2, self.first - 1)
        self.sheet.protect("", _FREE)

    def _top(self) -> None:
        title = self.book.add_format({**_PLAIN, "bold": True, "font_size": 16, "align": "center", **self.open})
        self.sheet.merge_range(0, 0, 0, self.width - 1, self.form.title, title)
        self.sheet.set_row(0, 28)
        if BLANK_COUNTY in self.form.title or BLANK_SPAN in self.form.title:
            self.sheet.write_comment(0, 0, "请把下划线处改为县名和时段，如“2025年四季度末”。", {"author": "存放"})
        plain = self.book.add_format({**_PLAIN, "locked": False})
        self.sheet.write_string(1, 0, "填报单位：", plain)
        if self.form.unit:
            right = self.book.add_format({**_PLAIN, "align": "right"})
            self.sheet.write_string(1, self.width - 1, f"单位：{self.form.unit}", right)

    def _header(self) -> None:
        for row in range(2, self.first):
            self.sheet.set_row(row, 24)
        for column, entry in enumerate(self.form.entries):
            style = self.needed if entry.required else self.band
            top, bottom = 2 + len(entry.path) - 1, self.first - 1
            if top < bottom:
                self.sheet.merge_range(top, column, bottom, column, entry.heading, style)
            else:
                self.sheet.write_string(top, column, entry.heading, style)
            self.sheet.write_comment(top, column, _note(entry), {"author": "存放", "x_scale": 2, "y_scale": 1.4})
        self._groups()

    def _groups(self) -> None:
        """Upper headings over the columns that share them."""
        start = 0
        entries = self.form.entries
        for column in range(1, len(entries) + 1):
            same = column < len(entries) and entries[column].path[:-1] == entries[start].path[:-1]
            if same:
                continue
            for part in entries[start].path[:-1]:
                self.sheet.merge_range(2, start, 2, column - 1, part, self.band)
            start = column

    def _column(self, column: int, entry: Entry) -> None:
        drawn = self._style(entry, border=1)
        self.sheet.set_column(column, column, _width(entry), self._style(entry))
        for row in range(self.first, self.first + BORDERED):
            self.sheet.write_blank(row, column, None, drawn)
        rule = _rule(entry, self.lists.of(entry), self.first, column)
        self.sheet.data_validation(self.first, column, self.first + CHECKED, column, rule)

    def _style(self, entry: Entry, **more: object) -> Format:
        return self.book.add_format({**_PLAIN, "locked": False, "num_format": _TEXTS.get(entry.kind, "@"), **more})


def _width(entry: Entry) -> int:
    wide = sum(1 if char.isascii() else 2 for char in entry.heading)
    least = {Kind.ACCOUNT: 26, Kind.INSTITUTION: 30, Kind.MONEY: 18, Kind.DATETIME: 18, Kind.TEXT: 20}
    return max(wide + 4, least.get(entry.kind, 13))


def _note(entry: Entry) -> str:
    """What the heading's note says: what, in which unit, whether it must be filled in, and the choices."""
    lines = [f"{entry.heading}：{entry.how}", "必填" if entry.required else "没有可不填"]
    if entry.unit and entry.kind is Kind.MONEY:
        lines.append(f"单位：{entry.unit}")
    if entry.words:
        shown = "、".join(entry.words[:12])
        lines.append(f"可填：{shown}{' 等' if len(entry.words) > 12 else ''}")
    return "\n".join(lines)


def _rule(entry: Entry, choices: str, row: int, column: int) -> dict[str, object]:
    """What the cell takes while it is typed in; the reading at the office is the judge all the same."""
    said = {
        "ignore_blank": True,
        "input_title": entry.heading[:32],
        "input_message": f"{entry.how}{'（必填）' if entry.required else ''}"[:255],
        "error_title": entry.heading[:32],
        "error_message": f"此处应填：{entry.how}"[:255],
    }
    if choices:
        # A name may be written in other ways than the list has it.
        stop = "warning" if entry.kind.institution or entry.kind in (Kind.CHOICE, Kind.FEED) else "stop"
        return {"validate": "list", "source": choices, "error_type": stop, **said}
    match entry.kind:
        case Kind.DATE | Kind.DATETIME:
            return {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST, **said}
        case Kind.MONEY | Kind.NUMBER | Kind.RATIO:
            return {"validate": "decimal", **_bounds(entry), **said}
        case Kind.INTEGER:
            return {"validate": "integer", "criteria": "between", "minimum": -BOUND, "maximum": BOUND, **said}
        case Kind.ACCOUNT:
            cell = xl_range_abs(row, column, row, column).replace("$", "")
            return {"validate": "custom", "value": f"=ISTEXT({cell})", **said}
    return {"validate": "any", **said}


def _bounds(entry: Entry) -> dict[str, object]:
    match entry.sign:
        case "nonnegative":
            return {"criteria": ">=", "value": 0}
        case "positive":
            return {"criteria": ">", "value": 0}
    return {"criteria": "between", "minimum": -BOUND, "maximum": BOUND}
