"""The sheets 份额与额度 and 调整: score → share → bounded amount → rounded amount → what moves, all live."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cunfang.documents import words
from cunfang.documents.book import FIRST_ROW, Book, Column, Sheet, cell, difference, span
from cunfang.documents.calculation import Calculation
from cunfang.documents.evidence import ADJUSTABLE, VALUE, Inputs, Rows
from cunfang.documents.result import Leg, Participant, RunResult

SHARE_COLUMNS = (
    Column("名次", 5), Column("机构代码", 10), Column("机构", 12), Column("角色", 20), Column("参加分配", 6),
    Column("总得分", 11), Column("分配比例", 11), Column("规定额（元）", 16), Column("权数", 11),
    Column("存量（元）", 18), Column("其中：不调整（元）", 18),
    Column("下限（元）", 18), Column("上限（元）", 18), Column("按比例额度（元）", 18), Column("约束后额度（元）", 18),
    Column("起作用的约束", 14), Column("应存额度（元）", 18), Column("取整差（元）", 13), Column("调整额（元）", 18),
    Column("系统得分", 11), Column("系统比例", 11), Column("系统存量", 18), Column("系统约束后额度", 18),
    Column("系统调整额", 18), Column("差异", 12), Column("约束核对", 8), Column("说明", 40),
    Column("依据（决定、条款）", 40),
)  # fmt: skip
(
    RANK,
    CODE,
    NAME,
    ROLE,
    PART,
    SCORE,
    SHARE,
    STATED,
    WEIGHT,
    HELD,
    RIGID,
    FLOOR,
    CAP,
    RAW,
    BOUNDED,
    BINDING,
    TARGET,
    ROUNDING,
    DELTA,
) = range(19)
(SYS_SCORE, SYS_SHARE, SYS_HELD, SYS_BOUNDED, SYS_DELTA, DIFFERENCE, PROOF, REMARK, GROUND) = range(19, 28)
LEG_COLUMNS = (
    Column("序号", 6), Column("转出代码", 10), Column("转出机构", 12), Column("转出账号", 22), Column("转入代码", 18),
    Column("转入机构", 18), Column("转入账号", 22), Column("所有者", 24), Column("资金类别", 18),
    Column("金额（元）", 18),
    Column("状态", 8), Column("可划日期", 12), Column("说明", 40),
)  # fmt: skip
BANK_COLUMNS = (
    Column("序号", 0), Column("机构代码", 0), Column("机构", 0), Column("调整额（元）", 0), Column("已安排（元）", 0),
    Column("待到期（元）", 0), Column("受阻（元）", 0), Column("结转下期（元）", 0), Column("系统已安排（元）", 0),
    Column("系统待到期（元）", 0), Column("系统受阻（元）", 0), Column("差异", 0), Column("说明", 0),
)  # fmt: skip
AMOUNT, STATUS = 9, 10
DELTA_OF, PLANNED, SCHEDULED, BLOCKED, CARRIED, SYS_PLANNED, SYS_SCHEDULED, SYS_BLOCKED, GAP = range(3, 12)
PARTS = ((PLANNED, "planned"), (SCHEDULED, "scheduled"), (BLOCKED, "blocked"))
SYSTEM = {PLANNED: SYS_PLANNED, SCHEDULED: SYS_SCHEDULED, BLOCKED: SYS_BLOCKED}


@dataclass(frozen=True)
class Shares:
    """Where on 份额与额度 things stand: bank rows, the sum row, T, and the row of each bank."""

    sheet: Sheet
    banks: Rows
    total_row: int
    quota: str
    row_of: dict[str, int]


@dataclass(frozen=True)
class Adjustment:
    """Where on 调整 the rows of the banks stand."""

    sheet: Sheet
    banks: Rows


def write_shares(book: Book, inputs: Inputs, calculation: Calculation) -> Shares:
    """份额与额度, banks that take part first; the quota and λ stand below the table."""
    result = book.result
    sheet = book.sheet("份额与额度", "份额与额度", SHARE_COLUMNS, freeze_columns=3)
    first, last = FIRST_ROW, FIRST_ROW + len(result.participants) - 1
    table = _ShareTable(sheet, result, inputs, calculation, first, last)
    for bank in result.participants:
        table.bank(bank)
        sheet.row += 1
    table.totals()
    table.quota()
    sheet.alarm(first, last, DIFFERENCE)
    sheet.alarm(first, last, PROOF)
    sheet.raw.fit_to_pages(2, 0)
    sheet.raw.repeat_columns(RANK, NAME)
    row_of = {bank.institution: first + index for index, bank in enumerate(result.participants)}
    return Shares(sheet, (first, last), last + 1, cell(last + 4, HELD, True), row_of)


class _ShareTable:
    """The formulas of 份额与额度. T, T′ and λ stand in column HELD, three rows below the sums."""

    def __init__(
        self, sheet: Sheet, result: RunResult, inputs: Inputs, calculation: Calculation, first: int, last: int
    ) -> None:
        self.sheet = sheet
        self.result = result
        self.inputs = inputs
        self.calculation = calculation
        self.first, self.last = first, last
        self.total, self.set_aside, self.distributable, self.slope = (
            cell(last + 4 + step, HELD, True) for step in range(4)
        )
        shared = [bank for bank in result.participants if bank.role == "commercial"]
        self.part, self.stated, self.weight = (
            span(first, first + max(len(shared) - 1, 0), column) for column in (SCORE, STATED, WEIGHT)
        )
        self.score_sum = sum((bank.score for bank in shared), Decimal(0))

    def bank(self, bank: Participant) -> None:
        """One bank's row."""
        sheet = self.sheet
        commercial = bank.role == "commercial"
        if bank.rank is None:
            sheet.blank(RANK)
        else:
            sheet.number(RANK, bank.rank, "whole")
        for column, text in ((CODE, bank.institution), (NAME, bank.label), (ROLE, words.ROLES[bank.role])):
            sheet.text(column, text)
        sheet.number(PART, int(commercial), "whole")
        sheet.formula(SCORE, self._score(bank), bank.score, "points")
        share = f"IF(SUM({self.part})=0,0,{sheet.here(SCORE)}/SUM({self.part}))" if commercial else "0"
        sheet.formula(SHARE, share, bank.share, "ratio")
        self._weight(bank)
        self._stock(bank)
        self._bounds(bank)
        left = f"({self.distributable}-SUM({self.stated}))"
        part = f"IF(SUM({self.weight})=0,0,{sheet.here(WEIGHT)}/SUM({self.weight})*{left})"
        raw = f"{sheet.here(STATED)}+{part}" if commercial else "0"
        sheet.formula(RAW, raw, bank.raw_target, "money")
        sheet.number(TARGET, bank.target, "money")
        sheet.formula(ROUNDING, f"{sheet.here(TARGET)}-{sheet.here(BOUNDED)}", _rounding(bank), "money")
        sheet.formula(DELTA, f"ROUND({sheet.here(TARGET)}-{sheet.here(HELD)},2)", bank.delta, "money")
        self._proof(bank)
        sheet.text(REMARK, "；".join(text for text in (bank.reason, bank.remark) if text), "wrap")
        sheet.text(GROUND, "；".join(text for text in (bank.decision, bank.clause) if text), "wrap")

    def _score(self, bank: Participant) -> str:
        """The sum of the points, penalties being negative, not below 0, at the rule book's precision."""
        points = self.calculation.points[bank.institution]
        formula = f"MAX({'+'.join(points)},0)" if points else "0"
        decimals = self.result.scoring.decimals
        return f"ROUND({formula},{decimals.value})" if decimals else formula

    def _weight(self, bank: Participant) -> None:
        """f and w of the allocation: the amount that no score moves, and what λ multiplies (N9)."""
        sheet = self.sheet
        sheet.number(STATED, bank.stated, "money")
        if bank.weight == bank.score:
            sheet.formula(WEIGHT, sheet.here(SCORE), bank.weight, "points")
        else:
            sheet.number(WEIGHT, bank.weight, "points")

    def _stock(self, bank: Participant) -> None:
        sheet, rows = self.sheet, self.inputs.holdings.get(bank.institution)
        if rows is None:
            sheet.number(HELD, 0, "money")
            sheet.number(RIGID, 0, "money")
            return
        balances = self.inputs.sheet.far_range(*rows, VALUE)
        flags = self.inputs.sheet.far_range(*rows, ADJUSTABLE)
        # Balances are those of the base date; what was executed since then is added as it stands.
        own = (item.balance for item in self.result.holdings if item.institution == bank.institution)
        moved = bank.current - sum(own, Decimal(0))
        sheet.formula(HELD, f"SUM({balances}){f'{moved:+f}' if moved else ''}", bank.current, "money")
        sheet.formula(RIGID, f'SUMIF({flags},"否",{balances})', bank.rigid, "money")

    def _bounds(self, bank: Participant) -> None:
        sheet = self.sheet
        origin = {bank.rigid: RIGID, bank.current: HELD}.get(bank.floor)
        if origin is None or bank.role == "carved_out":
            sheet.number(FLOOR, bank.floor, "money")
        else:
            sheet.formula(FLOOR, sheet.here(origin), bank.floor, "money")
        if bank.cap is None:
            sheet.blank(CAP)
        else:
            sheet.number(CAP, bank.cap, "money")
        bounded = self._ray() if bank.binding == "none" else sheet.here(_column(bank))
        sheet.formula(BOUNDED, bounded, bank.bounded_target, "money")
        sheet.text(BINDING, words.BINDINGS[bank.binding], "centre")

    def _proof(self, bank: Participant) -> None:
        """Our exact values, the difference of all five, and whether f + λ·w lies where the constraint says (N9)."""
        sheet = self.sheet
        exact = (
            (SYS_SCORE, SCORE, bank.score, "points", 9), (SYS_SHARE, SHARE, bank.share, "ratio", 9),
            (SYS_HELD, HELD, bank.current, "money", 2), (SYS_BOUNDED, BOUNDED, bank.bounded_target, "money", 2),
            (SYS_DELTA, DELTA, bank.delta, "money", 2),
        )  # fmt: skip
        terms = []
        for column, formula, value, style, places in exact:
            sheet.number(column, value, style)
            terms.append(f"ABS({difference(sheet.here(formula), sheet.here(column), places)})")
        sheet.formula(DIFFERENCE, "+".join(terms), 0, "difference")
        ray = f"ROUND({self._ray()},2)"
        floor, cap = f"ROUND({sheet.here(FLOOR)},2)", f"ROUND({sheet.here(CAP)},2)"
        upper = "" if bank.cap is None else f",IF({ray}>{cap},1,0)"
        holds = {
            None: f"MAX(IF({ray}<{floor},1,0){upper})",
            FLOOR: f"IF({ray}>{floor},1,0)",
            CAP: f"IF({ray}<{cap},1,0)",
        }
        held = None if bank.binding == "none" else _column(bank)
        sheet.formula(PROOF, holds.get(held, "0") if bank.role == "commercial" else "0", 0, "whole")

    def _ray(self) -> str:
        """f + λ·w."""
        return f"({self.sheet.here(STATED)}+{self.slope}*{self.sheet.here(WEIGHT)})"

    def totals(self) -> None:
        """The sums; the printed amounts close to T."""
        sheet, banks = self.sheet, self.result.participants
        for column in range(len(SHARE_COLUMNS)):
            sheet.blank(column, "total")
        sheet.text(NAME, "合计", row="total")
        commercial = [bank for bank in banks if bank.role == "commercial"]
        sheet.formula(SCORE, f"SUM({self.part})", self.score_sum, "points", "total")
        share = sum((bank.share for bank in commercial), Decimal(0))
        sheet.formula(SHARE, f"SUM({span(self.first, self.last, SHARE)})", share, "ratio", "total")
        sums = {
            HELD: [bank.current for bank in banks], RIGID: [bank.rigid for bank in banks],
            FLOOR: [bank.floor for bank in banks], RAW: [bank.raw_target for bank in banks],
            BOUNDED: [bank.bounded_target for bank in banks], TARGET: [bank.target for bank in banks],
            ROUNDING: [_rounding(bank) for bank in banks], DELTA: [bank.delta for bank in banks],
        }  # fmt: skip
        for column, amounts in sums.items():
            total = sum(amounts, Decimal(0))
            formula = f"SUM({span(self.first, self.last, column)})"
            # A sum that ought to be 0 must not show the noise of binary fractions as -0.00.
            if column in (ROUNDING, DELTA):
                formula, total = f"ROUND({formula},2)", round(total, 2)
            sheet.formula(column, formula, total, "money", "total")
        sheet.row += 1

    def quota(self) -> None:
        """T, what is set aside, T′ and λ."""
        sheet, result = self.sheet, self.result
        sheet.row += 1
        sheet.text(NAME, "额度总控", row="total")
        sheet.row += 1
        held = f"SUM({span(self.first, self.last, HELD)})"
        reserve = sum((bank.current for bank in result.participants), Decimal(0)) - result.total
        formulas = {"stock": held, "stock_less_reserve": f"{held}-{reserve:f}"}
        self._line(f"总量 T（{result.derivation}）", formulas.get(result.rulebook.quota_mode, ""), result.total)
        aside = f"SUMIF({span(self.first, self.last, PART)},0,{span(self.first, self.last, FLOOR)})"
        self._line("先行列支（政策性、一事一议、不参加）", aside, result.set_aside)
        self._line("可按得分分配 T′", f"{self.total}-{self.set_aside}", result.distributable)
        self._slope()

    def _slope(self) -> None:
        """λ: what is left of T′ by bounds and stated amounts, over the weights that nothing binds."""
        shared = [bank for bank in self.result.participants if bank.role == "commercial"]
        free = [bank for bank in shared if bank.binding == "none"]
        weights = sum((bank.weight for bank in free), Decimal(0))
        if not weights:
            self._line("每单位权数额度 λ（元）", "", Decimal(0), "factor")
            return
        taken = [bank.stated if bank in free else bank.bounded_target for bank in shared]
        kind = span(self.first, self.last, BINDING)
        columns = {bank.binding: STATED if bank in free else _column(bank) for bank in shared}
        terms = (
            f'-SUMIF({kind},"{words.BINDINGS[binding]}",{span(self.first, self.last, column)})'
            for binding, column in columns.items()
        )
        over = f'SUMIF({kind},"{words.BINDINGS["none"]}",{span(self.first, self.last, WEIGHT)})'
        value = (self.result.distributable - sum(taken, Decimal(0))) / weights
        self._line("每单位权数额度 λ（元）", f"({self.distributable}{''.join(terms)})/{over}", value, "factor")

    def _line(self, name: str, formula: str, value: Decimal, style: str = "money") -> None:
        self.sheet.text(NAME, name)
        if formula:
            self.sheet.formula(HELD, formula, value, style)
        else:
            self.sheet.number(HELD, value, style)
        self.sheet.row += 1


