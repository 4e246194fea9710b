"""The sheets 输入 and 规则: inputs with their cells, indicators and parameters with their clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cunfang.documents import clauses, words
from cunfang.documents.book import FIRST_ROW, Book, Column, Sheet, cell
from cunfang.documents.result import Holding, Indicator, RunResult, Source
from cunfang.money import UNITS
from cunfang.rulebook.model import Placed

VALUE, TIMES = 9, 16
INPUT_COLUMNS = (
    Column("序号", 6), Column("指标代码", 16), Column("指标", 28), Column("机构代码", 10), Column("机构", 12),
    Column("项目", 16), Column("明细", 16), Column("起（应完成）", 11), Column("止（完成）", 11), Column("数值", 19),
    Column("文件", 40), Column("工作表", 12), Column("单元格", 8), Column("原文", 18), Column("单位", 6),
    Column("报送批次", 9), Column("系数", 24),
)  # fmt: skip
HOLDING_COLUMNS = (
    Column("序号", 6), Column("账号", 16), Column("资金类别", 28), Column("机构代码", 10), Column("机构", 12),
    Column("所有者", 16), Column("可调整", 16), Column("可划转", 11), Column("到期日", 11), Column("余额（元）", 19),
    Column("文件", 40), Column("工作表", 12), Column("单元格", 8), Column("原文", 18), Column("单位", 6),
    Column("报送批次", 9), Column("认定依据", 24),
)  # fmt: skip
RULE_COLUMNS = (
    Column("指标代码", 20), Column("指标", 28), Column("上级", 16), Column("满分", 12), Column("计量", 22),
    Column("除以", 14), Column("取数", 34), Column("计分", 46), Column("缺数处理", 18), Column("依据条款", 46),
)  # fmt: skip
ADJUSTABLE = 6

Rows = tuple[int, int]


@dataclass(frozen=True)
class Inputs:
    """Where on 输入 values stand: first and last row by (indicator, institution, side); accounts by institution."""

    sheet: Sheet
    values: Mapping[tuple[str, str, str], Rows]
    holdings: Mapping[str, Rows]


@dataclass(frozen=True)
class Rules:
    """Where on 规则 the full points of each indicator and the scaling factor stand (as references from elsewhere)."""

    full_points: Mapping[str, str]
    factor: str


def write_inputs(book: Book) -> Inputs:
    """输入: one row per value with file, sheet and cell; below it the accounts."""
    result = book.result
    sheet = book.sheet("输入", "输入数据", INPUT_COLUMNS, freeze_columns=5)
    names = {item.indicator: item.name for item in result.indicators}
    values: dict[tuple[str, str, str], Rows] = {}
    for number, source in enumerate(result.sources, start=1):
        _source_row(sheet, number, source, names[source.indicator], result.short_name(source.institution))
        key = source.indicator, source.institution, source.side
        values[key] = (values.get(key, (sheet.row, 0))[0], sheet.row)
        sheet.row += 1
    if result.sources:
        sheet.raw.autofilter(FIRST_ROW - 1, 0, sheet.row - 1, len(INPUT_COLUMNS) - 1)
    sheet.section("账户余额", HOLDING_COLUMNS)
    sheet.raw.set_column(16, 16, 24)
    holdings: dict[str, Rows] = {}
    for number, holding in enumerate(result.holdings, start=1):
        _holding_row(sheet, number, holding, result.short_name(holding.institution))
        holdings[holding.institution] = (holdings.get(holding.institution, (sheet.row, 0))[0], sheet.row)
        sheet.row += 1
    return Inputs(sheet, values, holdings)


def _source_row(sheet: Sheet, number: int, source: Source, indicator: str, bank: str) -> None:
    sheet.number(0, number, "whole")
    for column, text in enumerate(
        (source.indicator, indicator, source.institution, bank, source.title, source.part), start=1
    ):
        sheet.text(column, text)
    sheet.day(7, source.window_from)
    sheet.day(8, source.as_of)
    sheet.number(VALUE, source.value, "money" if source.unit in UNITS else "count")
    _place(sheet, source)
    sheet.number(TIMES, source.times, "count")


def _holding_row(sheet: Sheet, number: int, holding: Holding, bank: str) -> None:
    sheet.number(0, number, "whole")
    texts = (
        holding.account, holding.fund_category_name, holding.institution, bank, holding.owner,
        "是" if holding.adjustable else "否", "是" if holding.available else "否",
    )  # fmt: skip
    for column, text in enumerate(texts, start=1):
        sheet.text(column, text)
    sheet.day(8, holding.matures_on)
    sheet.number(VALUE, holding.balance, "money")
    _place(sheet, holding)
    sheet.text(16, holding.basis)


def _place(sheet: Sheet, item: Source | Holding) -> None:
    place = item.place
    spot = place.cell or (f"第{place.row_no}行" if place.row_no else "")
    texts = (place.file, place.sheet, spot, " ".join(filter(None, (item.text, item.correction))), item.unit)
    for column, text in enumerate(texts, start=VALUE + 1):
        sheet.text(column, text, "centre" if column in (VALUE + 3, VALUE + 5) else "text")
    if item.submission_id is None:
        sheet.blank(15)
    else:
        sheet.number(15, item.submission_id, "whole")


def write_rules(book: Book) -> Rules:
    """规则: indicators with full points and clause, then the parameters of the allocation."""
    result = book.result
    sheet = book.sheet("规则", "考核办法", RULE_COLUMNS, freeze_columns=2)
    depth: dict[str | None, int] = {None: -1}
    full_points: dict[str, str] = {}
    for item in result.indicators:
        depth[item.indicator] = depth[item.parent] + 1
        full_points[item.indicator] = sheet.far(sheet.row, 3)
        _rule_row(sheet, item, result.placed[item.indicator], depth[item.indicator])
        sheet.row += 1
    factor = _parameters(sheet, result, full_points)
    return Rules(full_points, factor)


def _rule_row(sheet: Sheet, item: Indicator, placed: Placed, depth: int) -> None:
    row = "body" if item.leaf else "total"
    sheet.text(0, item.indicator, row=row)
    sheet.text(1, "　" * depth + item.name, row=row)
    sheet.text(2, item.parent or "", row=row)
    sheet.number(3, item.full_points, "points", row)
    node = placed.indicator
    basis = clauses.value_text(node) if item.leaf else ""
    method = clauses.formula_text(node, placed.full_points) if item.leaf else ""
    missing = clauses.MISSING[node.missing] if item.leaf else ""
    for column, text in enumerate((item.measure, item.over or "", basis, method, missing, item.clause), start=4):
        sheet.text(column, text, "wrap", row)


def _parameters(sheet: Sheet, result: RunResult, full_points: Mapping[str, str]) -> str:
    """Parameters of the rule book; the reference of the factor that carries dropped indicators' weight (N12)."""
    sheet.section("参数", (Column("参数", 0), Column("含义", 0), Column("", 0), Column("数值", 0)))
    book = result.rulebook

    def line(name: str, meaning: str, value: Decimal | str, style: str = "points", formula: str = "") -> str:
        sheet.text(0, name)
        sheet.text(1, meaning)
        sheet.blank(2)
        if isinstance(value, str):
            sheet.text(3, value)
        elif formula:
            sheet.formula(3, formula, value, style)
        else:
            sheet.number(3, value, style)
        sheet.row += 1
        return cell(sheet.row - 1, 3, True)

    scale = line("full_scale", "总分", book.full_scale)
    kept_cells = [full_points[code].split("!")[1] for code in result.kept]
    kept = line("kept", "有数据的指标满分合计", result.kept_points, formula="+".join(kept_cells) or "0")
    ratio = book.full_scale / result.kept_points if result.kept_points else Decimal(0)
    factor = line("factor", "折算系数（有指标无数据时由其余指标承担）", ratio, "factor", f"{scale}/{kept}")
    line("quota_mode", "额度总控方式", words.QUOTA_MODES.get(book.quota_mode, book.quota_mode))
    line("rounding_unit", "取整单位（元）", book.rounding_unit, "money")
    line("min_leg", "最小划转额（元）", book.min_leg, "money")
    if book.concentration_cap is not None:
        line("concentration_cap", "单家集中度上限", book.concentration_cap, "ratio")
    for name, text in (
        ("code", book.code),
        ("name", book.name),
        ("document", book.document),
        ("hash", book.content_hash),
    ):
        meanings = {"code": "考核办法代码", "name": "名称", "document": "文件", "hash": "内容散列"}
        line(name, meanings[name], text)
    return f"'{sheet.name}'!{factor}"
