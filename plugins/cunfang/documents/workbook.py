"""The result workbook (people §4): evidence that recomputes itself, sheets 说明 输入 规则 计算 份额与额度 调整 检查."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from cunfang.documents import words
from cunfang.documents.book import Book, Column, Sheet, cell, span
from cunfang.documents.calculation import UNEXPLAINED, Calculation, write_calculation
from cunfang.documents.correction import SHEET as CHANGES
from cunfang.documents.correction import write_correction
from cunfang.documents.evidence import write_inputs, write_rules
from cunfang.documents.loading import load_result
from cunfang.documents.placement import (
    DELTA,
    DIFFERENCE,
    GAP,
    HELD,
    PLANNED,
    PROOF,
    ROUNDING,
    SHARE,
    TARGET,
    Adjustment,
    Shares,
    write_adjustment,
    write_shares,
)
from cunfang.documents.result import RunResult
from cunfang.orders.correction import recorded
from cunfang.orders.priced import Correction

NOTE_COLUMNS = (
    Column("项目", 18), Column("内容", 66), Column("", 10), Column("", 16), Column("", 6),
    Column("", 18), Column("", 68),
)  # fmt: skip
SUBMISSION_COLUMNS = (
    Column("报送", 0), Column("文件", 0), Column("考核期", 0), Column("报送单位", 0), Column("次序", 0),
    Column("登记时间", 0), Column("内容散列（SHA-256）", 0),
)  # fmt: skip
CHECK_COLUMNS = (
    Column("序号", 6), Column("核对事项", 46), Column("计算值", 20), Column("应为", 20), Column("结果", 10),
    Column("说明", 60),
)  # fmt: skip
SUSPENDED_COLUMNS = (Column("编号", 0), Column("规则、期限与理由", 0), Column("报送", 0))
FINDING_COLUMNS = (
    Column("编号", 0), Column("问题", 0), Column("报送", 0), Column("类别", 0), Column("处理", 0),
    Column("如何处理 · 位置", 0),
)  # fmt: skip
GUIDE = (
    ("输入", "每个计入的数值一行，注明来自哪个文件、工作表、单元格；其下为各账户余额"),
    ("规则", "指标、满分、口径、方法与依据条款，以及分配参数"),
    ("计算", "按“规则”中的方法由指标值得出分数，为实时公式，指向“输入”和“规则”；旁为系统精确值"),
    ("份额与额度", "得分 → 比例 → 按比例额度 → 约束后额度 → 取整后的应存额度"),
    ("调整", "逐笔划转，同一所有者、同一资金类别之间；其下为各机构调整额的去向"),
    ("检查", "合计与差异的核对，以及校验发现"),
    ("差异", "公式值减系统精确值；得分、比例核对到小数点后 9 位，金额核对到分，应全部为 0"),
    ("金额", "本工作簿为元，精确到分；邮件与页面为万元，保留两位小数，合计闭合"),
)


@dataclass(frozen=True)
class Check:
    """One line of 检查: a formula, what it must give, and how near."""

    name: str
    formula: str
    value: str
    note: str


def result_workbook(connection: Connection, run_id: int) -> bytes:
    """The workbook of run `run_id` as .xlsx, the same bytes each time; RunNotFoundError when there is none."""
    return build(load_result(connection, run_id), recorded(connection, run_id))


def build(result: RunResult, correction: Correction | None = None) -> bytes:
    """The workbook of a run that was read already; that of a correction says what it changes."""
    book = Book(result)
    _write_notes(book, correction)
    inputs = write_inputs(book)
    rules = write_rules(book)
    calculation = write_calculation(book, inputs, rules)
    shares = write_shares(book, inputs, calculation)
    adjustment = write_adjustment(book, shares)
    _write_checks(book, calculation, shares, adjustment)
    if correction is not None:
        write_correction(book, correction)
    return book.close()


def _write_notes(book: Book, correction: Correction | None) -> None:
    """说明: how to read the workbook, who approved, which deliveries the run is pinned to."""
    result = book.result
    sheet = book.sheet("说明", "说明", NOTE_COLUMNS)
    changes = () if correction is None else ((CHANGES, "更正前后各行的应存额度、得分与名次，差别在哪些报送"),)
    for name, text in (*GUIDE, *changes, *_facts(result)):
        sheet.text(0, name)
        sheet.text(1, text, "wrap")
        sheet.row += 1
    sheet.section("锁定的报送批次", SUBMISSION_COLUMNS)
    for item in result.submissions:
        sheet.text(0, words.feed_name(item.feed))
        sheet.text(1, item.file, "wrap")
        sheet.text(2, item.period, "centre")
        sheet.text(3, item.provider)
        sheet.number(4, item.sequence, "whole")
        sheet.text(5, f"{item.registered_at:%Y-%m-%d %H:%M}", "centre")
        sheet.text(6, item.sha256)
        sheet.row += 1


def _facts(result: RunResult) -> tuple[tuple[str, str], ...]:
    signed = words.RUN_STATUS.get(result.status, result.status)
    if result.approved_at is not None:
        signed += f"（{result.approver}，{result.approved_at:%Y-%m-%d %H:%M}）"
    return (
        ("考核批次", f"{result.run_id}，{signed}"),
        ("考核办法", f"{result.rulebook.name}（{result.rulebook.document}）"),
        *(("逾期处理", words.late(item)) for item in result.late),
        ("验证码", f"{result.input_hash[:16]}（输入、办法与算法的内容散列；同样的输入只有一个结果）"),
    )


def _write_checks(book: Book, calculation: Calculation, shares: Shares, adjustment: Adjustment) -> None:
    """检查: sums and differences as live formulas, then the findings."""
    result = book.result
    sheet = book.sheet("检查", "检查", CHECK_COLUMNS)
    first = sheet.row
    for number, check in enumerate(_checks(calculation, shares, adjustment), start=1):
        _check_row(sheet, number, check)
        sheet.row += 1
    failing = {"type": "cell", "criteria": "!=", "value": '"通过"', "format": book.alarm_format}
    sheet.raw.conditional_format(first, 4, sheet.row - 1, 4, failing)
    fresh = result.freshness
    sheet.text(1, f"报送数据校验：{fresh.checked} 项中 {fresh.passed} 项通过，发现 {len(result.findings)} 条")
    sheet.row += 1
    if result.suspended:
        sheet.section("暂停的校验规则", SUSPENDED_COLUMNS)
    for note in result.suspended:
        sheet.text(0, note.check)
        sheet.text(1, note.message, "wrap")
        sheet.text(2, words.feed_name(note.feed))
        sheet.row += 1
    sheet.section("校验发现", FINDING_COLUMNS)
    for finding in result.findings:
        sheet.text(0, finding.check)
        sheet.text(1, finding.message, "wrap")
        sheet.text(2, words.feed_name(finding.feed))
        sheet.text(3, words.KLASSES.get(finding.klass, finding.klass), "centre")
        handled = "已说明" if finding.explanation else "请核对"
        sheet.text(4, "已退回" if finding.status == "rejected" else handled, "centre")
        said = f"理由：{finding.explanation}" if finding.explanation else finding.advice
        sheet.text(5, " · ".join(text for text in (said, finding.where) if text), "wrap")
        sheet.row += 1


def _checks(calculation: Calculation, shares: Shares, adjustment: Adjustment) -> tuple[Check, ...]:
    page, moves, scores = shares.sheet, adjustment.sheet, calculation.sheet

    def total(column: int) -> str:
        return page.far(shares.total_row, column)

    def banks(column: int) -> str:
        return f"'{page.name}'!{span(*shares.banks, column)}"

    quota = f"'{page.name}'!{shares.quota}"
    points = scores.far_range(*calculation.differences, UNEXPLAINED)
    return (
        Check("应存额度合计 − 总量 T", f"ROUND({total(TARGET)}-{quota},2)", "0", "一分不差"),
        Check("分配比例合计 − 1", f"ROUND({total(SHARE)}-1,9)", "0", "参加分配的机构"),
        Check(
            "调整额合计 −（总量 T − 存量）",
            f"ROUND({total(DELTA)}-({quota}-{total(HELD)}),2)",
            "0",
            "多划少补，收支相抵",
        ),
        Check("计算：得分差异的最大绝对值", f"MAX(MAX({points}),-MIN({points}))", "0", "公式与系统精确值一致"),
        Check("份额与额度：差异合计", f"SUM({banks(DIFFERENCE)})", "0", "公式与系统精确值一致"),
        Check("份额与额度：约束核对", f"SUM({banks(PROOF)})", "0", "λ × 得分在上下限之内，触限者确已触限"),
        Check("取整差合计", total(ROUNDING), "0", "取整不改变总量"),
        Check(
            "调整：差异合计", f"SUM({moves.far_range(*adjustment.banks, GAP)})", "0", "逐笔划转与各机构已安排、受阻一致"
        ),
        Check(
            "调整：已安排合计",
            f"ROUND(SUM({moves.far_range(*adjustment.banks, PLANNED)}),2)",
            "0",
            "转出合计等于转入合计",
        ),
    )


def _check_row(sheet: Sheet, number: int, check: Check) -> None:
    sheet.number(0, number, "whole")
    sheet.text(1, check.name, "wrap")
    sheet.formula(2, check.formula, 0, "difference")
    sheet.number(3, int(check.value), "whole")
    verdict = f'IF({cell(sheet.row, 2)}={cell(sheet.row, 3)},"通过","不符")'
    sheet.raw.write_formula(sheet.row, 4, f"={verdict}", sheet.book.style("centre"), "通过")
    sheet.text(5, check.note, "wrap")