def _column(bank: Participant) -> int:
    """Where the amount stands that binds a bank."""
    if bank.binding == "by_rank":
        return STATED
    return FLOOR if bank.binding in ("floor", "minimum", "fixed") else CAP


def _rounding(bank: Participant) -> Decimal:
    return bank.target - bank.bounded_target


def write_adjustment(book: Book, shares: Shares) -> Adjustment:
    """调整: the legs with their sum, then what of each bank's difference is arranged, blocked, carried."""
    result = book.result
    sheet = book.sheet("调整", "多划少补", LEG_COLUMNS, freeze_columns=1)
    first = sheet.row
    for leg in result.legs:
        _leg_row(sheet, leg, result)
        sheet.row += 1
    if not result.legs:
        sheet.text(0, "本期没有划转")
        sheet.row += 1
    legs = first, sheet.row - 1
    _leg_sums(sheet, result, legs)
    sheet.text(0, words.plan(result.plan))
    sheet.row += 1
    sheet.section("各机构调整额的去向", BANK_COLUMNS)
    banks = sheet.row, sheet.row + len(result.participants) - 1
    for number, bank in enumerate(result.participants, start=1):
        _bank_row(sheet, number, bank, legs, shares)
        sheet.row += 1
    for column in range(len(BANK_COLUMNS)):
        sheet.blank(column, "total")
    sheet.text(2, "合计", row="total")
    for column, name in ((DELTA_OF, "delta"), *PARTS, (CARRIED, "carried")):
        total = sum((getattr(bank, name) for bank in result.participants), Decimal(0))
        sheet.formula(column, f"SUM({span(*banks, column)})", total, "money", "total")
    sheet.alarm(*banks, GAP)
    return Adjustment(sheet, banks)


