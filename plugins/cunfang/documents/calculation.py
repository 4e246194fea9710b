"""The sheet 计算: each bank's value and points for each indicator, as live formulas over 输入 and 规则 (people §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from cunfang.documents import formulas
from cunfang.documents.book import FIRST_ROW, Book, Column, Sheet, cell, difference, span
from cunfang.documents.clauses import number
from cunfang.documents.evidence import TIMES, VALUE, Inputs, Rows, Rules
from cunfang.documents.result import Indicator, Participant, Point, RunResult

CALC_COLUMNS = (
    Column("指标代码", 18), Column("指标", 28), Column("机构代码", 10), Column("机构", 12), Column("参加分配", 6),
    Column("分子", 19), Column("分母", 19), Column("指标值", 19), Column("计入值", 19), Column("参照", 19),
    Column("名次", 6), Column("得分（公式）", 12), Column("系统精确值", 12), Column("差异", 12), Column("说明", 40),
)  # fmt: skip
(PART, ABOVE, BELOW, WORTH, COUNTED, HELD_AGAINST, RANK, POINTS, EXACT, UNEXPLAINED, NOTE) = range(4, 15)


# Classes of new lending over new deposits whose value N4 sets, whatever the quotient is.
_SET = ("best", "shrinking", "negative_lending")


@dataclass(frozen=True)
class Calculation:
    """Where on 计算 the points stand that make each bank's score, and the rows of the 差异 column."""

    sheet: Sheet
    points: Mapping[str, Sequence[str]]
    differences: Rows


def write_calculation(book: Book, inputs: Inputs, rules: Rules) -> Calculation:
    """计算: a block per indicator with the banks that take part first, points by its method, all live."""
    result = book.result
    sheet = book.sheet("计算", "得分计算", CALC_COLUMNS, freeze_columns=4)
    places: dict[tuple[str, str], str] = {}
    leaves = {item.indicator: item for item in result.leaves}
    for code, group in groupby(result.points, key=lambda point: point.indicator):
        _Block(sheet, result, leaves[code], list(group), inputs, rules, places).write()
    points: dict[str, list[str]] = {item.institution: [] for item in result.participants}
    for (_, institution), place in places.items():
        points[institution].append(f"'{sheet.name}'!{place}")
    differences = FIRST_ROW, max(sheet.row - 1, FIRST_ROW)
    sheet.alarm(*differences, UNEXPLAINED)
    return Calculation(sheet, points, differences)


