"""Workbooks as the offices make them: title, unit line, merged headers, 合计 row, footnotes (spec/feeds.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dawu import calendar, credit, tax
from dawu.accounts import CATEGORY_WORDS, held
from dawu.banks import BANKS

Cell = str | Decimal | datetime | None
CREATED: Final = datetime(2026, 1, 8, 9, 0)  # noqa: DTZ001 - a workbook's date has no zone
WAN: Final = Decimal(10_000)


@dataclass(frozen=True)
class Heading:
    """A header cell over rows `top`…`bottom` and columns `left`…`right`, counted from 0 within the header."""

    top: int
    left: int
    bottom: int
    right: int
    words: str


@dataclass(frozen=True)
class Form:
    """One sheet: everything a reader of it meets, from the top down."""

    sheet: str
    title: str
    filler: str
    unit: str
    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...]
    decimals: int

    @property
    def width(self) -> int:
        """Columns."""
        return max(heading.right for heading in self.headings) + 1

    @property
    def header_rows(self) -> int:
        """Rows of the header."""
        return max(heading.bottom for heading in self.headings) + 1


def write(path: Path, *forms: Form) -> None:
    """Write each form as a sheet of one workbook; the same forms give the same workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": forms[0].title, "comments": "示例数据", "created": CREATED})
    for form in forms:
        _write_sheet(book, form)
    book.close()


def _write_sheet(book: xlsxwriter.Workbook, form: Form) -> None:
    sheet = book.add_worksheet(form.sheet)
    plain = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    boxed = {**plain, "border": 1}
    title = book.add_format({**plain, "bold": True, "font_size": 16, "align": "center"})
    header = book.add_format({**boxed, "bold": True, "align": "center", "text_wrap": True})
    sheet.merge_range(0, 0, 0, form.width - 1, form.title, title)
    sheet.write_string(1, 0, f"填报单位：{form.filler}（示例）", book.add_format(plain))
    sheet.write_string(1, form.width - 1, f"单位：{form.unit}", book.add_format({**plain, "align": "right"}))
    for h in form.headings:
        top, bottom = h.top + 2, h.bottom + 2
        if (top, h.left) == (bottom, h.right):
            sheet.write_string(top, h.left, h.words, header)
        else:
            sheet.merge_range(top, h.left, bottom, h.right, h.words, header)
    number = book.add_format({**boxed, "num_format": "#,##0" + ("." + "0" * form.decimals if form.decimals else "")})
    styles = (book.add_format(boxed), number, book.add_format({**boxed, "num_format": "yyyy-mm-dd"}))
    body = 2 + form.header_rows
    for n, row in enumerate(form.rows):
        _write_row(sheet, body + n, row, styles)
    for n, note in enumerate(form.notes):
        sheet.write_string(body + len(form.rows) + n, 0, note, book.add_format(plain))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, form.width - 1, 18)
    sheet.freeze_panes(body, 1)


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Cell], styles: tuple[Format, Format, Format]) -> None:
    words, number, day = styles
    for column, cell in enumerate(cells):
        if cell is None:
            sheet.write_blank(row, column, None, words)
        elif isinstance(cell, str):
            sheet.write_string(row, column, cell, words)
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell, day)
        else:
            sheet.write_number(row, column, float(cell), number)


def one_row(*words: str) -> tuple[Heading, ...]:
    """A header of one row."""
    return tuple(Heading(0, n, 0, n, word) for n, word in enumerate(words))


CREDIT_HEADINGS: Final = (
    Heading(0, 0, 2, 0, "金融机构"),
    Heading(0, 1, 0, 3, "存款情况"),
    Heading(1, 1, 2, 1, "各项存款余额"),
    Heading(1, 2, 2, 2, "年初存款余额"),
    Heading(1, 3, 2, 3, "比年初增减"),
    Heading(0, 4, 0, 15, "贷款情况"),
    Heading(1, 4, 2, 4, "各项贷款余额"),
    Heading(1, 5, 1, 12, "其中"),
    *(
        Heading(2, 5 + n, 2, 5 + n, word)
        for n, word in enumerate(
            ("企业贷款", "消费贷款", "涉农贷款", "农户贷款", "中小企业贷款", "小微企业贷款", "绿色贷款", "中长期贷款")
        )
    ),
    Heading(1, 13, 2, 13, "不良贷款余额"),
    Heading(1, 14, 2, 14, "年初贷款余额"),
    Heading(1, 15, 2, 15, "比年初增减"),
    Heading(0, 16, 2, 16, "存贷比"),
)


