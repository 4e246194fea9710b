"""The sheets 输入, 规则 and 计算: inputs with their cells, weights with their clauses, points as live formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from cunfang.documents import words
from cunfang.documents.book import FIRST_ROW, Book, Column, Sheet, cell, difference, span
from cunfang.documents.result import Holding, Indicator, Participant, Point, RunResult, Source
from cunfang.money import UNITS

VALUE = 9
INPUT_COLUMNS = (
    Column("序号", 6), Column("指标代码", 16), Column("指标", 28), Column("机构代码", 10), Column("机构", 12),
    Column("项目", 16), Column("明细", 16), Column("起（应完成）", 11), Column("止（完成）", 11), Column("数值", 19),
    Column("文件", 40), Column("工作表", 12), Column("单元格", 8), Column("原文", 18), Column("单位", 6),
    Column("报送批次", 9),
)  # fmt: skip
HOLDING_COLUMNS = (
    Column("序号", 6), Column("账号", 16), Column("资金类别", 28), Column("机构代码", 10), Column("机构", 12),
    Column("所有者", 16), Column("可调整", 16), Column("可划转", 11), Column("到期日", 11), Column("余额（元）", 19),
    Column("文件", 40), Column("工作表", 12), Column("单元格", 8), Column("原文", 18), Column("单位", 6),
    Column("报送批次", 9), Column("认定依据", 24),
)  # fmt: skip
RULE_COLUMNS = (
    Column("指标代码", 20), Column("指标", 28), Column("上级", 16), Column("满分", 12), Column("计量", 22),
    Column("除以", 14), Column("口径", 22), Column("方法", 24), Column("缺数处理", 18), Column("依据条款", 46),
)  # fmt: skip
CALC_COLUMNS = (
    Column("指标代码", 18), Column("指标", 28), Column("机构代码", 10), Column("机构", 12), Column("参加分配", 6),
    Column("分子", 19), Column("分母", 19), Column("指标值", 19), Column("计入值", 19), Column("得分（公式）", 12),
    Column("系统精确值", 12), Column("差异", 12), Column("说明", 36),
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


@dataclass(frozen=True)
class Calculation:
    """Where on 计算 each bank's points stand, and the rows of the 差异 column."""

    sheet: Sheet
    points: Mapping[str, Sequence[str]]
    differences: Rows


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
        _rule_row(sheet, item, depth[item.indicator])
        sheet.row += 1
    factor = _parameters(sheet, result, full_points)
    return Rules(full_points, factor)


def _rule_row(sheet: Sheet, item: Indicator, depth: int) -> None:
    row = "body" if item.leaf else "total"
    sheet.text(0, item.indicator, row=row)
    sheet.text(1, "　" * depth + item.name, row=row)
    sheet.text(2, item.parent or "", row=row)
    sheet.number(3, item.full_points, "points", row)
    basis = words.BASES.get(item.basis, item.basis)
    if item.due_workdays is not None:
        basis += f"（{item.due_workdays} 个工作日内）"
    method, missing = words.METHODS.get(item.method, item.method), words.MISSING.get(item.missing, item.missing)
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
    scored = {point.indicator for point in result.points}
    kept_cells = [full_points[item.indicator].split("!")[1] for item in result.leaves if item.indicator in scored]
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


def write_calculation(book: Book, inputs: Inputs, rules: Rules) -> Calculation:
    """计算: a block per indicator, points = full points × x ÷ Σx over those that take part, all live."""
    result = book.result
    sheet = book.sheet("计算", "得分计算", CALC_COLUMNS, freeze_columns=4)
    points: dict[str, list[str]] = {item.institution: [] for item in result.participants}
    leaves = {item.indicator: item for item in result.leaves}
    for code, group in groupby(result.points, key=lambda point: point.indicator):
        block = list(group)
        first = sheet.row
        _Block(sheet, result, leaves[code], block, inputs, rules).write()
        for offset, point in enumerate(block):
            points[point.institution].append(sheet.far(first + offset, 9))
    differences = FIRST_ROW, max(sheet.row - 1, FIRST_ROW)
    sheet.alarm(*differences, 11)
    return Calculation(sheet, points, differences)