def _leg_row(sheet: Sheet, leg: Leg, result: RunResult) -> None:
    sheet.number(0, leg.leg_no, "whole")
    texts = (
        leg.from_institution, result.short_name(leg.from_institution), leg.from_account, leg.to_institution,
        result.short_name(leg.to_institution), leg.to_account, leg.owner, leg.fund_category_name,
    )  # fmt: skip
    for column, text in enumerate(texts, start=1):
        sheet.text(column, text)
    sheet.number(AMOUNT, leg.amount, "money")
    sheet.text(STATUS, words.LEG_STATUS[leg.status], "centre")
    sheet.text(STATUS + 1, f"{leg.available_from:%Y-%m-%d}" if leg.available_from else "", "centre")
    sheet.text(STATUS + 2, leg.reason, "wrap")


def _leg_sums(sheet: Sheet, result: RunResult, legs: Rows) -> None:
    for status, name in words.LEG_STATUS.items():
        for column in range(len(LEG_COLUMNS)):
            sheet.blank(column, "total")
        sheet.text(2, f"{name}合计", row="total")
        total = sum((leg.amount for leg in result.legs if leg.status == status), Decimal(0))
        formula = f'SUMIF({span(*legs, STATUS)},"{name}",{span(*legs, AMOUNT)})'
        sheet.formula(AMOUNT, formula, total, "money", "total")
        sheet.row += 1