def credit_form(quarter: int, rows: credit.Sheet, total: credit.Credit, correction: str = "") -> Form:
    """人民银行's table of deposits and loans in 万元."""
    lines = [(bank.short, *_credit_cells(row)) for bank, row in rows]
    return Form(
        "存贷款情况",
        f"{calendar.COUNTY}金融机构存贷款情况表（{calendar.month_end_words(quarter)}）",
        "中国人民银行大悟县支行",
        "万元",
        CREDIT_HEADINGS,
        [*lines, ("合计", *_credit_cells(total))],
        (
            "注：1．本表为示例数据。2．存贷比为百分数。3．各类贷款口径有交叉，不可相加。",
            *((f"说明：本表为更正件。{correction}",) if correction else ()),
        ),
        2,
    )


def _credit_cells(c: credit.Credit) -> tuple[Cell, ...]:
    ratio = (Decimal(c.loans * 100) / c.deposits).quantize(Decimal("0.01"), ROUND_HALF_UP)
    stocks = (
        c.deposits, c.deposits_start, c.deposits - c.deposits_start,
        c.loans, c.enterprise, c.consumer, c.agri, c.farmer, c.sme, c.micro, c.green, c.medium_long,
        c.npl, c.loans_start, c.loans - c.loans_start,
    )  # fmt: skip
    return (*(Decimal(stock) for stock in stocks), ratio)


def national_form(quarter: int) -> Form:
    """国税局's table in 元."""
    rows = tax.national(quarter)
    return Form(
        "入库税收",
        f"{calendar.COUNTY}金融机构入库税收情况表（{_window_words(quarter)}）",
        f"{calendar.COUNTY}国家税务局",
        "元",
        one_row("纳税人名称", "税种", "入库税额", "其中：地方级"),
        [*((t.bank.name, t.tax_type, t.paid, t.local_part) for t in rows), _tax_total(rows)],
        ("注：本表为示例数据，按入库口径统计。",),
        2,
    )


def local_form(quarter: int) -> Form:
    """地税局's table in 万元, refunds negative."""
    rows = tax.local(quarter)
    _, _, paid, kept = _tax_total(rows)
    return Form(
        "地方税收",
        f"{calendar.COUNTY}金融业地方税收入库情况表（截至{calendar.month_end_words(quarter)}累计）",
        f"{calendar.COUNTY}地方税务局",
        "万元",
        one_row("单位名称", "税种", "实缴税额", "地方留成"),
        [
            *((t.bank.tax_name, t.tax_type, t.paid / WAN, t.local_part / WAN) for t in rows),
            ("合计", None, paid / WAN, kept / WAN),
        ],
        ("注：本表为示例数据。负数为退库。",),
        2,
    )


def _window_words(quarter: int) -> str:
    return f"{calendar.YEAR}年1-{quarter * 3}月"


def _tax_total(rows: tuple[tax.Tax, ...]) -> tuple[str, None, Decimal, Decimal]:
    return "合计", None, sum((t.paid for t in rows), Decimal()), sum((t.local_part for t in rows), Decimal())


def balances_form(quarter: int) -> Form:
    """财政局's table of accounts in 元, to the fen."""
    counters = {bank.code: bank.counter for bank in BANKS}
    rows: list[tuple[Cell, ...]] = [
        (
            a.number, a.title, CATEGORY_WORDS[a.category], counters[a.bank], a.balance(quarter),
            datetime.combine(a.matures_on, datetime.min.time()) if a.matures_on else None,
        )
        for a in held(quarter)
    ]  # fmt: skip
    total = sum((a.balance(quarter) for a in held(quarter)), Decimal())
    return Form(
        "账户余额",
        f"{calendar.COUNTY}财政性资金账户余额表（{calendar.month_end_words(quarter)}）",
        f"{calendar.COUNTY}财政局",
        "元",
        one_row("账号", "账户名称", "资金性质", "开户银行", "期末余额", "到期日"),
        [*rows, ("合计", None, None, None, total, None)],
        ("注：本表为示例数据，账号为虚构。到期日为空的是活期。",),
        2,
    )
