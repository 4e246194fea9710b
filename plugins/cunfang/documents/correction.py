"""更正影响说明: what a correction changes for each bank, as text, a sheet of the workbook, for mail and page (S27)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cunfang.documents import words
from cunfang.documents.book import Book, Column, Sheet, cell, span
from cunfang.feeds.contract import Kind, contracts
from cunfang.money import fmt_yuan
from cunfang.orders.priced import TREATMENTS, Correction, Differing, Effect, Figure
from cunfang.period import Period
from cunfang.region import load_region

SHEET = "变更"
COLUMNS = (
    Column("机构代码", 12), Column("机构", 16), Column("角色", 20), Column("更正前应存（元）", 20),
    Column("更正后应存（元）", 20), Column("影响（元）", 18), Column("得分（前）", 12), Column("得分（后）", 12),
    Column("比例（前）", 12), Column("比例（后）", 12), Column("名次（前）", 9), Column("名次（后）", 9),
)  # fmt: skip
INPUT_COLUMNS = (
    Column("报送", 0), Column("考核期", 0), Column("机构 · 科目", 0), Column("更正前", 0), Column("更正后", 0),
    Column("位置", 0),
)  # fmt: skip
(CODE, NAME, ROLE, BEFORE, AFTER, EFFECT) = range(6)


@dataclass(frozen=True)
class EffectRow:
    """One bank in printed form; amounts in yuan to the fen, the effect with its sign."""

    institution: str
    name: str
    before: str
    after: str
    effect: str
    direction: str
    score: str
    share: str
    rank: str


@dataclass(frozen=True)
class InputRow:
    """A delivery that differs: which versions, and the figures in a line each."""

    feed: str
    period: str
    versions: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class CorrectionView:
    """A correction, ready for a template. `outcome` says what is done, with the orders' numbers."""

    correction: Correction
    title: str
    quarter: str
    treatment: str
    reason: str
    outcome: str
    largest: str
    net: str
    banks: tuple[EffectRow, ...]
    inputs: tuple[InputRow, ...]
    others: tuple[str, ...]


def correction_view(correction: Correction) -> CorrectionView:
    """The correction in printed form."""
    region = load_region(correction.region)
    quarter = words.quarter(Period.parse(correction.period))
    names = {item.institution: item.short_name for item in correction.effects}
    return CorrectionView(
        correction=correction,
        title=f"{region.name} {quarter}存放考核更正影响说明",
        quarter=quarter,
        treatment=TREATMENTS[correction.treatment],
        reason=correction.reason,
        outcome=outcome(correction),
        largest=fmt_yuan(correction.largest),
        net=_signed(correction.net),
        banks=tuple(_effect(item) for item in correction.effects if item.changed),
        inputs=tuple(_input(item, names) for item in correction.inputs),
        others=correction.others,
    )


def outcome(correction: Correction) -> str:
    """What is done, and where it stands, in a sentence; an order that supersedes is named with the one it replaces."""
    order, old = correction.order_no or "", correction.superseded_order
    issued = correction.order_status == "issued"
    if correction.treatment == "none":
        return "结果与调整指令都不变"
    if correction.treatment == "true_up":
        paper = f"补差 {order}（{'已签批下达' if issued else '待签批'}）：" if order else ""
        return f"{paper}本期指令不变，各行差额在下一次考核时加入规定额，只计一次"
    paper = f"调整指令 {order} " if order else "新的调整指令"
    if old is None:
        return f"{paper}{'已下达' if issued else '待签批'}"
    lapsing = f"；此前的补差 {correction.lapsing} 一并落实，不再另计" if correction.lapsing else ""
    if issued:
        return f"{paper}取代 {old}，已下达：{old} 中未执行的划转已撤销，已执行的不退回{lapsing}"
    return f"{paper}取代 {old}，待签批；下达时 {old} 中未执行的划转撤销，已执行的不退回{lapsing}"


def _effect(item: Effect) -> EffectRow:
    return EffectRow(
        institution=item.institution,
        name=item.short_name,
        before=fmt_yuan(item.target_before),
        after=fmt_yuan(item.target_after),
        effect=_signed(item.effect),
        direction="调入" if item.effect > 0 else "调出" if item.effect < 0 else "不变",
        score=_pair(*(None if x is None else words.points(x) for x in (item.score_before, item.score_after))),
        share=_pair(*(None if x is None else words.percent(x) for x in (item.share_before, item.share_after))),
        rank=_pair(*(None if x is None else str(x) for x in (item.rank_before, item.rank_after))),
    )


def _pair(before: str | None, after: str | None) -> str:
    return (before or "—") if before == after else f"{before or '—'} → {after or '—'}"


def _signed(yuan: Decimal) -> str:
    return f"{yuan:+,.2f}" if yuan else "0.00"


def _input(item: Differing, names: dict[str, str]) -> InputRow:
    more = (f"另有 {item.more} 处",) if item.more else ()
    lines = tuple(_figure(item.feed, figure, names) for figure in item.figures)
    return InputRow(words.feed_name(item.feed), item.period, _versions(item), (*lines, *more))


def _versions(item: Differing) -> str:
    before = f"{item.file_before}（第 {item.version_before} 次报送）" if item.file_before else "此前没有"
    after = f"{item.file_after}（第 {item.version_after} 次报送）" if item.file_after else "不再读取"
    return f"{before} → {after}"


def _figure(feed: str, figure: Figure, names: dict[str, str]) -> str:
    before, after = (_value(feed, figure, value) for value in (figure.value_before, figure.value_after))
    place = _place(figure)
    return f"{_subject(feed, figure, names)}：{before} → {after}" + (f"（{place}）" if place else "")