def _bank_row(sheet: Sheet, number: int, bank: Participant, legs: Rows, shares: Shares) -> None:
    sheet.number(0, number, "whole")
    sheet.text(1, bank.institution)
    sheet.text(2, bank.label)
    sheet.formula(DELTA_OF, shares.sheet.far(shares.row_of[bank.institution], DELTA), bank.delta, "money")
    code = sheet.here(1)

    def moved(status: str) -> str:
        amounts, states = span(*legs, AMOUNT), span(*legs, STATUS)
        into = f'SUMIFS({amounts},{span(*legs, 4)},{code},{states},"{words.LEG_STATUS[status]}")'
        out = f'SUMIFS({amounts},{span(*legs, 1)},{code},{states},"{words.LEG_STATUS[status]}")'
        return f"ROUND({into}-{out},2)"

    for live, status in PARTS:
        sheet.formula(live, moved(status), getattr(bank, status), "money")
        sheet.number(SYSTEM[live], getattr(bank, status), "money")
    gone = "-".join(sheet.here(live) for live, _ in PARTS)
    sheet.formula(CARRIED, f"ROUND({sheet.here(DELTA_OF)}-{gone},2)", bank.carried, "money")
    terms = "+".join(f"ABS({difference(sheet.here(live), sheet.here(SYSTEM[live]), 2)})" for live, _ in PARTS)
    sheet.formula(GAP, terms, 0, "difference")
    sheet.text(GAP + 1, bank.remark, "wrap")