class _Block:
    """One indicator on 计算: its banks, then the sum over those that take part (they stand first)."""

    def __init__(
        self,
        sheet: Sheet,
        result: RunResult,
        item: Indicator,
        points: Sequence[Point],
        inputs: Inputs,
        rules: Rules,
        places: dict[tuple[str, str], str],
    ) -> None:
        """`places` are the cells of the points written so far, by indicator and bank; this block adds its own."""
        self.sheet = sheet
        self.item = item
        self.node = result.placed[item.indicator].indicator
        self.points = points
        self.inputs = inputs
        self.result = result
        self.effect = result.placed[item.indicator].effect
        self.rules = rules
        self.places = places
        self.banks: dict[str, Participant] = result.by_code
        self.first = sheet.row
        self.sum_row = sheet.row + len(points)
        self.eligible = result.cohort(points)
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
        sheet.number(PART, int(point in self.eligible), "whole")
        if self._delivered(point):
            self._value(point)
        else:
            self._substitute(point)
        self._points(point)
        sheet.number(EXACT, point.points, "points")
        sheet.formula(UNEXPLAINED, difference(sheet.here(POINTS), sheet.here(EXACT), 9), 0, "difference")
        sheet.text(NOTE, "；".join(filter(None, (point.basis, point.flag or point.value_flag))), "wrap")

    def _points(self, point: Point) -> None:
        sheet, spot = self.sheet, self._spot(point)
        counted = self._counted(point)
        worth = sheet.here(WORTH)
        sheet.formula(COUNTED, worth if self.node.keeps_sign else f"MAX({worth},0)", counted, self.unit)
        against = formulas.reference(self.node, spot)
        if against is None or point.reference is None:
            sheet.blank(HELD_AGAINST)
        else:
            sheet.formula(HELD_AGAINST, against, point.reference, self.unit)
        if self.node.method in formulas.RANKED and point.rank is not None:
            sheet.formula(RANK, formulas.rank(self.node, spot), self._rank(point), "count")
        else:
            sheet.blank(RANK)
        sheet.formula(POINTS, self._capped(point, formulas.points(self.node, spot)), point.points, "points")
        self.places[self.item.indicator, point.institution] = sheet.here(POINTS, absolute=True)

    def _capped(self, point: Point, formula: str) -> str:
        """A bonus or penalty counts up to the cap of them all, the later ones giving way; a penalty is negative."""
        scoring = self.result.scoring
        limit = {"bonus": scoring.bonus_cap, "penalty": scoring.penalty_cap}.get(self.effect)
        if limit is not None:
            before = (
                place
                for (code, institution), place in self.places.items()
                if institution == point.institution and self.result.placed[code].effect == self.effect
            )
            # Penalties stand below 0 already.
            sign = "+" if self.effect == "penalty" else "-"
            left = f"{number(limit.value)}{sign}({'+'.join(before) or 0})"
            formula = f"MIN({formula},MAX({left},0))"
        return f"-({formula})" if self.effect == "penalty" else formula

    def _spot(self, point: Point) -> formulas.Spot:
        last = self.first + max(len(self.eligible) - 1, 0)
        counted, above, below = (span(self.first, last, column) for column in (COUNTED, ABOVE, BELOW))
        here = self.sheet.here
        return formulas.Spot(
            part=here(PART),
            full=self.rules.full_points[self.item.indicator],
            factor=self._factor(point),
            value=here(WORTH),
            x=here(COUNTED),
            reference=here(HELD_AGAINST),
            rank=here(RANK),
            counted=counted,
            numerators=above,
            denominators=below,
            known=point.reference,
            limit=point.gate,
            best=point.klass == "best",
        )

    def _factor(self, point: Point) -> str:
        """What carries the weight of indicators that were dropped, or that the bank is exempt from (N12)."""
        if self.effect != "score":
            return ""
        own = self.result.scored_by(point.institution)
        if self.banks[point.institution].role != "policy" and own == self.result.kept:
            return f"*{self.rules.factor}"
        scale = self.result.scale_of(point.institution)
        if scale == sum((self.result.placed[code].full_points for code in own), Decimal(0)):
            return ""
        return f"*{number(scale)}/({'+'.join(self.rules.full_points[code] for code in own)})"

    def _counted(self, point: Point) -> Decimal:
        """What of a value counts: a negative one as 0, unless the indicator keeps its sign (N7)."""
        return point.value if self.node.keeps_sign else max(point.value, Decimal(0))

    def _rank(self, point: Point) -> Decimal:
        """The place that points are given for: the middle of equal ones where ties take the mean."""
        if point.rank is None or self.node.ties is None or self.node.ties.value != "mean":
            return point.rank or Decimal(0)
        level = sum(1 for other in {*self.eligible, point} if self._counted(other) == self._counted(point))
        return point.rank + Decimal(level - 1) / 2

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
        sheet.formula(ABOVE, self._side(above), numerator, self.part)
        if not self.item.ratio or point.denominator is None:
            sheet.blank(BELOW)
            sheet.formula(WORTH, sheet.here(ABOVE), point.value, self.unit)
            return
        below = above if event else self.inputs.values[*key, "denominator"]
        total = f"COUNT({self.inputs.sheet.far_range(*below, VALUE)})" if event else self._side(below)
        sheet.formula(BELOW, total, point.denominator, self.part)
        if point.klass in _SET:
            sheet.number(WORTH, point.value, self.unit)
        else:
            sheet.formula(WORTH, f"{sheet.here(ABOVE)}/{sheet.here(BELOW)}", point.value, self.unit)

    def _side(self, rows: Rows) -> str:
        values, times = (self.inputs.sheet.far_range(*rows, column) for column in (VALUE, TIMES))
        return f"SUMPRODUCT({values},{times})"

    def _substitute(self, point: Point) -> None:
        """A value put in for a missing one: 0, or the mean of the banks that take part and have one."""
        sheet = self.sheet
        sheet.blank(ABOVE)
        sheet.blank(BELOW)
        known = [
            cell(self.first + index, WORTH)
            for index, other in enumerate(self.points)
            if self._delivered(other) and other in self.eligible
        ]
        if self.item.missing == "mean" and known and point.value_flag:
            sheet.formula(WORTH, f"AVERAGE({','.join(known)})", point.value, self.unit)
        else:
            sheet.number(WORTH, point.value, self.unit)

    def _sum(self) -> None:
        sheet = self.sheet
        for column in range(len(CALC_COLUMNS)):
            sheet.blank(column, "total")
        sheet.text(1, f"{self.item.name} 合计", row="total")
        if not self.eligible:
            return
        last = self.first + len(self.eligible) - 1
        if self.node.method == "share_of_total":
            counted = sum((max(point.value, Decimal(0)) for point in self.eligible), Decimal(0))
            sheet.formula(COUNTED, f"SUM({span(self.first, last, COUNTED)})", counted, self.unit, "total")
        total = sum((point.points for point in self.eligible), Decimal(0))
        sheet.formula(POINTS, f"SUM({span(self.first, last, POINTS)})", total, "points", "total")