def _subject(feed: str, figure: Figure, names: dict[str, str]) -> str:
    agreed = contracts().get(feed)
    column = agreed.by_name.get(figure.column_name) if agreed else None
    titled = column.title if column is not None and figure.column_name != "value" else figure.measure
    day = f"{figure.as_of:%Y-%m-%d}" if figure.as_of else ""
    window = f"{figure.window_from:%Y-%m-%d}至{day}" if figure.window_from else day
    bank = names.get(figure.institution, figure.institution)
    return " ".join(part for part in (bank, figure.account, titled, figure.part, window) if part)


def _value(feed: str, figure: Figure, value: str | None) -> str:
    if not value:
        return "无"
    agreed = contracts().get(feed)
    column = agreed.by_name.get(figure.column_name) if agreed else None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return f"{fmt_yuan(number)} 元" if column is not None and column.type is Kind.MONEY else f"{number.normalize():,f}"


def _place(figure: Figure) -> str:
    spot = figure.cell or (f"第 {figure.row_no} 行" if figure.row_no else "")
    return " › ".join(part for part in (figure.sheet, spot) if part)


def statement(correction: Correction) -> str:
    """The statement as Markdown, for whoever is to sign."""
    view = correction_view(correction)
    rows = "\n".join(
        f"| {bank.name} | {bank.before} | {bank.after} | {bank.effect} | {bank.rank} |" for bank in view.banks
    )
    table = f"| 机构 | 更正前应存（元） | 更正后应存（元） | 影响（元） | 名次 |\n|---|---:|---:|---:|---:|\n{rows}\n\n"
    differing = "\n".join(
        f"- {item.feed} {item.period}：{item.versions}" + "".join(f"\n  - {line}" for line in item.figures)
        for item in view.inputs
    )
    others = "\n".join(f"- {line}" for line in view.others)
    return (
        f"**更正影响说明：{view.treatment}**。{view.reason}。{view.outcome}。\n\n{table if rows else ''}"
        f"影响最大的一家 {view.largest} 元，总量变动 {view.net} 元。差别所在：\n\n"
        + "\n".join(filter(None, (differing, others)))
    )


def write_correction(book: Book, correction: Correction) -> None:
    """Sheet 变更: every bank before, after and the difference as a live formula, then the inputs that differ."""
    view = correction_view(correction)
    sheet = book.sheet(SHEET, "更正影响说明", COLUMNS, freeze_columns=2)
    first = sheet.row
    for item in correction.effects:
        _effect_cells(sheet, item)
        sheet.row += 1
    _totals(sheet, correction, first)
    sheet.section("差别所在", INPUT_COLUMNS)
    names = {item.institution: item.short_name for item in correction.effects}
    for differing in correction.inputs:
        _input_cells(sheet, differing, names)
    for line in view.others:
        sheet.text(0, line)
        sheet.row += 1
    sheet.section("处理", ())
    sheet.row -= 1
    for name, said in (("处理", view.treatment), ("理由", view.reason), ("结果", view.outcome)):
        sheet.text(CODE, name)
        sheet.text(NAME, said)
        sheet.row += 1


def _effect_cells(sheet: Sheet, item: Effect) -> None:
    role = words.ROLES[item.role_after or item.role_before or "excluded"]
    for column, said in ((CODE, item.institution), (NAME, item.short_name), (ROLE, role)):
        sheet.text(column, said)
    sheet.number(BEFORE, item.target_before, "money")
    sheet.number(AFTER, item.target_after, "money")
    sheet.formula(EFFECT, f"ROUND({sheet.here(AFTER)}-{sheet.here(BEFORE)},2)", item.effect, "money")
    figures = (
        (item.score_before, "points"), (item.score_after, "points"), (item.share_before, "ratio"),
        (item.share_after, "ratio"), (item.rank_before, "whole"), (item.rank_after, "whole"),
    )  # fmt: skip
    for column, (value, style) in enumerate(figures, start=EFFECT + 1):
        if value is None:
            sheet.blank(column)
        else:
            sheet.number(column, value, style)


def _totals(sheet: Sheet, correction: Correction, first: int) -> None:
    last = sheet.row - 1
    for column in range(len(COLUMNS)):
        sheet.blank(column, "total")
    sheet.text(NAME, "合计", row="total")
    sums = {
        BEFORE: sum((item.target_before for item in correction.effects), Decimal(0)),
        AFTER: sum((item.target_after for item in correction.effects), Decimal(0)),
    }
    for column, amount in sums.items():
        sheet.formula(column, f"SUM({span(first, last, column)})", amount, "money", "total")
    difference = f"ROUND({cell(sheet.row, AFTER)}-{cell(sheet.row, BEFORE)},2)"
    sheet.formula(EFFECT, difference, correction.net, "money", "total")
    sheet.row += 1


def _input_cells(sheet: Sheet, item: Differing, names: dict[str, str]) -> None:
    figures: list[Figure | None] = [None, *item.figures]
    told: tuple[str, ...]
    for figure in figures:
        sheet.text(0, words.feed_name(item.feed), "wrap")
        sheet.text(1, item.period, "centre")
        if figure is None:
            versions = ((item.file_before, item.version_before), (item.file_after, item.version_after))
            before, after = (f"{file}（第 {number} 次报送）" if file else "—" for file, number in versions)
            told = ("文件", before, after, "")
        else:
            values = (_value(item.feed, figure, value) for value in (figure.value_before, figure.value_after))
            told = (_subject(item.feed, figure, names), *values, _place(figure))
        for column, said in enumerate(told, start=2):
            sheet.text(column, said, "wrap")
        sheet.row += 1
    if item.more:
        sheet.text(2, f"另有 {item.more} 处")
        sheet.row += 1