class _Block:
    """One indicator on 计算: its banks, then the sum over those that take part (they stand first)."""

    def __init__(
        self, sheet: Sheet, result: RunResult, item: Indicator, points: Sequence[Point], inputs: Inputs, rules: Rules
    ) -> None:
        self.sheet = sheet
        self.item = item
        self.points = points
        self.inputs = inputs
        self.full = f"{rules.full_points[item.indicator]}*{rules.factor}"
        self.banks: dict[str, Participant] = result.by_code
        self.first = sheet.row
        self.sum_row = sheet.row + len(points)
        self.eligible = [point for point in points if self.banks[point.institution].role == "commercial"]
        self.unit = "ratio" if item.ratio else "money" if item.money else "count"
        self.part = "money" if item.money else "count"

    def write(self) -> None:
        """All rows of the block."""
        for point in self.points:
            self._row(point)
            self.sheet.row += 1
        self._sum()
        self.sheet.row += 1

    def _row(self, point: Point) -> None:
        sheet, bank = self.sheet, self.banks[point.institution]
        for column, text in enumerate((self.item.indicator, self.item.name, bank.institution, bank.label)):
            sheet.text(column, text)
        sheet.number(4, int(bank.role == "commercial"), "whole")
        if self._delivered(point):
            self._value(point)
        else:
            self._substitute(point)
        counted = max(point.value, Decimal(0))
        if self.item.method == "rate":
            counted = min(counted, Decimal(1))
            sheet.formula(8, f"MIN(MAX({sheet.here(7)},0),1)", counted, self.unit)
            sheet.formula(9, f"{self.full}*{sheet.here(8)}", point.points, "points")
        else:
            total = cell(self.sum_row, 8, True)
            sheet.formula(8, f"MAX({sheet.here(7)},0)", counted, self.unit)
            sheet.formula(9, f"IF({total}=0,0,{self.full}*{sheet.here(8)}/{total})", point.points, "points")
        sheet.number(10, point.points, "points")
        sheet.formula(11, difference(sheet.here(9), sheet.here(10), 9), 0, "difference")
        sheet.text(12, point.flag or point.value_flag, "wrap")

    def _delivered(self, point: Point) -> bool:
        """Whether the value was computed from what stands on 输入."""
        side = "event" if self.item.basis == "on_time_rate" else "numerator"
        return (self.item.indicator, point.institution, side) in self.inputs.values

    def _value(self, point: Point) -> None:
        """Numerator and denominator from 输入, and their quotient."""
        sheet = self.sheet
        key = self.item.indicator, point.institution
        event = self.item.basis == "on_time_rate"
        numerator = point.value if point.numerator is None else point.numerator
        above = self.inputs.values[*key, "event" if event else "numerator"]
        sheet.formula(5, f"SUM({self.inputs.sheet.far_range(*above, VALUE)})", numerator, self.part)
        if not self.item.ratio or point.denominator is None:
            sheet.blank(6)
            sheet.formula(7, sheet.here(5), point.value, self.unit)
            return
        below = above if event else self.inputs.values[*key, "denominator"]
        count = "COUNT" if event else "SUM"
        sheet.formula(6, f"{count}({self.inputs.sheet.far_range(*below, VALUE)})", point.denominator, self.part)
        sheet.formula(7, f"{sheet.here(5)}/{sheet.here(6)}", point.value, self.unit)

    def _substitute(self, point: Point) -> None:
        """A value put in for a missing one: 0, or the mean of the banks that take part and have one."""
        sheet = self.sheet
        sheet.blank(5)
        sheet.blank(6)
        known = [
            cell(self.first + index, 7)
            for index, other in enumerate(self.points)
            if self._delivered(other) and other in self.eligible
        ]
        if self.item.missing == "mean" and known:
            sheet.formula(7, f"AVERAGE({','.join(known)})", point.value, self.unit)
        else:
            sheet.number(7, point.value, self.unit)

    def _sum(self) -> None:
        sheet = self.sheet
        for column in range(len(CALC_COLUMNS)):
            sheet.blank(column, "total")
        sheet.text(1, f"{self.item.name} 合计", row="total")
        if not self.eligible:
            return
        last = self.first + len(self.eligible) - 1
        counted = sum((max(point.value, Decimal(0)) for point in self.eligible), Decimal(0))
        if self.item.method != "rate":
            sheet.formula(8, f"SUM({span(self.first, last, 8)})", counted, self.unit, "total")
        total = sum((point.points for point in self.eligible), Decimal(0))
        sheet.formula(9, f"SUM({span(self.first, last, 9)})", total, "points", "total")
